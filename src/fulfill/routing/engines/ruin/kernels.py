"""Compiled steps of ruin and recreate: strings of stops leave routes and are inserted again.

Slack induction by string removals (SISR: Christiaens and Vanden Berghe 2020, doi
10.1287/trsc.2019.0914) with insertions restricted to the nearest stops, so that a step costs the
same however many stops there are, and with routes of several types and depots. A step logs its
moves; those of a step that is not accepted are undone.

`data`, `state`, `best` and `log` are a `CompiledInstance`, `RouteState`, `BestRoutes` and `MoveLog`
throughout; `stop`, `route` and `kind` are the numbers of a place, a route and a vehicle type.
"""

from __future__ import annotations

import numpy as np

from fulfill.model.kernel_cache import njit
from fulfill.routing.engines.ruin.numba_refcounts import without_refcounts
from fulfill.routing.engines.ruin.removal import (
    N_MOVES,
    N_TOUCHED,
    log_move,
    new_move_log,
    ruin,
    sort_removed,
    undo,
)
from fulfill.routing.engines.ruin.route_state import (
    N_ABSENT,
    NONE,
    can_serve_alone,
    has_room,
    insert,
    keeps_windows,
    open_route,
)

BLINK_RATE = 0.01
"""Probability that an insertion is overlooked (beta of SISR)."""


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
