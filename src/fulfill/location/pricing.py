"""The cost of a plan, from its decisions and an instance.

Every method reports this figure, and every search compares plans by it.
"""

from __future__ import annotations

import numpy as np

from fulfill.model.arrays import Array, Mask
from fulfill.model.contracts import charged_bands, contract_usd
from fulfill.model.decisions import Decisions
from fulfill.model.instance import Inbound, LocationInstance, leaving_orders, shipped_orders

ROUNDING = 1e-9
"""Share of a cell's demand below which a shortfall is rounding, and of all goods below which what a
plant makes is."""


def handling_cost(instance: LocationInstance, opened: Array, leaving: Array) -> Array:
    """Return the cost of handling by site and period, contracts included.

    The cheapest bands fill first.

    What exceeds the capacity of an open site, as in a present network, is handled at the price of
    its dearest band.

    Parameters
    ----------
    instance : LocationInstance
    opened : (I, M) 0/1
    leaving : (I, K, T)
        Orders that leave each site.

    Returns
    -------
    ndarray, shape (I, T)
        USD.
    """
    # argmax of a closed site is size 0: its capacity is zeroed below
    size = opened.argmax(axis=1)
    site = np.arange(len(size))
    rooms, prices = charged_bands(instance)
    capacity = rooms[site, size].transpose(0, 2, 1) * np.asarray(opened.any(axis=1))[:, None, None]
    price = prices[site, size]
    order = np.argsort(price, axis=1, kind="stable")
    price = np.take_along_axis(price, order, axis=1)
    capacity = np.take_along_axis(capacity, order[:, None, :], axis=2)
    filled = np.cumsum(capacity, axis=2)
    volume = leaving.sum(axis=1)[:, :, None]
    used = np.clip(volume - (filled - capacity), 0.0, capacity)
    is_open = np.asarray(opened.any(axis=1))
    beyond = np.maximum(volume[:, :, 0] - filled[:, :, -1], 0.0) * is_open[:, None]
    dearest = np.where(capacity.sum(axis=1) > 0, price, -np.inf).max(axis=1)
    last = np.where(np.isfinite(dearest), dearest, price[:, 0])
    usd = (used * price[:, None, :]).sum(axis=2) + beyond * last[:, None]
    return np.asarray(usd + contract_usd(instance, leaving.sum(axis=1)) * is_open[:, None])


def plants_used(inbound: Inbound, flows: Array, shipped: Array | float = 0.0) -> Mask:
    """Tell which plants make anything.

    Parameters
    ----------
    inbound : Inbound
    flows : (R, K, T)
        Orders brought in.
    shipped : (O,)
        Orders that plants ship straight to consumers.

    Returns
    -------
    ndarray of bool, shape (O,)
    """
    made = np.bincount(
        inbound.route_origin, weights=flows.sum(axis=(1, 2)), minlength=len(inbound.origins)
    )
    total = made + shipped
    return np.asarray(total > ROUNDING * total.sum())


def price(instance: LocationInstance, decisions: Decisions) -> float:
    """Return the objective of a plan, safety stock priced by its concave formula.

    Parameters
    ----------
    instance : LocationInstance
    decisions : Decisions

    Returns
    -------
    float
        USD a year.
    """
    lane, product, period, orders = (
        decisions.lane,
        decisions.product,
        decisions.period,
        decisions.orders,
    )
    option = instance.lane_option[lane]
    rate = (
        instance.option_cost[option, product, period]
        + instance.lane_usd[lane] * instance.price_multiplier[option, product, period]
    )
    served = np.zeros(instance.shape)
    np.add.at(served, (instance.lane_zone[lane], product, period), orders)
    # a rounding unit short is served: an infinite price of unserved orders must not meet it
    short = instance.demand - served
    missing = np.where(short > ROUNDING * instance.demand, short, 0.0).sum(axis=(0, 2))
    leaving = leaving_orders(instance, decisions)
    total = instance.constant_usd + float((rate * orders).sum())
    total += float((missing * np.where(missing > 0, instance.unserved_usd, 0.0)).sum())
    total += float((np.where(decisions.opened > 0.5, instance.fixed_usd, 0.0)).sum())
    total += float(handling_cost(instance, decisions.opened, leaving).sum())
    # infinity times zero is not a number: routes that carry nothing are left out of the sum
    if instance.inbound is not None:
        brought = decisions.inbound
        total += float((np.where(brought > 0, instance.inbound.route_usd, 0.0) * brought).sum())
        shipped = shipped_orders(instance, decisions).sum(axis=(1, 2))
        used = plants_used(instance.inbound, brought, shipped)
        total += float(instance.inbound.origin_fixed_usd[used].sum())
    if instance.stock is not None:
        total += float((instance.stock.storage_usd * leaving).sum())
        total += float(instance.stock.safety.cost(leaving.sum(axis=2)).sum())
        total += float((instance.stock.entry_usd * decisions.stocked).sum())
    return total
