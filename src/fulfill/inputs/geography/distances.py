"""How far the places of a problem lie apart, by road, sea and air, with the user's overrides laid over the map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.geography.crossings import cross_road_km
from fulfill.inputs.geography.geodesic import air_km
from fulfill.inputs.geography.roads import RoadRules, read_roads, road_km
from fulfill.inputs.geography.sea import sea_km
from fulfill.inputs.network import Network

Array = NDArray[np.float64]
Measured = Callable[[pd.DataFrame, pd.DataFrame], tuple[Array, NDArray[np.int64]]]
"""From the places of two frames, with lat, lon and country, to km and crossings between them, each (n, m)."""


@dataclass(frozen=True)
class Distances:
    """Distances in km; `inf` where there is no way. A crossing is an index into `crossings`, -1 for a domestic way.

    Attributes
    ----------
    site_zone, site_zone_crossing : (n_sites, n_zones)
    gateway_site, gateway_site_crossing : (n_gateways, n_sites)
        From ports and airports; rows of land crossings are inf.
    origin_gateway : (n_origins, n_gateways)
        By sea to seaports, by air to airports; inf to crossings.
    origin_site, origin_site_crossing : (n_origins, n_sites)
        By road; inf from origins overseas.
    crossings : tuple of int
        Row numbers in gateways.csv of the land crossings that take freight.
    """

    site_zone: Array
    site_zone_crossing: NDArray[np.int64]
    gateway_site: Array
    gateway_site_crossing: NDArray[np.int64]
    origin_gateway: Array
    origin_site: Array
    origin_site_crossing: NDArray[np.int64]
    crossings: tuple[int, ...]


def road_rules(network: Network) -> RoadRules:
    """Return the rules by which mapped lengths become road lengths and hours."""
    figures = network.parameters
    return RoadRules(
        figures["road_factor"], figures["road_access_factor"], figures["road_speed_kmh"]
    )


def crossing_table(network: Network, *, freight: bool) -> pd.DataFrame:
    """Return the land crossings of a network, all or only those that take freight: gateway_id, lat, lon."""
    gateways = network["gateways"]
    wanted = (gateways["kind"] == "crossing") & (
        (gateways["capacity_m3_month"] > 0) | (not freight)
    )
    return gateways.loc[wanted, ["gateway_id", "lat", "lon"]]


def measure(network: Network, zones: pd.DataFrame) -> Distances:
    """Measure every pair that a model of the network and the zones can use."""
    graph = read_roads(network.roads) if network.roads else None
    rules = road_rules(network)
    crossings = crossing_table(network, freight=True)

    def roads(start: pd.DataFrame, goal: pd.DataFrame) -> tuple[Array, NDArray[np.int64]]:
        """Domestic ways where both ends share a country, else the best way through a crossing."""
        ends = (
            _points(start),
            _points(goal),
            start["country"].to_numpy(),
            goal["country"].to_numpy(),
        )
        km = road_km(graph, rules, *ends)
        gate = np.full(km.shape, -1)
        if len(crossings):
            abroad, gate_abroad = cross_road_km(
                graph, rules, ends[0], ends[2], ends[1], ends[3], crossings
            )
            foreign = ends[2][:, None] != ends[3][None, :]
            km, gate = np.where(foreign, abroad, km), np.where(foreign, gate_abroad, gate)
        return km, gate

    origins, gateways, sites = network["origins"], network["gateways"], network["sites"]
    site_zone, site_zone_gate = roads(sites, zones)
    gateway_site, gateway_gate = _scatter(gateways["kind"] != "crossing", gateways, sites, roads)
    origin_site, origin_gate = _scatter(origins["country"] != "CN", origins, sites, roads)
    places = {
        "origin": origins["origin_id"], "gateway": gateways["gateway_id"],
        "site": sites["site_id"], "zone": zones["zone_id"],
    }  # fmt: skip
    site_zone = _override(site_zone, places["site"], places["zone"], network["lanes"])
    return Distances(
        site_zone=site_zone,
        site_zone_crossing=site_zone_gate,
        gateway_site=_override(gateway_site, places["gateway"], places["site"], network["lanes"]),
        gateway_site_crossing=gateway_gate,
        origin_gateway=_override(
            _overseas(origins, gateways), places["origin"], places["gateway"], network["lanes"]
        ),
        origin_site=_override(origin_site, places["origin"], places["site"], network["lanes"]),
        origin_site_crossing=origin_gate,
        crossings=tuple(
            pd.Index(gateways["gateway_id"]).get_indexer(crossings["gateway_id"]).tolist()
        ),
    )


def _points(frame: pd.DataFrame) -> Array:
    return frame[["lat", "lon"]].to_numpy(float)


def _scatter(
    mask: pd.Series, frame: pd.DataFrame, sites: pd.DataFrame, roads: Measured
) -> tuple[Array, NDArray[np.int64]]:
    """Measure the rows of a mask and leave the others unreachable."""
    km = np.full((len(frame), len(sites)), np.inf)
    gate = np.full(km.shape, -1)
    rows = np.flatnonzero(mask)
    if len(rows):
        km[rows], gate[rows] = roads(frame.iloc[rows], sites)
    return km, gate


def _overseas(origins: pd.DataFrame, gateways: pd.DataFrame) -> Array:
    """Return km from origins overseas to ports by sea and to airports by air."""
    km = np.full((len(origins), len(gateways)), np.inf)
    abroad = np.flatnonzero(origins["country"] == "CN")
    for kind, distance in (("seaport", sea_km), ("airport", air_km)):
        ports = np.flatnonzero(gateways["kind"] == kind)
        if len(abroad) and len(ports):
            km[np.ix_(abroad, ports)] = distance(
                _points(origins.iloc[abroad]), _points(gateways.iloc[ports])
            )
    return km


def _override(km: Array, start: pd.Series, goal: pd.Series, lanes: pd.DataFrame) -> Array:
    """Lay the overrides of lanes.csv, which hold both ways, over a matrix."""
    km = km.copy()
    rows, columns = pd.Index(start), pd.Index(goal)
    for one, other in (("from_id", "to_id"), ("to_id", "from_id")):
        i, j = rows.get_indexer(lanes[one]), columns.get_indexer(lanes[other])
        hit = (i >= 0) & (j >= 0)
        km[i[hit], j[hit]] = lanes["road_km"].to_numpy(float)[hit]
    return km
