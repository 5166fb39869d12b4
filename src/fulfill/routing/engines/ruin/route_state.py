"""Routes as doubly linked lists over places, and the compiled steps that change them.

Places are numbered depots first, then stops; `NONE` stands for "no place", and the depot is next to
it. Whatever changes a route keeps its load, its times and what its depot sends up to date.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fulfill.model.kernel_cache import njit
from fulfill.routing.engines.ruin.compiled_instance import CompiledInstance, Floats, Ints

NONE = -1
N_FREE, N_ABSENT = 0, 1
"""Entries of `RouteState.counts`: one array for both, since each more slows compiled steps down."""


class RouteState(NamedTuple):
    """The current routes. Single figures are arrays of one entry, which compiled steps can set.

    Attributes
    ----------
    succ, pred : (n_places,)
        Next and previous stop on the route, `NONE` for the depot.
    cost_to_next, cost_from_previous : (n_places,)
        Cost of the legs from and to a stop, USD.
    route : (n_places,)
        Number of the route, `NONE` for a stop without one.
    earliest, latest : (n_places,)
        Beginning of service that the rest of the route allows, hours.
    first, last : (n_routes,)
        Stops.
    kind : (n_routes,)
        Vehicle type, `NONE` where the number is not used.
    size : (n_routes,)
        Stops.
    load : (n_routes, n_dimensions)
    used, available : (n_types,)
        Vehicles.
    dispatched : (n_depots, n_dimensions)
        What the routes of a depot carry.
    free_routes : ndarray of int
        Stack of the numbers that no route uses.
    absent : ndarray of int
        Stops without a route.
    counts : ndarray of int
        How many free routes (`N_FREE`) and absent stops (`N_ABSENT`) there are.
    absences : (n_places,)
        How often a stop was left without a route, counted by each engine step.
    cost : ndarray
        USD of all routes, fixed costs included.
    """

    succ: Ints
    pred: Ints
    cost_to_next: Floats
    cost_from_previous: Floats
    route: Ints
    earliest: Floats
    latest: Floats
    first: Ints
    last: Ints
    kind: Ints
    size: Ints
    load: Floats
    used: Ints
    available: Ints
    dispatched: Floats
    free_routes: Ints
    absent: Ints
    counts: Ints
    absences: Floats
    cost: Floats


class BestRoutes(NamedTuple):
    """The best routes so far, and which routes have changed since they were stored.

    Attributes
    ----------
    first, kind : (n_routes,)
        As in `RouteState`.
    succ : (n_places,)
        As in `RouteState`.
    cost : USD
    n_absent : ndarray of int
        Stops without a route.
    changed, n_changed : ndarray of int
        Numbers of the routes changed since.
    is_changed : (n_routes,)
        The same as flags.
    """

    first: Ints
    kind: Ints
    succ: Ints
    cost: Floats
    n_absent: Ints
    changed: Ints
    n_changed: Ints
    is_changed: NDArray[np.bool_]


def empty_state(data: CompiledInstance, n_routes: int) -> RouteState:
    """Return a state without routes.

    Parameters
    ----------
    n_routes : int
        Most routes there can be; as many vehicles of each type are available.

    Returns
    -------
    RouteState
        With every stop off the routes, but none listed in `absent` yet.
    """
    n_places, n_types = len(data.demand), len(data.depot)

    def nowhere(size: int) -> Ints:
        return np.full(size, NONE, np.int64)

    return RouteState(
        succ=nowhere(n_places),
        pred=nowhere(n_places),
        cost_to_next=np.zeros(n_places),
        cost_from_previous=np.zeros(n_places),
        route=nowhere(n_places),
        earliest=np.zeros(n_places),
        latest=np.zeros(n_places),
        first=nowhere(n_routes),
        last=nowhere(n_routes),
        kind=nowhere(n_routes),
        size=np.zeros(n_routes, np.int64),
        load=np.zeros((n_routes, data.demand.shape[1])),
        used=np.zeros(n_types, np.int64),
        available=np.full(n_types, n_routes, np.int64),
        dispatched=np.zeros(data.depot_capacity.shape),
        free_routes=np.arange(n_routes, dtype=np.int64),
        absent=nowhere(n_places),
        counts=np.array([n_routes, 0], np.int64),
        absences=np.ones(n_places),
        cost=np.zeros(1),
    )


def no_best_routes(state: RouteState) -> BestRoutes:
    """Return best routes worse than any: `update_best` then stores the whole of a state."""
    n_routes = len(state.kind)
    return BestRoutes(
        first=np.full(n_routes, NONE, np.int64),
        kind=np.full(n_routes, NONE, np.int64),
        succ=np.full(len(state.succ), NONE, np.int64),
        cost=np.full(1, np.inf),
        n_absent=np.full(1, np.iinfo(np.int64).max),
        changed=np.arange(n_routes, dtype=np.int64),
        n_changed=np.array([n_routes], np.int64),
        is_changed=np.ones(n_routes, np.bool_),
    )


@njit(nogil=True, forceinline=True)
def update_times(data, state, route):
    """Recompute the earliest and latest beginning of service of every stop of a route.

    Parameters
    ----------
    data : CompiledInstance
    state : RouteState
        Its `earliest` and `latest` are set.
    route : int
    """
    kind = state.kind[route]
    depot, profile = data.depot[kind], data.profile[kind]
    before, time, stop = depot, data.opens[kind], state.first[route]
    # Forwards: as early as the stops before allow. Backwards: as late as the stops behind allow.
    # With both an insertion is checked in constant time (Savelsbergh 1992, see `schedule.py`).
    while stop != NONE:
        time = max(time + data.time[profile, before, stop], data.ready[stop])
        state.earliest[stop] = time
        time += data.service[stop]
        before, stop = stop, state.succ[stop]
    after, time, stop = depot, data.closes[kind], state.last[route]
    while stop != NONE:
        time = min(time - data.time[profile, stop, after] - data.service[stop], data.due[stop])
        state.latest[stop] = time
        after, stop = stop, state.pred[stop]


@njit(nogil=True, forceinline=True)
def update_times_around(data, state, stop):
    """Recompute the times of a new stop of a route, and those of the others that it changes.

    Parameters
    ----------
    data : CompiledInstance
    state : RouteState
        Its `earliest` and `latest` are set; those of the other stops hold without the new one.
    stop : int
    """
    kind = state.kind[state.route[stop]]
    depot, profile = data.depot[kind], data.profile[kind]
    before, after = state.pred[stop], state.succ[stop]
    if before == NONE:
        time = data.opens[kind] + data.time[profile, depot, stop]
    else:
        time = state.earliest[before] + data.service[before] + data.time[profile, before, stop]
    state.earliest[stop] = max(time, data.ready[stop])
    if after == NONE:
        time = data.closes[kind] - data.time[profile, stop, depot]
    else:
        time = state.latest[after] - data.time[profile, stop, after]
    state.latest[stop] = min(time - data.service[stop], data.due[stop])
    # A wait absorbs the delay of the stops behind, a late due time the hurry of those in front: on
    # long routes few of them change.
    current = stop
    while after != NONE:
        time = state.earliest[current] + data.service[current] + data.time[profile, current, after]
        time = max(time, data.ready[after])
        if time == state.earliest[after]:
            break
        state.earliest[after] = time
        current, after = after, state.succ[after]
    current = stop
    while before != NONE:
        time = state.latest[current] - data.time[profile, before, current] - data.service[before]
        time = min(time, data.due[before])
        if time == state.latest[before]:
            break
        state.latest[before] = time
        current, before = before, state.pred[before]


@njit(nogil=True, forceinline=True)
def open_route(data, state, kind):
    """Take an unused route number for a vehicle of a type.

    Returns
    -------
    int
        The number of the route, which has no stops yet.
    """
    state.counts[N_FREE] -= 1
    route = state.free_routes[state.counts[N_FREE]]
    state.kind[route] = kind
    state.size[route] = 0
    state.load[route, :] = 0.0
    state.first[route] = NONE
    state.last[route] = NONE
    state.used[kind] += 1
    return route


@njit(nogil=True, forceinline=True)
def close_route(state, route):
    """Release the number and the vehicle of a route.

    Parameters
    ----------
    state : RouteState
        Changed.
    route : int
    """
    state.used[state.kind[route]] -= 1
    state.kind[route] = NONE
    state.free_routes[state.counts[N_FREE]] = route
    state.counts[N_FREE] += 1


@njit(nogil=True, forceinline=True)
def add_load(data, state, stop, route, sign):
    """Add a stop's demand to the load of its route and depot, or deduct it.

    Parameters
    ----------
    data : CompiledInstance
    state : RouteState
        Changed.
    stop, route : int
    sign : int
        1 to add, -1 to deduct.
    """
    depot = data.depot[state.kind[route]]
    for dimension in range(data.demand.shape[1]):
        load = sign * data.demand[stop, dimension]
        state.load[route, dimension] += load
        state.dispatched[depot, dimension] += load
    state.size[route] += sign


@njit(nogil=True, forceinline=True)
def remove(data, state, stop):
    """Take a stop out of its route; times stay as they were until `update_times`.

    Returns
    -------
    float
        Cost saved, USD, the vehicle's fixed cost included where the route is empty now.
    """
    route = state.route[stop]
    kind = state.kind[route]
    saved = state.cost_from_previous[stop] + state.cost_to_next[stop] - unlink(data, state, stop)
    return saved if state.kind[route] != NONE else saved + data.fixed_cost[kind]


@njit(nogil=True, forceinline=True)
def unlink(data, state, stop):
    """Take a stop out of its route, and close the route if it was the last.

    Returns
    -------
    float
        Cost of the leg that takes the place of the two, USD; 0 where the route was closed.
    """
    route, before, after = state.route[stop], state.pred[stop], state.succ[stop]
    leg = connect(data, state, route, before, after)
    state.route[stop] = NONE
    add_load(data, state, stop, route, -1)
    if state.size[route] == 0:
        close_route(state, route)
        return 0.0
    return leg


@njit(nogil=True, forceinline=True)
def connect(data, state, route, before, after):
    """Let a stop of a route follow another; `NONE` stands for the depot on either side.

    Returns
    -------
    float
        Cost of the leg between them, USD.
    """
    kind = state.kind[route]
    left = before if before != NONE else data.depot[kind]
    right = after if after != NONE else data.depot[kind]
    leg = float(data.cost[data.rate[kind], left, right])
    if before == NONE:
        state.first[route] = after
    else:
        state.succ[before], state.cost_to_next[before] = after, leg
    if after == NONE:
        state.last[route] = before
    else:
        state.pred[after], state.cost_from_previous[after] = before, leg
    return leg


@njit(nogil=True, forceinline=True)
def link(data, state, stop, route, before):
    """Put a stop into a route; times are not updated.

    Parameters
    ----------
    data : CompiledInstance
    state : RouteState
        Changed.
    stop, route : int
    before : int
        The stop before it, `NONE` for the start of the route.
    """
    after = state.first[route] if before == NONE else state.succ[before]
    connect(data, state, route, before, stop)
    connect(data, state, route, stop, after)
    state.route[stop] = route
    add_load(data, state, stop, route, 1)


@njit(nogil=True, forceinline=True)
def insert(data, state, stop, route, before):
    """Put a stop into a route and update the times.

    Parameters
    ----------
    data : CompiledInstance
    state : RouteState
        Changed.
    stop, route : int
    before : int
        The stop before it, `NONE` for the start of the route.
    """
    link(data, state, stop, route, before)
    if data.timed:
        update_times_around(data, state, stop)


@njit(nogil=True, forceinline=True)
def has_room(data, state, stop, route):
    """Tell whether a route and its depot have room for a stop.

    Parameters
    ----------
    data : CompiledInstance
    state : RouteState
    stop, route : int

    Returns
    -------
    bool
    """
    kind = state.kind[route]
    depot = data.depot[kind]
    for dimension in range(data.demand.shape[1]):
        load = data.demand[stop, dimension]
        if state.load[route, dimension] + load > data.capacity[kind, dimension]:
            return False
        if state.dispatched[depot, dimension] + load > data.depot_capacity[depot, dimension]:
            return False
    return True


@njit(nogil=True, forceinline=True)
def keeps_windows(data, state, stop, kind, before, after):
    """Tell whether a stop between two others of a route keeps every window.

    Parameters
    ----------
    kind : int
        Vehicle type of the route.
    before, after : int
        Its neighbours there, `NONE` for the depot.
    """
    depot, time = data.depot[kind], data.time[data.profile[kind]]
    if before == NONE:
        begin = data.opens[kind] + time[depot, stop]
    else:
        begin = state.earliest[before] + data.service[before] + time[before, stop]
    begin = max(begin, data.ready[stop])
    if begin > data.due[stop]:
        return False
    begin += data.service[stop]
    if after == NONE:
        return begin + time[stop, depot] <= data.closes[kind]
    return begin + time[stop, after] <= state.latest[after]


@njit(nogil=True, forceinline=True)
def can_serve_alone(data, state, stop, kind):
    """Tell whether one more vehicle of a type could serve a stop alone.

    Parameters
    ----------
    data : CompiledInstance
    state : RouteState
    stop : int
    kind : int
        Vehicle type.

    Returns
    -------
    bool
    """
    if state.used[kind] >= state.available[kind]:
        return False
    depot = data.depot[kind]
    for dimension in range(data.demand.shape[1]):
        load = data.demand[stop, dimension]
        if load > data.capacity[kind, dimension]:
            return False
        if state.dispatched[depot, dimension] + load > data.depot_capacity[depot, dimension]:
            return False
    return not data.timed or keeps_windows(data, state, stop, kind, NONE, NONE)
