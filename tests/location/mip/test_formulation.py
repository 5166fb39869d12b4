"""The MIP against enumeration, and every constraint family on an instance where it binds."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from conftest import Folders
from fulfill.audit.plan import audit_plan
from fulfill.inputs.faults import SolverError
from fulfill.inputs.geography.distances import measure
from fulfill.inputs.problem import Problem
from fulfill.location.mip import formulation as exact
from fulfill.location.mip.formulation import CONSTRAINTS, build_model, solve_exact
from fulfill.location.mip.highs import read_progress, read_saved, solve_lp, solve_mip
from fulfill.location.mip.rows import LinearModel
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.location.solve import solve_location
from fulfill.model.build import build_instance
from fulfill.model.decisions import FEASIBLE, INFEASIBLE, OPTIMAL
from fulfill.model.economics.landed import economics
from fulfill.model.flow_limits import FlowLimits
from fulfill.model.instance import MAIL, Carriers, Inbound, LocationInstance, Mail, Stock
from fulfill.model.limits import BoundTarget, Limits
from fulfill.model.site_rules import SiteRule
from instances import scaled, seeds, within, without_safety

PROVEN = LocationParams(gap=0.0, time_limit=60.0)


def random_instance(seed: int) -> LocationInstance:
    """Return an instance of up to 6 sites, and 2 sizes, products, periods and bands.

    Mail lanes, unserved orders, entry costs and routes are present in turn.
    """
    rng = np.random.default_rng(seed)
    n_sizes = 1 + seed % 2
    n_sites = int(rng.integers(4, 7)) if n_sizes == 1 else int(rng.integers(2, 5))
    n_zones, n_products, n_periods = 4, 1 + seed // 2 % 2, 1 + seed // 4 % 2
    places, homes = rng.random((n_sites, 2)), rng.random((n_zones, 2))
    site, zone = np.nonzero(rng.random((n_sites, n_zones)) < 0.8)
    mailed = np.arange(n_zones) if seed % 3 else np.zeros(0, int)
    demand = rng.uniform(5, 20, (n_zones, n_products, n_periods)).round()
    per_period = demand.sum(axis=(0, 1)).mean()
    shape = (2, n_products, n_periods)
    fixed = np.cumsum(rng.uniform(20, 120, (n_sites, n_sizes)), axis=1)
    instance = LocationInstance(
        zones=tuple(f"z{i}" for i in range(n_zones)),
        products=tuple("ab"[:n_products]),
        periods=tuple("pq"[:n_periods]),
        sites=tuple(f"s{i}" for i in range(n_sites)),
        sizes=tuple("SM"[:n_sizes]),
        bands=("base", "overtime"),
        demand=demand,
        unserved_usd=rng.uniform(6, 14, n_products),
        constant_usd=float(rng.uniform(0, 100)),
        lane_zone=np.concatenate([zone, mailed]),
        lane_site=np.concatenate([site, np.full(len(mailed), MAIL)]),
        lane_option=np.concatenate([np.zeros(len(site), int), np.ones(len(mailed), int)]),
        lane_usd=np.concatenate(
            [
                10 * np.linalg.norm(places[site] - homes[zone], axis=1),
                rng.uniform(4, 12, len(mailed)),
            ]
        ),
        lane_co2=np.ones(len(site) + len(mailed)),
        option_cost=rng.uniform(0, 2, shape),
        price_multiplier=rng.uniform(0.8, 1.2, shape),
        units=rng.uniform(0.7, 1.0, shape),
        fixed_usd=fixed,
        invest_usd=2 * fixed,
        capacity=np.cumsum(
            rng.uniform(0.2, 0.5, (n_sites, n_sizes, 2, n_periods)) * per_period, axis=1
        ),
        handling_usd=np.sort(rng.uniform(0.2, 2.0, (n_sites, n_sizes, 2)), axis=2),
        countries=("MX", "US"),
        site_country=np.arange(n_sites) % 2,
        zone_country=np.arange(n_zones) % 2,
        volume_m3=np.full(n_products, 0.01),
        weight_kg=np.zeros(n_products),
        mail=Mail(np.full((2, n_periods), np.inf), np.zeros((2, n_products))),
        carriers=Carriers(("q",), np.zeros(n_zones, int), np.full((1, n_periods), np.inf)),
        inbound=None,
        stock=None,
    )
    return replace(
        instance,
        stock=paid_entry(instance, rng.uniform(5, 40, (n_products, 2))) if seed % 5 < 2 else None,
        inbound=one_route_each(instance, rng.uniform(0, 3, instance.flow_shape))
        if seed % 2
        else None,
    )


def paid_entry(instance: LocationInstance, entry_usd: np.ndarray) -> Stock:
    """Return stock that costs nothing but its entry into a country."""
    n_sites, n_products, n_periods = instance.flow_shape
    return Stock(
        safety=without_safety(n_sites, n_products),
        secant_usd=np.zeros((n_sites, n_products, len(instance.sizes))),
        storage_usd=np.zeros(instance.flow_shape),
        storage_m3=np.ones(instance.fixed_usd.shape),
        level=np.zeros((n_products, n_periods, n_periods)),
        entry_usd=entry_usd,
    )


def one_route_each(instance: LocationInstance, route_usd: np.ndarray) -> Inbound:
    """Return one route to each site, from one plant by one gateway, both without limits."""
    n_sites, _, n_periods = instance.flow_shape
    first = np.zeros(n_sites, int)
    return Inbound(
        gateways=("g",),
        origins=("o",),
        route_site=np.arange(n_sites),
        route_origin=first,
        route_gateway=first,
        route_crossing=first - 1,
        route_usd=route_usd,
        route_co2=np.ones(n_sites),
        gateway_m3=np.full((1, n_periods), np.inf),
        origin_m3=np.full((1, n_periods), np.inf),
        origin_min_m3=np.zeros(1),
        origin_fixed_usd=np.zeros(1),
        landing=np.eye(n_periods),
    )


def cheapest_allocation(
    instance: LocationInstance, size: tuple[int, ...], stocked: np.ndarray | None
) -> float:
    """Allocate by a separate linear program, built cell by cell; `size` -1 is a closed site."""
    n_zones, n_products, n_periods = instance.shape
    cost, high, served, leaving = [], [], [], []
    for lane, (z, i, w) in enumerate(
        zip(instance.lane_zone, instance.lane_site, instance.lane_option, strict=True)
    ):
        for k, t in itertools.product(range(n_products), range(n_periods)):
            shut = i != MAIL and (
                size[i] < 0 or (stocked is not None and not stocked[k, instance.site_country[i]])
            )
            goods = (
                instance.inbound.route_usd[i, k, t] * instance.units[w, k, t]
                if i != MAIL and instance.inbound is not None
                else 0.0
            )
            cost.append(
                instance.option_cost[w, k, t]
                + instance.lane_usd[lane] * instance.price_multiplier[w, k, t]
                + goods
            )
            high.append(0.0 if shut else instance.demand[z, k, t])
            served.append((z * n_products + k) * n_periods + t)
            leaving.append(-1 if i == MAIL else i * n_periods + t)
    units = np.array(
        [
            instance.units[w, k, t]
            for w in instance.lane_option
            for k in range(n_products)
            for t in range(n_periods)
        ]
    )
    n_x, n_cells, n_loads = len(cost), instance.demand.size, len(size) * n_periods
    cells, loads = np.zeros((n_cells, n_x)), np.zeros((n_loads, n_x))
    cells[served, range(n_x)] = 1
    inside = np.array(leaving) >= 0
    loads[np.array(leaving)[inside], np.flatnonzero(inside)] = units[inside]
    bands, band_cost, band_high = np.zeros((n_loads, 0)), [], []
    for i, t, b in itertools.product(
        range(len(size)), range(n_periods), range(instance.capacity.shape[2])
    ):
        column = np.zeros((n_loads, 1))
        column[i * n_periods + t] = -1
        bands = np.hstack([bands, column])
        band_cost.append(instance.handling_usd[i, max(size[i], 0), b])
        band_high.append(instance.capacity[i, size[i], b, t] if size[i] >= 0 else 0.0)
    missing = np.repeat(np.tile(instance.unserved_usd, n_zones), n_periods)
    equal = np.block(
        [
            [cells, np.zeros((n_cells, len(band_cost))), np.eye(n_cells)],
            [loads, bands, np.zeros((n_loads, n_cells))],
        ]
    )
    found = linprog(
        np.concatenate([cost, band_cost, missing]),
        A_eq=equal,
        b_eq=np.concatenate([instance.demand.ravel(), np.zeros(n_loads)]),
        bounds=list(
            zip(itertools.repeat(0.0), [*high, *band_high, *instance.demand.ravel()], strict=False)
        ),
        method="highs",
    )
    return float(found.fun)


def brute_force(instance: LocationInstance) -> float:
    """Return the least cost over every choice of sites, sizes and stocked products."""
    best = np.inf
    sites = range(len(instance.sites))
    entries = (
        [None]
        if instance.stock is None
        else [
            np.array(choice, bool).reshape(instance.stock.entry_usd.shape)
            for choice in itertools.product((0, 1), repeat=instance.stock.entry_usd.size)
        ]
    )
    for size in itertools.product(range(-1, len(instance.sizes)), repeat=len(instance.sites)):
        for stocked in entries:
            spent = instance.constant_usd + sum(
                instance.fixed_usd[i, size[i]] for i in sites if size[i] >= 0
            )
            spent += (
                float((instance.stock.entry_usd * stocked).sum()) if stocked is not None else 0.0
            )
            if spent < best:  # every other cost is positive
                best = min(best, spent + cheapest_allocation(instance, size, stocked))
    return best


@pytest.mark.parametrize("seed", seeds(20, fast=6))
def test_the_mip_finds_what_enumeration_finds(seed: int) -> None:
    instance = random_instance(seed)
    solution = solve_exact(instance, PROVEN)
    assert solution.status == OPTIMAL
    assert solution.objective == pytest.approx(brute_force(instance), rel=1e-6)
    assert solution.bound <= solution.objective
    audit = audit_plan(instance, solution.decisions, solution.objective)
    assert audit.clean, audit.faults


@pytest.mark.parametrize("seed", range(0, 20, 4))
def test_the_default_method_agrees(seed: int) -> None:
    instance = random_instance(seed)
    optimum = solve_exact(instance, PROVEN).objective
    solution = solve_location(instance, LocationParams(gap=0.0, time_limit=10.0))
    assert solution.decisions is not None
    assert audit_plan(instance, solution.decisions, solution.objective).faults == ()
    assert solution.bound <= optimum * (1 + 1e-9)
    assert optimum * (1 - 1e-9) <= solution.objective <= optimum * 1.02


def toy_instance(
    problem: Problem, limits: Limits | None = None, **changes: object
) -> LocationInstance:
    money = economics(problem, measure(problem.network, problem.demand.zones))
    return replace(build_instance(problem, money, limits or Limits()), **changes)


def solved(instance: LocationInstance) -> LocationSolution:
    """Solve to the end, and let no plan pass that the auditor refuses."""
    solution = solve_exact(instance, PROVEN)
    assert solution.bound <= solution.objective
    if solution.decisions is not None:
        audit = audit_plan(instance, solution.decisions, solution.objective)
        assert audit.clean, audit.faults
    return solution


def test_the_toy_by_hand(toy_problem: Problem) -> None:
    """Site A alone, shirts only: gadgets and what the peak leaves over go by mail."""
    solution = solved(toy_instance(toy_problem))
    assert solution.decisions.opened.tolist() == [[1, 0, 0], [0, 0, 0]]
    assert solution.decisions.stocked.ravel().tolist() == [1, 0]
    assert solution.objective == pytest.approx(33_350.5, abs=0.005)


def test_same_seed_same_plan() -> None:
    instance = random_instance(6)
    one, two = (solve_exact(instance, LocationParams(gap=0.0, seed=3)) for _ in range(2))
    assert one.objective == two.objective
    for name in ("opened", "lane", "product", "period", "orders", "inbound"):
        np.testing.assert_array_equal(getattr(one.decisions, name), getattr(two.decisions, name))


@pytest.mark.parametrize("seed", range(4))
def test_relaxing_a_capacity_never_costs_more(seed: int) -> None:
    instance = random_instance(seed)
    tight = solved(instance).objective
    assert solved(replace(instance, capacity=1.3 * instance.capacity)).objective <= tight + 1e-6
    assert solved(replace(instance, limits=Limits(max_sites=1))).objective >= tight - 1e-6
    assert solved(replace(instance, limits=Limits(closed=(0,)))).objective >= tight - 1e-6


RESOURCES = [
    ("inbound", "gateway_m3"),
    ("mail", "capacity_kg"),
    ("carriers", "orders"),
    ("stock", "storage_m3"),
]


@pytest.mark.parametrize(("block", "name"), RESOURCES)
def test_relaxing_a_resource_of_the_toy_never_costs_more(
    toy_problem: Problem, block: str, name: str
) -> None:
    instance = toy_instance(toy_problem)
    costs = [
        solved(scaled(instance, block, name, share)).objective for share in (1e-4, 1e-3, 1e-2, 1.0)
    ]
    assert all(more >= less - 1e-6 for more, less in itertools.pairwise(costs))
    assert costs[0] > costs[-1] + 1


def test_scaling_all_money_scales_the_answer() -> None:
    instance = random_instance(2)
    money = (
        "unserved_usd",
        "constant_usd",
        "lane_usd",
        "option_cost",
        "fixed_usd",
        "handling_usd",
    )
    assert instance.inbound is None
    assert instance.stock is None
    dear = replace(instance, **{name: 18.5 * getattr(instance, name) for name in money})
    assert solved(dear).objective == pytest.approx(18.5 * solved(instance).objective)


def test_a_mix_is_never_worse_than_one_channel_alone(toy: Folders) -> None:
    cost = {
        names: solved(toy_instance(toy.problem(channels=names))).objective
        for names in (("direct_mail", "local"), ("direct_mail",), ("local",))
    }
    mixed, mail, local = cost.values()
    assert mixed < mail
    assert mixed < local


def opened(solution: LocationSolution) -> list[int]:
    return np.flatnonzero(solution.decisions.opened.any(axis=1)).tolist()


def test_locks_are_respected(toy_problem: Problem) -> None:
    free = solved(toy_instance(toy_problem)).objective
    for limits, expected in (
        (Limits(opened=(1,), closed=(0,)), [1]),
        (Limits(opened=(0, 1)), [0, 1]),
        (Limits(closed=(0, 1)), []),
    ):
        solution = solved(toy_instance(toy_problem, limits))
        assert opened(solution) == expected
        assert solution.objective > free


def test_limits_are_respected(toy_problem: Problem) -> None:
    instance = toy_instance(toy_problem)
    both = replace(instance, fixed_usd=0.01 * instance.fixed_usd)
    assert opened(solved(both)) == [0, 1]
    assert len(opened(solved(replace(both, limits=Limits(max_sites=1))))) == 1
    assert opened(solved(replace(both, limits=Limits(max_sites=0)))) == []
    assert len(opened(solved(replace(both, limits=Limits(budget_usd=9_999))))) == 1
    assert len(opened(solved(replace(both, limits=Limits(budget_usd=10_000))))) == 2
    assert opened(solved(replace(both, limits=Limits(budget_usd=0)))) == []


def everywhere(share: float) -> Limits:
    return Limits(targets=(BoundTarget("", 3, share, np.ones(3, bool)),))


def test_a_service_target_is_met_and_paid_for(toy_problem: Problem) -> None:
    instance = toy_instance(toy_problem)
    plain, quick = solved(instance), solved(replace(instance, limits=everywhere(0.9)))
    assert quick.objective > plain.objective
    assert opened(quick) == [0, 1]
    impossible = solve_exact(replace(instance, limits=everywhere(1.0)), PROVEN)
    assert impossible.status == INFEASIBLE
    assert impossible.decisions is None


def test_infeasible_where_every_order_must_be_served(toy: Folders) -> None:
    instance = toy_instance(toy.problem(channels=("local",)), unserved_usd=np.full(2, np.inf))
    assert solve_exact(instance, PROVEN).status == INFEASIBLE


def test_every_order_is_served_where_it_must_be(toy: Folders) -> None:
    instance = toy_instance(toy.problem(channels=("local",)), unserved_usd=np.full(2, np.inf))
    roomy = replace(instance, capacity=10 * instance.capacity)
    solution = solved(roomy)
    assert solution.status == OPTIMAL
    assert solution.decisions.orders.sum() == pytest.approx(3200)


def test_nothing_to_allocate_leaves_all_unserved(toy: Folders) -> None:
    instance = toy_instance(toy.problem(channels=("cross_border",)))  # no site lies across a border
    assert solved(instance).decisions.orders.size == 0


def second_size(instance: LocationInstance) -> LocationInstance:
    """Offer the size S of the toy twice, cheaply, at site A only: opening both would pay."""
    names = ("fixed_usd", "invest_usd", "capacity", "handling_usd")
    twice = {name: getattr(instance, name).copy() for name in names}
    twice["storage_m3"] = instance.stock.storage_m3.copy()
    for value in twice.values():
        value[:, 1] = value[:, 0]
    twice["fixed_usd"][:, :2] = 100
    instance = within(instance, "stock", storage_m3=twice.pop("storage_m3"))
    return replace(instance, **twice, limits=Limits(closed=(1,)))


def few_from_site_a(instance: LocationInstance) -> LocationInstance:
    """Let a hundred orders a period pass the lanes of site A."""
    n_products, n_lanes = instance.shape[1], len(instance.lane_zone)
    counts = np.repeat(instance.lane_site == 0, n_products)[None, :].astype(float)
    limits = FlowLimits(
        kinds=("lane",),
        names=("all of site A",),
        orders=np.full((1, instance.shape[2]), 100.0),
        routes=csr_array((1, instance.n_routes * n_products)),
        lanes=csr_array(counts),
    )
    assert limits.lanes.shape == (1, n_lanes * n_products)
    return replace(instance, flow_limits=limits)


BINDING: dict[str, tuple[Callable[[LocationInstance], LocationInstance], str]] = {
    # constraint: (a toy where it binds, how the auditor names the plan that breaks it; "" where no
    # plan can)
    "allocation": (lambda toy: toy, ""),
    "throughput": (lambda toy: toy, "(2) throughput"),
    "storage": (lambda toy: scaled(toy, "stock", "storage_m3", 0.001), "(3) storage"),
    "linking": (lambda toy: toy, ""),
    "sizes": (second_size, "(5) one size"),
    "inbound": (lambda toy: toy, "(6) inbound balance"),
    "flow_limits": (few_from_site_a, "(16) capacity of lane"),
    "mail": (lambda toy: scaled(toy, "mail", "capacity_kg", 0.001), "(7) air capacity"),
    "carriers": (
        lambda toy: scaled(toy, "carriers", "orders", 0.0001),
        "(8) carrier",
    ),
    "service": (lambda toy: replace(toy, limits=everywhere(0.9)), "(9) service"),
    "choice": (lambda toy: replace(toy, limits=Limits(max_sites=0)), "(10) number of sites"),
    "diversification": (
        lambda toy: replace(toy, limits=Limits(max_gateway_share=0.5)),
        "(11) share of one gateway",
    ),
    "carbon": (lambda toy: replace(toy, limits=Limits(co2_kg=3000.0)), "(12) CO2e"),
    "stocking": (lambda toy: toy, "(13) stocked"),
    "site_rules": (
        lambda toy: replace(toy, limits=Limits(rules=(SiteRule("b", "at_least", (1,), 1),))),
        "(14) rule on sites, b",
    ),
    "single_sourcing": (
        lambda toy: replace(toy, limits=Limits(opened=(0, 1), single_source=True)),
        "(15) single sourcing",
    ),
}


def test_every_constraint_has_an_instance_where_it_binds() -> None:
    assert list(BINDING) == [constraint.__name__ for constraint in CONSTRAINTS]


@pytest.mark.parametrize("name", BINDING)
def test_without_the_constraint_the_answer_is_another(
    toy_problem: Problem, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    change, verdict = BINDING[name]
    instance = change(toy_instance(toy_problem))
    solved(instance)

    def least(*, relaxed: bool) -> float:
        model, _ = build_model(instance)
        if relaxed:
            model.integer = [np.zeros_like(part) for part in model.integer]
        return solve_mip(model, gap=0.0, seconds=30.0, seed=0).objective

    relaxed = (
        name == "linking"
    )  # it only tightens the relaxation: bands keep closed sites from serving as well
    whole = least(relaxed=relaxed)
    monkeypatch.setattr(exact, "CONSTRAINTS", tuple(c for c in CONSTRAINTS if c.__name__ != name))
    assert least(relaxed=relaxed) < whole - 1.0
    if verdict:
        loose = solve_exact(instance, PROVEN)
        faults = audit_plan(instance, loose.decisions, loose.objective).faults
        assert any(fault.startswith(verdict) for fault in faults), faults


@pytest.mark.parametrize(
    ("limits", "verdict"),
    [
        (Limits(budget_usd=100.0), "(10) budget"),
        (Limits(opened=(1,)), "(10) site-b is locked open"),
        (Limits(closed=(0,)), "(10) site-a is locked closed"),
    ],
)
def test_each_kind_of_choice_binds(toy_problem: Problem, limits: Limits, verdict: str) -> None:
    instance = toy_instance(toy_problem)
    free = solved(instance)
    assert solved(replace(instance, limits=limits)).objective > free.objective + 1
    faults = audit_plan(replace(instance, limits=limits), free.decisions, free.objective).faults
    assert [fault[: len(verdict)] for fault in faults] == [verdict]


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"gateway_m3": np.array([[3.0, 1.0]])}, "(6) gateway capacity"),
        ({"origin_m3": np.array([[3.0, 1.0]])}, "(6) plant capacity"),
        ({"origin_min_m3": np.array([40.0])}, "(6) plant minimum"),
    ],
)
def test_gateways_and_plants_bind(
    toy_problem: Problem, changes: dict[str, object], verdict: str
) -> None:
    instance = toy_instance(toy_problem)
    free = solved(instance)
    tight = within(instance, "inbound", **changes)
    assert solved(tight).objective > free.objective + 1
    faults = audit_plan(tight, free.decisions, free.objective).faults
    assert [fault[: len(verdict)] for fault in faults] == [verdict]


def test_a_plant_at_its_minimum_or_not_at_all(toy_problem: Problem) -> None:
    instance = within(toy_instance(toy_problem), "inbound", origin_min_m3=np.array([20.0]))
    assert solved(instance).decisions.inbound.sum() * 0.01 >= 20 - 1e-6
    larger = within(instance, "inbound", origin_min_m3=np.array([40.0]))
    assert solved(larger).decisions.inbound.sum() == 0


def test_prebuilt_goods_use_the_gateway_early(toy: Folders) -> None:
    toy.write(
        "network/prebuild.csv",
        "period_id,lands_in,share,source,source_date,status,range\npeak,normal,1,x,,estimate,\n",
    )
    instance = toy_instance(toy.problem())
    shut = np.array([[1000.0, 0.0]])  # no gateway in the peak
    assert solved(within(instance, "inbound", gateway_m3=shut)).objective == pytest.approx(
        solved(instance).objective
    )
    late = within(instance, "inbound", landing=np.eye(2))
    assert solved(within(late, "inbound", gateway_m3=shut)).objective > solved(late).objective + 1


def test_rows_carry_their_family_and_key(toy_problem: Problem) -> None:
    model, _ = build_model(toy_instance(toy_problem))
    names = model.names()
    assert len(names) == len(set(names)) == model.n_rows
    for name in (
        "allocation[zone-1,shirt,peak]",
        "throughput[site-a,peak]",
        "linking[zone-3,site-b]",
        "stocking[zone-1,gadget,MX]",
    ):
        assert name in names
    assert list(model.proto(named=True).linear_constraints.names) == names


def test_price_equals_what_the_solver_minimised(toy_problem: Problem) -> None:
    instance = toy_instance(toy_problem)
    model, columns = build_model(instance)
    answer = solve_mip(model, gap=0.0, seconds=30.0, seed=0)
    assert price(instance, exact.read_decisions(instance, columns, answer.values)) == pytest.approx(
        answer.objective
    )


def test_progress_is_reported(toy_problem: Problem) -> None:
    heard = []
    solve_exact(toy_instance(toy_problem), LocationParams(gap=0.0, progress=heard.append))
    assert heard
    assert all(report.bound <= report.incumbent + 1e-6 for report in heard)


LOG = """\
        Nodes      |    B&B Tree     |            Objective Bounds              \
|  Dynamic Constraints |       Work
Src  Proc. InQueue |  Leaves   Expl. |BestBound       BestSol              Gap \
|   Cuts   InLp Confl. | LpIters     Time

         0       0         0   0.00%  -inf            inf                  inf  \
      0      0      0         0     0.0s
         0       0         0   0.00%  33322.5         inf                  inf  \
      0      0      0         0     0.0s
 R       0       0         0   0.00%  16.57142857     29.9              44.58%  \
      0      0      0        24     0.1s
 T      12       3         5  62.50%  26384.6         26815.5            1.61%  \
    120     31     90     12408    10.4s
      1200     103       500  12.50%  -1234.5         -1200              2.88%  \
     97     60   4310      123k   301.0s

Solving report
  Gap               0.5% (tolerance: 1%)
"""
READ = [
    (-np.inf, np.inf, 0.0),
    (33322.5, np.inf, 0.0),
    (16.57142857, 29.9, 0.1),
    (26384.6, 26815.5, 10.4),
    (-1234.5, -1200.0, 301.0),
]


def test_rows_of_the_log_are_read_and_nothing_else() -> None:
    assert [row for line in LOG.splitlines() if (row := read_progress(line))] == READ


def test_the_last_whole_saved_plan_is_read(tmp_path: Path) -> None:
    saved = tmp_path / "improving.sol"
    saved.write_text(
        "Objective 30\n# Columns 2\n1\n0\n"
        "Objective 20.5\n# Columns 2\n0\n0.5\n"
        "Objective 10\n# Columns 2\n1\n"
    )
    answer = read_saved(saved, 7.0)
    assert answer.values.tolist() == [0, 0.5]
    assert (answer.objective, answer.bound, answer.infeasible) == (20.5, 7.0, False)
    assert read_saved(tmp_path / "none", 7.0).values is None


@pytest.mark.parametrize(
    "begun",
    [
        *(pytest.param(text) for text in ("Objective 30", "Objective 30\n", "Objective 30\n# Col")),
        "Objective 30\n# Columns 2\n1\n",
    ],
)
def test_a_saved_plan_that_has_only_begun_is_none(tmp_path: Path, begun: str) -> None:
    saved = tmp_path / "improving.sol"
    saved.write_text(begun)
    assert read_saved(saved, 7.0).values is None
    saved.write_text("Objective 20.5\n# Columns 2\n0\n0.5\n" + begun)
    assert read_saved(saved, 7.0).values.tolist() == [0, 0.5]


def test_an_interrupt_keeps_the_best_plan(
    monkeypatch: pytest.MonkeyPatch, toy_problem: Problem
) -> None:
    from fulfill.location.mip import highs

    instance = toy_instance(toy_problem)
    whole = highs.mathopt.solve

    def interrupted(*args: object, **options: object) -> None:
        whole(*args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(highs.mathopt, "solve", interrupted)
    solution = solve_exact(instance, PROVEN)
    assert solution.interrupted
    assert solution.status in (OPTIMAL, FEASIBLE)
    assert audit_plan(instance, solution.decisions, solution.objective).clean


def test_a_refusal_of_the_solver_is_our_error() -> None:
    model = LinearModel()
    x = model.add_variables((1,), np.nan)
    rows = model.add_rows("row", 1.0, 2.0, (1,))
    model.add_entries(rows, x, 1.0)
    with pytest.raises(SolverError, match="HiGHS"):
        solve_lp(model)


def test_an_infeasible_linear_program_has_no_answer() -> None:
    model = LinearModel()
    x = model.add_variables((1,), 1.0)
    rows = model.add_rows("upside_down", 2.0, 1.0, (1,))
    model.add_entries(rows, x, 1.0)
    assert solve_lp(model) is None


def test_a_linear_program_returns_its_dual_values() -> None:
    model = LinearModel()
    x = model.add_variables((2,), np.array([1.0, 3.0]), np.array([4.0, np.inf]))
    asked = model.add_rows("asked", 6.0, 6.0, (1,))
    model.add_entries(asked, x[None], 1.0)
    most = model.add_rows("most", -np.inf, 3.0, (1,))
    model.add_entries(most, x[0], 1.0)
    answer = solve_lp(model)
    assert answer is not None
    assert answer.values.tolist() == [3.0, 3.0]
    assert answer.duals[model.families["asked"]].tolist() == [3.0]
    assert answer.duals[model.families["most"]].tolist() == [-2.0]
