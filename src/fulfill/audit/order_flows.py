"""Outbound flows priced a second time: from the tables, by the formulas of docs/formulation.md.

A *door* is a row of services.csv, the same row behind a crossing, a row of mail_services.csv, or
own vans in a country and zone class. What an order costs at a door by product and period is worked
out here once; which door a flow reaches follows from the flow's zone and distance, not from the
instance. Nothing of `model/economics` is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import erfc

from fulfill.audit.tariff_rules import Rules
from fulfill.inputs.geography.distances import Distances
from fulfill.inputs.geography.geodesic import air_km
from fulfill.inputs.problem import Problem
from fulfill.model.decisions import Decisions
from fulfill.model.instance import MAIL, LocationInstance

Array = NDArray[np.float64]
Index = NDArray[np.int64]

NORMAL = NormalDist()
QUANTILES = 32
"""Equally likely lead times over which the cancellation law is averaged."""
VAN_KM = 30.0
"""Kilometres at the end of a lane that go by van: its emissions are those of the last mile."""
OWN = "own-vans"
"""`service_id` of the flows that own vans carry."""


@dataclass(frozen=True)
class Doors:
    """The doors of a network, a row each.

    Attributes
    ----------
    table : channel, service_id, country, zone_class, km_from, km_to, base_usd, usd_kg, usd_100km,
        volumetric_kg_m3, days_mean, days_p90
    mail, courier : (n_doors,)
        Whether a row is direct mail, and whether its parcels pass customs one by one.
    """

    table: pd.DataFrame
    mail: NDArray[np.bool_]
    courier: NDArray[np.bool_]

    def column(self, name: str) -> Array:
        """Return a column of figures, (n_doors, 1, 1)."""
        return self.table[name].to_numpy(float)[:, None, None]


@dataclass(frozen=True)
class DoorOrders:
    """One potential order at a door; every array has shape (n_doors, n_products, n_periods).

    Attributes
    ----------
    placed, dispatched, delivered : orders per potential order
    parts : USD per potential order; the price by distance is not in it
    """

    placed: Array
    dispatched: Array
    delivered: Array
    parts: dict[str, Array]


@dataclass(frozen=True)
class OrderFlows:
    """The outbound flows of a plan; every array has shape (n_flows,).

    Attributes
    ----------
    zone, site, product, period : index
    channel : direct_mail, local or cross_border
    orders, placed, dispatched, delivered : orders a year
    lead_days : mean days from order to door, the wait in a band left out
    within : share in time by number of days
    co2e_kg : kg a year
    cost_usd : USD a year by part, of all flows together
    """

    zone: Index
    site: Index
    product: Index
    period: Index
    channel: NDArray[np.object_]
    orders: Array
    placed: Array
    dispatched: Array
    delivered: Array
    lead_days: Array
    within: dict[int, Array]
    co2e_kg: Array
    cost_usd: dict[str, float]


def doors_of(problem: Problem) -> Doors:
    """List the doors that a problem's channels can reach."""
    network, channels = problem.network, set(problem.channels)
    open_to = {
        "local": bool(channels & {"local", "nearshore"}),
        "cross_border": "cross_border" in channels,
        "direct_mail": "direct_mail" in channels,
    }
    services = network["services"].assign(volumetric_kg_m3=0.0)
    later, fee = (
        network.parameters["cross_border_days"],
        network.parameters["cross_border_fee_usd"],
    )
    across = services.assign(
        channel="cross_border",
        base_usd=services["base_usd"] + fee,
        days_mean=services["days_mean"] + later,
        days_p90=services["days_p90"] + later,
    )
    mail = network["mail_services"].assign(
        channel="direct_mail", km_from=0.0, km_to=np.inf, usd_100km=0.0
    )
    cheapest = services[services["km_from"] == 0].groupby(["country", "zone_class"])["base_usd"]
    vans = services.loc[cheapest.idxmin().to_numpy()].assign(
        channel="local", service_id=OWN, km_to=np.inf, base_usd=0.0, usd_kg=0.0, usd_100km=0.0
    )
    table = pd.concat([services.assign(channel="local"), across, mail, vans], ignore_index=True)
    table = table[table["channel"].map(open_to)].reset_index(drop=True)
    channel = table["channel"].to_numpy()
    return Doors(table, channel == "direct_mail", channel != "local")


def lead_days(problem: Problem, doors: Doors, later: float = 0.0) -> tuple[Array, Array]:
    """Return mean and 90th percentile of the days to a door, each (n_doors, 1, n_periods)."""
    calendar = problem.network["calendar"]
    delay = np.where(
        doors.mail[:, None, None],
        calendar["mail_delay_days"].to_numpy(float),
        calendar["last_mile_delay_days"].to_numpy(float),
    )
    return (
        doors.column("days_mean") + delay + later,
        doors.column("days_p90") + delay + later,
    )


def _law(mean: Array, p90: Array) -> tuple[Array, Array]:
    """Return mu and sigma of the lognormal law: ``z90 sigma - sigma^2 / 2 = ln(p90 / mean)``.

    The smaller root; a p90 below the mean is a sure time, one that no lognormal law has is the
    largest that one has.
    """
    z90 = NORMAL.inv_cdf(0.9)
    log_ratio = np.minimum(np.maximum(np.log(p90 / mean), 0.0), z90**2 / 2)
    sigma = z90 - np.sqrt(np.maximum(z90**2 - 2 * log_ratio, 0.0))
    return np.log(mean) - sigma**2 / 2, sigma


def in_time(mean: Array, p90: Array, days: float) -> Array:
    """Return ``P(L <= days)``."""
    mu, sigma = _law(mean, p90)
    sure = sigma < 1e-12
    z = (np.log(days) - mu) / np.where(sure, 1.0, sigma)
    return np.asarray(np.where(sure, mu <= np.log(days), erfc(-z / np.sqrt(2)) / 2), float)


def cancelled(problem: Problem, days: Array, promise: Array) -> Array:
    """Return the share of orders cancelled when the lead time is `days`."""
    figures = problem.network.parameters
    on_time, late = np.minimum(days, promise), np.maximum(days - promise, 0.0)
    hazard = (
        figures["cancel_h0"] * on_time + figures["cancel_lambda"] * late ** figures["cancel_gamma"]
    )
    return np.asarray(1.0 - (1.0 - figures["cancel_p0"]) * np.exp(-hazard))


def door_orders(problem: Problem, doors: Doors, later: float = 0.0) -> DoorOrders:
    """Return what becomes of a potential order at every door, lead times `later` days longer."""
    figures, products = problem.network.parameters, problem.network["products"]
    mail = doors.mail[:, None, None]
    promise = np.where(
        mail,
        _by_product(products, "promise_mail_days"),
        _by_product(products, "promise_local_days"),
    )
    mean, p90 = lead_days(problem, doors, later)
    mu, sigma = _law(mean, p90)
    nodes = [NORMAL.inv_cdf((q + 0.5) / QUANTILES) for q in range(QUANTILES)]
    by_door = sum(cancelled(problem, np.exp(mu + sigma * z), promise) for z in nodes) / QUANTILES
    gone = np.asarray(by_door)
    left = np.where(mail, figures["mail_dispatch_days"], figures["local_dispatch_days"]) + later
    early = np.minimum(cancelled(problem, np.minimum(left, mean), promise), gone)
    placed = np.exp(
        -figures["conversion_eta"] * (mean - figures["conversion_reference_days"])
    ) * np.ones_like(gone)
    dispatched, delivered = placed * (1.0 - early), placed * (1.0 - gone)
    parts = _door_costs(problem, doors, dispatched, delivered)
    return DoorOrders(placed, dispatched, delivered, parts)


def _by_product(products: pd.DataFrame, name: str) -> Array:
    """Return a column of products.csv, (1, n_products, 1)."""
    return products[name].to_numpy(float)[None, :, None]


def _door_costs(
    problem: Problem, doors: Doors, dispatched: Array, delivered: Array
) -> dict[str, Array]:
    """Return USD per potential order by part; revenue is negative."""
    network = problem.network
    figures, products, calendar = network.parameters, network["products"], network["calendar"]
    mail = doors.mail[:, None, None]

    def split(name: str) -> Array:
        return np.where(mail, figures[f"{name}_mail"], figures[f"{name}_local"])

    vat = doors.table["country"].map(network["countries"].set_index("country")["vat_rate"])
    price = _by_product(products, "price_usd")
    net = np.where(
        doors.courier[:, None, None], price, price / (1.0 + vat.to_numpy(float)[:, None, None])
    )
    goods = np.where(
        mail, lowest_goods(problem, overseas=True), lowest_goods(problem, overseas=False)
    )
    fetched = split("return_salvage") * np.where(np.isfinite(goods), goods, 0.0)
    weight, volume = _by_product(products, "weight_kg"), _by_product(products, "volume_m3")
    charged = np.where(
        mail,
        np.maximum(weight, volume * doors.column("volumetric_kg_m3")),
        np.maximum(weight - 1.0, 0.0),
    )
    carrier = doors.column("base_usd") + doors.column("usd_kg") * charged
    mail_price = carrier * calendar["mail_factor"].to_numpy(float)
    door_price = carrier * calendar["last_mile_factor"].to_numpy(float)
    back = net + split("reverse_usd") - fetched
    return {
        "revenue": -delivered * net,
        "payment_loss": split("payment_loss") * delivered * net,
        "returns": _by_product(products, "return_rate") * delivered * back,
        "cancellation": (dispatched - delivered) * (split("reverse_usd") - fetched),
        "goods": np.where(mail, dispatched * goods, 0.0),
        "mail_freight": np.where(mail, dispatched * mail_price, 0.0),
        "courier_tax": dispatched * _courier_taxes(problem, doors)[:, :, None],
        "last_mile": np.where(mail, 0.0, dispatched * door_price),
    }


def lowest_goods(problem: Problem, *, overseas: bool) -> Array:
    """Return the least goods cost of any origin, or of those overseas, (1, n_products, 1).

    Infinite where there is none.
    """
    network = problem.network
    table = network["goods_costs"]
    country = table["origin_id"].map(network["origins"].set_index("origin_id")["country"])
    table = table[country == "CN"] if overseas else table
    least = table.groupby("product_id")["goods_usd"].min().reindex(problem.products)
    return least.fillna(np.inf).to_numpy(float)[None, :, None]


def _courier_taxes(problem: Problem, doors: Doors) -> Array:
    """Return the tax of a parcel from China by door and product, USD; zero where none is due."""
    network, rules = problem.network, Rules.of(problem)
    vat = network["countries"].set_index("country")["vat_rate"]
    products = list(
        zip(network["products"]["tariff_class"], network["products"]["price_usd"], strict=True)
    )
    due = np.zeros((len(doors.table), len(products)))
    country = doors.table["country"].to_numpy()
    for place in np.unique(country[doors.courier]):
        base, vat_rate = network.value_base, float(vat[place])
        taxes = [courier_tax(rules, place, base, vat_rate, *item) for item in products]
        due[doors.courier & (country == place)] = taxes
    return due


def courier_tax(
    rules: Rules, country: str, value_base: str, vat_rate: float, tariff_class: str, price: float
) -> float:
    """Return ``rate V + fee``; infinite where courier entry does not admit the parcel.

    The value `V` of an all-in price follows from the rate of the price's own band; the band of `V`
    then says what is paid. A value between two bands is not admitted.
    """
    first = price / (1.0 + vat_rate) if value_base == "net_price" else price
    rule = rules.find(country, "courier", "CN", tariff_class, first)
    if rule is None:
        return np.inf
    value = price / (1.0 + rule.rate) if value_base == "all_in_price" else first
    rule = rules.find(country, "courier", "CN", tariff_class, value)
    return np.inf if rule is None else rule.rate * value + rule.fixed_usd


def order_flows(
    problem: Problem,
    distances: Distances,
    instance: LocationInstance,
    decisions: Decisions,
    ways: pd.DataFrame,
) -> OrderFlows:
    """Price the outbound flows of a plan.

    Parameters
    ----------
    ways : channel and service_id by way of the instance: the names of what its lanes use
    """
    lane, k, t, orders = decisions.lane, decisions.product, decisions.period, decisions.orders
    doors = doors_of(problem)
    used, at = np.unique(lane, return_inverse=True)
    zone, site, way = (
        part[used] for part in (instance.lane_zone, instance.lane_site, instance.lane_way)
    )
    channel = ways["channel"].to_numpy()[way]
    mailed = site == MAIL
    km = np.where(mailed, _mail_km(problem)[zone], distances.site_zone[site, zone])
    door = _door_of(problem, doors, ways, way, zone, km)
    row = np.where(door < 0, 0, door)[at]
    one = door_orders(problem, doors)
    orders = np.where(door[at] < 0, np.nan, orders)  # no row of a service: no figure
    mean, p90 = (days[:, 0] for days in lead_days(problem, doors))
    dispatched = one.dispatched[row, k, t] * orders
    cost = {name: float((part[row, k, t] * orders).sum()) for name, part in one.parts.items()}
    factor = problem.network["calendar"]["last_mile_factor"].to_numpy(float)
    own = doors.table["service_id"].to_numpy()[row] == OWN
    further = np.where(
        own,
        _van_prices(problem, site, zone)[at],
        doors.table["usd_100km"].to_numpy()[row] * km[at] / 100.0 * factor[t],
    )
    cost["last_mile"] += float((further * dispatched).sum())
    weight = problem.network["products"]["weight_kg"].to_numpy(float)
    return OrderFlows(
        zone=zone[at], site=site[at], product=k, period=t, channel=channel[at],
        orders=orders, placed=one.placed[row, k, t] * orders, dispatched=dispatched,
        delivered=one.delivered[row, k, t] * orders, lead_days=mean[row, t],
        within={days: in_time(mean, p90, days)[row, t] for days in instance.way_within},
        co2e_kg=dispatched * weight[k] * _kg_co2e_per_kg(problem, mailed, km)[at],
        cost_usd=cost,
    )  # fmt: skip


def _door_of(
    problem: Problem, doors: Doors, ways: pd.DataFrame, way: Index, zone: Index, km: Array
) -> Index:
    """Return the door that each lane reaches: its service's row for the zone and the distance.

    -1 where the service has no row.
    """
    zones, table = problem.demand.zones, doors.table
    offered, where = (
        table["channel"] + " " + table["service_id"],
        table["country"] + " " + table["zone_class"],
    )
    services, places = pd.Index(offered.unique()), pd.Index(where.unique())
    asked = services.get_indexer(pd.Index(ways["channel"] + " " + ways["service_id"]))[way]
    there = places.get_indexer(pd.Index(zones["country"] + " " + zones["zone_class"]))[zone]
    rows = zip(
        services.get_indexer(pd.Index(offered)),
        places.get_indexer(pd.Index(where)),
        table["km_from"],
        table["km_to"],
        strict=True,
    )
    door = np.full(len(zone), -1)
    for row, (service, place, low, high) in enumerate(rows):
        fits = (asked == service) & (there == place)
        door[fits & (km <= high) & ((km > low) | (low == 0))] = row
    return door


def _van_prices(problem: Problem, site: Index, zone: Index) -> Array:
    """Return the price of an order by own vans on each lane; NaN where they do not go."""
    sites, zones = problem.network["sites"]["site_id"], problem.demand.zones["zone_id"]
    table = problem.network["own_delivery"].set_index(["site_id", "zone_id"])["usd_order"]
    ends = pd.MultiIndex.from_arrays([sites.to_numpy()[site], zones.to_numpy()[zone]])
    return table.reindex(ends).to_numpy(float)


def _mail_km(problem: Problem) -> Array:
    """Return air km from the nearest origin overseas, (n_zones,); infinite without one."""
    origins, zones = problem.network["origins"], problem.demand.zones
    start = origins.loc[origins["country"] == "CN", ["lat", "lon"]].to_numpy(float)
    km = air_km(start, zones[["lat", "lon"]].to_numpy(float))
    return np.asarray(km.min(axis=0, initial=np.inf))


def _kg_co2e_per_kg(problem: Problem, mailed: NDArray[np.bool_], km: Array) -> Array:
    """Return kg CO2e per kg of goods on each lane: by air or truck, the last kilometres by van."""
    factor = problem.network["emissions"].set_index("mode")["kg_tkm"] / 1000.0
    van = np.where(mailed, VAN_KM, np.minimum(km, VAN_KM))
    far = np.where(mailed, factor["air"] * km, factor["road"] * np.maximum(km - VAN_KM, 0.0))
    return np.asarray(factor["last_mile"] * van + far)
