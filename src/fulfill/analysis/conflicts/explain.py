"""Explain why a study has no plan: a minimal conflicting set of limits, and its cheapest repairs.

In the terms of constraint programming, locks, service targets, number of sites, budget, emission
cap and rules on sites are the soft groups, and what the tables say of lanes, sites and capacities
is hard. A deletion filter turns the soft groups into a minimal unsatisfiable subset: a limit is
dropped only where the others are proven to leave no plan without it. A repair is a correction set:
what some limits give so that a plan exists, by an elastic program in which a percent of any limit
costs the same.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from fulfill.analysis.conflicts.words import as_bottleneck, as_constraint, as_repair
from fulfill.location.feasibility.bottleneck import Bottleneck
from fulfill.location.feasibility.held_limits import (
    given_in_balance,
    plan_by_program,
    plan_of_sites,
    sizes_of,
    with_limits,
)
from fulfill.location.feasibility.least_change import (
    PROVEN_IMPOSSIBLE,
    Answer,
    LeastChange,
)
from fulfill.location.feasibility.members import (
    BUDGET,
    CLOSE,
    CO2,
    OPEN,
    RULE,
    SERVICE,
    SITES,
    Member,
)
from fulfill.location.feasibility.shown_plan import searched_plan
from fulfill.location.feasibility.site_program import SiteChoice
from fulfill.location.solve import best_method
from fulfill.model.arrays import Index
from fulfill.model.decisions import INFEASIBLE
from fulfill.model.instance import LocationInstance
from fulfill.study.conflict import Conflict, Repair
from fulfill.study.run import Run

SECONDS = 55.0
"""Time after which no further question is begun."""
QUESTION = 6.0
"""Longest time for one question, seconds."""
FIRST = 0.5
"""Share of the time after which the proof that the limits leave no plan is given up."""
ORDER = (RULE, OPEN, CLOSE, CO2, BUDGET, SITES, SERVICE)
"""Order in which limits are tried to be dropped: those of single sites first."""
STEP = 0.005
"""A step of a service target, as a share of its orders."""
ROUND = 0.001
"""What a budget or a cap is rounded up to, at least, as a share of it."""
CHEAPER = 0.005
"""Cost by which several changes must be cheaper than a single one to be offered."""
WIDER = {
    SERVICE: (0, 1, 3, 7, 15, 31),
    SITES: (0, 1, 3, 7, 15),
    BUDGET: (1.0, 1.5, 2.0, 4.0, 8.0),
    CO2: (1.0, 1.02, 1.05, 1.1, 1.2, 1.5, 2.0),
}
"""Values beyond the proven least that are tried until a plan shows a repair.

Steps of a target, sites, and factors of a budget and a cap."""


def with_conflict(run: Run, seconds: float = SECONDS) -> Run:
    """Return a run with the explanation why it has no plan.

    Parameters
    ----------
    run : Run
        One that is not proven infeasible stays as it is.
    seconds : float
        Time for the explanation.

    Returns
    -------
    Run
    """
    if run.outcome.status != INFEASIBLE:
        return run
    return replace(run, conflict=explain(run, seconds))


def explain(run: Run, seconds: float = SECONDS) -> Conflict | None:
    """Return the limits that leave a run no plan, and what would resolve it.

    Parameters
    ----------
    run : Run
        Proven infeasible.
    seconds : float
        Time after which no further question is begun.

    Returns
    -------
    Conflict or None
        None where it is not limits of the planner that were proven to conflict.
    """
    instance = run.instance
    search = _Search(instance, time.perf_counter() + seconds)
    if not search.members or not search.ruled_out(FIRST * seconds):
        return None
    kept, irreducible = search.minimal()
    answers = search.repairs(kept)
    repairs = [as_repair(run.study, instance, one.changed, one.least, one.sites) for one in answers]
    constraints = tuple(as_constraint(run.study, instance, member) for member in kept)
    ordered: list[Repair] = sorted(repairs, key=lambda repair: repair.cost)
    bottlenecks = tuple(
        as_bottleneck(run.study, instance, member, found)
        for member, found in search.bottlenecks(kept)
    )
    return Conflict(constraints, irreducible, tuple(ordered), bottlenecks)


def attainable(
    instance: LocationInstance, member: Member, seconds: float = SECONDS
) -> Shown | None:
    """Return the strictest value of a limit that a plan was shown to keep, with all others held.

    Parameters
    ----------
    instance : LocationInstance
        Its limit is too strict, or as strict as is asked for.
    member : Member
        The limit.
    seconds : float
        Time after which no further question is begun.

    Returns
    -------
    Shown or None
        None where no plan was found in time.
    """
    return _Search(instance, time.perf_counter() + seconds).least_given(member)


def _cost(changed: Mapping[Member, float]) -> float:
    """Return the sum of the shares of limits that are given up."""
    return sum(member.given_up(value) for member, value in changed.items())


@dataclass(frozen=True)
class Shown:
    """New values of limits with a plan that shows that they leave one.

    Attributes
    ----------
    changed : dict of Member to float
        New value of each limit that gives.
    least : float
        Proven least that limits give, in their scales.
    sites : tuple of int
        Indices of the sites of the plan.
    """

    changed: dict[Member, float]
    least: float
    sites: tuple[int, ...]


class _Search:
    """Questions about subsets of the limits of an instance, as long as there is time."""

    def __init__(self, instance: LocationInstance, ends: float) -> None:
        self.instance, self.ends = instance, ends
        self.least = LeastChange(instance)
        self.members = self.least.members
        self.by_program = best_method(instance) == "monolith"

    def _seconds(self) -> float:
        return min(QUESTION, self.ends - time.perf_counter())

    def _ask(self, held: tuple[Member, ...], cost: Mapping[Member, float]) -> Answer:
        """Ask with limits that are neither held nor cost anything left out."""
        free = {member: 0.0 for member in self.members if member not in held}
        return self.least.ask({**free, **cost}, self._seconds())

    def ruled_out(self, seconds: float) -> bool:
        """Tell whether it is proven that no plan keeps all limits."""
        return self.least.ask({}, seconds).status == PROVEN_IMPOSSIBLE

    def minimal(self) -> tuple[tuple[Member, ...], bool]:
        """Return limits that no plan keeps, and whether a plan keeps all but any one of them."""
        kept = self.members
        for member in sorted(self.members, key=lambda one: ORDER.index(one.kind)):
            others = tuple(one for one in kept if one != member)
            answer = self._ask(others, {})
            if answer.status == PROVEN_IMPOSSIBLE:
                kept = others
        shown = True
        for member in kept:
            others = tuple(one for one in kept if one != member)
            shown = shown and (not others or self._searched(others, {}) is not None)
        return kept, shown

    def bottlenecks(self, conflict: tuple[Member, ...]) -> list[tuple[Member, Bottleneck]]:
        """Return the targets that no choice of sites reaches, and what keeps them from it."""
        targets = [member for member in conflict if member.kind == SERVICE]
        found = [(member, self.least.bottleneck(member, self._seconds())) for member in targets]
        return [(member, one) for member, one in found if one is not None]

    def repairs(self, conflict: tuple[Member, ...]) -> list[Shown]:
        """Return what single limits must give, and several together where that is cheaper."""
        found = [self._repair((member,)) for member in conflict]
        shown = [one for one in found if one is not None]
        together = self._repair(self.members, fewest=2)
        if together is not None:
            cheapest = min((_cost(one.changed) for one in shown), default=math.inf)
            if _cost(together.changed) < cheapest - CHEAPER:
                shown.append(together)
        return shown

    def least_given(self, member: Member) -> Shown | None:
        """Return the least that a single limit must give, shown by a plan."""
        choice = self._ask(self.members, {}).choice
        size = None if choice is None else self._searched(self.members, {})
        if size is not None:
            return Shown({}, 0.0, tuple(np.flatnonzero(size >= 0).tolist()))
        return self._repair((member,))

    def _repair(self, giving: tuple[Member, ...], fewest: int = 1) -> Shown | None:
        """Return the least that some limits must give, shown by a plan.

        None where none was found, or where fewer limits give than are asked for.
        """
        answer = self._ask(self.members, dict.fromkeys(giving, 1.0))
        if answer.choice is None:
            return None
        given = {one: value for one, value in answer.choice.given.items() if value > 1e-9}
        if answer.choice.prices is not None and all(one.kind in (SERVICE, CO2) for one in given):
            given = given_in_balance(self.instance, answer.choice, given) or given
        if len(given) < fewest:
            return None
        for attempt in range(max((len(WIDER.get(one.kind, (0,))) for one in given), default=0)):
            if self.ends < time.perf_counter():
                return None
            changed = {one: _beyond(one, value, attempt) for one, value in given.items()}
            size = self._searched(self.members, changed)
            if size is not None:
                if attempt and len(changed) == 1:
                    changed, size = self._in_between(changed, given, attempt, size)
                changed, size = self._with_less_invested(changed, replace(answer.choice, size=size))
                return Shown(changed, answer.choice.cost, tuple(np.flatnonzero(size >= 0)))
        return None

    def _in_between(
        self,
        changed: dict[Member, float],
        given: dict[Member, float],
        attempt: int,
        size: Index,
    ) -> tuple[dict[Member, float], Index]:
        """Return the most demanding target at which a plan is found.

        It lies between the target of an attempt, at which they have one, and that of the attempt
        before.
        """
        ((member, value),) = changed.items()
        if member.kind != SERVICE:
            return changed, size
        steps = round((_beyond(member, given[member], attempt - 1) - value) / STEP)
        some, none = 0, steps
        while none - some > 1 and self.ends > time.perf_counter():
            middle = (some + none) // 2
            trial = {member: round(value + middle * STEP, 6)}
            found = self._searched(self.members, trial)
            if found is None:
                none = middle
            else:
                some, size = middle, found
        return {member: round(value + some * STEP, 6)}, size

    def _with_less_invested(
        self, changed: dict[Member, float], choice: SiteChoice
    ) -> tuple[dict[Member, float], Index]:
        """Return a smaller budget where one was widened: sites are closed or made smaller."""
        size = choice.size
        budget = next((member for member in changed if member.kind == BUDGET), None)
        if budget is None or self.by_program:  # the program finds a plan within the least
            return changed, size
        invest = self.instance.invest_usd
        for site in sorted(np.flatnonzero(size >= 0), key=lambda site: -invest[site, size[site]]):
            for fewer in range(-1, size[site]):
                trial = size.copy()
                trial[site] = fewer
                offered = fewer < 0 or np.isfinite(invest[site, fewer])
                if self._seconds() > 0.0 and offered:
                    found = self._plan(changed, replace(choice, size=trial))
                    if found is not None:
                        size = found
                        break
        opened = np.flatnonzero(size >= 0)
        invested = max(float(invest[opened, size[opened]].sum()), budget.limit)
        smaller = {**changed, budget: min(_rounded_up(invested), changed[budget])}
        if smaller == changed or self._searched(self.members, smaller) is not None:
            return smaller, size
        return changed, choice.size

    def _searched(self, held: tuple[Member, ...], changed: dict[Member, float]) -> Index | None:
        """Return the sizes of a plan that keeps some limits, some of them changed.

        It is looked for as by who asks for a plan within these limits, and knows no sites.
        """
        instance = with_limits(self.instance, held, changed)
        if self.by_program:
            decisions = plan_by_program(instance, max(self._seconds(), 1.0))
        else:
            decisions = searched_plan(instance, max(self._seconds(), 0.1))
        return None if decisions is None else sizes_of(decisions)

    def _plan(self, changed: dict[Member, float], choice: SiteChoice) -> Index | None:
        """Return the sizes of a plan of given sites that keeps all limits, some of them changed."""
        decisions = plan_of_sites(with_limits(self.instance, self.members, changed), choice)
        return None if decisions is None else sizes_of(decisions)


def _beyond(member: Member, given: float, attempt: int) -> float:
    """Return the value of a limit that gives so much, and more with every attempt."""
    if member.kind not in WIDER:
        return 0.0
    wider = WIDER[member.kind]
    more = wider[min(attempt, len(wider) - 1)]
    if member.kind == SERVICE:
        least = math.floor((member.limit - given) / STEP + 1e-6)
        return max(round((least - more) * STEP, 6), 0.0)
    if member.kind == SITES:
        return member.limit + round(given) + more
    return _rounded_up((member.limit + given) * more)


def _rounded_up(value: float) -> float:
    """Return a round amount that is a little more."""
    unit = 10.0 ** math.floor(math.log10(ROUND * value)) if value > 0 else 1.0
    return math.ceil(value / unit - 1e-6) * unit
