"""The column `range`: between which values the figures of a row may lie.

An assumption must give the range of its figure and keep it (F209, F210). A figure with any other
status has a source, and needs none; a range that does not hold it was copied with the row or is
out of date, which is a warning (W320). An override may leave the range of an assumption, because a
deliberate what-if may; this too is only a warning.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
from pandas.api.types import is_float_dtype

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault

_FIGURE = r"[-+]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_RANGE = re.compile(rf"^\s*(\w+)\s*=\s*({_FIGURE})\s*\.\.\s*({_FIGURE})\s*$")


@dataclass(frozen=True)
class _Stated:
    """A part of the column `range`: the row of the frame, and what is said of which column.

    `column` is empty where the part cannot be read or names no column of numbers.
    """

    place: int
    part: str
    column: str = ""
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether the value lies within the range; true where there is none."""
        return not self.column or self.low <= self.value <= self.high


def stated_range(text: str, column: str) -> tuple[float, float] | None:
    """Return what the column `range` of a row says of one figure.

    Parameters
    ----------
    text : str
        ``column=low..high``, several separated by semicolons.
    column : str
        Name of the column of the figure.

    Returns
    -------
    tuple of float or None
        Lower and upper end; None where the text does not name the column.
    """
    for part in text.split(";"):
        match = _RANGE.match(part)
        if match is not None and match[1] == column:
            return float(match[2]), float(match[3])
    return None


def range_faults(frame: pd.DataFrame, file: str, derived: Container[int] = ()) -> list[Fault]:
    """Find assumptions without a range or outside it, and ranges that cannot be read.

    Parameters
    ----------
    frame : DataFrame
        Typed rows of a table with the columns `status` and `range`.
    file : str
        Name of the file, for messages.
    derived : container of int
        Lines of the file with a figure that other tables give, and its range with it.

    Returns
    -------
    list of Fault
        F209 and F210.
    """
    lines, status = frame[ROW].tolist(), frame["status"].tolist()
    faults = [
        Fault("F209", file, int(row), "range")
        for row, kind, text in zip(lines, status, frame["range"].tolist(), strict=True)
        if kind == "assumption" and text == "" and row not in derived
    ]
    for stated in _stated(frame):
        row = int(lines[stated.place])
        if not stated.column:
            faults.append(Fault("F209", file, row, "range", stated.part))
        elif not stated.holds and status[stated.place] == "assumption":
            detail = f"range says {stated.part}"
            faults.append(Fault("F210", file, row, stated.column, f"{stated.value:g}", detail))
    return faults


def range_warnings(folder: str, tables: Mapping[str, pd.DataFrame]) -> list[Fault]:
    """Warn of figures outside the range of their row.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        Checked tables, overrides applied: where an assumption is outside its range, an override
        put it there. Tables that were not read from a file are passed over.

    Returns
    -------
    list of Fault
        W320.
    """
    faults = []
    for name, frame in tables.items():
        if not {"status", "range", ROW} <= set(frame):
            continue
        for stated in _stated(frame):
            if stated.holds:
                continue
            status = frame["status"].iloc[stated.place]
            advice = (
                "an override put it there and holds"
                if status == "assumption"
                else f"a figure with status {status} is taken as it is: correct or empty the range"
            )
            faults.append(
                Fault(
                    "W320",
                    f"{folder}/{name}.csv",
                    int(frame[ROW].iloc[stated.place]),
                    stated.column,
                    f"{stated.value:g}",
                    f"range says {stated.part}; {advice}",
                )
            )
    return faults


def stated_ranges(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the ranges of a table as numbers.

    Parameters
    ----------
    frame : DataFrame
        Typed rows of a table with the column `range`.

    Returns
    -------
    DataFrame
        place (position of the row), column, low, high; parts that cannot be read are left out.
    """
    rows = [
        (stated.place, stated.column, stated.low, stated.high)
        for stated in _stated(frame)
        if stated.column
    ]
    return pd.DataFrame(rows, columns=["place", "column", "low", "high"])


def _stated(frame: pd.DataFrame) -> Iterator[_Stated]:
    """Yield what the column `range` says, part by part."""
    texts = frame["range"].tolist()
    if not any(texts):
        return
    figures = {name: frame[name].tolist() for name in frame.columns if is_float_dtype(frame[name])}
    for place, text in enumerate(texts):
        for part in filter(None, (piece.strip() for piece in str(text).split(";"))):
            match = _RANGE.match(part)
            if match is None or match[1] not in figures:
                yield _Stated(place, part)
                continue
            value = figures[match[1]][place]
            yield _Stated(place, part, match[1], value, float(match[2]), float(match[3]))
