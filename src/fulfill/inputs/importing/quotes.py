"""Offers of logistics providers (3PL) as they write them: a row an offer, or a sheet an offer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.card_prices import CellNumbers, read_cells
from fulfill.inputs.importing.card_sheets import (
    HEADING,
    NOT_OFFERED,
    OUTSIDE,
    UNKNOWN_COLUMN,
    CardSheet,
)
from fulfill.inputs.importing.card_tables import is_no_offer
from fulfill.inputs.importing.grids import Grid, letter
from fulfill.inputs.importing.headers import read_aliases
from fulfill.inputs.spelling import fold

FIGURE = "figure"
"""Use of a cell that holds a figure or text of an offer."""
FEES = ("pick", "storage", "minimum", "onboarding", "receiving")
"""Fields that are amounts of money."""
AMOUNTS = (*FEES, "term", "orders_day", "capacity")
LEAST_FIELDS = 3
"""Fields that a header or a sheet needs to be an offer."""
MONTHS = {"day": 365 / 12, "week": 52 / 12, "month": 1.0, "year": 1 / 12}
"""Times that a price for a period is paid in a month."""
UNIT_WORDS = {
    "pallet": r"tarima|pallet|palet|posici[oó]n|托",
    "m3": r"m3|m³|cbm|立方|metros? c[uú]bicos?|cubic met",
    "m2": r"m2|m²|平方|metros? cuadrados?|square met|sq\.? ?m\b",
    "ft3": r"ft3|ft³|cu\.? ?ft|cubic f|pies? c[uú]bicos?",
    "ft2": r"ft2|ft²|sq\.? ?ft|square f|pies? cuadrados?",
    "order": r"pedido|order|订单|单",
    "piece": r"pieza|unidad|unit|piece|item|件",
}
_PERIOD_WORDS = {
    "month": r"mes\b|mensual|month|月",
    "year": r"\baño|anual|year|annual|年",
    "week": r"seman|week|周",
    "day": r"d[ií]a|diari|\bday|daily|天|日",
}
_AMOUNT = re.compile(r"\d[\d.,]*\d|\d|[.,]\d+")
_POINT = re.compile(r"(-?\d{1,3}\.\d+)\s*[,;]\s*(-?\d{1,3}\.\d+)")


@dataclass(frozen=True)
class OfferCell:
    """A figure of an offer: its place, name and text, and the words that say its unit."""

    row: int
    column: int
    name: str
    text: str
    words: str


@dataclass(frozen=True)
class Offer:
    """An offer as it is written.

    Attributes
    ----------
    sheet : CardSheet
    cells : dict of str to OfferCell
        By field, see `aliases/quotes.toml`.
    values : dict of str to float
        Amounts, in the units that their words say; a field that is not offered is left out.
    """

    sheet: CardSheet
    cells: Mapping[str, OfferCell]
    values: Mapping[str, float] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return the text of a field; empty where the offer has none."""
        return self.cells[name].text if name in self.cells else ""


def field_of(text: str) -> str:
    """Return the field that a name stands for, by the longest words it contains; empty for none."""
    words = f" {fold(text)} "
    names = read_aliases("quotes").names
    # words of Chinese are not separated by blanks
    found = [
        name for name in names if f" {name} " in words or (name in words and not name.isascii())
    ]
    return names[max(found, key=len)][0] if found else ""


def find_offers(grid: Grid) -> tuple[CardSheet, list[Offer]]:
    """Find the offers of a sheet, and mark its cells.

    Parameters
    ----------
    grid : Grid

    Returns
    -------
    CardSheet
    list of Offer
        Without values.
    """
    sheet = CardSheet(grid)
    offers = list(_in_rows(sheet)) or list(_in_lines(sheet))
    for row, column in np.argwhere(grid.filled & (sheet.use == "")):
        sheet.mark(int(row), int(column), OUTSIDE)
    return sheet, offers


def _in_rows(sheet: CardSheet) -> Iterator[Offer]:
    """Yield offers of a table with a header."""
    cells = sheet.grid.cells
    for head in range(len(cells)):
        names = {c: field_of(text) for c, text in enumerate(cells[head]) if text}
        known = {one for one in names.values() if one}
        if len(known) >= LEAST_FIELDS and known & set(FEES):
            break
    else:
        return
    columns: dict[str, int] = {}
    for column, name in names.items():
        if name and name not in columns:
            columns[name] = column
        used = name and columns[name] == column
        sheet.mark(head, column, HEADING if used else UNKNOWN_COLUMN)
    for row in range(head + 1, len(cells)):
        filled = [c for c in names if cells[row, c]]
        if len(filled) < LEAST_FIELDS:
            break
        for column in filled:
            used = column in columns.values()
            sheet.mark(row, column, _use(cells[row, column]) if used else UNKNOWN_COLUMN)
        found = {}
        for name, column in columns.items():
            if text := str(cells[row, column]):
                title = str(cells[head, column])
                found[name] = OfferCell(row, column, title, text, f"{title} {text}")
        yield Offer(sheet, found)


def _in_lines(sheet: CardSheet) -> Iterator[Offer]:
    """Yield the offer of a sheet with a line for each figure: its name, then its value."""
    cells, found = sheet.grid.cells, dict[str, OfferCell]()
    for row in range(len(cells)):
        filled = [int(c) for c in np.flatnonzero(sheet.grid.filled[row])]
        if len(filled) < 2:
            continue
        name = field_of(cells[row, filled[0]])
        if not name or name in found:
            continue
        words = " ".join(str(cells[row, column]) for column in filled)
        column = filled[1]
        title, text = str(cells[row, filled[0]]), str(cells[row, column])
        found[name] = OfferCell(row, column, title, text, words)
        sheet.mark(row, filled[0], HEADING)
        for other in filled[1:]:
            sheet.mark(row, other, _use(cells[row, other]))
    if len(found) >= LEAST_FIELDS and found.keys() & set(FEES):
        yield Offer(sheet, found)
    else:
        sheet.use[:] = ""


def _use(text: str) -> str:
    """Return the use of the cell of a figure."""
    return NOT_OFFERED if is_no_offer(text) else FIGURE


def with_values(
    sheet: CardSheet, offers: Sequence[Offer], decimal: str | None
) -> tuple[list[Offer], CellNumbers, list[Fault]]:
    """Read the amounts of the offers of a sheet.

    Parameters
    ----------
    sheet : CardSheet
    offers : sequence of Offer
    decimal : str or None
        ``point`` or ``comma``, where the user says so.

    Returns
    -------
    list of Offer
    CellNumbers
    list of Fault
        F406 to F408 for numbers, F456 for a fee of nothing.
    """
    texts = {}
    for offer in offers:
        for name in AMOUNTS:
            cell = offer.cells.get(name)
            if cell and not is_no_offer(cell.text):
                match = _AMOUNT.search(cell.text)
                # a text without a number is handed on, so that it is a fault of the cell
                texts[cell.row, letter(cell.column)] = match[0] if match else cell.text
    numbers, faults = read_cells(sheet.grid, texts, decimal)
    read = []
    for offer in offers:
        values = {}
        for name in AMOUNTS:
            cell = offer.cells.get(name)
            value = numbers.values.get((cell.row, letter(cell.column))) if cell else None
            if cell is None or value is None or np.isnan(value):
                continue
            if value == 0 and name in ("pick", "storage", "orders_day", "capacity"):
                where = sheet.grid.place, cell.row + 1, letter(cell.column)
                faults.append(Fault("F456", *where, cell.text))
            values[name] = value
        read.append(Offer(sheet, offer.cells, values))
    return read, numbers, faults


def unit_of_fee(words: str, units: Sequence[str]) -> str:
    """Return the unit of a fee that words name, of some of `UNIT_WORDS`; empty for none."""
    return next((u for u in units if re.search(UNIT_WORDS[u], words, re.IGNORECASE)), "")


def period_of_fee(words: str) -> str:
    """Return the period of a fee that words name, of `MONTHS`; empty for none."""
    return next((p for p, w in _PERIOD_WORDS.items() if re.search(w, words, re.IGNORECASE)), "")


def point_of(offer: Offer) -> tuple[str, str]:
    """Return latitude and longitude as written, in two cells or in one; empty where not given."""
    if offer.text("lat") and offer.text("lon"):
        return offer.text("lat"), offer.text("lon")
    for name in ("lat", "address", "city"):
        if match := _POINT.search(offer.text(name)):
            return match[1], match[2]
    return "", ""
