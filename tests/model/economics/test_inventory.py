"""Stock: textbook formulas by hand, concavity, and lines that never lie above the cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from conftest import Folders
from fulfill.inputs.problem import Problem
from fulfill.model.economics.inventory import (
    SHARES,
    SafetyStock,
    cover_days,
    holding_cost,
    landing_shares,
    safety_stock,
    stock_by_period,
)

SQUARES = st.floats(0, 1e8, allow_subnormal=False)


def stock(alone: float, common: float, demand: float = 1000.0) -> SafetyStock:
    reach = np.array([[3.0 * demand]])
    return SafetyStock(
        *(np.array([[value]]) for value in (alone, common, demand)), np.zeros((1, 1)), reach
    )


@given(SQUARES, SQUARES)
def test_cost_is_concave_and_the_secant_lies_below(alone: float, common: float) -> None:
    law = stock(alone, common)
    volume = np.linspace(0, 1000, 41)
    cost = np.array([law.cost(np.array([[v]]))[0, 0] for v in volume])
    scale = 1e-7 * max(cost.max(), 1.0)
    assert cost[0] == 0
    assert (np.diff(cost) >= -scale).all()
    assert (np.diff(cost, 2) <= scale).all()
    for top in (100.0, 600.0, 1000.0, 5000.0):
        slope = law.secant(np.array([[top]]))[0, 0, 0]
        inside = volume <= top
        assert (slope * volume[inside] <= cost[inside] + scale).all()
    assert law.secant(np.array([[1000.0]]))[0, 0, 0] * 1000 == pytest.approx(cost[-1])
    assert law.secant(np.array([[0.0]]))[0, 0, 0] == 0


@given(SQUARES, SQUARES)
def test_lines_lie_below_the_cost_and_meet_it_at_their_points(alone: float, common: float) -> None:
    law = stock(alone, common)
    charge, slope = law.outer_linearisation()
    assert charge.shape == slope.shape == (1, 1, len(SHARES))
    assert (np.diff(slope[0, 0]) <= 1e-9).all()

    def envelope(volume: float) -> float:
        return float((charge[0, 0] + slope[0, 0] * volume).min())

    scale = 1e-7 * max(float(law.cost(np.array([[3000.0]]))[0, 0]), 1.0)
    for volume in np.linspace(0, 3000, 400):
        assert envelope(volume) <= law.cost(np.array([[volume]]))[0, 0] + scale
    for share in SHARES:
        assert envelope(1000 * share) == pytest.approx(
            law.cost(np.array([[1000 * share]]))[0, 0], abs=scale
        )


def test_marginal_cost_is_the_slope() -> None:
    law = stock(4e6, 1e6)
    for volume in (100.0, 500.0, 1000.0):
        slope = (law.cost(np.array([[volume + 0.5]])) - law.cost(np.array([[volume - 0.5]])))[0, 0]
        assert law.marginal(np.array([[volume]]))[0, 0] == pytest.approx(slope, rel=1e-4)


def priced(
    problem: Problem,
    value: float = 10.0,
    lead: float = 30.0,
    spread: float = 5.0,
    margin: float = 6.0,
) -> SafetyStock:
    ones = np.ones((2, 2))
    return safety_stock(
        problem,
        np.array(["MX", "MX"], object),
        lead * ones,
        spread * ones,
        value * ones,
        margin * ones,
    )


def with_variation(toy: Folders) -> None:
    toy.figure("holding_rate", "0.25")
    toy.set("network/products.csv", 3, "demand_cv", "0.8")


def test_safety_stock_by_hand(toy: Folders) -> None:
    with_variation(toy)
    law = priced(toy.problem())
    daily = 300 / 500 / 365  # gadgets: 300 orders, 500 articles
    deviation = 0.8 * daily * np.sqrt(7)  # of a day, from a weekly coefficient of variation
    units = 1.645 * np.sqrt((30 + 14) * deviation**2 + daily**2 * 5**2)
    expected = 500 * units * 10 * 0.25
    assert law.cost(np.array([[0, 300.0], [0, 0]]))[0, 1] == pytest.approx(expected)
    assert law.m3_per_usd[0, 1] * expected == pytest.approx(500 * units * 0.01)
    assert law.cost(np.array([[2900.0, 0], [0, 0]]))[0, 0] == pytest.approx(
        1.645 * (2900 / 365) * 5 * 10 * 0.25
    )


def test_splitting_stock_costs_more_and_most_for_the_tail(toy: Folders) -> None:
    with_variation(toy)
    law = priced(toy.problem())
    whole = law.cost(np.array([[2900.0, 300.0], [0, 0]])).sum(axis=0)
    halves = law.cost(np.array([[1450.0, 150.0], [1450.0, 150.0]])).sum(axis=0)
    assert halves[0] == pytest.approx(whole[0])  # no variation of its own: nothing to pool
    assert whole[1] < halves[1] <= np.sqrt(2) * whole[1] + 1e-9


def test_what_varies_everywhere_at_once_cannot_be_pooled(toy: Folders) -> None:
    with_variation(toy)
    toy.figure("demand_correlation", "0.5")
    half = priced(toy.problem())
    toy.figure("demand_correlation", "0")
    none = priced(toy.problem())
    whole, split = np.array([[0, 300.0], [0, 0]]), np.array([[0, 150.0], [0, 150.0]])
    assert half.cost(whole).sum() == pytest.approx(none.cost(whole).sum())
    assert half.cost(whole).sum() < half.cost(split).sum() < none.cost(split).sum()


def test_seasonal_goods_cost_the_newsvendor(toy: Folders) -> None:
    with_variation(toy)
    for column, value in (
        ("stocking", "seasonal"),
        ("season_days", "90"),
        ("salvage_share", "0.4"),
    ):
        toy.set("network/products.csv", 3, column, value)
    law = priced(toy.problem())
    over, under = 10 * (1 - 0.4), 6.0
    deviation = 0.8 * (300 / 500 / 90) * np.sqrt(7) * np.sqrt(90)
    expected = 500 * (over + under) * norm.pdf(norm.ppf(under / (under + over))) * deviation
    assert law.cost(np.array([[0, 300.0], [0, 0]]))[0, 1] == pytest.approx(expected)
    assert (law.common_usd2[:, 1] == 0).all()


def test_cycle_stock_covers_half_a_review_or_half_a_season(toy: Folders) -> None:
    toy.set("network/products.csv", 3, "stocking", "seasonal")
    toy.set("network/products.csv", 3, "season_days", "90")
    assert cover_days(toy.problem().network).tolist() == [7, 45]


def test_prebuilt_goods_land_early_and_wait(toy: Folders) -> None:
    toy.write(
        "network/prebuild.csv",
        "period_id,lands_in,share,source,source_date,status,range\npeak,normal,0.6,x,,estimate,\n",
    )
    network = toy.problem().network
    np.testing.assert_allclose(landing_shares(network), [[1, 0], [0.6, 0.4]])
    level, ahead = stock_by_period(network)
    np.testing.assert_allclose(
        ahead, [0, 0.6 * (360 - 177.5)]
    )  # middle of the peak less middle of the normal days
    np.testing.assert_allclose(level[0], [[7 / 355, 0], [0.6, 0.7]])


def test_without_prebuild_goods_land_when_they_are_sold(toy_problem: Problem) -> None:
    np.testing.assert_array_equal(landing_shares(toy_problem.network), np.eye(2))


def test_holding_by_the_year() -> None:
    assert holding_cost(0.25, 100.0, 365.0) == 25
    np.testing.assert_allclose(holding_cost(0.25, [100, 200], 36.5), [2.5, 5])
