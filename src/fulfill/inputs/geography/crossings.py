"""Lanes between places, through a land crossing where they lie in different countries."""

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
    """A way by road between two points; `line` is its course, (n, 2) lat and lon; `crossing` None within a country."""

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
    """Return road km between points of different countries and the crossing of the shortest way, each (n, m).

    Pairs within a country are infinite with crossing -1. `crossings` has columns lat and lon.
    """
    n, m = len(from_points), len(to_points)
    best, gate = np.full((n, m), np.inf), np.full((n, m), -1)
    gates = crossings[["lat", "lon"]].to_numpy(float)
    for here, there in (("MX", "US"), ("US", "MX")):
        rows = np.flatnonzero(np.asarray(from_country) == here)
        columns = np.flatnonzero(np.asarray(to_country) == there)
        if not len(rows) or not len(columns) or not len(gates):
            continue
        side_one, side_two = np.full(len(gates), here, object), np.full(len(gates), there, object)
        first = road_km(
            graph,
            rules,
            np.asarray(from_points)[rows],
            gates,
            np.full(len(rows), here, object),
            side_one,
        )
        second = road_km(
            graph,
            rules,
            gates,
            np.asarray(to_points)[columns],
            side_two,
            np.full(len(columns), there, object),
        )
        for number in range(len(gates)):
            through = first[:, number, None] + second[None, number, :]
            block = np.ix_(rows, columns)
            better = through < best[block]
            best[block] = np.where(better, through, best[block])
            gate[block] = np.where(better, number, gate[block])
    return best, gate


def lane(
    graph: RoadGraph | None,
    rules: RoadRules,
    a: tuple[float, float],
    b: tuple[float, float],
    crossings: pd.DataFrame,
) -> Lane:
    """Return the way by road between two points (lat, lon).

    Raises
    ------
    InputError
        F211 for coordinates that are none, F310 for a point that no road reaches.
    """
    ends = np.array([a, b], float)
    faults = [
        Fault("F211", "LAT,LON", value=f"{lat:g},{lon:g}", detail="lat -90..90, lon -180..180")
        for lat, lon in ends
        if not (np.isfinite([lat, lon]).all() and abs(lat) <= 90 and abs(lon) <= 180)
    ]
    if faults:
        raise InputError(faults)
    if graph is None:
        km = float(
            rules.access_factor * geodesic_km(ends[0, 0], ends[0, 1], ends[1, 0], ends[1, 1])
        )
        return Lane(km, km / rules.speed_kmh, None, ends)
    node, away = snap(graph, ends)
    faults = [
        Fault(
            "F310", "LAT,LON", value=f"{lat:g},{lon:g}", detail=f"nearest road is {km:,.0f} km away"
        )
        for (lat, lon), km in zip(ends, away, strict=True)
        if km > MAX_ACCESS_KM
    ]
    if faults:
        raise InputError(faults)
    country = np.array(["US" if graph.country[n] else "MX" for n in node], object)
    if country[0] == country[1]:
        km = float(road_km(graph, rules, ends[:1], ends[1:], country[:1], country[1:])[0, 0])
        line = np.vstack([ends[:1], course(graph, int(node[0]), int(node[1])), ends[1:]])
        return Lane(km, km / rules.speed_kmh, None, line)
    cross, gate = cross_road_km(
        graph, rules, ends[:1], country[:1], ends[1:], country[1:], crossings
    )
    if gate[0, 0] < 0:
        raise InputError(
            [
                Fault(
                    "F310",
                    "gateways.csv",
                    detail="the network has no crossing between the two countries",
                )
            ]
        )
    row = crossings.iloc[int(gate[0, 0])]
    point = np.array([[row["lat"], row["lon"]]], float)
    sides = [int(snap(graph, point, country[side : side + 1])[0][0]) for side in (0, 1)]
    line = np.vstack(
        [
            ends[:1],
            course(graph, int(node[0]), sides[0]),
            point,
            course(graph, sides[1], int(node[1])),
            ends[1:],
        ]
    )
    km = float(cross[0, 0])
    return Lane(km, km / rules.speed_kmh, str(row["gateway_id"]), line)
