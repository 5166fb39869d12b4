"""A map for kepler.gl: one JSON file with the arcs, sites and zones of a run and their layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from fulfill.report.gis.map_styles import CHANNEL_COLOURS

SHOWN = {"arcs": True, "sites": True, "zones": False}
"""Tables of the map, the topmost first, and whether they are shown at first."""


def kepler_map(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return a map that kepler.gl opens as it is, with arcs coloured by channel.

    Parameters
    ----------
    tables : Mapping of str to DataFrame
        arcs, sites and zones as in the CSV files of a run.

    Returns
    -------
    dict
        Data and configuration in version 1 of the format of kepler.gl; NaN are None.
    """
    zones = tables["zones"]
    return {
        "datasets": [{"version": "v1", "data": _data(name, tables[name])} for name in SHOWN],
        "config": {
            "version": "v1",
            "config": {
                "visState": {"layers": [_arcs(tables["arcs"]), _points("sites"), _points("zones")]},
                "mapState": {
                    "latitude": round(float((zones["lat"].min() + zones["lat"].max()) / 2), 4),
                    "longitude": round(float((zones["lon"].min() + zones["lon"].max()) / 2), 4),
                    "zoom": 4,
                    "pitch": 30,
                },
            },
        },
        "info": {"app": "kepler.gl"},
    }


def _data(name: str, table: pd.DataFrame) -> dict[str, Any]:
    numeric = {column: pd.api.types.is_numeric_dtype(table[column]) for column in table}
    return {
        "id": name,
        "label": name,
        "fields": [
            {
                "name": column,
                "type": "real" if number else "string",
                "analyzerType": "FLOAT" if number else "STRING",
                "format": "",
            }
            for column, number in numeric.items()
        ],
        "allData": table.astype(object).where(table.notna(), None).to_numpy().tolist(),
    }


def _arcs(arcs: pd.DataFrame) -> dict[str, Any]:
    """Return the layer of arcs; kepler.gl gives colours to channels in alphabetical order."""
    channels = sorted(arcs["channel"].unique())
    columns = {"lat0": "start_lat", "lng0": "start_lon", "lat1": "end_lat", "lng1": "end_lon"}
    colours = {
        "name": "channels",
        "type": "custom",
        "category": "Custom",
        "colors": [CHANNEL_COLOURS[channel] for channel in channels],
        "colorMap": [[channel, CHANNEL_COLOURS[channel]] for channel in channels],
    }
    layer = _layer("arcs", "arc", columns)
    layer["config"]["visConfig"] = {
        "opacity": 0.25,
        "thickness": 1,
        "sizeRange": [0, 8],
        "colorRange": colours,
    }
    layer["visualChannels"] = {
        "colorField": {"name": "channel", "type": "string"},
        "colorScale": "ordinal",
        "sizeField": {"name": "orders_year", "type": "real"},
        "sizeScale": "sqrt",
    }
    return layer


def _points(name: str) -> dict[str, Any]:
    layer = _layer(name, "point", {"lat": "lat", "lng": "lon"})
    layer["config"]["visConfig"] = {"opacity": 0.8, "radiusRange": [2, 30]}
    orders = "orders_year" if name == "sites" else "orders"
    layer["visualChannels"] = {
        "sizeField": {"name": orders, "type": "real"},
        "sizeScale": "sqrt",
    }
    return layer


def _layer(name: str, kind: str, columns: Mapping[str, str]) -> dict[str, Any]:
    config = {
        "dataId": name,
        "label": name,
        "columns": dict(columns),
        "isVisible": SHOWN[name],
    }
    return {"id": name, "type": kind, "config": config}
