"""Hazards of cancellation, by closed forms and by an independent maximisation of the likelihood."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from fulfill.analysis.calibration.hazard import (
    days_at_risk,
    fit_scale,
    fit_scale_and_shape,
    rise_statistic,
)


def drawn(
    seed: int, scale: float, shape: float, n: int = 4000
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Days at risk of orders with a known hazard, and whether they were cancelled."""
    rng = np.random.default_rng(seed)
    last = rng.integers(0, 15, n)
    day = np.ceil((rng.exponential(size=n) / scale) ** (1 / shape)).astype(np.int64)
    return np.minimum(day, last), day <= last


def test_a_constant_hazard_has_a_closed_form() -> None:
    risk = days_at_risk(np.array([1, 2, 3, 4]), np.array([True, False, True, False]))
    assert risk.at_risk.tolist() == [4, 3, 2, 1]
    # two cancellations on ten days at risk
    assert fit_scale(risk).value == pytest.approx(-np.log(1 - 2 / 10))


def test_scale_and_shape_maximise_the_likelihood() -> None:
    days, cancelled = drawn(1, 0.02, 1.4)
    scale, shape = fit_scale_and_shape(days_at_risk(days, cancelled))

    def loss(at: NDArray[np.float64]) -> float:
        a, k = np.exp(at)
        whole = a * days**k
        last = a * (days**k - np.maximum(days - 1, 0) ** k)
        kept = np.where(cancelled, whole - last, whole)
        ended = np.log(-np.expm1(-last[cancelled]))
        return float(kept.sum() - ended.sum())

    best = minimize(loss, np.log([0.05, 1.0]), method="Nelder-Mead", options={"xatol": 1e-9})
    assert [scale.value, shape.value] == pytest.approx(np.exp(best.x), rel=1e-4)
    assert scale.low < scale.value < scale.high
    assert shape.low < 1.4 < shape.high


def test_equal_weights_change_no_estimate_and_hardly_the_interval() -> None:
    days, cancelled = drawn(2, 0.02, 1.0)
    plain = fit_scale(days_at_risk(days, cancelled))
    weighted = fit_scale(days_at_risk(days, cancelled, np.full(len(days), 3.0)))
    assert weighted.value == pytest.approx(plain.value)
    # three times as many orders would have an interval narrower by the root of three
    assert np.log(weighted.high / weighted.low) == pytest.approx(
        np.log(plain.high / plain.low), rel=0.1
    )


def test_an_order_with_weight_two_counts_as_two() -> None:
    days, cancelled = np.array([1, 2, 2, 5]), np.array([True, False, False, True])
    twice = fit_scale(days_at_risk(days, cancelled))
    once = fit_scale(days_at_risk(days[[0, 1, 3]], cancelled[[0, 1, 3]], np.array([1.0, 2, 1])))
    assert once.value == pytest.approx(twice.value)


def test_without_a_cancellation_the_interval_begins_at_zero() -> None:
    found = fit_scale(days_at_risk(np.full(100, 10), np.zeros(100, bool)))
    assert (found.value, found.low) == (0.0, 0.0)
    # so that 1,000 days pass without one with a probability of 2.5 %
    assert np.exp(-1000 * found.high) == pytest.approx(0.025)


def test_a_rise_is_seen_and_a_fall_is_none() -> None:
    calm, busy = (days_at_risk(*drawn(3, scale, 1.0)) for scale in (0.002, 0.02))
    assert rise_statistic(calm, busy) > 5
    assert rise_statistic(busy, calm) < -5
    nothing = days_at_risk(np.full(9, 3), np.zeros(9, bool))
    assert rise_statistic(nothing, nothing) == 0.0
