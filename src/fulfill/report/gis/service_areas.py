"""Service areas: the land that each site mainly serves."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fulfill.inputs.geography.outlines import read_outlines
from fulfill.inputs.problem import Problem
from fulfill.report.gis.places import WGS84
from fulfill.study.plan import Plan

METRES = "EPSG:6372"
"""Conformal conic projection of Mexico; distances in the region are accurate to a few per cent."""
MARGIN_M = 60_000.0
"""Margin of the areas beyond the outermost zones, where there is no demand (the US interior)."""
FAR_M = 1e6
"""Extent of the Voronoi cells before they are clipped; larger than any margin."""


def service_area_layer(plan: Plan, problem: Problem) -> gpd.GeoDataFrame:
    """Return the area of each site, and of direct mail, that is the main source of some zone.

    Every zone gets the land that is nearer to it than to any other zone of its country, clipped at
    the outlines of the country and at `MARGIN_M` beyond the hull of its zones. The land of all
    zones with the same main site is merged. Where the network has no outlines only the hull clips.

    Parameters
    ----------
    plan : Plan
        With zones.
    problem : Problem
        With the outlines of the countries.

    Returns
    -------
    GeoDataFrame
        site_id, orders and number of zones, in EPSG:4326.
    """
    zones = plan.zones[plan.zones["main_site"] != ""]
    if zones.empty:
        empty: dict[str, list[object]] = {"site_id": [], "orders": [], "zones": []}
        return gpd.GeoDataFrame(empty, geometry=[], crs=WGS84)
    cells = pd.concat(
        [
            zone_cells(part, _land(problem, str(country)))
            for country, part in zones.groupby("country")
        ],
        ignore_index=True,
    )
    groups = cells.groupby("main_site")
    shapes = gpd.GeoSeries(
        [shapely.union_all(part.geometry.to_numpy(), grid_size=1.0) for _, part in groups],
        crs=METRES,
    )
    shapes = shapely.make_valid(
        shapes.to_crs(WGS84).to_numpy(), method="structure", keep_collapsed=False
    )
    table = (
        groups.agg(orders=("orders", "sum"), zones=("zone_id", "count"))
        .rename_axis("site_id")
        .reset_index()
    )
    areas = gpd.GeoDataFrame(table, geometry=shapes, crs=WGS84)
    return areas[~areas.geometry.is_empty].reset_index(drop=True)


def zone_cells(zones: pd.DataFrame, land: gpd.GeoSeries | None) -> gpd.GeoDataFrame:
    """Return the Voronoi cell of each zone, clipped at the hull of all zones and at the land.

    Parameters
    ----------
    zones : DataFrame
        zone_id, main_site, orders, lat, lon.
    land : GeoSeries or None
        Outlines; None clips at the hull only.

    Returns
    -------
    GeoDataFrame
        zone_id, main_site, orders, in `METRES`.
    """
    points = gpd.GeoSeries(
        gpd.points_from_xy(zones["lon"], zones["lat"]), crs=WGS84, index=zones.index
    ).to_crs(METRES)
    shapes = _voronoi(points.to_numpy())
    asked = points.union_all().convex_hull.buffer(MARGIN_M)
    if land is not None:
        asked = asked.intersection(land.to_crs(METRES).union_all())
    shapes = shapely.intersection(shapes, asked)
    return gpd.GeoDataFrame(zones[["zone_id", "main_site", "orders"]], geometry=shapes, crs=METRES)


def _voronoi(points: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return a cell for each point; points at one place share theirs."""
    cells = np.asarray(shapely.buffer(points, FAR_M))
    places, member = np.unique(shapely.get_coordinates(points), axis=0, return_inverse=True)
    if len(places) > 1:
        far = shapely.box(*places.min(axis=0), *places.max(axis=0)).buffer(FAR_M)
        found = shapely.get_parts(
            shapely.voronoi_polygons(shapely.multipoints(places), extend_to=far)
        )
        tree = shapely.STRtree(found)
        place, cell = tree.query(shapely.points(places), predicate="intersects")
        first = np.full(len(places), -1)
        first[place] = cell
        cells = found[first[member.ravel()]]
    return cells


def _land(problem: Problem, country: str) -> gpd.GeoSeries | None:
    """Return the outlines of a country, None where the network has none of it."""
    content = problem.network.outlines
    if content is None:
        return None
    shapes = [shape for name, shape in read_outlines(content) if name == country]
    return gpd.GeoSeries(shapes, crs=WGS84) if shapes else None
