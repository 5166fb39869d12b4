"""Ascent of the Lagrangian bound by the volume algorithm.

Barahona and Anbil (2000), "The volume algorithm: producing primal solutions with a subgradient
method", Math. Program. 87, 385-399, doi 10.1007/s101070050002. The direction is a running mean of
violations, the step length is Polyak's. A violation is the *share* of a cell that is over- or
underserved, not orders, and side rows use the share of their capacity: all prices move in dollars
per order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fulfill.location.network.alternatives import UNSERVED, Alternative
from fulfill.location.network.relaxation import (
    LocalLanes,
    Relaxed,
    evaluate,
    inbound_price,
)
from fulfill.model.arrays import Array
from fulfill.model.instance import Inbound, LocationInstance, Stock
from fulfill.model.multipliers import FREE, UNITS, Multipliers, with_prices

FIRST_STEP, SMALLEST_STEP = 1.0, 1e-3
PATIENCE = 10
"""Rounds without improvement after which steps are shortened."""
SHORTER = 0.75
"""Factor by which steps are then shortened."""
THROUGHPUT = 0.3
"""Step of a price of throughput in steps of a cell's price; the kernel looks further by itself."""
MEMORY = 0.4
"""Weight of the newest answer in the running mean of primal answers."""


@dataclass
class Ascent:
    """State of an ascent (mutable, private to one solve).

    Attributes
    ----------
    best : Multipliers
        Multipliers of the best bound.
    bound : float
        USD.
    mean : dict of ndarray
        Running mean of the violations by name of the multiplier, see `violations`.
    frequency : (I, M)
        Running share of rounds in which a site was open at a size.
    step : float
        Factor of the Polyak step.
    stale : int
        Rounds since the last clear improvement.
    rounds : int
        Rounds made.
    """

    best: Multipliers
    bound: float
    mean: dict[str, Array]
    frequency: Array
    step: float = FIRST_STEP
    stale: int = 0
    rounds: int = 0


def begin(instance: LocationInstance, lanes: LocalLanes, prices: Multipliers) -> Ascent:
    """Start an ascent.

    Parameters
    ----------
    instance : LocationInstance
    lanes : LocalLanes
    prices : Multipliers
        Multipliers to start from.

    Returns
    -------
    Ascent
    """
    relaxed = evaluate(instance, lanes, prices)
    return Ascent(
        prices, relaxed.bound, violations(instance, prices, relaxed), _openings(instance, relaxed)
    )


def ascend(
    instance: LocationInstance,
    lanes: LocalLanes,
    state: Ascent,
    rounds: int,
    upper: float,
    stop: Callable[[Ascent], bool] = lambda _: False,
) -> Ascent:
    """Run rounds of the volume algorithm.

    Parameters
    ----------
    instance : LocationInstance
    lanes : LocalLanes
    state : Ascent
        Updated.
    rounds : int
        Largest number of rounds.
    upper : float
        Target of the Polyak step: the cost of a known plan, or an estimate, USD.
    stop : callable
        Tells before each round whether to stop.

    Returns
    -------
    Ascent
        The same state.
    """
    for _ in range(rounds):
        if stop(state) or state.step < SMALLEST_STEP:
            break
        prices = _moved(instance, state, upper)
        relaxed = evaluate(instance, lanes, prices)
        newest = violations(instance, prices, relaxed)
        for name, value in newest.items():
            state.mean[name] = (1.0 - MEMORY) * state.mean[name] + MEMORY * value
        state.frequency = (1.0 - MEMORY) * state.frequency + MEMORY * _openings(instance, relaxed)
        state.rounds += 1
        if relaxed.bound > state.bound:
            # gains too small to matter count as stale, or the step would never get shorter
            much = relaxed.bound - state.bound > 1e-5 * abs(state.bound)
            state.best, state.bound = with_prices(prices, throughput=relaxed.price), relaxed.bound
            state.stale = 0 if much else state.stale
        state.stale += 1
        if state.stale >= PATIENCE:
            state.step, state.stale = SHORTER * state.step, 0
    return state


def _openings(instance: LocationInstance, relaxed: Relaxed) -> Array:
    """Return 1 where the relaxed solution opens a site at a size, else 0, (I, M)."""
    openings = np.zeros(instance.fixed_usd.shape)
    chosen = relaxed.size >= 0
    openings[np.flatnonzero(chosen), relaxed.size[chosen]] = 1.0
    return openings


def violations(
    instance: LocationInstance, prices: Multipliers, relaxed: Relaxed
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

    Returns
    -------
    dict of ndarray
        By name of the multiplier, in its shape.
    """
    flows, alternative = relaxed.flows, relaxed.alternative
    # the price is clipped there, so it cannot rise further
    at_top = prices.cell >= alternative.usd * (1.0 - 1e-12) - 1e-9
    short = 1.0 - flows.served
    found = {"cell": np.where(at_top & (short > 0), 0.0, short)}
    left = np.where(at_top, np.maximum(short, 0.0), 0.0) * instance.demand
    mailed = _mailed(instance, alternative, left)
    if instance.stock is not None:
        found |= _stock_violations(instance, instance.stock, prices, relaxed)
    if np.isfinite(instance.limits.budget_usd):
        sites = np.flatnonzero(relaxed.size >= 0)
        spent = instance.invest_usd[sites, relaxed.size[sites]].sum()
        found["budget"] = np.asarray(spent / max(instance.limits.budget_usd, 1.0) - 1.0)
    found["throughput"] = _throughput_violations(instance, relaxed)
    brought_kg = 0.0
    if instance.inbound is not None:
        inbound, brought_kg = _inbound_violations(instance, instance.inbound, prices, relaxed)
        found |= inbound
    carriers = instance.carriers.orders
    found["carrier"] = flows.carried.sum(axis=0) / np.maximum(carriers, 1e-9) - 1.0
    capacity = instance.mail.capacity_kg
    found["mail"] = mailed.kg / np.maximum(capacity, 1e-9) - 1.0
    if instance.limits.targets:
        wanted = np.array(
            [target.share * instance.demand[target.zones].sum() for target in instance.limits.targets]
        )
        in_time = flows.in_time.sum(axis=0) + mailed.in_time
        found["service"] = 1.0 - in_time / np.maximum(wanted, 1e-9)
    if np.isfinite(instance.limits.co2_kg):
        emitted = float(flows.co2_kg.sum()) + mailed.co2_kg + brought_kg
        found["co2"] = np.asarray(emitted / max(instance.limits.co2_kg, 1e-9) - 1.0)
    return found


class _Mailed(NamedTuple):
    """What orders left to the alternative take.

    Attributes
    ----------
    kg : (C, T)
        Chargeable kg.
    in_time : (N,)
        Potential orders of each service target in time.
    co2_kg : float
    """

    kg: Array
    in_time: Array
    co2_kg: float


def _mailed(instance: LocationInstance, alternative: Alternative, left: Array) -> _Mailed:
    """Return what potential orders `left` (Z, K, T) to their alternative take."""
    zone, product, period = np.nonzero((left > 0) & (alternative.lane != UNSERVED))
    lane = alternative.lane[zone, product, period]
    option = instance.lane_option[lane]
    orders = left[zone, product, period]
    units = orders * instance.units[option, product, period]
    kg = np.zeros_like(instance.mail.capacity_kg)
    heavy = instance.mail.weight_kg[option, product]
    np.add.at(kg, (instance.zone_country[zone], period), units * heavy)
    in_time = [
        float((orders * instance.option_within[target.days][option, period])[target.zones[zone]].sum())
        for target in instance.limits.targets
    ]
    carbon = float((units * instance.lane_co2[lane] * instance.weight_kg[product]).sum())
    return _Mailed(kg, np.array(in_time), carbon)


def _stock_violations(
    instance: LocationInstance, stock: Stock, prices: Multipliers, relaxed: Relaxed
) -> dict[str, Array]:
    """Return the violations of stocking and of storage room."""
    yearly = np.maximum(instance.demand.sum(axis=2), 1e-12)
    collected = np.einsum("zkc,zk->kc", prices.stocking, yearly)
    kept = collected >= stock.entry_usd - 1e-9
    stored = np.einsum("ikt,ktu,k->iu", relaxed.flows.units, stock.level, instance.volume_m3)
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


def _inbound_violations(
    instance: LocationInstance, inbound: Inbound, prices: Multipliers, relaxed: Relaxed
) -> tuple[dict[str, Array], float]:
    """Return the excess over the capacity of gateways and plants, and over the share of a gateway.

    Returns
    -------
    dict of ndarray
        ``gateway`` (G, T), ``origin`` (O, T), ``share`` (G,), each as a share.
    float
        CO2e of the inbound flows, kg.
    """
    _, route = inbound_price(instance, prices)
    site, product, period = np.nonzero(relaxed.flows.units)
    taken = route[site, product, period]
    volume = relaxed.flows.units[site, product, period] * instance.volume_m3[product]
    landed = volume[:, None] * inbound.landing[period]
    passed, made = np.zeros_like(inbound.gateway_m3), np.zeros_like(inbound.origin_m3)
    for gate in (inbound.route_gateway[taken], inbound.route_crossing[taken]):
        np.add.at(passed, gate[gate >= 0], landed[gate >= 0])
    np.add.at(made, inbound.route_origin[taken], landed)
    gate = inbound.route_gateway[taken]
    through = np.zeros(len(inbound.gateways))
    np.add.at(through, gate[gate >= 0], landed[gate >= 0].sum(axis=1))
    whole = max(through.sum(), 1e-9)
    limited = np.isfinite(inbound.origin_m3)
    room = np.where(limited, np.maximum(inbound.origin_m3, 1e-9), 1.0)
    goods_kg = relaxed.flows.units[site, product, period] * instance.weight_kg[product]
    return {
        "gateway": passed / np.maximum(inbound.gateway_m3, 1e-9) - 1.0,
        "origin": np.where(limited, made / room - 1.0, -1.0),
        "share": through / whole - instance.limits.max_gateway_share,
    }, float((goods_kg * inbound.route_co2[taken]).sum())


def _moved(instance: LocationInstance, state: Ascent, upper: float) -> Multipliers:
    """Return multipliers one step along the running mean of violations, from the best ones.

    Parameters
    ----------
    instance : LocationInstance
    state : Ascent
    upper : float
        Polyak's target, USD.

    Returns
    -------
    Multipliers
    """
    weights, per_unit = row_sizes(instance), _per_order(instance)
    # a price of zero stays where its row has room
    mean = {
        name: np.where((getattr(state.best, name) <= 0) & (value < 0), 0.0, value)
        if name not in FREE
        else value
        for name, value in state.mean.items()
    }
    length = sum(
        float((weights[name] * value**2).sum()) for name, value in mean.items() if name in weights
    )
    # no row is violated: there is no direction to move in
    if length <= 0:
        return state.best
    # Polyak: (target - bound) over the squared norm; the floor keeps steps alive at the target
    usd = state.step * max(upper - state.bound, 1e-4 * abs(state.bound)) / length
    moved = {
        name: getattr(state.best, name) + usd * per_unit.get(UNITS[name], 1.0) * mean[name]
        for name in mean
    }
    moved["throughput"] = state.best.throughput + THROUGHPUT * usd * mean["throughput"]
    if instance.stock is not None:
        moved["stocking"] = _affordable(instance, instance.stock.entry_usd, moved["stocking"])
    return with_prices(state.best, **moved)


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
    per_order = _per_order(instance)

    def orders(limit: Array, unit: str) -> Array:
        return np.where(np.isfinite(limit), limit, 0.0) * per_order[unit]

    sizes = {
        "cell": instance.demand,
        "mail": orders(instance.mail.capacity_kg, "kg"),
        "carrier": orders(instance.carriers.orders, "order"),
    }
    if instance.inbound is not None:
        sizes["gateway"] = orders(instance.inbound.gateway_m3, "m3")
        sizes["origin"] = orders(instance.inbound.origin_m3, "m3")
    if instance.stock is not None:
        sizes["stocking"] = np.repeat(
            instance.demand.sum(axis=2)[:, :, None], len(instance.countries), axis=2
        )
        largest = instance.stock.storage_m3.max(axis=1)
        sizes["storage"] = orders(
            np.repeat(largest[:, None], instance.shape[2], axis=1), "m3"
        )
    limits = instance.limits
    if limits.targets:
        sizes["service"] = np.array(
            [target.share * instance.demand[target.zones].sum() for target in limits.targets]
        )
    sizes["co2"] = orders(np.asarray(limits.co2_kg), "kg CO2e")
    sizes["budget"] = orders(np.asarray(limits.budget_usd), "USD")
    return sizes


def _per_order(instance: LocationInstance) -> dict[str, float]:
    """Return what a multiplier's unit is in mean orders, by unit.

    Rows per m3 or kg then move so that a mean order pays as much as by other rows.
    """
    weight = instance.demand.sum(axis=(0, 2))
    mean = weight / max(float(weight.sum()), 1e-12)
    heaviest = instance.mail.weight_kg.max(axis=0, initial=0.0)
    kg = float(mean @ np.where(heaviest > 0, heaviest, instance.weight_kg))
    orders, limits = float(weight.sum()), instance.limits
    return {
        "order": 1.0,
        "m3": 1.0 / max(float(mean @ instance.volume_m3), 1e-9),
        "kg": 1.0 / max(kg, 1e-9),
        # of these a plan takes the whole limit, or the limit has no price
        "kg CO2e": orders / max(limits.co2_kg, 1e-9),
        "USD": orders / max(limits.budget_usd, 1e-9),
    }


def _affordable(instance: LocationInstance, entry_usd: Array, stocking: Array) -> Array:
    """Scale the multipliers of stocking so that they collect no more than stocking costs.

    Beyond that the relaxed problem stocks the product, and a higher price gains nothing.
    """
    charges = np.maximum(stocking, 0.0)
    collected = np.einsum("zkc,zk->kc", charges, instance.demand.sum(axis=2))
    factor = np.where(collected > entry_usd, entry_usd / np.maximum(collected, 1e-12), 1.0)
    return np.asarray(charges * factor[None])
