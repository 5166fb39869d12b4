"""Tables of prices into weight breaks in kilograms, in the currency of the card."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.card_sheets import PRICE, CardSheet, CardTable
from fulfill.inputs.importing.card_tables import PriceLine, price_lines
from fulfill.inputs.importing.grids import Grid, letter
from fulfill.inputs.importing.numbers import read_numbers
from fulfill.inputs.importing.weights import (
    FURTHER,
    OVER,
    RANGE,
    UNITS_KG,
    UP_TO,
    Weight,
    read_weight,
    unit_of,
)

Place = tuple[int, str]
"""Row of a grid, and name of the column for messages."""
ONE_STEP = 1.0
FINEST = 1e-9


@dataclass(frozen=True)
class CellNumbers:
    """Numbers of single cells.

    Attributes
    ----------
    values : dict of Place to float
    decimals : dict of str to str
        ``point`` or ``comma`` by column, where its numbers show it.
    currencies : set of str
        Codes of the currencies whose signs stand in the cells.
    """

    values: dict[Place, float]
    decimals: dict[str, str]
    currencies: set[str]


@dataclass(frozen=True)
class Break:
    """A weight break: from (excluded) and to (included, infinite for no end), kg, and its price.

    A parcel pays `base` plus `rate` for every kilogram above `included`, weights being rounded up
    to a multiple of `step` (0: not rounded).
    """

    row: int
    low: float
    high: float
    base: float
    rate: float = 0.0
    included: float = 0.0
    step: float = 0.0


@dataclass(frozen=True)
class ZonePrices:
    """The weight breaks of a service in a zone.

    Attributes
    ----------
    service, country, zone : str
        As written; empty where the card does not name one.
    breaks : tuple of Break
        By weight, without gap and overlap.
    """

    service: str
    country: str
    zone: str
    breaks: tuple[Break, ...]


def read_cells(
    grid: Grid, texts: Mapping[Place, str], decimal: str | None
) -> tuple[CellNumbers, list[Fault]]:
    """Read the numbers of single cells in the style that those of their column show.

    Parameters
    ----------
    grid : Grid
    texts : mapping of Place to str
    decimal : str or None
        ``point`` or ``comma``, where the user says so.

    Returns
    -------
    CellNumbers
    list of Fault
        F406 to F408, see `numbers.read_numbers`.
    """
    height = len(grid.cells)
    columns: dict[str, list[str]] = {}
    for (row, name), text in texts.items():
        columns.setdefault(name, [""] * height)[row] = text
    series = {name: pd.Series(cells, dtype="str") for name, cells in columns.items()}
    rows = np.arange(1, height + 1, dtype=np.int64)
    numbers, faults = read_numbers(series, grid.place, rows, decimal)
    values = {
        (row, name): float(numbers[name].values[row]) for row, name in texts if name in numbers
    }
    decimals = {name: one.decimal for name, one in numbers.items() if one.decimal}
    return CellNumbers(
        values, decimals, {s for n in numbers.values() for s in n.currencies}
    ), faults


def price_texts(sheet: CardSheet) -> dict[Place, str]:
    """Return the texts of the numbers in the tables of prices of a sheet."""
    texts = {}
    for table in sheet.of(PRICE):
        for line in price_lines(sheet, table):
            for column in line.cells.values():
                texts[line.row, letter(column)] = str(sheet.grid.cells[line.row, column])
            for place, number in _weight_places(table, line):
                texts[place] = number
    return texts


def zone_prices(
    sheet: CardSheet, numbers: CellNumbers, unit: str, max_kg: float | None
) -> tuple[list[ZonePrices], list[Fault]]:
    """Return the weight breaks of the zones on a sheet.

    Parameters
    ----------
    sheet : CardSheet
    numbers : CellNumbers
        Numbers of `price_texts`.
    unit : str
        Unit of weights that name none themselves, nor their header; empty where it is not known.
    max_kg : float or None
        Largest weight that is carried; None where it is not known.

    Returns
    -------
    list of ZonePrices
    list of Fault
        F443 where breaks have a gap or overlap, F444 for a price that is empty or nothing, F446
        for a weight without a unit.
    """
    grouped: dict[tuple[str, str, str], list[tuple[CardTable, PriceLine]]] = {}
    for table in sheet.of(PRICE):
        for line in price_lines(sheet, table):
            key = line.service, line.country, line.zone
            grouped.setdefault(key, []).append((table, line))
    found, faults = [], list[Fault]()
    for key, lines in grouped.items():
        reader = _Reader(sheet.grid, numbers, unit, max_kg)
        breaks = reader.breaks(lines)
        faults += reader.faults
        if breaks or reader.faults:  # so that what else is wrong with the zone is found too
            found.append(ZonePrices(*key, breaks))
    return found, list(dict.fromkeys(faults))


def _weights(table: CardTable, line: PriceLine) -> list[tuple[Place, Weight]]:
    """Return the weights of a line with their places, as written."""
    if "first_price" in line.cells:
        places = [(name, line.cells[name]) for name in ("first_price", "next_price")]
        read = [
            ((table.header, letter(column)), read_weight(table.columns[column]))
            for _, column in places
        ]
        return [(place, weight) for place, weight in read if weight is not None]
    names = ("weight",) if "weight" in table.fields else ("weight_from", "weight_to")
    columns = [letter(table.fields[name]) for name in names if name in table.fields]
    read = [
        ((line.row, column), read_weight(text))
        for column, text in zip(columns, line.weights, strict=True)
    ]
    return [(place, weight) for place, weight in read if weight is not None]


def _weight_places(table: CardTable, line: PriceLine) -> Iterator[tuple[Place, str]]:
    """Yield places and texts of the numbers of a line's weights."""
    for (row, column), weight in _weights(table, line):
        for end, number in enumerate(weight.numbers):
            yield (row, _end(column, end)), number


def _end(column: str, end: int) -> str:
    """Return the name of a column for the numbers of its weights."""
    return f"{column} ({'to' if end else 'weight'})"


class _Reader:
    """The breaks of one zone, in their order, and the faults in them."""

    def __init__(self, grid: Grid, numbers: CellNumbers, unit: str, max_kg: float | None) -> None:
        self.grid, self.numbers, self.unit, self.max_kg = grid, numbers, unit, max_kg
        self.faults: list[Fault] = []

    def breaks(self, lines: Sequence[tuple[CardTable, PriceLine]]) -> tuple[Break, ...]:
        """Return the breaks of the lines of a zone."""
        found: list[Break] = []
        skipped = False
        for table, line in lines:
            if not line.cells:
                skipped = True
                continue
            if skipped:
                detail = "lighter parcels are not offered"
                self._fault("F443", line.row, "", " - ".join(line.weights), detail)
                return ()
            weights = self._kilograms(table, line)
            amounts = {name: self._amount(line, name) for name in line.cells}
            if None in amounts.values() or not weights:
                continue
            known = {name: value for name, value in amounts.items() if value is not None}
            if "per_kg" in known:
                header = table.columns[line.cells["per_kg"]]
                known["per_kg"] /= UNITS_KG[unit_of(header) or table.unit or "kg"]
            if "first_price" in known:
                found += self._first_and_next(line, weights, known)
            else:
                found += self._one(line, weights, known, found)
                if "next_price" in known and found:
                    step = self._step(table, line)
                    found += self._further(line.row, found[-1], step, known["next_price"])
        return tuple(found)

    def _step(self, table: CardTable, line: PriceLine) -> float:
        """Return the weight in kilograms that a price for further weight is for."""
        header = table.columns[line.cells["next_price"]]
        weight = read_weight(header)
        number = float(weight.numbers[0].replace(",", ".")) if weight and weight.numbers else 1.0
        return number * UNITS_KG[unit_of(header) or table.unit or self.unit or "kg"]

    def _amount(self, line: PriceLine, name: str) -> float | None:
        """Return an amount of a line; None, with a fault, where it is none."""
        column = line.cells[name]
        value = self.numbers.values.get((line.row, letter(column)))
        if value is None:
            return None  # the column has a fault of its own
        if np.isnan(value) or value < 0 or (value == 0 and name != "per_parcel"):
            text = str(self.grid.cells[line.row, column])
            detail = "an empty cell" if np.isnan(value) else ""
            self._fault("F444", line.row, letter(column), text, detail)
            return None
        return value

    def _kilograms(
        self, table: CardTable, line: PriceLine
    ) -> list[tuple[Weight, tuple[float, ...]]]:
        """Return the weights of a line with their numbers in kilograms."""
        result = []
        for (row, column), weight in _weights(table, line):
            unit = weight.unit or table.unit or self.unit
            if not unit:
                text = weight.numbers[0] if weight.numbers else ""
                self._fault("F446", row, column, text, '[values] weight_unit = "kg"')
                return []
            values = [
                self.numbers.values.get((row, _end(column, end)), np.nan)
                for end in range(len(weight.numbers))
            ]
            if np.isnan(values).any():
                return []  # the column has a fault of its own
            numbers = tuple(values) or ((ONE_STEP,) if weight.kind == FURTHER else ())
            result.append((weight, tuple(value * UNITS_KG[unit] for value in numbers)))
        if not result:
            detail = "the weight of the first price is not written in the header"
            self._fault("F443", table.header, letter(min(table.columns)), "", detail)
        return result

    def _first_and_next(
        self,
        line: PriceLine,
        weights: list[tuple[Weight, tuple[float, ...]]],
        amounts: Mapping[str, float],
    ) -> list[Break]:
        """Return the breaks of a price for the first weight, and for every further step."""
        first = weights[0][1][-1]
        breaks = [Break(line.row, 0.0, first, amounts["first_price"])]
        if "next_price" in amounts:
            step = weights[1][1][0] if len(weights) > 1 else first
            breaks += self._further(line.row, breaks[0], step, amounts["next_price"])
        return breaks

    def _further(self, row: int, last: Break, step: float, price: float) -> list[Break]:
        """Return what every further step of weight above the last break costs."""
        high = self.max_kg or np.inf
        return [Break(row, last.high, high, last.base, price / step, last.high, step)]

    def _one(
        self,
        line: PriceLine,
        weights: list[tuple[Weight, tuple[float, ...]]],
        amounts: Mapping[str, float],
        before: list[Break],
    ) -> list[Break]:
        """Return the break of a line that follows those before it."""
        weight, kg = weights[0]
        if len(weights) == 2:  # in two columns
            weight, kg = (
                Weight(RANGE, weight.numbers + weights[1][0].numbers, ""),
                (
                    kg[0],
                    weights[1][1][0],
                ),
            )
        reached = before[-1].high if before else 0.0
        if weight.kind == FURTHER:
            if not before or np.isinf(reached):
                self._fault("F443", line.row, "", weight.kind, "no break to go on from")
                return []
            return self._further(line.row, before[-1], kg[0], amounts["price"])
        low = reached if weight.kind == UP_TO else kg[0]
        high = np.inf if weight.kind == OVER else kg[-1]
        if np.isinf(high) and self.max_kg:
            high = self.max_kg
        # a card that begins at 1 kg says nothing of lighter parcels
        whole = not before and not re.search(r"[.,]", weight.numbers[0])
        gap = FINEST if whole else _resolution(weight, kg)
        if low < reached - FINEST or low > reached + gap or high <= reached:
            detail = f"the break before it ends at {reached:g} kg"
            self._fault("F443", line.row, "", " - ".join(weight.numbers), detail)
            return []
        base = amounts.get("price", amounts.get("per_parcel", 0.0))
        return [Break(line.row, reached, high, base, amounts.get("per_kg", 0.0))]

    def _fault(self, code: str, row: int, column: str, value: str, detail: str) -> None:
        self.faults.append(Fault(code, self.grid.place, row + 1, column, value, detail))


def _resolution(weight: Weight, kg: tuple[float, ...]) -> float:
    """Return the largest gap that only comes of writing: 1.01 kg after 1 kg, 6 kg after 5 kg."""
    first = weight.numbers[0]
    match = re.search(r"[.,](\d+)$", first)
    value = float(first.replace(",", ".")) if re.fullmatch(r"\d+([.,]\d+)?", first) else 0.0
    unit = kg[0] / value if value else 0.0
    return unit * 10.0 ** -(len(match[1]) if match else 0) + FINEST


def common_step(breaks: Sequence[Break]) -> float | None:
    """Return the step to which all weights of a service are rounded up.

    Parameters
    ----------
    breaks : sequence of Break

    Returns
    -------
    float or None
        kg; None where the breaks ask for different ones.
    """
    steps = {one.step for one in breaks} - {0.0}
    if not steps:
        return 0.0
    step = steps.pop()
    ends = [one.high for one in breaks if np.isfinite(one.high) and not one.step]
    whole = all(abs(end / step - round(end / step)) < 1e-6 for end in ends)
    return step if whole and not steps else None


def listed_steps(breaks: Sequence[Break]) -> tuple[Break, ...]:
    """Return breaks whose prices by further weight are written out step by step.

    Parameters
    ----------
    breaks : sequence of Break
        Without open ends.

    Returns
    -------
    tuple of Break
    """
    listed = []
    for one in breaks:
        if not one.step:
            listed.append(one)
            continue
        number = int(np.ceil((one.high - one.low) / one.step - FINEST))
        for at in range(number):
            low = one.low + at * one.step
            high = min(low + one.step, one.high)
            price = one.base + (at + 1) * one.rate * one.step
            listed.append(Break(one.row, low, high, price))
    return tuple(listed)
