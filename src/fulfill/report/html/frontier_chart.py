"""Chart of a frontier: plans, and the band in which the least cost lies."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, NumeralTickFormatter

from fulfill.analysis.frontier.frontier import Frontier
from fulfill.analysis.frontier.measures import BUDGET
from fulfill.analysis.frontier.tables import measure_figure
from fulfill.report.html.style import BLUE, PALE, Chart, Entry, chart, hover, in_short
from fulfill.study.currency import currency, in_currency
from fulfill.study.frontier_outputs import FRONTIER
from fulfill.study.language import translated as _


def curve(found: Frontier, table: pd.DataFrame) -> Chart:
    """Draw the least cost over the limit.

    Between two points the least cost lies between the bound of the looser and the cost of the
    stricter limit, as it never falls when the limit is tightened.

    Parameters
    ----------
    found : Frontier
    table : DataFrame
        Of `tables.frontier_table`, the measure in its unit.

    Returns
    -------
    Chart
        A dot for each plan of its own, with its sites in the tooltip.
    """
    figure = measure_figure(found.measure)
    limit = table["limit"].to_numpy(float)
    if found.measure.against == BUDGET:
        limit = in_currency(limit)
    cost, bound = (in_currency(table[key].to_numpy(float)) for key in ("objective", "bound"))
    canvas = chart(380, x_axis_label=figure.heading)
    known = np.isfinite(cost[1:]) & np.isfinite(bound[:-1])
    canvas.quad(
        left=np.minimum(limit[:-1], limit[1:])[known],
        right=np.maximum(limit[:-1], limit[1:])[known],
        bottom=bound[:-1][known],
        top=cost[1:][known],
        color=PALE,
    )
    canvas.segment(x0=limit, x1=limit, y0=bound, y1=cost, color=BLUE)
    own = (table["on_frontier"] == "yes").to_numpy()
    canvas.line(limit[own], cost[own], color=BLUE)
    rows = table[own]
    source = ColumnDataSource(
        {
            "x": limit[own],
            "y": cost[own],
            "limit": [figure.with_unit(value) for value in rows["limit"]],
            "cost": [FRONTIER["objective"].with_unit(value) for value in rows["objective"]],
            "gap": [FRONTIER["gap"].shown(value) for value in rows["gap"]],
            "sites": rows["sites"].tolist(),
        }
    )
    dots = canvas.scatter("x", "y", size=10, color=BLUE, source=source)
    hover(canvas, dots, "<b>@limit</b><br>@cost, @gap<br>@sites")
    if found.measure.is_share:
        canvas.xaxis.formatter = NumeralTickFormatter(format="0 %")
    else:
        canvas.x_range.flipped = True
        canvas.xaxis.formatter = in_short()
    canvas.yaxis.formatter = in_short()
    canvas.yaxis.axis_label = _("{currency} a year").format(currency=currency())
    text = _(
        "Dots: plans, the cheapest on the left. Vertical lines reach down to their bounds. Grey: "
        "where the least cost lies for limits between the points, which is proven."
    )
    key = (Entry(BLUE, _("plan with its bound")), Entry(PALE, _("not known within the gaps")))
    return Chart(canvas, text, key)
