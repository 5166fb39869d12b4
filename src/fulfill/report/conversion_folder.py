"""Files of conversions from and to Anura tables, with the list of what is not the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.inputs.anura.losses import Loss, loss_table
from fulfill.inputs.anura.network_tables import Converted, convert_project
from fulfill.report.anura.project_tables import project_tables
from fulfill.report.anura.results import result_losses, result_tables
from fulfill.study.conversion_outputs import LOSSES
from fulfill.study.csv_files import write_csv, write_output
from fulfill.study.json_file import FORMAT, finite
from fulfill.study.manifest import CONVERSION, write_manifest
from fulfill.study.open_run import open_run
from fulfill.study.output_folder import MANIFEST
from fulfill.study.study import load

PROJECT = "anura"
"""Folder of the tables of a project, within that of the conversion."""


@dataclass(frozen=True, eq=False)
class Conversion:
    """What a conversion wrote.

    Attributes
    ----------
    folders : tuple of str
        Names of the folders with tables.
    tables : mapping of str to int
        Rows by table.
    losses : DataFrame
        See `losses.loss_table`.
    """

    folders: tuple[str, ...]
    tables: Mapping[str, int]
    losses: pd.DataFrame

    @property
    def summary(self) -> dict[str, Any]:
        """What ``fulfill convert --json`` prints."""
        content: dict[str, Any] = finite(
            {
                "format_version": FORMAT,
                "folders": list(self.folders),
                "tables": dict(self.tables),
                "losses": self.losses.to_dict("records"),
            }
        )
        return content


def from_anura(source: Path, folder: Path) -> Conversion:
    """Convert an Anura project, and check the result as ``fulfill check`` does.

    Parameters
    ----------
    source : Path
        Folder with CSV files, or a workbook.
    folder : Path
        Existing empty folder to write to.

    Returns
    -------
    Conversion

    Raises
    ------
    InputError
        With every fault of the project, or of the tables made from it.
    """
    converted = convert_project(source)
    kinds = {"network": converted.network, "demand": converted.demand}
    for kind, tables in kinds.items():
        _write_inputs(folder / kind, kind, tables, converted)
    load(str(folder / "network"), str(folder / "demand"))
    return _finished(
        folder,
        tuple(kinds),
        {
            f"{kind}/{name}": len(table)
            for kind, own in kinds.items()
            for name, table in own.items()
        },
        converted.losses,
        {"from": "anura"},
    )


def to_anura(
    source: Path | str, demand: str | None, folder: Path, days: int | None = None
) -> Conversion:
    """Convert a run, or a network with a demand, into tables of an Anura project.

    Parameters
    ----------
    source : Path or str
        Run folder, or network where `demand` is given.
    demand : str or None
        Demand of the network; None for a run.
    folder : Path
        Existing empty folder to write to.
    days : int, optional
        Days of the project; by default those of the calendar.

    Returns
    -------
    Conversion

    Raises
    ------
    InputError
        Where the source cannot be read, and F549.
    """
    if demand is None:
        run = open_run(source)
        tables, losses = project_tables(run.study.problem, days)
        if run.found:
            results = result_tables(run, days)
            losses += result_losses(results, tables["Facilities"])
            tables |= results
    else:
        tables, losses = project_tables(load(str(source), demand).problem, days)
    (folder / PROJECT).mkdir()
    for name, table in tables.items():
        write_csv(table, folder / PROJECT / f"{name}.csv")
    rows = {name: len(table) for name, table in tables.items()}
    return _finished(folder, (PROJECT,), rows, losses, {"to": "anura", "days": days})


def _write_inputs(
    folder: Path, kind: str, tables: Mapping[str, pd.DataFrame], converted: Converted
) -> None:
    """Write the folder of a network or a demand."""
    folder.mkdir()
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")
    (folder / f"{kind}.toml").write_text(converted.settings[kind], encoding="utf-8", newline="\n")


def _finished(
    folder: Path,
    kinds: tuple[str, ...],
    rows: Mapping[str, int],
    losses: Iterable[Loss],
    options: Mapping[str, Any],
) -> Conversion:
    """Write the list and the manifest."""
    table = loss_table(losses)
    write_output(LOSSES, table, folder)
    write_manifest(folder, CONVERSION, {}, options, {})
    return Conversion(kinds, rows, table)


def is_run(folder: Path) -> bool:
    """Return whether a folder was written by this package, as a run is."""
    return (folder / MANIFEST).is_file()
