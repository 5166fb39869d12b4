"""Terminal output of the figures to have confirmed first."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.questions.ask import Asked
from fulfill.analysis.questions.findings import sentences
from fulfill.analysis.questions.requests import requests
from fulfill.report.terminal.console import PlainConsole, columns
from fulfill.study.language import translated as _
from fulfill.study.risk_outputs import QUESTIONS

FIGURES = QUESTIONS.pick(
    "group", "regret_usd", "distinguishable", "exposure_usd", "value_usd", "sites_changed"
)
MOST = 12
"""Groups that are printed; questions.csv has all."""


def print_asked(found: Asked, folder: Path) -> None:
    """Print the first groups of figures, and what to ask whom.

    Parameters
    ----------
    found : Asked
    folder : Path
        Folder of its files.
    """
    console = PlainConsole()
    n = len(found.run.instance.zones)
    console.print(_("zones merged to {n}; sites of the plan are kept or given up").format(n=n))
    if len(found.table):
        table = columns(*((item.heading, item.is_number) for item in FIGURES))
        for row in found.table.head(MOST).to_dict("records"):
            table.add_row(*(item.shown(row[item.key]) for item in FIGURES))
        console.table(table)
    for text in sentences(found):
        console.print(text)
    for number, text in enumerate(requests(found), 1):
        console.print(f"{number}. {text}")
    made = _("results  {folder}  ({files}, CSV tables, summary.json)")
    console.tell(made.format(folder=folder, files="ask.html"))
