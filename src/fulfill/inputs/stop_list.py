"""A stop list as other programs export it: further columns, other spellings, times of day.

The list is brought into the form of the declared table, which then has the checks of every table.
Columns that are not declared are kept as text, for the people who drive.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import numpy as np
import pandas as pd

from fulfill.inputs.clock_cells import clock_cells
from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault
from fulfill.inputs.network import Network
from fulfill.inputs.place_checks import stop_faults
from fulfill.inputs.schema import STOPS, WINDOW
from fulfill.inputs.spelling import fold, misspelt, near
from fulfill.inputs.tables import read_table
from fulfill.inputs.windows import misplaced, windows_of

DECLARED = tuple(column.name for column in STOPS.columns)
TIMES = ("ready", "due")
SPELLINGS = {fold(name): name for name in DECLARED} | {
    "latitude": "lat",
    "longitude": "lon",
    "long": "lon",
    "lng": "lon",
}
"""Names of columns by their spelling in lower case, without punctuation."""


def read_stop_list(
    content: bytes, file: str, network: Network, taken: Iterable[str]
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read and check a list of stops.

    Parameters
    ----------
    content : bytes
        Content of the CSV file.
    file : str
        Name of the file, for messages.
    network : Network
        Its countries and roads say where a stop can be.
    taken : iterable of str
        Names that a further column must not have; it gets ``x_`` before its name.

    Returns
    -------
    stops : DataFrame
        The declared columns, times in hours and NaN where there is none, then the further columns
        as text.
    faults : list of Fault
        Those of every table, F310, F330 and F362 for places, F331 for times.
    """
    rows = _rows(content)
    header = next((number for number, row in enumerate(rows) if _named(row)), None)
    if header is None:  # no table that can be recognised: the reader says what is wrong
        return read_table(content, file, STOPS)
    names = [SPELLINGS.get(fold(cell), cell.strip()) for cell in rows[header]]
    lines = [number for number, row in enumerate(rows) if number > header and _filled(row)]
    faults = _shape_faults(rows, header, names, file)
    if faults:
        return pd.DataFrame(), faults
    cells = {
        name: [rows[line][place].strip() if place < len(rows[line]) else "" for line in lines]
        for place, name in enumerate(names)
    }
    numbers = [line + 1 for line in lines]
    times, faults = clock_cells({n: cells[n] for n in TIMES if n in cells}, file, numbers)
    declared = {n: times.get(n, cells[n]) for n in names if n in DECLARED}
    faults += _blank_faults(declared, numbers, file)
    frame, found = read_table(_written(declared, numbers, header), file, STOPS)
    unread = {(fault.row, fault.column) for fault in faults}
    faults += [fault for fault in found if (fault.row, fault.column) not in unread]
    if not frame.empty:
        faults += [*_window_faults(frame, file), *place_faults(frame, file, network)]
    kept = pd.DataFrame({n: cells[n] for n in names if n and n not in DECLARED}, index=numbers)
    kept.columns = _free_names([str(name) for name in kept], set(taken))
    kept = kept.reindex(frame[ROW]).reset_index(drop=True)
    faults.sort(key=lambda fault: (fault.row, fault.code))
    return pd.concat([frame, kept], axis=1).drop(columns=ROW), faults


def place_faults(stops: pd.DataFrame, file: str, network: Network) -> list[Fault]:
    """Find stops that lie in no country of the network, off its mapped roads, or across water.

    Parameters
    ----------
    stops : DataFrame
        Columns stop_id, lat, lon and `ROW`.
    file : str
        Name of the file, for messages.
    network : Network

    Returns
    -------
    list of Fault
        F330 with what the coordinates look like, F310 and F362.
    """
    windows = windows_of(network["countries"])
    possible = np.ones(len(stops), bool)
    for name in ("lat", "lon"):  # beyond the window, the table has a fault already
        possible &= stops[name].between(*WINDOW[name]).to_numpy()
    faults, placed = [], []
    for row in np.flatnonzero(possible):
        lat, lon, line = stops.iloc[row][["lat", "lon", ROW]]
        detail = misplaced(lat, lon, windows)
        if (lat, lon) == (0.0, 0.0):
            detail = "0, 0 is the sea off Africa: zeros stand where the place is not known"
        if detail:
            faults.append(Fault("F330", file, int(line), "lat + lon", f"{lat:g}, {lon:g}", detail))
        else:
            placed.append(int(row))
    return faults + (stop_faults(network, stops.iloc[placed], file) if placed else [])


def _rows(content: bytes) -> list[list[str]]:
    """Return the rows of a CSV file, blank ones too; none where it cannot be read as one."""
    try:
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return []


def _named(row: list[str]) -> bool:
    """Tell whether a row looks like the header: it names two declared columns or more."""
    return len({SPELLINGS[fold(cell)] for cell in row if fold(cell) in SPELLINGS}) > 1


def _filled(row: list[str]) -> bool:
    return any(cell.strip() for cell in row)


def _shape_faults(rows: list[list[str]], header: int, names: list[str], file: str) -> list[Fault]:
    """Find faults of the header, columns without a name, and rows longer than the header."""
    faults = _header_faults(rows[header], names, header + 1, file)
    faults += [
        Fault("F106", file, header + 1, detail=f"the header of column {place + 1} is empty")
        for place, name in enumerate(names)
        if not name and any(_filled(row[place : place + 1]) for row in rows[header + 1 :])
    ]
    return faults + [
        Fault("F107", file, line + 1, detail=f"{len(row)} cells, header has {len(names)}")
        for line, row in enumerate(rows)
        if line > header and _filled(row[len(names) :])
    ]


def _blank_faults(declared: dict[str, list[str]], numbers: list[int], file: str) -> list[Fault]:
    """Find rows without any declared cell, which would pass for blank ones."""
    return [
        Fault("F201", file, number, STOPS.columns[0].name)
        for number, row in zip(numbers, zip(*declared.values(), strict=True), strict=True)
        if not any(row)
    ]


def _header_faults(header: list[str], names: list[str], line: int, file: str) -> list[Fault]:
    """Find columns that occur twice, and undeclared ones that look like a declared one misspelt."""
    faults = []
    for place, (name, cell) in enumerate(zip(names, header, strict=True)):
        first = names.index(name)
        if name and first < place:
            detail = "" if header[first] == cell else f"{header[first].strip()} is {name} as well"
            faults.append(Fault("F109", file, line, cell.strip(), detail=detail))
        alike = [own for own in DECLARED if own not in names and misspelt(name, own)]
        if name and name not in DECLARED and alike:
            faults.append(Fault("F106", file, line, name, detail=near(alike).lstrip("; ")))
    return faults


def _written(columns: dict[str, list[str]], numbers: list[int], header: int) -> bytes:
    """Return the declared columns as CSV; every row keeps its number in the file."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\r\n" * header)
    writer.writerow(columns)
    written = header + 1
    for number, row in zip(numbers, zip(*columns.values(), strict=True), strict=True):
        text.write("\r\n" * (number - written - 1))
        writer.writerow(row)
        written = number
    return text.getvalue().encode()


def _free_names(names: list[str], taken: set[str]) -> list[str]:
    """Return names, those that are taken with x_ before them."""
    free: list[str] = []
    for name in names:
        new = name
        while new in taken or (new != name and new in names):
            new = f"x_{new}"
        free.append(new)
    return free


def _window_faults(stops: pd.DataFrame, file: str) -> list[Fault]:
    """Find windows that end before they begin, also when read as ending on the next day."""
    late = stops[stops["due"] + 24.0 < stops["ready"]]
    return [
        Fault("F205", file, int(line), "due", f"{due:g}", f"ready is {ready:g}")
        for line, due, ready in zip(late[ROW], late["due"], late["ready"], strict=True)
    ]
