"""Map layers of a routed day: routes along roads, stops, depots and linehaul."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fulfill.inputs.faults import InputError
from fulfill.inputs.geography.roads import RoadGraph, course, read_roads, snap
from fulfill.inputs.network import Network
from fulfill.report.gis.layers import write_geojson
from fulfill.report.gis.places import WGS84, point_layer
from fulfill.routing.day.road_matrix import by_street, great_circle_km
from fulfill.routing.day.tables import further_columns
from fulfill.study.delivery_day import DayRoutes

Array = NDArray[np.float64]


def day_layers(day: DayRoutes) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers routes, stops, depots and linehaul of a day.

    Legs between near stops are straight, as their streets are not mapped; longer legs follow roads.

    Parameters
    ----------
    day : DayRoutes
        Routed day.

    Returns
    -------
    dict of str to GeoDataFrame
        Columns as in `study.layer_outputs.DAY_LAYERS`, all in EPSG:4326.
    """
    routes = route_lines(day.network, day.depots, day.visits)
    trucks = [shapely.LineString(line[:, ::-1].round(5)) for line in day.courses]
    return {
        "routes": gpd.GeoDataFrame(day.vehicles, geometry=routes, crs=WGS84),
        "stops": point_layer(day.visits.drop(columns=["site_id", *further_columns(day.stops)])),
        "depots": point_layer(day.depots),
        "linehaul": gpd.GeoDataFrame(day.linehaul, geometry=trucks, crs=WGS84),
    }


def write_day_layers(layers: dict[str, gpd.GeoDataFrame], folder: Path) -> None:
    """Write routes.gpkg with every layer, and each layer as GeoJSON; empty layers are left out.

    Parameters
    ----------
    layers : dict of str to GeoDataFrame
        Of `day_layers`.
    folder : Path
        Existing folder.
    """
    for name, layer in layers.items():
        if len(layer):
            layer.to_file(folder / "routes.gpkg", layer=name, driver="GPKG", engine="pyogrio")
            write_geojson(layer, folder / f"{name}.geojson")


def route_lines(
    network: Network, depots: pd.DataFrame, visits: pd.DataFrame
) -> list[shapely.LineString]:
    """Return the line of each vehicle, in the order of their first visits.

    Parameters
    ----------
    network : Network
        Its roads are followed; without roads all legs are straight.
    depots : DataFrame
        site_id, country, lat, lon.
    visits : DataFrame
        vehicle, trip, site_id, lat, lon in driving order.

    Returns
    -------
    list of LineString
        (lon, lat), all trips from the depot and back.
    """
    place = depots.set_index("site_id")[["lat", "lon"]]
    roads = None
    if network.roads:
        reach_km, country = network.parameters["street_reach_km"], str(depots["country"].iloc[0])
        roads = _RoadLegs(read_roads(network.roads), reach_km, country)
    lines = []
    for _, stops in visits.groupby("vehicle", sort=False):
        depot = place.loc[[stops["site_id"].iloc[0]]].to_numpy(float)
        points = [depot]
        for _, trip in stops.groupby("trip", sort=True):
            points += [trip[["lat", "lon"]].to_numpy(float), depot]
        line = np.vstack(points) if roads is None else roads.line(np.vstack(points))
        lines.append(shapely.LineString(line[:, ::-1].round(5)))
    return lines


def legs_km(points: Array) -> Array:
    """Return the great-circle length of each leg of a line.

    Parameters
    ----------
    points : (n, 2)
        Latitude and longitude.

    Returns
    -------
    (n - 1,) array
        Kilometres.
    """
    return np.array([great_circle_km(a[None], b[None])[0, 0] for a, b in pairwise(points)])


class _RoadLegs:
    """Lines of legs along roads; the road between two nodes is searched once."""

    def __init__(self, graph: RoadGraph, reach_km: float, country: str) -> None:
        self.graph, self.reach_km, self.country = graph, reach_km, country
        self.way = cache(self._way)

    def line(self, points: Array) -> Array:
        """Return the line through points (n, 2): straight between near ones, otherwise by road."""
        far = legs_km(points)
        node, _ = snap(self.graph, points, np.full(len(points), self.country, object))
        pieces = [points[:1]]
        for leg, km in enumerate(far):
            if km > self.reach_km and node[leg] != node[leg + 1]:
                way = self.way(int(node[leg]), int(node[leg + 1]))
                mapped = legs_km(
                    np.vstack([points[leg : leg + 1], way, points[leg + 1 : leg + 2]])
                ).sum()
                pieces += [] if by_street(km, mapped, self.reach_km) else [way]
            pieces.append(points[leg + 1 : leg + 2])
        return np.vstack(pieces)

    def _way(self, start: int, goal: int) -> Array:
        try:
            return course(self.graph, start, goal)
        except InputError:
            return np.empty((0, 2))
