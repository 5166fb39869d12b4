"""Own vans in a plan: the cost of an order by van, for every site and zone in reach.

A mean delivery day represents the year. Costs are estimated by
`fulfill.routing.day.continuous_approximation`. Where a plan uses vans, routed costs replace the
estimate, and their ratio to the estimate corrects the other pairs: by the ratio of the zone where
routes of another site to it are known, otherwise by the median of the country.
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
    """Cost of an order by own vans, for pairs of a site and a zone of its country, each (n_pairs,).

    The pairs stay the same in all rounds, so that a plan keeps its lanes when prices change.

    Attributes
    ----------
    site, zone : Index
        Position of site and zone.
    country : Index
        Position of the country, over which the correction is averaged.
    estimate : Array
        Estimate by continuous approximation, dispatch cost included, USD per order.
    routed : Array
        Cost of routes, USD per order; NaN where there are none yet.
    """

    site: Index
    zone: Index
    country: Index
    estimate: Array
    routed: Array

    def usd(self) -> Array:
        """Return the routed cost, or the corrected estimate where there are no routes.

        Returns
        -------
        (n_pairs,) array
            USD per order.
        """
        known = np.isfinite(self.routed)
        if not known.any():
            return self.estimate
        ratio = pd.Series(self.routed / self.estimate)
        # Few routes reach a zone, but many a country, where the median resists outliers.
        here = ratio.groupby(self.zone).transform("mean")
        around = ratio.groupby(self.country).transform("median")
        corrected = self.estimate * here.fillna(around).fillna(1.0).to_numpy(float)
        return np.where(known, self.routed, corrected)

    def with_routes(self, site: int, zone: Index, usd: Array) -> VanPrices:
        """Return the prices with the costs of new routes in place of earlier ones.

        Parameters
        ----------
        site : int
            Position of the site.
        zone : (n,)
            Positions of its zones.
        usd : (n,)
            Cost of an order in each zone, USD.

        Returns
        -------
        VanPrices
            With the same pairs.
        """
        # A pair as one integer, which an index can look up.
        width = int(self.zone.max(initial=0)) + 1
        place = pd.Index(self.site * width + self.zone).get_indexer(pd.Index(site * width + zone))
        routed = self.routed.copy()
        routed[place] = usd
        return replace(self, routed=routed)

    def table(self, problem: Problem) -> pd.DataFrame:
        """Return the prices in the form of own_delivery.csv.

        Parameters
        ----------
        problem : Problem
            Names of sites and zones.

        Returns
        -------
        DataFrame
            One row for each pair.
        """
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
    """Estimate the cost of own vans for every site and zone that a van can reach in a day.

    Pairs for which a carrier is cheaper even for the heaviest product are left out, as no plan
    would use them. The density of a zone is that of its orders from all sites of the plan; for a
    zone that is served by mail only, it is the country's mean share of its orders.

    Parameters
    ----------
    problem : Problem
        What was planned.
    economics : Economics
        Distances and carrier prices of the lanes.
    instance : LocationInstance
        Arrays that the decisions refer to.
    decisions : Decisions
        Plan without own vans.

    Returns
    -------
    VanPrices
        Without routed costs.
    """
    figures, zones = problem.network.parameters, problem.demand.zones
    country = zones["country"].to_numpy(object)
    daily = _daily_orders(problem, economics, instance, decisions)
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


def _daily_orders(
    problem: Problem, economics: Economics, instance: LocationInstance, decisions: Decisions
) -> Array:
    """Return the orders of a mean delivery day, (n_zones,).

    The cost of a stop depends on the density of stops, hence on what the plan delivers.
    """
    zones = problem.demand.zones
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
    return np.where(by_zone > 0, by_zone, potential * share.to_numpy(float)) / delivery_days(
        problem
    )


def delivery_days(problem: Problem) -> float:
    """Return the number of delivery days in a year."""
    return float(problem.days.sum() * problem.network.parameters["delivery_days_week"] / 7.0)


def local_orders(
    economics: Economics, instance: LocationInstance, decisions: Decisions
) -> pd.DataFrame:
    """Return the yearly orders that sites deliver in their own country.

    Parameters
    ----------
    economics : Economics
        Delivery options of the lanes.
    instance : LocationInstance
        Arrays that the decisions refer to.
    decisions : Decisions
        The plan.

    Returns
    -------
    DataFrame
        site, zone, product (positions), by_van, orders.
    """
    option, lane = instance.lane_option[decisions.lane], decisions.lane
    here = (economics.delivery_options.table["channel"] == "local").to_numpy()[option] & (
        instance.lane_site[lane] != MAIL
    )
    units = instance.units[option, decisions.product, decisions.period] * decisions.orders
    rows = pd.DataFrame(
        {
            "site": instance.lane_site[lane],
            "zone": instance.lane_zone[lane],
            "product": decisions.product,
            "by_van": economics.delivery_options.own[option],
            "orders": units,
        }
    )
    keys = ["site", "zone", "product", "by_van"]
    return pd.DataFrame(rows[here].groupby(keys, sort=True, as_index=False)["orders"].sum())


def _site_km(economics: Economics, instance: LocationInstance) -> Array:
    """Return road km of domestic lanes, (n_sites, n_zones); infinite where there is none."""
    km = np.full((len(instance.sites), len(instance.zones)), np.inf)
    lanes = economics.lanes
    here = (economics.delivery_options.table["channel"] == "local").to_numpy()[lanes.option]
    km[lanes.site[here], lanes.zone[here]] = lanes.km[here]
    return km


def carrier_prices(problem: Problem, economics: Economics, instance: LocationInstance) -> Array:
    """Return the price of the cheapest carrier for an order, averaged over the year.

    Parameters
    ----------
    problem : Problem
        Its orders weight the periods.
    economics : Economics
        Prices of the lanes.
    instance : LocationInstance
        Sites and zones.

    Returns
    -------
    (n_sites, n_zones, n_products) array
        USD per order; infinite where no carrier delivers.
    """
    calendar, products = problem.network["calendar"], problem.network["products"]
    by_period = problem.orders.sum(axis=(0, 1))
    weight = by_period / by_period.sum()
    factor = float(calendar["last_mile_factor"].to_numpy(float) @ weight)
    parcel = (products["weight_kg"].to_numpy(float), products["volume_m3"].to_numpy(float))
    by_weight = economics.delivery_options.price(*parcel)
    by_card = economics.delivery_options.card_price(*parcel)
    # a period without orders has no part in the mean, also of a price that is infinite
    by_card = np.where(weight > 0, by_card, 0.0) @ weight
    lanes, delivery_options = economics.lanes, economics.delivery_options
    here = np.flatnonzero(
        ((delivery_options.table["channel"] == "local").to_numpy() & ~delivery_options.own)[
            lanes.option
        ]
    )
    usd = np.full((len(instance.sites), len(instance.zones), len(products)), np.inf)
    option = lanes.option[here]
    asked = factor * (by_weight[option] + lanes.distance_usd[here, None]) + by_card[option]
    np.minimum.at(usd, (lanes.site[here], lanes.zone[here]), asked)
    return usd


@dataclass(frozen=True)
class SiteDay:
    """Routes of the mean day of a site.

    Attributes
    ----------
    site : int
        Position of the site.
    depot : DataFrame
        One row: site_id, name, country, lat, lon.
    stops, visits, vehicles : DataFrame
        As the tables of a routed day.
    zones : DataFrame
        zone (position), usd (cost of an order, dispatch included), orders of the day.
    districts : tuple of District
        The audited routes.
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
    problem : Problem
        What was planned; its network has the vehicles.
    orders : DataFrame
        site, zone, product (positions) and orders a year, all of one site.
    carrier_usd : (n_sites, n_zones, n_products)
        See `carrier_prices`; price of the stops that no van serves.
    roads : RoadMap
        Of the network.
    options : EngineOptions
        Of the engine; the seed also determines where stops are placed.

    Returns
    -------
    SiteDay
        With audited routes.

    Raises
    ------
    SolverError
        Where an engine fails or the audit finds a fault.
    """
    network, site = problem.network, int(orders["site"].iloc[0])
    # Seeded by site, so that its day does not depend on which other sites are open.
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
    """Return the mean cost of an order in each zone as routed.

    Stops that no van serves are counted at the price of the carrier.
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
