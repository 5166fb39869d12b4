"""What a site costs: spread one-off costs, fixed costs, bands."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import Folders
from fulfill.inputs.problem import Problem
from fulfill.model.economics.warehouse import (
    Warehouses,
    capital_recovery,
    storage_fee,
    warehouses,
)


def stores_of(problem: Problem) -> Warehouses:
    return warehouses(
        *(problem.network[name] for name in ("sites", "site_sizes", "bands", "contracts"))
    )


def test_capital_recovery() -> None:
    assert round(capital_recovery(0.12, 5), 3) == 0.277
    assert capital_recovery(0.0, 5) == 0.2
    assert capital_recovery(1e-9, 5) == pytest.approx(0.2, abs=1e-6)
    assert capital_recovery(0.12, 1) == pytest.approx(1.12)


def test_the_toy_by_hand(toy_problem: Problem) -> None:
    stores = stores_of(toy_problem)
    assert stores.fixed_usd_year[:, 0].tolist() == [6000, 6000]  # 100 m2 at 5 USD a month
    assert stores.opening_usd[:, 0].tolist() == [5000, 5000]
    np.testing.assert_array_equal(stores.orders_day[0, 0], [10, 5, 0])
    np.testing.assert_array_equal(
        stores.handling_usd[0, 0], [1, 2, 0]
    )  # 10 minutes at 6 USD an hour, overtime double


def test_a_size_that_is_not_offered_cannot_be_opened(toy_problem: Problem) -> None:
    stores = stores_of(toy_problem)
    assert np.isinf(stores.fixed_usd_year[:, 1:]).all()
    assert (stores.orders_day[:, 1:] == 0).all()


def test_a_shared_site_pays_fees_for_picks_and_room(toy: Folders) -> None:
    for column, value in (
        ("ownership", "shared"),
        ("pick_usd_order", "0.8"),
        ("storage_usd_m3_month", "12"),
    ):
        toy.set("network/sites.csv", 3, column, value)
    toy.add(
        "network/site_sizes.csv",
        ownership="shared",
        area_m2="0",
        minutes_order="0",
        fixed_usd_month="50",
    )
    toy.add(
        "network/bands.csv", ownership="shared", band="base", capacity_factor="1", price_factor="1"
    )
    problem = toy.problem()
    stores = stores_of(problem)
    assert stores.fixed_usd_year[1, 0] == 600
    assert stores.handling_usd[1, 0, 0] == 0.8
    assert stores.storage_usd_m3_month.tolist() == [0, 12]
    assert stores.handling_usd[0, 0, 0] == 1
    # half a period in stock: 0.01 m3 at 12 USD a month, for half of the period's share of 12 months
    level = np.broadcast_to(0.5 * np.eye(2), (2, 2, 2))
    fee = storage_fee(stores, problem.network["products"], level, problem.days)
    np.testing.assert_allclose(fee[1, 0], 0.01 * 12 * 0.5 * 12 * problem.days / problem.days.sum())
    assert (fee[0] == 0).all()
