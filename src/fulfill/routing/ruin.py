"""Engine `ruin`: savings, then ruin and recreate under simulated annealing; fewest vehicles by leaving routes out.

A route less is tried by taking one away and annealing until all of its stops have found a place in the others, with
stops that were often left out weighing more (Christiaens and Vanden Berghe 2020, section 3.4 there).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from math import ceil

import numpy as np
from numpy.typing import NDArray

from fulfill.routing.ejection import squeeze
from fulfill.routing.instance import RoutingInstance, VehicleType
from fulfill.routing.loose import anneal_loosely
from fulfill.routing.pool import Chosen, RoutePool
from fulfill.routing.ruin_kernels import anneal, keep_best, seed_random
from fulfill.routing.savings import start_by_savings
from fulfill.routing.solution import Plan, RoutingParams
from fulfill.routing.tours import NONE, Best, Task, Tours, empty_tours, insert, no_best, open_route, remove

NO_WAY = 1e9
"""Cost that stands for a leg that does not exist."""
NEAR, NEAR_TIMED = 40, 100
"""Neighbours next to which a stop is inserted, without and with windows."""
AROUND = 100
"""Neighbours around a stop from whose routes strings are removed."""
STEPS = 1000
"""Steps between two looks at the clock."""
COLD, COLD_TIMED = 0.04, 0.05
"""Last temperature in mean legs, without and with windows."""
WAIT = 0.2
"""How near a stop is counts its distance and so much of the driver's wait there."""
HEAT, HOT, HOT_TIMED = 1e-2, (0.05, 1.0), (0.5, 2.0)
"""First temperature in mean legs: so much a step for each stop; its bounds without and with windows.

Only runs of less than a hundred steps a stop begin below the upper bound. With 10^6 steps on X-n513 and X-n1001, 1.0
to 0.04 ends best; 0.4 to 0.01 ends half a percent above it.
"""
FLEET_HEAT = 0.3
"""Temperature in mean legs while routes are left out."""
ROUNDS, STIRS = 50, 20
"""Ejections between two looks at the clock while routes are left out, and steps after each."""
FLEET_SHARE = 0.25
"""Share of the effort that may go into fewer vehicles."""
REFINED = 150
"""Stops up to which routes by the fewest vehicles are cooled several times; more want one long cooling."""
PROBE, FEW = 0.1, 5
"""Share of what is left after that to see whether the fleet is hardly enough: fewer routes met than so many a stop."""
CYCLES, CYCLES_LOOSE = 2, 8
"""How often routes are cooled and combined: with a fleet that is easily enough, and with one that hardly is."""
SAMPLE = 50
"""Steps between two looks at the routes for the pool."""
COMBINING = 0.05
"""Share of the effort that one combination of routes may take."""
HOT_LOOSE, CHEAP, DEAR = 0.7, 3.0, 6.0
"""Where stops may be absent: first temperature, and first and last price of an absent stop, in mean legs."""
REPAIRS = 20
"""Calls of `squeeze` at most to bring absent stops back after that."""

Array = NDArray[np.float64]


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


def solve_ruin(instance: RoutingInstance, params: RoutingParams, until: float = 1.0) -> Plan:
    """Return routes for an instance without breaks, second trips, ranges or shift lengths.

    Parameters
    ----------
    until : share of the effort after which another engine goes on
    """
    compile_kernels()
    effort = Effort(params)
    search = begin(build_task(instance), fleet_of(instance), params.seed)
    effort.start()
    if instance.fewest_vehicles:
        search = _fewer_vehicles(search, effort)
    refined = instance.fewest_vehicles and len(instance.stops) <= REFINED
    (refine if refined else cool)(search, effort, until)
    return plan_of(search)


@cache
def compile_kernels() -> None:
    """Compile the steps, or load them as compiled before, so that no search is charged for it."""
    square = np.ones((3, 3))
    tiny = RoutingInstance(
        name="tiny",
        depots=("depot",),
        stops=("a", "b"),
        demand=np.ones((2, 1)),
        ready=np.zeros(2),
        due=np.ones(2),
        service=np.zeros(2),
        vehicles=(VehicleType("van", 0, (2.0,)),),
        km=(square,),
        hours=(square,),
    )
    search = begin(build_task(tiny), fleet_of(tiny), seed=0)
    anneal(search.task, search.tours, search.best, 2, 1.0, 1.0, False)
    anneal_loosely(search.task, search.tours, search.best, 2, 1.0, NO_WAY)
    squeeze(search.task, search.tours, search.best, 1, 1, 1.0)


def first_plan(instance: RoutingInstance, seed: int) -> Plan:
    """Return the savings routes, one trip a vehicle, with what of the rest fits in: a start for any engine.

    Breaks, ranges and shift lengths are not looked at.
    """
    search = begin(build_task(instance), fleet_of(instance), seed)
    cold = COLD * search.leg()
    anneal(search.task, search.tours, search.best, 1, cold, cold, False)
    return plan_of(search)


def fleet_of(instance: RoutingInstance) -> NDArray[np.int64]:
    """Return the number of vehicles by type, never more than there are stops."""
    n_stops = len(instance.stops)
    return np.array([n_stops if v.available is None else min(v.available, n_stops) for v in instance.vehicles])


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


def refine(search: Search, effort: Effort, end: float) -> None:
    """Cool several times with a fixed fleet until a share of the effort is spent; combine the routes met after each.

    Where a first short time meets few routes the fleet is hardly enough: what is removed comes back to where it was,
    and only with stops absent for a while does the search get away from there. It then does so every other time: far
    from the best known, as with fleets found at once, the times between gain more.
    """
    pool, few = RoutePool(search.task), FEW * len(search.tours.succ)
    cool_into(search, effort, pool, effort.spent() + PROBE * (end - effort.spent()), loosely=False)
    loosely = len(pool) < few
    for left in range(CYCLES_LOOSE if loosely else CYCLES, 0, -1):
        spent = effort.spent()
        cool_into(search, effort, pool, spent + (end - spent) * (1.0 - COMBINING) / left, loosely and left % 2 == 0)
        if search.best.score[2] > 0:
            continue
        cost, chosen = pool.combine(search.tours, float(search.best.score[1]), effort.at_most(COMBINING))
        if chosen:
            replace_routes(search, chosen, cost)


def cool_into(search: Search, effort: Effort, pool: RoutePool, until: float, loosely: bool) -> None:
    """Anneal until a share of the effort is spent and keep the routes met in a pool; `loosely`: stops may be absent."""
    task, tours, best = search.task, search.tours, search.best
    leg, begun = search.leg(), effort.spent()
    hot, cold = HOT_LOOSE * leg if loosely else _first_temperature(search, effort, until), _last_temperature(search)
    cheap, dear = (CHEAP * leg, DEAR * leg) if loosely else (NO_WAY, NO_WAY)
    while (spent := effort.spent()) < until:
        along = (spent - begun) / (until - begun)
        temperature, price = hot * (cold / hot) ** along, cheap * (dear / cheap) ** along
        anneal_loosely(task, tours, best, SAMPLE, float(temperature), float(price))
        effort.count(SAMPLE)
        pool.add(tours.first, tours.kind, tours.succ)
    for _ in range(REPAIRS):
        if tours.height[1] == 0 or effort.spent() >= until + COMBINING:
            break
        effort.count(int(squeeze(task, tours, best, ROUNDS, STIRS, FLEET_HEAT * leg)))
        pool.add(tours.first, tours.kind, tours.succ)


def replace_routes(search: Search, chosen: Chosen, cost: float) -> None:
    """Put other routes, better than the best, that serve every stop in the place of the current ones."""
    task, tours, best = search.task, search.tours, search.best
    for route in np.flatnonzero(tours.kind != NONE):
        take_away(search, int(route))
    for kind, stops in chosen:
        route, before = open_route(task, tours, kind), NONE
        for stop in stops:
            insert(task, tours, stop, route, before)
            before = stop
    tours.height[1] = 0
    best.score[0] = cost
    best.height[0] = len(tours.kind)
    best.changed[:] = np.arange(len(tours.kind))
    best.is_changed[:] = True
    keep_best(tours, best)


def cool(search: Search, effort: Effort, until: float = 1.0) -> None:
    """Anneal until a share of the effort is spent, from a temperature that suits the steps there will be."""
    task, tours, best = search.task, search.tours, search.best
    cold = _last_temperature(search)
    effort.count(anneal(task, tours, best, STEPS, cold, cold, False))
    begun = effort.spent()
    if begun >= until:
        return
    hot = _first_temperature(search, effort, until)
    while (spent := effort.spent()) < until:
        temperature = hot * (cold / hot) ** ((spent - begun) / (until - begun))
        effort.count(anneal(task, tours, best, STEPS, temperature, temperature, False))


def _first_temperature(search: Search, effort: Effort, until: float) -> float:
    """Return the temperature that suits the steps there will be until a share of the effort is spent."""
    spent = effort.spent()
    steps = effort.steps_left() * (until - spent) / max(1.0 - spent, 1e-9)
    bounds = HOT_TIMED if search.task.timed else HOT
    return float(np.clip(HEAT * steps / (len(search.tours.succ) - len(search.task.dispatch)), *bounds)) * search.leg()


def _last_temperature(search: Search) -> float:
    """Return the temperature to end with."""
    return (COLD_TIMED if search.task.timed else COLD) * search.leg()


def _fewer_vehicles(search: Search, effort: Effort) -> Search:
    """Return a search with as few vehicles as could be found in its share of the effort, all stops served."""
    task = search.task
    least = _least_vehicles(task)
    hot = FLEET_HEAT * search.leg()
    found: Search | None = None
    while effort.spent() < FLEET_SHARE:
        if search.tours.height[1] == 0:
            found = search.copy()
            if search.tours.used.sum() <= least:
                break
            _drop_route(search)
        effort.count(max(int(squeeze(task, search.tours, search.best, ROUNDS, STIRS, hot)), 1))
    if found is None:
        return search
    found.tours.fleet[:] = found.tours.used
    return found


def _drop_route(search: Search) -> None:
    """Take away the route whose stops were missed least and its vehicle."""
    tours, best = search.tours, search.best
    routes = np.flatnonzero(tours.kind != NONE)
    on_route = tours.route >= 0
    missed = np.bincount(tours.route[on_route], weights=tours.missed[on_route], minlength=len(tours.kind))
    route = int(routes[missed[routes].argmin()])
    kind = int(tours.kind[route])
    stops = take_away(search, route)
    tours.fleet[kind] = tours.used[kind]
    tours.absent[: len(stops)], tours.height[1] = stops, len(stops)
    best.height[0] = len(tours.kind)
    best.changed[:] = np.arange(len(tours.kind))
    best.is_changed[:] = True
    keep_best(tours, best)


def _least_vehicles(task: Task) -> int:
    """Return the number of the largest vehicles that the total demand fills."""
    return int(
        max(ceil(load / room - 1e-9) for load, room in zip(task.demand.sum(0), task.capacity.max(0), strict=True))
    )


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


def build_task(instance: RoutingInstance) -> Task:
    """Return an instance as the arrays of the compiled steps."""
    n_depots, kinds = len(instance.depots), instance.vehicles
    rates = sorted({(kind.cost_per_km, kind.cost_per_hour, kind.profile) for kind in kinds})
    cost = np.stack([_leg_cost(instance, *rate) for rate in rates])
    timed = instance.timed
    time_ = np.stack(instance.hours) if timed else np.zeros((len(instance.hours), 1, 1))
    pad = np.zeros(n_depots)
    demand = np.vstack([np.zeros((n_depots, instance.demand.shape[1])), instance.demand])
    capacity = np.array([kind.capacity for kind in kinds])
    depot = np.array([kind.depot for kind in kinds])
    task = Task(
        cost=cost,
        back=_turned(cost),
        time=time_,
        near=np.zeros((0, 0), np.int32),
        around=np.zeros((0, 0), np.int32),
        demand=demand,
        bulk=np.nan_to_num(demand / np.maximum(capacity.max(axis=0), 1e-12)).max(axis=1),
        far=cost[:, depot].min(axis=(0, 1)).astype(np.float64),
        ready=np.concatenate([pad, instance.ready]),
        due=np.concatenate([pad, instance.due]),
        service=np.concatenate([pad, instance.service]),
        depot=depot,
        rate=np.array([rates.index((kind.cost_per_km, kind.cost_per_hour, kind.profile)) for kind in kinds]),
        profile=np.array([kind.profile for kind in kinds]),
        fixed=np.array([0.0 if instance.fewest_vehicles else kind.cost_per_day for kind in kinds]),
        capacity=capacity,
        opens=np.array([kind.opens for kind in kinds]),
        closes=np.array([kind.closes for kind in kinds]),
        dispatch=instance.depot_capacity.astype(np.float64),
        timed=timed,
    )
    around = _neighbours(task, n_depots, AROUND, windows=False)
    if not timed:
        return task._replace(near=np.ascontiguousarray(around[:, :NEAR]), around=around)
    return task._replace(near=_neighbours(task, n_depots, NEAR_TIMED, windows=True), around=around)


def _turned(cost: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cost of every leg from its end to its beginning; no copy where both ways cost the same."""
    turned = cost.transpose(0, 2, 1)
    return cost if np.array_equal(cost, turned) else np.ascontiguousarray(turned)


def _leg_cost(instance: RoutingInstance, per_km: float, per_hour: float, profile: int) -> NDArray[np.float32]:
    """Return the cost of every leg at a rate, `NO_WAY` where there is none."""
    cost = np.empty(instance.km[profile].shape, np.float32)
    for row, km, hours in zip(cost, instance.km[profile], instance.hours[profile], strict=True):
        row[:] = np.where(np.isfinite(km + hours), per_km * np.minimum(km, NO_WAY), NO_WAY)
        if per_hour:
            row += (per_hour * np.minimum(hours, NO_WAY)).astype(np.float32)
    return cost


def _neighbours(task: Task, n_depots: int, wanted: int, windows: bool) -> NDArray[np.int32]:
    """Return the stops next to each place, (places, k), by cost or also by the wait between their windows.

    A place stands itself where it has fewer neighbours that can follow or precede it.
    """
    n_places = len(task.bulk)
    wanted = min(wanted, max(n_places - n_depots - 1, 1))
    near = np.empty((n_places, wanted), np.int32)
    worth = float(task.cost[0].mean() / max(task.time[0].mean(), 1e-9)) if windows else 0.0
    for place in range(n_places):
        way = np.minimum(task.cost[:, place, n_depots:], task.cost[:, n_depots:, place]).min(axis=0).astype(float)
        if windows and place >= n_depots:
            way = np.minimum(_apart(task, place, n_depots, worth, 1), _apart(task, place, n_depots, worth, -1))
        if place >= n_depots:
            way[place - n_depots] = np.inf
        order = np.argpartition(way, wanted - 1)[:wanted]
        order = order[np.argsort(way[order], kind="stable")]
        near[place] = np.where(way[order] < NO_WAY, n_depots + order, place)
    return near


def _apart(task: Task, place: int, n_depots: int, worth: float, direction: int) -> Array:
    """Return how far a stop is from each as its predecessor (direction 1) or follower, inf where windows forbid it."""
    others = slice(n_depots, None)
    if direction == 1:
        way, hours = task.cost[:, place, others].min(axis=0), task.time[:, place, others].min(axis=0)
        first, last = task.ready[place] + task.service[place], task.due[place] + task.service[place]
        ready, due = task.ready[others], task.due[others]
    else:
        way, hours = task.cost[:, others, place].min(axis=0), task.time[:, others, place].min(axis=0)
        first, last = (window[others] + task.service[others] for window in (task.ready, task.due))
        ready, due = task.ready[place], task.due[place]
    wait = np.maximum(ready - last - hours, 0.0)
    with np.errstate(invalid="ignore"):
        wait = np.nan_to_num(wait, nan=0.0)
    return np.where(first + hours <= due, way + WAIT * worth * wait, np.inf)
