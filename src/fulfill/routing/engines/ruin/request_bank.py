"""Compiled steps of ruin and recreate for tight fleets: stops may be absent for a while, at a price."""

from __future__ import annotations

import numpy as np

from fulfill.model.kernel_cache import njit
from fulfill.routing.engines.ruin.kernels import (
    accept,
    new_log,
    recreate,
    ruin,
    sort_out,
    take_back,
)
from fulfill.routing.engines.ruin.numba_refcounts import without_refcounts


@njit(nogil=True)
def anneal_loosely(task, tours, best, steps, temperature, price):
    """Ruin and recreate at a temperature, with a price on each absent stop; the best routes still miss fewest."""
    walk_loosely(task, tours, best, new_log(tours), steps, temperature, price)


@njit(nogil=True)
def walk_loosely(task, tours, best, log, steps, temperature, price):
    """Anneal with a log to write in, which the caller holds as `without_refcounts` wants it."""
    task, tours = without_refcounts(task), without_refcounts(tours)
    best, log = without_refcounts(best), without_refcounts(log)
    for step in range(steps):
        log.height[:] = 0
        saved, n_out = ruin(task, tours, log, step)
        sort_out(task, log, n_out)
        added, n_left = recreate(task, tours, log, step, n_out)
        worse = added - saved + price * (n_left - tours.height[1])
        if worse < -temperature * np.log(1.0 - np.random.random()):
            accept(tours, best, log, n_left, best.score[0] - saved + added)
        else:
            take_back(task, tours, log)
