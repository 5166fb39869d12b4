"""Axes of a sweep: figures of the tables, and the values that they take.

A figure is named as in an override, ``network/tariffs[MC-4].rate``; the side may be left out where
only one has the table. A cell of the key that is ``*`` stands for every row. The operator says what
a value does to each cell: ``=`` replaces it, ``*=`` multiplies it, ``+=`` is added to it.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from fulfill.inputs.columns import Table
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.overrides import TABLES, Override, as_text, columns_named, equal_cells
from fulfill.inputs.spelling import suggest
from fulfill.study.study import Study

OPTION = "--vary"
FIGURE = re.compile(r"(?:(network|demand)/)?(\w+)\[([^\]]*)\](?:\.(\w+))?\s*([*+]?)")
RANGE = re.compile(r"([^.:,]\S*?|\.\S+?)\.\.([^:,]+?)(?::(\d+))?")
ANY = "*"
SET, TIMES, PLUS = "=", "*=", "+="
NEUTRAL = {TIMES: 1.0, PLUS: 0.0}
"""What an operator leaves a figure as it is with."""
DIGITS = "{:.12g}"
MOST_VALUES = 1_000


@dataclass(frozen=True)
class Figure:
    """A figure of the tables that varies: one cell, or a column of several rows.

    Attributes
    ----------
    name : str
        As in an override, followed by ``*`` or ``+`` where values are multiples or increases.
    operator : str
        `SET`, `TIMES` or `PLUS`.
    cells : tuple of Override
        The cells with their present values.
    """

    name: str
    operator: str
    cells: tuple[Override, ...]

    @property
    def present(self) -> str:
        """Value at which the figure is as it is; empty where its cells differ."""
        if self.operator in NEUTRAL:
            return DIGITS.format(NEUTRAL[self.operator])
        found = {cell.value for cell in self.cells}
        return found.pop() if len(found) == 1 else ""

    def at(self, value: str) -> tuple[Override, ...]:
        """Return the overrides that a value makes.

        Parameters
        ----------
        value : str
            As written; a number where the operator is not `SET`.

        Returns
        -------
        tuple of Override
            One for each cell; none where the figure stays as it is.
        """
        if value == self.present:
            return ()
        if self.operator == SET:
            return tuple(replace(cell, value=value) for cell in self.cells)
        amount = float(value)
        numbers = (float(cell.value) for cell in self.cells)
        changed = (one * amount if self.operator == TIMES else one + amount for one in numbers)
        return tuple(
            replace(cell, value=f"{new:.15g}")
            for cell, new in zip(self.cells, changed, strict=True)
        )


@dataclass(frozen=True)
class Axis:
    """A figure with the values that it takes in a grid or a sample.

    Attributes
    ----------
    figure : Figure
    values : tuple of str
        In the order given; empty for a range without a number of values.
    ends : (float, float) or None
        Ends of a range; None for listed values.
    """

    figure: Figure
    values: tuple[str, ...]
    ends: tuple[float, float] | None = None

    @property
    def extremes(self) -> tuple[str, ...]:
        """The lowest and the highest value; all values where they are not numbers."""
        if self.ends is not None:
            return tuple(map(DIGITS.format, self.ends))
        if any(as_number(value) is None for value in self.values):
            return self.values
        ranked = sorted(self.values, key=float)
        return (ranked[0], ranked[-1]) if len(ranked) > 1 else (ranked[0],)

    def sampled(self, share: float) -> str:
        """Return the value at a share of the way from the first to the last, 0 <= share < 1."""
        if self.ends is None:
            return self.values[int(share * len(self.values))]
        low, high = self.ends
        return DIGITS.format(low + share * (high - low))


def as_number(text: str) -> float | None:
    """Return a text as a finite number, None where it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def parse_axes(texts: Iterable[str], study: Study) -> tuple[Axis, ...]:
    """Parse the texts of ``--vary``.

    Parameters
    ----------
    texts : iterable of str
        ``FIGURE=VALUES``, where values are listed with commas or ``LOW..HIGH:NUMBER``.
    study : Study
        Its tables have the figures.

    Returns
    -------
    tuple of Axis

    Raises
    ------
    InputError
        F515 and F516, with every fault.
    """
    axes, faults = [], []
    for text in texts:
        name, equals, values = _split(text)
        if not equals:
            faults.append(Fault("F515", OPTION, value=text))
            continue
        try:
            figure = find_figure(name, study, OPTION)
            axes.append(_axis(figure, values, text))
        except InputError as error:
            faults += error.faults
    names = [axis.figure.name for axis in axes]
    faults += [
        Fault("F515", OPTION, value=name, detail="it is varied twice")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if faults:
        raise InputError(faults)
    return tuple(axes)


def _split(text: str) -> tuple[str, str, str]:
    """Split at the first equals sign after the key."""
    end = text.find("]") + 1
    name, equals, values = text[end:].partition("=")
    return text[:end] + name, equals, values


def _axis(figure: Figure, values: str, text: str) -> Axis:
    """Return an axis from the text of its values."""
    found = RANGE.fullmatch(values.strip())
    if found is not None:
        low, high = as_number(found[1]), as_number(found[2])
        number = int(found[3]) if found[3] else 0
        if low is None or high is None or low >= high or number == 1 or number > MOST_VALUES:
            raise InputError([Fault("F516", OPTION, value=text, detail="LOW < HIGH, NUMBER > 1")])
        steps = tuple(DIGITS.format(one) for one in np.linspace(low, high, number))
        return Axis(figure, steps, (low, high))
    listed = tuple(one.strip() for one in values.split(","))
    numeric = figure.operator != SET
    wrong = [one for one in listed if not one or (numeric and as_number(one) is None)]
    if wrong or len(set(listed)) < len(listed):
        detail = f"no value: {wrong[0]!r}" if wrong else "a value occurs twice"
        raise InputError([Fault("F516", OPTION, value=text, detail=detail)])
    return Axis(figure, listed)


def find_figure(name: str, study: Study, place: str) -> Figure:
    """Return the figure of a name.

    Parameters
    ----------
    name : str
        ``[SIDE/]TABLE[KEY,...].COLUMN``, with ``*`` or ``+`` behind for multiples or increases.
    study : Study
        Its tables have the figure.
    place : str
        Option or file that names it, for messages.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        F515 for another form, and for a table, key or column that does not exist or that has no
        number where one is needed.
    """
    found = FIGURE.fullmatch(name.strip())
    if found is None:
        raise InputError([Fault("F515", place, value=name)])
    asked, table_name, key, column, sign = found.groups()
    column = column or "value"
    sides = {"network": study.problem.network.written, "demand": study.problem.demand.written}
    cells = tuple(cell.strip() for cell in next(csv.reader([key]), []))
    faults: list[str] = []
    for side in (asked,) if asked else sides:
        named = columns_named(side, table_name, column)
        if len(named) > 1:
            faults.append(f"{column!r} of {table_name}.csv may be {' or '.join(named)}")
            continue
        result = _cells(sides[side], side, Override(side, table_name, cells, named[0], ""))
        if isinstance(result, tuple):
            return _checked(Figure(_named(result[0], cells, sign), sign + "=", result), place)
        faults.append(result)
    # the longest says most: a table that only the other side has is just unknown here
    raise InputError([Fault("F515", place, value=name, detail=max(faults, key=len))])


def _named(cell: Override, key: tuple[str, ...], sign: str) -> str:
    """Return the name of a figure as it is shown and as a list may head a column."""
    return str(replace(cell, key=key, value="")).removesuffix("=") + sign


def _cells(
    tables: Mapping[str, pd.DataFrame], side: str, wanted: Override
) -> tuple[Override, ...] | str:
    """Return the cells that a name means with their values, or what is wrong with it."""
    table = next((one for one in TABLES[side] if one.name == wanted.table), None)
    frame = tables.get(wanted.table)
    if table is None or frame is None:
        return f"no table {wanted.table!r}"
    columns = [one.name for one in table.columns if not one.key]
    if wanted.column not in columns:
        similar = suggest(wanted.column, columns)
        return f"{table.name}.csv has no column {wanted.column!r}; {similar}"
    if len(wanted.key) != len(table.key):
        return f"the key of {table.name}.csv is {', '.join(table.key)}; * stands for every row"
    rows = _rows(frame, table, wanted.key)
    if not len(rows):
        known = frame[list(table.key)].astype(str).agg(",".join, axis=1)
        return f"{table.name}.csv has no such row; {suggest(','.join(wanted.key), known)}"
    keys = frame[list(table.key)].astype(str).iloc[rows]
    values = frame[wanted.column].iloc[rows]
    return tuple(
        replace(wanted, key=tuple(own), value=_text(value))
        for own, value in zip(keys.itertuples(index=False, name=None), values, strict=True)
    )


def _rows(frame: pd.DataFrame, table: Table, key: tuple[str, ...]) -> np.ndarray:
    """Return the positions of the rows with a key whose cells may be `ANY`."""
    rows = np.ones(len(frame), bool)
    for column, cell in zip(table.key, key, strict=True):
        if cell != ANY:
            rows &= equal_cells(frame[column], cell)
    return np.flatnonzero(rows)


def _text(value: object) -> str:
    """Return a cell as text, a whole number without decimals; empty where it is missing."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, bool | np.bool_):
        return as_text(bool(value))
    return f"{value:.15g}" if isinstance(value, float | np.floating) else str(value)


def _checked(figure: Figure, place: str) -> Figure:
    """Refuse multiples and increases of cells that have no number."""
    lacking = [cell for cell in figure.cells if as_number(cell.value) is None]
    if figure.operator != SET and lacking:
        named = str(lacking[0])
        detail = f"{named} is no number that could be multiplied or increased"
        raise InputError([Fault("F515", place, value=figure.name, detail=detail)])
    return figure
