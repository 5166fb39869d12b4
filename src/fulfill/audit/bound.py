"""Independent check of a certified bound.

The formula of docs/formulation.md is evaluated over all lanes without any code of `location/`. A
certificate is plain data: it is checked first (`certificate_faults`), then every leaf is evaluated
in the steps that docs/formulation.md numbers.

Rounding. Sums are exact sums of their float64 terms (`math.fsum`). Every term is the result of
fewer than `OPERATIONS` roundings, so its error is at most ``UNIT`` times the sum of the absolute
values that it is made of. These absolute values are added up alongside the bound, and the largest
possible error is subtracted from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import fsum

import numpy as np

from fulfill.audit.bound_audit import BoundAudit
from fulfill.audit.branching_bound import audit_branching
from fulfill.audit.certificate_faults import certificate_faults, lanes_by_site
from fulfill.audit.contracts import best_net_value
from fulfill.audit.site_rules import priced_rules
from fulfill.model.arrays import Array, Index
from fulfill.model.branching_certificate import BranchingCertificate
from fulfill.model.certificate import NO, YES, Certificate, Leaf
from fulfill.model.certificate_file import AnyCertificate
from fulfill.model.instance import MAIL, Inbound, LocationInstance

OPERATIONS = 256
"""Upper limit of the roundings in one term; the longest terms are the sums over periods and
gateways in the price of inbound."""
UNIT = OPERATIONS * 2.0**-53


@dataclass(frozen=True)
class _Case:
    """Branching decisions of a leaf, in addition to the locks of the instance.

    `kept_out` holds pairs of site and product of which nothing may leave the site.
    """

    opened: frozenset[int]
    closed: frozenset[int]
    kept_out: frozenset[tuple[int, int]]


@dataclass(frozen=True)
class _Sum:
    """A sum with an upper limit of its rounding error."""

    value: float
    error: float


def audit_bound(instance: LocationInstance, certificate: AnyCertificate) -> BoundAudit:
    """Compute the bound that a certificate proves.

    The bound is the minimum over the leaves of the branching tree, less the rounding error.
    A `BranchingCertificate` is evaluated in `branching_bound`.

    Parameters
    ----------
    instance : LocationInstance
        Instance that the bound is claimed for.
    certificate : Certificate or BranchingCertificate
        Branching tree with the multipliers of its leaves.

    Returns
    -------
    BoundAudit
        With faults and a bound of minus infinity if the certificate is malformed; no exception is
        raised for a wrong certificate.
    """
    if isinstance(certificate, BranchingCertificate):
        return audit_branching(instance, certificate)
    faults = certificate_faults(instance, certificate)
    if faults:
        return BoundAudit(-np.inf, 0.0, tuple(faults))
    proven = [
        _leaf_bound(instance, leaf, _case(certificate, node))
        for node, leaf in zip(certificate.ends(), certificate.leaves, strict=True)
    ]
    worst = min(proven, key=lambda total: total.value - total.error)
    return BoundAudit(worst.value - worst.error, worst.error)


def _case(certificate: Certificate, node: int) -> _Case:
    """Return the branching decisions on the path from the root to a node."""
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


def _leaf_bound(instance: LocationInstance, leaf: Leaf, case: _Case) -> _Sum:
    """Evaluate the bound of one leaf, in the steps of docs/formulation.md."""
    cell = np.minimum(leaf.cell, _alternatives(instance, leaf))
    undecided = list(_undecided(instance, leaf, cell))
    if -np.inf in undecided:  # a constraint without a limit has a positive multiplier
        return _Sum(-np.inf, 0.0)
    value, error = _site_values(instance, leaf, case, cell, _inbound_prices(instance, leaf))
    constant, by_site, size = priced_rules(instance, leaf.rules)
    value, error = value + by_site, error + UNIT * size
    undecided.append(constant)
    chosen = _chosen(instance, case, value)
    if np.isneginf(value[chosen]).any():  # unlimited capacity is priced above its cost
        return _Sum(-np.inf, 0.0)
    if np.isposinf(value[chosen]).any():
        # A site is required that has no feasible size: the leaf contains no plan at all.
        return _Sum(np.inf, 0.0)
    terms = [*undecided, *value[chosen].tolist()]
    # A site whose value exceeds its own error is not chosen in exact arithmetic either, so its
    # rounding error does not affect the bound.
    matters = (value <= error) | np.isin(np.arange(len(value)), chosen)
    air = _largest(instance.mail.weight_kg) * _largest(leaf.mail)
    limited = _largest(leaf.flow.sum(axis=0))
    mailed = _scale(instance, leaf, cell, air, limited) * fsum(instance.demand.ravel().tolist())
    error_usd = fsum(
        [UNIT * mailed, *error[matters].tolist(), *(UNIT * abs(term) for term in terms)]
    )
    return _Sum(fsum(terms), error_usd)


# --- steps 1 and 2: terms that do not depend on sites --------------------------------------------


def _alternatives(instance: LocationInstance, leaf: Leaf) -> Array:
    """Return the lowest cost of a potential order without a site, (Z, K, T), USD.

    Either the order is mailed, or it is not served.
    """
    best = np.broadcast_to(instance.unserved_usd[None, :, None], instance.shape).copy()
    mail = np.flatnonzero(instance.lane_site == MAIL)
    if not len(mail):
        return best
    option, zone = instance.lane_option[mail], instance.lane_zone[mail]
    cost = instance.lane_cost(mail) - _credit(instance, leaf, mail)[:, None, :]
    by_zone = leaf.mail[instance.zone_country[zone]][:, None, :]
    cost = cost + instance.units[option] * (by_zone * instance.mail.weight_kg[option][:, :, None])
    carbon = leaf.co2 * instance.lane_co2[mail][:, None] * instance.weight_kg
    cost = cost + instance.units[option] * carbon[:, :, None]
    cost = cost + instance.units[option] * _lane_limit_prices(instance, leaf, mail)
    np.minimum.at(best, zone, cost)
    return best


def _lane_limit_prices(instance: LocationInstance, leaf: Leaf, lanes: Index) -> Array:
    """Return what the limits of flows charge a dispatched order, (n_lanes, K, T), USD."""
    n_products = instance.shape[1]
    shape = (len(lanes), n_products, instance.shape[2])
    if instance.flow_limits is None:
        return np.zeros(shape)
    column = (lanes[:, None] * n_products + np.arange(n_products)).ravel()
    return np.asarray(instance.flow_limits.lanes[:, column].T @ leaf.flow).reshape(shape)


def _credit(instance: LocationInstance, leaf: Leaf, lanes: Index) -> Array:
    """Return the credit of the service multipliers for an order in time, (n_lanes, T), USD."""
    paid = np.zeros((len(lanes), instance.shape[2]))
    zone, option = instance.lane_zone[lanes], instance.lane_option[lanes]
    for target, price in zip(instance.limits.targets, leaf.service.tolist(), strict=True):
        paid += price * target.zones[zone][:, None] * instance.option_within[target.days][option]
    return paid


def _undecided(instance: LocationInstance, leaf: Leaf, cell: Array) -> Iterator[float]:
    """Yield the terms of the bound that do not depend on the sites."""
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
    if instance.flow_limits is not None:
        rows.append((leaf.flow, instance.flow_limits.orders))
    if instance.inbound is not None:
        rows.append((leaf.gateway, instance.inbound.gateway_m3))
        yield from _plant_terms(instance, instance.inbound, leaf)
    for price, limit in rows:
        yield from (-_times(price, limit)).ravel().tolist()
    for target, price in zip(limits.targets, leaf.service.tolist(), strict=True):
        yield price * target.share * fsum(instance.demand[target.zones].ravel().tolist())


def _plant_terms(instance: LocationInstance, inbound: Inbound, leaf: Leaf) -> Iterator[float]:
    """Yield the least cost of each plant: what it costs less what its capacity is worth.

    A plant with a fixed cost is used or not, whichever is cheaper, and makes at most the goods of
    all potential orders.
    """
    most = (instance.units.max(axis=0) * instance.demand.sum(axis=0)) * instance.volume_m3[:, None]
    every = most.sum(axis=0) @ inbound.landing
    for fixed, limit, price in zip(
        inbound.origin_fixed_usd.tolist(), inbound.origin_m3, leaf.origin, strict=True
    ):
        if fixed > 0:
            worth = fsum((price * np.minimum(limit, every)).tolist())
            yield from (-worth, min(fixed, worth))
        else:
            yield from (-_times(price, limit)).ravel().tolist()


def _times(price: Array, amount: Array) -> Array:
    """Return price times amount, with zero times infinity equal to zero.

    A constraint without a limit has an infinite right-hand side, and its multiplier must be zero.
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(price == 0, 0.0, price * amount))


# --- step 3: inbound -----------------------------------------------------------------------------


def _inbound_prices(instance: LocationInstance, leaf: Leaf) -> Array:
    """Return the cost of inbound and storage of an order, (I, K, T), USD.

    Infinite where no route leads to the site.
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
    if instance.flow_limits is not None:
        by_sale = leaf.flow @ inbound.landing.T
        usd = usd + (instance.flow_limits.routes.T @ by_sale).reshape(usd.shape)
    best = np.full(instance.flow_shape, np.inf)
    np.minimum.at(best, inbound.route_site, usd)
    return best + fee


# --- step 4: the sites ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Offers:
    """Assignments that are profitable for a site, before its own capacity is priced.

    One entry for each lane, product and period; the delivery options of a cell are adjacent.
    `start` is the first entry of each cell, `first` the first cell of each product followed by the
    number of cells.
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
    """Return the least cost (USD) that each site adds at its best size, and its error, each (I,).

    Infinite for a site without a feasible size.
    """
    value, error = np.full(len(instance.sites), np.inf), np.zeros(len(instance.sites))
    orders = fsum(instance.demand.ravel().tolist())
    never = case.closed | set(instance.limits.closed)
    for i, lanes in lanes_by_site(instance):
        if i in never:
            continue
        charge, slope, stock_error = _secants(instance, leaf, i)
        sizes = np.flatnonzero(np.isfinite(instance.fixed_usd[i]))
        if not len(sizes):
            continue
        # The lowest capacity and stock price of any size: what is unprofitable at this price is
        # unprofitable at every size and can be dropped once.
        floor = leaf.throughput[i, sizes].min(axis=0) + slope.min(axis=1)[:, None]
        offers = _offers(instance, leaf, i, lanes, cell, inbound[i], floor)
        worth = [_size_value(instance, leaf, case, i, int(m), offers, charge, slope) for m in sizes]
        value[i] = min(total.value for total in worth)
        prices = (inbound[i], leaf.carrier, leaf.throughput[i], slope, leaf.flow.sum(axis=0))
        scale = _scale(instance, leaf, cell, *(_largest(price) for price in prices))
        error[i] = max(total.error for total in worth) + UNIT * scale * orders + stock_error
    return value, error


def _secants(instance: LocationInstance, leaf: Leaf, i: int) -> tuple[Array, Array, float]:
    """Return fixed charge and slope of the secants of safety stock, (K, J), and their error, USD.

    A secant of a concave function lies below it between its two points and above it elsewhere. Up
    to the last point the minimum of all secants is therefore a lower bound of the cost. Secants of
    zero width are ignored.
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
    none = ~real.any(axis=1)  # none of this product can leave the site: no stock, no cost
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
    """Return the assignments of site i that pay at the capacity price `floor`, (K, T), USD."""
    zone, option = instance.lane_zone[lanes], instance.lane_option[lanes]
    units = instance.units[option]
    price = np.broadcast_to(inbound, units.shape)
    price = price + leaf.carrier[instance.carriers.zone_region[zone]][:, None, :]
    if leaf.co2 > 0:
        carbon = leaf.co2 * instance.lane_co2[lanes][:, None] * instance.weight_kg
        price = price + carbon[:, :, None]
    price = price + _lane_limit_prices(instance, leaf, lanes)
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
    """Return the least cost of opening site i at size m: V of docs/formulation.md."""
    rho = leaf.throughput[i, m]
    terms = [float(instance.fixed_usd[i, m]), float(leaf.budget * instance.invest_usd[i, m])]
    if instance.stock is not None:
        terms += (-instance.stock.storage_m3[i, m] * leaf.storage[i]).tolist()
    net = best_net_value(instance, i, m, rho)
    if net is None:  # bands alone
        spare = np.maximum(rho[None, :] - instance.handling_usd[i, m][:, None], 0.0)
        net = _times(spare, instance.capacity[i, m])
    terms += (-net).ravel().tolist()
    if len(offers.start):
        price = rho[offers.period] + slope.T[:, offers.product]
        left = np.maximum.reduceat(offers.profit - offers.units * price, offers.start, axis=1)
        left = np.maximum(left, 0.0) * offers.orders
        for k in range(len(slope)):
            if (i, k) not in case.kept_out:
                terms += _best_line(left[:, offers.first[k] : offers.first[k + 1]], charge[k])
    return _Sum(fsum(terms), UNIT * fsum(abs(term) for term in terms))


def _best_line(left: Array, charge: Array) -> list[float]:
    """Return minus the profit on the best secant of a product, and its charge; empty if none pays.

    `left` (J, n_cells) is the profit of each cell at the slope of each secant.
    """
    net = left.sum(axis=1) - charge
    best = int(np.argmax(net))
    return [-fsum(left[best].tolist()), float(charge[best])] if net[best] > 0 else []


def _scale(instance: LocationInstance, leaf: Leaf, cell: Array, *unit_usd: float) -> float:
    """Return an upper limit of the sum of absolute values in the cost of an order, USD.

    `unit_usd` are the largest prices of a dispatched order, other than carbon.
    """
    carbon = float(leaf.co2) * _largest(instance.lane_co2) * _largest(instance.weight_kg)
    lane = _largest(instance.option_cost) + _largest(instance.lane_usd) * _largest(
        instance.price_multiplier
    )
    flat = _largest(cell) + _largest(leaf.stocking) + lane + float(leaf.service.sum())
    return flat + _largest(instance.units) * (carbon + sum(unit_usd))


def _largest(values: Array) -> float:
    """Return the largest finite absolute value of an array, zero if there is none."""
    sizes = np.abs(values[np.isfinite(values)])
    return float(sizes.max()) if sizes.size else 0.0


# --- step 5: choice of sites ---------------------------------------------------------------------


def _chosen(instance: LocationInstance, case: _Case, value: Array) -> Index:
    """Return the sites of the cheapest choice.

    Sites that are locked open are always included, others where they reduce the cost, within the
    largest number of sites allowed. Rules on sites are not observed but paid in `value`: a plan
    that obeys them pays no more.
    """
    limits = instance.limits
    must = np.isin(np.arange(len(value)), [*limits.opened, *case.opened])
    free = np.flatnonzero((value < 0) & ~must)
    if limits.max_sites is not None:
        room = max(limits.max_sites - int(must.sum()), 0)
        free = free[np.argsort(value[free], kind="stable")[:room]]
    return np.union1d(np.flatnonzero(must), free)
