"""One choice of sites for several years of the toy, against every choice of its sites."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pytest

from fulfill.analysis.scenarios import network_years
from fulfill.analysis.scenarios.plan_for_scenarios import (
    PlanForScenarios,
    ScenarioOptions,
    open_scenarios,
    plan_for_scenarios,
)
from fulfill.analysis.scenarios.scenario_file import Scenario, of_scenario
from fulfill.inputs.overrides import parse_override
from fulfill.model.arrays import Array, Mask
from fulfill.model.risk import parse_risk
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.study import load

RISKS = ("expected", "cvar:0.5:0.5", "regret")
SCENARIOS = (
    Scenario("as planned", 0.5),
    Scenario("dear", 0.3, (parse_override("network/sites[site-a].rent_usd_m2_month=60"),)),
    Scenario("little room", 0.2, (parse_override("network/site_sizes[own,S].orders_day=5"),)),
)
CHANCE = [one.probability for one in SCENARIOS]


@cache
def plan(method: str = "auto") -> Run:
    """Return the plan of the toy."""
    return optimize(load("toy", "toy", method=method))


@cache
def asked(risk: str, method: str = "auto") -> PlanForScenarios:
    """Return the choice for all scenarios."""
    options = ScenarioOptions(parse_risk(risk), rounds=3, workers=0)
    return plan_for_scenarios(plan(method), SCENARIOS, options)


@cache
def every_choice() -> Array:
    """Return what every choice of the two sites costs in every scenario, planned by the MIP."""
    names = np.array(plan().problem.network["sites"]["site_id"])

    def cost(scenario: Scenario, chosen: Mask) -> float:
        study = of_scenario(plan().study, scenario)
        locked = study.with_(opened=tuple(names[chosen]), closed=tuple(names[~chosen]), gap=1e-9)
        return optimize(locked).outcome.objective

    choices = [np.isin(names, one) for one in subsets(list(names))]
    return np.array([[cost(one, chosen) for one in SCENARIOS] for chosen in choices])


def subsets(names: list[str]) -> list[list[str]]:
    """Return all choices of some names."""
    flags = product((False, True), repeat=len(names))
    return [[name for name, taken in zip(names, one, strict=True) if taken] for one in flags]


@pytest.mark.parametrize("risk", [*RISKS[:2], pytest.param(RISKS[2], marks=pytest.mark.slow)])
def test_the_choice_is_the_best_of_all(risk: str) -> None:
    found, costs, measure = asked(risk), every_choice(), parse_risk(risk)
    best = min(measure.value(row, CHANCE, costs.min(axis=0)) for row in costs)
    assert found.design.bound <= best <= found.design.value * (1 + 1e-9)
    slack = sum(year.cost - year.bound for year in found.alone)  # a regret is told at most
    assert found.design.value <= best + slack
    assert not found.faults


def test_the_sites_of_the_run_are_not_those_for_all_years() -> None:
    found = asked("expected")
    assert dict(found.design.choice) == {"site-b": "S"}
    assert set(plan().sites["site_id"]) == {"site-a"}


def test_prices_close_most_of_the_gap_of_perfect_information() -> None:
    found = asked("expected")
    alone = float(np.dot(CHANCE, [year.bound for year in found.alone]))
    assert found.design.value - found.design.bound < 0.2 * (found.design.value - alone)


def test_one_scenario_is_the_plan() -> None:
    options = ScenarioOptions(rounds=1, workers=0)
    found = plan_for_scenarios(plan(), [Scenario("only", 1.0)], options)
    assert found.design.value == pytest.approx(plan().outcome.objective)
    assert {site for site, _ in found.design.choice} == set(plan().sites["site_id"])


@pytest.mark.parametrize("method", ["monolith", "decomposition"])
def test_the_value_of_choosing_for_all_years_lies_within_its_ends(method: str) -> None:
    found, average = asked("expected", method), every_choice() @ CHANCE
    names = plan().problem.network["sites"]["site_id"]
    kept = [set(plan(method).sites["site_id"]) == set(one) for one in subsets(list(names))]
    exact = float(average[kept.index(True)] - average.min())
    told = found.stochastic_solution_usd
    assert told is not None
    low, high = told
    assert 0.95 * exact < low <= exact * (1 + 1e-9)
    assert exact <= high * (1 + 1e-9)
    assert not found.faults


@pytest.mark.parametrize("risk", RISKS[:2])
def test_the_value_of_perfect_information_lies_within_its_ends(risk: str) -> None:
    costs = every_choice()
    exact = float((costs @ CHANCE).min() - costs.min(axis=0) @ CHANCE)
    low, high = asked(risk).perfect_information_usd
    assert low <= exact * (1 + 1e-9)
    assert exact <= high * (1 + 1e-9)
    assert high < 1.1 * exact


def test_years_are_bounded_only_where_that_can_show_something() -> None:
    options = ScenarioOptions(rounds=1, workers=0)
    same = (Scenario("one", 0.5), Scenario("another", 0.5))
    found = plan_for_scenarios(plan(), same, options)  # the sites of the run are the best
    assert found.base_bounds.tolist() == [year.bound for year in found.alone]
    assert found.stochastic_solution_usd is not None
    assert found.stochastic_solution_usd[0] == 0.0


@pytest.mark.parametrize(("above", "bounded"), [(0.0, 0), (1e-9, 1), (0.1, 3)])
def test_the_other_years_are_bounded_where_the_first_leaves_something_to_show(
    above: float, bounded: int
) -> None:
    run = plan("decomposition")
    told: list[str] = []
    with open_scenarios(run, SCENARIOS, ScenarioOptions(workers=0), told.append) as network:
        network.alone(None)
        (costs,) = network.costs([network.base])
        told.clear()
        bounds = network.bounds(network.base, float(costs @ CHANCE) / (1.0 + above))
    assert sum(int(text.split()[0]) for text in told) == bounded
    alone = [year.bound for year in network.first]
    assert (np.array(alone) <= bounds).all()
    assert (bounds <= costs).all()
    assert (bounds[1:] == alone[1:]) == (bounded < 3)


def test_models_of_scenarios_are_let_go_with_the_question() -> None:
    asked("expected")
    assert network_years._model.cache_info().currsize == 0


def test_laws_of_what_information_is_worth() -> None:
    found = asked("expected")
    low, high = found.perfect_information_usd
    assert 0.0 < low <= high
    assert found.stochastic_solution_usd is not None
    assert 0.0 <= found.stochastic_solution_usd[0] <= found.stochastic_solution_usd[1]
    assert found.expected_usd == pytest.approx(found.design.value)


def test_cvar_is_at_least_the_expectation() -> None:
    assert asked("cvar:0.5:0.5").design.value >= asked("expected").design.bound


@pytest.mark.slow
def test_closing_a_site_never_helps() -> None:
    closed = plan_for_scenarios(
        optimize(plan().study.with_(closed=("site-b",))),
        SCENARIOS,
        ScenarioOptions(rounds=1, workers=0),
    )
    assert closed.design.value >= asked("expected").design.value
    assert "site-b" not in dict(closed.design.choice)


@pytest.mark.slow
def test_the_same_question_has_the_same_answer() -> None:
    options = ScenarioOptions(rounds=3, workers=0)
    first, again = asked("expected"), plan_for_scenarios(plan(), SCENARIOS, options)
    assert first.design.choices == again.design.choices
    assert (first.design.value, first.design.bound) == (again.design.value, again.design.bound)
