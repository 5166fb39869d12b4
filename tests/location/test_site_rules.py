"""Rules on sites in plans and bounds: against enumeration of all choices of sites, and by laws."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from fulfill.audit.bound import audit_bound
from fulfill.audit.plan import audit_plan
from fulfill.location.cflp.capacitated import is_capacitated
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.network.transshipment import is_transshipment
from fulfill.location.network.warmup import compile_kernels
from fulfill.location.solution import LocationParams
from fulfill.model.instance import LocationInstance
from fulfill.model.limits import Limits
from fulfill.model.public_instances import Published, to_instance
from fulfill.model.site_rules import SiteRule
from fulfill.model.two_stage_instances import TwoStage
from fulfill.model.two_stage_instances import to_instance as two_stages
from instances import random_instance

EXACT = LocationParams(gap=1e-5, time_limit=60.0)
FINE = LocationParams(gap=0.005, time_limit=600.0)
N_SITES = 4
RULES: dict[str, tuple[SiteRule, ...]] = {
    "at least three": (SiteRule("a", "at_least", (1, 2, 3), 3),),
    "at most one of two": (
        SiteRule("b", "at_most", (0, 1), 1),
        SiteRule("c", "at_most", (2, 3), 1),
    ),
    "this only if that": (SiteRule("d", "only_if", (3,), 1, (1,)),),
    "this only if two of those": (
        SiteRule("e", "only_if", (0,), 2, (1, 2)),
        SiteRule("f", "at_least", (0, 1), 1),
    ),
    "none": (SiteRule("g", "at_most", (0, 1, 2, 3), 0),),
}


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    """Compile the kernels outside any limit."""
    compile_kernels()


def dear(seed: int) -> LocationInstance:
    """Return the random instance with its first sites only, dear enough that not all open."""
    instance = random_instance(seed)
    limits = Limits(closed=tuple(range(N_SITES, len(instance.sites))))
    return replace(instance, fixed_usd=4.0 * instance.fixed_usd, limits=limits)


def ruled(instance: LocationInstance, *rules: SiteRule) -> LocationInstance:
    return replace(instance, limits=replace(instance.limits, rules=rules))


def enumerated(instance: LocationInstance) -> dict[tuple[int, ...], float]:
    """Return the cost of the cheapest plan of every choice of sites."""
    found = {}
    for number in range(N_SITES + 1):
        for opened in itertools.combinations(range(N_SITES), number):
            closed = tuple(site for site in range(len(instance.sites)) if site not in opened)
            case = replace(instance, limits=Limits(opened=opened, closed=closed))
            found[opened] = solve_exact(case, EXACT).objective
    return found


def obeying(costs: dict[tuple[int, ...], float], rules: tuple[SiteRule, ...]) -> float:
    """Return the least cost of the choices that obey rules, counted from their words."""

    def obeys(rule: SiteRule, opened: tuple[int, ...]) -> bool:
        if rule.kind == "only_if":
            counted = len(set(opened) & set(rule.needed))
            return rule.sites[0] not in opened or counted >= rule.number
        count = len(set(opened) & set(rule.sites))
        return count >= rule.number if rule.kind == "at_least" else count <= rule.number

    return min(c for opened, c in costs.items() if all(obeys(rule, opened) for rule in rules))


@pytest.fixture(scope="module")
def costs() -> dict[tuple[int, ...], float]:
    return enumerated(dear(0))


@pytest.mark.parametrize("name", RULES)
def test_the_plan_is_that_of_the_best_choice_that_obeys(
    costs: dict[tuple[int, ...], float], name: str
) -> None:
    instance = ruled(dear(0), *RULES[name])
    best = obeying(costs, RULES[name])
    assert best > min(costs.values()) + 1.0  # the rule binds
    exact = solve_exact(instance, EXACT)
    assert exact.objective == pytest.approx(best, rel=1e-5)
    assert exact.bound <= best * (1 + 1e-9)
    found = solve_decomposed(instance, FINE)
    assert found.decisions is not None
    assert found.certificate is not None
    assert found.bound <= best * (1 + 1e-9)
    assert best * (1 - 1e-5) <= found.objective <= best * 1.01
    assert found.objective - found.bound <= 0.006 * found.objective
    for one in (exact, found):
        assert audit_plan(instance, one.decisions, one.objective).clean
    # the auditor pays the rules at the multipliers of the certificate
    assert audit_bound(instance, found.certificate).bound == pytest.approx(found.bound, rel=1e-9)


def test_a_rule_never_lowers_the_cost_and_none_is_as_none_at_all() -> None:
    instance, cost = dear(1), -np.inf
    rules: tuple[SiteRule, ...] = ()
    for more in (
        (),
        (SiteRule("idle", "at_least", (0, 1), 0), SiteRule("idle", "at_most", (0, 1), 2)),
        (SiteRule("a", "at_least", (0, 1, 2, 3), 3),),
        (SiteRule("b", "at_most", (0, 1), 1),),
        (SiteRule("c", "only_if", (2,), 1, (0,)),),
    ):
        rules = (*rules, *more)
        found = solve_exact(ruled(instance, *rules), EXACT)
        assert found.objective >= cost * (1 - 1e-5)
        if len(rules) == 2:
            assert found.objective == pytest.approx(cost, rel=1e-9)
        cost = found.objective


def test_rules_that_do_not_bind_leave_every_byte_of_plan_and_bound() -> None:
    instance = dear(2)
    plain = solve_decomposed(instance, FINE)
    idle = solve_decomposed(ruled(instance, SiteRule("idle", "at_least", (0, 1), 0)), FINE)
    assert (plain.objective, plain.bound) == (idle.objective, idle.bound)
    assert plain.decisions is not None
    assert idle.decisions is not None
    assert plain.decisions.orders.tobytes() == idle.decisions.orders.tobytes()


def test_an_empty_site_is_opened_where_a_rule_needs_it() -> None:
    """Sites that no lane leaves: the two cheapest of them open, at their cheapest size."""
    instance = dear(0)
    useless = replace(
        instance, lane_usd=np.where(instance.lane_site >= 0, 1e3, instance.lane_usd),
        fixed_usd=instance.fixed_usd * np.arange(1.0, 7.0)[:, None],
    )  # fmt: skip
    two = ruled(useless, SiteRule("two", "at_least", (0, 1, 2, 3), 2))
    for solve in (solve_exact, solve_decomposed):
        alone, found = solve(useless, FINE), solve(two, FINE)
        assert found.decisions is not None
        assert np.flatnonzero(found.decisions.opened[:, 0]).tolist() == [0, 1]
        paid = useless.fixed_usd[[0, 1], 0].sum()
        assert found.objective == pytest.approx(alone.objective + paid, rel=1e-9)


def test_a_later_run_obeys_rules_that_the_earlier_one_did_not_have() -> None:
    instance = dear(0)
    before = solve_decomposed(instance, FINE)
    rule = SiteRule("a", "at_least", (1, 2, 3), 3)
    changed = ruled(instance, rule)
    for keep in (True, False):
        params = replace(FINE, warm_start=before.warm_start, keep_sites=keep)
        found = solve_decomposed(changed, params)
        assert found.decisions is not None
        assert audit_plan(changed, found.decisions, found.objective).clean
        assert found.decisions.opened[1:4].any(axis=1).all()
        assert found.bound <= found.objective


def test_methods_for_special_instances_leave_rules_to_the_others() -> None:
    one = np.ones(2)
    public = to_instance(Published("orlib", 5 * one, one, one, np.ones((2, 2))))
    assert is_capacitated(public)
    ones = np.ones((2, 1))
    flows = two_stages(
        TwoStage(ones, 5 * ones, one, np.ones((1, 2, 2)), 5 * ones, one, np.ones((1, 2, 2)))
    )
    assert is_transshipment(flows)
    for change in ({"rules": (SiteRule("a", "at_most", (0, 1), 1),)}, {"single_source": True}):
        limits = Limits(**change)
        assert not is_capacitated(replace(public, limits=limits))
        assert not is_transshipment(replace(flows, limits=limits))
