"""One choice of sites for several years of the toy, against every choice of its sites."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from fulfill.analysis.scenarios.plan_for_scenarios import (
    PlanForScenarios,
    ScenarioOptions,
    plan_for_scenarios,
)
from fulfill.analysis.scenarios.scenario_file import Scenario, of_scenario
from fulfill.inputs.faults import InputError
from fulfill.inputs.overrides import parse_override
from fulfill.model.risk import RiskMeasure, parse_risk
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.study import load

RISKS = ("expected", "cvar:0.5:0.5", "regret")
GAP = 1e-6
LESS = "network/site_sizes[own,S].orders_day"
RENT = "network/sites[site-a].rent_usd_m2_month"


@pytest.fixture(scope="module")
def run() -> Run:
    """The plan of the toy."""
    return optimize(load("toy", "toy", gap=GAP))


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    """A year as planned, one in which site A is dear, and one with room for half the orders."""
    return [
        Scenario("as planned", 0.5),
        Scenario("dear", 0.3, (parse_override(f"{RENT}=60"),)),
        Scenario("little room", 0.2, (parse_override(f"{LESS}=5"),)),
    ]


def asked(run: Run, scenarios: list[Scenario], risk: str = "expected") -> PlanForScenarios:
    """Return the choice for scenarios."""
    return plan_for_scenarios(run, scenarios, ScenarioOptions(parse_risk(risk), workers=0))


def best_of_all(run: Run, scenarios: list[Scenario], risk: RiskMeasure) -> float:
    """Return the least measure over every choice of the two sites, each planned by the MIP."""
    names = list(run.problem.network["sites"]["site_id"])
    costs = np.array(
        [
            [
                optimize(
                    of_scenario(run.study, one).with_(
                        opened=tuple(np.array(names)[np.array(choice)]),
                        closed=tuple(np.array(names)[~np.array(choice)]),
                    )
                ).objective
                for one in scenarios
            ]
            for choice in product((False, True), repeat=len(names))
        ]
    )
    chance = [one.probability for one in scenarios]
    return min(risk.value(row, chance, costs.min(axis=0)) for row in costs)


@pytest.mark.parametrize("risk", RISKS)
def test_the_choice_is_the_best_of_all(run: Run, scenarios: list[Scenario], risk: str) -> None:
    found = asked(run, scenarios, risk)
    best = best_of_all(run, scenarios, parse_risk(risk))
    assert found.design.value == pytest.approx(best, rel=1e-4)
    assert found.design.bound <= best * (1 + 1e-9)
    assert not found.faults


def test_one_scenario_is_the_plan(run: Run) -> None:
    found = asked(run, [Scenario("only", 1.0)])
    assert found.design.value == pytest.approx(run.objective, rel=1e-6)
    assert found.design.choice == tuple(
        sorted(zip(run.sites["site_id"], run.sites["size"], strict=True))
    )


def test_laws_of_what_information_is_worth(run: Run, scenarios: list[Scenario]) -> None:
    found = asked(run, scenarios)
    low, high = found.perfect_information_usd
    assert 0.0 <= low <= high
    assert found.stochastic_solution_usd is not None
    assert 0.0 <= found.stochastic_solution_usd[0] <= found.stochastic_solution_usd[1]
    assert found.design.bound <= found.design.value
    assert found.expected_usd == pytest.approx(found.design.value)


def test_cvar_is_at_least_the_expectation(run: Run, scenarios: list[Scenario]) -> None:
    expected, tail = asked(run, scenarios), asked(run, scenarios, "cvar:0.5:1")
    assert tail.design.value >= expected.design.bound


def test_closing_a_site_never_helps(run: Run, scenarios: list[Scenario]) -> None:
    found = asked(run, scenarios)
    for site in run.problem.network["sites"]["site_id"]:
        study = run.study.with_(closed=(site,))
        closed = plan_for_scenarios(
            optimize(study), scenarios, ScenarioOptions(workers=0)
        )
        assert closed.design.value >= found.design.bound


def test_the_same_question_has_the_same_answer(run: Run, scenarios: list[Scenario]) -> None:
    first, again = asked(run, scenarios), asked(run, scenarios)
    assert first.design.choice == again.design.choice
    assert (first.design.value, first.design.bound) == (again.design.value, again.design.bound)


def test_a_run_without_a_plan_is_refused(run: Run, scenarios: list[Scenario]) -> None:
    nothing = replace(run, decisions=None)
    with pytest.raises(InputError, match="F509"):
        asked(nothing, scenarios)
