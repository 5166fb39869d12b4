"""Figures of the inputs that move together, with the ends of their ranges."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem
from fulfill.inputs.ranges import stated_ranges

Array = NDArray[np.float64]
APART: dict[str, tuple[str, ...]] = {
    "parameters": ("parameter",),
    "freight": ("mode",),
    "mail_services": ("service_id",),
    "services": ("service_id",),
    "rate_cards": ("card", "service_id"),
    "surcharges": ("card", "surcharge"),
    "tariffs": ("destination", "entry_kind"),
    "mail_capacity": ("country",),
    "sites": ("country",),
    "site_sizes": ("ownership",),
}
"""Columns whose values move apart; the rows of any other table move together."""


@dataclass(frozen=True, eq=False)
class FigureGroup:
    """A column of some rows of a table of the network, which move to an end together.

    Attributes
    ----------
    table, column : str
        What the figures are.
    key : tuple of str
        Values of the columns of `APART`; empty where the whole table moves.
    rows : (n,) array of int
        Positions of the rows in the table.
    low, high : (n,) array
        Ends of the ranges.
    """

    table: str
    column: str
    key: tuple[str, ...]
    rows: NDArray[np.int64]
    low: Array
    high: Array

    @property
    def name(self) -> str:
        """Name as in an override: table, key and column."""
        key = f"[{','.join(self.key)}]" if self.key else ""
        column = "" if (self.table, self.column) == ("parameters", "value") else f".{self.column}"
        return f"{self.table}{key}{column}"

    def at(self, table: pd.DataFrame, end: Array) -> pd.DataFrame:
        """Return a table with the figures of the group at one end of their ranges."""
        values = table[self.column].to_numpy(float, copy=True)
        values[self.rows] = end
        return table.assign(**{self.column: values})


def figure_groups(problem: Problem, tables: tuple[str, ...]) -> list[FigureGroup]:
    """Return the groups of figures that have a range.

    Parameters
    ----------
    problem : Problem
        Its network is read; of the tariffs only the rows in force on its day.
    tables : tuple of str
        Tables to look at.

    Returns
    -------
    list of FigureGroup
        In the order of tables, columns and keys.
    """
    groups = []
    for name in tables:
        table = problem.regime.rows if name == "tariffs" else problem.network[name]
        if "range" not in table or table.empty:
            continue
        ranges = stated_ranges(table)
        ranges = ranges[ranges["low"] < ranges["high"]]
        apart = [column for column in APART.get(name, ()) if column in table]
        keys = table[apart].iloc[ranges["place"]].astype(str).reset_index(drop=True)
        ranges = pd.concat([ranges.reset_index(drop=True), keys.add_prefix("key_")], axis=1)
        by = ["column", *(f"key_{column}" for column in apart)]
        for names, part in ranges.groupby(by, sort=True):
            groups.append(
                FigureGroup(
                    table=name,
                    column=str(names[0]),
                    key=tuple(map(str, names[1:])),
                    rows=part["place"].to_numpy(np.int64),
                    low=part["low"].to_numpy(float),
                    high=part["high"].to_numpy(float),
                )
            )
    return groups


def moved(problem: Problem, group: FigureGroup, values: Array) -> Problem:
    """Return a problem with other values of the figures of a group; nothing is checked again.

    Parameters
    ----------
    problem : Problem
    group : FigureGroup
        Of this problem.
    values : (n,) array

    Returns
    -------
    Problem
    """
    if group.table == "tariffs":
        return problem.priced_variant(rules=group.at(problem.regime.rows, values))
    table = group.at(problem.network[group.table], values)
    return replace(problem, network=problem.network.with_table(group.table, table))
