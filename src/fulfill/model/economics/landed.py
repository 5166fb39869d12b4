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

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.geography.distances import Distances
from fulfill.inputs.network import Network
from fulfill.inputs.problem import Problem
from fulfill.model.economics.cancellation import (
    CancellationHazard,
    ConversionLoss,
    LeadTimes,
    Survival,
    lead_times,
    share_within,
    survival,
)
from fulfill.model.economics.duty import BorderPassage, FormalEntry, formal_entry_taxes
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
    HoldingRates,
    SafetyStock,
    StockByPeriod,
    StockPolicy,
    cover_days,
    safety_stock,
    site_demand,
    stock_by_period,
)
from fulfill.model.economics.last_mile import (
    CrossBorderTerms,
    DeliveryOptions,
    Lanes,
    allowed_options,
    lanes_to_zones,
    price_multiplier,
)
from fulfill.model.economics.order_value import (
    ChannelTerms,
    OrderRevenue,
    OrderValue,
    cost_of_a_day,
    net_of_vat,
    order_revenue,
    order_value,
)
from fulfill.model.economics.rated_lanes import Ends, with_lane_rates
from fulfill.model.economics.warehouse import (
    Warehouses,
    capital_recovery,
    storage_fee,
    warehouses,
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


@dataclass(frozen=True)
class Figures:
    """The rows of parameters.csv that the economics reads, grouped by the part that uses them.

    Attributes
    ----------
    entry : FormalEntry
    holding : HoldingRates
    policy : StockPolicy
    crossing : CrossBorderTerms
    hazard : CancellationHazard
    conversion : ConversionLoss
    by_mail, from_site : ChannelTerms
    capital_recovery : float
        Yearly share of a one-off cost.
    importer_setup_usd : float
        One-off cost of an importer in a country, USD.
    """

    entry: FormalEntry
    holding: HoldingRates
    policy: StockPolicy
    crossing: CrossBorderTerms
    hazard: CancellationHazard
    conversion: ConversionLoss
    by_mail: ChannelTerms
    from_site: ChannelTerms
    capital_recovery: float
    importer_setup_usd: float


def read_figures(parameters: Mapping[str, float]) -> Figures:
    """Return the figures of the economics.

    Parameters
    ----------
    parameters : mapping of str to float
        Rows of parameters.csv by name; units as in the data dictionary.
    """
    return Figures(
        entry=FormalEntry(
            entry_value_usd=parameters["entry_value_usd"],
            insurance_rate=parameters["insurance_rate"],
        ),
        holding=HoldingRates(
            goods=parameters["holding_rate"],
            capital=parameters["capital_rate"],
            vat_credit_days=parameters["vat_credit_days"],
        ),
        policy=StockPolicy(
            review_days=parameters["review_days"],
            service_factor=parameters["stock_service_factor"],
            demand_correlation=parameters["demand_correlation"],
        ),
        crossing=CrossBorderTerms(
            fee_usd=parameters["cross_border_fee_usd"], days=parameters["cross_border_days"]
        ),
        hazard=CancellationHazard(
            p0=parameters["cancel_p0"],
            h0=parameters["cancel_h0"],
            lambda_=parameters["cancel_lambda"],
            gamma=parameters["cancel_gamma"],
        ),
        conversion=ConversionLoss(
            reference_days=parameters["conversion_reference_days"],
            eta=parameters["conversion_eta"],
        ),
        by_mail=ChannelTerms(
            dispatch_days=parameters["mail_dispatch_days"],
            payment_loss=parameters["payment_loss_mail"],
            reverse_usd=parameters["reverse_usd_mail"],
            salvage_share=parameters["return_salvage_mail"],
        ),
        from_site=ChannelTerms(
            dispatch_days=parameters["local_dispatch_days"],
            payment_loss=parameters["payment_loss_local"],
            reverse_usd=parameters["reverse_usd_local"],
            salvage_share=parameters["return_salvage_local"],
        ),
        capital_recovery=capital_recovery(parameters["capital_rate"], parameters["horizon_years"]),
        importer_setup_usd=parameters["importer_setup_usd"],
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
    goods, stock = _goods(network), _stock(network, figures)
    routes = _routes(problem, figures, goods, distances)
    inbound = price_inbound(problem, routes)
    stores = warehouses(network["sites"], network["site_sizes"], network["bands"])
    delivery_options, lanes = _outbound(problem, figures, distances)
    lead = _lead_times(network, figures, delivery_options)
    left = _survival(network, figures, delivery_options, lead)
    revenue = _revenue(problem, delivery_options)
    value = _value(network, figures, delivery_options, left, revenue)
    # The same order a day later: the difference prices the delay of a warehouse's later bands.
    late = _survival(
        network,
        figures,
        delivery_options,
        _lead_times(network, figures, delivery_options, delay_days=1.0),
    )
    late_value = _value(network, figures, delivery_options, late, revenue)
    countries = tuple(network["countries"]["country"])
    factor = network["calendar"]["last_mile_factor"].to_numpy(float)
    entry = _entry_cost(network, figures)
    return Economics(
        routes=routes,
        inbound=inbound,
        warehouses=stores,
        stock=stock,
        safety=price_safety_stock(problem, routes, inbound),
        delivery_options=delivery_options,
        lanes=lanes,
        lead_times=lead,
        survival=left,
        value=value,
        price_multiplier=left.units * price_multiplier(delivery_options, factor)[:, None, :],
        within={days: share_within(lead.mean, lead.p90, days) for days in days_in_time},
        storage_usd=storage_fee(stores, network["products"], stock.level, problem.days),
        fixed_usd=stores.fixed_usd_year + figures.capital_recovery * stores.opening_usd,
        entry_usd=np.repeat(figures.capital_recovery * entry[:, None], len(countries), axis=1),
        day_usd=cost_of_a_day(
            delivery_options, (value, left), (late_value, late), goods, problem.orders, countries
        ),
        reference_usd=_reference(problem, goods),
        countries=countries,
    )


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
        _stock(network, figures),
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


def _stock(network: Network, figures: Figures) -> StockByPeriod:
    cover = cover_days(network["products"], figures.policy.review_days)
    return stock_by_period(cover, network["calendar"], network["prebuild"])


def _routes(problem: Problem, figures: Figures, goods: GoodsCost, distances: Distances) -> Routes:
    network = problem.network
    origins, products = network["origins"], network["products"]
    candidates = inbound_routes(
        origins,
        network["gateways"],
        network["sites"],
        products,
        FreightTables(network["freight"], network["lane_rates"], network["emissions"]),
        distances,
    )
    return usable_routes(candidates, goods, origins, products, problem.channels, figures.holding)


def _outbound(
    problem: Problem, figures: Figures, distances: Distances
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
    )
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
        _goods(network),
        network["products"],
        network["calendar"],
        figures.by_mail,
        figures.from_site,
    )


def _entry_cost(network: Network, figures: Figures) -> Array:
    """Return the one-off cost of stocking each product in a country, USD, (n_products,)."""
    products = network["products"]
    certification = products["certification_usd_sku"] * products["skus"]
    return np.asarray(figures.importer_setup_usd + certification.to_numpy(float))


def _reference(problem: Problem, goods: GoodsCost) -> Array:
    """Return net price less the cheapest goods, (n_zones, n_products)."""
    country = problem.demand.zones["country"].to_numpy()
    price = problem.network["products"]["price_usd"].to_numpy(float)
    return net_of_vat(price, problem.network["countries"], country) - goods.cheapest[None, :]
