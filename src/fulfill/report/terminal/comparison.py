"""Terminal output of a comparison: one table for each date."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.compare.comparison import Comparison
from fulfill.analysis.compare.differences import cut_searches, in_words
from fulfill.report.terminal.console import PlainConsole, columns
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.outputs import MODES
from fulfill.study.vocabulary import DAY, conversion, shown, taken_over

FIGURES = MODES.pick(
    "status",
    "objective",
    "gap",
    "contribution_usd",
    "landed_cost_usd_per_order",
    "lead_time_days_mean",
    "share_within_3_days",
    "share_within_5_days",
    "cancellation_rate",
    "co2e_kg_per_order",
    "n_sites",
    "share_direct_mail",
    "share_local",
    "share_nearshore",
    "share_cross_border",
    "share_unserved",
)


def print_comparison(comparison: Comparison, folder: Path) -> None:
    """Print a table for each date on stdout, with a column for each mode.

    Parameters
    ----------
    comparison : Comparison
        Plans of all dates and modes.
    folder : Path
        Folder of its files.
    """
    console = PlainConsole()
    for day, rows in comparison.modes.groupby("as_of"):
        modes = [(shown(mode, "mode"), True) for mode in rows["mode"]]
        table = columns(("", False), *modes, title=_("rules of {day}").format(day=shown(day, DAY)))
        for item in FIGURES:
            values = rows[item.key].tolist()
            if not item.key.startswith("share_") or any(value > 0 for value in values):
                table.add_row(item.heading, *(item.shown(value) for value in values))
        console.table(table)
        for line in (*cut_searches(rows), *in_words(rows)):
            console.print(line)
        taken = rows.loc[rows["mode"] == "mixed", "taken_from"].item()
        if taken != "mixed":
            console.print(taken_over(taken))
        console.print()
    if words := conversion():
        console.print(words)
    if comparison.conditions:
        texts = listed(map(_, comparison.conditions), "; ")
        console.print(_("conditions: {texts}").format(texts=texts))
    made = _("results  {folder}  ({files}, CSV tables, summary.json)")
    console.tell(made.format(folder=folder, files="comparison.html"))
