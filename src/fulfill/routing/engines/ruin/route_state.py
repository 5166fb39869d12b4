"""Routes as linked lists over places, and the compiled steps that change them.

Places are numbered depots first, then stops; `NONE` stands for "no place", and next to it is the
depot. Whatever changes a route keeps its load, its times and what leaves its depot up to date.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fulfill.model.kernel_cache import njit

NONE = -1
Floats = NDArray[np.float64]
Matrices = NDArray[np.float32] | NDArray[np.float64]
Ints = NDArray[np.int64]


class Task(NamedTuple):
    """What stays fixed: places by index, depots first; types of vehicles by index.

    `cost` (rates, places, places) by `rate` of the type, `back` the same turned round, so that the
    ways to a stop lie side by side in memory; `time` (profiles, places, places) by `profile` of the
    type; `near` (places, k): stops next to which a place is tried; `around` (places, k): those
    nearest to it; `bulk`, `far` (places,): size and way from a depot.
    """

    cost: Matrices
    back: Matrices
    time: Matrices
    near: NDArray[np.int32]
    around: NDArray[np.int32]
    demand: Floats
    bulk: Floats
    far: Floats
    ready: Floats
    due: Floats
    service: Floats
    depot: Ints
    rate: Ints
    profile: Ints
    fixed: Floats
    capacity: Floats
    opens: Floats
    closes: Floats
    dispatch: Floats
    timed: bool


class Tours(NamedTuple):
    """The current routes. By place: next, previous, route, earliest and latest begin; by route: ends, type, load.

    `ahead` and `behind` are what the legs to the next and from the previous place cost. `free` is a
    stack of unused route numbers, `absent` one of stops without a route; `height` has how many are
    on each. `used` counts vehicles by type against `fleet`, `sent` what leaves each depot.
    """

    succ: Ints
    pred: Ints
    ahead: Floats
    behind: Floats
    route: Ints
    early: Floats
    late: Floats
    first: Ints
    last: Ints
    kind: Ints
    size: Ints
    load: Floats
    used: Ints
    fleet: Ints
    sent: Floats
    free: Ints
    absent: Ints
    height: Ints
    missed: Floats


class Best(NamedTuple):
    """The best routes so far, and those changed since they were noted. `score`: cost now, best cost, absent at best."""

    first: Ints
    kind: Ints
    succ: Ints
    changed: Ints
    is_changed: NDArray[np.bool_]
    height: Ints
    score: Floats


def empty_tours(task: Task, n_routes: int) -> Tours:
    """Return tours in which no route is open, with room for a number of routes and a vehicle of a type for each."""
    n_places, n_kinds = len(task.bulk), len(task.depot)

    def nowhere(size: int) -> Ints:
        return np.full(size, NONE, np.int64)

    return Tours(
        succ=nowhere(n_places),
        pred=nowhere(n_places),
        ahead=np.zeros(n_places),
        behind=np.zeros(n_places),
        route=nowhere(n_places),
        early=np.zeros(n_places),
        late=np.zeros(n_places),
        first=nowhere(n_routes),
        last=nowhere(n_routes),
        kind=nowhere(n_routes),
        size=np.zeros(n_routes, np.int64),
        load=np.zeros((n_routes, task.demand.shape[1])),
        used=np.zeros(n_kinds, np.int64),
        fleet=np.full(n_kinds, n_routes, np.int64),
        sent=np.zeros(task.dispatch.shape),
        free=np.arange(n_routes, dtype=np.int64),
        absent=nowhere(n_places),
        height=np.array([n_routes, 0], np.int64),
        missed=np.ones(n_places),
    )


def no_best(tours: Tours) -> Best:
    """Return a note of best routes that takes the current ones as soon as it is asked to."""
    n_routes = len(tours.kind)
    return Best(
        first=np.full(n_routes, NONE, np.int64),
        kind=np.full(n_routes, NONE, np.int64),
        succ=np.full(len(tours.succ), NONE, np.int64),
        changed=np.arange(n_routes, dtype=np.int64),
        is_changed=np.ones(n_routes, np.bool_),
        height=np.array([n_routes], np.int64),
        score=np.array([0.0, np.inf, np.inf]),
    )


@njit(nogil=True, forceinline=True)
def retime(task, tours, route):
    """Recompute the earliest and latest begin of every stop of a route."""
    kind = tours.kind[route]
    depot, profile = task.depot[kind], task.profile[kind]
    before, time, stop = depot, task.opens[kind], tours.first[route]
    while stop != NONE:
        time = max(time + task.time[profile, before, stop], task.ready[stop])
        tours.early[stop] = time
        time += task.service[stop]
        before, stop = stop, tours.succ[stop]
    after, time, stop = depot, task.closes[kind], tours.last[route]
    while stop != NONE:
        time = min(time - task.time[profile, stop, after] - task.service[stop], task.due[stop])
        tours.late[stop] = time
        after, stop = stop, tours.pred[stop]


@njit(nogil=True, forceinline=True)
def open_route(task, tours, kind):
    """Take an unused route for a vehicle of a type and return its number."""
    tours.height[0] -= 1
    route = tours.free[tours.height[0]]
    tours.kind[route] = kind
    tours.size[route] = 0
    tours.load[route, :] = 0.0
    tours.first[route] = NONE
    tours.last[route] = NONE
    tours.used[kind] += 1
    return route


@njit(nogil=True, forceinline=True)
def close_route(tours, route):
    """Give back the number and the vehicle of a route."""
    tours.used[tours.kind[route]] -= 1
    tours.kind[route] = NONE
    tours.free[tours.height[0]] = route
    tours.height[0] += 1


@njit(nogil=True, forceinline=True)
def carry(task, tours, stop, route, sign):
    """Add a stop's load to a route and its depot, or with sign -1 take it off."""
    depot = task.depot[tours.kind[route]]
    for dimension in range(task.demand.shape[1]):
        load = sign * task.demand[stop, dimension]
        tours.load[route, dimension] += load
        tours.sent[depot, dimension] += load
    tours.size[route] += sign


@njit(nogil=True, forceinline=True)
def remove(task, tours, stop):
    """Take a stop out of its route, leaving times as they were; return the cost that is saved."""
    route = tours.route[stop]
    kind = tours.kind[route]
    saved = tours.behind[stop] + tours.ahead[stop] - unlink(task, tours, stop)
    return saved if tours.kind[route] != NONE else saved + task.fixed[kind]


@njit(nogil=True, forceinline=True)
def unlink(task, tours, stop):
    """Take a stop out of its route, and close the route if it was the last; return the cost of the leg in its place."""
    route, before, after = tours.route[stop], tours.pred[stop], tours.succ[stop]
    leg = join(task, tours, route, before, after)
    tours.route[stop] = NONE
    carry(task, tours, stop, route, -1)
    if tours.size[route] == 0:
        close_route(tours, route)
        return 0.0
    return leg


@njit(nogil=True, forceinline=True)
def join(task, tours, route, before, after):
    """Let a stop of a route follow another, NONE being the depot; return the cost of the leg."""
    kind = tours.kind[route]
    left = before if before != NONE else task.depot[kind]
    right = after if after != NONE else task.depot[kind]
    leg = float(task.cost[task.rate[kind], left, right])
    if before == NONE:
        tours.first[route] = after
    else:
        tours.succ[before], tours.ahead[before] = after, leg
    if after == NONE:
        tours.last[route] = before
    else:
        tours.pred[after], tours.behind[after] = before, leg
    return leg


@njit(nogil=True, forceinline=True)
def link(task, tours, stop, route, before):
    """Put a stop into a route after another, NONE for the beginning, leaving times as they were."""
    after = tours.first[route] if before == NONE else tours.succ[before]
    join(task, tours, route, before, stop)
    join(task, tours, route, stop, after)
    tours.route[stop] = route
    carry(task, tours, stop, route, 1)


@njit(nogil=True, forceinline=True)
def insert(task, tours, stop, route, before):
    """Put a stop into a route after another, NONE for the beginning."""
    link(task, tours, stop, route, before)
    if task.timed:
        retime(task, tours, route)


@njit(nogil=True, forceinline=True)
def fits(task, tours, stop, route):
    """Tell whether a route and its depot have room for a stop."""
    kind = tours.kind[route]
    depot = task.depot[kind]
    for dimension in range(task.demand.shape[1]):
        load = task.demand[stop, dimension]
        if tours.load[route, dimension] + load > task.capacity[kind, dimension]:
            return False
        if tours.sent[depot, dimension] + load > task.dispatch[depot, dimension]:
            return False
    return True


@njit(nogil=True, forceinline=True)
def in_time(task, tours, stop, kind, before, after):
    """Tell whether a stop between two others of a route, NONE being the depot, keeps every window."""
    depot, time = task.depot[kind], task.time[task.profile[kind]]
    if before == NONE:
        begin = task.opens[kind] + time[depot, stop]
    else:
        begin = tours.early[before] + task.service[before] + time[before, stop]
    begin = max(begin, task.ready[stop])
    if begin > task.due[stop]:
        return False
    begin += task.service[stop]
    if after == NONE:
        return begin + time[stop, depot] <= task.closes[kind]
    return begin + time[stop, after] <= tours.late[after]


@njit(nogil=True, forceinline=True)
def can_open(task, tours, stop, kind):
    """Tell whether one more vehicle of a type could serve a stop alone."""
    if tours.used[kind] >= tours.fleet[kind]:
        return False
    depot = task.depot[kind]
    for dimension in range(task.demand.shape[1]):
        load = task.demand[stop, dimension]
        if load > task.capacity[kind, dimension]:
            return False
        if tours.sent[depot, dimension] + load > task.dispatch[depot, dimension]:
            return False
    return not task.timed or in_time(task, tours, stop, kind, NONE, NONE)
