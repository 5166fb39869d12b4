"""Cost against another measure: both ends first, then plans at limits in equal steps between them.

This is the epsilon method: the least cost is found under a limit that is tightened from point to
point. Every plan under a limit is a plan under each looser one. So the least cost never falls as
the limit is tightened; the bound of a point holds for all tighter ones, and its plan is one of all
looser ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from fulfill.analysis.conflicts.explain import attainable
from fulfill.analysis.frontier.measures import CHANGES, CO2, Measure
from fulfill.analysis.sweep.answers import Answer, attained
from fulfill.analysis.sweep.kept_points import KeptPoints
from fulfill.analysis.sweep.points import BASE, LIMIT, Point
from fulfill.analysis.sweep.sweep import Report, answer_points
from fulfill.analysis.sweep.workers import Open
from fulfill.location.feasibility.members import members_of
from fulfill.model.instance import LocationInstance
from fulfill.study.difference import Difference, difference
from fulfill.study.resolve import FULL, changed_model
from fulfill.study.run import Run

SECONDS = 55.0
"""Time for what plans attain at best."""


@dataclass(frozen=True)
class Ends:
    """Values of the measure between which the frontier lies.

    Attributes
    ----------
    cheapest : float
        Of the plan of the base.
    best : float or None
        The best that a plan was shown to attain; None where none was shown in time.
    proven : float or None
        Nothing better is possible; None where that is not known.
    """

    cheapest: float
    best: float | None
    proven: float | None


@dataclass(frozen=True, eq=False)
class Frontier:
    """Plans along limits on a measure.

    Attributes
    ----------
    run : Run
        The base, which is cheapest.
    measure : Measure
    ends : Ends
    points : tuple of Point
        From the base to the strictest limit.
    limits : tuple of float
        Value of the limit of each point; that of the base is what its plan attains.
    answers : tuple of Answer
        As they were found.
    kept : int
        Points that were finished before.
    seconds : float
        Spent on the others.
    """

    run: Run
    measure: Measure
    ends: Ends
    points: tuple[Point, ...]
    limits: tuple[float, ...]
    answers: tuple[Answer, ...]
    kept: int
    seconds: float

    @property
    def audit_faults(self) -> tuple[str, ...]:
        """What the audits of the plans found, with the point in front."""
        return tuple(
            f"{', '.join(point.changes) or point.kind}: {fault}"
            for point, answer in zip(self.points, self.answers, strict=True)
            for fault in answer.faults
        )

    @property
    def plan_of(self) -> tuple[int | None, ...]:
        """Point whose plan is the cheapest known one that keeps the limit of each point.

        None without a plan. A point with another's plan is dominated: its own plan costs no less
        and attains no more.
        """
        best: list[int | None] = []
        found: int | None = None
        for number in range(len(self.answers) - 1, -1, -1):
            cost = self.answers[number].objective
            known = None if found is None else self.answers[found].objective
            if cost is not None and (known is None or cost < known):
                found = number
            best.append(found)
        return tuple(reversed(best))

    @property
    def costs(self) -> tuple[tuple[float, float], ...]:
        """Cost of the cheapest known plan and bound of each point, USD a year; NaN without plan."""
        bounds = [np.nan if one.bound is None else one.bound for one in self.answers]
        proven = np.fmax.accumulate(np.array(bounds, float))
        found = []
        for number, bound in zip(self.plan_of, proven.tolist(), strict=True):
            cost = None if number is None else self.answers[number].objective
            # the bound of a looser limit may exceed a cost by rounding only
            found.append((np.nan, bound) if cost is None else (cost, min(bound, cost)))
        return tuple(found)

    @property
    def steps(self) -> tuple[Difference | None, ...]:
        """What each point costs more than the one before; None for the base and without a plan."""
        costs = self.costs
        found: list[Difference | None] = [None]
        for before, after in pairwise(costs):
            whole = np.isfinite([*before, *after]).all()
            found.append(difference(before, after, restricted=True) if whole else None)
        return tuple(found)

    def value(self, number: int) -> float:
        """Return what the cheapest known plan of a point attains; NaN without one."""
        at = self.plan_of[number]
        if at is None:
            return float("nan")
        answer = self.answers[at]
        if self.measure.against == CHANGES:
            return float(len(set(answer.sites) ^ set(self.measure.today)))
        return answer.attained[self.measure.key]


def find_ends(run: Run, measure: Measure, seconds: float = SECONDS) -> Ends:
    """Return what the base attains, and what plans attain at best.

    Parameters
    ----------
    run : Run
        With a plan.
    measure : Measure
    seconds : float
        Time for the best.

    Returns
    -------
    Ends
    """
    if measure.against == CHANGES:
        changed = len(set(run.sites["site_id"]) ^ set(measure.today))
        return Ends(float(changed), 0.0, 0.0)
    strict = _strictest(run, measure)
    cheapest = attained(strict, run.decisions)[measure.key]
    member = [one for one in members_of(strict) if one.kind == measure.member][-1]
    shown = attainable(strict, member, seconds)
    if shown is None:
        return Ends(cheapest, None, None)
    given = shown.least * member.scale
    proven = member.limit - given if measure.is_share else member.limit + given
    return Ends(cheapest, shown.changed.get(member, member.limit), proven)


def _strictest(run: Run, measure: Measure) -> LocationInstance:
    """Return the instance of a run with a limit that is as strict as can be."""
    if measure.is_share:
        limit = measure.limit(1.0)
        study = run.study.with_(**limit.on(run.study.options))
        return changed_model(study, run).instance
    limits = run.instance.limits
    if measure.against == CO2:
        return replace(run.instance, limits=replace(limits, co2_kg=0.0))
    return replace(run.instance, limits=replace(limits, budget_usd=0.0))


def limits_between(measure: Measure, ends: Ends, number: int) -> tuple[float, ...]:
    """Return the limits of the points, from what the base attains to the best.

    Parameters
    ----------
    measure : Measure
    ends : Ends
    number : int
        Points wanted, both ends included.

    Returns
    -------
    tuple of float
        In equal steps as far as rounding allows; fewer where the ends lie close.
    """
    found = [ends.cheapest]
    if ends.best is None:
        return tuple(found)
    for value in np.linspace(ends.cheapest, ends.best, number)[1:].tolist():
        limit = measure.rounded(value)
        if measure.against == CO2 and limit == 0.0:
            continue  # only a plan that serves nobody keeps it, and no price enforces it
        if measure.is_stricter(limit, found[-1]):
            found.append(limit)
    return tuple(found)


def trace_frontier(
    run: Run,
    measure: Measure,
    number: int,
    kept: KeptPoints,
    opened: Open,
    report: Report | None = None,
) -> Frontier:
    """Return plans along limits on a measure, each searched from that of the looser limit before.

    Parameters
    ----------
    run : Run
        The base, with a plan.
    measure : Measure
    number : int
        Points wanted, both ends included.
    kept : KeptPoints
        Where finished points are found and kept.
    opened : callable
        Of `sweep.workers.open_workers`.
    report : callable, optional
        See `sweep.Report`.

    Returns
    -------
    Frontier

    Raises
    ------
    InputError
        F519 where the run has no plan.
    SolverError
        Where a solver fails. Finished points are kept.
    """
    ends = find_ends(run, measure)
    limits = limits_between(measure, ends, number)
    points = points_at(measure, limits)
    chain = range(-1, len(points) - 1)
    answers, n_kept, seconds = answer_points(run, points, chain, FULL, kept, opened, report)
    base = replace(answers[0], attained={**answers[0].attained, measure.key: ends.cheapest})
    return Frontier(run, measure, ends, points, limits, (base, *answers[1:]), n_kept, seconds)


def points_at(measure: Measure, limits: Sequence[float]) -> tuple[Point, ...]:
    """Return the base and a point for each further limit.

    Parameters
    ----------
    measure : Measure
    limits : sequence of float
        The first is that of the base, which has none.

    Returns
    -------
    tuple of Point
    """
    base = Point(BASE, (), ())
    return (base, *(Point(LIMIT, (), (), (measure.limit(value),)) for value in limits[1:]))
