"""From a priced problem to the index arrays of an instance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from fulfill.inputs.problem import Problem
from fulfill.inputs.schema import SIZES
from fulfill.model.arrays import Array, Index
from fulfill.model.contracts import contract_fees
from fulfill.model.disruptions import disruptions_of, with_disruptions
from fulfill.model.economics.inventory import landing_shares
from fulfill.model.economics.landed import Economics
from fulfill.model.flow_limits import FlowEnds, FlowLimits, flow_limits
from fulfill.model.instance import Carriers, Inbound, LocationInstance, Mail, Stock
from fulfill.model.limits import Limits


def build_instance(problem: Problem, economics: Economics, limits: Limits) -> LocationInstance:
    """Turn a priced problem into index arrays.

    Parameters
    ----------
    problem : Problem
    economics : Economics
        The unit economics of this problem.
    limits : Limits
        Limits of this problem; the network's limit on the share of a gateway is added.
    """
    network, zones = problem.network, problem.demand.zones
    products, sites, countries = network["products"], network["sites"], economics.countries
    stores = economics.warehouses
    site_country = pd.Index(countries).get_indexer(pd.Index(sites["country"]))
    delay = stores.delay_days * economics.day_usd[site_country][:, None]
    capacity = stores.orders_day[:, :, :, None] * problem.days
    share = min(limits.max_gateway_share, network.parameters["max_gateway_share"])
    lane_origin = _lane_origin(economics)
    instance = LocationInstance(
        zones=tuple(zones["zone_id"]),
        products=tuple(products["product_id"]),
        periods=tuple(network["calendar"]["period_id"]),
        sites=tuple(sites["site_id"]),
        sizes=SIZES,
        bands=stores.bands,
        countries=countries,
        demand=problem.orders,
        unserved_usd=np.full(len(products), network.parameters["unserved_penalty_usd"]),
        # copies: columns of a table are read-only arrays, for which kernels would be compiled anew
        volume_m3=products["volume_m3"].to_numpy(float, copy=True),
        weight_kg=products["weight_kg"].to_numpy(float, copy=True),
        zone_country=pd.Index(countries).get_indexer(pd.Index(zones["country"])),
        site_country=site_country,
        lane_zone=economics.lanes.zone,
        lane_site=economics.lanes.site,
        lane_option=economics.lanes.option,
        lane_origin=lane_origin,
        lane_usd=economics.lanes.distance_usd,
        lane_co2=economics.lanes.kg_co2e_kg,
        option_cost=economics.value.total,
        price_multiplier=np.ascontiguousarray(economics.price_multiplier),
        units=np.ascontiguousarray(economics.survival.units),
        fixed_usd=economics.fixed_usd,
        invest_usd=stores.opening_usd,
        capacity=capacity,
        handling_usd=stores.handling_usd + delay[:, None, :],
        mail=_mail(problem, economics),
        carriers=_carriers(problem, economics),
        constant_usd=float((problem.orders.sum(axis=2) * economics.reference_usd).sum()),
        option_within=economics.within,
        inbound=_inbound(problem, economics),
        stock=_stock(economics, capacity),
        flow_limits=_flow_limits(problem, economics, lane_origin),
        contracts=contract_fees(sites, network["contracts"], problem.days),
        limits=replace(limits, max_gateway_share=share),
    )
    return with_disruptions(instance, disruptions_of(network))


def _lane_origin(economics: Economics) -> Index:
    """Return the plant of each lane, (n_lanes,): -1 but for direct shipments; empty without any."""
    origin = economics.delivery_options.table["origin"].to_numpy(np.int64)
    lane = origin[economics.lanes.option]
    return lane if (lane >= 0).any() else np.zeros(0, np.int64)


def _flow_limits(problem: Problem, economics: Economics, lane_origin: Index) -> FlowLimits | None:
    """Return the limits of lanes and of products at plants."""
    routes, lanes = economics.routes, economics.lanes
    ends = FlowEnds(
        route_origin=routes.origin,
        route_gateway=routes.gateway,
        route_site=routes.site,
        route_mode=routes.mode,
        lane_site=lanes.site,
        lane_plant=lane_origin if len(lane_origin) else np.full(len(lanes), -1),
        lane_zone=lanes.zone,
        lane_mode=economics.delivery_options.table["mode"].to_numpy(object)[lanes.option],
        zones=tuple(problem.demand.zones["zone_id"]),
    )
    return flow_limits(problem.network, ends, problem.days)


def _inbound(problem: Problem, economics: Economics) -> Inbound:
    """Return the routes, and the capacities of gateways and plants by period."""
    network, routes = problem.network, economics.routes
    gateways, origins = network["gateways"], network["origins"]
    months = problem.days * 12.0 / problem.days.sum()
    return Inbound(
        gateways=tuple(gateways["gateway_id"]),
        origins=tuple(origins["origin_id"]),
        route_site=routes.site,
        route_origin=routes.origin,
        route_gateway=routes.gateway,
        route_crossing=routes.crossing,
        route_mode=routes.mode,
        route_usd=economics.inbound.total,
        route_co2=routes.kg_co2e_kg,
        gateway_m3=gateways["capacity_m3_month"].to_numpy(float)[:, None] * months,
        origin_m3=origins["capacity_m3_month"].fillna(np.inf).to_numpy(float)[:, None] * months,
        origin_min_m3=origins["minimum_m3_year"].to_numpy(float, copy=True),
        origin_fixed_usd=origins["fixed_usd_year"].to_numpy(float, copy=True),
        landing=landing_shares(network["calendar"], network["prebuild"]),
    )


def _stock(economics: Economics, capacity: Array) -> Stock:
    """Return what keeping goods costs; `capacity` (I, M, B, T) is the orders that sizes handle."""
    return Stock(
        safety=economics.safety,
        secant_usd=economics.safety.secant(capacity.sum(axis=(2, 3))),
        storage_usd=economics.storage_usd,
        storage_m3=economics.warehouses.storage_m3,
        level=economics.stock.level,
        entry_usd=economics.entry_usd,
    )


def _mail(problem: Problem, economics: Economics) -> Mail:
    """Return air capacity by country and period, and chargeable weight by option and product."""
    table, products = economics.delivery_options.table, problem.network["products"]
    daily = problem.network["mail_capacity"].set_index("country")["kg_day"]
    # a country without a row has no air capacity: nothing can be mailed to it
    kg_day = daily.reindex(economics.countries).fillna(0.0).to_numpy(float)
    factor = problem.network["calendar"]["capacity_factor"].to_numpy(float)
    volume = products["volume_m3"].to_numpy(float)
    volumetric = table["volumetric_kg_m3"].to_numpy(float)[:, None] * volume
    heavy = np.maximum(volumetric, products["weight_kg"].to_numpy(float))
    mailed = (table["channel"] == "direct_mail").to_numpy()[:, None]
    return Mail(
        capacity_kg=kg_day[:, None] * problem.days * factor,
        weight_kg=np.where(mailed, heavy, 0.0),
    )


def _carriers(problem: Problem, economics: Economics) -> Carriers:
    """Return carrier regions, the region of each zone, and orders by region and period.

    A region is a state, or the zones of a state behind one ferry: they take no more orders than the
    carriers of their people, and no more than fit on the ferry.
    """
    zones, table, ferries = (
        problem.demand.zones,
        problem.network["carriers"],
        problem.network["ferries"],
    )
    factor = problem.network["calendar"]["capacity_factor"].to_numpy(float)
    ferry = _zone_ferry(len(zones), economics)
    behind = np.array([*(" by " + ferries["ferry_id"]), ""], object)[ferry]
    region = zones["country"] + " " + zones["state"] + pd.Series(behind, zones.index)
    names = sorted(set(region))
    # every region has a row (F305), unless the capacity of carriers is not part of the case
    per_head = {
        (row.country, row.state): row.orders_1000_people_day
        for row in table.itertuples(index=False)
    }
    orders = []
    for name in names:
        members = np.flatnonzero(region == name)
        country, state = zones.iloc[members[0]][["country", "state"]]
        row = (country, state) if (country, state) in per_head else (country, "*")
        people = zones["population"].to_numpy(float)[members].sum()
        carried = np.full(len(factor), np.inf)
        if len(table):
            carried = per_head[row] * people / 1000.0 * problem.days * factor
        number = ferry[members[0]]
        on_board = (
            np.inf if number < 0 else float(ferries["orders_day"].fillna(np.inf).iloc[number])
        )
        orders.append(np.minimum(carried, on_board * problem.days))
    return Carriers(tuple(names), pd.Index(names).get_indexer(region), np.array(orders))


def _zone_ferry(n_zones: int, economics: Economics) -> Index:
    """Return the row of ferries.csv over which each zone is reached, -1 for none, (n_zones,)."""
    lanes, table = economics.lanes, economics.delivery_options.table
    ferry = np.full(n_zones, -1)
    np.maximum.at(ferry, lanes.zone, table["ferry"].to_numpy(np.int64)[lanes.option])
    return ferry
