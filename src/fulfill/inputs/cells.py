"""Text cells into typed values: numbers, dates, flags, texts."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.columns import REQUIRED, Column
from fulfill.inputs.faults import Fault

_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


def convert_cells(
    cells: list[str], column: Column, file: str, lines: list[int]
) -> tuple[pd.Series, list[Fault], NDArray[np.bool_]]:
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
    values : Series
        float64 for numbers (NaN for "unknown" and for unreadable cells), datetime64 for dates,
        bool for flags, str for everything else.
    faults : list of Fault
        F201 to F204.
    bad : ndarray of bool, shape (n_cells,)
        Cells that have a fault.
    """
    blank = np.array([cell == "" for cell in cells], bool)
    if column.kind in ("number", "integer"):
        code, (values, bad) = "F202", _numbers(cells, column)
    elif column.kind == "date":
        values = pd.Series(
            np.array([cell if is_day(cell) else "NaT" for cell in cells], "datetime64[s]")
        )
        code, bad = "F203", values.isna().to_numpy() & ~blank
    elif column.kind == "flag":
        known = {"yes": True, "no": False, "": bool(column.default)}
        values = pd.Series([known.get(cell.lower(), False) for cell in cells], dtype=bool)
        code, bad = "F204", np.array([cell.lower() not in known for cell in cells], bool)
    else:
        default = column.default if isinstance(column.default, str) else ""
        values = pd.Series([cell or default for cell in cells], dtype="str")
        code, bad = "F206", np.zeros(len(cells), bool)
    faults = [Fault(code, file, lines[i], column.name, cells[i]) for i in np.flatnonzero(bad)]
    if column.default is REQUIRED:
        faults += [Fault("F201", file, lines[i], column.name) for i in np.flatnonzero(blank)]
        bad = bad | blank
    return values, faults, bad


def is_day(text: str) -> bool:
    """Tell whether a text is a day written YYYY-MM-DD.

    Python itself also reads 20261101 and 2026-W44-7, which a spreadsheet would not.
    """
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _numbers(cells: list[str], column: Column) -> tuple[pd.Series, NDArray[np.bool_]]:
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
    bad = ~np.isfinite(values) & np.array([cell != "" for cell in cells], bool)
    values[bad] = np.nan
    if column.kind == "integer":
        bad |= np.isfinite(values) & (values % 1 != 0)
    return pd.Series(values), bad
