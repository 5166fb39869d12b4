"""Branch and bound over sites with Lagrangian bounds.

The open branch with the least bound is expanded: the most fractional sites are probed, closed and
open, by short ascents from the prices of the branch. If one side reaches the cutoff, the site is
fixed on the other; else the site with the largest product of gains is branched on. Branches are
expanded in rounds of constant size, on several threads: the result does not depend on their number.

Every branch and every fixing has prices that prove it. The tree of proofs (`proof.py`) keeps them,
so the bound of the whole is *certified*: it does not rest on the claim of a solver.

References
----------
S. Görtz, A. Klose (2012), A simple but usually fast branch-and-bound algorithm for the capacitated
facility location problem, INFORMS J. Comput. 24, doi 10.1287/ijoc.1110.0468. T. Achterberg, T.
Koch, A. Martin (2005), Branching rules revisited, Oper. Res. Lett. 33, doi
10.1016/j.orl.2004.04.002 (the product rule).
"""

from __future__ import annotations

import heapq
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import NamedTuple

import numpy as np

from fulfill.location.cflp.capacitated import Arrays
from fulfill.location.cflp.lagrangian import CLOSED, FREE, OPEN, Ascent, Status, Steps, ascend
from fulfill.location.cflp.proof import Proof
from fulfill.model.arrays import Array

ROUND = 8
"""Branches expanded before the next are chosen."""
PROBED = 4
"""Sites probed in a branch."""
PROBE, CHILD = Steps(20, 0.6, 6), Steps(80, 0.6, 8)
DECIDED = Steps(1500, 1.0, 20)
"""Ascent for a branch in which every site is decided; at dual prices the first sweep is enough."""


class Branch(NamedTuple):
    """A node of the branch-and-bound tree.

    Attributes
    ----------
    bound : float
        Proven lower bound of the node, USD.
    status : (n_sites,)
        FREE, CLOSED or OPEN.
    prices : (n_cells,)
        Prices that prove the bound, USD per order.
    share : (n_sites,)
        How often a site was open in the relaxed solutions, 0 to 1.
    node : int
        Its node in the tree of proofs.
    """

    bound: float
    status: Status
    prices: Array
    share: Array
    node: int


class Refuted(NamedTuple):
    """A decision that a probe took to the cutoff.

    Attributes
    ----------
    site : int
    side : int
        CLOSED or OPEN; the site is fixed on the other side.
    found : Ascent
        Of this side.
    """

    site: int
    side: int
    found: Ascent


class Expansion(NamedTuple):
    """Result of expanding a branch.

    Attributes
    ----------
    refuted : list of Refuted
        In the order of the probes.
    site : int
        Site branched on, -1 where sites were only fixed.
    children : list of (Status, Ascent)
        Closed and open; one where there is no such site.
    """

    refuted: list[Refuted]
    site: int
    children: list[tuple[Status, Ascent]]


def _decided(status: Status, site: int, side: int) -> Status:
    """Return a copy of `status` with one more site decided."""
    below = status.copy()
    below[site] = side
    return below


def _probe(
    arrays: Arrays, branch: Branch, status: Status, target: float, cutoff: float
) -> tuple[list[Refuted], int, list[Ascent]]:
    """Probe the most fractional free sites and fix those that a probe decides.

    Parameters
    ----------
    arrays : Arrays
    branch : Branch
    status : (n_sites,)
        Updated.
    target, cutoff : float

    Returns
    -------
    refuted : list of Refuted
    site : int
        Site to branch on: one whose probes both reached the cutoff, else that with the largest
        product of gains; -1 where every probed site was fixed.
    found : list of Ascent
        The two probes of this site, closed and open.
    """
    refuted: list[Refuted] = []
    chosen, best, kept = -1, -1.0, list[Ascent]()
    # a floor keeps a side without gain from cancelling a large gain of the other
    floor = 1e-3 * (cutoff - branch.bound)
    free = np.flatnonzero(status == FREE)
    doubt = np.abs(branch.share[free] - 0.5)
    for i in free[np.argsort(doubt, kind="stable")][:PROBED].tolist():
        found = [
            ascend(arrays, _decided(status, i, side), branch.prices, target, cutoff, PROBE)
            for side in (CLOSED, OPEN)
        ]
        beyond = [side for side in (CLOSED, OPEN) if found[side].bound >= cutoff]
        if len(beyond) == 2:
            return refuted, i, found
        if beyond:
            refuted.append(Refuted(i, beyond[0], found[beyond[0]]))
            status[i] = 1 - beyond[0]
            continue
        gains = [max(one.bound - branch.bound, floor) for one in found]
        if gains[0] * gains[1] > best:
            best, chosen, kept = gains[0] * gains[1], i, found
    return refuted, chosen, kept


def expand(arrays: Arrays, branch: Branch, target: float, cutoff: float) -> Expansion:
    """Return the children that cover a branch, with the proofs of what was left out.

    Parameters
    ----------
    arrays : Arrays
    branch : Branch
    target : float
        Target of the Polyak step, USD.
    cutoff : float
        USD.

    Returns
    -------
    Expansion
    """
    status = branch.status.copy()
    refuted, site, probes = _probe(arrays, branch, status, target, cutoff)
    if site < 0:
        found = ascend(arrays, status, branch.prices, target, cutoff, CHILD)
        return Expansion(refuted, site, [(status, found)])
    children = []
    for side, found in zip((CLOSED, OPEN), probes, strict=True):
        below = _decided(status, site, side)
        if found.bound < cutoff:
            found = ascend(arrays, below, found.prices, target, cutoff, CHILD)
        children.append((below, found))
    return Expansion(refuted, site, children)


class TreeCallbacks(NamedTuple):
    """Callbacks of a growing tree.

    Attributes
    ----------
    visit : callable
        Called with the branches of every round, while they are expanded on other threads.
    leaf : callable
        Called with a branch in which every site is decided; returns prices to prove its cost from.
    """

    visit: Callable[[list[Branch]], None]
    leaf: Callable[[Branch], Array]


@dataclass
class Tree:
    """The open branches, least bound first. Mutable, private to one solve.

    Attributes
    ----------
    arrays : Arrays
    proof : Proof
    pending : list
        Heap of (bound, number, branch).
    working : list of Branch
        Branches of the current round.
    number : count
        Numbers that break ties in the heap.
    expanded : int
        Branches expanded so far.
    decided : float
        Least bound of the branches in which every site was decided, USD.
    """

    arrays: Arrays
    proof: Proof
    pending: list[tuple[float, int, Branch]] = field(default_factory=list)
    working: list[Branch] = field(default_factory=list)
    number: count[int] = field(default_factory=count)
    expanded: int = 0
    decided: float = np.inf

    def add(self, branch: Branch) -> None:
        """Add a branch to the open ones."""
        heapq.heappush(self.pending, (branch.bound, next(self.number), branch))

    def bound(self, cutoff: float) -> float:
        """Return the bound of all branches.

        Parameters
        ----------
        cutoff : float
            Pruned branches were beyond the cutoff of their time, which only falls.

        Returns
        -------
        float
            USD.
        """
        least = min((branch.bound for branch in self.working), default=np.inf)
        pending = self.pending[0][0] if self.pending else np.inf
        return float(min(cutoff, self.decided, least, pending))

    def grow(
        self, goals: Callable[[], tuple[float, float]], callbacks: TreeCallbacks, end: float
    ) -> bool:
        """Expand branches until none is below the cutoff or time is up.

        Parameters
        ----------
        goals : callable
            Returns the cost of the best plan and the cutoff.
        callbacks : TreeCallbacks
            They may lower both.
        end : float
            Time of `time.perf_counter` at which to stop.

        Returns
        -------
        bool
            True where no branch is left below the cutoff, False where time is up.
        """
        with ThreadPoolExecutor(min(ROUND, os.cpu_count() or 1)) as pool:
            while True:
                target, cutoff = goals()
                self._gather(goals, callbacks.leaf)
                if not self.working:
                    if not self.pending or self.pending[0][0] >= goals()[1]:
                        return True
                    continue
                if time.perf_counter() >= end:
                    return False
                families = pool.map(
                    partial(expand, self.arrays, target=target, cutoff=cutoff), self.working
                )
                # heuristics run here while the pool expands the branches
                callbacks.visit(self.working)
                # list() waits for the whole round, so the order of threads cannot matter
                for branch, family in zip(self.working, list(families), strict=True):
                    for child in self._record(branch, family, cutoff):
                        self.add(child)
                self.expanded += len(self.working)
                self.working = []

    def _record(self, branch: Branch, found: Expansion, cutoff: float) -> Iterator[Branch]:
        """Enter an expansion into the proof; yield the children below the cutoff."""
        node = branch.node
        for site, side, refutation in found.refuted:
            sides = self.proof.split(node, site)
            self.proof.refute(sides[side], refutation)
            node = sides[1 - side]
        nodes = (node,) if found.site < 0 else self.proof.split(node, found.site)
        for node, (status, ascent) in zip(nodes, found.children, strict=True):
            if ascent.bound >= cutoff:
                self.proof.refute(node, ascent)
                continue
            if ascent.bound > branch.bound:
                below = self.proof.conclude(node, ascent)
            else:
                # a short ascent may end below the parent, whose bound holds for the child too
                below = self.proof.follow(node, ascent.trail)
            bound = max(ascent.bound, branch.bound)
            yield Branch(bound, status, ascent.prices, ascent.share, below)

    def _gather(
        self, goals: Callable[[], tuple[float, float]], leaf: Callable[[Branch], Array]
    ) -> None:
        """Take the best branches of the next round from the open ones; evaluate leaves at once.

        A branch is appended to `working` before it leaves `pending`: the bound stays valid wherever
        this is interrupted.
        """
        cutoff = goals()[1]
        while self.pending and self.pending[0][0] < cutoff and len(self.working) < ROUND:
            branch = self.pending[0][2]
            self.working.append(branch)
            heapq.heappop(self.pending)
            if not (branch.status == FREE).any():
                prices = leaf(branch)
                found = ascend(self.arrays, branch.status.copy(), prices, *goals(), DECIDED)
                if found.bound > branch.bound:
                    self.proof.conclude(branch.node, found)
                self.decided = min(self.decided, max(found.bound, branch.bound))
                self.working.pop()
