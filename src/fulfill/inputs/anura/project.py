"""Reading an Anura project: a folder of CSV files named as the tables, or a workbook of sheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from fulfill.inputs.anura.losses import NOT_CARRIED, Loss
from fulfill.inputs.anura.tables import BY_NAME, CLOSED, INCLUDE, TABLES
from fulfill.inputs.columns import ROW, Column, Table
from fulfill.inputs.encoding import decode
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import read_regular
from fulfill.inputs.importing.grids import read_grids
from fulfill.inputs.tables import empty, read_table
from fulfill.inputs.workbook import is_workbook

EMPTY_CELLS = ("", "0", "0.0", "False", "false", "ALL", "To Optimize", "OnExpiry", "Prorate")
"""Cells of columns that are not read which say no more than the default of the schema."""
QUALIFIERS = ("uom", "groupbehavior", "basis", "rule", "averageshipmentsize", "notes")
"""Ends of columns that only say how another column is meant."""
UNIT_KINDS = {
    "UnitVolumeUOM": "Volume",
    "UnitWeightUOM": "Weight",
    "TransportTimeUOM": "Time",
}
"""Kind of unit by column; any other column has units of quantity."""
RESULTS = ("optimization", "simulation")
"""Beginnings of the names of tables that a program has written."""
OF_NO_PLAN = ("unitsofmeasure", "modelinfo")
MASTERS = (
    ("Facilities", "FacilityName"),
    ("Suppliers", "SupplierName"),
    ("Customers", "CustomerName"),
    ("Products", "ProductName"),
)
PLACE_COLUMNS = (
    "FacilityName",
    "SupplierName",
    "CustomerName",
    "OriginName",
    "DestinationName",
    "SourceName",
    "EntityName",
    "MemberName",
)
"""Columns that name a facility, supplier or customer."""
INSTEAD = "plan without it, or express it in tables of the network"


@dataclass(frozen=True, eq=False)
class Project:
    """The tables of an Anura project that are read.

    Attributes
    ----------
    name : str
        Name of the folder or workbook.
    tables : mapping of str to DataFrame
        Every table of `tables.TABLES`, typed, without excluded rows; empty where it is absent.
    losses : tuple of Loss
        Tables, columns and rows that are not read.
    """

    name: str
    tables: Mapping[str, pd.DataFrame]
    losses: tuple[Loss, ...]

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    @property
    def units(self) -> dict[str, str]:
        """Primary units of quantity, volume, weight and time."""
        row = self["ModelSettings"].iloc[0]
        kinds = ("Quantity", "Volume", "Weight", "Time")
        return {kind: str(row[f"Primary{kind}UOM"]) for kind in kinds}


def read_project(place: Path) -> Project:
    """Read the tables of an Anura project that a network study has.

    Parameters
    ----------
    place : Path
        Folder with CSV files, or a workbook; the names of tables and columns are taken whatever
        their case.

    Returns
    -------
    Project

    Raises
    ------
    InputError
        F541 where the place or a needed table is not there, F102 to F112 and F201 to F207 for what
        is wrong with the tables, F543 for units that are not the primary ones.
    """
    files = _files(place)
    tables: dict[str, pd.DataFrame] = {}
    losses: list[Loss] = []
    faults: list[Fault] = []
    for table in TABLES:
        content = files.pop(table.name.lower(), None)
        if content is None:
            if table.required:
                detail = f"there is no table {table.name}"
                faults.append(Fault("F541", place.name, value=table.name, detail=detail))
            tables[table.name] = empty(table)
            continue
        frame, found, lost = _read(content, f"{place.name}/{table.name}.csv", table)
        faults += found
        losses += lost
        tables[table.name] = frame
    losses += _unread_tables(files)
    tables, lost = _included(tables)
    project = Project(place.name, tables, (*losses, *lost))
    if len(project["ModelSettings"]):
        faults += _unit_faults(project)
    if faults:
        raise InputError(faults)
    return project


def _included(tables: dict[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], list[Loss]]:
    """Leave out excluded rows, closed facilities, and the rows of other tables that name them."""
    facilities, losses = tables["Facilities"], []
    closed = (facilities["FacilityStatus"] == CLOSED) & (facilities["Status"] == INCLUDE)
    if closed.any():
        reason, remedy = "a closed facility is not part of a plan", "set it to Consider"
        rows = int(closed.sum())
        losses.append(Loss(NOT_CARRIED, "Facilities", "FacilityStatus", rows, reason, remedy))
    gone = {
        name: set(tables[name].loc[tables[name]["Status"] != INCLUDE, key]) for name, key in MASTERS
    }
    gone["Facilities"] |= set(facilities.loc[closed, "FacilityName"])
    places = gone["Facilities"] | gone["Suppliers"] | gone["Customers"]
    kept = {}
    for name, frame in tables.items():
        out = pd.Series(False, index=frame.index)
        if "Status" in frame:
            out |= frame["Status"] != INCLUDE
        for column in set(PLACE_COLUMNS) & set(frame):
            out |= frame[column].isin(places)
        if "ProductName" in frame:
            out |= frame["ProductName"].isin(gone["Products"])
        kept[name] = frame[~out].reset_index(drop=True)
    return kept, losses


def _files(place: Path) -> dict[str, bytes]:
    """Return the content of every table by its name in lower case, also from a workbook."""
    if is_workbook(place):
        return {_key(grid.sheet): _csv(grid.cells.tolist()) for grid in read_grids(place)}
    if not place.is_dir():
        detail = "neither a folder nor an .xlsx file"
        raise InputError([Fault("F541", "DIR", value=str(place), detail=detail)])
    found = sorted(path for path in place.iterdir() if path.suffix.lower() == ".csv")
    return {_key(path.stem): read_regular(path, path.name, links=True) for path in found}


def _key(name: str) -> str:
    return name.strip().replace("_", "").replace(" ", "").lower()


def _csv(rows: list[list[str]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue().encode()


def _read(content: bytes, file: str, table: Table) -> tuple[pd.DataFrame, list[Fault], list[Loss]]:
    """Read one table: the declared columns typed, any other as text for the list of losses."""
    text = decode(content)[0]
    if len(text.splitlines()) < 2:  # an export has the header of a table without rows
        found = [Fault("F541", file, detail="it has no rows")] if table.required else []
        return empty(table), found, []
    header = next(csv.reader(io.StringIO(text)), [])
    canonical = {column.name.lower(): column for column in table.columns}
    columns = tuple(
        replace(canonical[name.strip().lower()], name=name.strip())
        if name.strip().lower() in canonical
        else Column(name.strip(), "text", "not read", default="")
        for name in header
        if name.strip()
    )
    absent = [
        column
        for column in table.columns
        if column.name.lower() not in {one.name.lower() for one in columns}
    ]
    frame, faults = read_table(content, file, replace(table, columns=(*columns, *absent)))
    names = {
        name: canonical[name.lower()].name for name in map(str, frame) if name.lower() in canonical
    }
    frame = frame.rename(columns=names)
    return frame, faults, [*_unread_columns(frame, table)]


def _unread_tables(files: Mapping[str, bytes]) -> Iterator[Loss]:
    """Name the tables with rows that are not read; results and units say nothing of a plan."""
    for name, content in files.items():
        rows = decode(content)[0].strip().count("\n")
        if rows and name not in OF_NO_PLAN and not name.startswith(RESULTS):
            reason = "a table without a counterpart"
            yield Loss(NOT_CARRIED, name, "", rows, reason, INSTEAD)


def _unread_columns(frame: pd.DataFrame, table: Table) -> Iterator[Loss]:
    """Name the columns that are not read and say more than the default of the schema."""
    declared = {column.name for column in table.columns}
    for name in map(str, frame):
        if name in declared or name.startswith("_") or name.lower().endswith(QUALIFIERS):
            continue
        filled = int((~frame[name].isin(EMPTY_CELLS)).sum())
        if filled:
            reason = "a column without a counterpart"
            yield Loss(NOT_CARRIED, table.name, name, filled, reason, INSTEAD)


def _unit_faults(project: Project) -> Iterator[Fault]:
    """Find amounts that are not in the primary units."""
    units = project.units
    for name, frame in project.tables.items():
        for column in BY_NAME[name].columns:
            if not column.name.endswith("UOM") or name == "ModelSettings":
                continue
            unit = units[UNIT_KINDS.get(column.name, "Quantity")]
            wrong = frame[~frame[column.name].isin(["", unit])]
            for line, value in zip(wrong[ROW], wrong[column.name], strict=True):
                place = f"{project.name}/{name}.csv", int(line), column.name, value
                yield Fault("F543", *place, f"the primary unit is {unit}")
