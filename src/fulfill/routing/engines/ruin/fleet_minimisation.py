"""The fewest vehicles, and routes by them.

A vehicle less is tried by taking a route away and ejecting other stops until all of its stops have
found a place. With the fleet found, routes are cooled several times, and those met on the way
combined.
"""

from __future__ import annotations

from math import ceil

import numpy as np

from fulfill.routing.engines.ruin.compiled_instance import NO_WAY
from fulfill.routing.engines.ruin.ejection import squeeze
from fulfill.routing.engines.ruin.kernels import keep_best
from fulfill.routing.engines.ruin.request_bank import anneal_loosely
from fulfill.routing.engines.ruin.route_pool import Chosen, RoutePool
from fulfill.routing.engines.ruin.route_state import NONE, Task, insert, open_route
from fulfill.routing.engines.ruin.search import (
    Effort,
    Search,
    first_temperature,
    last_temperature,
    take_away,
)

FLEET_HEAT = 0.3
"""Temperature in mean legs while routes are left out."""
ROUNDS, STIRS = 50, 20
"""Ejections between two looks at the clock while routes are left out, and steps after each."""
FLEET_SHARE = 0.25
"""Share of the effort that may go into fewer vehicles."""
TRY = 0.2
"""Share of that after which a try with a vehicle less begins anew."""
PROBE, FEW = 0.1, 5
"""Share of what is left after that to see whether the fleet is hardly enough: fewer routes met than so many a stop."""
CYCLES, CYCLES_LOOSE = 2, 8
"""How often routes are cooled and combined: with a fleet that is easily enough, and with one that hardly is."""
SAMPLE = 50
"""Steps between two looks at the routes for the pool."""
COMBINING = 0.05
"""Share of the effort that one combination of routes may take."""
HOT_LOOSE, CHEAP, DEAR = 0.7, 3.0, 6.0
"""Where stops may be absent: first temperature, and first and last price of an absent stop, in mean legs."""
REPAIRS = 20
"""Calls of `squeeze` at most to bring absent stops back after that."""


def fewer_vehicles(search: Search, effort: Effort) -> Search:
    """Return a search with as few vehicles as could be found in its share of the effort, all stops served.

    Some tries find a way in a second and others never: one that takes long is given up for another.
    """
    task = search.task
    least = _least_vehicles(task)
    hot = FLEET_HEAT * search.leg()
    found: Search | None = None
    begun, tries = 0.0, 0
    while (spent := effort.spent()) < FLEET_SHARE:
        whole = search.tours.height[1] == 0
        if whole:
            found, tries = search.copy(), 0
            if search.tours.used.sum() <= least:
                break
        if found is not None and (whole or spent - begun > TRY * FLEET_SHARE):
            search = found.copy()
            _drop_route(search, tries)
            begun, tries = spent, tries + 1
        effort.count(max(int(squeeze(task, search.tours, search.best, ROUNDS, STIRS, hot)), 1))
    if found is None:
        return search
    found.tours.fleet[:] = found.tours.used
    return found


def _drop_route(search: Search, tries: int) -> None:
    """Take away the route whose stops were missed least, or the next one with every try, and its vehicle."""
    tours = search.tours
    routes = np.flatnonzero(tours.kind != NONE)
    on_route = tours.route >= 0
    missed = np.bincount(
        tours.route[on_route], weights=tours.missed[on_route], minlength=len(tours.kind)
    )
    route = int(routes[np.argsort(missed[routes], kind="stable")[tries % len(routes)]])
    kind = int(tours.kind[route])
    stops = take_away(search, route)
    tours.fleet[kind] = tours.used[kind]
    tours.absent[: len(stops)], tours.height[1] = stops, len(stops)
    _keep_all(search)


def _keep_all(search: Search) -> None:
    """Note the current routes as the best, all of them."""
    best = search.best
    best.height[0] = len(best.changed)
    best.changed[:] = np.arange(len(best.changed))
    best.is_changed[:] = True
    keep_best(search.tours, best)


def _least_vehicles(task: Task) -> int:
    """Return the number of the largest vehicles that the total demand fills."""
    return int(
        max(
            ceil(load / room - 1e-9)
            for load, room in zip(task.demand.sum(0), task.capacity.max(0), strict=True)
        )
    )


def refine(search: Search, effort: Effort, end: float) -> None:
    """Cool several times with a fixed fleet until a share of the effort is spent; combine the routes met after each.

    Where a first short time meets few routes the fleet is hardly enough: what is removed comes back
    to where it was, and only with stops absent for a while does the search get away from there. It
    then does so every other time: far from the best known, as with fleets found at once, the times
    between gain more.
    """
    pool, few = RoutePool(search.task), FEW * len(search.tours.succ)
    cool_into(search, effort, pool, effort.spent() + PROBE * (end - effort.spent()), loosely=False)
    loosely = len(pool) < few
    for left in range(CYCLES_LOOSE if loosely else CYCLES, 0, -1):
        spent = effort.spent()
        cool_into(
            search,
            effort,
            pool,
            spent + (end - spent) * (1.0 - COMBINING) / left,
            loosely and left % 2 == 0,
        )
        if search.best.score[2] > 0:
            continue
        cost, chosen = pool.combine(
            search.tours, float(search.best.score[1]), effort.at_most(COMBINING)
        )
        if chosen:
            replace_routes(search, chosen, cost)


def cool_into(search: Search, effort: Effort, pool: RoutePool, until: float, loosely: bool) -> None:
    """Anneal until a share of the effort is spent and keep the routes met in a pool; `loosely`: stops may be absent."""
    task, tours, best = search.task, search.tours, search.best
    leg, begun = search.leg(), effort.spent()
    hot, cold = (
        HOT_LOOSE * leg if loosely else first_temperature(search, effort, until),
        last_temperature(search),
    )
    cheap, dear = (CHEAP * leg, DEAR * leg) if loosely else (NO_WAY, NO_WAY)
    while (spent := effort.spent()) < until:
        along = (spent - begun) / (until - begun)
        temperature, price = hot * (cold / hot) ** along, cheap * (dear / cheap) ** along
        anneal_loosely(task, tours, best, SAMPLE, float(temperature), float(price))
        effort.count(SAMPLE)
        pool.add(tours.first, tours.kind, tours.succ)
    for _ in range(REPAIRS):
        if tours.height[1] == 0 or effort.spent() >= until + COMBINING:
            break
        effort.count(int(squeeze(task, tours, best, ROUNDS, STIRS, FLEET_HEAT * leg)))
        pool.add(tours.first, tours.kind, tours.succ)


def replace_routes(search: Search, chosen: Chosen, cost: float) -> None:
    """Put other routes, better than the best, that serve every stop in the place of the current ones."""
    task, tours = search.task, search.tours
    for route in np.flatnonzero(tours.kind != NONE):
        take_away(search, int(route))
    for kind, stops in chosen:
        route, before = open_route(task, tours, kind), NONE
        for stop in stops:
            insert(task, tours, stop, route, before)
            before = stop
    tours.height[1] = 0
    search.best.score[0] = cost
    _keep_all(search)
