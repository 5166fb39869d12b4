"""Reading and checking the tables and settings of an input folder.

A table is read in three steps: text, typed columns, rules. A fault in one place does not stop the
reading of the rest, so that all faults are reported at once. Cells become typed one by one before
any rule runs; otherwise one `abc` in a column would hide a `-1` below it.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.cells import TEXT, ArrayLike, convert_cells
from fulfill.inputs.columns import ROW, Column, Parameter, Table
from fulfill.inputs.dates import iso_dates
from fulfill.inputs.faults import SHOWN, Fault
from fulfill.inputs.folder import InputFolder
from fulfill.inputs.ranges import range_faults
from fulfill.inputs.rows import Rows, read_rows
from fulfill.inputs.schema import COUNTRY_CODES
from fulfill.inputs.spelling import near, nearest
from fulfill.inputs.states import country_of, near_states, state_name
from fulfill.inputs.windows import Windows, window_faults, windows_of

if TYPE_CHECKING:
    import pandera.pandas as pa

log = logging.getLogger(__name__)

SHIFTED = {"F107", "F110"}
"""Faults of a row whose cells stand in the wrong columns."""
FROM_STATE = "from_state"
"""Column of the state of a site, from which a service may also cross the border."""
MISFITS = {"F201", "F202", "F203", "F204", "F205", "F206", "F209", "F211"}
"""Faults of a row that also arise where the cells of a row stand in the wrong columns."""
STATE_COLUMNS = ("state", "to_state", FROM_STATE)
"""Columns that name a state of the row's country."""


def read_tables(
    folder: InputFolder, tables: Iterable[Table], windows: Windows | None = None
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Read and check the tables of a folder.

    Parameters
    ----------
    folder : InputFolder
    tables : iterable of Table
        The declarations.
    windows : mapping, optional
        Windows of the countries in which places lie; by default those of countries.csv if it is
        among the tables.

    Returns
    -------
    frames : dict of str to DataFrame
        By table name. An absent optional table is an empty frame; a table with faults is left out.
    faults : list of Fault
        Everything that is wrong with the tables, each by itself and where one refers to another.
    """
    frames: dict[str, pd.DataFrame] = {}
    sound: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for table in tables:
        file = f"{table.name}.csv"
        if file not in folder.files:
            if table.required:
                faults.append(Fault("F101", f"{folder.name}/{file}"))
            else:
                frames[table.name] = empty(table)
            continue
        frame, found = read_table(
            folder.files[file], f"{folder.name}/{file}", table, folder.date_order
        )
        faults += found
        shifted = {fault.row for fault in found if fault.code in SHIFTED}
        sound[file] = frame[~frame[ROW].isin(shifted)] if shifted else frame
        if not found:
            frames[table.name] = frame
    if "countries" in frames:
        windows = windows_of(frames["countries"])
    if windows:
        for file, frame in sound.items():
            faults += window_faults(frame, f"{folder.name}/{file}", windows)
    faults += reference_faults(folder, tables, frames)
    return frames, faults


def empty(table: Table) -> pd.DataFrame:
    """Return a frame with the typed columns of a table and no row."""
    return _empty(table).copy()


@cache
def _heading(table: Table) -> pd.Index[str]:
    """Return the names of the columns of the frame of a table."""
    return pd.Index([*(column.name for column in table.columns), ROW])


@cache
def _empty(table: Table) -> pd.DataFrame:
    """Return the frame of `empty`, made once: most of the optional tables are absent."""
    typed = (convert_cells([], column, "", [])[0] for column in table.columns)
    return _frame(table, [*typed, np.array([], "int64")])


def _frame(table: Table, columns: list[ArrayLike]) -> pd.DataFrame:
    """Return the frame of a table from its columns and `ROW`."""
    frame = pd.DataFrame(dict(enumerate(columns)))
    frame.columns = _heading(table)
    return frame


def read_table(
    content: bytes, file: str, table: Table, date_order: str | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read one CSV file and check it against its declaration.

    Parameters
    ----------
    content : bytes
        Content of the file.
    file : str
        Name of the file, for messages.
    table : Table
        The declaration.
    date_order : str, optional
        See `dates.iso_dates`.

    Returns
    -------
    frame : DataFrame
        The declared columns, and `ROW` with the line of the file; empty if the file as a whole
        cannot be read.
    faults : list of Fault
        F102 to F112 for the shape of the file, F201 to F217 for its cells and rows.
    """
    rows, faults = read_rows(content, file, table)
    if rows is None:  # then there are faults
        return empty(table), faults
    log.debug("read %s: %d bytes, %d rows", file, len(content), len(rows.lines))
    texts = {column.name: rows.column(column.name) for column in table.columns}
    dates = {column.name: texts[column.name] for column in table.columns if column.kind == "date"}
    dates, rewritten, covered = iso_dates(dates, file, rows.lines, date_order)
    typed: list[ArrayLike] = []
    bad_cells = np.zeros(len(rows.lines), bool)
    for column in table.columns:
        text = dates.get(column.name, texts[column.name])
        values, found, bad = convert_cells(text, column, file, rows.lines)
        typed.append(values)
        faults += [fault for fault in found if (fault.column, fault.row) not in covered]
        bad_cells |= bad
    frame = _frame(table, [*typed, np.array(rows.lines, "int64")])
    frame, found = checked_rows(frame, table, file, ~bad_cells)
    faults += found
    if "range" in frame:
        derived = {
            line
            for column in table.columns
            for line, text in zip(rows.lines, texts[column.name], strict=True)
            if column.word and text == column.word
        }
        faults += range_faults(frame[~bad_cells] if bad_cells.any() else frame, file, derived)
    faults = [*rewritten, *_without_shifted(faults, rows, file)]
    return frame, sorted(faults, key=lambda fault: (fault.row, fault.code))


def checked_rows(
    frame: pd.DataFrame, table: Table, file: str, sound: NDArray[np.bool_] | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Check the typed rows of a table against its rules: ranges, choices, states, keys.

    Parameters
    ----------
    frame : DataFrame
        Typed columns, and `ROW`.
    table : Table
        The declaration.
    file : str
        Name of the file, for messages.
    sound : ndarray of bool, shape (n_rows,), optional
        Rows whose cells could all be read; only these are compared for repeated keys. By default
        all rows.

    Returns
    -------
    frame : DataFrame
        With every known state under its canonical name.
    faults : list of Fault
        F205 to F207 and F212.
    """
    faults = _rule_faults(frame, table, file)
    for column in STATE_COLUMNS:
        if {"country", column} <= set(frame):
            frame, found = _named_states(frame, file, column)
            faults += found
    faults += _key_faults(frame if sound is None or sound.all() else frame[sound], table, file)
    return frame, faults


def read_settings(
    folder: InputFolder, name: str, required: Mapping[str, type], optional: Mapping[str, type]
) -> tuple[dict[str, str], list[Fault]]:
    """Read a TOML file of settings, and refuse every key that is not declared.

    Parameters
    ----------
    folder : InputFolder
    name : str
        Name of the file.
    required, optional : mapping of str to type
        Type of the value by key.

    Returns
    -------
    values : dict
        All values of the file, those with faults included.
    faults : list of Fault
        F101 where the file is absent, F108 for everything that is wrong with its content.
    """
    file = f"{folder.name}/{name}"
    if name not in folder.files:
        return {}, [Fault("F101", file)]
    try:
        values = tomllib.loads(folder.files[name].decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # TOML's and Unicode's own errors are ValueErrors
        return {}, [Fault("F108", file, detail=str(error))]
    known = {**required, **optional}
    faults = [
        Fault("F108", file, column=key, detail="key is not declared")
        for key in values
        if key not in known
    ]
    faults += [
        Fault("F108", file, column=key, detail="key is missing")
        for key in required
        if key not in values
    ]
    faults += [
        Fault("F108", file, column=key, value=str(value), detail=f"must be a {known[key].__name__}")
        for key, value in values.items()
        if key in known and not isinstance(value, known[key])
    ]
    return values, faults


def parameter_values(frame: pd.DataFrame) -> dict[str, float]:
    """Return the figures of parameters.csv by name."""
    return dict(zip(frame["parameter"], frame["value"], strict=True))


def parameter_faults(
    frame: pd.DataFrame, declared: tuple[Parameter, ...], file: str
) -> list[Fault]:
    """Compare parameters.csv with the declared parameters.

    Parameters
    ----------
    frame : DataFrame
        The table.
    declared : tuple of Parameter
        The parameters that may be there; those that are required must be.
    file : str
        Name of the file, for messages.

    Returns
    -------
    list of Fault
        F206 for an unknown parameter, F326 for a missing one, F205 for one out of range.
    """
    known = {parameter.name: parameter for parameter in declared}
    rows = list(zip(*(frame[name] for name in (ROW, "parameter", "value")), strict=True))
    faults = [
        Fault("F206", file, int(line), "parameter", name, "no such parameter")
        for line, name, _ in rows
        if name not in known
    ]
    present = set(frame["parameter"])
    faults += [
        Fault("F326", file, column="parameter", value=name, detail=rule.meaning)
        for name, rule in known.items()
        if rule.required and name not in present
    ]
    for line, name, value in rows:
        rule = known.get(name)
        if rule and not rule.low <= value <= (rule.high if rule.wall else np.inf):
            detail = f"{rule.name} lies in {rule.low:g}..{rule.high:g} {rule.unit}"
            faults.append(Fault("F205", file, int(line), "value", f"{value:g}", detail))
    return faults


def _without_shifted(faults: list[Fault], rows: Rows, file: str) -> list[Fault]:
    """Replace the faults of cells in a row of another length than the header by one fault.

    Such a row is read from the left. If its cells then do not fit, a cell or a comma is missing or
    too many further left, and everything after it stands in the wrong column.
    """
    shifted: dict[int, list[Fault]] = {}
    kept = []
    for fault in faults:
        if fault.row in rows.uneven and fault.code in MISFITS:
            shifted.setdefault(fault.row, []).append(fault)
        else:
            kept.append(fault)
    for row, found in shifted.items():
        cells, width = rows.uneven[row], len(rows.header)
        more = f" and {len(found) - 1} more do" if len(found) > 1 else " does"
        detail = (
            f"{cells} cells, header has {width}; read from the left, "
            f"{found[0].column} {found[0].value!r}{more} not fit"
        )
        kept.append(Fault("F107" if cells > width else "F110", file, row, detail=detail))
    return kept


def listed_choices(column: Column) -> str:
    """Return the choices of a column in words; the codes of all countries are not listed."""
    if column.choices == COUNTRY_CODES:
        return "the two-letter codes of ISO 3166-1, such as CN, MX or VN"
    return ", ".join(column.choices)


@cache
def _schema(table: Table) -> pa.DataFrameSchema:
    """Return the bounds and choices of the columns of a table."""
    import pandera.pandas as pa

    def checks(column: Column) -> list[pa.Check]:
        found = []
        if column.low is not None:
            found.append(pa.Check.ge(column.low, error=f"at least {column.low:g}"))
        if column.high is not None and column.wall:
            found.append(pa.Check.le(column.high, error=f"at most {column.high:g}"))
        if column.choices:
            allowed = [*column.choices, ""]  # an empty cell has its own rule, F201
            found.append(pa.Check.isin(allowed, error=f"one of {listed_choices(column)}"))
        return found

    ruled = {column.name: checks(column) for column in table.columns}
    return pa.DataFrameSchema(
        {name: pa.Column(checks=found, nullable=True) for name, found in ruled.items() if found}
    )


def _rule_faults(frame: pd.DataFrame, table: Table, file: str) -> list[Fault]:
    """Check ranges and choices with pandera, and return its failure cases as faults."""
    if frame.empty:
        return []
    from pandera.errors import SchemaErrors

    try:
        _schema(table).validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        lines = frame[ROW].loc[cases["index"].astype(int)]
        columns = (cases[name].tolist() for name in ("check", "column", "failure_case"))
        return [
            Fault(
                "F206" if check.startswith("one of") else "F205",
                file,
                int(line),
                column,
                f"{value:g}" if isinstance(value, float) else str(value),
                check,
            )
            for line, check, column, value in zip(lines, *columns, strict=True)
        ]
    return []


def _key_faults(frame: pd.DataFrame, table: Table, file: str) -> list[Fault]:
    """Find rows whose key occurs further up."""
    key = list(table.key)
    again = frame[frame.duplicated(key, keep="first")]
    if again.empty:
        return []
    names, values = (
        " + ".join(key),
        zip(*(again[name].astype(str).fillna("") for name in key), strict=True),
    )
    return [
        Fault("F207", file, int(line), names, ", ".join(value))
        for line, value in zip(again[ROW], values, strict=True)
    ]


def _named_states(frame: pd.DataFrame, file: str, column: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Replace the names of states by canonical ones; find misspelt and foreign ones.

    Tables join by the name of the state, so every spelling must become one. A name that resembles
    no state is a region that the user has defined, and stays as it is. A name that occurs in many
    rows is one fault.
    """
    pairs = list(zip(frame["country"], frame[column], strict=True))
    names = {pair: state_name(*pair) or pair[1] for pair in pairs}
    faults = []
    for (country, text), name in names.items():
        if state_name(country, name):
            continue
        abroad, alike = country_of(text), near_states(country, text)
        if abroad and column == FROM_STATE:
            names[country, text] = state_name(abroad, text) or text
        elif abroad or alike:
            rows = frame.loc[[pair == (country, text) for pair in pairs], ROW]
            detail = (
                f"no state of {country}" + (f" but of {abroad}" if abroad else "") + near(alike)
            )
            detail += f"; {len(rows)} rows" if len(rows) > 1 else ""
            faults.append(Fault("F212", file, int(rows.iloc[0]), column, text, detail))
    named = pd.Series([names[pair] for pair in pairs], dtype=TEXT)
    return frame.assign(**{column: named}), faults


def reference_faults(
    folder: InputFolder, tables: Iterable[Table], frames: Mapping[str, pd.DataFrame]
) -> list[Fault]:
    """Find identifiers that do not occur in the table they refer to.

    Parameters
    ----------
    folder : InputFolder
        Gives the name for messages.
    tables : iterable of Table
        The declarations.
    frames : mapping of str to DataFrame
        By table name; a reference from or to a table that is not there is not checked.

    Returns
    -------
    list of Fault
        F208.
    """
    faults = []
    for table in tables:
        for column in table.columns:
            if not column.refers or table.name not in frames or column.refers not in frames:
                continue
            frame, target = frames[table.name], frames[column.refers]
            known = target[target.columns[0]]
            if set(known).issuperset(frame[column.name]):
                continue
            unknown = frame[~frame[column.name].isin(known)]
            # similar names are looked for where a report shows them: a search takes milliseconds
            shown = unknown[column.name].astype(str).iloc[:SHOWN].unique()
            similar = {value: near(nearest(value, known)) for value in shown}
            faults += [
                Fault(
                    "F208",
                    f"{folder.name}/{table.name}.csv",
                    int(line),
                    column.name,
                    str(value),
                    f"not in {column.refers}.csv" + similar.get(str(value), ""),
                )
                for line, value in zip(unknown[ROW], unknown[column.name], strict=True)
            ]
    return faults
