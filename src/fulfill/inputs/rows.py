"""A CSV file into rows as long as its header, as people and spreadsheets write such files.

What a spreadsheet adds or leaves out at the edges of a table is read, where it can mean only one
thing: a first line `sep=,`, blank rows and columns, empty cells missing at the end of a row; so are
the separators and numbers of other regions (`regional.py`). Rows above the header, a header that is
separated otherwise and other encodings are recognised and refused, each with one fault that names
the cause.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from fulfill.inputs.columns import REQUIRED, Table
from fulfill.inputs.encoding import REPLACEMENT, SURROGATE, decode, garbled, meant, windows_text
from fulfill.inputs.faults import Fault
from fulfill.inputs.regional import SEPARATORS, separator_of, with_plain_numbers
from fulfill.inputs.spelling import nearest

OWN_COLUMN = re.compile(r"notes|x_.*", re.IGNORECASE)
"""Names of columns that users may add for themselves; the program ignores them."""
COMMENT = "#"
"""Begins a row with a single filled cell that is not read."""
HEADER_WITHIN = 20
"""Rows among which a header below a title is looked for."""
_SEPARATOR_LINE = re.compile(r'"?sep=([^\r\n])"?[,;\t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_SEPARATOR_NAMES = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


@dataclass(frozen=True)
class Rows:
    """Rows of a CSV file.

    Attributes
    ----------
    header : list of str
        Names of the columns.
    cells : list of list of str
        Without surrounding blanks, each row as long as the header.
    lines : list of int
        Row numbers as a spreadsheet shows them: the header is mostly 1, blank rows count, a line
        break inside quotes does not.
    uneven : dict of int to int
        Number of cells, by row number, of rows that are shorter or longer in the file than the
        header. Cells that they lack at the end count as empty; those beyond the header are empty.
    """

    header: list[str]
    cells: list[list[str]]
    lines: list[int]
    uneven: dict[int, int]

    def column(self, name: str) -> list[str]:
        """Return the cells of a column; empty cells where the file does not have it."""
        if name not in self.header:
            return [""] * len(self.cells)
        place = self.header.index(name)
        return [row[place] for row in self.cells]


def read_rows(content: bytes, file: str, table: Table) -> tuple[Rows | None, list[Fault]]:
    """Split a CSV file into rows.

    Parameters
    ----------
    content : bytes
        Content of the file.
    file : str
        Name of the file, for messages.
    table : Table
        The declaration: by the names of its columns the header is recognised.

    Returns
    -------
    rows : Rows or None
        None where there are faults.
    faults : list of Fault
        F102 to F107, F109 to F112, and F486.
    """
    text, reason = decode(content)
    if reason:
        return None, [Fault("F102", file, detail=reason)]
    hint = _SEPARATOR_LINE.match(text)
    if hint and hint[1] not in (",", *SEPARATORS):
        detail = f"its first line asks for {_SEPARATOR_NAMES.get(hint[1], repr(hint[1]))}"
        return None, [Fault("F104", file, value=hint[0].strip(), detail=detail)]
    # a spreadsheet does not show the line `sep=,`, so that it does not count
    text = text[hint.end() if hint else 0 :]
    separator = hint[1] if hint else separator_of(text, table)
    rows, lines, faults = _split(text, file, separator)
    faults = faults or _header_place_faults(rows, lines, file, table)
    if faults:
        return None, faults
    header = rows[0]
    while not header[-1]:  # columns that are blank to the end, as a spreadsheet leaves them
        header = header[:-1]
    if SURROGATE.search(text) or garbled(text):
        faults = _letter_faults(rows, lines, file)
    if all(fault.row != lines[0] for fault in faults):
        faults += _header_faults(header, table, file, lines[0])
    if not faults and len(rows) == 1:
        faults = [Fault("F103", file, detail="the table has no rows")]
    faults = faults or _length_faults(rows, lines, file, table, header)
    if not faults:
        rows, faults = with_plain_numbers(rows, lines, file, table, separator)
    if faults:
        return None, faults
    width = len(header)
    body = list(zip(rows[1:], lines[1:], strict=True))
    cells = [row[:width] + [""] * (width - len(row)) for row, _ in body]
    uneven = {line: len(row) for row, line in body if len(row) != len(rows[0])}
    return Rows(header, cells, lines[1:], uneven), []


def _split(text: str, file: str, separator: str) -> tuple[list[list[str]], list[int], list[Fault]]:
    """Split a text into the rows that are neither blank nor a comment, and their row numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows, lines = [], []
    try:
        for number, raw in enumerate(reader, 1):
            row = [cell.strip() for cell in raw]
            filled = sum(map(bool, row))
            if filled and not (filled == 1 and row[0].startswith(COMMENT)):
                rows.append(row)
                lines.append(number)
    except csv.Error as error:
        return [], [], [Fault("F102", file, reader.line_num, detail=str(error))]
    return rows, lines, [] if rows else [Fault("F103", file, detail="the file is empty")]


def _header_place_faults(
    rows: list[list[str]], lines: list[int], file: str, table: Table
) -> list[Fault]:
    """Find a header that is separated otherwise, or not in the first row."""
    declared = {column.name for column in table.columns}

    def named(cells: list[str]) -> int:
        return len(declared & {cell.strip().strip('"') for cell in cells})

    for row, line in zip(rows[:HEADER_WITHIN], lines, strict=False):
        whole = ",".join(row)
        for separator, name in _SEPARATOR_NAMES.items():
            if named(whole.split(separator)) > max(1, named(row)) or (
                row is rows[0] and len(row) == 1 and separator in whole
            ):
                begin = (windows_text(whole) or whole)[:40]
                return [Fault("F104", file, line, value=begin, detail=f"it has {name}")]
    best = max(range(min(HEADER_WITHIN, len(rows))), key=lambda place: named(rows[place]))
    first = next(filter(None, rows[0]))
    first = windows_text(first) or first
    if named(rows[best]) >= 2 and named(rows[0]) < 2 and best:
        detail = f"the header seems to be in row {lines[best]}"
        return [Fault("F111", file, lines[0], value=first, detail=detail)]
    if not named(rows[0]):
        expected = [column.name for column in table.columns if column.default is REQUIRED]
        detail = f"the row names no column of this table, such as {', '.join(expected[:3])}"
        return [Fault("F111", file, lines[0], value=first, detail=detail)]
    return []


def _header_faults(header: list[str], table: Table, file: str, line: int) -> list[Fault]:
    """Find columns that are repeated, undeclared or missing."""
    names = [name for name in header if not OWN_COLUMN.fullmatch(name)]
    declared = [column.name for column in table.columns]
    absent = [name for name in declared if name not in names]
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    faults = [Fault("F109", file, line, name) for name in repeated]
    for place, name in enumerate(header, 1):
        if name in names and name not in declared:
            similar = nearest(name, declared)
            if not name:
                detail = f"column {place} has no name"
            elif similar:
                detail = f"similar: {', '.join(similar)}"
            else:
                detail = f"not in the file: {', '.join(absent[:5])}" if absent else ""
            faults.append(Fault("F106", file, line, name, detail=detail))
    faults += [
        Fault("F105", file, line, column.name)
        for column in table.columns
        if column.default is REQUIRED and column.name in absent
    ]
    return faults


def _letter_faults(rows: list[list[str]], lines: list[int], file: str) -> list[Fault]:
    """Find the columns with letters in another encoding or decoded wrongly, one fault each."""
    places: dict[tuple[str, int], list[tuple[int, str, str]]] = {}
    for row, line in zip(rows, lines, strict=True):
        for place, cell in enumerate(row):
            if cell.isascii():
                continue
            if shown := windows_text(cell):
                found = ("F102", shown, "read as Windows-1252")
            elif right := meant(cell):
                found = ("F112", cell, f"{right!r} was meant")
            elif REPLACEMENT in cell:
                found = ("F112", cell, f"{REPLACEMENT} stands for a lost letter")
            else:
                continue
            places.setdefault((found[0], place), []).append((line, *found[1:]))
    return [
        Fault(
            code,
            file,
            hits[0][0],
            rows[0][place] if place < len(rows[0]) and hits[0][0] > lines[0] else "",
            hits[0][1],
            hits[0][2] + (f"; {len(hits):,} cells of the column" if len(hits) > 1 else ""),
        )
        for (code, place), hits in places.items()
    ]


def _length_faults(
    rows: list[list[str]], lines: list[int], file: str, table: Table, header: list[str]
) -> list[Fault]:
    """Find rows with a filled cell beyond the header, or without a cell that must be filled."""
    required = {column.name for column in table.columns if column.default is REQUIRED}
    width, faults = len(header), []
    for row, line in zip(rows[1:], lines[1:], strict=True):
        shape = f"{len(row)} cells, header has {width}"
        if any(row[width:]):
            surplus = next(filter(None, row[width:]))
            faults.append(Fault("F107", file, line, value=surplus, detail=shape))
        elif lacking := [name for name in header[len(row) :] if name in required]:
            faults.append(
                Fault("F110", file, line, detail=f"{shape}; none for {', '.join(lacking)}")
            )
    return faults
