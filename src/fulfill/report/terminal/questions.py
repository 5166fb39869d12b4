"""Terminal output of the answers to questions about runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from rich.table import Table

from fulfill.analysis.diff.decision_changes import KEPT, shares
from fulfill.analysis.diff.run_difference import RunDifference
from fulfill.report.terminal.console import PlainConsole, columns
from fulfill.study.language import counted
from fulfill.study.language import translated as _
from fulfill.study.question_outputs import BRIDGE, BRIDGE_TOTALS, INPUTS_CHANGED, SITES_CHANGED
from fulfill.study.run_folder import DIFF_PAGE
from fulfill.study.vocabulary import PERCENT, Figure, conversion, figure, shown

MOST = 10
"""Rows of a table that are printed; the CSV file has all."""


def print_diff(found: RunDifference, folder: Path) -> None:
    """Print what changed from one run to another on stdout.

    Parameters
    ----------
    found : RunDifference
    folder : Path
        Folder of its files.
    """
    console, bridge, cost = PlainConsole(), found.bridge, figure("objective")
    text = _("cost of a year: from {before} to {after}, {change}")
    change = BRIDGE["usd"].with_unit(round(bridge.to_usd - bridge.from_usd, 2))
    before, after = cost.with_unit(bridge.from_usd), cost.with_unit(bridge.to_usd)
    console.print(text.format(before=before, after=after, change=change))
    console.print(str(found.difference))
    if bridge.steps:
        console.table(as_table(found.totals, BRIDGE_TOTALS.figures))
    for note in bridge.notes:
        console.print(_(note))
    moved = found.sites[found.sites["change"] != KEPT]
    if len(moved):
        console.table(as_table(moved, SITES_CHANGED.pick(*SITES_CHANGED.keys[1:])))
    else:
        console.print(_("both plans open the same sites in the same sizes"))
    old, new = shares(found.before), shares(found.after)
    mail = [shown(one["mail_share"], PERCENT) for one in (old, new)]
    console.print(
        _("direct mail: {before} before, {after} now").format(before=mail[0], after=mail[1])
    )
    changed = found.inputs_changed
    if len(changed):
        console.table(as_table(changed.head(MOST), INPUTS_CHANGED.figures))
    if len(changed) > MOST:
        more = counted("and {n} more input", "and {n} more inputs", len(changed) - MOST)
        console.print(_(more))
    print_conversion(console)
    made = _("results  {folder}  ({files}, CSV tables, summary.json)")
    console.tell(made.format(folder=folder, files=DIFF_PAGE))


def print_conversion(console: PlainConsole) -> None:
    """Print how amounts are converted, if they are.

    Parameters
    ----------
    console : PlainConsole
    """
    if words := conversion():
        console.print(words)


def as_table(rows: pd.DataFrame, figures: Iterable[Figure]) -> Table:
    """Return rows as a table of the terminal.

    Parameters
    ----------
    rows : DataFrame
    figures : iterable of Figure
        Columns to show.

    Returns
    -------
    Table
    """
    figures = tuple(figures)
    table = columns(*((item.heading, item.is_number) for item in figures))
    for row in rows.to_dict("records"):
        table.add_row(*(item.shown(row[item.key]) for item in figures))
    return table
