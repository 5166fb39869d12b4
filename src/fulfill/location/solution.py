"""Parameters and result of a location method."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from fulfill.model.certificate_file import AnyCertificate
from fulfill.model.decisions import Decisions, relative_gap
from fulfill.model.warm_start import WarmStart


@dataclass(frozen=True)
class Progress:
    """One progress report of a running method.

    Attributes
    ----------
    incumbent : float
        Cost of the best plan so far, USD; infinite while there is none.
    bound : float
        Proven lower bound so far, USD.
    seconds : float
        Time since the method started.
    """

    incumbent: float
    bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """Return the gap of this report, infinite while there is no incumbent."""
        return relative_gap(self.incumbent, self.bound)


@dataclass(frozen=True)
class LocationParams:
    """Stopping criteria and other parameters of a location method.

    Attributes
    ----------
    gap : float
        Relative gap at which the method stops.
    time_limit : float
        Seconds of `clock`.
    seed : int
        Seed of every random number.
    progress : callable or None
        Called with every `Progress`.
    warm_start : WarmStart or None
        Result of an earlier run to start from; only the decomposition uses it.
    keep_sites : bool
        Whether the sites and sizes of the warm start are kept, except for what locks demand: orders
        are allocated anew, and the bound is that of the multipliers of the warm start.
    kept_rounds : int
        Rounds in which the bound is raised where the sites are kept; only the decomposition uses
        it.
    threads : int or None
        Threads of parallel loops, None for one a core. The result does not depend on it.
    choices : tuple of WarmStart
        Choices of sites that are tried in place of those of the warm start, which the multipliers
        stay relative to; empty to try those of the warm start.
    """

    gap: float = 0.005
    time_limit: float = 60.0
    seed: int = 0
    progress: Callable[[Progress], None] | None = None
    warm_start: WarmStart | None = None
    keep_sites: bool = False
    kept_rounds: int = 0
    threads: int | None = None
    choices: tuple[WarmStart, ...] = ()

    @property
    def clock(self) -> Callable[[], float]:
        """Clock of the time limit of the decomposition.

        A search on one thread is one of several that share the cores, so its processor time is
        counted: what it finds then does not depend on what else the machine does.
        """
        return time.process_time if self.threads == 1 else time.perf_counter


@dataclass(frozen=True, repr=False)
class LocationSolution:
    """Result of a location method in index arrays.

    Attributes
    ----------
    status : str
        OPTIMAL, FEASIBLE, INFEASIBLE or NO_PLAN.
    decisions : Decisions or None
        None where there is no plan.
    objective : float
        Cost of the plan by `pricing.price`, USD; infinite where there is no plan.
    bound : float
        Proven lower bound of the instance, USD.
    bound_kind : str
        ``certified`` or ``solver``.
    seconds : float
        Time to build and solve.
    certificate : Certificate, BranchingCertificate or None
        What the bound can be recomputed from; None where the method stores none.
    warm_start : WarmStart or None
        What a later run may start from; None where the method leaves nothing.
    interrupted : bool
        Whether Ctrl-C ended the search.
    cut_by_clock : bool
        Whether the time limit ended the search or one of its stages: another machine may then
        return another plan.
    chose_sites : bool
        Whether sites were chosen anew: there was no warm start, or its sites were not good enough.
    """

    status: str
    decisions: Decisions | None
    objective: float
    bound: float
    bound_kind: str
    seconds: float
    certificate: AnyCertificate | None = None
    warm_start: WarmStart | None = None
    interrupted: bool = False
    cut_by_clock: bool = False
    chose_sites: bool = True

    def __repr__(self) -> str:
        return (
            f"LocationSolution(status={self.status!r}, objective={self.objective:.2f}, "
            f"bound={self.bound:.2f}, bound_kind={self.bound_kind!r}, seconds={self.seconds:.1f}, "
            f"decisions={self.decisions}, certificate={self.certificate}, "
            f"warm_start={self.warm_start})"
        )
