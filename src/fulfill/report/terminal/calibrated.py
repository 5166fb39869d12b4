"""Terminal output of a calibration."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.calibration.calibrate import Calibration
from fulfill.report.terminal.console import PlainConsole, columns
from fulfill.study.calibration_outputs import CALIBRATED, LEAD_TIMES
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import WHOLE, shown


def print_calibration(calibration: Calibration, table: Path, page: Path | None) -> None:
    """Print which orders were used, the parameters and the lead times.

    Parameters
    ----------
    calibration : Calibration
    table, page : Path
        Files that were written; None for a page that was not asked for.
    """
    console, histories = PlainConsole(), calibration.histories
    text = _("{n} orders from {first} to {last}: {used} used, {lost} refused")
    lost = sum(histories.refused.values())
    console.print(
        text.format(
            n=shown(histories.orders_in, WHOLE),
            first=histories.first,
            last=histories.last,
            used=shown(len(histories.frame), WHOLE),
            lost=shown(lost, WHOLE),
        )
    )
    for reason, n in histories.refused.items():
        console.print(f"  {shown(n, WHOLE)}  {shown(reason, 'refusal')}")
    if histories.until_dispatch:
        console.print(
            _(
                "No column has deliveries: orders are followed until dispatch, and "
                "cancellations after it are not seen."
            )
        )
    notes = " reason" if calibration.parameters["reason"].any() else ""
    for title, declared, rows, keys in (
        (None, CALIBRATED, calibration.parameters, f"name value low high n events{notes}"),
        (
            _("Lead times of delivered orders, days"),
            LEAD_TIMES,
            calibration.lead_times,
            "lane orders mean low high p90 p95 p95_low p95_high",
        ),
    ):
        figures = declared.pick(*keys.split())
        listing = columns(*((one.label, one.is_number) for one in figures), title=title)
        for row in rows.to_dict("records"):
            listing.add_row(*(one.shown(row[one.key]) for one in figures))
        if len(rows):
            console.table(listing)
    console.tell(_("rows of parameters.csv: {path}").format(path=table))
    if page:
        console.tell(_("page: {path}").format(path=page))
