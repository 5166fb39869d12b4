"""The plan that opens no site and mails every order worth mailing, to compare others with."""

from __future__ import annotations

import numpy as np

from fulfill.location.pricing import price
from fulfill.model.arrays import Array, Index
from fulfill.model.decisions import Decisions
from fulfill.model.instance import MAIL, LocationInstance


def cost_by_mail(instance: LocationInstance) -> float | None:
    """Return what it costs to mail every order worth it, as far as air capacity reaches.

    Every cell takes its cheapest mail service. Where air capacity binds, cells that save most per
    kilogram against not serving go first.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    float or None
        USD a year, without the limits and locks of a plan; None where nothing can be mailed.
    """
    lanes = np.flatnonzero((instance.lane_site == MAIL) & (instance.lane_plant < 0))
    return price(instance, mailed(instance, lanes)) if len(lanes) else None


def mailed(instance: LocationInstance, lanes: Index) -> Decisions:
    """Return the decisions that mail every order worth it; see `cost_by_mail`.

    Parameters
    ----------
    instance : LocationInstance
    lanes : (n_lanes,) of int
        Those of direct mail.

    Returns
    -------
    Decisions
    """
    lane, cost = _cheapest(instance, lanes)
    unserved = np.broadcast_to(instance.unserved_usd[None, :, None], instance.shape)
    zone, product, period = cell = np.nonzero((instance.demand > 0) & (cost < unserved))
    option = instance.lane_option[lane[cell]]
    weight = instance.mail.weight_kg[option, product] * instance.units[option, product, period]
    kg = instance.demand[cell] * weight
    saved = unserved[cell] - cost[cell]
    worth = np.divide(saved, weight, out=np.full(len(kg), np.inf), where=weight > 0)
    group = instance.zone_country[zone] * instance.shape[2] + period
    share = _fitting(worth, kg, group, instance.mail.capacity_kg.ravel())
    taken = share > 0
    return Decisions(
        opened=np.zeros(instance.fixed_usd.shape),
        stocked=np.zeros((len(instance.products), len(instance.countries))),
        lane=lane[cell][taken],
        product=product[taken],
        period=period[taken],
        orders=(instance.demand[cell] * share)[taken],
        inbound=np.zeros((instance.n_routes, *instance.shape[1:])),
    )


def _cheapest(instance: LocationInstance, lanes: Index) -> tuple[Index, Array]:
    """Return the cheapest mail lane of every cell and its cost, (Z, K, T); infinite for none."""
    cost, lane = np.full(instance.shape, np.inf), np.full(instance.shape, -1)
    zone = instance.lane_zone[lanes]
    order = np.argsort(zone, kind="stable")
    # the first lane of every zone, then the second: a zone has few mail lanes
    rank = np.empty(len(zone), np.int64)
    rank[order] = np.arange(len(zone)) - np.searchsorted(zone[order], zone[order])
    for number in range(int(rank.max()) + 1):
        some = lanes[rank == number]
        where, usd = instance.lane_zone[some], instance.lane_cost(some)
        better = usd < cost[where]
        cost[where] = np.where(better, usd, cost[where])
        lane[where] = np.where(better, some[:, None, None], lane[where])
    return lane, cost


def _fitting(worth: Array, kg: Array, group: Index, room: Array) -> Array:
    """Return which share of each cell fits into the room of its group, the most worth first."""
    order = np.lexsort((-worth, group))
    sums = np.cumsum(kg[order])
    first = np.searchsorted(group[order], group[order])
    before = sums - kg[order] - np.concatenate([[0.0], sums])[first]
    free = np.maximum(room[group[order]] - before, 0.0)
    fits = np.divide(free, kg[order], out=np.ones(len(kg)), where=kg[order] > 0)
    share = np.empty(len(kg))
    share[order] = np.minimum(fits, 1.0)
    return share
