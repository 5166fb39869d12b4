"""The capacitated view of an instance: one cost row a site, one capacity, one fixed cost.

An instance with one product, one period, one size and one band is the capacitated facility location
problem of the literature: ``min sum f_i y_i + sum c_ij d_j x_ij``, every cell served, ``sum_j d_j
x_ij <= s_i y_i``, ``y`` binary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.decisions import Decisions
from fulfill.model.instance import MAIL, LocationInstance


class Arrays(NamedTuple):
    """Arrays that the compiled kernels read.

    Attributes
    ----------
    cost : (n_sites, n_cells)
        USD per order, handling included; infinite where there is no lane.
    demand : (n_cells,)
        Orders, all positive.
    capacity, fixed : (n_sites,)
        Orders a year; USD a year.
    outside : (n_cells,)
        USD per order served by no site (mail or unserved); infinite where a site must serve.
    """

    cost: Array
    demand: Array
    capacity: Array
    fixed: Array
    outside: Array


@dataclass(frozen=True)
class Capacitated:
    """The capacitated view, and the indices that map it back to the instance.

    Attributes
    ----------
    arrays : Arrays
    site : (n_sites,)
        Index of the instance's site.
    zone : (n_cells,)
        Index of the instance's zone.
    lane : (n_sites, n_cells)
        Cheapest lane, -1 for none.
    outside_lane : (n_cells,)
        Mail lane, -1 where leaving the order unserved is cheaper.
    opened : (n_sites,)
        Whether a planner has locked the site open.
    """

    arrays: Arrays
    site: Index
    zone: Index
    lane: Index
    outside_lane: Index
    opened: Mask


def is_capacitated(instance: LocationInstance) -> bool:
    """Tell whether an instance has one product, period, size and band, and no side constraints.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    bool
    """
    single = instance.shape[1:] == (1, 1) and instance.capacity.shape[1:] == (1, 1, 1)
    unlimited = (
        instance.inbound is None
        and instance.stock is None
        and instance.contracts is None
        and np.isinf(instance.mail.capacity_kg).all()
        and np.isinf(instance.carriers.orders).all()
    )
    limits = instance.limits
    free = (
        limits.max_sites is None
        and np.isinf(limits.budget_usd)
        and np.isinf(limits.co2_kg)
        and not limits.targets
        and not limits.rules
        and not limits.single_source
        and instance.flow_limits is None
    )
    return bool(single and unlimited and free and (instance.units == 1.0).all())


def capacitated_view(instance: LocationInstance) -> Capacitated:
    """Return the capacitated view of an instance; closed sites and empty cells are left out.

    Parameters
    ----------
    instance : LocationInstance
        `is_capacitated` holds for it.

    Returns
    -------
    Capacitated
    """
    offered = np.isfinite(instance.fixed_usd[:, 0])
    offered[list(instance.limits.closed)] = False
    site = np.flatnonzero(offered)
    zone = np.flatnonzero(instance.demand[:, 0, 0] > 0)
    table, lane = _cheapest(instance)
    handling = instance.handling_usd[site, 0, 0]
    mail, mail_lane = table[MAIL, zone], lane[MAIL, zone]
    unserved = instance.unserved_usd[0]
    opened = np.zeros(len(instance.sites), bool)
    opened[list(instance.limits.opened)] = True
    arrays = Arrays(
        cost=np.ascontiguousarray(table[np.ix_(site, zone)] + handling[:, None]),
        demand=instance.demand[zone, 0, 0].copy(),
        capacity=instance.capacity[site, 0, 0, 0].copy(),
        fixed=instance.fixed_usd[site, 0].copy(),
        outside=np.minimum(mail, unserved),
    )
    return Capacitated(
        arrays,
        site,
        zone,
        lane[np.ix_(site, zone)],
        np.where(mail <= unserved, mail_lane, -1),
        opened[site],
    )


def _cheapest(instance: LocationInstance) -> tuple[Array, Index]:
    """Return cost and number of the cheapest lane by site and zone.

    Returns
    -------
    table : ndarray, shape (n_sites + 1, n_zones)
        USD per order; the last row is mail.
    lane : ndarray of int, shape (n_sites + 1, n_zones)
        -1 for none.
    """
    cost = instance.lane_cost()[:, 0, 0]
    row = np.where(instance.lane_site == MAIL, len(instance.sites), instance.lane_site)
    table = np.full((len(instance.sites) + 1, len(instance.zones)), np.inf)
    lane = np.full(table.shape, -1, np.int64)
    # assignment in order of falling cost: the last, cheapest lane of a pair stays
    order = np.argsort(-cost, kind="stable")
    table[row[order], instance.lane_zone[order]] = cost[order]
    lane[row[order], instance.lane_zone[order]] = order
    return table, lane


def to_decisions(
    view: Capacitated, instance: LocationInstance, opened: Mask, flow: Array
) -> Decisions:
    """Turn a plan of the capacitated view into decisions.

    Parameters
    ----------
    view : Capacitated
    instance : LocationInstance
        The instance of the view.
    opened : (n_sites,)
        Whether each site is open.
    flow : (n_sites + 1, n_cells)
        Orders; the last row is served by no site.

    Returns
    -------
    Decisions
    """
    chosen = np.zeros((len(instance.sites), 1))
    chosen[view.site[opened], 0] = 1.0
    lanes = np.vstack([view.lane, view.outside_lane])
    row, cell = np.nonzero((flow > 1e-9 * view.arrays.demand) & (lanes >= 0))
    orders = _whole(
        flow[row, cell], cell, view.arrays.demand - np.where(lanes[-1] < 0, flow[-1], 0.0)
    )
    n_flows = len(row)
    return Decisions(
        opened=chosen,
        stocked=np.zeros((1, 1)),
        lane=lanes[row, cell],
        product=np.zeros(n_flows, np.int64),
        period=np.zeros(n_flows, np.int64),
        orders=orders,
        inbound=np.zeros((0, 1, 1)),
    )


def _whole(orders: Array, cell: Index, demand: Array) -> Array:
    """Scale the orders of each flow so that no cell is served short.

    Rounding may leave the sum of a cell below its demand by a unit in the last place; the orders
    are then raised to the next representable number.
    """
    served = np.bincount(cell, orders, len(demand))
    orders = orders * (demand / np.where(served > 0, served, 1.0))[cell]
    for _ in range(4):
        short = np.bincount(cell, orders, len(demand)) < demand
        if not short.any():
            break
        orders = np.where(short[cell], np.nextafter(orders, np.inf), orders)
    return orders
