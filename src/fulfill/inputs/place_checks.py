"""Checks that roads reach every place: none off the map, none across water without a way over.

They need a road graph; without one, lanes.csv gives every lane (F317).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.demand import Demand
from fulfill.inputs.faults import Fault
from fulfill.inputs.geography.crossings import far_away
from fulfill.inputs.geography.distances import reached_by_road, shores_of
from fulfill.inputs.geography.ferries import Shores, island_km
from fulfill.inputs.geography.places import node_country, reach
from fulfill.inputs.geography.roads import RoadGraph, read_roads
from fulfill.inputs.network import Network
from fulfill.inputs.origins import is_overseas


def place_faults(network: Network, demand: Demand, channels: tuple[str, ...]) -> list[Fault]:
    """Find places that no road reaches, and ferries that lead nowhere.

    A place that lanes.csv names may lie anywhere: its lanes are given.

    Parameters
    ----------
    network, demand
    channels : tuple of str
        The channels that may be used, all of them known; direct mail needs no road.

    Returns
    -------
    list of Fault
        F310, F360 to F362 and W360; empty where there is no road graph.
    """
    if not network.roads or not set(channels) - {"direct_mail"}:
        return []
    graph, shores = read_roads(network.roads), shores_of(network)
    gateways = network["gateways"]
    crossings = gateways[gateways["kind"] == "crossing"]
    origins = network["origins"]
    folder, home = network.folder.name, demand.folder.name
    faults = [*_ferry_faults(graph, shores, f"{folder}/ferries.csv")]
    for name, key, places in (
        ("origins", "origin_id", origins[~is_overseas(origins)]),
        ("gateways", "gateway_id", gateways[gateways["kind"] != "crossing"]),
        *(("gateways", "gateway_id", side) for side in _sides(graph, crossings)),
        ("sites", "site_id", network["sites"]),
    ):
        faults += _access_faults(graph, shores, network, places, key, f"{folder}/{name}.csv")
    by_mail, file = _mailed(network, demand, channels), f"{home}/zones.csv"
    faults += _access_faults(graph, shores, network, demand.zones, "zone_id", file, by_mail)
    return [*faults, *_van_faults(network, demand)]


def _sides(graph: RoadGraph, crossings: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the crossings as places of each country that they join, where it has roads."""
    mapped = set(node_country(graph, np.unique(graph.country, return_index=True)[1]))
    for side in (0, 1) if len(crossings) else ():
        country = crossings["country"].str.split("-").str[side]
        yield crossings.assign(country=country)[country.isin(mapped)]


def _van_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find rows of own_delivery.csv for zones that no road reaches: vans take no ferry."""
    table = network["own_delivery"]
    wet = set(demand.zones.loc[~reached_by_road(network, demand.zones), "zone_id"])
    file = f"{network.folder.name}/own_delivery.csv"
    for line, zone in zip(table[ROW], table["zone_id"], strict=True):
        if zone in wet:
            yield Fault("F362", file, int(line), "zone_id", str(zone), "no road reaches the zone")


def _mailed(network: Network, demand: Demand, channels: tuple[str, ...]) -> pd.Series:
    """Tell which zones mail can serve."""
    mail, zones = network["mail_services"], demand.zones
    served = set(mail["country"] + " " + mail["zone_class"]) if "direct_mail" in channels else set()
    return (zones["country"] + " " + zones["zone_class"]).isin(served)


def _access_faults(
    graph: RoadGraph,
    shores: Shores,
    network: Network,
    places: pd.DataFrame,
    key: str,
    file: str,
    by_mail: pd.Series | None = None,
) -> Iterator[Fault]:
    """Find places off the map or across water; of zones, `by_mail` tells which mail serves."""
    lanes = network["lanes"]
    given = places[key].isin([*lanes["from_id"], *lanes["to_id"]])
    points, country = places[["lat", "lon"]].to_numpy(float), places["country"].to_numpy(object)
    reached = reach(graph, shores.land, points, country)
    ferried = np.isfinite(island_km(shores, points, country)).sum(axis=0) > 0
    for row in np.flatnonzero(~reached.by_road & ~given.to_numpy(bool)):
        line, name = int(places[ROW].iloc[row]), str(places[key].iloc[row])
        value = f"{points[row, 0]:g}, {points[row, 1]:g}"
        if reached.far[row]:
            detail = f"{name}: {far_away(reached, int(row), points, shores.windows)}"
            yield Fault("F310", file, line, "lat + lon", value, detail)
        elif by_mail is None or not ferried[row]:  # a ferry carries orders, not a site's goods
            code = "W360" if by_mail is not None and by_mail.iloc[row] else "F360"
            detail = f"{name}: {reached.km[row]:,.0f} km from the nearest road"
            yield Fault(code, file, line, "lat + lon", value, detail)


def stop_faults(network: Network, stops: pd.DataFrame, file: str) -> list[Fault]:
    """Find stops to which no van can drive: off the map, or across water.

    Parameters
    ----------
    network : Network
    stops : DataFrame
        Columns stop_id, lat, lon; their country is that of the nearest road.
    file : str
        Name of the list, for messages.

    Returns
    -------
    list of Fault
        F310 and F362; empty where there is no road graph.
    """
    if not network.roads:
        return []
    points, shores = stops[["lat", "lon"]].to_numpy(float), shores_of(network)
    reached = reach(read_roads(network.roads), shores.land, points)
    faults = []
    for row in np.flatnonzero(~reached.by_road):
        code = "F310" if reached.far[row] else "F362"
        name, where = (
            str(stops["stop_id"].iloc[row]),
            far_away(reached, int(row), points, shores.windows),
        )
        value = f"{points[row, 0]:g}, {points[row, 1]:g}"
        line = int(stops[ROW].iloc[row])
        faults.append(Fault(code, file, line, "lat + lon", value, f"{name}: {where}"))
    return faults


def _ferry_faults(graph: RoadGraph, shores: Shores, file: str) -> Iterator[Fault]:
    """Find ferries whose first landing no road reaches, or whose second one is not across water."""
    ferries = shores.ferries
    if ferries.empty:
        return
    country = ferries["country"].to_numpy(object)
    start, goal = (
        reach(graph, shores.land, shores.landings(end), country) for end in ("from", "to")
    )
    for row, line in enumerate(ferries[ROW].astype(int)):
        name = str(ferries["ferry_id"].iloc[row])
        for end, wrong, detail in (
            ("from", start.far[row], f"nearest road is {start.km[row]:,.0f} km away"),
            ("from", start.across[row], "this landing is across water"),
            ("to", not goal.across[row], "no water lies between this landing and the roads"),
        ):
            if wrong:
                lat, lon = shores.landings(end)[row]
                column, value = f"{end}_lat + {end}_lon", f"{lat:g}, {lon:g}"
                yield Fault("F361", file, line, column, value, f"{name}: {detail}")
