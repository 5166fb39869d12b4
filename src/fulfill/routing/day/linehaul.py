"""Full trucks between gateways, sites and carrier hubs: loads a week, along the road graph."""

from __future__ import annotations

from math import ceil

import numpy as np
import pandas as pd

from fulfill.inputs.faults import InputError
from fulfill.inputs.geography.crossings import lane
from fulfill.inputs.geography.distances import crossing_table, road_rules, shores_of
from fulfill.inputs.geography.roads import Array, read_roads
from fulfill.inputs.network import Network
from fulfill.routing.day.fleet import mean_speed, shift_of

COLUMNS = [
    "kind",
    "from",
    "to",
    "via",
    "orders_week",
    "m3_week",
    "kg_week",
    "type_id",
    "trips_week",
    "load_share",
    "km",
    "hours",
    "usd_week",
    "usd_per_order",
]


def linehaul(loads: pd.DataFrame, network: Network) -> tuple[pd.DataFrame, list[Array]]:
    """Return the trucks a week for each load.

    A trip is paid by the loaded kilometre: the price of a truck counts its return, and so does the
    fare of a ferry. A load with neither road nor ferry is left out.

    Parameters
    ----------
    loads : DataFrame
        Columns kind, from, to, via, country, orders_week, m3_week, kg_week, from_lat, from_lon,
        to_lat, to_lon.

    Returns
    -------
    tuple
        Table of `COLUMNS`, and the line of each row, (n, 2) lat and lon.
    """
    graph = read_roads(network.roads) if network.roads else None
    gates, shores = crossing_table(network, freight=True), shores_of(network)
    vehicles = network["vehicles"]
    trucks = {
        row["country"]: row
        for row in vehicles[vehicles["duty"] == "linehaul"].to_dict("records")[::-1]
    }
    rows, courses = [], []
    for load in loads.to_dict("records"):
        if load["country"] not in trucks:
            continue
        truck = trucks[load["country"]]
        start, goal = (load["from_lat"], load["from_lon"]), (load["to_lat"], load["to_lon"])
        allowed = gates[gates["gateway_id"] == load["via"]] if load["via"] else gates
        try:
            road = lane(graph, road_rules(network), start, goal, allowed, shores)
        except InputError:
            continue
        full = max(load["m3_week"] / truck["load_m3"], load["kg_week"] / truck["load_kg"])
        trips = max(ceil(full - 1e-9), 1)
        ferries = shores.ferries[shores.ferries["ferry_id"].isin(road.ferries)]
        driven = road.road_km - float(ferries["km"].sum())
        hours = driven / mean_speed(network["speeds"], "road", *shift_of(truck))
        hours += float(ferries["hours"].sum())
        usd = trips * (
            truck["usd_km"] * driven
            + truck["usd_hour"] * hours
            + truck["usd_day"]
            + float(ferries["usd_vehicle"].sum())
        )
        rows.append(
            (
                *(load[name] for name in ("kind", "from", "to")),
                road.crossing or "",
                *(load[name] for name in ("orders_week", "m3_week", "kg_week")),
                *(truck["type_id"], trips, full / trips, road.road_km, hours),
                *(usd, usd / (load["orders_week"] or np.nan)),
            )
        )
        courses.append(np.asarray(road.line))
    return pd.DataFrame(rows, columns=COLUMNS), courses
