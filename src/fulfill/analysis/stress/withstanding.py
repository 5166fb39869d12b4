"""The plan of a run after a loss: its sites are kept, and orders are allocated anew."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.schema.disruptions import CARRIER, GATEWAY, MAIL, SITE
from fulfill.location.solution import LocationParams
from fulfill.location.solve import solve_location
from fulfill.model.decisions import Decisions
from fulfill.model.disruptions import BY_FERRY, Disruption, with_disruptions
from fulfill.model.instance import LocationInstance
from fulfill.model.warm_start import WarmStart
from fulfill.study.capacity_use import band_use, carrier_orders, gateway_m3, mail_kg
from fulfill.study.lead_time import cancelled_orders, mean_lead_days
from fulfill.study.resolve import FULL, QUICK, audited_answer, with_sites_kept
from fulfill.study.run import Run
from fulfill.study.unserved import missing_orders

AT_LIMIT = 1.0 - 1e-5
"""Utilisation from which a capacity counts as used up."""


@dataclass(frozen=True)
class Question:
    """What is lost, and how thoroughly the answer is searched for.

    Attributes
    ----------
    disruptions : tuple of Disruption
    start : WarmStart or None
        Of an earlier answer; None for that of the run.
    seconds : float
        Time limit of a search for the best allocation and a bound; 0 for one allocation at the
        prices of the start.
    free_sites : bool
        Whether sites may be chosen anew.
    """

    disruptions: tuple[Disruption, ...]
    start: WarmStart | None = None
    seconds: float = 0.0
    free_sites: bool = False


@dataclass(frozen=True)
class Withstood:
    """What a plan costs after a loss.

    Attributes
    ----------
    grade : str
        ``quick`` or ``full``.
    objective, bound : float
        USD a year; the bound holds for the sites of the plan, unless they were free.
    lead_days, cancelled, unserved : float
        Mean lead time, cancelled orders and orders that are not served; NaN without a plan.
    at_limit : tuple of (str, str)
        Kind and id of capacities that are used up, those in most periods first.
    warm_start : WarmStart or None
        What a later answer may start from.
    faults : tuple of str
        What the audit of the plan found.
    """

    grade: str
    objective: float
    bound: float
    lead_days: float
    cancelled: float
    unserved: float
    at_limit: tuple[tuple[str, str], ...]
    warm_start: WarmStart | None
    faults: tuple[str, ...]

    def better(self, other: Withstood) -> Withstood:
        """Return the cheaper of two answers to one question, with the higher bound."""
        best = self if self.objective < other.objective else other
        return replace(best, bound=max(self.bound, other.bound))


def withstand(run: Run, question: Question) -> Withstood:
    """Allocate the orders of a plan anew after a loss.

    Parameters
    ----------
    run : Run
        With a plan.
    question : Question

    Returns
    -------
    Withstood
    """
    begun, decided = time.perf_counter(), run.decisions
    assert decided is not None
    instance = with_disruptions(run.instance, question.disruptions)
    if not question.free_sites:
        instance = with_sites_kept(instance, decided.opened)
    options, start = run.study.options, question.start or run.warm_start
    # without prices to start from, a search is needed to find any
    quick = start is not None and not question.seconds
    params = LocationParams(
        gap=options.gap,
        time_limit=question.seconds or options.time_limit,
        seed=options.seed,
        warm_start=start,
        keep_sites=quick,
        threads=1,
    )
    solution = solve_location(instance, params)
    answer = audited_answer(instance, solution, QUICK if quick else FULL, begun)
    figures = (np.nan, np.nan, np.nan)
    at_limit: tuple[tuple[str, str], ...] = ()
    if answer.decisions is not None:
        figures = _figures(run, instance, answer.decisions)
        at_limit = capacities_used_up(instance, answer.decisions)
    return Withstood(
        answer.grade,
        answer.objective,
        answer.bound,
        *figures,
        at_limit,
        answer.warm_start,
        answer.faults,
    )


def _figures(
    run: Run, instance: LocationInstance, decisions: Decisions
) -> tuple[float, float, float]:
    """Return mean lead time, cancelled orders and orders that are not served."""
    used = band_use(instance, decisions)
    return (
        mean_lead_days(run.economics, instance, decisions, used),
        cancelled_orders(run.economics, instance, decisions),
        float(missing_orders(instance, decisions).sum()),
    )


def capacities_used_up(
    instance: LocationInstance, decisions: Decisions
) -> tuple[tuple[str, str], ...]:
    """Return the capacities that a plan uses up in some period.

    Parameters
    ----------
    instance : LocationInstance
        With inbound routes.
    decisions : Decisions

    Returns
    -------
    tuple of (str, str)
        Kind and id as in disruptions.csv; those that are used up in most periods first. What is
        lost has no capacity and is not among them.
    """
    size = decisions.opened.argmax(axis=1)
    room = instance.capacity[np.arange(len(size)), size].sum(axis=1)
    room = room * np.asarray((decisions.opened > 0.5).any(axis=1))[:, None]
    regions = [name.partition(BY_FERRY)[0] for name in instance.carriers.regions]
    found: dict[tuple[str, str], int] = {}
    uses: tuple[tuple[str, list[str], NDArray[np.float64], NDArray[np.float64]], ...] = (
        (SITE, list(instance.sites), band_use(instance, decisions).sum(axis=1), room),
        (GATEWAY, list(instance.required_inbound.gateways), *gateway_m3(instance, decisions)),
        (CARRIER, regions, *carrier_orders(instance, decisions)),
        (MAIL, list(instance.countries), *mail_kg(instance, decisions)),
    )
    for kind, names, use, capacity in uses:
        periods = ((capacity > 0) & (use >= AT_LIMIT * capacity)).sum(axis=1)
        for row in np.flatnonzero(periods):
            found[kind, names[row]] = max(int(periods[row]), found.get((kind, names[row]), 0))
    return tuple(sorted(found, key=lambda key: (-found[key], key)))
