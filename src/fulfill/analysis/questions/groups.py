"""Groups of uncertain figures that move together: those of the tables, or as edited in a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.analysis.exposure.exposures import PRICED_TABLES
from fulfill.analysis.exposure.figure_groups import FigureGroup, figure_groups, moved
from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.present import read_present
from fulfill.inputs.problem import Problem
from fulfill.inputs.schema import NETWORK_TABLES
from fulfill.inputs.schema.figure_groups import FIGURE_GROUPS
from fulfill.inputs.spelling import near, nearest

Array = NDArray[np.float64]
LIMITING_TABLES = ("origins", "carriers", "mail_capacity")
"""Tables whose figures limit a plan, besides those that price it."""
ASKED_TABLES = (*PRICED_TABLES, *LIMITING_TABLES)
KEYS = {table.name: table.key for table in NETWORK_TABLES}


@dataclass(frozen=True, eq=False)
class Group:
    """Figures that move together.

    Attributes
    ----------
    name : str
    parts : tuple of FigureGroup
        One for each column of a table.
    """

    name: str
    parts: tuple[FigureGroup, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(dict.fromkeys(part.table for part in self.parts))

    @property
    def rows(self) -> int:
        """Number of figures."""
        return sum(len(part.rows) for part in self.parts)

    def at(self, problem: Problem, place: float) -> Problem:
        """Return a problem with the figures at a place of their ranges.

        Parameters
        ----------
        problem : Problem
        place : float
            0 the low end, 1 the high end; in between the quantile of the triangular distribution
            with its mode at the present figure.
        """
        for part in self.parts:
            now = table_of(problem, part.table)[part.column].to_numpy(float)[part.rows]
            problem = moved(problem, part, triangular(part.low, now, part.high, place))
        return problem


def triangular(low: Array, mode: Array, high: Array, share: float) -> Array:
    """Return a quantile of triangular distributions.

    Parameters
    ----------
    low, mode, high : (n,)
        A mode outside of the range is moved to its nearer end.
    share : float
        From 0 to 1.

    Returns
    -------
    ndarray, shape (n,)
    """
    width, below = high - low, np.clip(mode, low, high) - low
    first = low + np.sqrt(share * width * below)
    second = high - np.sqrt((1.0 - share) * width * (width - below))
    return np.asarray(np.where(share * width <= below, first, second))


def table_of(problem: Problem, name: str) -> pd.DataFrame:
    """Return a table of the network; of the tariffs the rows in force."""
    return problem.regime.rows if name == "tariffs" else problem.network[name]


def groups_of(problem: Problem) -> list[Group]:
    """Return the groups of all figures that have a range.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    list of Group
        Figures of one column of one table, apart by the columns of `figure_groups.APART`.
    """
    return [Group(one.name, (one,)) for one in figure_groups(problem, ASKED_TABLES)]


def group_table(problem: Problem, groups: Sequence[Group]) -> pd.DataFrame:
    """Return groups as a table that `read_groups` reads.

    Parameters
    ----------
    problem : Problem
    groups : sequence of Group

    Returns
    -------
    DataFrame
        Columns of `schema.figure_groups.FIGURE_GROUPS`.
    """
    pieces = []
    for group in groups:
        for part in group.parts:
            table = table_of(problem, part.table)
            pieces.append(
                pd.DataFrame(
                    {
                        "group": group.name,
                        "file": part.table,
                        "key": np.array(row_keys(table, part.table), object)[part.rows],
                        "column": part.column,
                        "low": part.low,
                        "high": part.high,
                        "source": table["source"].to_numpy(object)[part.rows],
                    }
                )
            )
    columns = [column.name for column in FIGURE_GROUPS.columns]
    return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=columns)


def row_keys(table: pd.DataFrame, name: str) -> list[str]:
    """Return the keys of the rows of a table, each as a line of CSV."""
    cells = [[_plain(value) for value in table[column]] for column in KEYS[name]]
    return [_line(row) for row in zip(*cells, strict=True)]


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _line(cells: Sequence[str]) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(cells)
    return row.getvalue()


def read_groups(path: Path, problem: Problem) -> list[Group]:
    """Read groups as they were edited.

    Parameters
    ----------
    path : Path
        In the form of `schema.figure_groups.FIGURE_GROUPS`.
    problem : Problem
        Its tables have the figures.

    Returns
    -------
    list of Group
        In the order of the file.

    Raises
    ------
    InputError
        With every fault: F503 where a row names no figure, F504 where its ends are no range.
    """
    frame, faults = read_present(path, FIGURE_GROUPS)
    places = np.full(len(frame), -1)
    keys: dict[str, dict[str, int]] = {}
    for number, row in enumerate(frame.to_dict("records")):
        line, name = int(row[ROW]), str(row["file"])
        if name not in ASKED_TABLES:
            detail = f"one of {', '.join(ASKED_TABLES)}"
            faults.append(Fault("F503", path.name, line, "file", name, detail))
            continue
        table = table_of(problem, name)
        known = keys.setdefault(
            name, {key: place for place, key in enumerate(row_keys(table, name))}
        )
        places[number] = known.get(row["key"], -1)
        if places[number] < 0:
            detail = f"no such row{near(nearest(row['key'], known))}"
            faults.append(Fault("F503", path.name, line, "key", row["key"], detail))
        column = str(row["column"])
        if column not in table or table[column].dtype.kind != "f":
            detail = f"no column of numbers of {name}.csv"
            faults.append(Fault("F503", path.name, line, "column", column, detail))
        if not row["low"] < row["high"]:
            value = f"{row['low']:g}..{row['high']:g}"
            faults.append(Fault("F504", path.name, line, "low", value))
    if faults:
        raise InputError(faults)
    return _joined(frame, places)


def _joined(frame: pd.DataFrame, places: NDArray[np.int64]) -> list[Group]:
    """Return the groups of checked rows; `places` are the positions of their figures."""
    return [
        Group(
            str(name),
            tuple(
                FigureGroup(
                    table=str(file),
                    column=str(column),
                    key=(),
                    rows=places[part.index],
                    low=part["low"].to_numpy(float),
                    high=part["high"].to_numpy(float),
                )
                for (file, column), part in rows.groupby(["file", "column"], sort=False)
            ),
        )
        for name, rows in frame.groupby("group", sort=False)
    ]
