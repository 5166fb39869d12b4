"""Raising the Lagrangian bound: the volume algorithm, with steps scaled by each cell's own demand.

Barahona and Anbil (2000), "The volume algorithm: producing primal solutions with a subgradient
method", Math. Program. 87, 385-399, doi 10.1007/s101070050002. A multiplier moves by the *share* of
its cell that is over- or underserved, not by orders, and side rows by the share of their capacity:
all prices move in dollars per order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.location.network.relaxation import (
    Lanes,
    Multipliers,
    Relaxed,
    evaluate,
    inbound_price,
    with_prices,
)
from fulfill.model.instance import LocationInstance

Array = NDArray[np.float64]
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
    """State of an ascent (private to one solve): best multipliers and the running mean of the relaxed answers.

    `frequency` is the running share of rounds in which a site was open at a size, (I, M).
    """

    best: Multipliers
    bound: float
    mean: dict[str, Array]
    frequency: Array
    step: float = FIRST_STEP
    stale: int = 0
    rounds: int = 0


def begin(instance: LocationInstance, lanes: Lanes, prices: Multipliers) -> Ascent:
    """Start an ascent at some multipliers."""
    relaxed = evaluate(instance, lanes, prices)
    return Ascent(
        prices, relaxed.bound, violations(instance, prices, relaxed), _openings(instance, relaxed)
    )


def ascend(
    instance: LocationInstance,
    lanes: Lanes,
    state: Ascent,
    rounds: int,
    upper: float,
    stop: Callable[[Ascent], bool] = lambda _: False,
) -> Ascent:
    """Run some rounds; `upper` is the cost of a known plan (Polyak's target)."""
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
            much = relaxed.bound - state.bound > 1e-5 * abs(state.bound)
            state.best, state.bound = with_prices(prices, throughput=relaxed.price), relaxed.bound
            state.stale = 0 if much else state.stale
        state.stale += 1
        if state.stale >= PATIENCE:
            state.step, state.stale = SHORTER * state.step, 0
    return state


def _openings(instance: LocationInstance, relaxed: Relaxed) -> Array:
    openings = np.zeros(instance.fixed_usd.shape)
    chosen = relaxed.size >= 0
    openings[np.flatnonzero(chosen), relaxed.size[chosen]] = 1.0
    return openings


def violations(
    instance: LocationInstance, prices: Multipliers, relaxed: Relaxed
) -> dict[str, Array]:
    """Return by how much the relaxed answer breaks each relaxed row, as a share of the row's size.

    Positive: the row's price must rise. A cell priced at its alternative that the sites leave
    unserved is served by the alternative, so its violation is nil; what the alternative mails
    counts against air capacity.
    """
    at_top = prices.cell >= relaxed.alternative - 1e-9
    short = 1.0 - relaxed.served
    left = np.where(at_top, np.maximum(short, 0.0), 0.0)
    found = {"cell": np.where(at_top & (short > 0), 0.0, short)}
    demand = instance.demand
    if instance.entry_usd is not None:
        yearly = np.maximum(demand.sum(axis=2), 1e-12)
        collected = np.einsum("zkc,zk->kc", prices.stocking, yearly)
        kept = collected >= instance.entry_usd - 1e-9
        found["stocking"] = relaxed.stocked / yearly[:, :, None] - kept[None]
    if np.isfinite(instance.limits.budget_usd):
        sites = np.flatnonzero(relaxed.size >= 0)
        spent = instance.invest_usd[sites, relaxed.size[sites]].sum()
        found["budget"] = np.asarray(spent / max(instance.limits.budget_usd, 1.0) - 1.0)
    found["throughput"] = _throughput_violations(instance, relaxed)
    if len(instance.route_site):
        found |= _inbound_violations(instance, prices, relaxed)
    if instance.carrier_orders is not None and instance.carrier_zone is not None:
        carried = np.zeros_like(instance.carrier_orders)
        np.add.at(carried, instance.carrier_zone, (relaxed.served * demand).sum(axis=1))
        found["carrier"] = carried / np.maximum(instance.carrier_orders, 1e-9) - 1.0
    if (
        instance.mail_kg is not None
        and instance.mail_weight is not None
        and instance.zone_country is not None
    ):
        per_order = instance.mail_weight.max(axis=0)
        mailed = np.zeros_like(instance.mail_kg)
        np.add.at(mailed, instance.zone_country, np.einsum("zkt,k->zt", left * demand, per_order))
        found["mail"] = mailed / np.maximum(instance.mail_kg, 1e-9) - 1.0
    if (
        instance.storage_m3 is not None
        and instance.stock_level is not None
        and instance.volume_m3 is not None
    ):
        stock = np.einsum("ikt,ktu,k->iu", relaxed.units, instance.stock_level, instance.volume_m3)
        room = np.where(
            relaxed.size >= 0, instance.storage_m3[np.arange(len(relaxed.size)), relaxed.size], 0.0
        )
        found["storage"] = (stock - room[:, None]) / np.maximum(
            instance.storage_m3.max(axis=1), 1e-9
        )[:, None]
    return found


def _throughput_violations(instance: LocationInstance, relaxed: Relaxed) -> Array:
    """Return what chosen sites serve above what bands supply at the prices, as a share of all bands, (I, M, T)."""
    sites = np.flatnonzero(relaxed.size >= 0)
    size = relaxed.size[sites]
    room, steps = instance.capacity[sites, size], instance.handling_usd[sites, size]
    supplied = (room * (steps[:, :, None] < relaxed.price[sites, size][:, None, :])).sum(axis=1)
    found = np.zeros(relaxed.price.shape)
    found[sites, size] = (relaxed.units[sites].sum(axis=1) - supplied) / np.maximum(
        room.sum(axis=1), 1e-9
    )
    return found


def _inbound_violations(
    instance: LocationInstance, prices: Multipliers, relaxed: Relaxed
) -> dict[str, Array]:
    assert instance.volume_m3 is not None
    assert instance.landing is not None
    assert instance.gateway_m3 is not None
    assert instance.origin_m3 is not None
    _, route = inbound_price(instance, prices)
    site, product, period = np.nonzero(relaxed.units)
    taken = route[site, product, period]
    landed = (relaxed.units[site, product, period] * instance.volume_m3[product])[
        :, None
    ] * instance.landing[period]
    passed, made = np.zeros_like(instance.gateway_m3), np.zeros_like(instance.origin_m3)
    for gate in (instance.route_gateway[taken], instance.route_crossing[taken]):
        np.add.at(passed, gate[gate >= 0], landed[gate >= 0])
    np.add.at(made, instance.route_origin[taken], landed)
    gate = instance.route_gateway[taken]
    through = np.zeros(len(instance.gateways))
    np.add.at(through, gate[gate >= 0], landed[gate >= 0].sum(axis=1))
    whole = max(through.sum(), 1e-9)
    limited = np.isfinite(instance.origin_m3)
    return {
        "gateway": passed / np.maximum(instance.gateway_m3, 1e-9) - 1.0,
        "origin": np.where(
            limited, made / np.where(limited, np.maximum(instance.origin_m3, 1e-9), 1.0) - 1.0, -1.0
        ),
        "share": through / whole - instance.limits.max_gateway_share,
    }


def _moved(instance: LocationInstance, state: Ascent, upper: float) -> Multipliers:
    """Return multipliers one step along the running mean of violations, from the best ones."""
    mean, demand = state.mean, instance.demand
    cell = mean["cell"]
    length = float((demand * cell**2).sum())
    if length <= 0:
        return state.best
    usd = state.step * max(upper - state.bound, 1e-4 * abs(state.bound)) / length
    changes: dict[str, Array | float] = {"cell": state.best.cell + usd * cell}
    per_m3 = usd / float(_mean_volume(instance)) if instance.volume_m3 is not None else usd
    scale = {
        "gateway": per_m3,
        "origin": per_m3,
        "share": per_m3,
        "storage": per_m3,
        "carrier": usd,
        "mail": usd,
        "throughput": THROUGHPUT * usd,
    }
    for name, value in mean.items():
        if name in scale:
            changes[name] = getattr(state.best, name) + scale[name] * value
    if "budget" in mean:
        changes["budget"] = max(0.0, state.best.budget + usd * float(mean["budget"]))
    prices = with_prices(state.best, **changes)
    if "stocking" in mean:
        prices = with_prices(
            prices, stocking=_affordable(instance, prices.stocking + usd * mean["stocking"])
        )
    return prices


def _affordable(instance: LocationInstance, stocking: Array) -> Array:
    """Scale the charges for stocking down to what stocking costs: more would never be paid."""
    assert instance.entry_usd is not None
    charges = np.maximum(stocking, 0.0)
    collected = np.einsum("zkc,zk->kc", charges, instance.demand.sum(axis=2))
    factor = np.where(
        collected > instance.entry_usd, instance.entry_usd / np.maximum(collected, 1e-12), 1.0
    )
    return np.asarray(charges * factor[None])


def _mean_volume(instance: LocationInstance) -> float:
    assert instance.volume_m3 is not None
    weight = instance.demand.sum(axis=(0, 2))
    return max(float(weight @ instance.volume_m3 / max(weight.sum(), 1e-12)), 1e-9)
