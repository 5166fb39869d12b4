"""Files of the answers to questions about runs, written to a given folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.analysis.alternatives.alternative_plans import Alternatives
from fulfill.analysis.alternatives.alternative_plans import summary as alternatives_summary
from fulfill.analysis.diff.run_difference import RunDifference
from fulfill.analysis.diff.run_difference import summary as diff_summary
from fulfill.analysis.explanations.site_explanation import SiteExplanation, explanation_table
from fulfill.inputs.folder import InputFolder, read_folder
from fulfill.report.drawing import draw
from fulfill.report.html.alternatives_page import write_alternatives_page
from fulfill.report.html.diff_page import write_diff_page
from fulfill.report.html.explanation_page import write_explanation_page
from fulfill.study import question_outputs as outputs
from fulfill.study.csv_files import write_output
from fulfill.study.json_file import FORMAT, write_json
from fulfill.study.manifest import ALTERNATIVES, DIFF, EXPLANATION, write_manifest
from fulfill.study.output import Output
from fulfill.study.output_folder import MANIFEST
from fulfill.study.outputs import TABLES_FILE
from fulfill.study.run import Run
from fulfill.study.run_folder import ALTERNATIVES_PAGE, DIFF_PAGE, EXPLANATION_PAGE, SUMMARY


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
        outputs.BRIDGE: found.steps,
        outputs.INPUTS_CHANGED: found.inputs_changed,
        outputs.SITES_CHANGED: found.sites,
        outputs.FLOWS_CHANGED: found.flows,
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
    lost = _write(folder, {outputs.SITE_EXPLANATION: explanation_table(found)}, summary, page)
    write_manifest(folder, EXPLANATION, {"run": _files(run)}, {}, {})
    return lost


def write_alternatives(found: Alternatives, folder: Path) -> tuple[str, ...]:
    """Write summary.json, alternatives.csv, alternatives.html and manifest.json.

    Parameters
    ----------
    found : Alternatives
        Of a run that was read from a folder.
    folder : Path
        Existing empty folder.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    name = ALTERNATIVES_PAGE
    page = {name: lambda place: write_alternatives_page(found, place / name)}
    lost = _write(folder, {outputs.ALTERNATIVES: found.table}, alternatives_summary(found), page)
    asked = {"number": found.asked, "within": found.within}
    write_manifest(folder, ALTERNATIVES, {"run": _files(found.run)}, asked, {})
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
