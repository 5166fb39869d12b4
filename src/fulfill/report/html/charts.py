"""The charts of the page: channels, throughput against capacity, and what becomes of an order's revenue."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bokeh.models import (
    ColumnDataSource,
    FactorRange,
    HoverTool,
    Legend,
    LegendItem,
    NumeralTickFormatter,
)
from bokeh.plotting import figure
from numpy.typing import NDArray

from fulfill.inputs.problem import CHANNELS, Problem
from fulfill.report.cells import shown
from fulfill.study.plan import Plan

Array = NDArray[np.float64]
INK, PALE = "#1f2933", "#d9dee4"
CHANNEL_COLOR = {
    "direct_mail": "#d95f02",
    "local": "#1b6ca8",
    "cross_border": "#7570b3",
    "nearshore": "#2a9d6f",
    "unserved": "#b8bec6",
}
BAND_COLOR = {"base": "#1b6ca8", "overtime": "#f0a202", "temporary": "#d1495b"}
COST_GROUPS = {
    "Net revenue": ("revenue",),
    "Goods": ("goods",),
    "Freight to the site": ("freight", "gateway"),
    "Duty and import VAT": ("duty", "import_vat"),
    "Courier tax": ("courier_tax",),
    "Direct-mail freight": ("mail_freight",),
    "Last mile": ("last_mile",),
    "Warehouse": ("rent_and_overhead", "opening", "handling", "peak_delay"),
    "Stock": ("holding", "storage", "safety_stock"),
    "Certification and set-up": ("entry",),
    "Returns and payment loss": ("returns", "payment_loss"),
    "Cancelled on the way": ("cancellation",),
    "Goodwill of unserved": ("unserved",),
}
"""Bars of the cost chart and the parts of costs.csv in them; a part that no bar names becomes a bar of its own."""


def channel_share(plan: Plan, problem: Problem) -> figure:
    """Draw the share of each channel in the orders: all, by zone class and by product."""
    table = _shares(plan, problem)
    names = list(table.index)
    canvas = _bare(
        figure(
            y_range=FactorRange(*reversed(names), range_padding=0.05),
            x_range=(0, 1),
            height=46 + 26 * len(names),
            sizing_mode="stretch_width",
            tools="",
            toolbar_location=None,
        )
    )
    left = np.zeros(len(table))
    items = []
    for channel in table.columns:
        share = table[channel].to_numpy(float)
        source = ColumnDataSource(
            {
                "name": names,
                "left": left,
                "right": left + share,
                "share": 100.0 * share,
                "label": _percent(share),
            }
        )
        bar = canvas.hbar(
            y="name",
            left="left",
            right="right",
            height=0.74,
            color=CHANNEL_COLOR[channel],
            source=source,
        )
        middle = ColumnDataSource({"name": names, "x": left + share / 2, "label": _percent(share)})
        canvas.text(
            "x",
            "name",
            "label",
            source=middle,
            text_align="center",
            text_baseline="middle",
            text_font_size="11px",
            text_color="white",
        )
        canvas.add_tools(
            HoverTool(
                renderers=[bar], tooltips=f"@name: {channel.replace('_', ' ')} @share{{0.0}} %"
            )
        )
        items.append(LegendItem(label=channel.replace("_", " "), renderers=[bar]))
        left = left + share
    canvas.add_layout(_legend(items), "above")
    canvas.xaxis.visible = False
    return canvas


def _shares(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return the share of channels in potential orders, a row for each bar."""
    columns = [
        name for name in (*CHANNELS, "unserved") if plan.kpis["channel_share"].get(name, 0.0) > 0
    ]
    countries = problem.network["countries"].set_index("country")["name"].to_dict()
    pieces = [
        pd.DataFrame([plan.kpis["channel_share"]], index=["All orders"]),
        _shares_of_zones(plan, "country").rename(index=lambda code: countries.get(code) or code),
        _shares_of_zones(plan, "zone_class").rename(
            index=lambda name: f"{name} zones".capitalize()
        ),
        _shares_of_products(plan, problem),
    ]
    return pd.concat(pieces).reindex(columns=columns).fillna(0.0)


def _shares_of_zones(plan: Plan, column: str) -> pd.DataFrame:
    """Return the share of channels by a column of zones.csv."""
    zones = plan.zones.fillna(0.0)
    names = (*CHANNELS, "unserved")
    orders = pd.DataFrame({name: zones[f"share_{name}"] * zones["orders"] for name in names})
    whole = zones.groupby(column)["orders"].sum()
    return orders.groupby(zones[column]).sum().div(whole, axis=0)


def _shares_of_products(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return the share of channels by product, under the products' names."""
    served = plan.flows[plan.flows["leg"] == "outbound"]
    orders = served.pivot_table(index="product", columns="channel", values="orders", aggfunc="sum")
    wanted = pd.Series(problem.orders.sum(axis=(0, 2)), index=problem.products)
    share = orders.reindex(problem.products).fillna(0.0).div(wanted, axis=0)
    share["unserved"] = (1.0 - share.sum(axis=1)).clip(lower=0.0)
    return share.rename(index=_unique(problem.network["products"].set_index("product_id")["name"]))


def throughput(plan: Plan, problem: Problem) -> figure:
    """Draw orders a day through all sites by period and band, against what the sites can handle."""
    used = _handled(plan).pivot_table(index="period", columns="band", values="used", aggfunc="sum")
    periods = problem.periods
    used = (
        used.reindex(index=periods, columns=list(BAND_COLOR)).fillna(0.0).div(problem.days, axis=0)
    )
    canvas = _bare(
        figure(
            x_range=FactorRange(*_axis_names(periods)),
            height=300,
            sizing_mode="stretch_width",
            tools="",
            toolbar_location=None,
            y_axis_label="orders a day",
        )
    )
    source = ColumnDataSource(
        {"period": _axis_names(periods), **{band: used[band].to_numpy() for band in BAND_COLOR}}
    )
    bars = canvas.vbar_stack(
        list(BAND_COLOR), x="period", width=0.8, color=list(BAND_COLOR.values()), source=source
    )
    base, whole = _daily_capacity(plan, problem)
    lines = [
        canvas.hspan(y=[limit], line_color=INK, line_width=1.5, line_dash=dash)
        for limit, dash in ((base, "solid"), (whole, "dashed"))
    ]
    canvas.yaxis.formatter = NumeralTickFormatter(format="0,0")
    canvas.y_range.start = 0
    canvas.y_range.end = 1.06 * max(whole, float(used.sum(axis=1).max()), 1e-9)
    canvas.add_tools(
        HoverTool(
            renderers=bars,
            tooltips="@period: base @base{0,0}, overtime @overtime{0,0}, temporary @temporary{0,0} orders a day",
        )
    )
    items = [
        LegendItem(label=band, renderers=[bar]) for band, bar in zip(BAND_COLOR, bars, strict=True)
    ]
    items += [
        LegendItem(label=words, renderers=[line])
        for words, line in zip(
            ("base capacity", "with overtime and temporary staff"), lines, strict=True
        )
    ]
    canvas.add_layout(_legend(items), "above")
    canvas.xaxis.major_label_orientation = 0.6
    return canvas


def site_load(plan: Plan, problem: Problem) -> figure:
    """Draw each site's throughput as a share of its base capacity, period by period."""
    handled = _handled(plan)
    used = handled.groupby(["resource", "period"])["used"].sum()
    base = handled[handled["band"] == "base"].set_index(["resource", "period"])["capacity"]
    load = (used / base).rename("load").reset_index()
    names = plan.sites.set_index("site_id")["name"]
    order = _unique(names)
    load["name"] = load["resource"].map(order)
    load["label"] = (100.0 * load["load"]).round(0).map("{:.0f}".format)
    load["when"] = load["period"].map(
        dict(zip(problem.periods, _axis_names(problem.periods), strict=True))
    )
    load["color"] = load["load"].map(_load_color)
    load["ink"] = np.where(
        (load["load"] > 0.62) & ((load["load"] <= 1.001) | (load["load"] > 1.3)), "white", INK
    )
    canvas = _bare(
        figure(
            x_range=FactorRange(*_axis_names(problem.periods)),
            y_range=FactorRange(*reversed(order.values())),
            height=70 + 28 * len(order),
            sizing_mode="stretch_width",
            tools="",
            toolbar_location=None,
            x_axis_location="above",
        )
    )
    source = ColumnDataSource(load.to_dict("list"))
    cells = canvas.rect(
        "when", "name", 0.96, 0.92, source=source, fill_color="color", line_color=None
    )
    canvas.text(
        "when",
        "name",
        "label",
        source=source,
        text_align="center",
        text_baseline="middle",
        text_font_size="11px",
        text_color="ink",
    )
    canvas.add_tools(
        HoverTool(
            renderers=[cells],
            tooltips="@name, @when: @label % of base capacity (@used{0,0} orders)",
        )
    )
    canvas.xaxis.major_label_orientation = 0.6
    return canvas


def cost_bridge(plan: Plan) -> figure:
    """Draw how the net revenue of a dispatched order becomes its contribution, USD; no bars where there is none."""
    steps = cost_steps(plan)
    value = steps["usd_per_order"].to_numpy(float)
    end = np.cumsum(value)
    start = end - value
    names = [*steps["name"], "Contribution"]
    left, right = (
        np.nan_to_num(np.append(np.minimum(start, end), min(0.0, end[-1]))),
        np.nan_to_num(np.append(np.maximum(start, end), max(0.0, end[-1]))),
    )
    amount = np.append(value, end[-1])
    color = [
        "#1b6ca8",
        *["#c8553d" if step < 0 else "#1b6ca8" for step in value[1:]],
        "#2a9d6f" if end[-1] >= 0 else "#c8553d",
    ]
    canvas = _bare(
        figure(
            y_range=FactorRange(*reversed(names)),
            height=40 + 27 * len(names),
            sizing_mode="stretch_width",
            tools="",
            toolbar_location=None,
            x_axis_label="USD per dispatched order",
        )
    )
    source = ColumnDataSource(
        {
            "name": names,
            "left": left,
            "right": right,
            "color": color,
            "label": [f" {shown(step, '{:,.2f}')}" for step in amount],
        }
    )
    canvas.hbar(y="name", left="left", right="right", height=0.7, color="color", source=source)
    canvas.text(
        "right",
        "name",
        "label",
        source=source,
        text_baseline="middle",
        text_font_size="12px",
        text_color=INK,
    )
    canvas.x_range.start = min(0.0, float(left.min())) * 1.05
    canvas.x_range.end = float(right.max()) * 1.12 + 1e-9
    canvas.xgrid.visible = True
    return canvas


def cost_steps(plan: Plan) -> pd.DataFrame:
    """Return the bars of the cost chart, revenue first: name, usd_per_order (income positive), usd_year."""
    costs = plan.costs.set_index("part")
    groups = dict(COST_GROUPS)
    named = {part for parts in groups.values() for part in parts}
    groups |= {
        part.replace("_", " ").capitalize(): (part,) for part in costs.index if part not in named
    }
    rows = [
        {
            "name": name,
            "usd_per_order": -costs["usd_per_order"].reindex(parts).sum(min_count=1),
            "usd_year": -costs["usd_year"].reindex(parts).sum(),
        }
        for name, parts in groups.items()
    ]
    table = pd.DataFrame(rows)
    return table[
        (table["usd_per_order"].abs() > 5e-4) | (table["name"] == "Net revenue")
    ].reset_index(drop=True)


def _handled(plan: Plan) -> pd.DataFrame:
    """Return the rows of the capacity table on handling, with their band."""
    rows = plan.capacity[plan.capacity["kind"].str.startswith("throughput_")]
    return rows.assign(band=rows["kind"].str.removeprefix("throughput_"))


def _daily_capacity(plan: Plan, problem: Problem) -> tuple[float, float]:
    """Return orders a day that the open sites can handle, base and with all bands (used or not)."""
    sizes = problem.network["site_sizes"][["ownership", "size", "orders_day"]]
    bands = problem.network["bands"][["ownership", "band", "capacity_factor"]]
    offered = plan.sites[["ownership", "size"]].merge(sizes).merge(bands, on="ownership")
    daily = offered["orders_day"] * offered["capacity_factor"]
    return float(daily[offered["band"] == "base"].sum()), float(daily.sum())


def _unique(names: pd.Series) -> dict[str, str]:
    """Return a label by id; a name that two ids share gets the id behind it."""
    return {
        str(key): str(name) if (names == name).sum() == 1 else f"{name} ({key})"
        for key, name in names.items()
    }


def _load_color(load: float) -> str:
    """Return shades of blue up to the base capacity, orange and red above it."""
    if load <= 1.001:
        blues = ("#f1f5f9", "#dbe7f1", "#bcd4e6", "#94bbd9", "#5f9bc6", "#1b6ca8")
        return blues[min(int(load * 5), 5)]
    return "#f6c667" if load <= 1.15 else "#f0a202" if load <= 1.3 else "#d1495b"


def _axis_names(periods: list[str]) -> list[str]:
    return [period.replace("_", " ").title() for period in periods]


def _percent(share: Array) -> list[str]:
    """Return labels, empty where a bar is too short to carry one."""
    return [f"{part:.0%}" if part >= 0.045 else "" for part in share]


def _legend(items: list[LegendItem]) -> Legend:
    return Legend(
        items=items,
        orientation="horizontal",
        border_line_color=None,
        padding=0,
        margin=4,
        label_text_font_size="12px",
        spacing=14,
    )


def _bare(canvas: figure) -> figure:
    """Take away what carries no information."""
    canvas.outline_line_color = None
    canvas.axis.axis_line_color = PALE
    canvas.axis.major_tick_line_color = None
    canvas.axis.minor_tick_line_color = None
    canvas.axis.major_label_text_font_size = "12px"
    canvas.axis.major_label_text_color = INK
    canvas.axis.axis_label_text_font_style = "normal"
    canvas.grid.grid_line_color = PALE
    canvas.grid.grid_line_alpha = 0.7
    canvas.ygrid.visible = not isinstance(canvas.y_range, FactorRange)
    canvas.xgrid.visible = False
    canvas.min_border_right = 14
    return canvas
