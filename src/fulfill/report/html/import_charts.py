"""Charts of an import: where orders come from, the months, and the curve of classes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, FactorRange
from numpy.typing import NDArray

from fulfill.inputs.importing.segments import BOUNDS
from fulfill.inputs.network import Network
from fulfill.report.html.map import empty_map, mercator
from fulfill.report.html.style import BLUE, INK, Chart, chart, hover, in_short
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import PERCENT, WHOLE, shown

LARGEST, SMALLEST = 46.0, 4.0
"""Diameter of the circles of zones, pixels."""
POINTS = 400
"""Points of the curve of classes; more would not be seen."""


def zone_map(zones: pd.DataFrame, network: Network) -> Chart:
    """Draw the zones, the area of their circles in proportion to their orders.

    Parameters
    ----------
    zones : DataFrame
        In the form of zones.csv, with the column `orders`.
    network : Network
        Its outlines are drawn.

    Returns
    -------
    Chart
    """
    canvas = empty_map(zones, network)
    x, y = mercator(zones["lon"].to_numpy(float), zones["lat"].to_numpy(float))
    orders = zones["orders"].to_numpy(float)
    size = np.maximum(LARGEST * np.sqrt(orders / orders.max()), SMALLEST)
    source = ColumnDataSource(
        {
            "x": x,
            "y": y,
            "size": size,
            "name": zones["name"].tolist(),
            "state": zones["state"].tolist(),
            "orders": [shown(number, WHOLE) for number in orders],
        }
    )
    points = canvas.scatter(
        "x", "y", size="size", source=source, color=BLUE, fill_alpha=0.55, line_color="white"
    )
    hover(canvas, points, _("<b>@name</b>, @state<br>@orders orders"))
    text = _("{zones} zones; the three largest have {share} of the orders.").format(
        zones=len(zones), share=shown(orders[:3].sum() / orders.sum(), PERCENT)
    )
    return Chart(canvas, text)


def month_chart(by_day: pd.Series) -> Chart:
    """Draw the orders of each month.

    Parameters
    ----------
    by_day : Series of int
        Orders by day.

    Returns
    -------
    Chart
        Bars.
    """
    days = pd.DatetimeIndex(by_day.index)
    months = by_day.groupby(days.strftime("%Y-%m")).sum()
    canvas = chart(
        240, x_range=FactorRange(*months.index), y_axis_label=_("orders"), min_border_top=8
    )
    canvas.y_range.start = 0
    canvas.yaxis.formatter = in_short()
    canvas.xaxis.major_label_orientation = 0.7
    source = ColumnDataSource(
        {
            "month": months.index.tolist(),
            "top": months.to_numpy(),
            "orders": [shown(number, WHOLE) for number in months],
        }
    )
    bars = canvas.vbar("month", top="top", width=0.8, source=source, color=BLUE)
    hover(canvas, bars, _("<b>@month</b><br>@orders orders"))
    text = _("From {first} to {last}; the most orders on {day}.").format(
        first=days[0].date(), last=days[-1].date(), day=days[int(by_day.to_numpy().argmax())].date()
    )
    return Chart(canvas, text)


def class_curve(volume: NDArray[np.float64]) -> Chart:
    """Draw the share of the volume over the share of the articles, best sellers first.

    Parameters
    ----------
    volume : ndarray of float, shape (n_articles,)
        Pieces sold, in descending order.

    Returns
    -------
    Chart
        A curve with the bounds of the classes.
    """
    share = np.concatenate([[0.0], np.cumsum(volume) / volume.sum()])
    at = np.unique(np.linspace(0, len(volume), POINTS).astype(int))
    canvas = chart(
        260,
        x_range=(0, 100),
        y_range=(0, 102),
        x_axis_label=_("articles, %"),
        y_axis_label=_("pieces, %"),
    )
    canvas.line(100.0 * at / len(volume), 100.0 * share[at], color=BLUE, line_width=2)
    for bound in BOUNDS:
        canvas.ray(x=0, y=100.0 * bound, angle=0, color=INK, line_dash="dotted")
    least = [int(np.searchsorted(share, bound)) / len(volume) for bound in BOUNDS]
    text = _("{a} of the articles have {first} of the pieces, and {b} have {second}.").format(
        a=shown(least[0], PERCENT),
        first=f"{BOUNDS[0]:.0%}",
        b=shown(least[1], PERCENT),
        second=f"{BOUNDS[1]:.0%}",
    )
    return Chart(canvas, text)
