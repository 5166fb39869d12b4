"""A plan as one GeoPackage that QGIS opens with styles, field names and units."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

import geopandas as gpd
import pyogrio

from fulfill.report.gis.layers import LAYERS, ROUTES
from fulfill.report.gis.map_styles import layer_styles
from fulfill.report.gis.qml import VERSION, aliases, style_parts
from fulfill.study.layer_outputs import PLAN_LAYERS
from fulfill.study.output import Output

STYLES = "layer_styles"
"""Table in which QGIS keeps styles."""
DECLARED = {layer.name: layer for layer in PLAN_LAYERS}
SCHEMA = f"""
create table "{STYLES}" (
  id integer primary key autoincrement not null, f_table_catalog text(256),
  f_table_schema text(256), f_table_name text(256), f_geometry_column text(256),
  "styleName" text(30), "styleQML" text, "styleSLD" text, "useAsDefault" boolean,
  description text, owner text(30), ui text(30), update_time datetime);
create table if not exists gpkg_extensions (
  table_name text, column_name text, extension_name text not null, definition text not null,
  scope text not null, unique (table_name, column_name, extension_name));
create table gpkg_data_columns (
  table_name text not null, column_name text not null, name text, title text, description text,
  mime_type text, constraint_name text, primary key (table_name, column_name),
  unique (table_name, name));
create table gpkg_data_column_constraints (
  constraint_name text not null, constraint_type text not null, value text, min numeric,
  min_is_inclusive boolean, max numeric, max_is_inclusive boolean, description text,
  unique (constraint_name, constraint_type, value));
"""
"""Tables of QGIS and of the extension `gpkg_schema` of the GeoPackage standard."""
GEOPACKAGE_VERSION = "1.2"
"""Of the standard: a later one makes QGIS 3.22 warn at every layer."""
SYNCHRONOUS = "OGR_SQLITE_SYNCHRONOUS"
"""GDAL's option; it is of the whole process, so that it is put back."""
EXTENSION = ("gpkg_schema", "http://www.geopackage.org/spec121/#extension_schema", "read-write")


@contextmanager
def _without_waiting() -> Iterator[None]:
    """Write without waiting for the disk at every table, in all a second; no other file does."""
    before = pyogrio.get_gdal_config_option(SYNCHRONOUS)
    pyogrio.set_gdal_config_options({SYNCHRONOUS: "OFF"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({SYNCHRONOUS: before})


def write_geopackage(layers: Mapping[str, gpd.GeoDataFrame], path: Path, as_of: str) -> None:
    """Write the layers of a plan into one file, including `ROUTES` if it is among them.

    Parameters
    ----------
    layers : Mapping of str to GeoDataFrame
        Of `layers.plan_layers`.
    path : Path
        File to write; an existing one is replaced.
    as_of : str
        Day of the rules of the plan, ISO date. It is the date of all tables, so that equal plans
        have equal files.
    """
    path.unlink(missing_ok=True)
    with _without_waiting():
        for name, kind in kinds(layers).items():
            layers[name].to_file(
                path,
                layer=name,
                driver="GPKG",
                engine="pyogrio",
                geometry_type=kind,
                promote_to_multi=kind.startswith("Multi"),
                VERSION=GEOPACKAGE_VERSION,
            )
    moment = f"{as_of}T00:00:00.000Z"
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma synchronous = off")
        database.executescript(SCHEMA)
        for table in ("gpkg_data_columns", "gpkg_data_column_constraints"):
            database.execute("insert into gpkg_extensions values (?, null, ?, ?, ?)",
                             (table, *EXTENSION))  # fmt: skip
        database.execute(
            "insert into gpkg_contents (table_name, data_type, identifier, description, srs_id) "
            "values (?, 'attributes', ?, 'styles of QGIS', 0)",
            (STYLES, STYLES),
        )
        for name in kinds(layers):
            _describe(database, DECLARED[name])
            _style(database, name, layers[name], moment)
        database.execute("update gpkg_contents set last_change = ?", (moment,))
        database.commit()


def kinds(layers: Mapping[str, gpd.GeoDataFrame]) -> dict[str, str]:
    """Return the geometry type of each layer that is written, in order.

    Parameters
    ----------
    layers : Mapping of str to GeoDataFrame
        Of `layers.plan_layers`.

    Returns
    -------
    dict of str to str
        By layer.
    """
    return LAYERS | ({ROUTES: "LineString"} if ROUTES in layers else {})


def _describe(database: sqlite3.Connection, declared: Output) -> None:
    """Write the names and meanings of the columns of a layer."""
    names = aliases(declared.figures)
    database.executemany(
        "insert into gpkg_data_columns (table_name, column_name, name, title, description) "
        "values (?, ?, ?, ?, ?)",
        [
            (declared.name, one.key, names[one.key], names[one.key], one.meaning)
            for one in declared.figures
        ],
    )
    database.execute(
        "update gpkg_contents set description = ? where table_name = ?",
        (declared.meaning, declared.name),
    )


def _style(database: sqlite3.Connection, name: str, layer: gpd.GeoDataFrame, moment: str) -> None:
    """Write the styles of a layer, the first as its default."""
    fields = aliases(DECLARED[name].figures)
    rows = []
    for rank, style in enumerate(layer_styles(name, layer)):
        root = Element("qgis", version=VERSION, labelsEnabled=str(int(style.label is not None)))
        root.extend(style_parts(style.renderer, style.label, fields))
        text = "<!DOCTYPE qgis>\n" + tostring(root, encoding="unicode")
        rows.append((name, "geom", style.name, text, rank == 0, "", moment))
    database.executemany(
        f'insert into "{STYLES}" (f_table_catalog, f_table_schema, f_table_name, '
        'f_geometry_column, "styleName", "styleQML", "styleSLD", "useAsDefault", description, '
        "owner, update_time) values ('', '', ?, ?, ?, ?, '', ?, ?, '', ?)",
        rows,
    )
