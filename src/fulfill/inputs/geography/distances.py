"""Distances between the places of a problem, by road, sea and air.

What lanes.csv gives replaces what is measured on the map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.folder import embedded
from fulfill.inputs.geography.crossings import cross_road_km
from fulfill.inputs.geography.ferries import Shores, island_km, lanes_by_ferry
from fulfill.inputs.geography.geodesic import air_km
from fulfill.inputs.geography.land import Land, read_land
from fulfill.inputs.geography.places import reach
from fulfill.inputs.geography.roads import RoadGraph, RoadRules, read_roads, road_km
from fulfill.inputs.geography.sea import sea_km
from fulfill.inputs.network import Network
from fulfill.inputs.origins import is_overseas
from fulfill.inputs.windows import windows_of

Array = NDArray[np.float64]
Measured = Callable[[pd.DataFrame, pd.DataFrame], tuple[Array, NDArray[np.int64]]]
"""Function from two frames of places (lat, lon, country) to km and crossings, each (n, m)."""


@dataclass(frozen=True)
class Distances:
    """Distances between all places that a lane can join.

    Lengths are in km, infinite where no lane exists. A crossing is an index into `crossings`, -1
    for a domestic lane or none.

    Attributes
    ----------
    site_zone, site_zone_crossing : ndarray, shape (n_sites, n_zones)
        By road, and by ferry to zones across water.
    site_zone_ferry : ndarray of int, shape (n_sites, n_zones)
        Row of ferries.csv, -1 for a lane that takes no ferry.
    gateway_site, gateway_site_crossing : ndarray, shape (n_gateways, n_sites)
        By road from ports and airports; infinite from land crossings.
    origin_gateway : ndarray, shape (n_origins, n_gateways)
        By sea to seaports, by air to airports, from origins overseas; infinite to crossings.
    origin_site, origin_site_crossing : ndarray, shape (n_origins, n_sites)
        By road; infinite from origins overseas.
    crossings : tuple of int
        Row numbers in gateways.csv of the land crossings that take freight.
    """

    site_zone: Array
    site_zone_crossing: NDArray[np.int64]
    site_zone_ferry: NDArray[np.int64]
    gateway_site: Array
    gateway_site_crossing: NDArray[np.int64]
    origin_gateway: Array
    origin_site: Array
    origin_site_crossing: NDArray[np.int64]
    crossings: tuple[int, ...]


def road_rules(network: Network) -> RoadRules:
    """Return the road rules that the parameters of a network give."""
    figures = network.parameters
    return RoadRules(
        figures["road_factor"], figures["road_access_factor"], figures["road_speed_kmh"]
    )


def land_of(network: Network) -> Land:
    """Return the land on which the roads of a network lie.

    A network with roads of its own but no outlines has the embedded ones: without land, every
    island would be taken for mainland. Without roads nothing is measured on a map.
    """
    outlines = network.outlines
    if outlines is None and network.roads is not None:
        outlines = _embedded_outlines()
    return read_land(outlines)


@cache
def _embedded_outlines() -> bytes | None:
    """Return the outlines of the embedded network, if it is there."""
    folder = embedded("network", "mexico-us-border")
    return (folder / "outlines.geojson").read_bytes() if folder else None


def shores_of(network: Network) -> Shores:
    """Return the land and the ferries of a network."""
    return Shores(land_of(network), network["ferries"], windows_of(network["countries"]))


def by_road(graph: RoadGraph | None, shores: Shores, places: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which places (lat, lon, country) roads reach, (n,); without a graph all of them."""
    if graph is None:
        return np.ones(len(places), bool)
    return reach(graph, shores.land, _points(places), places["country"].to_numpy(object)).by_road


def reached_by_road(network: Network, places: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which places (lat, lon, country) the roads of a network reach, (n,)."""
    graph = read_roads(network.roads) if network.roads else None
    return by_road(graph, shores_of(network), places)


def landing_of(network: Network, places: pd.DataFrame) -> NDArray[np.int64]:
    """Return the nearest ferry of places across water, (n,): row of ferries.csv, else -1."""
    shores = shores_of(network)
    wet = ~reached_by_road(network, places)
    if shores.ferries.empty or not wet.any():
        return np.full(len(places), -1)
    km = island_km(shores, _points(places), places["country"].to_numpy(object))
    return np.where(wet & np.isfinite(km).any(axis=0), km.argmin(axis=0), -1)


def crossing_table(network: Network, *, freight: bool) -> pd.DataFrame:
    """Return the land crossings of a network.

    Parameters
    ----------
    network : Network
    freight : bool
        Leave out crossings without freight capacity. Freight must avoid them; a route that is only
        looked up may take them.

    Returns
    -------
    DataFrame
        With columns `gateway_id`, `lat`, `lon` and `country`; the index is that of gateways.csv.
    """
    gateways = network["gateways"]
    wanted = (gateways["kind"] == "crossing") & (
        (gateways["capacity_m3_month"] > 0) | (not freight)
    )
    return gateways.loc[wanted, ["gateway_id", "lat", "lon", "country"]]


def measure(network: Network, zones: pd.DataFrame) -> Distances:
    """Measure the distance between every two places that a lane of the model can join.

    Parameters
    ----------
    network : Network
    zones : DataFrame
        In the form of zones.csv.

    Returns
    -------
    Distances
    """
    graph = read_roads(network.roads) if network.roads else None
    rules, shores = road_rules(network), shores_of(network)
    crossings = crossing_table(network, freight=True)
    roads = _lanes_on(graph, shores, rules, crossings)
    origins, gateways, sites = network["origins"], network["gateways"], network["sites"]
    site_zone, site_zone_gate, site_zone_ferry = _to_zones(
        graph, shores, sites, zones, rules.access_factor, roads
    )
    gateway_site, gateway_gate = _scatter(
        (gateways["kind"] != "crossing").to_numpy(), gateways, sites, roads
    )
    origin_site, origin_gate = _scatter(~is_overseas(origins), origins, sites, roads)
    places = {
        "origin": origins["origin_id"], "gateway": gateways["gateway_id"],
        "site": sites["site_id"], "zone": zones["zone_id"],
    }  # fmt: skip
    country = {"gateway": gateways, "origin": origins, "site": sites, "zone": zones}

    def given(km: Array, gate: NDArray[np.int64], start: str, goal: str) -> Array:
        """Return lengths with those of lanes.csv; none leads over a border without a crossing."""
        found = _override(km, places[start], places[goal], network["lanes"])
        ends = (country[end]["country"].to_numpy() for end in (start, goal))
        foreign = np.not_equal.outer(*ends)
        return np.where(foreign & (gate < 0), np.inf, found)

    return Distances(
        site_zone=given(site_zone, site_zone_gate, "site", "zone"),
        site_zone_crossing=site_zone_gate,
        site_zone_ferry=site_zone_ferry,
        gateway_site=given(gateway_site, gateway_gate, "gateway", "site"),
        gateway_site_crossing=gateway_gate,
        origin_gateway=_override(
            _overseas(origins, gateways), places["origin"], places["gateway"], network["lanes"]
        ),
        origin_site=given(origin_site, origin_gate, "origin", "site"),
        origin_site_crossing=origin_gate,
        crossings=tuple(
            pd.Index(gateways["gateway_id"]).get_indexer(crossings["gateway_id"]).tolist()
        ),
    )


def _lanes_on(
    graph: RoadGraph | None, shores: Shores, rules: RoadRules, crossings: pd.DataFrame
) -> Measured:
    """Return the function that measures lanes by road between two frames of places."""

    def roads(start: pd.DataFrame, goal: pd.DataFrame) -> tuple[Array, NDArray[np.int64]]:
        """Measure domestic lanes, and lanes abroad through their best crossing."""
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
        dry = by_road(graph, shores, start)[:, None] & by_road(graph, shores, goal)[None, :]
        return np.where(dry, km, np.inf), np.where(dry, gate, -1)

    return roads


def _to_zones(
    graph: RoadGraph | None, shores: Shores, sites: pd.DataFrame, zones: pd.DataFrame,
    access_factor: float, roads: Measured,
) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:  # fmt: skip
    """Return km, crossing and ferry from every site to every zone, (n_sites, n_zones) each."""
    km, gate = roads(sites, zones)
    none = np.full(km.shape, -1)
    if shores.ferries.empty or graph is None:
        return km, gate, none
    landings = shores.ferries[["from_lat", "from_lon", "country"]].set_axis(
        ["lat", "lon", "country"], axis=1
    )
    landing_km, landing_gate = roads(sites, landings)
    island = island_km(shores, _points(zones), zones["country"].to_numpy(object))
    island[:, by_road(graph, shores, zones)] = np.inf
    km, ferry = lanes_by_ferry(km, landing_km, shores, island, access_factor)
    through = np.take_along_axis(landing_gate, np.maximum(ferry, 0), axis=1)
    return km, np.where(ferry >= 0, through, gate), ferry


def _points(frame: pd.DataFrame) -> Array:
    """Return latitude and longitude of places, (n, 2)."""
    return frame[["lat", "lon"]].to_numpy(float)


def _scatter(
    mask: NDArray[np.bool_], frame: pd.DataFrame, sites: pd.DataFrame, roads: Measured
) -> tuple[Array, NDArray[np.int64]]:
    """Measure the rows of a mask only; the others stay unreachable, with infinite km."""
    km = np.full((len(frame), len(sites)), np.inf)
    gate = np.full(km.shape, -1)
    rows = np.flatnonzero(mask)
    if len(rows):
        km[rows], gate[rows] = roads(frame.iloc[rows], sites)
    return km, gate


def _overseas(origins: pd.DataFrame, gateways: pd.DataFrame) -> Array:
    """Return km from origins overseas to seaports by sea and to airports by air."""
    km = np.full((len(origins), len(gateways)), np.inf)
    abroad = np.flatnonzero(is_overseas(origins))
    for kind, distance in (("seaport", sea_km), ("airport", air_km)):
        ports = np.flatnonzero(gateways["kind"] == kind)
        if len(abroad) and len(ports):
            km[np.ix_(abroad, ports)] = distance(
                _points(origins.iloc[abroad]), _points(gateways.iloc[ports])
            )
    return km


def _override(km: Array, start: pd.Series, goal: pd.Series, lanes: pd.DataFrame) -> Array:
    """Replace measured km by those of lanes.csv, which hold in both directions."""
    km = km.copy()
    rows, columns = pd.Index(start), pd.Index(goal)
    for one, other in (("from_id", "to_id"), ("to_id", "from_id")):
        i, j = rows.get_indexer(lanes[one]), columns.get_indexer(lanes[other])
        hit = (i >= 0) & (j >= 0)
        km[i[hit], j[hit]] = lanes["road_km"].to_numpy(float)[hit]
    return km
