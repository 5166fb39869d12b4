"""How tables are declared: columns, tables and parameters; the declarations are in `schema`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "number", "integer", "clock", "date", "flag"]


class _Required:
    """Type of the marker of columns without a default: their cells must be filled."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()
USD = "USD"
"""Currency of the model, by its code of ISO 4217."""
ROW = "_row"
"""Name of the helper column of a table that holds the row of the file, for messages."""


@dataclass(frozen=True)
class Column:
    """One column of an input table.

    Attributes
    ----------
    name : str
    kind : Kind
    meaning : str
        One phrase for the data dictionary.
    unit : str
        Unit, ``-`` for a ratio; empty where there is none.
    key : bool
        Whether the column is part of the key of the table.
    default : object
        What an absent column or an empty cell means; None means unknown (NaN or empty text).
    low, high : float or None
        Bounds of a number, included; None where there is none.
    wall : bool
        Whether a number above `high` is refused. Otherwise `high` ends the usual range: a larger
        number is taken, with a warning. Amounts of money have no wall; their `high` is in USD.
    choices : tuple of str
        Allowed texts; empty for any.
    refers : str
        Name of the table whose first column lists the allowed values; empty for any.
    word : str
        A word that may stand in place of a number, which other tables then give; empty for none.
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
    word: str = ""
    wall: bool = True

    @property
    def is_money(self) -> bool:
        """Whether the numbers are amounts of money, in USD or the currency of their row."""
        return self.unit.startswith(USD)


@dataclass(frozen=True)
class Table:
    """One input table: a CSV file of the same name.

    Attributes
    ----------
    name, meaning : str
    columns : tuple of Column
    required : bool
        Whether the file must be there; an absent optional table has no rows.
    absent : str
        What is not part of a case whose folder lacks the table, for the messages that say so; empty
        where nothing is left out.
    open_rows : bool
        Whether an override may name a row that is not there, which is then added.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    required: bool = True
    absent: str = ""
    open_rows: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that identify a row."""
        return tuple(column.name for column in self.columns if column.key)


@dataclass(frozen=True)
class Parameter:
    """One row that `parameters.csv` of a network or a demand must have.

    Attributes
    ----------
    name, unit : str
    low, high : float
        Bounds of the value, included.
    meaning : str
        One phrase for the data dictionary.
    required : bool
        Whether the row must be there.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    required: bool = True

    @property
    def wall(self) -> bool:
        """Whether a value above `high` is refused; an amount of money is only warned of."""
        return not self.unit.startswith(USD)


def identifier(
    name: str, meaning: str, *, key: bool = False, refers: str = "", default: object = REQUIRED
) -> Column:
    """Return a column of identifiers, by which tables join."""
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
    *,
    word: str = "",
    wall: bool = True,
) -> Column:
    """Return a column of plain numbers; amounts of money have no wall."""
    return Column(
        name,
        "number",
        meaning,
        unit,
        default=default,
        low=low,
        high=high,
        word=word,
        wall=wall and not unit.startswith(USD),
    )


def clock(name: str, meaning: str, default: object = REQUIRED, *, key: bool = False) -> Column:
    """Return a column of times of day, hours from 0 to 24 or hh:mm."""
    return Column(name, "clock", meaning, "h", key=key, default=default, low=0.0, high=24.0)


def day(name: str, meaning: str, default: object = REQUIRED) -> Column:
    """Return a column of dates."""
    return Column(name, "date", meaning, "YYYY-MM-DD", default=default)
