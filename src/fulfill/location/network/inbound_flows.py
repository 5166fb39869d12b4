"""How the goods that leave the sites came in: an exact linear program over routes, gateways and plants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fulfill.location.mip.highs import solve_lp
from fulfill.location.mip.rows import LinearModel
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance, leaving_orders

Array = NDArray[np.float64]


def bring_in(instance: LocationInstance, decisions: Decisions) -> Decisions:
    """Return the decisions with the cheapest inbound flows that keep gateways, plants and shares, and `stocked` set.

    A plant below its minimum volume is left out, one after the other from the emptiest.
    """
    leaving = leaving_orders(instance, decisions)
    stocked = np.zeros_like(decisions.stocked)
    if instance.site_country is not None and instance.entry_usd is not None:
        np.maximum.at(stocked.T, instance.site_country, (leaving.sum(axis=2) > 0).astype(float))
    decisions = replace(decisions, stocked=stocked)
    if not len(instance.route_site):
        return decisions
    banned = np.zeros(len(instance.origins), bool)
    while True:
        inbound = _cheapest(instance, leaving, banned)
        assert instance.volume_m3 is not None
        assert instance.origin_min_m3 is not None
        made = np.bincount(
            instance.route_origin,
            weights=np.einsum("rkt,k->r", inbound, instance.volume_m3),
            minlength=len(instance.origins),
        )
        short = (made > 1e-6) & (made < instance.origin_min_m3 * (1 - 1e-9))
        if not short.any():
            return replace(decisions, inbound=inbound)
        banned[int(np.argmax(np.where(short, instance.origin_min_m3 - made, -np.inf)))] = True


def _cheapest(instance: LocationInstance, leaving: Array, banned: NDArray[np.bool_]) -> Array:
    """Take the cheapest route everywhere; only if that breaks a limit, solve the linear program."""
    cost = np.where(banned[instance.route_origin][:, None, None], np.inf, instance.route_usd)
    greedy = np.zeros_like(cost)
    for site in np.unique(np.nonzero(leaving)[0]):
        rows = np.flatnonzero(instance.route_site == site)
        best = rows[np.argmin(cost[rows], axis=0)]
        k, t = np.indices(best.shape)
        greedy[best, k, t] = leaving[site]
    if _within(instance, greedy):
        return greedy
    return _linear_program(instance, leaving, cost)


def _within(instance: LocationInstance, inbound: Array) -> bool:
    """Tell whether inbound flows keep the limits of gateways, plants and shares."""
    assert instance.volume_m3 is not None
    assert instance.landing is not None
    assert instance.gateway_m3 is not None
    assert instance.origin_m3 is not None
    landed = np.einsum("rkt,k->rt", inbound, instance.volume_m3) @ instance.landing
    passed, made = np.zeros_like(instance.gateway_m3), np.zeros_like(instance.origin_m3)
    for gate in (instance.route_gateway, instance.route_crossing):
        np.add.at(passed, gate[gate >= 0], landed[gate >= 0])
    np.add.at(made, instance.route_origin, landed)
    formal = instance.route_gateway >= 0
    through = np.bincount(
        instance.route_gateway[formal],
        weights=landed[formal].sum(axis=1),
        minlength=len(instance.gateways),
    )
    kept = through.max(initial=0.0) <= instance.limits.max_gateway_share * through.sum() + 1e-9
    return bool(
        (passed <= instance.gateway_m3).all() and (made <= instance.origin_m3).all() and kept
    )


def _linear_program(instance: LocationInstance, leaving: Array, cost: Array) -> Array:
    """Solve the transport of goods to the sites that are open."""
    assert instance.volume_m3 is not None
    assert instance.landing is not None
    assert instance.gateway_m3 is not None
    assert instance.origin_m3 is not None
    wanted = leaving[instance.route_site] > 0
    route, product, period = np.nonzero(np.isfinite(cost) & wanted)
    model = LinearModel()
    flow = model.add_variables((len(route),), cost[route, product, period])
    balance = model.add_rows(leaving, leaving, leaving.shape, list)
    model.add_entries(balance[instance.route_site[route], product, period], flow, 1.0)
    volume = instance.volume_m3[product]
    landed = volume[:, None] * instance.landing[period]
    gates = model.add_rows(-np.inf, instance.gateway_m3, instance.gateway_m3.shape, list)
    for gate in (instance.route_gateway[route], instance.route_crossing[route]):
        model.add_entries(gates[gate[gate >= 0]], flow[gate >= 0][:, None], landed[gate >= 0])
    plants = model.add_rows(-np.inf, instance.origin_m3, instance.origin_m3.shape, list)
    model.add_entries(plants[instance.route_origin[route]], flow[:, None], landed)
    gate = instance.route_gateway[route]
    formal = gate >= 0
    if instance.limits.max_gateway_share < 1.0 and formal.any():
        shares = model.add_rows(-np.inf, 0.0, (len(instance.gateways),), list)
        total = model.add_variables((1,), 0.0)
        whole = model.add_rows(0.0, 0.0, (1,), list)
        model.add_entries(whole, flow[formal], volume[formal])
        model.add_entries(whole, total, -1.0)
        model.add_entries(shares[gate[formal]], flow[formal], volume[formal])
        model.add_entries(shares, total, -instance.limits.max_gateway_share)
    values = solve_lp(model)
    inbound = np.zeros_like(cost)
    inbound[route, product, period] = np.maximum(values[flow], 0.0)
    return _exact_balance(instance, inbound, leaving)


def _exact_balance(instance: LocationInstance, inbound: Array, leaving: Array) -> Array:
    """Scale away the solver's tolerance: what comes in is exactly what leaves."""
    arrived = np.zeros_like(leaving)
    np.add.at(arrived, instance.route_site, inbound)
    factor = np.divide(leaving, arrived, out=np.zeros_like(leaving), where=arrived > 0)
    return np.asarray(inbound * factor[instance.route_site])
