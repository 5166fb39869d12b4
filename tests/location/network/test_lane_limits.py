"""Limits of lanes and of products at plants in the decomposition: beside the MIP and by laws."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from fulfill.audit.bound import audit_bound
from fulfill.audit.plan import audit_plan
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network import planning
from fulfill.location.network.coarse import coarsen
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.network.exact_allocation import allocate_exactly
from fulfill.location.network.first_prices import first_prices
from fulfill.location.network.lane_limits import (
    at_limit_prices,
    limited_options,
    with_own_options,
)
from fulfill.location.network.planning import plan_prices, priced_plan
from fulfill.location.network.relaxation import evaluate, local_lanes
from fulfill.location.network.site_search import Siting
from fulfill.location.network.warmup import compile_kernels
from fulfill.location.solution import LocationParams
from fulfill.model.decisions import Decisions
from fulfill.model.flow_use import brought_orders, sent_orders
from fulfill.model.instance import LocationInstance, leaving_orders
from fulfill.model.multipliers import with_prices, zero_multipliers
from instances import random_instance, seeds, with_flow_limits, within

EXACT = LocationParams(gap=1e-4, time_limit=60)
SEARCH = LocationParams(gap=0.01, time_limit=60)


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    """Compile the kernels outside any limit."""
    compile_kernels()


def use(instance: LocationInstance, decisions: Decisions) -> np.ndarray:
    return sent_orders(instance, decisions) + brought_orders(instance, decisions.inbound)


def scaled_limits(instance: LocationInstance, factor: float) -> LocationInstance:
    assert instance.flow_limits is not None
    orders = factor * instance.flow_limits.orders
    return within(instance, "flow_limits", orders=orders)


@pytest.mark.parametrize("by_greedy_fill", [False, True])
@pytest.mark.parametrize("seed", seeds(3))
def test_plan_and_bound_stand_beside_those_of_the_mip(
    seed: int, by_greedy_fill: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = with_flow_limits(random_instance(seed), seed)
    if by_greedy_fill:
        monkeypatch.setattr(planning, "EXACT", 0)
    exact = solve_exact(instance, EXACT)
    found = solve_decomposed(instance, SEARCH)
    assert found.decisions is not None
    assert audit_plan(instance, found.decisions, found.objective).clean
    assert found.bound <= exact.objective * (1 + 1e-9)
    assert exact.bound * (1 - 1e-9) <= found.objective <= exact.objective * 1.03
    assert instance.flow_limits is not None
    assert (use(instance, found.decisions) > 0.99 * instance.flow_limits.orders).any()
    assert found.certificate is not None
    audited = audit_bound(instance, found.certificate)
    assert audited.faults == ()
    assert found.bound - 1e-9 * abs(found.bound) <= audited.bound <= exact.objective


@pytest.mark.parametrize("factor", [0.0, 1e-6])
def test_a_lane_with_no_capacity_is_a_lane_that_is_not_there(factor: float) -> None:
    instance = scaled_limits(with_flow_limits(random_instance(0), 0), factor)
    exact, found = solve_exact(instance, EXACT), solve_decomposed(instance, SEARCH)
    assert found.decisions is not None
    assert audit_plan(instance, found.decisions, found.objective).clean
    assert found.bound <= exact.objective * (1 + 1e-9)
    assert found.objective <= exact.objective * 1.03
    assert found.bound >= exact.objective * 0.97


def test_wider_limits_cost_no_more_and_those_that_do_not_bind_cost_nothing() -> None:
    tight = with_flow_limits(random_instance(1), 1)
    answers = [solve_decomposed(scaled_limits(tight, factor), SEARCH) for factor in (1, 3, 1e4)]
    free = solve_decomposed(replace(tight, flow_limits=None), SEARCH)
    for one, other in pairwise(answers):
        assert other.bound <= one.objective
    # a limit that never binds has no price: every step is that of the instance without it
    assert answers[-1].objective == pytest.approx(free.objective, rel=1e-9)
    assert answers[-1].bound == pytest.approx(free.bound, rel=1e-9)
    assert answers[0].objective > free.bound


@pytest.mark.parametrize("seed", seeds(3))
def test_any_price_of_a_limit_gives_a_bound_and_the_auditor_the_same(seed: int) -> None:
    instance = with_flow_limits(random_instance(seed), seed)
    exact = solve_exact(instance, EXACT)
    own = with_own_options(instance)
    rng, start = np.random.default_rng(seed), first_prices(own)
    lanes = local_lanes(own)
    for upto in (0.5, 5.0, 50.0):
        prices = with_prices(start, flow=rng.uniform(0.0, upto, start.flow.shape))
        assert evaluate(own, lanes, prices).proven <= exact.objective


def test_dual_values_of_the_exact_allocation_price_the_limits() -> None:
    """Of sites that are given, no other prices of the limits prove more."""
    instance = with_own_options(with_flow_limits(random_instance(2), 2))
    size = np.ones(len(instance.sites), np.int64)
    everything = np.ones((len(size), instance.shape[1]), bool)
    found = allocate_exactly(instance, size, everything, np.zeros(everything.shape))
    assert found is not None
    assert instance.flow_limits is not None
    full = sent_orders(instance, found.draft) >= 0.999 * instance.flow_limits.orders
    paid = found.prices.flow > 1e-6
    assert paid[2:].any()
    assert full[2:][paid[2:]].all()
    fixed = instance.fixed_usd.copy()
    fixed[:, 0] = np.inf
    limits = replace(instance.limits, opened=tuple(range(len(size))))
    given = replace(instance, fixed_usd=fixed, limits=limits)
    rho = found.prices.throughput[np.arange(len(size)), size]
    siting = Siting(size, everything, rho, leaving_orders(instance, found.draft).sum(axis=2))
    at_duals = plan_prices(given, siting, found.prices)
    best = evaluate(given, local_lanes(given), at_duals).bound
    for factor in (0.0, 0.5, 2.0):
        other = with_prices(at_duals, flow=factor * at_duals.flow)
        assert evaluate(given, local_lanes(given), other).bound <= best * (1 + 1e-6)


def test_lanes_that_are_counted_alike_share_an_option_and_nothing_else_changes() -> None:
    instance = with_flow_limits(random_instance(0), 0)
    limits = instance.flow_limits
    assert limits is not None
    both = limits.lanes.toarray()
    n_products = instance.shape[1]
    # a plant's products: one limit over many lanes in the same way
    both[4] = 0.0
    both[4, : 20 * n_products] = 1.0
    instance = replace(instance, flow_limits=replace(limits, lanes=type(limits.lanes)(both)))
    own = with_own_options(instance)
    assert np.array_equal(own.lane_cost(), instance.lane_cost())
    assert np.array_equal(own.units[own.lane_option], instance.units[instance.lane_option])
    kinds = len(own.option_cost) - len(instance.option_cost)
    assert 2 <= kinds <= 4
    prices = with_prices(
        zero_multipliers(own.axis_sizes),
        flow=np.random.default_rng(0).uniform(0, 1, limits.orders.shape),
    )
    added = at_limit_prices(own, prices).lane_cost() - own.lane_cost()
    wanted = (both.T @ prices.flow).reshape(-1, *instance.shape[1:])
    assert added == pytest.approx(wanted * instance.units[instance.lane_option])
    assert limited_options(own).max() == 1.0
    assert with_own_options(replace(instance, flow_limits=None)) == replace(
        instance, flow_limits=None
    )


def test_a_coarse_instance_keeps_zones_of_limited_lanes_apart() -> None:
    instance = with_own_options(with_flow_limits(random_instance(0), 0))
    coarse = coarsen(instance, 8)
    assert instance.flow_limits is not None
    assert coarse.instance.flow_limits is not None
    lanes = np.unique(instance.flow_limits.lanes.nonzero()[1] // instance.shape[1])
    for zone in np.unique(instance.lane_zone[lanes]):
        assert (coarse.member == coarse.member[zone]).sum() == 1
    few = coarse.instance.flow_limits.lanes
    assert few.shape[1] == len(coarse.instance.lane_zone) * instance.shape[1]
    assert few.nnz == instance.flow_limits.lanes.nnz


def test_orders_whose_goods_a_limit_keeps_away_go_elsewhere() -> None:
    """Where a plant makes less, its orders are mailed: not serving costs more."""
    instance = random_instance(0)
    size = np.ones(len(instance.sites), np.int64)
    given = with_own_options(with_flow_limits(instance, 0))
    assert given.flow_limits is not None
    orders = given.flow_limits.orders.copy()
    orders[0], orders[1:] = 0.25 * orders[0], 1e6
    routes = given.flow_limits.routes.toarray()
    # nothing but the limited plant makes product 0
    usd = instance.required_inbound.route_usd.copy()
    usd[instance.required_inbound.route_origin == 1, 0] = np.inf
    given = within(within(given, "flow_limits", orders=orders), "inbound", route_usd=usd)
    assert routes[0].any()
    decisions, _ = priced_plan(given, planning.from_sizes(given, size), first_prices(given), 1)
    assert audit_plan(given, decisions, planning.price(given, decisions)).clean
    made = brought_orders(given, decisions.inbound)
    assert made[0] == pytest.approx(orders[0])
    served = np.zeros(given.shape)
    np.add.at(
        served, (given.lane_zone[decisions.lane], decisions.product, decisions.period),
        decisions.orders,
    )  # fmt: skip
    assert served == pytest.approx(given.demand)
