"""Unit economics of each product, by mail and from stock.

The orders of a group of zones are weighted by demand, each with its best mail service and with its
best lane from a given set of stocking sites. The weights stay fixed while prices and rates change,
so that the mean order can be priced again. With

    orders   potential orders a year that both mail and stock can reach
    mail     margin of the mean order by mail, USD
    local    its margin from stock: best lane, cheapest inbound route, handling in the base band,
             storage
    entry    importer set-up and certification, USD a year
    safety   safety stock of the stocking sites at their shares of the orders, USD a year

stock wins where its gain ``(local - mail) orders - entry - safety(orders)`` is positive. The sites
are given; their rent and opening cost are not included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.model.economics.inventory import SafetyStock
from fulfill.model.instance import MAIL, LocationInstance, leaving_orders
from fulfill.study.run import PricedModel, Run

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]
STOCKED = 1e-6
"""Orders a year from which a site counts as stocking a product."""


@dataclass(frozen=True)
class OpenAssortment:
    """Open sites of a plan, their sizes, and the products that they stock.

    Attributes
    ----------
    size : (n_sites,)
        Position of the open size, -1 where a site is closed.
    stocked : (n_sites, n_products)
        Whether a site stocks a product.
    """

    size: Index
    stocked: Mask

    def within(self, sites: Mask) -> OpenAssortment:
        """Return the assortment with all sites closed except those of a mask, (n_sites,)."""
        return OpenAssortment(np.where(sites, self.size, -1), self.stocked & sites[:, None])


def open_assortment(run: Run) -> OpenAssortment:
    """Return the open sites of a run and the products that leave them; none without a plan."""
    decisions = run.decisions
    if decisions is None:
        n_sites, n_products = len(run.instance.sites), len(run.instance.products)
        return OpenAssortment(np.full(n_sites, -1), np.zeros((n_sites, n_products), bool))
    is_open = decisions.opened.max(axis=1) > 0.5
    stocked = leaving_orders(run.instance, decisions).sum(axis=2) > STOCKED
    return OpenAssortment(np.where(is_open, decisions.opened.argmax(axis=1), -1), stocked)


@dataclass(frozen=True)
class UnitEconomics:
    """Mean order of each product, as weights with which it can be priced.

    Attributes
    ----------
    orders : (n_products,)
        Orders a year; zero where mail and stock have no zone in common, in which case each has the
        mean of its own zones.
    reach : (n_products,)
        These orders over all orders; NaN where there are none.
    mail, local : (n_options, n_products, n_periods)
        Share of the orders by delivery option.
    mail_usd, local_usd : (n_products,)
        Price by distance; from stock also handling and storage; USD per potential order.
    drawn : (n_sites, n_products, n_periods)
        Orders that leave each site per potential order.
    """

    orders: Array
    reach: Array
    mail: Array
    local: Array
    mail_usd: Array
    local_usd: Array
    drawn: Array

    def mail_margin(self, option_cost: Array) -> Array:
        """Return the margin by mail.

        Parameters
        ----------
        option_cost : (n_options, n_products, n_periods)
            Cost by delivery option, USD per potential order.

        Returns
        -------
        (n_products,) array
            USD per potential order; minus infinity where mail is not available.
        """
        return -(weighted(self.mail, option_cost) + self.mail_usd)

    def local_margin(self, option_cost: Array, inbound: Array) -> Array:
        """Return the margin from stock.

        Parameters
        ----------
        option_cost : (n_options, n_products, n_periods)
            Cost by delivery option, USD per potential order.
        inbound : (n_sites, n_products, n_periods)
            Cost of an order in stock at a site, USD; see `inbound_usd`.

        Returns
        -------
        (n_products,) array
            USD per potential order.
        """
        return -(weighted(self.local, option_cost) + weighted(self.drawn, inbound) + self.local_usd)

    def safety_usd(self, safety: SafetyStock, orders: Array) -> Array:
        """Return the cost of safety stock at a volume.

        Parameters
        ----------
        safety : SafetyStock
            Cost function of each site and product.
        orders : (n_products,)
            Orders a year.

        Returns
        -------
        (n_products,) array
            USD a year.
        """
        return np.asarray(safety.cost(self.drawn.sum(axis=2) * orders).sum(axis=0))


def weighted(weight: Array, cost: Array) -> Array:
    """Return the weighted sum of costs by product; a cost with zero weight may be infinite.

    Parameters
    ----------
    weight, cost : (n, n_products, n_periods)
        Weights and costs.

    Returns
    -------
    (n_products,) array
        In the unit of the cost.
    """
    return np.asarray((weight * np.where(weight > 0, cost, 0.0)).sum(axis=(0, 2)))


@dataclass(frozen=True)
class BestLanes:
    """Best lane from each origin of delivery (an open site, or mail) to each cell.

    Attributes
    ----------
    cost : (n_places, n_zones, n_products, n_periods)
        USD per potential order, infinite where there is no lane.
    lane : (n_places, n_zones, n_products, n_periods)
        Position of the lane.
    """

    cost: Array
    lane: Index

    def among(self, chosen: Mask) -> BestLanes:
        """Return the best lane over a selection of places.

        Parameters
        ----------
        chosen : (n_places, n_products)
            Places that may deliver a product.

        Returns
        -------
        BestLanes
            With a single place.
        """
        if not len(chosen):
            return BestLanes(
                np.full((1, *self.cost.shape[1:]), np.inf),
                np.zeros((1, *self.cost.shape[1:]), np.int64),
            )
        cost = np.where(chosen[:, None, :, None], self.cost, np.inf)
        best = cost.argmin(axis=0)[None]
        return BestLanes(
            np.take_along_axis(cost, best, axis=0), np.take_along_axis(self.lane, best, axis=0)
        )


def mean_unit_economics(
    priced: PricedModel, stocking: OpenAssortment, zones: Mask
) -> UnitEconomics:
    """Return the unit economics of a group of zones with the sites of a plan.

    A product that the plan stocks comes from the sites that stock it. Any other product comes from
    all open sites or from the single best open site, whichever gains more at its volume.

    Parameters
    ----------
    priced : PricedModel
        Prices and demand.
    stocking : OpenAssortment
        Open sites and what they stock.
    zones : (n_zones,)
        Mask of the zones.

    Returns
    -------
    UnitEconomics
        Of all products.
    """
    instance = priced.instance
    demand = instance.demand * zones[:, None, None]
    keep = _keep_usd(priced, stocking)
    mail = _best_lanes(instance, np.array([MAIL]), np.zeros((1, *instance.shape[1:])))
    places = np.flatnonzero(stocking.size >= 0)
    local = _best_lanes(
        instance,
        places,
        (keep + inbound_usd(instance, instance.required_inbound.route_usd))[places],
    )
    here = stocking.stocked[places]
    free = ~here.any(axis=0)
    chosen = np.where(free, True, here)
    best = _mean(instance, demand, mail, local.among(chosen), keep)
    # Fewer sites need less entry cost and safety stock; more sites shorten the last mile.
    for number in range(len(places)):
        alone = np.where(free, np.arange(len(places))[:, None] == number, here)
        trial = _mean(instance, demand, mail, local.among(alone), keep)
        better = free & (_yearly_gain(priced, trial) > _yearly_gain(priced, best))
        if better.any():
            chosen = np.where(better, alone, chosen)
            best = _mean(instance, demand, mail, local.among(chosen), keep)
    return best


def _keep_usd(priced: PricedModel, stocking: OpenAssortment) -> Array:
    """Return the cost of handling (base band) and storage of an order, (n_sites, K, T), USD."""
    size = np.maximum(stocking.size, 0)
    handling = priced.instance.handling_usd[np.arange(len(size)), size, 0]
    return np.asarray(handling[:, None, None] + priced.economics.storage_usd)


def inbound_usd(instance: LocationInstance, route_usd: Array, rows: Index | None = None) -> Array:
    """Return the cost of an order in stock at a site, by its cheapest route.

    Parameters
    ----------
    instance : LocationInstance
        Its inbound routes are used.
    route_usd : (n_rows, n_products, n_periods)
        USD per dispatched order.
    rows : (n_rows,), optional
        Positions of the routes; all by default.

    Returns
    -------
    (n_sites, n_products, n_periods) array
        USD; infinite where no route brings the product.
    """
    cheapest = np.full((len(instance.sites), *instance.shape[1:]), np.inf)
    site = instance.required_inbound.route_site
    np.minimum.at(cheapest, site if rows is None else site[rows], route_usd)
    return cheapest


def _best_lanes(instance: LocationInstance, places: Index, draw_usd: Array) -> BestLanes:
    """Find the best lane from each place to each cell; `draw_usd` is the cost per dispatched order.

    Each iteration compares one more lane for every pair of place and zone. An indexed assignment of
    all lanes at once would keep the last lane of a pair, not the best.
    """
    number = np.full(len(instance.sites) + 1, -1)
    number[places] = np.arange(len(places))
    lanes = np.flatnonzero(number[instance.lane_site] >= 0)
    place, zone = number[instance.lane_site[lanes]], instance.lane_zone[lanes]
    order = np.lexsort((zone, place))
    lanes, place, zone = lanes[order], place[order], zone[order]
    new = np.ones(len(lanes), bool)
    new[1:] = (np.diff(place) != 0) | (np.diff(zone) != 0)
    start = np.maximum.accumulate(np.where(new, np.arange(len(lanes)), 0))
    rank = np.arange(len(lanes)) - start  # of a lane among those of its place and zone
    cost = np.full((len(places), *instance.shape), np.inf)
    lane = np.full(cost.shape, -1)
    for turn in range(int(rank.max(initial=-1)) + 1):
        rows = rank == turn
        at = place[rows], zone[rows]
        drawn = instance.units[instance.lane_option[lanes[rows]]]
        trial = instance.lane_cost(lanes[rows]) + drawn * draw_usd[at[0]]
        better = trial < cost[at]
        cost[at] = np.where(better, trial, cost[at])
        lane[at] = np.where(better, lanes[rows][:, None, None], lane[at])
    return BestLanes(cost, lane)


def _mean(
    instance: LocationInstance, demand: Array, mail: BestLanes, local: BestLanes, keep_usd: Array
) -> UnitEconomics:
    """Return the mean order over the cells that both mail and stock reach.

    For a product without such a cell each of them has the mean over its own cells.
    """
    _, n_products, n_periods = instance.shape
    wanted = demand > 0
    reached = [wanted & np.isfinite(side.cost[0]) for side in (mail, local)]
    both = reached[0] & reached[1]
    comparable = both.any(axis=(0, 2))
    weights, distance = [], []
    for side, own in zip((mail, local), reached, strict=True):
        z, k, t = np.nonzero(np.where(comparable[:, None], both, own))
        share = demand[z, k, t] / _sum_by_product(k, demand[z, k, t], n_products)[k]
        lane = side.lane[0, z, k, t]
        option = instance.lane_option[lane]
        weight = np.zeros(instance.units.shape)
        np.add.at(weight, (option, k, t), share)
        weights.append(weight)
        distance.append(
            _sum_by_product(
                k,
                share * instance.lane_usd[lane] * instance.price_multiplier[option, k, t],
                n_products,
            )
        )
    # The last iteration was that of stock, whose lanes start at the sites.
    drawn = np.zeros((len(instance.sites), n_products, n_periods))
    np.add.at(drawn, (instance.lane_site[lane], k, t), share * instance.units[option, k, t])
    orders, all_orders = (np.where(cells, demand, 0.0).sum(axis=(0, 2)) for cells in (both, wanted))
    return UnitEconomics(
        orders=orders,
        reach=np.divide(orders, all_orders, out=np.full(n_products, np.nan), where=all_orders > 0),
        mail=weights[0],
        local=weights[1],
        mail_usd=distance[0],
        local_usd=distance[1] + weighted(drawn, keep_usd),
        drawn=drawn,
    )


def _sum_by_product(product: Index, amount: Array, n_products: int) -> Array:
    return np.bincount(product, weights=amount, minlength=n_products).astype(float)


@dataclass(frozen=True)
class Margin:
    """Margins of the mean order, each (n_products,).

    Attributes
    ----------
    mail, local : Array
        Margin by mail and from stock, USD per potential order; NaN where they reach no zone.
    safety, entry : Array
        Safety stock and entry cost, USD a year.
    """

    mail: Array
    local: Array
    safety: Array
    entry: Array

    def gain(self, orders: Array) -> Array:
        """Return the gain of stock over mail, with entry and safety stock spread over the orders.

        Parameters
        ----------
        orders : (n_products,)
            Orders a year.

        Returns
        -------
        (n_products,) array
            USD per potential order; NaN where there are no orders.
        """
        burden = (self.entry + self.safety) / np.maximum(orders, 1e-300)
        return np.where(
            orders > 0, self.local - self.mail - np.where(orders > 0, burden, 0.0), np.nan
        )


def margin(priced: PricedModel, mean: UnitEconomics) -> Margin:
    """Return the margins of the mean order by mail and from stock.

    Parameters
    ----------
    priced : PricedModel
        Prices of the model.
    mean : UnitEconomics
        Of the same model.

    Returns
    -------
    Margin
        Of all products.
    """
    instance = priced.instance
    inbound = inbound_usd(instance, instance.required_inbound.route_usd)
    return Margin(
        mail=np.where(mean.mail.any(axis=(0, 2)), mean.mail_margin(instance.option_cost), np.nan),
        local=np.where(
            mean.local.any(axis=(0, 2)), mean.local_margin(instance.option_cost, inbound), np.nan
        ),
        safety=mean.safety_usd(priced.economics.safety, mean.orders),
        entry=_entry_usd(priced, mean),
    )


def _entry_usd(priced: PricedModel, mean: UnitEconomics) -> Array:
    """Return the entry cost of the countries in which the mean order is stocked, (n_products,)."""
    site_country = priced.problem.network["sites"]["country"].to_numpy()
    draws = mean.drawn.sum(axis=2) > 0
    here = np.stack(
        [draws[site_country == name].any(axis=0) for name in priced.economics.countries], axis=1
    )
    return np.asarray((priced.economics.entry_usd * here).sum(axis=1))


def _yearly_gain(priced: PricedModel, mean: UnitEconomics) -> Array:
    """Return the gain of stock, USD a year; minus infinity where it reaches no zone."""
    return np.asarray(
        np.nan_to_num(margin(priced, mean).gain(mean.orders), nan=-np.inf)
        * np.maximum(mean.orders, 1e-300)
    )


def winners(gain: Array) -> Array:
    """Return the channel that wins for each product.

    Parameters
    ----------
    gain : (n_products,)
        Gain of stock, see `Margin.gain`.

    Returns
    -------
    (n_products,) array of str
        ``local``, ``direct_mail``, or empty where the gain is NaN.
    """
    return np.where(np.isnan(gain), "", np.where(gain > 0, "local", "direct_mail"))
