"""CSV files as spreadsheets of other regions write them: separators, decimal commas, thousands.

Where the decimal sign is a comma, a spreadsheet separates columns by semicolons and groups digits
with points or spaces. Such a file is read where its own numbers leave no doubt: `1.234,5` or `0,5`
somewhere says what `1.234` means elsewhere. A number that can be read in two ways is refused.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from fulfill.inputs.columns import Table
from fulfill.inputs.faults import Fault

SEPARATORS = (";", "\t")
"""Separators that are read besides the comma."""
NUMERIC = ("number", "integer", "clock")
"""Kinds of columns with numbers."""
_SIGN, _POWER = r"[-+]?", r"([eE][-+]?[0-9]+)?"
_SPACED = re.compile(r"(?<=[0-9])[ \u00a0\u202f\u2009](?=[0-9]{3}(?![0-9]))")
_EITHER = re.compile(_SIGN + r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def _sure(decimal: str, group: str) -> re.Pattern[str]:
    """Return the form of numbers that can have no other decimal sign than this."""
    groups = rf"[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})"
    return re.compile(
        rf"{_SIGN}(?:{groups}+{decimal}[0-9]+|{groups}{{2,}}|[0-9]*{decimal}[0-9]+){_POWER}"
    )


_POINT, _COMMA = _sure(r"\.", ","), _sure(",", r"\.")


def separator_of(text: str, table: Table) -> str:
    """Return the separator by which the first filled line names more columns than by commas.

    Parameters
    ----------
    text : str
        Content of a file.
    table : Table
        Its declaration.

    Returns
    -------
    str
        A comma unless another one of `SEPARATORS` gives two names of columns at least.
    """
    first = next((line for line in text.splitlines() if line.strip(",;\t ")), "")
    declared = {column.name for column in table.columns}

    def named(separator: str) -> int:
        cells = next(csv.reader([first], delimiter=separator), [])
        return len(declared & {cell.strip() for cell in cells})

    best = max(SEPARATORS, key=named)
    return best if named(best) > max(1, named(",")) else ","


def with_plain_numbers(
    rows: list[list[str]], lines: list[int], file: str, table: Table, separator: str
) -> tuple[list[list[str]], list[Fault]]:
    """Return rows with their numbers in the form `1234.5`.

    Parameters
    ----------
    rows : list of list of str
        The header first.
    lines : list of int
        Their row numbers.
    file : str
        Name of the file, for messages.
    table : Table
        Its declaration.
    separator : str
        That of the file.

    Returns
    -------
    rows : list of list of str
        Numbers of columns with numbers rewritten; unchanged where there are faults.
    faults : list of Fault
        F486 for numbers that can be read in two ways. In a file with commas between its columns a
        point is the decimal sign; what else its numbers hold is left to the check of the cells.
    """
    numeric = {column.name for column in table.columns if column.kind in NUMERIC}
    places = [place for place, name in enumerate(rows[0]) if name in numeric]
    if separator == "," and not any(
        _unusual(row[place]) for row in rows[1:] for place in places if place < len(row)
    ):
        return rows, []
    spaced = [rows[0], *(_without_spaces(row, places) for row in rows[1:])]
    decimal, doubtful, detail = _decimal_sign(spaced, places, separator)
    if doubtful and separator == ",":
        return rows, []
    if doubtful:
        faults = [
            Fault("F486", file, lines[row], rows[0][place], rows[row][place], detail)
            for row, place in doubtful
        ]
        return rows, faults
    return _rewritten(spaced, places, decimal), []


def _decimal_sign(
    rows: list[list[str]], places: list[int], separator: str
) -> tuple[str, list[tuple[int, int]], str]:
    """Return the decimal sign of the numbers, the cells that leave it in doubt, and why."""
    either = list(_found(rows, places, _EITHER))
    sure = {
        sign: [cell for cell in _found(rows, places, form) if cell not in either]
        for sign, form in ((".", _POINT), (",", _COMMA))
    }
    point, comma = sure["."], sure[","]
    if point and comma:
        fewer, sign = (comma, "point") if len(comma) <= len(point) else (point, "comma")
        return "", fewer, f"other numbers of the file have a decimal {sign}"
    decimal = "." if point else "," if comma else ""
    group = {".": ",", ",": "."}.get(decimal, "")
    grouped = any(group in rows[row][place] for row, place in sure.get(decimal, []))
    if decimal and (grouped or (decimal == "," and separator != ",")):
        return decimal, [], ""
    # a decimal point alone does not say that a comma elsewhere groups digits
    doubtful = [(row, place) for row, place in either if group in rows[row][place]]
    return decimal, doubtful, "a decimal sign or thousands: no other number of the file says which"


def _unusual(cell: str) -> bool:
    return "," in cell or _SPACED.search(cell) is not None


def _without_spaces(row: list[str], places: list[int]) -> list[str]:
    """Return a row whose numbers have no spaces between groups of digits."""
    row = list(row)
    for place in places:
        if place < len(row):
            row[place] = _SPACED.sub("", row[place])
    return row


def _found(
    rows: list[list[str]], places: list[int], form: re.Pattern[str]
) -> Iterator[tuple[int, int]]:
    """Yield row and place of the numbers that have a form."""
    for number, row in enumerate(rows[1:], 1):
        for place in places:
            if place < len(row) and form.fullmatch(row[place]):
                yield number, place


def _rewritten(rows: list[list[str]], places: list[int], decimal: str) -> list[list[str]]:
    """Return rows whose numbers have no grouping signs and a decimal point."""
    if decimal:
        group = "." if decimal == "," else ","
        forms = (_POINT, _COMMA, _EITHER)
        for row, place in {cell for form in forms for cell in _found(rows, places, form)}:
            rows[row][place] = rows[row][place].replace(group, "").replace(decimal, ".")
    return rows
