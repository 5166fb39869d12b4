"""A file as a grid of texts, for tables whose place on the sheet is not known beforehand.

A rate card or an offer has titles, several blocks and merged headers. Every cell of a merged range
shows the text of the range, and is marked, so that each text is counted once.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import read_regular
from fulfill.inputs.importing.headers import Aliases
from fulfill.inputs.importing.sheets import (
    HEADER_WITHIN,
    cell_text,
    delimiter_of,
    encoding_name,
)

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LARGEST = 2_000_000
"""Cells of the largest grid that is read: more than any rate card has."""


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of a text file or worksheet.

    Attributes
    ----------
    file, sheet, encoding, delimiter : str
        See `sheets.Sheet`.
    cells : ndarray of str, shape (n_rows, n_columns)
        Texts without surrounding blanks; empty where the cell is.
    merged : ndarray of bool, shape (n_rows, n_columns)
        Cells that show the text of the first cell of a merged range.
    """

    file: str
    sheet: str
    encoding: str
    delimiter: str
    cells: NDArray[np.object_]
    merged: NDArray[np.bool_]

    @property
    def place(self) -> str:
        """Name of the file, and of the worksheet if it has one, for messages."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Cells with a text of their own."""
        return np.asarray(self.cells != "", bool) & ~self.merged


def letter(column: int) -> str:
    """Return the name of a column as a spreadsheet shows it, A for 0."""
    name, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def read_grids(path: Path, encoding: str | None = None) -> list[Grid]:
    """Read the cells of a file.

    Parameters
    ----------
    path : Path
        CSV, TSV or text, or XLSX, told by its content.
    encoding : str, optional
        Encoding of a text file; by default it is recognised.

    Returns
    -------
    list of Grid
        One; of a workbook, every worksheet that is not empty.

    Raises
    ------
    InputError
        F102 and F347 where the file cannot be read, F400 for another encoding, F402 where it is
        empty.
    """
    content = read_regular(path, path.name, links=True)
    if content.startswith(b"PK\x03\x04"):
        grids = _workbook(content, path.name)
    else:
        grids = [_text(content, path.name, encoding)]
    grids = [grid for grid in grids if grid.filled.any()]
    if not grids:
        raise InputError([Fault("F402", path.name)])
    return grids


def _text(content: bytes, file: str, given: str | None) -> Grid:
    name = encoding_name(content, file, given)
    text = content.decode(name).lstrip("\ufeff")
    delimiter = delimiter_of(text.splitlines()[: 4 * HEADER_WITHIN], Aliases({}, ()))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise InputError([Fault("F102", file, reader.line_num, detail=str(error))]) from None
    cells = _array(rows)
    return Grid(file, "", name, delimiter, cells, np.zeros(cells.shape, bool))


def _workbook(content: bytes, file: str) -> list[Grid]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(content), data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError([Fault("F102", file, detail=str(error))]) from None
    large = [one.title for one in book.worksheets if one.max_row * one.max_column > LARGEST]
    if large:
        detail = f"sheet {large[0]} has more than {LARGEST:,} cells"
        raise InputError([Fault("F347", file, detail=detail)])
    return [_worksheet(worksheet, file) for worksheet in book.worksheets]


def _worksheet(worksheet: Worksheet, file: str) -> Grid:
    """Return the cells of a worksheet, those of merged ranges with the text of the range."""
    cells = _array([[_typed_text(cell) for cell in row] for row in worksheet.iter_rows()])
    merged = np.zeros(cells.shape, bool)
    for one in worksheet.merged_cells.ranges:
        area = slice(one.min_row - 1, one.max_row), slice(one.min_col - 1, one.max_col)
        if merged[area].size:
            cells[area] = cells[one.min_row - 1, one.min_col - 1]
            merged[area] = True
            merged[one.min_row - 1, one.min_col - 1] = False
    return Grid(file, worksheet.title, "", "", cells, merged)


def _typed_text(cell: Any) -> str:
    """Return the text of a cell; a share is stored as a number and shown as a percentage."""
    if isinstance(cell.value, int | float) and "%" in str(cell.number_format):
        return f"{100.0 * cell.value:.10g}%"
    return cell_text(cell.value)


def _array(rows: Sequence[Sequence[str]]) -> NDArray[np.object_]:
    """Return rows of different lengths as an array of texts."""
    width = max((len(row) for row in rows), default=0)
    cells = np.full((len(rows), width), "", object)
    for number, row in enumerate(rows):
        cells[number, : len(row)] = [" ".join(cell.split()) for cell in row]
    return cells
