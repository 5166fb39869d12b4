"""Two-stage location under risk by Benders decomposition, over all choices of sites.

First stage: sites ``y``, 0 or 1, at cost ``f y``. Second stage: cost ``C_s(y)`` of scenario ``s``.
A measure of risk is ``max_q sum_s q_s C_s(y)`` over its envelope of weights ``q``, so with lower
bounds ``C_s(y) >= a_s + b_s y`` that hold for every ``y``, each ``q`` gives a cut::

    f y + risk(C(y))  >=  f y + sum_s q_s (a_s + b_s y)

The weights are the worst ones at the choice whose bound is least, one cut a round for all scenarios
(J. F. Benders (1962), doi 10.1007/BF01386316; R. M. Van Slyke, R. Wets (1969), doi
10.1137/0117061). A choice whose bound is least again after its own cut is settled: its second
stage is solved exactly, and it is taken out of the list.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from fulfill.location.stochastic.site_sets import SiteSets, members
from fulfill.model.arrays import Array, Mask
from fulfill.model.risk import REGRET, RiskMeasure

OPTIMAL, LIMIT, INFEASIBLE = "optimal", "limit", "infeasible"


class Relaxed(NamedTuple):
    """Second stages at a choice of sites.

    Attributes
    ----------
    cost : ndarray, shape (S,)
        Cost of each scenario as relaxed, USD; it only tells which scenarios weigh most.
    upper : ndarray, shape (S,)
        Cost of a plan of each scenario, USD; infinite where none is known.
    duals : ndarray, shape (S, ...)
        What the cut of each scenario is made of.
    """

    cost: Array
    upper: Array
    duals: Array


class Cut(NamedTuple):
    """``constant + slope y`` bounds the weighted costs of the scenarios from below for every y.

    Attributes
    ----------
    constant : float
    slope : ndarray, shape (n_sites,)
    terms : int
        How many numbers were added up, for the error of rounding.
    """

    constant: float
    slope: Array
    terms: int


class Recourse(Protocol):
    """The second stage of a two-stage problem.

    Attributes
    ----------
    fixed : ndarray, shape (n_sites,)
        Cost of each site, USD.
    probability : ndarray, shape (S,)
    """

    fixed: Array
    probability: Array

    def rows(self) -> list[tuple[Array, float]]:
        """Return weights and the least sum of them that chosen sites must have, by rule."""
        ...

    def relax(self, opened: Mask) -> Relaxed:
        """Bound every scenario at a choice of sites."""
        ...

    def cut(self, duals: Array, weights: Array) -> Cut:
        """Return a cut from the duals of the scenarios, weighted."""
        ...

    def settle(self, opened: Mask) -> tuple[Array, Array]:
        """Return lower and upper bounds of the scenarios' costs, as exact as they can be had."""
        ...


@dataclass(frozen=True)
class StochasticSolution:
    """A choice of sites, and what is proven about it.

    Attributes
    ----------
    opened : tuple of int
        Sites of the best choice found.
    objective, bound : float
        Its cost and a lower bound of every choice's, USD.
    status : str
        ``optimal`` within the gap asked for, ``infeasible``, or ``limit``: time ran out, or the gap
        is below the rounding of the second stage.
    rounds, settled : int
        Cuts made; choices whose second stages were solved exactly after the cuts.
    """

    opened: tuple[int, ...]
    objective: float
    bound: float
    status: str
    rounds: int
    settled: int

    @property
    def gap(self) -> float:
        """``(objective - bound) / |objective|``."""
        if not math.isfinite(self.objective):
            return math.inf
        return (self.objective - self.bound) / max(abs(self.objective), 1e-12)


def solve_two_stages(
    recourse: Recourse, risk: RiskMeasure, gap: float = 1e-4, time_limit: float = math.inf
) -> StochasticSolution:
    """Choose sites at least fixed cost plus risk of the cost of the scenarios.

    Parameters
    ----------
    recourse : Recourse
    risk : RiskMeasure
        Expectation or CVaR.
    gap : float
        Relative gap at which to stop.
    time_limit : float
        Seconds; looked at between rounds, of which at least one is made.

    Returns
    -------
    StochasticSolution

    Raises
    ------
    ValueError
        For regret, which needs the best cost of each scenario; where there are too many sites.
    """
    if risk.kind == REGRET:
        raise ValueError("regret needs the best cost of each scenario: expectation or CVaR only")
    begun = time.perf_counter()
    search = _Search(recourse, risk)
    while not search.closed(gap):
        search.round()
        if time.perf_counter() - begun > time_limit:
            break
    return search.solution(gap)


class _Search:
    """The state of a search (mutable)."""

    def __init__(self, recourse: Recourse, risk: RiskMeasure) -> None:
        self.recourse, self.risk = recourse, risk
        self.sets = SiteSets(len(recourse.fixed))
        for weights, least in recourse.rows():
            self.sets.exclude(weights, least)
        self.best, self.objective = -1, math.inf
        self.cut_at: set[int] = set()
        self.settled = 0

    def closed(self, gap: float) -> bool:
        """Whether the best choice is proven to the gap, or no other choice can raise the bound."""
        left = float(self.sets.bounds.min())
        if left >= self.sets.settled or left == math.inf:
            return True
        if math.isinf(self.objective):
            return False
        return self.objective - self.sets.bound <= gap * abs(self.objective)

    def round(self) -> None:
        """Cut at the choice of least bound, or settle it where it has had its cut."""
        number = self.sets.best()
        opened = members(number, self.sets.n_sites)
        if number in self.cut_at:
            self._settle(number, opened)
            return
        found = self.recourse.relax(opened)
        self._offer(number, opened, found.upper)
        weights = self.risk.worst_weights(found.cost, self.recourse.probability)
        cut = self.recourse.cut(found.duals, weights)
        self.sets.cut(cut.constant, self.recourse.fixed + cut.slope, cut.terms)
        self.cut_at.add(number)

    def _settle(self, number: int, opened: Mask) -> None:
        """Solve the second stages of a choice exactly, and take it out of the list."""
        lower, upper = self.recourse.settle(opened)
        self._offer(number, opened, upper)
        proven = self.risk.value(lower, self.recourse.probability)
        self.sets.settle(number, proven + float(self.recourse.fixed[opened].sum()))
        self.settled += 1

    def _offer(self, number: int, opened: Mask, costs: Array) -> None:
        """Keep a choice if it costs less than the best one."""
        usd = self.risk.value(costs, self.recourse.probability)
        usd += float(self.recourse.fixed[opened].sum())
        if usd < self.objective:
            self.best, self.objective = number, usd

    def solution(self, gap: float) -> StochasticSolution:
        """Return what is known, and whether it is proven to a gap."""
        bound = min(self.sets.bound, self.objective)
        if math.isinf(self.objective):
            status = INFEASIBLE if bound == math.inf else LIMIT
            return StochasticSolution((), math.inf, bound, status, len(self.cut_at), self.settled)
        proven = self.objective - bound <= gap * abs(self.objective)
        return StochasticSolution(
            tuple(members(self.best, self.sets.n_sites).nonzero()[0].tolist()),
            self.objective,
            bound,
            OPTIMAL if proven else LIMIT,
            len(self.cut_at),
            self.settled,
        )
