"""Text cells into typed values: numbers, dates, flags, texts."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from fulfill.inputs.columns import REQUIRED, Column
from fulfill.inputs.dates import is_day
from fulfill.inputs.faults import Fault

TEXT = pd.StringDtype("python", na_value=np.nan)
"""Type of text in the tables.

By default pandas keeps text in pyarrow, which takes longer to compare, select and iterate unless a
table has many thousands of rows.
"""
ArrayLike = NDArray[Any] | ExtensionArray
_CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


def convert_cells(
    cells: list[str], column: Column, file: str, lines: list[int]
) -> tuple[ArrayLike, list[Fault], NDArray[np.bool_]]:
    """Convert the text cells of one column into values of its kind.

    Parameters
    ----------
    cells : list of str
        The texts, without surrounding blanks.
    column : Column
        The declaration; an empty cell becomes its default.
    file : str
        Name of the file, for messages.
    lines : list of int
        Line of the file on which each cell stands, for messages.

    Returns
    -------
    values : ndarray or StringArray, shape (n_cells,)
        float64 for numbers and hours (NaN for "unknown", for unreadable cells and for the word of
        the column), datetime64 for dates, bool for flags, str for everything else.
    faults : list of Fault
        F201 to F204 and F217.
    bad : ndarray of bool, shape (n_cells,)
        Cells that have a fault.
    """
    blank = np.array([cell == "" for cell in cells], bool)
    values: ArrayLike
    if column.kind in ("number", "integer"):
        code, (values, bad) = "F202", _numbers(cells, column)
    elif column.kind == "clock":
        code, (values, bad) = "F217", _numbers([_hours(cell) for cell in cells], column)
    elif column.kind == "date":
        values = np.array([cell if is_day(cell) else "NaT" for cell in cells], "datetime64[s]")
        code, bad = "F203", np.isnat(values) & ~blank
    elif column.kind == "flag":
        known = {"yes": True, "no": False, "": bool(column.default)}
        values = np.array([known.get(cell.lower(), False) for cell in cells], bool)
        code, bad = "F204", np.array([cell.lower() not in known for cell in cells], bool)
    else:
        default = column.default if isinstance(column.default, str) else ""
        values = pd.array([cell or default for cell in cells], dtype=TEXT)
        code, bad = "F206", np.zeros(len(cells), bool)
    faults = [Fault(code, file, lines[i], column.name, cells[i]) for i in np.flatnonzero(bad)]
    if column.kind == "clock" and (parts := _parts_of_a_day(cells)).any():
        first = int(np.flatnonzero(parts)[0])
        share = float(cells[first])
        detail = f"{share:.4g} h is {_shown(share)}, {share:.4g} of a day is {_shown(24 * share)}"
        detail += f"; {parts.sum():,} rows" if parts.sum() > 1 else ""
        faults.append(Fault(code, file, lines[first], column.name, cells[first], detail))
        bad = bad | parts
    if column.default is REQUIRED:
        faults += [Fault("F201", file, lines[i], column.name) for i in np.flatnonzero(blank)]
        bad = bad | blank
    return values, faults, bad


def _numbers(cells: list[str], column: Column) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the numbers of a column and a mask of the cells that hold none.

    `float` alone would also read `nan`, `inf` and `1_000`, none of which is a plain number.
    """
    blank = column.default if isinstance(column.default, int | float) else np.nan
    values = np.array(
        [
            float(cell) if _NUMBER.fullmatch(cell) else np.nan if cell else float(blank)
            for cell in cells
        ],
        float,
    )
    bad = ~np.isfinite(values) & np.array([cell not in ("", column.word) for cell in cells], bool)
    values[bad] = np.nan
    if column.kind == "integer":
        bad |= np.isfinite(values) & (values % 1 != 0)
    return values, bad


def _hours(cell: str) -> str:
    """Return a time of day written hh:mm or hh:mm:ss as hours, any other cell as it is."""
    match = _CLOCK.fullmatch(cell)
    if match is None:
        return cell
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return repr(hours + minutes / 60 + seconds / 3600)


def _parts_of_a_day(cells: list[str]) -> NDArray[np.bool_]:
    """Return a mask of the hours that a spreadsheet seems to have written as parts of a day.

    A spreadsheet keeps 8:00 as 0.3333 of a day. Where no figure of a column is above 1, a fraction
    may be either; `0:20` says for sure that minutes after midnight are meant.
    """
    plain = [_NUMBER.fullmatch(cell) is not None for cell in cells]
    hours = np.array([float(cell) if ok else 0.0 for cell, ok in zip(cells, plain, strict=True)])
    if (hours > 1).any() or any(":" in cell for cell in cells):
        return np.zeros(len(cells), bool)
    return (hours > 0) & (hours < 1)


def _shown(hours: float) -> str:
    """Return hours as hh:mm."""
    minutes = round(60 * hours)
    return f"{minutes // 60}:{minutes % 60:02d}"
