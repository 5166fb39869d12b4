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
    gap : float
        Stop at this relative gap.
    time_limit : float
        Seconds, a user's limit.
    seed : int
        Of whatever is random.
    progress : callable or None
        Called with reports, or None.
    warm_start : WarmStart or None
        What an earlier run left to begin from, or None; only the decomposition uses it.
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
    status : str
        OPTIMAL, FEASIBLE, INFEASIBLE or NO_PLAN.
    decisions : Decisions or None
        None where there is no plan.
    objective : float
        Cost of the plan by `pricing.price`, USD.
    bound : float
        Proven lower bound of the instance.
    bound_kind : str
        ``certified`` or ``solver``.
    seconds : float
        Building and solving.
    certificate : Certificate or None
        What the bound can be computed again from; None where the method has none.
    warm_start : WarmStart or None
        What a later run may begin from; None where the method leaves nothing.
    """

    status: str
    decisions: Decisions | None
    objective: float
    bound: float
    bound_kind: str
    seconds: float
    certificate: Certificate | None = None
    warm_start: WarmStart | None = None
