"""Files of `fulfill roadmap`, written to a given folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fulfill.analysis.roadmap.roadmap import Roadmap
from fulfill.analysis.roadmap.tables import cash_flow, payback_table, site_table, summary
from fulfill.report.answer_folder import write_answer
from fulfill.report.html.roadmap_page import write_roadmap_page
from fulfill.study.manifest import ROADMAP as KIND
from fulfill.study.manifest import write_manifest
from fulfill.study.roadmap_outputs import CASH_FLOW, PAYBACK, ROADMAP
from fulfill.study.run_folder import ROADMAP_PAGE, input_folders


def write_roadmap(
    found: Roadmap, folder: Path, asked: Mapping[str, Any], seconds: float
) -> tuple[str, ...]:
    """Write summary.json, the tables, roadmap.html and manifest.json.

    Parameters
    ----------
    found : Roadmap
    folder : Path
        Existing empty folder, such as that of `output_folder.new_folder`.
    asked : mapping
        Options of the command.
    seconds : float
        Computing time.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    tables = {
        ROADMAP: site_table(found),
        CASH_FLOW: cash_flow(found),
        PAYBACK: payback_table(found),
    }
    lost = write_answer(
        folder, tables, summary(found), ROADMAP_PAGE, lambda path: write_roadmap_page(found, path)
    )
    write_manifest(folder, KIND, input_folders(found.run.study), asked, {"roadmap": seconds})
    return lost
