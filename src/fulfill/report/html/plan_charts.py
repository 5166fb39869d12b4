"""Charts of a plan: channels, throughput, and the breakdown of the revenue of an order."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, FactorRange, HoverTool, NumeralTickFormatter
from numpy.typing import NDArray

from fulfill.inputs.problem import CHANNELS, Problem
from fulfill.inputs.site_rows import rows_by_site
from fulfill.report.html.style import (
    BAND_COLOR,
    BLUE,
    CHANNEL_COLOR,
    DASHED,
    GREEN,
    INK,
    LINE,
    RED,
    Chart,
    Entry,
    chart,
)
from fulfill.study.plan import Plan
from fulfill.study.vocabulary import CENTS, COST_GROUPS, shown

Array = NDArray[np.float64]
KINDS = (*CHANNELS, "unserved")


def channel_share(plan: Plan, problem: Problem) -> Chart:
    """Draw the share of each channel in all orders, and by country, zone class and product.

    Parameters
    ----------
    plan : Plan
        With tables.
    problem : Problem
        Names of the products.

    Returns
    -------
    Chart
        Stacked bars.
    """
    table = _shares(plan, problem)
    names = list(table.index)
    canvas = chart(
        46 + 26 * len(names),
        y_range=FactorRange(*reversed(names), range_padding=0.05),
        x_range=(0, 1),
    )
    left = np.zeros(len(table))
    entries = []
    for channel in table.columns:
        share = table[channel].to_numpy(float)
        source = ColumnDataSource(
            {
                "name": names,
                "left": left,
                "middle": left + share / 2,
                "right": left + share,
                "share": 100.0 * share,
                "label": _percent(share),
            }
        )
        color = CHANNEL_COLOR[channel]
        bar = canvas.hbar(
            y="name", left="left", right="right", height=0.74, color=color, source=source
        )
        canvas.text(
            "middle",
            "name",
            "label",
            source=source,
            text_align="center",
            text_baseline="middle",
            text_font_size="11px",
            text_color="white",
        )
        words = shown(channel, "channel")
        canvas.add_tools(HoverTool(renderers=[bar], tooltips=f"@name: {words} @share{{0.0}} %"))
        entries.append(Entry(color, words))
        left = left + share
    canvas.xaxis.visible = False
    parts = ", ".join(f"{shown(name, 'channel')} {table[name].iloc[0]:.1%}" for name in table)
    return Chart(canvas, f"Of all orders: {parts}.", tuple(entries))


def _shares(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return the share of channels in potential orders, one row for each bar."""
    columns = [name for name in KINDS if plan.kpis["channel_share"].get(name, 0.0) > 0]
    countries = problem.network["countries"].set_index("country")["name"].to_dict()
    pieces = [
        pd.DataFrame([plan.kpis["channel_share"]], index=["All orders"]),
        _shares_of_zones(plan, "country").rename(index=lambda code: countries.get(code) or code),
        _shares_of_zones(plan, "zone_class").rename(
            index=lambda name: f"{name} zones".capitalize()
        ),
        _shares_of_products(plan, problem),
    ]
    table = pd.concat(pieces).reindex(columns=columns).fillna(0.0)
    return table.set_axis(list(_unique(pd.Series(table.index.astype(str))).values()))


def _shares_of_zones(plan: Plan, column: str) -> pd.DataFrame:
    """Return the share of channels by a column of zones.csv."""
    zones = plan.zones.fillna(0.0)
    orders = pd.DataFrame({name: zones[f"share_{name}"] * zones["orders"] for name in KINDS})
    whole = zones.groupby(column)["orders"].sum()
    return orders.groupby(zones[column]).sum().div(whole, axis=0)


def _shares_of_products(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return the share of channels by product name."""
    served = plan.flows[plan.flows["leg"] == "outbound"]
    orders = served.pivot_table(index="product", columns="channel", values="orders", aggfunc="sum")
    wanted = pd.Series(problem.orders.sum(axis=(0, 2)), index=problem.products)
    share = orders.reindex(problem.products).fillna(0.0).div(wanted, axis=0)
    share["unserved"] = (1.0 - share.sum(axis=1)).clip(lower=0.0)
    return share.rename(index=_unique(problem.network["products"].set_index("product_id")["name"]))


def throughput(plan: Plan, problem: Problem) -> Chart:
    """Draw the orders a day of all sites by period and band, with their capacity.

    Parameters
    ----------
    plan : Plan
        With tables.
    problem : Problem
        Calendar and capacities.

    Returns
    -------
    Chart
        Stacked bars with capacity lines.
    """
    bands = list(BAND_COLOR)
    used = _handled(plan).pivot_table(index="period", columns="band", values="used", aggfunc="sum")
    used = used.reindex(index=problem.periods, columns=bands).fillna(0.0)
    used = used.div(problem.days, axis=0)
    periods = list(_axis_names(problem).values())
    canvas = chart(300, x_range=FactorRange(*periods), y_axis_label="orders a day")
    source = ColumnDataSource({"period": periods, **{b: used[b].to_numpy() for b in bands}})
    bars = canvas.vbar_stack(
        bands, x="period", width=0.8, color=list(BAND_COLOR.values()), source=source
    )
    base, whole = _daily_capacity(plan, problem)
    for limit, dash in ((base, "solid"), (whole, "dashed")):
        canvas.hspan(y=[limit], line_color=INK, line_width=1.5, line_dash=dash)
    canvas.yaxis.formatter = NumeralTickFormatter(format="0,0")
    canvas.y_range.start = 0
    canvas.y_range.end = 1.06 * max(whole, float(used.sum(axis=1).max()), 1e-9)
    tooltip = ", ".join(f"{band} @{band}{{0,0}}" for band in bands)
    canvas.add_tools(HoverTool(renderers=bars, tooltips=f"@period: {tooltip} orders a day"))
    canvas.xaxis.major_label_orientation = 0.9
    total = used.sum(axis=1)
    text = (
        f"Busiest: {_axis_names(problem)[str(total.idxmax())]}, {total.max():,.0f} orders a day; "
        f"base capacity {base:,.0f}, with overtime and temporary staff {whole:,.0f}."
    )
    key = (
        *(Entry(color, band) for band, color in BAND_COLOR.items()),
        Entry(INK, "base capacity", LINE),
        Entry(INK, "with overtime and temporary staff", DASHED),
    )
    return Chart(canvas, text, key)


def site_load(plan: Plan, problem: Problem) -> Chart:
    """Draw the throughput of each site over its base capacity, by period.

    Parameters
    ----------
    plan : Plan
        With tables.
    problem : Problem
        Calendar.

    Returns
    -------
    Chart
        Heat map, one row for each site.
    """
    load, names = _loads(plan, problem), _unique(plan.sites.set_index("site_id")["name"])
    canvas = chart(
        70 + 28 * len(names),
        x_range=FactorRange(*_axis_names(problem).values()),
        y_range=FactorRange(*reversed(names.values())),
        x_axis_location="above",
    )
    source = ColumnDataSource(load.assign(name=load["resource"].map(names)).to_dict("list"))
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
    tooltip = "@name, @when: @label % of base capacity (@used{0,0} orders)"
    canvas.add_tools(HoverTool(renderers=[cells], tooltips=tooltip))
    canvas.xaxis.major_label_orientation = 0.9
    top = load.iloc[int(load["load"].to_numpy().argmax())]
    text = (
        f"Highest: {names[top['resource']]} in {top['when']}, {top['load']:.0%} of base capacity."
    )
    return Chart(canvas, text)


def _loads(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return a cell for each site and period: used, load, when, label and colours."""
    handled = _handled(plan)
    key = ["resource", "period"]
    used = handled.groupby(key)["used"].sum()
    base = handled[handled["band"] == "base"].set_index(key)["capacity"]
    table = pd.DataFrame({"used": used, "load": used / base}).reset_index()
    when = _axis_names(problem)
    load = table["load"]
    dark = (load > 0.62) & ((load <= 1.001) | (load > 1.3))
    return table.assign(
        when=table["period"].map(when),
        label=[shown(100.0 * share, "{:.0f}") for share in load],
        color=load.map(_load_color),
        ink=np.where(dark, "white", INK),
    )


def cost_bridge(plan: Plan) -> Chart:
    """Draw how costs reduce the net revenue of a dispatched order to its contribution.

    Parameters
    ----------
    plan : Plan
        With costs.

    Returns
    -------
    Chart
        Waterfall chart, USD per order.
    """
    steps = cost_steps(plan)
    value = steps["usd_per_order"].to_numpy(float)
    end = np.cumsum(value)
    start = np.append(end - value, 0.0)
    amount, end = np.append(value, end[-1]), np.append(end, end[-1])
    left, right = np.minimum(start, end), np.maximum(start, end)
    names = [*steps["name"], "Contribution"]
    color = np.where(amount < 0, RED, BLUE)
    color[0], color[-1] = BLUE, GREEN if amount[-1] >= 0 else RED
    canvas = chart(
        40 + 27 * len(names),
        y_range=FactorRange(*reversed(names)),
        x_axis_label="USD per dispatched order",
    )
    source = ColumnDataSource(
        {
            "name": names,
            "left": np.nan_to_num(left),
            "right": np.nan_to_num(right),
            "color": color,
            "label": [f" {shown(step, CENTS)}" for step in amount],
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
    canvas.x_range.start = min(0.0, float(np.nan_to_num(left).min())) * 1.05
    canvas.x_range.end = max(float(np.nan_to_num(right).max()) * 1.12, 1.0)
    canvas.xgrid.visible = True
    text = f"Net revenue {shown(amount[0], CENTS)}, contribution {shown(amount[-1], CENTS)} USD."
    return Chart(canvas, text)


def cost_steps(plan: Plan) -> pd.DataFrame:
    """Return the bars of the cost chart, revenue first.

    A part of costs.csv that is in no group of `COST_GROUPS` has its own bar.

    Parameters
    ----------
    plan : Plan
        With costs.

    Returns
    -------
    DataFrame
        name, usd_per_order and usd_year; income is positive.
    """
    costs = plan.costs.set_index("part")
    grouped = {part for parts in COST_GROUPS.values() for part in parts}
    others = [part for part in costs.index if part not in grouped]
    groups = COST_GROUPS | {shown(part, "part").capitalize(): (part,) for part in others}
    rows = [
        {
            "name": name,
            "usd_per_order": -costs["usd_per_order"].reindex(parts).sum(min_count=1),
            "usd_year": -costs["usd_year"].reindex(parts).sum(),
        }
        for name, parts in groups.items()
    ]
    table = pd.DataFrame(rows)
    kept = (table["usd_per_order"].abs() > 5e-4) | (table["name"] == next(iter(COST_GROUPS)))
    return table[kept].reset_index(drop=True)


def _handled(plan: Plan) -> pd.DataFrame:
    """Return the rows of the capacity table on handling, with their band."""
    rows = plan.capacity[plan.capacity["kind"].str.startswith("throughput_")]
    return rows.assign(band=rows["kind"].str.removeprefix("throughput_"))


def _daily_capacity(plan: Plan, problem: Problem) -> tuple[float, float]:
    """Return orders a day that the open sites can handle: base, and with all bands."""
    sizes, bands = (
        rows_by_site(problem.network["sites"], problem.network[table])
        for table in ("site_sizes", "bands")
    )
    offered = plan.sites[["site_id", "size"]].merge(sizes[["site_id", "size", "orders_day"]])
    offered = offered.merge(bands[["site_id", "band", "capacity_factor"]], on="site_id")
    daily = offered["orders_day"] * offered["capacity_factor"]
    return float(daily[offered["band"] == "base"].sum()), float(daily.sum())


def _unique(names: pd.Series) -> dict[str, str]:
    """Return a label for each id; ids with the same name have the id appended."""
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


def _axis_names(problem: Problem) -> dict[str, str]:
    """Return a label for each period; the factors of an axis must be unique."""
    calendar = problem.network["calendar"]
    return _unique(pd.Series(calendar["name"].to_numpy(), index=problem.periods))


def _percent(share: Array) -> list[str]:
    """Return labels, empty where a bar is too short to carry one."""
    return [f"{part:.0%}" if part >= 0.045 else "" for part in share]
