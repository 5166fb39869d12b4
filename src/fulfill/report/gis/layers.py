"""The map layers of a plan."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from fulfill.inputs.problem import Problem
from fulfill.report.gis.flow_lines import flow_layers
from fulfill.report.gis.places import point_layer
from fulfill.report.gis.service_areas import area_layers
from fulfill.study.plan import Plan

LAYERS = {
    "sites": "Point",
    "gateways": "Point",
    "zones": "Point",
    "inbound_road": "MultiLineString",
    "last_mile": "MultiLineString",
    "service_areas": "MultiPolygon",
    "zone_cells": "MultiPolygon",
    "states": "MultiPolygon",
    "overseas": "MultiLineString",
    "mail": "MultiLineString",
}
"""Layer name -> geometry type, in the order in which they are written."""
ROUTES = "routes"
"""Layer of a plan with own vans: the routes of their mean day."""


def plan_layers(plan: Plan, problem: Problem) -> dict[str, gpd.GeoDataFrame]:
    """Return the map layers of a plan.

    Parameters
    ----------
    plan : Plan
        With tables.
    problem : Problem
        What was planned.

    Returns
    -------
    dict of str to GeoDataFrame
        By the names of `LAYERS`, columns as in `study.layer_outputs.PLAN_LAYERS`, all in EPSG:4326.
    """
    found = {
        "sites": point_layer(plan.sites),
        "gateways": gateway_layer(plan, problem),
        "zones": point_layer(plan.zones),
        **flow_layers(plan, problem),
        **area_layers(plan, problem),
    }
    return {name: found[name] for name in LAYERS}


def gateway_layer(plan: Plan, problem: Problem) -> gpd.GeoDataFrame:
    """Return every gateway with its volume, used or not.

    Parameters
    ----------
    plan : Plan
        With the table of capacities.
    problem : Problem
        What was planned.

    Returns
    -------
    GeoDataFrame
        Columns of `study.layer_outputs.GATEWAYS_LAYER`; `utilisation` is NaN without a capacity.
    """
    gateways = problem.network["gateways"]
    table = gateways[["gateway_id", "name", "kind", "country", "lat", "lon"]].reset_index(drop=True)
    rows = plan.capacity[plan.capacity["kind"] == "gateway"].groupby("resource")
    table["used_m3_year"] = table["gateway_id"].map(rows["used"].sum()).astype(float).fillna(0.0)
    table["capacity_m3_year"] = 12.0 * gateways["capacity_m3_month"].to_numpy(float)
    table["utilisation"] = (table["used_m3_year"] / table["capacity_m3_year"]).where(
        table["capacity_m3_year"] > 0
    )
    table["peak_utilisation"] = (
        table["gateway_id"].map(rows["utilisation"].max()).astype(float).fillna(0.0)
    )
    return point_layer(table)


def write_geojson(layer: gpd.GeoDataFrame, path: Path) -> None:
    """Write one layer as GeoJSON of RFC 7946: longitude first, EPSG:4326, exact to a metre.

    Parameters
    ----------
    layer : in EPSG:4326
    path : file to write
    """
    layer.to_file(path, driver="GeoJSON", engine="pyogrio", RFC7946="YES", COORDINATE_PRECISION=5)
