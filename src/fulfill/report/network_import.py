"""Files of an import into a network: its tables, a record and a page."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.import_quotes import ImportedQuotes
from fulfill.inputs.importing.import_rates import ImportedRates
from fulfill.inputs.importing.order_lines import Recognised
from fulfill.report.drawing import draw
from fulfill.report.html.network_import_page import quotes_page, rates_page
from fulfill.study.csv_files import write_csv
from fulfill.study.json_file import FORMAT, finite, write_json
from fulfill.study.run_folder import QUOTES_PAGE, QUOTES_RECORD, RATES_PAGE, RATES_RECORD


def write_rates(imported: ImportedRates, folder: Path) -> tuple[str, ...]:
    """Write what `fulfill import rates` makes into the folder of a network.

    Parameters
    ----------
    imported : ImportedRates
    folder : Path
        Folder of the network; tables of the same names are replaced.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    _write_tables(imported.tables, folder)
    write_json(folder / RATES_RECORD, rates_record(imported))
    return _draw(folder, RATES_PAGE, lambda: rates_page(imported))


def rates_record(imported: ImportedRates) -> dict[str, Any]:
    """Return the content of rates.json.

    Parameters
    ----------
    imported : ImportedRates

    Returns
    -------
    dict
    """
    return _record(imported.figures, imported.files, imported.warnings)


def write_quotes(imported: ImportedQuotes, folder: Path) -> tuple[str, ...]:
    """Write what `fulfill import quotes` makes into the folder of a network.

    Parameters
    ----------
    imported : ImportedQuotes
    folder : Path
        Folder of the network; tables of the same names are replaced.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    _write_tables(imported.tables, folder)
    write_json(folder / QUOTES_RECORD, quotes_record(imported))
    return _draw(folder, QUOTES_PAGE, lambda: quotes_page(imported))


def quotes_record(imported: ImportedQuotes) -> dict[str, Any]:
    """Return the content of quotes.json.

    Parameters
    ----------
    imported : ImportedQuotes

    Returns
    -------
    dict
    """
    return _record(imported.figures, imported.files, imported.warnings)


def _record(
    figures: Mapping[str, Any], files: tuple[Recognised, ...], warnings: tuple[Fault, ...]
) -> dict[str, Any]:
    """Return the content of a record."""
    content: dict[str, Any] = finite(
        {
            "format_version": FORMAT,
            **figures,
            "files": [dataclasses.asdict(file) for file in files],
            "warnings": [str(warning) for warning in warnings],
        }
    )
    return content


def _write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write tables of a network."""
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")


def _draw(folder: Path, name: str, page: Callable[[], str]) -> tuple[str, ...]:
    """Write a page in place of an earlier one."""

    def write(place: Path) -> None:
        (place / name).write_text(page(), encoding="utf-8", newline="\n")

    return draw(folder, {name: write})
