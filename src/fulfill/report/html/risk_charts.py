"""Charts of losses and of questions: amounts with the interval that they lie in."""

from __future__ import annotations

import numpy as np
from bokeh.models import ColumnDataSource, FactorRange
from numpy.typing import ArrayLike

from fulfill.report.html.style import (
    BLUE,
    FEW_TICKS,
    INK,
    Chart,
    chart,
    hover,
    in_short,
    label_above,
)
from fulfill.study.currency import currency, in_currency
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import money

ROW_HEIGHT, MARGIN = 36, 60
"""Pixels of a bar, and above and below all of them."""


def interval_chart(
    names: list[str], usd: ArrayLike, low: ArrayLike, high: ArrayLike, text: str
) -> Chart:
    """Draw amounts as bars, each with the interval that it lies in.

    Parameters
    ----------
    names : list of str
        What each amount is of, the uppermost first.
    usd, low, high : (n_names,)
        Amounts, and both ends of their intervals, USD.
    text : str
        What the chart shows.

    Returns
    -------
    Chart
    """
    # bokeh joins rows of the same name; the axis begins at the bottom
    rows = [f"{place}. {name}" for place, name in enumerate(names, 1)]
    value, least, most = (np.asarray(amounts, float) for amounts in (usd, low, high))
    shown = np.where(np.isfinite(value), value, 0.0)
    canvas = chart(
        MARGIN + ROW_HEIGHT * len(rows),
        y_range=FactorRange(*reversed(rows)),
        x_axis_label=currency(),
    )
    source = ColumnDataSource(
        {
            "row": rows,
            "name": names,
            "value": in_currency(shown),
            "low": in_currency(np.where(np.isfinite(least), least, shown)),
            "high": in_currency(np.where(np.isfinite(most), most, shown)),
            "told": [money(amount) for amount in value],
            "from": [money(amount) for amount in least],
            "to": [money(amount) for amount in most],
        }
    )
    bars = canvas.hbar(y="row", right="value", height=0.3, source=source, color=BLUE)
    canvas.segment(x0="low", x1="high", y0="row", y1="row", source=source, color=INK, line_width=2)
    label_above(canvas, rows)
    canvas.xaxis.formatter = in_short()
    canvas.xaxis.ticker.desired_num_ticks = FEW_TICKS
    canvas.xgrid.visible = True
    hover(canvas, bars, _("<b>@name</b><br>@told<br>between @from and @to"))
    return Chart(canvas, text)
