"""The answer at a point of a sweep: an audited plan in figures, and what neighbours start from."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from fulfill.analysis.sweep.points import Point
from fulfill.inputs.faults import InputError
from fulfill.inputs.problem import CHANNELS
from fulfill.location.network.limits import emitted_kg, in_time
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.location.solve import best_method, method_of, solve_location
from fulfill.model import warm_start
from fulfill.model.decisions import (
    EXHAUSTED,
    INFEASIBLE,
    TIME_LIMIT,
    Decisions,
    relative_gap,
)
from fulfill.model.instance import LocationInstance
from fulfill.model.warm_start import WarmStart
from fulfill.study.optimize import build_run, checked_start
from fulfill.study.resolve import QUICK, changed_model
from fulfill.study.run import Run
from fulfill.study.study import Study

_alone = Lock()
"""Held while a process plans: kernels that run in parallel must not be begun by two threads."""


@dataclass(frozen=True)
class Answer:
    """Figures of the plan at a point; without a plan they are None.

    Attributes
    ----------
    status : str
        OPTIMAL, FEASIBLE, INFEASIBLE or NO_PLAN.
    objective, bound : float or None
        USD a year.
    sites : dict of str to str
        Sizes of the open sites by id.
    shares : dict of str to float
        Part of the potential orders by channel, and `unserved`.
    attained : dict of str to float
        What the plan attains of its limits, see `attained`.
    lead_time_days, cancellation_rate : float or None
    chose_sites : bool
        Whether sites were chosen anew, as those that the search began from were not good enough.
    cut_by_clock : bool
        Whether the time limit ended the search.
    faults : tuple of str
        What the audit found.
    seconds : float
        From the question to the audited plan.
    """

    status: str
    objective: float | None = None
    bound: float | None = None
    sites: dict[str, str] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    attained: dict[str, float] = field(default_factory=dict)
    lead_time_days: float | None = None
    cancellation_rate: float | None = None
    chose_sites: bool = False
    cut_by_clock: bool = False
    faults: tuple[str, ...] = ()
    seconds: float = 0.0


def answer_point(run: Run, point: Point, grade: str, start: bytes) -> tuple[Answer, bytes]:
    """Plan at a point.

    Parameters
    ----------
    run : Run
        The base, with a plan.
    point : Point
        Its overrides follow those of the run.
    grade : str
        ``quick`` keeps the sites that the search starts from, ``full`` searches for sites.
    start : bytes
        A stored warm start; empty to start from nothing.

    Returns
    -------
    answer : Answer
    start : bytes
        A stored warm start for neighbours; empty where there is none.

    Raises
    ------
    InputError
        Where the tables do not allow the changes, or only the MIP can plan them.
    SolverError
        Where a solver fails.
    """
    with _alone:
        begun = time.perf_counter()
        study = study_at(run.study, point)
        model = changed_model(study, run)
        method_of(model.instance, "decomposition")  # refuses what it cannot plan
        options = study.options
        params = LocationParams(
            gap=options.gap,
            time_limit=options.time_limit,
            seed=options.seed,
            warm_start=_fitting(start, model.instance),
            keep_sites=grade == QUICK,
            threads=1,
        )
        solution = _solved(model.instance, params)
        if solution.interrupted:  # its plan depends on when Ctrl-C was pressed
            raise KeyboardInterrupt
        stopped_by = TIME_LIMIT if solution.cut_by_clock else EXHAUSTED
        found = build_run(study, model, solution, solution.seconds, stopped_by)
        seconds = time.perf_counter() - begun
        return answer_of(found, seconds, chose_sites=solution.chose_sites), stored(found.warm_start)


def study_at(study: Study, point: Point) -> Study:
    """Return the study of a point.

    Parameters
    ----------
    study : Study
        Of the base.
    point : Point

    Returns
    -------
    Study
        The tables are joined again only where the point changes them.

    Raises
    ------
    InputError
        Where tables or options do not allow the changes.
    """
    asked: dict[str, Any] = {}
    for limit in point.limits:
        asked |= limit.on(study.options)
    if point.overrides:
        asked["overrides"] = (*study.provenance.overrides, *point.overrides)
    return study.with_(**asked)


def answer_of(run: Run, seconds: float, *, chose_sites: bool) -> Answer:
    """Return the figures of a run.

    Parameters
    ----------
    run : Run
        With or without a plan.
    seconds : float
        Spent on it.
    chose_sites : bool
        See `Answer`.

    Returns
    -------
    Answer
    """
    outcome = run.outcome
    if not run.found:
        return Answer(outcome.status, faults=run.audit.faults, seconds=seconds)
    shares = {name: float(run.kpis["channel_share"].get(name, 0.0)) for name in CHANNELS}
    sites = run.sites.sort_values("site_id")
    return Answer(
        status=outcome.status,
        objective=outcome.objective,
        bound=outcome.bound,
        sites=dict(zip(sites["site_id"].tolist(), sites["size"].tolist(), strict=True)),
        shares={**shares, "unserved": float(run.kpis["unserved_share"])},
        attained=attained(run.instance, run.decisions),
        lead_time_days=_number(run.kpis["lead_time_days_mean"]),
        cancellation_rate=_number(run.kpis["cancellation_rate"]),
        chose_sites=chose_sites,
        cut_by_clock=outcome.cut_by_clock,
        faults=run.audit.faults,
        seconds=seconds,
    )


def attained(instance: LocationInstance, decisions: Decisions | None) -> dict[str, float]:
    """Return what a plan attains of what limits are on.

    Parameters
    ----------
    instance : LocationInstance
        With the service targets that count.
    decisions : Decisions or None
        In its indices.

    Returns
    -------
    dict of str to float
        Share of the orders in time by target, such as ``rural:5d``; ``co2_kg``, kg CO2e a year;
        ``budget_usd``, USD invested in sites. Empty without a plan.
    """
    if decisions is None:
        return {}
    shares = in_time(instance, decisions).tolist()
    names = [str(target).partition("=")[0] for target in instance.limits.targets]
    return {
        **dict(zip(names, shares, strict=True)),
        "co2_kg": emitted_kg(instance, decisions),
        "budget_usd": float(instance.invest_usd[decisions.opened > 0.5].sum()),
    }


def stored(start: WarmStart | None) -> bytes:
    """Return a warm start as it is kept; every search begins from this, rounded form."""
    if start is None:
        return b""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / warm_start.FILE
        start.save(path)
        return path.read_bytes()


def restored(start: bytes) -> WarmStart | None:
    """Return a warm start from its stored form, None where there is none."""
    if not start:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / warm_start.FILE
        path.write_bytes(start)
        return warm_start.load(path)


def _solved(instance: LocationInstance, params: LocationParams) -> LocationSolution:
    """Solve by decomposition, which starts from a neighbour.

    Under limits that few plans keep it may find none that is good enough; the program then does on
    an instance that is small enough for it.
    """
    solution = solve_location(instance, params, "decomposition")
    done = solution.status == INFEASIBLE or solution.interrupted or params.keep_sites
    if done or relative_gap(solution.objective, solution.bound) <= params.gap:
        return solution
    if best_method(instance) != "monolith":
        return solution
    return solve_location(instance, params, "monolith")


def _fitting(start: bytes, instance: LocationInstance) -> WarmStart | None:
    """Return a stored warm start, None where it is of other merged zones."""
    found = restored(start)
    if found is None:
        return None
    try:
        return checked_start((found, ""), instance)[0]
    except InputError:
        return None


def _number(value: object) -> float | None:
    """Return a key figure, None where it is not defined."""
    number = float(value)  # type: ignore[arg-type]
    return number if number == number else None
