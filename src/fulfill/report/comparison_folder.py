"""Files of a comparison, written to a given folder."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.compare.comparison import Comparison, summary
from fulfill.report.html.comparison_page import page
from fulfill.study.csv_files import write_csv
from fulfill.study.run_folder import (
    COMPARISON_PAGE,
    FORMAT,
    MANIFEST,
    SUMMARY,
    input_folders,
    manifest,
    recorded_options,
    write_json,
)

TABLES = ("modes", "products", "zone_classes", "break_even")
"""Tables of a comparison that are written to a CSV file of the same name."""


def write_comparison(comparison: Comparison, folder: Path) -> None:
    """Write manifest.json, summary.json, a CSV file for each table, and comparison.html.

    Parameters
    ----------
    comparison : Comparison
        Plans of all dates and modes.
    folder : Path
        Existing empty folder, such as that of `run_folder.new_folder`.
    """
    for name in TABLES:
        write_csv(getattr(comparison, name), folder / f"{name}.csv")
    write_json(folder / SUMMARY, {"format_version": FORMAT, **summary(comparison)})
    seconds = {"plans": float(comparison.modes["seconds"].sum())}
    study = comparison.study
    asked = {**recorded_options(study), "as_of": sorted(set(comparison.modes["as_of"]))}
    write_json(folder / MANIFEST, manifest(input_folders(study), asked, seconds))
    (folder / COMPARISON_PAGE).write_text(page(comparison), encoding="utf-8", newline="\n")
