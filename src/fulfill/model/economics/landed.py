"""The expected economics of one order, put together from the parts of this folder.

This module alone knows the problem: it hands each part the tables and figures that it reads, in the
order freight, duty, inbound, warehouse, last mile, lead time, cancellation, value.

Everything stays in broadcastable factors: by delivery option x product x period, by route x product
x period, by site. With

    p, p_d     share cancelled by delivery, and by dispatch
    conv       orders placed per potential order
    N          net revenue
    G, S       goods cost at the origin, and the share of it that is saved
    landed     goods + freight + duty + tax + handling + last mile
    ret, rev   return rate, and cost of taking an order back
    psi        payment loss

an order is worth (docs/formulation.md, "The economics of one order")

    conv { (1-p) N - (1-p_d) landed - (p-p_d) (rev - S G) - ret (1-p) (N + rev - S G)
           - psi (1-p) N }

Goods that were dispatched and cancelled come back: what was spent is lost except for their salvage.
Costs are positive, revenue negative; `units` = conv (1-p_d) are the orders that leave a site or an
origin per potential order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.geography.distances import Distances
from fulfill.inputs.network import Network
from fulfill.inputs.problem import Problem
from fulfill.inputs.rate_cards import cards_on
from fulfill.model.economics.cancellation import (
    LeadTimes,
    Survival,
    lead_times,
    share_within,
    survival,
)
from fulfill.model.economics.duty import BorderPassage, formal_entry_taxes
from fulfill.model.economics.figures import Figures, read_figures
from fulfill.model.economics.freight import (
    FreightTables,
    Routes,
    inbound_routes,
    order_freight,
)
from fulfill.model.economics.inbound import (
    GoodsCost,
    InboundCost,
    cheapest_route,
    goods_cost,
    inbound_cost,
    usable_routes,
)
from fulfill.model.economics.inventory import (
    SafetyStock,
    StockByPeriod,
    safety_stock,
    site_demand,
)
from fulfill.model.economics.last_mile import (
    DeliveryOptions,
    Lanes,
    allowed_options,
    lanes_to_zones,
    price_multiplier,
)
from fulfill.model.economics.order_value import (
    OrderRevenue,
    OrderValue,
    cost_of_a_day,
    goods_by_option,
    net_of_vat,
    order_revenue,
    order_value,
)
from fulfill.model.economics.rated_lanes import Ends, with_lane_rates
from fulfill.model.economics.site_prices import price_sites, stock_of
from fulfill.model.economics.warehouse import (
    Warehouses,
)

Array = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Economics:
    """Unit economics of a problem; sums of these parts are what every method and the auditor price.

    Attributes
    ----------
    routes, inbound
        The inbound routes, and the landed cost of an order on each.
    warehouses, stock, safety
        Sites by size, cycle and pre-built stock by period, safety stock by site.
    delivery_options, lanes, lead_times, survival, value
        Delivery options and their lanes; lead time, survival and value of an order by option.
    price_multiplier : (n_options, n_products, n_periods)
        Multiplies a lane's price by distance: orders dispatched times the period's surcharge.
    within : dict of days to (n_options, n_periods)
        Share of orders delivered within so many days.
    storage_usd : (n_sites, n_products, n_periods)
        Storage fee of cycle and pre-built stock per dispatched order.
    fixed_usd : (n_sites, n_sizes)
        Rent, overhead and the yearly share of the opening cost.
    entry_usd : (n_products, n_countries)
        Yearly share of certification and importer set-up.
    day_usd : (n_countries,)
        What a day of delay costs an order from a site.
    reference_usd : (n_zones, n_products)
        Net price less the cheapest goods: the constant that turns value into cost.
    countries : tuple of str
        The axis of countries.
    """

    routes: Routes
    inbound: InboundCost
    warehouses: Warehouses
    stock: StockByPeriod
    safety: SafetyStock
    delivery_options: DeliveryOptions
    lanes: Lanes
    lead_times: LeadTimes
    survival: Survival
    value: OrderValue
    price_multiplier: Array
    within: dict[int, Array]
    storage_usd: Array
    fixed_usd: Array
    entry_usd: Array
    day_usd: Array
    reference_usd: Array
    countries: tuple[str, ...]

    def __repr__(self) -> str:
        n_options, n_products, n_periods = self.price_multiplier.shape
        return (
            f"Economics({n_products} products, {n_periods} periods, {len(self.fixed_usd)} sites, "
            f"{n_options} delivery options, {len(self.lanes)} lanes, {len(self.routes)} routes, "
            f"countries={self.countries})"
        )


def economics(
    problem: Problem, distances: Distances, days_in_time: tuple[int, ...] = (3, 5)
) -> Economics:
    """Price every delivery option, route and site of a problem.

    Parameters
    ----------
    problem : Problem
    distances : Distances
        Distances between the places of the problem.
    days_in_time : tuple of int
        Days whose share in time is wanted, for service levels and reports.
    """
    network, figures = problem.network, read_figures(problem.network.parameters)
    goods, stock = _goods(network), stock_of(network, figures)
    routes = _routes(problem, figures, goods, distances)
    inbound = price_inbound(problem, routes)
    sites = price_sites(problem)
    delivery = price_delivery(problem, distances)
    options, left = delivery.options, delivery.survival
    lead = _lead_times(network, figures, options)
    revenue = _revenue(problem, options)
    # The same order a day later: the difference prices the delay of a warehouse's later bands.
    late = _survival(
        network, figures, options, _lead_times(network, figures, options, delay_days=1.0)
    )
    late_value = _value(network, figures, options, late, revenue)
    countries = tuple(network["countries"]["country"])
    return Economics(
        routes=routes,
        inbound=inbound,
        warehouses=sites.warehouses,
        stock=stock,
        safety=price_safety_stock(problem, routes, inbound),
        delivery_options=options,
        lanes=delivery.lanes,
        lead_times=lead,
        survival=left,
        value=delivery.value,
        price_multiplier=delivery.price_multiplier,
        within={days: share_within(lead.mean, lead.p90, days) for days in days_in_time},
        storage_usd=sites.storage_usd,
        fixed_usd=sites.fixed_usd,
        entry_usd=np.repeat(sites.entry_usd[:, None], len(countries), axis=1),
        day_usd=cost_of_a_day(
            options, (delivery.value, left), (late_value, late), goods, problem.orders, countries
        ),
        reference_usd=_reference(problem, goods),
        countries=countries,
    )


@dataclass(frozen=True, repr=False)
class Delivery:
    """What an order costs by each delivery option, the price by distance left out.

    Attributes
    ----------
    options : DeliveryOptions
    lanes : Lanes
    survival : Survival
    value : OrderValue
    price_multiplier : (n_options, n_products, n_periods)
        See `Economics`.
    """

    options: DeliveryOptions
    lanes: Lanes
    survival: Survival
    value: OrderValue
    price_multiplier: Array


def price_delivery(problem: Problem, distances: Distances, lanes: Lanes | None = None) -> Delivery:
    """Price the delivery options of a problem.

    Parameters
    ----------
    problem : Problem
    distances : Distances
        Tell which ferries are taken.
    lanes : Lanes, optional
        Of the same options at other prices, where only the options are wanted.

    Returns
    -------
    Delivery
    """
    network, figures = problem.network, read_figures(problem.network.parameters)
    options, lanes = _outbound(problem, figures, distances, lanes)
    left = _survival(network, figures, options, _lead_times(network, figures, options))
    value = _value(network, figures, options, left, _revenue(problem, options))
    factor = network["calendar"]["last_mile_factor"].to_numpy(float)
    multiplier = left.units * price_multiplier(options, factor)[:, None, :]
    return Delivery(options, lanes, left, value, multiplier)


def same_routes(problem: Problem, distances: Distances, routes: Routes) -> Routes:
    """Return routes with the freight prices of another problem.

    Parameters
    ----------
    problem : Problem
        With the same places as the routes.
    distances : Distances
        Between these places.
    routes : Routes
        Any routes of these places.

    Returns
    -------
    Routes
        The same routes in the same order.
    """
    every = _every_route(problem, distances)
    columns = ("site", "origin", "gateway", "crossing", "mode", "entry_mode")
    wanted, known = (
        pd.MultiIndex.from_arrays([getattr(one, name) for name in columns])
        for one in (routes, every)
    )
    return every.take(known.get_indexer(wanted))


def price_inbound(problem: Problem, routes: Routes) -> InboundCost:
    """Return the landed cost of an order on each route.

    Parameters
    ----------
    problem : Problem
    routes : Routes
        Any routes of the problem, see `Economics.routes`.
    """
    network, figures = problem.network, read_figures(problem.network.parameters)
    products = network["products"]
    factor = network["calendar"]["freight_factor"].to_numpy(float)
    freight = order_freight(routes, factor)
    passage = BorderPassage(
        network["origins"]["country"].to_numpy()[routes.origin],
        network["origins"]["origin_group"].to_numpy()[routes.origin],
        network["sites"]["country"].to_numpy()[routes.site],
        routes.entry_mode,
    )
    taxes = formal_entry_taxes(
        problem.regime,
        passage,
        freight,
        products,
        network["countries"],
        figures.entry,
        figures.holding,
    )
    return inbound_cost(
        routes,
        _goods(network),
        freight,
        taxes,
        products,
        stock_of(network, figures),
        figures.holding,
        figures.entry.insurance_rate,
    )


def price_safety_stock(problem: Problem, routes: Routes, inbound: InboundCost) -> SafetyStock:
    """Price the safety stock of every site by landed value and lead time of its cheapest routes.

    Parameters
    ----------
    problem : Problem
        Prices, demand and holding rates are taken from it.
    routes : Routes
        What the sites can be replenished by.
    inbound : InboundCost
        Cost of these routes.

    Returns
    -------
    SafetyStock
        Cost by site and product as a function of yearly orders.
    """
    network, figures = problem.network, read_figures(problem.network.parameters)
    products, country = network["products"], network["sites"]["country"].to_numpy()
    usual = cheapest_route(routes, inbound, len(country))
    price = products["price_usd"].to_numpy(float)
    margin = net_of_vat(price, network["countries"], country) - usual.value
    demand = site_demand(
        problem.orders,
        problem.demand.zones["country"].to_numpy(),
        country,
        figures.conversion,
        cross_border="cross_border" in problem.channels,
    )
    return safety_stock(products, usual, margin, demand, figures.holding, figures.policy)


def price_orders(problem: Problem, delivery_options: DeliveryOptions) -> OrderValue:
    """Return the cost of a potential order by each delivery option, revenue negative.

    Parameters
    ----------
    problem : Problem
    delivery_options : DeliveryOptions
        Any delivery options of the problem, see `Economics.delivery_options`.
    """
    network, figures = problem.network, read_figures(problem.network.parameters)
    left = _survival(
        network, figures, delivery_options, _lead_times(network, figures, delivery_options)
    )
    return _value(network, figures, delivery_options, left, _revenue(problem, delivery_options))


def _goods(network: Network) -> GoodsCost:
    return goods_cost(network["origins"], network["products"], network["goods_costs"])


def _every_route(problem: Problem, distances: Distances) -> Routes:
    network = problem.network
    return inbound_routes(
        network["origins"],
        network["gateways"],
        network["sites"],
        network["products"],
        FreightTables(network["freight"], network["lane_rates"], network["emissions"]),
        distances,
    )


def _routes(problem: Problem, figures: Figures, goods: GoodsCost, distances: Distances) -> Routes:
    network = problem.network
    return usable_routes(
        _every_route(problem, distances),
        goods,
        network["origins"],
        network["products"],
        problem.channels,
        figures.holding,
    )


def _outbound(
    problem: Problem, figures: Figures, distances: Distances, known: Lanes | None = None
) -> tuple[DeliveryOptions, Lanes]:
    network, taken = problem.network, np.unique(distances.site_zone_ferry)
    options = allowed_options(
        network["services"],
        network["mail_services"],
        network["own_delivery"],
        network["ferries"].loc[taken[taken >= 0]],
        problem.channels,
        figures.crossing,
        len(network["products"]),
        cards_on(network.tables, problem.regime.as_of),
    )
    if known is not None and network["lane_rates"].empty:
        return options, known
    lanes = lanes_to_zones(
        options,
        distances,
        problem.demand.zones,
        network["sites"],
        network["origins"],
        network["own_delivery"],
        network["emissions"],
    )
    zones, access_factor = problem.demand.zones, network.parameters["road_access_factor"]
    tables = network["origins"], network["sites"], network["products"], network["emissions"]
    ends = Ends(zones, *tables, access_factor)
    return with_lane_rates(options, lanes, network["lane_rates"], ends, distances, problem.channels)


def _lead_times(
    network: Network, figures: Figures, delivery_options: DeliveryOptions, delay_days: float = 0.0
) -> LeadTimes:
    mail = (delivery_options.table["channel"] == "direct_mail").to_numpy()
    dispatch = np.where(mail, figures.by_mail.dispatch_days, figures.from_site.dispatch_days)
    return lead_times(delivery_options.table, network["calendar"], dispatch, delay_days)


def _survival(
    network: Network, figures: Figures, delivery_options: DeliveryOptions, lead: LeadTimes
) -> Survival:
    mail = (delivery_options.table["channel"] == "direct_mail").to_numpy()[:, None]
    products = network["products"]
    promise = np.where(
        mail,
        products["promise_mail_days"].to_numpy(float),
        products["promise_local_days"].to_numpy(float),
    )
    return survival(lead, promise, figures.hazard, figures.conversion)


def _revenue(problem: Problem, delivery_options: DeliveryOptions) -> OrderRevenue:
    network = problem.network
    return order_revenue(
        delivery_options,
        network["products"],
        network["countries"],
        network["origins"],
        problem.regime,
        network.value_base,
    )


def _value(
    network: Network,
    figures: Figures,
    delivery_options: DeliveryOptions,
    left: Survival,
    revenue: OrderRevenue,
) -> OrderValue:
    return order_value(
        delivery_options,
        left,
        revenue,
        goods_by_option(delivery_options, _goods(network), network["origins"]),
        network["products"],
        network["calendar"],
        figures.by_mail,
        figures.from_site,
    )


def _reference(problem: Problem, goods: GoodsCost) -> Array:
    """Return net price less the cheapest goods, (n_zones, n_products)."""
    country = problem.demand.zones["country"].to_numpy()
    price = problem.network["products"]["price_usd"].to_numpy(float)
    return net_of_vat(price, problem.network["countries"], country) - goods.cheapest[None, :]
