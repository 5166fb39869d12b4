"""The tree of proofs: whole at all times, each vector of prices once, given up when too large."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from fulfill.audit.bound import audit_bound
from fulfill.location.cflp import proof as module
from fulfill.location.cflp.branching import Tree
from fulfill.location.cflp.decompose import solve_decomposed
from fulfill.location.cflp.lagrangian import Ascent, Trail
from fulfill.location.cflp.proof import Proof
from fulfill.location.solution import LocationParams
from fulfill.model.certificate import NO, YES
from location.cflp.reference import branched_arrays, brute_force, instance_of, random_arrays

TIGHT = LocationParams(gap=0.0, time_limit=60.0)


def ascent(prices, *fixings):
    """An ascent that ended at `prices` and fixed sites: pairs of site and side, row after row."""
    site, side = (np.array([one[k] for one in fixings], np.int64) for k in range(2))
    row = np.arange(len(fixings)) // 2
    proofs = np.array([[10.0 + n, 0.0] for n in range((len(fixings) + 1) // 2)]).reshape(-1, 2)
    return Ascent(0.0, np.array(prices), np.zeros(3), 1, Trail(site, side, row, proofs))


def test_fixings_and_splits_become_one_tree():
    proof = Proof(np.array([4, 5, 6, 7]), np.array([1.0, 1.0]))
    node = proof.follow(0, ascent([0.0, 0.0], (0, NO), (2, YES), (3, YES)).trail)
    proof.narrow(np.array([1, 2]))
    closed, opened = proof.split(node, 0)
    proof.conclude(opened, ascent([2.0, 2.0]))
    found = proof.certificate(np.array([0, 2]), 3)
    assert found.site.tolist() == [-1, 4, 4, 6, 6, 7, 7, 5, 5]
    assert found.side.tolist() == [YES, *[NO, YES] * 4]
    assert found.parent.tolist() == [-1, 0, 0, 1, 1, 4, 4, 6, 6]
    ends = zip(found.ends().tolist(), found.price, strict=True)
    leaves = {end: found.prices[row].tolist() for end, row in ends}
    assert leaves == {
        2: [10.0, 0.0, 0.0],
        3: [10.0, 0.0, 0.0],
        5: [11.0, 0.0, 0.0],
        closed: [1.0, 0.0, 1.0],
        opened: [2.0, 0.0, 2.0],
    }
    assert len(found.prices) == 4


def test_a_split_without_prices_takes_those_above():
    """As an interrupt between the two may leave it."""
    proof = Proof(np.arange(2), np.array([1.0, 1.0]))
    proof.nodes.extend(((0, 1, NO), (0, 1, YES)))
    assert proof.certificate(np.arange(2), 2).prices.tolist() == [[1.0, 1.0]]


@pytest.mark.parametrize("rounds", range(4))
def test_an_interrupted_search_leaves_a_proof_of_its_bound(monkeypatch, rounds):
    instance = instance_of(branched_arrays(2))
    count, record = itertools.count(), Tree._record

    def stopping(self, *rest):
        if next(count) >= rounds:
            raise KeyboardInterrupt
        return record(self, *rest)

    monkeypatch.setattr(Tree, "_record", stopping)
    answer = solve_decomposed(instance, TIGHT)
    assert answer.interrupted
    finding = audit_bound(instance, answer.certificate)
    assert finding.faults == ()
    assert answer.bound * (1 - 1e-12) <= finding.bound <= answer.objective


def test_a_search_out_of_time_leaves_a_proof_of_its_bound():
    instance = instance_of(branched_arrays(2))
    answer = solve_decomposed(instance, LocationParams(gap=0.0, time_limit=0.0))
    finding = audit_bound(instance, answer.certificate)
    assert finding.faults == ()
    assert answer.bound * (1 - 1e-12) <= finding.bound <= answer.objective


@pytest.mark.parametrize("most", [500, 5_000, 20_000])
def test_a_proof_that_is_too_large_is_given_up_and_the_search_is_the_same(monkeypatch, most):
    instance = instance_of(branched_arrays(1))
    whole = solve_decomposed(instance, TIGHT)
    monkeypatch.setattr(module, "MOST_BYTES", most)
    answer = solve_decomposed(instance, TIGHT)
    assert answer.certificate is None
    assert answer.bound_kind == "solver"
    assert (answer.objective, answer.bound) == (whole.objective, whole.bound)


@pytest.mark.parametrize("seed", range(8))
def test_a_leaf_proves_no_less_than_the_search_claims(seed):
    instance = instance_of(branched_arrays(seed))
    answer = solve_decomposed(instance, LocationParams(gap=1e-5))
    finding = audit_bound(instance, answer.certificate)
    assert answer.status == "OPTIMAL"
    assert answer.bound * (1 - 1e-12) <= finding.bound <= answer.objective * (1 + 1e-9)


def with_lanes(instance, lanes):
    """The instance with these lanes only."""
    names = ("lane_zone", "lane_site", "lane_option", "lane_usd", "lane_co2")
    return replace(instance, **{name: getattr(instance, name)[lanes] for name in names})


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_a_network_with_few_lanes_and_no_room_to_spare_is_proven_too(seed, outside):
    arrays = random_arrays(seed, n_sites=6, n_cells=8, outside=outside)
    # whole numbers, so that capacity may be used up exactly
    arrays = arrays._replace(demand=arrays.demand.round(), capacity=(0.7 * arrays.capacity).round())
    kept = np.random.default_rng(seed).random(arrays.cost.shape) > 0.3
    instance = instance_of(arrays)
    instance = with_lanes(instance, kept[instance.lane_site, instance.lane_zone])
    optimum, _ = brute_force(arrays._replace(cost=np.where(kept, arrays.cost, 1e7)))
    answer = solve_decomposed(instance, TIGHT)
    if optimum > 1e6:
        assert (answer.status, answer.certificate) == ("INFEASIBLE", None)
        return
    assert answer.objective == pytest.approx(optimum, rel=1e-7)
    finding = audit_bound(instance, answer.certificate)
    assert answer.bound * (1 - 1e-12) <= finding.bound <= optimum * (1 + 1e-9)
    assert answer.status == "OPTIMAL"


def test_no_plan_for_want_of_lanes_has_no_certificate():
    instance = instance_of(random_arrays(0))
    answer = solve_decomposed(with_lanes(instance, instance.lane_zone != 0), TIGHT)
    assert (answer.status, answer.bound_kind) == ("INFEASIBLE", "solver")
    assert answer.certificate is None
