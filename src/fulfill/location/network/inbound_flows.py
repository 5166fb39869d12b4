"""Inbound flows for the goods that leave the sites: cheapest routes, else a linear program."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fulfill.location.mip.highs import solve_lp
from fulfill.location.mip.rows import LinearModel
from fulfill.model.arrays import Array, Mask
from fulfill.model.decisions import Decisions
from fulfill.model.instance import Inbound, LocationInstance, leaving_orders


def with_inbound_flows(instance: LocationInstance, decisions: Decisions) -> Decisions:
    """Return the decisions with the cheapest inbound flows, and with `stocked` set.

    A plant below its minimum volume is excluded, the one that misses it by most first.

    Parameters
    ----------
    instance : LocationInstance
    decisions : Decisions
        Orders by lane are given; inbound flows are not read.

    Returns
    -------
    Decisions
        Flows observe gateways, plants and shares.

    Raises
    ------
    SolverError
        Where no flows observe the limits.
    """
    leaving = leaving_orders(instance, decisions)
    stocked = np.zeros_like(decisions.stocked)
    np.maximum.at(stocked.T, instance.site_country, (leaving.sum(axis=2) > 0).astype(float))
    decisions = replace(decisions, stocked=stocked)
    inbound = instance.inbound
    if inbound is None:
        return decisions
    banned = np.zeros(len(inbound.origins), bool)
    while True:
        flows = _cheapest(instance, inbound, leaving, banned)
        volume = np.einsum("rkt,k->r", flows, instance.volume_m3)
        made = np.bincount(inbound.route_origin, weights=volume, minlength=len(inbound.origins))
        short = (made > 1e-6) & (made < inbound.origin_min_m3 * (1 - 1e-9))
        if not short.any():
            return replace(decisions, inbound=flows)
        # one plant at a time: its volume may lift another one over its minimum
        banned[int(np.argmax(np.where(short, inbound.origin_min_m3 - made, -np.inf)))] = True


def _cheapest(instance: LocationInstance, inbound: Inbound, leaving: Array, banned: Mask) -> Array:
    """Take the cheapest route everywhere; if that violates a limit, solve the linear program."""
    cost = np.where(banned[inbound.route_origin][:, None, None], np.inf, inbound.route_usd)
    greedy = np.zeros_like(cost)
    for site in np.unique(np.nonzero(leaving)[0]):
        rows = np.flatnonzero(inbound.route_site == site)
        best = rows[np.argmin(cost[rows], axis=0)]
        k, t = np.indices(best.shape)
        greedy[best, k, t] = leaving[site]
    if _within(instance, inbound, greedy):
        return greedy
    return _linear_program(instance, inbound, leaving, cost)


def _within(instance: LocationInstance, inbound: Inbound, flows: Array) -> bool:
    """Tell whether inbound flows observe the limits of gateways, plants and shares."""
    landed = np.einsum("rkt,k->rt", flows, instance.volume_m3) @ inbound.landing
    passed, made = np.zeros_like(inbound.gateway_m3), np.zeros_like(inbound.origin_m3)
    for gate in (inbound.route_gateway, inbound.route_crossing):
        np.add.at(passed, gate[gate >= 0], landed[gate >= 0])
    np.add.at(made, inbound.route_origin, landed)
    formal = inbound.route_gateway >= 0
    through = np.bincount(
        inbound.route_gateway[formal],
        weights=landed[formal].sum(axis=1),
        minlength=len(inbound.gateways),
    )
    kept = through.max(initial=0.0) <= instance.limits.max_gateway_share * through.sum() + 1e-9
    return bool((passed <= inbound.gateway_m3).all() and (made <= inbound.origin_m3).all() and kept)


def _linear_program(
    instance: LocationInstance, inbound: Inbound, leaving: Array, cost: Array
) -> Array:
    """Return the cheapest inbound flows of the open sites, (R, K, T)."""
    wanted = leaving[inbound.route_site] > 0
    route, product, period = np.nonzero(np.isfinite(cost) & wanted)
    model = LinearModel()
    flow = model.add_variables((len(route),), cost[route, product, period])
    balance = model.add_rows(leaving, leaving, leaving.shape, list)
    model.add_entries(balance[inbound.route_site[route], product, period], flow, 1.0)
    volume = instance.volume_m3[product]
    landed = volume[:, None] * inbound.landing[period]
    gates = model.add_rows(-np.inf, inbound.gateway_m3, inbound.gateway_m3.shape, list)
    for gate in (inbound.route_gateway[route], inbound.route_crossing[route]):
        model.add_entries(gates[gate[gate >= 0]], flow[gate >= 0][:, None], landed[gate >= 0])
    plants = model.add_rows(-np.inf, inbound.origin_m3, inbound.origin_m3.shape, list)
    model.add_entries(plants[inbound.route_origin[route]], flow[:, None], landed)
    gate = inbound.route_gateway[route]
    formal = gate >= 0
    if instance.limits.max_gateway_share < 1.0 and formal.any():
        shares = model.add_rows(-np.inf, 0.0, (len(inbound.gateways),), list)
        total = model.add_variables((1,), 0.0)
        whole = model.add_rows(0.0, 0.0, (1,), list)
        model.add_entries(whole, flow[formal], volume[formal])
        model.add_entries(whole, total, -1.0)
        model.add_entries(shares[gate[formal]], flow[formal], volume[formal])
        model.add_entries(shares, total, -instance.limits.max_gateway_share)
    values = solve_lp(model)
    flows = np.zeros_like(cost)
    flows[route, product, period] = np.maximum(values[flow], 0.0)
    return _exact_balance(inbound, flows, leaving)


def _exact_balance(inbound: Inbound, flows: Array, leaving: Array) -> Array:
    """Remove the tolerance of the solver: scale flows so that inbound equals outbound."""
    arrived = np.zeros_like(leaving)
    np.add.at(arrived, inbound.route_site, flows)
    factor = np.divide(leaving, arrived, out=np.zeros_like(leaving), where=arrived > 0)
    return np.asarray(flows * factor[inbound.route_site])
