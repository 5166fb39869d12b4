"""Sheets of a new workbook: cells that are never formulas, headers with notes, widths.

XlsxWriter would take a text that begins with ``=`` for a formula. Every text is therefore written
as a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from fulfill.inputs.faults import Fault, InputError

LONGEST_TEXT = 32_767
"""Characters that a cell of a spreadsheet can hold."""
WIDTHS = (9, 48)
"""Least and greatest width of a column, characters."""
MEASURED = 200
"""Rows whose texts decide the width of a column."""
CREATED = datetime(2000, 1, 1)
"""Day of creation in the properties of every workbook: the same content gives the same file."""
HEADER = {"bold": True, "bg_color": "#DDE6EE", "bottom": 1, "text_wrap": True, "valign": "top"}
"""Form of the cells of a header."""


@contextmanager
def new_workbook(path: Path, title: str) -> Iterator[Workbook]:
    """Write a workbook to a file; it is complete at the end of the block.

    Parameters
    ----------
    path : Path
        File to write.
    title : str
        Title in its properties.

    Yields
    ------
    Workbook
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with Workbook(path, options) as book:
        book.set_properties({"title": title, "created": CREATED})
        yield book


def write_header(sheet: Worksheet, names: Iterable[str], form: Format) -> None:
    """Write the names of the columns in the first row, which stays in sight.

    Parameters
    ----------
    sheet : Worksheet
    names : iterable of str
    form : Format
    """
    for column, name in enumerate(names):
        write_cell(sheet, 0, column, name, form)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def write_cell(
    sheet: Worksheet, row: int, column: int, value: Any, form: Format | None = None
) -> None:
    """Write a number, a date or a text; a text is never a formula.

    Parameters
    ----------
    sheet : Worksheet
    row, column : int
        From 0.
    value : float, date or str
        An empty text leaves the cell empty.
    form : Format, optional

    Raises
    ------
    InputError
        F484 where a text is longer than a cell can be.
    """
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise InputError([Fault("F484", sheet.get_name(), row + 1, value=value[:40])])
        if value:
            sheet.write_string(row, column, value, form)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, datetime.min.time()), form)
    else:
        sheet.write_number(row, column, value, form)


def set_width(sheet: Worksheet, column: int, texts: Iterable[str]) -> None:
    """Make a column as wide as its texts, within limits.

    Parameters
    ----------
    sheet : Worksheet
    column : int
        From 0.
    texts : iterable of str
        Header and cells.
    """
    least, most = WIDTHS
    sheet.set_column(column, column, min(most, max(least, *(len(text) + 2 for text in texts))))
