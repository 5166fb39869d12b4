"""Exact allocation of cells to open sites, kept optimal while sites open and close.

A minimum-cost flow by successive shortest paths over the *sites*: moving an order from site ``a``
to ``b`` costs ``move[a, b]``, the least ``c_bj - c_aj`` over the cells that ``a`` serves. Closing a
site reassigns its orders along cheapest paths; opening one cancels negative cycles through it
until none is left. Both keep the flow optimal.

References
----------
R. K. Ahuja, T. L. Magnanti, J. B. Orlin (1993), Network Flows, chapter 9. The prices are the dual
solution: no set of sites can be cheaper than its dual value at these prices, which is how
`search.py` discards moves without trying them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fulfill.location.cflp.capacitated import Arrays
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.kernel_cache import njit

_TINY = 1e-9


class Transport(NamedTuple):
    """An optimal allocation for the open sites; the last row stands for service by no site.

    The arrays are mutable: `duplicate` before trying a move.

    Attributes
    ----------
    cost : (n_rows, n_cells)
        USD per order.
    demand : (n_cells,)
        Orders.
    capacity : (n_rows,)
        Orders; infinite in the last row.
    opened : (n_rows,)
    flow : (n_rows, n_cells)
        Orders.
    load : (n_rows,)
        Orders.
    move : (n_rows, n_rows)
        Least extra cost of moving an order from row to column, USD.
    mover : (n_rows, n_rows)
        The cell whose order moves at that cost.
    """

    cost: Array
    demand: Array
    capacity: Array
    opened: Mask
    flow: Array
    load: Array
    move: Array
    mover: Index


@njit(nogil=True)
def _refresh_row(t, a):
    """Recompute the cheapest moves out of row `a` of a `Transport`."""
    t.move[a, :] = np.inf
    if not t.opened[a]:
        return
    # only cells that the row serves can move away from it
    rows = np.flatnonzero(t.opened)
    for j in np.flatnonzero(t.flow[a] > _TINY * t.demand):
        for b in rows:
            extra = t.cost[b, j] - t.cost[a, j]
            if extra < t.move[a, b]:
                t.move[a, b] = extra
                t.mover[a, b] = j
    t.move[a, a] = np.inf


@njit(nogil=True)
def _refresh_column(t, b):
    """Recompute the cheapest moves into row `b` of a `Transport`."""
    t.move[:, b] = np.inf
    if not t.opened[b]:
        return
    for a in np.flatnonzero(t.opened):
        if a == b:
            continue
        for j in range(len(t.demand)):
            if t.flow[a, j] > _TINY * t.demand[j]:
                extra = t.cost[b, j] - t.cost[a, j]
                if extra < t.move[a, b]:
                    t.move[a, b] = extra
                    t.mover[a, b] = j


@njit(nogil=True)
def _relax(t, rows, distance, after):
    """Compute shortest distances to the rows that start at a known distance (Bellman-Ford).

    Parameters
    ----------
    t : Transport
    rows : (n,) of int
        Rows between which paths may run.
    distance : (n_rows,)
        USD per order; updated.
    after : (n_rows,) of int
        Next row on the shortest path, -1 at its end; updated.
    """
    for _ in range(len(rows)):
        changed = False
        for a in rows:
            for b in rows:
                option = t.move[a, b] + distance[b]
                # a tolerance, so that rounding cannot close a cycle of zero length in `after`
                if option < distance[a] - 1e-10 * (1.0 + abs(option)):
                    distance[a] = option
                    after[a] = b
                    changed = True
        if not changed:
            return


@njit(nogil=True)
def slack_distance(t, after):
    """Return the cost of pushing one more order through each row to a row with spare capacity.

    This is the dual price of the row's capacity.

    Parameters
    ----------
    t : Transport
    after : (n_rows,) of int
        Set to the next row on the path, -1 at its end.

    Returns
    -------
    ndarray, shape (n_rows,)
        USD per order; infinite where no spare capacity can be reached.
    """
    rows = np.flatnonzero(t.opened)
    distance = np.full(len(t.capacity), np.inf)
    after[:] = -1
    for a in rows:
        if t.load[a] < t.capacity[a] * (1.0 - _TINY):
            distance[a] = 0.0
    _relax(t, rows, distance, after)
    return distance


@njit(nogil=True)
def capacity_prices(t):
    """Return dual prices of the capacities of an optimal allocation.

    Parameters
    ----------
    t : Transport

    Returns
    -------
    ndarray, shape (n_rows,)
        USD per order, not negative; infinite for closed rows.
    """
    after = np.empty(len(t.capacity), np.int64)
    distance = slack_distance(t, after)
    rows = np.flatnonzero(t.opened)
    if np.isinf(distance[rows]).all():
        # with all capacity in use only the differences between prices matter
        distance[rows[0]] = 0.0
        _relax(t, rows, distance, after)
        distance -= distance[rows].min()
    return distance


@njit(nogil=True)
def _shift(t, a, after, amount):
    """Move `amount` orders along the path that begins at row `a` and refresh the rows on it.

    Parameters
    ----------
    t : Transport
    a : int
    after : (n_rows,) of int
        Next row on the path, -1 at its end.
    amount : float

    Returns
    -------
    int
        The last row of the path.
    """
    first, steps = a, 0
    # the count of steps guards against a cycle that rounding might close
    while after[a] >= 0 and steps <= len(after):
        b = after[a]
        j = t.mover[a, b]
        t.flow[a, j] -= amount
        t.flow[b, j] += amount
        # move dust along, so that a row with no real flow has no mover
        if t.flow[a, j] < _TINY * t.demand[j]:
            t.flow[b, j] += t.flow[a, j]
            t.flow[a, j] = 0.0
        a = b
        steps += 1
    last = a
    a = first
    steps = 0
    while steps <= len(after):
        following = after[a]
        _refresh_row(t, a)
        if following < 0:
            break
        a = following
        steps += 1
    return last


@njit(nogil=True)
def _room(t, a, after, amount):
    """Return how much of `amount` fits along the path that begins at row `a`, its end included."""
    steps = 0
    while after[a] >= 0 and steps <= len(after):
        amount = min(amount, t.flow[a, t.mover[a, after[a]]])
        a = after[a]
        steps += 1
    return min(amount, t.capacity[a] - t.load[a])


@njit(nogil=True)
def _insert(t, j, amount, after):
    """Assign `amount` orders of cell `j` along cheapest paths.

    Returns
    -------
    bool
        False where there is no path with spare capacity.
    """
    while amount > _TINY * t.demand[j]:
        distance = slack_distance(t, after)
        a = np.argmin(t.cost[:, j] + distance)
        if not np.isfinite(t.cost[a, j] + distance[a]):
            return False
        sent = _room(t, a, after, amount)
        if sent <= 0.0:
            return False
        t.flow[a, j] += sent
        last = _shift(t, a, after, sent)
        t.load[last] += sent
        amount -= sent
    return True


@njit(nogil=True)
def close_site(t, i):
    """Close a site and reassign its orders.

    Parameters
    ----------
    t : Transport
        Updated.
    i : int

    Returns
    -------
    bool
        False where the orders do not fit elsewhere; the allocation is then unusable.
    """
    after = np.empty(len(t.capacity), np.int64)
    t.opened[i] = False
    orders = t.flow[i].copy()
    t.flow[i, :] = 0.0
    t.load[i] = 0.0
    t.move[i, :] = np.inf
    t.move[:, i] = np.inf
    for j in np.flatnonzero(orders > 0.0):  # noqa: SIM110 (numba)
        if not _insert(t, j, orders[j], after):
            return False
    return True


@njit(nogil=True)
def open_site(t, i):
    """Open a site and move orders to it as long as that saves cost.

    Parameters
    ----------
    t : Transport
        Updated.
    i : int
    """
    n_rows = len(t.capacity)
    after = np.empty(n_rows, np.int64)
    t.opened[i] = True
    t.load[i] = 0.0
    _refresh_column(t, i)
    rows = np.flatnonzero(t.opened)
    others = rows[rows != i]
    # each pass cancels one negative cycle; the limit only guards against rounding
    for _ in range(8 * len(t.demand)):
        if t.load[i] >= t.capacity[i] * (1.0 - _TINY):
            return
        distance = np.full(n_rows, np.inf)
        after[:] = -1
        distance[i] = 0.0
        for a in others:
            # the new site is the sink, so a row's distance is what moving one of its orders there
            # saves
            distance[a] = t.move[a, i]
            if np.isfinite(distance[a]):
                after[a] = i
        _relax(t, others, distance, after)
        start = i
        for a in others:
            if distance[a] < distance[start]:
                start = a
        if start == i or distance[start] > -_TINY * (
            1.0 + abs(t.cost[start, t.mover[start, after[start]]])
        ):
            return
        amount = _room(t, start, after, np.inf)
        if amount <= 0.0:
            return
        _shift(t, start, after, amount)
        t.load[start] -= amount
        t.load[i] += amount


@njit(nogil=True)
def fill(t):
    """Allocate every cell from scratch.

    Parameters
    ----------
    t : Transport
        Without flows; updated.

    Returns
    -------
    bool
        False where the open sites cannot serve all cells.
    """
    after = np.empty(len(t.capacity), np.int64)
    for j in range(len(t.demand)):  # noqa: SIM110 (numba)
        if not _insert(t, j, t.demand[j], after):
            return False
    return True


@njit(nogil=True)
def flow_cost(t):
    """Return the cost of the allocation, without fixed costs.

    Parameters
    ----------
    t : Transport

    Returns
    -------
    float
        USD.
    """
    total = 0.0
    for i in np.flatnonzero(t.opened):
        for j in range(len(t.demand)):
            if t.flow[i, j] > 0.0:
                total += t.cost[i, j] * t.flow[i, j]
    return total


def allocate(arrays: Arrays, opened: Mask) -> Transport | None:
    """Return the cheapest allocation to the open sites.

    Parameters
    ----------
    arrays : Arrays
    opened : (n_sites,)

    Returns
    -------
    Transport or None
        None where the open sites cannot serve every cell.
    """
    n_sites, n_cells = arrays.cost.shape
    rows = n_sites + 1
    transport = Transport(
        cost=np.vstack([arrays.cost, arrays.outside]),
        demand=arrays.demand,
        capacity=np.append(arrays.capacity, np.inf),
        opened=np.append(opened, np.isfinite(arrays.outside).any()),
        flow=np.zeros((rows, n_cells)),
        load=np.zeros(rows),
        move=np.full((rows, rows), np.inf),
        mover=np.zeros((rows, rows), np.int64),
    )
    return transport if fill(transport) else None


def duplicate(t: Transport) -> Transport:
    """Return a copy that may be changed while the original stays."""
    return t._replace(
        opened=t.opened.copy(),
        flow=t.flow.copy(),
        load=t.load.copy(),
        move=t.move.copy(),
        mover=t.mover.copy(),
    )
