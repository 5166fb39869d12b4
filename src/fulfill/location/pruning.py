"""Fewer lanes for the plain MIP: the best sites of each zone, the best way of each pair.

A bound of the pruned instance is a bound of that instance only; the plan says so.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fulfill.instance import MAIL, LocationInstance

Array = NDArray[np.float64]
Index = NDArray[np.int64]
MAX_ALLOCATIONS = 150_000
"""Allocation variables up to which the plain MIP is good; measured in docs/benchmarks.md."""


def prune(instance: LocationInstance, max_allocations: int = MAX_ALLOCATIONS) -> LocationInstance:
    """Return the instance with the cheapest lanes of each zone, so many that the MIP has at most about this size.

    Mail lanes and lanes from sites locked open always stay. Where lead times or emissions are constrained, every way
    of a kept pair stays; else the way that is cheapest on the mean order of the zone.
    """
    zones, products, periods = instance.shape
    if len(instance.lane_zone) * products * periods <= max_allocations:
        return instance
    score = mean_cost(instance)
    lanes = np.flatnonzero(np.isfinite(score))
    bound_by_way = bool(instance.limits.targets) or np.isfinite(instance.limits.co2_kg)
    if not bound_by_way:
        lanes = _first_of(lanes, score, instance.lane_zone * (len(instance.sites) + 1) + instance.lane_site + 1)
    mail = lanes[instance.lane_site[lanes] == MAIL]
    local = lanes[instance.lane_site[lanes] != MAIL]
    pairs = _first_of(local, score, instance.lane_zone * len(instance.sites) + instance.lane_site)
    ways = max(1.0, len(local) / max(len(pairs), 1))
    room = max(max_allocations / (products * periods) - len(mail), zones)
    per_zone = max(2, int(room / (zones * ways)))
    rank = _rank_of_site(instance, local, score)
    locked = np.isin(instance.lane_site[local], instance.limits.opened)
    return take_lanes(instance, np.sort(np.concatenate([mail, local[(rank < per_zone) | locked]])))


def prune_routes(instance: LocationInstance, per_site: int = 2) -> LocationInstance:
    """Return the instance with, by site and product, the cheapest routes and those of limited plants that beat them."""
    if not len(instance.route_site) or instance.origin_m3 is None:
        return instance
    mean = np.where(np.isfinite(instance.route_usd), instance.route_usd, np.inf).mean(axis=2)
    limited = np.asarray(np.isfinite(instance.origin_m3).all(axis=1))[instance.route_origin]
    cost = instance.route_usd.copy()
    for site in np.unique(instance.route_site):
        rows = np.flatnonzero(instance.route_site == site)
        free, bound = rows[~limited[rows]], rows[limited[rows]]
        order = np.argsort(mean[free], axis=0, kind="stable")
        for k in range(mean.shape[1]):
            cost[free[order[per_site:, k]], k] = np.inf
            best = mean[free, k].min() if len(free) else np.inf
            cost[bound[mean[bound, k] >= best], k] = np.inf
    kept = np.flatnonzero(np.isfinite(cost).any(axis=(1, 2)))
    return replace(
        instance,
        route_site=instance.route_site[kept],
        route_origin=instance.route_origin[kept],
        route_gateway=instance.route_gateway[kept],
        route_crossing=instance.route_crossing[kept],
        route_usd=cost[kept],
        route_co2=instance.route_co2[kept],
    )


def take_lanes(instance: LocationInstance, lanes: Index) -> LocationInstance:
    """Return the instance with the given lanes only."""
    return replace(
        instance,
        lane_zone=instance.lane_zone[lanes],
        lane_site=instance.lane_site[lanes],
        lane_way=instance.lane_way[lanes],
        lane_usd=instance.lane_usd[lanes],
        lane_co2=instance.lane_co2[lanes],
    )


def lanes_in_words(whole: LocationInstance, pruned: LocationInstance) -> str:
    """Return what was left out, empty if nothing."""
    if len(whole.lane_zone) == len(pruned.lane_zone):
        return ""
    return f", {len(pruned.lane_zone):,} of {len(whole.lane_zone):,} lanes"


def mean_cost(instance: LocationInstance) -> Array:
    """Return the cost of the mean potential order by lane, cheapest inbound route included, (n_lanes,)."""
    weight = instance.demand.sum(axis=0)
    weight = weight / max(weight.sum(), 1e-12)
    way_cost = np.where(np.isfinite(instance.way_cost), instance.way_cost, 0.0)
    score = (way_cost * weight).sum(axis=(1, 2))[instance.lane_way]
    score = score + instance.lane_usd * (instance.way_rate * weight).sum(axis=(1, 2))[instance.lane_way]
    if not instance.inbound_free:
        best = np.full((len(instance.sites), *instance.shape[1:]), np.inf)
        np.minimum.at(best, instance.route_site, instance.route_usd)
        inbound = (np.where(np.isfinite(best), best, 0.0) * weight).sum(axis=(1, 2))
        reached = np.isfinite(best).any(axis=(1, 2))
        local = instance.lane_site != MAIL
        units = (instance.units * weight).sum(axis=(1, 2))[instance.lane_way]
        score = np.where(local, score + units * inbound[instance.lane_site], score)
        score = np.where(local & ~reached[instance.lane_site], np.inf, score)
    return np.asarray(score)


def _first_of(lanes: Index, score: Array, key: Index) -> Index:
    """Return of the lanes with the same key the one with the lowest score."""
    order = lanes[np.lexsort((lanes, score[lanes], key[lanes]))]
    _, first = np.unique(key[order], return_index=True)
    return np.asarray(order[first])


def _rank_of_site(instance: LocationInstance, lanes: Index, score: Array) -> Index:
    """Return for each lane the rank of its site among the sites of its zone (0: cheapest)."""
    pair = instance.lane_zone[lanes] * len(instance.sites) + instance.lane_site[lanes]
    pairs, member = np.unique(pair, return_inverse=True)
    best = np.full(len(pairs), np.inf)
    np.minimum.at(best, member, score[lanes])
    zone = pairs // len(instance.sites)
    order = np.lexsort((best, zone))
    start = np.searchsorted(zone[order], np.arange(zone.max(initial=-1) + 2))
    rank = np.empty(len(pairs), np.int64)
    rank[order] = np.arange(len(pairs)) - start[zone[order]]
    return np.asarray(rank[member])
