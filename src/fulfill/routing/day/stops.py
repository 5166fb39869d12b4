"""The orders of a zone become the stops of a day.

Nobody knows the doors of next November. Orders are put where people live: around the centre of
their zone, thinning out exponentially as the density of towns does (Clark 1951, doi
10.2307/2981088), with a mean distance equal to that of a disc which holds the zone's people at the
network's people per square kilometre. The same seed gives the same doors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

Array = NDArray[np.float64]
KM_A_DEGREE = 111.195
"""Kilometres of a degree of latitude."""
FARTHEST = 2.0
"""Radii of the disc beyond which no order is put."""
REDRAWS = 30
"""Times that an order which fell into the sea or abroad is put anew before it goes to the zone's centre."""
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
    """Return whole numbers with the expected values as means, whose sum is that of all rounded down or up.

    Systematic rounding: one random offset, then every time that the running sum passes a whole
    number.
    """
    passed = np.floor(np.concatenate([[0.0], np.cumsum(expected)]) + rng.random())
    return np.diff(passed).astype(np.int64)


def zone_area_km2(zones: pd.DataFrame, figures: Mapping[str, float]) -> Array:
    """Return the area on which a zone's people live."""
    dense = np.where(
        zones["zone_class"] == "rural", figures["rural_people_km2"], figures["people_km2"]
    )
    return np.asarray(np.maximum(zones["population"].to_numpy(float), 1.0) / dense)


def read_land(outlines: bytes | None) -> dict[str, shapely.Geometry]:
    """Return the land of each country by the content of a network's outlines (GeoJSON)."""
    if outlines is None:
        return {}
    shapes: dict[str, list[shapely.Geometry]] = {}
    for feature in json.loads(outlines)["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        shapes.setdefault(str(feature["properties"]["country"]), []).append(
            shapely.make_valid(shape)
        )
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
    """Put whole orders at doors and gather those of one block into a stop.

    Parameters
    ----------
    zones : zone_id, lat, lon, country, population, zone_class
    orders : zone_id, orders (whole), weight_kg of one order; a zone may have several rows

    Returns
    -------
    DataFrame
        `STOP_COLUMNS`; without windows, minutes by the figures.
    """
    counts = orders["orders"].to_numpy(np.int64)
    zone = np.repeat(pd.Index(zones["zone_id"]).get_indexer(pd.Index(orders["zone_id"])), counts)
    lat, lon = _doors(zones, zone, figures, land, rng)
    block = figures["block_m"] / 1000.0 / KM_A_DEGREE
    doors = pd.DataFrame(
        {
            "zone": zone, "lat": lat, "lon": lon, "orders": 1.0,
            "weight_kg": np.repeat(orders["weight_kg"].to_numpy(float), counts),
            "row": np.floor(lat / block), "column": np.floor(lon * np.cos(np.radians(lat)) / block),
        }
    )  # fmt: skip
    found = doors.groupby(["zone", "row", "column"], sort=True).agg(
        lat=("lat", "mean"),
        lon=("lon", "mean"),
        orders=("orders", "sum"),
        weight_kg=("weight_kg", "sum"),
    )
    names = zones["zone_id"].to_numpy(object)[found.index.get_level_values("zone")]
    number = found.groupby(level="zone").cumcount().to_numpy() + 1
    stops = found.reset_index(drop=True).assign(
        stop_id=[f"{name}-{count}" for name, count in zip(names, number, strict=True)],
        zone_id=names, ready=0.0, due=24.0, minutes=service_minutes(found["orders"].to_numpy(float), figures),
    )  # fmt: skip
    return stops[STOP_COLUMNS]


def service_minutes(orders: Array, figures: Mapping[str, float]) -> Array:
    """Return the minutes at a stop of so many orders."""
    return figures["stop_minutes"] + figures["order_minutes"] * np.maximum(orders - 1.0, 0.0)


def _doors(
    zones: pd.DataFrame,
    zone: NDArray[np.int64],
    figures: Mapping[str, float],
    land: Mapping[str, shapely.Geometry],
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Return lat and lon of every order."""
    center_lat, center_lon = (zones[name].to_numpy(float)[zone] for name in ("lat", "lon"))
    radius = np.sqrt(zone_area_km2(zones, figures) / np.pi)[zone]
    country = zones["country"].to_numpy(object)[zone]
    lat, lon = center_lat.copy(), center_lon.copy()
    open_ = np.arange(len(zone))
    for _ in range(REDRAWS):
        if not len(open_):
            break
        # exponential density in the plane: the distance is the sum of two exponentials, here with
        # mean 2/3 radius
        away = rng.gamma(2.0, radius[open_] / 3.0)
        angle = rng.random(len(open_)) * 2.0 * np.pi
        new_lat = center_lat[open_] + away * np.sin(angle) / KM_A_DEGREE
        narrow = np.cos(np.radians(center_lat[open_]))
        new_lon = center_lon[open_] + away * np.cos(angle) / KM_A_DEGREE / narrow
        good = (away <= FARTHEST * radius[open_]) & _on_land(new_lat, new_lon, country[open_], land)
        lat[open_[good]], lon[open_[good]] = new_lat[good], new_lon[good]
        open_ = open_[~good]
    return lat, lon


def _on_land(
    lat: Array, lon: Array, country: NDArray[np.object_], land: Mapping[str, shapely.Geometry]
) -> NDArray[np.bool_]:
    inside = np.ones(len(lat), bool)
    for code, shape in land.items():
        rows = np.flatnonzero(country == code)
        inside[rows] = shapely.contains_xy(shape, lon[rows], lat[rows])
    return inside
