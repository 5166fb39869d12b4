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
from fulfill.report.drawing import draw
from fulfill.report.html import ask_page, stress_page
from fulfill.study.csv_files import write_csv, write_output
from fulfill.study.json_file import FORMAT, write_json
from fulfill.study.manifest import ASK, STRESS, write_manifest
from fulfill.study.risk_outputs import LOSSES, QUESTIONS, REMEDIES, SAMPLES, SITE_SHARES
from fulfill.study.run_folder import ASK_PAGE, FIGURE_GROUPS, STRESS_PAGE, SUMMARY, input_folders


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
    write_output(LOSSES, found.losses, folder)
    write_output(REMEDIES, found.remedies, folder)
    write_json(folder / SUMMARY, {"format_version": FORMAT, **stress_summary(found)})

    def page(place: Path) -> None:
        text = stress_page.page(found)
        (place / STRESS_PAGE).write_text(text, encoding="utf-8", newline="\n")

    lost = draw(folder, {STRESS_PAGE: page})
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
    write_output(QUESTIONS, found.table, folder)
    if found.joint is not None:
        write_output(SAMPLES, found.joint.plans, folder)
        write_output(SITE_SHARES, found.joint.sites, folder)
    # not rounded: the file is read again by --groups
    write_csv(group_table(found.run.problem, found.groups), folder / FIGURE_GROUPS)
    write_json(folder / SUMMARY, {"format_version": FORMAT, **ask_summary(found)})

    def page(place: Path) -> None:
        text = ask_page.page(found)
        (place / ASK_PAGE).write_text(text, encoding="utf-8", newline="\n")

    lost = draw(folder, {ASK_PAGE: page})
    write_manifest(folder, ASK, input_folders(found.run.study), asked, {"plans": seconds})
    return lost
