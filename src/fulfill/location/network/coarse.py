"""A coarse instance of an instance.

One zone stands for its neighbours, with their orders added to its own.

Used to find sites and to start multipliers; nothing that is reported comes from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fulfill.location.network.lane_costs import mean_cost, take_lanes
from fulfill.model.arrays import Array, Index
from fulfill.model.instance import MAIL, LocationInstance

ROUNDS = 6


@dataclass(frozen=True)
class CoarseInstance:
    """A coarse instance.

    `zone` (n_coarse,) is the zone that each coarse one is, `member` (Z,) the coarse zone of each.
    """

    instance: LocationInstance
    zone: Index
    member: Index


def coarsen(instance: LocationInstance, n_zones: int) -> CoarseInstance:
    """Return a coarse instance of about `n_zones` zones, never fewer than kinds of zones.

    Zones are alike that have the same carriers and the same ways to their door, and near each other
    if every site is about as dear for one as for the other.
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
    """Return the mean cost by zone and site, (Z, I), and a number for the kind of each zone."""
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
    np.add.at(mail, instance.lane_zone[by_mail], 7.0**0.5 * instance.lane_way[by_mail] ** 2 + 1.0)
    targets = np.zeros(n_zones)
    for number, target in enumerate(instance.limits.targets):
        targets += 2.0**number * target.zones
    kind = np.unique(
        np.stack([instance.carriers.zone_region, mail, targets], axis=1),
        axis=0,
        return_inverse=True,
    )[1].ravel()
    return np.where(np.isfinite(feature), feature, top + 1.0), kind


def _medoids(feature: Array, weight: Array, wanted: int) -> tuple[Index, Index]:
    """Return central members of clusters and the cluster of each member.

    Farthest-point start, a few rounds.
    """
    centers = [int(weight.argmax())]
    near = ((feature - feature[centers[0]]) ** 2).sum(axis=1)
    while len(centers) < wanted and (near * weight).max() > 0:
        centers.append(int((near * weight).argmax()))
        near = np.minimum(near, ((feature - feature[centers[-1]]) ** 2).sum(axis=1))
    label = np.zeros(len(weight), np.int64)
    for _ in range(ROUNDS):
        distance = ((feature[:, None, :] - feature[centers][None]) ** 2).sum(axis=2)
        label = distance.argmin(axis=1)
        label[centers] = np.arange(len(centers))
        for number in range(len(centers)):
            rows = np.flatnonzero(label == number)
            mean = np.average(feature[rows], axis=0, weights=weight[rows])
            centers[number] = int(rows[((feature[rows] - mean) ** 2).sum(axis=1).argmin()])
    return np.array(centers), np.asarray(label)


def _of_zones(instance: LocationInstance, zone: Index, member: Index) -> LocationInstance:
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
