"""Land of zones: cells around them, service areas of sites, and states."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fulfill.inputs.geography.outlines import read_outlines, state_outlines
from fulfill.inputs.problem import Problem
from fulfill.report.gis.places import WGS84
from fulfill.study.outputs import SHARES
from fulfill.study.plan import Plan

STATE_SHARES = ("share_within_3_days", "share_within_5_days", *SHARES.split())
"""Shares of potential orders that are averaged over a state."""
METRES = "EPSG:6372"
"""Conformal conic projection of Mexico; distances in the region are accurate to a few per cent."""
MARGIN_M = 60_000.0
"""Margin of the areas beyond the outermost zones, where there is no demand (the US interior)."""
FAR_M = 1e6
"""Extent of the Voronoi cells before they are clipped; larger than any margin."""


def area_layers(plan: Plan, problem: Problem) -> dict[str, gpd.GeoDataFrame]:
    """Return the polygons of a plan: service areas, cells of zones, and states.

    Every zone gets the land that is nearer to it than to any other zone of its country, clipped at
    the outlines of the country and at `MARGIN_M` beyond the hull of its zones; where the network
    has no outlines only the hull clips. The cells are Voronoi cells, no administrative boundaries.

    Parameters
    ----------
    plan : Plan
        With zones.
    problem : Problem
        With the outlines of countries and states.

    Returns
    -------
    dict of str to GeoDataFrame
        service_areas, zone_cells and states, columns as in `study.layer_outputs`, all in EPSG:4326.
    """
    by_country = [
        zone_cells(part, _land(problem, str(country)))
        for country, part in plan.zones.groupby("country")
    ]
    cells = pd.concat(by_country).loc[plan.zones.index]
    return {
        "service_areas": service_area_layer(cells, plan.sites),
        "zone_cells": gpd.GeoDataFrame(
            plan.zones.drop(columns=["lat", "lon"]),
            geometry=valid_degrees(cells.geometry.to_numpy()),
            crs=WGS84,
        ),
        "states": state_layer(plan.zones, cells, problem.network.outlines),
    }


def service_area_layer(cells: gpd.GeoDataFrame, sites: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the area of each site, and of direct mail, that is the main source of some zone.

    Parameters
    ----------
    cells : GeoDataFrame
        Of `zone_cells`. Those of all zones with the same main site are merged.
    sites : DataFrame
        Open sites, for their names.

    Returns
    -------
    GeoDataFrame
        site_id, name, orders and number of zones, in EPSG:4326.
    """
    served = cells[cells["main_site"] != ""]
    if served.empty:
        empty: dict[str, list[object]] = {"site_id": [], "name": [], "orders": [], "zones": []}
        return gpd.GeoDataFrame(empty, geometry=[], crs=WGS84)
    groups = served.groupby("main_site")
    shapes = [shapely.union_all(part.geometry.to_numpy(), grid_size=1.0) for _, part in groups]
    table = (
        groups.agg(orders=("orders", "sum"), zones=("zone_id", "count"))
        .rename_axis("site_id")
        .reset_index()
    )
    names = dict(zip(sites["site_id"], sites["name"], strict=True)) if len(sites) else {}
    table.insert(1, "name", [names.get(site, site) for site in table["site_id"]])
    areas = gpd.GeoDataFrame(table, geometry=valid_degrees(np.array(shapes, object)), crs=WGS84)
    return areas[~areas.geometry.is_empty].reset_index(drop=True)


def state_layer(
    zones: pd.DataFrame, cells: gpd.GeoDataFrame, outlines: bytes | None
) -> gpd.GeoDataFrame:
    """Return the states of the zones with their means.

    Parameters
    ----------
    zones : DataFrame
        Of a plan.
    cells : GeoDataFrame
        Of `zone_cells`, indexed like the zones.
    outlines : bytes or None
        Outlines of the network. A state that they lack is drawn as the cells of its zones.

    Returns
    -------
    GeoDataFrame
        Columns of `study.layer_outputs.STATES_LAYER`, in EPSG:4326.
    """
    outlined = {} if outlines is None else state_outlines(outlines)
    rows, shapes = [], []
    for (country, state), part in zones.groupby(["country", "state"], sort=True):
        key = (str(country), str(state))
        outline = outlined.get(key)
        if outline is None:
            merged = shapely.union_all(cells.geometry.loc[part.index].to_numpy(), grid_size=1.0)
            outline = valid_degrees(np.array([merged], object))[0]
        shapes.append(outline)
        served = part["orders"] * (1.0 - part["share_unserved"])
        rows.append(
            {
                "country": country,
                "state": state,
                "zones": len(part),
                "population": part["population"].sum(),
                "orders": part["orders"].sum(),
                "lead_time_days": _mean(part["lead_time_days"], served),
                **{key: _mean(part[key], part["orders"]) for key in STATE_SHARES},
                "drawn_as": "outline" if key in outlined else "cells",
            }
        )
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=WGS84)


def valid_degrees(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return polygons in `METRES` as valid polygons in longitude and latitude."""
    degrees = gpd.GeoSeries(shapes, crs=METRES).to_crs(WGS84).to_numpy()
    valid: NDArray[np.object_] = shapely.make_valid(
        degrees, method="structure", keep_collapsed=False
    )
    return valid


def _mean(values: pd.Series, weights: pd.Series) -> float:
    """Return the weighted mean over rows that have a value; NaN without any weight."""
    there = values.notna()
    total = float(weights[there].sum())
    return float((values * weights)[there].sum()) / total if total > 0.0 else math.nan


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
