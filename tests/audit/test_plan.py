"""The auditor catches every kind of false plan, and no true one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from conftest import Folders
from fulfill.audit.plan import audit_plan
from fulfill.inputs.geography.distances import measure
from fulfill.inputs.problem import Problem
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.solution import LocationParams
from fulfill.model.build import build_instance
from fulfill.model.decisions import Decisions
from fulfill.model.economics.landed import Economics, economics
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.model.limits import BoundTarget, Limits
from fulfill.model.site_rules import SiteRule
from instances import scaled, within, without_routes

Audited = tuple[LocationInstance, Economics, Decisions, float]
Tamper = Callable[[LocationInstance, Decisions], tuple[LocationInstance, Decisions]]


@pytest.fixture(scope="module")
def solved(toy_problem: Problem) -> Audited:
    """The toy's best plan: site A with shirts, the rest by mail."""
    money = economics(toy_problem, measure(toy_problem.network, toy_problem.demand.zones))
    instance = build_instance(toy_problem, money, Limits())
    solution = solve_exact(instance, LocationParams(gap=0.0))
    assert solution.decisions is not None
    return instance, money, solution.decisions, solution.objective


def local(instance: LocationInstance, plan: Decisions) -> np.ndarray:
    return instance.lane_site[plan.lane] != MAIL


def limited(**limits: object) -> Tamper:
    return lambda instance, plan: (replace(instance, limits=Limits(**limits)), plan)


def resource(block: str, name: str, share: float) -> Tamper:
    return lambda instance, plan: (scaled(instance, block, name, share), plan)


def more_by(share: float, which: Callable[[LocationInstance, Decisions], np.ndarray]) -> Tamper:
    """Raise flows and everything that follows from them, as a planner's typing error would."""

    def tamper(instance: LocationInstance, plan: Decisions) -> tuple[LocationInstance, Decisions]:
        factor = np.where(which(instance, plan), share, 1.0)
        return instance, replace(
            plan,
            orders=plan.orders * factor,
            inbound=plan.inbound * (share if factor.max() > 1 else 1.0),
        )

    return tamper


def flip(field: str, index: tuple[int, ...], value: float) -> Tamper:
    def tamper(instance: LocationInstance, plan: Decisions) -> tuple[LocationInstance, Decisions]:
        changed = getattr(plan, field).copy()
        changed[index] = value
        return instance, replace(plan, **{field: changed})

    return tamper


def second_site(instance: LocationInstance, plan: Decisions) -> Decisions:
    """Let site B serve a thousandth of what zone 1 gets from site A."""
    flow = int(np.flatnonzero((instance.lane_zone[plan.lane] == 0) & local(instance, plan))[0])
    here = (instance.lane_zone == 0) & (instance.lane_site == 1)
    part = 1e-3 * plan.orders[flow]
    return replace(
        plan,
        lane=np.append(plan.lane, np.flatnonzero(here)[0]),
        product=np.append(plan.product, plan.product[flow]),
        period=np.append(plan.period, plan.period[flow]),
        orders=np.append(plan.orders, part),
    )


TAMPERED: dict[str, tuple[Tamper, str]] = {
    "more orders than there are": (more_by(1.5, local), "(1) allocation"),
    "every order must be served": (
        lambda instance, plan: (
            replace(instance, unserved_usd=np.full(2, np.inf)),
            replace(plan, orders=0.9 * plan.orders),
        ),
        "(1) every order must be served",
    ),
    "a negative flow": (
        lambda instance, plan: (instance, replace(plan, orders=-plan.orders)),
        "sign",
    ),
    "less room for orders": (
        lambda instance, plan: (replace(instance, capacity=0.5 * instance.capacity), plan),
        "(2) throughput",
    ),
    "less room for stock": (resource("stock", "storage_m3", 1e-4), "(3) storage"),
    "a closed site serves": (flip("opened", (0, 0), 0.0), "(4) only open sites serve"),
    "two sizes": (flip("opened", (0, 1), 1.0), "(5) one size a site"),
    "half a site": (flip("opened", (0, 0), 0.5), "(5) a choice is neither 0 nor 1"),
    "goods from nowhere": (
        lambda instance, plan: (instance, replace(plan, inbound=0.5 * plan.inbound)),
        "(6) inbound balance",
    ),
    "more goods than leave": (
        lambda instance, plan: (instance, replace(plan, inbound=1.01 * plan.inbound)),
        "(6) inbound balance",
    ),
    "a full port": (resource("inbound", "gateway_m3", 0.001), "(6) gateway capacity"),
    "a full plant": (
        lambda instance, plan: (
            within(instance, "inbound", origin_m3=np.array([[3.0, 1.0]])),
            plan,
        ),
        "(6) plant capacity",
    ),
    "a plant below its minimum": (
        lambda instance, plan: (within(instance, "inbound", origin_min_m3=np.array([100.0])), plan),
        "(6) plant minimum",
    ),
    "full aeroplanes": (resource("mail", "capacity_kg", 0.001), "(7) air capacity of mail"),
    "full vans": (resource("carriers", "orders", 0.0001), "(8) carrier capacity"),
    "a service target": (
        limited(targets=(BoundTarget("", 3, 0.8, np.ones(3, bool)),)),
        "(9) service 3d=0.8",
    ),
    "a service target of a zone": (
        limited(targets=(BoundTarget("rural", 5, 0.95, np.array([False, False, True])),)),
        "(9) service rural:5d=0.95",
    ),
    "too many sites": (limited(max_sites=0), "(10) number of sites"),
    "over the budget": (limited(budget_usd=4999.0), "(10) budget"),
    "a rule on sites: too few": (
        limited(rules=(SiteRule("both", "at_least", (0, 1), 2),)),
        "(14) rule on sites, both: 1 open",
    ),
    "a rule on sites: too many": (
        limited(rules=(SiteRule("none", "at_most", (0, 1), 0),)),
        "(14) rule on sites, none: 1 open",
    ),
    "a rule on sites: this without that": (
        limited(rules=(SiteRule("a needs b", "only_if", (0,), 1, (1,)),)),
        "(14) rule on sites, a needs b, site-a: 0 open",
    ),
    "a zone with two sites": (
        lambda instance, plan: (
            replace(instance, limits=Limits(single_source=True)),
            second_site(instance, plan),
        ),
        "(15) single sourcing: 1 zones have several sites, such as zone-1: site-a, site-b",
    ),
    "locked open": (limited(opened=(1,)), "(10) site-b is locked open"),
    "locked closed": (limited(closed=(0,)), "(10) site-a is locked closed"),
    "all through one port": (limited(max_gateway_share=0.9), "(11) share of one gateway"),
    "too much carbon": (limited(co2_kg=100.0), "(12) CO2e"),
    "a route without a price": (
        lambda instance, plan: (
            within(instance, "inbound", route_usd=np.full_like(instance.inbound.route_usd, np.inf)),
            plan,
        ),
        "(6) routes",
    ),
    "goods brought in where inbound is free": (
        lambda instance, plan: (replace(instance, inbound=None), plan),
        "(6) goods are brought in",
    ),
    "not stocked": (flip("stocked", (0, 0), 0.0), "(13) stocked products only"),
}


def test_a_true_plan_is_clean(solved: Audited) -> None:
    instance, money, plan, objective = solved
    for priced in (None, money):
        finding = audit_plan(instance, plan, objective, priced)
        assert finding.clean, finding.faults
        assert finding.objective == pytest.approx(objective, rel=1e-12)


def test_a_plan_that_keeps_rules_and_sources_is_clean(solved: Audited) -> None:
    instance, money, plan, objective = solved
    rules = (
        SiteRule("one", "at_least", (0, 1), 1),
        SiteRule("one", "at_most", (0, 1), 1),
        SiteRule("b needs a", "only_if", (1,), 1, (0,)),
        SiteRule("a needs a", "only_if", (0,), 1, (0, 1)),
    )
    kept = replace(instance, limits=Limits(rules=rules, single_source=True))
    assert audit_plan(kept, plan, objective, money).faults == ()


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_plan_is_caught(solved: Audited, name: str) -> None:
    tamper, verdict = TAMPERED[name]
    instance, money, plan, objective = solved
    broken, false = tamper(instance, plan)
    faults = audit_plan(broken, false, objective, money).faults
    assert any(fault.startswith(verdict) for fault in faults), faults


def test_every_numbered_constraint_is_audited() -> None:
    numbers = {
        verdict.split(")")[0].strip("(")
        for _, verdict in TAMPERED.values()
        if verdict.startswith("(")
    }
    assert numbers == {str(number) for number in range(1, 16)}


@pytest.mark.parametrize("error", [1e-4, -1e-4, 0.001, 1e6])
def test_a_false_cost_is_caught(solved: Audited, error: float) -> None:
    instance, money, plan, objective = solved
    for priced in (None, money):
        assert [
            fault[:5] for fault in audit_plan(instance, plan, objective + error, priced).faults
        ] == ["cost:"]


def test_a_cost_that_is_no_number_is_caught(solved: Audited) -> None:
    instance, money, plan, _ = solved
    assert not audit_plan(instance, plan, float("nan"), money).clean


def test_economics_of_another_problem_are_caught(solved: Audited, toy: Folders) -> None:
    instance, _, plan, objective = solved
    toy.set("network/products.csv", 2, "price_usd", "23.3")
    problem = toy.problem()
    other = economics(problem, measure(problem.network, problem.demand.zones))
    assert [fault[:5] for fault in audit_plan(instance, plan, objective, other).faults] == ["cost:"]


def test_dropping_a_served_order_changes_the_cost(solved: Audited) -> None:
    instance, money, plan, objective = solved
    fewer = replace(
        plan, **{name: getattr(plan, name)[1:] for name in ("lane", "product", "period", "orders")}
    )
    assert any(
        fault.startswith("cost:") for fault in audit_plan(instance, fewer, objective, money).faults
    )


def test_a_solver_tolerance_is_no_fault(solved: Audited) -> None:
    instance, money, plan, objective = solved
    near = replace(plan, orders=plan.orders * (1 + 1e-13))
    assert audit_plan(instance, near, objective, money).clean


def test_nothing_at_all_is_a_plan_too(solved: Audited) -> None:
    instance, money, plan, _ = solved
    empty = np.zeros(0, np.int64)
    idle = Decisions(
        0 * plan.opened, 0 * plan.stocked, empty, empty, empty, np.zeros(0), 0 * plan.inbound
    )
    lost = 3200 * 15 + 3200 * 1  # contribution, and the penalty
    assert audit_plan(instance, idle, lost, money).clean


UNSUPPLIED: dict[str, Callable[[LocationInstance], LocationInstance]] = {
    "no route is left": without_routes,
    "site A has no route": lambda instance: unpriced(
        instance, (instance.required_inbound.route_site == 0)[:, None, None]
    ),
    "no route brings shirts": lambda instance: unpriced(instance, np.arange(2)[:, None] == 0),
    "nothing is brought in the peak": lambda instance: unpriced(instance, np.arange(2) == 1),
}


def unpriced(instance: LocationInstance, where: np.ndarray) -> LocationInstance:
    """Return the instance without a price, hence without a route, where the mask is set."""
    usd = np.where(where, np.inf, instance.required_inbound.route_usd)
    return within(instance, "inbound", route_usd=usd)


@pytest.mark.parametrize("story", UNSUPPLIED)
@pytest.mark.parametrize("brought", [True, False])
@pytest.mark.parametrize("claim", ["what the plan cost", "infinity"])
def test_a_plan_that_serves_from_an_unsupplied_site_is_refused(
    solved: Audited, story: str, brought: bool, claim: str
) -> None:
    instance, _, plan, objective = solved
    cut = UNSUPPLIED[story](instance)
    priced = np.isfinite(cut.required_inbound.route_usd)
    inbound = plan.inbound[: cut.n_routes] * (brought or priced)
    found = audit_plan(
        cut, replace(plan, inbound=inbound), objective if claim.startswith("what") else np.inf
    )
    assert any(fault.startswith("(6) ") for fault in found.faults), found.faults


def test_only_an_instance_with_free_inbound_lets_goods_leave_that_nobody_brought(
    solved: Audited,
) -> None:
    instance, _, plan, _ = solved
    cut = UNSUPPLIED["no route is left"](instance)
    nothing = replace(plan, inbound=plan.inbound[:0])
    free = replace(cut, inbound=None)
    cost = audit_plan(free, nothing, 0.0).objective
    assert audit_plan(free, nothing, cost).clean
    assert [fault.split(":")[0] for fault in audit_plan(cut, nothing, cost).faults] == [
        "(6) inbound balance"
    ]


@pytest.mark.parametrize("claim", [33_350.5, 0.0, np.inf])
def test_a_plan_of_infinite_cost_agrees_with_no_claim(solved: Audited, claim: float) -> None:
    instance, _, plan, _ = solved
    shut = replace(instance, option_cost=np.full_like(instance.option_cost, np.inf))
    assert any(fault.startswith("cost:") for fault in audit_plan(shut, plan, claim).faults)
