"""Compiled steps of ruin and recreate: strings of stops leave their routes and come back where they cost least.

Slack induction by string removals (Christiaens and Vanden Berghe 2020, doi 10.1287/trsc.2019.0914)
with the places of insertion restricted to the nearest stops, so that a step costs the same however
many stops there are, and with routes of several types and depots. A step logs its moves; a step
that is refused takes them back, last move first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fulfill.model.kernel_cache import njit
from fulfill.routing.engines.ruin.numba_refcounts import without_refcounts
from fulfill.routing.engines.ruin.route_state import (
    NONE,
    Floats,
    Ints,
    can_open,
    fits,
    in_time,
    insert,
    link,
    open_route,
    remove,
    retime,
    unlink,
)

STRING = 10
"""Longest string that is removed (the paper's L max)."""
REMOVED = 10.0
"""Stops that are removed in a step, on average."""
BLINK = 0.01
"""Share of the places of insertion that are overlooked."""
SPLIT = 0.5
"""Share of the strings with stops kept in their middle."""
STRETCH = 0.99
"""Chance that one more stop is kept there."""


class Log(NamedTuple):
    """What a step did, and room to work in.

    `moves`: stop, route, stop before it and type of the route, which is `NONE` for an insertion;
    `touched`: routes changed, each once, found by `last`, the step that changed it last; `height`:
    how many moves and routes; `out`: stops that are out, `keys` what they are ordered by; `looked`:
    see `best_place`.
    """

    moves: Ints
    touched: Ints
    last: Ints
    height: Ints
    out: Ints
    keys: Floats
    looked: Ints


@njit(nogil=True, forceinline=True)
def write_down(log, step, stop, route, before, kind):
    """Add a move to the log."""
    log.moves[log.height[0], 0] = stop
    log.moves[log.height[0], 1] = route
    log.moves[log.height[0], 2] = before
    log.moves[log.height[0], 3] = kind
    log.height[0] += 1
    if log.last[route] != step:
        log.last[route] = step
        log.touched[log.height[1]] = route
        log.height[1] += 1


@njit(nogil=True, forceinline=True)
def take_back(task, tours, log):
    """Undo the moves of the log, last move first; so a route that is opened again gets the number it had."""
    for index in range(log.height[0] - 1, -1, -1):
        stop, route, before, kind = (
            log.moves[index, 0],
            log.moves[index, 1],
            log.moves[index, 2],
            log.moves[index, 3],
        )
        if kind == NONE:
            unlink(task, tours, stop)
            continue
        if tours.kind[route] == NONE:
            open_route(task, tours, kind)
        link(task, tours, stop, route, before)
    if task.timed:
        for index in range(log.height[1]):
            if tours.kind[log.touched[index]] != NONE:
                retime(task, tours, log.touched[index])


@njit(nogil=True)
def seed_random(seed):
    """Seed the random numbers of the compiled steps."""
    np.random.seed(seed)


@njit(nogil=True, forceinline=True)
def best_place(task, tours, log, stop, look):
    """Return where a stop costs least: (cost, route, stop before it, type of a new route), NONE where there is none.

    `looked` marks the neighbours already looked at, by the number `look`: a gap between two of them
    counts once. A place is overlooked by chance only where it would be the best so far, which comes
    to the same.
    """
    best, best_route, best_before, best_kind = np.inf, NONE, NONE, NONE
    for index in range(task.near.shape[1]):
        other = task.near[stop, index]
        route = tours.route[other]
        if route == NONE or not fits(task, tours, stop, route):
            continue
        kind = tours.kind[route]
        depot, rate = task.depot[kind], task.rate[kind]
        log.looked[other] = look
        after = tours.succ[other]
        if after == NONE or log.looked[after] != look:
            right = after if after != NONE else depot
            extra = task.back[rate, stop, other] + task.cost[rate, stop, right] - tours.ahead[other]
            if (
                extra < best
                and (not task.timed or in_time(task, tours, stop, kind, other, after))
                and noticed()
            ):
                best, best_route, best_before = extra, route, other
        before = tours.pred[other]
        if before == NONE or log.looked[before] != look:
            left = before if before != NONE else depot
            extra = task.back[rate, stop, left] + task.cost[rate, stop, other] - tours.behind[other]
            if (
                extra < best
                and (not task.timed or in_time(task, tours, stop, kind, before, other))
                and noticed()
            ):
                best, best_route, best_before = extra, route, before
    for kind in range(len(task.depot)):
        depot, rate = task.depot[kind], task.rate[kind]
        extra = task.cost[rate, depot, stop] + task.cost[rate, stop, depot] + task.fixed[kind]
        if extra < best and can_open(task, tours, stop, kind):
            best, best_kind = extra, kind
    return best, best_route, best_before, best_kind


@njit(nogil=True, forceinline=True)
def noticed():
    """Tell whether a place of insertion is not overlooked."""
    return np.random.random() >= BLINK


@njit(nogil=True, forceinline=True)
def ruin_route(task, tours, log, step, stop, longest, n_out):
    """Remove a string of stops with or around a stop from its route; return the cost saved and stops out."""
    route = tours.route[stop]
    count, kind = tours.size[route], tours.kind[route]
    size = int(np.random.random() * min(float(count), longest)) + 1
    kept = 0
    if 1 < size < count and np.random.random() < SPLIT:
        kept = 1
        while size + kept < count and np.random.random() < STRETCH:
            kept += 1
    span = size + kept
    begin, back = stop, 0
    while tours.pred[begin] != NONE and back < span - 1:
        begin, back = tours.pred[begin], back + 1
    end, ahead = stop, 0
    while tours.succ[end] != NONE and ahead < span - 1:
        end, ahead = tours.succ[end], ahead + 1
    offset = max(0, span - 1 - ahead) + int(
        np.random.random() * (back - max(0, span - 1 - ahead) + 1)
    )
    begin = stop
    for _ in range(offset):
        begin = tours.pred[begin]
    skip = 1 + int(np.random.random() * (size - 1)) if kept else span
    saved = 0.0
    for index in range(span):
        after = tours.succ[begin]
        if not skip <= index < skip + kept:
            write_down(log, step, begin, route, tours.pred[begin], kind)
            saved += remove(task, tours, begin)
            log.out[n_out] = begin
            n_out += 1
        begin = after
    if task.timed and tours.kind[route] != NONE:
        retime(task, tours, route)
    return saved, n_out


@njit(nogil=True, forceinline=True)
def sort_out(task, log, n_out):
    """Order the stops that are out by a rule drawn at random: as it comes, large, far, near, or by their windows."""
    out, keys = log.out, log.keys
    rule = np.random.random() * (17.0 if task.timed else 11.0)
    for index in range(n_out):
        stop = out[index]
        if rule < 4.0:
            key = np.random.random()
        elif rule < 8.0:
            key = -task.bulk[stop]
        elif rule < 10.0:
            key = -task.far[stop]
        elif rule < 11.0:
            key = task.far[stop]
        elif rule < 13.0:
            key = task.due[stop] - task.ready[stop]
        elif rule < 15.0:
            key = task.ready[stop]
        else:
            key = -task.due[stop]
        at = index
        while at > 0 and keys[at - 1] > key:
            keys[at], out[at] = keys[at - 1], out[at - 1]
            at -= 1
        keys[at], out[at] = key, stop


@njit(nogil=True, forceinline=True)
def ruin(task, tours, log, step):
    """Remove strings from the routes around a stop; return the cost saved and the number of stops out."""
    n_depots = len(task.dispatch)
    n_stops = len(tours.route) - n_depots
    n_absent = tours.height[1]
    for index in range(n_absent):
        log.out[index] = tours.absent[index]
    n_routes = max(tours.used.sum(), 1)
    longest = min(float(STRING), (n_stops - n_absent) / n_routes)
    wanted = 1 + int(np.random.random() * (4.0 * REMOVED / (1.0 + longest) - 1.0))
    center = n_depots + int(np.random.random() * n_stops)
    saved, n_out = 0.0, n_absent
    n_ruined = 0
    for index in range(-1, task.around.shape[1]):
        stop = center if index < 0 else task.around[center, index]
        route = tours.route[stop]
        if route == NONE or log.last[route] == step:
            continue
        gain, n_out = ruin_route(task, tours, log, step, stop, longest, n_out)
        saved += gain
        n_ruined += 1
        if n_ruined >= wanted:
            break
    return saved, n_out


@njit(nogil=True, forceinline=True)
def recreate(task, tours, log, step, n_out):
    """Insert the stops that are out one after the other; return the cost added and how many stay out.

    Those that stay out come first in `out`.
    """
    out, look = log.out, step * len(log.out)
    added, n_left = 0.0, 0
    for index in range(n_out):
        stop = out[index]
        extra, route, before, kind = best_place(task, tours, log, stop, look + index)
        if kind != NONE:
            route, before = open_route(task, tours, kind), NONE
        elif route == NONE:
            out[n_left] = stop
            n_left += 1
            continue
        write_down(log, step, stop, route, before, NONE)
        insert(task, tours, stop, route, before)
        added += extra
    return added, n_left


@njit(nogil=True)
def keep_best(tours, best):
    """Note the routes that changed since the best were noted: they are the best now."""
    for index in range(best.height[0]):
        route = best.changed[index]
        best.is_changed[route] = False
        best.kind[route] = tours.kind[route]
        if tours.kind[route] == NONE:
            continue
        stop = tours.first[route]
        best.first[route] = stop
        while stop != NONE:
            best.succ[stop] = tours.succ[stop]
            stop = tours.succ[stop]
    best.height[0] = 0
    best.score[1] = best.score[0]
    best.score[2] = tours.height[1]


@njit(nogil=True, forceinline=True)
def accept(tours, best, log, n_left, cost):
    """Make the changed routes the current ones."""
    best.score[0] = cost
    for index in range(n_left):
        tours.absent[index] = log.out[index]
    tours.height[1] = n_left
    for index in range(log.height[1]):
        route = log.touched[index]
        if not best.is_changed[route]:
            best.is_changed[route] = True
            best.changed[best.height[0]] = route
            best.height[0] += 1
    if n_left < best.score[2] or (n_left == best.score[2] and cost < best.score[1] - 1e-7):
        keep_best(tours, best)


@njit(nogil=True, forceinline=True)
def weight(tours, stops, size):
    """Return how much it matters that stops are out: those missed often weigh more."""
    total = 0.0
    for index in range(size):
        total += tours.missed[stops[index]]
    return total


@njit(nogil=True)
def new_log(tours):
    """Return an empty log for steps on some tours."""
    n_places, n_routes = len(tours.succ), len(tours.kind)
    return Log(
        np.empty((2 * n_places, 4), np.int64),
        np.empty(n_routes, np.int64),
        np.full(n_routes, -1, np.int64),
        np.zeros(2, np.int64),
        np.empty(n_places, np.int64),
        np.empty(n_places),
        np.full(n_places, -1, np.int64),
    )


@njit(nogil=True)
def anneal(task, tours, best, steps, hot, cold, until_whole):
    """Ruin and recreate `steps` times while the temperature falls from `hot` to `cold` (cost); return the steps made.

    A result with less weight of absent stops is always accepted, with more never. Ends early where
    `until_whole` is set and no stop is absent.
    """
    return walk(task, tours, best, new_log(tours), steps, hot, cold, until_whole)


@njit(nogil=True)
def walk(task, tours, best, log, steps, hot, cold, until_whole):
    """Anneal with a log to write in, which the caller holds as `without_refcounts` wants it."""
    task, tours = without_refcounts(task), without_refcounts(tours)
    best, log = without_refcounts(best), without_refcounts(log)
    for step in range(steps):
        if until_whole and tours.height[1] == 0:
            return step
        temperature = hot * (cold / hot) ** (step / steps)
        log.height[:] = 0
        saved, n_out = ruin(task, tours, log, step)
        sort_out(task, log, n_out)
        added, n_left = recreate(task, tours, log, step, n_out)
        cost = best.score[0] - saved + added
        before, after = weight(tours, tours.absent, tours.height[1]), weight(tours, log.out, n_left)
        warm = cost < best.score[0] - temperature * np.log(1.0 - np.random.random())
        if after < before or (after == before and warm):
            accept(tours, best, log, n_left, cost)
        else:
            take_back(task, tours, log)
        for index in range(tours.height[1]):
            tours.missed[tours.absent[index]] += 1.0
    return steps
