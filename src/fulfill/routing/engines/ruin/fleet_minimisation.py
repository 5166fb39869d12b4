"""The fewest vehicles, and routes by them.

A vehicle less is tried by removing a route and ejecting other stops until all of its stops are
served again. With the fleet found, routes are annealed in several cycles, and those met on the way
are combined by set partitioning.
"""

from __future__ import annotations

from math import ceil

import numpy as np

from fulfill.routing.engines.ruin.compiled_instance import NO_LEG, CompiledInstance
from fulfill.routing.engines.ruin.ejection import insert_by_ejection
from fulfill.routing.engines.ruin.kernels import update_best
from fulfill.routing.engines.ruin.request_bank import anneal_with_bank
from fulfill.routing.engines.ruin.route_pool import RoutePool, Selection
from fulfill.routing.engines.ruin.route_state import N_ABSENT, NONE, insert, open_route
from fulfill.routing.engines.ruin.search import (
    Effort,
    Search,
    empty_route,
    final_temperature,
    initial_temperature,
)

FLEET_TEMPERATURE = 0.3
"""Temperature in mean legs while a route is removed."""
EJECTIONS, PERTURBATIONS = 50, 20
"""Ejections between two looks at the clock while a route is removed, and steps after each."""
FLEET_SHARE = 0.25
"""Share of the effort that may go into fewer vehicles."""
ATTEMPT_SHARE = 0.2
"""Share of that after which an attempt with a vehicle less is given up for another."""
PROBE_SHARE, FEW_ROUTES = 0.1, 5
"""Share of the rest after which a fleet counts as tight, if fewer routes a place were met."""
CYCLES, CYCLES_TIGHT = 2, 8
"""Cycles of annealing and combining, with a fleet that has room and with a tight one."""
POOL_INTERVAL = 50
"""Steps after which the current routes are added to the pool."""
COMBINE_SHARE = 0.05
"""Share of the effort that one combination of routes may take."""
BANK_TEMPERATURE, FIRST_PENALTY, LAST_PENALTY = 0.7, 3.0, 6.0
"""With a request bank: first temperature, first and last penalty, in mean legs."""
REPAIRS = 20
"""Calls of `insert_by_ejection` at most that empty the request bank after a cycle."""


def minimise_fleet(search: Search, effort: Effort) -> Search:
    """Return a search with as few vehicles as were found in `FLEET_SHARE` of the effort.

    Some attempts succeed in a second and others never: one that takes long is given up for another.

    Returns
    -------
    Search
        With every stop served and no vehicle to spare; the given one where not even its fleet
        served every stop.
    """
    data = search.data
    least = _least_vehicles(data)
    temperature = FLEET_TEMPERATURE * search.mean_leg()
    found: Search | None = None
    begun, attempts = 0.0, 0
    while (spent := effort.spent()) < FLEET_SHARE:
        complete = search.state.counts[N_ABSENT] == 0
        if complete:
            found, attempts = search.copy(), 0
            if search.state.used.sum() <= least:
                break
        if found is not None and (complete or spent - begun > ATTEMPT_SHARE * FLEET_SHARE):
            search = found.copy()
            _remove_route(search, attempts)
            begun, attempts = spent, attempts + 1
        steps = insert_by_ejection(
            data, search.state, search.best, EJECTIONS, PERTURBATIONS, temperature
        )
        effort.count(max(int(steps), 1))
    if found is None:
        return search
    found.state.available[:] = found.state.used
    return found


def _remove_route(search: Search, attempts: int) -> None:
    """Remove a route with its vehicle.

    The first attempt takes the route whose stops were absent least, each further one the next.
    """
    state = search.state
    routes = np.flatnonzero(state.kind != NONE)
    served = state.route >= 0
    absences = np.bincount(
        state.route[served], weights=state.absences[served], minlength=len(state.kind)
    )
    easiest = routes[np.argsort(absences[routes], kind="stable")]
    route = int(easiest[attempts % len(routes)])
    kind = int(state.kind[route])
    stops = empty_route(search, route)
    state.available[kind] = state.used[kind]
    state.absent[: len(stops)], state.counts[N_ABSENT] = stops, len(stops)
    store_all(search)


def store_all(search: Search) -> None:
    """Store all of the current routes as the best, whatever changed."""
    best = search.best
    best.n_changed[0] = len(best.changed)
    best.changed[:] = np.arange(len(best.changed))
    best.is_changed[:] = True
    update_best(search.state, best)


def _least_vehicles(data: CompiledInstance) -> int:
    """Return the number of the largest vehicles that the total demand fills."""
    filled = zip(data.demand.sum(0), data.capacity.max(0), strict=True)
    return int(max(ceil(load / room - 1e-9) for load, room in filled))


def anneal_in_cycles(search: Search, effort: Effort, until: float = 1.0) -> None:
    """Anneal in several cycles with a fixed fleet; combine the routes met after each.

    Where a first short cycle meets few routes the fleet is tight: what is removed comes back to
    where it was, and only with a request bank does the search get away from there. It then has one
    every other cycle: the cycles between gain more, for they start far from the best known routes.

    Parameters
    ----------
    until : float
        Share of the effort, from 0 to 1.
    """
    pool, few = RoutePool(search.data), FEW_ROUTES * len(search.state.succ)
    spent = effort.spent()
    _anneal_into_pool(search, effort, pool, spent + PROBE_SHARE * (until - spent), with_bank=False)
    tight = len(pool) < few
    for left in range(CYCLES_TIGHT if tight else CYCLES, 0, -1):
        spent = effort.spent()
        end = spent + (until - spent) * (1.0 - COMBINE_SHARE) / left
        _anneal_into_pool(search, effort, pool, end, with_bank=tight and left % 2 == 0)
        if search.best.n_absent[0] > 0:
            continue
        cost = float(search.best.cost[0])
        cost, selection = pool.combine(search.state, cost, effort.at_most(COMBINE_SHARE))
        if selection:
            replace_routes(search, selection, cost)


def _anneal_into_pool(
    search: Search, effort: Effort, pool: RoutePool, until: float, with_bank: bool
) -> None:
    """Anneal until a share of the effort is spent, and keep the routes met in a pool."""
    data, state, best = search.data, search.state, search.best
    leg, begun = search.mean_leg(), effort.spent()
    cold = final_temperature(search)
    if with_bank:
        hot = BANK_TEMPERATURE * leg
        first, last = FIRST_PENALTY * leg, LAST_PENALTY * leg
    else:
        # The same steps with a penalty that no saving outweighs: no stop may be absent.
        hot = initial_temperature(search, effort, until)
        first = last = NO_LEG
    while (spent := effort.spent()) < until:
        along = (spent - begun) / (until - begun)
        temperature, penalty = hot * (cold / hot) ** along, first * (last / first) ** along
        anneal_with_bank(data, state, best, POOL_INTERVAL, float(temperature), float(penalty))
        effort.count(POOL_INTERVAL)
        pool.add(state.first, state.kind, state.succ)
    for _ in range(REPAIRS):
        if state.counts[N_ABSENT] == 0 or effort.spent() >= until + COMBINE_SHARE:
            break
        temperature = FLEET_TEMPERATURE * leg
        steps = insert_by_ejection(data, state, best, EJECTIONS, PERTURBATIONS, temperature)
        effort.count(int(steps))
        pool.add(state.first, state.kind, state.succ)


def replace_routes(search: Search, selection: Selection, cost: float) -> None:
    """Replace the current routes by cheaper ones that serve every stop.

    Parameters
    ----------
    selection : Selection
        See `RoutePool.combine`.
    cost : float
        Cost of these routes, USD.
    """
    data, state = search.data, search.state
    for route in np.flatnonzero(state.kind != NONE):
        empty_route(search, int(route))
    for kind, stops in selection:
        route, before = open_route(data, state, kind), NONE
        for stop in stops:
            insert(data, state, stop, route, before)
            before = stop
    state.counts[N_ABSENT] = 0
    state.cost[0] = cost
    store_all(search)
