"""Route the stops of a day, district by district, each from whichever depot serves it cheapest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from fulfill.inputs.faults import SolverError
from fulfill.inputs.geography.distances import land_of, road_rules
from fulfill.inputs.geography.ferries import same_land
from fulfill.inputs.geography.land import Land
from fulfill.inputs.geography.places import reach
from fulfill.inputs.geography.roads import RoadGraph, RoadRules, read_roads
from fulfill.inputs.network import Network
from fulfill.routing.audit import audit_day
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
    """

    graph: RoadGraph | None
    roads: RoadRules
    streets: StreetRules
    land: Land


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
    )


def route_stops(
    depots: pd.DataFrame,
    stops: pd.DataFrame,
    vehicles: pd.DataFrame,
    speeds: pd.DataFrame,
    roads: RoadMap,
    options: EngineOptions,
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
    districts = []
    for number, rows in enumerate(parts):
        district_stops = stops.iloc[rows]
        available = [
            np.nan if fleet[number] is None else float(fleet[number] or 0) for fleet in fleets
        ]
        instance = day_instance(
            f"district {number + 1}",
            depots,
            district_stops,
            {"vehicles": vehicles.assign(available=available), "speeds": speeds},
            day_distances(depots, district_stops, roads),
        )
        params = _district_params(options, len(rows), len(stops))
        routed = route_with_breaks(instance, params, options.engine)
        districts.append(District(rows, instance, routed))
    faults = audit_day(
        len(stops),
        ((part.stops, part.instance, part.solution) for part in districts),
        _available(depots, vehicles),
    )
    if faults:
        raise SolverError("the auditor finds faults in the day: " + "; ".join(faults))
    return tuple(districts)


def day_distances(depots: pd.DataFrame, stops: pd.DataFrame, roads: RoadMap) -> RoadMatrix:
    """Return the distances between depots, then stops.

    A stop on the land of another country is joined to no depot of this one; one on no country's
    land is taken to be in that of the first depot. Vans take no ferry: what lies across water is
    joined only to places on the same land.
    """
    points = np.vstack([frame[["lat", "lon"]].to_numpy(float) for frame in (depots, stops)])
    country = np.full(len(points), depots["country"].iloc[0], object)
    country[: len(depots)] = depots["country"]
    for code, shape in roads.land.countries.items():
        country[len(depots) :][shapely.contains_xy(shape, stops["lon"], stops["lat"])] = code
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
