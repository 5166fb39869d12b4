"""One choice for several scenarios, by solving each scenario alone.

With ``y`` the choice of sites and ``C_s(y)`` the cost of the year in scenario ``s``, a measure of
risk ``rho(C) = max_q sum_s q_s (C_s - best_s)`` is bounded from below, for any weights ``q`` of its
envelope and any prices ``w`` with ``sum_s q_s w_s = 0``, by ::

    min_y rho(C(y)) >= sum_s q_s (min_y [C_s(y) + w_s y] - best_s)

Each term is the problem of one scenario with other fixed costs of sites, whose own bound is put in
its place. The choices that the scenarios make alone are tried in all of them; the best is a plan.
``w`` rises where a scenario opens what the others do not (the Lagrangean of non-anticipativity;
Carøe, Schultz 1999, doi 10.1016/S0167-6377(98)00050-9).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np

from fulfill.model.arrays import Array
from fulfill.model.risk import EXPECTED, REGRET, RiskMeasure

Choice = TypeVar("Choice", bound=Hashable)


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
    opened : ndarray
        The choice as numbers of 0 and 1, to be priced.
    """

    choice: Choice
    cost: float
    bound: float
    opened: Array


@dataclass(frozen=True)
class Years(Generic[Choice]):
    """What is asked of the scenarios.

    Attributes
    ----------
    probability : (S,)
        Positive, with a sum of 1.
    alone : callable
        From the prices of choices of each scenario, (S, ...) or None for none, to the best plan of
        each alone.
    costs : callable
        From choices to what each costs in each scenario, (number of choices, S); infinite where it
        has no plan.
    """

    probability: Array
    alone: Callable[[Array | None], list[Alone[Choice]]]
    costs: Callable[[Sequence[Choice]], Array]


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
    first: tuple[Alone[Choice], ...]

    @property
    def gap(self) -> float:
        """Share of the value that another choice could save at most."""
        return max(self.value - self.bound, 0.0) / max(abs(self.value), 1e-9)

    @property
    def number(self) -> int:
        """Place of the choice among those that were tried."""
        return self.choices.index(self.choice)


def one_for_all(
    years: Years[Choice],
    risk: RiskMeasure,
    given: Sequence[Choice] = (),
    most: int = 8,
    rounds: int = 1,
) -> Design[Choice]:
    """Find one choice for all scenarios, with a bound.

    Parameters
    ----------
    years : Years
    risk : RiskMeasure
    given : sequence of Choice
        Choices that are tried in any case.
    most : int
        Number of choices of scenarios that are tried beside them.
    rounds : int
        Times that every scenario is solved alone; from the second on at prices of choices.

    Returns
    -------
    Design

    Raises
    ------
    ValueError
        Where no choice has a plan in every scenario.
    """
    first = years.alone(None)
    choices = list(dict.fromkeys([*given, *_frequent(first, years.probability)[:most]]))
    costs = years.costs(choices)
    design = _best(years, risk, first, choices, costs)
    prices: Array | None = None
    found = first
    for number in range(1, rounds):
        if not design.value > design.bound:
            break
        weights = design.weights
        prices = _raised(found, prices, weights, design.value - design.bound, number)
        found = years.alone(prices)
        bound = _bound(risk, weights, found, first)
        fresh = [one.choice for one in found if one.choice not in choices]
        fresh = list(dict.fromkeys(fresh))[:most]
        if fresh:
            choices, costs = choices + fresh, np.vstack([costs, years.costs(fresh)])
        better = _best(years, risk, first, choices, costs)
        if max(bound, design.bound) >= better.bound:
            better = replace(better, bound=max(bound, design.bound), weights=weights)
        design = better
    return replace(design, bound=min(design.bound, design.value))


def _frequent(found: Sequence[Alone[Choice]], probability: Array) -> list[Choice]:
    """Return the choices of scenarios, those nearest to what most of them open first."""
    opened = np.array([one.opened.ravel() for one in found])
    usual = probability @ opened
    distance = np.abs(opened - usual).sum(axis=1)
    order = np.argsort(distance, kind="stable")
    return list(dict.fromkeys(found[number].choice for number in order))


def _best(
    years: Years[Choice],
    risk: RiskMeasure,
    first: Sequence[Alone[Choice]],
    choices: Sequence[Choice],
    costs: Array,
) -> Design[Choice]:
    """Return the best of the choices that were tried, with the bound of the scenarios alone."""
    least = np.array([one.bound for one in first])  # a regret is at most that against the bounds
    values = np.array([risk.value(row, years.probability, least) for row in costs])
    if not np.isfinite(values).any():
        raise ValueError("no choice has a plan in every scenario")
    number = int(np.argmin(values))
    cheapest = np.array([one.cost for one in first])
    tried = [risk.worst_weights(row, years.probability, cheapest) for row in costs]
    if risk.kind != EXPECTED:
        bounds = np.array([one.bound for one in first])
        tried.append(risk.worst_weights(bounds, years.probability, cheapest))
    bounds_at = [_bound(risk, weights, first, first) for weights in tried]
    at = int(np.argmax(bounds_at))
    return Design(
        choice=choices[number],
        value=float(values[number]),
        bound=max(bounds_at[at], 0.0) if risk.kind == REGRET else bounds_at[at],
        choices=tuple(choices),
        costs=costs,
        values=values,
        weights=tried[at],
        first=tuple(first),
    )


def _bound(
    risk: RiskMeasure,
    weights: Array,
    found: Sequence[Alone[Choice]],
    first: Sequence[Alone[Choice]],
) -> float:
    """Return the bound at weights of the envelope, from scenarios alone at some prices."""
    total = float(weights @ np.array([one.bound for one in found]))
    if risk.kind == REGRET:
        total -= float(weights @ np.array([one.cost for one in first]))
    return total


def _raised(
    found: Sequence[Alone[Choice]],
    prices: Array | None,
    weights: Array,
    gap: float,
    number: int,
) -> Array:
    """Return prices after a step against what scenarios open that the others do not.

    The step is Polyak's towards the value, shortened with every round.
    """
    opened = np.array([one.opened for one in found])
    usual = np.tensordot(weights, opened, axes=1)
    apart = opened - usual
    norm = float(weights @ (apart**2).reshape(len(found), -1).sum(axis=1))
    if norm == 0.0:
        return np.zeros_like(apart) if prices is None else prices
    step = gap / norm / number
    return step * apart if prices is None else prices + step * apart
