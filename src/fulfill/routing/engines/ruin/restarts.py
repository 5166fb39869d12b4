"""Annealing of few long routes: several short searches from different routes, the best goes on.

Annealing seldom moves a large part of a route of many stops to another vehicle, for the windows of
all of them would have to agree on the way. So the first routes decide how good the last can become,
and several short searches find better ones than a long one.
"""

from __future__ import annotations

import numpy as np

from fulfill.routing.engines.ruin.ejection import insert_by_ejection
from fulfill.routing.engines.ruin.fleet_minimisation import (
    EJECTIONS,
    FLEET_TEMPERATURE,
    PERTURBATIONS,
    store_all,
)
from fulfill.routing.engines.ruin.route_state import N_ABSENT, NONE
from fulfill.routing.engines.ruin.search import Effort, Search, anneal_between, empty_route

RESTARTS = 8
"""Short searches."""
RESTART_SHARE = 0.75
"""Share of the effort that they take together; the rest goes into the best of them."""
INSERT_SHARE = 0.3
"""Share of the effort of a short search that may go into its first routes."""
RESTART_TEMPERATURES = (2.0, 0.1)
"""First and last temperature of a short search, in mean legs."""
FINAL_TEMPERATURES = (0.5, 0.05)
"""First and last temperature of the search from the best routes, in mean legs."""


def anneal_from_restarts(search: Search, effort: Effort, until: float = 1.0) -> Search:
    """Return the best of several searches with the same fleet, each from routes of its own.

    Parameters
    ----------
    until : float
        Share of the effort, from 0 to 1.

    Returns
    -------
    Search
        The one with the cheapest routes, which the rest of the effort has gone into.
    """
    begun, found = effort.spent(), search
    share = (until - begun) * RESTART_SHARE / RESTARTS
    for restart in range(RESTARTS):
        candidate = search.copy()
        limit = effort.spent() + INSERT_SHARE * share
        if restart > 0 and not _restart(candidate, effort, limit):
            candidate = found.copy()
        anneal_between(candidate, effort, begun + (restart + 1) * share, *RESTART_TEMPERATURES)
        if _quality(candidate) < _quality(found):
            found = candidate
    anneal_between(found, effort, until, *FINAL_TEMPERATURES)
    return found


def _quality(search: Search) -> tuple[int, float]:
    """Return what is compared of the best routes of two searches: stops absent, then cost."""
    return int(search.best.n_absent[0]), float(search.best.cost[0])


def _restart(search: Search, effort: Effort, until: float) -> bool:
    """Build the routes anew, with the vehicles there are; tell whether every stop is served."""
    state = search.state
    stops: list[int] = []
    for route in np.flatnonzero(state.kind != NONE):
        stops += empty_route(search, int(route))
    state.absent[: len(stops)], state.counts[N_ABSENT] = stops, len(stops)
    state.absences[:] = 1.0
    store_all(search)
    temperature = FLEET_TEMPERATURE * search.mean_leg()
    while state.counts[N_ABSENT] > 0 and effort.spent() < until:
        steps = insert_by_ejection(
            search.data, state, search.best, EJECTIONS, PERTURBATIONS, temperature
        )
        effort.count(max(int(steps), 1))
    return bool(state.counts[N_ABSENT] == 0)
