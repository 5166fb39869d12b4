"""What the folders of all answers have in common: tables, a summary and a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.report.drawing import draw
from fulfill.study.csv_files import write_output
from fulfill.study.json_file import FORMAT, write_json
from fulfill.study.output import Output
from fulfill.study.run_folder import SUMMARY


def write_answer(
    folder: Path,
    tables: Mapping[Output, pd.DataFrame],
    summary: Mapping[str, Any],
    name: str,
    write_page: Callable[[Path], object],
) -> tuple[str, ...]:
    """Write the tables, summary.json and the page of an answer; the manifest comes after it.

    Parameters
    ----------
    folder : Path
        Existing empty folder, such as that of `output_folder.new_folder`.
    tables : mapping of Output to DataFrame
        A CSV file each.
    summary : mapping
        Content of summary.json, to which the format is added.
    name : str
        File of the page.
    write_page : callable
        Takes the path to write the page to.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    for declared, table in tables.items():
        write_output(declared, table, folder)
    write_json(folder / SUMMARY, {"format_version": FORMAT, **summary})
    return draw(folder, {name: lambda place: write_page(place / name)})
