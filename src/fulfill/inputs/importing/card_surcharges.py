"""Surcharges of a rate card: fuel, remote areas, residential delivery, peak season."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.card_prices import CellNumbers, Place
from fulfill.inputs.importing.card_sheets import LEFT_OUT, SURCHARGE, CardSheet
from fulfill.inputs.importing.card_tables import surcharge_kind
from fulfill.inputs.importing.dates import MONTH_OF, read_days
from fulfill.inputs.importing.grids import letter
from fulfill.inputs.importing.weights import UNITS_KG, unit_of
from fulfill.inputs.spelling import fold

PEAK, NONE = "peak", "none"
_AMOUNT = re.compile(r"\d[\d.,]*\d|\d|[.,]\d+")
_DATE = re.compile(
    r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日?|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
)
_DAY_MONTH = re.compile(
    r"(\d{1,2})\s+(?:de\s+)?([^\W\d_]{3,})\.?(?:\s+(?:del?\s+)?(\d{4}))?"
    r"|([^\W\d_]{3,})\.?\s+(\d{1,2})(?:,?\s+(\d{4}))?(?!\d)"
)
"""A day of a month: 15 de noviembre de 2026, Nov 15, 2026; the year may be missing."""
_PERCENT = re.compile(r"%|porcentaje|percent|百分", re.IGNORECASE)
_OTHER_BASE = re.compile(
    r"viaje|recolecci[oó]n|tarima|pallet|pickup|collection|semana|week|\bmes\b|mensual|month"
    r"|declarad|declared|asegura|seguro|insur|contra entrega|\bcod\b|保价|声明",
    re.IGNORECASE,
)
"""Words for what is no parcel and no price of one: trips, months, declared values."""
_BY_WEIGHT = re.compile(r"(?:por|per|/|每)\s*(?:kg|kilo|lb|公斤)", re.IGNORECASE)
_BY_PARCEL = re.compile(
    r"env[ií]o|gu[ií]a|paquete|parcel|package|shipment|order|pedido|票|件|\$|¥|元"
    r"|mxn|usd|cny|rmb|pesos|m\.n\.",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Surcharge:
    """A surcharge; exactly one of the amounts is above zero.

    Attributes
    ----------
    row : int
        Row of the grid.
    name, kind : str
        As written, and one of `card_map.KINDS`.
    share, order, kg : float
        Share of the price; amount on a parcel and on a kilogram, in the currency of the card.
    days : tuple of str
        First and last day that the card names; empty where it names none.
    """

    row: int
    name: str
    kind: str
    share: float
    order: float
    kg: float
    days: tuple[str, ...]


def claim_lines(sheet: CardSheet, kinds: Mapping[str, str]) -> list[tuple[int, int, list[int]]]:
    """Find the lines of surcharges, in their tables and elsewhere, and mark their cells.

    Parameters
    ----------
    sheet : CardSheet
    kinds : mapping of str to str
        Kind of a surcharge by its name, from the map.

    Returns
    -------
    list of (int, int, list of int)
        Row, column of the name and columns of the other texts.
    """
    cells, filled = sheet.grid.cells, sheet.grid.filled
    lines = []
    for table in sheet.of(SURCHARGE):
        name = table.fields["surcharge"]
        lines += [
            (row, name, [c for c in table.columns if c != name and cells[row, c]])
            for row in table.rows
        ]
    given = {fold(name) for name in kinds}
    for row in range(len(cells)):
        free = [int(c) for c in np.flatnonzero(filled[row] & (sheet.use[row] == ""))]
        if len(free) < 2:
            continue
        text = str(cells[row, free[0]])
        known = surcharge_kind(text) or fold(text) in given
        if known and any(_AMOUNT.search(cells[row, column]) for column in free[1:]):
            lines.append((row, free[0], free[1:]))
            for column in free:
                sheet.mark(row, column, SURCHARGE)
    return lines


def surcharge_texts(sheet: CardSheet, lines: list[tuple[int, int, list[int]]]) -> dict[Place, str]:
    """Return the texts of the amounts of lines that `claim_lines` found."""
    found = ((row, _amount_column(sheet, row, others)) for row, _, others in lines)
    return {
        (row, letter(column)): _AMOUNT.findall(sheet.grid.cells[row, column])[0]
        for row, column in found
        if column is not None
    }


def read_surcharges(
    sheet: CardSheet,
    lines: list[tuple[int, int, list[int]]],
    numbers: CellNumbers,
    kinds: Mapping[str, str],
    year: str,
    date_order: str | None,
) -> tuple[list[Surcharge], list[Fault]]:
    """Read lines of surcharges.

    Parameters
    ----------
    sheet : CardSheet
    lines : list
        See `claim_lines`.
    numbers : CellNumbers
        Numbers of `surcharge_texts`.
    kinds : mapping of str to str
        Kind of a surcharge by its name, from the map.
    year : str
        Year of days that name none.
    date_order : str or None
        ``dmy`` or ``mdy``, where the user says so.

    Returns
    -------
    list of Surcharge
    list of Fault
        F449 for a surcharge of unknown kind or unit, F203 for a date of either order.
    """
    given = {fold(name): kind for name, kind in kinds.items()}
    found, faults = [], list[Fault]()
    for row, name_column, others in lines:
        name = str(sheet.grid.cells[row, name_column])
        kind = given.get(fold(name)) or surcharge_kind(name)
        if kind == NONE:
            for one in (name_column, *others):
                sheet.mark(row, one, LEFT_OUT)
            continue
        column = _amount_column(sheet, row, others)
        context = " ".join([name, *_context(sheet, row, others)])
        value = np.nan
        if column is not None:
            value = numbers.values.get((row, letter(column)), np.nan)
        unit = _unit(context)
        if not kind or not unit or not value > 0:
            detail = _what_is_missing(name, kind, unit)
            at = letter(name_column if not kind else column or name_column)
            faults.append(Fault("F449", sheet.grid.place, row + 1, at, name, detail))
            continue
        days, wrong = _days(sheet, row, others, year, date_order)
        faults += wrong
        scale = 1.0 / UNITS_KG[unit_of(context) or "kg"] if unit == "kg" else 1.0
        amounts = {"share": 0.0, "order": 0.0, "kg": 0.0}
        amounts[unit] = value / 100.0 if unit == "share" else value * scale
        found.append(Surcharge(row, name, kind, **amounts, days=days))
    return found, faults


def _what_is_missing(name: str, kind: str, unit: str) -> str:
    """Return what settles a surcharge that is not understood."""
    if not kind:
        return f'[surcharges] "{name}" = "fuel", "remote", "residential", "peak", "other" or "none"'
    if not unit:
        return (
            "a share of the price or an amount on a parcel? write % or the currency beside it, or "
            f'[surcharges] "{name}" = "none"'
        )
    return "no amount above zero"


def _amount_column(sheet: CardSheet, row: int, others: list[int]) -> int | None:
    """Return the first column with a number that is no date."""
    cells = sheet.grid.cells
    return next((c for c in others if _AMOUNT.search(_without_dates(str(cells[row, c])))), None)


def _without_dates(text: str) -> str:
    """Return a text without the days in it."""
    return "" if any(_days_of_months(text)) else _DATE.sub("", text)


def _days_of_months(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield day, month in words and year (empty where it is missing) of the days in a text."""
    for match in _DAY_MONTH.finditer(text):
        day, month, year = match[1] or match[5], match[2] or match[4], match[3] or match[6]
        if fold(month) in MONTH_OF:
            yield day, month, year or ""


def _context(sheet: CardSheet, row: int, others: list[int]) -> Iterator[str]:
    """Yield the texts of a line and the names of their columns."""
    names = {c: one for table in sheet.of(SURCHARGE) for c, one in table.columns.items()
             if row in table.rows}  # fmt: skip
    for column in others:
        yield str(sheet.grid.cells[row, column])
        yield names.get(column, "")


def _unit(context: str) -> str:
    """Return what an amount is: a share, for a kilogram or for an order; empty: not known."""
    if _OTHER_BASE.search(context):
        return ""
    if _PERCENT.search(context):
        return "share"
    if _BY_WEIGHT.search(context):
        return "kg"
    return "order" if _BY_PARCEL.search(context) else ""


def _days(
    sheet: CardSheet, row: int, others: list[int], year: str, order: str | None
) -> tuple[tuple[str, ...], list[Fault]]:
    """Return the days that a line names, those without a year in the year of the card."""
    texts, whole = list[str](), True
    for column in others:
        text = str(sheet.grid.cells[row, column])
        named = list(_days_of_months(text))
        whole = whole and all(written for _, _, written in named)
        texts += [f"{day} {month} {written or year}" for day, month, written in named]
        texts += [] if named else _DATE.findall(text)
    texts = texts[:2]
    rows = np.full(len(texts), row + 1, dtype=np.int64)
    days, faults = read_days({"days": pd.Series(texts, dtype="str")}, sheet.grid.place, rows, order)
    found = [str(day) for day in days.columns.get("days", [])]
    if len(found) == 2 and found[1] < found[0] and not whole:
        found[1] = f"{int(year) + 1}{found[1][4:]}"  # a season over the turn of the year
    return tuple(found), faults
