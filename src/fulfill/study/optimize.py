"""From a study to an audited run: unit economics, instance, search, audit and tables."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from fulfill.audit.bound import audit_bound
from fulfill.audit.flow_limits import flow_limit_faults
from fulfill.audit.key_figures import compare_key_figures, key_figures
from fulfill.audit.plan import COST_TOLERANCE, Audit, audit_plan
from fulfill.location.mail_only import cost_by_mail
from fulfill.location.network.planning import cost_of_sites
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams, LocationSolution, Progress
from fulfill.location.solve import compile_method, method_of, solve_location
from fulfill.model.decisions import (
    EXHAUSTED,
    INFEASIBLE,
    INTERRUPTED,
    PROVEN,
    TIME_LIMIT,
    Decisions,
    Outcome,
    relative_gap,
    status_of,
)
from fulfill.model.instance import LocationInstance
from fulfill.model.warm_start import WarmStart, check_warm_start
from fulfill.study.conditions import bounded_instance, conditions, instance_in_words
from fulfill.study.kpis import tabulate
from fulfill.study.plan import Plan
from fulfill.study.run import PricedModel, Run, build_model
from fulfill.study.study import Study

log = logging.getLogger(__name__)
Report = Callable[[Progress], None]
WarmStartSource = Run | tuple[WarmStart, str]
"""A run, or the warm start that a run left and the name of that run."""
TIME_UP = 0.95
"""Share of its time limit from which a method begins nothing new."""


def optimize(
    study: Study, *, progress: Report | None = None, start: WarmStartSource | None = None
) -> Run:
    """Find, describe and audit a plan.

    Parameters
    ----------
    study : Study
        Problem and options.
    progress : callable, optional
        Called with incumbent and bound while the search runs.
    start : Run or (WarmStart, str), optional
        A run to start the search from, or its warm start with its name.

    Returns
    -------
    Run
        Also where there is no plan: `run.outcome.status` tells why.

    Raises
    ------
    InputError
        Where the warm start has other zones, products, periods or sites.
    SolverError
        Where a solver fails.

    Notes
    -----
    The time limit does not include the compilation of kernels at their first use.
    """
    run = find_plan(study, progress=progress, start=start)
    if run.decisions is None or len(study.problem.demand.zones) == len(run.problem.demand.zones):
        return run
    log.debug("pricing the sites on the unmerged zones")
    unmerged = build_model(study.problem, study.options).instance
    error = cost_of_sites(unmerged, run.decisions.opened) - run.outcome.objective
    log.info("aggregation error of the merged zones: %.2f USD", error)
    outcome = replace(run.outcome, merging_usd=error)
    return replace(run, plan=replace(run.plan, outcome=outcome))


def find_plan(
    study: Study, *, progress: Report | None = None, start: WarmStartSource | None = None
) -> Run:
    """Find, describe and audit a plan, without the aggregation error of merged zones.

    Parameters
    ----------
    study : Study
        Problem and options.
    progress : callable, optional
        Called with incumbent and bound while the search runs.
    start : Run or (WarmStart, str), optional
        See `optimize`.

    Returns
    -------
    Run
        Its `outcome.merging_usd` is None.

    Raises
    ------
    InputError
        Where the warm start has other zones, products, periods or sites.
    SolverError
        Where a solver fails.
    """
    begun, options = time.perf_counter(), study.options
    model = build_model(study.planned_problem(), options)
    instance = model.instance
    spent = time.perf_counter() - begun
    log.info(
        "instance: %s, %d lanes, %d inbound routes",
        instance_in_words(study, len(instance.zones)),
        len(instance.lane_zone),
        instance.n_routes,
    )
    log.debug("instance built in %.2f s", spent)
    method = method_of(instance, options.method)
    log.info("method: %s (requested: %s)", method, options.method)
    compiling = compile_method(method)
    log.debug("kernels compiled in %.2f s, not counted against the time limit", compiling)
    begun_from, name = checked_start(start, instance)
    # At least a second, so that there is a plan even if building the model used up the limit.
    left = max(options.time_limit - spent, 1.0)
    log.debug("searching for at most %.1f s, warm start: %s", left, begun_from is not None)
    params = LocationParams(options.gap, left, options.seed, progress, begun_from)
    solution = solve_location(instance, params, method)
    log.debug("search finished in %.2f s, auditing plan and bound", solution.seconds)
    seconds = time.perf_counter() - begun - compiling
    run = build_run(study, model, solution, seconds, _stopped_by(solution, left))
    outcome = replace(
        run.outcome, wall_seconds=time.perf_counter() - begun, mail_only_usd=cost_by_mail(instance)
    )
    _log_outcome(outcome)
    return replace(run, began_from=name, plan=replace(run.plan, outcome=outcome))


def _log_outcome(outcome: Outcome) -> None:
    """Log the result of a search."""
    log.info(
        "status %s, objective %.2f USD, %s bound %.2f USD, %.2f s",
        outcome.status,
        outcome.objective,
        outcome.bound_kind,
        outcome.bound,
        outcome.seconds,
    )


def _stopped_by(solution: LocationSolution, time_limit: float) -> str:
    """Return what stopped a search that did not prove the gap asked for."""
    if solution.interrupted:
        log.warning("interrupted: the search is over; Ctrl-C again drops its result")
        return INTERRUPTED
    late = solution.cut_by_clock or solution.seconds >= TIME_UP * time_limit
    return TIME_LIMIT if late else EXHAUSTED


def checked_start(
    given: WarmStartSource | None, instance: LocationInstance
) -> tuple[WarmStart | None, str]:
    """Return a warm start that fits an instance, and the name of its run.

    Parameters
    ----------
    given : Run or (WarmStart, str) or None
    instance : LocationInstance

    Returns
    -------
    warm_start : WarmStart or None
        None where nothing was given, or the run has none.
    name : str
        Empty where the run has no folder.

    Raises
    ------
    InputError
        F311 where it is of other zones, products, periods or sites.
    """
    if isinstance(given, Run):
        warm_start, name = given.warm_start, given.folder.name if given.folder else ""
    else:
        warm_start, name = given or (None, "")
    if warm_start is not None:
        check_warm_start(
            warm_start,
            len(instance.sizes),
            zones=instance.zones,
            products=instance.products,
            periods=instance.periods,
            sites=instance.sites,
        )
    return warm_start, name


def reprice(run: Run, study: Study, bounding: Run) -> Run:
    """Price the decisions of a run in a study that has the same lanes.

    A certified bound is computed anew from the multipliers; a solver's bound is lowered by the most
    that cheaper lanes could save.

    Parameters
    ----------
    run : Run
        Run with a plan.
    study : Study
        The same problem at other prices.
    bounding : Run
        Run whose bound is used: `run` itself, or one whose problem is less restricted.

    Returns
    -------
    Run
        The same decisions at the prices of `study`.

    Raises
    ------
    ValueError
        Where `run` has no plan.
    """
    if run.decisions is None:
        raise ValueError("`run` has no plan that could be priced")
    model = build_model(study.planned_problem(), study.options)
    objective = price(model.instance, run.decisions)
    outcome = bounding.outcome
    # With a certificate `build_run` computes the bound; -inf claims nothing until then.
    bound = (
        -np.inf
        if bounding.certificate
        else outcome.bound - _could_save(bounding.instance, model.instance)
    )
    solution = LocationSolution(
        status=status_of(objective, bound),
        decisions=run.decisions,
        objective=objective,
        bound=bound,
        bound_kind=outcome.bound_kind,
        seconds=run.outcome.seconds,
        certificate=bounding.certificate,
        warm_start=run.warm_start,
    )
    ended_by = run.outcome.ended_by
    stopped = EXHAUSTED if ended_by == PROVEN else ended_by
    return build_run(study, model, solution, solution.seconds, stopped)


def _could_save(before: LocationInstance, now: LocationInstance) -> float:
    """Return the most that all orders can save on lanes that became cheaper, USD a year."""
    fallen = np.flatnonzero(now.lane_usd < before.lane_usd)
    saved = (before.lane_usd - now.lane_usd)[fallen, None, None] * now.price_multiplier[
        now.lane_option[fallen]
    ]
    most = np.zeros(now.shape)
    np.maximum.at(most, now.lane_zone[fallen], saved)
    return float((most * now.demand).sum())


def build_run(
    study: Study,
    model: PricedModel,
    solution: LocationSolution,
    seconds: float,
    stopped_by: str,
) -> Run:
    """Audit a solution with its bound and derive its tables.

    Parameters
    ----------
    study : Study
        Problem and options.
    model : PricedModel
        Model that was solved.
    solution : LocationSolution
        Result of the search.
    seconds : float
        Computing time of the run.
    stopped_by : str
        What stopped the search, unless the gap asked for is proven.

    Returns
    -------
    Run
        With the faults of plan, bound and key figures.
    """
    instance = model.instance
    solution, bound_faults = with_audited_bound(instance, solution)
    outcome = _outcome(study, instance, solution, seconds, stopped_by)
    if solution.decisions is None:
        plan = Plan(outcome, study.problem.regime.as_of.isoformat())
        finding = Audit(np.inf, bound_faults)
    else:
        plan = tabulate(model.problem, model.economics, instance, solution.decisions, outcome)
        finding = audit_plan(instance, solution.decisions, solution.objective, model.economics)
        finding = replace(
            finding,
            faults=(
                *finding.faults,
                *flow_limit_faults(
                    model.problem,
                    instance,
                    solution.decisions,
                    model.economics.delivery_options.table,
                ),
                *bound_faults,
                *key_figure_faults(model, solution.decisions, plan.kpis),
            ),
        )
    return Run(
        study,
        plan,
        finding,
        solution.certificate,
        solution.warm_start,
        solved=(model, solution.decisions),
    )


def _outcome(
    study: Study,
    instance: LocationInstance,
    solution: LocationSolution,
    seconds: float,
    stopped_by: str,
) -> Outcome:
    """Return the outcome of a solution whose bound is audited."""
    gap = relative_gap(solution.objective, solution.bound)
    proven = solution.status == INFEASIBLE or gap <= study.options.gap + COST_TOLERANCE
    return Outcome(
        status=solution.status,
        objective=solution.objective,
        bound=solution.bound,
        bound_kind=solution.bound_kind,
        bound_of=bounded_instance(study, len(instance.zones), solution.bound_kind),
        seconds=seconds,
        conditions=conditions(study, len(instance.zones)),
        ended_by=PROVEN if proven else stopped_by,
        cut_by_clock=solution.cut_by_clock or (stopped_by == TIME_LIMIT and not proven),
    )


def key_figure_faults(
    model: PricedModel, decisions: Decisions, claimed: Mapping[str, Any]
) -> tuple[str, ...]:
    """Compare claimed key figures with the independent ones of `audit.key_figures`.

    Parameters
    ----------
    model : PricedModel
        Model that was solved.
    decisions : Decisions
        The plan.
    claimed : Mapping
        Key figures by the keys of summary.json.

    Returns
    -------
    tuple of str
        One fault for each difference.
    """
    found = key_figures(
        model.problem,
        model.distances,
        model.instance,
        decisions,
        model.economics.delivery_options.table,
        model.spans,
    )
    return tuple(f"kpis, {fault}" for fault in compare_key_figures(claimed, found.figures))


def with_audited_bound(
    instance: LocationInstance, solution: LocationSolution
) -> tuple[LocationSolution, tuple[str, ...]]:
    """Replace the bound of a solution by the one that the audit computes from its certificate.

    The audit evaluates the exact formula and subtracts the rounding error. A method may compute a
    lower bound than that, but must not claim a higher one.

    Parameters
    ----------
    instance : LocationInstance
        What was planned.
    solution : LocationSolution
        With or without a certificate; without one it is returned unchanged.

    Returns
    -------
    solution : LocationSolution
        With the audited bound, and the status that follows from it.
    faults : tuple of str
        What is wrong with the certificate or the claimed bound.
    """
    if solution.certificate is None:
        return solution, ()
    found = audit_bound(instance, solution.certificate)
    # The plan itself limits the optimum: a bound above its cost would be rounding.
    bound = min(found.bound, solution.objective)
    faults = found.faults
    if not faults and bound < solution.bound - COST_TOLERANCE * abs(solution.bound):
        claim = f"the method claims {solution.bound:.6f} USD, its multipliers prove {bound:.6f} USD"
        faults = (f"bound: {claim}",)
    status = (
        status_of(solution.objective, bound) if solution.decisions is not None else solution.status
    )
    return replace(solution, bound=bound, status=status), faults
