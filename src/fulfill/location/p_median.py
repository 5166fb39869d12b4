"""The p-median problem: p places that serve all zones at least total cost, with a bound.

Vertex substitution (Teitz and Bart, Operations Research 16, 1968), all swaps evaluated at once in
the manner of Resende and Werneck (Networks 49, 2007), and the Lagrangian bound with the assignment
of zones relaxed (Cornuejols, Fisher and Nemhauser, Management Science 23, 1977).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfill.model.arrays import Array, Index

ITERATIONS = 400
"""Steps of the multipliers."""
PATIENCE = 20
"""Steps without a better bound after which the step length is halved."""
SMALLEST_STEP = 1e-3
LEAST_SCALE = 1e-3
"""Smallest scale of the step of a zone, over the mean price."""
NEAR = 1.05
"""Cost of the places of a bound, over that of the best known, up to which swaps are tried."""
PROVEN = 1e-6
"""Relative gap at which the places are optimal."""


@dataclass(frozen=True, eq=False)
class Median:
    """Chosen places.

    Attributes
    ----------
    chosen : ndarray of int, shape (p,)
        Places, ascending.
    serves : ndarray of int, shape (n_zones,)
        The chosen place of each zone.
    cost, bound : float
        Total cost, and what no choice of p places costs less than.
    """

    chosen: Index
    serves: Index
    cost: float
    bound: float


def p_median(cost: Array, number: int) -> Median:
    """Choose places that serve every zone at least total cost.

    Parameters
    ----------
    cost : ndarray, shape (n_places, n_zones)
        Cost of serving the whole of a zone from a place, finite and not negative.
    number : int
        Places to choose, p; from 1 to ``n_places``.

    Returns
    -------
    Median
        By the same cost always the same places.

    Raises
    ------
    ValueError
        For a number of places out of range, or a cost that is not finite.
    """
    if not 1 <= number <= len(cost):
        raise ValueError(f"{number} of {len(cost)} places cannot be chosen")
    if not np.isfinite(cost).all():
        raise ValueError("costs are finite")
    best = _swapped(cost, _greedy(cost, number))
    best, bound = _ascended(cost, best)
    serves = best[cost[best].argmin(axis=0)]
    total = _total(cost, best)
    return Median(np.sort(best), serves, total, min(bound, total))


def _total(cost: Array, chosen: Index) -> float:
    return float(cost[chosen].min(axis=0).sum())


def _greedy(cost: Array, number: int) -> Index:
    """Return places chosen one after the other, each the one that lowers the cost most."""
    nearest = np.full(cost.shape[1], np.inf)
    chosen: list[int] = []
    for _ in range(number):
        totals = np.minimum(cost, nearest).sum(axis=1)
        totals[chosen] = np.inf
        chosen.append(int(totals.argmin()))
        nearest = np.minimum(nearest, cost[chosen[-1]])
    return np.array(chosen)


def _swapped(cost: Array, chosen: Index) -> Index:
    """Return places after the best swaps, one at a time, until none lowers the cost."""
    chosen = chosen.copy()
    zones = np.arange(cost.shape[1])
    while True:
        own = cost[chosen]
        first = own.argmin(axis=0)
        nearest = own[first, zones]
        own[first, zones] = np.inf
        second = own.min(axis=0)
        # what a zone costs if a place is added; and, if its nearest place is closed too
        added = np.minimum(cost, nearest)
        closed = np.minimum(cost, second) - added
        served = (first[:, None] == np.arange(len(chosen))).astype(float)
        change = (added - nearest).sum(axis=1)[:, None] + closed @ served
        change[chosen] = np.inf
        place, leaves = np.unravel_index(int(change.argmin()), change.shape)
        if change[place, leaves] >= -PROVEN * max(nearest.sum(), 1.0):
            return chosen
        chosen[leaves] = place


def _ascended(cost: Array, best: Index) -> tuple[Index, float]:
    """Return the best places found and the best bound, by subgradient steps.

    Steps are scaled by the prices that they begin with, since zones differ in size by orders of
    magnitude.
    """
    number, upper = len(best), _total(cost, best)
    price = _first_prices(cost, best)
    scale = np.maximum(price, price.mean() * LEAST_SCALE)
    held, bound, step, idle = price, -np.inf, 2.0, 0
    for _ in range(ITERATIONS):
        reduced = np.minimum(cost - price, 0.0)
        worth = reduced.sum(axis=1)
        chosen = np.argpartition(worth, number - 1)[:number]
        value = float(price.sum() + worth[chosen].sum())
        if value > bound:
            bound, held, idle = value, price, 0
            if _total(cost, chosen) < upper * NEAR:
                better = _swapped(cost, chosen)
                if _total(cost, better) < upper:
                    best, upper = better, _total(cost, better)
        else:
            idle += 1
        if idle == PATIENCE:
            step, idle, price = step / 2, 0, held
            continue
        unserved = 1.0 - (reduced[chosen] < 0).sum(axis=0)
        norm = float((scale * unserved) @ unserved)
        if upper - bound <= PROVEN * upper or step < SMALLEST_STEP or norm == 0:
            break
        price = price + step * (upper - value) / norm * scale * unserved
    return best, bound


def _first_prices(cost: Array, chosen: Index) -> Array:
    """Return for each zone the middle of what its nearest and second nearest place cost.

    The second may be out of the question, so that it counts at most the mean cost more.
    """
    own = np.sort(cost[chosen], axis=0)
    further = own[min(1, len(own) - 1)] - own[0]
    return np.asarray(own[0] + np.minimum(further / 2, own[0].mean()))
