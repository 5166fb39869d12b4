"""Route the stops of a day, district by district, each from whichever depot serves it cheapest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fulfill.inputs.faults import SolverError
from fulfill.inputs.geography.distances import land_of, road_rules
from fulfill.inputs.geography.ferries import same_land
from fulfill.inputs.geography.land import Land
from fulfill.inputs.geography.places import reach
from fulfill.inputs.geography.roads import RoadGraph, RoadRules, read_roads
from fulfill.inputs.network import Network
from fulfill.inputs.windows import Windows, windows_of
from fulfill.routing.audit import audit_day
from fulfill.routing.day.clock_audit import audit_clock
from fulfill.routing.day.districts import District, apportion, route_with_breaks, split
from fulfill.routing.day.fleet import day_instance
from fulfill.routing.day.road_matrix import RoadMatrix, StreetRules, measure_distances
from fulfill.routing.solution import RoutingParams

ITERATIONS_PER_STOP = 2
"""Steps of the engine where no time limit is given: the same seed then gives the same routes."""
NO_TIME_LIMIT = 1e6
"""Seconds that stand for no time limit."""


@dataclass(frozen=True)
class RoadMap:
    """What the distances between the places of a day follow from.

    Attributes
    ----------
    graph : RoadGraph or None
        Mapped roads, None without a map.
    roads, streets : RoadRules
        Rules by which distances follow from roads and great circles.
    land : Land
        No road leaves a country.
    windows : mapping
        Windows of the countries, for stops on no country's land.
    """

    graph: RoadGraph | None
    roads: RoadRules
    streets: StreetRules
    land: Land
    windows: Windows = field(default_factory=dict)


@dataclass(frozen=True)
class EngineOptions:
    """How the stops of a day are routed.

    Attributes
    ----------
    engine : str
        See `fulfill.routing.solve.solve_routing`.
    seconds : float or None
        Time limit of the whole day, None for a number of iterations.
    seed : int
        Seed of the engine's random numbers.
    """

    engine: str = "auto"
    seconds: float | None = None
    seed: int = 0


def road_map(network: Network) -> RoadMap:
    """Return the roads and borders of a network."""
    figures = network.parameters
    return RoadMap(
        read_roads(network.roads) if network.roads else None,
        road_rules(network),
        StreetRules(figures["street_detour"], figures["street_reach_km"]),
        land_of(network),
        windows_of(network["countries"]),
    )


def route_stops(
    depots: pd.DataFrame,
    stops: pd.DataFrame,
    vehicles: pd.DataFrame,
    speeds: pd.DataFrame,
    roads: RoadMap,
    options: EngineOptions,
    progress: Callable[[str], None] | None = None,
) -> tuple[District, ...]:
    """Route stops, district by district; the day has passed the auditor.

    Parameters
    ----------
    depots : DataFrame
        Columns site_id, country, lat, lon.
    stops : DataFrame
        See `fulfill.routing.day.stops.STOP_COLUMNS`.
    vehicles, speeds : DataFrame
        Tables of the network; limited vehicles are shared out among the districts.
    progress : callable, optional
        Receives a line before each district.

    Returns
    -------
    tuple of District
        Each stop in one of them; none without stops.

    Raises
    ------
    SolverError
        Where an engine breaks or an auditor finds a fault.
    """
    parts = split(stops)
    fleets = [
        apportion(None if np.isnan(count) else int(count), [len(part) for part in parts])
        for count in vehicles["available"]
    ]
    districts: list[District] = []
    faults: list[str] = []
    for number, rows in enumerate(parts):
        name = f"district {number + 1}"
        if progress:
            progress(f"{name} of {len(parts)}: {len(rows)} stops")
        left = [np.nan if (n := fleet[number]) is None else float(n) for fleet in fleets]
        tables = {"vehicles": vehicles.assign(available=left), "speeds": speeds}
        params = _district_params(options, len(rows), len(stops))
        district, found = _route_district(
            name, rows, depots, stops.iloc[rows], tables, roads, options.engine, params
        )
        districts.append(district)
        faults += found
    faults += audit_day(
        len(stops),
        ((part.stops, part.instance, part.solution) for part in districts),
        _available(depots, vehicles),
    )
    if faults:
        raise SolverError("the auditor finds faults in the day: " + "; ".join(faults))
    return tuple(districts)


def _route_district(
    name: str,
    rows: NDArray[np.int64],
    depots: pd.DataFrame,
    stops: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    roads: RoadMap,
    engine: str,
    params: RoutingParams,
) -> tuple[District, tuple[str, ...]]:
    """Return a routed district, and the faults of its clock."""
    country = place_countries(depots, stops, roads)
    distances = day_distances(depots, stops, roads, country)
    instance = day_instance(name, depots, stops, tables, distances)
    routed = route_with_breaks(instance, params, engine)
    home = set(depots["country"])
    abroad = tuple("" if code in home else str(code) for code in country[len(depots) :])
    faults = audit_clock(depots, stops, tables, distances, instance, routed)
    return District(rows, instance, routed, abroad), faults


def place_countries(
    depots: pd.DataFrame, stops: pd.DataFrame, roads: RoadMap
) -> NDArray[np.object_]:
    """Return the countries of depots, then stops.

    A stop on no country's land is in that of the first depot, unless only another one can hold it.
    """
    home = str(depots["country"].iloc[0])
    found = np.full(len(stops), home, object)
    out = ~_in_window(stops, home, roads.windows)
    for code in roads.windows:
        found[out & _in_window(stops, code, roads.windows)] = code
    for code, shape in roads.land.countries.items():
        found[shapely.contains_xy(shape, stops["lon"], stops["lat"])] = code
    return np.concatenate([depots["country"].to_numpy(object), found])


def _in_window(places: pd.DataFrame, country: str, windows: Windows) -> NDArray[np.bool_]:
    """Tell which places lie in the window of a country; all where it has none."""
    inside = np.ones(len(places), bool)
    for name, (low, high) in zip(("lat", "lon"), windows.get(country, ()), strict=False):
        inside &= places[name].between(low, high).to_numpy()
    return inside


def day_distances(
    depots: pd.DataFrame, stops: pd.DataFrame, roads: RoadMap, country: NDArray[np.object_]
) -> RoadMatrix:
    """Return the distances between depots, then stops.

    Those of two countries are not joined. Vans take no ferry: what lies across water is joined only
    to places on the same land.
    """
    points = np.vstack([frame[["lat", "lon"]].to_numpy(float) for frame in (depots, stops)])
    distances = measure_distances(roads.graph, roads.roads, roads.streets, points, country)
    if roads.graph is None:
        return distances
    across = reach(roads.graph, roads.land, points, country).across
    apart = across[:, None] | across[None, :]
    island = np.flatnonzero(across)
    apart[np.ix_(island, island)] = ~same_land(roads.land, points[island], points[island])
    return replace(distances, street_km=np.where(apart, np.inf, distances.street_km))


def _district_params(options: EngineOptions, n_stops: int, n_day: int) -> RoutingParams:
    """Return the limits of a district by its share of the day's stops."""
    if options.seconds is None:
        return RoutingParams(NO_TIME_LIMIT, ITERATIONS_PER_STOP * n_stops, options.seed)
    return RoutingParams(options.seconds * n_stops / n_day, None, options.seed)


def _available(depots: pd.DataFrame, vehicles: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return how many vehicles each depot has of each limited type, by site_id and type_id."""
    limited = vehicles.merge(depots[["site_id", "country"]], on="country")
    limited = limited.dropna(subset="available")
    keys = zip(limited["site_id"], limited["type_id"], strict=True)
    return dict(zip(keys, limited["available"], strict=True))
