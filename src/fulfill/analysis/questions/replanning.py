"""A plan under other figures: what it costs to keep its sites, and what the best plan costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fulfill.analysis.questions.groups import Group
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.location.solve import method_of, solve_location
from fulfill.model.decisions import Decisions
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.model.warm_start import WarmStart
from fulfill.study.resolve import repriced_model, with_sites_kept
from fulfill.study.run import Run


@dataclass(frozen=True)
class Effort:
    """How thoroughly the best plan is searched for.

    Attributes
    ----------
    gap : float
        Relative gap at which a search stops, and up to which the kept plan counts as the best.
    seconds : float
        Time limit of a search.
    """

    gap: float
    seconds: float


@dataclass(frozen=True)
class Replanned:
    """The kept and the best plan under other figures.

    Attributes
    ----------
    kept_usd, best_usd, bound_usd : float
        Cost of the plan's sites, cost of the best plan that was found, and a bound on all plans,
        USD a year.
    constant_usd : float
        The contribution is this less the cost.
    sites : tuple of (str, str)
        Sites of the best plan with their sizes.
    kept_mail, best_mail : float
        Share of potential orders that is mailed.
    """

    kept_usd: float
    best_usd: float
    bound_usd: float
    constant_usd: float
    sites: tuple[tuple[str, str], ...]
    kept_mail: float
    best_mail: float

    @property
    def regret_usd(self) -> float:
        """What keeping the sites costs more than the best plan that was found."""
        return self.kept_usd - self.best_usd

    @property
    def gap_usd(self) -> float:
        """What the best plan could cost less at most."""
        return max(self.best_usd - self.bound_usd, 0.0)

    @property
    def kept_contribution_usd(self) -> float:
        """Yearly contribution with the plan's sites."""
        return self.constant_usd - self.kept_usd


def replan(
    run: Run, places: Sequence[tuple[int, float]], groups: Sequence[Group], effort: Effort
) -> Replanned:
    """Plan anew with groups of figures at other places of their ranges.

    Parameters
    ----------
    run : Run
        Its sites are kept, or given up for better ones.
    places : sequence of (int, float)
        Positions of groups, and their places; see `Group.at`.
    groups : sequence of Group
    effort : Effort

    Returns
    -------
    Replanned
    """
    decided, problem = run.decisions, run.problem
    assert decided is not None
    for number, place in places:
        problem = groups[number].at(problem, place)
    instance = repriced_model(problem, run, run.study.options).instance
    options, start = run.study.options, run.warm_start
    params = LocationParams(effort.gap, effort.seconds, options.seed, warm_start=start, threads=1)
    if start is None or method_of(instance, "auto") != "decomposition":
        kept = solve_location(with_sites_kept(instance, decided.opened), params)
        return _replanned(instance, kept, solve_location(instance, params))
    quick = replace(params, keep_sites=True)
    kept = solve_location(instance, quick)
    if _gap(kept) <= effort.gap:
        return _replanned(instance, kept, kept)
    best = solve_location(instance, params)
    best = replace(best, bound=max(best.bound, kept.bound))
    if best.warm_start is not None:
        # the kept sites at the prices of the best plan, which those of the run may be far from
        again = solve_location(instance, replace(quick, warm_start=_prices(best, start)))
        kept = min(kept, again, key=lambda one: one.objective)
    if kept.objective - best.objective > best.objective - best.bound:
        # a regret that could be told from the gap must not be one of a poor allocation
        locked = with_sites_kept(instance, decided.opened)
        searched = solve_location(locked, replace(params, warm_start=_prices(best, start)))
        kept = min(kept, searched, key=lambda one: one.objective)
    return _replanned(instance, kept, best)


def _gap(solution: LocationSolution) -> float:
    return 1.0 - solution.bound / solution.objective if solution.decisions is not None else np.inf


def _prices(found: LocationSolution, sites: WarmStart) -> WarmStart:
    """Return a warm start at the prices of a solution, where it has any, with other sites."""
    return replace(
        found.warm_start or sites,
        size=sites.size,
        assortment=sites.assortment,
        rho=sites.rho,
        volume=sites.volume,
    )


def _replanned(
    instance: LocationInstance, kept: LocationSolution, best: LocationSolution
) -> Replanned:
    """Return both plans; the kept one is the best where nothing cheaper was found."""
    bound = best.bound  # that of kept sites alone would be none
    best = min(best, kept, key=lambda one: one.objective)
    decided = best.decisions
    opened = decided.opened > 0.5 if decided is not None else np.zeros((0, 0), bool)
    return Replanned(
        kept_usd=kept.objective,
        best_usd=best.objective,
        bound_usd=bound,
        constant_usd=instance.constant_usd,
        sites=tuple(
            (instance.sites[site], instance.sizes[opened[site].argmax()])
            for site in np.flatnonzero(opened.any(axis=1))
        )
        if decided is not None
        else (),
        kept_mail=_mailed(instance, kept.decisions),
        best_mail=_mailed(instance, decided),
    )


def _mailed(instance: LocationInstance, decisions: Decisions | None) -> float:
    """Return the share of potential orders that is mailed."""
    if decisions is None:
        return np.nan
    mailed = (instance.lane_site[decisions.lane] == MAIL) & (
        instance.lane_plant[decisions.lane] < 0
    )
    return float(decisions.orders[mailed].sum() / instance.demand.sum())
