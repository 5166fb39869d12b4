"""Reading and checking the tables and settings of an input folder.

A table is read in three steps: text, typed columns, rules. A fault in one place does not stop the
reading of the rest, so that all faults are reported at once. Cells become typed one by one before
any rule runs; otherwise one `abc` in a column would hide a `-1` below it.
"""

from __future__ import annotations

import csv
import io
import logging
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.cells import convert_cells
from fulfill.inputs.columns import REQUIRED, Column, Parameter, Table
from fulfill.inputs.faults import Fault
from fulfill.inputs.folder import InputFolder
from fulfill.inputs.schema import COUNTRY_WINDOW
from fulfill.inputs.spelling import near, nearest
from fulfill.inputs.states import country_of, near_states, state_name
from fulfill.inputs.windows import misplaced

log = logging.getLogger(__name__)

ROW = "_row"
"""Name of the helper column that holds the line of the file, for messages."""

_FIGURE = r"[-+]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_RANGE = re.compile(rf"^\s*(\w+)\s*=\s*({_FIGURE})\s*\.\.\s*({_FIGURE})\s*$")


def read_tables(
    folder: InputFolder, tables: Iterable[Table]
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Read and check the tables of a folder.

    Parameters
    ----------
    folder : InputFolder
    tables : iterable of Table
        The declarations.

    Returns
    -------
    frames : dict of str to DataFrame
        By table name. An absent optional table is an empty frame; a table with faults is left out.
    faults : list of Fault
        Everything that is wrong with the tables, each by itself and where one refers to another.
    """
    frames: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for table in tables:
        file = f"{table.name}.csv"
        if file not in folder.files:
            if table.required:
                faults.append(Fault("F101", f"{folder.name}/{file}"))
            else:
                frames[table.name] = empty(table)
            continue
        frame, found = read_table(folder.files[file], f"{folder.name}/{file}", table)
        faults += found
        if not found:
            frames[table.name] = frame
    faults += reference_faults(folder, tables, frames)
    return frames, faults


def empty(table: Table) -> pd.DataFrame:
    """Return a frame with the columns of a table and no row."""
    return pd.DataFrame({column.name: [] for column in table.columns} | {ROW: []})


def read_table(content: bytes, file: str, table: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """Read one CSV file and check it against its declaration.

    Parameters
    ----------
    content : bytes
        Content of the file.
    file : str
        Name of the file, for messages.
    table : Table
        The declaration.

    Returns
    -------
    frame : DataFrame
        The declared columns, and `ROW` with the line of the file; empty if the file as a whole
        cannot be read.
    faults : list of Fault
        F102 to F109 for the file as a whole, F201 to F212 for its cells and rows.
    """
    rows, lines, faults = _read_rows(content, file)
    if faults:
        return empty(table), faults
    faults = _header_faults(rows[0], table, file)
    if faults:
        return empty(table), faults
    faults = [
        Fault("F107", file, line, detail=f"{len(row)} cells, header has {len(rows[0])}")
        for row, line in zip(rows[1:], lines[1:], strict=True)
        if len(row) != len(rows[0])
    ]
    if faults:
        return empty(table), faults
    names = [name.strip() for name in rows[0]]
    cells = {name: [row[place].strip() for row in rows[1:]] for place, name in enumerate(names)}
    line_of = pd.Series(lines[1:], name=ROW)
    log.debug("read %s: %d bytes, %d rows", file, len(content), len(line_of))
    typed: dict[str, pd.Series] = {}
    bad_cells = np.zeros(len(line_of), bool)
    for column in table.columns:
        text = cells.get(column.name, [""] * len(line_of))
        typed[column.name], found, bad = convert_cells(text, column, file, lines[1:])
        faults += found
        bad_cells |= bad
    frame = pd.DataFrame(typed).assign(**{ROW: line_of})
    frame, found = checked_rows(frame, table, file, ~bad_cells)
    faults += found
    if "range" in frame:
        faults += _range_faults(frame[~bad_cells], file)
    return frame, sorted(faults, key=lambda fault: (fault.row, fault.code))


def checked_rows(
    frame: pd.DataFrame, table: Table, file: str, sound: NDArray[np.bool_] | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Check the typed rows of a table against its rules: ranges, choices, states, keys, positions.

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
        F205 to F207, F211 and F212.
    """
    faults = _rule_faults(frame, table, file)
    if {"country", "state"} <= set(frame):
        frame, found = _named_states(frame, file)
        faults += found
    faults += _key_faults(frame if sound is None else frame[sound], table, file)
    faults += _place_faults(frame, file)
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
        Every parameter that must be there, and no other may.
    file : str
        Name of the file, for messages.

    Returns
    -------
    list of Fault
        F206 for an unknown parameter, F105 for a missing one, F205 for one out of range.
    """
    known = {parameter.name: parameter for parameter in declared}
    faults = [
        Fault("F206", file, int(row[ROW]), "parameter", row["parameter"], "no such parameter")
        for _, row in frame[~frame["parameter"].isin(list(known))].iterrows()
    ]
    present = set(frame["parameter"])
    faults += [
        Fault("F105", file, column=name, detail="the parameter's row is missing")
        for name in known
        if name not in present
    ]
    for _, row in frame[frame["parameter"].isin(list(known))].iterrows():
        rule = known[row["parameter"]]
        if not rule.low <= row["value"] <= rule.high:
            detail = f"{rule.name} lies in {rule.low:g}..{rule.high:g} {rule.unit}"
            faults.append(Fault("F205", file, int(row[ROW]), "value", f"{row['value']:g}", detail))
    return faults


def _read_rows(content: bytes, file: str) -> tuple[list[list[str]], list[int], list[Fault]]:
    """Split a CSV file into rows.

    Returns
    -------
    rows : list of list of str
        The rows that are not blank, the header first.
    lines : list of int
        Their row numbers as a spreadsheet shows them: blank rows count, a line break inside quotes
        does not.
    faults : list of Fault
        What is wrong with the file as a whole; then there are no rows.
    """
    try:
        # An accented letter may be stored as one code point or as letter and accent. Normalised to
        # the composed form (NFC), names join whichever program wrote them.
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return [], [], [Fault("F102", file, detail=f"byte {error.start} is not valid UTF-8")]
    if "\0" in text:
        return [], [], [Fault("F102", file, detail="it contains zero bytes")]
    reader = csv.reader(io.StringIO(text, newline=""))
    rows, lines = [], []
    try:
        for number, row in enumerate(reader, 1):
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(number)
    except csv.Error as error:
        return [], [], [Fault("F102", file, reader.line_num, detail=str(error))]
    if not rows:
        return [], [], [Fault("F103", file, detail="the file is empty")]
    if len(rows[0]) == 1 and (";" in rows[0][0] or "\t" in rows[0][0]):
        return [], [], [Fault("F104", file, 1, value=rows[0][0][:40])]
    if len(rows) == 1:
        return [], [], [Fault("F103", file, detail="the table has no rows")]
    return rows, lines, []


def _header_faults(header: list[str], table: Table, file: str) -> list[Fault]:
    """Find columns that are repeated, undeclared or missing."""
    names = [name.strip() for name in header]
    declared = {column.name for column in table.columns}
    faults = [
        Fault("F109", file, 1, name) for name in sorted({n for n in names if names.count(n) > 1})
    ]
    faults += [Fault("F106", file, 1, name) for name in names if name not in declared]
    faults += [
        Fault("F105", file, 1, column.name)
        for column in table.columns
        if column.default is REQUIRED and column.name not in names
    ]
    return faults


def _rule_faults(frame: pd.DataFrame, table: Table, file: str) -> list[Fault]:
    """Check ranges and choices with pandera, and return its failure cases as faults."""
    import pandera.pandas as pa

    def checks(column: Column) -> list[pa.Check]:
        found = []
        if column.low is not None:
            found.append(pa.Check.ge(column.low, error=f"at least {column.low:g}"))
        if column.high is not None:
            found.append(pa.Check.le(column.high, error=f"at most {column.high:g}"))
        if column.choices:
            allowed = [*column.choices, ""]  # an empty cell has its own rule, F201
            found.append(pa.Check.isin(allowed, error="one of " + ", ".join(column.choices)))
        return found

    ruled = {
        column.name: pa.Column(checks=checks(column), nullable=True)
        for column in table.columns
        if checks(column)
    }
    try:
        pa.DataFrameSchema(ruled).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        return [
            Fault(
                "F206" if str(case.check).startswith("one of") else "F205",
                file,
                int(frame[ROW].loc[int(case.index)]),
                str(case.column),
                f"{case.failure_case:g}"
                if isinstance(case.failure_case, float)
                else str(case.failure_case),
                str(case.check),
            )
            for case in cases.itertuples(index=False)
        ]
    return []


def _key_faults(frame: pd.DataFrame, table: Table, file: str) -> list[Fault]:
    """Find rows whose key occurs further up."""
    key = list(table.key)
    again = frame.duplicated(key, keep="first")
    return [
        Fault(
            "F207", file, int(row[ROW]), " + ".join(key), ", ".join(str(row[name]) for name in key)
        )
        for _, row in frame[again].iterrows()
    ]


def _place_faults(frame: pd.DataFrame, file: str) -> list[Fault]:
    """Find places that lie outside their country, and say what is probably wrong with them."""
    if "country" not in frame:
        return []
    faults = []
    for lat_name, lon_name in (("lat", "lon"), ("from_lat", "from_lon"), ("to_lat", "to_lon")):
        if lat_name not in frame or lon_name not in frame:
            continue
        columns = (frame[name].tolist() for name in ("country", lat_name, lon_name, ROW))
        for country, lat, lon, line in zip(*columns, strict=True):
            if country not in COUNTRY_WINDOW or not (np.isfinite(lat) and np.isfinite(lon)):
                continue
            detail = misplaced(lat, lon, (country,))
            if detail:
                column, value = f"{lat_name} + {lon_name}", f"{lat:g}, {lon:g}"
                faults.append(Fault("F211", file, int(line), column, value, detail))
    return faults


def _named_states(frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Replace the names of states by canonical ones; find misspelt and foreign ones.

    Zones and carriers join by the name of the state, so every spelling must become one. A name
    that resembles no state is a region that the user has defined, and stays as it is. A name that
    occurs in many rows is one fault.
    """
    pairs = list(zip(frame["country"], frame["state"], strict=True))
    names = {pair: state_name(*pair) or pair[1] for pair in pairs}
    faults = []
    for (country, text), name in names.items():
        if state_name(country, name):
            continue
        abroad, alike = country_of(text), near_states(country, text)
        if abroad or alike:
            rows = frame.loc[[pair == (country, text) for pair in pairs], ROW]
            detail = (
                f"no state of {country}" + (f" but of {abroad}" if abroad else "") + near(alike)
            )
            detail += f"; {len(rows)} rows" if len(rows) > 1 else ""
            faults.append(Fault("F212", file, int(rows.iloc[0]), "state", text, detail))
    return frame.assign(state=pd.Series([names[pair] for pair in pairs], dtype="str")), faults


def _range_faults(frame: pd.DataFrame, file: str) -> list[Fault]:
    """Check the column `range`: given for assumptions, well formed, and containing the figure."""
    faults = []
    assumed = frame[(frame["status"] == "assumption") & (frame["range"] == "")]
    faults += [Fault("F209", file, int(line), "range") for line in assumed[ROW]]
    for place, (text, line) in enumerate(zip(frame["range"], frame[ROW], strict=True)):
        for part in filter(None, (piece.strip() for piece in str(text).split(";"))):
            match = _RANGE.match(part)
            if match is None or match[1] not in frame:
                faults.append(Fault("F209", file, int(line), "range", part))
                continue
            value = frame[match[1]].tolist()[place]
            if not isinstance(value, float) or not float(match[2]) <= value <= float(match[3]):
                faults.append(
                    Fault("F210", file, int(line), match[1], str(value), f"range says {part}")
                )
    return faults


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
            unknown = frame[~frame[column.name].isin(target[target.columns[0]])]
            faults += [
                Fault(
                    "F208",
                    f"{folder.name}/{table.name}.csv",
                    int(line),
                    column.name,
                    str(value),
                    f"not in {column.refers}.csv"
                    + near(nearest(str(value), target[target.columns[0]])),
                )
                for line, value in zip(unknown[ROW], unknown[column.name], strict=True)
            ]
    return faults
