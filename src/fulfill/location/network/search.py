"""State of one solve: its best plan, its best bound, its clock."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from fulfill.location.network.branching import Node, certificate_of
from fulfill.location.network.planning import zone_prices
from fulfill.location.network.relaxation import Relaxed
from fulfill.location.network.site_search import Siting
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams, LocationSolution, Progress
from fulfill.model.certificate import Certificate, Leaf, whole
from fulfill.model.decisions import NO_PLAN, Decisions, relative_gap, status_of
from fulfill.model.instance import LocationInstance
from fulfill.model.multipliers import Multipliers
from fulfill.model.warm_start import WarmStart


@dataclass
class Search:
    """State of one solve (mutable, private): best plan, best bound, clock.

    Attributes
    ----------
    instance : LocationInstance
    params : LocationParams
    begun : float
        Time of `params.clock` at the start.
    decisions : Decisions or None
        Best plan.
    siting : Siting or None
        Its sites, assortment and prices.
    objective, bound : float
        USD.
    proof : Multipliers or None
        Multipliers that prove the bound, if it was not branched.
    nodes : list of Node
        Cases that prove the bound, if it was branched.
    tried : set of bytes
        Sites and assortments that exact plans were made of.
    interrupted : bool
        Whether Ctrl-C was pressed.
    cut_by_clock : bool
        Whether a stage was ended by the time limit.
    chose_sites : bool
        Whether sites were chosen anew.
    """

    instance: LocationInstance
    params: LocationParams
    begun: float
    decisions: Decisions | None = None
    siting: Siting | None = None
    objective: float = np.inf
    bound: float = -np.inf
    proof: Multipliers | None = None
    nodes: list[Node] = field(default_factory=list)
    tried: set[bytes] = field(default_factory=set)
    interrupted: bool = False
    cut_by_clock: bool = False
    chose_sites: bool = False

    @property
    def gap(self) -> float:
        """Relative gap of the best plan and the best bound."""
        return relative_gap(self.objective, self.bound)

    def done(self, share: float = 1.0) -> bool:
        """Tell whether to stop: gap reached, share of the time limit used up, or Ctrl-C pressed.

        What a stage does is limited by counts of rounds and moves, so that the plan does not depend
        on the clock. The shares of the time limit leave time for the stages after it where the
        machine is several times slower than the limits were chosen for.

        Parameters
        ----------
        share : float
            Share of the time limit, 0 to 1.

        Returns
        -------
        bool
        """
        if self.gap <= self.params.gap:
            return True
        late = self.params.clock() - self.begun > share * self.params.time_limit
        self.cut_by_clock |= late
        return self.interrupted or late

    def offer(self, decisions: Decisions, siting: Siting) -> None:
        """Keep a plan if it is the best so far.

        Parameters
        ----------
        decisions : Decisions
        siting : Siting
            Sites and prices that the plan was made from.
        """
        cost = price(self.instance, decisions)
        if cost < self.objective:
            self.decisions, self.siting, self.objective = decisions, siting, cost
        self.tell()

    def prove(self, prices: Multipliers, relaxed: Relaxed) -> None:
        """Keep a bound and the multipliers that prove it if it is the best so far.

        Parameters
        ----------
        prices : Multipliers
        relaxed : Relaxed
            At these prices, over all lanes.
        """
        bound = relaxed.proven
        if bound > self.bound:
            self.bound, self.proof = bound, relaxed.proving(prices)
        self.tell()

    def solution(self) -> LocationSolution:
        """Return the best plan and bound, in the instance's unit of money."""
        found = self.decisions is not None
        bound = min(self.bound, self.objective)
        return LocationSolution(
            status_of(self.objective, bound) if found else NO_PLAN,
            self.decisions, self.objective, bound, "certified",
            self.params.clock() - self.begun, self.certificate(), self.warm_start(),
            self.interrupted, self.cut_by_clock, self.chose_sites,
        )  # fmt: skip

    def certificate(self) -> Certificate | None:
        """Return what the bound can be recomputed from, None where nothing is proven."""
        if self.proof is None:
            return None
        stock, shape = self.instance.stock, (*self.instance.flow_shape[:2], 2)
        breakpoints = np.zeros(shape) if stock is None else stock.safety.breakpoints()
        if self.nodes:
            return certificate_of(self.nodes, breakpoints)
        return whole(Leaf(**vars(self.proof), breakpoints=breakpoints))

    def warm_start(self) -> WarmStart | None:
        """Return what a later solve may start from, None where there is no plan."""
        if self.proof is None or self.siting is None:
            return None
        instance, siting, proof = self.instance, self.siting, self.proof
        return WarmStart(
            zones=np.array(instance.zones),
            products=np.array(instance.products),
            periods=np.array(instance.periods),
            sites=np.array(instance.sites),
            size=siting.size,
            assortment=siting.assortment.astype(np.int64),
            rho=siting.rho,
            volume=siting.volume,
            multipliers=replace(proof, cell=proof.cell - zone_prices(instance, siting, proof)),
        )

    def tell(self) -> None:
        """Report progress to the caller."""
        if self.params.progress:
            self.params.progress(
                Progress(self.objective, self.bound, self.params.clock() - self.begun)
            )


@contextmanager
def interruptible(search: Search) -> Iterator[None]:
    """Let Ctrl-C end the search at its next look at the clock; a second one ends the program.

    An interrupt inside a compiled kernel would surface as a SystemError and lose the plan.

    Parameters
    ----------
    search : Search
        Its `interrupted` is set.

    Yields
    ------
    None
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.getsignal(signal.SIGINT)

    def note(*_: object) -> None:
        search.interrupted = True
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
