"""The page of a routed day: map, load and time of each vehicle, zones and trucks, in one file."""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO
from pathlib import Path
from string import Template

import geopandas as gpd
import numpy as np
import pandas as pd
from bokeh.embed import components
from bokeh.models import ColumnDataSource, Legend, LegendItem
from bokeh.plotting import figure
from bokeh.resources import Resources

from fulfill.report.cells import shown
from fulfill.report.html.map import (
    INK,
    ROAD_IN,
    VAN,
    draw_outlines,
    draw_vehicles,
    empty_map,
    hover,
    mercator,
)
from fulfill.report.html.plan_page import html_table
from fulfill.study.delivery_day import DayRoutes

SHOWN_ZONES = 40
"""Zones in the table of the page, the largest first."""
TILES = (
    ("vehicles", "vehicles", "{:,.0f}"),
    ("stops", "stops", "{:,.0f}"),
    ("stops_per_vehicle", "stops a vehicle", "{:.0f}"),
    ("km_per_vehicle", "km a vehicle", "{:.0f}"),
    ("hours_per_vehicle", "hours a vehicle", "{:.1f}"),
    ("own_usd_per_order", "own, USD an order", "{:.2f}"),
    ("carrier_usd_per_order_same_zones", "carrier there, USD an order", "{:.2f}"),
    ("stops_unserved", "stops not served", "{:,.0f}"),
    ("km", "km in all", "{:,.0f}"),
    ("usd", "USD the day", "{:,.0f}"),
)


def write_day_page(day: DayRoutes, layers: dict[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write the page of a day; `layers` are those of `day_layers`."""
    script, divs = components(
        {
            "map": day_map(day, layers),
            "load_chart": load_chart(day.vehicles),
            "time_chart": time_chart(day),
        }
    )
    tiles = [(day.kpis[key], words, form) for key, words, form in TILES]
    page = Template(_file("day.html")).substitute(
        title="Routes from " + ", ".join(day.depots["name"]),
        period=day.period,
        orders_own=f"{day.kpis['orders_own']:,}",
        orders_carrier=f"{day.kpis['orders_carrier']:,}",
        style=_file("page.css"),
        library=Resources(mode="inline", components=["bokeh"]).render_js(),
        script=script,
        tiles="".join(
            f'<div class="tile"><b>{shown(value, form)}</b><span>{words}</span></div>'
            for value, words, form in tiles
        ),
        zone_table=_zone_table(day.zones),
        linehaul_table=_linehaul_table(day.linehaul),
        **divs,
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def _file(name: str) -> str:
    return files("fulfill.report.html").joinpath(name).read_text(encoding="utf-8")


def day_map(day: DayRoutes, layers: dict[str, gpd.GeoDataFrame]) -> figure:
    """Draw routes, stops, depots and linehaul over the network's outlines."""
    places = pd.concat([day.stops[["lat", "lon"]], day.depots[["lat", "lon"]]])
    canvas = empty_map(places["lon"].to_numpy(float), places["lat"].to_numpy(float))
    if day.network.outlines is not None:
        draw_outlines(canvas, gpd.read_file(BytesIO(day.network.outlines)))
    drawn = [
        ("Trucks", draw_vehicles(canvas, layers["linehaul"], _TRUCK, 3.0, [ROAD_IN])),
        ("Routes", draw_vehicles(canvas, layers["routes"], VAN)),
        (
            "Stops",
            _draw_points(
                canvas, layers["stops"], 2.5, INK, "<b>@stop_id</b><br>@vehicle, stop @sequence"
            ),
        ),
        ("Site", _draw_points(canvas, layers["depots"], 14, "#b2182b", "<b>@name</b>")),
    ]
    items = [LegendItem(label=name, renderers=[made]) for name, made in drawn if made is not None]
    canvas.add_layout(
        Legend(items=items, location="bottom_left", click_policy="hide", background_fill_alpha=0.85)
    )
    return canvas


_TRUCK = "<b>@from → @to</b><br>@kind: @trips_week trucks a week, @km{0} km, @hours{0.0} h"


def _draw_points(
    canvas: figure, layer: gpd.GeoDataFrame, size: float, color: str, text: str
) -> object:
    x, y = mercator(layer["lon"].to_numpy(float), layer["lat"].to_numpy(float))
    kept = [name for name in ("stop_id", "vehicle", "sequence", "name") if name in layer]
    source = ColumnDataSource(pd.DataFrame(layer[kept]).assign(x=x, y=y))
    marker = "square" if size > 10 else "circle"
    made = canvas.scatter(
        "x", "y", source=source, size=size, marker=marker, fill_color=color, line_color="white",
        line_width=1.0 if size > 10 else 0.0,
    )  # fmt: skip
    hover(canvas, made, text)
    return made


def load_chart(vehicles: pd.DataFrame) -> figure:
    """Draw how full each vehicle is."""
    table = vehicles.sort_values("load_share", ascending=False, ignore_index=True)
    chart = _chart("load, %", len(table))
    source = ColumnDataSource(
        table.assign(x=np.arange(len(table)) + 0.5, top=100.0 * table["load_share"])
    )
    made = chart.vbar("x", top="top", width=0.8, source=source, color="#1b6ca8")
    hover(chart, made, "<b>@vehicle</b><br>@parcels parcels, @weight_kg{0} kg, @top{0} %")
    chart.y_range.start = 0
    return chart


def time_chart(day: DayRoutes) -> figure:
    """Draw when each vehicle is out, and its break."""
    table = day.vehicles.sort_values("returns", ignore_index=True)
    chart = _chart("hour on the clock", len(table))
    hours = {
        kind.rest.hours
        for d in day.districts
        for kind in d.instance.vehicles
        if kind.rest is not None
    }
    table = table.assign(
        x=np.arange(len(table)) + 0.5, rested=table["break_begins"] + max(hours, default=0.0)
    )
    source = ColumnDataSource(table)
    out = chart.vbar("x", bottom="leaves", top="returns", width=0.8, source=source, color="#67a9cf")
    chart.vbar("x", bottom="break_begins", top="rested", width=0.8, source=source, color="#8c510a")
    hover(chart, out, "<b>@vehicle</b><br>@stops stops, @km{0} km, @hours{0.0} h")
    return chart


def _chart(axis: str, number: int) -> figure:
    chart = figure(
        height=260,
        sizing_mode="stretch_width",
        toolbar_location=None,
        x_range=(0, max(number, 1)),
        y_axis_label=axis,
    )
    chart.xgrid.visible = False
    chart.xaxis.visible = False
    chart.outline_line_color = None
    return chart


def _zone_table(zones: pd.DataFrame) -> str:
    if not len(zones):
        return '<p class="soft">The stops are the user\'s own list.</p>'
    return html_table(
        zones.sort_values("orders", ascending=False).head(SHOWN_ZONES),
        (
            ("name", "zone", ""), ("state", "state", ""), ("orders", "orders", "{:,.0f}"),
            ("depot_km", "km to the site", "{:,.0f}"), ("delivery", "delivery", ""),
            ("own_estimate_usd_per_order", "own, estimate", "{:,.2f}"),
            ("routed_usd_per_order", "own, routed", "{:,.2f}"), ("carrier_usd_per_order", "carrier", "{:,.2f}"),
        ),
    )  # fmt: skip


def _linehaul_table(trucks: pd.DataFrame) -> str:
    if not len(trucks):
        return '<p class="soft">None.</p>'
    return html_table(
        trucks,
        (
            ("kind", "kind", ""), ("from", "from", ""), ("to", "to", ""), ("via", "crossing", ""),
            ("km", "km", "{:,.0f}"), ("hours", "hours", "{:,.1f}"), ("m3_week", "m³ a week", "{:,.0f}"),
            ("trips_week", "trucks a week", "{:,.0f}"), ("load_share", "load", "{:.0%}"),
            ("usd_week", "USD a week", "{:,.0f}"), ("usd_per_order", "USD an order", "{:,.3f}"),
        ),
    )  # fmt: skip
