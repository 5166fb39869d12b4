"""A search by ruin and recreate: state, effort, first routes and annealing."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from fulfill.routing.engines.ruin.compiled_instance import CompiledInstance, Ints
from fulfill.routing.engines.ruin.kernels import anneal, seed_random, update_best
from fulfill.routing.engines.ruin.route_state import (
    N_ABSENT,
    NONE,
    BestRoutes,
    RouteState,
    empty_state,
    no_best_routes,
    remove,
)
from fulfill.routing.engines.ruin.savings import build_savings_routes
from fulfill.routing.instance import RoutingInstance
from fulfill.routing.solution import RoutePlan, RoutingParams

STEPS_PER_CHECK = 1000
"""Steps between two looks at the clock."""
FINAL, FINAL_TIMED = 0.04, 0.05
"""Last temperature in mean legs, without and with windows."""
INITIAL_PER_STEP = 1e-2
"""First temperature in mean legs, for each step that there is for a stop."""
INITIAL_BOUNDS, INITIAL_BOUNDS_TIMED = (0.05, 1.0), (0.5, 2.0)
"""Bounds of the first temperature in mean legs, without and with windows.

Only runs of less than a hundred steps a stop begin below the upper bound. With 10^6 steps on X-n513
and X-n1001, 1.0 to 0.04 ends best; 0.4 to 0.01 ends half a percent above it.
"""


class Effort:
    """How much of the permitted effort is spent: steps where their number is limited, else seconds.

    Parameters
    ----------
    params : RoutingParams
        The limits; the clock starts now.
    """

    def __init__(self, params: RoutingParams) -> None:
        self._params = params
        self._begun = self._counted = time.perf_counter()
        self._steps = 0

    def start_steps(self) -> None:
        """Note that the steps begin now, which their speed is measured from."""
        self._counted = time.perf_counter()

    def count(self, steps: int) -> None:
        """Count steps that were made."""
        self._steps += steps

    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self._begun

    def at_most(self, share: float) -> float:
        """Return a share of the permitted seconds, but no more than are left.

        Parameters
        ----------
        share : float
            From 0 to 1.

        Returns
        -------
        float
            Seconds, infinite where steps are counted.
        """
        if self._params.iterations is not None:
            return np.inf
        return max(min(share, 1.0 - self.spent()) * self._params.time_limit, 0.01)

    def spent(self) -> float:
        """Return the share spent, from 0 to 1."""
        if self._params.iterations is not None:
            return min(1.0, self._steps / max(self._params.iterations, 1))
        return min(1.0, self.seconds() / self._params.time_limit)

    def steps_left(self) -> float:
        """Return how many steps are still to come, going by the speed so far."""
        if self._params.iterations is not None:
            return float(self._params.iterations - self._steps)
        seconds = time.perf_counter() - self._counted
        return self._params.time_limit * (1.0 - self.spent()) * self._steps / max(seconds, 1e-3)


@dataclass(frozen=True)
class Search:
    """The state of a search: fixed data, current and best routes. Its arrays change."""

    data: CompiledInstance
    state: RouteState
    best: BestRoutes

    def copy(self) -> Search:
        """Return a search that goes on from here by itself."""
        state = RouteState._make(array.copy() for array in self.state)
        return Search(self.data, state, BestRoutes._make(array.copy() for array in self.best))

    def mean_leg(self) -> float:
        """Return the mean cost of a leg of the current routes, USD: the unit of temperatures."""
        driving = float(self.state.cost[0]) - float(self.data.fixed_cost @ self.state.used)
        return max(driving / len(self.state.succ), 1e-9)


def fleet_sizes(instance: RoutingInstance) -> Ints:
    """Return the number of vehicles by type, (n_types,), never more than there are stops."""
    n_stops = len(instance.stops)
    return np.array(
        [n_stops if v.available is None else min(v.available, n_stops) for v in instance.vehicles]
    )


def start_search(data: CompiledInstance, fleet: Ints, seed: int) -> Search:
    """Return a search that starts with the savings routes.

    Parameters
    ----------
    fleet : (n_types,)
        Vehicles.
    seed : int
        Seed of the random numbers of the compiled steps, which all searches share.

    Returns
    -------
    Search
        Where the fleet is smaller than the savings routes, without the routes of fewest stops.
    """
    n_depots = len(data.depot_capacity)
    state = empty_state(data, n_routes=len(data.demand) - n_depots)
    # Savings see which types there are, not how many: mergers bring the number down.
    state.available[fleet == 0] = 0
    seed_random(seed)
    state.cost[0] = build_savings_routes(data, state, not data.timed and is_symmetric(data))
    search = Search(data, state, no_best_routes(state))
    state.available[:] = fleet
    for kind in np.flatnonzero(state.used > fleet):
        routes = np.flatnonzero(state.kind == kind)
        smallest = routes[np.argsort(state.size[routes], kind="stable")]
        for route in smallest[: state.used[kind] - fleet[kind]]:
            empty_route(search, int(route))
    absent = n_depots + np.flatnonzero(state.route[n_depots:] == NONE)
    state.absent[: len(absent)], state.counts[N_ABSENT] = absent, len(absent)
    update_best(state, search.best)
    return search


def is_symmetric(data: CompiledInstance) -> bool:
    """Tell whether every leg costs the same in both directions."""
    return data.cost_into is data.cost


def empty_route(search: Search, route: int) -> list[int]:
    """Remove all stops of a route, which closes it.

    Returns
    -------
    list of int
        The stops, as places; they are not listed as absent yet.
    """
    stops = [int(stop) for stop in np.flatnonzero(search.state.route == route)]
    for stop in stops:
        search.state.cost[0] -= remove(search.data, search.state, stop)
    return stops


def anneal_until(search: Search, effort: Effort, until: float = 1.0) -> None:
    """Anneal until a share of the effort is spent, from a temperature that suits the steps left.

    Parameters
    ----------
    until : float
        Share of the effort, from 0 to 1.
    """
    data, state, best = search.data, search.state, search.best
    cold = final_temperature(search)
    # A first round at the last temperature: the speed of the steps is known after it, and the mean
    # leg no longer that of savings routes.
    effort.count(anneal(data, state, best, STEPS_PER_CHECK, cold, cold, False))
    if effort.spent() < until:
        _cool(search, effort, until, initial_temperature(search, effort, until), cold)


def anneal_between(search: Search, effort: Effort, until: float, hot: float, cold: float) -> None:
    """Anneal until a share of the effort is spent.

    Parameters
    ----------
    until : float
        Share of the effort, from 0 to 1.
    hot, cold : float
        First and last temperature, in mean legs of the routes there are.
    """
    leg = search.mean_leg()
    _cool(search, effort, until, hot * leg, cold * leg)


def _cool(search: Search, effort: Effort, until: float, hot: float, cold: float) -> None:
    """Anneal until a share of the effort is spent, at falling temperatures, USD."""
    data, state, best, begun = search.data, search.state, search.best, effort.spent()
    while (spent := effort.spent()) < until:
        temperature = hot * (cold / hot) ** ((spent - begun) / (until - begun))
        effort.count(anneal(data, state, best, STEPS_PER_CHECK, temperature, temperature, False))


def initial_temperature(search: Search, effort: Effort, until: float) -> float:
    """Return the first temperature, USD, for the steps until a share of the effort is spent."""
    spent = effort.spent()
    steps = effort.steps_left() * (until - spent) / max(1.0 - spent, 1e-9)
    n_stops = len(search.state.succ) - len(search.data.depot_capacity)
    bounds = INITIAL_BOUNDS_TIMED if search.data.timed else INITIAL_BOUNDS
    return float(np.clip(INITIAL_PER_STEP * steps / n_stops, *bounds)) * search.mean_leg()


def final_temperature(search: Search) -> float:
    """Return the last temperature, USD."""
    return (FINAL_TIMED if search.data.timed else FINAL) * search.mean_leg()


def best_plan(search: Search) -> RoutePlan:
    """Return the best routes found."""
    n_depots = len(search.data.depot_capacity)
    plan: RoutePlan = []
    for route in np.flatnonzero(search.best.kind != NONE):
        stops, stop = [], int(search.best.first[route])
        while stop != NONE:
            stops.append(stop - n_depots)
            stop = int(search.best.succ[stop])
        plan.append((int(search.best.kind[route]), [stops]))
    return plan
