"""Dates as spreadsheets write them, read where they can mean only one day.

A spreadsheet that opens a CSV file and saves it again writes every date in the form of its own
country. `2026/8/1` is unambiguous. Of `1/8/2026` the order of day and month is known if it is
given, or if any date of the same file has a day above 12; one spreadsheet wrote them all. Nothing
else is guessed.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice

from fulfill.inputs.faults import Fault

log = logging.getLogger(__name__)

DATE_ORDERS = ("dmy", "mdy")
"""Day first, or month first."""
_YEAR_FIRST = re.compile(r"([0-9]{4})([/.-])([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_WORD = r"[^\W\d_]{3,}\.?"
_REFUSED = {
    "a spreadsheet wrote the year with two digits": r"[0-9]{1,2}([/.-])[0-9]{1,2}\1[0-9]{2}",
    "a spreadsheet wrote the month as a word": rf"[0-9]{{0,2}}[ .-]*{_WORD}[ ,.-]*[0-9][ ,0-9]*",
    "a spreadsheet wrote the number of the day since 1900": r"[0-9]{5}(\.[0-9]+)?",
    "a spreadsheet added a time of day": r"[0-9]+[/.-][0-9]+[/.-][0-9]+[ T][0-9]{1,2}:[0-9]{2}.*",
}
"""Forms that do not say which day is meant, or not only a day, by what happened."""


@dataclass(frozen=True)
class _Cell:
    """A cell that is a date in another form than YYYY-MM-DD.

    `dmy` and `mdy` are the days it means by either order, None where there is no such day; they
    are equal where the year comes first. `line` is its row in the file.
    """

    column: str
    place: int
    line: int
    text: str
    dmy: date | None
    mdy: date | None

    @property
    def only(self) -> str:
        """The only order in which it is a day; empty where it is one in both or in none."""
        if self.dmy and self.mdy:
            return ""
        return "dmy" if self.dmy else "mdy" if self.mdy else ""

    @property
    def both(self) -> bool:
        """Whether it is a different day in each order."""
        return bool(self.dmy and self.mdy and self.dmy != self.mdy)


_Refused = tuple[str, str, _Cell]
"""A date that is not read: the code of its fault, the cause, and the cell."""


def is_day(text: str) -> bool:
    """Tell whether a text is a day written YYYY-MM-DD.

    Python itself also reads 20261101 and 2026-W44-7, which a spreadsheet would not.
    """
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def iso_dates(
    columns: Mapping[str, list[str]],
    file: str,
    lines: list[int] | Mapping[str, list[int]],
    order: str | None = None,
) -> tuple[dict[str, list[str]], list[Fault], set[tuple[str, int]]]:
    """Rewrite the dates of a file as YYYY-MM-DD.

    Parameters
    ----------
    columns : mapping of str to list of str
        Cells of the columns of dates, by name.
    file : str
        Name of the file, for messages.
    lines : list of int, or mapping of str to list of int
        Row of the file in which each cell stands; by column where they differ.
    order : str, optional
        One of `DATE_ORDERS`; by default the order that the dates of the file show.

    Returns
    -------
    columns : dict of str to list of str
        Cells that cannot be read stay as they are.
    faults : list of Fault
        F203, F215 and F216: one for each column and cause, at the first of its cells.
    covered : set of (str, int)
        Column and row of every cell that these faults are about.
    """
    found = {name: list(cells) for name, cells in columns.items()}
    by_column = lines if isinstance(lines, Mapping) else dict.fromkeys(columns, lines)
    dates, refused = _recognised(columns, by_column)
    evidence: dict[str, _Cell] = {}
    for cell in dates:
        if cell.only:
            evidence.setdefault(cell.only, cell)
    if order is None and len(evidence) == 1:
        order = next(iter(evidence))
        log.info("%s: dates read as %s, as %r shows", file, order, evidence[order].text)
    for cell in dates:
        day = cell.mdy if order == "mdy" else cell.dmy
        if day is not None and (order or cell.dmy == cell.mdy):
            found[cell.column][cell.place] = day.isoformat()
    refused += _unread(dates, list(evidence.values()), order)
    groups: dict[tuple[str, str, str], list[_Cell]] = {}
    for code, cause, cell in refused:
        groups.setdefault((cell.column, code, cause), []).append(cell)
    faults = [_fault(code, cause, cells, file) for (_, code, cause), cells in groups.items()]
    return found, faults, {(cell.column, cell.line) for _, _, cell in refused}


def _unread(dates: list[_Cell], evidence: list[_Cell], order: str | None) -> list[_Refused]:
    """Return the dates that do not follow the order, or all that need one where it is unknown.

    `evidence` has the first date that is a day in one order only, for each order that has one.
    """
    if order is not None:
        wrong = (cell for cell in dates if cell.only not in ("", order))
        return [("F216", f"not a day as {order}", cell) for cell in wrong]
    if not evidence:
        return [("F215", "", cell) for cell in dates if cell.both]
    one, other = evidence
    cause = (
        f"{one.text!r} in row {one.line} is a day only as {one.only}, "
        f"{other.text!r} in row {other.line} only as {other.only}"
    )
    return [("F216", cause, cell) for cell in dates if cell.only or cell.both]


def _recognised(
    columns: Mapping[str, list[str]], lines: Mapping[str, list[int]]
) -> tuple[list[_Cell], list[_Refused]]:
    """Return the dates that are not written YYYY-MM-DD, and those in a form that is refused."""
    dates: list[_Cell] = []
    refused: list[_Refused] = []
    for name, cells in columns.items():
        for place, text in enumerate(cells):
            if not text or is_day(text):
                continue
            line = lines[name][place]
            if match := _YEAR_FIRST.fullmatch(text):
                day = _day(match[1], match[3], match[4])
                dates.append(_Cell(name, place, line, text, day, day))
            elif match := _YEAR_LAST.fullmatch(text):
                first, second, year = match[1], match[3], match[4]
                days = _day(year, second, first), _day(year, first, second)
                dates.append(_Cell(name, place, line, text, *days))
            else:
                causes = (cause for cause, form in _REFUSED.items() if re.fullmatch(form, text))
                cell = _Cell(name, place, line, text, None, None)
                refused += [("F203", cause, cell) for cause in islice(causes, 1)]
    return dates, refused


def _day(year: str, month: str, day: str) -> date | None:
    """Return a day, None where there is no such day."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _fault(code: str, cause: str, cells: list[_Cell], file: str) -> Fault:
    """Return the fault of the cells of one column with one cause, at the first of them."""
    first = cells[0]
    detail = cause or f"{first.dmy} as dmy, {first.mdy} as mdy"
    detail += f"; {len(cells):,} dates" if len(cells) > 1 else ""
    return Fault(code, file, first.line, first.column, first.text, detail)
