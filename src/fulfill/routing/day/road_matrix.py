"""How far the places of a day lie apart, all pairs at once.

Places that are near are joined by streets: the great circle times a detour factor. Places farther
apart are joined by the road graph, reached over streets at both ends. Roads never pass a border, so
neither does a delivery.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.geography.roads import RoadGraph, RoadRules, node_km, snap

Array = NDArray[np.float64]
EARTH_KM = 6371.0088
MISSING = 3.0
"""Great circles beyond which a way along the mapped roads says that the map lacks the road that is there."""
MISSING_REACH = 2.0
"""Reaches of streets up to which it is taken so; farther apart a long way round may be a mountain or a bay."""
BLOCK = 512
"""Rows measured at once: bounds what is held besides the result."""


@dataclass(frozen=True)
class StreetRules:
    """When two places are near, and how much longer than the great circle a way by street is."""

    detour: float = 1.35
    reach_km: float = 15.0


@dataclass(frozen=True)
class Ways:
    """Kilometres between all places, (n, n): by street and by road; inf where there is no way."""

    street_km: Array
    road_km: Array

    @property
    def km(self) -> Array:
        """Return the whole length."""
        return self.street_km + self.road_km

    def hours(self, street_kmh: float, road_kmh: float) -> Array:
        """Return hours of driving at a speed for each kind of road."""
        return np.asarray(self.street_km / street_kmh + self.road_km / road_kmh)


def measure_ways(
    graph: RoadGraph | None,
    roads: RoadRules,
    streets: StreetRules,
    points: Array,
    country: NDArray[np.object_],
) -> Ways:
    """Measure every pair of places; without a graph all ways are streets.

    Parameters
    ----------
    points : (n, 2) lat and lon
    country : (n,) codes; no way joins two countries
    """
    n_places = len(points)
    street, road = np.empty((n_places, n_places)), np.zeros((n_places, n_places))
    reach = np.inf if graph is None else streets.reach_km
    node, access = (
        (np.zeros(n_places, np.int64), np.zeros(n_places))
        if graph is None
        else snap(graph, points, country)
    )
    used, member = np.unique(node, return_inverse=True)
    along = (
        np.zeros((len(used), len(used)))
        if graph is None
        else roads.road_factor * node_km(graph, used, used)
    )
    for first in range(0, n_places, BLOCK):
        rows = slice(first, first + BLOCK)
        circle = great_circle_km(points[rows], points)
        by_road = along[member[rows]][:, member]
        ends = roads.access_factor * (access[rows, None] + access[None, :])
        # a way by road is never shorter than the great circle, however the ends are reached
        ends = np.maximum(ends, circle - by_road)
        near = by_street(circle, by_road + ends, reach)
        street[rows] = np.where(near, streets.detour * circle, ends)
        road[rows] = np.where(near, 0.0, by_road)
        street[rows][country[rows, None] != country[None, :]] = np.inf
    return Ways(street, road)


def by_street(circle_km: Array, mapped_km: Array, reach_km: float) -> NDArray[np.bool_]:
    """Tell which ways are streets: between near places, and where the map lacks the road."""
    missing = (mapped_km > MISSING * circle_km) & (circle_km <= MISSING_REACH * reach_km)
    return np.asarray((circle_km <= reach_km) | missing)


def great_circle_km(start: Array, goal: Array) -> Array:
    """Return great circles on the sphere between two sets of points, (n, m): exact to half a percent, and fast."""
    lat1, lon1 = np.radians(start).T
    lat2, lon2 = np.radians(goal).T
    half = (
        np.sin((lat2[None, :] - lat1[:, None]) / 2) ** 2
        + np.cos(lat1)[:, None]
        * np.cos(lat2)[None, :]
        * np.sin((lon2[None, :] - lon1[:, None]) / 2) ** 2
    )
    return np.asarray(2.0 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))
