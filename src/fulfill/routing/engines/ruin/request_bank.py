"""Compiled steps of ruin and recreate for tight fleets: absent stops cost a penalty.

Absent stops wait in a request bank (Ropke and Pisinger 2006, Transportation Science), and the
penalty on each is part of the cost that annealing compares. Where a fleet is hardly enough, routes
without any absent stop lie far apart, and those between them leave some out.
"""

from __future__ import annotations

import numpy as np

from fulfill.model.kernel_cache import njit
from fulfill.routing.engines.ruin.kernels import accept, recreate
from fulfill.routing.engines.ruin.numba_refcounts import without_refcounts
from fulfill.routing.engines.ruin.removal import (
    N_MOVES,
    N_TOUCHED,
    new_move_log,
    ruin,
    sort_removed,
    undo,
)
from fulfill.routing.engines.ruin.route_state import N_ABSENT


@njit(nogil=True)
def anneal_with_bank(data, state, best, steps, temperature, penalty):
    """Ruin and recreate at one temperature, with a penalty on each absent stop.

    The best routes are still those with the fewest absent stops, then the cheapest.

    Parameters
    ----------
    data : CompiledInstance
    state : RouteState
        Changed.
    best : BestRoutes
        Changed.
    steps : int
        Number of steps.
    temperature : float
        USD.
    penalty : float
        USD for each absent stop.
    """
    anneal_with_bank_logged(data, state, best, new_move_log(state), steps, temperature, penalty)


@njit(nogil=True)
def anneal_with_bank_logged(data, state, best, log, steps, temperature, penalty):
    """Anneal with a log to write to, which the caller holds as `without_refcounts` requires."""
    data, state = without_refcounts(data), without_refcounts(state)
    best, log = without_refcounts(best), without_refcounts(log)
    for step in range(steps):
        log.counts[N_MOVES] = log.counts[N_TOUCHED] = 0
        saved, n_removed = ruin(data, state, log, step)
        sort_removed(data, log, n_removed)
        # an absent stop has a price here, unlike in `anneal`, where it outranks any cost
        n_absent = state.counts[N_ABSENT]
        limit = saved + penalty * n_absent - temperature * np.log(1.0 - np.random.random())
        added, n_left = recreate(data, state, log, step, n_removed, limit, penalty)
        if added <= limit:
            accept(state, best, log, n_left, state.cost[0] - saved + added - penalty * n_left)
        else:
            undo(data, state, log)
