"""How a table is declared: columns, tables and single figures. What the tables are stands in `schema.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "number", "integer", "date", "flag"]


class _Required:
    """Marks a column without default: the cell must be filled."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()


@dataclass(frozen=True)
class Column:
    """One column of an input table.

    `default` is what an absent column or an empty cell means; `None` means unknown (NaN or empty
    text). `refers` is the table whose first key column holds the allowed values.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    key: bool = False
    default: object = REQUIRED
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    refers: str = ""


@dataclass(frozen=True)
class Table:
    """One input table: a CSV file of the same name."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    required: bool = True

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that identify a row."""
        return tuple(column.name for column in self.columns if column.key)


@dataclass(frozen=True)
class Parameter:
    """One row that `parameters.csv` of a network or a demand must have."""

    name: str
    unit: str
    low: float
    high: float
    meaning: str


def identifier(
    name: str, meaning: str, *, key: bool = False, refers: str = "", default: object = REQUIRED
) -> Column:
    """Return a column of names that other tables use."""
    return Column(name, "id", meaning, key=key, refers=refers, default=default)


def text(
    name: str,
    meaning: str,
    default: object = "",
    choices: tuple[str, ...] = (),
    *,
    key: bool = False,
) -> Column:
    """Return a column of text."""
    return Column(name, "text", meaning, default=default, choices=choices, key=key)


def number(
    name: str,
    unit: str,
    meaning: str,
    low: float | None = 0.0,
    high: float | None = None,
    default: object = REQUIRED,
) -> Column:
    """Return a column of plain numbers."""
    return Column(name, "number", meaning, unit, default=default, low=low, high=high)


def day(name: str, meaning: str, default: object = REQUIRED) -> Column:
    """Return a column of dates."""
    return Column(name, "date", meaning, "YYYY-MM-DD", default=default)
