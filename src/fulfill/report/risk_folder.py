"""Files of `fulfill stress` and `fulfill ask`, written to a given folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fulfill.analysis.questions.ask import Asked
from fulfill.analysis.questions.ask import summary as ask_summary
from fulfill.analysis.questions.groups import group_table
from fulfill.analysis.stress.stress import Stress
from fulfill.analysis.stress.stress import summary as stress_summary
from fulfill.report.answer_folder import write_answer
from fulfill.report.html import ask_page, stress_page
from fulfill.report.html.page import save
from fulfill.study.csv_files import write_csv
from fulfill.study.manifest import ASK, STRESS, write_manifest
from fulfill.study.risk_outputs import LOSSES, QUESTIONS, REMEDIES, SAMPLES, SITE_SHARES
from fulfill.study.run_folder import ASK_PAGE, FIGURE_GROUPS, STRESS_PAGE, input_folders


def write_stress(
    found: Stress, folder: Path, asked: Mapping[str, Any], seconds: float
) -> tuple[str, ...]:
    """Write summary.json, losses.csv, remedies.csv, stress.html and manifest.json.

    Parameters
    ----------
    found : Stress
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
    tables = {LOSSES: found.losses, REMEDIES: found.remedies}
    lost = write_answer(
        folder,
        tables,
        stress_summary(found),
        STRESS_PAGE,
        lambda path: save(stress_page.page(found), path),
    )
    write_manifest(folder, STRESS, input_folders(found.run.study), asked, {"losses": seconds})
    return lost


def write_asked(
    found: Asked, folder: Path, asked: Mapping[str, Any], seconds: float
) -> tuple[str, ...]:
    """Write summary.json, the tables, groups.csv, ask.html and manifest.json.

    Parameters
    ----------
    found : Asked
    folder, asked, seconds
        See `write_stress`.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    tables = {QUESTIONS: found.table}
    if found.joint is not None:
        tables |= {SAMPLES: found.joint.plans, SITE_SHARES: found.joint.sites}
    # not rounded: the file is read again by --groups
    write_csv(group_table(found.run.problem, found.groups), folder / FIGURE_GROUPS)
    lost = write_answer(
        folder,
        tables,
        ask_summary(found),
        ASK_PAGE,
        lambda path: save(ask_page.page(found), path),
    )
    write_manifest(folder, ASK, input_folders(found.run.study), asked, {"plans": seconds})
    return lost
