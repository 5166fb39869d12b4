r"""The Lagrangian bound of an instance: what it costs at least, whatever is decided.

Relaxed are allocation (1), stocking (13) and every row that ties sites together: gateways and
plants (6), mail (7), carriers (8), service (9), budget (10), gateway shares (11), carbon (12) and
storage (3). What is left falls apart by site and size into one continuous knapsack a period
(docs/formulation.md, "The bound"):

.. math:: V_{im} \ge F_{im}
          - \sum_k \max_j \Big( \sum_{z,t} D \max(0, \max_w p_w - u_w (\rho_t + s_{kj})) - a_{kj}
              \Big)^+
          - \sum_{t,b} Q_{imbt} \max(0, \rho_t - h_{imb})

with :math:`p` the profit of serving a cell at the multipliers, :math:`u` the units it takes,
:math:`h` the price of a band, and :math:`a_{kj} + s_{kj} v` the lines whose lower envelope lies
below the concave cost of safety stock. Any prices :math:`\rho` give a valid bound, so a rough one
costs tightness, never truth. Minimum volumes of plants and integrality of everything but sites and
stocking are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import get_num_threads

from fulfill.location.network.site_kernels import (
    ChosenSites,
    SiteCosts,
    SiteLanes,
    cheapest_routes,
    chosen_flows,
    profitable,
    site_values,
)
from fulfill.model.arrays import Array, Index
from fulfill.model.instance import MAIL, Inbound, LocationInstance
from fulfill.model.multipliers import Multipliers

NO_CREDIT = np.zeros((0, 0))
"""Stands for no service credit: kernels do not read it."""


@dataclass(frozen=True)
class LocalLanes:
    """Local lanes ordered by site and zone, for the kernels.

    `start[i]:start[i + 1]` are those of site i.
    """

    start: Index
    zone: Index
    way: Index
    usd: Array
    co2: Array


@dataclass(frozen=True)
class Relaxed:
    """The relaxed problem's answer at some multipliers.

    Attributes
    ----------
    bound : USD
    value : (I, M)
        What opening a site at a size adds at these multipliers.
    size : (I,)
        Chosen size, -1 closed.
    price : (I, M, T)
        Price of a unit of throughput.
    slope : (I, M, K)
        Price of safety stock, infinite where the product is not stocked.
    served : (Z, K, T)
        Share of each cell served by the chosen sites (it may exceed one).
    units : (I, K, T)
        Orders leaving the chosen sites.
    stocked : (Z, K, C)
        Orders served from a country.
    alternative : (Z, K, T)
        Cheapest way without a site: mail or unserved.
    """

    bound: float
    value: Array
    size: Index
    price: Array
    slope: Array
    served: Array
    units: Array
    stocked: Array
    alternative: Array


def local_lanes(instance: LocationInstance) -> LocalLanes:
    """Order the lanes that start at a site."""
    lanes = np.flatnonzero(instance.lane_site != MAIL)
    shut = np.isin(instance.lane_site[lanes], instance.limits.closed)
    lanes = lanes[~shut]
    lanes = lanes[
        np.lexsort((instance.lane_way[lanes], instance.lane_zone[lanes], instance.lane_site[lanes]))
    ]
    start = np.searchsorted(instance.lane_site[lanes], np.arange(len(instance.sites) + 1))
    return LocalLanes(
        start,
        instance.lane_zone[lanes],
        instance.lane_way[lanes],
        instance.lane_usd[lanes],
        instance.lane_co2[lanes],
    )


def inbound_price(instance: LocationInstance, prices: Multipliers) -> tuple[Array, Index]:
    """Return what the goods of an order cost on their way into a site and in stock there.

    Returns
    -------
    tuple
        USD per order at the multipliers by site, product and period, (I, K, T), and the route that
        has it, -1 for none. A site that no route reaches pays infinity, unless inbound is free.
    """
    shape = instance.flow_shape
    fee = np.zeros(shape)
    if instance.stock is not None:
        level = instance.stock.level * instance.volume_m3[:, None, None]
        fee = instance.stock.storage_usd + np.einsum("ktu,iu->ikt", level, prices.storage)
    if instance.inbound is None:
        return fee, np.full(shape, -1)
    usd = instance.inbound.route_usd + route_surcharge(instance, instance.inbound, prices)
    best, route = cheapest_routes(usd, instance.inbound.route_site, shape[0])
    return best + fee, route


def route_surcharge(instance: LocationInstance, inbound: Inbound, prices: Multipliers) -> Array:
    """Return what the multipliers add to the cost of an order by route, (R, K, T)."""
    gate = np.vstack([prices.gateway, np.zeros((1, prices.gateway.shape[1]))])
    by_landing = (
        gate[inbound.route_gateway]
        + gate[inbound.route_crossing]
        + prices.origin[inbound.route_origin]
    )
    by_sale = by_landing @ inbound.landing.T
    formal = inbound.route_gateway >= 0
    spread = instance.limits.max_gateway_share * prices.share.sum()
    share = np.append(prices.share, 0.0)[inbound.route_gateway]
    by_sale = by_sale + np.where(formal, share - spread, 0.0)[:, None]
    carbon = prices.co2 * inbound.route_co2[:, None, None] * instance.weight_kg[:, None]
    return np.asarray(by_sale[:, None, :] * instance.volume_m3[:, None] + carbon)


def alternative_cost(instance: LocationInstance, prices: Multipliers) -> Array:
    """Return the cheapest cost of a potential order without a site, (Z, K, T).

    Mailed or unserved.
    """
    best = np.broadcast_to(instance.unserved_usd[None, :, None], instance.shape).copy()
    mail = np.flatnonzero(instance.lane_site == MAIL)
    np.minimum.at(best, instance.lane_zone[mail], mail_cost(instance, prices, mail))
    return best


def mail_cost(instance: LocationInstance, prices: Multipliers, lanes: Index) -> Array:
    """Return the cost of a potential order by mail lanes at the multipliers, (n_lanes, K, T)."""
    way, zone = instance.lane_way[lanes], instance.lane_zone[lanes]
    by_zone = prices.mail[instance.zone_country[zone]][:, None, :]
    air = by_zone * instance.mail.weight_kg[way][:, :, None]
    carbon = prices.co2 * instance.lane_co2[lanes][:, None, None] * instance.weight_kg[:, None]
    cost = instance.lane_cost(lanes) + instance.units[way] * (air + carbon)
    return np.asarray(cost - service_credit(instance, prices, zone, way)[:, None, :])


def service_credit(
    instance: LocationInstance, prices: Multipliers, zone: Index, way: Index
) -> Array:
    """Return what the service multipliers pay for an order by lane and period, (n_lanes, T)."""
    credit = np.zeros((len(zone), instance.shape[2]))
    for target, price in zip(instance.limits.targets, prices.service, strict=True):
        if price > 0:
            credit += price * target.zones[zone][:, None] * instance.way_within[target.days][way]
    return credit


def evaluate(
    instance: LocationInstance, lanes: LocalLanes, prices: Multipliers, blur_usd: float = 0.0
) -> Relaxed:
    """Return the bound and the relaxed answer at some multipliers.

    The bound is exact whatever `blur_usd`; the answer (`served`, `units`, `stocked`) is not: a cell
    whose profit is below `blur_usd` is served in proportion to it, and a site whose value is near
    zero is open in part. At the best multipliers many sites tie for a cell; the blurred answer is
    then a better direction than an arbitrary winner.

    `prices.cell` above the cheapest alternative counts as that alternative: more would only be
    handed back.
    """
    alternative = alternative_cost(instance, prices)
    cell = np.minimum(prices.cell, alternative)
    charged = _charged_lanes(instance, lanes, prices, cell)
    charge, slope = stock_linearisation(instance)
    fixed = effective_fixed(instance, prices)
    costs = SiteCosts(charge, slope, instance.capacity, instance.handling_usd, fixed)
    value, rho, paid = site_values(charged, costs, prices.throughput, get_num_threads())
    size = choose(instance, value)
    served = np.zeros(instance.shape)
    units = np.zeros(instance.flow_shape)
    stocked = np.zeros(prices.stocking.shape)
    part = partly_open(instance, value, size, blur_usd)
    best_size = np.where(np.isfinite(value).any(axis=1), value.argmin(axis=1), -1)
    chosen = ChosenSites(best_size, part, blur_usd, rho, paid)
    chosen_flows(charged, chosen, served, units, stocked)
    sites = np.flatnonzero(size >= 0)
    bound = constant_terms(instance, prices, cell) + float(value[sites, size[sites]].sum())
    return Relaxed(bound, value, size, rho, paid, served, units, stocked, alternative)


def _charged_lanes(
    instance: LocationInstance, lanes: LocalLanes, prices: Multipliers, cell: Array
) -> SiteLanes:
    """Return the lanes with all that is paid over them at the multipliers."""
    charged = prices.service.any()
    return SiteLanes(
        start=lanes.start,
        zone=lanes.zone,
        way=lanes.way,
        usd=lanes.usd,
        carbon=lanes.co2 * prices.co2,
        credit=service_credit(instance, prices, lanes.zone, lanes.way) if charged else NO_CREDIT,
        way_cost=instance.way_cost,
        way_rate=instance.way_rate,
        units=instance.units,
        inbound=inbound_price(instance, prices)[0],
        carrier=prices.carrier,
        region=instance.carriers.zone_region,
        stocking=prices.stocking,
        country=instance.site_country,
        weight=instance.weight_kg,
        cell=cell,
        demand=instance.demand,
    )


def partly_open(instance: LocationInstance, value: Array, size: Index, blur_usd: float) -> Array:
    """Return to what part each site counts as open in a blurred answer, (I,)."""
    if blur_usd <= 0:
        return (size >= 0).astype(float)
    best = np.where(np.isfinite(value).any(axis=1), value.min(axis=1), np.inf)
    scale = (
        np.where(np.isfinite(instance.fixed_usd), instance.fixed_usd, 0.0).max(axis=1).clip(min=1.0)
        * 0.1
        * blur_usd
    )
    part = np.clip(0.5 - best / scale, 0.0, 1.0)
    part[list(instance.limits.opened)] = 1.0
    part[list(instance.limits.closed)] = 0.0
    return np.asarray(part)


def promising(
    instance: LocationInstance, lanes: LocalLanes, prices: Multipliers, slack_usd: float
) -> LocalLanes:
    """Return the lanes that serve a cell at a profit, were its multiplier `slack_usd` higher.

    A bound on these lanes alone is no bound of the instance; it guides steps between two
    evaluations of all lanes.
    """
    cell = np.minimum(prices.cell, alternative_cost(instance, prices)) + slack_usd
    inbound, _ = inbound_price(instance, prices)
    cheapest = instance.handling_usd.min(axis=(1, 2))
    inbound = inbound + stock_linearisation(instance)[1].min(axis=2)[:, :, None]
    keep = profitable(
        lanes.start, lanes.zone, lanes.way, lanes.usd, instance.way_cost, instance.way_rate,
        instance.units, inbound + cheapest[:, None, None], cell,
    )  # fmt: skip
    count = np.concatenate([[0], np.cumsum(keep)])
    return LocalLanes(
        count[lanes.start], lanes.zone[keep], lanes.way[keep], lanes.usd[keep], lanes.co2[keep]
    )


def stock_linearisation(instance: LocationInstance) -> tuple[Array, Array]:
    """Return the outer linearisation of the cost of safety stock: charge and slope, (I, K, J)."""
    if instance.stock is None:
        nothing = np.zeros((len(instance.sites), instance.shape[1], 1))
        return nothing, nothing
    return instance.stock.safety.outer_linearisation()


def effective_fixed(instance: LocationInstance, prices: Multipliers) -> Array:
    """Return fixed cost by site and size at the multipliers of storage and budget.

    Infinite where not offered.
    """
    fixed = instance.fixed_usd
    if instance.stock is not None:
        fixed = fixed - instance.stock.storage_m3 * prices.storage.sum(axis=1)[:, None]
    if prices.budget > 0:
        fixed = fixed + prices.budget * instance.invest_usd
    return np.asarray(fixed)


def choose(instance: LocationInstance, value: Array) -> Index:
    """Return the best size of each site, -1 for closed.

    Locks and the number of sites are kept exactly.
    """
    size = np.where(np.isfinite(value).any(axis=1), value.argmin(axis=1), -1)
    best = value.min(axis=1)
    limits = instance.limits
    locked = np.isin(np.arange(len(size)), limits.opened)
    taken = (best < 0) & ~locked
    taken[list(limits.closed)] = False
    if limits.max_sites is not None:
        room = max(limits.max_sites - int(locked.sum()), 0)
        rank = np.argsort(np.where(taken, best, np.inf), kind="stable")
        taken[rank[room:]] = False
    return np.where(taken | locked, size, -1)


def constant_terms(instance: LocationInstance, prices: Multipliers, cell: Array) -> float:
    """Return the part of the bound that no site decides."""
    total = instance.constant_usd + float((cell * instance.demand).sum())
    rows = [
        (prices.mail, instance.mail.capacity_kg),
        (prices.carrier, instance.carriers.orders),
    ]
    if instance.inbound is not None:
        inbound = instance.inbound
        rows = [(prices.gateway, inbound.gateway_m3), (prices.origin, inbound.origin_m3), *rows]
    for price, limit in rows:
        total -= float((price * np.where(price > 0, limit, 0.0)).sum())
    if instance.stock is not None:
        collected = np.einsum("zkc,zk->kc", prices.stocking, instance.demand.sum(axis=2))
        total += float(np.minimum(0.0, instance.stock.entry_usd - collected).sum())
    for target, price in zip(instance.limits.targets, prices.service, strict=True):
        total += float(price * target.share * instance.demand[target.zones].sum())
    if prices.co2 > 0:
        total -= float(prices.co2) * instance.limits.co2_kg
    if prices.budget > 0:
        total -= float(prices.budget) * instance.limits.budget_usd
    return total
