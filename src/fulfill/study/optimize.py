"""From a problem to an audited plan: distances, unit economics, instance, solution, tables."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fulfill.audit.bound import audit_bound
from fulfill.audit.plan import COST_TOLERANCE, Audit, audit_plan
from fulfill.inputs.aggregation import merge_zones
from fulfill.inputs.geography.distances import measure
from fulfill.inputs.problem import Problem
from fulfill.location.network.planning import cost_of_sites
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams, LocationSolution, Progress
from fulfill.location.solve import compile_method, method_of, solve_location
from fulfill.model.certificate import Certificate
from fulfill.model.decisions import Decisions, Outcome, Plan, status_of
from fulfill.model.economics.landed import Economics, economics
from fulfill.model.instance import LocationInstance, build_instance, build_limits, service_days
from fulfill.model.warm_start import FILE, Start, check_start, load
from fulfill.study.kpis import describe


@dataclass(frozen=True)
class PlanOptions:
    """What a planner asks of one plan; the fields are the options of `fulfill optimize`."""

    resolution: int | None = None
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    max_sites: int | None = None
    services: tuple[str, ...] = ()
    budget_usd: float | None = None
    co2_kg: float | None = None
    gap: float = 0.003
    time_limit: float = 60.0
    seed: int = 0
    method: str = "auto"
    start: Path | None = None


@dataclass(frozen=True)
class Planned:
    """A plan with what it was made from.

    Attributes
    ----------
    problem, economics, instance : what was solved (of merged zones, if a resolution was asked for)
    decisions : None where there is no plan
    audit : the auditor's finding, on plan and bound
    certificate : what the bound can be computed again from; None where the method has none
    """

    plan: Plan
    problem: Problem
    economics: Economics
    instance: LocationInstance
    decisions: Decisions | None
    audit: Audit
    certificate: Certificate | None = None
    start: Start | None = None


def optimize(
    problem: Problem,
    options: PlanOptions,
    progress: Callable[[Progress], None] | None = None,
    start: Start | None = None,
) -> Planned:
    """Find, describe and audit a plan; `start` stands in for a run to begin from.

    The time limit does not count the compilation of the method's kernels, which happens at their
    first use only.

    Raises
    ------
    InputError
        Where an option names what does not exist.
    SolverError
        Where a solver breaks.
    """
    begun = time.perf_counter()
    whole = problem
    if options.resolution:
        problem = merge_zones(problem, options.resolution).problem
    priced, instance = build(problem, options)
    spent = time.perf_counter() - begun
    method = method_of(instance, options.method)
    compiling = compile_method(method)
    if options.start is not None and start is None:
        start = _start(options.start, instance)
    params = LocationParams(
        options.gap, max(options.time_limit - spent, 1.0), options.seed, progress, start
    )
    solution = solve_location(instance, params, method)
    seconds = time.perf_counter() - begun - compiling
    merging = _merging_error(whole, problem, options, solution)
    return described(problem, priced, instance, solution, len(whole.demand.zones), seconds, merging)


def repriced(
    planned: Planned, problem: Problem, options: PlanOptions, n_zones: int, bounding: Planned
) -> Planned:
    """Return the decisions of a plan at the prices of a problem that has the same lanes.

    The bound is what the multipliers of a plan prove at the new prices; a solver's bound falls by
    what orders could save.

    Parameters
    ----------
    planned : a plan with decisions
    n_zones : number of zones before merging
    bounding : the plan whose bound is taken: this one, or one with more freedom
    """
    assert planned.decisions is not None
    priced, instance = build(problem, options)
    objective = price(instance, planned.decisions)
    outcome = bounding.plan.outcome
    bound = (
        -np.inf
        if bounding.certificate
        else outcome.bound - _could_save(bounding.instance, instance)
    )
    solution = LocationSolution(
        status=status_of(objective, bound),
        decisions=planned.decisions,
        objective=objective,
        bound=bound,
        bound_kind=outcome.bound_kind,
        seconds=planned.plan.outcome.seconds,
        certificate=bounding.certificate,
        start=planned.start,
    )
    return described(problem, priced, instance, solution, n_zones, solution.seconds)


def _could_save(before: LocationInstance, now: LocationInstance) -> float:
    """Return the most that all orders together can save by lanes that have become cheaper."""
    fallen = np.flatnonzero(now.lane_usd < before.lane_usd)
    saved = (before.lane_usd - now.lane_usd)[fallen, None, None] * now.way_rate[
        now.lane_way[fallen]
    ]
    most = np.zeros(now.shape)
    np.maximum.at(most, now.lane_zone[fallen], saved)
    return float((most * now.demand).sum())


def described(
    problem: Problem,
    priced: Economics,
    instance: LocationInstance,
    solution: LocationSolution,
    n_zones: int,
    seconds: float,
    merging_usd: float | None = None,
) -> Planned:
    """Audit a solution, bound included, and write it out as a planner reads it."""
    solution, bound_faults = with_audited_bound(instance, solution)
    outcome = Outcome(
        status=solution.status,
        objective=solution.objective,
        bound=solution.bound,
        bound_kind=solution.bound_kind,
        bound_of=instance_in_words(instance, n_zones),
        seconds=seconds,
        merging_usd=merging_usd,
    )
    if solution.decisions is None:
        plan, finding = Plan(outcome, problem.regime.as_of.isoformat()), Audit(np.inf, bound_faults)
    else:
        plan = describe(problem, priced, instance, solution.decisions, outcome)
        finding = audit_plan(instance, solution.decisions, solution.objective, priced)
        finding = replace(finding, faults=(*finding.faults, *bound_faults))
    return Planned(
        plan,
        problem,
        priced,
        instance,
        solution.decisions,
        finding,
        solution.certificate,
        solution.start,
    )


def with_audited_bound(
    instance: LocationInstance, solution: LocationSolution
) -> tuple[LocationSolution, tuple[str, ...]]:
    """Return a solution with the bound that the auditor computes from its certificate, and what is wrong with it.

    The auditor's value is the exact formula, less its rounding; a method may sum more loosely, but
    never claim more.
    """
    if solution.certificate is None:
        return solution, ()
    found = audit_bound(instance, solution.certificate)
    bound = min(found.bound, solution.objective)
    faults = found.faults
    if not faults and bound < solution.bound - COST_TOLERANCE * abs(solution.bound):
        faults = (
            f"bound: the method claims {solution.bound:.6f} USD, its multipliers prove {bound:.6f} USD",
        )
    status = (
        status_of(solution.objective, bound) if solution.decisions is not None else solution.status
    )
    return replace(solution, bound=bound, status=status), faults


def _start(run: Path, instance: LocationInstance) -> Start:
    """Read what an earlier run left; refuse it if it is of other places or times."""
    start = load(run / FILE)
    check_start(
        start,
        zones=instance.zones,
        products=instance.products,
        periods=instance.periods,
        sites=instance.sites,
    )
    return start


def build(problem: Problem, options: PlanOptions) -> tuple[Economics, LocationInstance]:
    """Return the unit economics and the instance of a problem under a planner's options."""
    priced = economics(
        problem, measure(problem.network, problem.demand.zones), service_days(options.services)
    )
    limits = build_limits(
        problem,
        opened=options.opened,
        closed=options.closed,
        max_sites=options.max_sites,
        budget_usd=options.budget_usd,
        co2_kg=options.co2_kg,
        services=options.services,
    )
    return priced, build_instance(problem, priced, limits)


def _merging_error(
    whole: Problem, merged: Problem, options: PlanOptions, solution: LocationSolution
) -> float | None:
    """Return what the plan's sites cost at full resolution less what the merged plan says; None if not merged."""
    if len(whole.demand.zones) == len(merged.demand.zones) or solution.decisions is None:
        return None
    _, instance = build(whole, options)
    return cost_of_sites(instance, solution.decisions.opened) - solution.objective


def instance_in_words(instance: LocationInstance, n_zones: int) -> str:
    """Return what a bound holds for; `n_zones` is the number before merging."""
    zones, products, periods = instance.shape
    merged = f" (merged from {n_zones:,})" if zones < n_zones else ""
    return f"{zones:,} zones{merged}, {products} products, {periods} periods, {len(instance.sites)} sites"
