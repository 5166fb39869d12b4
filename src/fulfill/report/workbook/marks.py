"""A copy of a workbook with its faults marked in the cells, and a sheet that lists them."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fulfill.inputs.faults import RULES, Fault, InputError
from fulfill.inputs.workbook import ENDING, FAULTS, is_workbook, located

log = logging.getLogger(__name__)

MARK, WARNED = "FFFFC7CE", "FFFFEB9C"
"""Fills of cells with a fault and with a warning."""
COLUMNS = ("sheet", "cell", "code", "value", "rule", "detail", "remedy")
"""Columns of the sheet of faults."""
WIDTHS = (22, 8, 8, 24, 50, 40, 60)
LARGEST_NOTE = (420, 160)
"""Width and height of a note, points."""
MARKED = 2_000
"""Cells that are marked; the sheet lists all faults."""


@contextmanager
def faults_in_cells(places: Iterable[Path], folder: Path | None = None) -> Iterator[list[Path]]:
    """Name the cells of faults in workbooks, and write copies with these cells marked.

    Parameters
    ----------
    places : iterable of Path
        Inputs; those that are folders are left alone.
    folder : Path, optional
        Folder of the copies; by default each lies beside its workbook.

    Yields
    ------
    list of Path
        The copies, once there are faults.

    Raises
    ------
    InputError
        That of the block, with the cells of its faults.
    """
    written: list[Path] = []
    try:
        yield written
    except InputError as error:
        faults = list(error.faults)
        for place in dict.fromkeys(filter(is_workbook, places)):
            if any(fault.code == "F480" for fault in faults):
                continue
            faults = located(faults, place)
            own = [fault for fault in faults if fault.file.startswith(f"{place.name}/")]
            if own:
                copy = (folder or place.parent) / f"{place.stem}.{FAULTS}{ENDING}"
                try:
                    write_marked(place, own, copy)
                    written.append(copy)
                except OSError as problem:  # the faults matter more than their copy
                    log.warning("no copy with the faults marked: %s", problem)
        raise InputError(faults) from None


def write_marked(place: Path, faults: list[Fault], copy: Path) -> None:
    """Write a copy of a workbook with its faults marked; an older copy is replaced.

    The copy is complete or not there at all.

    Parameters
    ----------
    place : Path
        The workbook.
    faults : list of Fault
        Located in its cells.
    copy : Path
        File to write.
    """
    import openpyxl

    book = openpyxl.load_workbook(place)
    by_name = {sheet.title.strip().lower(): sheet for sheet in book.worksheets}
    if FAULTS in by_name:
        book.remove(by_name.pop(FAULTS))
    by_cell: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        sheet = fault.file.removeprefix(f"{place.name}/").lower()
        if fault.cell and sheet in by_name:
            by_cell.setdefault((sheet, fault.cell), []).append(fault)
    for (sheet, cell), found in list(by_cell.items())[:MARKED]:
        _mark(by_name[sheet][cell], found)
    _list_faults(book, place, faults, by_name)
    copy.parent.mkdir(parents=True, exist_ok=True)
    draft = copy.with_name(f".{copy.name}.draft")
    try:
        book.save(draft)
        os.replace(draft, copy)
    finally:
        draft.unlink(missing_ok=True)


def _mark(cell: Any, faults: list[Fault]) -> None:
    """Fill a cell and say in a note what is wrong with it and what to do."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    warning = all(fault.warning for fault in faults)
    cell.fill = PatternFill("solid", start_color=WARNED if warning else MARK)
    before = f"{cell.comment.text}\n\n" if cell.comment else ""
    texts = []
    for fault in faults:
        rule, remedy = RULES[fault.code]
        detail = f" ({fault.detail})" if fault.detail else ""
        texts.append(f"{fault.code}: {rule}{detail}. Remedy: {remedy}.")
    width, height = LARGEST_NOTE
    cell.comment = Comment(before + "\n".join(texts), "fulfill", height=height, width=width)


def _list_faults(book: Any, place: Path, faults: list[Fault], by_name: dict[str, Any]) -> None:
    """Add the sheet of faults in front, with a link to each cell."""
    from openpyxl.styles import Font

    sheet = book.create_sheet(FAULTS, 0)
    sheet.append(COLUMNS)
    for column, width in enumerate(WIDTHS):
        sheet.column_dimensions["ABCDEFG"[column]].width = width
        sheet.cell(1, column + 1).font = Font(bold=True)
    for row, fault in enumerate(faults, 2):
        rule, remedy = RULES[fault.code]
        name = fault.file.removeprefix(f"{place.name}/")
        texts = (name, fault.cell, fault.code, fault.value, rule, fault.detail, remedy)
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(row, column, text)
            cell.data_type = "s"  # a value that begins with = is no formula
        if fault.cell and name.lower() in by_name:
            sheet.cell(row, 2).hyperlink = f"#'{by_name[name.lower()].title}'!{fault.cell}"
    sheet.freeze_panes = "A2"
    note = (
        f"This copy of {place.name} is replaced at the next check: correct the cells in "
        f"{place.name} itself."
    )
    sheet.cell(len(faults) + 3, 1, note)
    book.active = 0
