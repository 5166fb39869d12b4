"""A first set of routes: one route a stop, merged end to beginning in the order of what a merger saves.

Clarke and Wright (1964, doi 10.1287/opre.12.4.568), with mergers between near stops only, windows
kept, and routes turned round where direction does not matter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fulfill.model.kernel_cache import njit
from fulfill.routing.engines.ruin.route_state import (
    NONE,
    Ints,
    Task,
    Tours,
    can_open,
    close_route,
    insert,
    join,
    open_route,
    retime,
)


def start_by_savings(task: Task, tours: Tours, turnable: bool) -> float:
    """Fill empty tours and return their cost; what the fleet cannot take is left absent.

    Parameters
    ----------
    turnable : whether a route may be driven either way at the same cost
    """
    n_depots, n_places = len(task.dispatch), len(tours.succ)
    preferred = np.full(n_places, NONE, np.int64)
    preferred[n_depots:] = preferred_types(task, tours.fleet > 0)
    tail = np.repeat(np.arange(n_depots, n_places), task.near.shape[1])
    head = task.near[n_depots:].ravel().astype(np.int64)
    kept = (preferred[tail] == preferred[head]) & (preferred[tail] != NONE) & (tail != head)
    tail, head = tail[kept], head[kept]
    kind = preferred[tail]
    cost, depot = task.cost, task.depot[kind]
    rate = task.rate[kind]
    saved = (
        cost[rate, tail, depot]
        + cost[rate, depot, head]
        - cost[rate, tail, head]
        + task.fixed[kind]
    )
    order = np.argsort(-saved, kind="stable")
    return float(_merge(task, tours, preferred, tail[order], head[order], saved[order], turnable))


def preferred_types(task: Task, there: NDArray[np.bool_]) -> Ints:
    """Return for each stop the type, of those there are, whose trip there and back with its fixed cost is cheapest.

    The fixed cost counts by the share of the vehicle that the stop fills.
    """
    n_depots = len(task.dispatch)
    n_stops = len(task.bulk) - n_depots
    price = np.empty((len(task.depot), n_stops))
    for kind, (depot, rate) in enumerate(zip(task.depot, task.rate, strict=True)):
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.nan_to_num(
                (task.demand[n_depots:] / task.capacity[kind]).max(axis=1), nan=0.0
            )
        way = task.cost[rate, depot, n_depots:] + task.cost[rate, n_depots:, depot]
        price[kind] = np.where((share > 1.0) | ~there[kind], np.inf, way + task.fixed[kind] * share)
    return np.asarray(price.argmin(axis=0), np.int64)


@njit()
def _merge(task, tours, preferred, tails, heads, savings, turnable):
    """Open a route a stop, then merge; return the cost."""
    total = 0.0
    for stop in range(len(task.dispatch), len(tours.succ)):
        kind = preferred[stop]
        if kind != NONE and can_open(task, tours, stop, kind):
            insert(task, tours, stop, open_route(task, tours, kind), NONE)
            depot, rate = task.depot[kind], task.rate[kind]
            total += task.cost[rate, depot, stop] + task.cost[rate, stop, depot] + task.fixed[kind]
    for index in range(len(tails)):
        if savings[index] > 0 and _join(task, tours, tails[index], heads[index], turnable):
            total -= savings[index]
    return total


@njit()
def _join(task, tours, tail, head, turnable):
    """Append the route that begins with `head` to the one that ends with `tail`, if both are so and it is feasible."""
    front, back = tours.route[tail], tours.route[head]
    if front in (NONE, back) or back == NONE:
        return False
    if turnable and tours.last[front] != tail and tours.first[front] == tail:
        _turn(tours, front)
    if turnable and tours.first[back] != head and tours.last[back] == head:
        _turn(tours, back)
    if tours.last[front] != tail or tours.first[back] != head:
        return False
    kind = tours.kind[front]
    if (tours.load[front] + tours.load[back] > task.capacity[kind]).any():
        return False
    if task.timed:
        begin = tours.early[tail] + task.service[tail] + task.time[task.profile[kind], tail, head]
        if begin > tours.late[head]:
            return False
    join(task, tours, front, tail, head)
    tours.last[front] = tours.last[back]
    tours.size[front] += tours.size[back]
    tours.load[front] += tours.load[back]
    stop = head
    while stop != NONE:
        tours.route[stop] = front
        stop = tours.succ[stop]
    close_route(tours, back)
    if task.timed:
        retime(task, tours, front)
    return True


@njit()
def _turn(tours, route):
    stop = tours.first[route]
    while stop != NONE:
        after = tours.succ[stop]
        tours.succ[stop], tours.pred[stop] = tours.pred[stop], after
        tours.ahead[stop], tours.behind[stop] = tours.behind[stop], tours.ahead[stop]
        stop = after
    tours.first[route], tours.last[route] = tours.last[route], tours.first[route]
