"""The offline map of the page: outlines, flows, zones by lead time, gateways and sites, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from bokeh.models import (
    ColumnDataSource,
    HoverTool,
    LabelSet,
    Legend,
    LegendItem,
    Range1d,
    WheelZoomTool,
)
from bokeh.palettes import Category20
from bokeh.plotting import figure
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem
from fulfill.report.gis.layers import ROUTES
from fulfill.study.plan import Plan

Array = NDArray[np.float64]
EARTH_M = 6378137.0
VAN = "<b>@vehicle</b><br>@stops stops, @km{0} km, @hours{0.0} h, @usd{0.00} USD"
"""What is said of a van at the pointer."""
LEAD_TIMES = (
    (2.0, "#2166ac"),
    (3.0, "#67a9cf"),
    (5.0, "#a6d4c6"),
    (8.0, "#fddbc7"),
    (12.0, "#ef8a62"),
    (np.inf, "#b2182b"),
)
"""Days up to which a zone gets a colour; blue to red can be told apart by the colour-blind."""
NO_ORDER = "#ffffff"
STRONGEST = 300
"""Lines from sites to zones that are drawn, the largest first: more would hide the map."""
INK, LAND, ABROAD, SEA, BORDER = "#1f2933", "#f7f4ec", "#efefec", "#e6eef3", "#c9c2b4"
ROAD_IN, SEA_IN, AIR_IN, LAST_MILE, GATE = "#8c510a", "#3a7ca5", "#9467bd", "#5c677d", "#0b7a75"


def plan_map(plan: Plan, problem: Problem, layers: Mapping[str, gpd.GeoDataFrame]) -> figure:
    """Draw a plan's layers (see `layers.plan_layers`) over the network's outlines, in Web Mercator."""
    used = layers["gateways"][layers["gateways"]["used_m3_year"] > 0]
    points = pd.concat(
        [frame[["lat", "lon"]] for frame in (layers["zones"], layers["sites"], used)]
    )
    canvas = empty_map(points["lon"].to_numpy(float), points["lat"].to_numpy(float))
    if problem.network.outlines is not None:
        draw_outlines(canvas, gpd.read_file(BytesIO(problem.network.outlines)))
    drawn = [
        ("Service areas", _draw_areas(canvas, layers["service_areas"], plan)),
        ("Sea lanes", _draw_lines(canvas, layers["flows"], "sea", SEA_IN, "dashed")),
        ("Air lanes", _draw_lines(canvas, layers["flows"], "air", AIR_IN, "dotted")),
        ("Site to zone", _draw_lines(canvas, layers["flows"], "last_mile", LAST_MILE)),
        ("Road to site", _draw_lines(canvas, layers["flows"], "road", ROAD_IN)),
        (
            "Own vans, mean day",
            [draw_vehicles(canvas, layers[ROUTES], VAN)] if ROUTES in layers else [],
        ),
        ("Gateways not used", _draw_gateways(canvas, layers["gateways"], in_use=False)),
        ("Zones", _draw_zones(canvas, layers["zones"], layers["sites"])),
        ("Gateways in use", _draw_gateways(canvas, layers["gateways"], in_use=True)),
        ("Sites", _draw_sites(canvas, layers["sites"])),
    ]
    items = [LegendItem(label=name, renderers=made) for name, made in drawn if made]
    canvas.add_layout(
        Legend(
            items=items,
            location="bottom_left",
            click_policy="hide",
            background_fill_alpha=0.85,
            border_line_color=None,
            label_text_font_size="12px",
            label_text_color=INK,
            spacing=1,
        )
    )
    return canvas


def draw_vehicles(
    canvas: figure,
    layer: gpd.GeoDataFrame,
    text: str,
    width: float = 1.3,
    colors: Sequence[str] = Category20[20],
) -> Any:
    """Draw the lines of vehicles in colours that come round again; None where there is no line."""
    if not len(layer):
        return None
    lines = [shapely.get_coordinates(projected(shape)).round(0) for shape in layer.geometry]
    source = pd.DataFrame(layer.drop(columns="geometry")).assign(
        xs=[line[:, 0].tolist() for line in lines],
        ys=[line[:, 1].tolist() for line in lines],
        color=[colors[number % len(colors)] for number in range(len(lines))],
    )
    made = canvas.multi_line(
        "xs",
        "ys",
        source=ColumnDataSource(source),
        line_color="color",
        line_width=width,
        line_alpha=0.8,
    )
    hover(canvas, made, text)
    return made


def empty_map(lon: Array, lat: Array) -> figure:
    """Return an empty map that shows all of the points."""
    x, y = mercator(lon, lat)
    middle = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2
    half = 0.55 * max(x.max() - x.min(), 1.5 * (y.max() - y.min()), 50_000.0)
    wheel = WheelZoomTool(modifiers="ctrl")
    canvas = figure(
        height=720,
        sizing_mode="stretch_width",
        match_aspect=True,
        toolbar_location="above",
        background_fill_color=SEA,
        x_range=Range1d(middle[0] - half, middle[0] + half),
        y_range=Range1d(middle[1] - half / 1.55, middle[1] + half / 1.55),
        tools=["pan", wheel, "zoom_in", "zoom_out", "box_zoom", "reset", "save"],
        active_scroll=wheel,
        outline_line_color=BORDER,
    )
    canvas.toolbar.logo = None
    canvas.axis.visible = False
    canvas.grid.visible = False
    return canvas


def mercator(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Return Web Mercator metres: straight enough for a screen, and what map readers are used to."""
    return np.radians(lon) * EARTH_M, np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) * EARTH_M


def lead_time_color(days: float) -> str:
    """Return the colour of a zone; white where nothing is delivered."""
    return next((color for limit, color in LEAD_TIMES if days <= limit), NO_ORDER)


def projected(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape in Web Mercator."""
    return shapely.transform(shape, lambda xy: np.column_stack(mercator(xy[:, 0], xy[:, 1])))


def _rings(shape: shapely.Geometry) -> tuple[list[Any], list[Any]]:
    """Return a (multi)polygon as bokeh wants it: for each part its ring and its holes."""
    xs: list[Any] = []
    ys: list[Any] = []
    for part in shapely.get_parts(projected(shape)):
        rings = [
            shapely.get_coordinates(ring).round(0) for ring in (part.exterior, *part.interiors)
        ]
        xs.append([ring[:, 0].tolist() for ring in rings])
        ys.append([ring[:, 1].tolist() for ring in rings])
    return xs, ys


def draw_outlines(canvas: figure, outlines: gpd.GeoDataFrame) -> None:
    """Draw the land, Mexico lighter than what lies abroad."""
    shapes = [_rings(shape) for shape in outlines.geometry]
    color = np.where(outlines["country"] == "MX", LAND, ABROAD)
    source = ColumnDataSource(
        {"xs": [x for x, _ in shapes], "ys": [y for _, y in shapes], "color": color}
    )
    canvas.multi_polygons(
        "xs", "ys", source=source, fill_color="color", line_color=BORDER, line_width=0.7
    )


def _draw_areas(canvas: figure, areas: gpd.GeoDataFrame, plan: Plan) -> list[Any]:
    """Draw service areas, hidden until their name in the legend is clicked: they would cover the zones' colours."""
    if areas.empty:
        return []
    shapes = [_rings(shape) for shape in areas.geometry]
    names = plan.sites.set_index("site_id")["name"] if len(plan.sites) else pd.Series(dtype=str)
    source = ColumnDataSource(
        {
            "xs": [x for x, _ in shapes],
            "ys": [y for _, y in shapes],
            "orders": areas["orders"],
            "name": [names.get(site, site) for site in areas["site_id"]],
            "color": [Category20[20][2 * i % 20 + 2 * i // 20 % 2] for i in range(len(areas))],
        }
    )
    made = canvas.multi_polygons(
        "xs",
        "ys",
        source=source,
        fill_color="color",
        fill_alpha=0.45,
        line_color="white",
        line_width=1,
    )
    made.visible = False
    hover(canvas, made, "<b>area of @name</b><br>@orders{0,0} orders a year")
    return [made]


def _draw_lines(
    canvas: figure, flows: gpd.GeoDataFrame, leg: str, color: str, dash: str = "solid"
) -> list[Any]:
    """Draw the hops of a leg, channels put together, as wide as their volume."""
    part = flows[flows["leg"] == leg]
    if part.empty:
        return []
    part = part.dissolve(
        ["from", "to", "crossing"],
        aggfunc={"from_name": "first", "to_name": "first", "orders_year": "sum", "m3": "sum"},
    )
    part = part.sort_values("orders_year", ascending=False).head(STRONGEST)
    pieces = part.explode(index_parts=False)
    lines = [shapely.get_coordinates(projected(line)).round(0) for line in pieces.geometry]
    share = np.sqrt(
        pieces["orders_year"].to_numpy(float) / max(float(part["orders_year"].max()), 1e-9)
    )
    source = ColumnDataSource(
        {
            "xs": [line[:, 0].tolist() for line in lines],
            "ys": [line[:, 1].tolist() for line in lines],
            "start": pieces["from_name"],
            "end": pieces["to_name"],
            "orders": pieces["orders_year"],
            "m3": pieces["m3"],
            "width": 0.6 + (2.2 if leg == "last_mile" else 4.0) * share,
        }
    )
    alpha = 0.35 if leg == "last_mile" else 0.75
    made = canvas.multi_line(
        "xs",
        "ys",
        source=source,
        line_color=color,
        line_width="width",
        line_alpha=alpha,
        line_dash=dash,
        line_join="round",
    )
    hover(canvas, made, "<b>@start → @end</b><br>@orders{0,0} orders a year, @m3{0,0} m³")
    return [made]


def _draw_zones(canvas: figure, zones: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> list[Any]:
    """Draw zones, the largest first so that small ones stay visible."""
    zones = zones.sort_values("orders", ascending=False)
    x, y = mercator(zones["lon"].to_numpy(float), zones["lat"].to_numpy(float))
    share = np.sqrt(zones["orders"].to_numpy(float) / max(float(zones["orders"].max()), 1e-9))
    names = dict(zip(sites["site_id"], sites["name"], strict=True)) if len(sites) else {}
    served = [
        f"mainly {channel.replace('_', ' ')} from {names.get(site, 'abroad')}"
        if channel
        else "not served"
        for channel, site in zip(zones["main_channel"], zones["main_site"], strict=True)
    ]
    source = ColumnDataSource(
        {
            **{
                name: zones[name].to_numpy()
                for name in ("name", "state", "orders", "lead_time_days")
            },
            "x": x,
            "y": y,
            "size": 3.5 + (22.0 if len(zones) < 400 else 17.0) * share,
            "color": [lead_time_color(days) for days in zones["lead_time_days"]],
            "within": 100.0 * zones["share_within_3_days"].to_numpy(float),
            "served": served,
        }
    )
    made = canvas.scatter(
        "x",
        "y",
        size="size",
        source=source,
        fill_color="color",
        fill_alpha=0.9,
        line_color=INK,
        line_width=0.5,
        line_alpha=0.6,
    )
    hover(
        canvas,
        made,
        "<b>@name</b>, @state<br>@orders{0,0} orders a year<br>@lead_time_days{0.0} days, @within{0} % within 3<br>"
        "@served",
    )
    return [made]


def _draw_gateways(canvas: figure, gateways: gpd.GeoDataFrame, *, in_use: bool) -> list[Any]:
    part = gateways[(gateways["used_m3_year"] > 0) == in_use]
    if part.empty:
        return []
    x, y = mercator(part["lon"].to_numpy(float), part["lat"].to_numpy(float))
    marker = part["kind"].map(
        {"seaport": "inverted_triangle", "airport": "triangle", "crossing": "diamond"}
    )
    source = ColumnDataSource(
        {
            "x": x,
            "y": y,
            "marker": marker,
            "name": part["name"],
            "kind": part["kind"],
            "used": part["used_m3_year"],
            "year": 100.0 * part["utilisation"].fillna(0.0),
            "peak": 100.0 * part["peak_utilisation"],
        }
    )
    made = canvas.scatter(
        "x",
        "y",
        marker="marker",
        source=source,
        size=15 if in_use else 7,
        fill_color=GATE if in_use else "#ffffff",
        line_color="#ffffff" if in_use else "#8a939e",
        line_width=1,
    )
    hover(
        canvas,
        made,
        "<b>@name</b>, @kind<br>@used{0,0} m³ a year<br>@year{0} % of the year, @peak{0} % in the tightest period",
    )
    return [made]


def _draw_sites(canvas: figure, sites: gpd.GeoDataFrame) -> list[Any]:
    """Draw open sites, sized by throughput and with their names."""
    if sites.empty:
        return []
    x, y = mercator(sites["lon"].to_numpy(float), sites["lat"].to_numpy(float))
    share = np.sqrt(
        sites["orders_year"].to_numpy(float) / max(float(sites["orders_year"].max()), 1e-9)
    )
    source = ColumnDataSource(
        {
            "x": x,
            "y": y,
            "size": 10.0 + 18.0 * share,
            "offset": 8.0 + 9.0 * share,
            **{
                name: sites[name].to_numpy()
                for name in ("name", "ownership", "orders_year", "peak_period")
            },
            "category": sites["size"],
            "peak": 100.0 * sites["peak_utilisation"],
        }
    )
    made = canvas.scatter(
        "x",
        "y",
        marker="square",
        size="size",
        source=source,
        fill_color=INK,
        fill_alpha=0.92,
        line_color="#ffffff",
        line_width=1.5,
    )
    names = LabelSet(
        x="x",
        y="y",
        text="name",
        source=source,
        x_offset="offset",
        y_offset=0,
        text_baseline="middle",
        text_font_size="12px",
        text_font_style="bold",
        text_color=INK,
        background_fill_color="#ffffff",
        background_fill_alpha=0.7,
    )
    canvas.add_layout(names)
    hover(
        canvas,
        made,
        "<b>@name</b> (size @category, @ownership)<br>@orders_year{0,0} orders a year<br>"
        "peak @peak{0} % of base capacity in @peak_period",
    )
    return [made]


def hover(canvas: figure, renderer: Any, text: str) -> None:
    """Show a text at the pointer."""
    canvas.add_tools(
        HoverTool(
            renderers=[renderer],
            tooltips=f'<div style="font-size:12px;max-width:260px">{text}</div>',
            visible=False,
        )
    )
