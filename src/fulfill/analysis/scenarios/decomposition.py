"""One choice for several scenarios, by solving each scenario alone.

With ``y`` the choice of sites and ``C_s(y)`` the cost of the year in scenario ``s``, a measure of
risk ``rho(C) = max_q sum_s q_s (C_s - best_s)`` is bounded from below, for any weights ``q`` of its
envelope and any prices ``w`` with ``sum_s q_s w_s = 0``, by ::

    min_y rho(C(y)) >= sum_s q_s (min_y [C_s(y) + w_s y] - best_s)

Each term is the problem of one scenario with other fixed costs of sites, whose own bound is put in
its place (the Lagrangean of non-anticipativity; Carøe, Schultz 1999,
doi 10.1016/S0167-6377(98)00050-9). ``w`` and ``q`` come from what the choices that were tried
cost, see `choice_prices`. The choices that scenarios make alone, and those near the best one, are
tried in all of them; the best is a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np

from fulfill.analysis.scenarios.choice_prices import Promise, promising_prices
from fulfill.model.arrays import Array
from fulfill.model.risk import REGRET, RiskMeasure

Choice = TypeVar("Choice", bound=Hashable)
LEAST_GAIN = 0.001
"""Share of the gap that other prices must promise, for the scenarios to be solved again."""
WIDER = 3
"""Radii that are tried before no prices are taken to help."""


@dataclass(frozen=True)
class Alone(Generic[Choice]):
    """The best plan of one scenario by itself.

    Attributes
    ----------
    choice : Choice
        Its sites.
    cost : float
        USD, without prices of choices.
    bound : float
        On the cost and the prices, over all choices.
    """

    choice: Choice
    cost: float
    bound: float


@dataclass(frozen=True)
class Years(Generic[Choice]):
    """What is asked of the scenarios.

    Attributes
    ----------
    probability : (S,)
        Positive, with a sum of 1.
    opened : callable
        From a choice to the numbers of 0 and 1 that are priced, (N,).
    alone : callable
        From the prices of choices of each scenario, (S, N) or None for none, to the best plan of
        each alone.
    costs : callable
        From choices to what each costs in each scenario, (number of choices, S); infinite where it
        has no plan.
    near : callable
        From a choice, and the share of scenarios that open each number alone, (N,), to choices that
        differ little from it, the most promising first.
    """

    probability: Array
    opened: Callable[[Choice], Array]
    alone: Callable[[Array | None], list[Alone[Choice]]]
    costs: Callable[[Sequence[Choice]], Array]
    near: Callable[[Choice, Array], Sequence[Choice]]


@dataclass(frozen=True)
class DesignLimits:
    """Where the search for one choice ends.

    Attributes
    ----------
    gap : float
        Relative gap at which the search ends.
    most : int
        Choices that are tried at a time.
    moves : int
        Times that choices near the best one are tried after each round.
    rounds : int
        Times that every scenario is solved alone; from the second on at prices of choices.
    """

    gap: float = 0.0
    most: int = 8
    moves: int = 1
    rounds: int = 1


@dataclass(frozen=True)
class Design(Generic[Choice]):
    """One choice for all scenarios.

    Attributes
    ----------
    choice : Choice
    value, bound : float
        The measure of risk, and what no choice is below, USD.
    choices : tuple of Choice
        All that were tried.
    costs : (number of choices, S)
        What each costs, USD.
    values : (number of choices,)
        Measure of risk of each.
    weights : (S,)
        Of the envelope, at which the bound was proven.
    prices : (S, N)
        Of choices, at which it was proven.
    first : tuple of Alone
        The scenarios alone, at no prices.
    """

    choice: Choice
    value: float
    bound: float
    choices: tuple[Choice, ...]
    costs: Array
    values: Array
    weights: Array
    prices: Array
    first: tuple[Alone[Choice], ...]

    @property
    def gap(self) -> float:
        """Share of the value that another choice could save at most."""
        return max(self.value - self.bound, 0.0) / max(abs(self.value), 1e-9)


def one_for_all(
    years: Years[Choice],
    risk: RiskMeasure,
    given: Sequence[Choice] = (),
    limits: DesignLimits | None = None,
) -> Design[Choice]:
    """Find one choice for all scenarios, with a bound.

    Parameters
    ----------
    years : Years
    risk : RiskMeasure
    given : sequence of Choice
        Choices that are tried in any case.
    limits : DesignLimits, optional

    Returns
    -------
    Design

    Raises
    ------
    ValueError
        Where no choice has a plan in every scenario.
    """
    search = _Search(years, risk, limits or DesignLimits())
    usual = [one for one in search.of_scenarios(search.first) if one not in given]
    search.try_choices([*given, *list(dict.fromkeys(usual))[: search.limits.most]])
    if not np.isfinite(search.value):
        raise ValueError("no choice has a plan in every scenario")
    search.prove(search.worst_weights(), search.no_prices, search.first)
    if not search.done:
        search.improve(search.first)
        search.prove(search.worst_weights(), search.no_prices, search.first)
    radius = search.value - search.bound
    for _ in range(1, search.limits.rounds):
        if search.done:
            break
        radius, promised = search.next_prices(radius)
        if promised is None:
            break
        found = years.alone(promised.prices)
        better = search.prove(promised.weights, promised.prices, found)
        radius *= 2.0 if better else 0.25
        search.try_choices(search.of_scenarios(found), search.limits.most)
        search.improve(found)
    return search.design()


class _Search(Generic[Choice]):
    """What is known of choices and bounds (mutable, private)."""

    def __init__(self, years: Years[Choice], risk: RiskMeasure, limits: DesignLimits) -> None:
        self.years, self.risk, self.limits = years, risk, limits
        self.first = tuple(years.alone(None))
        self.rounds: list[Sequence[Alone[Choice]]] = []
        self.choices: list[Choice] = []
        self.costs = np.empty((0, len(self.first)))
        self.no_prices = np.zeros((len(self.first), len(years.opened(self.first[0].choice))))
        self.bound, self.weights, self.prices = -np.inf, years.probability, self.no_prices

    @property
    def least(self) -> Array:
        """Lower bound of the cost of each scenario alone, (S,)."""
        return np.array([one.bound for one in self.first])

    @property
    def best(self) -> Array:
        """Least cost that was found of each scenario, (S,)."""
        alone = np.array([[one.cost for one in self.first]])
        least: Array = np.concatenate([alone, self.costs]).min(axis=0)
        return least

    @property
    def values(self) -> Array:
        """Measure of each choice; a regret is that against the bounds."""
        chance = self.years.probability
        return np.array([self.risk.value(row, chance, self.least) for row in self.costs])

    @property
    def value(self) -> float:
        """Measure of the best choice."""
        return float(self.values.min(initial=np.inf))

    @property
    def done(self) -> bool:
        """Whether the gap is reached."""
        return self.value - self.bound <= self.limits.gap * abs(self.value)

    def of_scenarios(self, found: Sequence[Alone[Choice]]) -> list[Choice]:
        """Return the choices of scenarios, those nearest to what most of them open first."""
        opened = np.array([self.years.opened(one.choice) for one in found])
        distance = np.abs(opened - self.years.probability @ opened).sum(axis=1)
        return [found[number].choice for number in np.argsort(distance, kind="stable")]

    def try_choices(self, choices: Sequence[Choice], most: int | None = None) -> None:
        """Find out what the first of some choices cost that have not been tried."""
        fresh = [one for one in dict.fromkeys(choices) if one not in self.choices][:most]
        if fresh:
            self.costs = np.vstack([self.costs, self.years.costs(fresh)])
            self.choices += fresh

    def improve(self, found: Sequence[Alone[Choice]]) -> None:
        """Try choices near the best one, as long as they are better."""
        usual = self.years.probability @ [self.years.opened(one.choice) for one in found]
        for _ in range(self.limits.moves):
            before = self.value
            nearest = self.years.near(self.choices[int(np.argmin(self.values))], usual)
            self.try_choices(nearest, self.limits.most)
            if not self.value < before:
                break

    def worst_weights(self) -> Array:
        """Return the weights, among those worst for some choice, that give the highest bound."""
        chance = self.years.probability
        rows = [*self.costs[np.isfinite(self.costs).all(axis=1)], self.least]
        tried = [self.risk.worst_weights(row, chance, self.best) for row in rows]
        return max(tried, key=lambda weights: float(weights @ self._above(self.least)))

    def prove(self, weights: Array, prices: Array, found: Sequence[Alone[Choice]]) -> bool:
        """Keep a bound if it is the best; tell whether it is."""
        self.rounds.append(found)
        bound = float(weights @ self._above(np.array([one.bound for one in found])))
        if bound <= self.bound:
            return False
        self.bound, self.weights, self.prices = bound, weights, prices
        return True

    def known(self) -> tuple[Array, Array]:
        """Return the known choices as numbers, and what they cost as the measure takes it.

        Of what a scenario chose alone, the cost in this scenario is known, if nothing else.
        """
        every = [*self.choices, *(one.choice for found in self.rounds for one in found)]
        own = np.eye(len(self.first), dtype=bool)
        alone = [np.where(own, [one.cost for one in found], np.inf) for found in self.rounds]
        costs = self._above(np.vstack([self.costs, *alone]))
        return np.array([self.years.opened(choice) for choice in every]), costs

    def expected_bound(self) -> float:
        """Return what the weights and prices of the best bound would prove for known choices."""
        opened, costs = self.known()
        return float(self.weights @ (costs + opened @ self.prices.T).min(axis=0))

    def next_prices(self, radius: float) -> tuple[float, Promise | None]:
        """Return prices that promise a higher bound, and their radius; None where none do."""
        least = self.expected_bound() + LEAST_GAIN * (self.value - self.bound)
        for _ in range(WIDER):
            promise = self.promising(radius)
            if promise.bound > least:
                return radius, promise
            radius *= 4.0
        return radius, None

    def promising(self, radius: float) -> Promise:
        """Return the prices and weights that promise the highest bound."""
        opened, costs = self.known()
        disputed = np.flatnonzero(np.ptp(opened, axis=0) > 0)
        envelope = self.risk.envelope(self.years.probability)
        promise = promising_prices(
            opened[:, disputed], costs, envelope, self.prices[:, disputed], radius
        )
        prices = self.no_prices.copy()
        prices[:, disputed] = promise.prices
        return replace(promise, prices=prices)

    def design(self) -> Design[Choice]:
        """Return the best choice with the best bound."""
        values, costs = self.values, self.costs
        number = int(np.argmin(values))
        known = 0.0 if self.risk.kind == REGRET else -np.inf  # no regret is negative
        return Design(
            choice=self.choices[number],
            value=float(values[number]),
            bound=min(max(self.bound, known), float(values[number])),
            choices=tuple(self.choices),
            costs=costs,
            values=values,
            weights=self.weights,
            prices=self.prices,
            first=self.first,
        )

    def _above(self, costs: Array) -> Array:
        """Return costs as the measure takes them: for regret, above the best of each scenario."""
        return costs - self.best if self.risk.kind == REGRET else costs
