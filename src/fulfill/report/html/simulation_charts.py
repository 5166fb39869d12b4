"""Charts of a simulation: the backlog of sites over the year, and promises kept by week."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, NumeralTickFormatter

from fulfill.report.html.style import (
    AMBER,
    BLUE,
    DASHED,
    FILL,
    GREEN,
    INK,
    LINE,
    PALE,
    RED,
    Chart,
    Entry,
    chart,
    hover,
    in_short,
    label_months,
)
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import DAY, PERCENT, WHOLE, shown

DRAWN = (BLUE, RED, GREEN, AMBER, "#cc79a7", INK)
"""Colours of the sites with the largest backlogs; the others would not be told apart."""


def backlog_chart(backlog: pd.DataFrame) -> Chart:
    """Draw the orders that wait at the end of each day, at the sites where most wait.

    Parameters
    ----------
    backlog : DataFrame
        Columns of `simulation_outputs.BACKLOG`.

    Returns
    -------
    Chart
        A line for each site.
    """
    canvas = chart(300, x_axis_type="datetime", y_axis_label=_("orders that wait"))
    canvas.yaxis.formatter = in_short()
    canvas.y_range.start = 0
    label_months(canvas)
    most = backlog.groupby("site_id", sort=False)["backlog"].max().sort_values(ascending=False)
    entries = []
    for site, color in zip(most.index, DRAWN, strict=False):
        rows = backlog[backlog["site_id"] == site]
        name = str(rows["site_name"].iloc[0])
        source = ColumnDataSource(
            {
                "x": pd.to_datetime(rows["date"]).to_numpy(),
                "y": rows["backlog"].to_numpy(),
                "day": [shown(day, DAY) for day in rows["date"]],
                "orders": [shown(number, WHOLE) for number in rows["backlog"]],
                "most": [shown(number, WHOLE) for number in rows["backlog_high"]],
                "site": [name] * len(rows),
            }
        )
        line = canvas.line("x", "y", source=source, color=color, line_width=1.5)
        words = _("<b>@site</b>, @day: @orders orders wait, at most @most in any year")
        hover(canvas, line, words)
        entries.append(Entry(color, name, LINE))
    if most.empty:
        return Chart(canvas, _("No site is open."))
    top = backlog.iloc[int(backlog["backlog"].to_numpy().argmax())]
    text = _("Most orders wait at {site} on {day}: {orders}.").format(
        site=top["site_name"], day=shown(top["date"], DAY), orders=shown(top["backlog"], WHOLE)
    )
    return Chart(canvas, text, tuple(entries))


def promise_chart(promises: pd.DataFrame) -> Chart:
    """Draw the share of the orders of each week that arrives as promised.

    Parameters
    ----------
    promises : DataFrame
        Columns of `simulation_outputs.PROMISES`.

    Returns
    -------
    Chart
        The interval of the simulation, its mean, and the plan.
    """
    weeks = promises[promises["planned"] + promises["simulated"] > 0]
    least = float(weeks[["planned", "low"]].to_numpy().min()) if len(weeks) else 0.0
    canvas = chart(
        300,
        x_axis_type="datetime",
        y_axis_label=_("orders that arrive as promised"),
        y_range=(max(least - 0.05, 0.0), 1.01),  # shares: nothing lies beyond 100 %
    )
    canvas.yaxis.formatter = NumeralTickFormatter(format="0 %")
    label_months(canvas)
    source = ColumnDataSource(
        {
            "x": pd.to_datetime(weeks["date"]).to_numpy(),
            **{name: weeks[name].to_numpy() for name in ("planned", "simulated", "low", "high")},
            "week": [shown(day, DAY) for day in weeks["date"]],
            "plan": [shown(share, PERCENT) for share in weeks["planned"]],
            "found": [shown(share, PERCENT) for share in weeks["simulated"]],
        }
    )
    canvas.varea("x", "low", "high", source=source, color=PALE)
    canvas.line("x", "planned", source=source, color=INK, line_dash="dashed", line_width=1.5)
    line = canvas.line("x", "simulated", source=source, color=BLUE, line_width=2)
    hover(canvas, line, _("week from @week: @found as promised, planned @plan"))
    key = (
        Entry(BLUE, _("simulated"), LINE),
        Entry(PALE, _("95 % confidence"), FILL),
        Entry(INK, _("planned"), DASHED),
    )
    if weeks.empty:
        return Chart(canvas, _("No order is placed."), key)
    lowest = weeks.iloc[int(np.argmin(weeks["simulated"].to_numpy()))]
    text = _("Lowest in the week from {day}: {share}, planned {plan}.").format(
        day=shown(lowest["date"], DAY),
        share=shown(lowest["simulated"], PERCENT),
        plan=shown(lowest["planned"], PERCENT),
    )
    return Chart(canvas, text, key)
