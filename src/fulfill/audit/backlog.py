"""Second reading of the wait of orders at sites on busy weekdays, without code of the model.

The backlog at the end of a day is the largest excess of any row of days that ends with it: the
orders of these days over what they can handle. The model follows the backlog from day to day
instead.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.daily_profile import weekday_weights
from fulfill.inputs.problem import Problem

Array = NDArray[np.float64]
WEEK = 7


def delay_steps(problem: Problem) -> tuple[Array, Array] | None:
    """Return `steps_of_week` for a problem, None where its network has no daily profile."""
    weights = weekday_weights(problem.network["daily_profile"])
    if weights is None:
        return None
    return steps_of_week(weights, problem.network.parameters["local_dispatch_days"])


def steps_of_week(weights: Array, free: float) -> tuple[Array, Array]:
    """Return how the delay of one more order in a band grows with its use.

    Parameters
    ----------
    weights : (7,)
        Orders of each weekday over those of the mean day.
    free : float
        Days of waiting that do not make an order late.

    Returns
    -------
    share, delay_days : (n_steps,) arrays
        Shares of the capacity of a band in the order of use, and the days late that an order of
        each adds.
    """
    # orders of each row of up to a week of days, as n[length, last day]
    days = np.arange(1, WEEK + 1)
    rows = np.array([[sum(weights[(last - back) % WEEK] for back in range(length))
                      for last in range(WEEK)] for length in days])  # fmt: skip
    # the share of capacity at which such a row leaves some whole days of work behind it;
    # rows with less than the work of a day never do
    marks = np.unique(np.round(days[:, None, None] / np.maximum(rows, 1.0), 12))
    marks = np.concatenate([[0.0], marks[marks < 1.0], [1.0]])
    middle = (marks[1:] + marks[:-1]) / 2.0
    return np.diff(marks), np.array([_growth(rows, use, free) for use in middle])


def _growth(rows: Array, use: float, free: float) -> float:
    """Return the days late that one more order adds at a share of the capacity in use."""
    excess = use * rows - np.arange(1, WEEK + 1)[:, None]
    longest = excess.argmax(axis=0)
    last = np.arange(WEEK)
    backlog, orders = excess[longest, last], rows[longest, last]
    nights = np.arange(1, WEEK + 1)
    # who still waits after so many nights is late by what of the night is not free
    late = np.clip(nights - free, 0.0, 1.0)
    waits = backlog[:, None] > nights - 1
    return float((waits * late * orders[:, None]).sum()) / WEEK
