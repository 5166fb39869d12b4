"""Plants with a fixed cost: flows, plans and bounds against brute force over plants and sites."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from fulfill.audit.bound import audit_bound
from fulfill.audit.plan import audit_plan
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.network.first_prices import first_prices
from fulfill.location.network.inbound_flows import with_inbound_flows
from fulfill.location.network.relaxation import evaluate, local_lanes
from fulfill.location.network.transshipment import (
    choice_of,
    decisions_of,
    is_transshipment,
    neighbour_of,
    transshipment,
)
from fulfill.location.network.warmup import compile_kernels
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams
from fulfill.model.instance import LocationInstance
from fulfill.model.limits import Limits
from fulfill.model.two_stage_instances import TwoStage, to_instance
from instances import random_instance, scaled, seeds, within

PARAMS = LocationParams(gap=0.0, time_limit=60.0)


def published(seed: int, plants: int = 3, depots: int = 4, whole: bool = True) -> TwoStage:
    """Return a small two-stage instance in which about half of the plants and depots are needed."""
    rng = np.random.default_rng(seed)
    customers, products = 6, 2
    demand = rng.integers(10, 20, (customers, products)).astype(float)
    total = demand.sum(axis=0)
    found = TwoStage(
        demand,
        np.round(rng.uniform(0.4, 0.8, (plants, products)) * total),
        rng.integers(300, 600, plants).astype(float),
        rng.integers(5, 30, (products, plants, depots)).astype(float),
        np.round(rng.uniform(0.3, 0.7, (depots, products)) * total),
        rng.integers(100, 300, depots).astype(float),
        rng.integers(5, 40, (products, depots, customers)).astype(float),
    )
    if whole:
        return found
    return replace(found, demand=demand * 1.0137, second_leg=found.second_leg + 0.123)


def flow_cost(given: TwoStage, plants: list[int], depots: list[int]) -> float:
    """Return the cost of given plants and depots by a linear program for each product."""
    if not plants or not depots:
        return np.inf
    total = float(given.plant_fixed[plants].sum() + given.depot_fixed[depots].sum())
    n_customers = len(given.demand)
    for k in range(given.demand.shape[1]):
        first = given.first_leg[k][np.ix_(plants, depots)]
        second = given.second_leg[k][depots]
        f, x = np.eye(first.size).reshape(*first.shape, -1), np.eye(second.size)
        x = x.reshape(*second.shape, -1)
        upper = np.concatenate(
            [
                np.column_stack([f.sum(axis=1), np.zeros((len(plants), second.size))]),
                np.column_stack([f.sum(axis=0), np.zeros((len(depots), second.size))]),
            ]
        )
        room = np.concatenate([given.plant_capacity[plants, k], given.depot_capacity[depots, k]])
        equal = np.concatenate(
            [
                np.column_stack([f.sum(axis=0), -x.sum(axis=1)]),
                np.column_stack([np.zeros((n_customers, first.size)), x.sum(axis=0)]),
            ]
        )
        wanted = np.concatenate([np.zeros(len(depots)), given.demand[:, k]])
        cost = np.concatenate([first.ravel(), second.ravel()])
        answer = linprog(cost, upper, room, equal, wanted)
        if not answer.success:
            return np.inf
        total += float(answer.fun)
    return total


def subsets(number: int) -> list[list[int]]:
    """Return all sets of numbers but the empty one."""
    every = range(number)
    return [list(c) for n in range(1, number + 1) for c in itertools.combinations(every, n)]


def optimum(given: TwoStage) -> float:
    """Return the least cost over all sets of plants and depots."""
    plants, depots = len(given.plant_fixed), len(given.depot_fixed)
    return min(flow_cost(given, p, d) for p in subsets(plants) for d in subsets(depots))


@pytest.mark.parametrize("seed", seeds(3))
@pytest.mark.parametrize("whole", [True, False])
def test_flows_are_the_cheapest_from_any_earlier_choice(seed: int, whole: bool) -> None:
    given = published(seed, whole=whole)
    instance = to_instance(given)
    assert is_transshipment(instance)
    table = transshipment(instance)
    rng = np.random.default_rng(seed)
    choice = choice_of(table, np.ones(7, bool))
    for _ in range(12):
        opened = rng.random(7) < 0.75
        near = neighbour_of(table, choice, opened, np.inf)
        assert near is not None
        choice, again = near, choice_of(table, opened)
        assert (choice.missing, choice.usd) == (again.missing, again.usd)
        plants, depots = np.flatnonzero(opened[:3]), np.flatnonzero(opened[3:])
        expected = flow_cost(given, list(plants), list(depots))
        assert (choice.missing > 0) == np.isinf(expected)
        if not choice.missing:
            assert choice.usd == pytest.approx(expected, rel=1e-6)
            plan = decisions_of(instance, table, choice)
            assert audit_plan(instance, plan, price(instance, plan)).clean


@pytest.mark.parametrize("seed", seeds(4))
def test_every_method_finds_the_best_plants_and_no_bound_lies_above(seed: int) -> None:
    given = published(seed)
    instance, best = to_instance(given), optimum(given)
    exact = solve_exact(instance, replace(PARAMS, gap=1e-9))
    assert exact.objective == pytest.approx(best, rel=1e-6)
    found = solve_decomposed(instance, replace(PARAMS, time_limit=60.0))
    assert found.objective == pytest.approx(best, rel=1e-6)
    assert found.bound <= best * (1 + 1e-9)
    for solution in (exact, found):
        assert audit_plan(instance, solution.decisions, solution.objective).clean
    proven = audit_bound(instance, found.certificate)
    assert not proven.faults
    assert found.bound * (1 - 1e-6) <= proven.bound <= best


def test_locked_depots_are_observed() -> None:
    given = published(1)
    free = to_instance(given)
    instance = replace(free, limits=Limits(opened=(0,), closed=(1,)))
    exact = solve_exact(instance, replace(PARAMS, gap=1e-9))
    found = solve_decomposed(instance, replace(PARAMS, time_limit=60.0))
    assert found.objective == pytest.approx(exact.objective, rel=1e-6)
    assert found.decisions.opened[0, 0] == 1.0
    assert found.decisions.opened[1, 0] == 0.0


def test_a_tampered_cost_of_a_plant_is_caught() -> None:
    instance = to_instance(published(0))
    found = solve_exact(instance, PARAMS)
    used = np.zeros(3)
    used[np.unique(instance.required_inbound.route_origin[found.decisions.inbound.any((1, 2))])] = 1
    usd = instance.required_inbound.origin_fixed_usd
    free = within(instance, "inbound", origin_fixed_usd=np.zeros(3))
    assert price(free, found.decisions) == pytest.approx(found.objective - used @ usd)
    faults = audit_plan(instance, found.decisions, price(free, found.decisions)).faults
    assert len(faults) == 1
    assert faults[0].startswith("cost")
    dearer = scaled(instance, "inbound", "origin_fixed_usd", 1.001)
    assert audit_plan(dearer, found.decisions, found.objective).faults


def costly(seed: int, usd: float) -> LocationInstance:
    """Return an instance with stock and mail whose second, nearer plant has a fixed cost."""
    return within(random_instance(seed), "inbound", origin_fixed_usd=np.array([0.0, usd]))


@pytest.mark.parametrize("usd", [1.0, 150.0, 1e5])
def test_the_bound_with_stock_and_mail_lies_below_the_plans(usd: float) -> None:
    compile_kernels()
    instance = costly(0, usd)
    exact = solve_exact(instance, LocationParams(gap=1e-4, time_limit=60))
    found = solve_decomposed(instance, LocationParams(gap=0.02, time_limit=60))
    assert found.bound <= exact.objective
    assert exact.bound * (1 - 1e-9) <= found.objective <= exact.objective * 1.05
    assert audit_plan(instance, found.decisions, found.objective).clean
    assert audit_bound(instance, found.certificate).bound <= exact.objective


@pytest.mark.parametrize("usd", [0.0, 1.0, 1e5])
def test_inbound_flows_use_a_plant_if_it_is_worth_its_fixed_cost(usd: float) -> None:
    free = costly(0, 0.0)
    plan = solve_exact(free, LocationParams(gap=1e-3, time_limit=60)).decisions
    instance = costly(0, usd)
    shut = within(instance, "inbound", origin_m3=np.array([[np.inf] * 3, [0.0] * 3]))
    costs = [price(instance, with_inbound_flows(i, plan)) for i in (instance, shut)]
    both = price(free, with_inbound_flows(free, plan)) + usd
    assert costs[0] == pytest.approx(min(both, costs[1]))


def test_a_plant_without_capacity_limit_has_a_valid_bound() -> None:
    given = published(2)
    free = np.full(given.plant_capacity.shape, np.inf)
    instance = to_instance(replace(given, plant_capacity=free))
    exact = solve_exact(instance, replace(PARAMS, gap=1e-9))
    found = solve_decomposed(instance, replace(PARAMS, time_limit=60.0))
    assert found.objective == pytest.approx(exact.objective, rel=1e-6)
    assert audit_bound(instance, found.certificate).bound <= exact.objective
    prices = first_prices(instance)
    assert np.isfinite(evaluate(instance, local_lanes(instance), prices).bound)
