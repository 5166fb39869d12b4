"""Independent check of a plan: cost and every constraint, recomputed without solver code.

No code of `location/` is used. The cost is computed from the parts of the unit economics (for
public instances, which have none, from the arrays of the instance), the constraints from the
decisions, one family at a time. A relative violation of more than `TOLERANCE` is a fault, and
faults are always reported with the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fulfill.audit.contracts import added_usd
from fulfill.audit.site_rules import site_rule_faults
from fulfill.model.arrays import Array, Index
from fulfill.model.decisions import Decisions
from fulfill.model.economics.landed import Economics
from fulfill.model.instance import MAIL, Inbound, LocationInstance

COST_TOLERANCE = 1e-9
"""Relative difference above which a recomputed cost disagrees with the claimed one."""
TOLERANCE = 1e-6
"""Relative violation above which a constraint counts as broken; the usual feasibility tolerance
of solvers."""


@dataclass(frozen=True)
class Audit:
    """Result of checking a plan.

    Attributes
    ----------
    objective : float
        Recomputed cost, USD a year; infinite without a plan.
    faults : tuple of str
        What is wrong with the plan; empty if nothing is.
    """

    objective: float
    faults: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def audit_plan(
    instance: LocationInstance,
    decisions: Decisions,
    objective: float,
    economics: Economics | None = None,
) -> Audit:
    """Recompute the cost of a plan and check every constraint.

    Parameters
    ----------
    instance : LocationInstance
        What was planned.
    decisions : Decisions
        The plan, in the indices of the instance.
    objective : float
        Claimed cost, USD a year.
    economics : Economics, optional
        Unit economics by part; without them the cost is computed from the arrays of the instance.

    Returns
    -------
    Audit
        With a fault for the cost if it differs, and one for each violated family of constraints.
    """
    faults = list(_constraint_faults(instance, decisions))
    found = _recomputed_cost(instance, decisions, economics)
    agreed = abs(found - objective) <= COST_TOLERANCE * max(abs(found), abs(objective), 1.0)
    # An infinite cost is within any relative tolerance, on either side, and always wrong.
    if not (np.isfinite([found, objective]).all() and agreed):
        faults.append(
            f"cost: the plan claims {objective:.6f} USD, its decisions cost {found:.6f} USD"
        )
    return Audit(found, tuple(faults))


def _units(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the dispatched orders of each flow, (n_flows,)."""
    return np.asarray(
        instance.units[instance.lane_option[decisions.lane], decisions.product, decisions.period]
        * decisions.orders
    )


def _leaving(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the orders that leave each site, (n_sites, n_products, n_periods)."""
    _, n_products, n_periods = instance.shape
    shape = (len(instance.sites), n_products, n_periods)
    local = instance.lane_site[decisions.lane] != MAIL
    cell = np.ravel_multi_index(
        (
            instance.lane_site[decisions.lane][local],
            decisions.product[local],
            decisions.period[local],
        ),
        shape,
    )
    leaving = np.bincount(
        cell, weights=_units(instance, decisions)[local], minlength=int(np.prod(shape))
    )
    return np.asarray(leaving, float).reshape(shape)


def _served(instance: LocationInstance, decisions: Decisions) -> Array:
    cell = np.ravel_multi_index(
        (instance.lane_zone[decisions.lane], decisions.product, decisions.period), instance.shape
    )
    served = np.bincount(cell, weights=decisions.orders, minlength=int(np.prod(instance.shape)))
    return np.asarray(served, float).reshape(instance.shape)


def _recomputed_cost(
    instance: LocationInstance, decisions: Decisions, economics: Economics | None
) -> float:
    """Return the cost of a plan, USD a year."""
    lane, k, t, orders = decisions.lane, decisions.product, decisions.period, decisions.orders
    option = instance.lane_option[lane]
    leaving = _leaving(instance, decisions)
    pieces = [instance.constant_usd]
    if economics is None:
        pieces.append(
            float(instance.option_cost[option, k, t] @ orders)
            + float((instance.lane_usd[lane] * instance.price_multiplier[option, k, t]) @ orders)
        )
        if instance.inbound is not None:
            paid = np.where(decisions.inbound > 0, instance.inbound.route_usd, 0.0)
            pieces.append(float((paid * decisions.inbound).sum()))
    else:
        pieces += [float(part[option, k, t] @ orders) for part in economics.value.parts.values()]
        pieces.append(
            float(
                (economics.lanes.distance_usd[lane] * economics.price_multiplier[option, k, t])
                @ orders
            )
        )
        brought = decisions.inbound > 0
        pieces += [
            float((part[brought] * decisions.inbound[brought]).sum())
            for part in economics.inbound.parts.values()
            if brought.any()
        ]
    short = instance.demand - _served(instance, decisions)
    missing = np.where(short > COST_TOLERANCE * instance.demand, short, 0.0).sum(axis=(0, 2))
    pieces += [
        float(m * cost) for m, cost in zip(missing, instance.unserved_usd, strict=True) if m > 0
    ]
    for site, size in np.argwhere(decisions.opened > 0.5):
        pieces.append(float(instance.fixed_usd[site, size]))
        pieces += [
            _band_cost(instance, int(site), int(size), t, float(volume))
            for t, volume in enumerate(leaving[site].sum(axis=0))
        ]
    if instance.inbound is not None:
        shipped = _shipped_straight(instance, decisions).sum(axis=(1, 2))
        pieces += _plant_costs(instance.inbound, decisions, shipped)
    if instance.stock is not None:
        pieces.append(float((instance.stock.storage_usd * leaving).sum()))
        pieces.append(float(instance.stock.safety.cost(leaving.sum(axis=2)).sum()))
        pieces.append(float((instance.stock.entry_usd * decisions.stocked).sum()))
    # Adding in ascending order makes the sum independent of the order of the parts.
    return float(np.sum(np.sort(np.array(pieces))))


def _shipped_straight(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the orders that each plant ships straight to consumers, (O, K, T)."""
    plants = () if instance.inbound is None else instance.inbound.origins
    shipped = np.zeros((len(plants), *instance.shape[1:]))
    if len(instance.lane_origin):
        plant, units = instance.lane_origin[decisions.lane], _units(instance, decisions)
        for o in np.unique(plant[plant >= 0]):
            of = plant == o
            np.add.at(shipped[o], (decisions.product[of], decisions.period[of]), units[of])
    return shipped


def _plant_costs(inbound: Inbound, decisions: Decisions, shipped: Array) -> list[float]:
    """Return the fixed costs of the plants that make anything, USD.

    A plant that makes less than a billionth of all goods makes nothing.
    """
    brought = decisions.inbound.sum(axis=(1, 2))
    made = [float(brought[inbound.route_origin == o].sum() + s) for o, s in enumerate(shipped)]
    least = COST_TOLERANCE * sum(made)
    return [float(usd) for usd, m in zip(inbound.origin_fixed_usd, made, strict=True) if m > least]


def _band_cost(
    instance: LocationInstance, site: int, size: int, period: int, volume: float
) -> float:
    """Return the handling cost of a site and period, USD, with the cheapest bands filled first.

    What no band has room for costs as much as in the dearest one; the check of (2) reports it. A
    contract adds to the bands.
    """
    prices, rooms = instance.handling_usd[site, size], instance.capacity[site, size, :, period]
    offered = np.flatnonzero(instance.capacity[site, size].sum(axis=1) > 0)
    cost, whole = 0.0, volume
    for band in np.argsort(prices, kind="stable"):
        part = min(volume, float(rooms[band]))
        cost, volume = cost + part * float(prices[band]), volume - part
    cost += volume * float(prices[offered].max() if len(offered) else prices.min())
    return cost + added_usd(instance, site, period, whole)


def _over(name: str, used: Array, limit: Array, scale: float = 1.0) -> Iterator[str]:
    """Yield a fault if `used` exceeds `limit` anywhere by more than the tolerance."""
    excess = used - limit
    broken = excess > TOLERANCE * np.maximum(np.abs(limit), scale)
    if np.any(broken):
        worst = (
            np.unravel_index(int(np.argmax(np.where(broken, excess, -np.inf))), np.shape(excess))
            if np.ndim(excess)
            else ()
        )
        top = np.asarray(np.broadcast_to(limit, np.shape(used)))[worst]
        most = np.asarray(used)[worst]
        yield f"{name}: {int(np.sum(broken))} over the limit, worst {most:.6g} > {top:.6g}"


def _constraint_faults(instance: LocationInstance, decisions: Decisions) -> Iterator[str]:
    opened = decisions.opened
    leaving = _leaving(instance, decisions)
    served = _served(instance, decisions)
    if (decisions.orders < 0).any() or (decisions.inbound < 0).any():
        yield "sign: a flow is negative"
    yield from _over("(1) allocation", served, instance.demand)
    must = ~np.isfinite(instance.unserved_usd)
    yield from _over("(1) every order must be served", instance.demand[:, must], served[:, must])
    size = opened.argmax(axis=1)
    site = np.arange(len(size))
    is_open = np.asarray(opened.any(axis=1))
    room = instance.capacity[site, size].sum(axis=1) * is_open[:, None]
    yield from _over("(2) throughput", leaving.sum(axis=1), room)
    yield from _over(
        "(4) only open sites serve", leaving.sum(axis=(1, 2)), np.where(is_open, np.inf, 0.0)
    )
    yield from _over("(5) one size a site", opened.sum(axis=1), np.ones(len(size)))
    if not np.isin(opened, (0.0, 1.0)).all() or not np.isin(decisions.stocked, (0.0, 1.0)).all():
        yield "(5) a choice is neither 0 nor 1"
    yield from _stock_faults(instance, decisions, leaving, size)
    yield from _inbound_faults(instance, decisions, leaving)
    yield from _carrier_faults(instance, decisions)
    yield from _flow_faults(instance, decisions)
    yield from _limit_faults(instance, decisions)


def _stock_faults(
    instance: LocationInstance, decisions: Decisions, leaving: Array, size: Index
) -> Iterator[str]:
    """Check storage (3) and stocking (13)."""
    stock = instance.stock
    if stock is None:
        return
    sold = np.zeros(stock.entry_usd.shape)
    np.add.at(sold.T, instance.site_country, leaving.sum(axis=2))
    allowed = np.where(decisions.stocked > 0.5, np.inf, 0.0)
    yield from _over("(13) stocked products only", sold, allowed)
    stored = np.einsum("ikt,ktu->iu", leaving * instance.volume_m3[:, None], stock.level)
    site = np.arange(len(size))
    safety_m3 = stock.secant_usd[site, :, size] * stock.safety.m3_per_usd
    stored += (safety_m3 * leaving.sum(axis=2)).sum(axis=1)[:, None]
    room = stock.storage_m3[site, size] * decisions.opened.any(axis=1)
    yield from _over("(3) storage", stored, np.broadcast_to(room[:, None], stored.shape))


def _inbound_faults(
    instance: LocationInstance, decisions: Decisions, leaving: Array
) -> Iterator[str]:
    """Check inbound balance and gateways (6), plants, and diversification (11)."""
    inbound, flows = instance.inbound, decisions.inbound
    if inbound is None:
        if flows.any():
            yield "(6) goods are brought in where inbound is free"
        return
    unpriced = (flows > 0) & ~np.isfinite(inbound.route_usd)
    if unpriced.any():
        yield (
            f"(6) routes: {int(unpriced.sum())} flows over routes that do not exist "
            "for the product or period"
        )
    arrived = np.zeros_like(leaving)
    np.add.at(arrived, inbound.route_site, flows)
    excess = np.abs(arrived - leaving)
    yield from _over("(6) inbound balance", excess, 1e-6 * np.maximum(leaving, 1.0))
    volume = np.einsum("rkt,k->rt", flows, instance.volume_m3)
    landed = volume @ inbound.landing
    passed = np.zeros_like(inbound.gateway_m3)
    for gate in (inbound.route_gateway, inbound.route_crossing):
        np.add.at(passed, gate[gate >= 0], landed[gate >= 0])
    yield from _over("(6) gateway capacity", passed, inbound.gateway_m3)
    made = np.zeros_like(inbound.origin_m3)
    np.add.at(made, inbound.route_origin, landed)
    # what goes straight to the consumer is made in the period of its sale
    made += np.einsum("okt,k->ot", _shipped_straight(instance, decisions), instance.volume_m3)
    yield from _over("(6) plant capacity", made, inbound.origin_m3)
    yearly = made.sum(axis=1)
    least = np.where(yearly > TOLERANCE, inbound.origin_min_m3, 0.0)
    yield from _over("(6) plant minimum", least, yearly)
    formal = inbound.route_gateway >= 0
    through = np.zeros(len(inbound.gateways))
    np.add.at(through, inbound.route_gateway[formal], volume[formal].sum(axis=1))
    allowed = np.full(len(through), instance.limits.max_gateway_share * through.sum())
    yield from _over("(11) share of one gateway", through, allowed)


def _carrier_faults(instance: LocationInstance, decisions: Decisions) -> Iterator[str]:
    """Check mail (7) and carrier (8) capacity."""
    option, zone = instance.lane_option[decisions.lane], instance.lane_zone[decisions.lane]
    period, units = decisions.period, _units(instance, decisions)
    mail, carriers = instance.mail, instance.carriers
    mailed = np.zeros_like(mail.capacity_kg)
    weight = mail.weight_kg[option, decisions.product] * units
    np.add.at(mailed, (instance.zone_country[zone], period), weight)
    yield from _over("(7) air capacity of mail", mailed, mail.capacity_kg)
    local = instance.lane_site[decisions.lane] != MAIL
    carried = np.zeros_like(carriers.orders)
    np.add.at(carried, (carriers.zone_region[zone][local], period[local]), units[local])
    yield from _over("(8) carrier capacity", carried, carriers.orders)


def _flow_faults(instance: LocationInstance, decisions: Decisions) -> Iterator[str]:
    """Check the limits of lanes and of products at plants (16)."""
    limits, n_products = instance.flow_limits, instance.shape[1]
    if limits is None:
        return
    used = np.zeros_like(limits.orders)
    if instance.inbound is not None:
        limit, flow = limits.routes.nonzero()
        route, product = np.divmod(flow, n_products)
        np.add.at(used, limit, decisions.inbound[route, product] @ instance.inbound.landing)
    sent = np.zeros((len(instance.lane_zone) * n_products, instance.shape[2]))
    cell = decisions.lane * n_products + decisions.product
    np.add.at(sent, (cell, decisions.period), _units(instance, decisions))
    limit, flow = limits.lanes.nonzero()
    np.add.at(used, limit, sent[flow])
    for kind in sorted(set(limits.kinds)):
        rows = [row for row, name in enumerate(limits.kinds) if name == kind]
        yield from _over(f"(16) capacity of {kind}", used[rows], limits.orders[rows])


def _limit_faults(instance: LocationInstance, decisions: Decisions) -> Iterator[str]:
    """Check service (9), choice of sites (10, 14), single sourcing (15), carbon (12)."""
    limits = instance.limits
    for target in limits.targets:
        inside = target.zones[instance.lane_zone[decisions.lane]]
        share = instance.option_within[target.days][
            instance.lane_option[decisions.lane], decisions.period
        ]
        reached = float((share * decisions.orders)[inside].sum())
        yield from _over(
            f"(9) service {target}",
            np.array(target.share * float(instance.demand[target.zones].sum())),
            np.array(reached),
        )
    is_open = np.asarray(decisions.opened.any(axis=1))
    if limits.max_sites is not None and is_open.sum() > limits.max_sites:
        yield f"(10) number of sites: {int(is_open.sum())} > {limits.max_sites}"
    yield from site_rule_faults(instance, is_open)
    spent = float(instance.invest_usd[decisions.opened > 0.5].sum())
    if spent > limits.budget_usd * (1 + TOLERANCE):
        yield f"(10) budget: {spent:.2f} > {limits.budget_usd:.2f} USD"
    yield from (
        f"(10) {instance.sites[i]} is locked open and closed in the plan"
        for i in limits.opened
        if not is_open[i]
    )
    yield from (
        f"(10) {instance.sites[i]} is locked closed and open in the plan"
        for i in limits.closed
        if is_open[i]
    )
    if limits.single_source:
        yield from _source_faults(instance, decisions)
    if np.isfinite(limits.co2_kg):
        weight = instance.weight_kg[decisions.product] * _units(instance, decisions)
        moved = float((instance.lane_co2[decisions.lane] * weight).sum())
        if instance.inbound is not None:
            brought = instance.weight_kg * decisions.inbound.sum(axis=2)
            moved += float((instance.inbound.route_co2[:, None] * brought).sum())
        yield from _over("(12) CO2e", np.array(moved), np.array(limits.co2_kg))


def _source_faults(instance: LocationInstance, decisions: Decisions) -> Iterator[str]:
    """Find zones that are served from stock by more than one site (15).

    A site that serves less than the tolerance's share of a zone does not count.
    """
    served: dict[tuple[int, int], float] = {}
    zones, sites = instance.lane_zone[decisions.lane], instance.lane_site[decisions.lane]
    for zone, site, orders in zip(
        zones.tolist(), sites.tolist(), decisions.orders.tolist(), strict=True
    ):
        if site != MAIL:
            served[zone, site] = served.get((zone, site), 0.0) + orders
    wanted = instance.demand.sum(axis=(1, 2))
    by_zone: dict[int, list[str]] = {}
    for (zone, site), orders in served.items():
        if orders > TOLERANCE * wanted[zone]:
            by_zone.setdefault(zone, []).append(instance.sites[site])
    split = {zone: names for zone, names in by_zone.items() if len(names) > 1}
    if split:
        zone, names = next(iter(split.items()))
        listed = ", ".join(names)
        yield (
            f"(15) single sourcing: {len(split)} zones have several sites, "
            f"such as {instance.zones[zone]}: {listed}"
        )
