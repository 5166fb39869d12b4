"""Roadmaps of the toy against all roadmaps, and the laws that they keep."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from fulfill.analysis.roadmap.payback import break_even_month
from fulfill.analysis.roadmap.roadmap import Roadmap, RoadmapOptions, roadmap
from fulfill.analysis.roadmap.tables import cash_flow, payback_table, site_table, summary
from fulfill.analysis.roadmap.terms import ChangeCosts, phases_of
from fulfill.analysis.roadmap.year_answers import PlannedYear, opened_of, year_model
from fulfill.inputs.faults import InputError
from fulfill.inputs.overrides import parse_override
from fulfill.inputs.phases import Phase
from fulfill.location.solution import LocationParams
from fulfill.location.solve import solve_location
from fulfill.model.site_paths import site_paths
from fulfill.study.optimize import optimize
from fulfill.study.resolve import with_sites_kept
from fulfill.study.run import Run
from fulfill.study.study import load

DAY = date(2026, 11, 1)
GAP = 5e-3
DEARER = parse_override("network/sites[site-a].rent_usd_m2_month=9")
GROWING = (
    Phase(DAY),
    Phase(DAY, (("", 0.5),)),
    Phase(
        DAY, (("", 1.5),), overrides=(parse_override("network/sites[site-a].rent_usd_m2_month=9"),)
    ),
)
COSTS = ChangeCosts(closing_months=6.0, own_term_years=1.0)


@pytest.fixture(scope="module")
def run() -> Run:
    return optimize(load("toy", "toy", gap=0.0, method="decomposition"))


def planned(run: Run, phases: tuple[Phase, ...], **options: Any) -> Roadmap:
    given = {"workers": 0, "gap": GAP, "rounds": 3, "discount_rate": 0.1, "costs": COSTS, **options}
    return roadmap(run, phases, RoadmapOptions(**given))


def limited(phases: tuple[Phase, ...], **limits: float) -> tuple[Phase, ...]:
    return tuple(replace(phase, **limits) for phase in phases)


def exact_cost(run: Run, found: Roadmap) -> float:
    """Return the least cost of all roadmaps, each year allocated by the MIP."""
    question = found.found.question
    paths = site_paths(question.terms)
    shape = question.terms.fixed_usd.shape[1:]
    service: list[dict[tuple[int, ...], float]] = []
    for year in question.years:
        instance = year_model(run, PlannedYear(year.phase, year.sunk))[1].instance
        costs = {}
        for size in itertools.product(range(-1, shape[1]), repeat=shape[0]):
            opened = opened_of(np.array(size), shape[1])
            if not np.isfinite(np.where(opened > 0, instance.fixed_usd, 0.0)).all():
                continue
            kept = solve_location(
                with_sites_kept(instance, opened), LocationParams(gap=1e-9), "monolith"
            )
            fixed = float(np.where(opened > 0, instance.fixed_usd, 0.0).sum())
            costs[size] = kept.objective - fixed
        service.append(costs)
    best = np.inf
    for rows in itertools.product(*(costs.items() for costs in service)):
        sizes = np.array([size for size, _ in rows])
        path = [int(np.flatnonzero((paths.size == sizes[:, i]).all(axis=1))[0])
                for i in range(shape[0])]  # fmt: skip
        site = np.arange(shape[0])
        spent = paths.investment_usd[site, path].sum(axis=0)
        changes = paths.changed[site, path].sum(axis=0)
        limits = question.limits
        if (spent > limits.budget_usd).any() or (changes > limits.most_changes).any():
            continue
        years = paths.cost_usd[site, path].sum(axis=0) + [usd for _, usd in rows]
        best = min(best, float(question.discount @ years))
    return best


def test_one_year_as_it_is_equals_the_plan(run: Run) -> None:
    found = planned(run, (Phase(DAY),))
    assert found.cost_usd == pytest.approx(run.outcome.objective, rel=1e-9)
    assert found.found.bound <= found.cost_usd
    assert found.years[0].sites["site_id"].tolist() == run.sites["site_id"].tolist()
    assert found.faults == ()


@pytest.fixture(scope="module")
def grown(run: Run) -> Roadmap:
    return planned(run, GROWING[::2])


@pytest.fixture(scope="module")
def moved(run: Run) -> Roadmap:
    """The roadmap from a site of today, future years worth as much as the first."""
    return planned(run, GROWING[::2], discount_rate=0.0, today="site-b:S")


@pytest.mark.parametrize(
    ("today", "limits", "phases"),
    [
        ("site-b:S", {"most_changes": 1.0}, GROWING[::2]),
        pytest.param("", {}, GROWING, marks=pytest.mark.slow),
        pytest.param("site-b:S", {"most_changes": 1.0}, GROWING, marks=pytest.mark.slow),
        pytest.param("", {"budget_usd": 4_000.0}, GROWING, marks=pytest.mark.slow),
        pytest.param("site-b:S", {}, GROWING, marks=pytest.mark.slow),
        pytest.param("site-a:S:2,site-b:S", {"most_changes": 0.0}, GROWING, marks=pytest.mark.slow),
    ],
)
def test_a_roadmap_is_the_best_of_all(
    run: Run, today: str, limits: dict[str, float], phases: tuple[Phase, ...]
) -> None:
    found = planned(run, limited(phases, **limits), today=today)
    wanted = exact_cost(run, found)
    assert found.found.bound <= wanted * (1 + 1e-9)
    assert wanted * (1 - 1e-9) <= found.cost_usd <= wanted / (1 - GAP)
    assert found.faults == ()


@pytest.mark.slow
def test_a_larger_budget_never_costs_more_and_a_longer_term_never_less(run: Run) -> None:
    budgets = [planned(run, limited(GROWING, budget_usd=usd)).cost_usd for usd in (0, 5e3)]
    assert budgets[0] > budgets[1] / (1 - GAP)
    terms = [
        planned(run, GROWING, today="site-b:S", costs=replace(COSTS, own_term_years=years)).cost_usd
        for years in (1, 3)
    ]
    assert terms[0] <= terms[1] / (1 - GAP)


@pytest.mark.slow
def test_waiting_never_gains(grown: Roadmap, moved: Roadmap) -> None:
    for found in (grown, moved):
        waiting = found.waiting
        assert waiting is not None
        assert 0 <= waiting.price.low <= waiting.price.high


def test_without_discount_the_cost_is_the_sum_of_its_years(moved: Roadmap) -> None:
    assert moved.cost_usd == pytest.approx(cash_flow(moved)["cost_usd"].sum())
    assert moved.found.bound <= moved.cost_usd


def test_the_tables_agree_with_the_plans_of_the_years(grown: Roadmap) -> None:
    found = grown
    sites, flow = site_table(found), cash_flow(found)
    assert found.cost_usd == pytest.approx((flow["cost_usd"] / 1.1 ** np.arange(2)).sum())
    for year, plan in enumerate(found.years, 1):
        rows = sites[(sites["year"] == year) & (sites["size"] != "")]
        assert set(rows["site_id"]) == set(plan.sites["site_id"])
        row = flow[flow["year"] == year].iloc[0]
        assert row["cost_usd"] - row["change_usd"] == pytest.approx(plan.outcome.objective)
        assert plan.outcome.bound <= plan.outcome.objective * (1 + 1e-9)
    assert summary(found)["audit"] == {"clean": True, "faults": []}
    worth = payback_table(found)
    assert (worth["saving_low_usd"] <= worth["saving_usd"] + 1e-6).all()
    assert (worth["saving_usd"] <= worth["saving_high_usd"] + 1e-6).all()


@pytest.mark.slow
def test_growth_equals_the_override_of_the_orders() -> None:
    options: dict[str, Any] = {"resolution": 8, "method": "decomposition"}
    base = load("mexico-us-border", "mexico-2026", **options)
    begun = Run(base, None, None)  # type: ignore[arg-type]
    grown = year_model(begun, PlannedYear(Phase(base.problem.regime.as_of, (("", 0.25),))))[1]
    more = base.with_(overrides=["demand/parameters[orders_per_year]*=1.25"])
    assert grown.instance.demand == pytest.approx(more.planned_problem().orders, rel=1e-9)


def test_a_month_of_break_even_is_interpolated() -> None:
    month = break_even_month(np.array([100.0, 0.0]), np.array([50.0, 200.0]))
    assert month == pytest.approx(12 + 12 * 50 / 200)
    assert break_even_month(np.array([0.0, 100.0]), np.array([0.0, 200.0])) == pytest.approx(18)
    assert break_even_month(np.array([100.0, 0.0]), np.array([50.0, 49.0])) == np.inf
    # the second opening is paid back later than the first
    month = break_even_month(np.array([10.0, 500.0]), np.array([100.0, 600.0]))
    assert month == pytest.approx(12 + 12 * 410 / 600)


def test_sites_of_today_are_checked_all_at_once(run: Run) -> None:
    with pytest.raises(InputError) as caught:
        planned(run, GROWING, today="site-x:S,site-a:XL,site-b:S:soon")
    found = [(fault.code, fault.value) for fault in caught.value.faults]
    assert found == [("F513", "site-x:S"), ("F513", "site-a:XL"), ("F513", "site-b:S:soon")]


def test_what_a_roadmap_cannot_start_from(run: Run) -> None:
    with pytest.raises(InputError, match="F514"):
        phases_of(run.study, None)
    bounded = optimize(run.study.with_(budget_usd=1e6))
    with pytest.raises(InputError, match="F514"):
        planned(bounded, GROWING)
    dearer = Phase(DAY, overrides=(parse_override("network/site_sizes[own,S].opening_usd*=2"),))
    with pytest.raises(InputError, match="F514"):
        planned(run, (dearer,))
