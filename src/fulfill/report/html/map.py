"""Offline maps in Web Mercator: background, lines and areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from bokeh.models import ColumnDataSource, Range1d, WheelZoomTool
from bokeh.palettes import Category20
from bokeh.plotting import figure
from numpy.typing import NDArray

from fulfill.inputs.geography.outlines import read_outlines
from fulfill.inputs.network import Network
from fulfill.report.html.style import hover
from fulfill.study.language import ENGLISH, Message, language
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import CENTS, money

Array = NDArray[np.float64]
EARTH_M = 6378137.0
VAN = Message("<b>@vehicle</b><br>@stops stops, @km{0} km, @hours{0.0} h, @cost")
"""Tooltip of a van."""
ASPECT = 1.55
"""Width over height of a map, on any screen."""
TOOLS = {
    "pan": Message("Pan"),
    "wheel_zoom": Message("Zoom by wheel"),
    "zoom_in": Message("Zoom in"),
    "zoom_out": Message("Zoom out"),
    "box_zoom": Message("Zoom to a box"),
    "reset": Message("Reset"),
    "save": Message("Save the picture"),
}
"""Tools of a map in bokeh, and their names for people."""
LAND, ABROAD, SEA, BORDER = "#f7f4ec", "#efefec", "#e6eef3", "#c9c2b4"


def empty_map(places: pd.DataFrame, network: Network) -> figure:
    """Return a map of the land that covers all places.

    Parameters
    ----------
    places : DataFrame
        lat, lon.
    network : Network
        Its outlines are drawn, if it has any.

    Returns
    -------
    figure
        To which layers are added.
    """
    x, y = mercator(places["lon"].to_numpy(float), places["lat"].to_numpy(float))
    middle = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2
    half = 0.55 * max(x.max() - x.min(), 1.5 * (y.max() - y.min()), 50_000.0)
    wheel = WheelZoomTool(modifiers="ctrl")
    canvas = figure(
        aspect_ratio=ASPECT,
        sizing_mode="scale_width",
        match_aspect=True,
        toolbar_location="above",
        background_fill_color=SEA,
        x_range=Range1d(middle[0] - half, middle[0] + half),
        y_range=Range1d(middle[1] - half / ASPECT, middle[1] + half / ASPECT),
        tools=[wheel if name == "wheel_zoom" else name for name in TOOLS],
        active_scroll=wheel,
        outline_line_color=BORDER,
    )
    canvas.toolbar.logo = None
    if language() != ENGLISH:  # bokeh has its own words, which are English
        for tool, words in zip(canvas.toolbar.tools, TOOLS.values(), strict=True):
            tool.description = _(words)
    canvas.axis.visible = False
    canvas.grid.visible = False
    if network.outlines is not None:
        _draw_land(canvas, read_outlines(network.outlines))
    return canvas


def mercator(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Project coordinates to Web Mercator.

    Parameters
    ----------
    lon, lat : array
        Degrees.

    Returns
    -------
    x, y : array
        Metres.
    """
    return np.radians(lon) * EARTH_M, np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) * EARTH_M


def lines_xy(shapes: gpd.GeoSeries) -> dict[str, Any]:
    """Return lines in the form of bokeh's `multi_line`.

    Parameters
    ----------
    shapes : GeoSeries
        Lines in EPSG:4326.

    Returns
    -------
    dict
        `xs` and `ys`, a list of Web Mercator metres for each line.
    """
    lines = [shapely.get_coordinates(_projected(shape)).round(0) for shape in shapes]
    return {
        "xs": [line[:, 0].tolist() for line in lines],
        "ys": [line[:, 1].tolist() for line in lines],
    }


def areas_xy(shapes: gpd.GeoSeries) -> dict[str, Any]:
    """Return polygons in the form of bokeh's `multi_polygons`.

    Parameters
    ----------
    shapes : GeoSeries
        Polygons or multipolygons in EPSG:4326.

    Returns
    -------
    dict
        `xs` and `ys` in Web Mercator metres; for each part its outer ring, then its holes.
    """
    xs, ys = [], []
    for shape in shapes:
        parts = [
            [shapely.get_coordinates(ring).round(0) for ring in (part.exterior, *part.interiors)]
            for part in shapely.get_parts(_projected(shape))
        ]
        xs.append([[ring[:, 0].tolist() for ring in rings] for rings in parts])
        ys.append([[ring[:, 1].tolist() for ring in rings] for rings in parts])
    return {"xs": xs, "ys": ys}


def draw_vans(canvas: figure, layer: gpd.GeoDataFrame) -> list[Any]:
    """Draw the routes of vans, each with what it carries and costs; see `draw_vehicles`."""
    cost = [money(usd, CENTS) for usd in layer["usd"]]
    return draw_vehicles(canvas, layer.assign(cost=cost), VAN)


def draw_vehicles(
    canvas: figure,
    layer: gpd.GeoDataFrame,
    text: str,
    width: float = 1.3,
    colors: Sequence[str] = Category20[20],
) -> list[Any]:
    """Draw the lines of vehicles in repeating colours.

    Parameters
    ----------
    canvas : figure
        Map.
    layer : GeoDataFrame
        One line for each vehicle.
    text : str
        Tooltip.
    width : float
        Width of the lines, pixels.
    colors : sequence of str
        Colours, used in turn.

    Returns
    -------
    list
        The renderer; empty where there is no line.
    """
    if not len(layer):
        return []
    source = pd.DataFrame(layer.drop(columns="geometry")).assign(
        **lines_xy(layer.geometry),
        color=[colors[number % len(colors)] for number in range(len(layer))],
    )
    made = canvas.multi_line(
        "xs",
        "ys",
        source=ColumnDataSource(source),
        line_color="color",
        line_width=width,
        line_alpha=0.8,
    )
    hover(canvas, made, _(text))
    return [made]


def _draw_land(canvas: figure, outlines: tuple[tuple[str, shapely.Geometry], ...]) -> None:
    """Draw the land, with Mexico lighter than other countries."""
    countries, shapes = zip(*outlines, strict=True)
    color = np.where(np.array(countries) == "MX", LAND, ABROAD)
    source = ColumnDataSource({**areas_xy(gpd.GeoSeries(shapes)), "color": color})
    canvas.multi_polygons(
        "xs", "ys", source=source, fill_color="color", line_color=BORDER, line_width=0.7
    )


def _projected(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape in Web Mercator."""
    return shapely.transform(shape, lambda xy: np.column_stack(mercator(xy[:, 0], xy[:, 1])))
