"""Answers to changed questions from a run: what a plan costs if something is different.

An answer has cost, bound, sites and audited decisions, without the tables of a run. What a change
does not touch is taken from the run: distances if no place moves, prices too if only options
differ. There are two grades. ``quick`` keeps the sites and their sizes and allocates orders anew;
``full`` searches for sites again, from those of the run.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from fulfill.audit.plan import audit_plan
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.geography.distances import road_rules
from fulfill.inputs.geography.geodesic import air_km
from fulfill.inputs.problem import Problem
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.location.solve import method_of
from fulfill.model.arrays import Array
from fulfill.model.build import build_instance
from fulfill.model.decisions import Decisions, relative_gap
from fulfill.model.economics.landed import economics
from fulfill.model.instance import LocationInstance
from fulfill.model.limits import service_days
from fulfill.model.warm_start import WarmStart
from fulfill.study.optimize import checked_start
from fulfill.study.run import PricedModel, Run, build_model, limits_of
from fulfill.study.study import PlanOptions, Study

QUICK, FULL = "quick", "full"
GRADES = (QUICK, FULL)
GEOGRAPHIC = ("origins", "gateways", "sites", "lanes", "ferries")
"""Tables of a network that distances are measured from, besides its maps and road rules."""


@dataclass(frozen=True, repr=False)
class Answer:
    """What a changed question costs.

    Attributes
    ----------
    grade : str
        ``quick`` or ``full``.
    status : str
        OPTIMAL, FEASIBLE, INFEASIBLE or NO_PLAN.
    objective, bound : float
        USD a year. The bound is proven for free sites in both grades, so that the gap of a quick
        answer includes what other sites could save.
    sites : tuple of (str, str)
        Ids of the open sites with their sizes.
    decisions : Decisions or None
        In the indices of the instance of `changed_model`; None where there is no plan.
    faults : tuple of str
        What the audit of the plan found.
    seconds : float
        From the question to the audited answer.
    warm_start : WarmStart or None
        What a later answer may start from.
    """

    grade: str
    status: str
    objective: float
    bound: float
    sites: tuple[tuple[str, str], ...]
    decisions: Decisions | None
    faults: tuple[str, ...]
    seconds: float
    warm_start: WarmStart | None = None

    @property
    def gap(self) -> float:
        """Share of the cost that other sites or another allocation could save at most."""
        return relative_gap(self.objective, self.bound)

    def __repr__(self) -> str:
        return (
            f"<Answer ({self.grade}) {self.status}: {self.objective:,.0f} USD, gap {self.gap:.2%}, "
            f"{len(self.sites)} sites, {self.seconds:.1f} s>"
        )


def resolve(
    study: Study,
    start: Run,
    grade: str = FULL,
    threads: int | None = None,
    sites: Sequence[Mapping[str, str]] = (),
) -> Answer:
    """Answer a changed question from a run.

    Parameters
    ----------
    study : Study
        The run's study with changes, see `Study.with_`.
    start : Run
        With a plan.
    grade : str
        ``quick`` or ``full``.
    threads : int, optional
        Threads of parallel loops, one a core by default. The answer does not depend on it.
    sites : sequence of Mapping of str to str
        Choices of sites to try first, size by id, in place of those of the run; a quick answer has
        one of them.

    Returns
    -------
    Answer

    Raises
    ------
    InputError
        F309 for an unknown grade or for what only the MIP can plan, F311 where the run has other
        zones, products, periods or sites, or nothing to start from.
    SolverError
        Where a solver fails.
    """
    if grade not in GRADES:
        detail = f"the grade is one of {', '.join(GRADES)}"
        raise InputError([Fault("F309", "", column="grade", value=grade, detail=detail)])
    begun = time.perf_counter()
    found = resolve_model(changed_model(study, start), study.options, start, grade, threads, sites)
    return replace(found, seconds=time.perf_counter() - begun)


def resolve_model(
    model: PricedModel,
    options: PlanOptions,
    start: Run,
    grade: str = FULL,
    threads: int | None = None,
    sites: Sequence[Mapping[str, str]] = (),
) -> Answer:
    """Answer a question whose model is there already, see `resolve`.

    Parameters
    ----------
    model : PricedModel
        With the zones, products, periods and sites of the run.
    options : PlanOptions
        Gap, time limit and seed of the search.
    start, grade, threads, sites
        See `resolve`.

    Returns
    -------
    Answer

    Raises
    ------
    InputError
        As `resolve`.
    """
    begun = time.perf_counter()
    method_of(model.instance, "decomposition")  # refuses what answers cannot plan
    begin = checked_start(start, model.instance)[0]
    choices = () if begin is None else tuple(with_sites(begin, one, model) for one in sites)
    params = LocationParams(
        gap=options.gap,
        time_limit=options.time_limit,
        seed=options.seed,
        warm_start=begin,
        keep_sites=grade == QUICK,
        threads=threads,
        choices=choices,
    )
    solution = solve_decomposed(model.instance, params)
    return audited_answer(model.instance, solution, grade, begun)


def with_sites(start: WarmStart, sites: Mapping[str, str], model: PricedModel) -> WarmStart:
    """Return a warm start with other sites.

    Parameters
    ----------
    start : WarmStart
    sites : Mapping of str to str
        Size by id of every open site.
    model : PricedModel
        Its instance has the sites and sizes.

    Returns
    -------
    WarmStart
        A site that is new begins with the products, prices and volumes of the nearest site that is
        no longer open, or of the nearest one where all still are.
    """
    instance = model.instance
    size = np.full(len(instance.sites), -1)
    for site, name in sites.items():
        size[instance.sites.index(site)] = instance.sizes.index(name)
    fresh = np.flatnonzero((size >= 0) & (start.size < 0))
    gone = np.flatnonzero((size < 0) & (start.size >= 0))
    like = gone if len(gone) else np.flatnonzero(start.size >= 0)
    assortment, rho, volume = start.assortment.copy(), start.rho.copy(), start.volume.copy()
    if len(like) and len(fresh):
        points = model.problem.network["sites"][["lat", "lon"]].to_numpy(float)
        near = like[air_km(points[fresh], points[like]).argmin(axis=1)]
        assortment[fresh], rho[fresh], volume[fresh] = assortment[near], rho[near], volume[near]
    return replace(start, size=size, assortment=assortment, rho=rho, volume=volume)


def audited_answer(
    instance: LocationInstance, solution: LocationSolution, grade: str, begun: float
) -> Answer:
    """Audit a solution and return it as an answer.

    Parameters
    ----------
    instance : LocationInstance
    solution : LocationSolution
        Of this instance.
    grade : str
        ``quick`` or ``full``.
    begun : float
        When the question was put, by `time.perf_counter`.

    Returns
    -------
    Answer
    """
    sites: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()
    if solution.decisions is not None:
        opened = solution.decisions.opened
        sites = tuple(
            (instance.sites[site], instance.sizes[opened[site].argmax()])
            for site in np.flatnonzero(opened.any(axis=1))
        )
        faults = audit_plan(instance, solution.decisions, solution.objective).faults
    return Answer(
        grade=grade,
        status=solution.status,
        objective=solution.objective,
        bound=solution.bound,
        sites=sites,
        decisions=solution.decisions,
        faults=tuple(map(str, faults)),
        seconds=time.perf_counter() - begun,
        warm_start=solution.warm_start,
    )


def with_sites_kept(instance: LocationInstance, opened: Array) -> LocationInstance:
    """Return an instance in which the sites of a plan are open in their sizes, and no others.

    Parameters
    ----------
    instance : LocationInstance
    opened : (n_sites, n_sizes)
        1 for the size of an open site, as in `Decisions`.

    Returns
    -------
    LocationInstance
        A bound on it is one on the cost of these sites.
    """
    chosen = opened > 0.5
    is_open = chosen.any(axis=1)
    limits = replace(
        instance.limits,
        opened=tuple(np.flatnonzero(is_open).tolist()),
        closed=tuple(np.flatnonzero(~is_open).tolist()),
    )
    return replace(instance, fixed_usd=np.where(chosen, instance.fixed_usd, np.inf), limits=limits)


def changed_model(study: Study, start: Run) -> PricedModel:
    """Return the model of a changed study; what the change does not touch is the run's.

    Parameters
    ----------
    study : Study
    start : Run

    Returns
    -------
    PricedModel

    Raises
    ------
    InputError
        Where options refer to something that the problem does not have.
    """
    before, problem = start.model, study.planned_problem()
    days = service_days(study.options.service)
    same = (
        study.options.rules == start.study.options.rules
        and study.problem is start.study.problem
        and problem is start.study.planned_problem()
    )
    if same and set(days) <= set(before.instance.option_within):
        limits = limits_of(problem, study.options)
        # the network's own, not an option
        limits = replace(limits, max_gateway_share=before.instance.limits.max_gateway_share)
        return replace(before, instance=replace(before.instance, limits=limits))
    return repriced_model(problem, start, study.options)


def repriced_model(problem: Problem, start: Run, options: PlanOptions) -> PricedModel:
    """Return the model of a problem with other figures; the run's distances are used if they hold.

    Parameters
    ----------
    problem : Problem
        That of the run with other figures, zones merged as there.
    start : Run
    options : PlanOptions

    Returns
    -------
    PricedModel

    Raises
    ------
    InputError
        Where options refer to something that the problem does not have.
    """
    distances = start.model.distances
    if not _same_places(problem, start.model.problem) or options.rules == "dated":
        return build_model(problem, options)
    priced = economics(problem, distances, service_days(options.service))
    instance = build_instance(problem, priced, limits_of(problem, options))
    return PricedModel(problem, distances, priced, instance)


def _same_places(new: Problem, old: Problem) -> bool:
    """Tell whether no place that distances are measured between has changed."""
    if new.network.roads != old.network.roads or new.network.outlines != old.network.outlines:
        return False
    if road_rules(new.network) != road_rules(old.network):
        return False
    tables = all(
        _places(new.network[name]).equals(_places(old.network[name])) for name in GEOGRAPHIC
    )
    return tables and new.demand.zones.equals(old.demand.zones)


def _places(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table without its columns of money, which no distance depends on."""
    return table[[name for name in table.columns if "usd" not in name]]
