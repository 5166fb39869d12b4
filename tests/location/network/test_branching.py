"""Branching over sites: between the Lagrangian bound and the optimum, and checkable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fulfill.audit.bound import audit_bound
from fulfill.audit.plan import audit_plan
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.ascent import ascend, begin
from fulfill.location.network.branching import certificate_of, children, root_node
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.network.first_prices import first_prices, first_reference
from fulfill.location.network.relaxation import evaluate, local_lanes
from fulfill.location.solution import LocationParams
from fulfill.model.multipliers import with_prices
from instances import random_instance


@pytest.mark.parametrize("seed", range(3))
def test_the_tree_proves_more_than_its_root_and_no_more_than_the_optimum(seed: int) -> None:
    instance = random_instance(seed)
    exact = solve_exact(instance, LocationParams(gap=1e-4, time_limit=60))
    lanes, reference = local_lanes(instance), first_reference(instance)
    state = begin(instance, lanes, first_prices(instance), reference)
    state = ascend(instance, lanes, state, 60, exact.objective)
    relaxed = evaluate(instance, lanes, state.best)
    prices = with_prices(state.best, throughput=relaxed.price)
    nodes = [root_node(instance, relaxed.proven, prices, state.frequency)]
    leaves = {0}
    for _ in range(4):
        number = min(leaves, key=lambda leaf: nodes[leaf].bound)
        pair = children(instance, nodes, number, reference, exact.objective)
        assert pair is not None
        leaves = (leaves - {number}) | {len(nodes), len(nodes) + 1}
        nodes += [node for node, _ in pair]
    bound = min(nodes[leaf].bound for leaf in leaves)
    assert nodes[0].bound <= bound * (1 + 1e-9)
    assert bound <= exact.objective * (1 + 1e-9)
    assert instance.stock is not None
    certificate = certificate_of(nodes, instance.stock.safety.breakpoints())
    proof = audit_bound(instance, certificate)
    assert proof.faults == ()
    assert proof.bound >= bound


def test_a_small_instance_is_solved_to_a_small_gap_by_branching() -> None:
    instance = random_instance(0)
    found = solve_decomposed(instance, LocationParams(gap=0.004, time_limit=600.0))
    assert found.decisions is not None
    assert found.certificate is not None
    assert audit_plan(instance, found.decisions, found.objective).clean
    assert audit_bound(instance, found.certificate).bound >= found.bound


def test_no_more_sites_than_allowed_are_held_open() -> None:
    instance = random_instance(1)
    limited = replace(instance, limits=replace(instance.limits, max_sites=2))
    found = solve_decomposed(limited, LocationParams(gap=0.005, time_limit=600.0))
    assert found.decisions is not None
    assert int(found.decisions.opened.sum()) <= 2
    exact = solve_exact(limited, LocationParams(gap=1e-4, time_limit=60))
    assert found.bound <= exact.objective * (1 + 1e-9)
    assert np.isfinite(found.bound)
