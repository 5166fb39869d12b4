"""The mean order of each product, by mail and from stock: what a comparison of the two is said of.

The orders of a group of zones are weighted by demand, each by its best mail service and by its best
lane from a given set of stocking sites. The weights stay while prices and rates move, so that the
mean order can be priced anew. With

    V   potential orders a year that both can reach       E     entry: importer set-up and
    certification, USD a year m   worth of the mean order by mail, USD              S(V)  safety
    stock of the stocking sites at their shares of V l   its worth from stock: best lane, cheapest
    inbound route, handling in the base band, storage

stock wins where its gain ``(l - m) V - E - S(V)`` is positive. Sites are given: their rent and
opening are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem
from fulfill.model.economics.inventory import SafetyStock
from fulfill.model.economics.landed import Economics
from fulfill.model.instance import MAIL, LocationInstance

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Priced:
    """A problem with its unit economics and index arrays, as a plan was made from them."""

    problem: Problem
    economics: Economics
    instance: LocationInstance


@dataclass(frozen=True)
class Stocking:
    """Which sites are open, in which size, and what they stock.

    Attributes
    ----------
    size : (n_sites,) index of the open size, -1 where a site is closed
    stocked : (n_sites, n_products)
    """

    size: Index
    stocked: Mask

    def within(self, sites: Mask) -> Stocking:
        """Return the same with all other sites closed."""
        return Stocking(np.where(sites, self.size, -1), self.stocked & sites[:, None])


@dataclass(frozen=True)
class MeanOrder:
    """The mean order of each product in weights by which it can be priced anew; all per potential order.

    Attributes
    ----------
    orders : (n_products,) V; zero where mail and stock have no zone in common, then each side has
        its own
    reach : (n_products,) V over all orders; NaN where there are none
    mail, local : (n_ways, n_products, n_periods) weights of the ways
    mail_usd, local_usd : (n_products,) price by distance; from stock also handling and storage
    drawn : (n_sites, n_products, n_periods) orders that leave each site
    """

    orders: Array
    reach: Array
    mail: Array
    local: Array
    mail_usd: Array
    local_usd: Array
    drawn: Array

    def mail_worth(self, way_cost: Array) -> Array:
        """Return m, USD by product; minus infinity where mail is closed."""
        return -(weighted(self.mail, way_cost) + self.mail_usd)

    def local_worth(self, way_cost: Array, inbound: Array) -> Array:
        """Return l, USD by product."""
        return -(weighted(self.local, way_cost) + weighted(self.drawn, inbound) + self.local_usd)

    def safety_usd(self, safety: SafetyStock, orders: Array) -> Array:
        """Return S, USD a year by product, at yearly orders by product."""
        return np.asarray(safety.cost(self.drawn.sum(axis=2) * orders).sum(axis=0))


def weighted(weight: Array, cost: Array) -> Array:
    """Return the sum over all axes but the products'; a cost without weight may be infinite."""
    return np.asarray((weight * np.where(weight > 0, cost, 0.0)).sum(axis=(0, 2)))


@dataclass(frozen=True)
class Offers:
    """The best lane of every place (the open sites, or the mail) to every cell: (n_places, Z, K, T) cost and lane."""

    cost: Array
    lane: Index

    def of(self, chosen: Mask) -> Offers:
        """Return the best offer of the places in ``chosen[:, k]`` as that of one place."""
        if not len(chosen):
            return Offers(
                np.full((1, *self.cost.shape[1:]), np.inf),
                np.zeros((1, *self.cost.shape[1:]), np.int64),
            )
        cost = np.where(chosen[:, None, :, None], self.cost, np.inf)
        best = cost.argmin(axis=0)[None]
        return Offers(
            np.take_along_axis(cost, best, axis=0), np.take_along_axis(self.lane, best, axis=0)
        )


def average_order(priced: Priced, stocking: Stocking, zones: Mask) -> MeanOrder:
    """Return the mean order of a group of zones from the sites of a plan.

    A product that the plan stocks comes from the sites that stock it. Any other comes from all open
    sites or from the one open site that is best for it, whichever gains more at its volume.
    """
    instance = priced.instance
    demand = instance.demand * zones[:, None, None]
    keep = _keep_usd(priced, stocking)
    mail = _offers(instance, np.array([MAIL]), np.zeros((1, *instance.shape[1:])))
    places = np.flatnonzero(stocking.size >= 0)
    local = _offers(
        instance,
        places,
        (keep + inbound_usd(instance, instance.required_inbound.route_usd))[places],
    )
    here = stocking.stocked[places]
    free = ~here.any(axis=0)
    chosen = np.where(free, True, here)
    best = _mean(instance, demand, mail, local.of(chosen), keep)
    for number in range(len(places)):
        alone = np.where(free, np.arange(len(places))[:, None] == number, here)
        trial = _mean(instance, demand, mail, local.of(alone), keep)
        better = free & (_yearly_gain(priced, trial) > _yearly_gain(priced, best))
        if better.any():
            chosen = np.where(better, alone, chosen)
            best = _mean(instance, demand, mail, local.of(chosen), keep)
    return best


def _keep_usd(priced: Priced, stocking: Stocking) -> Array:
    """Return handling in the base band and storage of an order drawn from each site, (n_sites, K, T)."""
    size = np.maximum(stocking.size, 0)
    handling = priced.instance.handling_usd[np.arange(len(size)), size, 0]
    return np.asarray(handling[:, None, None] + priced.economics.storage_usd)


def inbound_usd(instance: LocationInstance, route_usd: Array, rows: Index | None = None) -> Array:
    """Return what an order costs when it stands in a site by its cheapest route, (n_sites, n_products, n_periods).

    `route_usd` is of the routes `rows`, all if None.
    """
    cheapest = np.full((len(instance.sites), *instance.shape[1:]), np.inf)
    site = instance.required_inbound.route_site
    np.minimum.at(cheapest, site if rows is None else site[rows], route_usd)
    return cheapest


def _offers(instance: LocationInstance, places: Index, draw_usd: Array) -> Offers:
    """Find the best lane of each place to each cell; `draw_usd` (n_places, K, T) is paid per order drawn."""
    number = np.full(len(instance.sites) + 1, -1)
    number[places] = np.arange(len(places))
    lanes = np.flatnonzero(number[instance.lane_site] >= 0)
    place, zone = number[instance.lane_site[lanes]], instance.lane_zone[lanes]
    order = np.lexsort((zone, place))
    lanes, place, zone = lanes[order], place[order], zone[order]
    new = np.ones(len(lanes), bool)
    new[1:] = (np.diff(place) != 0) | (np.diff(zone) != 0)
    start = np.maximum.accumulate(np.where(new, np.arange(len(lanes)), 0))
    rank = np.arange(len(lanes)) - start
    cost = np.full((len(places), *instance.shape), np.inf)
    lane = np.full(cost.shape, -1)
    for turn in range(int(rank.max(initial=-1)) + 1):
        rows = rank == turn
        at = place[rows], zone[rows]
        drawn = instance.units[instance.lane_way[lanes[rows]]]
        offer = instance.lane_cost(lanes[rows]) + drawn * draw_usd[at[0]]
        better = offer < cost[at]
        cost[at] = np.where(better, offer, cost[at])
        lane[at] = np.where(better, lanes[rows][:, None, None], lane[at])
    return Offers(cost, lane)


def _mean(
    instance: LocationInstance, demand: Array, mail: Offers, local: Offers, keep_usd: Array
) -> MeanOrder:
    """Return the mean order of the cells that both offers reach, or of each side's own cells where there are none."""
    _, n_products, n_periods = instance.shape
    wanted = demand > 0
    reached = [wanted & np.isfinite(offer.cost[0]) for offer in (mail, local)]
    both = reached[0] & reached[1]
    comparable = both.any(axis=(0, 2))
    weights, distance = [], []
    for offer, own in zip((mail, local), reached, strict=True):
        z, k, t = np.nonzero(np.where(comparable[:, None], both, own))
        share = demand[z, k, t] / _sum_by_product(k, demand[z, k, t], n_products)[k]
        lane = offer.lane[0, z, k, t]
        way = instance.lane_way[lane]
        weight = np.zeros(instance.units.shape)
        np.add.at(weight, (way, k, t), share)
        weights.append(weight)
        distance.append(
            _sum_by_product(
                k, share * instance.lane_usd[lane] * instance.way_rate[way, k, t], n_products
            )
        )
    drawn = np.zeros((len(instance.sites), n_products, n_periods))
    np.add.at(drawn, (instance.lane_site[lane], k, t), share * instance.units[way, k, t])
    orders = np.where(both, demand, 0.0).sum(axis=(0, 2))
    wanted_orders = demand.sum(axis=(0, 2))
    return MeanOrder(
        orders=orders,
        reach=np.divide(
            orders, wanted_orders, out=np.full(n_products, np.nan), where=wanted_orders > 0
        ),
        mail=weights[0],
        local=weights[1],
        mail_usd=distance[0],
        local_usd=distance[1] + weighted(drawn, keep_usd),
        drawn=drawn,
    )


def _sum_by_product(product: Index, amount: Array, n_products: int) -> Array:
    return np.bincount(product, weights=amount, minlength=n_products).astype(float)


@dataclass(frozen=True)
class Worth:
    """The two sides of the mean order: m, l in USD per potential order, S and E in USD a year; each (n_products,).

    m and l are NaN where mail or stock reaches nobody.
    """

    mail: Array
    local: Array
    safety: Array
    entry: Array

    def gain(self, orders: Array) -> Array:
        """Return the gain of stock per potential order, entry and safety stock spread over the orders; NaN for none."""
        burden = (self.entry + self.safety) / np.maximum(orders, 1e-300)
        return np.where(
            orders > 0, self.local - self.mail - np.where(orders > 0, burden, 0.0), np.nan
        )


def worth(priced: Priced, mean: MeanOrder) -> Worth:
    """Return what the mean order is worth by mail and from stock."""
    instance = priced.instance
    inbound = inbound_usd(instance, instance.required_inbound.route_usd)
    return Worth(
        mail=np.where(mean.mail.any(axis=(0, 2)), mean.mail_worth(instance.way_cost), np.nan),
        local=np.where(
            mean.local.any(axis=(0, 2)), mean.local_worth(instance.way_cost, inbound), np.nan
        ),
        safety=mean.safety_usd(priced.economics.safety, mean.orders),
        entry=_entry_usd(priced, mean),
    )


def _entry_usd(priced: Priced, mean: MeanOrder) -> Array:
    """Return E: importer set-up and certification in every country whose sites the mean order draws from."""
    site_country = priced.problem.network["sites"]["country"].to_numpy()
    draws = mean.drawn.sum(axis=2) > 0
    here = np.stack(
        [draws[site_country == name].any(axis=0) for name in priced.economics.countries], axis=1
    )
    return np.asarray((priced.economics.entry_usd * here).sum(axis=1))


def _yearly_gain(priced: Priced, mean: MeanOrder) -> Array:
    """Return the gain of stock, USD a year; minus infinity where it reaches nobody."""
    return np.asarray(
        np.nan_to_num(worth(priced, mean).gain(mean.orders), nan=-np.inf)
        * np.maximum(mean.orders, 1e-300)
    )


def winners(gain: Array) -> Array:
    """Return the name of the way that wins at a gain of stock: ``local``, ``direct_mail``, or nothing for NaN."""
    return np.where(np.isnan(gain), "", np.where(gain > 0, "local", "direct_mail"))
