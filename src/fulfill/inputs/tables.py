"""Reading one CSV table: text, then typed columns, then rules; every fault is kept, none stops the reading of the rest.

Text becomes typed values cell by cell before any rule runs, so that a `-1` and an `abc` in a column
are both reported.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.columns import REQUIRED, Column, Parameter, Table
from fulfill.inputs.faults import Fault
from fulfill.inputs.folder import InputFolder
from fulfill.inputs.schema import COUNTRY_WINDOW
from fulfill.inputs.spelling import near, nearest
from fulfill.inputs.states import country_of, near_states, state_name

ROW = "_row"
"""Name of the helper column that keeps the line of the file, for messages."""

_FIGURE = r"[-+]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_RANGE = re.compile(rf"^\s*(\w+)\s*=\s*({_FIGURE})\s*\.\.\s*({_FIGURE})\s*$")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


def read_tables(
    folder: InputFolder, tables: Iterable[Table]
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Read the tables of a folder.

    Returns
    -------
    tuple
        Frames by table name (an absent optional table is an empty frame; one with faults is left
        out) and all faults.
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
    """Return a frame with the table's columns and no row."""
    return pd.DataFrame({column.name: [] for column in table.columns} | {ROW: []})


def read_table(content: bytes, file: str, table: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """Read and check one CSV file against its declaration; see `read_tables`.

    Parameters
    ----------
    content : of the file
    file : its name, for messages
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
    """Check the typed rows of a table against its rules.

    Parameters
    ----------
    sound : (n_rows,) rows whose key could be read; by default all

    Returns
    -------
    tuple
        The frame with states by their canonical names, and the faults.
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
    """Read a TOML file of flat text settings and refuse what is not declared."""
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
    """Return the figures of a `parameters` table by name."""
    return dict(zip(frame["parameter"], frame["value"], strict=True))


def parameter_faults(
    frame: pd.DataFrame, declared: tuple[Parameter, ...], file: str
) -> list[Fault]:
    """Compare a `parameters` table with the declared figures: names, completeness, bounds."""
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
    """Return the rows of a file that hold anything, their numbers in a spreadsheet, faults of the file as a whole."""
    try:
        # one letter has one code: a name typed on a Mac equals the same name typed on Windows
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return [], [], [Fault("F102", file, detail=f"byte {error.start} is no UTF-8")]
    if "\0" in text:
        return [], [], [Fault("F102", file, detail="it holds zero bytes")]
    reader = csv.reader(io.StringIO(text, newline=""))
    rows, lines = [], []
    try:
        for number, row in enumerate(
            reader, 1
        ):  # blank rows count, a line break inside quotes does not
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
        return [], [], [Fault("F103", file, detail="the table has no row")]
    return rows, lines, []


def _header_faults(header: list[str], table: Table, file: str) -> list[Fault]:
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


def convert_cells(
    cells: list[str], column: Column, file: str, lines: list[int]
) -> tuple[pd.Series, list[Fault], NDArray[np.bool_]]:
    """Turn text cells into typed values; return the values, the faults and a mask of the cells that failed."""
    blank = np.array([cell == "" for cell in cells])
    if column.kind in ("number", "integer"):
        code, (values, bad) = "F202", _numbers(cells, column)
    elif column.kind == "date":
        values = pd.Series(np.array([_day(cell) for cell in cells], "datetime64[s]"))
        code, bad = "F203", values.isna().to_numpy() & ~blank
    elif column.kind == "flag":
        known = {"yes": True, "no": False, "": bool(column.default)}
        values = pd.Series([known.get(cell.lower(), False) for cell in cells])
        code, bad = "F204", np.array([cell.lower() not in known for cell in cells])
    else:
        default = column.default if isinstance(column.default, str) else ""
        values = pd.Series([cell or default for cell in cells], dtype="str")
        code, bad = "F206", np.zeros(len(cells), bool)
    faults = [Fault(code, file, lines[i], column.name, cells[i]) for i in np.flatnonzero(bad)]
    if column.default is REQUIRED:
        faults += [Fault("F201", file, lines[i], column.name) for i in np.flatnonzero(blank)]
        bad = bad | blank
    return values, faults, bad


def _day(text: str) -> str:
    """Return a day written YYYY-MM-DD as it is, anything else as NaT."""
    try:
        return text if date.fromisoformat(text).isoformat() == text else "NaT"
    except ValueError:
        return "NaT"


def _numbers(cells: list[str], column: Column) -> tuple[pd.Series, NDArray[np.bool_]]:
    """Read plain finite numbers; a blank cell is the default, NaN where there is none."""
    blank = column.default if isinstance(column.default, int | float) else np.nan
    values = np.array(
        [
            float(cell) if _NUMBER.fullmatch(cell) else np.nan if cell else float(blank)
            for cell in cells
        ]
    )
    bad = ~np.isfinite(values) & np.array([cell != "" for cell in cells])
    values[bad] = np.nan
    if column.kind == "integer":
        bad |= np.isfinite(values) & (values % 1 != 0)
    return pd.Series(values), bad


def _rule_faults(frame: pd.DataFrame, table: Table, file: str) -> list[Fault]:
    """Run the range and choice rules of every column through pandera and return its failure cases as faults."""
    import pandera.pandas as pa

    def checks(column: Column) -> list[pa.Check]:
        found = []
        if column.low is not None:
            found.append(pa.Check.ge(column.low, error=f"at least {column.low:g}"))
        if column.high is not None:
            found.append(pa.Check.le(column.high, error=f"at most {column.high:g}"))
        if column.choices:
            allowed = [*column.choices, ""]
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
    key = list(table.key)
    again = frame.duplicated(key, keep="first")
    return [
        Fault(
            "F207", file, int(row[ROW]), " + ".join(key), ", ".join(str(row[name]) for name in key)
        )
        for _, row in frame[again].iterrows()
    ]


def _place_faults(frame: pd.DataFrame, file: str) -> list[Fault]:
    """Check that a place of a consumer country lies in it: swapped coordinates are the commonest slip."""
    if "lat" not in frame or "country" not in frame:
        return []
    faults = []
    columns = (frame[name].tolist() for name in ("country", "lat", "lon", ROW))
    for country, lat, lon, line in zip(*columns, strict=True):
        window = COUNTRY_WINDOW.get(country)
        if window is None or not (np.isfinite(lat) and np.isfinite(lon)):
            continue
        (south, north), (west, east) = window
        if not (south <= lat <= north and west <= lon <= east):
            detail = f"{country} lies in lat {south:g}..{north:g}, lon {west:g}..{east:g}"
            faults.append(Fault("F211", file, int(line), "lat + lon", f"{lat:g}, {lon:g}", detail))
    return faults


def _named_states(frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Write every state by its one name; find those that are misspelt or of the other country, one fault a name.

    A name that is near none is a region of the user's own, and stays.
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
    """Check the `range` of a figure: present where assumed, well formed, and around the figure."""
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
    """Find identifiers that the table they point to does not have."""
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
