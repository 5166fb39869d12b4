"""What of the inputs and options differs between two runs, cell by cell."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from fulfill.inputs.columns import ROW, Table
from fulfill.inputs.demand import Demand
from fulfill.inputs.network import Network
from fulfill.inputs.schema import DEMAND_TABLES, NETWORK_TABLES
from fulfill.study.question_outputs import INPUTS_CHANGED
from fulfill.study.run import Run
from fulfill.study.run_folder import recorded_options

OPTIONS = "options"
"""Stands in place of a file for what the command line says."""
SIDES = {"network": NETWORK_TABLES, "demand": DEMAND_TABLES}
LISTS = {"overrides": "--set"}
"""Options whose entries are compared one by one, and what they are called."""


def input_changes(before: Run, after: Run) -> pd.DataFrame:
    """Return the inputs and options that differ.

    Parameters
    ----------
    before, after : Run

    Returns
    -------
    DataFrame
        Columns of `question_outputs.INPUTS_CHANGED`, all texts: a cell, a row that only one run has
        (no column, `before` or `after` empty), a setting, or a file as a whole.
    """
    rows = list(_options(recorded_options(before.study), recorded_options(after.study)))
    for side, tables in SIDES.items():
        old, new = (getattr(run.study.provenance, side) for run in (before, after))
        rows += _side(side, old, new, tables)
    return pd.DataFrame(rows, columns=list(INPUTS_CHANGED.keys), dtype="str")


def _options(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name in dict.fromkeys((*old, *new)):
        if name in LISTS:
            was, is_ = old.get(name, []), new.get(name, [])
            yield from ((OPTIONS, LISTS[name], "", one, "") for one in was if one not in is_)
            yield from ((OPTIONS, LISTS[name], "", "", one) for one in is_ if one not in was)
        elif old.get(name) != new.get(name):
            yield OPTIONS, name, "", _text(old.get(name)), _text(new.get(name))


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


def _side(
    side: str, old: Network | Demand, new: Network | Demand, tables: Iterable[Table]
) -> Iterator[tuple[str, ...]]:
    """Yield what differs in the files of a network or a demand."""
    tabular = set()
    for table in tables:
        tabular.add(f"{table.name}.csv")
        was, is_ = (one.written[table.name] for one in (old, new))
        yield from _table(f"{side}/{table.name}.csv", was, is_, table)
    for name in sorted({*old.folder.hashes, *new.folder.hashes} - tabular):
        hashes = [one.folder.hashes.get(name, "") for one in (old, new)]
        if hashes[0] == hashes[1]:
            continue
        if name.endswith(".toml"):
            yield from _settings(f"{side}/{name}", old, new, name)
        else:
            yield f"{side}/{name}", "", "", hashes[0], hashes[1]


def _settings(
    file: str, old: Network | Demand, new: Network | Demand, name: str
) -> Iterator[tuple[str, ...]]:
    was, is_ = (tomllib.loads(one.folder.files.get(name, b"").decode()) for one in (old, new))
    for key in dict.fromkeys((*was, *is_)):
        if was.get(key) != is_.get(key):
            yield file, key, "", _text(was.get(key)), _text(is_.get(key))


def _table(
    file: str, old: pd.DataFrame, new: pd.DataFrame, table: Table
) -> Iterator[tuple[str, ...]]:
    """Yield the cells that differ, and the rows that only one table has."""
    key = [name for name in table.key if name in old and name in new]
    was, is_ = (one.drop(columns=ROW, errors="ignore") for one in (old, new))
    if not key or was.duplicated(key).any() or is_.duplicated(key).any():
        key = [name for name in was.columns if name in is_]  # rows as wholes
    here, there = (_keys(one, key) for one in (was, is_))
    place = there.get_indexer(here)
    yield from ((file, name, "", _row(was, at), "") for at, name in _rows(here, place < 0))
    fresh = here.get_indexer(there) < 0
    yield from ((file, name, "", "", _row(is_, at)) for at, name in _rows(there, fresh))
    both = np.flatnonzero(place >= 0)
    for column in was.columns:
        if column in key or column not in is_:
            continue
        left = was[column].astype("str").fillna("").to_numpy(object)[both]
        right = is_[column].astype("str").fillna("").to_numpy(object)[place[both]]
        for at in np.flatnonzero(left != right).tolist():
            yield file, str(here[both[at]]), column, str(left[at]), str(right[at])


def _keys(table: pd.DataFrame, key: list[str]) -> pd.Index:
    texts = table[key].astype("str").fillna("")
    joined = texts[key[0]]
    for name in key[1:]:
        joined = joined + "," + texts[name]
    again = joined.groupby(joined).cumcount()
    # rows that are alike in every column are told apart by their number
    told = joined.where(again == 0, joined + " #" + (again + 1).astype("str"))
    return cast("pd.Index", pd.Index(told.to_numpy(object), dtype=object))


def _rows(names: pd.Index, chosen: np.ndarray) -> Iterator[tuple[int, str]]:
    yield from ((at, str(names[at])) for at in np.flatnonzero(chosen).tolist())


def _row(table: pd.DataFrame, at: int) -> str:
    """Return a row as one text: what is not empty, column by column."""
    cells = table.iloc[at].astype("str").fillna("")
    return ", ".join(f"{name}={cell}" for name, cell in cells.items() if cell)
