"""Map of a routed day: trucks, routes, stops and sites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from fulfill.report.html.map import VAN, draw_vehicles, empty_map, mercator
from fulfill.report.html.style import INK, add_switches, hover
from fulfill.study.delivery_day import DayRoutes

TRUCK = "<b>@from → @to</b><br>@kind: @trips_week trucks a week, @km{0} km, @hours{0.0} h"
TRUCK_COLOR, DEPOT_COLOR = "#8c510a", "#b2182b"


def day_map(day: DayRoutes, layers: Mapping[str, gpd.GeoDataFrame]) -> figure:
    """Draw routes, stops, depots and linehaul of a day.

    Parameters
    ----------
    day : DayRoutes
        Routed day.
    layers : Mapping of str to GeoDataFrame
        Of `report.gis.day_layers.day_layers`.

    Returns
    -------
    figure
        With a legend that hides and shows layers.
    """
    places = pd.concat([day.stops[["lat", "lon"]], day.depots[["lat", "lon"]]])
    canvas = empty_map(places, day.network)
    stop_text = "<b>@stop_id</b><br>@vehicle, stop @sequence"
    small = {"size": 2.5, "marker": "circle", "fill_color": INK, "line_width": 0.0}
    large = {"size": 14, "marker": "square", "fill_color": DEPOT_COLOR, "line_width": 1.0}
    add_switches(
        canvas,
        [
            ("Trucks", draw_vehicles(canvas, layers["linehaul"], TRUCK, 3.0, [TRUCK_COLOR])),
            ("Routes", draw_vehicles(canvas, layers["routes"], VAN)),
            ("Stops", _draw_points(canvas, layers["stops"], stop_text, small)),
            ("Site", _draw_points(canvas, layers["depots"], "<b>@name</b>", large)),
        ],
    )
    return canvas


def _draw_points(
    canvas: figure, layer: gpd.GeoDataFrame, text: str, look: Mapping[str, Any]
) -> list[Any]:
    x, y = mercator(layer["lon"].to_numpy(float), layer["lat"].to_numpy(float))
    kept = [name for name in ("stop_id", "vehicle", "sequence", "name") if name in layer]
    source = ColumnDataSource(pd.DataFrame(layer[kept]).assign(x=x, y=y))
    made = canvas.scatter("x", "y", source=source, line_color="white", **look)
    hover(canvas, made, text)
    return [made]
