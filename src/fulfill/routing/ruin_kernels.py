"""Compiled steps of ruin and recreate: strings of stops leave their routes and come back where they cost least.

Slack induction by string removals (Christiaens and Vanden Berghe 2020, doi 10.1287/trsc.2019.0914) with the places of
insertion restricted to the nearest stops, so that a step costs the same however many stops there are, and with routes
of several types and depots. A step notes the routes it changes in a book; a step that is refused puts them back.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from fulfill.routing.tours import NONE, can_open, fits, in_time, insert, note, open_route, put_back, remove, retime

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


@nb.njit(cache=True, nogil=True)
def seed_random(seed):
    """Seed the random numbers of the compiled steps."""
    np.random.seed(seed)


@nb.njit(cache=True, nogil=True)
def best_place(task, tours, stop, looked, look, blink):
    """Return where a stop costs least: (cost, route, stop before it, type of a new route), NONE where there is none.

    `looked` marks the neighbours already looked at, by the number `look`: a gap between two of them counts once.
    `blink` has the number of places until the next one that is overlooked.
    """
    best, best_route, best_before, best_kind = np.inf, NONE, NONE, NONE
    for index in range(task.near.shape[1]):
        other = task.near[stop, index]
        route = tours.route[other]
        if route == NONE or not fits(task, tours, stop, route):
            continue
        kind = tours.kind[route]
        depot, cost = task.depot[kind], task.cost[task.rate[kind]]
        looked[other] = look
        after = tours.succ[other]
        if after == NONE or looked[after] != look:
            blink[0] -= 1
            right = after if after != NONE else depot
            extra = cost[other, stop] + cost[stop, right] - cost[other, right]
            if blink[0] == 0:
                blink[0] = 1 + int(np.log(np.random.random()) / np.log(1.0 - BLINK))
            elif extra < best and (not task.timed or in_time(task, tours, stop, kind, other, after)):
                best, best_route, best_before = extra, route, other
        before = tours.pred[other]
        if before == NONE or looked[before] != look:
            blink[0] -= 1
            left = before if before != NONE else depot
            extra = cost[left, stop] + cost[stop, other] - cost[left, other]
            if blink[0] == 0:
                blink[0] = 1 + int(np.log(np.random.random()) / np.log(1.0 - BLINK))
            elif extra < best and (not task.timed or in_time(task, tours, stop, kind, before, other)):
                best, best_route, best_before = extra, route, before
    for kind in range(len(task.depot)):
        depot = task.depot[kind]
        extra = task.cost[task.rate[kind], depot, stop] + task.cost[task.rate[kind], stop, depot] + task.fixed[kind]
        if extra < best and can_open(task, tours, stop, kind):
            best, best_kind = extra, kind
    return best, best_route, best_before, best_kind


@nb.njit(cache=True, nogil=True)
def ruin_route(task, tours, stop, longest, out, n_out):
    """Remove a string of stops with or around a stop from its route; return the cost saved and stops out."""
    route = tours.route[stop]
    count = tours.size[route]
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
    offset = max(0, span - 1 - ahead) + int(np.random.random() * (back - max(0, span - 1 - ahead) + 1))
    begin = stop
    for _ in range(offset):
        begin = tours.pred[begin]
    skip = 1 + int(np.random.random() * (size - 1)) if kept else span
    saved = 0.0
    for index in range(span):
        after = tours.succ[begin]
        if not skip <= index < skip + kept:
            saved += remove(task, tours, begin)
            out[n_out] = begin
            n_out += 1
        begin = after
    if task.timed and tours.kind[route] != NONE:
        retime(task, tours, route)
    return saved, n_out


@nb.njit(cache=True, nogil=True)
def sort_out(task, out, n_out, keys):
    """Order the stops that are out by a rule drawn at random: as it comes, large, far, near, or by their windows."""
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


@nb.njit(cache=True, nogil=True)
def ruin(task, tours, book, noted, step, out):
    """Remove strings from the routes around a stop; return the cost saved and the number of stops out."""
    n_depots = len(task.dispatch)
    n_stops = len(tours.route) - n_depots
    n_absent = tours.height[1]
    for index in range(n_absent):
        out[index] = tours.absent[index]
    n_routes = max(tours.used.sum(), 1)
    longest = min(float(STRING), (n_stops - n_absent) / n_routes)
    wanted = 1 + int(np.random.random() * (4.0 * REMOVED / (1.0 + longest) - 1.0))
    center = n_depots + int(np.random.random() * n_stops)
    saved, n_out = 0.0, n_absent
    n_ruined = 0
    for index in range(-1, task.around.shape[1]):
        stop = center if index < 0 else task.around[center, index]
        route = tours.route[stop]
        if route == NONE or noted[route] == step:
            continue
        note(tours, route, book, noted, step)
        gain, n_out = ruin_route(task, tours, stop, longest, out, n_out)
        saved += gain
        n_ruined += 1
        if n_ruined >= wanted:
            break
    return saved, n_out


@nb.njit(cache=True, nogil=True)
def recreate(task, tours, book, noted, step, out, n_out, looks, blink):
    """Insert the stops that are out one after the other; return the cost added and how many stay out.

    Those that stay out come first in `out`.
    """
    looked, look = looks, step * len(out)
    added, n_left = 0.0, 0
    for index in range(n_out):
        stop = out[index]
        extra, route, before, kind = best_place(task, tours, stop, looked, look + index, blink)
        if kind != NONE:
            route, before = tours.free[tours.height[0] - 1], NONE
            note(tours, route, book, noted, step)
            open_route(task, tours, kind)
        elif route == NONE:
            out[n_left] = stop
            n_left += 1
            continue
        else:
            note(tours, route, book, noted, step)
        insert(task, tours, stop, route, before)
        added += extra
    return added, n_left


@nb.njit(cache=True, nogil=True)
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


@nb.njit(cache=True, nogil=True)
def accept(tours, best, book, out, n_left, cost):
    """Make the changed routes the current ones."""
    best.score[0] = cost
    for index in range(n_left):
        tours.absent[index] = out[index]
    tours.height[1] = n_left
    at = 1
    while at < book[0]:
        route = book[at]
        if not best.is_changed[route]:
            best.is_changed[route] = True
            best.changed[best.height[0]] = route
            best.height[0] += 1
        at += 3 + book[at + 2]
    if n_left < best.score[2] or (n_left == best.score[2] and cost < best.score[1] - 1e-7):
        keep_best(tours, best)


@nb.njit(cache=True, nogil=True)
def weight(tours, stops, size):
    """Return how much it matters that stops are out: those missed often weigh more."""
    total = 0.0
    for index in range(size):
        total += tours.missed[stops[index]]
    return total


@nb.njit(cache=True, nogil=True)
def anneal(task, tours, best, steps, hot, cold, until_whole):
    """Ruin and recreate `steps` times while the temperature falls from `hot` to `cold` (cost); return the steps made.

    A result with less weight of absent stops is always accepted, with more never. Ends early where `until_whole` is
    set and no stop is absent.
    """
    n_places, n_routes = len(tours.succ), len(tours.kind)
    book = np.empty(n_places + 4 * n_routes + 8, np.int64)
    noted = np.full(n_routes, -1, np.int64)
    out, keys = np.empty(n_places, np.int64), np.empty(n_places)
    looks = np.full(n_places, -1, np.int64)
    blink = np.full(1, 50, np.int64)
    for step in range(steps):
        if until_whole and tours.height[1] == 0:
            return step
        temperature = hot * (cold / hot) ** (step / steps)
        book[0] = 1
        saved, n_out = ruin(task, tours, book, noted, step, out)
        sort_out(task, out, n_out, keys)
        added, n_left = recreate(task, tours, book, noted, step, out, n_out, looks, blink)
        cost = best.score[0] - saved + added
        before, after = weight(tours, tours.absent, tours.height[1]), weight(tours, out, n_left)
        warm = cost < best.score[0] - temperature * np.log(1.0 - np.random.random())
        if after < before or (after == before and warm):
            accept(tours, best, book, out, n_left, cost)
        else:
            put_back(task, tours, book)
        for index in range(tours.height[1]):
            tours.missed[tours.absent[index]] += 1.0
    return steps
