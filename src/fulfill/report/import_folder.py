"""Files of an import of orders: a demand, a network with its products, a record and a page."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.inputs.importing.import_orders import ImportedOrders
from fulfill.inputs.network import Network
from fulfill.report.drawing import draw
from fulfill.report.html.import_page import page
from fulfill.study.csv_files import write_csv, write_output
from fulfill.study.import_outputs import REFUSED
from fulfill.study.json_file import FORMAT, finite, write_json
from fulfill.study.manifest import IMPORT, write_manifest
from fulfill.study.run_folder import IMPORT_NETWORK, IMPORT_PAGE, IMPORT_RECORD

SETTINGS = 'name = "{name}"\ntitle = "Orders of {first} to {last}"\n'
NAME = "imported"


def write_import(
    imported: ImportedOrders, network: Network, folder: Path, options: dict[str, Any]
) -> tuple[str, ...]:
    """Write what `fulfill import orders` makes.

    Parameters
    ----------
    imported : ImportedOrders
    network : Network
        Its files are copied, except for the tables that the import replaces.
    folder : Path
        Existing empty folder, such as that of `output_folder.new_folder`.
    options : dict
        Options of the command, for the manifest.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    first, last = (str(day.date()) for day in imported.by_day.index[[0, -1]])
    settings = SETTINGS.format(name=NAME, first=first, last=last)
    (folder / "demand.toml").write_text(settings, encoding="utf-8")
    write_csv(imported.zones.drop(columns="orders"), folder / "zones.csv")
    write_csv(imported.orders, folder / "orders.csv")
    write_csv(imported.parameters, folder / "parameters.csv")
    write_output(REFUSED, imported.refused[list(REFUSED.keys)], folder)
    network.folder.write(folder / IMPORT_NETWORK)
    for name, table in imported.network_tables.items():
        write_csv(table, folder / IMPORT_NETWORK / f"{name}.csv")
    write_json(folder / IMPORT_RECORD, record(imported))

    def write_page(place: Path) -> None:
        (place / IMPORT_PAGE).write_text(page(imported, network), encoding="utf-8", newline="\n")

    lost = draw(folder, {IMPORT_PAGE: write_page})
    write_manifest(folder, IMPORT, {"network": network.folder}, options, {})
    return lost


def record(imported: ImportedOrders) -> dict[str, Any]:
    """Return the content of import.json.

    Parameters
    ----------
    imported : ImportedOrders

    Returns
    -------
    dict
        Infinities and NaN are None.
    """
    segments = imported.segments.table.drop(columns=["like", "family"])
    content: dict[str, Any] = finite(
        {
            "format_version": FORMAT,
            **imported.figures,
            "usd_rate": imported.rate.units_per_usd if imported.rate else None,
            "first_day": str(imported.by_day.index[0].date()),
            "last_day": str(imported.by_day.index[-1].date()),
            "files": [dataclasses.asdict(file) for file in imported.files],
            "segments": _records(segments),
            "season": _records(imported.season),
            "missing": imported.missing,
            "warnings": [str(warning) for warning in imported.warnings],
        }
    )
    return content


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows of a table, with numbers of Python."""
    return [
        {str(name): value for name, value in row.items()}
        for row in table.astype(object).where(table.notna(), None).to_dict("records")
    ]
