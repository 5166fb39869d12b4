"""The best choice at each weight of CVaR against every choice, and the laws along the weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from analysis.scenarios.test_decomposition import THOROUGH, Choice, Small, small
from fulfill.analysis.frontier.risk_curve import RiskCurve, proven, trace_curve
from fulfill.analysis.scenarios.decomposition import Alone, DesignLimits, Years, one_for_all
from fulfill.model.arrays import Array
from fulfill.model.risk import CVAR, RiskMeasure

LEVEL = 0.7
WEIGHTS = np.linspace(0.0, 1.0, 6)
QUICK = DesignLimits(most=4)
SEEDS = range(8)


def measure(weight: float) -> RiskMeasure:
    return RiskMeasure(CVAR, LEVEL, weight)


def optima(case: Small) -> Array:
    """Return the least value of all choices at each weight."""
    return np.array([case.values(measure(weight)).min() for weight in WEIGHTS])


def traced(case: Small, limits: DesignLimits = THOROUGH) -> RiskCurve[Choice]:
    return trace_curve(case.years(), LEVEL, WEIGHTS.tolist(), limits=limits)


class Counted:
    """Scenarios that count what they are asked."""

    def __init__(self, years: Years[Choice]) -> None:
        self.asked = years
        self.n_alone, self.choices = 0, list[Choice]()
        self.years = replace(years, alone=self.alone, costs=self.costs)

    def alone(self, prices: Array | None) -> list[Alone[Choice]]:
        self.n_alone += prices is None
        return self.asked.alone(prices)

    def costs(self, choices: Sequence[Choice]) -> Array:
        self.choices += choices
        return self.asked.costs(choices)


def test_an_example_by_hand() -> None:
    """Two years of a half each: the dearer one is the worst half.

    (10, 10) costs 10 in both measures, (0, 16) costs 8 and 16, (0, 40) is worse than that, and
    (6, 13) with 9.5 and 13 lies above the line between the first two.
    """
    costs = np.array([[10.0, 10.0], [0.0, 16.0], [0.0, 40.0], [6.0, 13.0], [0.0, np.inf]])
    weights = np.array([0.0, 0.2, 0.3, 1.0])
    found = RiskCurve(
        0.5, weights, np.array([0.5, 0.5]), tuple("abcde"), costs, np.array([8, 9, 9.5, 10.0])
    )
    assert found.expected[:4].tolist() == [10, 8, 20, 9.5]
    assert found.cvar[:4].tolist() == [10, 16, 40, 13]
    assert found.efficient.tolist() == [1, 3, 0]
    assert found.best == (1, 1, 0, 0)
    assert found.values == pytest.approx([8, 9.6, 10, 10])
    assert found.avoided[1:].tolist() == [0, 6, 0]
    # with a CVaR of 10 nothing costs less than (9 - 0.2 * 10) / 0.8 = 8.75 on average
    assert found.least_expected(10.0) == pytest.approx(9.5 / 0.7 - 3 / 0.7)
    assert found.least_expected(16.0) == pytest.approx(8.0)
    step = found.steps[2]
    assert step is not None
    assert (step.low, step.high) == pytest.approx((9.5 / 0.7 - 3 / 0.7 - 8, 2))
    assert step.distinguishable
    assert found.steps[1] is None


@pytest.mark.parametrize("seed", SEEDS)
def test_each_point_is_the_best_of_all_choices(seed: int) -> None:
    case = small(seed, n_scenarios=6)
    found, best = traced(case), optima(case)
    assert found.values == pytest.approx(best)
    assert (found.bounds <= best * (1 + 1e-9)).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limits", [QUICK, THOROUGH], ids=["quick", "thorough"])
def test_along_the_weights_expected_cost_never_falls_and_cvar_never_rises(
    seed: int, limits: DesignLimits
) -> None:
    found = traced(small(seed, n_scenarios=6), limits)
    best = list(found.best)
    assert (np.diff(found.expected[best]) >= 0).all()
    assert (np.diff(found.cvar[best]) <= 0).all()
    assert (np.diff(found.bounds) >= -1e-9).all()
    # the best of all choices that were tried, whatever weight they were tried at
    for weight, value in zip(WEIGHTS, found.values, strict=True):
        tried = [measure(weight).value(row, found.probability) for row in found.costs]
        assert value == pytest.approx(min(tried))


def test_choices_that_are_equal_but_for_rounding_come_in_one_order() -> None:
    draw = np.random.default_rng(5)
    for _ in range(200):
        costs = np.round(draw.uniform(0, 3, (12, 4)), 1) + draw.choice([0, 1e-13], (12, 4))
        found = RiskCurve(
            0.5, np.linspace(0, 1, 9), np.full(4, 0.25), tuple(range(12)), costs, np.zeros(9)
        )
        best = list(found.best)
        assert (np.diff(found.expected[best]) >= 0).all()
        assert (np.diff(found.cvar[best]) <= 0).all()
        # a choice that is better in one measure and no worse in the other is not left out
        least = found.expected.min()
        assert found.cvar[best[0]] == found.cvar[found.expected == least].min()


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_asked_twice_and_no_weight_is_worse_than_asked_alone(seed: int) -> None:
    case = small(seed, n_scenarios=6)
    counted = Counted(case.years())
    found = trace_curve(counted.years, LEVEL, WEIGHTS.tolist(), limits=QUICK)
    assert counted.n_alone == 1
    assert len(counted.choices) == len(set(counted.choices)) == len(found.choices)
    apart = [one_for_all(case.years(), measure(weight), limits=QUICK) for weight in WEIGHTS]
    for value, bound, alone in zip(found.values, found.bounds, apart, strict=True):
        assert value <= alone.value * (1 + 1e-12)
        assert bound >= alone.bound - 1e-6 * abs(bound)
    assert len(counted.choices) < 0.6 * sum(len(alone.choices) for alone in apart)


@pytest.mark.parametrize("slack", [0.0, 0.02])
@pytest.mark.parametrize("limits", [QUICK, THOROUGH], ids=["quick", "thorough"])
def test_no_choice_lies_below_the_proven_curve(slack: float, limits: DesignLimits) -> None:
    for seed in range(3):
        case = small(seed, n_scenarios=6, slack=slack)
        found = traced(case, limits)
        for expected, cvar in zip(
            case.values(measure(0.0)), case.values(measure(1.0)), strict=True
        ):
            assert found.least_expected(cvar) <= expected * (1 + 1e-6)


def test_bounds_prove_more_together() -> None:
    weights = np.array([0.0, 0.5, 1.0])
    # what holds at a weight holds at larger ones, and between two weights on the line
    assert proven(weights, np.array([10.0, 8.0, 12.0])).tolist() == [10, 11, 12]
    assert proven(weights, np.array([10.0, 13.0, 12.0])).tolist() == [10, 13, 13]
    for seed in SEEDS:
        best = optima(small(seed))
        draw = np.random.default_rng(seed)
        weak = best - draw.uniform(0, 5, len(best))
        assert (proven(WEIGHTS, weak) >= weak).all()
        assert (proven(WEIGHTS, weak) <= best + 1e-9).all()


def test_one_scenario_has_nothing_to_trade() -> None:
    found = traced(small(5, n_scenarios=1))
    assert len(set(found.best)) == 1
    assert found.values == pytest.approx(found.values[0])
    assert set(found.steps) == {None}


def test_no_choice_has_a_plan_in_every_scenario() -> None:
    case = small(1, n_scenarios=2)
    half = np.arange(len(case.costs)) % 2 == 0
    case.costs[half, 0], case.costs[~half, 1] = np.inf, np.inf
    with pytest.raises(ValueError, match="no choice"):
        traced(case)
