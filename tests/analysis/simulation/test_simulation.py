"""Intervals and verdicts of a simulation, and what its profiles say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from fulfill.analysis.simulation.profiles import ASSUMPTIONS, Profile
from fulfill.analysis.simulation.simulation import (
    OPTIMISTIC,
    PESSIMISTIC,
    RIGHT,
    interval,
    name_of,
    simulate,
    summary,
    verdict,
)
from fulfill.study.run import Run
from fulfill.study.simulation_outputs import SIMULATION_SUMMARY


def test_the_interval_is_that_of_student() -> None:
    values = np.array([1.0, 2.0, 4.0, 5.0])
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert interval(values) == pytest.approx((3.0, expected.low, expected.high))


@pytest.mark.parametrize(
    ("key", "planned", "low", "high", "expected"),
    [
        ("lead_time_days_mean", 3.0, 3.2, 3.4, OPTIMISTIC),
        ("lead_time_days_mean", 3.6, 3.2, 3.4, PESSIMISTIC),
        ("lead_time_days_mean", 3.3, 3.2, 3.4, RIGHT),
        ("lead_time_days_mean", 3.0, 3.001, 3.002, RIGHT),
        ("promise_kept", 0.9, 0.7, 0.8, OPTIMISTIC),
        ("promise_kept", 0.6, 0.7, 0.8, PESSIMISTIC),
        ("orders_placed", 1.0, 2.0, 3.0, ""),
        ("backlog", np.nan, 2.0, 3.0, ""),
    ],
)
def test_a_plan_is_optimistic_if_it_is_better_than_the_interval(
    key: str, planned: float, low: float, high: float, expected: str
) -> None:
    assert verdict(key, planned, low, high) == expected


def test_figures_of_sites_are_named_with_their_id() -> None:
    assert name_of("utilisation", "a") == "utilisation[a]"
    assert name_of("orders_placed", "") == "orders_placed"


def test_a_summary_has_its_keys_and_counts_years(planned: Run) -> None:
    done: list[int] = []
    simulation = simulate(planned, 2, progress=done.append)
    assert done == [1, 2]
    assert ["format_version", *summary(simulation)] == list(SIMULATION_SUMMARY.keys)
    low, high = simulation.promises["low"], simulation.promises["high"]
    assert (low <= high + 1e-12).all()
    assert repr(simulation).startswith("<Simulation: 2 years, seed 0")


def test_every_assumption_has_a_range_and_a_source() -> None:
    for one in ASSUMPTIONS:
        assert one.low <= 1.0 <= one.high
        assert len(one.source) > 20
        assert one.status == "assumption"
    usual = Profile.usual()
    assert usual.hour.sum() == pytest.approx(1.0)
    assert usual.shift.sum() == pytest.approx(1.0)
    assert usual.weekday.mean() == pytest.approx(1.0)
