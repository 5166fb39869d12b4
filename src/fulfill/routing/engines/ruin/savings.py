"""First routes by savings: a route a stop, then mergers of routes in the order of what they save.

Clarke and Wright (1964, doi 10.1287/opre.12.4.568), with mergers between near stops only, windows
kept, and routes reversed where direction does not matter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fulfill.model.kernel_cache import njit
from fulfill.routing.engines.ruin.compiled_instance import CompiledInstance, Ints
from fulfill.routing.engines.ruin.route_state import (
    NONE,
    RouteState,
    can_serve_alone,
    close_route,
    connect,
    insert,
    open_route,
    update_times,
)


def build_savings_routes(data: CompiledInstance, state: RouteState, reversible: bool) -> float:
    """Put the savings routes into an empty state; what no vehicle can take stays without a route.

    Parameters
    ----------
    state : RouteState
        Changed in place; types without available vehicles are not used.
    reversible : bool
        Whether a route costs the same in either direction.

    Returns
    -------
    float
        Cost of the routes, USD.
    """
    n_depots, n_places = len(data.depot_capacity), len(state.succ)
    preferred = np.full(n_places, NONE, np.int64)
    preferred[n_depots:] = preferred_types(data, state.available > 0)
    tail = np.repeat(np.arange(n_depots, n_places), data.insertion_neighbours.shape[1])
    head = data.insertion_neighbours[n_depots:].ravel().astype(np.int64)
    # Only routes of one type are merged: else a merger would change the cost of all their legs.
    kept = (preferred[tail] == preferred[head]) & (preferred[tail] != NONE) & (tail != head)
    tail, head = tail[kept], head[kept]
    kind = preferred[tail]
    cost, depot = data.cost, data.depot[kind]
    rate = data.rate[kind]
    saved = (
        cost[rate, tail, depot]
        + cost[rate, depot, head]
        - cost[rate, tail, head]
        + data.fixed_cost[kind]
    )
    order = np.argsort(-saved, kind="stable")
    pairs = tail[order], head[order], saved[order]
    return float(_merge_routes(data, state, preferred, *pairs, reversible))


def preferred_types(data: CompiledInstance, there: NDArray[np.bool_]) -> Ints:
    """Return the vehicle type that serves each stop cheapest there and back.

    The fixed cost counts by the share of the vehicle that the stop fills.

    Parameters
    ----------
    there : (n_types,)
        Whether there are vehicles of a type.

    Returns
    -------
    array of int
        (n_stops,) type; an arbitrary one where none has room for the stop.
    """
    n_depots = len(data.depot_capacity)
    price = np.empty((len(data.depot), len(data.demand) - n_depots))
    for kind, (depot, rate) in enumerate(zip(data.depot, data.rate, strict=True)):
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.nan_to_num(
                (data.demand[n_depots:] / data.capacity[kind]).max(axis=1), nan=0.0
            )
        cost = data.cost[rate, depot, n_depots:] + data.cost[rate, n_depots:, depot]
        cost = cost + data.fixed_cost[kind] * share
        price[kind] = np.where((share > 1.0) | ~there[kind], np.inf, cost)
    return np.asarray(price.argmin(axis=0), np.int64)


@njit()
def _merge_routes(data, state, preferred, tails, heads, savings, reversible):
    """Open a route a stop, then merge; return the cost, USD."""
    total = 0.0
    for stop in range(len(data.depot_capacity), len(state.succ)):
        kind = preferred[stop]
        if kind != NONE and can_serve_alone(data, state, stop, kind):
            insert(data, state, stop, open_route(data, state, kind), NONE)
            depot, rate = data.depot[kind], data.rate[kind]
            there_and_back = data.cost[rate, depot, stop] + data.cost[rate, stop, depot]
            total += there_and_back + data.fixed_cost[kind]
    for index in range(len(tails)):
        if savings[index] > 0 and _merge_pair(data, state, tails[index], heads[index], reversible):
            total -= savings[index]
    return total


@njit()
def _merge_pair(data, state, tail, head, reversible):
    """Append the route that starts with `head` to the one that ends with `tail`.

    Tells whether the routes do so and the merger keeps capacities and windows.
    """
    front, back = state.route[tail], state.route[head]
    if front in (NONE, back) or back == NONE:
        return False
    if reversible and state.last[front] != tail and state.first[front] == tail:
        _reverse(state, front)
    if reversible and state.first[back] != head and state.last[back] == head:
        _reverse(state, back)
    if state.last[front] != tail or state.first[back] != head:
        return False
    kind = state.kind[front]
    if (state.load[front] + state.load[back] > data.capacity[kind]).any():
        return False
    if data.timed:
        hours = data.time[data.profile[kind], tail, head]
        if state.earliest[tail] + data.service[tail] + hours > state.latest[head]:
            return False
    connect(data, state, front, tail, head)
    state.last[front] = state.last[back]
    state.size[front] += state.size[back]
    state.load[front] += state.load[back]
    stop = head
    while stop != NONE:
        state.route[stop] = front
        stop = state.succ[stop]
    close_route(state, back)
    if data.timed:
        update_times(data, state, front)
    return True


@njit()
def _reverse(state, route):
    """Drive a route in the other direction."""
    stop = state.first[route]
    while stop != NONE:
        after = state.succ[stop]
        state.succ[stop], state.pred[stop] = state.pred[stop], after
        to_next = state.cost_to_next[stop]
        state.cost_to_next[stop], state.cost_from_previous[stop] = (
            state.cost_from_previous[stop],
            to_next,
        )
        stop = after
    state.first[route], state.last[route] = state.last[route], state.first[route]
