"""Terminal output of a conversion: what was written, and what is not the same."""

from __future__ import annotations

from pathlib import Path

from fulfill.report.conversion_folder import Conversion
from fulfill.report.terminal.console import PlainConsole, columns
from fulfill.study.conversion_outputs import LOSSES
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import WHOLE, shown


def print_conversion(found: Conversion, folder: Path) -> None:
    """Print a conversion on stdout.

    Parameters
    ----------
    found : Conversion
    folder : Path
        Folder of its files.
    """
    console = PlainConsole()
    text = _("{tables} tables with {rows} rows are written to {folder}")
    rows = shown(sum(found.tables.values()), WHOLE)
    written = ", ".join(str(folder / name) for name in found.folders)
    console.tell(text.format(tables=len(found.tables), rows=rows, folder=written))
    if found.losses.empty:
        console.print(_("nothing is lost, changed or assumed"))
        return
    shown_figures = LOSSES.pick("kind", "table", "column", "rows", "reason")
    table = columns(*((item.heading, item.is_number) for item in shown_figures))
    for row in found.losses.to_dict("records"):
        table.add_row(*(item.shown(row[item.key]) for item in shown_figures))
    console.print(_("what is not the same afterwards:"))
    console.table(table)
    console.tell(_("the list, with what to do, is in {file}").format(file=folder / LOSSES.name))
