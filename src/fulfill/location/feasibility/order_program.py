"""Orders from given sites as a linear program over clusters of zones: what must still be priced.

It tells which prices of orders in time, emissions and throughput bound a choice of sites. Nothing
is proven here: the cuts at these prices are computed over all zones, and hold at any prices.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np

from fulfill.location.feasibility.cuts import Prices
from fulfill.location.feasibility.pairs import Pairs
from fulfill.model.arrays import Array, Index, Mask

CLUSTERS = 60
"""Clusters of zones times products."""
FEWEST = 16
"""Clusters of zones at least."""
ROUNDS = 6
"""Rounds of moving zones between clusters."""


@dataclass(frozen=True)
class Needs:
    """What a plan of given sites must keep.

    Attributes
    ----------
    in_time : (J,)
        Orders in time, as shares of all potential orders; 0 where a target is not held.
    co2 : float
        kg CO2e per potential order; infinite where it is not held.
    """

    in_time: Array
    co2: float


@dataclass(frozen=True)
class Missed:
    """What given sites miss.

    Attributes
    ----------
    share : float
        Sum of the shares by which targets are missed.
    prices : Prices
        At which this is proven, as far as clusters stand for their zones.
    """

    share: float
    prices: Prices


def clustered(pairs: Pairs) -> Pairs:
    """Return pairs of clusters of zones, each figure the mean over the orders of its zones.

    Parameters
    ----------
    pairs : Pairs

    Returns
    -------
    Pairs
    """
    wanted = max(CLUSTERS // len(pairs.weight), FEWEST)
    if len(pairs.demand) <= wanted:
        return pairs
    from scipy.cluster.vq import kmeans2

    weight = pairs.demand.sum(axis=1)
    total = np.maximum(weight.sum(axis=1), 1e-12)
    feature = np.einsum("jzit,zt->jzi", pairs.within, weight) / total[:, None]
    points = np.concatenate(list(feature), axis=1)
    wanted = min(wanted, len(np.unique(points, axis=0)))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "One of the clusters is empty")  # left out below
        member = kmeans2(points, wanted, iter=ROUNDS, minit="++", seed=0)[1]
    member = np.unique(member, return_inverse=True)[1].ravel()
    n = int(member.max()) + 1
    demand = np.zeros((n, *pairs.demand.shape[1:]))
    np.add.at(demand, member, pairs.demand)
    within = np.zeros((len(pairs.within), n, *pairs.within.shape[2:]))
    np.add.at(within.transpose(1, 0, 2, 3), member,
              (pairs.within * weight[:, None, :]).transpose(1, 0, 2, 3))  # fmt: skip
    within /= np.maximum(demand.sum(axis=1), 1e-15)[:, None, :]
    emitted = np.zeros((n, pairs.emitted.shape[1]))
    finite = np.where(np.isfinite(pairs.emitted), pairs.emitted, 0.0)
    mass = np.where(np.isfinite(pairs.emitted), total[:, None], 0.0)
    share = np.zeros_like(emitted)
    np.add.at(emitted, member, finite * total[:, None])
    np.add.at(share, member, mass)
    emitted = np.where(share > 0, emitted / np.maximum(share, 1e-15), np.inf)
    region = np.zeros(n, np.int64)
    return replace(pairs, within=within, emitted=emitted, demand=demand, region=region)


def missed(pairs: Pairs, size: Index, needs: Needs) -> Missed:
    """Return the least that given sites miss, and the prices that say so.

    Parameters
    ----------
    pairs : Pairs
        Of `clustered`.
    size : (I,)
        -1 for closed.
    needs : Needs

    Returns
    -------
    Missed
    """
    sites = np.r_[np.flatnonzero(size >= 0), len(size)]
    within, emitted = pairs.within[:, :, sites], pairs.emitted[:, sites]
    reached: Mask = np.asarray(np.isfinite(emitted), bool)
    allowed = reached[:, :, None, None] & pairs.carried[sites][None]
    allowed &= (pairs.demand > 0)[:, None]
    if np.isinf(needs.co2):  # what is not in time helps nothing then
        useful: Mask = np.asarray(within.any(axis=0), bool)
        allowed &= useful[:, :, None, :]
    zone, site, product, period = np.nonzero(allowed)
    units = pairs.units[sites][site, product, period]
    kilos = pairs.weight[product] * units * emitted[zone, site]
    in_time = within[:, zone, site, period]
    return _solved(
        pairs, size, needs, _Orders(zone, sites[site], product, period), (units, kilos, in_time)
    )


@dataclass(frozen=True)
class _Orders:
    """Indices of the variables, each (n,)."""

    zone: Index
    site: Index
    product: Index
    period: Index


def _solved(
    pairs: Pairs, size: Index, needs: Needs, orders: _Orders, figures: tuple[Array, Array, Array]
) -> Missed:
    """Solve the program: rows are cells, throughput of sites, targets, emissions."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, vstack

    units, kilos, in_time = figures
    n, n_targets = len(units), len(needs.in_time)
    cell = np.ravel_multi_index((orders.zone, orders.product, orders.period), pairs.demand.shape)
    used, row = np.unique(cell, return_inverse=True)
    everything = np.arange(n)
    cells = coo_array((np.ones(n), (row, everything)), shape=(len(used), n + n_targets))
    n_sites, n_periods = len(size), pairs.demand.shape[2]
    local = orders.site < n_sites
    flat = orders.site[local] * n_periods + orders.period[local]
    through, at = np.unique(flat, return_inverse=True)
    handled = coo_array(
        (units[local], (at, everything[local])), shape=(len(through), n + n_targets)
    )
    room = pairs.capacity[through // n_periods, size[through // n_periods], through % n_periods]
    services = np.hstack([-in_time, -np.eye(n_targets)])
    blocks, limits = (
        [cells, handled, coo_array(services)],
        [pairs.demand.ravel()[used], room, -needs.in_time],
    )
    if np.isfinite(needs.co2):
        blocks.append(coo_array(np.r_[kilos, np.zeros(n_targets)][None]))
        limits.append(np.array([needs.co2]))
    cost = np.r_[np.zeros(n), 1.0 / np.maximum(pairs.scope, 1e-12)]
    found = linprog(
        cost, A_ub=vstack(blocks, format="csr"), b_ub=np.concatenate(limits), method="highs"
    )
    assert found.fun is not None  # serving nothing and missing everything is a solution
    duals = np.maximum(-found.ineqlin.marginals, 0.0)
    first = len(used) + len(through)
    throughput = np.zeros((n_sites, n_periods))
    throughput.ravel()[through] = duals[len(used) : first]
    co2 = float(duals[first + n_targets]) if np.isfinite(needs.co2) else 0.0
    return Missed(float(found.fun), Prices(duals[first : first + n_targets], co2, throughput))
