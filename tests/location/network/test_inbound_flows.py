"""Inbound flows: they keep every limit, and what they cannot bring is not sold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fulfill.audit.plan import audit_plan
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.network.inbound_flows import with_inbound_flows
from fulfill.location.network.planning import exact_plan, from_sizes
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams
from fulfill.model.instance import leaving_orders
from fulfill.model.limits import Limits
from instances import crowded_instance, random_instance, scaled, within


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_goods_that_no_gateway_brings_are_not_sold(share: float) -> None:
    free = random_instance(0)
    plan = exact_plan(free, from_sizes(free, np.ones(len(free.sites), np.int64)))
    assert plan is not None
    moved = float(np.einsum("ikt,k->t", leaving_orders(free, plan[0]), free.volume_m3).max())
    tight = within(free, "inbound", gateway_m3=np.full((1, free.shape[2]), share * moved))
    tight = within(tight, "inbound", origin_m3=np.array([[np.inf] * 3, [0.0] * 3]))
    found = with_inbound_flows(tight, plan[0])
    assert audit_plan(tight, found, price(tight, found)).clean
    assert found.orders.sum() <= plan[0].orders.sum() * (1 + 1e-9)
    if share < 1.0:
        assert found.orders.sum() < plan[0].orders.sum()


@pytest.mark.parametrize("factor", [0.3, 1e-3, 1e-6])
def test_a_binding_gateway_ends_no_search(factor: float) -> None:
    instance = random_instance(1)
    moved = float(np.einsum("zkt,k->t", instance.demand, instance.volume_m3).max())
    instance = within(instance, "inbound", gateway_m3=np.full((1, 3), factor * moved))
    exact = solve_exact(instance, LocationParams(gap=1e-4, time_limit=60))
    found = solve_decomposed(instance, LocationParams(gap=0.002, time_limit=60))
    assert found.decisions is not None
    assert audit_plan(instance, found.decisions, found.objective).clean
    assert found.bound <= exact.objective * (1 + 1e-9)
    # the MIP's secant of safety stock lies below the cost that both are priced at
    assert found.objective <= exact.objective * 1.01


def test_a_plant_below_its_minimum_is_left_out() -> None:
    instance = random_instance(2)
    assert instance.inbound is not None
    little = instance.inbound.origin_m3[1].sum() * 2.0
    instance = within(instance, "inbound", origin_min_m3=np.array([0.0, little]))
    plan = exact_plan(instance, from_sizes(instance, np.ones(len(instance.sites), np.int64)))
    assert plan is not None
    assert instance.inbound is not None
    made = plan[0].inbound[instance.inbound.route_origin == 1]
    assert made.sum() == 0.0
    assert audit_plan(instance, plan[0], plan[1].cost).clean


def test_inbound_equals_outbound_to_the_last_digit() -> None:
    instance = scaled(random_instance(3), "inbound", "gateway_m3", 1e-5)
    plan = exact_plan(instance, from_sizes(instance, np.ones(len(instance.sites), np.int64)))
    assert plan is not None
    assert instance.inbound is not None
    leaving = leaving_orders(instance, plan[0])
    arrived = np.zeros_like(leaving)
    np.add.at(arrived, instance.inbound.route_site, plan[0].inbound)
    assert np.allclose(arrived, leaving, rtol=1e-12, atol=1e-12)
    assert replace(plan[0]).orders.min() > 0


def test_goods_take_the_cleaner_route_where_carbon_has_a_price() -> None:
    instance = replace(crowded_instance(0), limits=Limits())
    plan = exact_plan(instance, from_sizes(instance, np.ones(len(instance.sites), np.int64)))
    assert plan is not None
    assert instance.inbound is not None
    kilos, usd = [], []
    for price_of_kilo in (0.0, 5.0, 500.0):
        found = with_inbound_flows(instance, plan[0], price_of_kilo)
        weight = (found.inbound.sum(axis=2) * instance.weight_kg).sum(axis=1)
        kilos.append(float(weight @ instance.inbound.route_co2))
        usd.append(price(instance, found))
        assert found.orders.sum() == pytest.approx(plan[0].orders.sum())
        assert audit_plan(instance, found, price(instance, found)).clean
    assert kilos[0] > kilos[1] >= kilos[2]
    assert usd[0] < usd[1] <= usd[2]
