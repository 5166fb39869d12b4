"""Inbound routes of the toy by hand, and what moving an order on them costs."""

from __future__ import annotations

import numpy as np

from conftest import Folders
from fulfill.inputs.geography.distances import measure
from fulfill.inputs.problem import Problem
from fulfill.model.economics.freight import FreightTables, Routes, inbound_routes, order_freight


def routes_of(problem: Problem) -> Routes:
    network = problem.network
    places = (network[name] for name in ("origins", "gateways", "sites", "products"))
    tariffs = FreightTables(*(network[name] for name in ("freight", "lane_rates", "emissions")))
    return inbound_routes(*places, tariffs, measure(network, problem.demand.zones))


def test_the_toy_by_hand(toy_problem: Problem) -> None:
    routes = routes_of(toy_problem)
    assert len(routes) == 2
    assert routes.site.tolist() == [0, 1]
    volume = 0.01  # of either product
    road = np.array([100, 200])[:, None]
    np.testing.assert_allclose(routes.order_usd, (100 + 0.5 * road) * volume * np.ones(2))
    np.testing.assert_allclose(routes.border_usd, 100 * volume)
    np.testing.assert_allclose(routes.fee_usd_m3, 10)
    np.testing.assert_allclose(
        routes.days, [5 + 12000 / 800 + 2 + 1 + km / 600 for km in (100, 200)]
    )
    np.testing.assert_allclose(
        routes.kg_co2e_kg, [0.01 * 12 + 0.1 * km / 1000 for km in (100, 200)]
    )
    assert routes.gateway.tolist() == [0, 0]
    assert routes.crossing.tolist() == [-1, -1]


def test_a_nearshore_route_has_no_gateway_and_no_sea_freight(toy: Folders) -> None:
    toy.add(
        "network/origins.csv",
        origin_id="plant",
        name="Plant",
        country="MX",
        lat="20.6",
        lon="-103.0",
    )
    toy.add("network/lanes.csv", from_id="plant", to_id="site-a", road_km="30")
    toy.add("network/lanes.csv", from_id="plant", to_id="site-b", road_km="400")
    routes = routes_of(toy.problem())
    (row,) = np.flatnonzero((routes.origin == 1) & (routes.site == 0))
    near = routes.take(np.array([row]))
    assert near.gateway.tolist() == near.crossing.tolist() == [-1]
    assert near.border_usd.tolist() == [[0, 0]]
    assert near.fee_usd_m3.tolist() == [0]
    np.testing.assert_allclose(near.order_usd, 0.5 * 30 * 0.01)
    np.testing.assert_allclose(near.days, 1 + 30 / 600)
    np.testing.assert_allclose(near.kg_co2e_kg, 0.1 * 30 / 1000)


def test_routes_are_taken_with_all_that_belongs_to_them(toy_problem: Problem) -> None:
    routes = routes_of(toy_problem)
    back = routes.take(np.array([1, 0])).take(np.array([1, 0]))
    for name, value in vars(routes).items():
        np.testing.assert_array_equal(getattr(back, name), value)
    assert routes.take(np.array([1])).days.tolist() == [routes.days[1]]


def test_a_leg_without_freight_row_costs_and_takes_infinity(toy: Folders) -> None:
    toy.set("network/freight.csv", 2, "to_country", "US")
    routes = routes_of(toy.problem())
    assert len(routes) == 2
    for value in (routes.order_usd, routes.days):
        assert np.isinf(value).all()


def test_a_gateway_without_capacity_makes_no_route(toy: Folders) -> None:
    toy.set("network/gateways.csv", 2, "capacity_m3_month", "0")
    assert len(routes_of(toy.problem())) == 0


def test_freight_is_dearer_in_a_peak_up_to_the_border_too(toy_problem: Problem) -> None:
    freight = order_freight(routes_of(toy_problem), np.array([1.0, 2.0]))
    np.testing.assert_allclose(freight.total[0, 0], [1.5, 3.0])
    np.testing.assert_allclose(freight.to_border[0, 0], [1.0, 2.0])
