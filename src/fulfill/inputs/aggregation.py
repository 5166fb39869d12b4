"""Merging zones into fewer ones with the same orders, so that a first plan is found faster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault
from fulfill.inputs.geography.distances import landing_of, reached_by_road
from fulfill.inputs.problem import Problem

Array = NDArray[np.float64]
Index = NDArray[np.int64]
ROUNDS = 20
"""Iterations of the clustering of one group; assignments settle well before that."""


@dataclass(frozen=True)
class Merged:
    """A problem with merged zones.

    Attributes
    ----------
    problem : Problem
        With the merged zones and their orders.
    member : ndarray of int, shape (n_zones,)
        For each zone of the original problem, the row of its merged zone.
    wanted : int
        Number of zones that was asked for.
    """

    problem: Problem
    member: Index
    wanted: int

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """W361 where there are more zones than asked for, and why."""
        found = len(self.problem.demand.zones)
        if found <= self.wanted:
            return ()
        states, classes = (self.problem.demand.zones[name] for name in ("state", "zone_class"))
        detail = (
            f"{found} zones stay: one for each class of zones in a state and on an island, which "
            f"have prices and capacities of their own; {states.nunique()} states, "
            f"{classes.nunique()} classes"
        )
        return (Fault("W361", "--resolution", value=str(self.wanted), detail=detail),)


def merge_zones(problem: Problem, resolution: int) -> Merged:
    """Merge the zones of a problem.

    Only zones with the same country, state, class and ferry are merged, because carrier capacity,
    tariffs and services depend on these; they stay exact, and only distances become approximate. A
    zone with lane rates of its own stays by itself.
    Groups get clusters in proportion to their orders. A merged zone lies at the order-weighted mean
    of its members, or with the heaviest one where the mean has no road, as in a bay. It takes id
    and name from the one with the most orders.

    Parameters
    ----------
    problem : Problem
    resolution : int
        Number of zones wanted. There cannot be fewer than groups of country, state, class and
        ferry.

    Returns
    -------
    Merged
        The problem itself where it has no more zones than wanted.
    """
    zones = problem.demand.zones
    if resolution >= len(zones):
        return Merged(problem, np.arange(len(zones)), resolution)
    weight = problem.orders.sum(axis=(1, 2)) + 1e-9  # a zone without orders still has a place
    kept = zones[["country", "state", "zone_class"]].assign(
        landing=landing_of(problem.network, zones),
        # a zone with lane rates of its own stays by itself
        rated=zones["zone_id"].where(
            zones["zone_id"].isin(problem.network["lane_rates"]["to_id"]), ""
        ),
    )
    group = np.asarray(kept.groupby(list(kept), sort=True).ngroup(), np.int64)
    clusters = _clusters_by_group(group, weight, resolution)
    member = np.full(len(zones), -1)
    used = 0
    points = zones[["lat", "lon"]].to_numpy(float)
    for number, wanted in enumerate(clusters):
        rows = np.flatnonzero(group == number)
        label = _cluster(points[rows], weight[rows], int(wanted))
        member[rows] = used + label
        used += int(label.max()) + 1
    return Merged(_merged_problem(problem, member, weight, used), member, resolution)


def _clusters_by_group(group: Index, weight: Array, resolution: int) -> Index:
    """Return the number of clusters of each group: one, and the rest where the load is highest."""
    size, total = np.bincount(group), np.bincount(group, weights=weight)
    clusters = np.ones(len(size), np.int64)
    for _ in range(max(resolution - len(size), 0)):
        load = np.where(clusters < size, total / clusters, -1.0)
        clusters[int(load.argmax())] += 1
    return clusters


def _cluster(points: Array, weight: Array, wanted: int) -> Index:
    """Return the cluster of each point, by weighted k-means (Lloyd's algorithm).

    The first centre is the heaviest point; each further one is the point with the largest product
    of weight and squared distance to the centres so far. Being deterministic, this needs no seed.
    """
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
    """Return the problem whose zones are the clusters of `member`."""
    zones = problem.demand.zones
    heaviest = pd.Series(weight).groupby(member).idxmax().to_numpy()
    merged = zones.iloc[heaviest].reset_index(drop=True).copy()
    mass = np.bincount(member, weights=weight, minlength=n_merged)
    for column in ("lat", "lon"):
        merged[column] = (
            np.bincount(member, weights=weight * zones[column].to_numpy(float), minlength=n_merged)
            / mass
        )
    # the mean of zones that roads reach may lie where none does
    lost = (
        reached_by_road(problem.network, zones)[heaviest]
        != reached_by_road(problem.network, merged)
    ) | (landing_of(problem.network, zones)[heaviest] != landing_of(problem.network, merged))
    for column in ("lat", "lon"):
        merged[column] = np.where(lost, zones[column].to_numpy(float)[heaviest], merged[column])
    merged["population"] = np.bincount(
        member, weights=zones["population"].to_numpy(float), minlength=n_merged
    )
    orders = np.zeros((n_merged, *problem.orders.shape[1:]))
    np.add.at(orders, member, problem.orders)
    return problem.with_zones(merged, orders)
