"""A second reading of a certified bound.

The formula of docs/formulation.md, evaluated over all lanes in plain code.

Nothing here is shared with `location/`. A certificate is data: its signs, its shapes, the reach of
its break points and the completeness of its cases are checked, then every leaf is evaluated step by
step as the page numbers them.

Rounding. Sums are exact sums of their float64 terms (`math.fsum`). A term is the result of fewer
than `OPERATIONS` roundings, so it is wrong by at most ``UNIT`` times the sum of the sizes of what
it is made of; these sizes are added up beside the bound, and what they can amount to is taken off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from math import fsum

import numpy as np

from fulfill.model.arrays import Array, Index
from fulfill.model.certificate import NO, YES, Certificate, Leaf
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.model.multipliers import FREE, shapes

OPERATIONS = 256
"""More roundings than any term goes through: the longest are sums over periods and gateways in
the price of inbound."""
UNIT = OPERATIONS * 2.0**-53
LARGEST = 1e15
"""A figure beyond this is no price and no number of orders, and would overflow in sums."""
COVER = 1e-12
"""Share by which the last break point may fall short of what can leave a site: rounding of its
own sum."""


@dataclass(frozen=True)
class BoundAudit:
    """What a certificate proves.

    Attributes
    ----------
    bound : USD, the rounding already taken off; minus infinity where there are faults
    rounding : USD, how far the sums could be off
    faults : what is wrong with the certificate
    """

    bound: float
    rounding: float
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Case:
    """What a leaf takes for granted besides the instance's locks; `kept_out` never leaves."""

    opened: frozenset[int]
    closed: frozenset[int]
    kept_out: frozenset[tuple[int, int]]


@dataclass(frozen=True)
class _Sum:
    """A sum and how far it can be off by rounding."""

    value: float
    error: float


def audit_bound(instance: LocationInstance, certificate: Certificate) -> BoundAudit:
    """Return the bound that a certificate proves: the least over its leaves, less the rounding."""
    faults = list(_tree_faults(instance, certificate))
    faults += [
        fault
        for n, leaf in enumerate(certificate.leaves)
        for fault in _leaf_faults(instance, leaf, n)
    ]
    faults += [] if faults else list(_reach_faults(instance, certificate))
    if faults:
        return BoundAudit(-np.inf, 0.0, tuple(faults))
    proven = [
        _leaf_bound(instance, leaf, _case(certificate, node))
        for node, leaf in zip(certificate.ends(), certificate.leaves, strict=True)
    ]
    worst = min(proven, key=lambda total: total.value - total.error)
    return BoundAudit(worst.value - worst.error, worst.error)


def _tree_faults(instance: LocationInstance, certificate: Certificate) -> Iterator[str]:
    """Check that the leaves cover every case: each split has exactly its two sides."""
    parent, side = certificate.parent, certificate.side
    site, product = certificate.site, certificate.product
    number = np.arange(len(parent))
    if parent[0] != -1 or (parent[1:] < 0).any() or (parent >= number).any():
        yield "branches: a node stands before the node above it, or there is more than one root"
        return
    if (
        (site[1:] < 0).any()
        or (site >= len(instance.sites)).any()
        or (product >= len(instance.products)).any()
    ):
        yield "branches: a split names a site or product that the instance does not have"
    if len(certificate.ends()) != len(certificate.leaves):
        cases, leaves = len(certificate.ends()), len(certificate.leaves)
        yield f"branches: {cases} cases, multipliers for {leaves}"
    for node in np.unique(parent[1:]):
        below = number[parent == node]
        same = len(set(site[below].tolist())) == len(set(product[below].tolist())) == 1
        if not same or sorted(side[below].tolist()) != [NO, YES]:
            yield f"branches: the cases below node {node} do not cover everything"


def _case(certificate: Certificate, node: int) -> _Case:
    """Return what holds at a node: all that was split on the way down to it."""
    path = certificate.path(node)
    facts = [
        (int(certificate.site[n]), int(certificate.product[n]), int(certificate.side[n]))
        for n in path
    ]
    return _Case(
        opened=frozenset(i for i, k, side in facts if k < 0 and side == YES),
        closed=frozenset(i for i, k, side in facts if k < 0 and side == NO),
        kept_out=frozenset((i, k) for i, k, side in facts if k >= 0 and side == NO),
    )


def _shapes(instance: LocationInstance) -> dict[str, tuple[int, ...]]:
    """Return the shape that each array of a leaf must have.

    `breakpoints` has a free last axis, left out here.
    """
    sizes = instance.axis_sizes
    return shapes(sizes) | {"breakpoints": (sizes["sites"], sizes["products"])}


def _leaf_faults(instance: LocationInstance, leaf: Leaf, number: int) -> Iterator[str]:
    """Check shapes, figures and signs."""
    wanted = _shapes(instance)
    for name in (field.name for field in fields(leaf)):
        value = getattr(leaf, name)
        shape = value.shape[:2] if name == "breakpoints" else value.shape
        if shape != wanted[name]:
            yield f"{name}: shape {shape} in leaf {number}, the instance has {wanted[name]}"
        elif not (np.abs(value) <= LARGEST).all():
            yield f"{name}: a figure in leaf {number} is none or too large"
        elif name not in FREE and (value < 0).any():
            yield f"{name}: a multiplier in leaf {number} is negative ({value.min():.6g})"
    points = leaf.breakpoints
    if (
        points.ndim != 3
        or points.shape[2] < 2
        or (points[:, :, 0] != 0).any()
        or (np.diff(points, axis=2) < 0).any()
    ):
        yield f"breakpoints: those of leaf {number} do not ascend from zero"


def _reach_faults(instance: LocationInstance, certificate: Certificate) -> Iterator[str]:
    """Check that the secants reach as far as orders can.

    Beyond its last point a secant lies above the cost.
    """
    if instance.stock is None:
        return
    last = np.min([leaf.breakpoints[:, :, -1] for leaf in certificate.leaves], axis=0)
    for i, lanes in _lanes_by_site(instance):
        if (last[i] < _most_leaving(instance, lanes) * (1.0 - COVER)).any():
            yield (
                f"breakpoints: those of {instance.sites[i]} end before the yearly orders "
                "that can leave it"
            )


def _lanes_by_site(instance: LocationInstance) -> Iterator[tuple[int, Index]]:
    """Yield every site with its lanes, in the order of their zones."""
    order = np.lexsort((instance.lane_zone, instance.lane_site))
    start = np.searchsorted(instance.lane_site[order], np.arange(len(instance.sites) + 1))
    for i in range(len(instance.sites)):
        yield i, order[start[i] : start[i + 1]]


def _most_leaving(instance: LocationInstance, lanes: Index) -> Array:
    """Return the most yearly orders of each product that can leave a site over its lanes, (K,)."""
    if not len(lanes):
        return np.zeros(instance.shape[1])
    zone, start = np.unique(instance.lane_zone[lanes], return_index=True)
    most = np.maximum.reduceat(instance.units[instance.lane_way[lanes]], start, axis=0)
    return np.asarray((most * instance.demand[zone]).sum(axis=(0, 2)))


def _leaf_bound(instance: LocationInstance, leaf: Leaf, case: _Case) -> _Sum:
    """Evaluate the bound of one leaf, step by step as docs/formulation.md numbers them."""
    cell = np.minimum(leaf.cell, _alternatives(instance, leaf))
    undecided = list(_undecided(instance, leaf, cell))
    if -np.inf in undecided:  # a row without a limit has a price
        return _Sum(-np.inf, 0.0)
    value, error = _site_values(instance, leaf, case, cell, _inbound_prices(instance, leaf))
    chosen = _chosen(instance, case, value)
    if np.isneginf(value[chosen]).any():  # room without end has a price above its cost
        return _Sum(-np.inf, 0.0)
    if np.isposinf(
        value[chosen]
    ).any():  # a site must be open that cannot be: nothing falls under this case
        return _Sum(np.inf, 0.0)
    terms = [*undecided, *value[chosen].tolist()]
    # a site that is worth nothing even with its error on top is chosen neither here nor in exact
    # figures
    matters = (value <= error) | np.isin(np.arange(len(value)), chosen)
    air = _largest(instance.mail.weight_kg) * _largest(leaf.mail)
    mailed = _scale(instance, leaf, cell, air) * fsum(instance.demand.ravel().tolist())
    error_usd = fsum(
        [UNIT * mailed, *error[matters].tolist(), *(UNIT * abs(term) for term in terms)]
    )
    return _Sum(fsum(terms), error_usd)


# --- step 1 and 2: what no site decides ----------------------------------------------------------


def _alternatives(instance: LocationInstance, leaf: Leaf) -> Array:
    """Return the cheapest cost of a potential order without a site, (Z, K, T).

    By mail, or not served.
    """
    best = np.broadcast_to(instance.unserved_usd[None, :, None], instance.shape).copy()
    mail = np.flatnonzero(instance.lane_site == MAIL)
    if not len(mail):
        return best
    way, zone = instance.lane_way[mail], instance.lane_zone[mail]
    cost = instance.lane_cost(mail) - _credit(instance, leaf, mail)[:, None, :]
    by_zone = leaf.mail[instance.zone_country[zone]][:, None, :]
    cost = cost + instance.units[way] * (by_zone * instance.mail.weight_kg[way][:, :, None])
    carbon = leaf.co2 * instance.lane_co2[mail][:, None] * instance.weight_kg
    cost = cost + instance.units[way] * carbon[:, :, None]
    np.minimum.at(best, zone, cost)
    return best


def _credit(instance: LocationInstance, leaf: Leaf, lanes: Index) -> Array:
    """Return what the service multipliers pay for an order in time, by lane and period."""
    paid = np.zeros((len(lanes), instance.shape[2]))
    zone, way = instance.lane_zone[lanes], instance.lane_way[lanes]
    for target, price in zip(instance.limits.targets, leaf.service.tolist(), strict=True):
        paid += price * target.zones[zone][:, None] * instance.way_within[target.days][way]
    return paid


def _undecided(instance: LocationInstance, leaf: Leaf, cell: Array) -> Iterator[float]:
    """Yield the terms of the bound that no site decides."""
    limits = instance.limits
    yield instance.constant_usd
    yield from (cell * instance.demand).ravel().tolist()
    if instance.stock is not None:
        entry_usd = instance.stock.entry_usd
        collected = [
            [
                fsum((leaf.stocking[:, k, c] * instance.demand[:, k].sum(axis=1)).tolist())
                for c in range(entry.size)
            ]
            for k, entry in enumerate(entry_usd)
        ]
        yield from np.minimum(0.0, entry_usd - np.array(collected)).ravel().tolist()
    rows = [
        (leaf.mail, instance.mail.capacity_kg),
        (leaf.carrier, instance.carriers.orders),
        (leaf.co2, np.asarray(limits.co2_kg)),
        (leaf.budget, np.asarray(limits.budget_usd)),
    ]
    if instance.inbound is not None:
        rows.append((leaf.gateway, instance.inbound.gateway_m3))
        rows.append((leaf.origin, instance.inbound.origin_m3))
    for price, limit in rows:
        yield from (-_times(price, limit)).ravel().tolist()
    for target, price in zip(limits.targets, leaf.service.tolist(), strict=True):
        yield price * target.share * fsum(instance.demand[target.zones].ravel().tolist())


def _times(price: Array, amount: Array) -> Array:
    """Return price times amount where zero times infinity is nothing.

    A row without a limit may only be priced zero.
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(price == 0, 0.0, price * amount))


# --- step 3: inbound -----------------------------------------------------------------------------


def _inbound_prices(instance: LocationInstance, leaf: Leaf) -> Array:
    """Return what the goods of an order cost on their way in and in stock, (I, K, T).

    Infinite where no route is.
    """
    fee = np.zeros(instance.flow_shape)
    if instance.stock is not None:
        volume, level = instance.volume_m3, instance.stock.level
        fee = instance.stock.storage_usd + np.einsum("k,ktu,iu->ikt", volume, level, leaf.storage)
    inbound = instance.inbound
    if inbound is None:
        return fee
    gate = np.concatenate([leaf.gateway, np.zeros((1, instance.shape[2]))])  # row -1: no gateway
    landed = gate[inbound.route_gateway] + gate[inbound.route_crossing]
    landed = landed + leaf.origin[inbound.route_origin]
    formal = (inbound.route_gateway >= 0).astype(float)
    share = np.append(leaf.share, 0.0)[inbound.route_gateway]
    share = share - formal * instance.limits.max_gateway_share * leaf.share.sum()
    by_volume = (landed @ inbound.landing.T + share[:, None])[:, None, :]
    carbon = leaf.co2 * inbound.route_co2[:, None] * instance.weight_kg
    usd = inbound.route_usd + by_volume * instance.volume_m3[:, None] + carbon[:, :, None]
    best = np.full(instance.flow_shape, np.inf)
    np.minimum.at(best, inbound.route_site, usd)
    return best + fee


# --- step 4: the sites ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Offers:
    """What a site could serve at a profit.

    One entry for each lane, product and period, ways of a cell side by side.

    `start` is the first entry of each cell; `first` the first cell of each product, with the end
    after the last.
    """

    profit: Array
    units: Array
    product: Index
    period: Index
    start: Index
    orders: Array
    first: Index


def _site_values(
    instance: LocationInstance, leaf: Leaf, case: _Case, cell: Array, inbound: Array
) -> tuple[Array, Array]:
    """Return what each site at its best size adds at least, and how far that can be off, (I,).

    A site that no size is offered for adds infinity.
    """
    value, error = np.full(len(instance.sites), np.inf), np.zeros(len(instance.sites))
    orders = fsum(instance.demand.ravel().tolist())
    never = case.closed | set(instance.limits.closed)
    for i, lanes in _lanes_by_site(instance):
        if i in never:
            continue
        charge, slope, stock_error = _secants(instance, leaf, i)
        sizes = np.flatnonzero(np.isfinite(instance.fixed_usd[i]))
        if not len(sizes):
            continue
        floor = leaf.throughput[i, sizes].min(axis=0) + slope.min(axis=1)[:, None]
        offers = _offers(instance, leaf, i, lanes, cell, inbound[i], floor)
        worth = [_size_value(instance, leaf, case, i, int(m), offers, charge, slope) for m in sizes]
        value[i] = min(total.value for total in worth)
        prices = (inbound[i], leaf.carrier, leaf.throughput[i], slope)
        scale = _scale(instance, leaf, cell, *(_largest(price) for price in prices))
        error[i] = max(total.error for total in worth) + UNIT * scale * orders + stock_error
    return value, error


def _secants(instance: LocationInstance, leaf: Leaf, i: int) -> tuple[Array, Array, float]:
    """Return charge and slope of the secants of safety stock, (K, J), and their error, USD.

    Between its two points a secant of a concave function lies below it, elsewhere above: so up to
    the last point the least of all secants is below the cost. A secant without width is none.
    """
    if instance.stock is None:
        nothing = np.zeros((instance.shape[1], 1))
        return nothing, nothing, 0.0
    safety = instance.stock.safety
    points = leaf.breakpoints[i]
    share = points / np.maximum(safety.demand[i], 1e-12)[:, None]
    usd = np.sqrt(safety.alone_usd2[i][:, None] * share + safety.common_usd2[i][:, None] * share**2)
    width = np.diff(points, axis=1)
    real = width > 0
    slope = np.where(real, np.diff(usd, axis=1) / np.where(real, width, 1.0), 0.0)
    charge = np.where(real, usd[:, :-1] - slope * points[:, :-1], np.inf)
    none = ~real.any(axis=1)  # nothing of this product can leave: no secant, no cost
    charge[none] = 0.0
    stretch = np.where(real, points[:, -1:] / np.where(real, width, 1.0), 0.0).max(axis=1)
    return charge, slope, UNIT * fsum((usd[:, -1] * stretch).tolist())


def _offers(
    instance: LocationInstance,
    leaf: Leaf,
    i: int,
    lanes: Index,
    cell: Array,
    inbound: Array,
    floor: Array,
) -> _Offers:
    """Return what site i could serve at a profit were throughput and stock `floor` (K, T)."""
    zone, way = instance.lane_zone[lanes], instance.lane_way[lanes]
    units = instance.units[way]
    price = np.broadcast_to(inbound, units.shape)
    price = price + leaf.carrier[instance.carriers.zone_region[zone]][:, None, :]
    if leaf.co2 > 0:
        carbon = leaf.co2 * instance.lane_co2[lanes][:, None] * instance.weight_kg
        price = price + carbon[:, :, None]
    country = int(instance.site_country[i])
    profit = cell[zone] - instance.lane_cost(lanes) - leaf.stocking[zone, :, country][:, :, None]
    profit -= np.where(units > 0, units * np.where(units > 0, price, 0.0), 0.0)
    if leaf.service.any():
        profit += _credit(instance, leaf, lanes)[:, None, :]
    row, product, period = np.nonzero(profit - units * floor > 0)
    place = np.ravel_multi_index(
        (product, zone[row], period), (instance.shape[1], instance.shape[0], instance.shape[2])
    )
    order = np.argsort(place, kind="stable")
    row, product, period = row[order], product[order], period[order]
    _, start = np.unique(place[order], return_index=True)
    return _Offers(
        profit=profit[row, product, period],
        units=units[row, product, period],
        product=product,
        period=period,
        start=start,
        orders=instance.demand[zone[row], product, period][start],
        first=np.searchsorted(product[start], np.arange(instance.shape[1] + 1)),
    )


def _size_value(
    instance: LocationInstance,
    leaf: Leaf,
    case: _Case,
    i: int,
    m: int,
    offers: _Offers,
    charge: Array,
    slope: Array,
) -> _Sum:
    """Return what opening site i at size m adds at least: V of docs/formulation.md."""
    rho = leaf.throughput[i, m]
    terms = [float(instance.fixed_usd[i, m]), float(leaf.budget * instance.invest_usd[i, m])]
    if instance.stock is not None:
        terms += (-instance.stock.storage_m3[i, m] * leaf.storage[i]).tolist()
    spare = np.maximum(rho[None, :] - instance.handling_usd[i, m][:, None], 0.0)
    terms += (-_times(spare, instance.capacity[i, m])).ravel().tolist()
    if len(offers.start):
        price = rho[offers.period] + slope.T[:, offers.product]
        left = np.maximum.reduceat(offers.profit - offers.units * price, offers.start, axis=1)
        left = np.maximum(left, 0.0) * offers.orders
        for k in range(len(slope)):
            if (i, k) not in case.kept_out:
                terms += _best_line(left[:, offers.first[k] : offers.first[k + 1]], charge[k])
    return _Sum(fsum(terms), UNIT * fsum(abs(term) for term in terms))


def _best_line(left: Array, charge: Array) -> list[float]:
    """Return minus the gain on the best secant of a product, and its charge, if one pays.

    `left` (J, n_cells) is what the cells leave on each secant.
    """
    net = left.sum(axis=1) - charge
    best = int(np.argmax(net))
    return [-fsum(left[best].tolist()), float(charge[best])] if net[best] > 0 else []


def _scale(instance: LocationInstance, leaf: Leaf, cell: Array, *unit_usd: float) -> float:
    """Return no less than the sum of the sizes of all that makes up the cost of an order, USD.

    `unit_usd` are the largest prices that a dispatched order pays besides carbon.
    """
    carbon = float(leaf.co2) * _largest(instance.lane_co2) * _largest(instance.weight_kg)
    lane = _largest(instance.way_cost) + _largest(instance.lane_usd) * _largest(instance.way_rate)
    flat = _largest(cell) + _largest(leaf.stocking) + lane + float(leaf.service.sum())
    return flat + _largest(instance.units) * (carbon + sum(unit_usd))


def _largest(values: Array) -> float:
    """Return the largest size of the finite figures of an array, zero if there are none."""
    sizes = np.abs(values[np.isfinite(values)])
    return float(sizes.max()) if sizes.size else 0.0


# --- step 5: choose ------------------------------------------------------------------------------


def _chosen(instance: LocationInstance, case: _Case, value: Array) -> Index:
    """Return the sites of the cheapest choice.

    Locked ones always, others where they save, no more than allowed.
    """
    limits = instance.limits
    must = np.isin(np.arange(len(value)), [*limits.opened, *case.opened])
    free = np.flatnonzero((value < 0) & ~must)
    if limits.max_sites is not None:
        room = max(limits.max_sites - int(must.sum()), 0)
        free = free[np.argsort(value[free], kind="stable")[:room]]
    return np.union1d(np.flatnonzero(must), free)
