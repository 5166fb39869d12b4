"""Independent check of the bound of a branch and bound over sites.

No code of `location/` is used. A leaf decides some sites. With its prices ``alpha``, D orders a
zone, fixed cost F and capacity Q (docs/formulation.md, "Branch and bound"), every plan of the leaf
costs at least

``sum_z D alpha + sum_(i open) V_i + sum_(i undecided) min(0, V_i)``, where
``V_i = F_i - rho_i Q_i + sum_z D min(0, cost_iz - alpha + rho_i)``

for any ``rho_i >= 0``: the dual of the continuous knapsack of site ``i``. So a ``rho_i`` that is
not the best one cannot make the bound too high. A leaf whose sites cannot hold the demand has no
plan.

Rounding. A term goes through fewer than ``OPERATIONS`` roundings before it is added up, and a sum
of n terms adds fewer than n. The largest possible error is subtracted from every term and sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.audit.bound_audit import BoundAudit
from fulfill.audit.certificate_faults import LARGEST, split_faults
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.branching_certificate import BranchingCertificate
from fulfill.model.certificate import NO, YES
from fulfill.model.instance import MAIL, LocationInstance

Sides = NDArray[np.int8]
"""NO, YES or UNDECIDED of each leaf and site."""
OPERATIONS = 64
BLOCK = 1024
"""Leaves evaluated at once, which limits the memory."""
UNDECIDED = -1


@dataclass(frozen=True)
class _Costs:
    """Costs and capacities of the instance.

    Attributes
    ----------
    cost : (I, Z)
        Cheapest service of an order, handling included, USD; infinite where there is no lane.
    outside : (Z,)
        Cheapest order without a site, USD; infinite where a site must serve it.
    demand : (Z,)
        Orders.
    capacity, fixed : (I,)
        Orders; USD.
    unit : float
        Largest relative error of a sum of terms.
    """

    cost: Array
    outside: Array
    demand: Array
    capacity: Array
    fixed: Array
    unit: float


def audit_branching(instance: LocationInstance, certificate: BranchingCertificate) -> BoundAudit:
    """Compute the bound that the certificate of a branch and bound proves.

    Parameters
    ----------
    instance : LocationInstance
        Instance that the bound is claimed for.
    certificate : BranchingCertificate

    Returns
    -------
    BoundAudit
        Minimum over the leaves less the rounding error; with faults and minus infinity if the
        certificate is malformed or the instance is none that it can be for.
    """
    faults = tuple(_faults(instance, certificate))
    if faults:
        return BoundAudit(-np.inf, 0.0, faults)
    costs = _costs(instance)
    ends = certificate.ends()
    # leaves with the same prices are evaluated together
    order = np.argsort(certificate.price, kind="stable")
    bound, rounding = np.inf, 0.0
    for start in range(0, len(order), BLOCK):
        block = order[start : start + BLOCK]
        status = _decisions(certificate, ends[block], len(instance.sites))
        rows, which = np.unique(certificate.price[block], return_inverse=True)
        total, error = _totals(instance, costs, status, certificate.prices[rows], which)
        least = int(np.argmin(total - error))
        if total[least] - error[least] < bound:
            bound, rounding = float(total[least] - error[least]), float(error[least])
    return BoundAudit(bound, rounding)


def _faults(instance: LocationInstance, certificate: BranchingCertificate) -> Iterator[str]:
    """Check that the certificate can be evaluated and that its leaves cover every plan."""
    single = instance.shape[1:] == (1, 1) and instance.capacity.shape[1:] == (1, 1, 1)
    plain = instance.inbound is None and instance.stock is None and (instance.units == 1.0).all()
    if not (single and plain):
        yield "prices: of a branch and bound, which the instance is not simple enough for"
        return
    prices, price, parent = certificate.prices, certificate.price, certificate.parent
    number = np.arange(len(parent))
    if prices.ndim != 2 or prices.shape[1] != len(instance.zones):
        yield f"prices: shape {prices.shape}, the instance has {len(instance.zones)} zones"
    elif not (np.abs(prices) <= LARGEST).all():
        yield "prices: a figure is none or too large"
    if len({len(parent), len(certificate.site), len(certificate.side)}) > 1:
        yield "branches: arrays of different lengths"
        return
    if not len(parent) or parent[0] != -1 or (parent[1:] < 0).any() or (parent >= number).any():
        yield "branches: a node precedes its parent, or there is more than one root"
        return
    if (certificate.site[1:] < 0).any() or (certificate.site >= len(instance.sites)).any():
        yield "branches: a split names a site that the instance does not have"
    cases = len(certificate.ends())
    if cases != len(price) or (price < 0).any() or (price >= len(prices)).any():
        yield f"price: {cases} cases, {len(price)} rows named of {len(prices)}"
    yield from split_faults(parent, (certificate.site,), certificate.side)


def _costs(instance: LocationInstance) -> _Costs:
    """Return costs by site and zone, each over the cheapest lane."""
    n_zones, n_sites = len(instance.zones), len(instance.sites)
    usd, zone, site = instance.lane_cost()[:, 0, 0], instance.lane_zone, instance.lane_site
    outside = np.full(n_zones, instance.unserved_usd[0])
    mailed = site == MAIL
    np.minimum.at(outside, zone[mailed], usd[mailed])
    cost = np.full((n_sites, n_zones), np.inf)
    np.minimum.at(cost, (site[~mailed], zone[~mailed]), usd[~mailed])
    return _Costs(
        cost=cost + instance.handling_usd[:, :1, 0],
        outside=outside,
        demand=instance.demand[:, 0, 0],
        capacity=instance.capacity[:, 0, 0, 0],
        fixed=instance.fixed_usd[:, 0],
        unit=(OPERATIONS + n_zones + n_sites) * 2.0**-53,
    )


def _decisions(certificate: BranchingCertificate, nodes: Index, n_sites: int) -> Sides:
    """Return what is decided of each site at each node, (n, I)."""
    status = np.full((len(nodes), n_sites), UNDECIDED, np.int8)
    row = np.arange(len(nodes))
    while len(row):
        below = certificate.parent[nodes] >= 0
        row, nodes = row[below], nodes[below]
        status[row, certificate.site[nodes]] = certificate.side[nodes]
        nodes = certificate.parent[nodes]
    return status


def _totals(
    instance: LocationInstance, costs: _Costs, status: Sides, prices: Array, which: Index
) -> tuple[Array, Array]:
    """Return the bound of each leaf before its rounding error, and this error, each (n,), USD.

    Infinite for a leaf without any plan.
    """
    opened, closed = (np.zeros(len(instance.sites), bool) for _ in range(2))
    opened[list(instance.limits.opened)] = True
    closed[list(instance.limits.closed)] = True
    closed |= np.isinf(costs.fixed)
    most = np.where((status == NO) | closed, 0.0, costs.capacity).sum(axis=1)
    need = costs.demand[np.isinf(costs.outside)].sum()
    empty = most * (1.0 + costs.unit) < need * (1.0 - costs.unit)
    empty |= ((status == YES) & closed | (status == NO) & opened).any(axis=1)

    prices = np.minimum(prices, costs.outside)
    # a site that every leaf with these prices closes needs no value
    wanted = np.zeros((len(prices), len(closed)), bool)
    np.logical_or.at(wanted, which, (status != NO) & ~closed)
    value, slack = (part[which] for part in _values(costs, prices, wanted))
    worst = value - slack
    free = (status == UNDECIDED) & ~opened & ~closed
    counts = (status == YES) | opened | (free & (worst < 0))
    terms, errors = np.where(counts, value, 0.0), np.where(counts, slack, 0.0)
    paid = prices * costs.demand
    total = instance.constant_usd + paid.sum(axis=1)[which] + terms.sum(axis=1)
    size = abs(instance.constant_usd) + np.abs(paid).sum(axis=1)[which]
    size = size + (np.abs(terms) + errors).sum(axis=1)
    total[empty] = np.inf
    return total, np.where(empty, 0.0, errors.sum(axis=1) + costs.unit * size)


def _values(costs: _Costs, prices: Array, wanted: Mask) -> tuple[Array, Array]:
    """Return V of the wanted sites at each row of prices and its rounding error, USD.

    Both are (n_rows, I), and zero where a site is not wanted.
    """
    value, slack = np.zeros(wanted.shape), np.zeros(wanted.shape)
    # costs, prices and rho are moved by their errors, so that no order saves too little
    lowest = costs.cost - costs.unit * np.where(np.isinf(costs.cost), 0.0, np.abs(costs.cost))
    for n, row in enumerate(prices):
        sites = wanted[n].nonzero()[0]
        fixed, capacity = costs.fixed[sites], costs.capacity[sites]
        rho = _capacity_prices(costs.cost[sites] - row, costs.demand, capacity)
        saved = lowest[sites] - (row + costs.unit * np.abs(row))
        saved += (rho * (1.0 - costs.unit))[:, None]
        total = np.minimum(saved, 0.0, out=saved) @ costs.demand
        held = rho * np.where(rho > 0, capacity, 0.0)
        value[n, sites] = fixed - held + total
        slack[n, sites] = costs.unit * (np.abs(fixed) + held - total)
    return value, slack


def _capacity_prices(reduced: Array, demand: Array, capacity: Array) -> Array:
    """Return the price per order at which the orders that pay just fill each site, (n,), USD."""
    rho = np.zeros(len(reduced))
    load = np.where(reduced < 0, demand, 0.0).sum(axis=1)
    for i in np.flatnonzero(load > capacity):
        cells = (reduced[i] < 0).nonzero()[0]
        cells = cells[reduced[i, cells].argsort()]
        full = demand[cells].cumsum().searchsorted(capacity[i])
        rho[i] = -reduced[i, cells[min(full, len(cells) - 1)]]
    return rho
