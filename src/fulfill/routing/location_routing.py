"""Capacitated location-routing: which depots to open, and the routes from them.

For benchmarks: no command uses it.

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
from fulfill.routing.engines.ruin.compiled_instance import compile_instance
from fulfill.routing.engines.ruin.engine import compile_kernels
from fulfill.routing.engines.ruin.kernels import anneal
from fulfill.routing.engines.ruin.search import (
    FINAL,
    Effort,
    Search,
    anneal_until,
    best_plan,
    fleet_sizes,
    start_search,
)
from fulfill.routing.instance import LocationRoutingInstance
from fulfill.routing.schedule import schedule_plan
from fulfill.routing.solution import RoutingParams, RoutingSolution, driven_km, route_cost

DepotSet = frozenset[int]

COMPARE_STEPS, COMPARE_TEMPERATURE = 3_000, 0.3
"""Steps, and first temperature in mean legs, of the search that compares a set of depots."""
COMPARE_SHARE = 0.4
"""Share of the effort that goes into comparing sets."""
MIN_SETS = 30
"""Sets that are compared however long it takes: the first, every depot open, is seldom good."""
STAGES = ((8, 0.7), (2, 1.0))
"""Sets that go on in each stage, and the share of the effort that is spent when it ends."""


@dataclass(frozen=True)
class LocationRoutingSolution:
    """Open depots and their routes.

    Attributes
    ----------
    depots : tuple of int
        Indices of those that send vehicles.
    routing : RoutingSolution
        The routes, audited.
    objective : float
        Cost of routes and open depots, USD.
    """

    depots: tuple[int, ...]
    routing: RoutingSolution
    objective: float


@dataclass
class _DepotSearch:
    """The sets of depots compared so far, each with its own search for routes."""

    instance: LocationRoutingInstance
    params: RoutingParams
    effort: Effort
    searches: dict[DepotSet, Search] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.data = compile_instance(self.instance.routing)
        self.fleet = fleet_sizes(self.instance.routing)

    def cost(self, depots: DepotSet) -> float:
        """Return the cost of a set's best routes and of the depots they use, USD.

        Infinite where a stop is not served.
        """
        search = self.searches[depots]
        if search.best.n_absent[0] > 0:
            return float("inf")
        used = np.unique(self.data.depot[search.best.kind[search.best.kind >= 0]])
        return float(search.best.cost[0] + self.instance.opening[used].sum())

    def ranked(self) -> list[DepotSet]:
        """Return the sets, cheapest first."""
        return sorted(self.searches, key=lambda depots: (self.cost(depots), sorted(depots)))

    def compare(self, depots: DepotSet) -> None:
        """Route a set for the first time, if it can send all the demand."""
        sendable = self.instance.routing.depot_capacity[sorted(depots)].sum(axis=0)
        if depots in self.searches or (sendable < self.instance.routing.demand.sum(axis=0)).any():
            return
        fleet = np.where(np.isin(self.data.depot, sorted(depots)), self.fleet, 0)
        search = start_search(self.data, fleet, self.params.seed)
        hot, cold = COMPARE_TEMPERATURE * search.mean_leg(), FINAL * search.mean_leg()
        self.effort.count(
            anneal(self.data, search.state, search.best, COMPARE_STEPS, hot, cold, False)
        )
        self.searches[depots] = search


def solve_location_routing(
    instance: LocationRoutingInstance, params: RoutingParams
) -> LocationRoutingSolution:
    """Choose depots and routes; the result has passed the auditor.

    Parameters
    ----------
    instance : LocationRoutingInstance
        Without windows or other features, but for depot capacities.
    params : RoutingParams
        Limits; `iterations` counts steps of ruin and recreate.

    Raises
    ------
    SolverError
        Where no set of depots serves every stop, or the auditor finds a fault.
    """
    compile_kernels()
    depot_search = _DepotSearch(instance, params, Effort(params))
    _explore(depot_search)
    spent = COMPARE_SHARE
    for wanted, until in STAGES:
        best = depot_search.ranked()[:wanted]
        for number, depots in enumerate(best, start=1):
            anneal_until(
                depot_search.searches[depots],
                depot_search.effort,
                spent + (until - spent) * number / len(best),
            )
        spent = until
    return _solution(depot_search)


def _explore(depot_search: _DepotSearch) -> None:
    """Compare sets, expanding the cheapest first, until all are expanded or the share is spent."""
    everywhere = frozenset(range(len(depot_search.instance.opening)))
    depot_search.compare(everywhere)
    expanded: set[DepotSet] = set()
    while waiting := [depots for depots in depot_search.ranked() if depots not in expanded]:
        expanded.add(waiting[0])
        for depots in _neighbours(waiting[0], everywhere):
            if (
                depot_search.effort.spent() >= COMPARE_SHARE
                and len(depot_search.searches) >= MIN_SETS
            ):
                return
            depot_search.compare(depots)


def _neighbours(depots: DepotSet, everywhere: DepotSet) -> Iterator[DepotSet]:
    """Yield the sets with one depot less, one in the place of another, or one more."""
    for closed in sorted(depots):
        yield depots - {closed}
    for closed in sorted(depots):
        for opened in sorted(everywhere - depots):
            yield depots - {closed} | {opened}
    for opened in sorted(everywhere - depots):
        yield depots | {opened}


def _solution(depot_search: _DepotSearch) -> LocationRoutingSolution:
    """Return the cheapest set with its routes, audited."""
    instance = depot_search.instance.routing
    ranked = depot_search.ranked()
    if not ranked or depot_search.cost(ranked[0]) == float("inf"):
        raise SolverError(f"{instance.name}: no set of depots was found that serves every stop")
    routes = schedule_plan(instance, best_plan(depot_search.searches[ranked[0]]))
    routing = RoutingSolution(
        routes=routes,
        unserved=(),
        objective=sum(route_cost(instance, route) for route in routes),
        km=sum(driven_km(instance, route) for route in routes),
        engine="ruin",
        seconds=depot_search.effort.seconds(),
    )
    audit = audit_routes(instance, routing)
    if not audit.clean:
        raise SolverError("the auditor finds faults in the routes: " + "; ".join(audit.faults))
    used = sorted({instance.vehicles[route.vehicle].depot for route in routes})
    return LocationRoutingSolution(
        tuple(used), routing, routing.objective + float(depot_search.instance.opening[used].sum())
    )
