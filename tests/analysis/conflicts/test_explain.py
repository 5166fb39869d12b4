"""Explanations of questions without a plan, against all subsets of their limits."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from conftest import Folders
from fulfill.analysis.conflicts.explain import explain
from fulfill.location.feasibility.held_limits import with_limits
from fulfill.location.feasibility.members import Member, members_of
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.solution import LocationParams
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.study import load

ANY_PLAN = LocationParams(gap=np.inf, time_limit=60.0)
QUESTIONS: list[dict[str, Any]] = [
    {"service": ["3d=1"]},
    {"service": ["3d=0.9"], "max_sites": 1},
    {"service": ["3d=0.9", "1d=0.001"], "max_sites": 1, "closed": ["site-b"]},
    {"service": ["3d=0.9"], "closed": ["site-a"]},
    {"service": ["3d=0.9"], "closed": ["site-a", "site-b"], "co2_kg": 1e9},
    {"service": ["3d=0.8"], "budget_usd": 0.0},
    {"service": ["3d=0.8"], "co2_kg": 10.0},
]


def unplanned(toy: Folders, **options: Any) -> Run:
    """Return a run of the toy that has no plan."""
    study = load(str(toy.network), str(toy.demand), **options)
    run = optimize(study)
    assert run.outcome.status == "INFEASIBLE"
    return run


def possible(run: Run, held: tuple[Member, ...], changed: dict[Member, float]) -> bool:
    """Tell by the mixed-integer program whether some limits can be kept."""
    instance = with_limits(run.instance, held, changed)
    return solve_exact(instance, ANY_PLAN).decisions is not None


@pytest.mark.parametrize("options", QUESTIONS, ids=str)
def test_conflicts_are_minimal_and_repairs_make_a_plan(
    toy: Folders, options: dict[str, Any]
) -> None:
    run = unplanned(toy, **options)
    found = explain(run)
    assert found is not None
    named = {str(one.file) for one in found.constraints}
    conflict = tuple(member for member in members_of(run.instance) if _source(run, member) in named)
    assert len(conflict) == len(found.constraints)
    assert not possible(run, conflict, {})
    assert found.proven_irreducible
    for fewer in combinations(conflict, len(conflict) - 1):
        assert possible(run, fewer, {})
    assert found.repairs
    costs = [repair.cost for repair in found.repairs]
    assert costs == sorted(costs)
    for repair in found.repairs:
        assert repair.least <= repair.cost


def _source(run: Run, member: Member) -> str:
    """Return the option of a member."""
    if member.kind == "service":
        return f"--service {run.instance.limits.targets[member.place[0]]}"
    if member.kind in ("open", "close"):
        return f"--{member.kind} {run.instance.sites[member.place[0]]}"
    option = {"max_sites": "--sites", "budget": "--budget", "co2": "--co2-cap"}[member.kind]
    return f"{option} {np.format_float_positional(member.limit, trim='-')}"


def test_the_repair_of_a_target_is_the_cheapest(toy: Folders) -> None:
    run = unplanned(toy, service=["3d=0.9"], max_sites=1)
    found = explain(run)
    assert found is not None
    [target, sites] = members_of(run.instance)
    single = {repair.record["change"]: repair for repair in found.repairs}
    assert single["--sites 2"].record["amount"] == 2
    share = next(r.changes[0].amount for name, r in single.items() if "--service" in name)
    assert possible(run, (target, sites), {target: share})
    assert not possible(run, (target, sites), {target: share + 0.005})


def test_a_rule_on_sites_is_named_with_its_row(toy: Folders) -> None:
    toy.write("network/site_groups.csv", "group_id,site_id\nfirst,site-a\n")
    toy.write(
        "network/group_limits.csv",
        "group_id,rule,needs_id,number,source,source_date,status,range\nfirst,at_most,,0,board,,in_force,\n",
    )
    run = unplanned(toy, service=["3d=0.9"])
    found = explain(run)
    assert found is not None
    rule = next(one for one in found.constraints if one.row is not None)
    assert rule.file.endswith("group_limits.csv")
    assert rule.row == 2
    assert str(rule.words) == "at most 0 of first open"
    assert "without row 2 of group_limits.csv" in [r.record["change"] for r in found.repairs]


def test_a_full_gateway_is_named_with_its_row_and_periods(toy: Folders) -> None:
    narrow = "gateways[mx-port].capacity_m3_month*=0.001"
    run = unplanned(toy, service=["3d=0.6"], overrides=[narrow])
    found = explain(run)
    assert found is not None
    [bottleneck] = found.bottlenecks
    assert bottleneck.attainable < 0.6
    [full] = bottleneck.full
    assert (full.kind, full.name, full.row) == ("gateway", "mx-port", 2)
    assert [period for period, _name in full.periods] == list(run.instance.periods)
    assert found.record["bottlenecks"][0]["full"][0]["file"].endswith("gateways.csv")
    [line] = [line for line in found.lines if "Full:" in line]
    assert "Pacific port" in line
    # the repair of the target is as much as the cut lets through
    target = found.repairs[0].changes[0]
    assert target.amount <= bottleneck.attainable + 1e-9


def test_distance_alone_is_no_full_capacity(toy: Folders) -> None:
    found = explain(unplanned(toy, service=["1d=0.9"]))
    assert found is not None
    [bottleneck] = found.bottlenecks
    assert not bottleneck.full
    assert "no site reaches" in bottleneck.in_words
