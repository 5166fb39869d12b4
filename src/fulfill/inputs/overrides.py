"""Changing cells of the tables for one question: sweeps, scenarios and explanations all do it this way.

An override names a cell by its table, the key of its row and its column, and gives another value:
``network/freight[sea,CN,MX].usd_m3=120`` or, for a single figure,
``network/parameters[cancel_lambda]=0.05``. The changed tables pass the checks of files that are read.
The range of an assumption is not asked: an override is the user's own word.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fulfill.inputs.cells import convert_cells
from fulfill.inputs.columns import Column, Table
from fulfill.inputs.demand import Demand
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.network import Network
from fulfill.inputs.schema import (
    DEMAND_PARAMETERS,
    DEMAND_TABLES,
    NETWORK_PARAMETERS,
    NETWORK_TABLES,
)
from fulfill.inputs.tables import checked_rows, parameter_faults, reference_faults

OPTION = "--set"
FORM = re.compile(r"(network|demand)/(\w+)\[([^\]]*)\](?:\.(\w+))?=(.*)", re.DOTALL)
TABLES = {"network": NETWORK_TABLES, "demand": DEMAND_TABLES}
PARAMETERS = {"network": NETWORK_PARAMETERS, "demand": DEMAND_PARAMETERS}
Value = str | float | int | bool


@dataclass(frozen=True)
class Override:
    """Another value for one cell.

    Attributes
    ----------
    side : ``network`` or ``demand``
    table : name of the table, without ``.csv``
    key : values of the table's key columns, in the order of the data dictionary
    column : name of the column
    value : the new value, as it would stand in the file
    """

    side: str
    table: str
    key: tuple[str, ...]
    column: str
    value: str

    def __str__(self) -> str:
        row = io.StringIO()
        csv.writer(row, lineterminator="").writerow(self.key)
        column = "" if (self.table, self.column) == ("parameters", "value") else f".{self.column}"
        return f"{self.side}/{self.table}[{row.getvalue()}]{column}={self.value}"


def parameter(name: str, value: Value, side: str = "network") -> Override:
    """Return the override of a single figure of parameters.csv."""
    return Override(side, "parameters", (name,), "value", as_text(value))


def as_text(value: Value) -> str:
    """Return a value as a cell of a file holds it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else str(value)


def parse_override(text: str) -> Override:
    """Read ``side/table[key,...].column=value``; the column may be left out for parameters.

    Raises
    ------
    InputError
        F309 where the text has another form.
    """
    match = FORM.fullmatch(text.strip())
    if match is None or (match[4] is None and match[2] != "parameters"):
        detail = "write network/parameters[NAME]=VALUE or network/TABLE[KEY,KEY].COLUMN=VALUE"
        raise InputError([Fault("F309", OPTION, value=text, detail=detail)])
    side, table, key, column, value = match.groups()
    cells = tuple(cell.strip() for cell in next(csv.reader([key]), []))
    return Override(side, table, cells, column or "value", value.strip())


def override_tables(
    network: Network, demand: Demand, overrides: Iterable[Override]
) -> tuple[Network, Demand]:
    """Return a network and a demand with other values in the cells that are named.

    Raises
    ------
    InputError
        F308 for a table, row or column that does not exist, and what is wrong with the new values:
        every fault.
    """
    sides: dict[str, Network | Demand] = {"network": network, "demand": demand}
    faults: list[Fault] = []
    changed: dict[tuple[str, str], pd.DataFrame] = {}
    for override in overrides:
        frame = changed.get((override.side, override.table))
        if frame is None:
            frame = sides[override.side].tables.get(override.table)
        found = _changed(frame, override)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            changed[override.side, override.table] = found
    if faults:
        raise InputError(faults)
    for (side, name), frame in changed.items():
        checked, wrong = _checked(frame, side, f"{sides[side].folder.name}/{name}.csv", name)
        sides[side] = sides[side].with_table(name, checked)
        faults += wrong
    for side in {side for side, _ in changed}:
        faults += reference_faults(sides[side].folder, TABLES[side], sides[side].tables)
    if faults:
        raise InputError(faults)
    held, wanted = sides["network"], sides["demand"]
    assert isinstance(held, Network)
    assert isinstance(wanted, Demand)
    return held, wanted


def _declared(override: Override) -> Table | None:
    return next((one for one in TABLES[override.side] if one.name == override.table), None)


def _changed(frame: pd.DataFrame | None, override: Override) -> pd.DataFrame | Fault:
    """Return the frame with the cell changed, or what is wrong with the override."""
    table = _declared(override)
    if table is None or frame is None:
        names = [one.name for one in TABLES[override.side]]
        return _unknown(override, f"no table {override.table!r}", override.table, names)
    column = next((one for one in table.columns if one.name == override.column), None)
    if column is None or column.key:
        names = [one.name for one in table.columns if not one.key]
        return _unknown(override, f"no column {override.column!r}", override.column, names)
    if len(override.key) != len(table.key):
        return _unknown(override, f"the key of {table.name}.csv is {', '.join(table.key)}")
    rows = np.ones(len(frame), bool)
    for name, cell in zip(table.key, override.key, strict=True):
        rows &= _equal(frame[name], cell)
    if rows.sum() != 1:
        known = frame[list(table.key)].astype(str).agg(",".join, axis=1).tolist()
        return _unknown(override, "no such row", ",".join(override.key), known)
    return _with_cell(frame, int(np.flatnonzero(rows)[0]), column, override)


def _equal(cells: pd.Series, text: str) -> np.ndarray:
    """Tell which cells of a key column stand for a text; a number key may be written 100 or 100.0."""
    if pd.api.types.is_numeric_dtype(cells):
        try:
            return np.asarray(cells.to_numpy(float) == float(text))
        except ValueError:
            return np.zeros(len(cells), bool)
    return np.asarray(cells.astype(str) == text)


def _with_cell(
    frame: pd.DataFrame, row: int, column: Column, override: Override
) -> pd.DataFrame | Fault:
    values, found, _ = convert_cells([override.value], column, OPTION, [0])
    if found:
        return Fault(found[0].code, OPTION, value=str(override), detail=column.meaning)
    cells = frame[column.name].copy()
    cells.iloc[row] = values.iloc[0]
    return frame.assign(**{column.name: cells})


def _checked(
    frame: pd.DataFrame, side: str, file: str, name: str
) -> tuple[pd.DataFrame, list[Fault]]:
    """Check a changed table against its rules."""
    if name == "parameters":
        return frame, parameter_faults(frame, PARAMETERS[side], file)
    table = next(one for one in TABLES[side] if one.name == name)
    return checked_rows(frame, table, file)


def _unknown(override: Override, detail: str, name: str = "", known: Iterable[str] = ()) -> Fault:
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    more = f"; near: {', '.join(near)}" if near else ""
    return Fault("F308", OPTION, value=str(override), detail=f"{detail}{more}")
