"""Compiled steps of ruin and recreate for tight fleets: stops may be absent for a while, at a price."""

from __future__ import annotations

import numba as nb
import numpy as np

from fulfill.routing.ruin_kernels import accept, recreate, ruin, sort_out
from fulfill.routing.tours import put_back


@nb.njit(cache=True, nogil=True)
def anneal_loosely(task, tours, best, steps, temperature, price):
    """Ruin and recreate at a temperature, with a price on each absent stop; the best routes still miss fewest."""
    n_places, n_routes = len(tours.succ), len(tours.kind)
    book = np.empty(n_places + 4 * n_routes + 8, np.int64)
    noted = np.full(n_routes, -1, np.int64)
    out, keys = np.empty(n_places, np.int64), np.empty(n_places)
    looks = np.full(n_places, -1, np.int64)
    blink = np.full(1, 50, np.int64)
    for step in range(steps):
        book[0] = 1
        saved, n_out = ruin(task, tours, book, noted, step, out)
        sort_out(task, out, n_out, keys)
        added, n_left = recreate(task, tours, book, noted, step, out, n_out, looks, blink)
        worse = added - saved + price * (n_left - tours.height[1])
        if worse < -temperature * np.log(1.0 - np.random.random()):
            accept(tours, best, book, out, n_left, best.score[0] - saved + added)
        else:
            put_back(task, tours, book)
