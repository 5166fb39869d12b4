"""Map of a plan: flows, zones by lead time, gateways and sites, one layer each."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, LabelSet
from bokeh.palettes import Category20
from bokeh.plotting import figure
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem
from fulfill.report.gis.layers import ROUTES
from fulfill.report.html.map import VAN, areas_xy, draw_vehicles, empty_map, lines_xy, mercator
from fulfill.report.html.style import INK, add_switches, hover
from fulfill.study.plan import Plan
from fulfill.study.vocabulary import shown

Array = NDArray[np.float64]
LEAD_TIMES = (
    (2.0, "#2166ac"),
    (3.0, "#67a9cf"),
    (5.0, "#a6d4c6"),
    (8.0, "#fddbc7"),
    (12.0, "#ef8a62"),
    (np.inf, "#b2182b"),
)
"""Largest lead time of each colour, days; a blue-red scale is safe for colour-blind readers."""
NO_ORDER = "#ffffff"
STRONGEST = 300
"""Largest number of lines of a leg, by volume; more would hide the map."""
ROAD, SEA_LANE, AIR, LAST_MILE, GATE = "#8c510a", "#3a7ca5", "#9467bd", "#5c677d", "#0b7a75"
MARKERS = {"seaport": "inverted_triangle", "airport": "triangle", "crossing": "diamond"}


def plan_map(plan: Plan, problem: Problem, layers: Mapping[str, gpd.GeoDataFrame]) -> figure:
    """Draw the map layers of a plan.

    Parameters
    ----------
    plan : Plan
        With tables.
    problem : Problem
        Its outlines are the background.
    layers : Mapping of str to GeoDataFrame
        Of `report.gis.layers.plan_layers`.

    Returns
    -------
    figure
        With a legend that hides and shows layers.
    """
    sites, zones, gateways = (layers[name] for name in ("sites", "zones", "gateways"))
    used = gateways["used_m3_year"] > 0
    places = pd.concat([frame[["lat", "lon"]] for frame in (zones, sites, gateways[used])])
    canvas = empty_map(places, problem.network)
    add_switches(
        canvas,
        [
            ("Service areas", _draw_areas(canvas, layers["service_areas"], plan)),
            ("Sea lanes", _draw_lines(canvas, layers["overseas"], "sea", SEA_LANE, "dashed")),
            ("Air lanes", _draw_lines(canvas, layers["overseas"], "air", AIR, "dotted")),
            ("Site to zone", _draw_lines(canvas, layers["last_mile"], "last_mile", LAST_MILE)),
            ("Road to site", _draw_lines(canvas, layers["inbound_road"], "road", ROAD)),
            (
                "Own vans, mean day",
                draw_vehicles(canvas, layers[ROUTES], VAN) if ROUTES in layers else [],
            ),
            ("Gateways not used", _draw_gateways(canvas, gateways[~used], in_use=False)),
            ("Zones", _draw_zones(canvas, zones, sites)),
            ("Gateways in use", _draw_gateways(canvas, gateways[used], in_use=True)),
            ("Sites", _draw_sites(canvas, sites)),
        ],
    )
    return canvas


def lead_time_color(days: float) -> str:
    """Return the colour of a zone by lead time in days; white where nothing is delivered."""
    return next((color for limit, color in LEAD_TIMES if days <= limit), NO_ORDER)


def lead_time_key() -> list[tuple[str, str]]:
    """Return the legend of the colours of zones.

    Returns
    -------
    list of (str, str)
        Colour and label.
    """
    limits = [limit for limit, _ in LEAD_TIMES[:-1]]
    words = [
        f"up to {limits[0]:g} days",
        *(f"{low:g} to {high:g}" for low, high in pairwise(limits)),
        f"over {limits[-1]:g}",
        "not served",
    ]
    return list(zip([*(color for _, color in LEAD_TIMES), NO_ORDER], words, strict=True))


def _root_share(values: pd.Series) -> Array:
    """Return square roots of shares of the largest value, to make areas proportional to values."""
    return np.asarray(np.sqrt(values.to_numpy(float) / max(float(values.max()), 1e-9)))


def _xy(points: pd.DataFrame) -> dict[str, Array]:
    x, y = mercator(points["lon"].to_numpy(float), points["lat"].to_numpy(float))
    return {"x": x, "y": y}


def _draw_areas(canvas: figure, areas: gpd.GeoDataFrame, plan: Plan) -> list[Any]:
    """Draw service areas, hidden at first because they would cover the colours of zones."""
    if areas.empty:
        return []
    names = plan.sites.set_index("site_id")["name"] if len(plan.sites) else pd.Series(dtype=str)
    source = ColumnDataSource(
        {
            **areas_xy(areas.geometry),
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
    canvas: figure, flows: gpd.GeoDataFrame, hop: str, color: str, dash: str = "solid"
) -> list[Any]:
    """Draw the hops of a kind over all channels, with a width by volume."""
    part = flows[flows["hop"] == hop]
    if part.empty:
        return []
    part = part.dissolve(
        ["from_id", "to_id", "crossing"],
        aggfunc={"from_name": "first", "to_name": "first", "orders_year": "sum", "m3": "sum"},
    )
    part = part.sort_values("orders_year", ascending=False).head(STRONGEST)
    part["width"] = 0.6 + (2.2 if hop == "last_mile" else 4.0) * _root_share(part["orders_year"])
    pieces = part.explode(index_parts=False)
    source = ColumnDataSource(
        {
            **lines_xy(pieces.geometry),
            "start": pieces["from_name"],
            "end": pieces["to_name"],
            "orders": pieces["orders_year"],
            "m3": pieces["m3"],
            "width": pieces["width"],
        }
    )
    made = canvas.multi_line(
        "xs",
        "ys",
        source=source,
        line_color=color,
        line_width="width",
        line_alpha=0.35 if hop == "last_mile" else 0.75,
        line_dash=dash,
        line_join="round",
    )
    hover(canvas, made, "<b>@start → @end</b><br>@orders{0,0} orders a year, @m3{0,0} m³")
    return [made]


def _draw_zones(canvas: figure, zones: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> list[Any]:
    """Draw zones, the largest first so that small ones stay visible."""
    zones = zones.sort_values("orders", ascending=False)
    names = dict(zip(sites["site_id"], sites["name"], strict=True)) if len(sites) else {}
    served = [
        f"mainly {shown(channel, 'channel')} from {names.get(site, 'abroad')}"
        if channel
        else "not served"
        for channel, site in zip(zones["main_channel"], zones["main_site"], strict=True)
    ]
    source = ColumnDataSource(
        {
            **_xy(zones),
            **{name: zones[name].to_numpy() for name in ("name", "state", "orders")},
            "lead_time": [shown(days, "{:.1f}") for days in zones["lead_time_days"]],
            "size": 3.5 + (22.0 if len(zones) < 400 else 17.0) * _root_share(zones["orders"]),
            "color": [lead_time_color(days) for days in zones["lead_time_days"]],
            "within": [shown(share, "{:.0%}") for share in zones["share_within_3_days"]],
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
        "<b>@name</b>, @state<br>@orders{0,0} orders a year<br>"
        "@lead_time days, @within within 3<br>@served",
    )
    return [made]


def _draw_gateways(canvas: figure, gateways: gpd.GeoDataFrame, *, in_use: bool) -> list[Any]:
    """Draw gateways, small and white where they are not used."""
    if gateways.empty:
        return []
    source = ColumnDataSource(
        {
            **_xy(gateways),
            "marker": gateways["kind"].map(MARKERS),
            "name": gateways["name"],
            "kind": gateways["kind"],
            "used": gateways["used_m3_year"],
            "year": [
                shown(share, "{:.0%}") if share == share else "no limit"
                for share in gateways["utilisation"]
            ],
            "peak": [shown(share, "{:.0%}") for share in gateways["peak_utilisation"]],
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
        "<b>@name</b>, @kind<br>@used{0,0} m³ a year<br>"
        "use: @year of the year, @peak in the tightest period",
    )
    return [made]


def _draw_sites(canvas: figure, sites: gpd.GeoDataFrame) -> list[Any]:
    """Draw open sites, sized by throughput and with their names."""
    if sites.empty:
        return []
    share = _root_share(sites["orders_year"])
    columns = ("name", "ownership", "orders_year", "peak_period")
    source = ColumnDataSource(
        {
            **_xy(sites),
            **{name: sites[name].to_numpy() for name in columns},
            "diameter": 10.0 + 18.0 * share,
            "offset": 8.0 + 9.0 * share,
            "category": sites["size"],
            "peak": 100.0 * sites["peak_utilisation"],
        }
    )
    made = canvas.scatter(
        "x",
        "y",
        marker="square",
        size="diameter",
        source=source,
        fill_color=INK,
        fill_alpha=0.92,
        line_color="#ffffff",
        line_width=1.5,
    )
    canvas.add_layout(
        LabelSet(
            x="x",
            y="y",
            text="name",
            source=source,
            x_offset="offset",
            text_baseline="middle",
            text_font_size="12px",
            text_font_style="bold",
            text_color=INK,
            background_fill_color="#ffffff",
            background_fill_alpha=0.7,
        )
    )
    hover(
        canvas,
        made,
        "<b>@name</b> (size @category, @ownership)<br>@orders_year{0,0} orders a year<br>"
        "peak @peak{0} % of base capacity in @peak_period",
    )
    return [made]
