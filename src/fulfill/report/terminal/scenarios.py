"""Terminal output of one choice of sites for several possible years."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.scenarios.plan_for_scenarios import PlanForScenarios
from fulfill.analysis.scenarios.tables import choice_table, cost_table, site_table, statements
from fulfill.report.terminal.console import PlainConsole, columns
from fulfill.study.language import translated as _
from fulfill.study.run_folder import SCENARIOS_PAGE
from fulfill.study.scenario_outputs import CHOICES, SCENARIO_COSTS, SCENARIO_SITES
from fulfill.study.vocabulary import conversion

COSTS = SCENARIO_COSTS.pick(
    "scenario",
    "probability",
    "cost_usd",
    "regret_usd_low",
    "regret_usd_high",
    "base_sites_usd",
    "lead_time_days",
)
TRIED = CHOICES.pick("choice", "value_usd", "above_usd", "worst_usd", "n_sites", "of_run")


def print_scenarios(found: PlanForScenarios, folder: Path) -> None:
    """Print the chosen sites and what they cost in each year.

    Parameters
    ----------
    found : PlanForScenarios
    folder : Path
        Folder of its files.
    """
    console = PlainConsole()
    for sentence in statements(found):
        console.print(sentence)
    parts = (
        (cost_table(found), COSTS),
        (site_table(found), SCENARIO_SITES.figures),
        (choice_table(found), TRIED),
    )
    for rows, figures in parts:
        console.print()
        drawn = columns(*((one.heading, one.is_number) for one in figures))
        for row in rows.to_dict("records"):
            drawn.add_row(*(one.shown(row[one.key]) for one in figures))
        console.table(drawn)
    console.print()
    if found.faults:
        console.print(_("audit    FAULTS: {faults}").format(faults="; ".join(found.faults)))
    if words := conversion():
        console.print(words)
    made = _("results  {folder}  ({files}, CSV tables, summary.json)")
    console.tell(made.format(folder=folder, files=SCENARIOS_PAGE))
