"""Compiled removal of strings of stops from routes, and the log by which it is undone.

The ruin step of SISR (see `kernels`): a string of neighbouring stops leaves each of several routes
near a stop.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fulfill.model.kernel_cache import njit
from fulfill.routing.engines.ruin.compiled_instance import Floats, Ints
from fulfill.routing.engines.ruin.route_state import (
    N_ABSENT,
    NONE,
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
