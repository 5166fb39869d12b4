"""The orders of a zone become the stops of a day.

Delivery points of a future day are not known. Orders are placed where people live: around the
center of their zone, thinning out exponentially as the density of towns does (Clark 1951, doi
10.2307/2981088), with a mean distance equal to that of a disc which holds the zone's people at the
network's people per square kilometre. The same seed gives the same delivery points.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fulfill.inputs.geography.outlines import read_outlines

Array = NDArray[np.float64]
KM_PER_DEGREE = 111.195
"""Kilometres of a degree of latitude."""
MAX_RADII = 2.0
"""Radii of the disc beyond which no order is placed."""
REDRAWS = 30
"""Draws for an order that falls into the sea or abroad, before it is placed at the center."""
STOP_COLUMNS = [
    "stop_id",
    "zone_id",
    "lat",
    "lon",
    "orders",
    "weight_kg",
    "ready",
    "due",
    "minutes",
]


def whole_orders(expected: Array, rng: np.random.Generator) -> NDArray[np.int64]:
    """Round expected orders to whole numbers, at random but keeping their means and their sum.

    Systematic rounding: one random offset, then every time that the running sum passes a whole
    number.

    Parameters
    ----------
    expected : (n,)
        Expected numbers of orders, fractions.

    Returns
    -------
    array of int
        (n,) whole numbers, whose sum is that of all, rounded down or up.
    """
    passed = np.floor(np.concatenate([[0.0], np.cumsum(expected)]) + rng.random())
    return np.diff(passed).astype(np.int64)


def zone_area_km2(zones: pd.DataFrame, figures: Mapping[str, float]) -> Array:
    """Return the area on which a zone's people live, (n_zones,) km2."""
    dense = np.where(
        zones["zone_class"] == "rural", figures["rural_people_km2"], figures["people_km2"]
    )
    return np.asarray(np.maximum(zones["population"].to_numpy(float), 1.0) / dense)


def read_land(outlines: bytes | None) -> dict[str, shapely.Geometry]:
    """Return the land of each country.

    Parameters
    ----------
    outlines : bytes or None
        Content of the network's GeoJSON file, or None.

    Returns
    -------
    dict
        Shapes by country, prepared; empty without outlines.
    """
    if outlines is None:
        return {}
    shapes: dict[str, list[shapely.Geometry]] = {}
    for country, shape in read_outlines(outlines):
        shapes.setdefault(country, []).append(shape)
    land = {country: shapely.union_all(parts) for country, parts in shapes.items()}
    for shape in land.values():
        shapely.prepare(shape)
    return land


def place_orders(
    zones: pd.DataFrame,
    orders: pd.DataFrame,
    figures: Mapping[str, float],
    land: Mapping[str, shapely.Geometry],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Place whole orders at delivery points and gather those of one block into a stop.

    Parameters
    ----------
    zones : DataFrame
        Columns zone_id, lat, lon, country, population, zone_class.
    orders : DataFrame
        Columns zone_id, orders (whole), weight_kg of one order; a zone may have several rows.
    figures : mapping of str to float
        Parameters of the network.
    land : mapping
        See `read_land`; a country without an entry has no coast.

    Returns
    -------
    DataFrame
        `STOP_COLUMNS`; without windows, minutes by the figures.
    """
    counts = orders["orders"].to_numpy(np.int64)
    zone = np.repeat(pd.Index(zones["zone_id"]).get_indexer(pd.Index(orders["zone_id"])), counts)
    lat, lon = _delivery_points(zones, zone, figures, land, rng)
    block = figures["block_m"] / 1000.0 / KM_PER_DEGREE
    points = pd.DataFrame(
        {
            "zone": zone,
            "lat": lat,
            "lon": lon,
            "orders": 1.0,
            "weight_kg": np.repeat(orders["weight_kg"].to_numpy(float), counts),
            "row": np.floor(lat / block),
            "column": np.floor(lon * np.cos(np.radians(lat)) / block),
        }
    )
    found = points.groupby(["zone", "row", "column"], sort=True).agg(
        lat=("lat", "mean"),
        lon=("lon", "mean"),
        orders=("orders", "sum"),
        weight_kg=("weight_kg", "sum"),
    )
    names = zones["zone_id"].to_numpy(object)[found.index.get_level_values("zone")]
    number = found.groupby(level="zone").cumcount().to_numpy() + 1
    stops = found.reset_index(drop=True).assign(
        stop_id=[f"{name}-{count}" for name, count in zip(names, number, strict=True)],
        zone_id=names,
        ready=0.0,
        due=24.0,
        minutes=service_minutes(found["orders"].to_numpy(float), figures),
    )
    return stops[STOP_COLUMNS]


def service_minutes(orders: Array, figures: Mapping[str, float]) -> Array:
    """Return the minutes that stops of so many orders take, (n,)."""
    return figures["stop_minutes"] + figures["order_minutes"] * np.maximum(orders - 1.0, 0.0)


def _delivery_points(
    zones: pd.DataFrame,
    zone: NDArray[np.int64],
    figures: Mapping[str, float],
    land: Mapping[str, shapely.Geometry],
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Return lat and lon of every order, given the row of its zone."""
    center_lat, center_lon = (zones[name].to_numpy(float)[zone] for name in ("lat", "lon"))
    radius = np.sqrt(zone_area_km2(zones, figures) / np.pi)[zone]
    country = zones["country"].to_numpy(object)[zone]
    lat, lon = center_lat.copy(), center_lon.copy()
    pending = np.arange(len(zone))
    for _ in range(REDRAWS):
        if not len(pending):
            break
        # Exponential density in the plane: the distance is the sum of two exponentials. Its mean
        # is that of a disc, 2/3 of the radius.
        distance = rng.gamma(2.0, radius[pending] / 3.0)
        angle = rng.random(len(pending)) * 2.0 * np.pi
        new_lat = center_lat[pending] + distance * np.sin(angle) / KM_PER_DEGREE
        narrow = np.cos(np.radians(center_lat[pending]))
        new_lon = center_lon[pending] + distance * np.cos(angle) / KM_PER_DEGREE / narrow
        good = (distance <= MAX_RADII * radius[pending]) & _on_land(
            new_lat, new_lon, country[pending], land
        )
        lat[pending[good]], lon[pending[good]] = new_lat[good], new_lon[good]
        pending = pending[~good]
    return lat, lon


def _on_land(
    lat: Array, lon: Array, country: NDArray[np.object_], land: Mapping[str, shapely.Geometry]
) -> NDArray[np.bool_]:
    """Tell which points lie on the land of their country."""
    inside = np.ones(len(lat), bool)
    for code, shape in land.items():
        rows = np.flatnonzero(country == code)
        inside[rows] = shapely.contains_xy(shape, lon[rows], lat[rows])
    return inside
