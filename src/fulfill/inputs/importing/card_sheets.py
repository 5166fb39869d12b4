"""A sheet of a rate card or an offer, with a use for every cell: none is left out unsaid."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.grids import Grid, letter
from fulfill.inputs.importing.weights import unit_of

HEADING, PRICE, ZONE, SURCHARGE, TERM = "heading", "price", "zone", "surcharge", "term"
"""Uses of cells that are read."""
NOT_OFFERED, NOT_A_WEIGHT, UNKNOWN_COLUMN, OUTSIDE, OTHER_COUNTRY, LEFT_OUT = (
    "not_offered", "not_a_weight", "unknown_column", "outside_tables", "other_country",
    "left_out",
)  # fmt: skip
"""Uses of cells that are not read: the reasons."""
_NUMBER = re.compile(r"[^\w]*\d[\d.,]*\s*%?")
"""A cell that is a number and nothing else, such as a price."""


@dataclass(frozen=True)
class CardTable:
    """A table of a rate card.

    Attributes
    ----------
    kind : str
        `PRICE`, `ZONE` or `SURCHARGE`.
    header : int
        Row of the grid with the names of the columns.
    columns : dict of int to str
        Name of each column as written.
    fields : dict of str to int
        Column by field.
    zones : dict of int to str
        Zone of each column of a matrix of prices; state of each column of a matrix of zones.
    rows : tuple of int
        Rows of the body.
    groups : dict of int to str
        Service above each column of a matrix of prices, where there are several.
    """

    kind: str
    header: int
    columns: dict[int, str]
    fields: dict[str, int]
    zones: dict[int, str]
    rows: tuple[int, ...]
    groups: dict[int, str] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        """Unit of weight that the header names, see `weights.unit_of`."""
        names = [self.columns[c] for name, c in self.fields.items() if name.startswith("weight")]
        return next((unit for name in names if (unit := unit_of(name))), "")


@dataclass(eq=False)
class CardSheet:
    """A sheet of a rate card with its tables.

    Attributes
    ----------
    grid : Grid
    tables : list of CardTable
    use : ndarray of str, shape (n_rows, n_columns)
        What each cell is; empty where it is in no table.
    """

    grid: Grid
    tables: list[CardTable] = field(default_factory=list)
    use: NDArray[np.object_] = field(init=False)

    def __post_init__(self) -> None:
        self.use = np.full(self.grid.cells.shape, "", object)

    def mark(self, row: int, column: int, use: str) -> None:
        """Note the use of a cell that is not empty."""
        if self.grid.cells[row, column]:
            self.use[row, column] = use

    def of(self, kind: str) -> list[CardTable]:
        """Return the tables of a kind."""
        return [table for table in self.tables if table.kind == kind]


def cell_counts(sheets: Sequence[CardSheet], read: Sequence[str]) -> dict[str, Any]:
    """Return how many cells the sheets have, and what they are used for.

    Parameters
    ----------
    sheets : sequence of CardSheet
        Every filled cell is marked.
    read : sequence of str
        Uses of cells that are read; the others are reasons why not.

    Returns
    -------
    dict
        cells_in, and by use cells_read and cells_not_read, which add up to it.
    """
    use = Counter(str(one) for sheet in sheets for one in sheet.use[sheet.grid.filled])
    return {
        "cells_in": sum(use.values()),
        "cells_read": {name: use[name] for name in read if use[name]},
        "cells_not_read": {name: n for name, n in use.items() if name not in read},
    }


def cells_not_read(sheets: Sequence[CardSheet], read: Sequence[str]) -> pd.DataFrame:
    """Return the cells that are not read.

    Parameters
    ----------
    sheets : sequence of CardSheet
    read : sequence of str
        See `cell_counts`.

    Returns
    -------
    DataFrame
        file, cell, text, reason.
    """
    rows = []
    for sheet in sheets:
        left = sheet.grid.filled & ~np.isin(sheet.use.astype(str), read)
        for row, column in np.argwhere(left):
            cell = f"{letter(int(column))}{row + 1}"
            text, reason = sheet.grid.cells[row, column], sheet.use[row, column]
            rows.append((sheet.grid.place, cell, text, reason))
    return pd.DataFrame(rows, columns=["file", "cell", "text", "reason"])


def number_warnings(sheets: Sequence[CardSheet]) -> list[Fault]:
    """Warn of numbers that stand outside of the tables, or in columns and rows without a meaning.

    Parameters
    ----------
    sheets : sequence of CardSheet
        Every filled cell is marked.

    Returns
    -------
    list of Fault
        W443 for each sheet that has such numbers.
    """
    warnings = []
    for sheet in sheets:
        left = np.isin(sheet.use.astype(str), [OUTSIDE, UNKNOWN_COLUMN, NOT_A_WEIGHT])
        cells = [
            f"{letter(int(column))}{row + 1}"
            for row, column in np.argwhere(left & sheet.grid.filled)
            if _NUMBER.fullmatch(sheet.grid.cells[row, column])
        ]
        if cells:
            detail = f"{len(cells)} cells: {', '.join(cells[:5])}"
            warnings.append(Fault("W443", sheet.grid.place, value=cells[0], detail=detail))
    return warnings
