"""Outlines of countries and states, a GeoJSON file of a network: the land on maps, and coasts."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import shapely

from fulfill.inputs.faults import Fault

SHAPES = ("Polygon", "MultiPolygon")
MOST_SHOWN = 20
"""Features whose faults are listed; a file of another kind would fill screens."""


@cache
def read_outlines(content: bytes) -> tuple[tuple[str, shapely.Geometry], ...]:
    """Read outlines that have no fault.

    Parameters
    ----------
    content : bytes
        Content of the GeoJSON file; equal contents are parsed only once.

    Returns
    -------
    tuple of (str, Geometry)
        Country and valid polygons of each feature, longitude and latitude in degrees.
    """
    features = json.loads(content)["features"]
    return tuple((str(one["properties"]["country"]), _shape(one["geometry"])) for one in features)


def state_outlines(content: bytes) -> dict[tuple[str, str], shapely.Geometry]:
    """Return the outlines of states.

    Parameters
    ----------
    content : bytes
        Content of the GeoJSON file, without faults.

    Returns
    -------
    dict of (str, str) to Geometry
        By country and state; features that name no state are left out.
    """
    features = json.loads(content)["features"]
    names = [one["properties"].get("state") for one in features]
    shapes = read_outlines(content)
    return {(key, name): one for name, (key, one) in zip(names, shapes, strict=True) if name}


def outline_faults(content: bytes, file: str) -> list[Fault]:
    """Find what is wrong with outlines.

    GDAL would guess the format of such a file; here it is GeoJSON or refused.

    Parameters
    ----------
    content : bytes
        Content of the file.
    file : str
        Folder and name of the file, for messages.

    Returns
    -------
    list of Fault
        F346, one for each feature that cannot be used, at most `MOST_SHOWN`.
    """
    try:
        collection = json.loads(content)
    except (ValueError, RecursionError) as error:
        return [Fault("F346", file, detail=f"no JSON: {error}"[:200])]
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or not features:
        return [Fault("F346", file, detail="no feature in it")]
    found = [(number, _wrong(feature)) for number, feature in enumerate(features, 1)]
    return [
        Fault("F346", file, detail=f"feature {number}: {text}") for number, text in found if text
    ][:MOST_SHOWN]


def _shape(geometry: Any) -> shapely.Geometry:
    """Return valid polygons; raises errors of shapely for anything else."""
    shape = shapely.from_geojson(json.dumps(geometry))
    if shapely.is_valid(shape):
        return shape
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


def _wrong(feature: Any) -> str:
    """Return what is wrong with a feature; empty where nothing is."""
    try:
        country, geometry = feature["properties"]["country"], feature["geometry"]
        if not isinstance(country, str) or not country:
            return "no country"
        if geometry["type"] not in SHAPES:
            return f"its geometry is {str(geometry['type'])[:40]}, no polygon"
        points = shapely.get_coordinates(_shape(geometry))
    except (KeyError, TypeError, RecursionError):
        return "no object with the property `country` and a geometry"
    except (ValueError, shapely.errors.ShapelyError) as error:
        return str(error)[:200]
    if not len(points):
        return "its geometry is empty"
    if not (np.abs(points) <= (180.0, 90.0)).all():  # false for NaN
        return "a point outside of longitude -180..180 and latitude -90..90"
    return ""
