"""Inbound routes of the toy by hand, and which routes are left out."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import Folders
from fulfill.inputs.geography.distances import measure
from fulfill.inputs.problem import Problem
from fulfill.model.economics.freight import inbound_routes
from fulfill.model.economics.inbound import (
    cheapest_goods,
    goods_matrix,
    price_routes,
    usable_routes,
)


def test_the_toy_by_hand(toy_problem: Problem) -> None:
    routes = inbound_routes(
        toy_problem.network, measure(toy_problem.network, toy_problem.demand.zones)
    )
    assert len(routes) == 2
    assert routes.site.tolist() == [0, 1]
    np.testing.assert_allclose(routes.usd_m3, [100 + 0.5 * 100, 100 + 0.5 * 200])
    np.testing.assert_allclose(routes.border_usd_m3, 100)
    np.testing.assert_allclose(routes.fee_usd_m3, 10)
    np.testing.assert_allclose(
        routes.days, [5 + 12000 / 800 + 2 + 1 + km / 600 for km in (100, 200)]
    )
    np.testing.assert_allclose(
        routes.kg_co2e_kg, [0.01 * 12 + 0.1 * km / 1000 for km in (100, 200)]
    )
    assert routes.gateway.tolist() == [0, 0]
    assert routes.crossing.tolist() == [-1, -1]
    parts = price_routes(toy_problem, routes)
    assert parts["goods"][0, 0, 0] == 5
    assert parts["freight"][0, 0, 0] == pytest.approx(1.5)
    assert parts["gateway"][0, 0, 0] == pytest.approx(0.1)
    assert parts["duty"][0, :, 0] == pytest.approx(
        [0.258 * 9, 0.108 * 9]
    )  # CIF: 8 transfer value + 1 sea freight
    assert parts["import_vat"][0, 0, 0] == 0


def test_import_vat_is_a_cost_where_it_is_not_credited(toy: Folders) -> None:
    toy.set("network/countries.csv", 2, "vat_credited", "no")
    problem = toy.problem()
    parts = price_routes(
        problem, inbound_routes(problem.network, measure(problem.network, problem.demand.zones))
    )
    assert parts["import_vat"][0, 0, 0] == pytest.approx(0.16 * (9 + 0.258 * 9))


def test_credited_vat_costs_the_wait(toy: Folders) -> None:
    toy.figure("capital_rate", "0.12")
    toy.figure("vat_credit_days", "60")
    problem = toy.problem()
    parts = price_routes(
        problem, inbound_routes(problem.network, measure(problem.network, problem.demand.zones))
    )
    assert parts["import_vat"][0, 0, 0] == pytest.approx(0.16 * (9 + 0.258 * 9) * 0.12 * 60 / 365)


def test_peak_freight_is_dearer_and_raises_the_customs_value(toy: Folders) -> None:
    toy.set("network/calendar.csv", 3, "freight_factor", "2")
    problem = toy.problem()
    parts = price_routes(
        problem, inbound_routes(problem.network, measure(problem.network, problem.demand.zones))
    )
    np.testing.assert_allclose(parts["freight"][0, 0], [1.5, 3.0])
    np.testing.assert_allclose(parts["duty"][0, 0], [0.258 * 9, 0.258 * 10])


def nearshore(toy: Folders) -> None:
    """A plant in Mexico that makes shirts for 7 USD, without a border to cross."""
    toy.add(
        "network/origins.csv",
        origin_id="plant",
        name="Plant",
        country="MX",
        lat="20.6",
        lon="-103.0",
    )
    toy.add("network/goods_costs.csv", product_id="shirt", origin_id="plant", goods_usd="7")
    toy.add("network/lanes.csv", from_id="plant", to_id="site-a", road_km="30")
    toy.add("network/lanes.csv", from_id="plant", to_id="site-b", road_km="400")


def test_nearshore_goods_pay_no_duty_at_home(toy: Folders) -> None:
    nearshore(toy)
    problem = toy.problem()
    routes = usable_routes(
        problem, inbound_routes(problem.network, measure(problem.network, problem.demand.zones))
    )
    parts = price_routes(problem, routes)
    plant = (routes.origin == 1) & (routes.site == 0)
    assert plant.sum() == 1
    assert parts["duty"][plant, 0, 0] == parts["gateway"][plant, 0, 0] == 0
    assert parts["freight"][plant, 0, 0] == pytest.approx(0.5 * 30 * 0.01)
    assert parts["goods"][plant, 0, 0] == 7
    assert np.isinf(parts["goods"][plant, 1, 0]).all()  # it makes no gadgets
    assert goods_matrix(problem).tolist() == [[5, 5], [7, np.inf]]
    assert cheapest_goods(problem).tolist() == [5, 5]
    assert cheapest_goods(problem, "MX").tolist() == [7, np.inf]


@pytest.mark.parametrize(
    ("channels", "origins"),
    [
        (("local", "nearshore"), {0, 1}),
        (("local",), {0}),
        (("nearshore",), {1}),
        (("direct_mail",), set()),
    ],
)
def test_channels_choose_the_routes(
    toy: Folders, channels: tuple[str, ...], origins: set[int]
) -> None:
    nearshore(toy)
    problem = toy.problem(channels=channels)
    routes = usable_routes(
        problem, inbound_routes(problem.network, measure(problem.network, problem.demand.zones))
    )
    assert set(routes.origin.tolist()) == origins


def test_a_leg_without_freight_row_is_no_route(toy: Folders) -> None:
    toy.set("network/freight.csv", 2, "to_country", "US")
    problem = toy.problem()
    assert (
        len(
            usable_routes(
                problem,
                inbound_routes(problem.network, measure(problem.network, problem.demand.zones)),
            )
        )
        == 0
    )
