"""Single sourcing: plans against enumeration of all assignments, bounds, laws, moves of zones."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from fulfill.audit.bound import audit_bound
from fulfill.audit.plan import audit_plan
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.network.lane_costs import take_lanes
from fulfill.location.network.planning import from_sizes, priced_plan
from fulfill.location.network.single_source import Assignment, improved
from fulfill.location.network.warmup import compile_kernels
from fulfill.location.solution import LocationParams
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.model.limits import Limits
from fulfill.model.multipliers import zero_multipliers
from instances import random_instance, seeds

EXACT = LocationParams(gap=1e-5, time_limit=60.0)
FINE = LocationParams(gap=0.005, time_limit=600.0)
ONE = Limits(single_source=True)


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    """Compile the kernels outside any limit."""
    compile_kernels()


def crowded(seed: int, share: float = 0.55) -> LocationInstance:
    """Return the random instance with little capacity, so that zones are worth splitting."""
    instance = random_instance(seed)
    return replace(instance, fixed_usd=2.0 * instance.fixed_usd, capacity=share * instance.capacity)


def few_zones(seed: int) -> LocationInstance:
    """Return four zones as large as the forty of the random instance, three sites, no stock."""
    instance = crowded(seed)
    kept = np.flatnonzero((instance.lane_zone < 4) & (instance.lane_site < 3))
    small = take_lanes(instance, kept)
    return replace(
        small,
        zones=instance.zones[:4],
        demand=10.0 * instance.demand[:4],
        zone_country=instance.zone_country[:4],
        carriers=replace(instance.carriers, zone_region=instance.carriers.zone_region[:4]),
        stock=None,
        fixed_usd=0.1 * instance.fixed_usd,
        limits=Limits(closed=(3, 4, 5)),
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(3))
def test_the_plan_is_that_of_the_best_assignment(seed: int) -> None:
    instance = few_zones(seed)
    costs = []
    for sites in itertools.product(range(3), repeat=4):
        own = np.array(sites)[instance.lane_zone] == instance.lane_site
        lanes = np.flatnonzero(own | (instance.lane_site == MAIL))
        costs.append(solve_exact(take_lanes(instance, lanes), EXACT).objective)
    split = solve_exact(instance, EXACT)
    assert min(costs) > split.objective + 1.0  # splitting zones would pay
    single = replace(instance, limits=replace(instance.limits, single_source=True))
    assert any(
        fault.startswith("(15) single sourcing")
        for fault in audit_plan(single, split.decisions, split.objective).faults
    )
    exact = solve_exact(single, EXACT)
    assert exact.objective == pytest.approx(min(costs), rel=1e-5)
    found = solve_decomposed(single, FINE)
    assert found.bound <= min(costs) * (1 + 1e-9)
    assert min(costs) * (1 - 1e-5) <= found.objective <= min(costs) * 1.02
    for one in (exact, found):
        assert audit_plan(single, one.decisions, one.objective).clean


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(3))
def test_a_larger_plan_is_close_to_the_exact_one_and_costs_no_less_than_a_split_one(
    seed: int,
) -> None:
    instance = crowded(seed)
    single = replace(instance, limits=ONE)
    exact = solve_exact(single, LocationParams(gap=1e-3, time_limit=60.0))
    found = solve_decomposed(single, FINE)
    assert audit_plan(single, exact.decisions, exact.objective).clean
    assert audit_plan(single, found.decisions, found.objective).clean
    assert exact.bound * (1 - 1e-9) <= found.objective <= exact.objective * 1.005
    assert found.certificate is not None
    # the bound is that of the instance whose zones may be split
    assert found.bound <= solve_exact(instance, EXACT).objective * (1 + 1e-9)
    for limited in (single, instance):
        proven = audit_bound(limited, found.certificate)
        assert proven.faults == ()
        assert proven.bound == pytest.approx(found.bound, rel=1e-9)
    assert found.objective >= solve_exact(instance, EXACT).bound * (1 - 1e-9)


def test_where_nothing_is_split_the_option_changes_nothing() -> None:
    instance = crowded(1, share=20.0)
    free, single = (solve_exact(one, EXACT) for one in (instance, replace(instance, limits=ONE)))
    assert audit_plan(replace(instance, limits=ONE), free.decisions, free.objective).clean
    assert single.objective == pytest.approx(free.objective, rel=1e-5)


def test_given_sites_get_a_plan_of_one_source_whatever_the_size_of_the_instance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beyond the size up to which allocation is a linear program, only the fill makes plans."""
    monkeypatch.setattr("fulfill.location.network.planning.EXACT", 0)
    instance = replace(crowded(0), limits=ONE)
    siting = from_sizes(instance, np.ones(len(instance.sites), np.int64))
    nothing = zero_multipliers(instance.axis_sizes)
    decisions, planned = priced_plan(instance, siting, nothing)
    assert audit_plan(instance, decisions, planned.cost).clean
    free = replace(instance, limits=Limits())
    split = priced_plan(free, siting, nothing)[1]
    assert solve_exact(free, EXACT).bound <= planned.cost <= split.cost * 1.05


def test_no_site_means_mail_only() -> None:
    instance = replace(crowded(0), limits=ONE)
    siting = from_sizes(instance, np.full(len(instance.sites), -1))
    decisions, planned = priced_plan(instance, siting, zero_multipliers(instance.axis_sizes))
    assert (instance.lane_site[decisions.lane] == MAIL).all()
    assert audit_plan(instance, decisions, planned.cost).clean


def value(problem: Assignment, source: np.ndarray) -> float:
    """Return what an assignment is worth less what orders beyond the room lose, USD."""
    zones, load = np.arange(len(source)), np.zeros(problem.room.shape)
    np.add.at(load, source, problem.used[zones, source])
    excess = np.maximum(load - problem.room, 0.0).sum()
    return float(problem.worth[zones, source].sum() - problem.excess_usd * excess)


def test_moves_and_exchanges_end_near_the_best_assignment() -> None:
    missed = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        n_zones, n_sites, n_periods = 7, 3, 2
        problem = Assignment(
            sites=np.arange(n_sites),
            worth=rng.uniform(50, 150, (n_zones, n_sites)),
            used=rng.uniform(5, 15, (n_zones, n_sites, n_periods)),
            room=rng.uniform(15, 35, (n_sites, n_periods)),
            excess_usd=10.0,
        )
        start = rng.integers(0, n_sites, n_zones)
        found = value(problem, improved(problem, start))
        every = itertools.product(range(n_sites), repeat=n_zones)
        best = max(value(problem, np.array(one)) for one in every)
        assert value(problem, start) <= found <= best + 1e-9
        missed.append((best - found) / best)
    assert np.mean(missed) < 0.05
