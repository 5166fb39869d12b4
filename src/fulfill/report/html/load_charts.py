"""Charts of the load of sites: orders a day by band, and use of each site by period."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, FactorRange, HoverTool, NumeralTickFormatter
from markupsafe import Markup

from fulfill.inputs.problem import Problem
from fulfill.inputs.site_rows import rows_by_site
from fulfill.report.html.names import period_names, unique_names
from fulfill.report.html.page import part
from fulfill.report.html.style import BAND_COLOR, DASHED, INK, LINE, Chart, Entry, chart
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.plan import Plan
from fulfill.study.vocabulary import WHOLE, WHOLE_PERCENT, shown


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
    periods = list(period_names(problem).values())
    canvas = chart(300, x_range=FactorRange(*periods), y_axis_label=_("orders a day"))
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
    tooltip = listed(f"{shown(band, 'band')} @{band}{{0,0}}" for band in bands)
    words = _("@period: {bands} orders a day").format(bands=tooltip)
    canvas.add_tools(HoverTool(renderers=bars, tooltips=words))
    canvas.xaxis.major_label_orientation = 0.9
    total = used.sum(axis=1)
    text = _(
        "Busiest: {period}, {orders} orders a day; base capacity {base}, with overtime and "
        "temporary staff {whole}."
    ).format(
        period=period_names(problem)[str(total.idxmax())],
        orders=shown(total.max(), WHOLE),
        base=shown(base, WHOLE),
        whole=shown(whole, WHOLE),
    )
    key = (
        *(Entry(color, shown(band, "band")) for band, color in BAND_COLOR.items()),
        Entry(INK, _("base capacity"), LINE),
        Entry(INK, _("with overtime and temporary staff"), DASHED),
    )
    return Chart(canvas, text, key)


def load_table(plan: Plan, problem: Problem) -> Markup:
    """Return the throughput of each site over its base capacity, by period.

    It is a table, which a narrow screen scrolls and a screen reader reads.

    Parameters
    ----------
    plan : Plan
        With tables.
    problem : Problem
        Calendar.

    Returns
    -------
    Markup
        Table of coloured cells, one row for each site.
    """
    load, names = _loads(plan, problem), unique_names(plan.sites.set_index("site_id")["name"])
    cells = {(row.resource, row.period): row for row in load.itertuples(index=False)}
    top: Any = load.iloc[int(load["load"].to_numpy().argmax())]
    text = _("Throughput in % of base capacity. Highest: {site} in {period}, {share}.").format(
        site=names[top["resource"]], period=top["when"], share=shown(top["load"], WHOLE_PERCENT)
    )
    return part(
        "heat.html",
        caption=text,
        periods=list(period_names(problem).values()),
        rows=[
            (name, [cells.get((site, period)) for period in problem.periods])
            for site, name in names.items()
        ],
    )


def _loads(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return a cell for each site and period: used, load, when, label and colours."""
    handled = _handled(plan)
    key = ["resource", "period"]
    used = handled.groupby(key)["used"].sum()
    base = handled[handled["band"] == "base"].set_index(key)["capacity"]
    table = pd.DataFrame({"used": used, "load": used / base}).reset_index()
    when = period_names(problem)
    load = table["load"]
    dark = (load >= 1.0) & ((load <= 1.001) | (load > 1.3))
    return table.assign(
        when=table["period"].map(when),
        label=[shown(100.0 * share, "{:.0f}") for share in load],
        color=load.map(_load_color),
        ink=np.where(dark, "white", INK),
    )


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


def _load_color(load: float) -> str:
    """Return shades of blue up to the base capacity, orange and red above it."""
    if load <= 1.001:
        blues = ("#f1f5f9", "#dbe7f1", "#bcd4e6", "#94bbd9", "#5f9bc6", "#1b6ca8")
        return blues[min(int(load * 5), 5)]
    return "#f6c667" if load <= 1.15 else "#f0a202" if load <= 1.3 else "#d1495b"
