"""A table, map layer or JSON object that is written: its figures, and how they are rounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from fulfill.study.currency import currency, in_currency
from fulfill.study.vocabulary import Figure, figure

SHARE_WITHIN = re.compile("share_within_[0-9]+_days")
"""Column of a service target."""


@dataclass(frozen=True)
class Output:
    """A table, a layer or a JSON object.

    Attributes
    ----------
    name : str
        File, layer or object within a JSON file.
    meaning : str
        What a row is.
    figures : tuple of Figure
        Columns or keys in their order in the file.
    """

    name: str
    meaning: str
    figures: tuple[Figure, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns or keys in order."""
        return tuple(figure.key for figure in self.figures)

    def __getitem__(self, key: str) -> Figure:
        """Return the figure of a column."""
        return next(figure for figure in self.figures if figure.key == key)

    def is_number(self, column: str) -> bool:
        """Return whether a column holds numbers.

        Parameters
        ----------
        column : str
            Name of the column.

        Returns
        -------
        bool
            False for a column that is not declared, unless it is that of a service target.
        """
        if column in self.keys:
            return self[column].is_number
        return SHARE_WITHIN.fullmatch(column) is not None

    def rounded(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table with its numbers rounded as in the CSV file.

        Parameters
        ----------
        table : DataFrame
            With exact values. A column of the user's own, as of a stop list, stays as it is.

        Returns
        -------
        DataFrame
            With the same columns.
        """
        # Adding zero turns the negative zero of a small negative number into zero.
        return table.assign(
            **{
                name: np.round(table[name].to_numpy(float), self.figure(name).decimals) + 0.0
                for name in table.columns
                if self.is_number(name) and (name in self.keys or is_numeric_dtype(table[name]))
            }
        )

    def converted(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the amounts of money in the currency of the context.

        Parameters
        ----------
        values : mapping of str to object
            Values in USD by key, such as a JSON object; other keys are left out.

        Returns
        -------
        dict of str to float or None
            By key, with the code of the currency in place of ``usd``.
        """
        return {
            figure.key.replace("usd", currency().lower()): in_currency(values[figure.key])
            for figure in self.figures
            if figure.is_money and figure.key in values
        }

    def figure(self, column: str) -> Figure:
        """Return the figure of a column, also of one that a service target adds."""
        return self[column] if column in self.keys else figure(column)

    def pick(self, *keys: str) -> tuple[Figure, ...]:
        """Return the figures of some columns, in the requested order."""
        return tuple(self[key] for key in keys)


def output(name: str, meaning: str, keys: str, own: Iterable[Figure] = ()) -> Output:
    """Return an output of shared figures, except for those defined in `own`."""
    special = {item.key: item for item in own}
    return Output(
        name, meaning, tuple(special[k] if k in special else figure(k) for k in keys.split())
    )
