"""Allocation of demand to given sites: prices of throughput, then a greedy fill by regret.

With the sites fixed the linear program has few prices: one per site and period, one per side row.
Each cell takes its cheapest lane at these prices; the prices are updated until sites are neither
over- nor underused. The fill then observes every limit, cells with the largest regret first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange

from fulfill.location.network.assortment import choose_assortment, site_costs
from fulfill.location.network.lane_limits import limited_options
from fulfill.location.network.open_sites import (
    DeliveryOptions,
    OpenSites,
    at_prices,
    option_cost,
    set_option_costs,
)
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance
from fulfill.model.kernel_cache import njit

ROUNDS = 24
PATIENCE = 4
"""Rounds without a tenth less excess after which prices are left as they are."""
FIRST_MOVE = 1.0
"""USD by which a price moves at first where a site is over- or underused by its whole capacity."""


def best_assortment(instance: LocationInstance, given: OpenSites, rho: Array, start: Mask) -> Mask:
    """Return which product stands in which site.

    Parameters
    ----------
    instance : LocationInstance
    given : OpenSites
    rho : (I, T)
        Prices of throughput, USD per order.
    start : (I, K)
        Assortment to start from.

    Returns
    -------
    ndarray of bool, shape (I, K)
    """
    sites = np.flatnonzero(given.size >= 0)
    assortment = np.zeros(start.shape, bool)
    if not len(sites):
        return assortment
    position = np.full(len(given.size), -1)
    position[sites] = np.arange(len(sites))
    costs, units, alternative = site_costs(at_prices(given.options, rho), position, len(sites))
    assortment[sites] = choose_assortment(instance, costs, units, alternative, sites, start[sites])[
        0
    ]
    return assortment


def allocate(
    instance: LocationInstance,
    given: OpenSites,
    assortment: Mask,
    rho: Array,
    goods: Array | None = None,
) -> tuple[Decisions, Array]:
    """Allocate all demand to given sites with a given assortment.

    Parameters
    ----------
    instance : LocationInstance
    given : OpenSites
    assortment : (I, K)
    rho : (I, T)
        Prices of throughput to start from, USD per order.
    goods : (I, K, T), optional
        Orders that may leave each site, where inbound routes bring no more.

    Returns
    -------
    draft : Decisions
        Without inbound flows; observes the limits of throughput, storage, mail, carriers and lanes.
    rho : ndarray, shape (I, T)
        Prices of throughput.
    """
    inbound = np.where(assortment[:, :, None], given.options.inbound, np.inf)
    slope = np.zeros(assortment.shape)
    rho = np.maximum(rho, given.steps[:, :1])
    # first without safety stock, then at its marginal cost for the volumes found
    for rounds in (ROUNDS // 2, ROUNDS):
        options = given.options._replace(inbound=inbound + slope[:, :, None])
        rho, volume = _balance(given, options, rho, rounds)
        if instance.stock is None:
            break
        slope = instance.stock.safety.marginal(volume)
    options = given.options._replace(inbound=inbound + slope[:, :, None])
    lane, product, period, orders = _fill(instance, given, options, rho, goods)
    opened = (given.size[:, None] == np.arange(instance.fixed_usd.shape[1])).astype(float)
    draft = Decisions(
        opened=opened,
        stocked=np.zeros((instance.shape[1], len(instance.countries))),
        lane=lane,
        product=product,
        period=period,
        orders=orders,
        inbound=np.zeros((instance.n_routes, *instance.shape[1:])),
    )
    return draft, rho


def _balance(
    given: OpenSites, options: DeliveryOptions, rho: Array, rounds: int
) -> tuple[Array, Array]:
    """Move prices of throughput until demand meets what the bands supply.

    Returns
    -------
    tuple
        The prices with the least excess (I, T), and the yearly volumes at them (I, K).
    """
    steps, room = given.steps, given.room
    total = np.maximum(room.sum(axis=1), 1e-9)
    filled = np.cumsum(room, axis=1)
    best, best_excess, stale = rho, np.inf, 0
    best_volume = np.zeros(options.inbound.shape[:2])
    for number in range(rounds):
        taken = demand_at(at_prices(options, rho))
        used = taken.sum(axis=1)
        excess = excess_demand(used, filled, steps, rho) / total
        # overload must be shed by the fill; imbalance between bands only costs money
        worst = float((np.maximum(used - total, 0.0)).sum()) + 0.1 * float(
            np.abs(excess * total).sum()
        )
        stale += 1
        if worst < best_excess:
            stale = 0 if worst < 0.9 * best_excess else stale
            best, best_excess, best_volume = rho.copy(), worst, taken.sum(axis=2)
        if not excess.any() or stale > PATIENCE:
            break
        move = FIRST_MOVE / (1.0 + 0.25 * number)
        rho = np.maximum(rho + move * np.clip(excess, -1.0, 1.0), steps[:, :1])
    return best, best_volume


def excess_demand(used: Array, filled: Array, steps: Array, rho: Array) -> Array:
    """Return demand above (positive) or below (negative) what the bands supply, orders (I, T).

    A band whose price is the price of throughput supplies anything from nothing to all of it: zero
    is returned where the demand lies between.

    Parameters
    ----------
    used : (I, T)
        Orders that are wanted.
    filled : (I, B, T)
        Capacity of each band and all cheaper ones.
    steps : (I, B)
        Prices of the bands, ascending.
    rho : (I, T)
    """
    price, step = rho[:, None, :], steps[:, :, None]
    below = (filled * (step < price - 1e-12)).max(axis=1, initial=0.0)
    upto = (filled * (step <= price + 1e-12)).max(axis=1, initial=0.0)
    return np.where(used > upto, used - upto, np.where(used < below, used - below, 0.0))


def _fill(
    instance: LocationInstance,
    given: OpenSites,
    options: DeliveryOptions,
    rho: Array,
    goods: Array | None,
) -> tuple[Index, Index, Index, Array]:
    """Give every cell its cheapest lane with room, the cells with the largest regret first."""
    n_zones, n_products, n_periods = instance.shape
    regret = regrets(at_prices(options, rho)).reshape(n_zones * n_products, n_periods)
    order = np.argsort(-regret, axis=0, kind="stable")
    goods = np.full(instance.flow_shape, np.inf) if goods is None else goods
    left = _room_left(instance, given, goods)
    lane, product, period, orders, n = fill(order, options, rho, left)
    return lane[:n], product[:n], period[:n], orders[:n]


class RoomLeft(NamedTuple):
    """Remaining capacity of every limit while cells are filled; the kernel deducts from it.

    Attributes
    ----------
    throughput : (I, T)
        Orders.
    mail : (C, T)
        kg.
    carrier : (Q, T)
        Orders.
    storage : (I, T)
        m3.
    level : (K, T, T)
        m3 in stock in the column's period for an order sold in the row's.
    safety : (I, K)
        m3 of safety stock for an order.
    goods : (I, K, T)
        Orders whose goods can be brought.
    flow : (J, T)
        Orders that limits of flows let through.
    limit_start, limit : (W * K + 1,) and (n,) of int
        ``limit[limit_start[c]:limit_start[c + 1]]`` are the limits that count the orders of a
        product by a delivery option, ``c = w * K + k``.
    """

    throughput: Array
    mail: Array
    carrier: Array
    storage: Array
    level: Array
    safety: Array
    goods: Array
    flow: Array
    limit_start: Index
    limit: Index


def _room_left(instance: LocationInstance, given: OpenSites, goods: Array) -> RoomLeft:
    """Return the full capacity of given sites, mail, carriers and limits of flows."""
    n_sites, n_products, n_periods = instance.flow_shape
    stock, sites, chosen = instance.stock, np.arange(n_sites), np.maximum(given.size, 0)
    storage = np.full((n_sites, n_periods), np.inf)
    level = np.zeros((n_products, n_periods, n_periods))
    safety = np.zeros((n_sites, n_products))
    if stock is not None:
        storage = np.repeat(stock.storage_m3[sites, chosen][:, None], n_periods, axis=1)
        level = stock.level * instance.volume_m3[:, None, None]
        safety = stock.secant_usd[sites, :, chosen] * stock.safety.m3_per_usd
    flow, limit = np.zeros((0, n_periods)), np.zeros(0, np.int64)
    limit_start = np.zeros(len(instance.option_cost) * n_products + 1, np.int64)
    if instance.flow_limits is not None:
        counts = limited_options(instance).tocsc()
        flow, limit = instance.flow_limits.orders.copy(), counts.indices.astype(np.int64)
        limit_start = counts.indptr.astype(np.int64)
    return RoomLeft(
        throughput=given.room.sum(axis=1),
        mail=instance.mail.capacity_kg.copy(),
        carrier=instance.carriers.orders.copy(),
        storage=storage,
        level=level,
        safety=safety,
        goods=goods.copy(),
        flow=flow,
        limit_start=limit_start,
        limit=limit,
    )


@njit(parallel=True)
def demand_at(o):
    """Return the orders asked of each site if cells take their cheapest option.

    Parameters
    ----------
    o : DeliveryOptions
        At the prices of throughput, see `open_sites.at_prices`.

    Returns
    -------
    ndarray, shape (I, K, T)
        Orders that leave the site.
    """
    n_zones, n_products, n_periods = o.demand.shape
    used = np.zeros(o.inbound.shape)
    for k in prange(n_products):
        row, best = np.empty(n_periods), np.empty(n_periods)
        chosen = np.empty(n_periods, np.int64)
        for z in range(n_zones):
            best[:] = o.unserved[k]
            chosen[:] = -1
            for j in range(o.start[z], o.start[z + 1]):
                set_option_costs(o, j, z, k, row)
                for t in range(n_periods):
                    if row[t] < best[t]:
                        best[t], chosen[t] = row[t], j
            for t in range(n_periods):
                j = chosen[t]
                if j >= 0 and o.site[j] >= 0:
                    used[o.site[j], k, t] += o.demand[z, k, t] * o.units[o.option[j], k, t]
    return used


@njit(parallel=True)
def regrets(o):
    """Return the regret of each cell: the second-cheapest source less the cheapest.

    Parameters
    ----------
    o : DeliveryOptions
        At the prices of throughput, see `open_sites.at_prices`.

    Returns
    -------
    ndarray, shape (Z, K, T)
        USD per potential order.
    """
    n_zones, n_products, n_periods = o.demand.shape
    regret = np.zeros(o.demand.shape)
    for z in prange(n_zones):
        row, best, second = np.empty(n_periods), np.empty(n_periods), np.empty(n_periods)
        source = np.empty(n_periods, np.int64)
        for k in range(n_products):
            best[:] = o.unserved[k]
            second[:] = np.inf
            source[:] = -2
            for j in range(o.start[z], o.start[z + 1]):
                set_option_costs(o, j, z, k, row)
                i = o.site[j]
                for t in range(n_periods):
                    if row[t] < best[t]:
                        # another option of the same site is no way out when that site is full
                        if i != source[t]:
                            second[t] = best[t]
                        best[t], source[t] = row[t], i
                    elif i != source[t] and row[t] < second[t]:
                        second[t] = row[t]
            for t in range(n_periods):
                regret[z, k, t] = min(second[t], 1e9) - best[t]
    return regret


@njit()
def fill(order, o, rho, left):
    """Fill cells in a given order; a cell may be split where capacity runs out.

    Parameters
    ----------
    order : (Z * K, T) of int
        Cells of each period, the first to be filled first.
    o : DeliveryOptions
    rho : (I, T)
        Prices of throughput, USD per order.
    left : RoomLeft
        Updated.

    Returns
    -------
    out_lane, out_k, out_t : ndarray of int
        Lane, product and period of each flow.
    out_orders : ndarray
        Potential orders.
    n : int
        Number of flows; the arrays are longer.
    """
    n_zones, n_products, n_periods = o.demand.shape
    size = n_zones * n_products * n_periods + 4 * n_zones * n_products
    out_lane, out_k = np.empty(size, np.int64), np.empty(size, np.int64)
    out_t, out_orders = np.empty(size, np.int64), np.empty(size)
    n = 0
    # later periods first: goods landed ahead of a peak take storage in the periods before it
    for t in range(n_periods - 1, -1, -1):
        for position in range(n_zones * n_products):
            z, k = divmod(order[position, t], n_products)
            missing = o.demand[z, k, t]
            while missing > 1e-9 and n < size:
                best, chosen, amount = o.unserved[k], -1, 0.0
                for j in range(o.start[z], o.start[z + 1]):
                    cost = option_cost(o, j, z, k, t, rho)
                    if cost >= best:
                        continue
                    # the cost is compared first: it is cheaper to compute than the remaining
                    # capacity
                    fits = _fits(o, left, j, z, k, t)
                    if fits > 1e-7:
                        best, chosen, amount = cost, j, min(missing, fits)
                if chosen < 0:
                    break
                _take(o, left, chosen, z, k, t, amount)
                out_lane[n], out_k[n] = o.lane[chosen], k
                out_t[n], out_orders[n] = t, amount
                n += 1
                missing -= amount
    return out_lane, out_k, out_t, out_orders, n


@njit()
def _fits(o, left, j, z, k, t):
    """Return how many potential orders of a cell still fit on option `j`.

    Parameters
    ----------
    o : DeliveryOptions
    left : RoomLeft
    j : int
        Option.
    z, k, t : int
        Cell.

    Returns
    -------
    float
    """
    w, i = o.option[j], o.site[j]
    u = o.units[w, k, t]
    c = w * o.units.shape[1] + k
    fits = np.inf
    for p in range(left.limit_start[c], left.limit_start[c + 1]):
        fits = min(fits, left.flow[left.limit[p], t] / u)
    if i < 0:
        heavy = o.mail_weight[w, k]
        return min(fits, left.mail[o.country[z], t] / (u * heavy)) if heavy > 0 else fits
    fits = min(fits, min(left.throughput[i, t], left.carrier[o.region[z], t]) / u)
    fits = min(fits, left.goods[i, k, t] / u)
    for s in range(left.storage.shape[1]):
        taken = (left.level[k, t, s] + left.safety[i, k]) * u
        if taken > 0:
            fits = min(fits, left.storage[i, s] / taken)
    return fits


@njit()
def _take(o, left, j, z, k, t, amount):
    """Deduct the capacity that `amount` potential orders of a cell take on option `j`."""
    w, i = o.option[j], o.site[j]
    u = o.units[w, k, t]
    c = w * o.units.shape[1] + k
    for p in range(left.limit_start[c], left.limit_start[c + 1]):
        left.flow[left.limit[p], t] -= amount * u
    if i < 0:
        left.mail[o.country[z], t] -= amount * u * o.mail_weight[w, k]
        return
    left.goods[i, k, t] -= amount * u
    left.throughput[i, t] -= amount * u
    left.carrier[o.region[z], t] -= amount * u
    for s in range(left.storage.shape[1]):
        left.storage[i, s] -= amount * u * (left.level[k, t, s] + left.safety[i, k])
