"""Clusters of zones, and of products where capacities are shared: small stand-ins for a program.

Each figure is the mean over the orders that it stands for. Nothing can be proven of a cluster; what
is found for clusters is proven over all zones and products.
"""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np

from fulfill.location.feasibility.pairs import Pairs
from fulfill.model.arrays import Array, Index

CLUSTERS = 60
"""Clusters of zones times products."""
FEWEST = 16
"""Clusters of zones at least."""
ROUNDS = 6
"""Rounds of moving zones between clusters."""
BULKIER = 3.0
"""Ratio of volumes from which products are told apart."""
DIRTIER = 0.1
"""Difference of emissions on the way to sites from which products are, kg CO2e per kg."""


def clustered(pairs: Pairs) -> Pairs:
    """Return pairs of clusters of zones, each figure the mean over the orders of its zones.

    Parameters
    ----------
    pairs : Pairs

    Returns
    -------
    Pairs
        Zones that take different shared capacities are in different clusters. Products that go
        the same ways, emit as much and are as bulky are one where capacities are shared.
    """
    pairs = _mean_products(pairs)
    wanted = max(CLUSTERS // len(pairs.weight), FEWEST)
    if len(pairs.demand) <= wanted:
        return pairs
    weight = pairs.demand.sum(axis=1)
    total = np.maximum(weight.sum(axis=1), 1e-12)
    feature = np.einsum("jzit,zt->jzi", pairs.within, weight) / total[:, None]
    points = np.concatenate(list(feature), axis=1)
    member = _members(points, _alike(pairs), total, wanted)
    n = int(member.max()) + 1
    demand = _summed(pairs.demand, member, n)
    in_time = (pairs.within * weight[:, None, :]).transpose(1, 0, 2, 3)
    within = _summed(in_time, member, n).transpose(1, 0, 2, 3)
    within /= np.maximum(demand.sum(axis=1), 1e-15)[:, None, :]
    reached = np.isfinite(pairs.emitted) * total[:, None]
    emitted = _summed(np.where(reached > 0, pairs.emitted, 0.0) * total[:, None], member, n)
    share = _summed(reached, member, n)
    emitted = np.where(share > 0, emitted / np.maximum(share, 1e-15), np.inf)
    shared = pairs.shared
    if shared is not None:
        first = np.unique(member, return_index=True)[1]
        kg = _summed(shared.mail_kg * pairs.demand, member, n) / np.maximum(demand, 1e-15)
        carrier, air = shared.zone_carrier[first], shared.zone_air[first]
        shared = replace(shared, zone_carrier=carrier, zone_air=air, mail_kg=kg)
    return replace(
        pairs,
        within=within,
        emitted=emitted,
        demand=demand,
        region=np.zeros(n, np.int64),
        shared=shared,
    )


def _alike(pairs: Pairs) -> Index:
    """Return a number for each zone, the same where zones take the same shared capacities."""
    if pairs.shared is None:
        return np.zeros(len(pairs.demand), np.int64)
    kinds = np.column_stack([pairs.shared.zone_carrier, pairs.shared.zone_air])
    return np.unique(kinds, axis=0, return_inverse=True)[1].ravel()


def _members(points: Array, alike: Index, orders: Array, wanted: int) -> Index:
    """Return the cluster of each point; groups have clusters of their own, by their orders."""
    from scipy.cluster.vq import kmeans2

    member, first = np.zeros(len(points), np.int64), 0
    for group in range(int(alike.max()) + 1):
        here = np.flatnonzero(alike == group)
        share = orders[here].sum() / orders.sum()
        number = min(max(round(wanted * share), 1), len(np.unique(points[here], axis=0)))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "One of the clusters is empty")  # left out below
            found = kmeans2(points[here], number, iter=ROUNDS, minit="++", seed=0)[1]
        member[here] = first + np.unique(found, return_inverse=True)[1].ravel()
        first = int(member[here].max()) + 1
    return member


def _summed(figure: Array, member: Index, n: int) -> Array:
    """Return the sums of a figure by cluster, along its first axis."""
    total = np.zeros((n, *figure.shape[1:]))
    np.add.at(total, member, figure)
    return total


def _mean_products(pairs: Pairs) -> Pairs:
    """Return the pairs with one product for all alike, where capacities are shared.

    They go the same ways, emit about as much on them and are about as bulky: what is small passes a
    gateway at less of it.
    Elsewhere the pairs are returned as they are.
    """
    shared = pairs.shared
    if shared is None:
        return pairs
    n_products = len(pairs.weight)
    carried = pairs.carried.transpose(1, 0, 2).reshape(n_products, -1)
    bulk = np.round(np.log(np.maximum(shared.volume_m3, 1e-9)) / np.log(BULKIER))
    emitted = np.round(pairs.brought[:-1].mean(axis=0) / DIRTIER)
    alike = np.column_stack([carried, shared.goods, bulk, emitted])
    kind = np.unique(alike, axis=0, return_inverse=True)[1].ravel()
    n = int(kind.max()) + 1
    first = np.unique(kind, return_index=True)[1]
    orders = pairs.demand.sum(axis=0)

    def mean(figure: Array, weight: Array) -> Array:
        return _summed(figure * weight, kind, n) / np.maximum(_summed(weight, kind, n), 1e-15)

    by_product = pairs.units.transpose(1, 0, 2), shared.mail_kg.transpose(1, 0, 2)
    units = mean(by_product[0], orders[:, None, :]).transpose(1, 0, 2)
    kg = mean(by_product[1], pairs.demand.transpose(1, 0, 2)).transpose(1, 0, 2)
    return replace(
        pairs,
        carried=pairs.carried[:, first],
        brought=mean(pairs.brought.T, (orders.sum(axis=1) * pairs.weight)[:, None]).T,
        units=units,
        weight=mean(pairs.weight, orders.sum(axis=1)),
        demand=_summed(pairs.demand.transpose(1, 0, 2), kind, n).transpose(1, 0, 2),
        shared=replace(
            shared,
            goods=shared.goods[first],
            volume_m3=mean(shared.volume_m3, orders.sum(axis=1)),
            mail_kg=kg,
        ),
    )
