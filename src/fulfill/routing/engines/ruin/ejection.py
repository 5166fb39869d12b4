"""Compiled steps that bring absent stops into full routes by ejecting others that are easier to place elsewhere.

Ejection pool of Nagata and Bräysy (2009, doi 10.1016/j.orl.2009.04.006): a stop that fits nowhere
takes the place of those whose counters of failed placements are smallest together. Between two
ejections ruin and recreate stirs the routes. For the removal of a vehicle, where the best routes so
far are of no help.
"""

from __future__ import annotations

import numpy as np

from fulfill.model.kernel_cache import njit
from fulfill.routing.engines.ruin.kernels import anneal, keep_best
from fulfill.routing.engines.ruin.route_state import NONE, insert, remove, retime

EJECTED = 3
"""Most stops that leave a route for one."""


@njit(nogil=True)
def squeeze(task, tours, best, rounds, stirs, temperature):
    """Place an absent stop by ejections, then stir the routes by so many steps, until none is absent; return the steps.

    Both raise the counters of stops that stay absent: `anneal` needs them as much as the ejections.
    """
    steps = 0
    for _ in range(rounds):
        if tours.height[1] == 0:
            break
        place_absent(task, tours, best)
        steps += 1 + anneal(task, tours, best, stirs, temperature, temperature, True)
    return steps


@njit(nogil=True)
def place_absent(task, tours, best):
    """Place the last of the absent stops where those it ejects were missed least, less than itself, if anywhere."""
    stop = tours.absent[tours.height[1] - 1]
    tours.missed[stop] += 1.0
    route, before, out, n_out = cheapest_ejection(task, tours, stop)
    if route == NONE:
        return
    best.score[0] += place(task, tours, stop, route, before)
    for index in range(n_out):
        best.score[0] -= remove(task, tours, out[index])
        tours.absent[tours.height[1] - 1 + index] = out[index]
    tours.height[1] += n_out - 1
    if task.timed:
        retime(task, tours, route)
    if not best.is_changed[route]:
        best.is_changed[route] = True
        best.changed[best.height[0]] = route
        best.height[0] += 1
    if tours.height[1] < best.score[2]:
        keep_best(tours, best)


@njit(nogil=True)
def place(task, tours, stop, route, before):
    """Insert a stop whether it fits or not; return the cost added."""
    kind = tours.kind[route]
    depot, cost = task.depot[kind], task.cost[task.rate[kind]]
    after = tours.first[route] if before == NONE else tours.succ[before]
    left = before if before != NONE else depot
    right = after if after != NONE else depot
    insert(task, tours, stop, route, before)
    return float(cost[left, stop]) + cost[stop, right] - cost[left, right]


@njit(nogil=True)
def cheapest_ejection(task, tours, stop):
    """Return the route, the stop before and the stops to eject whose counters are smallest together, and their number.

    Counters are blurred, so that equal ones are chosen from at random.
    """
    price = tours.missed + np.random.random(len(tours.missed))
    limit, found, found_before = tours.missed[stop], NONE, NONE
    out, n_out = np.full(EJECTED, NONE), 0
    stops = np.empty(len(tours.succ), np.int64)
    nodes, leaving = np.empty((2 * len(stops), 4)), np.empty((2 * len(stops), EJECTED), np.int64)
    for route in range(len(tours.kind)):
        if tours.kind[route] == NONE:
            continue
        size, current = 0, tours.first[route]
        while current != NONE:
            stops[size], size, current = current, size + 1, tours.succ[current]
        for position in range(size + 1):
            total, count = eject(
                task, tours, stop, route, stops[:size], position, price, limit, nodes, leaving, out
            )
            if total < limit:
                limit, found, n_out = total, route, count
                found_before = stops[position - 1] if position > 0 else NONE
    return found, found_before, out, n_out


@njit(nogil=True)
def eject(task, tours, stop, route, stops, position, price, limit, nodes, leaving, out):
    """Search the ejections that let a stop stand at a position of a route, cheaper than a limit; best ones to `out`.

    A node of the depth-first search is a prefix of the route: (next index, last index kept, its end
    of service, sum of prices); `leaving` has who is ejected. Index `position` is the new stop,
    those behind it are shifted by one. Returns the sum of prices, the limit where there is nothing
    cheaper, and the number ejected.
    """
    kind = tours.kind[route]
    depot, time = task.depot[kind], task.time[task.profile[kind] if task.timed else 0]
    n_best, height, total_size = 0, 1, len(stops) + 1
    nodes[0, 0], nodes[0, 1], nodes[0, 2], nodes[0, 3] = 0, -1, task.opens[kind], 0.0
    leaving[0, :] = NONE
    while height > 0:
        height -= 1
        index, last, ready, total = (
            int(nodes[height, 0]),
            int(nodes[height, 1]),
            nodes[height, 2],
            nodes[height, 3],
        )
        if total >= limit:
            continue
        here = depot if last < 0 else at(stops, stop, position, last)
        gone = leaving[height].copy()
        n_gone = 0
        while n_gone < EJECTED and gone[n_gone] != NONE:
            n_gone += 1
        follower = depot if index == total_size else at(stops, stop, position, index)
        arrival = ready + time[here, follower] if task.timed else 0.0
        if index > position and has_room(task, tours, stop, route, gone, n_gone):
            latest = task.closes[kind] if index == total_size else tours.late[follower]
            if not task.timed or arrival <= latest:
                limit, n_best = total, n_gone
                out[:] = gone
                continue
        if index == total_size:
            continue
        begin = max(arrival, task.ready[follower])
        if not task.timed or begin <= task.due[follower]:
            nodes[height, 0], nodes[height, 1] = index + 1, index
            nodes[height, 2], nodes[height, 3] = begin + task.service[follower], total
            height += 1
        if index != position and n_gone < EJECTED and total + price[follower] < limit:
            nodes[height, 0], nodes[height, 1] = index + 1, last
            nodes[height, 2], nodes[height, 3] = ready, total + price[follower]
            leaving[height, :] = gone
            leaving[height, n_gone] = follower
            height += 1
    return limit, n_best


@njit(nogil=True, inline="always")
def at(stops, stop, position, index):
    """Return the stop at an index of a route with a new one at a position."""
    if index == position:
        return stop
    return stops[index] if index < position else stops[index - 1]


@njit(nogil=True)
def has_room(task, tours, stop, route, gone, n_gone):
    """Tell whether a route and its depot have room for a stop once others are gone."""
    kind = tours.kind[route]
    depot = task.depot[kind]
    for dimension in range(task.demand.shape[1]):
        load = task.demand[stop, dimension]
        for index in range(n_gone):
            load -= task.demand[gone[index], dimension]
        if tours.load[route, dimension] + load > task.capacity[kind, dimension]:
            return False
        if tours.sent[depot, dimension] + load > task.dispatch[depot, dimension]:
            return False
    return True
