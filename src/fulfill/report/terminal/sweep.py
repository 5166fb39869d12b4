"""Terminal output of a sweep: what it shows, and the effects of single figures."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.sweep.statements import statements
from fulfill.analysis.sweep.sweep import Sweep
from fulfill.analysis.sweep.tables import effect_table, site_table
from fulfill.report.terminal.console import PlainConsole, columns
from fulfill.study.language import translated as _
from fulfill.study.run_folder import SWEEP_PAGE
from fulfill.study.sweep_outputs import EFFECTS, SITE_SHARES
from fulfill.study.vocabulary import conversion

EFFECT_COLUMNS = EFFECTS.pick(
    "figure",
    "value",
    "above_base_usd",
    "above_base_low_usd",
    "above_base_high_usd",
    "distinguishable",
    "sites_changed",
)
SITE_COLUMNS = SITE_SHARES.pick("site_id", "name", "share_of_points", "open_at_base")


def print_sweep(found: Sweep, folder: Path, kept: Path) -> None:
    """Print the result of a sweep on stdout.

    Parameters
    ----------
    found : Sweep
    folder : Path
        Folder of its files.
    kept : Path
        Folder of its finished points.
    """
    console = PlainConsole()
    for sentence in statements(found):
        console.print(sentence)
    parts = ((effect_table(found), EFFECT_COLUMNS), (site_table(found), SITE_COLUMNS))
    for table, figures in parts:
        if table.empty:
            continue
        console.print()
        drawn = columns(*((one.heading, one.is_number) for one in figures))
        for row in table.to_dict("records"):
            drawn.add_row(*(one.shown(row[one.key]) for one in figures))
        console.table(drawn)
    console.print()
    if words := conversion():
        console.print(words)
    made = _("results  {folder}  ({files}, CSV tables, summary.json)")
    console.tell(made.format(folder=folder, files=SWEEP_PAGE))
    text = _("kept     {folder}  (finished points: the same command continues from them)")
    console.tell(text.format(folder=kept))
