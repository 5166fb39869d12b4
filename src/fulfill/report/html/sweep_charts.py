"""Charts of a sweep: effects of single figures, responses, and how stable the sites are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, FactorRange, NumeralTickFormatter

from fulfill.analysis.sweep.points import ALONE, BASE
from fulfill.analysis.sweep.sweep import Sweep
from fulfill.analysis.sweep.tables import numeric_values
from fulfill.report.html.style import (
    AMBER,
    BLUE,
    CHANNEL_COLOR,
    FEW_TICKS,
    INK,
    PALE,
    RED,
    Chart,
    Entry,
    chart,
    hover,
    in_short,
    label_above,
)
from fulfill.study.currency import currency, in_currency
from fulfill.study.language import translated as _

MOST_BARS = 25
"""Figures or sites of a bar chart; the table has all."""


def tornado(effects: pd.DataFrame) -> Chart:
    """Draw what each figure by itself does to the cost.

    Parameters
    ----------
    effects : DataFrame
        Of `tables.effect_table`, with a plan in every row.

    Returns
    -------
    Chart
        A bar for each value, the figure with the largest swing on top; pale where the gaps are
        larger than the difference.
    """
    names = list(dict.fromkeys(effects["figure"]))[:MOST_BARS]
    rows = effects[effects["figure"].isin(names)]
    above = rows["above_base_usd"].to_numpy(float)
    told = (rows["distinguishable"] == "yes").to_numpy()
    canvas = chart(70 + 40 * len(names), y_range=FactorRange(*reversed(names)))
    source = ColumnDataSource(
        {
            "figure": rows["figure"].tolist(),
            "value": rows["value"].tolist(),
            "left": in_currency(np.minimum(above, 0.0)),
            "right": in_currency(np.maximum(above, 0.0)),
            "color": np.where(told, np.where(above > 0, RED, BLUE), PALE),
            "low": in_currency(rows["above_base_low_usd"].to_numpy(float)),
            "high": in_currency(rows["above_base_high_usd"].to_numpy(float)),
        }
    )
    bars = canvas.hbar(
        y="figure", left="left", right="right", height=0.3, color="color", source=source
    )
    canvas.segment(x0="low", x1="high", y0="figure", y1="figure", color=INK, source=source)
    hover(canvas, bars, "@figure = @value")
    least = min(0.0, float(np.min([above, rows["above_base_low_usd"]])))
    label_above(canvas, names, in_currency(least))
    canvas.xaxis.formatter = in_short()
    canvas.xaxis.ticker.desired_num_ticks = FEW_TICKS
    canvas.xaxis.axis_label = _("{currency} a year more than the base").format(currency=currency())
    canvas.xgrid.visible = True
    text = _("Thin lines: what the gaps of both plans allow. The table of effects has the figures.")
    key = (
        Entry(RED, _("dearer")),
        Entry(BLUE, _("cheaper")),
        Entry(PALE, _("not distinguishable from the base")),
    )
    return Chart(canvas, text, key)


def response(found: Sweep, column: int) -> tuple[Chart, Chart] | None:
    """Draw cost and mail share over the values of a figure.

    Parameters
    ----------
    found : Sweep
    column : int
        Position of the figure.

    Returns
    -------
    (Chart, Chart) or None
        None where the values are no numbers.
    """
    value = numeric_values(found, column)
    if value is None:
        return None
    planned = np.array([answer.objective is not None for answer in found.answers])
    alone = np.array(
        [
            point.kind == BASE or (point.kind == ALONE and bool(point.values[column]))
            for point in found.points
        ]
    )
    parts = [(planned & ~alone, AMBER, 6), (planned & alone, BLUE, 9)]
    costs = [(answer.objective or np.nan, answer.bound or np.nan) for answer in found.answers]
    cost, bound = in_currency(np.array(costs, float)).T
    mail = np.array([answer.shares.get("direct_mail", np.nan) for answer in found.answers])
    name = found.figures[column].name
    costs_drawn = chart(260, x_axis_label=name)
    mail_drawn = chart(260, x_axis_label=name)
    for some, color, size in parts:
        at = value[some]
        costs_drawn.segment(x0=at, x1=at, y0=bound[some], y1=cost[some], color=color)
        costs_drawn.scatter(at, cost[some], color=color, size=size)
        mail_drawn.scatter(at, mail[some], color=color, size=size)
    # in full: in short, costs that differ by a percent would have the same label
    costs_drawn.yaxis.formatter = NumeralTickFormatter(format="0,0")
    mail_drawn.y_range.start = 0
    mail_drawn.yaxis.formatter = NumeralTickFormatter(format="0 %")
    key = (Entry(BLUE, _("this figure alone")), Entry(AMBER, _("others differ too")))
    return (
        Chart(costs_drawn, _("Cost a year; lines reach down to the bound of each plan."), key),
        Chart(mail_drawn, _("Part of the orders that is mailed."), key),
    )


def stability(sites: pd.DataFrame) -> Chart:
    """Draw at which share of the points each site is open.

    Parameters
    ----------
    sites : DataFrame
        Of `tables.site_table`.

    Returns
    -------
    Chart
        Bars, the most stable site on top; sites of the base in another colour.
    """
    rows = sites.head(MOST_BARS)
    names = [
        f"{row.name_} ({row.site_id})"
        for row in rows.rename(columns={"name": "name_"}).itertuples()
    ]
    at_base = (rows["open_at_base"] == "yes").to_numpy()
    canvas = chart(60 + 24 * len(names), y_range=FactorRange(*reversed(names)), x_range=(0, 1))
    canvas.hbar(
        y=names,
        right=rows["share_of_points"].to_numpy(float),
        height=0.7,
        color=np.where(at_base, CHANNEL_COLOR["local"], AMBER),
    )
    canvas.xaxis.formatter = NumeralTickFormatter(format="0 %")
    canvas.xgrid.visible = True
    key = (
        Entry(CHANNEL_COLOR["local"], _("open at the base")),
        Entry(AMBER, _("not open at the base")),
    )
    return Chart(canvas, _("Share of the points with a plan at which the site is open."), key)
