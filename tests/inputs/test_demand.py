"""From a yearly total to orders by zone, product and period."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import Folders
from fulfill.inputs.demand import Demand, orders_array, read_demand, zone_weights
from fulfill.inputs.problem import Problem


def with_figure(demand: Demand, name: str, value: float) -> Demand:
    """Return the demand with another row of its parameters."""
    rows = demand.tables["parameters"]
    figures = rows["value"].mask(rows["parameter"] == name, value)
    return demand.with_table("parameters", rows.assign(value=figures))


PRODUCTS, PERIODS, DAYS = ["shirt", "gadget"], ["normal", "peak"], np.array([355.0, 10.0])


def test_explicit_orders_are_taken_as_they_are(toy: Folders) -> None:
    demand = read_demand(toy.demand)
    orders = orders_array(demand, PRODUCTS, PERIODS, DAYS)
    assert orders[0].tolist() == [[900, 100], [90, 10]]
    assert orders[2].tolist() == [[320, 80], [90, 10]]
    assert orders.sum() == 3200


def test_the_total_is_spread_by_mix_and_season(spread: Folders) -> None:
    demand = read_demand(spread.demand)
    orders = orders_array(demand, PRODUCTS, PERIODS, DAYS)
    assert orders.sum() == pytest.approx(3200)
    np.testing.assert_allclose(orders.sum(axis=(0, 2)), [2400, 800])
    np.testing.assert_allclose(
        orders.sum(axis=(0, 1)), [3200 * 355 / 385, 3200 * 30 / 385]
    )  # a peak day sells threefold
    np.testing.assert_allclose(orders.sum(axis=(1, 2)), 3200 / 3)


def test_weights_are_people_online_by_income_to_the_power_e(spread: Folders) -> None:
    for row, (people, online, income) in enumerate(
        [("100", "0.5", "4"), ("200", "1", "1"), ("100", "1", "0.25")], 2
    ):
        for column, value in (
            ("population", people),
            ("internet_share", online),
            ("income_index", income),
        ):
            spread.set("demand/zones.csv", row, column, value)
    zones = read_demand(spread.demand).zones
    np.testing.assert_allclose(zone_weights(zones, 0.0), np.array([50, 200, 100]) / 350)
    np.testing.assert_allclose(zone_weights(zones, 0.5), np.array([100, 200, 50]) / 350)
    np.testing.assert_allclose(zone_weights(zones, 1.0), np.array([200, 200, 25]) / 425)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.35, 1.0])
def test_the_us_share_is_kept(embedded_problem: Problem, share: float) -> None:
    demand = embedded_problem.demand
    demand = with_figure(demand, "us_share", share)
    orders = orders_array(
        demand, embedded_problem.products, embedded_problem.periods, embedded_problem.days
    )
    abroad = (demand.zones["country"] == "US").to_numpy()
    assert orders.sum() == pytest.approx(12_000_000)
    assert orders[abroad].sum() == pytest.approx(share * orders.sum())


def test_one_country_alone_gets_all(spread: Folders) -> None:
    spread.set("demand/parameters.csv", 3, "value", "0.4")  # us_share, without US zones
    assert orders_array(read_demand(spread.demand), PRODUCTS, PERIODS, DAYS).sum() == pytest.approx(
        3200
    )


def test_orders_scale_with_the_total(embedded_problem: Problem) -> None:
    demand = embedded_problem.demand
    half = with_figure(demand, "orders_per_year", 6_000_000.0)
    np.testing.assert_allclose(
        orders_array(
            half, embedded_problem.products, embedded_problem.periods, embedded_problem.days
        ),
        embedded_problem.orders / 2,
    )
