"""Proofs that limits leave no plan, against the mixed-integer program and all choices of sites."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from fulfill.location.feasibility.cuts import Prices, cuts_at, gain
from fulfill.location.feasibility.held_limits import (
    given_in_balance,
    plan_by_program,
    plan_of_sites,
    sizes_of,
    with_limits,
)
from fulfill.location.feasibility.least_change import (
    MARGIN,
    NOT_RULED_OUT,
    PROVEN_IMPOSSIBLE,
    LeastChange,
)
from fulfill.location.feasibility.members import CO2, SERVICE, SITES, members_of
from fulfill.location.feasibility.pairs import pairs_of
from fulfill.location.feasibility.site_program import SiteChoice
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.solution import LocationParams
from fulfill.model.decisions import INFEASIBLE
from fulfill.model.instance import LocationInstance
from fulfill.model.limits import BoundTarget, Limits
from instances import crowded_instance

ANY_PLAN = LocationParams(gap=np.inf, time_limit=60.0)


def asked(seed: int, share: float, **limits: object) -> LocationInstance:
    """Return a small instance with every kind of limit, and one service target."""
    instance = crowded_instance(seed)
    # another reach for each site, so that which sites are open matters
    within = {3: np.array([[0.0, 0.0], [0.5, 0.3], [0.95, 0.8]])}
    target = BoundTarget("", 3, share, np.ones(len(instance.zones), bool))
    own = Limits(targets=(target,), **limits)  # type: ignore[arg-type]
    return replace(instance, option_within=within, limits=own)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("share", [0.2, 0.4, 0.6, 0.8])
@pytest.mark.parametrize(
    "limits", [{}, {"max_sites": 1}, {"budget_usd": 1500.0}, {"co2_kg": 800.0}]
)
def test_what_is_proven_impossible_has_no_plan(
    seed: int, share: float, limits: dict[str, float]
) -> None:
    instance = asked(seed, share, **limits)
    if LeastChange(instance).ask({}, 10.0).status == PROVEN_IMPOSSIBLE:
        assert solve_exact(instance, ANY_PLAN).status == INFEASIBLE


@pytest.mark.parametrize("seed", range(3))
def test_cuts_bound_every_choice_of_sites_and_are_tight_where_they_were_made(seed: int) -> None:
    instance = asked(seed, 0.5)
    pairs = pairs_of(instance)
    n_sites, _, n_periods = pairs.capacity.shape
    free = Prices(np.ones(1), 0.0, np.zeros((n_sites, n_periods)))

    def attained(chosen: tuple[int, ...]) -> float:
        best = np.maximum.reduce([gain(pairs, free, site) for site in (*chosen, n_sites)])
        return float((pairs.demand * np.maximum(best, 0.0)).sum())

    choices = [c for n in range(n_sites + 1) for c in combinations(range(n_sites), n)]
    for made_at in choices:
        is_open = np.isin(np.arange(n_sites), made_at)
        for cut in cuts_at(pairs, free, is_open):
            assert cut.site is not None
            for other in choices:
                bound = cut.base.sum() + cut.site[:, list(other)].sum()
                assert bound >= attained(other) - 1e-12
                if other == made_at:
                    assert bound == pytest.approx(attained(other))


@pytest.mark.parametrize("seed", range(3))
def test_cuts_with_priced_throughput_hold_for_every_size(seed: int) -> None:
    instance = asked(seed, 0.01)
    pairs = pairs_of(instance)
    n_sites, n_sizes, n_periods = pairs.capacity.shape
    prices = Prices(np.ones(1), 0.0, np.full((n_sites, n_periods), 0.3))
    [cut, *_] = cuts_at(pairs, prices, np.zeros(n_sites, bool))
    assert cut.size is not None
    for sizes in product(range(-1, n_sizes), repeat=n_sites):
        size = np.array(sizes)
        bound = float(cut.base.sum()) + sum(
            float(cut.size[i, m]) for i, m in enumerate(sizes) if m >= 0
        )
        opened = tuple(int(i) for i in np.flatnonzero(size >= 0))
        closed = tuple(int(i) for i in np.flatnonzero(size < 0))
        fixed = np.full(instance.fixed_usd.shape, np.inf)
        fixed[list(opened), size[list(opened)]] = 1.0
        locked = Limits(opened=opened, closed=closed, targets=instance.limits.targets)
        beyond = replace(locked.targets[0], share=min(bound + 1e-3, 1.0))
        trial = replace(instance, fixed_usd=fixed, limits=replace(locked, targets=(beyond,)))
        if bound < 0.999:
            assert solve_exact(trial, ANY_PLAN).status == INFEASIBLE


def test_the_least_number_of_sites_is_that_of_all_choices() -> None:
    instance = asked(1, 0.55, max_sites=0)
    members = {member.kind: member for member in members_of(instance)}
    answer = LeastChange(instance).ask({members[SITES]: 1.0}, 20.0)
    assert answer.status == NOT_RULED_OUT
    assert answer.choice is not None
    needed = next(
        n
        for n in range(len(instance.sites) + 1)
        if solve_exact(
            with_limits(instance, members.values(), {members[SITES]: n}), ANY_PLAN
        ).decisions
    )
    assert answer.choice.given[members[SITES]] <= needed


def test_a_target_left_out_holds_nothing() -> None:
    instance = asked(1, 0.99, max_sites=0)
    least = LeastChange(instance)
    assert least.ask({}, 20.0).status == PROVEN_IMPOSSIBLE
    service = next(member for member in least.members if member.kind == SERVICE)
    answer = least.ask({service: 1.0}, 20.0)
    assert answer.choice is not None
    assert answer.choice.given[service] == pytest.approx(0.99, abs=1e-4)
    assert least.ask({service: 0.0}, 20.0).status == NOT_RULED_OUT


@pytest.mark.parametrize("share", [0.1, 0.2, 0.3, 0.4])
def test_the_surest_sites_keep_what_some_sites_keep_with_a_margin(share: float) -> None:
    instance = asked(1, share, max_sites=1)
    members = members_of(instance)
    target = next(member for member in members if member.kind == SERVICE)
    raised = with_limits(instance, members, {target: share + MARGIN})
    if solve_exact(raised, ANY_PLAN).decisions is None:
        assert LeastChange(raised).ask({}, 20.0).choice is None
        return
    choice = LeastChange(instance).surest_sites(instance, 20.0)
    assert choice is not None
    size = choice.size
    assert (size >= 0).sum() == 1
    opened, closed = (tuple(np.flatnonzero(chosen).tolist()) for chosen in (size >= 0, size < 0))
    locked = replace(instance.limits, opened=opened, closed=closed)
    assert solve_exact(replace(instance, limits=locked), ANY_PLAN).decisions is not None


def test_plans_of_given_sites_keep_the_limits() -> None:
    instance = asked(1, 0.3)
    found = plan_of_sites(instance, SiteChoice(np.zeros(3, np.int64), {}, 0.0))
    assert found is not None
    assert (sizes_of(found) >= -1).all()
    beyond = with_limits(instance, members_of(instance), {members_of(instance)[0]: 1.0})
    assert plan_by_program(beyond, 5.0) is None


def least_emitted(instance: LocationInstance, precision: float) -> float:
    """Return the smallest cap at which the mixed-integer program finds a plan, by bisection."""
    low, high = 0.0, 1e5
    while high - low > precision:
        cap = 0.5 * (low + high)
        trial = replace(instance, limits=replace(instance.limits, co2_kg=cap))
        if solve_exact(trial, ANY_PLAN).decisions is None:
            low = cap
        else:
            high = cap
    return high


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("share", [0.3, 0.5])
def test_what_a_cap_must_give_is_bounded_by_what_every_plan_emits(seed: int, share: float) -> None:
    instance = asked(seed, share, co2_kg=50.0)
    cap = next(member for member in members_of(instance) if member.kind == CO2)
    answer = LeastChange(instance).ask({cap: 1.0}, 20.0)
    assert answer.status == NOT_RULED_OUT
    assert answer.choice is not None
    least = least_emitted(instance, 2.0)
    proven = cap.limit + answer.choice.cost * cap.scale
    assert proven <= least * (1.0 + 1e-6)
    assert proven >= 0.5 * least  # best lanes and routes are taken apart from each other


@pytest.mark.parametrize("giving", [SERVICE, CO2])
def test_what_a_plan_in_balance_gives_leaves_a_plan(giving: str) -> None:
    instance = asked(1, 0.5, co2_kg=150.0)
    least = LeastChange(instance)
    assert least.ask({}, 20.0).status == PROVEN_IMPOSSIBLE
    member = next(one for one in least.members if one.kind == giving)
    choice = least.ask({member: 1.0}, 20.0).choice
    assert choice is not None
    assert choice.prices is not None
    given = given_in_balance(instance, choice, (member,))
    assert given is not None
    sign = -1.0 if giving == SERVICE else 1.0
    assert given[member] >= choice.cost * member.scale * (1.0 - 1e-6)
    changed = {member: member.limit + sign * given[member]}
    assert solve_exact(with_limits(instance, least.members, changed), ANY_PLAN).decisions


def test_a_choice_without_a_price_of_carbon_is_planned_at_rising_prices() -> None:
    instance = asked(1, 0.3, co2_kg=1e5)
    free = Prices(np.ones(1), 0.0, np.zeros((3, 2)))
    choice = SiteChoice(np.zeros(3, np.int64), {}, 0.0, free)
    assert plan_of_sites(instance, choice) is not None
    assert given_in_balance(instance, choice, members_of(instance)) is None
