"""Merging zones to a planning resolution, for quick looks: fewer zones, the same orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem

Array = NDArray[np.float64]
Index = NDArray[np.int64]
ROUNDS = 20
"""Rounds of the clustering in one group; it settles well before."""


@dataclass(frozen=True)
class Merged:
    """A problem with fewer zones, and for each zone of the original the number of the one it went into."""

    problem: Problem
    member: Index


def merge_zones(problem: Problem, resolution: int) -> Merged:
    """Merge the zones of a problem to about `resolution` zones.

    Only zones of one country, state and class are merged, so that carrier regions, tariffs and
    services stay exact; the number cannot fall below the number of such groups. Groups get clusters
    by their share of the orders; a merged zone stands at the order-weighted mean point of its
    members and is called after the largest.
    """
    zones = problem.demand.zones
    if resolution >= len(zones):
        return Merged(problem, np.arange(len(zones)))
    weight = problem.orders.sum(axis=(1, 2)) + 1e-9
    group = np.asarray(
        zones.groupby(["country", "state", "zone_class"], sort=True).ngroup(), np.int64
    )
    clusters = _clusters_by_group(group, weight, resolution)
    member = np.full(len(zones), -1)
    used = 0
    points = zones[["lat", "lon"]].to_numpy(float)
    for number, wanted in enumerate(clusters):
        rows = np.flatnonzero(group == number)
        label = _cluster(points[rows], weight[rows], int(wanted))
        member[rows] = used + label
        used += int(label.max()) + 1
    return Merged(_merged_problem(problem, member, weight, used), member)


def _clusters_by_group(group: Index, weight: Array, resolution: int) -> Index:
    """Return how many clusters each group gets: one, and the rest by largest weight per cluster."""
    size, total = np.bincount(group), np.bincount(group, weights=weight)
    clusters = np.ones(len(size), np.int64)
    for _ in range(max(resolution - len(size), 0)):
        load = np.where(clusters < size, total / clusters, -1.0)
        clusters[int(load.argmax())] += 1
    return clusters


def _cluster(points: Array, weight: Array, wanted: int) -> Index:
    """Return a cluster number for each point: weighted Lloyd rounds from the heaviest, mutually farthest points."""
    centers = [int(weight.argmax())]
    while len(centers) < wanted:
        near = ((points[:, None, :] - points[centers][None, :, :]) ** 2).sum(axis=2).min(axis=1)
        centers.append(int((near * weight).argmax()))
    place = points[centers]
    label = np.zeros(len(points), np.int64)
    for _ in range(ROUNDS):
        label = ((points[:, None, :] - place[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
        mass = np.bincount(label, weights=weight, minlength=wanted)
        for axis in range(2):
            mean = np.bincount(label, weights=weight * points[:, axis], minlength=wanted)
            place[:, axis] = np.where(mass > 0, mean / np.maximum(mass, 1e-12), place[:, axis])
    return np.asarray(np.unique(label, return_inverse=True)[1])


def _merged_problem(problem: Problem, member: Index, weight: Array, n_merged: int) -> Problem:
    zones = problem.demand.zones
    heaviest = pd.Series(weight).groupby(member).idxmax().to_numpy()
    merged = zones.iloc[heaviest].reset_index(drop=True).copy()
    mass = np.bincount(member, weights=weight, minlength=n_merged)
    for column in ("lat", "lon"):
        merged[column] = (
            np.bincount(member, weights=weight * zones[column].to_numpy(float), minlength=n_merged)
            / mass
        )
    merged["population"] = np.bincount(
        member, weights=zones["population"].to_numpy(float), minlength=n_merged
    )
    orders = np.zeros((n_merged, *problem.orders.shape[1:]))
    np.add.at(orders, member, problem.orders)
    return problem.with_zones(merged, orders)
