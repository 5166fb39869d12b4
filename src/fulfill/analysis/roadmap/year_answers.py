"""A year of a roadmap as an ordinary problem, and its answers for free and for given sites."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from fulfill.inputs.phases import Phase, grown
from fulfill.inputs.schema.phases import MOST_YEARS
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.model.arrays import Array, Index
from fulfill.model.instance import LocationInstance
from fulfill.model.warm_start import WarmStart
from fulfill.study.resolve import repriced_model, with_sites, with_sites_kept
from fulfill.study.run import PricedModel, Run
from fulfill.study.study import Study

FREE, KEPT, PROVEN, ADDED = "free", "kept", "proven", "added"
"""Sites are searched for; given sites are kept; given sites are kept, and a bound on what they
cost is raised; given sites are kept, and others are searched for."""


@dataclass(frozen=True)
class PlannedYear:
    """A year as an ordinary question.

    Attributes
    ----------
    phase : Phase
    sunk : tuple of str
        Sites of today as `site_id:size`, whose opening is paid.
    max_sites : int or None
        Largest number of open sites: no more can have been opened up to this year.
    budget_usd : float or None
        Largest sum of openings, those of today left out: no more can have been spent.
    """

    phase: Phase
    sunk: tuple[str, ...] = ()
    max_sites: int | None = None
    budget_usd: float | None = None


@dataclass(frozen=True, eq=False)
class YearQuestion:
    """What is asked of a year.

    Attributes
    ----------
    year : PlannedYear
    added_usd : (I, M)
        Added to the fixed cost of each size.
    size : (I,) of int
        Sites that are kept, or that the search begins from; -1 for closed.
    kind : str
        ``free``, ``kept``, ``proven`` or ``added``.
    start : WarmStart
    most : (int or None, float or None)
        With ``added``: largest number of sites, and of openings in all, USD.
    gap, seconds : float
        Where the search ends.
    """

    year: PlannedYear
    added_usd: Array
    size: Index
    kind: str
    start: WarmStart
    gap: float
    seconds: float
    most: tuple[int | None, float | None] = (None, None)


@dataclass(frozen=True, eq=False)
class YearAnswer:
    """A plan of a year.

    Attributes
    ----------
    size : (I,) of int
        Sizes of the open sites, -1 for closed.
    service_usd : float
        Cost of the year without the fixed cost of sites; infinite where there is no plan.
    bound : float
        On the cost of the year, fixed cost and what is added to it included: of any sites, or of
        those that are kept.
    solution : LocationSolution
        With what is added to the fixed cost in its amounts.
    """

    size: Index
    service_usd: float
    bound: float
    solution: LocationSolution


@lru_cache(maxsize=2 * MOST_YEARS)
def year_model(run: Run, year: PlannedYear) -> tuple[Study, PricedModel]:
    """Return the study and the model of a year.

    Parameters
    ----------
    run : Run
        Of the network and demand as they are.
    year : PlannedYear

    Returns
    -------
    study : Study
        Without the growth of orders, which no table has.
    model : PricedModel

    Raises
    ------
    InputError
        Where the tables do not allow the overrides or the day.
    """
    phase, own = year.phase, run.study.options.max_sites
    study = run.study.with_(
        as_of=phase.as_of,
        overrides=(*run.study.provenance.overrides, *phase.overrides),
        sunk=year.sunk,
        max_sites=min((one for one in (own, year.max_sites) if one is not None), default=None),
        budget_usd=year.budget_usd,
    )
    problem = grown(study.planned_problem(), phase.growth)
    return study, repriced_model(problem, run, study.options)


def answer_year(run: Run, asked: YearQuestion) -> YearAnswer:
    """Answer a question about a year.

    Parameters
    ----------
    run : Run
    asked : YearQuestion

    Returns
    -------
    YearAnswer
    """
    _, model = year_model(run, asked.year)
    base = model.instance
    instance = replace(base, fixed_usd=base.fixed_usd + asked.added_usd)
    if asked.kind == ADDED:
        instance = _with_additions(instance, asked)
    elif asked.kind != FREE:
        instance = with_sites_kept(instance, opened_of(asked.size, len(base.sizes)))
    sites = {base.sites[i]: base.sizes[asked.size[i]] for i in np.flatnonzero(asked.size >= 0)}
    params = LocationParams(
        gap=asked.gap,
        time_limit=asked.seconds,
        seed=run.study.options.seed,
        warm_start=asked.start,
        keep_sites=asked.kind == KEPT,
        threads=1,
        choices=(with_sites(asked.start, sites, model),),
    )
    solution = solve_decomposed(instance, params)
    if solution.interrupted:  # its plan depends on when Ctrl-C was pressed
        raise KeyboardInterrupt
    if solution.decisions is None:
        return YearAnswer(asked.size, np.inf, solution.bound, solution)
    size = size_of(solution.decisions.opened)
    service = solution.objective - fixed_of(instance, size)
    return YearAnswer(size, service, solution.bound, solution)


def _with_additions(instance: LocationInstance, asked: YearQuestion) -> LocationInstance:
    """Return an instance in which given sites are open in their sizes, and others may be."""
    site = np.flatnonzero(asked.size >= 0)
    fixed = instance.fixed_usd.copy()
    fixed[site] = np.inf
    fixed[site, asked.size[site]] = instance.fixed_usd[site, asked.size[site]]
    limits, (sites, budget) = instance.limits, asked.most
    limits = replace(
        limits,
        opened=tuple(sorted({*limits.opened, *site.tolist()})),
        max_sites=limits.max_sites if sites is None else sites,
        budget_usd=limits.budget_usd if budget is None else min(budget, limits.budget_usd),
    )
    return replace(instance, fixed_usd=fixed, limits=limits)


def opened_of(size: Index, n_sizes: int) -> Array:
    """Return sizes as 0/1 of each size, (I, M)."""
    return np.asarray(size[:, None] == np.arange(n_sizes), float)


def size_of(opened: Array) -> Index:
    """Return the size of each open site, -1 for closed, (I,)."""
    return np.where((opened > 0.5).any(axis=1), opened.argmax(axis=1), -1)


def fixed_of(instance: LocationInstance, size: Index) -> float:
    """Return the fixed cost of sites, USD a year."""
    site = np.flatnonzero(size >= 0)
    return float(instance.fixed_usd[site, size[site]].sum())
