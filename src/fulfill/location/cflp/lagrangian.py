"""Lower bounds by Lagrangian relaxation of the allocation rows (1).

With a price ``p_j`` per order of every cell the sites fall apart: site ``i`` is worth opening where
``phi_i = f_i + min { sum_j (c_ij - p_j) x_j : sum_j x_j <= s_i, 0 <= x_j <= d_j }`` is negative, a
continuous knapsack. ``L(p) = sum_j p_j d_j + sum_i min(0, phi_i)`` is a lower bound for every
``p``, at best that of the strong linear relaxation. ``L(p) + phi_i`` bounds every plan that opens a
site with ``phi_i > 0``, ``L(p) - phi_i`` every plan that closes one with ``phi_i < 0``: beyond the
cutoff the site is fixed, exactly.

Prices move by a deflected subgradient with Polyak steps, in the share of a cell's demand over- or
underserved.

References
----------
M. L. Fisher (1981), The Lagrangian relaxation method for solving integer programming problems,
Management Science 27, doi 10.1287/mnsc.27.1.1. P. M. Camerini, L. Fratta, F. Maffioli (1975), On
improving relaxation methods by modified gradient techniques, Math. Program. Study 3, doi
10.1007/BFb0120697. E. Balas, E. Zemel (1980), An algorithm for large zero-one knapsack problems,
Oper. Res. 28, doi 10.1287/opre.28.5.1130 (the partition in place of a sort).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fulfill.location.cflp.capacitated import Arrays
from fulfill.model.arrays import Array, Index
from fulfill.model.kernel_cache import njit

Status = NDArray[np.int8]

FREE, CLOSED, OPEN = -1, 0, 1
ROUNDING = 1e-12
"""Share of the sum of absolute terms that is taken off a bound against rounding."""


class Steps(NamedTuple):
    """Parameters of a subgradient ascent.

    Attributes
    ----------
    iterations : int
        Largest number of sweeps.
    scale : float
        First factor of the Polyak step.
    patience : int
        Sweeps without gain after which the factor is halved.
    """

    iterations: int
    scale: float
    patience: int


class Trail(NamedTuple):
    """Sites that an ascent fixed, and the prices that prove each fixing.

    Attributes
    ----------
    site, side : (n,) of int
        In the order of fixing; CLOSED or OPEN.
    row : (n,) of int
        Row of `prices` at which the opposite side is beyond the cutoff.
    prices : (n_rows, n_cells)
        USD per order.
    """

    site: Index
    side: Index
    row: Index
    prices: Array


class Ascent(NamedTuple):
    """Result of a subgradient ascent.

    Attributes
    ----------
    bound : float
        Best L(p), rounding deducted, USD.
    prices : (n_cells,)
        Prices that attain it, USD per order.
    share : (n_sites,)
        Discounted share of the recent relaxed solutions in which a site was open, 0 to 1.
    iterations : int
        Sweeps made.
    trail : Trail
    """

    bound: float
    prices: Array
    share: Array
    iterations: int
    trail: Trail


@njit(nogil=True)
def fill_knapsack(value, weight, items, count, capacity):
    """Solve a continuous knapsack of negative values by partitioning (Balas and Zemel, 1980).

    Parameters
    ----------
    value, weight : (n_cells,)
        Value per unit of weight, negative; weight, positive.
    items : (n_cells,) of int
        The first `count` are the candidates; permuted so that the chosen ones come first.
    count : int
    capacity : float

    Returns
    -------
    total, chosen, part
        Value of the optimum, number of chosen items, weight taken of the last one.
    """
    low, high, total, left, part = 0, count, 0.0, capacity, 0.0
    while low < high:
        # median of three as pivot: the items are often nearly sorted from the sweep before
        a, b, c = value[items[low]], value[items[(low + high) // 2]], value[items[high - 1]]
        pivot = max(min(a, b), min(max(a, b), c))
        less, k, greater, load, gain = low, low, high, 0.0, 0.0
        while k < greater:
            item = items[k]
            v = value[item]
            if v < pivot:
                items[k] = items[less]
                items[less] = item
                load += weight[item]
                gain += weight[item] * v
                less += 1
                k += 1
            elif v > pivot:
                greater -= 1
                items[k] = items[greater]
                items[greater] = item
            else:
                k += 1
        # the items below the pivot alone exceed the capacity: the optimum lies among them
        if load > left:
            high = less
            continue
        total += gain
        left -= load
        if less > low:
            part = weight[items[less - 1]]
        # items at the pivot are worth the same: any order fills the rest optimally
        for k in range(less, greater):
            if left <= 0.0:
                return total, k, part
            part = min(left, weight[items[k]])
            total += part * pivot
            left -= part
        if left <= 0.0:
            return total, greater, part
        low = greater
    return total, low, part


@njit(nogil=True)
def _collect(cost, demand, prices, level, work, items):
    """List in `items` the cells whose reduced cost is below `level`.

    Parameters
    ----------
    cost, demand, prices : (n_cells,)
    level : float
        At most zero, USD per order.
    work, items : (n_cells,)
        Overwritten: the reduced costs by cell, and the listed cells.

    Returns
    -------
    count : int
    load : float
        Demand of the listed cells.
    best : float
        Reduced cost of serving all of them.
    """
    count, load, best = 0, 0.0, 0.0
    for j in range(len(demand)):
        reduced = cost[j] - prices[j]
        if reduced < level:
            work[j] = reduced
            items[count] = j
            count += 1
            load += demand[j]
            best += reduced * demand[j]
    return count, load, best


@njit(nogil=True)
def _site(arrays, i, forced, prices, levels, work, items):
    """Solve the knapsack of site `i`.

    Parameters
    ----------
    arrays : Arrays
    i : int
    forced : bool
        Whether the site is open whatever its value.
    prices : (n_cells,)
    levels : (n_sites,)
        ``levels[i]`` is a guess of the reduced cost at which the capacity is used up: if the cells
        below it fill the site, the others need not be looked at. Updated.
    work, items : (n_cells,)
        Overwritten; the chosen cells come first in `items`.

    Returns
    -------
    phi : float
        Reduced cost of opening the site.
    chosen : int
        Number of chosen cells.
    part : float
        Orders taken of the last chosen cell.
    """
    cost, demand, capacity, fixed = (
        arrays.cost[i],
        arrays.demand,
        arrays.capacity[i],
        arrays.fixed[i],
    )
    count, load, best = _collect(cost, demand, prices, levels[i], work, items)
    if load < capacity and levels[i] < 0.0:
        count, load, best = _collect(cost, demand, prices, 0.0, work, items)
    if load <= capacity:
        levels[i] = 0.0
        return fixed + best, count, demand[items[count - 1]] if count else 0.0
    # not worth opening even without a capacity limit: the knapsack need not be solved
    if fixed + best >= 0.0 and not forced:
        return fixed + best, 0, 0.0
    value, chosen, part = fill_knapsack(work, demand, items, count, capacity)
    # a little below the break item, because prices move before the next sweep
    levels[i] = 0.8 * work[items[chosen - 1]] if chosen else 0.0
    return fixed + value, chosen, part


@njit(nogil=True)
def sweep(arrays, active, status, prices, levels, phi, served):
    """Evaluate L(p).

    Parameters
    ----------
    arrays : Arrays
    active : (n,) of int
        Sites that are not closed.
    status : (n_sites,)
        FREE, CLOSED or OPEN.
    prices : (n_cells,)
    levels : (n_sites,)
        Guesses carried from sweep to sweep, zeros at first (see `_site`); they affect running time
        only.
    phi : (n_sites,)
        Set for the active sites. That of a site that stays closed may be an underestimate (capacity
        ignored), which keeps every use of it valid.
    served : (n_cells,)
        Set to the share of each cell that the open sites serve; it may exceed one.

    Returns
    -------
    float
        The bound, rounding deducted, USD.
    """
    demand = arrays.demand
    n_cells = len(demand)
    work, items = np.empty(n_cells), np.empty(n_cells, np.int64)
    served[:] = 0.0
    total, size = 0.0, 0.0
    for i in active:
        forced = status[i] == OPEN
        phi[i], chosen, part = _site(arrays, i, forced, prices, levels, work, items)
        if phi[i] < 0.0 or forced:
            total += phi[i]
            # twice the fixed cost covers what cancels inside phi
            size += abs(phi[i]) + 2.0 * arrays.fixed[i]
            for k in range(chosen - 1):
                served[items[k]] += 1.0
            if chosen:
                served[items[chosen - 1]] += part / demand[items[chosen - 1]]
    for j in range(n_cells):
        total += prices[j] * demand[j]
        size += abs(prices[j]) * demand[j]
    return total - ROUNDING * size


@njit(nogil=True)
def _fix(active, status, phi, bound, cutoff, fixed, count):
    """Fix the free sites whose opposite decision would bring the bound to the cutoff.

    Parameters
    ----------
    active : (n,) of int
    status : (n_sites,)
        Updated.
    phi : (n_sites,)
    bound, cutoff : float
    fixed : (n_sites,) of int
        The sites fixed are appended to the first `count`.
    count : int

    Returns
    -------
    int
        The new count.
    """
    for i in active:
        if status[i] != FREE or bound + abs(phi[i]) < cutoff:
            continue
        status[i] = CLOSED if phi[i] >= 0.0 else OPEN
        fixed[count] = i
        count += 1
    return count


@njit(nogil=True)
def _move(arrays, prices, served, direction, gain):
    """Update the direction and take a step along it.

    Parameters
    ----------
    arrays : Arrays
    prices, served, direction : (n_cells,)
        Prices and direction are updated.
    gain : float
        Target less bound, times the step factor: the numerator of the Polyak step.

    Returns
    -------
    bool
        False where the direction is zero, so that no step is possible.
    """
    demand, outside = arrays.demand, arrays.outside
    length = 0.0
    for j in range(len(demand)):
        # deflection damps the zigzag of plain subgradients (Camerini et al. 1975)
        direction[j] = 0.7 * direction[j] + 1.0 - served[j]
        # a price is never above the outside option: project the direction onto that limit
        if direction[j] > 0.0 and prices[j] >= outside[j]:
            direction[j] = 0.0
        length += demand[j] * direction[j] * direction[j]
    if length < 1e-12:
        return False
    for j in range(len(demand)):
        prices[j] = min(prices[j] + gain / length * direction[j], outside[j])
    return True


@njit(nogil=True)
def _short(arrays, active):
    """Tell whether the active sites cannot serve all cells that have no outside option."""
    need = 0.0
    for j in range(len(arrays.demand)):
        if np.isinf(arrays.outside[j]):
            need += arrays.demand[j]
    return arrays.capacity[active].sum() < need * (1.0 - 1e-12)


@njit(nogil=True)
def _ascend(arrays, status, start, target, cutoff, steps):
    """Run a subgradient ascent; the compiled body of `ascend`.

    Parameters
    ----------
    arrays : Arrays
    status : (n_sites,)
        Updated where sites are fixed.
    start : (n_cells,)
        Prices, none above `arrays.outside`.
    target, cutoff : float
    steps : Steps

    Returns
    -------
    Ascent
    """
    iterations, scale, patience = steps
    active = np.flatnonzero(status != CLOSED)
    n_sites, n_cells = arrays.cost.shape
    prices, best_prices = start.copy(), start.copy()
    phi, levels, share = np.zeros(n_sites), np.zeros(n_sites), np.zeros(n_sites)
    served, direction = np.zeros(n_cells), np.zeros(n_cells)
    best, idle, weight, made = -np.inf, 0, 0.0, 0
    fixed, row, count, rows = np.empty(n_sites, np.int64), np.empty(n_sites, np.int64), 0, 0
    # pages of an empty array take no memory until they are written
    proofs = np.empty((min(iterations, len(active)) if np.isfinite(cutoff) else 0, n_cells))
    if _short(arrays, active):
        best, scale = np.inf, 0.0
    while made < iterations and scale > 1e-3 * steps[1]:
        bound = sweep(arrays, active, status, prices, levels, phi, served)
        made += 1
        weight = 0.9 * weight + 0.1
        for i in active:
            share[i] = 0.9 * share[i] + 0.1 * (phi[i] < 0.0 or status[i] == OPEN)
        # progress is measured against what is left to gain, so late small gains still count
        idle = 0 if bound > best + 1e-5 * abs(target - bound) else idle + 1
        if bound > best:
            best = bound
            best_prices[:] = prices
            if best >= cutoff:
                break
            before = count
            count = _fix(active, status, phi, bound, cutoff, fixed, count)
            if count > before:
                proofs[rows] = prices
                row[before:count] = rows
                rows += 1
        if idle >= patience:
            # restart from the best prices with a shorter step; the old direction led nowhere
            scale, idle = 0.5 * scale, 0
            prices[:] = best_prices
            direction[:] = 0.0
        elif not _move(
            arrays, prices, served, direction, scale * max(target - bound, 1e-9 * abs(bound))
        ):
            break
    site = fixed[:count].copy()
    trail = Trail(site, status[site].astype(np.int64), row[:count].copy(), proofs[:rows].copy())
    return Ascent(best, best_prices, share / max(weight, 1e-12), made, trail)


def ascend(
    arrays: Arrays, status: Status, start: Array, target: float, cutoff: float, steps: Steps
) -> Ascent:
    """Raise the bound over the sites that `status` leaves free or open.

    Parameters
    ----------
    arrays : Arrays
    status : (n_sites,)
        FREE, CLOSED or OPEN; free sites are fixed in it where the cutoff proves it.
    start : (n_cells,)
        Prices to start from, USD per order.
    target : float
        Target of the Polyak step: the cost of a plan, or an estimate of the optimum.
    cutoff : float
        Bound at which the ascent stops and sites are fixed; infinite for never.
    steps : Steps

    Returns
    -------
    Ascent
        Its bound is infinite where the remaining sites cannot serve the demand.
    """
    start = np.minimum(start, arrays.outside)
    found: Ascent = _ascend(arrays, status, start, target, cutoff, steps)
    return found


def first_prices(arrays: Arrays) -> Array:
    """Return prices to start an ascent from.

    Parameters
    ----------
    arrays : Arrays

    Returns
    -------
    ndarray, shape (n_cells,)
        Cost of the second-cheapest site, its fixed cost spread over its capacity, at most the
        outside cost, USD per order.
    """
    full = arrays.cost + (arrays.fixed / np.maximum(arrays.capacity, 1e-9))[:, None]
    full = np.vstack([full, arrays.outside])
    cheapest = np.partition(full, 1, axis=0)[1] if len(full) > 1 else full[0]
    cheapest = np.minimum(
        np.where(np.isfinite(cheapest), cheapest, full.min(axis=0)), arrays.outside
    )
    return np.where(np.isfinite(cheapest), cheapest, 0.0)


def root_bound(
    arrays: Arrays, status: Status, upper: float | None = None, start: Array | None = None
) -> Ascent:
    """Return the bound of the whole instance.

    Parameters
    ----------
    arrays : Arrays
    status : (n_sites,)
    upper : float or None
        Cost of a known plan. Without one the steps aim at a small margin above the bound itself.
    start : (n_cells,) or None
        Prices to start from; `first_prices` where None.

    Returns
    -------
    Ascent
    """
    prices = first_prices(arrays) if start is None else start
    if upper is not None:
        return ascend(arrays, status, prices, upper, np.inf, Steps(1500, 1.0, 20))
    # one sweep gives a first bound, from which the targets with ever smaller margins follow
    found = ascend(arrays, status, prices, float(prices @ arrays.demand), np.inf, Steps(1, 1.0, 20))
    for margin in (0.2, 0.05, 0.02):
        target = found.bound + margin * max(abs(found.bound), 1e-9)
        found = ascend(arrays, status, found.prices, target, np.inf, Steps(300, 1.0, 15))
    return found
