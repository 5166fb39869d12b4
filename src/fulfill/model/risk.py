"""Measures of risk: one number for the costs of several possible years.

Each measure here is the largest expectation over a set of weights, its envelope::

    rho(C) = max { sum_s q_s (C_s - best_s) : q in Q }

with ``best = 0`` except for regret. So any weights ``q`` of the set bound the measure from below,
whatever the costs are: that is what the bound of one design for all scenarios is made of.

==========  =====================================================================
expected    ``Q = {p}``, the probabilities
cvar        ``q = (1 - weight) p + weight x``, ``0 <= x <= p / (1 - level)``, ``sum x = 1``:
            ``(1 - weight) E + weight CVaR`` (Rockafellar, Uryasev 2000,
            doi 10.21314/JOR.2000.038)
regret      all weights, and ``best_s`` the least cost of scenario ``s`` alone
==========  =====================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fulfill.model.arrays import Array

EXPECTED, CVAR, REGRET = "expected", "cvar", "regret"
KINDS = (EXPECTED, CVAR, REGRET)


@dataclass(frozen=True)
class RiskMeasure:
    """What is minimised over scenarios.

    Attributes
    ----------
    kind : str
        ``expected``, ``cvar`` or ``regret``.
    level : float
        Of CVaR: the mean over the worst ``1 - level`` of the probability, in [0, 1).
    weight : float
        Part of CVaR beside the expectation, in [0, 1].
    """

    kind: str = EXPECTED
    level: float = 0.0
    weight: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not 0.0 <= self.level < 1.0 or not 0.0 <= self.weight <= 1.0:
            raise ValueError(f"no measure of risk: {self}")

    def __str__(self) -> str:
        """Return the measure as a planner writes it; `parse_risk` reads it back."""
        return f"{CVAR}:{self.level:g}:{self.weight:g}" if self.kind == CVAR else self.kind

    def envelope(self, probability: ArrayLike) -> tuple[Array, Array]:
        """Return the least and the most that each scenario may weigh.

        The envelope is all weights between them with a sum of 1.

        Parameters
        ----------
        probability : (S,)
            Positive, with a sum of 1.

        Returns
        -------
        low, high : ndarray, shape (S,)
        """
        chance = np.asarray(probability, float)
        if self.kind == REGRET:
            return np.zeros(len(chance)), np.ones(len(chance))
        tail = self.weight if self.kind == CVAR else 0.0
        low = (1.0 - tail) * chance
        return low, low + tail * chance / (1.0 - self.level)

    def worst_weights(
        self, cost: ArrayLike, probability: ArrayLike, best: ArrayLike | None = None
    ) -> Array:
        """Return the weights of the envelope that attain the measure.

        Parameters
        ----------
        cost : (S,)
            USD.
        probability : (S,)
            Positive, with a sum of 1.
        best : (S,), optional
            Least cost of each scenario alone, USD; only regret needs it.

        Returns
        -------
        ndarray, shape (S,)
            The worst scenarios weigh the most they may, as far as the sum of 1 allows.
        """
        low, high = self.envelope(probability)
        worst = np.asarray(cost, float)
        if self.kind == REGRET and best is not None:
            worst = worst - np.asarray(best, float)
        order = np.argsort(-worst, kind="stable")
        room = (high - low)[order]
        left = 1.0 - low.sum() - (np.cumsum(room) - room)
        weights = low.copy()
        weights[order] += np.clip(left, 0.0, room)
        return weights

    def value(
        self, cost: ArrayLike, probability: ArrayLike, best: ArrayLike | None = None
    ) -> float:
        """Return the measure of the costs of scenarios, USD; infinite where one has no plan.

        Parameters
        ----------
        cost, probability, best
            See `worst_weights`.
        """
        found = np.asarray(cost, float)
        if not np.isfinite(found).all():
            return float("inf")
        if self.kind == REGRET and best is not None:
            return float((found - np.asarray(best, float)).max())
        return float(self.worst_weights(found, probability) @ found)


def parse_risk(text: str) -> RiskMeasure:
    """Parse ``expected``, ``regret`` or ``cvar:LEVEL:WEIGHT``.

    Parameters
    ----------
    text : str

    Returns
    -------
    RiskMeasure

    Raises
    ------
    ValueError
        For another form, or numbers out of their ranges.
    """
    kind, *numbers = text.strip().split(":")
    if kind == CVAR and len(numbers) == 2:
        return RiskMeasure(CVAR, float(numbers[0]), float(numbers[1]))
    if kind in (EXPECTED, REGRET) and not numbers:
        return RiskMeasure(kind)
    raise ValueError(f"no measure of risk: {text!r}")
