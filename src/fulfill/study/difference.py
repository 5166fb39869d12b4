"""The difference of two optima, of which a plan and a bound are known each.

Each search leaves an interval for its optimum: from its bound to the cost of its plan. The
difference B - A of two optima therefore lies between bound(B) - cost(A) and cost(B) - bound(A).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fulfill.study.language import translated as _
from fulfill.study.vocabulary import money

ROUNDING = 1e-9
"""Share of the costs up to which a difference counts as none."""


@dataclass(frozen=True)
class Difference:
    """How much the optimum of one question lies above that of another.

    Attributes
    ----------
    low, high : float
        Ends of the interval, USD a year; infinite where a bound is not known.
    rounding : float
        USD a year up to which a difference is rounding.
    """

    low: float
    high: float
    rounding: float = 0.0

    @property
    def distinguishable(self) -> bool:
        """Whether the interval leaves no doubt which optimum is the larger."""
        return self.low > self.rounding or self.high < -self.rounding

    @property
    def record(self) -> dict[str, Any]:
        """The interval by the keys of `question_outputs.INTERVAL`."""
        return {
            "difference_low_usd": self.low,
            "difference_high_usd": self.high,
            "distinguishable": self.distinguishable,
        }

    def __str__(self) -> str:
        """Return the difference in words, in the language of the context."""
        if not np.isfinite(self.low) or not np.isfinite(self.high):
            return _("How far the optima lie apart is not known, since a bound is missing.")
        low, high = money(self.low), money(self.high)
        if low == high:
            text = _("The optima differ by {low} a year.")
        elif self.distinguishable:
            text = _("The optima differ by {low} to {high} a year, beyond doubt.")
        else:
            text = _(
                "Not distinguishable: the optima may differ by {low} to {high} a year, so the gaps "
                "of the plans are larger than what is between them."
            )
        return text.format(low=low, high=high)


def difference(
    before: tuple[float, float], after: tuple[float, float], *, restricted: bool = False
) -> Difference:
    """Return how much the optimum of a question lies above that of an earlier one.

    Parameters
    ----------
    before, after : (float, float)
        Cost of the plan and its bound, USD a year.
    restricted : bool
        Whether every plan of the second question is one of the first too: its optimum is then no
        smaller, and its plan is one of the first question too.

    Returns
    -------
    Difference
    """
    cost, bound = before
    new_cost, new_bound = after
    if restricted:
        new_bound, cost = max(bound, new_bound), min(cost, new_cost)
    low, high = new_bound - cost, new_cost - bound
    if restricted:
        low = max(low, 0.0)
    return Difference(low, high, ROUNDING * max(abs(cost), abs(new_cost)))
