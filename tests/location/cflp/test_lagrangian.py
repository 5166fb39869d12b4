"""Bounds by prices: never above the optimum, exact fixing, the continuous knapsack."""

import numpy as np
import pytest

from fulfill.location.cflp.lagrangian import (
    CLOSED,
    FREE,
    OPEN,
    Steps,
    ascend,
    fill_knapsack,
    first_prices,
    root_bound,
)
from fulfill.location.cflp.search import cell_prices, construct, plan_cost
from fulfill.location.cflp.transport import allocate, close_site, duplicate, flow_cost, open_site
from location.cflp.reference import brute_force, cheapest_allocation, random_arrays


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_bound_stays_below_the_optimum_and_comes_near(seed, outside):
    arrays = random_arrays(seed, outside=outside)
    optimum, _ = brute_force(arrays)
    found = root_bound(arrays, np.full(5, FREE, np.int8), optimum)
    assert found.bound <= optimum + 1e-9
    assert found.bound >= 0.75 * optimum


@pytest.mark.parametrize("seed", range(6))
def test_any_prices_bound_the_optimum(seed):
    arrays = random_arrays(seed)
    optimum, _ = brute_force(arrays)
    rng = np.random.default_rng(seed)
    for scale in (0.1, 1.0, 5.0):
        prices = scale * rng.uniform(0, 10, 12)
        assert (
            ascend(
                arrays, np.full(5, FREE, np.int8), prices, optimum, np.inf, Steps(1, 1.0, 1)
            ).bound
            <= optimum
        )


@pytest.mark.parametrize("seed", range(6))
def test_fixing_never_cuts_off_the_optimum(seed):
    arrays = random_arrays(seed)
    optimum, best = brute_force(arrays)
    status = np.full(5, FREE, np.int8)
    ascend(arrays, status, first_prices(arrays), optimum, optimum * (1 + 1e-6), Steps(400, 1.0, 20))
    assert not (status[best] == CLOSED).any()
    assert not (status[~best] == OPEN).any()


def test_sites_that_cannot_serve_the_demand_have_an_infinite_bound():
    arrays = random_arrays(0)
    status = np.full(5, CLOSED, np.int8)
    assert (
        ascend(arrays, status, first_prices(arrays), 1.0, np.inf, Steps(5, 1.0, 5)).bound == np.inf
    )


@pytest.mark.parametrize("seed", range(20))
def test_knapsack_equals_sorting(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 30))
    value = -rng.integers(1, 6, n).astype(float)
    weight = rng.uniform(0.1, 3, n)
    capacity = 0.6 * weight.sum()
    items = np.arange(n)
    total, chosen, part = fill_knapsack(value, weight, items, n, capacity)
    left, expected = capacity, 0.0
    for j in np.argsort(value, kind="stable"):
        take = min(left, weight[j])
        expected, left = expected + take * value[j], left - take
    assert total == pytest.approx(expected)
    taken = weight[items[: chosen - 1]].sum() + part
    assert taken == pytest.approx(capacity)


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_allocation_stays_optimal_while_sites_open_and_close(seed, outside):
    arrays = random_arrays(seed, n_sites=7, outside=outside)
    opened = np.ones(7, bool)
    opened[[1, 4]] = False
    transport = allocate(arrays, opened)
    assert flow_cost(transport) == pytest.approx(cheapest_allocation(arrays, opened))
    for step, site in ((True, 1), (False, 0), (True, 4), (False, 3)):
        trial = duplicate(transport)
        opened[site] = step
        fits = open_site(trial, site) is None if step else close_site(trial, site)
        expected = cheapest_allocation(arrays, opened)
        assert fits == np.isfinite(expected)
        if not fits:
            opened[site] = not step
            continue
        transport = trial
        assert flow_cost(transport) == pytest.approx(expected)
        assert transport.flow.sum(axis=0) == pytest.approx(arrays.demand)
        assert transport.flow.sum(axis=1) == pytest.approx(transport.load, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_search_finds_a_plan_not_below_the_optimum(seed):
    arrays = random_arrays(seed)
    optimum, _ = brute_force(arrays)
    plan = construct(arrays, np.full(5, 0.4), np.zeros(5, bool))
    assert optimum - 1e-6 <= plan.cost <= 1.1 * optimum


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_the_prices_of_an_allocation_prove_its_cost(seed, outside, full):
    arrays = random_arrays(seed, outside=outside)
    if full:
        arrays = arrays._replace(
            capacity=arrays.capacity * arrays.demand.sum() / arrays.capacity.sum()
        )
    status = np.full(5, OPEN, np.int8)
    transport = allocate(arrays, status == OPEN)
    found = ascend(arrays, status, cell_prices(transport), 0.0, np.inf, Steps(1, 1.0, 1))
    assert found.bound == pytest.approx(plan_cost(arrays, transport), rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_the_trail_proves_every_fixing(seed):
    arrays = random_arrays(seed)
    optimum, _ = brute_force(arrays)
    status, cutoff = np.full(5, FREE, np.int8), optimum * (1 - 1e-6)
    trail = ascend(arrays, status, first_prices(arrays), optimum, cutoff, Steps(400, 1.0, 20)).trail
    assert sorted(trail.site) == np.flatnonzero(status != FREE).tolist()
    assert (trail.side == status[trail.site]).all()
    before = np.full(5, FREE, np.int8)
    for site, side, row in zip(trail.site, trail.side, trail.row, strict=True):
        other = before.copy()
        other[site] = 1 - side
        proven = ascend(arrays, other, trail.prices[row], optimum, np.inf, Steps(1, 1.0, 1))
        assert proven.bound >= cutoff * (1 - 1e-12)
        before[site] = side
