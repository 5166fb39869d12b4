"""Files of `fulfill scenarios`, written to a given folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fulfill.analysis.scenarios.plan_for_scenarios import PlanForScenarios
from fulfill.analysis.scenarios.tables import choice_table, cost_table, site_table, summary
from fulfill.report.answer_folder import write_answer
from fulfill.report.html import scenarios_page
from fulfill.report.html.page import save
from fulfill.study.manifest import SCENARIOS, write_manifest
from fulfill.study.run_folder import SCENARIOS_PAGE, input_folders
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
    tables = {
        SCENARIO_COSTS: cost_table(found),
        SCENARIO_SITES: site_table(found),
        CHOICES: choice_table(found),
    }
    lost = write_answer(
        folder,
        tables,
        summary(found),
        SCENARIOS_PAGE,
        lambda path: save(scenarios_page.page(found), path),
    )
    write_manifest(folder, SCENARIOS, input_folders(found.run.study), asked, {"plans": seconds})
    return lost
