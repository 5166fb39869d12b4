"""Numbers as programs write them for people, read in the one style that the column shows.

`1.234,50` and `1,234.50` each show their style; `1,234` alone may be either. A column is read in
the style that its cells show; where they show none, in that of the other columns of the file, which
one program wrote. Otherwise the option that settles it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault

POINT, COMMA = "point", "comma"
STYLES = {POINT: "1,234.50", COMMA: "1.234,50"}
"""What separates the decimals, and a number so written."""
CURRENCY_SIGNS = {
    "US$": "USD", "USD": "USD", "MX$": "MXN", "MXN": "MXN", "MEX$": "MXN", "M.N.": "MXN",
    "€": "EUR", "EUR": "EUR", "R$": "BRL", "BRL": "BRL", "£": "GBP", "GBP": "GBP",
    "RMB": "CNY", "CNY": "CNY", "CN¥": "CNY", "元": "CNY", "CA$": "CAD", "C$": "CAD", "CAD": "CAD",
    "HK$": "HKD", "HKD": "HKD",
}  # fmt: skip
"""Signs that mean one currency; `$` and `¥` mean several, and say nothing."""
_SIGNS = re.compile("|".join(re.escape(sign) for sign in sorted(CURRENCY_SIGNS, key=len)[::-1]))
_NOISE = re.compile(r"[\s\u00a0\u2007\u2009\u202f'\u2019$¥￥]")
_BODY = re.compile(r"[0-9][0-9.,]*|[.,][0-9]+")
_GROUPED = {
    POINT: re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?|[0-9]*(\.[0-9]*)?"),
    COMMA: re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]*)?|[0-9]*(,[0-9]*)?"),
}


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column of numbers.

    Attributes
    ----------
    values : ndarray of float, shape (n_rows,)
        NaN where the cell is empty.
    decimal : str
        `POINT` or `COMMA`; empty where both read every cell alike.
    currencies : tuple of str
        Codes of the currencies whose signs stand in the cells.
    """

    values: NDArray[np.float64]
    decimal: str
    currencies: tuple[str, ...]


@dataclass(frozen=True)
class _Cell:
    """A distinct text of a column: what it is in each style, None where it is no number."""

    text: str
    point: float | None
    comma: float | None
    currency: str

    @property
    def shows(self) -> str:
        """The only style in which it is a number; empty where both or none read it."""
        if self.point is not None and self.comma is not None:
            return ""
        return POINT if self.point is not None else COMMA if self.comma is not None else ""


def read_numbers(
    columns: Mapping[str, pd.Series],
    place: str,
    rows: NDArray[np.int64],
    decimal: str | None = None,
) -> tuple[dict[str, Numbers], list[Fault]]:
    """Read the columns of numbers of a file.

    Parameters
    ----------
    columns : mapping of str to Series of str
        Cells by the name of their column in the file.
    place : str
        File and sheet, for messages.
    rows : ndarray of int, shape (n_rows,)
        Row numbers, for messages.
    decimal : str, optional
        `POINT` or `COMMA`, for all columns; by default what the cells show.

    Returns
    -------
    numbers : dict of str to Numbers
        By the name of the column.
    faults : list of Fault
        F406 for cells that are no numbers, F407 where a column shows both styles, F408 where cells
        would be different numbers in each style.
    """
    distinct = {name: pd.factorize(cells) for name, cells in columns.items()}
    parsed = {name: [_parsed(str(text)) for text in texts] for name, (_, texts) in distinct.items()}
    shown = {name: {one.shows for one in cells} - {""} for name, cells in parsed.items()}
    everywhere = set().union(*(styles for styles in shown.values() if len(styles) == 1))
    numbers, faults = {}, list[Fault]()
    for name, cells in parsed.items():
        code = distinct[name][0]

        def fault(
            kind: str, one: _Cell, detail: str, name: str = name, code: NDArray[np.intp] = code
        ) -> Fault:
            at = int(np.argmax(code == parsed[name].index(one)))
            return Fault(kind, place, int(rows[at]), name, one.text, detail)

        style = decimal or _style(shown[name], everywhere)
        if not style and len(shown[name]) > 1:
            one, other = (next(c for c in cells if c.shows == s) for s in (POINT, COMMA))
            faults.append(fault("F407", other, f"{one.text!r} has a decimal point"))
            continue
        split = [one for one in cells if one.point != one.comma and not one.shows]
        if not style and split:
            first = split[0]
            detail = f"{first.point:g} with a decimal point, {first.comma:g} with a comma"
            faults.append(fault("F408", first, detail))
            continue
        found = [one.comma if style == COMMA else one.point for one in cells]
        wrong = [c for c, value in zip(cells, found, strict=True) if value is None and c.text]
        faults += [fault("F406", one, _reading(style)) for one in wrong]
        values = np.array([np.nan if value is None else value for value in found], float)
        signs = tuple(sorted({one.currency for one in cells} - {""}))
        numbers[name] = Numbers(values[code], style if split or shown[name] else "", signs)
    return numbers, faults


def _style(shown: set[str], everywhere: set[str]) -> str:
    """Return the style that a column shows, else that of the file; empty where none is known."""
    if len(shown) == 1:
        return next(iter(shown))
    return next(iter(everywhere)) if not shown and len(everywhere) == 1 else ""


def _reading(style: str) -> str:
    return f"numbers of the column are written {STYLES[style]}" if style else ""


def _parsed(text: str) -> _Cell:
    """Return what a text is in each style, without signs of currencies and blanks."""
    signs = {CURRENCY_SIGNS[sign] for sign in _SIGNS.findall(text.upper())}
    body = _NOISE.sub("", _SIGNS.sub("", text.upper()))
    negative = body.startswith("(") and body.endswith(")")
    body = body[1:-1] if negative else body
    if body.startswith(("-", "+", "\u2212")) or body.endswith("-"):
        negative = negative or "+" not in body
        body = body.strip("-+\u2212")
    currency = next(iter(signs)) if len(signs) == 1 else ""
    if _BODY.fullmatch(body) is None or len(signs) > 1:
        return _Cell(text, None, None, currency)
    factor = -1.0 if negative else 1.0
    values = []
    for style, group, mark in ((POINT, ",", "."), (COMMA, ".", ",")):
        fits = _GROUPED[style].fullmatch(body)
        plain = body.replace(group, "").replace(mark, ".")
        values.append(factor * float(plain) if fits else None)
    return _Cell(text, values[0], values[1], currency)
