"""Whether a place can be reached by road.

The same test holds for zones, sites, gateways, plants, stops and the ends of a lane.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.geography.land import Land, across_water
from fulfill.inputs.geography.roads import RoadGraph, snap

Array = NDArray[np.float64]
MAX_ACCESS_KM = 120.0
"""A place farther than this from every mapped road is off the map.

The map has main roads only: of the land of Mexico 6 % lies farther away, of the towns of the
embedded demand none (the farthest, in the Lacandon forest, 116 km).
"""


@dataclass(frozen=True)
class Reach:
    """How places reach the mapped roads; every array has shape (n,).

    Attributes
    ----------
    node : ndarray of int
        Nearest road node.
    km : ndarray
        Great circle to it.
    far : ndarray of bool
        No mapped road is near: the place is off the map.
    across : ndarray of bool
        Water lies between the place and the road.
    """

    node: NDArray[np.int64]
    km: Array
    far: NDArray[np.bool_]
    across: NDArray[np.bool_]

    @property
    def by_road(self) -> NDArray[np.bool_]:
        """Tell which places a road reaches."""
        return ~(self.far | self.across)


def reach(
    graph: RoadGraph, land: Land, points: Array, country: NDArray[np.object_] | None = None
) -> Reach:
    """Find out how places reach the mapped roads.

    Parameters
    ----------
    graph : RoadGraph
    land : Land
    points : ndarray, shape (n, 2)
        Latitude and longitude, degrees.
    country : ndarray of str, shape (n,), optional
        Country codes; by default those of the nearest road nodes.

    Returns
    -------
    Reach
    """
    points = np.asarray(points, float)
    node, km = snap(graph, points, country)
    if country is None:
        country = node_country(graph, node)
    ends = np.column_stack([graph.lat[node], graph.lon[node]])
    far = km > MAX_ACCESS_KM
    across = np.zeros(len(points), bool)
    near = np.flatnonzero(~far)
    across[near] = across_water(land, points[near], ends[near], np.asarray(country)[near])
    return Reach(node, km, far, across)


def node_country(graph: RoadGraph, node: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the country codes of road nodes, (n,)."""
    return np.array(graph.codes, object)[graph.country[node]]
