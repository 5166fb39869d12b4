"""What a location method is asked and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fulfill.model.certificate import Certificate
from fulfill.model.decisions import Decisions, relative_gap
from fulfill.model.warm_start import WarmStart


@dataclass(frozen=True)
class Progress:
    """One report of a running method: what it has, what it has proven, seconds since it began."""

    incumbent: float
    bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """Return the gap of this report, infinite while there is no incumbent."""
        return relative_gap(self.incumbent, self.bound)


@dataclass(frozen=True)
class LocationParams:
    """How hard to try.

    Attributes
    ----------
    gap : stop at this relative gap
    time_limit : seconds, a user's limit
    seed : of whatever is random
    progress : called with reports, or None
    warm_start : what an earlier run left to begin from, or None; only the decomposition uses it
    """

    gap: float = 0.005
    time_limit: float = 60.0
    seed: int = 0
    progress: Callable[[Progress], None] | None = None
    warm_start: WarmStart | None = None


@dataclass(frozen=True)
class LocationSolution:
    """An answer in index arrays.

    Attributes
    ----------
    status : OPTIMAL, FEASIBLE, INFEASIBLE or NO_PLAN
    decisions : None where there is no plan
    objective : cost of the plan by `pricing.price`, USD;  bound : proven lower bound of the
        instance
    bound_kind : ``certified`` or ``solver``;  seconds : building and solving
    certificate : what the bound can be computed again from; None where the method has none
    warm_start : what a later run may begin from; None where the method leaves nothing
    """

    status: str
    decisions: Decisions | None
    objective: float
    bound: float
    bound_kind: str
    seconds: float
    certificate: Certificate | None = None
    warm_start: WarmStart | None = None
