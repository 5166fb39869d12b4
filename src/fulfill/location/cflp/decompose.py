"""Solve a capacitated instance: bound, primal search, variable fixing, branch and bound.

1. Prices that bound the whole instance (`lagrangian.py`).
2. A plan rounded from the relaxed solution and improved (`search.py`).
3. Sites whose opposite decision would cost more than the plan are fixed, exactly.
4. The other sites are branched on (`branching.py`), and the relaxed solutions of the branches are
   rounded to further plans.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fulfill.location.cflp.branching import Branch, Tree, TreeCallbacks
from fulfill.location.cflp.capacitated import (
    Arrays,
    Capacitated,
    capacitated_view,
    is_capacitated,
    to_decisions,
)
from fulfill.location.cflp.lagrangian import CLOSED, FREE, OPEN, Steps, ascend, root_bound
from fulfill.location.cflp.proof import Proof
from fulfill.location.cflp.search import (
    Incumbent,
    cell_prices,
    construct,
    improve,
    kick,
    plan_cost,
    round_sites,
)
from fulfill.location.cflp.transport import allocate
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams, LocationSolution, Progress
from fulfill.model.arrays import Array, Index
from fulfill.model.decisions import INFEASIBLE, NO_PLAN, status_of
from fulfill.model.instance import LocationInstance

LEAST_GAP = 1e-7
"""A smaller gap than this is within the rounding of a plan's cost, and counts as none."""
KICKS = 8
"""Disturbed restarts before branching."""
EARLY = 12
"""Rounded plans improved at once while branching; later one in eight rounds."""
NEAR = 0.002
"""A rounded plan within this share of the incumbent is improved by moves."""


def solve_decomposed(instance: LocationInstance, params: LocationParams) -> LocationSolution:
    """Solve an instance by Lagrangian branch and bound.

    An instance that is not capacitated (`is_capacitated`) goes to the plain MIP. Ctrl-C returns the
    best plan and its bound.

    Parameters
    ----------
    instance : LocationInstance
    params : LocationParams

    Returns
    -------
    LocationSolution
        Its bound is ``certified``: the certificate has prices that prove each branch. A tree that
        is too large for one (`proof.MOST_BYTES`), or an instance that has no plan for want of
        lanes, leaves none and a bound of kind ``solver``.
    """
    if not is_capacitated(instance):
        return solve_exact(instance, params)
    begun = time.perf_counter()
    view = capacitated_view(instance)
    solver = _Solver(view, params, instance.constant_usd, begun)
    try:
        solver.run()
    except KeyboardInterrupt:
        return replace(_answer(solver, view, instance), interrupted=True)
    return _answer(solver, view, instance)


def _answer(solver: _Solver, view: Capacitated, instance: LocationInstance) -> LocationSolution:
    plan, decisions, objective = solver.plan, None, np.inf
    bound = solver.bound() + instance.constant_usd
    status = INFEASIBLE if np.isposinf(bound) else NO_PLAN
    if plan is not None:
        decisions = to_decisions(view, instance, plan.opened, plan.flow)
        objective = price(instance, decisions)
        bound = min(bound, objective)
        status = status_of(objective, bound)
    proof = solver.proof
    certificate = proof.certificate(view.zone, len(instance.zones)) if proof else None
    return LocationSolution(
        status=status,
        decisions=decisions,
        objective=objective,
        bound=bound,
        bound_kind="certified" if certificate else "solver",
        seconds=time.perf_counter() - solver.begun,
        certificate=certificate,
    )


@dataclass
class _Solver:
    """State of one solve (mutable, private); costs are without the constant of the instance."""

    view: Capacitated
    params: LocationParams
    constant: float
    begun: float
    plan: Incumbent | None = None
    proven: float = -np.inf
    proof: Proof | None = None
    tree: Tree | None = None
    kept: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    tried: set[bytes] = field(default_factory=set)
    rounds: int = 0
    searches: int = 0

    @property
    def upper(self) -> float:
        """Return the cost of the best plan."""
        return np.inf if self.plan is None else self.plan.cost

    @property
    def cutoff(self) -> float:
        """Return the bound at which a branch is pruned: the cost of the best plan less the gap."""
        if self.plan is None:
            return np.inf
        return self.upper - max(self.params.gap, LEAST_GAP) * abs(self.upper + self.constant)

    def bound(self) -> float:
        """Return the bound proven so far."""
        if self.tree is not None:
            self.proven = max(self.proven, self.tree.bound(self.cutoff))
        return self.proven

    def report(self) -> None:
        """Report progress to the caller."""
        if self.params.progress:
            seconds = time.perf_counter() - self.begun
            self.params.progress(
                Progress(self.upper + self.constant, self.bound() + self.constant, seconds)
            )

    def run(self) -> None:
        """Solve until the gap is closed or time is up."""
        arrays, locked = self.view.arrays, self.view.opened
        status = np.where(locked, OPEN, FREE).astype(np.int8)
        found = root_bound(arrays, status)
        self.proof = Proof(self.view.site, found.prices)
        self.proven = found.bound
        if np.isinf(found.bound):
            return
        # construct falls back to all sites open: without a plan now there is none
        self.plan = construct(arrays, found.share, locked)
        if self.plan is None:
            # lanes are missing, which prices can only bound ever higher
            self.proven, self.proof = np.inf, None
            return
        self.report()
        # with a plan's cost as Polyak target the ascent gets closer to the dual optimum
        better = root_bound(arrays, status, self.upper, found.prices)
        found = better if better.bound > found.bound else found
        self.proof.conclude(0, found)
        self.proven = found.bound
        self.report()
        rng = np.random.default_rng(self.params.seed)
        for _ in range(KICKS):
            if self._done():
                return
            self._accept(kick(arrays, self.plan, found.share, locked, rng))
        self._branch(self.proof, status, found.prices, found.share)

    def _done(self) -> bool:
        late = time.perf_counter() - self.begun >= self.params.time_limit
        return late or self.proven >= self.cutoff

    def _accept(self, plan: Incumbent | None) -> None:
        if plan is not None and plan.cost < self.upper:
            self.plan = plan
            self.report()

    def _branch(self, proof: Proof, status: NDArray[np.int8], prices: Array, share: Array) -> None:
        """Fix the sites that the cutoff decides and branch on the others."""
        arrays = self.view.arrays
        # one sweep at the best prices applies the reduced-cost fixing
        found = ascend(arrays, status, prices, self.upper, self.cutoff, Steps(1, 1.0, 1))
        node = proof.follow(0, found.trail)
        self.kept = np.flatnonzero(status != CLOSED)
        proof.narrow(self.kept)
        small = Arrays(
            np.ascontiguousarray(arrays.cost[self.kept]),
            arrays.demand,
            arrays.capacity[self.kept],
            arrays.fixed[self.kept],
            arrays.outside,
        )
        tree = Tree(small, proof)
        tree.add(Branch(self.proven, status[self.kept], prices, share[self.kept], node))
        self.tree = tree
        end = self.begun + self.params.time_limit
        tree.grow(lambda: (self.upper, self.cutoff), TreeCallbacks(self._visit, self._leaf), end)

    def _visit(self, branches: list[Branch]) -> None:
        """Round the relaxed solutions of some branches of a round to plans."""
        self.rounds += 1
        # ever fewer branches are rounded as the search matures and new plans become rare
        for branch in branches[:: max(1, min(self.rounds // 4, len(branches)))]:
            if self.searches <= EARLY + self.rounds // 8:
                self._round(branch)
        if self.rounds % 8 == 0:
            self.report()

    def _round(self, branch: Branch) -> None:
        assert self.tree is not None
        share = np.where(branch.status == FREE, branch.share, branch.status)
        locked = self.view.opened[self.kept]
        opened = round_sites(self.tree.arrays, share, locked)
        key = opened.tobytes()
        if key in self.tried:
            return
        self.tried.add(key)
        transport = allocate(self.tree.arrays, opened)
        if transport is None:
            return
        cost = plan_cost(self.tree.arrays, transport)
        if cost < self.upper + NEAR * abs(self.upper):
            self.searches += 1
            self._accept(self._widened(improve(self.tree.arrays, transport, locked)))

    def _leaf(self, branch: Branch) -> Array:
        """Price a branch in which every site is decided by its exact allocation.

        Returns the dual prices of the allocation, those of the branch where there are none.
        """
        assert self.tree is not None
        opened = branch.status == OPEN
        transport = allocate(self.tree.arrays, opened)
        if transport is None:
            return branch.prices
        cost = plan_cost(self.tree.arrays, transport)
        self._accept(self._widened(Incumbent(opened, transport.flow, cost)))
        prices: Array = cell_prices(transport)
        return prices if np.isfinite(prices).all() else branch.prices

    def _widened(self, plan: Incumbent) -> Incumbent:
        """Return a plan of the kept sites as a plan of all sites."""
        opened = np.zeros(len(self.view.site), bool)
        opened[self.kept] = plan.opened
        flow = np.zeros((len(opened) + 1, plan.flow.shape[1]))
        flow[np.append(self.kept, len(opened))] = plan.flow
        return Incumbent(opened, flow, plan.cost)
