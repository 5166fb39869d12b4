"""Exposure of a plan to the uncertain figures of the inputs, the largest first."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fulfill.analysis.exposure.figure_groups import FigureGroup, figure_groups
from fulfill.analysis.exposure.held_plan import HeldPlan
from fulfill.inputs.problem import Problem
from fulfill.study.run import Run

PRICED_TABLES = (
    "parameters",
    "products",
    "goods_costs",
    "tariffs",
    "freight",
    "gateways",
    "calendar",
    "services",
    "mail_services",
    "sites",
    "site_sizes",
    "bands",
)
"""Tables whose figures price a plan. Those that limit it, or that only routes of vehicles need, are
not among them."""


@dataclass(frozen=True)
class Exposure:
    """What a group of figures may do to the result of a plan that is kept.

    Attributes
    ----------
    group : FigureGroup
    low_usd, high_usd : float
        Change of the plan's yearly contribution with the figures at the low and at the high end of
        their ranges, USD.
    """

    group: FigureGroup
    low_usd: float
    high_usd: float

    @property
    def usd(self) -> float:
        """Difference of the results at both ends, USD a year."""
        return max(self.low_usd, self.high_usd, 0.0) - min(self.low_usd, self.high_usd, 0.0)


def exposures(run: Run) -> list[Exposure]:
    """Price the plan of a run with each group of uncertain figures at both ends of its range.

    Parameters
    ----------
    run : Run
        With a plan.

    Returns
    -------
    list of Exposure
        The largest first. One group moves at a time; sites and flows of the plan are kept, so a
        new plan could lose less and gain more.
    """
    held, problem = HeldPlan(run), run.problem
    base = held.result(problem)
    found = []
    for group in figure_groups(problem, PRICED_TABLES):
        low, high = (held.result(_moved(problem, group, end)) for end in (group.low, group.high))
        found.append(Exposure(group, low - base, high - base))
    return sorted(found, key=lambda one: (-one.usd, one.group.name))


def _moved(problem: Problem, group: FigureGroup, end: NDArray[np.float64]) -> Problem:
    """Return the problem with a group at one end."""
    if group.table == "tariffs":
        return problem.priced_variant(rules=group.at(problem.regime.rows, end))
    table = group.at(problem.network[group.table], end)
    network = problem.network.with_table(group.table, table)
    return replace(problem, network=network)
