"""Own vans in a plan: what an order costs by them, for every site and zone in reach.

A mean delivery day stands for the year. The estimate is that of
`fulfill.routing.day.continuous_approximation`; what routes cost where a plan sends vans replaces it
there, and its ratio to the estimate corrects the rest: of the zone where another site's routes to
it are known, else the median of the country.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem
from fulfill.model.decisions import Decisions
from fulfill.model.economics.landed import Economics
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.routing.day.continuous_approximation import own_usd_per_order, with_density
from fulfill.routing.day.districts import District
from fulfill.routing.day.fleet import delivery_vehicles
from fulfill.routing.day.route_stops import EngineOptions, RoadMap, route_stops
from fulfill.routing.day.stops import place_orders, whole_orders
from fulfill.routing.day.tables import vehicle_table, visit_table, zone_costs

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class VanPrices:
    """USD an order by own vans, for pairs of a site and a zone of its country, each (n_pairs,).

    The pairs stay the same from round to round, so that a plan keeps its lanes when prices move.

    Attributes
    ----------
    site, zone : index
    country : index of the country, for the ratio
    estimate : by the continuous approximation, dispatch desk included
    routed : by routes, NaN where none were made yet
    """

    site: Index
    zone: Index
    country: Index
    estimate: Array
    routed: Array

    def usd(self) -> Array:
        """Return the routed price, or the estimate corrected by what routes cost over it nearby."""
        known = np.isfinite(self.routed)
        if not known.any():
            return self.estimate
        ratio = pd.Series(self.routed / self.estimate)
        here = ratio.groupby(self.zone).transform("mean")
        around = ratio.groupby(self.country).transform("median")
        corrected = self.estimate * here.fillna(around).fillna(1.0).to_numpy(float)
        return np.where(known, self.routed, corrected)

    def with_routes(self, site: int, zone: Index, usd: Array) -> VanPrices:
        """Return the prices with those of new routes in place of older ones."""
        width = int(self.zone.max(initial=0)) + 1
        place = pd.Index(self.site * width + self.zone).get_indexer(pd.Index(site * width + zone))
        routed = self.routed.copy()
        routed[place] = usd
        return replace(self, routed=routed)

    def table(self, problem: Problem) -> pd.DataFrame:
        """Return the rows of own_delivery.csv."""
        known = np.isfinite(self.routed)
        figures = problem.network.parameters
        detour = f"{figures['street_detour']:g}"
        guessed = f"estimate of a mean delivery day, corrected by routes; detour {detour}"
        source = np.where(known, "routes of a mean delivery day", guessed)
        return pd.DataFrame(
            {
                "site_id": problem.network["sites"]["site_id"].to_numpy(object)[self.site],
                "zone_id": problem.demand.zones["zone_id"].to_numpy(object)[self.zone],
                "usd_order": self.usd().round(4),
                "source": source, "source_date": "", "status": "estimate", "range": "",
            }
        )  # fmt: skip


def estimated(
    problem: Problem, economics: Economics, instance: LocationInstance, decisions: Decisions
) -> VanPrices:
    """Estimate the price of own vans for every site and zone that a van can reach in a day.

    Pairs at which a carrier is cheaper even for the heaviest product are left out: no plan would
    use them. A zone is taken to have the orders that come from any site of the plan; one that is
    only mailed, the country's mean share of its orders.
    """
    figures, zones = problem.network.parameters, problem.demand.zones
    local = local_orders(economics, instance, decisions)
    by_zone = (
        local.groupby("zone")["orders"]
        .sum()
        .reindex(range(len(zones)), fill_value=0.0)
        .to_numpy(float)
    )
    potential = problem.orders.sum(axis=(1, 2))
    country = zones["country"].to_numpy(object)
    by_country, of_all = (
        pd.Series(part).groupby(country).transform("sum") for part in (by_zone, potential)
    )
    share = by_country / of_all
    daily = np.where(by_zone > 0, by_zone, potential * share.to_numpy(float)) / delivery_days(
        problem
    )
    dense = with_density(zones.assign(orders=daily), figures)
    km, dearest = (
        _site_km(economics, instance),
        carrier_prices(problem, economics, instance).max(axis=2),
    )
    pieces: list[tuple[Index, Index, Array]] = []
    for number, home in enumerate(problem.network["sites"]["country"]):
        rows = np.flatnonzero((country == home) & np.isfinite(km[number]) & (daily > 0))
        near = dense.iloc[rows].assign(depot_km=km[number, rows])
        vehicles = delivery_vehicles(problem.network["vehicles"], home)
        usd = (
            own_usd_per_order(near, vehicles, problem.network["speeds"], figures)
            + figures["own_delivery_usd"]
        )
        reached = usd <= dearest[number, rows]
        pieces.append((np.full(int(reached.sum()), number), rows[reached], usd[reached]))
    site, zone, price = (np.concatenate(part) for part in zip(*pieces, strict=True))
    return VanPrices(site, zone, pd.factorize(country)[0][zone], price, np.full(len(price), np.nan))


def delivery_days(problem: Problem) -> float:
    """Return the days of a year on which vans go out."""
    return float(problem.days.sum() * problem.network.parameters["delivery_days_week"] / 7.0)


def local_orders(
    economics: Economics, instance: LocationInstance, decisions: Decisions
) -> pd.DataFrame:
    """Return the orders that sites send to delivery points of their country in a year.

    Returns
    -------
    DataFrame
        site, zone, product (indices), orders, by_van
    """
    way, lane = instance.lane_way[decisions.lane], decisions.lane
    here = (economics.ways.table["channel"] == "local").to_numpy()[way] & (
        instance.lane_site[lane] != MAIL
    )
    units = instance.units[way, decisions.product, decisions.period] * decisions.orders
    rows = pd.DataFrame(
        {
            "site": instance.lane_site[lane],
            "zone": instance.lane_zone[lane],
            "product": decisions.product,
            "by_van": economics.ways.own[way],
            "orders": units,
        }
    )
    keys = ["site", "zone", "product", "by_van"]
    return pd.DataFrame(rows[here].groupby(keys, sort=True, as_index=False)["orders"].sum())


def _site_km(economics: Economics, instance: LocationInstance) -> Array:
    """Return road km of domestic lanes, (n_sites, n_zones), inf where there is none."""
    km = np.full((len(instance.sites), len(instance.zones)), np.inf)
    lanes = economics.lanes
    here = (economics.ways.table["channel"] == "local").to_numpy()[lanes.way]
    km[lanes.site[here], lanes.zone[here]] = lanes.km[here]
    return km


def carrier_prices(problem: Problem, economics: Economics, instance: LocationInstance) -> Array:
    """Return what the cheapest carrier asks for an order in the mean of the year.

    Returns
    -------
    array of float
        (n_sites, n_zones, n_products) USD, infinite where no carrier goes.
    """
    calendar, products = problem.network["calendar"], problem.network["products"]
    by_period = problem.orders.sum(axis=(0, 1))
    factor = float(calendar["last_mile_factor"].to_numpy(float) @ by_period / by_period.sum())
    by_weight = economics.ways.price(
        products["weight_kg"].to_numpy(float), products["volume_m3"].to_numpy(float)
    )
    lanes, ways = economics.lanes, economics.ways
    here = np.flatnonzero(((ways.table["channel"] == "local").to_numpy() & ~ways.own)[lanes.way])
    usd = np.full((len(instance.sites), len(instance.zones), len(products)), np.inf)
    asked = factor * (by_weight[lanes.way[here]] + lanes.distance_usd[here, None])
    np.minimum.at(usd, (lanes.site[here], lanes.zone[here]), asked)
    return usd


@dataclass(frozen=True)
class SiteDay:
    """The routes of a site's mean day.

    Attributes
    ----------
    site : index;  depot : site_id, country, lat, lon (one row);  stops, visits, vehicles : as a
        day's tables
    zones : zone (index), usd (an order, dispatch desk included), orders of the day
    districts : the routes, audited
    """

    site: int
    depot: pd.DataFrame
    stops: pd.DataFrame
    visits: pd.DataFrame
    vehicles: pd.DataFrame
    zones: pd.DataFrame
    districts: tuple[District, ...]


def route_mean_day(
    problem: Problem,
    orders: pd.DataFrame,
    carrier_usd: Array,
    roads: RoadMap,
    options: EngineOptions,
) -> SiteDay:
    """Route the mean day of one site.

    Parameters
    ----------
    orders : site, zone, product (indices), orders a year; all of one site
    carrier_usd : see `carrier_prices`
    roads : of the network
    options : of the engine; the seed places the orders too

    Raises
    ------
    SolverError
        Where an engine breaks or an auditor finds a fault.
    """
    network, site = problem.network, int(orders["site"].iloc[0])
    rng = np.random.default_rng([options.seed, site])
    names = problem.demand.zones["zone_id"].to_numpy(object)
    weight = network["products"]["weight_kg"].to_numpy(float)
    daily = orders["orders"].to_numpy(float) / delivery_days(problem)
    day = pd.DataFrame(
        {
            "zone_id": names[orders["zone"]], "orders": whole_orders(daily, rng),
            "weight_kg": weight[orders["product"]],
        }
    )  # fmt: skip
    depot = (
        network["sites"]
        .iloc[[site]][["site_id", "name", "country", "lat", "lon"]]
        .reset_index(drop=True)
    )
    stops = place_orders(
        problem.demand.zones, day[day["orders"] > 0], network.parameters, roads.land, rng
    )
    districts = route_stops(depot, stops, network["vehicles"], network["speeds"], roads, options)
    visits = visit_table(depot, stops, districts)
    vehicles = vehicle_table(districts, visits)
    costs = zone_costs(visits, vehicles)
    costs["routed_usd_per_order"] += network.parameters["own_delivery_usd"]
    zones = _zone_prices(stops, costs, orders, carrier_usd[site], names)
    return SiteDay(site, depot, stops, visits, vehicles, zones, districts)


def _zone_prices(
    stops: pd.DataFrame,
    costs: pd.DataFrame,
    orders: pd.DataFrame,
    carrier_usd: Array,
    names: NDArray[np.object_],
) -> pd.DataFrame:
    """Return what an order of each zone costs by the routes.

    Stops that no van serves are given to the carrier.
    """
    asked = (
        orders.assign(usd=carrier_usd[orders["zone"], orders["product"]] * orders["orders"])
        .groupby("zone")
        .sum()
    )
    table = stops.groupby("zone_id", sort=True)["orders"].sum().to_frame("orders").reset_index()
    table = table.merge(costs, on="zone_id", how="left").fillna(0.0)
    zone = pd.Index(names).get_indexer(pd.Index(table["zone_id"]))
    by_carrier = (asked["usd"] / asked["orders"]).reindex(zone).to_numpy(float)
    served = table["routed_orders"] / table["orders"]
    usd = served * table["routed_usd_per_order"] + (1.0 - served) * by_carrier
    return pd.DataFrame({"zone": zone, "usd": usd, "orders": table["orders"]})
