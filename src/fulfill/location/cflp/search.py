"""Primal heuristics for the capacitated view: rounding, then open, close and swap moves.

Every move is first priced by a lower bound, the dual value of the allocation at its current prices;
only moves whose bound is below the current cost are tried, and a tried move is priced exactly
(`transport.py`). The number of trials, not the clock, limits the search: it is deterministic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfill.location.cflp.capacitated import Arrays
from fulfill.location.cflp.lagrangian import fill_knapsack
from fulfill.location.cflp.transport import (
    Transport,
    allocate,
    capacity_prices,
    close_site,
    duplicate,
    flow_cost,
    open_site,
    slack_distance,
)
from fulfill.model.arrays import Array, Mask
from fulfill.model.kernel_cache import njit

TRIES = 40
"""Moves tried from one plan before it counts as a local optimum."""


@dataclass(frozen=True)
class Incumbent:
    """A plan of the capacitated view.

    Attributes
    ----------
    opened : (n_sites,)
    flow : (n_sites + 1, n_cells)
        Orders; the last row is served by no site.
    cost : float
        USD.
    """

    opened: Mask
    flow: Array
    cost: float


@njit(nogil=True)
def _cell_prices(t, distance):
    """Return the cheapest service of each cell at the capacity prices.

    Parameters
    ----------
    t : Transport
    distance : (n_rows,)
        Capacity prices, see `slack_distance`.

    Returns
    -------
    best : ndarray, shape (n_cells,)
        USD per order.
    row : ndarray of int, shape (n_cells,)
    second : ndarray, shape (n_cells,)
        Cheapest cost by another row, USD per order.
    """
    n_cells = len(t.demand)
    best, second, row = np.full(n_cells, np.inf), np.full(n_cells, np.inf), np.full(n_cells, -1)
    for a in np.flatnonzero(t.opened):
        for j in range(n_cells):
            price = t.cost[a, j] + distance[a]
            if price < best[j]:
                second[j], best[j], row[j] = best[j], price, a
            elif price < second[j]:
                second[j] = price
    return best, row, second


@njit(nogil=True)
def _pull(t, i, prices, work, items):
    """Bound the saving of opening site `i` at the given prices.

    Parameters
    ----------
    t : Transport
    i : int
    prices : (n_cells,)
    work, items : (n_cells,)
        Overwritten.

    Returns
    -------
    float
        At most zero, USD.
    """
    count, load, total = 0, 0.0, 0.0
    for j in range(len(prices)):
        reduced = t.cost[i, j] - prices[j]
        if reduced < 0.0:
            # a cell that nobody else serves has an infinite price
            work[j] = reduced if np.isfinite(reduced) else -1e30
            items[count] = j
            count += 1
            load += t.demand[j]
            total += work[j] * t.demand[j]
    if load <= t.capacity[i]:
        return total
    return fill_knapsack(work, t.demand, items, count, t.capacity[i])[0]


@njit(nogil=True)
def _move_bounds(t, fixed, locked):
    """Bound the change of cost by each move from below.

    Parameters
    ----------
    t : Transport
    fixed : (n_sites,)
    locked : (n_sites,)
        Sites that must stay open.

    Returns
    -------
    ndarray, shape (n_sites + 1, n_sites + 1)
        Row r, column i: close r and open i; the last row and column stand for no site. Infinite for
        moves that do not exist.
    """
    n_sites, n_cells = len(fixed), len(t.demand)
    distance = slack_distance(t, np.empty(len(t.capacity), np.int64))
    best, row, second = _cell_prices(t, distance)
    bounds = np.full((n_sites + 1, n_sites + 1), np.inf)
    work, items = np.empty(n_cells), np.empty(n_cells, np.int64)
    for r in range(n_sites + 1):
        if r < n_sites and (not t.opened[r] or locked[r]):
            continue
        prices, base = best.copy(), 0.0
        if r < n_sites:
            # the dual solution loses the price of the closed site's capacity
            base = -fixed[r] + (distance[r] * t.capacity[r] if distance[r] > 0.0 else 0.0)
            for j in range(n_cells):
                if row[j] == r:
                    prices[j] = second[j]
                    base += t.demand[j] * (min(second[j], 1e30) - best[j])
            bounds[r, n_sites] = base
        for i in range(n_sites):
            if not t.opened[i]:
                bounds[r, i] = base + fixed[i] + _pull(t, i, prices, work, items)
    return bounds


def improve(arrays: Arrays, transport: Transport, locked: Mask) -> Incumbent:
    """Improve an allocation by moves until none of those tried saves.

    Parameters
    ----------
    arrays : Arrays
    transport : Transport
    locked : (n_sites,)
        Sites that must stay open.

    Returns
    -------
    Incumbent
    """
    n_sites = len(arrays.fixed)
    cost = plan_cost(arrays, transport)
    while True:
        bounds = _move_bounds(transport, arrays.fixed, locked)
        order = np.argsort(bounds, axis=None, kind="stable")[:TRIES]
        for flat in order[bounds.ravel()[order] < -1e-9 * abs(cost)]:
            closing, opening = divmod(int(flat), n_sites + 1)
            trial = duplicate(transport)
            # open before closing, so that the orders of the closed site find room
            if opening < n_sites:
                open_site(trial, opening)
            if closing < n_sites and not close_site(trial, closing):
                continue
            found = plan_cost(arrays, trial)
            if found < cost - 1e-9 * abs(cost):
                transport, cost = trial, found
                break
        else:
            return Incumbent(transport.opened[:-1].copy(), transport.flow, cost)


def plan_cost(arrays: Arrays, transport: Transport) -> float:
    """Return the cost of an allocation with the fixed cost of its open sites, USD."""
    return float(flow_cost(transport)) + float(arrays.fixed[transport.opened[:-1]].sum())


def round_sites(arrays: Arrays, share: Array, locked: Mask, threshold: float = 0.5) -> Mask:
    """Round the open shares of the relaxed solutions to a set of open sites.

    Parameters
    ----------
    arrays : Arrays
    share : (n_sites,)
        0 to 1.
    locked : (n_sites,)
        Sites that must be open.
    threshold : float
        Sites with at least this share open; further ones follow in order of share while capacity is
        short.

    Returns
    -------
    ndarray of bool, shape (n_sites,)
    """
    opened = locked | (share >= threshold)
    need = arrays.demand[np.isinf(arrays.outside)].sum()
    for i in np.argsort(-share, kind="stable"):
        if arrays.capacity[opened].sum() >= need:
            break
        opened[i] = True
    return opened


@njit(nogil=True)
def cell_prices(t):
    """Return the dual prices of an optimal allocation.

    Parameters
    ----------
    t : Transport

    Returns
    -------
    ndarray, shape (n_cells,)
        USD per order.
    """
    return _cell_prices(t, capacity_prices(t))[0]


def construct(
    arrays: Arrays, share: Array, locked: Mask, threshold: float = 0.5
) -> Incumbent | None:
    """Return a plan rounded from `share` and improved.

    Parameters
    ----------
    arrays : Arrays
    share, locked, threshold
        See `round_sites`.

    Returns
    -------
    Incumbent or None
        None where not even all sites together can serve the demand.
    """
    opened = round_sites(arrays, share, locked, threshold)
    transport = allocate(arrays, opened)
    if transport is None:
        transport = allocate(arrays, np.ones(len(opened), bool))
    return None if transport is None else improve(arrays, transport, locked)


def kick(
    arrays: Arrays, plan: Incumbent, share: Array, locked: Mask, rng: np.random.Generator
) -> Incumbent | None:
    """Perturb a plan and improve it again: two sites open, two close.

    Parameters
    ----------
    arrays : Arrays
    plan : Incumbent
    share : (n_sites,)
        Sites with a share near one half are the likeliest to change.
    locked : (n_sites,)
    rng : numpy.random.Generator

    Returns
    -------
    Incumbent or None
        None where the perturbed sites cannot serve the demand.
    """
    # the constant leaves every site a chance
    doubt = 0.02 + share * (1.0 - share)
    opened = plan.opened.copy()
    closed = np.flatnonzero(~opened)
    movable = np.flatnonzero(opened & ~locked)
    for pool, value in ((closed, True), (movable, False)):
        size = min(2, len(pool))
        if size:
            opened[rng.choice(pool, size, replace=False, p=doubt[pool] / doubt[pool].sum())] = value
    transport = allocate(arrays, opened)
    return None if transport is None else improve(arrays, transport, locked)
