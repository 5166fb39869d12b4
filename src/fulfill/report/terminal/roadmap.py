"""Terminal output of a roadmap."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.roadmap.roadmap import Roadmap
from fulfill.analysis.roadmap.statements import sentences
from fulfill.analysis.roadmap.tables import cash_flow, payback_table
from fulfill.report.terminal.console import PlainConsole
from fulfill.report.terminal.questions import as_table
from fulfill.study.language import translated as _
from fulfill.study.roadmap_outputs import CASH_FLOW, PAYBACK
from fulfill.study.run_folder import ROADMAP_PAGE

FLOW = CASH_FLOW.pick(
    "year", "as_of", "orders_year", "sites", "changes", "mail_share", "cost_usd",
    "discounted_usd", "investment_usd",
)  # fmt: skip
WORTH = PAYBACK.pick(
    "name", "year", "investment_usd", "saving_usd", "saving_low_usd", "saving_high_usd",
    "break_even_month", "distinguishable",
)  # fmt: skip


def print_roadmap(found: Roadmap, folder: Path) -> None:
    """Print a roadmap on stdout.

    Parameters
    ----------
    found : Roadmap
    folder : Path
        Folder of its files.
    """
    console = PlainConsole()
    for text in sentences(found):
        console.print(text)
    if found.years:
        console.table(as_table(cash_flow(found), FLOW))
    worth = payback_table(found)
    if len(worth):
        console.table(as_table(worth, WORTH))
    if found.faults:
        console.print(_("audit    FAULTS: {faults}").format(faults="; ".join(found.faults)))
    made = _("results  {folder}  ({files}, CSV tables, summary.json)")
    console.tell(made.format(folder=folder, files=ROADMAP_PAGE))
