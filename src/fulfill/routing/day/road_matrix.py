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
DETOUR_LIMIT = 3.0
"""Great circles beyond which a distance by the mapped roads says that the map lacks a road."""
DETOUR_REACH = 2.0
"""Reaches of streets up to which it says so; farther apart a mountain or a bay may be between."""
ROWS = 512
"""Rows measured at once: bounds what is held besides the result."""


@dataclass(frozen=True)
class StreetRules:
    """When two places are near, and how long streets between them are.

    Attributes
    ----------
    detour : float
        Length by street over the great circle.
    reach_km : float
        Great circle up to which places are near.
    """

    detour: float = 1.35
    reach_km: float = 15.0


@dataclass(frozen=True)
class RoadMatrix:
    """Distances between all places.

    Attributes
    ----------
    street_km, road_km : (n_places, n_places)
        Kilometres by street and by road; infinite where no road joins two places.
    """

    street_km: Array
    road_km: Array

    @property
    def km(self) -> Array:
        """The whole distances, (n_places, n_places)."""
        return self.street_km + self.road_km

    def hours(self, street_kmh: float, road_kmh: float) -> Array:
        """Return the hours of driving, (n_places, n_places).

        Parameters
        ----------
        street_kmh, road_kmh : float
            Speed on each kind of road.
        """
        return np.asarray(self.street_km / street_kmh + self.road_km / road_kmh)


def measure_distances(
    graph: RoadGraph | None,
    roads: RoadRules,
    streets: StreetRules,
    points: Array,
    country: NDArray[np.object_],
) -> RoadMatrix:
    """Measure every pair of places.

    Parameters
    ----------
    graph : RoadGraph or None
        Mapped roads; without them all places are joined by streets.
    roads, streets : RoadRules
        How distances follow from them.
    points : (n_places, 2)
        Latitude and longitude, degrees.
    country : (n_places,)
        Country codes; places of two countries are not joined.

    Returns
    -------
    RoadMatrix
        Symmetric.
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
    for first in range(0, n_places, ROWS):
        rows = slice(first, first + ROWS)
        circle = great_circle_km(points[rows], points)
        by_road = along[member[rows]][:, member]
        ends = roads.access_factor * (access[rows, None] + access[None, :])
        # No road is shorter than the great circle, however its ends are reached.
        ends = np.maximum(ends, circle - by_road)
        near = by_street(circle, by_road + ends, reach)
        street[rows] = np.where(near, streets.detour * circle, ends)
        road[rows] = np.where(near, 0.0, by_road)
        street[rows][country[rows, None] != country[None, :]] = np.inf
    return RoadMatrix(street, road)


def by_street(circle_km: Array, mapped_km: Array, reach_km: float) -> NDArray[np.bool_]:
    """Tell which places are joined by streets: near ones, and where the map lacks the road.

    Parameters
    ----------
    circle_km, mapped_km : ndarray
        Great circles, and distances by the mapped roads.
    reach_km : float
        Great circle up to which places are near.
    """
    missing = (mapped_km > DETOUR_LIMIT * circle_km) & (circle_km <= DETOUR_REACH * reach_km)
    return np.asarray((circle_km <= reach_km) | missing)


def great_circle_km(start: Array, goal: Array) -> Array:
    """Return the great circles between two sets of points: exact to half a percent, and fast.

    Parameters
    ----------
    start, goal : (n, 2) and (m, 2)
        Latitude and longitude, degrees.

    Returns
    -------
    array of float
        (n, m) km.
    """
    lat1, lon1 = np.radians(start).T
    lat2, lon2 = np.radians(goal).T
    half = (
        np.sin((lat2[None, :] - lat1[:, None]) / 2) ** 2
        + np.cos(lat1)[:, None]
        * np.cos(lat2)[None, :]
        * np.sin((lon2[None, :] - lon1[:, None]) / 2) ** 2
    )
    return np.asarray(2.0 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))
