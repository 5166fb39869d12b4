"""Chart of the service of a plan: how soon orders arrive."""

from __future__ import annotations

import pandas as pd
from bokeh.models import ColumnDataSource, NumeralTickFormatter

from fulfill.report.html.style import DASHED, INK, LINE, Chart, Entry, chart, hover
from fulfill.study.coverage import ALL
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import WHOLE_PERCENT, shown

CLASS_LINES = {
    ALL: (INK, "solid"),
    "metropolitan": ("#0072b2", "solid"),
    "urban": ("#d55e00", "dashed"),
    "rural": ("#009e73", "dotted"),
}
"""Colour and dashes of the line of each class of zone."""
TOLD_DAYS = (2, 3, 5, 10)
"""Days that the caption tells."""


def coverage_chart(curve: pd.DataFrame) -> Chart:
    """Draw the share of orders that arrive within each number of days.

    Parameters
    ----------
    curve : DataFrame
        Of `coverage.coverage_curve`.

    Returns
    -------
    Chart
        A line for each class of zone.
    """
    last = int(curve["days"].max())
    canvas = chart(
        300, x_range=(1, last), y_range=(0, 1), x_axis_label=_("days from order to delivery")
    )
    canvas.xgrid.visible = True
    canvas.yaxis.formatter = NumeralTickFormatter(format="0 %")
    entries = []
    for name, rows in curve.groupby("zone_class", sort=False):
        color, dash = CLASS_LINES.get(str(name), (INK, "dotdash"))
        words = shown(name, "zone_class")
        source = ColumnDataSource(
            {
                "days": rows["days"],
                "share": rows["share"],
                "zones": [words] * len(rows),
                "text": [shown(share, WHOLE_PERCENT) for share in rows["share"]],
            }
        )
        width = 3.5 if name == ALL else 2
        line = canvas.line(
            "days", "share", source=source, color=color, line_dash=dash, line_width=width
        )
        hover(canvas, line, _("<b>@zones</b>: @text within @days days"))
        entries.append(Entry(color, words, LINE if dash == "solid" else DASHED))
    whole = curve[curve["zone_class"] == ALL].set_index("days")["share"]
    told = [
        _("{share} within {days} days").format(share=shown(whole[days], WHOLE_PERCENT), days=days)
        for days in TOLD_DAYS
        if days in whole
    ]
    text = _("Of all potential orders: {shares}.").format(shares=listed(told))
    return Chart(canvas, text, tuple(entries))
