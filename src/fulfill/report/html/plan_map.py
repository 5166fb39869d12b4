"""Map of a plan: flows, zones by lead time, gateways and sites, one layer each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, CustomJS, LabelSet
from bokeh.palettes import Category20
from bokeh.plotting import figure
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem
from fulfill.report.gis.layers import ROUTES
from fulfill.report.html.map import areas_xy, draw_vans, empty_map, lines_xy, mercator
from fulfill.report.html.page import asset
from fulfill.report.html.style import CHANNEL_COLOR, INK, PALE, Chart, Entry, hover, layer
from fulfill.study.currency import currency, in_currency
from fulfill.study.language import Message, listed
from fulfill.study.language import translated as _
from fulfill.study.plan import Plan
from fulfill.study.vocabulary import BY_MAIL, CENTS, WHOLE, money, shown

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
UP_TO = Message("up to {limit}")
"""Label of the first class of a scale."""
STRONGEST = 300
"""Largest number of lines of a hop, by volume; more would hide the map."""
CANCELLATIONS = tuple(
    zip(
        (0.01, 0.015, 0.02, 0.03, 0.05, np.inf), (color for limit, color in LEAD_TIMES), strict=True
    )
)
"""Largest share of cancelled orders of each colour."""
MAILED = tuple(
    zip((0.05, 0.1, 0.15, 0.25, 0.5, np.inf), (color for limit, color in LEAD_TIMES), strict=True)
)
"""Largest share of mailed orders of each colour."""
LANDED = tuple(
    zip((0.92, 0.97, 1.03, 1.08, 1.2, np.inf), (color for limit, color in LEAD_TIMES), strict=True)
)
"""Largest landed cost of an order of each colour, over the mean of the plan."""
HOPS = {
    "sea": ("overseas", "#3a7ca5", "dashed"),
    "air": ("overseas", "#9467bd", "dotted"),
    "last_mile": ("last_mile", "#5c677d", "solid"),
    "rail": ("inbound_road", "#bf812d", "dashed"),
    "road": ("inbound_road", "#8c510a", "solid"),
}
"""Layer, colour and dashes of the lines of a hop, the lowest first."""
GATE, CROSSING = "#0b7a75", "#5e3c99"
BUILDINGS = {
    "shared": (Message("Sites shared with a provider"), "#ffffff"),
    "own": (Message("Own sites"), INK),
}
"""Label and colour of the sites of an ownership, own buildings above the others."""
MARKERS = {"seaport": "inverted_triangle", "airport": "triangle", "crossing": "diamond"}


def plan_map(plan: Plan, problem: Problem, layers: Mapping[str, gpd.GeoDataFrame]) -> Chart:
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
    Chart
        With a legend that hides and shows layers.
    """
    sites, zones, gateways = (layers[name] for name in ("sites", "zones", "gateways"))
    used, crossing = gateways["used_m3_year"] > 0, gateways["kind"] == "crossing"
    places = pd.concat([frame[["lat", "lon"]] for frame in (zones, sites, gateways[used])])
    canvas = empty_map(places, problem.network)
    areas = _draw_areas(canvas, layers["service_areas"], plan)
    hops = {
        hop: _draw_lines(canvas, layers[name], hop, color, dash)
        for hop, (name, color, dash) in HOPS.items()
    }
    vans = draw_vans(canvas, layers[ROUTES]) if ROUTES in layers else []
    idle = _draw_gateways(canvas, gateways[~used], "#ffffff")
    colored = _draw_zones(canvas, zones, sites, plan.kpis["landed_cost_usd_per_order"])
    ports = _draw_gateways(canvas, gateways[used & ~crossing], GATE)
    crossings = _draw_gateways(canvas, gateways[used & crossing], CROSSING)
    buildings = draw_sites(canvas, sites, _period_names(problem))
    key = (
        *buildings,
        *layer(GATE, Message("Ports and airports in use"), ports),
        *layer(CROSSING, Message("Land crossings in use"), crossings),
        *layer("#ffffff", Message("Gateways not used"), idle, is_on=False),
        *layer(HOPS["road"][1], Message("Road to site"), hops["road"]),
        *layer(HOPS["rail"][1], Message("Rail to site"), hops["rail"]),
        *layer(HOPS["sea"][1], Message("Sea lanes"), hops["sea"]),
        *layer(HOPS["air"][1], Message("Air lanes"), hops["air"]),
        *layer(HOPS["last_mile"][1], Message("Site to zone"), hops["last_mile"]),
        *layer(INK, Message("Own vans, mean day"), vans),
        *layer(LEAD_TIMES[0][1], Message("Zones by lead time"), colored[:1]),
        *layer(
            CHANNEL_COLOR["direct_mail"],
            Message("Zones by share of mail"),
            colored[1:2],
            is_on=False,
        ),
        *layer(LEAD_TIMES[-1][1], Message("Zones by cancellation"), colored[2:3], is_on=False),
        *layer(LEAD_TIMES[3][1], Message("Zones by landed cost"), colored[3:], is_on=False),
        *layer(PALE, Message("Service areas"), areas, is_on=False),
    )
    text = _(
        "Map with {sites} open sites, {zones} zones and {gateways} gateways in use. The tables "
        "below name the sites; zones.csv has every zone."
    ).format(sites=len(sites), zones=shown(len(zones), WHOLE), gateways=int(used.sum()))
    return Chart(canvas, text, key)


def site_map(plan: Plan, problem: Problem, layers: Mapping[str, gpd.GeoDataFrame]) -> Chart:
    """Draw the open sites alone, small enough for the head of a page.

    Parameters
    ----------
    plan, problem, layers
        As of `plan_map`.

    Returns
    -------
    Chart
        Map with the names of the sites.
    """
    sites, zones = layers["sites"], layers["zones"]
    places = pd.concat([frame[["lat", "lon"]] for frame in (zones, sites)])
    canvas = empty_map(places, problem.network)
    canvas.toolbar_location = None
    # Its page scrolls over it, so nothing may catch the pointer but the tooltips.
    canvas.toolbar.tools = []
    key = draw_sites(canvas, sites, _period_names(problem), prefix="overview")
    text = _("Open sites: none.")
    if len(sites):
        text = _("Open sites, the largest first: {sites}.").format(sites=listed(sites["name"]))
    return Chart(canvas, text, tuple(key))


def scale_color(value: float, scale: Sequence[tuple[float, str]]) -> str:
    """Return the colour of a value on a scale of upper limits; white where there is no value."""
    return next((color for limit, color in scale if value <= limit), NO_ORDER)


def zone_keys(landed_usd: float) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the legends of the colours of zones.

    Parameters
    ----------
    landed_usd : float
        Mean landed cost of an order of the plan.

    Returns
    -------
    list of (str, list of (str, str))
        Name of the colouring, then colour and label of each class.
    """
    return [
        (_("Lead time"), _classes(LEAD_TIMES, "{:g}", Message("up to {limit} days"))),
        (_("Mailed"), _classes(MAILED, "{:.0%}")),
        (_("Cancelled"), _classes(CANCELLATIONS, "{:.1%}")),
        (
            _("Landed cost, {currency} an order").format(currency=currency()),
            _classes(_times(LANDED, in_currency(landed_usd)), CENTS),
        ),
    ]


def _times(scale: Sequence[tuple[float, str]], factor: float) -> tuple[tuple[float, str], ...]:
    """Return a scale with its limits multiplied."""
    return tuple((limit * factor, color) for limit, color in scale)


def _classes(
    scale: Sequence[tuple[float, str]], form: str, first: str = UP_TO
) -> list[tuple[str, str]]:
    """Return colour and label of each class of a scale, and of zones without a value."""
    limits = [shown(limit, form) for limit, color in scale[:-1]]
    words = [
        _(first).format(limit=limits[0]),
        *(_("{low} to {high}").format(low=low, high=high) for low, high in pairwise(limits)),
        _("over {limit}").format(limit=limits[-1]),
        _("not served"),
    ]
    return list(zip([*(color for limit, color in scale), NO_ORDER], words, strict=True))


def _root_share(values: pd.Series) -> Array:
    """Return square roots of shares of the largest value, to make areas proportional to values."""
    return np.asarray(np.sqrt(values.to_numpy(float) / max(float(values.max()), 1e-9)))


def _xy(points: pd.DataFrame) -> dict[str, Array]:
    x, y = mercator(points["lon"].to_numpy(float), points["lat"].to_numpy(float))
    return {"x": x, "y": y}


def _draw_areas(canvas: figure, areas: gpd.GeoDataFrame, plan: Plan) -> list[Any]:
    """Draw service areas."""
    if areas.empty:
        return []
    names = dict(zip(plan.sites["site_id"], plan.sites["name"], strict=True))
    names[BY_MAIL] = shown("direct_mail", "channel")
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
    hover(canvas, made, _("<b>area of @name</b><br>@orders{0,0} orders a year"))
    return [made]


def _draw_lines(
    canvas: figure, flows: gpd.GeoDataFrame, hop: str, color: str, dash: str
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
    text = _("<b>@start → @end</b><br>@orders{0,0} orders a year, @m3{0,0} m³")
    hover(canvas, made, text)
    return [made]


def _draw_zones(
    canvas: figure, zones: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, landed_usd: float
) -> list[Any]:
    """Draw zones in four colourings, the largest first so that small ones stay visible."""
    zones = zones.sort_values("orders", ascending=False)
    names = dict(zip(sites["site_id"], sites["name"], strict=True)) if len(sites) else {}
    served = [
        _main(channel, names.get(site, ""))
        for channel, site in zip(zones["main_channel"], zones["main_site"], strict=True)
    ]
    source = ColumnDataSource(
        {
            **_xy(zones),
            **{name: zones[name].to_numpy() for name in ("name", "state", "orders")},
            "lead_time": [shown(days, "{:.1f}") for days in zones["lead_time_days"]],
            "size": 3.5 + (22.0 if len(zones) < 400 else 17.0) * _root_share(zones["orders"]),
            "by_lead_time": [scale_color(days, LEAD_TIMES) for days in zones["lead_time_days"]],
            "by_mail": [scale_color(share, MAILED) for share in zones["share_direct_mail"]],
            "by_cancellation": [
                scale_color(rate, CANCELLATIONS) for rate in zones["cancellation_rate"]
            ],
            "by_landed": [
                scale_color(usd, _times(LANDED, landed_usd))
                for usd in zones["landed_cost_usd_per_order"]
            ],
            "landed": [money(usd, CENTS) for usd in zones["landed_cost_usd_per_order"]],
            "cancelled": [shown(rate, "{:.1%}") for rate in zones["cancellation_rate"]],
            "within": [shown(share, "{:.0%}") for share in zones["share_within_3_days"]],
            "served": served,
        }
    )
    drawn = []
    for color in ("by_lead_time", "by_mail", "by_cancellation", "by_landed"):
        made = canvas.scatter(
            "x",
            "y",
            size="size",
            source=source,
            fill_color=color,
            fill_alpha=0.9,
            line_color=INK,
            line_width=0.5,
            line_alpha=0.6,
        )
        hover(
            canvas,
            made,
            _(
                "<b>@name</b>, @state<br>@orders{0,0} orders a year<br>mean lead time "
                "@lead_time days, @within within 3 days<br>@cancelled cancelled<br>"
                "landed cost @landed an order<br>@served"
            ),
        )
        drawn.append(made)
    return drawn


def _main(channel: str, site: str) -> str:
    """Return what mainly serves a zone, in words."""
    if not channel:
        return _("not served")
    words = shown(channel, "channel")
    if not site:
        return _("mainly {channel} from abroad").format(channel=words)
    return _("mainly {channel} from {site}").format(channel=words, site=site)


def _draw_gateways(canvas: figure, gateways: gpd.GeoDataFrame, color: str) -> list[Any]:
    """Draw gateways, small where they are not used."""
    if gateways.empty:
        return []
    in_use = bool((gateways["used_m3_year"] > 0).any())
    source = ColumnDataSource(
        {
            **_xy(gateways),
            "marker": gateways["kind"].map(MARKERS),
            "name": gateways["name"],
            "kind": [shown(kind, "gateway_kind") for kind in gateways["kind"]],
            "used": gateways["used_m3_year"],
            "year": [
                shown(share, "{:.0%}") if share == share else _("no limit")
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
        fill_color=color,
        line_color="#ffffff" if in_use else "#8a939e",
        line_width=1,
    )
    hover(
        canvas,
        made,
        _(
            "<b>@name</b>, @kind<br>@used{0,0} m³ a year<br>"
            "use: @year of the year, @peak in the tightest period"
        ),
    )
    return [made]


def draw_sites(
    canvas: figure, sites: gpd.GeoDataFrame, periods: Mapping[str, str], prefix: str = ""
) -> list[Entry]:
    """Draw open sites, sized by throughput, with the names that have room.

    Parameters
    ----------
    canvas : figure
        Map.
    sites : GeoDataFrame
        Layer of sites.
    periods : Mapping of str to str
        Names of the periods.
    prefix : str
        Distinguishes the layers of two maps on a page.

    Returns
    -------
    list of Entry
        Switches of own and of shared sites.
    """
    if sites.empty:
        return []
    sites = sites.sort_values("orders_year", ascending=False, kind="stable", ignore_index=True)
    share = _root_share(sites["orders_year"])
    table = pd.DataFrame(
        {
            **_xy(sites),
            **{name: sites[name].to_numpy() for name in ("name", "ownership", "orders_year")},
            "diameter": 10.0 + 18.0 * share,
            "gap": 8.0 + 9.0 * share,
            "size": sites["size"],
            "peak": 100.0 * sites["peak_utilisation"],
            "when": sites["peak_period"].map(periods),
        }
    )
    entries = []
    for ownership, (words, fill) in BUILDINGS.items():
        part = table[table["ownership"] == ownership]
        made = _draw_buildings(canvas, part, fill) if len(part) else []
        for entry in layer(fill, words, made):
            made[0].name = f"{prefix}{entry.layers[0]}"
            entries.append(replace(entry, layers=(made[0].name,)))
    _draw_names(canvas, table)
    return entries


def _draw_buildings(canvas: figure, table: pd.DataFrame, fill: str) -> list[Any]:
    made = canvas.scatter(
        "x",
        "y",
        marker="square",
        size="diameter",
        source=ColumnDataSource(table.drop(columns="ownership")),
        fill_color=fill,
        line_color="#ffffff" if fill == INK else INK,
        line_width=1.5 if fill == INK else 3,
    )
    hover(
        canvas,
        made,
        _(
            "<b>@name</b> (size @size)<br>@orders_year{0,0} orders a year<br>"
            "peak @peak{0} % of base capacity in @when"
        ),
    )
    return [made]


def _draw_names(canvas: figure, table: pd.DataFrame) -> None:
    """Add the names of sites; a script leaves out those that would cover a larger site's name."""
    names = table[["x", "y", "name", "gap"]].assign(text="", offset=table["gap"], rise=0.0)
    source = ColumnDataSource(names)
    canvas.add_layout(
        LabelSet(
            x="x",
            y="y",
            text="text",
            source=source,
            x_offset="offset",
            y_offset="rise",
            text_baseline="middle",
            text_font_size="12px",
            text_font_style="bold",
            text_color=INK,
            background_fill_color="#ffffff",
            background_fill_alpha=0.7,
        )
    )
    declutter = CustomJS(args={"source": source, "canvas": canvas}, code=asset("declutter.js"))
    canvas.x_range.js_on_change("start", declutter)
    canvas.x_range.js_on_change("end", declutter)
    canvas.js_on_change("inner_width", declutter)


def _period_names(problem: Problem) -> dict[str, str]:
    return dict(zip(problem.periods, problem.network["calendar"]["name"], strict=True))
