"""Overrides: other values in single cells of the tables, for sweeps, scenarios and explanations.

An override names a cell by its table, the key of its row and its column, and gives the new value:
``network/freight[sea,CN,MX].usd_m3=120`` or, for a parameter,
``network/parameters[cancel_lambda]=0.05``. ``*=`` multiplies the number in the cell, ``+=`` is
added to it. The side may be left out where one side only has the table, and of a column what
follows its first words, such as the unit: ``capacity`` for ``capacity_m3_month``.

Each changed table must pass the checks of its declaration, and its identifiers must exist. Only the
column `range` of an assumption is not applied, because a deliberate what-if may well leave it; the
problem then has a warning (W320).
"""

from __future__ import annotations

import csv
import difflib
import io
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.cells import convert_cells
from fulfill.inputs.columns import REQUIRED, ROW, Column, Table
from fulfill.inputs.demand import Demand
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.network import Network, table_faults
from fulfill.inputs.schema import (
    DEMAND_PARAMETERS,
    DEMAND_TABLES,
    NETWORK_PARAMETERS,
    NETWORK_TABLES,
)
from fulfill.inputs.spelling import near
from fulfill.inputs.tables import checked_rows, parameter_faults, reference_faults

log = logging.getLogger(__name__)

OPTION = "--set"
FORM = re.compile(r"(?:(network|demand)/)?(\w+)\[([^\]]*)\](?:\.(\w+))?\s*([*+]?=)(.*)", re.DOTALL)
SET, TIMES, PLUS = "=", "*=", "+="
TABLES = {"network": NETWORK_TABLES, "demand": DEMAND_TABLES}
PARAMETERS = {"network": NETWORK_PARAMETERS, "demand": DEMAND_PARAMETERS}
DEMAND_FIGURES = ("orders_per_year", "us_share", "income_exponent")
"""Parameters of the demand with a command-line option of their own."""
Value = str | float | int | bool


@dataclass(frozen=True)
class Override:
    """A new value for one cell.

    Attributes
    ----------
    side : str
        ``network`` or ``demand``.
    table : str
        Name of the table, without ``.csv``.
    key : tuple of str
        Values of the key columns, in the order of the data dictionary.
    column : str
        Name of the column.
    value : str
        The new value, written as in the file; the factor or summand of another operator.
    operator : str
        ``=``; ``*=`` or ``+=`` for a number.
    """

    side: str
    table: str
    key: tuple[str, ...]
    column: str
    value: str
    operator: str = SET

    def __str__(self) -> str:
        row = io.StringIO()
        csv.writer(row, lineterminator="").writerow(self.key)
        column = "" if (self.table, self.column) == ("parameters", "value") else f".{self.column}"
        return f"{self.side}/{self.table}[{row.getvalue()}]{column}{self.operator}{self.value}"


def parameter(name: str, value: Value, side: str = "network") -> Override:
    """Return the override of one parameter.

    Parameters
    ----------
    name : str
        Name of the parameter.
    value : str, float, int or bool
    side : str
        ``network`` or ``demand``, whose parameters.csv has it.

    Returns
    -------
    Override
    """
    return Override(side, "parameters", (name,), "value", as_text(value))


def demand_overrides(**figures: float | None) -> tuple[Override, ...]:
    """Return the overrides for the demand parameters that have an option of their own.

    Parameters
    ----------
    **figures : float or None
        Values by name of the parameter, such as `us_share`; None leaves it unchanged.

    Returns
    -------
    tuple of Override
        One for each value.
    """
    return tuple(
        parameter(name, float(value), "demand")
        for name, value in figures.items()
        if value is not None
    )


def as_text(value: Value) -> str:
    """Return a value as it is written in a file; floats keep all their digits."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else str(value)


def parse_override(text: str) -> Override:
    """Parse ``side/table[key,...].column=value``, also with ``*=`` and ``+=``.

    Parameters
    ----------
    text : str
        The key is read as a line of CSV, so that a cell with a comma can be quoted. For parameters
        the column may be left out.

    Returns
    -------
    Override

    Raises
    ------
    InputError
        F309 where the text has another form, or both sides have a table of this name; F308 where
        several columns begin with the name that is given.
    """
    match = FORM.fullmatch(text.strip())
    if match is None or (match[4] is None and match[2] != "parameters"):
        detail = "write network/parameters[NAME]=VALUE or network/TABLE[KEY,KEY].COLUMN=VALUE"
        raise InputError([Fault("F309", OPTION, value=text, detail=detail)])
    side, table, key, column, operator, value = match.groups()
    if side is None:
        side = _side_of(table, text)
    cells = tuple(cell.strip() for cell in next(csv.reader([key]), []))
    columns = columns_named(side, table, column or "value")
    if len(columns) > 1:
        detail = f"{column!r} may be {' or '.join(columns)}"
        raise InputError([Fault("F308", OPTION, value=text, detail=detail)])
    return Override(side, table, cells, columns[0], value.strip(), operator)


def columns_named(side: str, table: str, column: str) -> tuple[str, ...]:
    """Return the columns that a name means: the one of this name, else those that begin with it.

    Parameters
    ----------
    side, table, column : str
        As in an `Override`; of the column whole words from its beginning are enough.

    Returns
    -------
    tuple of str
        The name itself where no column begins with it.
    """
    declared = next((one for one in TABLES[side] if one.name == table), None)
    names = [one.name for one in declared.columns if not one.key] if declared else []
    if column in names:
        return (column,)
    return tuple(name for name in names if name.startswith(f"{column}_")) or (column,)


def _side_of(table: str, text: str) -> str:
    """Return the side that has a table; an unknown one is looked for in the network."""
    sides = [side for side, tables in TABLES.items() if table in {one.name for one in tables}]
    if len(sides) > 1:
        detail = f"write {' or '.join(f'{side}/{table}' for side in sides)}"
        raise InputError([Fault("F309", OPTION, value=text, detail=detail)])
    return sides[0] if sides else "network"


def override_tables(
    network: Network, demand: Demand, overrides: Iterable[Override]
) -> tuple[Network, Demand]:
    """Apply overrides to a network and a demand.

    Parameters
    ----------
    network : Network
    demand : Demand
    overrides : iterable of Override
        Applied in order; the last one for a cell holds.

    Returns
    -------
    network : Network
    demand : Demand
        Checked each by itself, not yet against each other.

    Raises
    ------
    InputError
        With every fault: F308 for a table, column or row that does not exist, otherwise those of
        the new values.
    """
    sides: dict[str, Network | Demand] = {"network": network, "demand": demand}
    faults: list[Fault] = []
    changed: dict[tuple[str, str], pd.DataFrame] = {}
    overrides = tuple(overrides)
    for override in overrides:
        frame = changed.get((override.side, override.table))
        if frame is None:
            frame = sides[override.side].written.get(override.table)
        found = _changed(frame, override)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            changed[override.side, override.table] = found
    if faults:
        raise InputError(faults)
    faults = _with_changes(sides, changed)
    if faults:
        raise InputError(faults)
    for side in {side for side, _ in changed}:
        faults += reference_faults(sides[side].folder, TABLES[side], sides[side].written)
        if side == "network":
            faults += table_faults(network.folder, sides[side].written)
    if faults:
        raise InputError(faults)
    for override in overrides:
        log.info("override applied: %s", override)
    held, wanted = sides["network"], sides["demand"]
    assert isinstance(held, Network)
    assert isinstance(wanted, Demand)
    return held, wanted


def _with_changes(
    sides: dict[str, Network | Demand], changed: Mapping[tuple[str, str], pd.DataFrame]
) -> list[Fault]:
    """Put the changed tables into their sides, unless they have a fault."""
    checked: dict[str, dict[str, pd.DataFrame]] = {}
    faults: list[Fault] = []
    for (side, name), frame in changed.items():
        file = f"{sides[side].folder.name}/{name}.csv"
        checked.setdefault(side, {})[name], wrong = _checked(frame, side, file, name)
        faults += wrong
    if not faults:
        for side, tables in checked.items():
            sides[side] = sides[side].with_written(tables)
    return faults


def _declared(override: Override) -> Table | None:
    """Return the declaration of the table that an override names."""
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
    key = _whole_key(table, override.key)
    if len(key) != len(table.key):
        return _unknown(override, f"the key of {table.name}.csv is {', '.join(table.key)}")
    rows = np.ones(len(frame), bool)
    for name, cell in zip(table.key, key, strict=True):
        rows &= equal_cells(frame[name], cell)
    if table.open_rows and not rows.any() and override.operator == SET:
        return _added(frame, table, key, override)
    if rows.sum() != 1:
        known = frame[list(table.key)].astype(str).agg(",".join, axis=1).tolist()
        return _unknown(override, "no such row", ",".join(override.key), known)
    return _with_cell(frame, int(np.flatnonzero(rows)[0]), column, override)


def _added(
    frame: pd.DataFrame, table: Table, key: tuple[str, ...], override: Override
) -> pd.DataFrame | Fault:
    """Return the frame with a row that no file has, or the fault of one of its cells."""
    texts = {"source": OPTION, "status": "estimate", **dict(zip(table.key, key, strict=True))}
    texts[override.column] = override.value
    row = {ROW: pd.Series([0])}
    for column in table.columns:
        values, found, _ = convert_cells([texts.get(column.name, "")], column, OPTION, [0])
        if found:
            return Fault(found[0].code, OPTION, value=str(override), detail=column.meaning)
        row[column.name] = pd.Series(values)
    return pd.concat([frame, pd.DataFrame(row)], ignore_index=True).astype(frame.dtypes.to_dict())


def _whole_key(table: Table, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return a key with the last columns that were left out at their defaults, if they have any."""
    missing = [column for column in table.columns if column.key][len(given) :]
    if any(column.default is REQUIRED for column in missing):
        return given
    return (*given, *(str(column.default) for column in missing))


def equal_cells(cells: pd.Series, text: str) -> np.ndarray:
    """Tell which cells of a key column equal a text; a number may be written 100 or 100.0."""
    if pd.api.types.is_numeric_dtype(cells):
        try:
            return np.asarray(cells.to_numpy(float) == float(text))
        except ValueError:
            return np.zeros(len(cells), bool)
    return np.asarray(cells.astype(str) == text)


def _with_cell(
    frame: pd.DataFrame, row: int, column: Column, override: Override
) -> pd.DataFrame | Fault:
    """Return the frame with one cell replaced, or the fault of the new value."""
    text = _new_value(frame[column.name].iloc[row], column, override)
    if isinstance(text, Fault):
        return text
    values, found, _ = convert_cells([text], column, OPTION, [0])
    if found:
        return Fault(found[0].code, OPTION, value=str(override), detail=column.meaning)
    cells = frame[column.name].copy()
    cells.iloc[row] = values[0]
    return frame.assign(**{column.name: cells})


def _new_value(cell: Any, column: Column, override: Override) -> str | Fault:
    """Return the text of the new value, from the cell where the operator needs it."""
    if override.operator == SET:
        return override.value
    try:
        by = float(override.value)
    except ValueError:
        return Fault("F202", OPTION, value=str(override))
    if column.kind != "number" or not np.isfinite(cell):
        detail = f"{override.operator} needs a number in {column.name}; here there is none"
        return Fault("F309", OPTION, value=str(override), detail=detail)
    return f"{cell * by if override.operator == TIMES else cell + by:.15g}"


def _checked(
    frame: pd.DataFrame, side: str, file: str, name: str
) -> tuple[pd.DataFrame, list[Fault]]:
    """Check a changed table against its rules."""
    if name == "parameters":
        return frame, parameter_faults(frame, PARAMETERS[side], file)
    table = next(one for one in TABLES[side] if one.name == name)
    return checked_rows(frame, table, file)


def _unknown(override: Override, detail: str, name: str = "", known: Iterable[str] = ()) -> Fault:
    """Return the fault of an override that names nothing, with the names that resemble it."""
    similar = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return Fault("F308", OPTION, value=str(override), detail=detail + near(similar))
