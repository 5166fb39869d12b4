"""Intervals of a calibration cover the known hazard as often as they say."""

from __future__ import annotations

import pytest
from scipy.stats import binom

import calibrate as benchmark

SETS, ORDERS = 60, 5000


@pytest.mark.parametrize("case", ["linear", "case-control"])
def test_intervals_cover_the_truth(case: str) -> None:
    hazard, case_control = benchmark.CASES[case]
    given, covering = benchmark.covered(hazard, SETS, ORDERS, case_control=case_control)
    for name in benchmark.NAMES:
        assert given[name] == SETS
        # of intervals of 95 % so few cover the truth once in 10,000 tests
        assert covering[name] >= binom.ppf(1e-4, SETS, 0.95), name


def test_a_slope_that_is_not_there_is_seldom_seen() -> None:
    assert benchmark.false_slopes(SETS, ORDERS) <= binom.ppf(1 - 1e-4, SETS, 0.05)


@pytest.mark.slow
def test_of_a_thousand_sets_930_to_970_cover_the_truth() -> None:
    given, covering = benchmark.covered(benchmark.CASES["linear"][0], 1000, ORDERS)
    for name in benchmark.NAMES:
        assert given[name] == 1000
        assert 930 <= covering[name] <= 970, name
