"""Violations of the relaxed rows by a relaxed solution: the direction of an ascent."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from fulfill.location.network.alternatives import UNSERVED, Alternative, service_shares
from fulfill.location.network.lane_limits import limited_options
from fulfill.location.network.reference import Service, add_service
from fulfill.location.network.relaxation import Relaxed, inbound_price, plant_rent
from fulfill.location.network.site_arrays import RelaxedFlows
from fulfill.model.arrays import Array, Index
from fulfill.model.flow_limits import FlowLimits
from fulfill.model.instance import Inbound, LocationInstance, Stock, plant_capacity
from fulfill.model.multipliers import Multipliers

SMALL_LIMIT = 0.01
"""Share of all orders of a period below which a limit of flows counts as so large; see
`flow_limit_sizes`."""
NEARLY_CLOSED = 0.001
"""Share of what all orders of a period would take below which any other limit counts as so large:
the violation of a limit of nothing would have no bound, and its price would follow."""


def violations(
    instance: LocationInstance,
    prices: Multipliers,
    relaxed: Relaxed,
    service: Service | None = None,
) -> dict[str, Array]:
    """Return the violation of each relaxed row, as a share of the row's size.

    Positive: the price of the row must rise. A cell priced at its alternative that the sites leave
    unserved is served by the alternative, so its violation is zero; what the alternative mails
    counts against air capacity.

    Parameters
    ----------
    instance : LocationInstance
    prices : Multipliers
    relaxed : Relaxed
        At these prices.
    service : Service, optional
        What the multipliers of cells are told relative to (see `reference`): side rows then count
        every cell once.

    Returns
    -------
    dict of ndarray
        By name of the multiplier, in its shape.
    """
    alternative, limits = relaxed.alternative, instance.limits
    # the price is clipped there, so it cannot rise further
    at_top = prices.cell >= alternative.usd - 1e-9
    short = 1.0 - relaxed.flows.served
    cell = np.where(at_top & (short > 0), 0.0, short)
    left = np.where(at_top, np.maximum(short, 0.0), 0.0) * instance.demand
    flows = _every_flow(instance, relaxed, left, service, cell * instance.demand)
    found = {"cell": cell, "throughput": _throughput_violations(instance, relaxed)}
    sizes = limit_sizes(instance)
    if instance.stock is not None:
        found |= _stock_violations(instance, instance.stock, prices, relaxed, flows)
    if np.isfinite(limits.budget_usd):
        sites = np.flatnonzero(relaxed.size >= 0)
        spent = instance.invest_usd[sites, relaxed.size[sites]].sum()
        found["budget"] = _excess(spent, limits.budget_usd, sizes["budget"])
    co2_kg = float(flows.co2_kg.sum())
    brought = _cheapest_inbound(instance, prices, flows)
    if instance.inbound is not None:
        inbound, brought_kg = _inbound_violations(
            instance, instance.inbound, prices, brought, sizes
        )
        found |= inbound
        co2_kg += brought_kg
    if instance.flow_limits is not None:
        counted = _counted_orders(instance, instance.flow_limits, brought, flows)
        excess = counted - instance.flow_limits.orders
        found["flow"] = excess / flow_limit_sizes(instance, instance.flow_limits)
    found |= _delivery_violations(instance, flows, sizes)
    if np.isfinite(limits.co2_kg):
        found["co2"] = _excess(co2_kg, limits.co2_kg, sizes["co2"])
    return found


def _delivery_violations(
    instance: LocationInstance, flows: RelaxedFlows, sizes: dict[str, Array]
) -> dict[str, Array]:
    """Return the violations of carriers, mail and service targets."""
    carried, mailed = flows.carried.sum(axis=0), flows.mailed.sum(axis=0)
    found = {
        "carrier": _excess(carried, instance.carriers.orders, sizes["carrier"]),
        "mail": _excess(mailed, instance.mail.capacity_kg, sizes["mail"]),
    }
    targets = instance.limits.targets
    if targets:
        wanted = np.array([t.share * instance.demand[t.zones].sum() for t in targets])
        found["service"] = -_excess(flows.in_time.sum(axis=0), wanted, np.maximum(wanted, 1e-9))
    return found


def _excess(used: ArrayLike, limit: ArrayLike, size: ArrayLike) -> Array:
    """Return by which share of its size a use exceeds its limit; -1 where there is no limit."""
    held, size = np.isfinite(limit), np.asarray(size, float)
    kept = np.divide(limit, size, out=np.ones(size.shape), where=held)
    return np.asarray(used / size - kept)


def _every_flow(
    instance: LocationInstance,
    relaxed: Relaxed,
    left: Array,
    service: Service | None,
    missing: Array,
) -> RelaxedFlows:
    """Return what sites, alternative and reference serve together.

    Parameters
    ----------
    instance : LocationInstance
    relaxed : Relaxed
    left, missing : (Z, K, T)
        Potential orders that the alternative serves, and that the reference does (or takes back).
    service : Service or None
    """
    flows = relaxed.flows
    flows = flows._replace(
        units=flows.units.copy(), carried=flows.carried.copy(), mailed=flows.mailed.copy(),
        in_time=flows.in_time.copy(), co2_kg=flows.co2_kg.copy(), sent=flows.sent.copy(),
    )  # fmt: skip
    _mail(instance, relaxed.alternative, left, flows)
    if service is not None:
        within, in_scope = service_shares(instance)
        co2 = instance.lane_co2[service.options.lane]
        add_service(service.options, service.chosen, missing, co2, within, in_scope, flows)
    return flows


def _mail(
    instance: LocationInstance, alternative: Alternative, left: Array, flows: RelaxedFlows
) -> None:
    """Add potential orders `left` (Z, K, T) to their alternative to the flows."""
    zone, product, period = np.nonzero((left > 0) & (alternative.lane != UNSERVED))
    lane = alternative.lane[zone, product, period]
    option = instance.lane_option[lane]
    orders = left[zone, product, period]
    units = orders * instance.units[option, product, period]
    heavy = instance.mail.weight_kg[option, product]
    np.add.at(flows.mailed, (product, instance.zone_country[zone], period), units * heavy)
    for number, target in enumerate(instance.limits.targets):
        within = orders * instance.option_within[target.days][option, period]
        np.add.at(flows.in_time[:, number], product, within * target.zones[zone])
    np.add.at(flows.co2_kg, product, units * instance.lane_co2[lane] * instance.weight_kg[product])
    if flows.sent.size:
        np.add.at(flows.sent, (product, option, period), units)


def _stock_violations(
    instance: LocationInstance,
    stock: Stock,
    prices: Multipliers,
    relaxed: Relaxed,
    flows: RelaxedFlows,
) -> dict[str, Array]:
    """Return the violations of stocking and of storage room."""
    yearly = np.maximum(instance.demand.sum(axis=2), 1e-12)
    collected = np.einsum("zkc,zk->kc", prices.stocking, yearly)
    kept = collected >= stock.entry_usd - 1e-9
    stored = np.einsum("ikt,ktu,k->iu", flows.units, stock.level, instance.volume_m3)
    sites = np.arange(len(relaxed.size))
    room = np.where(relaxed.size >= 0, stock.storage_m3[sites, relaxed.size], 0.0)
    largest = np.maximum(stock.storage_m3.max(axis=1), 1e-9)
    return {
        "stocking": relaxed.flows.stocked / yearly[:, :, None] - kept[None],
        "storage": (stored - room[:, None]) / largest[:, None],
    }


def _throughput_violations(instance: LocationInstance, relaxed: Relaxed) -> Array:
    """Return the excess of what chosen sites serve over what their bands supply at the prices.

    Returns
    -------
    ndarray, shape (I, M, T)
        Share of the capacity of all bands; zero for sizes that are not chosen.
    """
    sites = np.flatnonzero(relaxed.size >= 0)
    size = relaxed.size[sites]
    room, steps = instance.capacity[sites, size], instance.handling_usd[sites, size]
    supplied = (room * (steps[:, :, None] < relaxed.price[sites, size][:, None, :])).sum(axis=1)
    found = np.zeros(relaxed.price.shape)
    found[sites, size] = (relaxed.flows.units[sites].sum(axis=1) - supplied) / np.maximum(
        room.sum(axis=1), 1e-9
    )
    return found


class _Brought(NamedTuple):
    """Orders brought in by the cheapest routes, one entry for each site, product and period.

    Attributes
    ----------
    route, product, period : (n,) of int
    orders : (n,)
    """

    route: Index
    product: Index
    period: Index
    orders: Array


def _cheapest_inbound(
    instance: LocationInstance, prices: Multipliers, flows: RelaxedFlows
) -> _Brought:
    """Return what the cheapest routes at the multipliers bring to the sites."""
    _, route = inbound_price(instance, prices)
    site, product, period = np.nonzero(flows.units)
    orders = flows.units[site, product, period]
    return _Brought(route[site, product, period], product, period, orders)


def _counted_orders(
    instance: LocationInstance, limits: FlowLimits, brought: _Brought, flows: RelaxedFlows
) -> Array:
    """Return the orders that each limit of flows counts, (J, T)."""
    used = np.zeros_like(limits.orders)
    n_products, n_periods = instance.shape[1:]
    if instance.inbound is not None:
        landed = np.zeros((instance.n_routes * n_products, n_periods))
        cell = brought.route * n_products + brought.product
        orders = brought.orders[:, None] * instance.inbound.landing[brought.period]
        np.add.at(landed, cell, orders)
        used += limits.routes @ landed
    if flows.sent.size:
        used += limited_options(instance) @ flows.sent.swapaxes(0, 1).reshape(-1, n_periods)
    return used


def flow_limit_sizes(instance: LocationInstance, limits: FlowLimits) -> Array:
    """Return what the violation of a limit of flows is a share of, (J, T), orders.

    The limit itself, or `SMALL_LIMIT` of all orders of the period where it is less: what passes a
    nearly closed lane in the relaxed solution may be many times its limit.
    """
    return np.asarray(np.maximum(limits.orders, SMALL_LIMIT * instance.demand.sum(axis=(0, 1))))


def limit_sizes(instance: LocationInstance) -> dict[str, Array]:
    """Return what the violations of limits are shares of, in the unit of the limit.

    The limit itself, or `NEARLY_CLOSED` of what all orders would take where it is less.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    dict of ndarray
        By name of the multiplier, in its shape; infinite where there is no limit.
    """
    orders, limits, inbound = instance.demand.sum(axis=0), instance.limits, instance.inbound
    every = orders.sum(axis=0)
    heaviest = instance.mail.weight_kg.max(axis=0, initial=0.0)
    emitted = float(instance.weight_kg @ orders.sum(axis=1)) * float(
        instance.lane_co2.mean() if len(instance.lane_co2) else 0.0
    )
    invested = np.where(np.isfinite(instance.invest_usd), instance.invest_usd, 0.0).max(axis=1)
    pairs = {
        "carrier": (instance.carriers.orders, every),
        "mail": (instance.mail.capacity_kg, heaviest @ orders),
        "co2": (np.asarray(limits.co2_kg), emitted),
        "budget": (np.asarray(limits.budget_usd), invested.sum()),
    }
    if inbound is not None:
        volume = instance.volume_m3 @ orders
        pairs["gateway"] = inbound.gateway_m3, volume
        pairs["origin"] = plant_capacity(instance), volume
    return {
        name: np.maximum(limit, np.maximum(NEARLY_CLOSED * np.asarray(all_take), 1e-9))
        for name, (limit, all_take) in pairs.items()
    }


def _inbound_violations(
    instance: LocationInstance,
    inbound: Inbound,
    prices: Multipliers,
    brought: _Brought,
    sizes: dict[str, Array],
) -> tuple[dict[str, Array], float]:
    """Return the excess over the capacity of gateways and plants, and over the share of a gateway.

    Returns
    -------
    dict of ndarray
        ``gateway`` (G, T), ``origin`` (O, T), ``share`` (G,), each as a share.
    float
        CO2e of the inbound flows, kg.
    """
    taken, product, period, orders = brought
    volume = orders * instance.volume_m3[product]
    landed = volume[:, None] * inbound.landing[period]
    passed, made = np.zeros_like(inbound.gateway_m3), np.zeros_like(inbound.origin_m3)
    for gate in (inbound.route_gateway[taken], inbound.route_crossing[taken]):
        np.add.at(passed, gate[gate >= 0], landed[gate >= 0])
    np.add.at(made, inbound.route_origin[taken], landed)
    gate = inbound.route_gateway[taken]
    through = np.zeros(len(inbound.gateways))
    np.add.at(through, gate[gate >= 0], landed[gate >= 0].sum(axis=1))
    whole = max(through.sum(), 1e-9)
    capacity, fixed = plant_capacity(instance), inbound.origin_fixed_usd
    limited = np.isfinite(capacity)
    used = (fixed <= 0) | (plant_rent(instance, prices) > fixed)
    goods_kg = orders * instance.weight_kg[product]
    return {
        "gateway": _excess(passed, inbound.gateway_m3, sizes["gateway"]),
        "origin": _excess(
            made, np.where(limited, capacity * used[:, None], np.inf), sizes["origin"]
        ),
        "share": through / whole - instance.limits.max_gateway_share,
    }, float((goods_kg * inbound.route_co2[taken]).sum())


def row_sizes(instance: LocationInstance) -> dict[str, Array]:
    """Return how many mean orders the rows of each multiplier are about.

    A violation is a share of this. Rows without a limit have no size, and throughput is not a row:
    its prices are searched for by the kernel.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    dict of ndarray
        By name of the multiplier, in its shape.
    """
    units, limit = per_order(instance), limit_sizes(instance)

    def orders(size: Array, unit: str) -> Array:
        return np.where(np.isfinite(size), size, 0.0) * units[unit]

    sizes = {
        "cell": instance.demand,
        "mail": orders(limit["mail"], "kg"),
        "carrier": orders(limit["carrier"], "order"),
    }
    if instance.inbound is not None:
        sizes["gateway"] = orders(limit["gateway"], "m3")
        sizes["origin"] = orders(limit["origin"], "m3")
    if instance.stock is not None:
        sizes["stocking"] = np.repeat(
            instance.demand.sum(axis=2)[:, :, None], len(instance.countries), axis=2
        )
        largest = instance.stock.storage_m3.max(axis=1)
        sizes["storage"] = orders(np.repeat(largest[:, None], instance.shape[2], axis=1), "m3")
    if instance.flow_limits is not None:
        sizes["flow"] = flow_limit_sizes(instance, instance.flow_limits)
    limits = instance.limits
    if limits.targets:
        sizes["service"] = np.array(
            [target.share * instance.demand[target.zones].sum() for target in limits.targets]
        )
    sizes["co2"] = orders(limit["co2"], "kg CO2e")
    sizes["budget"] = orders(limit["budget"], "USD")
    return sizes


def per_order(instance: LocationInstance) -> dict[str, float]:
    """Return what a multiplier's unit is in mean orders, by unit.

    Rows per m3 or kg then move so that a mean order pays as much as by other rows.
    """
    weight = instance.demand.sum(axis=(0, 2))
    mean = weight / max(float(weight.sum()), 1e-12)
    heaviest = instance.mail.weight_kg.max(axis=0, initial=0.0)
    kg = float(mean @ np.where(heaviest > 0, heaviest, instance.weight_kg))
    orders, limit = float(weight.sum()), limit_sizes(instance)
    return {
        "order": 1.0,
        "m3": 1.0 / max(float(mean @ instance.volume_m3), 1e-9),
        "kg": 1.0 / max(kg, 1e-9),
        # of these a plan takes the whole limit, or the limit has no price
        "kg CO2e": orders / float(limit["co2"]),
        "USD": orders / float(limit["budget"]),
    }
