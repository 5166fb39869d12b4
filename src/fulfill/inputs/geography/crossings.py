"""Road lanes between places, through a land crossing where the places lie in different countries.

No edge of the road graph passes a border. A lane to another country is the shortest pair of
domestic routes that meet at a crossing named in gateways.csv, so that freight crosses only where
customs clears it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.geography.geodesic import geodesic_km
from fulfill.inputs.geography.roads import (
    MAX_ACCESS_KM,
    RoadGraph,
    RoadRules,
    course,
    road_km,
    snap,
)

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Lane:
    """A road lane between two points.

    Attributes
    ----------
    road_km : float
        Road length, km.
    hours : float
        Driving time at the mean truck speed.
    crossing : str or None
        `gateway_id` of the land crossing; None within a country.
    line : ndarray, shape (n_points, 2)
        Course of the lane, latitude and longitude in degrees.
    """

    road_km: float
    hours: float
    crossing: str | None
    line: Array


def cross_road_km(
    graph: RoadGraph | None,
    rules: RoadRules,
    from_points: Array,
    from_country: NDArray[np.object_],
    to_points: Array,
    to_country: NDArray[np.object_],
    crossings: pd.DataFrame,
) -> tuple[Array, Index]:
    """Measure lanes between points in different countries, each through its best crossing.

    Parameters
    ----------
    graph : RoadGraph or None
        None where the network has no roads; see `roads.road_km`.
    rules : RoadRules
    from_points, to_points : ndarray, shapes (n, 2) and (m, 2)
        Latitude and longitude, degrees.
    from_country, to_country : ndarray of str, shapes (n,) and (m,)
        Country codes, MX or US.
    crossings : DataFrame
        Land crossings, with columns `lat` and `lon`.

    Returns
    -------
    km : ndarray, shape (n, m)
        Road length of the shortest lane; infinite within a country and where no crossing is
        reached.
    crossing : ndarray of int, shape (n, m)
        Row of `crossings` that the shortest lane takes, -1 where the length is infinite.
    """
    n, m = len(from_points), len(to_points)
    best, gate = np.full((n, m), np.inf), np.full((n, m), -1)
    gates = crossings[["lat", "lon"]].to_numpy(float)
    for here, there in (("MX", "US"), ("US", "MX")):
        rows = np.flatnonzero(np.asarray(from_country) == here)
        columns = np.flatnonzero(np.asarray(to_country) == there)
        if not len(rows) or not len(columns) or not len(gates):
            continue
        # the same crossing is measured once from either side: it snaps to a node of each country
        first = road_km(
            graph,
            rules,
            np.asarray(from_points)[rows],
            gates,
            np.full(len(rows), here, object),
            np.full(len(gates), here, object),
        )
        second = road_km(
            graph,
            rules,
            gates,
            np.asarray(to_points)[columns],
            np.full(len(gates), there, object),
            np.full(len(columns), there, object),
        )
        block = np.ix_(rows, columns)
        best[block], gate[block] = _shortest_through(first, second)
    return best, gate


def _shortest_through(first: Array, second: Array) -> tuple[Array, Index]:
    """Return the shortest sum over crossings of km to them, (n, g), and from them, (g, m)."""
    best = np.full((len(first), second.shape[1]), np.inf)
    gate = np.full(best.shape, -1)
    # a loop over the few crossings needs memory for (n, m) figures instead of (n, g, m)
    for number in range(len(second)):
        through = first[:, number, None] + second[None, number, :]
        better = through < best
        best, gate = np.where(better, through, best), np.where(better, number, gate)
    return best, gate


def lane(
    graph: RoadGraph | None,
    rules: RoadRules,
    a: tuple[float, float],
    b: tuple[float, float],
    crossings: pd.DataFrame,
) -> Lane:
    """Return the shortest road lane between two points.

    Parameters
    ----------
    graph : RoadGraph or None
        Without roads the lane is the great circle, lengthened by the access factor.
    rules : RoadRules
    a, b : tuple of float
        Latitude and longitude of the ends, degrees.
    crossings : DataFrame
        Land crossings, with columns `gateway_id`, `lat` and `lon`.

    Returns
    -------
    Lane

    Raises
    ------
    InputError
        F211 for impossible coordinates, F310 for a point farther than `MAX_ACCESS_KM` from any
        road, or where the network has no crossing between the two countries.
    """
    ends = np.array([a, b], float)
    _check_coordinates(ends)
    if graph is None:
        km = float(rules.access_factor * geodesic_km(*ends[0], *ends[1]))
        return Lane(km, km / rules.speed_kmh, None, ends)
    node, access_km = snap(graph, ends)
    _check_access(ends, access_km)
    # an arbitrary point has no country of its own; it takes that of its nearest road
    country = np.array(["US" if graph.country[n] else "MX" for n in node], object)
    if country[0] == country[1]:
        km = float(road_km(graph, rules, ends[:1], ends[1:], country[:1], country[1:])[0, 0])
        line = np.vstack([ends[:1], course(graph, int(node[0]), int(node[1])), ends[1:]])
        return Lane(km, km / rules.speed_kmh, None, line)
    return _lane_abroad(graph, rules, ends, node, country, crossings)


def _check_coordinates(ends: Array) -> None:
    """Refuse points (n, 2) that are nowhere on Earth."""
    faults = [
        Fault("F211", "LAT,LON", value=f"{lat:g},{lon:g}", detail="lat -90..90, lon -180..180")
        for lat, lon in ends
        if not (np.isfinite([lat, lon]).all() and abs(lat) <= 90 and abs(lon) <= 180)
    ]
    if faults:
        raise InputError(faults)


def _check_access(ends: Array, access_km: Array) -> None:
    """Refuse points (n, 2) that are too far from every road."""
    faults = [
        Fault(
            "F310", "LAT,LON", value=f"{lat:g},{lon:g}", detail=f"nearest road is {km:,.0f} km away"
        )
        for (lat, lon), km in zip(ends, access_km, strict=True)
        if km > MAX_ACCESS_KM
    ]
    if faults:
        raise InputError(faults)


def _lane_abroad(
    graph: RoadGraph,
    rules: RoadRules,
    ends: Array,
    node: Index,
    country: NDArray[np.object_],
    crossings: pd.DataFrame,
) -> Lane:
    """Return the lane between two points in different countries, given the road node of each."""
    length, gate = cross_road_km(
        graph, rules, ends[:1], country[:1], ends[1:], country[1:], crossings
    )
    if gate[0, 0] < 0:
        detail = "the network has no crossing between the two countries"
        raise InputError([Fault("F310", "gateways.csv", detail=detail)])
    row = crossings.iloc[int(gate[0, 0])]
    point = np.array([[row["lat"], row["lon"]]], float)
    before, after = (int(snap(graph, point, country[side : side + 1])[0][0]) for side in (0, 1))
    line = np.vstack(
        [
            ends[:1],
            course(graph, int(node[0]), before),
            point,
            course(graph, after, int(node[1])),
            ends[1:],
        ]
    )
    km = float(length[0, 0])
    return Lane(km, km / rules.speed_kmh, str(row["gateway_id"]), line)
