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
from fulfill.inputs.geography.ferries import Shores, island_km, same_land
from fulfill.inputs.geography.geodesic import geodesic_km
from fulfill.inputs.geography.places import Reach, node_country, reach
from fulfill.inputs.geography.roads import RoadGraph, RoadRules, course, road_km, snap
from fulfill.inputs.windows import Windows, misplaced

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
        Driving time at the mean truck speed, and the hours of the ferries.
    crossing : str or None
        `gateway_id` of the land crossing; None within a country.
    line : ndarray, shape (n_points, 2)
        Course of the lane, latitude and longitude in degrees.
    ferries : tuple of str
        `ferry_id` of the ferries that the lane takes; their length is part of `road_km`.
    """

    road_km: float
    hours: float
    crossing: str | None
    line: Array
    ferries: tuple[str, ...] = ()


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
        Country codes.
    crossings : DataFrame
        Land crossings, with columns `lat`, `lon` and `country`, the two countries as in MX-US.

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
    for here, there in _directions(crossings):
        rows = np.flatnonzero(np.asarray(from_country) == here)
        columns = np.flatnonzero(np.asarray(to_country) == there)
        if not len(rows) or not len(columns):
            continue
        between = np.flatnonzero(joins(crossings, here, there))
        gates = crossings[["lat", "lon"]].to_numpy(float)[between]
        # the same crossing is measured once from either side: it snaps to a node of each country
        first, second = (
            road_km(
                graph,
                rules,
                start,
                goal,
                np.full(len(start), side, object),
                np.full(len(goal), side, object),
            )
            for start, goal, side in (
                (np.asarray(from_points)[rows], gates, here),
                (gates, np.asarray(to_points)[columns], there),
            )
        )
        block = np.ix_(rows, columns)
        best[block], through = _shortest_through(first, second)
        gate[block] = np.where(through >= 0, between[through], -1)
    return best, gate


def joins(crossings: pd.DataFrame, here: str, there: str) -> NDArray[np.bool_]:
    """Tell which crossings join two countries, (n_crossings,)."""
    return crossings["country"].isin([f"{here}-{there}", f"{there}-{here}"]).to_numpy(bool)


def _directions(crossings: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the ordered pairs of countries that crossings join."""
    pairs = {tuple(sides.split("-")) for sides in crossings["country"]}
    return sorted({(a, b) for a, b in pairs} | {(b, a) for a, b in pairs})


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
    shores: Shores | None = None,
) -> Lane:
    """Return the shortest road lane between two points, over ferries where water is between.

    Parameters
    ----------
    graph : RoadGraph or None
        Without roads the lane is the great circle, lengthened by the access factor.
    rules : RoadRules
    a, b : tuple of float
        Latitude and longitude of the ends, degrees.
    crossings : DataFrame
        Land crossings, with columns `gateway_id`, `lat`, `lon` and `country`.
    shores : Shores, optional
        By default all water is taken for land.

    Returns
    -------
    Lane

    Raises
    ------
    InputError
        F211 for impossible coordinates, F310 for a point that is off the map, F360 for one across
        water that no ferry reaches, or F310 where the network has no crossing between the two
        countries.
    """
    ends = np.array([a, b], float)
    shores = shores or Shores()
    _check_coordinates(ends, shores.windows)
    if graph is None:
        km = float(rules.access_factor * geodesic_km(*ends[0], *ends[1]))
        return Lane(km, km / rules.speed_kmh, None, ends)
    reached = reach(graph, shores.land, ends)
    if reached.across.all() and same_land(shores.land, ends[:1], ends[1:])[0, 0]:
        km = float(rules.access_factor * geodesic_km(*ends[0], *ends[1]))
        return Lane(km, km / rules.speed_kmh, None, ends)
    over = _ferries_from(graph, shores, ends, reached)
    landed = ends.copy()
    for side, number in over.items():
        landed[side] = shores.landings("from")[number]
    road = _road_lane(graph, rules, landed, crossings)
    return _with_ferries(road, rules, shores, ends, over)


def _check_coordinates(ends: Array, windows: Windows) -> None:
    """Refuse points (n, 2) that are nowhere on Earth."""
    faults = [
        Fault(
            "F211",
            "LAT,LON",
            value=f"{lat:g},{lon:g}",
            detail=misplaced(lat, lon, windows)
            if np.isfinite([lat, lon]).all()
            else "not a number",
        )
        for lat, lon in ends
        if not (np.isfinite([lat, lon]).all() and abs(lat) <= 90 and abs(lon) <= 180)
    ]
    if faults:
        raise InputError(faults)


def _ferries_from(graph: RoadGraph, shores: Shores, ends: Array, reached: Reach) -> dict[int, int]:
    """Return the ferry that each end across water takes, by side; refuse what none reaches."""
    faults, over = [], {}
    island = island_km(shores, ends, node_country(graph, reached.node))
    for side, (lat, lon) in enumerate(ends):
        value = f"{lat:g},{lon:g}"
        if reached.far[side]:
            faults.append(
                Fault(
                    "F310",
                    "LAT,LON",
                    value=value,
                    detail=far_away(reached, side, ends, shores.windows),
                )
            )
        elif reached.across[side]:
            if np.isfinite(island[:, side]).any():
                over[side] = int(island[:, side].argmin())
            else:
                detail = f"{reached.km[side]:,.0f} km from the nearest road"
                faults.append(Fault("F360", "LAT,LON", value=value, detail=detail))
    if faults:
        raise InputError(faults)
    return over


def far_away(reached: Reach, row: int, points: Array, windows: Windows) -> str:
    """Return the end of a message on a place that is off the map.

    Parameters
    ----------
    reached : Reach
    row : int
        Which of the places.
    points : ndarray, shape (n, 2)
        Latitude and longitude of the places, degrees.
    windows : mapping
        Windows of the countries.
    """
    if np.isinf(reached.km[row]):
        return "no road of its country is mapped"
    hint = misplaced(float(points[row, 0]), float(points[row, 1]), windows)
    return f"nearest road is {reached.km[row]:,.0f} km away" + (f"; {hint}" if hint else "")


def _with_ferries(
    road: Lane, rules: RoadRules, shores: Shores, ends: Array, over: dict[int, int]
) -> Lane:
    """Return a lane between landings with the ferries, and the ways to the ends, added."""
    km, hours, line = road.road_km, road.hours, road.line
    for side, number in over.items():
        ferry, landing = shores.ferries.iloc[number], shores.landings("to")[number]
        ashore = float(rules.access_factor * geodesic_km(*ends[side], *landing))
        km += float(ferry["km"]) + ashore
        hours += float(ferry["hours"]) + ashore / rules.speed_kmh
        beyond = np.array([landing, ends[side]])
        line = np.vstack([line, beyond] if side else [beyond[::-1], line])
    names = tuple(str(shores.ferries["ferry_id"].iloc[number]) for number in over.values())
    return Lane(km, hours, road.crossing, line, names)


def _road_lane(graph: RoadGraph, rules: RoadRules, ends: Array, crossings: pd.DataFrame) -> Lane:
    """Return the shortest lane between two points, (2, 2), that roads reach."""
    node, _ = snap(graph, ends)
    # an arbitrary point has no country of its own; it takes that of its nearest road
    country = node_country(graph, node)
    if country[0] != country[1]:
        return _lane_abroad(graph, rules, ends, node, country, crossings)
    km = float(road_km(graph, rules, ends[:1], ends[1:], country[:1], country[1:])[0, 0])
    line = np.vstack([ends[:1], course(graph, int(node[0]), int(node[1])), ends[1:]])
    return Lane(km, km / rules.speed_kmh, None, line)


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
