"""A search of ruin and recreate: its state, the effort it may spend, its beginning and its cooling."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.routing.engines.ruin.kernels import anneal, keep_best, seed_random
from fulfill.routing.engines.ruin.route_state import (
    NONE,
    Best,
    Task,
    Tours,
    empty_tours,
    no_best,
    remove,
)
from fulfill.routing.engines.ruin.savings import start_by_savings
from fulfill.routing.instance import RoutingInstance
from fulfill.routing.solution import Plan, RoutingParams

STEPS = 1000
"""Steps between two looks at the clock."""
COLD, COLD_TIMED = 0.04, 0.05
"""Last temperature in mean legs, without and with windows."""
HEAT, HOT, HOT_TIMED = 1e-2, (0.05, 1.0), (0.5, 2.0)
"""First temperature in mean legs: so much a step for each stop; its bounds without and with windows.

Only runs of less than a hundred steps a stop begin below the upper bound. With 10^6 steps on X-n513
and X-n1001, 1.0 to 0.04 ends best; 0.4 to 0.01 ends half a percent above it.
"""


class Effort:
    """How much of the permitted effort is spent: steps where their number is limited, else seconds."""

    def __init__(self, params: RoutingParams) -> None:
        self._params = params
        self._begun = self._counted = time.perf_counter()
        self._steps = 0

    def start(self) -> None:
        """Note that the steps begin now, which their speed is measured from."""
        self._counted = time.perf_counter()

    def count(self, steps: int) -> None:
        """Count steps that were made."""
        self._steps += steps

    def seconds(self) -> float:
        """Return the seconds since the beginning."""
        return time.perf_counter() - self._begun

    def at_most(self, share: float) -> float:
        """Return so much of the permitted seconds, no more than are left; `inf` where steps are counted."""
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
    """The state of a search: fixed data, current routes, best routes. The arrays change as it goes on."""

    task: Task
    tours: Tours
    best: Best

    def copy(self) -> Search:
        """Return a search that goes on from here by itself."""
        tours = Tours._make(array.copy() for array in self.tours)
        return Search(self.task, tours, Best._make(array.copy() for array in self.best))

    def leg(self) -> float:
        """Return the mean cost of a leg of the current routes: what temperatures are measured in."""
        driving = float(self.best.score[0]) - float(self.task.fixed @ self.tours.used)
        return max(driving / len(self.tours.succ), 1e-9)


def fleet_of(instance: RoutingInstance) -> NDArray[np.int64]:
    """Return the number of vehicles by type, never more than there are stops."""
    n_stops = len(instance.stops)
    return np.array(
        [n_stops if v.available is None else min(v.available, n_stops) for v in instance.vehicles]
    )


def begin(task: Task, fleet: NDArray[np.int64], seed: int) -> Search:
    """Return a search that stands at the savings routes, without those that the fleet cannot drive."""
    n_stops = len(task.bulk) - len(task.dispatch)
    tours = empty_tours(task, n_routes=n_stops)
    tours.fleet[fleet == 0] = 0
    seed_random(seed)
    cost = start_by_savings(task, tours, turnable=not task.timed and symmetric(task))
    search = Search(task, tours, no_best(tours))
    search.best.score[0] = cost
    tours.fleet[:] = fleet
    for kind in np.flatnonzero(tours.used > fleet):
        routes = np.flatnonzero(tours.kind == kind)
        smallest = routes[np.argsort(tours.size[routes], kind="stable")]
        for route in smallest[: tours.used[kind] - fleet[kind]]:
            take_away(search, int(route))
    absent = len(task.dispatch) + np.flatnonzero(tours.route[len(task.dispatch) :] == NONE)
    tours.absent[: len(absent)], tours.height[1] = absent, len(absent)
    keep_best(tours, search.best)
    return search


def symmetric(task: Task) -> bool:
    """Tell whether every leg costs the same both ways."""
    return task.back is task.cost


def take_away(search: Search, route: int) -> list[int]:
    """Empty a route; return its stops, which are not listed as absent yet."""
    stops = [int(stop) for stop in np.flatnonzero(search.tours.route == route)]
    for stop in stops:
        search.best.score[0] -= remove(search.task, search.tours, stop)
    return stops


def cool(search: Search, effort: Effort, until: float = 1.0) -> None:
    """Anneal until a share of the effort is spent, from a temperature that suits the steps there will be."""
    task, tours, best = search.task, search.tours, search.best
    cold = last_temperature(search)
    effort.count(anneal(task, tours, best, STEPS, cold, cold, False))
    begun = effort.spent()
    if begun >= until:
        return
    hot = first_temperature(search, effort, until)
    while (spent := effort.spent()) < until:
        temperature = hot * (cold / hot) ** ((spent - begun) / (until - begun))
        effort.count(anneal(task, tours, best, STEPS, temperature, temperature, False))


def first_temperature(search: Search, effort: Effort, until: float) -> float:
    """Return the temperature that suits the steps there will be until a share of the effort is spent."""
    spent = effort.spent()
    steps = effort.steps_left() * (until - spent) / max(1.0 - spent, 1e-9)
    bounds = HOT_TIMED if search.task.timed else HOT
    return (
        float(np.clip(HEAT * steps / (len(search.tours.succ) - len(search.task.dispatch)), *bounds))
        * search.leg()
    )


def last_temperature(search: Search) -> float:
    """Return the temperature to end with."""
    return (COLD_TIMED if search.task.timed else COLD) * search.leg()


def plan_of(search: Search) -> Plan:
    """Return the best routes found."""
    n_depots = len(search.task.dispatch)
    plan: Plan = []
    for route in np.flatnonzero(search.best.kind != NONE):
        stops, stop = [], int(search.best.first[route])
        while stop != NONE:
            stops.append(stop - n_depots)
            stop = int(search.best.succ[stop])
        plan.append((int(search.best.kind[route]), [stops]))
    return plan
