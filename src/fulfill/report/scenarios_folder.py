"""Files of `fulfill scenarios`, written to a given folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fulfill.analysis.scenarios.plan_for_scenarios import PlanForScenarios
from fulfill.analysis.scenarios.tables import choice_table, cost_table, site_table, summary
from fulfill.report.drawing import draw
from fulfill.report.html import scenarios_page
from fulfill.study.csv_files import write_output
from fulfill.study.json_file import FORMAT, write_json
from fulfill.study.manifest import SCENARIOS, write_manifest
from fulfill.study.run_folder import SCENARIOS_PAGE, SUMMARY, input_folders
from fulfill.study.scenario_outputs import CHOICES, SCENARIO_COSTS, SCENARIO_SITES


def write_scenarios(
    found: PlanForScenarios, folder: Path, asked: Mapping[str, Any], seconds: float
) -> tuple[str, ...]:
    """Write summary.json, the tables, scenarios.html and manifest.json.

    Parameters
    ----------
    found : PlanForScenarios
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
    write_output(SCENARIO_COSTS, cost_table(found), folder)
    write_output(SCENARIO_SITES, site_table(found), folder)
    write_output(CHOICES, choice_table(found), folder)
    write_json(folder / SUMMARY, {"format_version": FORMAT, **summary(found)})

    def page(place: Path) -> None:
        text = scenarios_page.page(found)
        (place / SCENARIOS_PAGE).write_text(text, encoding="utf-8", newline="\n")

    lost = draw(folder, {SCENARIOS_PAGE: page})
    write_manifest(folder, SCENARIOS, input_folders(found.run.study), asked, {"plans": seconds})
    return lost
