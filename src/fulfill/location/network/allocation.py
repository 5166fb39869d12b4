"""The best allocation for sites that are given: prices first, then a greedy fill that keeps every limit.

With sites fixed the linear program has few prices: one per site and period, one per side row. Each
cell takes its cheapest lane at these prices; the prices move until sites are neither over- nor
underused. What is then still over a limit is settled greedily, the cells with the largest regret
first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray

from fulfill.location.network.assortment import choose_assortment, site_costs
from fulfill.location.network.relaxation import Multipliers, inbound_price, service_credit
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance
from fulfill.model.kernel_cache import njit

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]
ROUNDS = 24
PATIENCE = 4
"""Rounds without a tenth less excess after which prices are left as they are."""
FIRST_MOVE = 1.0
"""USD by which a price moves at first where a site is over- or underused by its whole capacity."""


@dataclass(frozen=True)
class Options:
    """Lanes that given sites leave open, ordered by zone; `start[z]:start[z + 1]` are those of zone z."""

    start: Index
    lane: Index
    site: Index
    way: Index
    usd: Array
    co2: Array


def open_options(instance: LocationInstance, size: Index) -> Options:
    """Return the lanes from open sites and by mail."""
    is_open = np.append(size >= 0, True)
    lanes = np.flatnonzero(is_open[instance.lane_site])
    lanes = lanes[np.lexsort((lanes, instance.lane_zone[lanes]))]
    start = np.searchsorted(instance.lane_zone[lanes], np.arange(len(instance.zones) + 1))
    return Options(
        start,
        lanes,
        instance.lane_site[lanes],
        instance.lane_way[lanes],
        instance.lane_usd[lanes],
        instance.lane_co2[lanes],
    )


@dataclass(frozen=True)
class Factors:
    """Arrays by zone, way and option that the kernels read, with neutral values where an instance has none."""

    region: Index
    country: Index
    mail_weight: Array
    carbon: Array
    credit: Array
    weight: Array


@dataclass(frozen=True)
class Setting:
    """Sites that are given, ready for allocation: their lanes, inbound prices, bands.

    `size` (I,) is -1 for closed; `steps` and `room` are prices (I, B) and capacities (I, B, T) of
    the bands in order of price; `inbound` (I, K, T) is without safety stock.
    """

    size: Index
    options: Options
    factors: Factors
    inbound: Array
    steps: Array
    room: Array


def prepare(instance: LocationInstance, size: Index, prices: Multipliers) -> Setting:
    """Gather what allocation to given sites needs; `prices` are those of the side rows."""
    site, chosen = np.arange(len(size)), np.maximum(size, 0)
    capacity = np.where((size >= 0)[:, None, None], instance.capacity[site, chosen], 0.0)
    handling = instance.handling_usd[site, chosen]
    order = np.argsort(handling, axis=1, kind="stable")
    options = open_options(instance, size)
    return Setting(
        size=size,
        options=options,
        factors=_factors(instance, options, prices),
        inbound=inbound_price(instance, prices)[0],
        steps=np.take_along_axis(handling, order, axis=1),
        room=np.take_along_axis(capacity, order[:, :, None], axis=1),
    )


def best_assortment(
    instance: LocationInstance,
    setting: Setting,
    prices: Multipliers,
    rho: Array,
    start: Mask | None = None,
) -> Mask:
    """Return which product stands in which site, (I, K), at prices of throughput `rho` (I, T)."""
    sites = np.flatnonzero(setting.size >= 0)
    position = np.full(len(setting.size), -1)
    position[sites] = np.arange(len(sites))
    assortment = np.zeros((len(setting.size), instance.shape[1]), bool)
    if not len(sites):
        return assortment
    options, factors = setting.options, setting.factors
    costs, units, alternative = site_costs(
        options.start, options.site, options.way, options.usd, factors.carbon, factors.credit, instance.way_cost,
        instance.way_rate, instance.units, setting.inbound, prices.carrier, prices.mail, factors.region,
        factors.country, factors.mail_weight, factors.weight, instance.unserved_usd, rho, position, len(sites),
        instance.shape,
    )  # fmt: skip
    begin = np.ones((len(sites), instance.shape[1]), bool) if start is None else start[sites]
    assortment[sites] = choose_assortment(instance, costs, units, alternative, sites, begin)[0]
    return assortment


def allocate(
    instance: LocationInstance, setting: Setting, assortment: Mask, prices: Multipliers, rho: Array
) -> tuple[Decisions, Array]:
    """Allocate all demand to given sites with a given assortment.

    Returns
    -------
    tuple
        Decisions without inbound flows that keep the limits of throughput, storage, mail and
        carriers; prices of throughput (I, T).
    """
    inbound = np.where(assortment[:, :, None], setting.inbound, np.inf)
    slope = np.zeros(assortment.shape)
    rho = np.maximum(rho, setting.steps[:, :1])
    for rounds in (ROUNDS // 2, ROUNDS):
        rho, volume = _balance(instance, setting, inbound + slope[:, :, None], rho, prices, rounds)
        if instance.safety is None:
            break
        slope = instance.safety.marginal(volume)
    flows = _fill(instance, setting, inbound + slope[:, :, None], rho, prices)
    opened = (setting.size[:, None] == np.arange(instance.fixed_usd.shape[1])).astype(float)
    lane, product, period, orders = flows
    draft = Decisions(
        opened, np.zeros((instance.shape[1], max(len(instance.countries), 1))), lane, product, period, orders,
        np.zeros((len(instance.route_site), *instance.shape[1:])),
    )  # fmt: skip
    return draft, rho


def _factors(instance: LocationInstance, options: Options, prices: Multipliers) -> Factors:
    n_zones, n_products, _ = instance.shape
    zone = instance.lane_zone[options.lane]
    nothing = np.zeros(n_zones, np.int64)
    no_mail = np.zeros((len(instance.way_cost), n_products))
    return Factors(
        region=instance.carrier_zone if instance.carrier_zone is not None else nothing,
        country=instance.zone_country if instance.zone_country is not None else nothing,
        mail_weight=instance.mail_weight if instance.mail_weight is not None else no_mail,
        carbon=options.co2 * prices.co2,
        credit=service_credit(instance, prices, zone, options.way)
        if prices.service.any()
        else np.zeros((0, 0)),
        weight=instance.weight_kg if instance.weight_kg is not None else np.zeros(n_products),
    )


def _balance(
    instance: LocationInstance,
    setting: Setting,
    inbound: Array,
    rho: Array,
    prices: Multipliers,
    rounds: int,
) -> tuple[Array, Array]:
    """Move prices of throughput until demand meets what the bands supply; return them and volumes (I, K)."""
    steps, room = setting.steps, setting.room
    total = np.maximum(room.sum(axis=1), 1e-9)
    filled = np.cumsum(room, axis=1)
    best, best_excess, best_volume, stale = rho, np.inf, np.zeros(inbound.shape[:2]), 0
    for number in range(rounds):
        taken = demand_at(
            *_cells(instance, setting, inbound, prices), instance.demand, instance.unserved_usd, rho
        )
        used = taken.sum(axis=1)
        below = (filled * (steps[:, :, None] < rho[:, None, :] - 1e-12)).max(axis=1, initial=0.0)
        upto = (filled * (steps[:, :, None] <= rho[:, None, :] + 1e-12)).max(axis=1, initial=0.0)
        excess = (
            np.where(used > upto, used - upto, np.where(used < below, used - below, 0.0)) / total
        )
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


def _cells(
    instance: LocationInstance, setting: Setting, inbound: Array, prices: Multipliers
) -> tuple[Any, ...]:
    """Return the arrays with which the kernels price an option of a cell."""
    options, factors = setting.options, setting.factors
    return (
        options.start, options.site, options.way, options.usd, factors.carbon, factors.credit, instance.way_cost,
        instance.way_rate, instance.units, inbound, prices.carrier, prices.mail, factors.region, factors.country,
        factors.mail_weight, factors.weight,
    )  # fmt: skip


def _fill(
    instance: LocationInstance, setting: Setting, inbound: Array, rho: Array, prices: Multipliers
) -> tuple[Index, Index, Index, Array]:
    """Give every cell its cheapest lane that still has room, the cells with the largest regret first."""
    n_zones, n_products, n_periods = instance.shape
    cells = _cells(instance, setting, inbound, prices)
    regret = regrets(*cells, instance.demand, instance.unserved_usd, rho)
    order = np.argsort(-regret.reshape(n_zones * n_products, n_periods), axis=0, kind="stable")
    unlimited = np.full((1, n_periods), np.inf)
    mail_left = instance.mail_kg.copy() if instance.mail_kg is not None else unlimited.copy()
    carrier_left = (
        instance.carrier_orders.copy() if instance.carrier_orders is not None else unlimited.copy()
    )
    level, storage_left, safety = _storage_rows(instance, np.maximum(setting.size, 0))
    lane, product, period, orders, n = fill(
        order, setting.options.lane, *cells, instance.demand, instance.unserved_usd, rho, setting.room.sum(axis=1),
        mail_left, carrier_left, level, storage_left, safety,
    )  # fmt: skip
    return lane[:n], product[:n], period[:n], orders[:n]


def _storage_rows(instance: LocationInstance, chosen: Index) -> tuple[Array, Array, Array]:
    """Return m3 in stock by product and periods, room by site and period, safety m3 by site and product."""
    n_periods, n_products, n_sites = instance.shape[2], instance.shape[1], len(instance.sites)
    if instance.storage_m3 is None or instance.stock_level is None or instance.volume_m3 is None:
        return (
            np.zeros((n_products, n_periods, n_periods)),
            np.full((n_sites, n_periods), np.inf),
            np.zeros((n_sites, n_products)),
        )
    level = instance.stock_level * instance.volume_m3[:, None, None]
    room = np.repeat(instance.storage_m3[np.arange(n_sites), chosen][:, None], n_periods, axis=1)
    safety = np.zeros((n_sites, n_products))
    if instance.chord_usd is not None and instance.safety is not None:
        safety = instance.chord_usd[np.arange(n_sites), :, chosen] * instance.safety.m3_per_usd
    return level, room, safety


@njit(inline="always")
def _cost(
    j, z, k, t, site, way, usd, carbon, credit, way_cost, way_rate, units, inbound, carrier, mail, region, country,
    mail_weight, weight, rho,
):  # fmt: skip
    """Cost of a potential order of a cell by option j at the prices."""
    w, i = way[j], site[j]
    u = units[w, k, t]
    cost = way_cost[w, k, t] + usd[j] * way_rate[w, k, t] + u * carbon[j] * weight[k]
    if credit.size > 0:
        cost -= credit[j, t]
    if i < 0:
        return cost + u * mail_weight[w, k] * mail[country[z], t]
    return cost + u * (inbound[i, k, t] + rho[i, t] + carrier[region[z], t])


@njit(parallel=True)
def demand_at(
    start, site, way, usd, carbon, credit, way_cost, way_rate, units, inbound, carrier, mail, region, country,
    mail_weight, weight, demand, unserved, rho,
):  # fmt: skip
    """Return the units that each site is asked for when every cell takes its cheapest option, (I, K, T)."""
    n_zones, n_products, n_periods = demand.shape
    used = np.zeros((n_periods, n_products, rho.shape[0]))
    for t in prange(n_periods):
        for z in range(n_zones):
            for k in range(n_products):
                if demand[z, k, t] <= 0.0:
                    continue
                best, chosen = unserved[k], -1
                for j in range(start[z], start[z + 1]):
                    cost = _cost(
                        j, z, k, t, site, way, usd, carbon, credit, way_cost, way_rate, units, inbound, carrier, mail,
                        region, country, mail_weight, weight, rho,
                    )  # fmt: skip
                    if cost < best:
                        best, chosen = cost, j
                if chosen >= 0 and site[chosen] >= 0:
                    used[t, k, site[chosen]] += demand[z, k, t] * units[way[chosen], k, t]
    return used.T.copy()


@njit(parallel=True)
def regrets(
    start, site, way, usd, carbon, credit, way_cost, way_rate, units, inbound, carrier, mail, region, country,
    mail_weight, weight, demand, unserved, rho,
):  # fmt: skip
    """Return what each cell loses per order when its best site is full, (Z, K, T)."""
    n_zones, n_products, n_periods = demand.shape
    regret = np.zeros(demand.shape)
    for z in prange(n_zones):
        for k in range(n_products):
            for t in range(n_periods):
                best, second, source = unserved[k], np.inf, -2
                for j in range(start[z], start[z + 1]):
                    cost = _cost(
                        j, z, k, t, site, way, usd, carbon, credit, way_cost, way_rate, units, inbound, carrier, mail,
                        region, country, mail_weight, weight, rho,
                    )  # fmt: skip
                    if cost < best:
                        if site[j] != source:
                            second = best
                        best, source = cost, site[j]
                    elif site[j] != source and cost < second:
                        second = cost
                regret[z, k, t] = min(second, 1e9) - best
    return regret


@njit()
def fill(
    order, lane, start, site, way, usd, carbon, credit, way_cost, way_rate, units, inbound, carrier, mail, region,
    country, mail_weight, weight, demand, unserved, rho, room, mail_left, carrier_left, level, storage_left, safety,
):  # fmt: skip
    """Fill cells in the given order; return flows and their number. A cell may be split where room runs out."""
    n_zones, n_products, n_periods = demand.shape
    size = n_zones * n_products * n_periods + 4 * n_zones * n_products
    out_lane, out_k, out_t = (
        np.empty(size, np.int64),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
    )
    out_orders = np.empty(size)
    n = 0
    for t in range(n_periods - 1, -1, -1):
        for position in range(n_zones * n_products):
            z, k = divmod(order[position, t], n_products)
            left = demand[z, k, t]
            while left > 1e-9 and n < size:
                best, chosen, amount = unserved[k], -1, 0.0
                for j in range(start[z], start[z + 1]):
                    cost = _cost(
                        j, z, k, t, site, way, usd, carbon, credit, way_cost, way_rate, units, inbound, carrier, mail,
                        region, country, mail_weight, weight, rho,
                    )  # fmt: skip
                    if cost >= best:
                        continue
                    u = units[way[j], k, t]
                    i = site[j]
                    if i < 0:
                        heavy = mail_weight[way[j], k]
                        fits = mail_left[country[z], t] / (u * heavy) if heavy > 0 else np.inf
                    else:
                        fits = min(room[i, t], carrier_left[region[z], t]) / u
                        for s in range(n_periods):
                            taken = (level[k, t, s] + safety[i, k]) * u
                            if taken > 0:
                                fits = min(fits, storage_left[i, s] / taken)
                    if fits > 1e-7:
                        best, chosen, amount = cost, j, min(left, fits)
                if chosen < 0:
                    break
                u, i = units[way[chosen], k, t], site[chosen]
                if i < 0:
                    mail_left[country[z], t] -= amount * u * mail_weight[way[chosen], k]
                else:
                    room[i, t] -= amount * u
                    carrier_left[region[z], t] -= amount * u
                    for s in range(n_periods):
                        storage_left[i, s] -= amount * u * (level[k, t, s] + safety[i, k])
                out_lane[n], out_k[n], out_t[n], out_orders[n] = lane[chosen], k, t, amount
                n += 1
                left -= amount
    return out_lane, out_k, out_t, out_orders, n
