"""A network and a demand as a workbook to edit; `inputs.workbook` reads it.

Each table is a sheet. A cell is written as a number or a date where the text of the table means
just this one; any other text stays a text.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from fulfill.inputs.columns import REQUIRED, Column, Table
from fulfill.inputs.dates import is_day
from fulfill.inputs.faults import InputError
from fulfill.inputs.folder import InputFolder
from fulfill.inputs.network import MAPS_OF
from fulfill.inputs.rows import Rows, read_rows
from fulfill.inputs.workbook import ABOUT, LISTS, SETTING, TABLES_OF, VALUE, sheet_of
from fulfill.report.workbook.sheets import (
    HEADER,
    MEASURED,
    new_workbook,
    set_width,
    write_cell,
    write_header,
)

SPARE_ROWS = 5_000
"""Rows below a table in which its drop-down lists work."""
GREY = "#BFBFBF"
"""Colour of the tabs of empty tables."""
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
SETTING_MEANINGS = {
    "name": "short name, for folders of runs",
    "title": "title of reports",
    "as_of": "day whose tariff rules apply unless another is asked for, YYYY-MM-DD",
    "direct_mail_value_base": "basis of the customs value of a parcel: net_price, all_in_price or "
    "price",
    "roads": "file of the road graph, which is no sheet",
    "outlines": "file of the outlines for maps, which is no sheet",
    MAPS_OF: "embedded network that has these files; empty: they lie beside the workbook",
}
EXPLAINED = (
    "Each sheet is a table. The note on a header says what the column means, its unit, and what an "
    "empty cell means. Names in bold must be filled.",
    "Grey tabs are tables that this case does not have; they count once they have a row.",
    "Columns and sheets that begin with x_, and those called notes, are yours: they are not read.",
    "Every figure keeps its source, the day of the source and its status; a status 'assumption' "
    "has a range.",
    "Amounts are in USD unless the column currency of their row names another currency.",
    "Texts are never formulas. A formula of yours counts with the value that it had when saved.",
)


def write_case(path: Path, folders: dict[str, InputFolder], licences: tuple[str, ...] = ()) -> None:
    """Write a network and a demand as a workbook.

    Parameters
    ----------
    path : Path
        File to write.
    folders : dict of str to InputFolder
        By kind, ``network`` and ``demand``.
    licences : tuple of str
        Texts on the licences of the data.

    Raises
    ------
    InputError
        With every fault in the shape of a table, F484 where a text is too long for a cell.
    """
    tables = {kind: _rows_of(kind, folder) for kind, folder in folders.items()}
    with new_workbook(path, " x ".join(folder.name for folder in folders.values())) as book:
        about = book.add_worksheet(ABOUT)
        lists = _Lists(book)
        listed: list[tuple[str, str, Any]] = []
        for kind, folder in folders.items():
            _write_settings(book, kind, folder)
            listed.append((kind, "name, title and other settings", ""))
            # empty tables come last
            for table in sorted(TABLES_OF[kind], key=lambda one: tables[kind][one.name] is None):
                rows = tables[kind][table.name]
                name = sheet_of(kind, f"{table.name}.csv")
                _write_table(book.add_worksheet(name), book, table, rows, lists)
                listed.append((name, table.meaning, len(rows.cells) if rows else 0))
        lists.write()
        _write_about(about, book, listed, licences)


def _rows_of(kind: str, folder: InputFolder) -> dict[str, Rows | None]:
    """Return the rows of every table of a folder as written; None for an absent table."""
    found: dict[str, Rows | None] = {}
    faults = []
    for table in TABLES_OF[kind]:
        file = f"{table.name}.csv"
        found[table.name] = None
        if file in folder.files:
            found[table.name], wrong = read_rows(folder.files[file], f"{folder.name}/{file}", table)
            faults += wrong
    if faults:
        raise InputError(faults)
    return found


class _Lists:
    """The hidden sheet with the choices of drop-down lists; a list in a cell has 255 characters."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._places: dict[tuple[str, ...], str] = {}

    def source(self, choices: tuple[str, ...]) -> str:
        """Return the range of a list."""
        if choices not in self._places:
            column = len(self._places)
            self._places[choices] = xl_range_abs(0, column, len(choices) - 1, column)
        return f"={LISTS}!{self._places[choices]}"

    def write(self) -> None:
        """Write all lists that were asked for."""
        sheet = self._book.add_worksheet(LISTS)
        for column, choices in enumerate(self._places):
            for row, choice in enumerate(choices):
                write_cell(sheet, row, column, choice)
        sheet.hide()


def _write_settings(book: Workbook, kind: str, folder: InputFolder) -> None:
    """Write the settings of a folder, one a row with its meaning."""
    sheet = book.add_worksheet(kind)
    write_header(sheet, (SETTING, VALUE, "meaning"), book.add_format(HEADER))
    settings = tomllib.loads(folder.files[f"{kind}.toml"].decode("utf-8-sig"))
    for row, (name, value) in enumerate(settings.items(), 1):
        for column, text in enumerate((name, str(value), SETTING_MEANINGS.get(name, ""))):
            write_cell(sheet, row, column, text)
    for column, width in enumerate((24, 48, 80)):
        sheet.set_column(column, column, width)


def _write_table(
    sheet: Worksheet, book: Workbook, table: Table, rows: Rows | None, lists: _Lists
) -> None:
    """Write a table with all its declared columns, and then the user's own."""
    declared = [column.name for column in table.columns]
    own = [name for name in rows.header if name not in declared] if rows else []
    plain = book.add_format(HEADER | {"bold": False})
    write_header(sheet, [*declared, *own], plain)
    needed, day = book.add_format(HEADER), book.add_format({"num_format": "yyyy-mm-dd"})
    last = (len(rows.cells) if rows else 0) + SPARE_ROWS
    for place, column in enumerate(table.columns):
        if column.default is REQUIRED:
            write_cell(sheet, 0, place, column.name, needed)
        sheet.write_comment(0, place, described(column), {"x_scale": 2.2, "y_scale": 1.2})
        cells = rows.column(column.name) if rows else []
        for row, cell in enumerate(cells, 1):
            value = _value(cell, column)
            write_cell(sheet, row, place, value, day if isinstance(value, date) else None)
        _restrict(sheet, place, last, column, lists)
        set_width(sheet, place, [column.name, *cells[:MEASURED]])
    for place, name in enumerate(own, len(declared)):
        cells = rows.column(name) if rows else []
        for row, cell in enumerate(cells, 1):
            write_cell(sheet, row, place, cell)
        set_width(sheet, place, [name, *cells[:MEASURED]])
    if rows:
        sheet.autofilter(0, 0, len(rows.cells), len(declared) + len(own) - 1)
    else:
        sheet.set_tab_color(GREY)


def described(column: Column) -> str:
    """Return meaning, unit, range and default of a column, for the note on its header.

    Parameters
    ----------
    column : Column

    Returns
    -------
    str
    """
    parts = [column.meaning]
    if column.unit:
        parts.append(f"unit: {column.unit}")
    if column.low is not None or column.high is not None:
        low = "" if column.low is None else f"{column.low:g}"
        high = "" if column.high is None else f"{column.high:g}"
        parts.append(f"range: {low}..{high}")
    if column.word:
        parts.append(f"or the word {column.word}")
    if column.refers:
        parts.append(f"from the first column of {column.refers}")
    if column.default is REQUIRED:
        parts.append("must be filled")
    else:
        default = "unknown" if column.default in (None, "") else column.default
        parts.append(f"empty: {default}")
    return "\n".join(parts)


def _value(cell: str, column: Column) -> Any:
    """Return a number or a date where a cell of the column is one and comes back the same."""
    if column.kind == "date" and is_day(cell) and cell >= "1900-03-01":
        return date.fromisoformat(cell)
    if column.kind in ("number", "integer", "clock") and _NUMBER.fullmatch(cell):
        number = float(cell)
        if float(f"{number:.16G}") == number:  # the digits that a workbook keeps
            return number
    return cell


def _restrict(sheet: Worksheet, place: int, last: int, column: Column, lists: _Lists) -> None:
    """Give a column its drop-down list, if it has choices or refers to another table."""
    choices = ("yes", "no") if column.kind == "flag" else column.choices
    rule = {"validate": "list", "ignore_blank": True}
    if choices:
        message = "Choose one of the list."
        rule |= {"source": lists.source(choices), "error_message": message}
    elif column.refers:
        # words such as any may stand there too: the list helps, `fulfill check` decides
        source = xl_range_abs(1, 0, SPARE_ROWS, 0)
        rule |= {"source": f"={column.refers}!{source}", "show_error": False}
    else:
        return
    sheet.data_validation(1, place, last, place, rule)


def _write_about(
    sheet: Worksheet,
    book: Workbook,
    listed: list[tuple[str, str, Any]],
    licences: tuple[str, ...],
) -> None:
    """Write the first sheet: what the workbook is, how it is run, and what each sheet means."""
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    sheet.set_column(2, 2, 8)
    run = "fulfill check --network FILE.xlsx --demand FILE.xlsx"
    texts = [*EXPLAINED, f"Check it with: {run}", "Plan it with the same options: fulfill optimize"]
    write_cell(sheet, 0, 0, "A case for fulfill", bold)
    for row, text in enumerate(texts, 1):
        sheet.merge_range(row, 0, row, 1, "", wrap)
        write_cell(sheet, row, 0, text, wrap)
        sheet.set_row(row, 30 if len(text) > 110 else 15)
    first = len(texts) + 2
    for column, text in enumerate(("sheet", "meaning", "rows")):
        write_cell(sheet, first, column, text, bold)
    for row, (name, meaning, rows) in enumerate(listed, first + 1):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)
        write_cell(sheet, row, 1, meaning, wrap)
        sheet.set_row(row, 15 * (1 + len(meaning) // 95))
        write_cell(sheet, row, 2, rows)
    row = first + len(listed) + 2
    for text in licences:
        for line in text.splitlines():
            write_cell(sheet, row, 0, line)
            row += 1
