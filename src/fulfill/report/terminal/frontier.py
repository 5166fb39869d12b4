"""Terminal output of a frontier: what it shows, and its points."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.frontier.frontier import Frontier
from fulfill.analysis.frontier.statements import statements
from fulfill.analysis.frontier.tables import (
    PRICES,
    a_unit,
    frontier_table,
    in_unit,
    measure_figure,
)
from fulfill.report.terminal.console import PlainConsole
from fulfill.report.terminal.questions import as_table, print_conversion
from fulfill.study.frontier_outputs import FRONTIER
from fulfill.study.language import translated as _
from fulfill.study.run_folder import FRONTIER_PAGE

COLUMNS = FRONTIER.pick(
    "objective", "gap", "price_low_usd", "price_high_usd", "distinguishable", "n_sites",
    "lead_time_days_mean",
)  # fmt: skip


def print_frontier(found: Frontier, folder: Path, kept: Path) -> None:
    """Print a frontier on stdout.

    Parameters
    ----------
    found : Frontier
    folder : Path
        Folder of its files.
    kept : Path
        Folder of its finished points.
    """
    console = PlainConsole()
    for sentence in statements(found):
        console.print(sentence)
    table = frontier_table(found)
    table["limit"] = in_unit(found.measure, table["limit"])
    for key in PRICES:
        table[key] = a_unit(found.measure, table[key])
    console.print()
    console.table(as_table(table, (measure_figure(found.measure), *COLUMNS)))
    print_conversion(console)
    made = _("results  {folder}  ({files}, CSV tables, summary.json)")
    console.tell(made.format(folder=folder, files=FRONTIER_PAGE))
    text = _("kept     {folder}  (finished points: the same command continues from them)")
    console.tell(text.format(folder=kept))
