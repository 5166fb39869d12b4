r"""The Lagrangian bound of an instance: a lower bound on the cost of every plan.

Relaxed are allocation (1), stocking (13) and every row that couples sites: gateways and plants (6),
mail (7), carriers (8), service (9), budget (10), gateway shares (11), carbon (12), storage (3),
rules on sites (14) and limits of flows (16).
What remains separates by site and size into one continuous knapsack per period
(docs/formulation.md, "The bound"):

.. math:: V_{im} \ge F_{im}
          - \sum_k \max_j \Big( \sum_{z,t} D \max(0, \max_w p_w - u_w (\rho_t + s_{kj})) - a_{kj}
              \Big)^+
          - \sum_{t,b} Q_{imbt} \max(0, \rho_t - h_{imb})

with :math:`p` the profit of serving a cell at the multipliers, :math:`u` the units it takes,
:math:`h` the price of a band, and :math:`a_{kj} + s_{kj} v` the lines whose lower envelope lies
below the concave cost of safety stock. Any prices :math:`\rho` give a valid bound: imprecise ones
make it weaker, never wrong. Minimum volumes of plants are dropped, and so is integrality except
that of sites and stocking.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numba import get_num_threads

from fulfill.location.network.alternatives import (
    NO_CREDIT,
    Alternative,
    cheapest_alternative,
    service_credit,
    service_shares,
)
from fulfill.location.network.lane_limits import at_limit_prices, limits_lanes
from fulfill.location.network.site_arrays import ChosenSites, RelaxedFlows, SiteCosts, SiteLanes
from fulfill.location.network.site_kernels import (
    cheapest_routes,
    chosen_flows,
    profitable,
    site_values,
)
from fulfill.model.arrays import Array, Index
from fulfill.model.instance import MAIL, Inbound, LocationInstance, plant_capacity
from fulfill.model.multipliers import Multipliers, with_prices
from fulfill.model.site_rules import cheapest_choice, rule_rows

ROUNDING = 1e-11
"""Share of the terms of a bound that is taken off for the rounding of their sums."""


@dataclass(frozen=True)
class LocalLanes:
    """Lanes that start at a site, ordered by site and zone, for the kernels.

    Attributes
    ----------
    start : (I + 1,) of int
        ``start[i]:start[i + 1]`` are the lanes of site i.
    zone, option : (L,) of int
    usd : (L,)
        Price by distance, USD per order.
    co2 : (L,)
        kg CO2e per kg of goods.
    """

    start: Index
    zone: Index
    option: Index
    usd: Array
    co2: Array


@dataclass(frozen=True)
class Relaxed:
    """Solution of the relaxed problem at some multipliers.

    Attributes
    ----------
    bound : float
        USD.
    terms : float
        Sum of the absolute values that the bound is the sum of, USD: what its rounding is a share
        of.
    value : (I, M)
        What opening a site at a size adds to the bound, USD; the prices of rules are paid.
    size : (I,)
        Chosen size, -1 closed; the sites obey the rules.
    rules : (n_rules,)
        Prices of the rules on sites, USD per site.
    price : (I, M, T)
        Price of throughput, USD per order.
    slope : (I, M, K)
        Price of safety stock, USD per order; infinite where the product is not stocked.
    flows : RelaxedFlows
        What the chosen sites serve.
    alternative : Alternative
        Cheapest service without a site.
    """

    bound: float
    terms: float
    value: Array
    size: Index
    rules: Array
    price: Array
    slope: Array
    flows: RelaxedFlows
    alternative: Alternative

    @property
    def proven(self) -> float:
        """The bound less what its sum may have been rounded up by, USD."""
        return self.bound - ROUNDING * self.terms

    def proving(self, prices: Multipliers) -> Multipliers:
        """Return the multipliers that prove the bound.

        Parameters
        ----------
        prices : Multipliers
            Those of the evaluation.
        """
        return with_prices(prices, throughput=self.price, rules=self.rules)


def local_lanes(instance: LocationInstance) -> LocalLanes:
    """Return the lanes that start at a site which is not locked closed, ordered for the kernels.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    LocalLanes
    """
    lanes = np.flatnonzero(instance.lane_site != MAIL)
    shut = np.isin(instance.lane_site[lanes], instance.limits.closed)
    lanes = lanes[~shut]
    lanes = lanes[
        np.lexsort(
            (instance.lane_option[lanes], instance.lane_zone[lanes], instance.lane_site[lanes])
        )
    ]
    start = np.searchsorted(instance.lane_site[lanes], np.arange(len(instance.sites) + 1))
    return LocalLanes(
        start,
        instance.lane_zone[lanes],
        instance.lane_option[lanes],
        instance.lane_usd[lanes],
        instance.lane_co2[lanes],
    )


def inbound_price(instance: LocationInstance, prices: Multipliers) -> tuple[Array, Index]:
    """Return the cost of the goods of an order up to and in each site, at the multipliers.

    Parameters
    ----------
    instance : LocationInstance
    prices : Multipliers

    Returns
    -------
    usd : ndarray, shape (I, K, T)
        USD per order: cheapest route and storage; infinite for a site that no route reaches, unless
        the instance has no inbound block.
    route : ndarray of int, shape (I, K, T)
        The cheapest route, -1 for none.
    """
    shape = instance.flow_shape
    fee = np.zeros(shape)
    if instance.stock is not None:
        level = instance.stock.level * instance.volume_m3[:, None, None]
        fee = instance.stock.storage_usd + np.einsum("ktu,iu->ikt", level, prices.storage)
    if instance.inbound is None:
        return fee, np.full(shape, -1)
    usd = instance.inbound.route_usd + route_surcharge(instance, instance.inbound, prices)
    best, route = cheapest_routes(usd, instance.inbound.route_site, shape[0])
    return best + fee, route


def route_surcharge(instance: LocationInstance, inbound: Inbound, prices: Multipliers) -> Array:
    """Return what the multipliers add to the cost of an order by route.

    Parameters
    ----------
    instance : LocationInstance
    inbound : Inbound
    prices : Multipliers

    Returns
    -------
    ndarray, shape (R, K, T)
        USD per order, by the period of the sale.
    """
    # a row of zeros at the end: index -1, no gateway, pays nothing
    gate = np.vstack([prices.gateway, np.zeros((1, prices.gateway.shape[1]))])
    by_landing = (
        gate[inbound.route_gateway]
        + gate[inbound.route_crossing]
        + prices.origin[inbound.route_origin]
    )
    # goods landed ahead of the sale use the gateway in the period of landing
    by_sale = by_landing @ inbound.landing.T
    formal = inbound.route_gateway >= 0
    # row (11): every formal m3 adds to the whole of which each gateway may have a share
    spread = instance.limits.max_gateway_share * prices.share.sum()
    share = np.append(prices.share, 0.0)[inbound.route_gateway]
    by_sale = by_sale + np.where(formal, share - spread, 0.0)[:, None]
    carbon = prices.co2 * inbound.route_co2[:, None, None] * instance.weight_kg[:, None]
    added = np.asarray(by_sale[:, None, :] * instance.volume_m3[:, None] + carbon)
    if instance.flow_limits is not None:
        # row (16) counts orders by route and product, as their goods land
        by_order = instance.flow_limits.routes.T @ (prices.flow @ inbound.landing.T)
        added = added + by_order.reshape(added.shape)
    return added


def evaluate(instance: LocationInstance, lanes: LocalLanes, prices: Multipliers) -> Relaxed:
    """Return the bound and the relaxed solution at some multipliers.

    ``prices.cell`` is clipped at the cheapest alternative: a higher price gives no better bound
    (docs/formulation.md, "The bound", step 1).

    Parameters
    ----------
    instance : LocationInstance
    lanes : LocalLanes
        All of them for a bound of the instance; see `promising`.
    prices : Multipliers

    Returns
    -------
    Relaxed
    """
    alternative = cheapest_alternative(instance, prices)
    cell = np.minimum(prices.cell, alternative.usd)
    charged = _charged_lanes(instance, lanes, prices, cell)
    charge, slope = stock_linearisation(instance)
    fixed = effective_fixed(instance, prices)
    costs = SiteCosts(charge, slope, instance.capacity, instance.handling_usd, fixed)
    value, rho, paid = site_values(charged, costs, prices.throughput, get_num_threads())
    size, rules = choose(instance, value)
    flows = empty_flows(instance)
    chosen_flows(charged, ChosenSites(size, rho, paid), flows)
    weight, least = rule_rows(instance.limits.rules, len(size))
    value = value - (rules @ weight)[:, None]
    terms = np.array([*constant_terms(instance, prices, cell), *(rules * least)])
    sites, at = _counted(instance, value, size)
    opened = value[sites, at]
    bound = float(terms.sum() + opened.sum())
    size_of_terms = float(np.abs(terms).sum() + np.abs(opened).sum())
    return Relaxed(bound, size_of_terms, value, size, rules, rho, paid, flows, alternative)


def _charged_lanes(
    instance: LocationInstance, lanes: LocalLanes, prices: Multipliers, cell: Array
) -> SiteLanes:
    """Return the lanes with everything that is paid on them at the multipliers."""
    charged = prices.service.any()
    within, in_scope = service_shares(instance)
    return SiteLanes(
        start=lanes.start,
        zone=lanes.zone,
        option=lanes.option,
        usd=lanes.usd,
        co2=lanes.co2,
        co2_usd=float(prices.co2),
        credit=service_credit(instance, prices, lanes.zone, lanes.option) if charged else NO_CREDIT,
        option_cost=at_limit_prices(instance, prices).option_cost,
        price_multiplier=instance.price_multiplier,
        units=instance.units,
        inbound=inbound_price(instance, prices)[0],
        carrier=prices.carrier,
        region=instance.carriers.zone_region,
        stocking=prices.stocking,
        country=instance.site_country,
        weight=instance.weight_kg,
        cell=cell,
        demand=instance.demand,
        within=within,
        in_scope=in_scope,
    )


def empty_flows(instance: LocationInstance) -> RelaxedFlows:
    """Return flows of nothing, to be added to by the kernel.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    RelaxedFlows
    """
    n_zones, n_products, n_periods = instance.shape
    n_options = len(instance.option_cost) if limits_lanes(instance) else 0
    return RelaxedFlows(
        served=np.zeros(instance.shape),
        units=np.zeros(instance.flow_shape),
        stocked=np.zeros((n_zones, n_products, len(instance.countries))),
        carried=np.zeros((n_products, len(instance.carriers.regions), n_periods)),
        mailed=np.zeros((n_products, len(instance.countries), n_periods)),
        in_time=np.zeros((n_products, len(instance.limits.targets))),
        co2_kg=np.zeros(n_products),
        sent=np.zeros((n_products, n_options, n_periods)),
    )


def promising(
    instance: LocationInstance, lanes: LocalLanes, prices: Multipliers, slack_usd: float
) -> LocalLanes:
    """Return the lanes that would serve a cell at a profit if its multiplier rose by `slack_usd`.

    A bound on these lanes alone is no bound of the instance; it guides the steps between two
    evaluations of all lanes.

    Parameters
    ----------
    instance : LocationInstance
    lanes : LocalLanes
    prices : Multipliers
    slack_usd : float
        USD per potential order.

    Returns
    -------
    LocalLanes
    """
    # an order in time may earn the multipliers of all service targets
    slack_usd += float(prices.service.sum())
    cell = np.minimum(prices.cell, cheapest_alternative(instance, prices).usd) + slack_usd
    inbound, _ = inbound_price(instance, prices)
    # lowest possible prices of throughput and stock, so that no lane is dropped that could pay
    cheapest = instance.handling_usd.min(axis=(1, 2))
    inbound = inbound + stock_linearisation(instance)[1].min(axis=2)[:, :, None]
    keep = profitable(
        lanes.start, lanes.zone, lanes.option, lanes.usd, instance.option_cost,
        instance.price_multiplier,
        instance.units, inbound + cheapest[:, None, None], cell,
    )  # fmt: skip
    count = np.concatenate([[0], np.cumsum(keep)])
    return LocalLanes(
        count[lanes.start], lanes.zone[keep], lanes.option[keep], lanes.usd[keep], lanes.co2[keep]
    )


def stock_linearisation(instance: LocationInstance) -> tuple[Array, Array]:
    """Return the outer linearisation of the cost of safety stock.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    charge, slope : ndarray, shape (I, K, J)
        USD a year, and USD per order; one line of zeros where the instance has no stock block.
    """
    if instance.stock is None:
        nothing = np.zeros((len(instance.sites), instance.shape[1], 1))
        return nothing, nothing
    return instance.stock.safety.outer_linearisation()


def effective_fixed(instance: LocationInstance, prices: Multipliers) -> Array:
    """Return the fixed cost by site and size at the multipliers of storage and budget.

    Parameters
    ----------
    instance : LocationInstance
    prices : Multipliers

    Returns
    -------
    ndarray, shape (I, M)
        USD a year; infinite where the size is not offered.
    """
    fixed = instance.fixed_usd
    if instance.stock is not None:
        fixed = fixed - instance.stock.storage_m3 * prices.storage.sum(axis=1)[:, None]
    if prices.budget > 0:
        fixed = fixed + prices.budget * instance.invest_usd
    return np.asarray(fixed)


def choose(instance: LocationInstance, value: Array) -> tuple[Index, Array]:
    """Choose the best size of each site; locks, number of sites and rules are observed exactly.

    Parameters
    ----------
    instance : LocationInstance
    value : (I, M)
        USD, infinite where the size is not offered.

    Returns
    -------
    size : ndarray of int, shape (I,)
        -1 for closed.
    rules : ndarray, shape (n_rules,)
        Prices of the rules on sites, zero where the best sites obey them without.
    """
    limits, best = instance.limits, value.min(axis=1)
    best[list(limits.closed)] = np.inf
    locked = np.isin(np.arange(len(best)), limits.opened)
    choice = cheapest_choice(limits.rules, best, locked, limits.max_sites)
    offered = np.isfinite(value).any(axis=1)
    size = np.where(choice.is_open & offered, value.argmin(axis=1), -1)
    return size, choice.prices


def _counted(instance: LocationInstance, value: Array, size: Index) -> tuple[Index, Index]:
    """Return the sites that the bound counts, and their sizes.

    Those are the best of all choices at the prices of the rules. Without rules they are the chosen
    ones.
    """
    if not instance.limits.rules:
        sites = np.flatnonzero(size >= 0)
        return sites, size[sites]
    free = replace(instance, limits=replace(instance.limits, rules=()))
    best, _ = choose(free, value)
    sites = np.flatnonzero(best >= 0)
    return sites, best[sites]


def plant_rent(instance: LocationInstance, prices: Multipliers) -> Array:
    """Return what the capacity of each plant is worth at the multipliers.

    Parameters
    ----------
    instance : LocationInstance
        With inbound routes.
    prices : Multipliers

    Returns
    -------
    ndarray, shape (O,)
        USD a year; a plant with a fixed cost is worth using if it is more than that.
    """
    room = np.where(prices.origin > 0, plant_capacity(instance), 0.0)
    return np.asarray((prices.origin * room).sum(axis=1))


def constant_terms(instance: LocationInstance, prices: Multipliers, cell: Array) -> list[float]:
    """Return the terms of the bound that do not depend on the sites.

    Parameters
    ----------
    instance : LocationInstance
    prices : Multipliers
    cell : (Z, K, T)
        Clipped multipliers of the cells.

    Returns
    -------
    list of float
        USD.
    """
    worth = cell * instance.demand
    # both signs apart, so that the absolute values say how large the numbers in the sum were
    terms = [instance.constant_usd, float(worth.clip(min=0).sum()), float(worth.clip(max=0).sum())]
    rows = [
        (prices.mail, instance.mail.capacity_kg),
        (prices.carrier, instance.carriers.orders),
    ]
    if instance.inbound is not None:
        inbound = instance.inbound
        made = (prices.origin, plant_capacity(instance))
        rows = [(prices.gateway, inbound.gateway_m3), made, *rows]
        if inbound.origin_fixed_usd.any():
            # a plant whose capacity is worth less than its fixed cost is not used
            paid = np.minimum(inbound.origin_fixed_usd, plant_rent(instance, prices))
            terms.append(float(paid.sum()))
    for price, limit in rows:
        # capacities without limit are infinite and have no price
        terms.append(-float((price * np.where(price > 0, limit, 0.0)).sum()))
    if instance.flow_limits is not None:
        terms.append(-float((prices.flow * instance.flow_limits.orders).sum()))
    if instance.stock is not None:
        collected = np.einsum("zkc,zk->kc", prices.stocking, instance.demand.sum(axis=2))
        terms.append(float(np.minimum(0.0, instance.stock.entry_usd - collected).sum()))
    for target, price in zip(instance.limits.targets, prices.service, strict=True):
        terms.append(float(price * target.share * instance.demand[target.zones].sum()))
    if prices.co2 > 0:
        terms.append(-float(prices.co2) * instance.limits.co2_kg)
    if prices.budget > 0:
        terms.append(-float(prices.budget) * instance.limits.budget_usd)
    return terms
