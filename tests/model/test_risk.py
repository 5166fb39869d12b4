"""Measures of risk."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from fulfill.model.risk import RiskMeasure, parse_risk

CHANCE = np.array([0.5, 0.3, 0.15, 0.05])
COSTS = np.array([10.0, 30.0, 20.0, 100.0])


def test_the_expectation() -> None:
    assert RiskMeasure().value(COSTS, CHANCE) == pytest.approx(CHANCE @ COSTS)


def test_the_tail_takes_part_of_a_scenario() -> None:
    # the worst tenth: 0.05 at 100 and 0.05 of the 0.3 at 30
    assert parse_risk("cvar:0.9:1").value(COSTS, CHANCE) == pytest.approx(65.0)
    assert parse_risk("cvar:0.9:0.5").value(COSTS, CHANCE) == pytest.approx(
        0.5 * CHANCE @ COSTS + 0.5 * 65.0
    )


def test_no_level_is_the_expectation_and_a_high_one_the_worst() -> None:
    assert parse_risk("cvar:0:1").value(COSTS, CHANCE) == pytest.approx(CHANCE @ COSTS)
    assert parse_risk("cvar:0.999:1").value(COSTS, CHANCE) == pytest.approx(100.0)


def test_regret_is_the_most_above_the_best() -> None:
    best = np.array([9.0, 20.0, 20.0, 99.0])
    assert parse_risk("regret").value(COSTS, CHANCE, best) == pytest.approx(10.0)


@pytest.mark.parametrize("text", ["expected", "cvar:0.9:0.5", "cvar:0.3:1", "regret"])
def test_the_worst_weights_are_the_linear_program_of_the_envelope(text: str) -> None:
    risk = parse_risk(text)
    low, high = risk.envelope(CHANCE)
    best = linprog(-COSTS, A_eq=np.ones((1, 4)), b_eq=[1.0], bounds=np.column_stack([low, high]))
    weights = risk.worst_weights(COSTS, CHANCE)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights >= low - 1e-12).all()
    assert (weights <= high + 1e-12).all()
    assert weights @ COSTS == pytest.approx(-best.fun)
    assert risk.value(COSTS, CHANCE, np.zeros(4)) == pytest.approx(-best.fun)


def test_cvar_never_falls_with_its_level() -> None:
    values = [
        RiskMeasure("cvar", level, 1.0).value(COSTS, CHANCE) for level in np.linspace(0, 0.99, 50)
    ]
    assert (np.diff(values) >= -1e-9).all()


def test_a_scenario_without_a_plan_is_infinite() -> None:
    assert parse_risk("regret").value([1.0, np.inf], [0.5, 0.5]) == np.inf


@pytest.mark.parametrize("text", ["expected", "cvar:0.9:0.5", "regret"])
def test_text_and_measure(text: str) -> None:
    assert str(parse_risk(text)) == text


@pytest.mark.parametrize(
    "text", ["", "mean", "cvar", "cvar:0.9", "cvar:1:0.5", "cvar:0.9:2", "cvar:x:1", "regret:1"]
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"measure of risk|could not convert"):
        parse_risk(text)
