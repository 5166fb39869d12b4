"""Capacitated location-routing, which depots to open and how to drive: for benchmarks, no command uses it.

Sets of depots are compared by routes of a short search each. The cheapest set not yet expanded is
expanded by opening, closing or swapping one depot, so that small problems are enumerated in full;
then the search goes on with the best sets only, fewer and fewer of them. Routes come from
`fulfill.routing.engines.ruin.engine`, which keeps the capacity of depots.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from fulfill.inputs.faults import SolverError
from fulfill.routing.audit import audit_routes
from fulfill.routing.engines.ruin.compiled_instance import build_task
from fulfill.routing.engines.ruin.engine import compile_kernels
from fulfill.routing.engines.ruin.kernels import anneal
from fulfill.routing.engines.ruin.search import COLD, Effort, Search, begin, cool, fleet_of, plan_of
from fulfill.routing.instance import LocationRoutingInstance
from fulfill.routing.schedule import routes_of
from fulfill.routing.solution import RoutingParams, RoutingSolution, driven_km, price

Sites = frozenset[int]

COMPARE_STEPS, COMPARE_HOT = 3_000, 0.3
"""Steps, and first temperature in mean legs, of the search that compares a set of depots."""
COMPARE_SHARE = 0.4
"""Share of the effort that goes into comparing sets."""
LEAST = 30
"""Sets that are compared whatever that takes: the first set alone, every depot open, is no answer."""
ROUNDS = ((8, 0.7), (2, 1.0))
"""How many sets go on, and the share of the effort that is spent when their round ends."""


@dataclass(frozen=True)
class LocationRoutingSolution:
    """Open depots, their routes, and the cost of both."""

    depots: tuple[int, ...]
    routing: RoutingSolution
    objective: float


@dataclass
class _Contest:
    """What is known of the sets of depots so far."""

    instance: LocationRoutingInstance
    params: RoutingParams
    effort: Effort
    searches: dict[Sites, Search] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.task = build_task(self.instance.routing)
        self.fleet = fleet_of(self.instance.routing)

    def cost(self, sites: Sites) -> float:
        """Return the cost of a set's best routes and of the depots they use, infinite where a stop is left out."""
        search = self.searches[sites]
        if search.best.score[2] > 0:
            return float("inf")
        used = np.unique(self.task.depot[search.best.kind[search.best.kind >= 0]])
        return float(search.best.score[1] + self.instance.opening[used].sum())

    def ranked(self) -> list[Sites]:
        """Return the sets, cheapest first."""
        return sorted(self.searches, key=lambda sites: (self.cost(sites), sorted(sites)))

    def compare(self, sites: Sites) -> None:
        """Route a set for the first time, if it can send all the demand."""
        sendable = self.instance.routing.depot_capacity[sorted(sites)].sum(axis=0)
        if sites in self.searches or (sendable < self.instance.routing.demand.sum(axis=0)).any():
            return
        fleet = np.where(np.isin(self.task.depot, sorted(sites)), self.fleet, 0)
        search = begin(self.task, fleet, self.params.seed)
        hot, cold = COMPARE_HOT * search.leg(), COLD * search.leg()
        self.effort.count(
            anneal(self.task, search.tours, search.best, COMPARE_STEPS, hot, cold, False)
        )
        self.searches[sites] = search


def solve_siting(
    instance: LocationRoutingInstance, params: RoutingParams
) -> LocationRoutingSolution:
    """Choose depots and routes for an instance without windows or other features; the result has passed the auditor.

    Raises
    ------
    SolverError
        Where no set of depots serves every stop, or the auditor finds a fault.
    """
    compile_kernels()
    contest = _Contest(instance, params, Effort(params))
    _explore(contest)
    spent = COMPARE_SHARE
    for wanted, until in ROUNDS:
        best = contest.ranked()[:wanted]
        for number, sites in enumerate(best, start=1):
            cool(
                contest.searches[sites],
                contest.effort,
                spent + (until - spent) * number / len(best),
            )
        spent = until
    return _solution(contest)


def _explore(contest: _Contest) -> None:
    """Compare sets, expanding the cheapest first, until all are expanded or the share of the effort is spent."""
    everywhere = frozenset(range(len(contest.instance.opening)))
    contest.compare(everywhere)
    expanded: set[Sites] = set()
    while waiting := [sites for sites in contest.ranked() if sites not in expanded]:
        expanded.add(waiting[0])
        for sites in _neighbours(waiting[0], everywhere):
            if contest.effort.spent() >= COMPARE_SHARE and len(contest.searches) >= LEAST:
                return
            contest.compare(sites)


def _neighbours(sites: Sites, everywhere: Sites) -> Iterator[Sites]:
    """Yield the sets with one depot less, one in the place of another, or one more."""
    for closed in sorted(sites):
        yield sites - {closed}
    for closed in sorted(sites):
        for opened in sorted(everywhere - sites):
            yield sites - {closed} | {opened}
    for opened in sorted(everywhere - sites):
        yield sites | {opened}


def _solution(contest: _Contest) -> LocationRoutingSolution:
    instance = contest.instance.routing
    ranked = contest.ranked()
    if not ranked or contest.cost(ranked[0]) == float("inf"):
        raise SolverError(f"{instance.name}: no set of depots was found that serves every stop")
    routes = routes_of(instance, plan_of(contest.searches[ranked[0]]))
    routing = RoutingSolution(
        routes=routes,
        unserved=(),
        objective=sum(price(instance, route) for route in routes),
        km=sum(driven_km(instance, route) for route in routes),
        engine="ruin",
        seconds=contest.effort.seconds(),
    )
    audit = audit_routes(instance, routing)
    if not audit.clean:
        raise SolverError("the auditor finds faults in the routes: " + "; ".join(audit.faults))
    used = sorted({instance.vehicles[route.vehicle].depot for route in routes})
    return LocationRoutingSolution(
        tuple(used), routing, routing.objective + float(contest.instance.opening[used].sum())
    )
