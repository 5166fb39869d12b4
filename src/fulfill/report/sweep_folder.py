"""Files of a sweep, written to a given folder."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.sweep.sweep import Sweep
from fulfill.analysis.sweep.tables import (
    effect_table,
    point_table,
    site_table,
    summary,
    value_table,
)
from fulfill.report.answer_folder import write_answer
from fulfill.report.html.page import save
from fulfill.report.html.sweep_page import page
from fulfill.study.json_file import finite
from fulfill.study.manifest import SWEEP, write_manifest
from fulfill.study.run_folder import SWEEP_PAGE, input_folders, recorded_options
from fulfill.study.sweep_outputs import EFFECTS, POINTS, SITE_SHARES, VALUES


def write_sweep(found: Sweep, folder: Path) -> tuple[str, ...]:
    """Write summary.json, a CSV file for each table, sweep.html and manifest.json.

    Parameters
    ----------
    found : Sweep
    folder : Path
        Existing empty folder, such as that of `output_folder.new_folder`.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    tables = {
        POINTS: point_table(found),
        VALUES: value_table(found),
        EFFECTS: effect_table(found),
        SITE_SHARES: site_table(found),
    }
    lost = write_answer(
        folder, tables, finite(summary(found)), SWEEP_PAGE, lambda path: save(page(found), path)
    )
    study = found.run.study
    asked = {
        **recorded_options(study),
        "grade": found.grade,
        "figures": [figure.name for figure in found.figures],
    }
    write_manifest(folder, SWEEP, input_folders(study), asked, {"points": found.seconds})
    return lost
