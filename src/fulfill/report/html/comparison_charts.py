"""Charts of a comparison: cost by mode and date, and the channels of the mixed plans."""

from __future__ import annotations

import numpy as np
from bokeh.models import FactorRange, NumeralTickFormatter

from fulfill.analysis.compare.comparison import MODES, SHARES, Comparison
from fulfill.report.html.style import CHANNEL_COLOR, MODE_COLOR, Chart, Entry, chart, in_short
from fulfill.study.currency import in_currency
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import DAY, shown


def cost_chart(comparison: Comparison) -> Chart:
    """Draw the cost of each mode on each date.

    Parameters
    ----------
    comparison : Comparison
        Plans of all dates and modes.

    Returns
    -------
    Chart
        Grouped bars; none for a mode without a plan.
    """
    rows = comparison.modes[comparison.modes["objective"].notna()]
    modes = [mode for mode in MODES if mode in set(comparison.modes["mode"])]
    days = list(dict.fromkeys(comparison.modes["as_of"]))
    dates = {day: shown(day, DAY) for day in days}
    canvas = chart(300, x_range=FactorRange(*dates.values()))
    width = 0.8 / len(modes)
    entries = []
    for number, mode in enumerate(modes):
        part = rows[rows["mode"] == mode]
        aside = 0.5 + (number - (len(modes) - 1) / 2) * width
        canvas.vbar(
            x=[days.index(day) + aside for day in part["as_of"]],
            top=in_currency(part["objective"].to_numpy()),
            width=width * 0.92,
            color=MODE_COLOR[mode],
        )
        entries.append(Entry(MODE_COLOR[mode], shown(mode, "mode")))
    canvas.y_range.start = 0
    canvas.yaxis.formatter = in_short()
    return Chart(canvas, _("The table of all plans has the figures."), tuple(entries))


def share_chart(comparison: Comparison) -> Chart:
    """Draw the shares of the channels in the mixed plan of each date.

    Parameters
    ----------
    comparison : Comparison
        Plans of all dates and modes.

    Returns
    -------
    Chart
        Stacked bars.
    """
    rows = comparison.modes[
        (comparison.modes["mode"] == "mixed") & comparison.modes["objective"].notna()
    ]
    days = list(dict.fromkeys(comparison.modes["as_of"]))
    dates = {day: shown(day, DAY) for day in days}
    canvas = chart(300, x_range=FactorRange(*dates.values()), y_range=(0, 1))
    below = np.zeros(len(rows))
    entries = []
    for name in SHARES:
        share = rows[f"share_{name}"].to_numpy(float)
        if not (share > 0).any():
            continue
        canvas.vbar(
            x=[dates[day] for day in rows["as_of"]],
            bottom=below,
            top=below + share,
            width=0.6,
            color=CHANNEL_COLOR[name],
        )
        entries.append(Entry(CHANNEL_COLOR[name], shown(name, "channel")))
        below = below + share
    canvas.yaxis.formatter = NumeralTickFormatter(format="0 %")
    return Chart(canvas, _("The table of all plans has the shares."), tuple(entries))
