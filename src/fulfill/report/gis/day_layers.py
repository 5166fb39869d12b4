"""The map layers of a day: routes along the roads, stops, depots, linehaul."""

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
from fulfill.report.gis.places import WGS84
from fulfill.routing.day.road_matrix import by_street, great_circle_km
from fulfill.study.delivery_day import DayRoutes

Array = NDArray[np.float64]


def day_layers(day: DayRoutes) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers routes, stops, depots and linehaul, all in EPSG:4326.

    Legs between near stops are straight: their streets are not mapped. Longer legs follow the
    roads.
    """
    served = day.visits.drop(columns=["site_id"])
    lines = gpd.GeoDataFrame(
        day.vehicles, geometry=route_lines(day.network, day.depots, day.visits), crs=WGS84
    )
    trucks = [shapely.LineString(line[:, ::-1].round(5)) for line in day.courses]
    return {
        "routes": lines,
        "stops": gpd.GeoDataFrame(
            served, geometry=gpd.points_from_xy(served["lon"], served["lat"]), crs=WGS84
        ),
        "depots": gpd.GeoDataFrame(
            day.depots, geometry=gpd.points_from_xy(day.depots["lon"], day.depots["lat"]), crs=WGS84
        ),
        "linehaul": gpd.GeoDataFrame(day.linehaul, geometry=trucks, crs=WGS84),
    }


def write_day_layers(layers: dict[str, gpd.GeoDataFrame], folder: Path) -> None:
    """Write routes.gpkg with every layer, and each layer as GeoJSON; an empty layer is left out."""
    for name, layer in layers.items():
        if len(layer):
            layer.to_file(folder / "routes.gpkg", layer=name, driver="GPKG", engine="pyogrio")
            write_geojson(layer, folder / f"{name}.geojson")


def route_lines(
    network: Network, depots: pd.DataFrame, visits: pd.DataFrame
) -> list[shapely.LineString]:
    """Return the line of each vehicle in the order of its first visit, trips one after the other."""
    graph = read_roads(network.roads) if network.roads else None
    place = depots.set_index("site_id")[["lat", "lon"]]
    drawer = _Drawer(graph, network.parameters["street_reach_km"], str(depots["country"].iloc[0]))
    lines = []
    for _, stops in visits.groupby("vehicle", sort=False):
        depot = place.loc[[stops["site_id"].iloc[0]]].to_numpy(float)
        points = [depot]
        for _, trip in stops.groupby("trip", sort=True):
            points += [trip[["lat", "lon"]].to_numpy(float), depot]
        lines.append(shapely.LineString(drawer.line(np.vstack(points))[:, ::-1].round(5)))
    return lines


def legs_km(points: Array) -> Array:
    """Return the great circle of each leg of a line."""
    return np.array([great_circle_km(a[None], b[None])[0, 0] for a, b in pairwise(points)])


class _Drawer:
    """Draws ways between points; the way between two road nodes is looked up once."""

    def __init__(self, graph: RoadGraph | None, reach_km: float, country: str) -> None:
        self.graph, self.reach_km, self.country = graph, reach_km, country
        self.way = cache(_course)

    def line(self, points: Array) -> Array:
        """Return the line through points (n, 2): straight between near ones, else along the roads."""
        graph = self.graph
        if graph is None:
            return points
        far = legs_km(points)
        node, _ = snap(graph, points, np.full(len(points), self.country, object))
        pieces = [points[:1]]
        for leg, km in enumerate(far):
            if km > self.reach_km and node[leg] != node[leg + 1]:
                way = self.way(graph, int(node[leg]), int(node[leg + 1]))
                mapped = legs_km(
                    np.vstack([points[leg : leg + 1], way, points[leg + 1 : leg + 2]])
                ).sum()
                pieces += [] if by_street(km, mapped, self.reach_km) else [way]
            pieces.append(points[leg + 1 : leg + 2])
        return np.vstack(pieces)


def _course(graph: RoadGraph, start: int, goal: int) -> Array:
    """Return the points of the way between two road nodes; none where no road joins them."""
    try:
        return course(graph, start, goal)
    except InputError:
        return np.empty((0, 2))
