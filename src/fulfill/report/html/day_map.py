"""Map of a routed day: trucks, routes, stops and sites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
from bokeh.models import ColumnDataSource
from bokeh.palettes import Category20
from bokeh.plotting import figure

from fulfill.report.html.map import draw_vans, draw_vehicles, empty_map, mercator
from fulfill.report.html.style import INK, Chart, hover, layer
from fulfill.study.delivery_day import DayRoutes
from fulfill.study.language import Message
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import WHOLE, shown

TRUCK = Message("<b>@from → @to</b><br>@kind: @trips_week trucks a week, @km{0} km, @hours{0.0} h")
TRUCK_COLOR, DEPOT_COLOR, ROUTE_COLOR = "#8c510a", "#b2182b", Category20[20][0]
CLEAR_STOPS = 1500
"""Number of stops up to which they are shown at first; more would hide the routes."""


def day_map(day: DayRoutes, layers: Mapping[str, gpd.GeoDataFrame]) -> Chart:
    """Draw routes, stops, depots and linehaul of a day.

    Stops are below the routes, and hidden at first where they are too many to be told apart.

    Parameters
    ----------
    day : DayRoutes
        Routed day.
    layers : Mapping of str to GeoDataFrame
        Of `report.gis.day_layers.day_layers`.

    Returns
    -------
    Chart
        With a legend that hides and shows layers.
    """
    places = pd.concat([day.stops[["lat", "lon"]], day.depots[["lat", "lon"]]])
    canvas = empty_map(places, day.network)
    stop_text = _("<b>@stop_id</b><br>@vehicle, stop @sequence")
    small = {"size": 2.5, "marker": "circle", "fill_color": INK, "line_width": 0.0}
    large = {"size": 14, "marker": "square", "fill_color": DEPOT_COLOR, "line_width": 1.0}
    stops = _draw_points(canvas, layers["stops"], stop_text, small)
    linehaul = layers["linehaul"]
    kinds = [shown(kind, "linehaul") for kind in linehaul["kind"]] if len(linehaul) else []
    trucks = draw_vehicles(canvas, linehaul.assign(kind=kinds), TRUCK, 3.0, [TRUCK_COLOR])
    routes = draw_vans(canvas, layers["routes"])
    depots = _draw_points(canvas, layers["depots"], "<b>@name</b>", large)
    key = (
        *layer(DEPOT_COLOR, Message("Site"), depots),
        *layer(ROUTE_COLOR, Message("Routes, one colour for each vehicle"), routes),
        *layer(TRUCK_COLOR, Message("Trucks"), trucks),
        *layer(INK, Message("Stops"), stops, is_on=len(day.stops) <= CLEAR_STOPS),
    )
    text = _("Map of {vehicles} vehicles and {stops} stops.").format(
        vehicles=len(day.vehicles), stops=shown(len(day.stops), WHOLE)
    )
    return Chart(canvas, text, key)


def _draw_points(
    canvas: figure, layer: gpd.GeoDataFrame, text: str, look: Mapping[str, Any]
) -> list[Any]:
    x, y = mercator(layer["lon"].to_numpy(float), layer["lat"].to_numpy(float))
    kept = [name for name in ("stop_id", "vehicle", "sequence", "name") if name in layer]
    source = ColumnDataSource(pd.DataFrame(layer[kept]).assign(x=x, y=y))
    made = canvas.scatter("x", "y", source=source, line_color="white", **look)
    hover(canvas, made, text)
    return [made]
