"""Assignment of zones to sites, where each zone is served from stock by one site (15).

The plan that may split zones over sites gives the sites, their assortments and the prices of
throughput. At these prices every zone is worth something to every site, and takes a part of its
throughput in each period: a generalised assignment problem. A local search over it moves single
zones and exchanges pairs. Orders that then find no room are mailed or not served.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfill.location.network.assortment import site_costs
from fulfill.location.network.open_sites import OpenSites, at_prices
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.decisions import Decisions
from fulfill.model.instance import MAIL, LocationInstance

PASSES = 6
"""Passes over all zones at most."""
DEAR_USD = 1e6
"""Stands for the cost of an order that must be served and cannot be mailed."""
BETTER = 1e-9
"""Share of the worth of all zones by which a move must be better."""


@dataclass(frozen=True)
class Assignment:
    """What zones are worth to sites, and the throughput that they take there.

    Axes: zones Z, open sites S, periods T.

    Attributes
    ----------
    sites : (S,)
        Numbers of the open sites.
    worth : (Z, S)
        Saving over mail or not serving, USD a year.
    used : (Z, S, T)
        Orders that leave the site.
    room : (S, T)
        Orders that the bands handle.
    excess_usd : float
        Loss for an order beyond the room, USD.
    """

    sites: Index
    worth: Array
    used: Array
    room: Array
    excess_usd: float


def lanes_of_one_source(
    instance: LocationInstance, given: OpenSites, assortment: Mask, rho: Array, split: Decisions
) -> Index:
    """Return the lanes that are left when each zone has one site: its own, and those of mail.

    Parameters
    ----------
    instance : LocationInstance
    given : OpenSites
    assortment : (I, K)
    rho : (I, T)
        Prices of throughput, USD per order.
    split : Decisions
        Plan of these sites in which zones may have several; each starts from its largest.

    Returns
    -------
    ndarray of int
    """
    if not (given.size >= 0).any():
        return np.flatnonzero(instance.lane_site == MAIL)
    problem = _problem(instance, given, assortment, rho)
    served = np.zeros((len(instance.zones), len(instance.sites)))
    site = instance.lane_site[split.lane]
    local = site != MAIL
    np.add.at(served, (instance.lane_zone[split.lane][local], site[local]), split.orders[local])
    served = served[:, problem.sites]
    start = np.where(served.any(axis=1), served.argmax(axis=1), problem.worth.argmax(axis=1))
    source = problem.sites[improved(problem, start)]
    own = source[instance.lane_zone] == instance.lane_site
    return np.flatnonzero(own | (instance.lane_site == MAIL))


def _problem(
    instance: LocationInstance, given: OpenSites, assortment: Mask, rho: Array
) -> Assignment:
    """Return the assignment problem of given sites."""
    sites = np.flatnonzero(given.size >= 0)
    position = np.full(len(given.size), -1)
    position[sites] = np.arange(len(sites))
    n_zones, n_products, n_periods = instance.shape
    inbound = np.where(assortment[:, :, None], given.options.inbound, np.inf)
    options = at_prices(given.options._replace(inbound=inbound), rho)
    costs, units, alternative = site_costs(options, position, len(sites))
    saving = np.maximum(np.minimum(alternative, DEAR_USD)[:, :, None] - costs, 0.0)
    demand = instance.demand.transpose(1, 0, 2).reshape(n_products, -1, 1)
    worth = (demand * saving).sum(axis=0).reshape(n_zones, n_periods, -1).sum(axis=1)
    used = np.where(saving > 0, demand * units, 0.0).sum(axis=0)
    used = np.ascontiguousarray(used.reshape(n_zones, n_periods, -1).transpose(0, 2, 1))
    orders = float(used.max(axis=1).sum())
    return Assignment(
        sites=sites,
        worth=worth,
        used=used,
        room=given.room.sum(axis=1)[sites],
        excess_usd=float(worth.max(axis=1).sum()) / max(orders, 1e-9),
    )


def improved(problem: Assignment, source: Index) -> Index:
    """Move zones to other sites, and exchange pairs of them, until nothing helps.

    Parameters
    ----------
    problem : Assignment
    source : (Z,)
        Site of each zone, as a number among the open ones.

    Returns
    -------
    ndarray of int, shape (Z,)
        Worth no less than the given one.
    """
    source = source.copy()
    load = np.zeros(problem.room.shape)
    np.add.at(load, source, problem.used[np.arange(len(source)), source])
    least = BETTER * float(problem.worth.max(axis=1).sum())
    order = np.argsort(-problem.used.max(axis=(1, 2)), kind="stable")
    for _ in range(PASSES):
        improved = False
        for zone in order:
            improved |= _move(problem, source, load, zone, least)
        for zone in order:
            improved |= _exchange(problem, source, load, zone, least)
        if not improved:
            break
    return source


def _lost(problem: Assignment, load: Array, site: Index | slice) -> Array:
    """Return what orders beyond the room of sites lose, USD; the last axis is the period."""
    excess = np.maximum(load - problem.room[site], 0.0).sum(axis=-1)
    return np.asarray(problem.excess_usd * excess)


def _move(problem: Assignment, source: Index, load: Array, zone: int, least: float) -> bool:
    """Give a zone to its best site; tell whether that is another one."""
    here, used, every = source[zone], problem.used[zone], slice(None)
    left = load.copy()
    left[here] -= used[here]
    gain = problem.worth[zone] - _lost(problem, left + used, every) + _lost(problem, left, every)
    best = int(gain.argmax())
    if gain[best] <= gain[here] + least:
        return False
    left[best] += used[best]
    load[:], source[zone] = left, best
    return True


def _exchange(problem: Assignment, source: Index, load: Array, zone: int, least: float) -> bool:
    """Exchange the sites of a zone and its best partner; tell whether that helps.

    Only zones of sites with too many orders are exchanged.
    """
    here, worth, used = source[zone], problem.worth, problem.used
    if not (load[here] > problem.room[here]).any():
        return False
    others = np.flatnonzero(source != here)
    if not len(others):
        return False
    there = source[others]
    come, go = used[others, here], used[others, there]
    after_here = load[here] - used[zone, here] + come
    after_there = load[there] + used[zone, there] - go
    gain = worth[zone, there] - worth[zone, here] + worth[others, here] - worth[others, there]
    gain += _lost(problem, load[here], here) - _lost(problem, after_here, here)
    gain += _lost(problem, load[there], there) - _lost(problem, after_there, there)
    best = int(gain.argmax())
    if gain[best] <= least:
        return False
    load[here], load[there[best]] = after_here[best], after_there[best]
    source[zone], source[others[best]] = there[best], here
    return True
