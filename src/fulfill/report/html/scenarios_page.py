"""Page of one choice of sites for several possible years."""

from __future__ import annotations

from fulfill.analysis.scenarios.plan_for_scenarios import PlanForScenarios
from fulfill.analysis.scenarios.tables import choice_table, cost_table, site_table, statements
from fulfill.report.html import page as base
from fulfill.report.html.page import html_table
from fulfill.report.html.risk_charts import interval_chart
from fulfill.study.language import translated as _
from fulfill.study.scenario_outputs import CHOICES, SCENARIO_COSTS, SCENARIO_SITES
from fulfill.study.vocabulary import DAY, shown


def page(found: PlanForScenarios) -> str:
    """Render the page of one choice of sites for several possible years.

    Parameters
    ----------
    found : PlanForScenarios

    Returns
    -------
    str
        HTML.
    """
    problem, costs = found.run.problem, cost_table(found)
    drawn = costs.sort_values("regret_usd_high", ascending=False, kind="stable")
    low, high = drawn["regret_usd_low"], drawn["regret_usd_high"]
    text = _("Bars: above the best plan that was found. Lines: up to its bound.")
    chart = interval_chart(drawn["scenario"].tolist(), low, low, high, text)
    return base.page(
        "scenarios.html",
        problem.network.title,
        {"regrets": chart},
        as_of=shown(found.run.plan.as_of, DAY),
        names=(problem.network.name, problem.demand.name),
        statements=statements(found),
        audit_faults=found.faults,
        costs=html_table(costs, SCENARIO_COSTS.figures),
        sites=html_table(site_table(found), SCENARIO_SITES.pick(*SCENARIO_SITES.keys[1:])),
        choices=html_table(choice_table(found), CHOICES.figures),
        conditions=found.run.outcome.conditions,
    )
