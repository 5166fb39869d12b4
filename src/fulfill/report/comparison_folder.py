"""Files of a comparison, written to a given folder."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.compare.comparison import Comparison, summary
from fulfill.report.answer_folder import write_answer
from fulfill.report.html.comparison_page import page
from fulfill.report.html.page import save
from fulfill.study.manifest import COMPARISON, write_manifest
from fulfill.study.outputs import COMPARISON_TABLES
from fulfill.study.run_folder import (
    COMPARISON_PAGE,
    input_folders,
    recorded_options,
)


def write_comparison(comparison: Comparison, folder: Path) -> tuple[str, ...]:
    """Write summary.json, a CSV file for each table, comparison.html and manifest.json.

    Parameters
    ----------
    comparison : Comparison
        Plans of all dates and modes.
    folder : Path
        Existing empty folder, such as that of `output_folder.new_folder`.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    tables = {
        declared: getattr(comparison, declared.name.removesuffix(".csv"))
        for declared in COMPARISON_TABLES
    }
    seconds = {"plans": float(comparison.modes["seconds"].sum())}
    study = comparison.study
    asked = {**recorded_options(study), "as_of": sorted(set(comparison.modes["as_of"]))}
    lost = write_answer(
        folder,
        tables,
        summary(comparison),
        COMPARISON_PAGE,
        lambda path: save(page(comparison), path),
    )
    write_manifest(folder, COMPARISON, input_folders(study), asked, seconds)
    return lost
