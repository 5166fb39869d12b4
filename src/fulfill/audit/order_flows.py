"""Independent costs of the outbound flows, from the tables by the formulas of docs/formulation.md.

The delivery option of a flow follows from its zone and distance, not from the instance; the cost of
an order at each option is that of `delivery_options`. Nothing of `model/economics` is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.audit.delivery_options import (
    OWN,
    DeliveryOptions,
    delivery_options,
    in_time,
    lead_days,
    option_orders,
)
from fulfill.audit.goods_flows import goods_at_origins
from fulfill.audit.lane_rates import BY_RAIL, RATE, row_of
from fulfill.audit.rate_cards import Cards, zone_at
from fulfill.inputs.geography.distances import Distances
from fulfill.inputs.geography.geodesic import air_km
from fulfill.inputs.problem import Problem
from fulfill.model.decisions import Decisions
from fulfill.model.instance import MAIL, LocationInstance

Array = NDArray[np.float64]
Index = NDArray[np.int64]

VAN_KM = 30.0
"""Last kilometres of a lane, which are driven by van and have last-mile emissions."""


@dataclass(frozen=True)
class OrderFlows:
    """Outbound flows of a plan; every array has shape (n_flows,).

    Attributes
    ----------
    zone, site, product, period : Index
        Position along the axes of the instance.
    plant : Index
        Plant of a direct shipment, -1 for all other flows.
    channel : array of str
        direct_mail, local, cross_border, or nearshore for a direct shipment of a plant.
    orders, placed, dispatched, delivered : Array
        Orders a year.
    lead_days : Array
        Mean days from order to delivery, without the delay of overtime and temporary bands.
    within : dict of int to Array
        Share delivered in time, by number of days.
    co2e_kg : Array
        Emissions, kg CO2e a year.
    cost_usd : dict of str to float
        Totals by part, USD a year.
    """

    zone: Index
    site: Index
    product: Index
    period: Index
    plant: Index
    channel: NDArray[np.object_]
    orders: Array
    placed: Array
    dispatched: Array
    delivered: Array
    lead_days: Array
    within: dict[int, Array]
    co2e_kg: Array
    cost_usd: dict[str, float]


def order_flows(
    problem: Problem,
    distances: Distances,
    instance: LocationInstance,
    decisions: Decisions,
    option_table: pd.DataFrame,
) -> OrderFlows:
    """Compute volumes, lead times, emissions and costs of the outbound flows of a plan.

    Parameters
    ----------
    problem : Problem
        What was planned.
    distances : Distances
        Between sites and zones.
    instance : LocationInstance
        Only the indices of its lanes are used.
    decisions : Decisions
        The plan, in the indices of the instance.
    option_table : DataFrame
        `channel` and `service_id` of each delivery option of the instance.

    Returns
    -------
    OrderFlows
        In the order of the flows of `decisions`; NaN where no row of the tables fits a flow.
    """
    lane, k, t, orders = decisions.lane, decisions.product, decisions.period, decisions.orders
    options = delivery_options(problem)
    used, at = np.unique(lane, return_inverse=True)
    parts = instance.lane_zone, instance.lane_site, instance.lane_option, instance.lane_plant
    zone, site, option, plant = (part[used] for part in parts)
    channel = option_table["channel"].to_numpy()[option]
    service = option_table["service_id"].to_numpy()[option]
    lanes = _lanes(problem, distances, site, plant, zone, service)
    driven = _driven_km(problem, lanes)
    option = _option_of(problem, options, option_table, option, lanes)
    flow = site[at], plant[at], zone[at], k
    option = _rated_option(problem, options, service.astype(str)[at], flow, option[at])
    row = np.where(option < 0, 0, option)
    one = option_orders(problem, options)
    # NaN, so that a flow without a row in the tables can never agree with a claimed figure.
    orders = np.where(option < 0, np.nan, orders)
    mean, p90 = (days[:, 0] for days in lead_days(problem, options))
    dispatched = one.dispatched[row, k, t] * orders
    cost = {name: float((part[row, k, t] * orders).sum()) for name, part in one.parts.items()}
    own = options.table["service_id"].to_numpy()[row] == OWN
    lane_usd = _distance_usd(problem, options, row, lanes.km[at], t)
    lane_usd = np.where(own, _van_prices(problem, site, zone)[at], lane_usd)
    cost["last_mile"] += float(lane_usd @ dispatched)
    cost["goods"] += _direct_goods(problem, plant[at], k, dispatched)
    kg = problem.network["products"]["weight_kg"].to_numpy(float)[k] * dispatched
    return OrderFlows(
        zone=zone[at], site=site[at], product=k, period=t, plant=plant[at], channel=channel[at],
        orders=orders, placed=one.placed[row, k, t] * orders, dispatched=dispatched,
        delivered=one.delivered[row, k, t] * orders, lead_days=mean[row, t],
        within={days: in_time(mean, p90, days)[row, t] for days in instance.option_within},
        co2e_kg=kg * _kg_co2e_per_kg(problem, channel, service, driven)[at],
        cost_usd=cost,
    )  # fmt: skip


def _direct_goods(problem: Problem, plant: Index, k: Index, dispatched: Array) -> float:
    """Return the cost of the goods that plants ship straight to consumers, USD a year."""
    straight = np.flatnonzero(plant >= 0)
    made = goods_at_origins(problem)[plant[straight], k[straight]]
    return float((made * dispatched[straight]).sum())


def _distance_usd(
    problem: Problem, options: DeliveryOptions, row: Index, km: Array, period: Index
) -> Array:
    """Return the price of an order by distance, USD; none where lane_rates.csv has the price."""
    rated = options.table["rate_row"].to_numpy()[row] >= 0
    factor = problem.network["calendar"]["last_mile_factor"].to_numpy(float)[period]
    per_km = options.table["usd_100km"].to_numpy()[row] / 100.0 * factor
    return np.where(rated, 0.0, per_km * np.where(rated, 0.0, km))


def _rated_option(
    problem: Problem,
    options: DeliveryOptions,
    claimed: NDArray[np.str_],
    flow: tuple[Index, Index, Index, Index],
    option: Index,
) -> Index:
    """Return the delivery option of each flow, that of lane_rates.csv where a row holds for it.

    -1 where a row forbids the flow, or where the flow claims a rate that no row has.

    Parameters
    ----------
    claimed : (n_flows,) of str
        `service_id` of the plan.
    flow : four (n_flows,)
        Site, plant, zone and product.
    option : (n_flows,)
        Of the services of carriers and of mail.
    """
    site, plant, zone, k = flow
    network = problem.network
    sites, plants = (
        network[f"{kind}s"][f"{kind}_id"].to_numpy(object) for kind in ("site", "origin")
    )
    start = np.where(plant >= 0, plants[plant], np.append(sites, "")[site])
    goal = problem.demand.zones["zone_id"].to_numpy(object)[zone]
    mode = np.where(np.char.startswith(claimed, BY_RAIL), "rail", "road")
    row = row_of(problem, start, goal, k, mode)
    at_rate = np.char.startswith(claimed, RATE)
    place = pd.Index(
        options.table["rate_row"].where(options.table["rate_row"] >= 0, -2 - options.table.index)
    )
    rated = place.get_indexer(pd.Index(row))
    return np.where(row >= 0, rated, np.where(at_rate, -1, option))


@dataclass(frozen=True)
class _Lanes:
    """The lanes of a plan, (n_lanes,): zone, site (-1 by mail), km, row of the ferry (-1: none)."""

    zone: Index
    site: Index
    km: Array
    ferry: Index


def _lanes(
    problem: Problem,
    distances: Distances,
    site: Index,
    plant: Index,
    zone: Index,
    service: NDArray[np.object_],
) -> _Lanes:
    """Return the lanes from sites or plants, or by mail services, to zones."""
    return _Lanes(
        zone=zone,
        site=site,
        km=_km(problem, distances, site, plant, zone, service),
        ferry=np.where(site == MAIL, -1, distances.site_zone_ferry[site, zone]),
    )


def _option_of(
    problem: Problem,
    options: DeliveryOptions,
    delivery_options: pd.DataFrame,
    option: Index,
    lanes: _Lanes,
) -> Index:
    """Return the delivery option of each lane: its service's row for zone, distance and ferry.

    With a rate card also the zone of the card and the state must fit. -1 where the service has no
    such row.
    """
    zones, table, km = problem.demand.zones, options.table, lanes.km
    offered, where = (
        table["channel"] + " " + table["service_id"],
        table["country"] + " " + table["zone_class"],
    )
    services, places = pd.Index(offered.unique()), pd.Index(where.unique())
    asked = services.get_indexer(
        pd.Index(delivery_options["channel"] + " " + delivery_options["service_id"])
    )[option]
    there = places.get_indexer(pd.Index(zones["country"] + " " + zones["zone_class"]))[lanes.zone]
    taken = np.array([*problem.network["ferries"]["ferry_id"], ""], object)[lanes.ferry]
    on_card = _card_places(problem, options, lanes)
    rows = zip(
        services.get_indexer(pd.Index(offered)),
        places.get_indexer(pd.Index(where)),
        *(table[name] for name in ("km_from", "km_to", "ferry_id")),
        *(table[name] for name in ("card", "country", "card_zone", "card_state")),
        strict=True,
    )
    found = np.full(len(km), -1)
    for row, (service, place, low, high, ferry_id, card, country, *place_on_card) in enumerate(
        rows
    ):
        fits = (asked == service) & (there == place) & (taken == ferry_id)
        if card:
            for on_lane, of_row in zip(on_card[card, country], place_on_card, strict=True):
                fits &= on_lane == of_row
        found[fits & (km <= high) & ((km > low) | (low == 0))] = row
    return found


def _card_places(
    problem: Problem, options: DeliveryOptions, lanes: _Lanes
) -> dict[tuple[str, str], tuple[NDArray[np.object_], NDArray[np.object_]]]:
    """Return card_zone and card_state of each lane, (n_lanes,), by card and country.

    Mail has no site and no distance by road.
    """
    cards = Cards.of(problem)
    from_state = np.array([*problem.network["sites"]["state"], ""], object)[lanes.site]
    to_state = problem.demand.zones["state"].to_numpy(object)[lanes.zone]
    km = np.where(lanes.site == MAIL, 0.0, lanes.km)
    used = options.table.loc[options.table["card"] != "", ["card", "country"]].drop_duplicates()
    found = {}
    for card, country in used.itertuples(index=False):
        ends = list(zip(from_state, to_state, strict=True))
        bands = {pair: cards.bands(card, country, *pair) for pair in set(ends)}
        zone = [zone_at(bands[pair], far) for pair, far in zip(ends, km, strict=True)]
        named = cards.states(card, country)
        state = [name if name in named else "*" for name in to_state]
        found[card, country] = (np.array(zone, object), np.array(state, object))
    return found


def _van_prices(problem: Problem, site: Index, zone: Index) -> Array:
    """Return the price of an order by own vans on each lane, USD; NaN where they do not deliver."""
    sites, zones = problem.network["sites"]["site_id"], problem.demand.zones["zone_id"]
    table = problem.network["own_delivery"].set_index(["site_id", "zone_id"])["usd_order"]
    ends = pd.MultiIndex.from_arrays([sites.to_numpy()[site], zones.to_numpy()[zone]])
    return table.reindex(ends).to_numpy(float)


def _km(
    problem: Problem,
    distances: Distances,
    site: Index,
    plant: Index,
    zone: Index,
    service: NDArray[np.object_],
) -> Array:
    """Return the length of each lane: by air for mail, else by road."""
    from_plant = _direct_km(problem)[plant, zone]
    from_abroad = np.where(plant >= 0, from_plant, _mail_km(problem, service, zone))
    return np.where(site == MAIL, from_abroad, distances.site_zone[site, zone])


def _driven_km(problem: Problem, lanes: _Lanes) -> Array:
    """Return the length over which lanes emit: without a road, as that of a direct shipment."""
    sites, goals = problem.network["sites"], problem.demand.zones
    air = air_km(sites[["lat", "lon"]].to_numpy(float), goals[["lat", "lon"]].to_numpy(float))
    straight = air[lanes.site, lanes.zone] * problem.network.parameters["road_access_factor"]
    return np.where((lanes.site != MAIL) & ~np.isfinite(lanes.km), straight, lanes.km)


def _direct_km(problem: Problem) -> Array:
    """Return km of direct shipments, (n_origins, n_zones): great circle times the access factor."""
    starts, goals = problem.network["origins"], problem.demand.zones
    km = air_km(starts[["lat", "lon"]].to_numpy(float), goals[["lat", "lon"]].to_numpy(float))
    return np.asarray(km * problem.network.parameters["road_access_factor"])


def _mail_km(problem: Problem, service: NDArray[np.object_], zone: Index) -> Array:
    """Return air km of mailed lanes from the nearest origin of their service, (n_lanes,).

    Infinite where a service has none; lanes of other services have no meaning.
    """
    origins, zones = problem.network["origins"], problem.demand.zones
    collects = problem.network["mail_services"].drop_duplicates("service_id")
    km = np.full(len(zone), np.inf)
    for name, country in zip(collects["service_id"], collects["from_country"], strict=True):
        near = (origins["country"] == country) | (country == "")
        start = origins[(origins["direct_mail"] == "yes") & near]
        lanes = np.flatnonzero(service == name)
        goal = zones.iloc[zone[lanes]]
        km[lanes] = air_km(
            start[["lat", "lon"]].to_numpy(float), goal[["lat", "lon"]].to_numpy(float)
        ).min(axis=0, initial=np.inf)
    return km


def _kg_co2e_per_kg(
    problem: Problem, channel: NDArray[np.object_], service: NDArray[np.object_], km: Array
) -> Array:
    """Return the emissions of each lane, kg CO2e per kg of goods.

    By aircraft, truck or train, and by van over the last kilometres.
    """
    table = problem.network["emissions"]
    if table.empty:
        return np.full(len(km), np.nan)  # not part of the case: no value, not zero
    factor = table.set_index("mode")["kg_tkm"] / 1000.0
    mailed = channel == "direct_mail"
    by_rail = np.char.startswith(service.astype(str), BY_RAIL)
    by_land = np.where(by_rail, factor.get("rail", np.nan), factor["road"])
    van = np.where(mailed, VAN_KM, np.minimum(km, VAN_KM))
    far = np.where(mailed, factor["air"] * km, by_land * np.maximum(km - VAN_KM, 0.0))
    return np.asarray(factor["last_mile"] * van + far)
