"""Chart of a frontier against CVaR: choices of sites, and the band in which the least cost lies."""

from __future__ import annotations

import numpy as np
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from fulfill.analysis.frontier.risk_frontier import RiskFrontier
from fulfill.model.arrays import Array
from fulfill.report.html.style import BLUE, PALE, Chart, Entry, chart, hover, in_short
from fulfill.study.currency import currency, in_currency
from fulfill.study.frontier_outputs import RISK_FRONTIER
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import money

GREY = "#9aa5b1"
PIECES = 30
"""Straight pieces of the lower edge of the band between two points."""
MARGIN = 0.08
"""Room around the points and their bounds, as a share of what they span."""


def risk_curve(found: RiskFrontier) -> Chart:
    """Draw expected cost over CVaR, the least expected cost on the left.

    Parameters
    ----------
    found : RiskFrontier

    Returns
    -------
    Chart
        A dot for each choice of the frontier, with its sites in the tooltip; grey ones for other
        choices that were tried, as far as they lie in the picture.
    """
    curve = found.curve
    best = list(dict.fromkeys(curve.best))
    expected, cvar = curve.expected[best], curve.cvar[best]
    bound = np.array([curve.least_expected(value) for value in cvar])
    canvas = chart(
        380,
        x_range=_range(cvar)[::-1],
        y_range=_range(np.r_[expected, bound]),
        x_axis_label=RISK_FRONTIER["cvar_usd"].heading,
    )
    _draw_band(canvas, found, best)
    others = [place for place in range(len(curve.choices)) if place not in best]
    canvas.scatter(
        in_currency(curve.cvar[others]), in_currency(curve.expected[others]), size=6, color=GREY
    )
    x, y = in_currency(cvar), in_currency(expected)
    canvas.segment(x0=x, x1=x, y0=in_currency(bound), y1=y, color=BLUE)
    canvas.line(x, y, color=BLUE)
    dots = canvas.scatter("x", "y", size=10, color=BLUE, source=_dots(found, best))
    hover(canvas, dots, _("<b>weight @weights</b><br>on average @cost<br>worst @cvar<br>@sites"))
    canvas.xaxis.formatter = canvas.yaxis.formatter = in_short()
    canvas.yaxis.axis_label = _("{currency} a year on average").format(currency=currency())
    text = _(
        "Dots: choices of sites that are best at some weight, the least expected cost on the left. "
        "Vertical lines reach down to what no choice with this mean of the worst years costs less. "
        "Grey area: where the least expected cost lies between the points, which is proven. Grey "
        "dots: other choices that were tried, as far as they lie in the picture."
    )
    key = (
        Entry(BLUE, _("choice of sites with its bound")),
        Entry(PALE, _("not known within the gaps")),
        Entry(GREY, _("other choice that was tried")),
    )
    return Chart(canvas, text, key)


def _draw_band(canvas: figure, found: RiskFrontier, best: list[int]) -> None:
    """Draw between which costs the least expected cost lies from point to point."""
    curve = found.curve
    cvar, expected = curve.cvar[best], curve.expected[best]
    for right, left, cost in zip(cvar[1:], cvar[:-1], expected[1:], strict=True):
        x = np.linspace(right, left, PIECES)
        least = np.array([curve.least_expected(value) for value in x])
        canvas.varea(in_currency(x), in_currency(least), in_currency(cost + 0.0 * x), color=PALE)


def _dots(found: RiskFrontier, best: list[int]) -> ColumnDataSource:
    """Return the points with what their tooltips say."""
    curve = found.curve
    cvar, expected = curve.cvar[best], curve.expected[best]
    return ColumnDataSource(
        {
            "x": in_currency(cvar),
            "y": in_currency(expected),
            "cost": [money(value) for value in expected],
            "cvar": [money(value) for value in cvar],
            "weights": [_weights(found, place) for place in best],
            "sites": [
                " ".join(f"{site}:{size}" for site, size in curve.choices[place]) for place in best
            ],
        }
    )


def _weights(found: RiskFrontier, place: int) -> str:
    """Return the weights at which a choice is the best."""
    weights = found.curve.weights[np.array(found.curve.best) == place]
    return listed(RISK_FRONTIER["weight"].shown(weight) for weight in weights)


def _range(values: Array) -> tuple[float, float]:
    """Return the ends of an axis that shows some amounts, in the currency of the context."""
    low, high = float(values.min()), float(values.max())
    room = max(MARGIN * (high - low), 1e-4 * abs(high))
    ends = in_currency(np.array([low - room, high + room]))
    return float(ends[0]), float(ends[1])
