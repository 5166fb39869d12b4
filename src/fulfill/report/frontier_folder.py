"""Files of frontiers, written to a given folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fulfill.analysis.frontier.frontier import Frontier
from fulfill.analysis.frontier.risk_frontier import RiskFrontier
from fulfill.analysis.frontier.risk_tables import risk_summary, risk_table, tried_table
from fulfill.analysis.frontier.tables import frontier_table, summary
from fulfill.report.answer_folder import write_answer
from fulfill.report.html.frontier_page import write_frontier_page
from fulfill.report.html.risk_frontier_page import write_risk_frontier_page
from fulfill.study.frontier_outputs import FRONTIER, RISK_CHOICES, RISK_FRONTIER
from fulfill.study.manifest import FRONTIER as KIND
from fulfill.study.manifest import write_manifest
from fulfill.study.run_folder import FRONTIER_PAGE, input_folders, recorded_options


def write_frontier(found: Frontier, folder: Path) -> tuple[str, ...]:
    """Write summary.json, frontier.csv, frontier.html and manifest.json.

    Parameters
    ----------
    found : Frontier
    folder : Path
        Existing empty folder, such as that of `output_folder.new_folder`.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    tables = {FRONTIER: frontier_table(found)}
    lost = write_answer(
        folder, tables, summary(found), FRONTIER_PAGE, lambda path: write_frontier_page(found, path)
    )
    study, measure = found.run.study, found.measure
    asked = {
        **recorded_options(study),
        "against": measure.against,
        "limits": [str(limit) for point in found.points for limit in point.limits],
    }
    write_manifest(folder, KIND, input_folders(study), asked, {"points": found.seconds})
    return lost


def write_risk_frontier(
    found: RiskFrontier, folder: Path, asked: Mapping[str, Any]
) -> tuple[str, ...]:
    """Write summary.json, frontier.csv, choices.csv, frontier.html and manifest.json.

    Parameters
    ----------
    found : RiskFrontier
    folder : Path
        Existing empty folder, such as that of `output_folder.new_folder`.
    asked : mapping
        Options of the command.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    lost = write_answer(
        folder,
        {RISK_FRONTIER: risk_table(found), RISK_CHOICES: tried_table(found)},
        risk_summary(found),
        FRONTIER_PAGE,
        lambda path: write_risk_frontier_page(found, path),
    )
    study = found.run.study
    recorded = {**recorded_options(study), **asked}
    write_manifest(folder, KIND, input_folders(study), recorded, {"plans": found.seconds})
    return lost
