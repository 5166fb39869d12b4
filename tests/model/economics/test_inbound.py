"""What goods cost in a site, by hand for the toy, and which routes are left out."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import Folders
from fulfill.inputs.geography.distances import measure
from fulfill.inputs.problem import Problem
from fulfill.model.economics.figures import read_figures
from fulfill.model.economics.freight import FreightTables, Routes, inbound_routes
from fulfill.model.economics.inbound import GoodsCost, cheapest_route, goods_cost, usable_routes
from fulfill.model.economics.landed import price_inbound


def routes_of(problem: Problem) -> Routes:
    network = problem.network
    places = (network[name] for name in ("origins", "gateways", "sites", "products"))
    tariffs = FreightTables(*(network[name] for name in ("freight", "lane_rates", "emissions")))
    return inbound_routes(*places, tariffs, measure(network, problem.demand.zones))


def goods_of(problem: Problem) -> GoodsCost:
    return goods_cost(*(problem.network[name] for name in ("origins", "products", "goods_costs")))


def usable(problem: Problem) -> Routes:
    tables = (problem.network[name] for name in ("origins", "products"))
    holding = read_figures(problem.network.parameters).holding
    return usable_routes(routes_of(problem), goods_of(problem), *tables, problem.channels, holding)


def parts_of(problem: Problem) -> dict[str, np.ndarray]:
    return price_inbound(problem, routes_of(problem)).parts


def test_the_toy_by_hand(toy_problem: Problem) -> None:
    parts = parts_of(toy_problem)
    assert parts["goods"][0, 0, 0] == 5
    assert parts["freight"][0, 0, 0] == pytest.approx(1.5)
    assert parts["gateway"][0, 0, 0] == pytest.approx(0.1)
    # CIF: 8 transfer value + 1 sea freight
    assert parts["duty"][0, :, 0] == pytest.approx([0.258 * 9, 0.108 * 9])
    assert parts["import_vat"][0, 0, 0] == 0


def test_import_vat_is_a_cost_where_it_is_not_credited(toy: Folders) -> None:
    toy.set("network/countries.csv", 2, "vat_credited", "no")
    problem = toy.problem()
    parts = parts_of(problem)
    assert parts["import_vat"][0, 0, 0] == pytest.approx(0.16 * (9 + 0.258 * 9))


def test_credited_vat_costs_the_wait(toy: Folders) -> None:
    toy.figure("capital_rate", "0.12")
    toy.figure("vat_credit_days", "60")
    problem = toy.problem()
    parts = parts_of(problem)
    assert parts["import_vat"][0, 0, 0] == pytest.approx(0.16 * (9 + 0.258 * 9) * 0.12 * 60 / 365)


def test_peak_freight_is_dearer_and_raises_the_customs_value(toy: Folders) -> None:
    toy.set("network/calendar.csv", 3, "freight_factor", "2")
    problem = toy.problem()
    parts = parts_of(problem)
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
    toy.add("network/lanes.csv", from_id="plant", to_id="site-b", road_km="500")


def test_nearshore_goods_pay_no_duty_at_home(toy: Folders) -> None:
    nearshore(toy)
    problem = toy.problem()
    routes = usable(problem)
    parts = price_inbound(problem, routes).parts
    plant = (routes.origin == 1) & (routes.site == 0)
    assert plant.sum() == 1
    assert parts["duty"][plant, 0, 0] == parts["gateway"][plant, 0, 0] == 0
    assert parts["freight"][plant, 0, 0] == pytest.approx(0.5 * 30 * 0.01)
    assert parts["goods"][plant, 0, 0] == 7
    assert np.isinf(parts["goods"][plant, 1, 0]).all()  # it makes no gadgets


def test_goods_cost_what_the_cheapest_origin_asks(toy: Folders) -> None:
    nearshore(toy)
    toy.set("network/goods_costs.csv", 3, "origin_id", "plant")
    problem = toy.problem()
    goods = goods_of(problem)
    assert goods.by_origin.tolist() == [[5, np.inf], [7, 5]]
    assert goods.cheapest.tolist() == [5, 5]
    assert goods.mailed(problem.network["origins"], "").tolist() == [5, np.inf]


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
    routes = usable(problem)
    assert set(routes.origin.tolist()) == origins


def test_a_route_without_freight_row_is_not_usable(toy: Folders) -> None:
    toy.set("network/freight.csv", 2, "to_country", "US")
    assert len(usable(toy.problem())) == 0


def test_stock_is_replenished_by_the_cheapest_route(toy: Folders) -> None:
    nearshore(toy)
    problem = toy.problem()
    routes = usable(problem)
    inbound = price_inbound(problem, routes)
    usual = cheapest_route(routes, inbound, n_sites=2)
    # site A: shirts from the plant, 7 + 0.15 of road; site B by sea: 5 + 2 of freight, 25.8 % of 9
    assert usual.value[:, 0] == pytest.approx([7.15, 5 + 2 + 0.258 * 9])
    assert usual.days[:, 0] == pytest.approx([1 + 30 / 600, 5 + 12000 / 800 + 2 + 1 + 200 / 600])
    none = cheapest_route(
        routes.take(np.array([], int)), price_inbound(problem, routes.take(np.array([], int))), 2
    )
    assert (none.value == 0).all()
