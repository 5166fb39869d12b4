"""Inbound flows for the goods that leave the sites: cheapest routes, else a linear program.

What gateways and plants cannot bring does not leave the sites either: its orders go unserved.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fulfill.location.mip.highs import solve_lp
from fulfill.location.mip.rows import LinearModel
from fulfill.location.pricing import plants_used
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.decisions import Decisions
from fulfill.model.flow_use import brought_orders, sent_orders
from fulfill.model.instance import MAIL, Inbound, LocationInstance, leaving_orders, plant_capacity

MISSING = 100.0
"""Price of goods that no route brings, over the dearest route: they are missing only by need."""
NEGLIGIBLE = 1e-9
"""Share of goods below which a shortage is the solver's rounding."""


def with_inbound_flows(
    instance: LocationInstance, decisions: Decisions, carbon_usd: float = 0.0
) -> Decisions:
    """Return the decisions with the cheapest inbound flows, and with `stocked` set.

    Plants that are not worth their fixed cost are excluded. So is a plant below its minimum volume,
    the one that misses it by most first.

    Parameters
    ----------
    instance : LocationInstance
    decisions : Decisions
        Orders by lane are given; inbound flows are not read.
    carbon_usd : float
        Price of a kg CO2e, at which a cap on emissions is kept.

    Returns
    -------
    Decisions
        Flows observe gateways, plants, shares and limits of flows. Orders whose goods cannot be
        brought are left out.

    Raises
    ------
    SolverError
        Where the solver of the linear program fails.
    """
    if instance.inbound is None:
        return _stocked(instance, decisions)
    inbound = _with_carbon(instance, instance.inbound, carbon_usd)
    instance = _after_dispatch(instance, decisions)
    banned = _not_worth(instance, inbound, leaving_orders(instance, decisions))
    while True:
        leaving = leaving_orders(instance, decisions)
        flows = _cheapest(instance, inbound, leaving, banned)
        volume = np.einsum("rkt,k->r", flows, instance.volume_m3)
        made = np.bincount(inbound.route_origin, weights=volume, minlength=len(inbound.origins))
        short = (made > 1e-6) & (made < inbound.origin_min_m3 * (1 - 1e-9))
        if not short.any():
            return _stocked(instance, _brought(instance, inbound, decisions, flows))
        # one plant at a time: its volume may lift another one over its minimum
        banned[int(np.argmax(np.where(short, inbound.origin_min_m3 - made, -np.inf)))] = True


def _with_carbon(instance: LocationInstance, inbound: Inbound, carbon_usd: float) -> Inbound:
    """Return the routes with the price of what is emitted on them."""
    if carbon_usd <= 0.0:
        return inbound
    per_order = carbon_usd * np.outer(inbound.route_co2, instance.weight_kg)
    return replace(inbound, route_usd=inbound.route_usd + per_order[:, :, None])


def _after_dispatch(instance: LocationInstance, decisions: Decisions) -> LocationInstance:
    """Return the instance whose limits of flows are what the orders to consumers leave of them."""
    limits = instance.flow_limits
    if limits is None:
        return instance
    left = np.maximum(limits.orders - sent_orders(instance, decisions), 0.0)
    return replace(instance, flow_limits=replace(limits, orders=left))


def _not_worth(instance: LocationInstance, inbound: Inbound, leaving: Array) -> Mask:
    """Return the plants that are not worth their fixed cost.

    Used at first are those of the cheapest flows at the fixed cost per m3 of capacity; then single
    plants are left out or taken in while that lowers the cost.
    """
    fixed = inbound.origin_fixed_usd
    banned = np.zeros(len(fixed), bool)
    if not (fixed > 0).any():
        return banned
    rent = fixed / np.maximum(plant_capacity(instance).sum(axis=1), 1e-9)
    per_order = np.where(fixed > 0, rent, 0.0)[inbound.route_origin, None] * instance.volume_m3
    dearer = replace(inbound, route_usd=inbound.route_usd + per_order[:, :, None])
    used = plants_used(inbound, _cheapest(instance, dearer, leaving, banned))
    banned = (fixed > 0) & ~used
    cost, improved = _bill(instance, inbound, leaving, banned), True
    while improved:
        improved = False
        for plant in np.flatnonzero(fixed > 0):
            trial = banned.copy()
            trial[plant] = not trial[plant]
            usd = _bill(instance, inbound, leaving, trial)
            if usd < cost - NEGLIGIBLE * abs(cost):
                banned, cost, improved = trial, usd, True
    return banned


def _bill(instance: LocationInstance, inbound: Inbound, leaving: Array, banned: Mask) -> float:
    """Return the cost of the cheapest inbound flows, fixed costs and missing goods included."""
    flows = _cheapest(instance, inbound, leaving, banned)
    routes = np.where(flows > 0, inbound.route_usd, 0.0)
    finite = inbound.route_usd[np.isfinite(inbound.route_usd)]
    dear = MISSING * (float(np.abs(finite).max(initial=0.0)) or 1.0)
    missing = max(float(leaving.sum() - flows.sum()), 0.0)
    used = plants_used(inbound, flows)
    return float((routes * flows).sum() + inbound.origin_fixed_usd[used].sum() + dear * missing)


def _stocked(instance: LocationInstance, decisions: Decisions) -> Decisions:
    """Set where products are stocked from what leaves the sites."""
    leaving = leaving_orders(instance, decisions).sum(axis=2)
    stocked = np.zeros_like(decisions.stocked)
    np.maximum.at(stocked.T, instance.site_country, (leaving > 0).astype(float))
    return replace(decisions, stocked=stocked)


def _brought(
    instance: LocationInstance, inbound: Inbound, decisions: Decisions, flows: Array
) -> Decisions:
    """Serve no more orders from a site than its inbound flows bring goods for."""
    leaving = leaving_orders(instance, decisions)
    arrived = np.zeros_like(leaving)
    np.add.at(arrived, inbound.route_site, flows)
    kept = np.divide(arrived, leaving, out=np.ones_like(leaving), where=leaving > 0)
    kept = np.where(kept > 1.0 - NEGLIGIBLE, 1.0, kept)
    site = instance.lane_site[decisions.lane]
    share = kept[site, decisions.product, decisions.period]
    orders = np.where(site == MAIL, decisions.orders, decisions.orders * share)
    some = orders > 0
    decisions = replace(
        decisions, lane=decisions.lane[some], product=decisions.product[some],
        period=decisions.period[some], orders=orders[some],
    )  # fmt: skip
    # inbound equals outbound to the last digit, whatever the tolerance of the solver
    left = leaving_orders(instance, decisions)
    factor = np.divide(left, arrived, out=np.zeros_like(left), where=arrived > 0)
    return replace(decisions, inbound=flows * factor[inbound.route_site])


def _cheapest(instance: LocationInstance, inbound: Inbound, leaving: Array, banned: Mask) -> Array:
    """Take the cheapest route everywhere; if that violates a limit, solve the linear program."""
    cost = np.where(banned[inbound.route_origin][:, None, None], np.inf, inbound.route_usd)
    greedy = np.zeros_like(cost)
    for site in np.unique(np.nonzero(leaving)[0]):
        rows = np.flatnonzero(inbound.route_site == site)
        if not len(rows):
            continue
        best = rows[np.argmin(cost[rows], axis=0)]
        k, t = np.indices(best.shape)
        greedy[best, k, t] = np.where(np.isfinite(cost[best, k, t]), leaving[site], 0.0)
    if _within(instance, inbound, greedy):
        return greedy
    return _linear_program(instance, inbound, leaving, cost)


def _within(instance: LocationInstance, inbound: Inbound, flows: Array) -> bool:
    """Tell whether inbound flows observe the limits of gateways, plants, shares and flows."""
    limits = instance.flow_limits
    if limits is not None and (brought_orders(instance, flows) > limits.orders).any():
        return False
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
    wanted_cells = np.nonzero(leaving > 0)
    rows = np.full(leaving.shape, -1)
    balance = model.add_rows(
        "inbound", leaving[wanted_cells], leaving[wanted_cells], (len(wanted_cells[0]),)
    )
    rows[wanted_cells] = balance
    model.add_entries(rows[inbound.route_site[route], product, period], flow, 1.0)
    dear = MISSING * (float(np.abs(cost[route, product, period]).max(initial=0.0)) or 1.0)
    model.add_entries(balance, model.add_variables(balance.shape, dear), 1.0)
    volume = instance.volume_m3[product]
    landed = volume[:, None] * inbound.landing[period]
    gates = model.add_rows("gateway", -np.inf, inbound.gateway_m3, inbound.gateway_m3.shape)
    for gate in (inbound.route_gateway[route], inbound.route_crossing[route]):
        model.add_entries(gates[gate[gate >= 0]], flow[gate >= 0][:, None], landed[gate >= 0])
    plants = model.add_rows("origin", -np.inf, inbound.origin_m3, inbound.origin_m3.shape)
    model.add_entries(plants[inbound.route_origin[route]], flow[:, None], landed)
    gate = inbound.route_gateway[route]
    formal = gate >= 0
    if instance.limits.max_gateway_share < 1.0 and formal.any():
        shares = model.add_rows("gateway_share", -np.inf, 0.0, (len(inbound.gateways),))
        total = model.add_variables((1,), 0.0)
        whole = model.add_rows("formal_volume", 0.0, 0.0, (1,))
        model.add_entries(whole, flow[formal], volume[formal])
        model.add_entries(whole, total, -1.0)
        model.add_entries(shares[gate[formal]], flow[formal], volume[formal])
        model.add_entries(shares, total, -instance.limits.max_gateway_share)
    _add_flow_limits(model, instance, inbound, (flow, route, product, period))
    answer = solve_lp(model)
    # goods may be missing, so that there always is an answer
    assert answer is not None
    flows = np.zeros_like(cost)
    flows[route, product, period] = np.maximum(answer.values[flow], 0.0)
    return flows


def _add_flow_limits(
    model: LinearModel,
    instance: LocationInstance,
    inbound: Inbound,
    flows: tuple[Index, Index, Index, Index],
) -> None:
    """(16) Keep flows, given as variable, route, product and period, within the limits."""
    limits = instance.flow_limits
    if limits is None:
        return
    variable, route, product, period = flows
    rows = model.add_rows("flow_limit", -np.inf, limits.orders, limits.orders.shape)
    limit, number = limits.routes[:, route * instance.shape[1] + product].nonzero()
    model.add_entries(rows[limit], variable[number][:, None], inbound.landing[period[number]])
