"""Expected cost against the mean of the worst years: the best choice at each weight of CVaR.

With ``E`` the expected cost of a choice and ``C`` its CVaR, the choice of a weight ``w`` minimises
``(1 - w) E + w C``. What scenarios choose alone and what choices cost does not depend on the
weight, so each is found out once. Three laws hold, because the least value is concave in the weight
and never falls with it:

- along the weights the expected cost of the best choice never falls, and its CVaR never rises;
- a bound holds for all larger weights, and on a line between bounds of two weights a bound lies;
- no choice with a CVaR of at most ``c`` has less expected cost than
  ``max_w (bound(w) - w c) / (1 - w)``.

Weights find the choices on the lower hull of expected cost and CVaR; choices that no weight favours
lie above it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, pairwise
from typing import Generic, TypeVar

import numpy as np

from fulfill.analysis.scenarios.decomposition import Alone, DesignLimits, Years, one_for_all
from fulfill.model.arrays import Array, Index
from fulfill.model.risk import CVAR, RiskMeasure
from fulfill.study.difference import Difference, difference

Choice = TypeVar("Choice", bound=Hashable)


@dataclass(frozen=True, eq=False)
class RiskCurve(Generic[Choice]):
    """The best of some choices at each weight of CVaR.

    Attributes
    ----------
    level : float
        Of CVaR: the mean over the worst ``1 - level`` of the probability.
    weights : (W,)
        Of CVaR beside the expectation, in [0, 1], rising.
    probability : (S,)
    choices : tuple of Choice
        All that were tried.
    costs : (K, S)
        What each costs in each scenario, USD; infinite without a plan. One has a plan in all.
    proven : (W,)
        At each weight no choice has a lower value, USD.
    """

    level: float
    weights: Array
    probability: Array
    choices: tuple[Choice, ...]
    costs: Array
    proven: Array

    @cached_property
    def expected(self) -> Array:
        """Expected cost of each choice, (K,), USD; infinite where a scenario has no plan."""
        return self._measured(0.0)

    @cached_property
    def cvar(self) -> Array:
        """CVaR of each choice, (K,), USD; infinite where a scenario has no plan."""
        return self._measured(1.0)

    def _measured(self, weight: float) -> Array:
        risk = RiskMeasure(CVAR, self.level, weight)
        return np.array([risk.value(row, self.probability) for row in self.costs])

    @cached_property
    def efficient(self) -> Index:
        """Choices that none is better than in both measures, the least expected cost first."""
        order = np.lexsort((self.cvar, self.expected))
        least = np.minimum.accumulate(np.r_[np.inf, self.cvar[order]])
        found: Index = order[self.cvar[order] < least[:-1]]
        return found

    @cached_property
    def best(self) -> tuple[int, ...]:
        """The best choice at each weight."""
        expected, cvar = self.expected[self.efficient], self.cvar[self.efficient]
        found, place = [], 0
        for weight in self.weights:
            values = (1.0 - weight) * expected + weight * cvar
            # later ones only: of two choices that are equal but for rounding none comes twice
            place += int(values[place:].argmin())
            found.append(int(self.efficient[place]))
        return tuple(found)

    @property
    def values(self) -> Array:
        """Value of the best choice at each weight, (W,), USD."""
        best = list(self.best)
        value: Array = (1.0 - self.weights) * self.expected[best] + self.weights * self.cvar[best]
        return value

    @property
    def bounds(self) -> Array:
        """What no choice is below at each weight, (W,), USD."""
        return np.minimum(self.proven, self.values)

    def least_expected(self, cvar: float) -> float:
        """Return what no choice costs less on average that has a CVaR of at most so much.

        Parameters
        ----------
        cvar : float
            USD.

        Returns
        -------
        float
            USD.
        """
        below = self.weights < 1.0
        weights, bounds = self.weights[below], self.bounds[below]
        return float(((bounds - weights * cvar) / (1.0 - weights)).max(initial=-np.inf))

    @property
    def steps(self) -> tuple[Difference | None, ...]:
        """What keeping the CVaR of each point costs on average, more than keeping that before.

        None for the first point, and where the choice is that of the point before.
        """
        found: list[Difference | None] = [None]
        for before, after in pairwise(self.best):
            ends = [
                (float(self.expected[one]), self.least_expected(float(self.cvar[one])))
                for one in (before, after)
            ]
            found.append(None if before == after else difference(*ends, restricted=True))
        return tuple(found)

    @property
    def avoided(self) -> Array:
        """CVaR that each point has less than the point before, (W,), USD; NaN for the first."""
        cvar = self.cvar[list(self.best)]
        found: Array = np.r_[np.nan, cvar[:-1] - cvar[1:]]
        return found


def trace_curve(
    years: Years[Choice],
    level: float,
    weights: Sequence[float],
    given: Sequence[Choice] = (),
    limits: DesignLimits | None = None,
) -> RiskCurve[Choice]:
    """Search for the best choice at each weight of CVaR.

    Parameters
    ----------
    years : Years
        Asked once for what scenarios choose alone, and once for the costs of each choice.
    level : float
        Of CVaR.
    weights : sequence of float
        Of CVaR beside the expectation, in [0, 1], rising.
    given : sequence of Choice
        Choices that are tried in any case.
    limits : DesignLimits, optional
        Of the search at each weight.

    Returns
    -------
    RiskCurve

    Raises
    ------
    ValueError
        Where no choice has a plan in every scenario.
    """
    tried = _Tried(years)
    bounds = []
    for weight in weights:
        risk = RiskMeasure(CVAR, level, weight)
        begin = list(dict.fromkeys([*given, *tried.best(risk)]))
        bounds.append(one_for_all(tried.years, risk, begin, limits).bound)
    return RiskCurve(
        level=level,
        weights=np.array(weights, float),
        probability=years.probability,
        choices=tuple(tried.costs),
        costs=np.array(list(tried.costs.values())),
        proven=proven(np.array(weights, float), np.array(bounds)),
    )


def proven(weights: Array, bounds: Array) -> Array:
    """Return what bounds at some weights prove at each of them.

    Parameters
    ----------
    weights : (W,)
        Rising.
    bounds : (W,)
        USD.

    Returns
    -------
    ndarray, shape (W,)
        The least concave curve above the bounds that never falls, USD.
    """
    rising = np.maximum.accumulate(bounds)
    found = rising.copy()
    for left, right in combinations(range(len(weights)), 2):
        inside = slice(left, right + 1)
        line = np.interp(weights[inside], weights[[left, right]], rising[[left, right]])
        found[inside] = np.fmax(found[inside], line)
    return found


class _Tried(Generic[Choice]):
    """What was asked of the scenarios before, so that nothing is asked twice (mutable, private)."""

    def __init__(self, years: Years[Choice]) -> None:
        self.asked = years
        self.first: list[Alone[Choice]] = []
        self.costs: dict[Choice, Array] = {}
        self.years = replace(years, alone=self._alone, costs=self._costs)

    def best(self, risk: RiskMeasure) -> list[Choice]:
        """Return the best choice that was tried, none before any was."""
        chance = self.asked.probability
        values = {one: risk.value(costs, chance) for one, costs in self.costs.items()}
        return [min(values, key=values.__getitem__)] if values else []

    def _alone(self, prices: Array | None) -> list[Alone[Choice]]:
        if prices is not None:
            return self.asked.alone(prices)
        self.first = self.first or self.asked.alone(None)
        return self.first

    def _costs(self, choices: Sequence[Choice]) -> Array:
        fresh = [one for one in choices if one not in self.costs]
        if fresh:
            self.costs |= dict(zip(fresh, self.asked.costs(fresh), strict=True))
        return np.array([self.costs[one] for one in choices])
