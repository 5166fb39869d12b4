"""Files of a comparison, written to a given folder."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.compare.comparison import Comparison, summary
from fulfill.report.drawing import draw
from fulfill.report.html.comparison_page import page
from fulfill.study.csv_files import write_output
from fulfill.study.json_file import FORMAT, write_json
from fulfill.study.manifest import COMPARISON, write_manifest
from fulfill.study.outputs import COMPARISON_TABLES
from fulfill.study.run_folder import (
    COMPARISON_PAGE,
    SUMMARY,
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
    for declared in COMPARISON_TABLES:
        table = getattr(comparison, declared.name.removesuffix(".csv"))
        write_output(declared, table, folder)
    write_json(folder / SUMMARY, {"format_version": FORMAT, **summary(comparison)})
    seconds = {"plans": float(comparison.modes["seconds"].sum())}
    study = comparison.study
    asked = {**recorded_options(study), "as_of": sorted(set(comparison.modes["as_of"]))}

    def write_page(place: Path) -> None:
        (place / COMPARISON_PAGE).write_text(page(comparison), encoding="utf-8", newline="\n")

    lost = draw(folder, {COMPARISON_PAGE: write_page})
    write_manifest(folder, COMPARISON, input_folders(study), asked, seconds)
    return lost
