"""Files of the answers to questions about runs, written to a given folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fulfill.analysis.alternatives.alternative_plans import Alternatives
from fulfill.analysis.alternatives.alternative_plans import summary as alternatives_summary
from fulfill.analysis.diff.run_difference import RunDifference
from fulfill.analysis.diff.run_difference import summary as diff_summary
from fulfill.analysis.explanations.site_explanation import SiteExplanation, explanation_table
from fulfill.inputs.folder import InputFolder, read_folder
from fulfill.report.answer_folder import write_answer
from fulfill.report.html.alternatives_page import write_alternatives_page
from fulfill.report.html.diff_page import write_diff_page
from fulfill.report.html.explanation_page import write_explanation_page
from fulfill.study import question_outputs as outputs
from fulfill.study.manifest import ALTERNATIVES, DIFF, EXPLANATION, write_manifest
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
    lost = write_answer(
        folder, tables, diff_summary(found), DIFF_PAGE, lambda path: write_diff_page(found, path)
    )
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
    lost = write_answer(
        folder,
        {outputs.SITE_EXPLANATION: explanation_table(found)},
        {"sites": [one.record for one in found], **more},
        EXPLANATION_PAGE,
        lambda path: write_explanation_page(run, found, path),
    )
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
    lost = write_answer(
        folder,
        {outputs.ALTERNATIVES: found.table},
        alternatives_summary(found),
        ALTERNATIVES_PAGE,
        lambda path: write_alternatives_page(found, path),
    )
    asked = {"number": found.asked, "within": found.within}
    write_manifest(folder, ALTERNATIVES, {"run": _files(found.run)}, asked, {})
    return lost


def _files(run: Run) -> InputFolder:
    """Return the files that identify a run, to be hashed in a manifest."""
    if run.folder is None:
        raise ValueError("the run was not read from a folder")
    return read_folder(run.folder, [MANIFEST, SUMMARY, TABLES_FILE], "")
