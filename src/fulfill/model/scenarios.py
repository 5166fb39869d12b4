"""Scenarios: one choice of sites that serves several possible years.

A library module; no command uses it.

A scenario is one possible course of the year, with a probability. Sites, sizes and the products
stocked in a country are chosen before it is known (first stage); what is sent where adapts to it
(second stage).

With ``F y`` for what is chosen once, ``q_s`` for the flows of a year under scenario ``s`` of
probability ``pi_s``::

    min  F y + sum_s pi_s c q_s + safety(sum_s pi_s N q_s)
    s.t. A q_s = d_s,   B q_s <= C_s y,   G q_s <= g_s       for every scenario

``A q = d`` stands for allocation and balances (1, 2, 6), ``C_s y`` for throughput and ``g_s`` for
gateways, mail and carriers. Put ``Q_s = pi_s q_s``, the expected flow, and multiply the rows of
``s`` by ``pi_s > 0``::

    min  F y + sum_s c Q_s + safety(sum_s N Q_s)
    s.t. A Q_s = pi_s d_s,   B Q_s <= pi_s C_s y,   G Q_s <= pi_s g_s

That is an instance whose periods are the pairs (scenario, period): unit costs unchanged;
demand, throughput and capacities times the probability. Storage room has no period of its own
to scale, so its rows are divided by the probability on the other side: a stock of ``level /
pi_s`` for each expected order against the whole room.

Rows over the year become rows over the expected year: safety stock is that of the expected
volume, and service levels, the CO2e cap, the share of a gateway and the minimum of a plant hold
on average over the scenarios. Goods landed ahead of a peak adapt to the scenario too: it is
taken to be known when they are ordered. `constant_usd` is kept, so objectives compare between
scenarios; it is the reference cost where expected demand is the instance's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from fulfill.model.arrays import Array
from fulfill.model.contracts import ContractFees
from fulfill.model.economics.inventory import SafetyStock
from fulfill.model.flow_limits import FlowLimits
from fulfill.model.instance import Inbound, LocationInstance, Stock


@dataclass(frozen=True)
class Scenario:
    """A possible year; its factors multiply the figures of the instance.

    Attributes
    ----------
    name : str
        Appended to the names of its periods.
    probability : float
        In (0, 1].
    demand : array_like
        Broadcasts to (n_zones, n_products, n_periods).
    throughput : array_like
        Broadcasts to (n_sites, n_periods).
    gateway : array_like
        Broadcasts to (n_gateways, n_periods).
    mail : array_like
        Broadcasts to (n_countries, n_periods).
    """

    name: str
    probability: float
    demand: ArrayLike = 1.0
    throughput: ArrayLike = 1.0
    gateway: ArrayLike = 1.0
    mail: ArrayLike = 1.0


def with_scenarios(instance: LocationInstance, scenarios: Sequence[Scenario]) -> LocationInstance:
    """Return the deterministic equivalent of an instance over scenarios, its periods copied.

    Parameters
    ----------
    instance : LocationInstance
    scenarios : sequence of Scenario

    Returns
    -------
    LocationInstance
        Its objective is the expected cost.

    Raises
    ------
    ValueError
        Where probabilities are not positive or do not add up to one.
    """
    chance = _probabilities(scenarios)
    copied, expected = partial(_copied, chance=chance), partial(_expected, chance=chance)
    demand = expected(instance.demand, [scenario.demand for scenario in scenarios])
    shape = (len(instance.sites), len(instance.periods))
    throughput = [
        np.broadcast_to(np.asarray(scenario.throughput, float), shape)[:, None, None]
        for scenario in scenarios
    ]
    capacity = expected(instance.capacity, throughput)
    mailed = [scenario.mail for scenario in scenarios]
    return replace(
        instance,
        periods=_names(instance.periods, scenarios),
        demand=demand,
        capacity=capacity,
        option_cost=copied(instance.option_cost),
        price_multiplier=copied(instance.price_multiplier),
        units=copied(instance.units),
        option_within={days: copied(share) for days, share in instance.option_within.items()},
        mail=replace(instance.mail, capacity_kg=expected(instance.mail.capacity_kg, mailed)),
        carriers=replace(
            instance.carriers, orders=expected(instance.carriers.orders, [1.0] * len(scenarios))
        ),
        inbound=_inbound(instance, scenarios, chance),
        flow_limits=_flow_limits(instance, chance),
        contracts=_contracts(instance, chance),
        stock=_stock(instance, demand, capacity, chance),
    )


def _copied(array: Array, chance: Array) -> Array:
    """Return an array repeated for each scenario along its last axis."""
    return np.concatenate([array] * len(chance), axis=-1)


def _expected(array: Array, factors: Sequence[ArrayLike], chance: Array) -> Array:
    """Return an array times factor and probability of each scenario along its last axis."""
    pairs = zip(chance, factors, strict=True)
    return np.concatenate(
        [array * (weight * np.asarray(factor, float)) for weight, factor in pairs], axis=-1
    )


def _inbound(
    instance: LocationInstance, scenarios: Sequence[Scenario], chance: Array
) -> Inbound | None:
    """Return routes, gateways and plants over all scenarios."""
    inbound = instance.inbound
    if inbound is None:
        return None
    gateways = [scenario.gateway for scenario in scenarios]
    return replace(
        inbound,
        route_usd=_copied(inbound.route_usd, chance),
        gateway_m3=_expected(inbound.gateway_m3, gateways, chance),
        origin_m3=_expected(inbound.origin_m3, [1.0] * len(chance), chance),
        landing=_blocks(inbound.landing, np.ones(len(chance))),
    )


def _contracts(instance: LocationInstance, chance: Array) -> ContractFees | None:
    """Return the fees of contracts over all scenarios: an expected month is as long as likely."""
    contracts = instance.contracts
    if contracts is None:
        return None
    return replace(contracts, months=_expected(contracts.months, [1.0] * len(chance), chance))


def _flow_limits(instance: LocationInstance, chance: Array) -> FlowLimits | None:
    """Return the limits of lanes and of products at plants over all scenarios."""
    limits = instance.flow_limits
    if limits is None:
        return None
    return replace(limits, orders=_expected(limits.orders, [1.0] * len(chance), chance))


def _stock(
    instance: LocationInstance, demand: Array, capacity: Array, chance: Array
) -> Stock | None:
    """Return what keeping goods costs over all scenarios."""
    stock = instance.stock
    if stock is None:
        return None
    safety = _within_reach(stock.safety, instance.demand, demand)
    return replace(
        stock,
        safety=safety,
        secant_usd=safety.secant(capacity.sum(axis=(2, 3))),
        storage_usd=np.concatenate([stock.storage_usd] * len(chance), axis=-1),
        # flows are expected ones: dividing by the probability restores the stock of the scenario
        level=_blocks(stock.level, 1.0 / chance),
    )


def _probabilities(scenarios: Sequence[Scenario]) -> Array:
    chance = np.array([scenario.probability for scenario in scenarios])
    if not len(chance) or (chance <= 0).any() or abs(chance.sum() - 1.0) > 1e-9:
        raise ValueError(f"probabilities must be positive and add up to 1: {chance.tolist()}")
    return chance


def _names(periods: tuple[str, ...], scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    if len(scenarios) == 1:
        return periods
    return tuple(f"{period} @ {scenario.name}" for scenario in scenarios for period in periods)


def _blocks(array: Array, factors: Array) -> Array:
    """Return an array (..., T, T) repeated along the diagonal, one block times each factor."""
    size = array.shape[-1]
    whole = np.zeros((*array.shape[:-2], size * len(factors), size * len(factors)))
    for number, factor in enumerate(factors):
        part = slice(number * size, (number + 1) * size)
        whole[..., part, part] = factor * array
    return whole


def _within_reach(safety: SafetyStock, before: Array, after: Array) -> SafetyStock:
    """Return the safety stock whose reach covers the expected demand.

    The reach is the most that can leave a site in a year.
    """
    old, new = before.sum(axis=2), after.sum(axis=2)
    growth = np.divide(new, old, out=np.ones_like(new), where=old > 0).max(axis=0)
    return replace(safety, reach=safety.reach * np.maximum(growth, 1.0))
