"""Map layers of a saved run in other formats.

A run may come from somebody else. Its GeoPackage is opened as one or not at all, as GDAL would
guess other formats, some of which fetch data from the network; and files are written under names of
this package only, never under those of layers.
"""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import pyogrio

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import read_own_file
from fulfill.report.gis.geopackage import STYLES
from fulfill.report.gis.kepler import kepler_map
from fulfill.report.gis.layers import LAYERS, ROUTES, write_geojson
from fulfill.report.gis.postgis import write_postgis
from fulfill.study import outputs
from fulfill.study.csv_files import read_csv, typed
from fulfill.study.exact_tables import read_exact_tables
from fulfill.study.json_file import write_json
from fulfill.study.manifest import changed_files, read_manifest
from fulfill.study.outputs import TABLES_FILE
from fulfill.study.run_folder import LAYERS as GEOPACKAGE
from fulfill.study.run_folder import PROJECT

TABLES_ONLY = ("flows", "costs", "capacity", "channels", "unserved")
"""Tables of a plan that are no layer."""
POINTS = {"arcs": outputs.ARCS, "sites": outputs.SITES, "zones": outputs.ZONES}
"""Tables with places, which kepler.gl reads."""
FILES = {
    "flatgeobuf": (GEOPACKAGE,),
    "geojson": (GEOPACKAGE,),
    "geoparquet": (GEOPACKAGE,),
    "gpkg": (GEOPACKAGE, PROJECT),
    "postgis": (GEOPACKAGE, TABLES_FILE),
    "kepler": tuple(table.name for table in POINTS.values()),
}
"""Files of a run that are read, by format."""
FORMATS = tuple(name for name in FILES if name != "postgis")
"""Formats that are written to a folder."""
ENDINGS = {"flatgeobuf": "fgb", "geojson": "geojson", "geoparquet": "parquet"}
"""Ends of file names of formats with a file for each layer."""
KEPLER = "kepler.json"
SQLITE, APPLICATION_IDS = b"SQLite format 3\0", (b"GPKG", b"GP10", b"GP11")
"""First bytes of an SQLite file, and the four bytes at 68 that make it a GeoPackage."""


def export_layers(run: Path, target: Path, fmt: str) -> list[Path]:
    """Write the map of a run into a folder.

    Parameters
    ----------
    run : Path
        Run folder with a plan.
    target : Path
        Folder to write to; made if it does not exist.
    fmt : str
        ``gpkg`` (all layers in one file, and the QGIS project), ``flatgeobuf``, ``geojson`` or
        ``geoparquet`` (a file for each layer), or ``kepler`` (arcs, sites and zones as CSV with lat
        and lon, and `KEPLER` with all of them, which kepler.gl opens as a map).

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        F348 where the folder is no run with a plan, F308 for an unknown format, F311 where a file
        was changed or is of another format or has other layers, F347 where it is a link.
    """
    if fmt not in FORMATS:
        detail = "one of " + ", ".join(FORMATS)
        raise InputError([Fault("F308", "--to", value=fmt, detail=detail)])
    contents = _unchanged(run, fmt)
    layers = _layers(contents[GEOPACKAGE]) if GEOPACKAGE in contents else {}
    target.mkdir(parents=True, exist_ok=True)
    if fmt in ENDINGS:
        return [_write_layer(layer, target / f"{n}.{ENDINGS[fmt]}") for n, layer in layers.items()]
    for name, content in contents.items():
        (target / name).write_bytes(content)
    written = [target / name for name in contents]
    if fmt == "kepler":
        tables = {
            name: typed(read_csv(BytesIO(contents[declared.name])), declared)
            for name, declared in POINTS.items()
        }
        write_json(target / KEPLER, kepler_map(tables))
        written.append(target / KEPLER)
    return written


def _write_layer(layer: gpd.GeoDataFrame, path: Path) -> Path:
    """Write a layer in the format that the ending of the name asks for."""
    if path.suffix == ".geojson":
        write_geojson(layer, path)
    elif path.suffix == ".parquet":
        layer.to_parquet(path, index=False, write_covering_bbox=True)
    else:
        layer.to_file(path, driver="FlatGeobuf", engine="pyogrio")
    return path


def export_postgis(run: Path, address: str, *, schema: str, overwrite: bool = False) -> str:
    """Write the layers and tables of a run into PostGIS; see `postgis.write_postgis`.

    Parameters
    ----------
    run : Path
        Run folder with a plan.
    address, schema, overwrite
        See `postgis.write_postgis`.

    Returns
    -------
    str
        The address without its password.

    Raises
    ------
    InputError
        As `export_layers`, and F370.
    """
    contents = _unchanged(run, "postgis")
    layers = _layers(contents[GEOPACKAGE])
    exact = read_exact_tables(run / TABLES_FILE)
    tables = {name: exact[name] for name in TABLES_ONLY}
    return write_postgis(layers, tables, address, schema=schema, overwrite=overwrite)


def _unchanged(run: Path, fmt: str) -> dict[str, bytes]:
    """Return the files of a run that an export reads, as they were written."""
    changed = [one for one in changes(run, fmt) if not one.warning]
    if changed:
        raise InputError(changed)
    return {name: read_own_file(run / name) for name in FILES[fmt]}


def changes(run: Path, fmt: str) -> list[Fault]:
    """Compare the files that an export reads with the hashes in the manifest of the run.

    Parameters
    ----------
    run : Path
        Run folder.
    fmt : str
        Key of `FILES`.

    Returns
    -------
    list of Fault
        F311 or F347 for each file that is missing or was changed; only W340 for a changed
        GeoPackage, as a GIS changes it by opening it.

    Raises
    ------
    InputError
        F348 where the folder is no run of `fulfill optimize`, or has no plan.
    """
    recorded = read_manifest(run)["files"]
    if not set(FILES[fmt]) <= set(recorded):
        detail = "it has no plan, or its map could not be drawn"
        raise InputError([Fault("F348", run.name, detail=detail)])
    found = changed_files(run, FILES[fmt], recorded)
    opened = f"{run.name}/{GEOPACKAGE}"
    there = (run / GEOPACKAGE).is_file()
    return [
        Fault("W340", one.file, detail=one.detail)
        if one.code == "F311" and one.file == opened and there
        else one
        for one in found
    ]


def _layers(content: bytes) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of a GeoPackage by name, all of them known."""
    if not content.startswith(SQLITE) or content[68:72] not in APPLICATION_IDS:
        raise InputError([Fault("F311", GEOPACKAGE, detail="no GeoPackage")])
    # A copy, as the file may change after it was looked at, and GDAL reads some paths as archives.
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / GEOPACKAGE
        path.write_bytes(content)
        try:
            found = [str(name) for name in pyogrio.list_layers(path)[:, 0] if name != STYLES]
            _check_names(found)
            return {name: pyogrio.read_dataframe(path, layer=name) for name in found}
        except InputError:
            raise
        except Exception as error:  # GDAL has errors of many kinds for a damaged file
            raise InputError([Fault("F311", GEOPACKAGE, detail=str(error))]) from None


def _check_names(found: list[str]) -> None:
    """Reject layers that no run has, and a map that lacks one."""
    wrong = [(name, "unknown layer") for name in found if name not in (*LAYERS, ROUTES)]
    wrong += [(name, "the layer is missing") for name in LAYERS if name not in found]
    if wrong:
        raise InputError([Fault("F311", GEOPACKAGE, value=n[:40], detail=t) for n, t in wrong])
