"""Why orders are not served, from the decisions of a plan and its instance.

Every zone, product and period with unserved orders has one reason, the first of these that holds:

`reach`
    No delivery option carries the product to the zone in the period, neither mail nor one of a site
    that may be opened and can be supplied with the product.
`not_stocked`
    Options exist, but none of mail or of an open site in whose country the product is stocked: to
    serve the orders the plan would have to open a site or stock the product. With single sourcing,
    of the zone's own site.
`margin`
    Every available option costs at least as much as leaving the order, even where its capacity is
    not used up.
`capacity`
    An available option costs less, but every such option has a capacity at its limit. The limits
    named are those of the cheapest one.
`search`
    An available option with spare capacity costs less: the search ended before it was used.

The cost of an option is that of one more order: delivery, the cheapest band with room, storage,
safety stock at the margin, and the cheapest route with room. Rent, opening and certification are
not part of it, as the site is open and the product stocked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.location.pricing import ROUNDING
from fulfill.model.decisions import Decisions
from fulfill.model.instance import MAIL, LocationInstance, leaving_orders, shipped_orders
from fulfill.study.capacity_use import (
    carrier_orders,
    flow_orders,
    gateway_m3,
    landed_m3,
    mail_kg,
    stock_m3,
)

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
REASONS = ("reach", "not_stocked", "margin", "capacity", "search")
COLUMNS = ("reason", "country", "product", "limits", "orders")
FULL = 1e-5
"""Share of a capacity up to which what is left of it counts as nothing."""
CENT = 1e-6
"""Difference of cost that counts as none, USD per order."""


def missing_orders(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the potential orders that are not served.

    Parameters
    ----------
    instance : LocationInstance
        Demand.
    decisions : Decisions
        The plan.

    Returns
    -------
    (n_zones, n_products, n_periods) array
        Orders a year.
    """
    served = np.zeros(instance.shape)
    np.add.at(
        served,
        (instance.lane_zone[decisions.lane], decisions.product, decisions.period),
        decisions.orders,
    )
    return np.maximum(instance.demand - served, 0.0)


def unserved_table(
    instance: LocationInstance, decisions: Decisions, used: Array, co2_kg: float
) -> pd.DataFrame:
    """Return the unserved orders by reason, country, product and limits.

    Parameters
    ----------
    instance : LocationInstance
        What was planned.
    decisions : Decisions
        The plan.
    used : (n_sites, n_bands, n_periods) array
        Of `capacity_use.band_use`.
    co2_kg : float
        Emissions of the plan, kg CO2e a year.

    Returns
    -------
    DataFrame
        reason, country, product, limits (blank but for `capacity`), orders; the orders add up to
        all that are not served.
    """
    missing = missing_orders(instance, decisions)
    missing[missing <= ROUNDING * instance.demand] = 0.0
    capped = co2_kg >= (1.0 - FULL) * instance.limits.co2_kg
    room = _Room(
        _supply(instance, decisions, used),
        _is_full(*mail_kg(instance, decisions)),
        _is_full(*carrier_orders(instance, decisions)),
        *_plants(instance, decisions),
        _limits_full(instance, decisions),
        capped,
        _sources(instance, decisions),
    )
    by_zone = np.argsort(instance.lane_zone, kind="stable")
    first = np.searchsorted(instance.lane_zone[by_zone], np.arange(len(instance.zones) + 1))
    rows = []
    for zone in np.flatnonzero(missing.any(axis=(1, 2))).tolist():
        lanes = by_zone[first[zone] : first[zone + 1]]
        country = instance.countries[instance.zone_country[zone]]
        for reason, k, limits, orders in _of_zone(instance, room, zone, lanes, missing[zone]):
            rows.append((reason, country, instance.products[k], limits, orders))
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"orders": float})
    table = table.groupby(list(COLUMNS[:-1]))["orders"].sum().reset_index()
    rank = table["reason"].map(REASONS.index)
    return table.iloc[np.argsort(rank.to_numpy(int), kind="stable")].reset_index(drop=True)


def reasons(table: pd.DataFrame) -> dict[str, float]:
    """Return the unserved orders by reason, without reasons that no order has."""
    total = table.groupby("reason")["orders"].sum()
    return {name: float(total[name]) for name in REASONS if name in total.index}


@dataclass(frozen=True)
class _Supply:
    """What sites offer; the last row of every array is mail, which needs neither site nor stock.

    Attributes
    ----------
    possible, stocked : (n_sites + 1, n_products, n_periods) bool
        Whether the product could leave the site in some plan; whether it can in this one.
    cheapest, now : (n_sites + 1, n_products, n_periods)
        Cost of one more order that leaves the site, USD: without limits, and with the room left.
    site_limits, route_limits : tuple of (str, Mask)
        Kind of a limit of the site, or name of one of its cheapest route, and where (site, product,
        period) it keeps one more order back; without a row for mail.
    """

    possible: Mask
    stocked: Mask
    cheapest: Array
    now: Array
    site_limits: tuple[tuple[str, Mask], ...]
    route_limits: tuple[tuple[str, Mask], ...]


@dataclass(frozen=True)
class _Room:
    """Supply of the sites, and which shared capacities are at their limit.

    Attributes
    ----------
    supply : _Supply
    mail_full, carrier_full : (n_countries, n_periods), (n_regions, n_periods) bool
    plant_full, plant_idle : (n_origins, n_periods), (n_origins,) bool
        Whether a plant makes no more, and whether the plan would first have to use it.
    limit_full : (n_limits, n_periods) bool
        Of the limits of flows.
    capped : bool
        Whether emissions have reached their cap.
    source : (n_zones,)
        The only site that may serve a zone from stock, -1 where any may.
    """

    supply: _Supply
    mail_full: Mask
    carrier_full: Mask
    plant_full: Mask
    plant_idle: Mask
    limit_full: Mask
    capped: bool
    source: NDArray[np.int64]


def _sources(instance: LocationInstance, decisions: Decisions) -> NDArray[np.int64]:
    """Return the site of each zone that single sourcing holds it to, -1 for none."""
    source = np.full(len(instance.zones), -1)
    if instance.limits.single_source:
        np.maximum.at(
            source, instance.lane_zone[decisions.lane], instance.lane_site[decisions.lane]
        )
    return source


def _is_full(used: Array, capacity: Array) -> Mask:
    return np.asarray(used >= (1.0 - FULL) * capacity)


def _of_zone(
    instance: LocationInstance, room: _Room, zone: int, lanes: NDArray[np.int64], missing: Array
) -> list[tuple[str, int, str, float]]:
    """Return reason, product, limits and orders of every cell of a zone with unserved orders."""
    supply, site = room.supply, instance.lane_site[lanes]
    carried = instance.lane_cost(lanes)
    units = np.where(
        (site == MAIL)[:, None, None], 0.0, instance.units[instance.lane_option[lanes]]
    )
    offered = np.isfinite(carried)
    available = offered & supply.stocked[site]
    # the row -1 of lanes from sites and by mail reads a plant that is never idle nor full
    plant = instance.lane_plant[lanes]
    available &= ~np.append(room.plant_idle, False)[plant][:, None, None]
    if room.source[zone] >= 0:
        available &= ((site == MAIL) | (site == room.source[zone]))[:, None, None]
    full = _full(instance, room, zone, lanes)

    def least(price: Array, where: Mask) -> Array:
        with np.errstate(invalid="ignore"):  # infinity times zero, where nothing is available
            return np.asarray(np.where(where, carried + units * price[site], np.inf))

    free = least(supply.cheapest, available)
    limited = least(supply.now, available & ~full).min(axis=0, initial=np.inf)
    worth = instance.unserved_usd[:, None] - CENT
    reason = np.select(
        [
            ~(offered & supply.possible[site]).any(axis=0),
            ~available.any(axis=0),
            free.min(axis=0, initial=np.inf) >= worth,
            limited >= worth,
        ],
        REASONS[:4],
        REASONS[4],
    )
    found = []
    for k, t in zip(*np.nonzero(missing), strict=True):
        limits = ""
        if reason[k, t] == "capacity":
            best = int(free[:, k, t].argmin())
            limits = _limits(instance, room, int(lanes[best]), k, t)
        found.append((str(reason[k, t]), int(k), limits, float(missing[k, t])))
    return found


def _full(instance: LocationInstance, room: _Room, zone: int, lanes: NDArray[np.int64]) -> Mask:
    """Return where a lane of a zone takes no more orders, (n_lanes, n_products, n_periods).

    For want of mail, of carriers, of the plant that ships straight, of the lane, or of emissions.
    """
    site, plant = instance.lane_site[lanes], instance.lane_plant[lanes]
    mailed = np.where(
        (plant >= 0)[:, None],
        np.vstack([room.plant_full, np.zeros_like(room.mail_full[:1])])[plant],
        room.mail_full[instance.zone_country[zone]],
    )
    carried = room.carrier_full[instance.carriers.zone_region[zone]]
    full = np.where((site == MAIL)[:, None], mailed, carried)
    emits = (site != MAIL) | (instance.lane_co2[lanes] > 0)
    full |= (room.capped & emits)[:, None]
    shut = np.zeros((len(lanes), *instance.shape[1:]), bool)
    if instance.flow_limits is not None:
        n_products = instance.shape[1]
        cells = lanes[:, None] * n_products + np.arange(n_products)
        counted = instance.flow_limits.lanes[:, cells.ravel()]
        shut = (counted.T @ room.limit_full.astype(float) > 0).reshape(shut.shape)
    return np.asarray(full[:, None, :] | shut)


def _limits(instance: LocationInstance, room: _Room, lane: int, k: int, t: int) -> str:
    """Return the limits that keep one more order off a lane, separated by semicolons."""
    site, zone = int(instance.lane_site[lane]), int(instance.lane_zone[lane])
    country, region = instance.zone_country[zone], instance.carriers.zone_region[zone]
    names = []
    plant = int(instance.lane_plant[lane])
    if plant >= 0 and room.plant_full[plant, t]:
        names.append(f"origin {instance.required_inbound.origins[plant]}")
    if site == MAIL and plant < 0 and room.mail_full[country, t]:
        names.append(f"mail {instance.countries[country]}")
    if site != MAIL and room.carrier_full[region, t]:
        names.append(f"carrier {instance.carriers.regions[region]}")
    names += _lane_limits(instance, room, lane, k, t)
    if site != MAIL:
        supply, name = room.supply, instance.sites[site]
        names += [f"{kind} {name}" for kind, holds in supply.site_limits if holds[site, k, t]]
        names += [limit for limit, holds in supply.route_limits if holds[site, k, t]]
    if room.capped and (site != MAIL or instance.lane_co2[lane] > 0):
        names.append("co2_cap")
    return "; ".join(dict.fromkeys(names))


def _lane_limits(instance: LocationInstance, room: _Room, lane: int, k: int, t: int) -> list[str]:
    """Return the full limits of flows that count a product on a lane."""
    limits = instance.flow_limits
    if limits is None:
        return []
    counts = limits.lanes[:, [lane * instance.shape[1] + k]].toarray().ravel() > 0
    rows = np.flatnonzero(counts & room.limit_full[:, t])
    return [f"{limits.kinds[row]} {limits.names[row]}" for row in rows]


def _limits_full(instance: LocationInstance, decisions: Decisions) -> Mask:
    """Return which limits of flows let no more through, (n_limits, n_periods)."""
    limits = instance.flow_limits
    if limits is None:
        return np.zeros((0, instance.shape[2]), bool)
    return _is_full(flow_orders(instance, decisions), limits.orders)


def _made(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return what plants make for sites and for direct shipments, (n_origins, n_periods), m3."""
    made = np.einsum("okt,k->ot", shipped_orders(instance, decisions), instance.volume_m3)
    np.add.at(made, instance.required_inbound.route_origin, landed_m3(instance, decisions))
    return np.asarray(made)


def _plants(instance: LocationInstance, decisions: Decisions) -> tuple[Mask, Mask]:
    """Return which plants make no more in a period, and which are used or not and are not used."""
    inbound, made = instance.required_inbound, _made(instance, decisions)
    by_choice = (inbound.origin_min_m3 > 0) | (inbound.origin_fixed_usd > 0)
    return _is_full(made, inbound.origin_m3), by_choice & (made.sum(axis=1) <= 0)


def _supply(instance: LocationInstance, decisions: Decisions, used: Array) -> _Supply:
    """Return what every site offers, and mail in the last row."""
    stock, is_open = instance.required_stock, np.asarray(decisions.opened.any(axis=1))
    cheap_band, band_left = _handling(instance, decisions, used)
    cheap_route, route_left, route_limits = _routes(instance, decisions)
    leaving = leaving_orders(instance, decisions)
    kept = stock.storage_usd + stock.safety.marginal(leaving.sum(axis=2))[:, :, None]
    crowded, busy = _crowded(instance, decisions), (band_left > cheap_band)[:, None, :]
    may_open = np.array(np.isfinite(instance.fixed_usd).any(axis=1))
    may_open[list(instance.limits.closed)] = False
    supplied = np.zeros(instance.flow_shape, bool)
    inbound = instance.required_inbound
    np.logical_or.at(supplied, inbound.route_site, np.isfinite(inbound.route_usd))
    sold = np.zeros((len(instance.countries), instance.shape[1]), bool)
    np.logical_or.at(sold, instance.site_country, leaving.sum(axis=2) > 0)
    stocked = (is_open[:, None] & sold[instance.site_country])[:, :, None]
    with_mail = [(0, 1), (0, 0), (0, 0)]
    return _Supply(
        np.pad(supplied & may_open[:, None, None], with_mail, constant_values=True),
        np.pad(stocked & np.isfinite(cheap_route), with_mail, constant_values=True),
        np.pad(cheap_band[:, None, :] + kept + cheap_route, with_mail),
        np.pad(np.where(crowded, np.inf, band_left[:, None, :] + kept + route_left), with_mail),
        (
            ("throughput", np.broadcast_to(busy, instance.flow_shape)),
            ("storage", crowded),
        ),
        route_limits,
    )


def _handling(instance: LocationInstance, decisions: Decisions, used: Array) -> tuple[Array, Array]:
    """Return the prices of the cheapest band and of the cheapest with room, by site and period."""
    site, size = np.arange(len(instance.sites)), decisions.opened.argmax(axis=1)
    capacity = instance.capacity[site, size]
    price = np.broadcast_to(instance.handling_usd[site, size][:, :, None], capacity.shape)
    cheapest = np.where(capacity > 0, price, np.inf).min(axis=1)
    return cheapest, np.where(_is_full(used, capacity), np.inf, price).min(axis=1)


def _crowded(instance: LocationInstance, decisions: Decisions) -> Mask:
    """Return where an order finds no room in storage, (n_sites, n_products, n_periods)."""
    stock, size = instance.required_stock, decisions.opened.argmax(axis=1)
    room = stock.storage_m3[np.arange(len(size)), size]
    full = _is_full(stock_m3(instance, decisions), room[:, None])
    return np.asarray(np.einsum("ktu,iu->ikt", stock.level > 0, full.astype(float)) > 0)


def _routes(
    instance: LocationInstance, decisions: Decisions
) -> tuple[Array, Array, tuple[tuple[str, Mask], ...]]:
    """Return the price of the cheapest route to each site, and of the cheapest with room.

    A plant with a yearly minimum or a fixed cost that the plan does not use has no routes. The
    limits are those of the cheapest route.
    """
    inbound = instance.required_inbound
    _, idle = _plants(instance, decisions)
    price = np.where(idle[inbound.route_origin][:, None, None], np.inf, inbound.route_usd)
    closed = [*_full_places(instance, decisions), *_limited_routes(instance, decisions)]
    cheapest, left = np.full(instance.flow_shape, np.inf), np.full(instance.flow_shape, np.inf)
    np.minimum.at(cheapest, inbound.route_site, price)
    blocked = np.zeros(price.shape, bool)
    for _, held in closed:
        blocked |= held
    np.minimum.at(left, inbound.route_site, np.where(blocked, np.inf, price))
    dearer = np.isfinite(cheapest) & (left > cheapest)
    is_best = dearer[inbound.route_site] & (price == cheapest[inbound.route_site])
    limits = []
    for name, held in closed:
        holds = np.zeros(instance.flow_shape, bool)
        np.logical_or.at(holds, inbound.route_site, is_best & held)
        if holds.any():
            limits.append((name, holds))
    return cheapest, left, tuple(limits)


def _full_places(instance: LocationInstance, decisions: Decisions) -> Iterator[tuple[str, Mask]]:
    """Yield each full gateway and plant, and the routes that it closes, (n_routes, 1, T)."""
    inbound = instance.required_inbound
    landed = landed_m3(instance, decisions)
    gate_full = _is_full(*gateway_m3(instance, decisions)) | _at_share(instance, landed)[:, None]
    made_full, _ = _plants(instance, decisions)
    for kind, names, index, full in (
        ("gateway", inbound.gateways, inbound.route_gateway, gate_full),
        ("gateway", inbound.gateways, inbound.route_crossing, gate_full),
        ("origin", inbound.origins, inbound.route_origin, made_full),
    ):
        sold = full.astype(float) @ (inbound.landing > 0).T > 0
        for number in np.flatnonzero(sold.any(axis=1)):
            here = (index == number)[:, None, None]
            yield f"{kind} {names[number]}", np.asarray(here & sold[number])


def _limited_routes(instance: LocationInstance, decisions: Decisions) -> Iterator[tuple[str, Mask]]:
    """Yield each full limit of flows, and where it closes a route, (n_routes, n_products, T)."""
    limits, (_, n_products, _) = instance.flow_limits, instance.shape
    if limits is None:
        return
    full = _limits_full(instance, decisions).astype(float)
    sold = full @ (instance.required_inbound.landing > 0).T > 0
    for row in np.flatnonzero(sold.any(axis=1)):
        counts = limits.routes[[row]].toarray().reshape(-1, n_products, 1) > 0
        yield f"{limits.kinds[row]} {limits.names[row]}", np.asarray(counts & sold[row])


def _at_share(instance: LocationInstance, landed: Array) -> Mask:
    """Return which gateways have their largest share of the formal inbound volume."""
    inbound, share = instance.required_inbound, instance.limits.max_gateway_share
    through = np.zeros(len(inbound.gateways))
    formal = inbound.route_gateway >= 0
    np.add.at(through, inbound.route_gateway[formal], landed[formal].sum(axis=1))
    if share >= 1.0 or not through.any():
        return np.zeros(len(through), bool)
    return _is_full(through, share * through.sum())
