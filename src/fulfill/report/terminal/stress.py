"""Terminal output of the losses of a plan."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.stress.findings import sentences
from fulfill.analysis.stress.stress import Stress
from fulfill.report.terminal.console import PlainConsole, columns
from fulfill.study.language import translated as _
from fulfill.study.risk_outputs import LOSSES, REMEDIES
from fulfill.study.vocabulary import money

FIGURES = LOSSES.pick(
    "kind",
    "name",
    "period",
    "loss_usd",
    "loss_usd_low",
    "loss_usd_high",
    "lead_time_days",
    "cancelled_orders",
    "grade",
)
REMEDY_FIGURES = REMEDIES.pick("loss_name", "kind", "id", "bought_back_usd")
MOST = 20
"""Losses that are printed; losses.csv has all."""


def print_stress(found: Stress, folder: Path) -> None:
    """Print the largest losses of a plan and what buys them back.

    Parameters
    ----------
    found : Stress
    folder : Path
        Folder of its files.
    """
    console = PlainConsole()
    console.print(_("the plan costs {usd} a year").format(usd=money(found.base_usd)))
    for rows, figures in (
        (found.losses.head(MOST), FIGURES),
        (found.remedies, REMEDY_FIGURES),
    ):
        if len(rows):
            table = columns(*((item.heading, item.is_number) for item in figures))
            for row in rows.to_dict("records"):
                table.add_row(*(item.shown(row[item.key]) for item in figures))
            console.table(table)
    for text in sentences(found):
        console.print(text)
    if found.faults:
        console.print(_("audit    FAULTS: {faults}").format(faults="; ".join(found.faults)))
    made = _("results  {folder}  ({files}, CSV tables, summary.json)")
    console.tell(made.format(folder=folder, files="stress.html"))
