"""Aggregation of zones: a coarse instance in which one zone represents its neighbours.

It is used to find sites and first multipliers; nothing that is reported comes from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fulfill.location.network.lane_costs import mean_cost, take_lanes
from fulfill.model.arrays import Array, Index
from fulfill.model.instance import MAIL, LocationInstance

ROUNDS = 6
DISTANCES = 4_000_000
"""Differences between points and centres that are held at once."""


@dataclass(frozen=True)
class CoarseInstance:
    """A coarse instance and its zones.

    Attributes
    ----------
    instance : LocationInstance
    zone : (n_coarse,)
        Zone of the original that represents each coarse zone.
    member : (Z,)
        Coarse zone of each original zone.
    """

    instance: LocationInstance
    zone: Index
    member: Index


def coarsen(instance: LocationInstance, n_zones: int) -> CoarseInstance:
    """Merge zones of an instance.

    Only zones with the same carrier region, mail options, lanes with a limit and service targets
    are merged; among these, zones are close if every site is about as expensive for one as for the
    other.

    Parameters
    ----------
    instance : LocationInstance
    n_zones : int
        Approximate number of coarse zones; there are at least as many as kinds of zones.

    Returns
    -------
    CoarseInstance
    """
    feature, kind = _features(instance)
    weight = instance.demand.sum(axis=(1, 2)) + 1e-9
    kinds, kind = np.unique(kind, return_inverse=True)
    share = np.bincount(kind, weights=weight)
    size = np.bincount(kind)
    due = np.floor(share / share.sum() * max(n_zones - len(kinds), 0) + 1).astype(int)
    wanted = np.minimum(size, np.maximum(1, due))
    member = np.zeros(len(weight), np.int64)
    chosen: list[int] = []
    for number in range(len(kinds)):
        rows = np.flatnonzero(kind == number)
        centers, label = _medoids(feature[rows], weight[rows], int(wanted[number]))
        member[rows] = len(chosen) + label
        chosen += rows[centers].tolist()
    zone = np.array(chosen)
    return CoarseInstance(_of_zones(instance, zone, member), zone, member)


def _features(instance: LocationInstance) -> tuple[Array, Index]:
    """Return what zones are compared by.

    Returns
    -------
    feature : ndarray, shape (Z, I)
        Mean cost by site, USD per order.
    kind : ndarray of int, shape (Z,)
        Zones of different kinds are never merged.
    """
    n_zones, n_sites = len(instance.zones), len(instance.sites)
    feature = np.full((n_zones, n_sites), np.nan)
    local = np.flatnonzero(instance.lane_site != MAIL)
    score = mean_cost(instance)
    order = local[np.argsort(-score[local], kind="stable")]
    feature[instance.lane_zone[order], instance.lane_site[order]] = score[order]
    top = (
        np.nanmax(np.where(np.isfinite(feature), feature, np.nan))
        if np.isfinite(feature).any()
        else 0.0
    )
    mail = np.zeros(n_zones)
    by_mail = np.flatnonzero(instance.lane_site == MAIL)
    # count and sum of squares of the mail options in one number tell sets of options apart
    np.add.at(
        mail, instance.lane_zone[by_mail], 7.0**0.5 * instance.lane_option[by_mail] ** 2 + 1.0
    )
    limited = np.zeros(n_zones)
    if instance.flow_limits is not None:
        # such a lane has an option that it shares only with lanes of the same limits
        lanes = np.unique(instance.flow_limits.lanes.nonzero()[1] // instance.shape[1])
        option = instance.lane_option[lanes]
        np.add.at(limited, instance.lane_zone[lanes], 7.0**0.5 * option**2 + 1.0)
    targets = np.zeros(n_zones)
    for number, target in enumerate(instance.limits.targets):
        targets += 2.0**number * target.zones
    kind = np.unique(
        np.stack([instance.carriers.zone_region, mail, limited, targets], axis=1),
        axis=0,
        return_inverse=True,
    )[1].ravel()
    return np.where(np.isfinite(feature), feature, top + 1.0), kind


def _medoids(feature: Array, weight: Array, wanted: int) -> tuple[Index, Index]:
    """Cluster points around weighted medoids: farthest-point start, then a few rounds.

    Parameters
    ----------
    feature : (n, I)
    weight : (n,)
    wanted : int
        Number of clusters.

    Returns
    -------
    centers : ndarray of int
    label : ndarray of int, shape (n,)
    """
    centers = [int(weight.argmax())]
    near = ((feature - feature[centers[0]]) ** 2).sum(axis=1)
    while len(centers) < wanted and (near * weight).max() > 0:
        centers.append(int((near * weight).argmax()))
        near = np.minimum(near, ((feature - feature[centers[-1]]) ** 2).sum(axis=1))
    label = np.zeros(len(weight), np.int64)
    for _ in range(ROUNDS):
        label = _nearest(feature, feature[centers])
        # no cluster may become empty when two centres coincide
        label[centers] = np.arange(len(centers))
        for number in range(len(centers)):
            rows = np.flatnonzero(label == number)
            mean = np.average(feature[rows], axis=0, weights=weight[rows])
            centers[number] = int(rows[((feature[rows] - mean) ** 2).sum(axis=1).argmin()])
    return np.array(centers), np.asarray(label)


def _nearest(feature: Array, centers: Array) -> Index:
    """Return the number of the nearest centre of each point, some points at a time."""
    some = max(DISTANCES // centers.size, 1)
    return np.concatenate([
        ((feature[row : row + some, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
        for row in range(0, len(feature), some)
    ])  # fmt: skip


def _of_zones(instance: LocationInstance, zone: Index, member: Index) -> LocationInstance:
    """Return the instance of the coarse zones, with the demand of their members."""
    place = np.full(len(instance.zones), -1)
    place[zone] = np.arange(len(zone))
    lanes = np.flatnonzero(place[instance.lane_zone] >= 0)
    small = take_lanes(instance, lanes)
    demand = np.zeros((len(zone), *instance.shape[1:]))
    np.add.at(demand, member, instance.demand)
    limits = replace(
        instance.limits,
        targets=tuple(
            replace(target, zones=target.zones[zone]) for target in instance.limits.targets
        ),
    )
    return replace(
        small,
        zones=tuple(instance.zones[z] for z in zone),
        demand=demand,
        lane_zone=place[small.lane_zone],
        zone_country=instance.zone_country[zone],
        carriers=replace(instance.carriers, zone_region=instance.carriers.zone_region[zone]),
        limits=limits,
    )
