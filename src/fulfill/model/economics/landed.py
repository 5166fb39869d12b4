"""The expected economics of one order, put together from the parts of this folder.

Everything stays in broadcastable factors: by way x product x period, by route x product x period,
by site. With

    p, pd    share cancelled by the door, and by dispatch         conv  orders placed per potential
    order N        net revenue                                          G     goods cost at the
    origin, S salvage share landed   goods + freight + duty + tax + handling + last mile

an order is worth (docs/formulation.md, "The economics of one order")

    conv { (1-p) N - (1-pd) landed + (p-pd) (S G - reverse) - r (1-p) (N + reverse - S G) - psi
    (1-p) N }

Goods that were dispatched and cancelled come back: what was spent is lost except for their salvage.
Costs are positive, revenue negative; `units` = conv (1-pd) are the orders that leave a site or an
origin per potential order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.geography.distances import Distances
from fulfill.inputs.network import Network
from fulfill.inputs.problem import Problem
from fulfill.model.economics.cancellation import share_within
from fulfill.model.economics.freight import Routes, inbound_routes
from fulfill.model.economics.inbound import (
    cheapest_goods,
    price_routes,
    replenishment,
    usable_routes,
)
from fulfill.model.economics.inventory import SafetyStock, safety_stock, stock_by_period
from fulfill.model.economics.last_mile import Lanes, Ways, lanes_to_zones, ways_to_door
from fulfill.model.economics.order_value import OrderValue, lead_times, value_orders
from fulfill.model.economics.warehouse import Warehouses, capital_recovery, warehouses

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Economics:
    """Unit economics of a problem; sums of these parts are what every method and the auditor price.

    Attributes
    ----------
    ways, lanes, routes, warehouses, safety
    way_parts : dict of (n_ways, n_products, n_periods)
        USD per potential order, by part.
    way_rate : (n_ways, n_products, n_periods)
        Multiplies a lane's price by distance.
    placed, units, delivered : (n_ways, n_products, n_periods)
        Orders placed, dispatched, and delivered (returns not yet deducted) per potential order.
    lead_days : (n_ways, n_periods), within : dict of days to (n_ways, n_periods)
    route_parts : dict of (n_routes, n_products, n_periods)
        USD per dispatched order; infinite where the route's origin does not make the product.
    storage_usd : (n_sites, n_products, n_periods)
        Storage fee of cycle and pre-built stock per dispatched order.
    stock_level : (n_products, n_periods, n_periods)
        Orders in stock in the column's period per order dispatched in the row's.
    fixed_usd : (n_sites, n_sizes)
        Rent, overhead and the yearly share of the opening cost.
    entry_usd : (n_products, n_countries)
        Yearly share of certification and importer set-up.
    day_usd : (n_countries,) What a day of delay costs an order from a site: cancelled and unplaced
        orders times their margin.
    reference_usd : (n_zones, n_products)
        Net price less the cheapest goods: the constant that turns value into cost.
    """

    ways: Ways
    lanes: Lanes
    routes: Routes
    warehouses: Warehouses
    safety: SafetyStock
    way_parts: dict[str, Array]
    way_rate: Array
    placed: Array
    units: Array
    delivered: Array
    lead_days: Array
    within: dict[int, Array]
    route_parts: dict[str, Array]
    storage_usd: Array
    stock_level: Array
    fixed_usd: Array
    entry_usd: Array
    day_usd: Array
    reference_usd: Array
    countries: tuple[str, ...]


def economics(
    problem: Problem, distances: Distances, targets: tuple[int, ...] = (3, 5)
) -> Economics:
    """Price every way, route and site of a problem.

    Parameters
    ----------
    targets : days whose share in time is wanted, for service levels and reports
    """
    network, figures = problem.network, problem.network.parameters
    countries = tuple(network["countries"]["country"])
    routes = usable_routes(problem, inbound_routes(network, distances))
    route_parts = price_routes(problem, routes)
    ways = ways_to_door(problem)
    value = value_orders(problem, ways)
    stores = warehouses(network)
    recovery = capital_recovery(figures["capital_rate"], figures["horizon_years"])
    level, _ = stock_by_period(network)
    products = network["products"]
    entry = figures["importer_setup_usd"] + (
        products["certification_usd_sku"] * products["skus"]
    ).to_numpy(float)
    mean, p90 = lead_times(problem, ways)
    return Economics(
        ways=ways,
        lanes=lanes_to_zones(problem, ways, distances),
        routes=routes,
        warehouses=stores,
        safety=price_safety_stock(problem, routes, route_parts),
        way_parts=value.parts,
        way_rate=value.units * _surcharge(network, ways)[:, None, :],
        placed=value.placed,
        units=value.units,
        delivered=value.delivered,
        lead_days=mean,
        within={days: share_within(mean, p90, days) for days in targets},
        route_parts=route_parts,
        storage_usd=_storage_fee(problem, stores, level),
        stock_level=level,
        fixed_usd=stores.fixed_usd_year + recovery * stores.opening_usd,
        entry_usd=np.repeat(recovery * entry[:, None], len(countries), axis=1),
        day_usd=_day_cost(problem, ways, value, countries),
        reference_usd=_reference(problem),
        countries=countries,
    )


def _surcharge(network: Network, ways: Ways) -> Array:
    """Return what a lane's price is multiplied by in each period, (n_ways, n_periods): own vans have no surcharge."""
    factor = network["calendar"]["last_mile_factor"].to_numpy(float)
    return np.where(ways.own[:, None], 1.0, factor)


def price_safety_stock(problem: Problem, routes: Routes, parts: dict[str, Array]) -> SafetyStock:
    """Price the safety stock of every site by the landed value and lead time of its cheapest routes.

    Parameters
    ----------
    problem : the tables that prices, demand and holding rates are taken from
    routes : the inbound routes that the sites can be replenished by
    parts : cost of each route by part, each (n_routes, n_products, n_periods), USD per dispatched
        order

    Returns
    -------
    SafetyStock
        Cost by site and product as a function of yearly orders.
    """
    usual = replenishment(problem, routes, parts)
    country = problem.network["sites"]["country"].to_numpy()
    vat = (
        problem.network["countries"]
        .set_index("country")["vat_rate"]
        .reindex(country)
        .to_numpy(float)
    )
    price = problem.network["products"]["price_usd"].to_numpy(float)
    margin = price[None, :] / (1.0 + vat[:, None]) - usual.value
    return safety_stock(problem, country, usual.days, usual.days_sd, usual.value, margin)


def _storage_fee(problem: Problem, stores: Warehouses, level: Array) -> Array:
    """Return the storage fee of cycle and pre-built stock, USD per dispatched order."""
    volume = problem.network["products"]["volume_m3"].to_numpy(float)
    months = level @ (problem.days * 12.0 / problem.days.sum())
    return np.asarray(stores.storage_usd_m3_month[:, None, None] * (volume[:, None] * months)[None])


def _day_cost(problem: Problem, ways: Ways, value: OrderValue, countries: tuple[str, ...]) -> Array:
    """Return what one more day costs an order from a site: the slope of its value at the ways of the country.

    A country without local ways counts those across its border, the only ones that its sites can
    use.
    """
    later = value_orders(problem, ways, delay_days=1.0)
    share = problem.orders.sum(axis=(0, 2)) / problem.orders.sum()
    place, channel = (ways.table[name].to_numpy() for name in ("country", "channel"))

    def loss(rows: NDArray[np.int64]) -> Array:
        with np.errstate(
            invalid="ignore"
        ):  # infinity less infinity: a way that is closed to a product
            lost = sum(part[rows] for part in later.parts.values()) - sum(
                part[rows] for part in value.parts.values()
            )
        lost = (
            lost + (later.units[rows] - value.units[rows]) * cheapest_goods(problem)[None, :, None]
        )
        by_product = lost.mean(axis=2)
        return np.asarray(
            np.maximum(np.where(np.isfinite(by_product), by_product, 0.0) @ share, 0.0)
        )

    # own vans left out, so that a day costs the same whether there are any
    local, across = (
        np.flatnonzero((channel == "local") & ~ways.own),
        np.flatnonzero(channel == "cross_border"),
    )
    local_usd, across_usd = loss(local), loss(across)
    usual = []
    for country in countries:
        own, other = local_usd[place[local] == country], across_usd[place[across] != country]
        used = own if len(own) else other
        usual.append(
            float(np.median(used)) if len(used) else 0.0
        )  # without a way nothing can be late
    return np.array(usual)


def _reference(problem: Problem) -> Array:
    """Return net price less the cheapest goods by zone and product."""
    country = problem.demand.zones["country"].to_numpy()
    vat = (
        problem.network["countries"]
        .set_index("country")["vat_rate"]
        .reindex(country)
        .to_numpy(float)
    )
    price = problem.network["products"]["price_usd"].to_numpy(float)
    return price[None, :] / (1.0 + vat[:, None]) - cheapest_goods(problem)[None, :]
