"""The decisions of a plan as index arrays, and its proven quality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfill.model.arrays import Array, Index

OPTIMAL, FEASIBLE, INFEASIBLE, NO_PLAN = "OPTIMAL", "FEASIBLE", "INFEASIBLE", "NO_PLAN"
OPTIMAL_GAP = 1e-4
"""A plan is called OPTIMAL only at this relative gap or less, whatever a solver calls it."""
BASELINE = "BASELINE"
"""Status of a present network, which is priced as it is and not optimised."""
NO_BOUND = "none"
"""Kind of bound where nothing was optimised."""
PROVEN, TIME_LIMIT, INTERRUPTED, EXHAUSTED = "proven", "time_limit", "interrupted", "exhausted"
"""Why a search ended: the gap asked for (or that there is no plan) was proven, time was up, Ctrl-C
was pressed, or the method had nothing left to try."""
POOR_GAP = 0.02
"""A larger gap than this is pointed out, unless it was asked for."""


@dataclass(frozen=True, repr=False)
class Decisions:
    """What is decided, in the index arrays of an instance.

    Attributes
    ----------
    opened : (n_sites, n_sizes) 0/1
    stocked : (n_products, n_countries) 0/1
    lane, product, period : (n_flows,)
        Indices of lane, product and period of each flow.
    orders : (n_flows,)
        Potential orders served.
    inbound : (n_routes, n_products, n_periods)
        Orders brought in; empty where an instance has no routes.
    """

    opened: Array
    stocked: Array
    lane: Index
    product: Index
    period: Index
    orders: Array
    inbound: Array

    def __repr__(self) -> str:
        n_open = int((self.opened > 0.5).any(axis=1).sum())
        return (
            f"Decisions({n_open} of {len(self.opened)} sites open, {len(self.lane)} flows, "
            f"{len(self.inbound)} routes)"
        )


@dataclass(frozen=True)
class Outcome:
    """How a plan was found and how good it is proven to be.

    Attributes
    ----------
    status : str
        OPTIMAL, FEASIBLE, INFEASIBLE, NO_PLAN or BASELINE.
    objective, bound : float
        USD a year, a cost in which goods and revenue cancel.
    bound_kind : str
        ``certified``, ``solver``, or `NO_BOUND` of a baseline.
    bound_of : str
        The instance that the bound holds for, in words.
    seconds : float
        Time to build and solve.
    merging_usd : float or None
        What the sites cost more at full resolution than the merged plan says; None where no zones
        were merged.
    conditions : tuple of str
        What the study imposes, in words: cost and bound hold under these conditions only.
    ended_by : str
        Why the search ended: PROVEN, TIME_LIMIT, INTERRUPTED or EXHAUSTED.
    cut_by_clock : bool
        Whether the time limit ended the search or one of its stages: another machine may then
        return another plan.
    wall_seconds : float
        Time from the first step to the audited plan, compilation of kernels included.
    mail_only_usd : float or None
        Cost of a plan that mails every order worth mailing, USD a year; None where mail is no
        channel.
    """

    status: str
    objective: float
    bound: float
    bound_kind: str
    bound_of: str
    seconds: float
    merging_usd: float | None = None
    conditions: tuple[str, ...] = ()
    ended_by: str = PROVEN
    cut_by_clock: bool = False
    wall_seconds: float = float("nan")
    mail_only_usd: float | None = None

    @property
    def is_poor(self) -> bool:
        """Whether the gap is larger than `POOR_GAP` and than the gap asked for."""
        return self.ended_by != PROVEN and self.gap > POOR_GAP

    @property
    def gap(self) -> float:
        """Return ``(objective - bound) / objective``; see `relative_gap`."""
        return relative_gap(self.objective, self.bound)

    @property
    def gap_usd(self) -> float:
        """Return what could still be saved at most, USD a year."""
        return max(0.0, self.objective - self.bound)


def relative_gap(objective: float, bound: float) -> float:
    """Return ``(objective - bound) / |objective|``.

    The objective is a cost in which goods and revenue cancel (logistics, taxes, fixed cost and lost
    contribution), so the gap is relative to what a decision can change.

    Parameters
    ----------
    objective, bound : float
        USD.

    Returns
    -------
    float
        Infinite where one of them is.
    """
    if not np.isfinite(objective) or not np.isfinite(bound):
        return float("inf")
    if objective <= bound:
        return 0.0
    return (objective - bound) / abs(objective) if objective else np.inf


def status_of(objective: float, bound: float) -> str:
    """Return the status of a plan by its gap.

    Parameters
    ----------
    objective, bound : float
        USD.

    Returns
    -------
    str
        OPTIMAL up to a gap of `OPTIMAL_GAP`, else FEASIBLE.
    """
    return OPTIMAL if relative_gap(objective, bound) <= OPTIMAL_GAP else FEASIBLE
