"""The audited bound of a branch and bound: it proves the claim, is never above a plan, and any
change that would weaken the proof is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from fulfill.audit.bound import audit_bound
from fulfill.location.cflp.decompose import solve_decomposed
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.model.branching_certificate import BranchingCertificate
from fulfill.model.certificate import NO, YES
from fulfill.model.instance import LocationInstance
from fulfill.model.limits import Limits
from instances import crowded_instance
from location.cflp.reference import branched_arrays, brute_force, instance_of, random_arrays

TIGHT = LocationParams(gap=0.0, time_limit=60.0)


@pytest.fixture(scope="module")
def solved() -> tuple[LocationInstance, LocationSolution]:
    """An instance whose proof needs many leaves."""
    instance = instance_of(branched_arrays(1))
    return instance, solve_decomposed(instance, TIGHT)


def single(prices: np.ndarray) -> BranchingCertificate:
    """A root without splits."""
    root = (np.array([value]) for value in (0, -1, -1, YES))
    return BranchingCertificate(prices[None], *root)


def split(prices: np.ndarray, sites: list[int], n_cells: int) -> BranchingCertificate:
    """A chain of splits: the open side of each site is split by the next."""
    parent, site, side = [-1], [-1], [YES]
    for depth, i in enumerate(sites):
        parent += [2 * depth, 2 * depth]
        site, side = [*site, i, i], [*side, NO, YES]
    rows = np.arange(len(sites) + 1) % len(prices)
    return BranchingCertificate(prices, rows, *(np.array(one) for one in (parent, site, side)))


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_a_certificate_proves_the_claim_and_no_more_than_the_optimum(
    seed: int, outside: bool
) -> None:
    arrays = random_arrays(seed, outside=outside)
    optimum, _ = brute_force(arrays)
    answer = solve_decomposed(instance_of(arrays), TIGHT)
    finding = audit_bound(instance_of(arrays), answer.certificate)
    assert finding.faults == ()
    assert answer.bound * (1 - 1e-12) <= finding.bound <= optimum * (1 + 1e-12)
    assert 0 < finding.rounding < 1e-10 * optimum


def test_a_proof_of_many_leaves_is_proven_to_the_gap(
    solved: tuple[LocationInstance, LocationSolution],
) -> None:
    instance, answer = solved
    assert len(answer.certificate.price) > 40
    finding = audit_bound(instance, answer.certificate)
    assert answer.objective * (1 - 1.1e-7) <= finding.bound
    assert finding.bound >= answer.bound * (1 - 1e-12)


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_any_prices_on_any_tree_bound_the_optimum(seed: int, outside: bool) -> None:
    arrays = random_arrays(seed % 5, outside=outside)
    optimum, _ = brute_force(arrays)
    rng = np.random.default_rng(seed)
    prices = rng.uniform(-2.0, 12.0, (3, 12))
    sites = rng.permutation(5)[: rng.integers(0, 6)].tolist()
    finding = audit_bound(instance_of(arrays), split(prices, sites, 12))
    assert finding.faults == ()
    assert finding.bound <= optimum * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_a_leaf_is_the_lagrangian_dual_of_its_case(seed: int) -> None:
    """Against the formula with each knapsack filled item by item."""
    arrays = random_arrays(seed)
    prices = np.random.default_rng(seed).uniform(0.0, 8.0, 12)
    expected = prices @ arrays.demand
    for i in range(5):
        left, phi = arrays.capacity[i], arrays.fixed[i]
        for j in np.argsort(arrays.cost[i] - prices):
            take = min(left, arrays.demand[j]) if arrays.cost[i, j] < prices[j] else 0.0
            phi, left = phi + take * (arrays.cost[i, j] - prices[j]), left - take
        expected += min(0.0, phi)
    assert audit_bound(instance_of(arrays), single(prices)).bound == pytest.approx(expected)


def test_locks_of_the_instance_are_part_of_every_case() -> None:
    arrays = random_arrays(1)
    _, best = brute_force(arrays)
    shut, forced = int(np.flatnonzero(best)[0]), int(np.flatnonzero(~best)[0])
    instance = replace(instance_of(arrays), limits=Limits(opened=(forced,), closed=(shut,)))
    answer = solve_decomposed(instance, TIGHT)
    finding = audit_bound(instance, answer.certificate)
    assert finding.bound == pytest.approx(answer.objective, rel=1e-6)
    loose = audit_bound(instance_of(arrays), answer.certificate)
    assert loose.bound < finding.bound


def test_cases_without_a_plan_are_infinite() -> None:
    arrays = random_arrays(0)
    instance = instance_of(arrays._replace(capacity=arrays.capacity / 100))
    answer = solve_decomposed(instance, TIGHT)
    assert answer.status == "INFEASIBLE"
    assert audit_bound(instance, answer.certificate).bound == np.inf
    # too little capacity on the closed side of each site, and a site that is open and locked shut
    tight = random_arrays(0)
    tight = tight._replace(capacity=np.full(5, 0.21 * tight.demand.sum()))
    prices = np.zeros((2, 12))
    prices[1] = 50.0
    closed = audit_bound(instance_of(tight), split(prices[[0, 1]], [2], 12))
    alone = audit_bound(instance_of(tight), single(prices[1]))
    assert closed.bound == pytest.approx(dual_of(tight, prices[1], opened=2))
    assert closed.bound >= alone.bound
    locked = replace(instance_of(tight), limits=Limits(closed=(2,)))
    assert audit_bound(locked, split(prices, [2], 12)).bound == np.inf


def dual_of(arrays, prices: np.ndarray, opened: int) -> float:
    """The dual value by a relaxed allocation of each site, by linear programming."""
    from scipy.optimize import linprog

    total = prices @ arrays.demand
    for i in range(len(arrays.fixed)):
        found = linprog(
            arrays.cost[i] - prices,
            A_ub=np.ones((1, len(prices))),
            b_ub=arrays.capacity[i],
            bounds=[(0.0, d) for d in arrays.demand],
        )
        value = arrays.fixed[i] + found.fun
        total += value if i == opened else min(0.0, value)
    return float(total)


def drop_leaf(one: BranchingCertificate) -> BranchingCertificate:
    last = len(one.parent) - 1
    return replace(
        one, price=one.price[:-1], parent=one.parent[:last], site=one.site[:last],
        side=one.side[:last],
    )  # fmt: skip


def put(name: str, at: int, value: float) -> Callable[[BranchingCertificate], BranchingCertificate]:
    def change(one: BranchingCertificate) -> BranchingCertificate:
        array = getattr(one, name).copy()
        array[at] = value
        return replace(one, **{name: array})

    return change


FALSE = {
    "a leaf removed": drop_leaf,
    "a leaf without prices": lambda one: replace(one, price=one.price[:-1]),
    "a side altered": lambda one: put("side", -1, 1 - one.side[-1])(one),
    "a side that is none": put("side", 1, 2),
    "a site altered on one side": lambda one: put("site", -1, (one.site[-1] + 1) % 20)(one),
    "a site that is not there": put("site", 3, 20),
    "a site below zero": put("site", 3, -1),
    "a second root": put("parent", 1, -1),
    "a node before its parent": put("parent", 1, 2),
    "a parent beyond the tree": put("parent", 3, 10**6),
    "no tree": lambda one: replace(
        one, parent=one.parent[:0], site=one.site[:0], side=one.side[:0]
    ),
    "a row that is not there": put("price", 0, 10**6),
    "a row below zero": put("price", 0, -1),
    "prices of fewer zones": lambda one: replace(one, prices=one.prices[:, :-1]),
    "a price that is none": put("prices", 0, np.nan),
    "a price beyond all prices": put("prices", 0, 1e16),
    "arrays of different lengths": lambda one: replace(one, side=one.side[:-1]),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_certificate_proves_nothing(
    solved: tuple[LocationInstance, LocationSolution], name: str
) -> None:
    instance, answer = solved
    finding = audit_bound(instance, FALSE[name](answer.certificate))
    assert finding.faults
    assert finding.bound == -np.inf


def test_lower_prices_prove_a_lower_bound(
    solved: tuple[LocationInstance, LocationSolution],
) -> None:
    instance, answer = solved
    given, weaker = answer.certificate, 0
    for row in range(len(given.prices)):
        found = audit_bound(instance, put("prices", row, given.prices[row] * 0.5)(given))
        weaker += found.bound < answer.bound * (1 - 1e-6)
    # only leaves that cannot hold the demand need no prices
    assert weaker > 0.9 * len(given.prices)


def test_a_split_by_another_site_proves_no_more_than_the_optimum(
    solved: tuple[LocationInstance, LocationSolution],
) -> None:
    """A whole tree of other splits is valid, but its prices do not prove the claim any more."""
    instance, answer = solved
    given = answer.certificate
    weaker = 0
    for node in np.unique(given.parent[1:]):
        site = np.where(given.parent == node, (given.site + 1) % 12, given.site)
        found = audit_bound(instance, replace(given, site=site))
        assert found.faults == ()
        assert found.bound <= answer.objective * (1 + 1e-12)
        weaker += found.bound < answer.bound * (1 - 1e-9)
    assert weaker > 10


def test_an_instance_with_more_to_it_is_refused() -> None:
    instance = crowded_instance(0)
    assert "not simple enough" in audit_bound(instance, single(np.zeros(3))).faults[0]
