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

from dataclasses import dataclass, fields, replace

import numpy as np
from numba import get_num_threads
from numpy.typing import NDArray

from fulfill.location.network.site_kernels import (
    cheapest_routes,
    chosen_flows,
    profitable,
    site_values,
)
from fulfill.model.instance import MAIL, LocationInstance

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Multipliers:
    """Prices of the relaxed rows; all but `cell` are non-negative.

    Attributes
    ----------
    cell : (Z, K, T) USD per potential order of the cell
    stocking : (Z, K, C) USD per potential order served from stock of a country
    gateway : (G, T), origin : (O, T) USD per m3;  share : (G,) USD per m3
    mail : (C, T) USD per kg;  carrier : (Q, T) USD per order;  storage : (I, T) USD per m3
    service : (n_targets,) USD per order in time;  throughput : (I, M, T) USD per order
    co2 : USD per kg;  budget : USD per USD
    """

    cell: Array
    stocking: Array
    gateway: Array
    origin: Array
    share: Array
    mail: Array
    carrier: Array
    storage: Array
    service: Array
    throughput: Array
    co2: float = 0.0
    budget: float = 0.0


@dataclass(frozen=True)
class Lanes:
    """Local lanes ordered by site and zone, for the kernels; `start[i]:start[i + 1]` are those of site i."""

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
    value : (I, M) what opening a site at a size adds at these multipliers;  size : (I,) chosen
        size, -1 closed
    price : (I, M, T) price of a unit of throughput;  slope : (I, M, K) price of safety stock,
        infinite where the product is not stocked
    served : (Z, K, T) share of each cell served by the chosen sites (it may exceed one)
    units : (I, K, T) orders leaving the chosen sites;  stocked : (Z, K, C) orders served from a
        country
    alternative : (Z, K, T) cheapest way without a site: mail or unserved
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


def zero_multipliers(instance: LocationInstance) -> Multipliers:
    """Return multipliers of zero in the shapes of an instance."""
    zones, products, periods = instance.shape
    n_sites = len(instance.sites)
    n_countries = max(len(instance.countries), 1)
    return Multipliers(
        cell=np.zeros(instance.shape),
        stocking=np.zeros((zones, products, n_countries)),
        gateway=np.zeros((len(instance.gateways), periods)),
        origin=np.zeros((len(instance.origins), periods)),
        share=np.zeros(len(instance.gateways)),
        mail=np.zeros((n_countries, periods)),
        carrier=np.zeros((max(len(instance.carriers), 1), periods)),
        storage=np.zeros((n_sites, periods)),
        service=np.zeros(len(instance.limits.targets)),
        throughput=np.zeros((*instance.fixed_usd.shape, periods)),
    )


def local_lanes(instance: LocationInstance) -> Lanes:
    """Order the lanes that start at a site."""
    lanes = np.flatnonzero(instance.lane_site != MAIL)
    shut = np.isin(instance.lane_site[lanes], instance.limits.closed)
    lanes = lanes[~shut]
    lanes = lanes[
        np.lexsort((instance.lane_way[lanes], instance.lane_zone[lanes], instance.lane_site[lanes]))
    ]
    start = np.searchsorted(instance.lane_site[lanes], np.arange(len(instance.sites) + 1))
    return Lanes(
        start,
        instance.lane_zone[lanes],
        instance.lane_way[lanes],
        instance.lane_usd[lanes],
        instance.lane_co2[lanes],
    )


def inbound_price(instance: LocationInstance, prices: Multipliers) -> tuple[Array, Index]:
    """Return the cheapest inbound cost by site, product and period at the multipliers, and the route that has it.

    A site that no route reaches pays infinity, unless the instance says that inbound is free.
    """
    n_sites = len(instance.sites)
    shape = (n_sites, *instance.shape[1:])
    fee = instance.storage_usd if instance.storage_usd is not None else np.zeros(shape)
    if instance.stock_level is not None and instance.volume_m3 is not None:
        level = instance.stock_level * instance.volume_m3[:, None, None]
        fee = fee + np.einsum("ktu,iu->ikt", level, prices.storage)
    if instance.inbound_free:
        return fee, np.full(shape, -1)
    if not len(instance.route_site):
        return np.full(shape, np.inf), np.full(shape, -1)
    best, route = cheapest_routes(
        instance.route_usd + route_surcharge(instance, prices), instance.route_site, n_sites
    )
    return best + fee, route


def route_surcharge(instance: LocationInstance, prices: Multipliers) -> Array:
    """Return what the multipliers add to the cost of an order by route, (n_routes, K, T)."""
    assert instance.volume_m3 is not None
    assert instance.landing is not None
    assert instance.weight_kg is not None
    gate = np.vstack([prices.gateway, np.zeros((1, prices.gateway.shape[1]))])
    by_landing = (
        gate[instance.route_gateway]
        + gate[instance.route_crossing]
        + prices.origin[instance.route_origin]
    )
    by_sale = by_landing @ instance.landing.T
    formal = instance.route_gateway >= 0
    spread = instance.limits.max_gateway_share * prices.share.sum()
    by_sale = (
        by_sale + np.where(formal, prices.share[instance.route_gateway] - spread, 0.0)[:, None]
    )
    carbon = prices.co2 * instance.route_co2[:, None, None] * instance.weight_kg[:, None]
    return np.asarray(by_sale[:, None, :] * instance.volume_m3[:, None] + carbon)


def alternative_cost(instance: LocationInstance, prices: Multipliers) -> Array:
    """Return the cheapest cost of a potential order without any site, (Z, K, T): mailed or not served."""
    best = np.broadcast_to(instance.unserved_usd[None, :, None], instance.shape).copy()
    mail = np.flatnonzero(instance.lane_site == MAIL)
    if len(mail) and instance.mail_weight is not None and instance.zone_country is not None:
        np.minimum.at(best, instance.lane_zone[mail], mail_cost(instance, prices, mail))
    return best


def mail_cost(instance: LocationInstance, prices: Multipliers, lanes: Index) -> Array:
    """Return the cost of a potential order by mail lanes at the multipliers, (n_lanes, K, T)."""
    assert instance.mail_weight is not None
    assert instance.zone_country is not None
    assert instance.weight_kg is not None
    way, zone = instance.lane_way[lanes], instance.lane_zone[lanes]
    air = (
        prices.mail[instance.zone_country[zone]][:, None, :] * instance.mail_weight[way][:, :, None]
    )
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
    instance: LocationInstance, lanes: Lanes, prices: Multipliers, blur_usd: float = 0.0
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
    inbound, _ = inbound_price(instance, prices)
    charge, slope = stock_lines(instance)
    country = (
        instance.site_country
        if instance.site_country is not None
        else np.zeros(len(instance.sites), np.int64)
    )
    region = (
        instance.carrier_zone
        if instance.carrier_zone is not None
        else np.zeros(len(instance.zones), np.int64)
    )
    weight = instance.weight_kg if instance.weight_kg is not None else np.zeros(instance.shape[1])
    credit = (
        service_credit(instance, prices, lanes.zone, lanes.way)
        if prices.service.any()
        else np.zeros((0, 0))
    )
    fixed = effective_fixed(instance, prices)
    carbon = lanes.co2 * prices.co2
    value, rho, paid = site_values(
        lanes.start, lanes.zone, lanes.way, lanes.usd, carbon, credit, instance.way_cost, instance.way_rate,
        instance.units, inbound, prices.carrier, region, prices.stocking, country, weight, cell, instance.demand,
        charge, slope, instance.capacity, instance.handling_usd, fixed, prices.throughput,
        get_num_threads(),
    )  # fmt: skip
    size = choose(instance, value)
    served = np.zeros(instance.shape)
    units = np.zeros((len(instance.sites), *instance.shape[1:]))
    stocked = np.zeros(prices.stocking.shape)
    weight_open = partly_open(instance, value, size, blur_usd)
    best_size = np.where(np.isfinite(value).any(axis=1), value.argmin(axis=1), -1)
    chosen_flows(
        best_size, weight_open, blur_usd, rho, paid, lanes.start, lanes.zone, lanes.way, lanes.usd, carbon, credit,
        instance.way_cost, instance.way_rate, instance.units, inbound, prices.carrier, region, prices.stocking,
        country, weight, cell, instance.demand, served, units, stocked,
    )  # fmt: skip
    open_sites = np.flatnonzero(size >= 0)
    bound = constant_terms(instance, prices, cell) + float(
        value[open_sites, size[open_sites]].sum()
    )
    return Relaxed(bound, value, size, rho, paid, served, units, stocked, alternative)


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
    instance: LocationInstance, lanes: Lanes, prices: Multipliers, slack_usd: float
) -> Lanes:
    """Return the lanes that serve some cell at a profit, or would if its multiplier rose by `slack_usd`.

    A bound on these lanes alone is no bound of the instance; it guides steps between two
    evaluations of all lanes.
    """
    cell = np.minimum(prices.cell, alternative_cost(instance, prices)) + slack_usd
    inbound, _ = inbound_price(instance, prices)
    cheapest = instance.handling_usd.min(axis=(1, 2))
    if instance.safety is not None:
        inbound = inbound + stock_lines(instance)[1].min(axis=2)[:, :, None]
    keep = profitable(
        lanes.start, lanes.zone, lanes.way, lanes.usd, instance.way_cost, instance.way_rate, instance.units,
        inbound + cheapest[:, None, None], cell,
    )  # fmt: skip
    count = np.concatenate([[0], np.cumsum(keep)])
    return Lanes(
        count[lanes.start], lanes.zone[keep], lanes.way[keep], lanes.usd[keep], lanes.co2[keep]
    )


def stock_lines(instance: LocationInstance) -> tuple[Array, Array]:
    """Return the lines below the cost of safety stock, (I, K, J); one line of zero where an instance has none."""
    if instance.safety is None:
        nothing = np.zeros((len(instance.sites), instance.shape[1], 1))
        return nothing, nothing
    return instance.safety.outer_linearisation()


def effective_fixed(instance: LocationInstance, prices: Multipliers) -> Array:
    """Return fixed cost by site and size at the multipliers of storage and budget; infinite where not offered."""
    fixed = instance.fixed_usd
    if instance.storage_m3 is not None:
        fixed = fixed - instance.storage_m3 * prices.storage.sum(axis=1)[:, None]
    if prices.budget > 0:
        fixed = fixed + prices.budget * instance.invest_usd
    return np.asarray(fixed)


def choose(instance: LocationInstance, value: Array) -> Index:
    """Return the best size of each site, -1 for closed: locks and the number of sites are kept exactly."""
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
    for price, limit in (
        (prices.gateway, instance.gateway_m3), (prices.origin, instance.origin_m3), (prices.mail, instance.mail_kg),
        (prices.carrier, instance.carrier_orders),
    ):  # fmt: skip
        if limit is not None and price.size:
            total -= float((price * np.where(price > 0, limit, 0.0)).sum())
    if instance.entry_usd is not None:
        collected = np.einsum("zkc,zk->kc", prices.stocking, instance.demand.sum(axis=2))
        total += float(np.minimum(0.0, instance.entry_usd - collected).sum())
    for target, price in zip(instance.limits.targets, prices.service, strict=True):
        total += float(price * target.share * instance.demand[target.zones].sum())
    if prices.co2 > 0:
        total -= prices.co2 * instance.limits.co2_kg
    if prices.budget > 0:
        total -= prices.budget * instance.limits.budget_usd
    return total


def with_prices(prices: Multipliers, **changes: Array | float) -> Multipliers:
    """Return multipliers with some families replaced and all signs put right."""
    new = replace(prices, **changes)  # type: ignore[arg-type]
    positive = {
        field.name: np.maximum(getattr(new, field.name), 0.0)
        for field in fields(new)
        if field.name not in ("cell", "co2", "budget")
    }
    return replace(new, **positive)
