"""Days of an export: times cut off, months in words and Chinese dates brought into figures.

The order of day and month is that which the dates of the file show, as for the tables of a network
(`inputs/dates.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fulfill.inputs.dates import is_day, iso_dates
from fulfill.inputs.faults import Fault
from fulfill.inputs.spelling import fold

ISO, DMY, MDY = "ymd", "dmy", "mdy"
_TIME = r"[T\s,]+(上午|下午)?\s*[0-9]{1,2}([:.][0-9]{2}|时|點|点|[hH]).*$"
"""A time of day at the end of a date, with all that follows it."""
_CHINESE = re.compile(r"([0-9]{4})\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*[日号]?")
_COMPACT = re.compile(r"(20[0-9]{2})([01][0-9])([0-3][0-9])")
_SERIAL = re.compile(r"[2-7][0-9]{4}(\.[0-9]+)?")
_FIRST_SERIAL = date(1899, 12, 30)
_YEAR_LAST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-][0-9]{4}")
_MONTHS = (
    "jan january ene enero janeiro", "feb february febrero fev fevereiro",
    "mar march marzo marco", "apr april abr abril", "may mayo mai maio", "jun june junio junho",
    "jul july julio julho", "aug august ago agosto", "sep sept september septiembre set setembro",
    "oct october octubre out outubro", "nov november noviembre novembro",
    "dec december dic diciembre dez dezembro",
)  # fmt: skip
MONTH_OF = {word: month for month, words in enumerate(_MONTHS, 1) for word in words.split()}
"""Month by its names in several languages, folded."""


@dataclass(frozen=True, eq=False)
class Days:
    """Columns of days.

    Attributes
    ----------
    columns : dict of str to ndarray of datetime64[D]
        By the name of the column; NaT where the cell is empty.
    order : str
        `DMY` or `MDY` where a date was read so, else `ISO`: the year comes first.
    """

    columns: dict[str, NDArray[np.datetime64]]
    order: str


def read_days(
    columns: Mapping[str, pd.Series],
    place: str,
    rows: NDArray[np.int64],
    order: str | None = None,
    *,
    workbook: bool = False,
) -> tuple[Days, list[Fault]]:
    """Read the columns of days of a file.

    Parameters
    ----------
    columns : mapping of str to Series of str
        Cells by the name of their column in the file.
    place : str
        File and sheet, for messages.
    rows : ndarray of int, shape (n_rows,)
        Row numbers, for messages.
    order : str, optional
        `DMY` or `MDY`; by default the order that the dates show.
    workbook : bool
        Whether a number may be the day that a spreadsheet counts from 1900.

    Returns
    -------
    days : Days
    faults : list of Fault
        F203, F215 and F216, as in `iso_dates`.
    """
    coded = {name: pd.factorize(_without_time(cells)) for name, cells in columns.items()}
    texts = {
        name: [_in_figures(str(text), workbook=workbook) for text in distinct]
        for name, (_, distinct) in coded.items()
    }
    lines = {name: _first_rows(code, rows) for name, (code, _) in coded.items()}
    found, faults, covered = iso_dates(texts, place, lines, order)
    days = {}
    for name, read in found.items():
        good = [is_day(text) for text in read]
        faults += [
            Fault("F203", place, line, name, text)
            for text, line, fine in zip(texts[name], lines[name], good, strict=True)
            if text and not fine and (name, line) not in covered
        ]
        values = [text if fine else "NaT" for text, fine in zip(read, good, strict=True)]
        days[name] = np.array(values, "datetime64[D]")[coded[name][0]]
    return Days(days, _order(texts, found)), faults


def _without_time(cells: pd.Series) -> pd.Series:
    """Return cells without their times of day, with which hardly two would be equal."""
    texts = pa.array(cells, pa.large_string(), from_pandas=True)
    return pd.Series(pc.replace_substring_regex(texts, _TIME, "").to_pandas(), dtype="str")


def _first_rows(code: NDArray[np.intp], rows: NDArray[np.int64]) -> list[int]:
    """Return the row in which each distinct text stands first."""
    return [int(row) for row in rows[np.unique(code, return_index=True)[1]]]


def _in_figures(text: str, *, workbook: bool) -> str:
    """Return a date in Chinese, with its month in words, or as a serial number, in figures."""
    if match := _CHINESE.fullmatch(text) or _COMPACT.fullmatch(text):
        return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"
    if workbook and _SERIAL.fullmatch(text):
        return (_FIRST_SERIAL + timedelta(days=int(float(text)))).isoformat()
    words = [word for word in fold(text).split() if word not in ("de", "del")]
    months = [MONTH_OF[word] for word in words if word in MONTH_OF]
    if len(months) == 1 and len(words) == 3:
        figures = [word for word in words if word.isdigit()]
        years = [word for word in figures if len(word) == 4]
        days = [word.zfill(2) for word in figures if len(word) < 3]
        if len(years) == 1 and len(days) == 1:
            return f"{years[0]}-{months[0]:02d}-{days[0]}"
    return text


def _order(written: Mapping[str, list[str]], read: Mapping[str, list[str]]) -> str:
    """Return the order in which dates with the year last were read."""
    for name, texts in written.items():
        for text, day in zip(texts, read[name], strict=True):
            match = _YEAR_LAST.fullmatch(text)
            if match and match[1] != match[2] and day != text:
                return DMY if int(day[8:]) == int(match[1]) else MDY
    return ISO
