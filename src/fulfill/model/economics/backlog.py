"""Waiting at a site whose busy weekdays bring more orders than a day can handle.

Orders are a fluid: what a day cannot handle waits for the next,

    B_d = max(0, B_{d-1} + a_d r - 1)

with the weights a_d of weekdays (mean one), the utilisation r, and amounts in orders over the
orders a day can handle. A night of waiting counts as a day. The lead time of an order contains the
days until dispatch s, so that one that waits n nights is max(0, n - s) days late. All days late
together are a convex, piecewise linear function of r: each of its pieces is a part of the capacity
with a delay of its own, the slope of the function, and the pieces fill in their order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PIECE = ":"
"""Stands between the name of a band and the number of its piece, from the second on."""


@dataclass(frozen=True)
class DelayPieces:
    """Parts of the capacity of a band, in the order in which they fill.

    Attributes
    ----------
    share : (n_pieces,)
        Share of the capacity of the band; they add up to one.
    delay_days : (n_pieces,)
        Days late that one more order adds, its own and those of the orders behind it. They never
        fall.
    """

    share: Array
    delay_days: Array


def delay_pieces(weights: Array, allowed_days: float) -> DelayPieces:
    """Return the pieces of a band, from the orders of each weekday.

    Parameters
    ----------
    weights : (7,)
        Orders of each weekday over those of the mean day.
    allowed_days : float
        Days that an order may wait without being late.

    Returns
    -------
    DelayPieces
    """
    ends = _kinks(weights)
    starts = np.append(0.0, ends[:-1])
    slopes = np.array([_days_late(weights, allowed_days, (a + b) / 2.0)[1]
                       for a, b in zip(starts, ends, strict=True)])  # fmt: skip
    first = np.append(True, np.diff(slopes) > 1e-12)
    return DelayPieces(np.add.reduceat(ends - starts, np.flatnonzero(first)), slopes[first])


def days_late(weights: Array, allowed_days: float, utilisation: float) -> float:
    """Return the mean days that orders are late.

    Parameters
    ----------
    weights : (7,)
        See `delay_pieces`.
    allowed_days : float
        See `delay_pieces`.
    utilisation : float
        Orders over capacity, above zero and at most one.
    """
    return _days_late(weights, allowed_days, utilisation)[0] / utilisation


def _days_late(weights: Array, allowed_days: float, utilisation: float) -> tuple[float, float]:
    """Return the days late a day, and their derivative, over the orders a day can handle."""
    total = slope = waiting = growth = 0.0
    for number, weight in enumerate(np.tile(weights, 2)):
        waiting, growth = waiting + weight * utilisation - 1.0, growth + weight
        if waiting <= 0.0:
            waiting = growth = 0.0
        if number < len(weights):  # the first week finds no backlog of the week before
            continue
        # what is left of those that wait tonight after so many more days has waited as many nights
        for more in range(int(np.ceil(waiting))):
            late = min(max(more + 1.0 - allowed_days, 0.0), 1.0)
            total += late * (waiting - more)
            slope += late * growth
    return total / len(weights), slope / len(weights)


def _kinks(weights: Array) -> Array:
    """Return the utilisations up to one at which the slope may change, one the last, ascending.

    There the orders of some consecutive days are as many as a whole number of days can handle.
    """
    number = len(weights)
    running = np.cumsum(np.append(0.0, np.tile(weights, 2)))
    sums = np.array([running[n : n + number] - running[:number] for n in range(1, number + 1)])
    # days with fewer orders than one can handle have no such utilisation
    busy = np.maximum(sums.ravel()[:, None], 1.0)
    ratios = np.arange(1, number + 1) / busy
    return np.append(np.unique(ratios[ratios < 1.0 - 1e-9]), 1.0)
