"""The scenarios of a network: what each costs alone, and with given sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from fulfill.analysis.scenarios.scenario_file import Scenario, of_scenario
from fulfill.audit.plan import audit_plan
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.location.solve import method_of, solve_location
from fulfill.model.arrays import Array
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.model.warm_start import WarmStart
from fulfill.study.capacity_use import band_use
from fulfill.study.lead_time import cancelled_orders, mean_lead_days
from fulfill.study.optimize import with_audited_bound
from fulfill.study.resolve import changed_model, with_sites, with_sites_kept
from fulfill.study.run import PricedModel, Run
from fulfill.study.unserved import missing_orders

POOR = 0.02
"""Share above the scenario by itself from which orders are allocated once more, at other prices."""
MODELS = 32
"""Models of scenarios that a process keeps, some 40 MB each for the embedded network."""
KEPT_ROUNDS = 40
"""Rounds in which the bound of given sites is raised."""
Sites = tuple[tuple[str, str], ...]
"""Ids of open sites with their sizes, by id."""


@dataclass(frozen=True)
class Effort:
    """How thoroughly a scenario is searched.

    Attributes
    ----------
    gap : float
        Relative gap at which a search stops.
    seconds : float
        Processor time of a search.
    """

    gap: float
    seconds: float


@dataclass(frozen=True, eq=False)
class Year:
    """A scenario with some sites, or with the best that were found.

    Attributes
    ----------
    sites : Sites
    cost, bound : float
        USD a year; infinite cost without a plan. The bound is on all choices of sites, and where
        sites have prices, on the cost and the prices.
    lead_days, cancelled, unserved, mailed : float
        Mean lead time; cancelled, unserved and mailed orders. NaN without a plan.
    start : WarmStart or None
        What a later search may start from.
    faults : tuple of str
        What the audit of the plan found.
    """

    sites: Sites
    cost: float
    bound: float
    lead_days: float
    cancelled: float
    unserved: float
    mailed: float
    start: WarmStart | None
    faults: tuple[str, ...]


def opened_sites(instance: LocationInstance, sites: Sites) -> Array:
    """Return a choice of sites as numbers: 1 for the size of an open site, (I, M).

    Parameters
    ----------
    instance : LocationInstance
    sites : Sites

    Returns
    -------
    ndarray, shape (I, M)
    """
    opened = np.zeros(instance.fixed_usd.shape)
    for site, size in sites:
        opened[instance.sites.index(site), instance.sizes.index(size)] = 1.0
    return opened


def sites_of(instance: LocationInstance, opened: Array) -> Sites:
    """Return the choice of sites of such numbers.

    Parameters
    ----------
    instance : LocationInstance
    opened : (I, M)

    Returns
    -------
    Sites
    """
    chosen = np.argwhere(opened > 0.5)
    return tuple(sorted((instance.sites[site], instance.sizes[size]) for site, size in chosen))


def plan_alone(
    run: Run, question: tuple[Scenario, Array | None, WarmStart | None], effort: Effort
) -> Year:
    """Plan a scenario by itself.

    Parameters
    ----------
    run : Run
        With a plan; the search starts from it.
    question : (Scenario, (I, M) or None, WarmStart or None)
        The scenario, prices of sites by size that are added to their fixed cost, and what the
        search starts from in place of the run.
    effort : Effort

    Returns
    -------
    Year
        Its cost is without the prices, its bound with them. The bound is what the audit computes
        from the certificate of the search, where the search leaves one.
    """
    scenario, prices, start = question
    model = _model(run, scenario)
    instance = model.instance
    if prices is not None:
        instance = replace(instance, fixed_usd=instance.fixed_usd + prices)
    params = _params(run, effort, start or run.warm_start)
    solution, wrong = with_audited_bound(
        instance, solve_location(instance, params, run.study.options.method)
    )
    found = _year(model, instance, solution)
    paid = 0.0 if prices is None else float((prices * opened_sites(instance, found.sites)).sum())
    return replace(found, cost=found.cost - paid, faults=(*found.faults, *wrong))


def plan_with_sites(
    run: Run, question: tuple[Scenario, Year, Sequence[Sites]], effort: Effort
) -> list[Year]:
    """Plan a scenario with given sites.

    Parameters
    ----------
    run : Run
        With a plan.
    question : (Scenario, Year, sequence of Sites)
        The scenario, its plan by itself, whose prices are a start, and the choices of sites.
    effort : Effort

    Returns
    -------
    list of Year
        One for each choice.
    """
    scenario, alone, choices = question
    model = _model(run, scenario)
    return [_with_sites(run, model, alone, sites, effort) for sites in choices]


def bound_with_sites(
    run: Run, question: tuple[Scenario, Year, Sites], effort: Effort
) -> tuple[float, tuple[str, ...]]:
    """Bound the cost of a scenario with given sites from below.

    Parameters
    ----------
    run : Run
        With a plan.
    question : (Scenario, Year, Sites)
        The scenario, its plan with the sites, whose prices are a start, and the sites.
    effort : Effort

    Returns
    -------
    bound : float
        On every allocation to these sites, all of them paid for, USD a year. It is what the audit
        computes from the certificate of the search, where the search leaves one.
    faults : tuple of str
        What is wrong with the certificate.
    """
    scenario, year, sites = question
    model = _model(run, scenario)
    kept = with_sites_kept(model.instance, opened_sites(model.instance, sites))
    start = None if year.start is None else with_sites(year.start, dict(sites), model)
    params = replace(_params(run, effort, start), keep_sites=True, kept_rounds=KEPT_ROUNDS)
    method = method_of(model.instance, run.study.options.method)
    solution, faults = with_audited_bound(kept, solve_location(kept, params, method))
    return solution.bound, faults


@lru_cache(MODELS)
def _model(run: Run, scenario: Scenario) -> PricedModel:
    """Return the model of a scenario, which each process makes once for all choices."""
    return changed_model(of_scenario(run.study, scenario), run)


def forget_models() -> None:
    """Let go of the models of scenarios that this process keeps."""
    _model.cache_clear()


def _with_sites(run: Run, model: PricedModel, alone: Year, sites: Sites, effort: Effort) -> Year:
    """Plan a year with given sites.

    Prices allocate well to the sites that they were found for, so those of the plan with the most
    alike sites are tried first, and the others where the plan is poor.
    """
    instance, method = model.instance, run.study.options.method
    starts = [one for one in (alone.start, run.warm_start) if one is not None]
    params = _params(run, effort, starts[0] if starts else None)
    if not starts or method_of(instance, method) != "decomposition":
        kept = with_sites_kept(instance, opened_sites(instance, sites))
        return _year(model, kept, solve_location(kept, params, method))
    opened = opened_sites(instance, sites)
    size = np.where(opened.any(axis=1), opened.argmax(axis=1), -1)
    starts.sort(key=lambda one: int((one.size != size).sum()))
    found = _kept(model, params, starts[0], sites, method)
    if len(starts) > 1 and found.objective > (1.0 + POOR) * alone.cost:
        again = _kept(model, params, starts[1], sites, method)
        found = min(found, again, key=lambda one: one.objective)
    return _year(model, instance, found)


def _kept(
    model: PricedModel, params: LocationParams, start: WarmStart, sites: Sites, method: str
) -> LocationSolution:
    """Return an allocation to given sites at the prices of a warm start."""
    begin = with_sites(start, dict(sites), model)
    params = replace(params, warm_start=begin, keep_sites=True)
    found = solve_location(model.instance, params, method)
    return _with_all(model.instance, found, sites)


def _with_all(
    instance: LocationInstance, solution: LocationSolution, sites: Sites
) -> LocationSolution:
    """Return a solution in which all of some sites are open and paid for in their sizes.

    The search closes what a year does not need, but the sites are chosen before the year is known.
    """
    decisions = solution.decisions
    if decisions is None:
        return solution
    opened = opened_sites(instance, sites)
    if (decisions.opened.any(axis=1) & ~opened.any(axis=1)).any():  # a lock needs another site
        return replace(solution, decisions=None, objective=np.inf)
    decisions = replace(decisions, opened=opened.astype(decisions.opened.dtype))
    return replace(solution, decisions=decisions, objective=price(instance, decisions))


def _params(run: Run, effort: Effort, start: WarmStart | None) -> LocationParams:
    """Return the parameters of a search on one thread."""
    seed = run.study.options.seed
    return LocationParams(effort.gap, effort.seconds, seed, warm_start=start, threads=1)


def _year(model: PricedModel, instance: LocationInstance, solution: LocationSolution) -> Year:
    """Return a solution as a year."""
    decisions = solution.decisions
    if decisions is None:
        bound = np.inf if solution.status == "INFEASIBLE" else solution.bound
        return Year((), np.inf, bound, np.nan, np.nan, np.nan, np.nan, None, ())
    used = band_use(instance, decisions)
    mailed = (instance.lane_site[decisions.lane] == MAIL) & (
        instance.lane_plant[decisions.lane] < 0
    )
    return Year(
        sites=sites_of(instance, decisions.opened),
        cost=solution.objective,
        bound=solution.bound,
        lead_days=mean_lead_days(model.economics, instance, decisions, used),
        cancelled=cancelled_orders(model.economics, instance, decisions),
        unserved=float(missing_orders(instance, decisions).sum()),
        mailed=float(decisions.orders[mailed].sum()),
        start=solution.warm_start,
        faults=tuple(map(str, audit_plan(instance, decisions, solution.objective).faults)),
    )
