"""Compiled steps that insert absent stops into full routes by ejecting others.

Ejection pool of Nagata and Bräysy (2009, doi 10.1016/j.orl.2009.04.006): a stop that fits nowhere
takes the place of those whose penalties, counters of failed insertions, are smallest together.
Between two ejections ruin and recreate perturbs the routes. For the removal of a vehicle, where the
best routes so far are of no help.

`data`, `state` and `best` are as in `kernels.py`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fulfill.model.kernel_cache import njit
from fulfill.routing.engines.ruin.compiled_instance import Floats, Ints
from fulfill.routing.engines.ruin.kernels import anneal, update_best
from fulfill.routing.engines.ruin.numba_refcounts import without_refcounts
from fulfill.routing.engines.ruin.route_state import N_ABSENT, NONE, insert, remove, update_times

MAX_EJECTED = 3
"""Most stops that leave a route for one (k max of the paper)."""


class EjectionSearch(NamedTuple):
    """Working memory of the depth-first search for the stops of a route to eject.

    A node of the search is a prefix of the route in which every stop is kept or ejected; the open
    nodes are a stack.

    Attributes
    ----------
    sequence : (n_places,)
        Stops of the route with the new one at its position.
    penalty : (n_places,)
        Penalty of ejecting a stop.
    decided : (n_nodes,)
        Length of a node's prefix, an index of `sequence`.
    last_kept : (n_nodes,)
        Index of the last stop that is kept, `NONE` for the depot.
    departure : (n_nodes,)
        When service at that stop ends, hours.
    total : (n_nodes,)
        Penalties of the stops ejected.
    ejected : (n_nodes, MAX_EJECTED)
        These stops, then `NONE`.
    best : (MAX_EJECTED,)
        The stops ejected at least penalty so far, then `NONE`.
    """

    sequence: Ints
    penalty: Floats
    decided: Ints
    last_kept: Ints
    departure: Floats
    total: Floats
    ejected: Ints
    best: Ints


@njit(nogil=True)
def insert_by_ejection(data, state, best, ejections, perturbations, temperature):
    """Insert absent stops by ejections until none is absent, and perturb the routes after each.

    Parameters
    ----------
    ejections : int
        Largest number of ejections.
    perturbations : int
        Steps of ruin and recreate after each ejection.
    temperature : float
        Temperature of these steps, USD.

    Returns
    -------
    int
        Ejections and steps made.
    """
    steps = 0
    for _ in range(ejections):
        if state.counts[N_ABSENT] == 0:
            break
        eject_and_insert(data, state, best)
        # Annealing raises the penalties of stops that stay absent too, which the ejections need.
        steps += 1 + anneal(data, state, best, perturbations, temperature, temperature, True)
    return steps


@njit(nogil=True)
def eject_and_insert(data, state, best):
    """Insert the last absent stop and eject the stops that it displaces.

    Nothing is done where their penalties exceed that of the stop itself.

    Parameters
    ----------
    data : CompiledInstance
    state : RouteState
        Changed.
    best : BestRoutes
        Changed.
    """
    stop = state.absent[state.counts[N_ABSENT] - 1]
    state.absences[stop] += 1.0
    route, before, ejected, n_ejected = cheapest_ejection(data, state, stop)
    if route == NONE:
        return
    state.cost[0] += force_insertion(data, state, stop, route, before)
    # The ejected take the place of the stop at the top of the absent ones.
    for index in range(n_ejected):
        state.cost[0] -= remove(data, state, ejected[index])
        state.absent[state.counts[N_ABSENT] - 1 + index] = ejected[index]
    state.counts[N_ABSENT] += n_ejected - 1
    if data.timed:
        update_times(data, state, route)
    if not best.is_changed[route]:
        best.is_changed[route] = True
        best.changed[best.n_changed[0]] = route
        best.n_changed[0] += 1
    if state.counts[N_ABSENT] < best.n_absent[0]:
        update_best(state, best)


@njit(nogil=True)
def force_insertion(data, state, stop, route, before):
    """Insert a stop after another, `NONE` for the start, whether it fits or not.

    Returns
    -------
    float
        Cost added, USD.
    """
    kind = state.kind[route]
    depot, cost = data.depot[kind], data.cost[data.rate[kind]]
    after = state.first[route] if before == NONE else state.succ[before]
    left = before if before != NONE else depot
    right = after if after != NONE else depot
    insert(data, state, stop, route, before)
    return float(cost[left, stop]) + cost[stop, right] - cost[left, right]


@njit(nogil=True)
def cheapest_ejection(data, state, stop):
    """Return where a stop is inserted so that the stops ejected for it have the least penalty.

    Returns
    -------
    tuple
        Route and the stop before, `NONE` for the depot; the stops ejected, (MAX_EJECTED,), and
        their number. The route is `NONE` where no ejection has less penalty than the stop.
    """
    search = new_ejection_search(state)
    limit, best_route, best_before, n_best = state.absences[stop], NONE, NONE, 0
    for route in range(len(state.kind)):
        if state.kind[route] == NONE:
            continue
        search.sequence[0], size, current = stop, 1, state.first[route]
        while current != NONE:
            search.sequence[size], size, current = current, size + 1, state.succ[current]
        for position in range(size):
            if position > 0:
                # The stop that was behind the new one is in front of it now.
                search.sequence[position - 1] = search.sequence[position]
                search.sequence[position] = stop
            total, n_ejected = search_ejections(data, state, search, route, size, position, limit)
            if total < limit:
                limit, best_route, n_best = total, route, n_ejected
                best_before = search.sequence[position - 1] if position > 0 else NONE
    return best_route, best_before, search.best, n_best


@njit(nogil=True)
def new_ejection_search(state):
    """Return the working memory of a search, with random fractions that break ties of penalties."""
    n_places = len(state.succ)
    # Deciding a stop replaces a node by two at most, so the stack grows by one a stop.
    n_nodes = 2 * n_places
    return EjectionSearch(
        np.empty(n_places, np.int64),
        state.absences + np.random.random(n_places),
        np.empty(n_nodes, np.int64),
        np.empty(n_nodes, np.int64),
        np.empty(n_nodes),
        np.empty(n_nodes),
        np.empty((n_nodes, MAX_EJECTED), np.int64),
        np.full(MAX_EJECTED, NONE),
    )


@njit(nogil=True)
def search_ejections(data, state, search, route, size, position, limit):
    """Search the stops of a route to eject so that the new one can stand at a position.

    Parameters
    ----------
    search : EjectionSearch, with the route and the new stop in `sequence`; `best` is changed
    size, position : number of stops of `sequence`; index of the new stop in it
    limit : total penalty that must be undercut

    Returns
    -------
    tuple
        Least total penalty, the limit where none is less; number of stops in `search.best`.
    """
    data, state = without_refcounts(data), without_refcounts(state)
    search = without_refcounts(search)
    sequence, decided, last_kept = search.sequence, search.decided, search.last_kept
    departure, total, ejected = search.departure, search.total, search.ejected
    kind = state.kind[route]
    depot, time = data.depot[kind], data.time[data.profile[kind] if data.timed else 0]
    stop, n_best, n_open = sequence[position], 0, 1
    decided[0], last_kept[0], departure[0], total[0] = 0, NONE, data.opens[kind], 0.0
    ejected[0, :] = NONE
    while n_open > 0:
        node = n_open - 1
        n_open -= 1
        if total[node] >= limit:
            continue
        index, n_ejected = decided[node], 0
        while n_ejected < MAX_EJECTED and ejected[node, n_ejected] != NONE:
            n_ejected += 1
        here = depot if last_kept[node] == NONE else sequence[last_kept[node]]
        there = depot if index == size else sequence[index]
        arrival = departure[node] + time[here, there] if data.timed else 0.0
        # Behind the new stop the rest of the route may stay as it is: then the node is a solution,
        # and ejecting more would only add penalties.
        if index > position and has_room_after(data, state, stop, route, ejected[node], n_ejected):
            latest = data.closes[kind] if index == size else state.latest[there]
            if not data.timed or arrival <= latest:
                limit, n_best = total[node], n_ejected
                search.best[:] = ejected[node]
                continue
        if index == size:
            continue
        # The node that keeps the next stop takes the place of its parent, whose ejected stops are
        # its own; the one that ejects it comes on top and is looked at first.
        parent_kept, parent_departure, penalty = last_kept[node], departure[node], total[node]
        begin = max(arrival, data.ready[there])
        if not data.timed or begin <= data.due[there]:
            decided[n_open], last_kept[n_open] = index + 1, index
            departure[n_open] = begin + data.service[there]
            n_open += 1
        may_eject = index != position and n_ejected < MAX_EJECTED
        if may_eject and penalty + search.penalty[there] < limit:
            decided[n_open], last_kept[n_open] = index + 1, parent_kept
            departure[n_open], total[n_open] = parent_departure, penalty + search.penalty[there]
            ejected[n_open, :] = ejected[node]
            ejected[n_open, n_ejected] = there
            n_open += 1
    return limit, n_best


@njit(nogil=True)
def has_room_after(data, state, stop, route, ejected, n_ejected):
    """Tell whether a route and its depot have room for a stop once others are ejected.

    Parameters
    ----------
    data : CompiledInstance
    state : RouteState
    stop, route : int
    ejected : (MAX_EJECTED,) of int
        Stops ejected.
    n_ejected : int

    Returns
    -------
    bool
    """
    kind = state.kind[route]
    depot = data.depot[kind]
    for dimension in range(data.demand.shape[1]):
        load = data.demand[stop, dimension]
        for index in range(n_ejected):
            load -= data.demand[ejected[index], dimension]
        if state.load[route, dimension] + load > data.capacity[kind, dimension]:
            return False
        if state.dispatched[depot, dimension] + load > data.depot_capacity[depot, dimension]:
            return False
    return True
