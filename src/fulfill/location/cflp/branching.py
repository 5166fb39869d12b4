"""Branch and bound over sites with Lagrangian bounds.

The open branch with the least bound is expanded: the most fractional sites are probed, closed and
open, by short ascents from the prices of the branch. If one side reaches the cutoff, the site is
fixed on the other; else the site with the largest product of gains is branched on. Branches are
expanded in rounds of constant size, on several threads: the result does not depend on their number.

Every branch has prices that prove its bound, so the bound of the whole is *certified*: it does not
rest on the claim of a solver.

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
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import NamedTuple

import numpy as np

from fulfill.location.cflp.capacitated import Arrays
from fulfill.location.cflp.lagrangian import CLOSED, FREE, OPEN, Status, Steps, ascend, raise_bound
from fulfill.model.arrays import Array
from fulfill.model.kernel_cache import njit

ROUND = 8
"""Branches expanded before the next are chosen."""
PROBED = 4
"""Sites probed in a branch."""
PROBE, CHILD = Steps(20, 0.6, 6), Steps(80, 0.6, 8)


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
    """

    bound: float
    status: Status
    prices: Array
    share: Array


@njit(nogil=True)
def _probe(arrays, status, prices, share, bound, goals, probes):
    """Probe the most fractional free sites and fix those that a probe decides.

    Parameters
    ----------
    arrays : Arrays
    status : (n_sites,)
        Updated.
    prices : (n_cells,)
    share : (n_sites,)
    bound : float
        Of the branch.
    goals : (float, float)
        Target of the Polyak step, cutoff.
    probes : (int, Steps)
        Number of sites probed, and how far.

    Returns
    -------
    chosen : int
        Site to branch on; -1 where every probed site was fixed, -2 where the branch is beyond the
        cutoff.
    kept : ndarray, shape (2, n_cells)
        Prices that the two probes of this site reached.
    """
    target, cutoff = goals
    number, steps = probes
    kept = np.empty((2, len(prices)))
    chosen, best = -1, -1.0
    free = np.flatnonzero(status == FREE)
    doubtful = free[np.argsort(np.abs(share[free] - 0.5), kind="mergesort")][:number]
    for i in doubtful:
        if status[i] != FREE:
            continue
        gains = np.zeros(2)
        found = np.empty((2, len(prices)))
        # 0 is CLOSED, 1 is OPEN
        for side in range(2):
            trial = status.copy()
            trial[i] = side
            reached, at, _, _ = raise_bound(arrays, trial, prices, target, cutoff, steps)
            gains[side] = reached - bound
            found[side] = at
        limit = cutoff - bound
        if gains[0] >= limit and gains[1] >= limit:
            return -2, kept
        if gains[0] >= limit:
            status[i] = OPEN
        elif gains[1] >= limit:
            status[i] = CLOSED
        else:
            # a floor keeps a side without gain from cancelling a large gain of the other
            floor = 1e-3 * limit
            score = max(gains[0], floor) * max(gains[1], floor)
            if score > best:
                best, chosen = score, i
                kept[:] = found
    return chosen, kept


def expand(arrays: Arrays, branch: Branch, target: float, cutoff: float) -> list[Branch]:
    """Return the children that cover a branch, without those beyond the cutoff.

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
    list of Branch
        None, one (sites were fixed) or two (closed and open).
    """
    status = branch.status.copy()
    site, kept = _probe(
        arrays, status, branch.prices, branch.share, branch.bound, (target, cutoff), (PROBED, PROBE)
    )
    if site == -2:
        return []
    sides = [(FREE, branch.prices)] if site == -1 else [(CLOSED, kept[0]), (OPEN, kept[1])]
    children = []
    for side, prices in sides:
        below = status.copy()
        if site >= 0:
            below[site] = side
        found = ascend(arrays, below, prices, target, cutoff, CHILD)
        # a short ascent may end below the parent, whose bound holds for the child too
        bound = max(found.bound, branch.bound)
        if bound < cutoff:
            children.append(Branch(bound, below, found.prices, found.share))
    return children


class TreeCallbacks(NamedTuple):
    """Callbacks of a growing tree.

    Attributes
    ----------
    visit : callable
        Called with the branches of every round, while they are expanded on other threads.
    leaf : callable
        Called with a branch in which every site is decided.
    """

    visit: Callable[[list[Branch]], None]
    leaf: Callable[[Branch], None]


@dataclass
class Tree:
    """The open branches, least bound first. Mutable, private to one solve.

    Attributes
    ----------
    arrays : Arrays
    pending : list
        Heap of (bound, number, branch).
    working : list of Branch
        Branches of the current round.
    number : count
        Numbers that break ties in the heap.
    expanded : int
        Branches expanded so far.
    """

    arrays: Arrays
    pending: list[tuple[float, int, Branch]] = field(default_factory=list)
    working: list[Branch] = field(default_factory=list)
    number: count[int] = field(default_factory=count)
    expanded: int = 0

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
        return float(min(cutoff, least, self.pending[0][0] if self.pending else np.inf))

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
                self._gather(cutoff, callbacks.leaf)
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
                for child in (child for family in list(families) for child in family):
                    self.add(child)
                self.expanded += len(self.working)
                self.working = []

    def _gather(self, cutoff: float, leaf: Callable[[Branch], None]) -> None:
        """Take the best branches of the next round from the open ones; evaluate leaves at once.

        A branch is appended to `working` before it leaves `pending`: the bound stays valid wherever
        this is interrupted.
        """
        while self.pending and self.pending[0][0] < cutoff and len(self.working) < ROUND:
            branch = self.pending[0][2]
            self.working.append(branch)
            heapq.heappop(self.pending)
            if not (branch.status == FREE).any():
                leaf(branch)
                self.working.pop()
