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
from fulfill.model.arrays import Array
from fulfill.model.kernel_cache import njit

Status = NDArray[np.int8]

FREE, CLOSED, OPEN = -1, 0, 1
ROUNDING = 1e-12
"""Share of the sum of absolute terms that is taken off a bound against rounding."""


class Steps(NamedTuple):
    """How an ascent moves.

    How often, first step scale, iterations without gain before the scale halves.
    """

    iterations: int
    scale: float
    patience: int


class Ascent(NamedTuple):
    """What an ascent found.

    Attributes
    ----------
    bound : float
        The best L(p), rounding taken off.
    prices : (n_cells,)
        Where it was found.
    share : (n_sites,)
        How often a site was open in the recent relaxed solutions, 0 to 1.
    iterations : int
        Sweeps made.
    """

    bound: float
    prices: Array
    share: Array
    iterations: int


@njit(nogil=True)
def fill_knapsack(value, weight, items, count, capacity):
    """Solve a continuous knapsack of negative values; the chosen items come first in `items`.

    Returns the value, the number of chosen items and how much of the last one is taken.
    """
    low, high, total, left, part = 0, count, 0.0, capacity, 0.0
    while low < high:
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
        if load > left:
            high = less
            continue
        total += gain
        left -= load
        if less > low:
            part = weight[items[less - 1]]
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
    """List the cells whose reduced cost is below `level`.

    Returns their number, demand and value.
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
    """Solve the knapsack of one site.

    Its value phi, the number of chosen items, how much of the last one is taken.

    ``levels[i]`` is a guess of the reduced cost at which the capacity ends; where the cells below
    it fill the site the rest need not be looked at.
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
    if fixed + best >= 0.0 and not forced:
        return fixed + best, 0, 0.0
    value, chosen, part = fill_knapsack(work, demand, items, count, capacity)
    levels[i] = 0.8 * work[items[chosen - 1]] if chosen else 0.0
    return fixed + value, chosen, part


@njit(nogil=True)
def sweep(arrays, active, status, prices, levels, phi, served):
    """Evaluate L(p): fills `phi` of the active sites and the `served` share of each cell.

    Returns the bound.

    `levels` (n_sites,) carries guesses from sweep to sweep, zeros at first (see `_site`): a matter
    of time only. ``phi`` of a site that stays closed may be a lower estimate (capacity left out),
    which keeps every use of it valid.
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
def _fix(active, status, phi, bound, cutoff):
    """Fix free sites whose other choice is beyond the cutoff."""
    for i in active:
        if status[i] == FREE:
            if phi[i] >= 0.0 and bound + phi[i] >= cutoff:
                status[i] = CLOSED
            elif phi[i] < 0.0 and bound - phi[i] >= cutoff:
                status[i] = OPEN


@njit(nogil=True)
def _move(arrays, prices, served, direction, gain):
    """Turn the direction, and move the prices along it by `gain` over its squared length.

    False where it is zero.
    """
    demand, outside = arrays.demand, arrays.outside
    length = 0.0
    for j in range(len(demand)):
        direction[j] = 0.7 * direction[j] + 1.0 - served[j]
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
def raise_bound(arrays, status, start, target, cutoff, steps):
    """Do what `ascend` says, compiled; return the fields of an `Ascent`."""
    iterations, scale, patience = steps
    active = np.flatnonzero(status != CLOSED)
    n_sites, n_cells = arrays.cost.shape
    prices, best_prices = start.copy(), start.copy()
    phi, levels, share = np.zeros(n_sites), np.zeros(n_sites), np.zeros(n_sites)
    served, direction = np.zeros(n_cells), np.zeros(n_cells)
    best, idle, weight, made = -np.inf, 0, 0.0, 0
    if _short(arrays, active):
        return np.inf, best_prices, share, made
    while made < iterations and scale > 1e-3 * steps[1]:
        bound = sweep(arrays, active, status, prices, levels, phi, served)
        made += 1
        weight = 0.9 * weight + 0.1
        for i in active:
            share[i] = 0.9 * share[i] + 0.1 * (phi[i] < 0.0 or status[i] == OPEN)
        idle = 0 if bound > best + 1e-5 * abs(target - bound) else idle + 1
        if bound > best:
            best = bound
            best_prices[:] = prices
            _fix(active, status, phi, bound, cutoff)
        if best >= cutoff:
            break
        if idle >= patience:
            scale, idle = 0.5 * scale, 0
            prices[:] = best_prices
            direction[:] = 0.0
        elif not _move(
            arrays, prices, served, direction, scale * max(target - bound, 1e-9 * abs(bound))
        ):
            break
    return best, best_prices, share / max(weight, 1e-12), made


def ascend(
    arrays: Arrays, status: Status, start: Array, target: float, cutoff: float, steps: Steps
) -> Ascent:
    """Raise the bound over the sites that `status` leaves.

    Fixes sites in `status` beyond the cutoff.

    `target` is the value that the Polyak step aims at (a plan's cost, or a guess), `cutoff` the
    value beyond which a branch is of no interest (infinite: never). The bound is infinite where the
    sites left cannot serve the demand.
    """
    return Ascent(
        *raise_bound(arrays, status, np.minimum(start, arrays.outside), target, cutoff, steps)
    )


def first_prices(arrays: Arrays) -> Array:
    """Return prices to start from.

    The second-cheapest way to serve a cell at full use of a site.
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

    Without a plan's cost `upper` the step aims a little above the bound.
    """
    prices = first_prices(arrays) if start is None else start
    if upper is not None:
        return ascend(arrays, status, prices, upper, np.inf, Steps(1500, 1.0, 20))
    found = ascend(arrays, status, prices, float(prices @ arrays.demand), np.inf, Steps(1, 1.0, 20))
    for margin in (0.2, 0.05, 0.02):
        target = found.bound + margin * max(abs(found.bound), 1e-9)
        found = ascend(arrays, status, found.prices, target, np.inf, Steps(300, 1.0, 15))
    return found
