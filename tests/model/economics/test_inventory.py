"""Stock: textbook formulas by hand, concavity, and lines that never lie above the cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from conftest import Folders
from fulfill.inputs.problem import Problem
from fulfill.model.economics.cancellation import ConversionLoss
from fulfill.model.economics.figures import read_figures
from fulfill.model.economics.inventory import (
    SHARES,
    Replenishment,
    SafetyStock,
    cover_days,
    holding_cost,
    landing_shares,
    safety_stock,
    site_demand,
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
def test_lines_lie_below_the_cost_and_meet_it_at_breakpoints(alone: float, common: float) -> None:
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


def priced(problem: Problem) -> SafetyStock:
    """Return the stock of two sites in Mexico at a landed value of 10 USD and a margin of 6."""
    ones, figures = np.ones((2, 2)), read_figures(problem.network.parameters)
    country = np.array(["MX", "MX"], object)
    demand = site_demand(
        problem.orders,
        problem.demand.zones["country"].to_numpy(),
        country,
        figures.conversion,
        cross_border=False,
    )
    usual = Replenishment(value=10.0 * ones, days=30.0 * ones, days_sd=5.0 * ones)
    products = problem.network["products"]
    return safety_stock(products, usual, 6.0 * ones, demand, figures.holding, figures.policy)


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
    assert cover_days(toy.problem().network["products"], review_days=14).tolist() == [7, 45]


def test_prebuilt_goods_land_early_and_wait(toy: Folders) -> None:
    toy.write(
        "network/prebuild.csv",
        "period_id,lands_in,share,source,source_date,status,range\npeak,normal,0.6,x,,estimate,\n",
    )
    network = toy.problem().network
    calendar, prebuild = network["calendar"], network["prebuild"]
    np.testing.assert_allclose(landing_shares(calendar, prebuild), [[1, 0], [0.6, 0.4]])
    stock = stock_by_period(np.array([7.0, 7.0]), calendar, prebuild)
    # middle of the peak less middle of the normal days
    np.testing.assert_allclose(stock.ahead_days, [0, 0.6 * (360 - 177.5)])
    np.testing.assert_allclose(stock.level[0], [[7 / 355, 0], [0.6, 0.7]])


def test_without_prebuild_goods_land_when_they_are_sold(toy_problem: Problem) -> None:
    network = toy_problem.network
    landing = landing_shares(network["calendar"], network["prebuild"])
    np.testing.assert_array_equal(landing, np.eye(2))


def test_a_site_reaches_its_country_or_with_parcels_across_the_border_everybody() -> None:
    orders = np.array([[[10.0, 20.0]], [[5.0, 0.0]]])
    zones, sites = np.array(["MX", "US"], object), np.array(["US", "MX"], object)
    loss = ConversionLoss(reference_days=7, eta=0.01)
    at_once = np.exp(0.07)  # conversion at a lead time of zero
    home = site_demand(orders, zones, sites, loss, cross_border=False)
    assert home.yearly.tolist() == [[5], [30]]
    np.testing.assert_allclose(home.reach, [[5 * at_once], [30 * at_once]])
    both = site_demand(orders, zones, sites, loss, cross_border=True)
    assert both.yearly.tolist() == home.yearly.tolist()
    np.testing.assert_allclose(both.reach, [[35 * at_once], [35 * at_once]])


def test_stock_of_what_a_country_does_not_want_is_set_against_the_orders_of_all() -> None:
    orders = np.array([[[10.0], [4.0]], [[5.0], [0.0]]])
    countries = np.array(["MX", "US"], object)
    loss = ConversionLoss(reference_days=7, eta=0.0)
    both = site_demand(orders, countries, countries, loss, cross_border=True)
    assert both.yearly.tolist() == [[10, 4], [5, 4]]
    home = site_demand(orders, countries, countries, loss, cross_border=False)
    assert home.yearly.tolist() == home.reach.tolist() == [[10, 4], [5, 0]]


def test_holding_by_the_year() -> None:
    assert holding_cost(0.25, 100.0, 365.0) == 25
    np.testing.assert_allclose(holding_cost(0.25, [100, 200], 36.5), [2.5, 5])
