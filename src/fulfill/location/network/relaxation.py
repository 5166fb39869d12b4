r"""The Lagrangian bound of an instance: what it costs at least, whatever is decided.

Relaxed are allocation (1), stocking (13) and every row that ties sites together: gateways and plants (6), mail (7),
carriers (8), service (9), budget (10), gateway shares (11), carbon (12) and storage (3). What is left falls apart by
site and size into one continuous knapsack a period (docs/formulation.md, "The bound"):

.. math:: V_{im} \ge F_{im} - \sum_k \max_j \Big( \sum_{z,t} D \max(0, \max_w p_w - u_w (\rho_t + s_{kj})) - a_{kj} \Big)^+
          - \sum_{t,b} Q_{imbt} \max(0, \rho_t - h_{imb})

with :math:`p` the profit of serving a cell at the multipliers, :math:`u` the units it takes, :math:`h` the price of a
band, and :math:`a_{kj} + s_{kj} v` the lines whose lower envelope lies below the concave cost of safety stock. Any
prices :math:`\rho` give a valid bound, so a rough one costs tightness, never truth.
Minimum volumes of plants and integrality of everything but sites and stocking are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numba as nb
import numpy as np
from numpy.typing import NDArray

from fulfill.instance import MAIL, LocationInstance

Array = NDArray[np.float64]
Index = NDArray[np.int64]
TOP_USD, STEPS = 40.0, 96
"""Range above the cheapest band in which a price of throughput is looked for, and into how many steps it is cut."""


@dataclass(frozen=True)
class Multipliers:
    """Prices of the relaxed rows; all but `cell` are non-negative.

    Attributes
    ----------
    cell : (Z, K, T) USD per potential order of the cell
    stocking : (Z, K, C) USD per potential order served from stock of a country
    gateway : (G, T), origin : (O, T) USD per m3;  share : (G,) USD per m3
    mail : (C, T) USD per kg;  carrier : (Q, T) USD per order;  storage : (I, T) USD per m3
    service : (n_targets,) USD per order in time;  co2 : USD per kg;  budget : USD per USD
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
    value : (I, M) what opening a site at a size adds at these multipliers;  size : (I,) chosen size, -1 closed
    price : (I, M, T) price of a unit of throughput;  slope : (I, M, K) price of safety stock, infinite where the
        product is not stocked
    served : (Z, K, T) share of each cell served by the chosen sites (it may exceed one)
    units : (I, K, T) orders leaving the chosen sites;  stocked : (Z, K, C) orders served from a country
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
    )


def local_lanes(instance: LocationInstance) -> Lanes:
    """Order the lanes that start at a site."""
    lanes = np.flatnonzero(instance.lane_site != MAIL)
    shut = np.isin(instance.lane_site[lanes], instance.limits.closed)
    lanes = lanes[~shut]
    lanes = lanes[np.lexsort((instance.lane_way[lanes], instance.lane_zone[lanes], instance.lane_site[lanes]))]
    start = np.searchsorted(instance.lane_site[lanes], np.arange(len(instance.sites) + 1))
    return Lanes(start, instance.lane_zone[lanes], instance.lane_way[lanes], instance.lane_usd[lanes], instance.lane_co2[lanes])


def inbound_price(instance: LocationInstance, prices: Multipliers) -> tuple[Array, Index]:
    """Return the cheapest inbound cost by site, product and period at the multipliers, and the route that has it.

    An instance without routes has free inbound; a site that no route reaches pays infinity.
    """
    n_sites = len(instance.sites)
    shape = (n_sites, *instance.shape[1:])
    fee = instance.storage_usd if instance.storage_usd is not None else np.zeros(shape)
    if instance.stock_level is not None and instance.volume_m3 is not None:
        level = instance.stock_level * instance.volume_m3[:, None, None]
        fee = fee + np.einsum("ktu,iu->ikt", level, prices.storage)
    if not len(instance.route_site):
        return fee, np.full(shape, -1)
    best, route = cheapest_routes(instance.route_usd + route_surcharge(instance, prices), instance.route_site, n_sites)
    return best + fee, route


@nb.njit(cache=True)  # type: ignore[untyped-decorator]
def cheapest_routes(cost, route_site, n_sites):
    """Return cost and number of the cheapest route by site, product and period; infinite and -1 where there is none."""
    n_routes, n_products, n_periods = cost.shape
    best = np.full((n_sites, n_products, n_periods), np.inf)
    route = np.full((n_sites, n_products, n_periods), -1)
    for r in range(n_routes):
        i = route_site[r]
        for k in range(n_products):
            for t in range(n_periods):
                if cost[r, k, t] < best[i, k, t]:
                    best[i, k, t] = cost[r, k, t]
                    route[i, k, t] = r
    return best, route


def route_surcharge(instance: LocationInstance, prices: Multipliers) -> Array:
    """Return what the multipliers add to the cost of an order by route, (n_routes, K, T)."""
    assert instance.volume_m3 is not None and instance.landing is not None and instance.weight_kg is not None
    gate = np.vstack([prices.gateway, np.zeros((1, prices.gateway.shape[1]))])
    by_landing = gate[instance.route_gateway] + gate[instance.route_crossing] + prices.origin[instance.route_origin]
    by_sale = by_landing @ instance.landing.T
    formal = instance.route_gateway >= 0
    spread = instance.limits.max_gateway_share * prices.share.sum()
    by_sale = by_sale + np.where(formal, prices.share[instance.route_gateway] - spread, 0.0)[:, None]
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
    assert instance.mail_weight is not None and instance.zone_country is not None and instance.weight_kg is not None
    way, zone = instance.lane_way[lanes], instance.lane_zone[lanes]
    air = prices.mail[instance.zone_country[zone]][:, None, :] * instance.mail_weight[way][:, :, None]
    carbon = prices.co2 * instance.lane_co2[lanes][:, None, None] * instance.weight_kg[:, None]
    cost = instance.lane_cost(lanes) + instance.units[way] * (air + carbon)
    return np.asarray(cost - service_credit(instance, prices, zone, way)[:, None, :])


def service_credit(instance: LocationInstance, prices: Multipliers, zone: Index, way: Index) -> Array:
    """Return what the service multipliers pay for an order by lane and period, (n_lanes, T)."""
    credit = np.zeros((len(zone), instance.shape[2]))
    for target, price in zip(instance.limits.targets, prices.service, strict=True):
        if price > 0:
            credit += price * target.zones[zone][:, None] * instance.way_within[target.days][way]
    return credit


def evaluate(instance: LocationInstance, lanes: Lanes, prices: Multipliers, blur_usd: float = 0.0) -> Relaxed:
    """Return the bound and the relaxed answer at some multipliers.

    The bound is exact whatever `blur_usd`; the answer (`served`, `units`, `stocked`) is not: a cell whose profit is below
    `blur_usd` is served in proportion to it, and a site whose value is near zero is open in part. At the best
    multipliers many sites tie for a cell; the blurred answer is then a better direction than an arbitrary winner.

    `prices.cell` above the cheapest alternative counts as that alternative: more would only be handed back.
    """
    alternative = alternative_cost(instance, prices)
    cell = np.minimum(prices.cell, alternative)
    inbound, _ = inbound_price(instance, prices)
    charge, slope = stock_lines(instance)
    country = instance.site_country if instance.site_country is not None else np.zeros(len(instance.sites), np.int64)
    region = instance.carrier_zone if instance.carrier_zone is not None else np.zeros(len(instance.zones), np.int64)
    weight = instance.weight_kg if instance.weight_kg is not None else np.zeros(instance.shape[1])
    credit = service_credit(instance, prices, lanes.zone, lanes.way) if prices.service.any() else np.zeros((0, 0))
    fixed = effective_fixed(instance, prices)
    carbon = lanes.co2 * prices.co2
    value, rho, paid = site_values(
        lanes.start, lanes.zone, lanes.way, lanes.usd, carbon, credit, instance.way_cost, instance.way_rate,
        instance.units, inbound, prices.carrier, region, prices.stocking, country, weight, cell, instance.demand, charge,
        slope, instance.capacity, instance.handling_usd, fixed,
    )  # fmt: skip
    size = choose(instance, value)
    served = np.zeros(instance.shape)
    units = np.zeros((len(instance.sites), *instance.shape[1:]))
    stocked = np.zeros(prices.stocking.shape)
    weight_open = partly_open(instance, value, size, blur_usd)
    best_size = np.where(np.isfinite(value).any(axis=1), value.argmin(axis=1), -1)
    chosen_flows(
        best_size, weight_open, blur_usd, rho, paid, lanes.start, lanes.zone, lanes.way, lanes.usd, carbon, credit, instance.way_cost, instance.way_rate,
        instance.units, inbound, prices.carrier, region, prices.stocking, country, weight, cell, instance.demand,
        served, units, stocked,
    )  # fmt: skip
    open_sites = np.flatnonzero(size >= 0)
    bound = constant_terms(instance, prices, cell) + float(value[open_sites, size[open_sites]].sum())
    return Relaxed(bound, value, size, rho, paid, served, units, stocked, alternative)


def partly_open(instance: LocationInstance, value: Array, size: Index, blur_usd: float) -> Array:
    """Return to what part each site counts as open in a blurred answer, (I,)."""
    if blur_usd <= 0:
        return (size >= 0).astype(float)
    best = np.where(np.isfinite(value).any(axis=1), value.min(axis=1), np.inf)
    scale = np.where(np.isfinite(instance.fixed_usd), instance.fixed_usd, 0.0).max(axis=1).clip(min=1.0) * 0.1 * blur_usd
    part = np.clip(0.5 - best / scale, 0.0, 1.0)
    part[list(instance.limits.opened)] = 1.0
    part[list(instance.limits.closed)] = 0.0
    return np.asarray(part)


def promising(instance: LocationInstance, lanes: Lanes, prices: Multipliers, slack_usd: float) -> Lanes:
    """Return the lanes that serve some cell at a profit, or would if its multiplier rose by `slack_usd`.

    A bound on these lanes alone is no bound of the instance; it guides steps between two evaluations of all lanes.
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
    return Lanes(count[lanes.start], lanes.zone[keep], lanes.way[keep], lanes.usd[keep], lanes.co2[keep])


@nb.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def profitable(start, zone, way, usd, way_cost, way_rate, units, inbound, cell):
    """Tell for each lane whether any cell is worth more than its cost, side rows apart."""
    keep = np.zeros(len(zone), np.bool_)
    n_products, n_periods = cell.shape[1], cell.shape[2]
    for i in nb.prange(len(start) - 1):
        for lane in range(start[i], start[i + 1]):
            z, w = zone[lane], way[lane]
            for k in range(n_products):
                for t in range(n_periods):
                    cost = way_cost[w, k, t] + usd[lane] * way_rate[w, k, t] + units[w, k, t] * inbound[i, k, t]
                    if cell[z, k, t] > cost:
                        keep[lane] = True
                        break
                if keep[lane]:
                    break
    return keep


def stock_lines(instance: LocationInstance) -> tuple[Array, Array]:
    """Return the lines below the cost of safety stock, (I, K, J); one line of zero where an instance has none."""
    if instance.safety is None:
        nothing = np.zeros((len(instance.sites), instance.shape[1], 1))
        return nothing, nothing
    return instance.safety.lines()


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
        field.name: np.maximum(getattr(new, field.name), 0.0) for field in fields(new) if field.name not in ("cell", "co2", "budget")
    }
    return replace(new, **positive)  # type: ignore[arg-type]


@nb.njit(cache=True, fastmath=False)  # type: ignore[untyped-decorator]
def _gather(
    i, start, zone, way, usd, carbon, credit, way_cost, way_rate, way_units, inbound, carrier, region, stocking, country,
    weight, cell, floor, item_p, item_u, item_k, item_z, count,
):  # fmt: skip
    """Collect the cells that site i could serve at a profit, by period; a cell's ways follow each other."""
    n_products, n_periods = cell.shape[1], cell.shape[2]
    count[:] = 0
    for lane in range(start[i], start[i + 1]):
        z, w = zone[lane], way[lane]
        q, c = region[z], country[i]
        for k in range(n_products):
            extra = carbon[lane] * weight[k]
            for t in range(n_periods):
                u = way_units[w, k, t]
                profit = (
                    cell[z, k, t]
                    - way_cost[w, k, t]
                    - usd[lane] * way_rate[w, k, t]
                    - stocking[z, k, c]
                    - u * (inbound[i, k, t] + carrier[q, t] + extra)
                )
                if credit.size > 0:
                    profit += credit[lane, t]
                if profit > u * floor[k]:
                    n = count[t]
                    item_p[t, n] = profit
                    item_u[t, n] = u
                    item_k[t, n] = k
                    item_z[t, n] = z
                    count[t] = n + 1


@nb.njit(cache=True)  # type: ignore[untyped-decorator]
def _clearing_price(slope, t, item_p, item_u, item_k, item_z, n, demand, capacity, handling):
    """Return about the lowest price at which what is wanted in a period is no more than the bands supply.

    Two counts by price, the second inside one step of the first; the price is good to a few tenths of a cent.
    """
    low, width = handling.min(), TOP_USD / STEPS
    wanted = np.zeros(STEPS)
    for _ in range(2):
        wanted[:] = 0.0
        above = 0.0
        j = 0
        while j < n:
            z, k = item_z[t, j], item_k[t, j]
            worth, units = -1.0, 0.0
            while j < n and item_z[t, j] == z and item_k[t, j] == k:
                per_unit = item_p[t, j] / item_u[t, j] - slope[k]
                if per_unit > worth:
                    worth, units = per_unit, item_u[t, j]
                j += 1
            if worth > low:
                step = int((worth - low) / width)
                if step < STEPS:
                    wanted[step] += demand[z, k, t] * units
                else:
                    above += demand[z, k, t] * units
        # from the dearest step down: the first that brings more than is supplied at its lower end
        step = STEPS - 1
        while step >= 0:
            price = low + step * width
            supply = 0.0
            for b in range(len(handling)):
                if handling[b] <= price + 1e-12:
                    supply += capacity[b]
            if above + wanted[step] > supply:
                break
            above += wanted[step]
            step -= 1
        if step < 0:
            return low
        low, width = low + step * width, width / STEPS
    return low + width


@nb.njit(cache=True)  # type: ignore[untyped-decorator]
def _gain(price, charge, slope, item_p, item_u, item_k, item_z, count, demand, capacity, handling, paid):
    """Return the value of a site's business at prices of throughput, and set the slope that each product pays.

    A cell with several ways counts with the best profit and the least units of any: never less than it is worth.
    """
    n_products, n_lines = charge.shape
    # slopes fall from line to line: a cell pays from its first profitable line on, so sums by first line suffice
    worth, taken = np.zeros((n_products, n_lines)), np.zeros((n_products, n_lines))
    total = 0.0
    for t in range(len(price)):
        j, n = 0, count[t]
        while j < n:
            z, k = item_z[t, j], item_k[t, j]
            best, least = 0.0, np.inf
            while j < n and item_z[t, j] == z and item_k[t, j] == k:
                best = max(best, item_p[t, j] - item_u[t, j] * price[t])
                least = min(least, item_u[t, j])
                j += 1
            line = 0
            while line < n_lines and best <= least * slope[k, line]:
                line += 1
            if line < n_lines:
                worth[k, line] += demand[z, k, t] * best
                taken[k, line] += demand[z, k, t] * least
        for b in range(len(handling)):
            total -= capacity[b, t] * max(0.0, price[t] - handling[b])
    profit = np.zeros((n_products, n_lines))
    for k in range(n_products):
        value, units = 0.0, 0.0
        for line in range(n_lines):
            value += worth[k, line]
            units += taken[k, line]
            profit[k, line] = value - units * slope[k, line]
    for k in range(n_products):
        best, paid[k] = 0.0, np.inf
        for line in range(n_lines):
            net = profit[k, line] - charge[k, line]
            if net > best:
                best, paid[k] = net, slope[k, line]
        total -= best
    return total


@nb.njit(cache=True)  # type: ignore[untyped-decorator]
def _business(charge, slope, item_p, item_u, item_k, item_z, count, demand, capacity, handling, fixed, price, paid):
    """Return a lower bound of what a site of one size adds; set its prices and the slopes that its products pay.

    A site that does not pay even at the lowest price of throughput is not looked at further.
    """
    n_periods = len(price)
    price[:] = handling.min()
    value = fixed + _gain(price, charge, slope, item_p, item_u, item_k, item_z, count, demand, capacity, handling, paid)
    if value >= 0.0:
        return value
    trial, trial_paid = price.copy(), paid.copy()
    for _ in range(2):
        before = trial_paid.copy()
        for t in range(n_periods):
            trial[t] = _clearing_price(
                trial_paid, t, item_p, item_u, item_k, item_z, count[t], demand, capacity[:, t], handling
            )
        better = fixed + _gain(trial, charge, slope, item_p, item_u, item_k, item_z, count, demand, capacity, handling, trial_paid)
        settled = True
        for k in range(len(paid)):
            settled = settled and trial_paid[k] == before[k]
        if better > value:
            value = better
            price[:] = trial
            paid[:] = trial_paid
        if settled:
            break
    return value


@nb.njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def site_values(
    start, zone, way, usd, carbon, credit, way_cost, way_rate, way_units, inbound, carrier, region, stocking, country,
    weight, cell, demand, charge, slope, capacity, handling, fixed,
):  # fmt: skip
    """Return the value of opening each site at each size, prices of throughput, and slopes of safety stock."""
    n_sites, n_sizes = fixed.shape
    n_products, n_periods = cell.shape[1], cell.shape[2]
    value = np.full((n_sites, n_sizes), np.inf)
    rho = np.zeros((n_sites, n_sizes, n_periods))
    paid = np.full((n_sites, n_sizes, n_products), np.inf)
    for i in nb.prange(n_sites):
        room = (start[i + 1] - start[i]) * n_products
        item_p = np.empty((n_periods, room))
        item_u = np.empty((n_periods, room))
        item_k = np.empty((n_periods, room), np.int32)
        item_z = np.empty((n_periods, room), np.int32)
        count = np.zeros(n_periods, np.int64)
        floor = np.empty(n_products)
        for k in range(n_products):
            floor[k] = slope[i, k].min() + handling[i].min()
        _gather(
            i, start, zone, way, usd, carbon, credit, way_cost, way_rate, way_units, inbound, carrier, region, stocking,
            country, weight, cell, floor, item_p, item_u, item_k, item_z, count,
        )  # fmt: skip
        for m in range(n_sizes):
            if np.isfinite(fixed[i, m]):
                value[i, m] = _business(
                    charge[i], slope[i], item_p, item_u, item_k, item_z, count, demand, capacity[i, m], handling[i, m],
                    fixed[i, m], rho[i, m], paid[i, m],
                )  # fmt: skip
    return value, rho, paid


@nb.njit(cache=True)  # type: ignore[untyped-decorator]
def chosen_flows(
    size, part, blur, rho, paid, start, zone, way, usd, carbon, credit, way_cost, way_rate, way_units, inbound, carrier, region, stocking,
    country, weight, cell, demand, served, units, stocked,
):  # fmt: skip
    """Add what the chosen sites serve at their prices to `served`, `units` and `stocked`."""
    n_products, n_periods = cell.shape[1], cell.shape[2]
    for i in range(len(size)):
        m = size[i]
        if m < 0 or part[i] <= 0.0:
            continue
        c = country[i]
        lane = start[i]
        while lane < start[i + 1]:
            z = zone[lane]
            last = lane
            while last < start[i + 1] and zone[last] == z:
                last += 1
            q = region[z]
            for k in range(n_products):
                if paid[i, m, k] == np.inf:
                    continue
                for t in range(n_periods):
                    best, best_u = 0.0, 0.0
                    for other in range(lane, last):
                        w = way[other]
                        u = way_units[w, k, t]
                        left = (
                            cell[z, k, t] - way_cost[w, k, t] - usd[other] * way_rate[w, k, t] - stocking[z, k, c]
                            - u * (inbound[i, k, t] + carrier[q, t] + carbon[other] * weight[k] + paid[i, m, k] + rho[i, m, t])
                        )  # fmt: skip
                        if credit.size > 0:
                            left += credit[other, t]
                        if left > best:
                            best, best_u = left, u
                    if best > 0.0:
                        share = part[i] * (min(1.0, best / blur) if blur > 0.0 else 1.0)
                        served[z, k, t] += share
                        units[i, k, t] += share * demand[z, k, t] * best_u
                        stocked[z, k, c] += share * demand[z, k, t]
            lane = last
