"""The decomposition against brute force and published optima."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fulfill.location.cflp.branching import Tree
from fulfill.location.cflp.decompose import solve_decomposed
from fulfill.location.solution import LocationParams
from fulfill.model.limits import Limits
from fulfill.model.public_instances import best_known, read_instance
from location.cflp.reference import brute_force, cheapest_allocation, instance_of, random_arrays

BENCH = Path(__file__).parents[4] / "shared" / "bench" / "cflp"
TIGHT = LocationParams(gap=0.0, time_limit=60.0)
needs_bench = pytest.mark.skipif(
    not BENCH.exists(), reason="public instances (../shared/bench) are not here"
)
SMALL = [
    f"cap{n}"
    for n in (41, 42, 43, 44, 51, 61, 62, 63, 64, 71, 72, 73, 74, 81, 82, 83, 84, 91, 92, 93, 94)
]
SMALL += [
    f"cap{n}"
    for n in (101, 102, 103, 104, 111, 112, 113, 114, 121, 122, 123, 124, 131, 132, 133, 134)
]


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_equals_brute_force(seed, outside):
    arrays = random_arrays(seed, outside=outside)
    optimum, _ = brute_force(arrays)
    answer = solve_decomposed(instance_of(arrays), TIGHT)
    assert answer.status == "OPTIMAL"
    assert answer.bound_kind == "certified"
    assert answer.objective == pytest.approx(optimum, rel=1e-7)
    assert optimum * (1 - 1e-6) <= answer.bound <= optimum * (1 + 1e-9)


def test_plan_serves_every_cell_within_capacity():
    arrays = random_arrays(3)
    instance = instance_of(arrays)
    decisions = solve_decomposed(instance, TIGHT).decisions
    site, zone = instance.lane_site[decisions.lane], instance.lane_zone[decisions.lane]
    assert np.bincount(zone, decisions.orders, 12) == pytest.approx(arrays.demand)
    assert (
        np.bincount(site, decisions.orders, 5) <= arrays.capacity * decisions.opened[:, 0] + 1e-6
    ).all()


def test_locks_are_kept_and_the_bound_is_of_the_locked_instance():
    arrays = random_arrays(1)
    _, best = brute_force(arrays)
    shut, forced = int(np.flatnonzero(best)[0]), int(np.flatnonzero(~best)[0])
    instance = replace(instance_of(arrays), limits=Limits(opened=(forced,), closed=(shut,)))
    answer = solve_decomposed(instance, TIGHT)
    assert answer.decisions.opened[forced, 0] == 1
    assert answer.decisions.opened[shut, 0] == 0
    others = [i for i in range(5) if i != shut]
    cheapest = np.inf
    for mask in range(16):
        opened = np.zeros(5, bool)
        opened[[site for k, site in enumerate(others) if mask >> k & 1]] = True
        if opened[forced]:
            cheapest = min(
                cheapest, cheapest_allocation(arrays, opened) + arrays.fixed[opened].sum()
            )
    assert answer.objective == pytest.approx(cheapest, rel=1e-7)


def test_too_little_capacity_is_infeasible():
    arrays = random_arrays(0)
    answer = solve_decomposed(instance_of(arrays._replace(capacity=arrays.capacity / 100)), TIGHT)
    assert answer.status == "INFEASIBLE"
    assert answer.decisions is None


def test_same_seed_same_plan():
    instance = instance_of(random_arrays(5, n_sites=14, n_cells=60))
    first, second = solve_decomposed(instance, TIGHT), solve_decomposed(instance, TIGHT)
    assert first.objective == second.objective
    assert first.bound == second.bound
    assert (first.decisions.orders == second.decisions.orders).all()


def test_interrupt_returns_the_best_plan_with_its_bound(monkeypatch):
    def stop(self, goals, callbacks, end):
        raise KeyboardInterrupt

    arrays = random_arrays(2)
    optimum, _ = brute_force(arrays)
    monkeypatch.setattr(Tree, "grow", stop)
    answer = solve_decomposed(instance_of(arrays), TIGHT)
    assert answer.interrupted
    assert answer.bound - 1e-6 <= optimum <= answer.objective + 1e-6


def test_progress_never_gets_worse():
    seen = []
    instance = instance_of(random_arrays(7, n_sites=14, n_cells=60))
    solve_decomposed(instance, LocationParams(gap=0.0, progress=seen.append))
    assert seen
    for before, after in pairwise(seen):
        assert after.incumbent <= before.incumbent
        assert after.bound >= before.bound - 1e-9


@needs_bench
@pytest.mark.parametrize("name", SMALL)
def test_orlib_small_instances_are_optimal(name):
    path = str(BENCH / "orlib" / f"{name}.txt")
    answer = solve_decomposed(read_instance(path), TIGHT)
    assert answer.objective == pytest.approx(best_known(path), abs=2e-3)
    assert answer.status == "OPTIMAL"


@needs_bench
@pytest.mark.parametrize("name", [f"p{n}" for n in (1, 7, 13, 20, 24, 30, 36, 40)])
def test_holmberg_instances_are_optimal(name):
    path = str(BENCH / "holmberg" / name)
    answer = solve_decomposed(read_instance(path), TIGHT)
    assert answer.objective == pytest.approx(best_known(path), abs=1e-5)
    assert answer.bound == pytest.approx(best_known(path), rel=1e-6)


@needs_bench
@pytest.mark.slow
@pytest.mark.parametrize("name", ["i300_11", "i300_1", "i500_19"])
def test_tbed1_instances_are_optimal(name):
    path = str(BENCH / "tbed1" / f"{name}.plc")
    answer = solve_decomposed(read_instance(path), LocationParams(gap=1e-6))
    assert answer.objective == pytest.approx(best_known(path), abs=0.01)
    assert answer.status == "OPTIMAL"
