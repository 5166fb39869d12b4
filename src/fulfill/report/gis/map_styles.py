"""How QGIS draws each layer of a plan."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree.ElementTree import Element

import geopandas as gpd
import pandas as pd

from fulfill.report.gis.qml import (
    Range,
    Symbol,
    categorised,
    colour,
    graduated,
    labels,
    single,
)
from fulfill.study.labels import VALUES
from fulfill.study.vocabulary import figure

INK, PAPER, QUIET = "#1d2733", "#ffffff", "#8a939e"
DAYS = (0.0, 2.0, 3.0, 5.0, 8.0, 12.0, 1000.0)
"""Limits of the classes of lead times."""
DAY_COLOURS = ("#2166ac", "#67a9cf", "#a6d4c6", "#fddbc7", "#ef8a62", "#b2182b")
"""A blue-red scale is safe for colour-blind readers."""
PART_COLOURS = ("#f2f0f7", "#cbc9e2", "#9e9ac8", "#756bb1", "#54278f")
"""Colours of shares, in classes of equal width between the least and the largest."""
AREA_COLOURS = (
    "#8dd3c7", "#fdb462", "#bebada", "#b3de69", "#80b1d3", "#fccde5", "#ffed6f", "#fb8072",
    "#ccebc5", "#bc80bd", "#d9d9d9",
)  # fmt: skip
CHANNEL_COLOURS = {
    "direct_mail": "#c2410c",
    "local": "#1f5fa8",
    "cross_border": "#8e44ad",
    "nearshore": "#2e7d32",
}
GATEWAYS = {
    "seaport": ("seaport", "square", "#0b7a75"),
    "airport": ("airport", "triangle", "#9467bd"),
    "crossing": ("border crossing", "diamond", "#b7791f"),
}
"""Label, shape and colour by kind."""
SHADED = ("zones", "zone_cells", "states")
"""Layers with a style for each of `SHADINGS`, of which the first is the default."""
SHADINGS = ("lead_time_days", "share_direct_mail", "share_local", "share_nearshore")


@dataclass(frozen=True)
class Style:
    """A style of a layer.

    Attributes
    ----------
    name : str
        Name for people.
    renderer : Element
        Symbols.
    label : Element or None
        Labels.
    """

    name: str
    renderer: Element
    label: Element | None = None


def layer_styles(name: str, layer: gpd.GeoDataFrame) -> list[Style]:
    """Return the styles of a layer, the default first.

    Parameters
    ----------
    name : str
        Name of a layer of a plan.
    layer : GeoDataFrame
        Its features: the largest has the widest line or the largest symbol.

    Returns
    -------
    list of Style
        At least one.
    """
    if name in SHADED:
        return [_shaded(name, layer, column) for column in SHADINGS]
    if name == "sites":
        return [Style("throughput", _sites(layer), labels("name", 9.0, "Point"))]
    if name == "gateways":
        return [Style("kind", _gateways(layer))]
    if name == "service_areas":
        return [Style("site", _areas(layer), labels("name", 8.0, "Polygon"))]
    if name == "routes":
        line = {"line_color": colour("#b7791f"), "line_width": "0.4", "line_width_unit": "MM"}
        return [Style("vans", single(Symbol("Line", "SimpleLine", line, opacity=0.8)))]
    if name == "last_mile":
        return [Style("channel", _lines(layer, "m3", 0.05, 0.5, 0.4))]
    if name == "mail":
        symbol = _line(layer, "m3", 0.1, 1.2, 0.6, CHANNEL_COLOURS["direct_mail"])
        return [Style("volume", single(symbol))]
    return [Style("channel", _lines(layer, "m3", 0.3, 2.2, 0.8))]


def background() -> Style:
    """Return the style of areas that lie below all others."""
    return Style("background", single(_fill("#eceff1", 255, "#b4bcc4")))


def _root(layer: gpd.GeoDataFrame, column: str, least: float, range_mm: float) -> str:
    """Return an expression: millimetres that grow with the square root of a column."""
    largest = max(float(layer[column].max()) if len(layer) else 0.0, 1e-9)
    return f'{least:g} + {range_mm:g} * sqrt(coalesce("{column}", 0) / {largest:.6g})'


def _line(
    layer: gpd.GeoDataFrame, column: str, least: float, range_mm: float, opacity: float, paint: str
) -> Symbol:
    properties = {
        "line_color": colour(paint),
        "line_width": "0.3",
        "line_width_unit": "MM",
        "capstyle": "round",
        "joinstyle": "round",
    }
    width = {"outlineWidth": _root(layer, column, least, range_mm)}
    return Symbol("Line", "SimpleLine", properties, width, opacity)


def _lines(
    layer: gpd.GeoDataFrame, column: str, least: float, range_mm: float, opacity: float
) -> Element:
    """Return lines coloured by channel, with a width by volume."""
    return categorised(
        "channel",
        {
            channel: (
                VALUES["channel"][channel],
                _line(layer, column, least, range_mm, opacity, paint),
            )
            for channel, paint in CHANNEL_COLOURS.items()
        },
    )


def _marker(shape: str, paint: str, size: str, edge: str = PAPER, opacity: float = 1.0) -> Symbol:
    properties = {
        "name": shape,
        "color": colour(paint),
        "outline_color": colour(edge),
        "outline_width": "0.2",
        "outline_width_unit": "MM",
        "size": "2",
        "size_unit": "MM",
    }
    return Symbol("Point", "SimpleMarker", properties, {"size": size}, opacity)


def _fill(paint: str, alpha: int, edge: str = PAPER) -> Symbol:
    properties = {
        "color": colour(paint, alpha),
        "style": "solid",
        "outline_color": colour(edge),
        "outline_width": "0.15",
        "outline_width_unit": "MM",
        "outline_style": "solid",
    }
    return Symbol("Polygon", "SimpleFill", properties)


def _sites(layer: gpd.GeoDataFrame) -> Element:
    return single(_marker("square", INK, _root(layer, "orders_year", 2.0, 2.6)))


def _gateways(layer: gpd.GeoDataFrame) -> Element:
    """Return symbols by kind, larger with what passes."""
    size = _root(layer, "used_m3_year", 1.3, 3.0)
    return categorised(
        "kind",
        {
            kind: (label, _marker(shape, paint, size))
            for kind, (label, shape, paint) in GATEWAYS.items()
        },
    )


def _areas(layer: gpd.GeoDataFrame) -> Element:
    """Return a colour for each site; the largest areas come first in the list of colours."""
    ordered = layer.sort_values(["orders", "site_id"], ascending=[False, True])
    return categorised(
        "site_id",
        {
            site: (name, _fill(AREA_COLOURS[rank % len(AREA_COLOURS)], 120))
            for rank, (site, name) in enumerate(
                zip(ordered["site_id"], ordered["name"], strict=True)
            )
        },
    )


def _shaded(name: str, layer: gpd.GeoDataFrame, column: str) -> Style:
    """Return zones or areas coloured by a column, zones with a size by orders."""
    measured = figure(column)
    if column == "lead_time_days":
        limits: Sequence[float] = DAYS
        words = [f"{low:g} to {high:g} days" for low, high in pairwise(DAYS)]
        words[0], words[-1] = f"up to {DAYS[1]:g} days", f"over {DAYS[-2]:g} days"
        colours: Sequence[str] = DAY_COLOURS
    else:
        limits, colours = _equal_parts(layer[column], len(PART_COLOURS)), PART_COLOURS
        words = [f"{low:.1%} to {high:.1%}" for low, high in pairwise(limits)]
    ranges = []
    for (low, high), label, paint in zip(pairwise(limits), words, colours, strict=True):
        symbol = (
            _marker("circle", paint, _root(layer, "orders", 0.7, 4.0), INK, 0.9)
            if name == "zones"
            else _fill(paint, 200)
        )
        ranges.append(Range(low, high, label, symbol))
    return Style(measured.words, graduated(column, ranges))


def _equal_parts(shares: pd.Series, number: int) -> list[float]:
    """Return the limits of classes of equal width, in full tenths of a per cent."""
    there = shares.dropna()
    low, high = (float(there.min()), float(there.max())) if len(there) else (0.0, 1.0)
    low = math.floor(1000.0 * low) / 1000.0
    width = max(math.ceil(1000.0 * (high - low) / number), 1) / 1000.0
    return [round(low + step * width, 3) for step in range(number + 1)]
