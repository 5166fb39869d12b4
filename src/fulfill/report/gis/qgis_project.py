"""A QGIS project that opens the GeoPackage of a plan on its region."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import geopandas as gpd
import numpy as np
from pyproj import CRS

from fulfill.report.gis.geopackage import DECLARED, kinds
from fulfill.report.gis.map_styles import Style, background, layer_styles
from fulfill.report.gis.places import WGS84
from fulfill.report.gis.qml import VERSION, aliases, style_parts

GROUPS = {
    "Places": {"sites": True, "gateways": True, "zones": True},
    "Flows": {
        "routes": True, "inbound_road": True, "last_mile": True, "overseas": True, "mail": False,
    },
    "Areas": {"service_areas": True, "zone_cells": False, "states": True},
}  # fmt: skip
"""Layers by group, the topmost first, and whether they are shown at first."""
TITLES = {
    "sites": "Sites",
    "gateways": "Gateways",
    "zones": "Zones, lead time",
    "routes": "Own vans, mean day",
    "inbound_road": "By road to a site",
    "last_mile": "Site to zone",
    "overseas": "By sea and air",
    "mail": "Direct mail to states",
    "service_areas": "Service areas",
    "zone_cells": "Cells of zones (Voronoi), lead time",
    "states": "States",
}
MAP_CRS = "EPSG:3857"
MARGIN = 0.04
"""Margin of the map around the region, share of its width and height."""
QGIS_NUMBERS = {"EPSG:3857": 3857, "EPSG:4326": 3452}
"""Numbers of coordinate systems within QGIS."""
GEOMETRIES = {"Point": "Point", "LineString": "Line", "Polygon": "Polygon"}


def write_project(
    layers: Mapping[str, gpd.GeoDataFrame], path: Path, geopackage: str, title: str
) -> None:
    """Write a project that draws a GeoPackage in the same folder.

    Parameters
    ----------
    layers : Mapping of str to GeoDataFrame
        The layers of the GeoPackage.
    path : Path
        File to write, a .qgs.
    geopackage : str
        Name of the GeoPackage.
    title : str
        Title of the project.
    """
    root = Element("qgis", version=VERSION, projectname=title)
    SubElement(root, "title").text = title
    _crs(SubElement(root, "projectCrs"), MAP_CRS)
    written = kinds(layers)
    root.append(_tree(written, geopackage))
    west, south, east, north = region(layers)
    canvas = SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    SubElement(canvas, "units").text = "meters"
    _extent(SubElement(canvas, "extent"), (west, south, east, north))
    _crs(SubElement(canvas, "destinationsrs"), MAP_CRS)
    listed = SubElement(root, "projectlayers")
    for name, kind in written.items():
        listed.append(_layer(name, kind, layers[name], geopackage))
    order = SubElement(root, "layerorder")
    for name in _shown_order(written):
        SubElement(order, "layer", id=_id(name))
    properties = SubElement(root, "properties")
    SubElement(SubElement(properties, "Paths"), "Absolute", type="bool").text = "false"
    # Without this the project has no coordinate system, and nothing is projected.
    system = SubElement(properties, "SpatialRefSys")
    SubElement(system, "ProjectionsEnabled", type="int").text = "1"
    view = SubElement(root, "ProjectViewSettings", UseProjectScales="0")
    bounds = {"xmin": west, "ymin": south, "xmax": east, "ymax": north}
    default = SubElement(view, "DefaultViewExtent", {k: f"{v:.0f}" for k, v in bounds.items()})
    _crs(default, MAP_CRS)
    indent(root, " ")
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    path.write_text(head + tostring(root, encoding="unicode") + "\n", encoding="utf-8")


def region(layers: Mapping[str, gpd.GeoDataFrame]) -> tuple[float, float, float, float]:
    """Return the window of the map: all zones and sites, with a margin.

    Parameters
    ----------
    layers : Mapping of str to GeoDataFrame
        With zones and sites.

    Returns
    -------
    tuple of float
        West, south, east and north in `MAP_CRS`, metres.
    """
    bounds = [
        layers[name].to_crs(MAP_CRS).total_bounds
        for name in ("zones", "sites")
        if len(layers[name])
    ]
    west, south = np.min([one[:2] for one in bounds], axis=0)
    east, north = np.max([one[2:] for one in bounds], axis=0)
    margin = max(MARGIN * max(east - west, north - south), 10_000.0)
    return west - margin, south - margin, east + margin, north + margin


def _shown_order(written: Mapping[str, str]) -> list[str]:
    return [name for group in GROUPS.values() for name in group if name in written]


def _tree(written: Mapping[str, str], geopackage: str) -> Element:
    """Return the groups of layers in the panel of QGIS."""
    tree = Element("layer-tree-group")
    for title, members in GROUPS.items():
        group = SubElement(
            tree, "layer-tree-group", name=title, checked="Qt::Checked", expanded="1"
        )
        for name, checked in members.items():
            if name in written:
                SubElement(
                    group,
                    "layer-tree-layer",
                    id=_id(name),
                    name=TITLES[name],
                    checked="Qt::Checked" if checked else "Qt::Unchecked",
                    expanded="0",
                    providerKey="ogr",
                    source=_source(name, geopackage),
                )
    return tree


def _layer(name: str, kind: str, layer: gpd.GeoDataFrame, geopackage: str) -> Element:
    """Return a layer with its default style."""
    style = _in_project(name, layer)
    geometry = GEOMETRIES[kind.removeprefix("Multi")]
    made = Element(
        "maplayer",
        type="vector",
        geometry=geometry,
        wkbType=kind,
        labelsEnabled=str(int(style.label is not None)),
        hasScaleBasedVisibilityFlag="0",
    )
    SubElement(made, "id").text = _id(name)
    SubElement(made, "datasource").text = _source(name, geopackage)
    SubElement(made, "layername").text = TITLES[name]
    SubElement(made, "abstract").text = DECLARED[name].meaning
    _crs(SubElement(made, "srs"), WGS84)
    SubElement(made, "provider", encoding="UTF-8").text = "ogr"
    made.extend(style_parts(style.renderer, style.label, aliases(DECLARED[name].figures)))
    return made


def _in_project(name: str, layer: gpd.GeoDataFrame) -> Style:
    if name == "states":
        return background()  # the service areas above are transparent
    style = layer_styles(name, layer)[0]
    # The sites inside of the areas have the same names.
    return Style(style.name, style.renderer) if name == "service_areas" else style


def _id(name: str) -> str:
    # QGIS replaces ids of ten characters or fewer, and then finds no layer of the tree.
    return f"plan_layer_{name}"


def _source(name: str, geopackage: str) -> str:
    return f"./{geopackage}|layername={name}"


def _crs(parent: Element, name: str) -> None:
    system = SubElement(parent, "spatialrefsys", nativeFormat="Wkt")
    SubElement(system, "wkt").text = CRS.from_user_input(name).to_wkt()
    # Without its own number of the system, QGIS 3.22 does not look at the name.
    SubElement(system, "srsid").text = str(QGIS_NUMBERS[name])
    SubElement(system, "srid").text = name.removeprefix("EPSG:")
    SubElement(system, "authid").text = name


def _extent(parent: Element, window: tuple[float, float, float, float]) -> None:
    for key, value in zip(("xmin", "ymin", "xmax", "ymax"), window, strict=True):
        SubElement(parent, key).text = f"{value:.0f}"
