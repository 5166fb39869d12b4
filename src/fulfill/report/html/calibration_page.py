"""Page of a calibration: how many orders are kept, day by day, and the law fitted to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from bokeh.models import ColumnDataSource, NumeralTickFormatter
from numpy.typing import NDArray

from fulfill.analysis.calibration.calibrate import Calibration
from fulfill.analysis.calibration.hazard import DaysAtRisk
from fulfill.report.html.page import html_table, write_page
from fulfill.report.html.style import BLUE, LINE, RED, Chart, Entry, chart, hover
from fulfill.study.calibration_outputs import CALIBRATED, LEAD_TIMES
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import FINE_PERCENT, WHOLE, shown

Array = NDArray[np.float64]
LEAST_AT_RISK = 0.01
"""Share of the orders at risk on the first day; days on which fewer are left are not drawn."""


def write_calibration_page(calibration: Calibration, path: Path) -> None:
    """Write the page of a calibration.

    Parameters
    ----------
    calibration : Calibration
    path : Path
        File to write.
    """
    found = calibration.parameters.set_index("name")
    phases, histories = calibration.phases, calibration.histories
    h0, scale = found["value"].astype(float)[["cancel_h0", "cancel_lambda"]].tolist()
    drawings = {}
    if phases.before.orders:
        label = _("days since the order, up to the promised day")
        drawings["before"] = kept_chart(phases.before, h0, 1.0, label)
    if phases.after.orders:
        label = _("days after the promised day")
        drawings["after"] = kept_chart(phases.after, scale, calibration.gamma, label)
    write_page(
        path,
        "calibration.html",
        _("Cancellation calibrated"),
        drawings,
        first=str(histories.first),
        last=str(histories.last),
        used=shown(len(histories.frame), WHOLE),
        orders=shown(histories.orders_in, WHOLE),
        refused=[
            (shown(reason, "refusal"), shown(n, WHOLE)) for reason, n in histories.refused.items()
        ],
        until_dispatch=histories.until_dispatch,
        is_weighted=histories.is_weighted,
        slope=found.loc["cancel_lambda"].to_dict(),
        reason=shown(found.loc["cancel_lambda", "reason"], "calibration"),
        rise=shown(calibration.rise, "{:.2f}"),
        parameters=html_table(
            calibration.parameters,
            CALIBRATED.pick("name", "value", "low", "high", "n", "events", "reason"),
        ),
        lead_times=html_table(calibration.lead_times, LEAD_TIMES.figures)
        if len(calibration.lead_times)
        else "",
    )


def kept_chart(risk: DaysAtRisk, scale: float, shape: float, label: str) -> Chart:
    """Draw the share of orders not cancelled by the days at risk, as seen and as fitted.

    Parameters
    ----------
    risk : DaysAtRisk
    scale, shape : float
        Of the hazard; a scale of NaN draws no fitted curve.
    label : str
        What the days are.

    Returns
    -------
    Chart
    """
    at_risk = risk.at_risk
    drawn = at_risk >= LEAST_AT_RISK * at_risk[0]
    days = np.arange(1, len(at_risk) + 1)[drawn]
    # the estimate of Kaplan and Meier
    kept: Array = np.cumprod(1.0 - risk.cancelled[drawn] / at_risk[drawn])
    canvas = chart(280, x_axis_label=label, y_axis_label=_("orders not cancelled"))
    canvas.yaxis.formatter = NumeralTickFormatter(format="0.0%")
    canvas.step([0, *days], [1.0, *kept], mode="after", color=BLUE, line_width=2)
    source = ColumnDataSource(
        {
            "day": days,
            "kept": kept,
            "share": [shown(value, FINE_PERCENT) for value in kept],
            "orders": [shown(value, WHOLE) for value in at_risk[drawn]],
        }
    )
    points = canvas.scatter("day", "kept", source=source, color=BLUE, size=5)
    hover(canvas, points, _("<b>day @day</b><br>@share not cancelled; @orders orders at risk"))
    key = [Entry(BLUE, _("as seen"), LINE)]
    if np.isfinite(scale):
        at = np.linspace(0.0, float(days[-1]), 200)
        canvas.line(at, np.exp(-scale * at**shape), color=RED, line_width=2)
        key.append(Entry(RED, _("as fitted"), LINE))
    text = _("Of {orders} orders at risk, {n} were cancelled; {share} are kept after {days} days.")
    caption = text.format(
        orders=shown(risk.orders, WHOLE),
        n=shown(risk.events, WHOLE),
        share=shown(kept[-1], FINE_PERCENT),
        days=int(days[-1]),
    )
    return Chart(canvas, caption, tuple(key))
