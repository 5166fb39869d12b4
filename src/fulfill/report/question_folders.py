"""Files of the answers to questions about runs, written to a given folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.analysis.diff.run_difference import RunDifference
from fulfill.analysis.diff.run_difference import summary as diff_summary
from fulfill.analysis.explanations.site_explanation import SiteExplanation, explanation_table
from fulfill.inputs.folder import InputFolder, read_folder
from fulfill.report.drawing import draw
from fulfill.report.html.diff_page import write_diff_page
from fulfill.report.html.explanation_page import write_explanation_page
from fulfill.study.csv_files import write_output
from fulfill.study.json_file import FORMAT, write_json
from fulfill.study.manifest import DIFF, EXPLANATION, write_manifest
from fulfill.study.output import Output
from fulfill.study.output_folder import MANIFEST
from fulfill.study.outputs import TABLES_FILE
from fulfill.study.question_outputs import (
    BRIDGE,
    FLOWS_CHANGED,
    INPUTS_CHANGED,
    SITE_EXPLANATION,
    SITES_CHANGED,
)
from fulfill.study.run import Run
from fulfill.study.run_folder import DIFF_PAGE, EXPLANATION_PAGE, SUMMARY


def write_diff(found: RunDifference, folder: Path) -> tuple[str, ...]:
    """Write summary.json, a CSV file for each table, diff.html and manifest.json.

    Parameters
    ----------
    found : RunDifference
        Of runs that were read from folders.
    folder : Path
        Existing empty folder, such as that of `output_folder.new_folder`.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    tables = {
        BRIDGE: found.steps,
        INPUTS_CHANGED: found.inputs_changed,
        SITES_CHANGED: found.sites,
        FLOWS_CHANGED: found.flows,
    }
    page = {DIFF_PAGE: lambda place: write_diff_page(found, place / DIFF_PAGE)}
    lost = _write(folder, tables, diff_summary(found), page)
    runs = {"from": _files(found.before), "to": _files(found.after)}
    write_manifest(folder, DIFF, runs, {}, {})
    return lost


def write_explanations(
    run: Run, found: Sequence[SiteExplanation], more: Mapping[str, Any], folder: Path
) -> tuple[str, ...]:
    """Write summary.json, sites.csv, explanation.html and manifest.json.

    Parameters
    ----------
    run : Run
        That was read from a folder.
    found : sequence of SiteExplanation
    more : Mapping
        Further entries of summary.json.
    folder : Path
        Existing empty folder.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    name = EXPLANATION_PAGE
    page = {name: lambda place: write_explanation_page(run, found, place / name)}
    summary = {"sites": [one.record for one in found], **more}
    lost = _write(folder, {SITE_EXPLANATION: explanation_table(found)}, summary, page)
    write_manifest(folder, EXPLANATION, {"run": _files(run)}, {}, {})
    return lost


def _write(
    folder: Path,
    tables: Mapping[Output, pd.DataFrame],
    summary: Mapping[str, Any],
    page: Mapping[str, Callable[[Path], object]],
) -> tuple[str, ...]:
    """Write the tables, the summary and the page of an answer."""
    for declared, table in tables.items():
        write_output(declared, table, folder)
    write_json(folder / SUMMARY, {"format_version": FORMAT, **summary})
    return draw(folder, page)


def _files(run: Run) -> InputFolder:
    """Return the files that identify a run, to be hashed in a manifest."""
    if run.folder is None:
        raise ValueError("the run was not read from a folder")
    return read_folder(run.folder, [MANIFEST, SUMMARY, TABLES_FILE], "")
