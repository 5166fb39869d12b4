"""Land and water: the outlines of countries, and which places lie across water.

A place is reached over its nearest road node. The leg to it is taken over land where it can be: a
place lies *across water* where that leg passes more water than a bridge spans and no land of the
outlines joins both ends. Nothing is said of water beyond the outlines: those of the United States
cover four states only, so a place in Nevada is not one in the sea.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from fulfill.inputs.geography.geodesic import geodesic_km
from fulfill.inputs.states import STATES, state_name

Array = NDArray[np.float64]
BRIDGE_KM = 5.0
"""Water that a bridge may span: the longest of Mexico, El Zacatal to Ciudad del Carmen, has 3.9 km.

It also allows for the outlines, which are off by up to two kilometres at the coast.
"""
COAST_KM = 4.0
"""A place so far outside the outlines still lies on their land."""
KM_PER_DEGREE = 111.195
"""Kilometres of a degree of latitude."""
AT_SEA = -1
"""Number of the land of a place that lies on none."""


@dataclass(frozen=True, eq=False)
class Land:
    """The land of some countries.

    Attributes
    ----------
    countries : mapping of str to Geometry
        Shape of each country, prepared; degrees, longitude first. Empty without outlines.
    whole : frozenset of str
        Countries all of whose states are outlined, so that what is not land is water.
    """

    countries: Mapping[str, shapely.Geometry] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()

    @cached_property
    def joined(self) -> shapely.Geometry:
        """The land of all countries, prepared."""
        shape = shapely.union_all(list(self.countries.values()))
        shapely.prepare(shape)
        return shape

    @cached_property
    def pieces(self) -> shapely.STRtree:
        """Search tree of the pieces of land that water separates."""
        return shapely.STRtree(shapely.get_parts(self.joined))


@cache
def read_land(outlines: bytes | None) -> Land:
    """Read the land of each country.

    Parameters
    ----------
    outlines : bytes or None
        Content of the network's GeoJSON file, or None; equal contents are read only once.

    Returns
    -------
    Land
    """
    if outlines is None:
        return Land()
    shapes: dict[str, list[shapely.Geometry]] = {}
    states: dict[str, set[str | None]] = {}
    for feature in json.loads(outlines)["features"]:
        country = str(feature["properties"]["country"])
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        shapes.setdefault(country, []).append(shapely.make_valid(shape))
        name = str(feature["properties"].get("state", ""))
        states.setdefault(country, set()).add(state_name(country, name))
    land = {country: shapely.union_all(parts) for country, parts in shapes.items()}
    for shape in land.values():
        shapely.prepare(shape)
    whole = {code for code in land if code in STATES and states[code] >= set(STATES[code])}
    return Land(land, frozenset(whole))


def across_water(
    land: Land, places: Array, nodes: Array, country: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Tell which places lie across water from a point that roads reach.

    Parameters
    ----------
    land : Land
    places, nodes : ndarray, shapes (n, 2)
        Latitude and longitude of each place and of its road node, degrees.
    country : ndarray of str, shape (n,)
        Countries of the places.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    places, nodes = np.asarray(places, float), np.asarray(nodes, float)
    across = np.zeros(len(places), bool)
    if not land.countries:
        return across
    km = geodesic_km(places[:, 0], places[:, 1], nodes[:, 0], nodes[:, 1])
    rows = np.flatnonzero(km > BRIDGE_KM)
    rows = rows[water_km(land, places[rows], nodes[rows]) > BRIDGE_KM]
    own, other = land_number(land, places[rows]), land_number(land, nodes[rows])
    unknown = (own == AT_SEA) & ~np.isin(np.asarray(country)[rows], list(land.whole))
    across[rows] = (own != other) & (other != AT_SEA) & ~unknown
    return across


def water_km(land: Land, start: Array, goal: Array) -> Array:
    """Return the kilometres of straight lines that lead over no land, (n,).

    Parameters
    ----------
    land : Land
        With outlines.
    start, goal : ndarray, shapes (n, 2)
        Latitude and longitude, degrees.
    """
    lines = shapely.linestrings(np.stack([start[:, ::-1], goal[:, ::-1]], axis=1))
    dry = shapely.length(shapely.intersection(lines, land.joined))
    share = 1.0 - dry / np.maximum(shapely.length(lines), 1e-12)
    return np.asarray(share * geodesic_km(start[:, 0], start[:, 1], goal[:, 0], goal[:, 1]))


def land_number(land: Land, points: Array) -> NDArray[np.int64]:
    """Return the number of the piece of land on which each point lies, (n,); `AT_SEA` for none.

    Parameters
    ----------
    land : Land
        With outlines.
    points : ndarray, shape (n, 2)
        Latitude and longitude, degrees.
    """
    number = np.full(len(points), AT_SEA)
    if len(points):
        shapes = shapely.points(points[:, 1], points[:, 0])
        row, piece = land.pieces.query_nearest(
            shapes, max_distance=COAST_KM / KM_PER_DEGREE, all_matches=False
        )
        number[row] = piece
    return number
