"""One choice for all scenarios against every choice, on small location problems."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest

from fulfill.analysis.scenarios.decomposition import Alone, Design, DesignLimits, Years, one_for_all
from fulfill.model.arrays import Array
from fulfill.model.risk import RiskMeasure, parse_risk

RISKS = ("expected", "cvar:0.5:0.5", "cvar:0.8:1", "regret")
THOROUGH = DesignLimits(most=64, moves=20, rounds=12)
Choice = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Small:
    """A location problem of few sites whose every choice is priced in every scenario.

    Attributes
    ----------
    choices : list of tuple of int
        1 for an open site.
    costs : (number of choices, S)
        Infinite without an open site.
    probability : (S,)
    slack : float
        What bounds of scenarios are below their optima, as a share.
    """

    choices: list[Choice]
    costs: Array
    probability: Array
    slack: float = 0.0

    def years(self) -> Years[Choice]:
        """Return what the decomposition asks."""
        opened = np.array(self.choices, float)

        def alone(prices: Array | None) -> list[Alone[Choice]]:
            paid = 0.0 if prices is None else opened @ prices.T
            total = self.costs + paid
            best = total.argmin(axis=0)
            return [
                Alone(
                    self.choices[place],
                    self.costs[place, scenario],
                    total[place, scenario] - self.slack * abs(self.costs[place, scenario]),
                )
                for scenario, place in enumerate(best)
            ]

        return Years(
            self.probability,
            lambda choice: np.array(choice, float),
            alone,
            lambda choices: self.costs[[self.choices.index(choice) for choice in choices]],
            near,
        )

    def values(self, risk: RiskMeasure) -> Array:
        """Return the measure of every choice."""
        best = self.costs.min(axis=0)
        return np.array([risk.value(row, self.probability, best) for row in self.costs])


def near(choice: Choice, usual: Array) -> list[Choice]:
    """Return choices with one site more, less or elsewhere, those nearest to the usual first."""
    sites = range(len(choice))
    changed = {
        tuple(1 - one if site in pair else one for site, one in enumerate(choice))
        for pair in product(sites, sites)
    }
    return sorted(changed, key=lambda one: (float(np.abs(np.array(one) - usual).sum()), one))


def small(seed: int, n_scenarios: int = 4, slack: float = 0.0) -> Small:
    """Return a problem in which every customer is served by the cheapest open site or by mail."""
    draw = np.random.default_rng(seed)
    n_sites, n_customers = 5, 12
    fixed = draw.uniform(40, 80, n_sites)
    unit = draw.uniform(1, 10, (n_scenarios, n_customers, n_sites))
    demand = draw.uniform(1, 4, (n_scenarios, n_customers)) * draw.uniform(
        0.3, 2.5, (n_scenarios, 1)
    )
    mail = 12.0
    choices = list(product((0, 1), repeat=n_sites))
    costs = []
    for choice in choices:
        closed = np.where(np.array(choice) > 0, 0.0, np.inf)
        served = np.minimum((unit + closed).min(axis=2), mail)
        costs.append(fixed @ choice + (demand * served).sum(axis=1))
    chance = draw.dirichlet(np.full(n_scenarios, 3.0))
    return Small(choices, np.array(costs), chance, slack)


def solved(case: Small, risk: str, limits: DesignLimits = THOROUGH) -> Design[Choice]:
    """Return the design of a case."""
    return one_for_all(case.years(), parse_risk(risk), limits=limits)


@pytest.mark.parametrize("risk", RISKS)
@pytest.mark.parametrize("seed", range(8))
def test_the_choice_is_the_best_of_all(seed: int, risk: str) -> None:
    case = small(seed)
    optimum = case.values(parse_risk(risk)).min()
    found = solved(case, risk)
    assert found.value == pytest.approx(optimum)
    assert found.bound <= optimum + 1e-6 * abs(optimum)


@pytest.mark.parametrize("risk", RISKS)
@pytest.mark.parametrize("seed", range(8))
def test_bounds_of_scenarios_that_are_not_optima_still_give_a_bound(seed: int, risk: str) -> None:
    case = small(seed, slack=0.02)
    optimum = case.values(parse_risk(risk)).min()
    found = solved(case, risk)
    assert found.bound <= optimum + 1e-6 * abs(optimum)
    assert found.value >= optimum - 1e-6 * abs(optimum)


@pytest.mark.parametrize("risk", RISKS)
def test_prices_of_choices_raise_the_bound(risk: str) -> None:
    gaps = []
    for rounds in (1, 12):
        found = [solved(small(seed), risk, DesignLimits(0.0, 64, 20, rounds)) for seed in range(8)]
        gaps.append(sum(one.value - one.bound for one in found))
    assert gaps[1] < 0.5 * gaps[0]


@pytest.mark.parametrize("risk", RISKS)
def test_weights_and_prices_prove_the_bound(risk: str) -> None:
    case = small(3)
    measure = parse_risk(risk)
    found = solved(case, risk)
    low, high = measure.envelope(case.probability)
    assert found.weights.sum() == pytest.approx(1.0)
    assert (found.weights >= low).all()
    assert (found.weights <= high).all()
    assert found.weights @ found.prices == pytest.approx(0.0, abs=1e-9)
    terms = (case.costs + np.array(case.choices) @ found.prices.T).min(axis=0)
    if risk == "regret":
        terms = terms - case.costs.min(axis=0)
    assert found.bound == pytest.approx(
        max(found.weights @ terms, 0.0 if risk == "regret" else -1e99)
    )


def test_one_scenario_is_its_own_plan() -> None:
    case = small(5, n_scenarios=1)
    for risk in RISKS:
        found = solved(case, risk)
        assert found.value == pytest.approx(0.0 if risk == "regret" else case.costs.min())
        assert found.bound == pytest.approx(found.value)


def test_cvar_is_at_least_the_expectation() -> None:
    for seed in range(8):
        assert solved(small(seed), "cvar:0.8:1").value >= solved(small(seed), "expected").value


def test_no_choice_has_a_plan_in_every_scenario() -> None:
    case = small(1, n_scenarios=2)
    costs = case.costs.copy()
    half = np.arange(len(costs)) % 2 == 0
    costs[half, 0], costs[~half, 1] = np.inf, np.inf
    with pytest.raises(ValueError, match="no choice"):
        solved(Small(case.choices, costs, case.probability), "expected")


def test_the_same_problem_has_the_same_answer() -> None:
    first, again = solved(small(2), "cvar:0.5:0.5"), solved(small(2), "cvar:0.5:0.5")
    assert first.choices == again.choices
    assert (first.value, first.bound) == (again.value, again.bound)
