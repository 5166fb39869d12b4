"""Compiled steps of ruin and recreate: strings of stops leave routes and are inserted again.

Slack induction by string removals (SISR: Christiaens and Vanden Berghe 2020, doi
10.1287/trsc.2019.0914) with insertions restricted to the nearest stops, so that a step costs the
same however many stops there are, and with routes of several types and depots. A step logs its
moves; those of a step that is not accepted are undone.

`data`, `state`, `best` and `log` are a `CompiledInstance`, `RouteState`, `BestRoutes` and `MoveLog`
throughout; `stop`, `route` and `kind` are the numbers of a place, a route and a vehicle type.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fulfill.model.kernel_cache import njit
from fulfill.routing.engines.ruin.compiled_instance import Floats, Ints
from fulfill.routing.engines.ruin.numba_refcounts import without_refcounts
from fulfill.routing.engines.ruin.route_state import (
    N_ABSENT,
    NONE,
    can_serve_alone,
    has_room,
    insert,
    keeps_windows,
    link,
    open_route,
    remove,
    unlink,
    update_times,
)

MAX_STRING = 10
"""Longest string that is removed (L max of SISR)."""
MEAN_REMOVED = 10.0
"""Stops that are removed in a step, on average (c of SISR)."""
BLINK_RATE = 0.01
"""Probability that an insertion is overlooked (beta of SISR)."""
SPLIT_RATE = 0.5
"""Probability that a string is split, with stops kept in its middle (alpha of SISR)."""
PRESERVE_RATE = 0.99
"""Probability that one more stop is kept there."""

N_MOVES, N_TOUCHED = 0, 1
"""Entries of `MoveLog.counts`."""


class MoveLog(NamedTuple):
    """What a step did, and room to work in.

    Attributes
    ----------
    stop, route, before : (2 n_places,)
        Stop and route of each move, and the previous stop on that route.
    kind : (2 n_places,)
        Vehicle type of the route that a stop left, `NONE` for an insertion.
    counts : ndarray of int
        How many moves (`N_MOVES`) and changed routes (`N_TOUCHED`) there are.
    touched : ndarray of int
        Routes that the step changed, each once.
    last_step : (n_routes,)
        The step that changed a route last.
    removed : (n_places,)
        Stops to be inserted.
    sort_keys : (n_places,)
        What they are sorted by.
    seen : (n_places,)
        See `cheapest_insertion`.
    """

    stop: Ints
    route: Ints
    before: Ints
    kind: Ints
    counts: Ints
    touched: Ints
    last_step: Ints
    removed: Ints
    sort_keys: Floats
    seen: Ints


@njit(nogil=True, forceinline=True)
def log_move(log, step, stop, route, before, kind):
    """Add a move of a step to the log, see `MoveLog`; `kind` is `NONE` for an insertion."""
    move = log.counts[N_MOVES]
    log.stop[move] = stop
    log.route[move] = route
    log.before[move] = before
    log.kind[move] = kind
    log.counts[N_MOVES] += 1
    if log.last_step[route] != step:
        log.last_step[route] = step
        log.touched[log.counts[N_TOUCHED]] = route
        log.counts[N_TOUCHED] += 1


@njit(nogil=True, forceinline=True)
def undo(data, state, log):
    """Undo the moves of the log in the routes of `state`."""
    # Last move first: a route that is opened again then takes the number it had from the stack.
    for move in range(log.counts[N_MOVES] - 1, -1, -1):
        stop, route, kind = log.stop[move], log.route[move], log.kind[move]
        if kind == NONE:
            unlink(data, state, stop)
            continue
        if state.kind[route] == NONE:
            open_route(data, state, kind)
        link(data, state, stop, route, log.before[move])
    if data.timed:
        for index in range(log.counts[N_TOUCHED]):
            if state.kind[log.touched[index]] != NONE:
                update_times(data, state, log.touched[index])


@njit(nogil=True)
def seed_random(seed):
    """Seed the random numbers of the compiled steps."""
    np.random.seed(seed)


@njit(nogil=True, forceinline=True)
def cheapest_insertion(data, state, log, stop, look):
    """Return where a stop costs least, next to one of its neighbours or on a route of its own.

    Parameters
    ----------
    look : int
        A number that no earlier call has used with this log.

    Returns
    -------
    tuple
        Cost added, USD; route and the stop before, `NONE` for the depot; vehicle type of a new
        route, `NONE` where there is none. Infinite cost and `NONE` where the stop fits nowhere.
    """
    best, best_route, best_before, best_kind = np.inf, NONE, NONE, NONE
    for index in range(data.insertion_neighbours.shape[1]):
        other = data.insertion_neighbours[stop, index]
        route = state.route[other]
        if route == NONE:
            continue
        kind = state.kind[route]
        depot, rate = data.depot[kind], data.rate[kind]
        # A gap between two neighbours is tried once: from the one that is looked at first.
        log.seen[other] = look
        after = state.succ[other]
        precedes = data.may_precede[stop, index]
        if precedes and (after == NONE or log.seen[after] != look):
            right = after if after != NONE else depot
            extra = (
                data.cost_into[rate, stop, other]
                + data.cost[rate, stop, right]
                - state.cost_to_next[other]
            )
            # The cost is compared first: most gaps cost more than the best so far. Only an
            # insertion that would be the best can matter: only then a number is drawn.
            if extra < best and can_insert(data, state, stop, route, other, after):
                best, best_route, best_before = extra, route, other
        before = state.pred[other]
        follows = data.may_follow[stop, index]
        if follows and (before == NONE or log.seen[before] != look):
            left = before if before != NONE else depot
            extra = (
                data.cost_into[rate, stop, left]
                + data.cost[rate, stop, other]
                - state.cost_from_previous[other]
            )
            if extra < best and can_insert(data, state, stop, route, before, other):
                best, best_route, best_before = extra, route, before
    for kind in range(len(data.depot)):
        depot, rate = data.depot[kind], data.rate[kind]
        extra = data.cost[rate, depot, stop] + data.cost[rate, stop, depot] + data.fixed_cost[kind]
        if extra < best and can_serve_alone(data, state, stop, kind):
            best, best_kind = extra, kind
    return best, best_route, best_before, best_kind


@njit(nogil=True, forceinline=True)
def can_insert(data, state, stop, route, before, after):
    """Tell whether a stop may stand between two others of a route, and is not overlooked there."""
    return (
        has_room(data, state, stop, route)
        and (not data.timed or keeps_windows(data, state, stop, state.kind[route], before, after))
        and np.random.random() >= BLINK_RATE
    )


@njit(nogil=True, forceinline=True)
def remove_string(data, state, log, step, stop, longest, n_removed):
    """Remove a string of stops, which contains a stop or lies around it, from its route.

    Parameters
    ----------
    longest : float
        Largest number of stops of the string.
    n_removed : int
        Number of stops in `log.removed` so far.

    Returns
    -------
    tuple
        Cost saved, USD, and the stops in `log.removed` now.
    """
    route = state.route[stop]
    count, kind = state.size[route], state.kind[route]
    size = int(np.random.random() * min(float(count), longest)) + 1
    kept = 0
    if 1 < size < count and np.random.random() < SPLIT_RATE:
        kept = 1
        while size + kept < count and np.random.random() < PRESERVE_RATE:
            kept += 1
    # The span is the string with the stops kept in it. It contains the stop and lies in the route;
    # all such positions are equally likely.
    span = size + kept
    current, back = stop, 0
    while state.pred[current] != NONE and back < span - 1:
        current, back = state.pred[current], back + 1
    end, ahead = stop, 0
    while state.succ[end] != NONE and ahead < span - 1:
        end, ahead = state.succ[end], ahead + 1
    offset = max(0, span - 1 - ahead) + int(
        np.random.random() * (back - max(0, span - 1 - ahead) + 1)
    )
    current = stop
    for _ in range(offset):
        current = state.pred[current]
    skip = 1 + int(np.random.random() * (size - 1)) if kept else span
    saved = 0.0
    for index in range(span):
        after = state.succ[current]
        if not skip <= index < skip + kept:
            log_move(log, step, current, route, state.pred[current], kind)
            saved += remove(data, state, current)
            log.removed[n_removed] = current
            n_removed += 1
        current = after
    if data.timed and state.kind[route] != NONE:
        update_times(data, state, route)
    return saved, n_removed


@njit(nogil=True, forceinline=True)
def sort_removed(data, log, n_removed):
    """Sort the removed stops by a rule drawn at random.

    Random order, by demand, far or near stops first, by the length, start or end of windows.

    Parameters
    ----------
    data : CompiledInstance
    log : MoveLog
        Its `removed` is sorted.
    n_removed : int
    """
    out, keys = log.removed, log.sort_keys
    # Weights of the rules: random 4, demand 4, far 2, near 1 as in SISR, and 2 for each of the
    # three by windows. Insertion sort, for a handful of stops.
    rule = np.random.random() * (17.0 if data.timed else 11.0)
    for index in range(n_removed):
        stop = out[index]
        if rule < 4.0:
            key = np.random.random()
        elif rule < 8.0:
            key = -data.capacity_share[stop]
        elif rule < 10.0:
            key = -data.depot_cost[stop]
        elif rule < 11.0:
            key = data.depot_cost[stop]
        elif rule < 13.0:
            key = data.due[stop] - data.ready[stop]
        elif rule < 15.0:
            key = data.ready[stop]
        else:
            key = -data.due[stop]
        at = index
        while at > 0 and keys[at - 1] > key:
            keys[at], out[at] = keys[at - 1], out[at - 1]
            at -= 1
        keys[at], out[at] = key, stop


@njit(nogil=True, forceinline=True)
def ruin(data, state, log, step):
    """Remove strings from the routes around a stop drawn at random.

    Returns
    -------
    tuple
        Cost saved, USD, and the stops in `log.removed`: those that were absent, then the strings.
    """
    n_depots = len(data.depot_capacity)
    n_stops = len(state.route) - n_depots
    n_absent = state.counts[N_ABSENT]
    for index in range(n_absent):
        log.removed[index] = state.absent[index]
    n_routes = max(state.used.sum(), 1)
    # The number of strings follows from their longest length so that `MEAN_REMOVED` stops leave.
    longest = min(float(MAX_STRING), (n_stops - n_absent) / n_routes)
    wanted = 1 + int(np.random.random() * (4.0 * MEAN_REMOVED / (1.0 + longest) - 1.0))
    center = n_depots + int(np.random.random() * n_stops)
    saved, n_removed = 0.0, n_absent
    n_ruined = 0
    for index in range(-1, data.removal_neighbours.shape[1]):
        stop = center if index < 0 else data.removal_neighbours[center, index]
        route = state.route[stop]
        if route == NONE or log.last_step[route] == step:
            continue
        gain, n_removed = remove_string(data, state, log, step, stop, longest, n_removed)
        saved += gain
        n_ruined += 1
        if n_ruined >= wanted:
            break
    return saved, n_removed


@njit(nogil=True, forceinline=True)
def recreate(data, state, log, step, n_removed, limit, penalty):
    """Insert the removed stops one after the other, each where it costs least.

    Parameters
    ----------
    limit : float
        Cost added, penalties included, beyond which the step is not accepted: the rest of the stops
        is then left alone. Costs of insertions are taken as never negative.
    penalty : float
        USD for each stop that fits nowhere.

    Returns
    -------
    tuple
        Cost added, USD, penalties included; and how many stops stay absent, which come first in
        `log.removed`.
    """
    out, look = log.removed, step * len(log.removed)
    added, n_left = 0.0, 0
    for index in range(n_removed):
        stop = out[index]
        extra, route, before, kind = cheapest_insertion(data, state, log, stop, look + index)
        if route == NONE and kind == NONE:
            out[n_left] = stop
            n_left += 1
            added += penalty
        else:
            if kind != NONE:
                route, before = open_route(data, state, kind), NONE
            log_move(log, step, stop, route, before, NONE)
            insert(data, state, stop, route, before)
            added += extra
        if added > limit:
            break
    return added, n_left


@njit(nogil=True)
def update_best(state, best):
    """Store the current routes as the best; only those changed since are copied.

    Parameters
    ----------
    state : RouteState
    best : BestRoutes
        Changed.
    """
    for index in range(best.n_changed[0]):
        route = best.changed[index]
        best.is_changed[route] = False
        best.kind[route] = state.kind[route]
        if state.kind[route] == NONE:
            continue
        stop = state.first[route]
        best.first[route] = stop
        while stop != NONE:
            best.succ[stop] = state.succ[stop]
            stop = state.succ[stop]
    best.n_changed[0] = 0
    best.cost[0] = state.cost[0]
    best.n_absent[0] = state.counts[N_ABSENT]


@njit(nogil=True, forceinline=True)
def accept(state, best, log, n_left, cost):
    """Keep the routes that a step changed.

    They become the best if fewer stops are absent, or as many at less cost.

    Parameters
    ----------
    state : RouteState
        Changed.
    best : BestRoutes
        Changed.
    log : MoveLog
    n_left : int
        Stops at the start of `log.removed` that could not be inserted.
    cost : float
        Of the new routes, USD.
    """
    state.cost[0] = cost
    for index in range(n_left):
        state.absent[index] = log.removed[index]
    state.counts[N_ABSENT] = n_left
    for index in range(log.counts[N_TOUCHED]):
        route = log.touched[index]
        if not best.is_changed[route]:
            best.is_changed[route] = True
            best.changed[best.n_changed[0]] = route
            best.n_changed[0] += 1
    if n_left < best.n_absent[0] or (n_left == best.n_absent[0] and cost < best.cost[0] - 1e-7):
        update_best(state, best)


@njit(nogil=True, forceinline=True)
def total_absences(state, stops, size):
    """Return the sum of absences of some stops, by which SISR weighs absent stops.

    Parameters
    ----------
    state : RouteState
    stops : (n,) of int
    size : int
        Number of stops to count.

    Returns
    -------
    float
    """
    total = 0.0
    for index in range(size):
        total += state.absences[stops[index]]
    return total


@njit(nogil=True)
def new_move_log(state):
    """Return an empty log for steps on a state."""
    n_places, n_routes = len(state.succ), len(state.kind)
    return MoveLog(
        np.empty(2 * n_places, np.int64),
        np.empty(2 * n_places, np.int64),
        np.empty(2 * n_places, np.int64),
        np.empty(2 * n_places, np.int64),
        np.zeros(2, np.int64),
        np.empty(n_routes, np.int64),
        np.full(n_routes, -1, np.int64),
        np.empty(n_places, np.int64),
        np.empty(n_places),
        np.full(n_places, -1, np.int64),
    )


@njit(nogil=True)
def anneal(data, state, best, steps, hot, cold, until_complete):
    """Ruin and recreate under simulated annealing.

    Schrimpf et al. 2000, Journal of Computational Physics.

    Parameters
    ----------
    data : CompiledInstance
    state : RouteState
        Changed.
    best : BestRoutes
        Changed.
    steps : int
        Largest number of steps.
    hot, cold : float
        First and last temperature, USD.
    until_complete : bool
        Whether to end as soon as no stop is absent.

    Returns
    -------
    int
        The steps made.
    """
    return anneal_logged(data, state, best, new_move_log(state), steps, hot, cold, until_complete)


@njit(nogil=True)
def anneal_logged(data, state, best, log, steps, hot, cold, until_complete):
    """Anneal with a log to write to, which the caller holds as `without_refcounts` requires."""
    data, state = without_refcounts(data), without_refcounts(state)
    best, log = without_refcounts(best), without_refcounts(log)
    for step in range(steps):
        if until_complete and state.counts[N_ABSENT] == 0:
            return step
        # geometric cooling, which needs the number of steps in advance
        temperature = hot * (cold / hot) ** (step / steps)
        log.counts[N_MOVES] = log.counts[N_TOUCHED] = 0
        saved, n_removed = ruin(data, state, log, step)
        sort_removed(data, log, n_removed)
        limit = saved - temperature * np.log(1.0 - np.random.random())
        # Absent stops come before the cost: fewer absences are always accepted, more never. A stop
        # that stays absent weighs more with every step, until others give way to it.
        before = total_absences(state, state.absent, state.counts[N_ABSENT])
        if before == 0.0:
            added, n_left = recreate(data, state, log, step, n_removed, limit, np.inf)
            accepted = added <= limit
        else:
            added, n_left = recreate(data, state, log, step, n_removed, np.inf, 0.0)
            after = total_absences(state, log.removed, n_left)
            accepted = after < before or (after == before and added <= limit)
        cost = state.cost[0] - saved + added
        if accepted:
            accept(state, best, log, n_left, cost)
        else:
            undo(data, state, log)
        for index in range(state.counts[N_ABSENT]):
            state.absences[state.absent[index]] += 1.0
    return steps
