"""Branch and bound over sites with Lagrangian bounds.

The best open branch is expanded: a few doubtful sites are probed both ways by short ascents from
the branch's prices; a side beyond the cutoff fixes the site, else the site with the largest product
of gains is branched on. Branches are expanded in rounds of constant size, on several threads: the
answer does not depend on their number.

Every branch has prices that prove its bound, so the bound of the whole is *certified*: no solver's
word is in it.

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
    """A part of the search space.

    What is decided for each site, a proven bound of it and the prices that prove it.
    """

    bound: float
    status: Status
    prices: Array
    share: Array


@njit(nogil=True)
def _probe(arrays, status, prices, share, bound, goals, probes):
    """Probe doubtful sites; fixes sites in `status`.

    Returns the site to branch on (-1: every probed site got fixed, -2: the branch is beyond the
    cutoff) and the prices that its two probes reached.
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
            floor = 1e-3 * limit
            score = max(gains[0], floor) * max(gains[1], floor)
            if score > best:
                best, chosen = score, i
                kept[:] = found
    return chosen, kept


def expand(arrays: Arrays, branch: Branch, target: float, cutoff: float) -> list[Branch]:
    """Return the branches that cover a branch and are not beyond the cutoff."""
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
        bound = max(found.bound, branch.bound)
        if bound < cutoff:
            children.append(Branch(bound, below, found.prices, found.share))
    return children


class TreeCallbacks(NamedTuple):
    """Who looks at branches while a tree grows.

    Attributes
    ----------
    visit : callable
        Called with the branches of every round, while they are expanded on other threads.
    leaf : callable
        Called with a branch that has every site decided.
    """

    visit: Callable[[list[Branch]], None]
    leaf: Callable[[Branch], None]


@dataclass
class Tree:
    """The branches still open, best first, and the least bound of those given up.

    Mutable, private to a solve.
    """

    arrays: Arrays
    pending: list[tuple[float, int, Branch]] = field(default_factory=list)
    working: list[Branch] = field(default_factory=list)
    number: count[int] = field(default_factory=count)
    expanded: int = 0

    def add(self, branch: Branch) -> None:
        """Put a branch among the open ones."""
        heapq.heappush(self.pending, (branch.bound, next(self.number), branch))

    def bound(self, cutoff: float) -> float:
        """Return the bound of all branches.

        Those given up were beyond the cutoff of their time, which only falls.
        """
        least = min((branch.bound for branch in self.working), default=np.inf)
        return float(min(cutoff, least, self.pending[0][0] if self.pending else np.inf))

    def grow(
        self, goals: Callable[[], tuple[float, float]], callbacks: TreeCallbacks, end: float
    ) -> bool:
        """Expand branches until none is below the cutoff (True) or time is up (False).

        `goals` tells the cost of the best plan and the cutoff; `callbacks` may lower both.
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
                callbacks.visit(self.working)
                for child in (child for family in list(families) for child in family):
                    self.add(child)
                self.expanded += len(self.working)
                self.working = []

    def _gather(self, cutoff: float, leaf: Callable[[Branch], None]) -> None:
        """Take the best branches of the next round from the open ones.

        Leaves are settled on the way.

        A branch is among the working ones before it leaves the open ones: the bound holds whenever
        it is interrupted.
        """
        while self.pending and self.pending[0][0] < cutoff and len(self.working) < ROUND:
            branch = self.pending[0][2]
            self.working.append(branch)
            heapq.heappop(self.pending)
            if not (branch.status == FREE).any():
                leaf(branch)
                self.working.pop()
