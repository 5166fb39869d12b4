r"""Derive the outlines of the Mexican states and of CA, AZ, NM, TX for map backgrounds.

Run it in an environment of its own, so that its sources do not become dependencies of the package::

    python -m venv outlines && outlines/bin/pip install --no-compile \
        libpysal bokeh_sampledata geopandas
    outlines/bin/python scripts/build_outlines.py networks/mexico-us-border/outlines.geojson

Mexican states come from libpysal (`examples/mexico`), US states are unions of the counties of
bokeh_sampledata. Shared borders are thinned together (`coverage_simplify`), so that neighbours
leave neither gaps nor overlaps. Where the two sources disagree along the border, the finer US
outline is cut out of the Mexican one.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sqlite3
from pathlib import Path

import geopandas
import numpy as np
import shapely

TOLERANCE_DEGREES = 0.01
DECIMALS = 3
SMALLEST_ISLAND = 0.002
"""Polygons smaller than this many square degrees are left out, unless a state has no other."""
US_STATES = {"CA": "California", "AZ": "Arizona", "NM": "New Mexico", "TX": "Texas"}
MX_STATES = {
    "MX01": "Aguascalientes", "MX02": "Baja California", "MX03": "Baja California Sur",
    "MX04": "Campeche", "MX05": "Chiapas", "MX06": "Chihuahua", "MX07": "Coahuila",
    "MX08": "Colima", "MX09": "Ciudad de México", "MX10": "Durango", "MX11": "Guanajuato",
    "MX12": "Guerrero", "MX13": "Hidalgo", "MX14": "Jalisco", "MX15": "México",
    "MX16": "Michoacán", "MX17": "Morelos", "MX18": "Nayarit", "MX19": "Nuevo León",
    "MX20": "Oaxaca", "MX21": "Puebla", "MX22": "Querétaro", "MX23": "Quintana Roo",
    "MX24": "San Luis Potosí", "MX25": "Sinaloa", "MX26": "Sonora", "MX27": "Tabasco",
    "MX28": "Tamaulipas", "MX29": "Tlaxcala", "MX30": "Veracruz", "MX31": "Yucatán",
    "MX32": "Zacatecas",
}  # fmt: skip
"""GeoNames codes, which libpysal uses: they are not those of INEGI."""


def package_folder(name: str) -> Path:
    """Folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{name} is not installed: see the head of this script")
    return Path(spec.origin).parent


def mexican_states() -> dict[str, shapely.Geometry]:
    """Outline by state."""
    table = geopandas.read_file(package_folder("libpysal") / "examples/mexico/mexicojoin.shp")
    return {
        MX_STATES[code]: shapely.make_valid(shape)
        for code, shape in zip(table.CODE, table.geometry, strict=True)
    }


def us_states() -> dict[str, shapely.Geometry]:
    """Outline by state."""
    database = sqlite3.connect(
        package_folder("bokeh_sampledata") / "_data/geographic_boundaries.db"
    )
    query = "select geometry from us_counties where state = ?"
    return {
        name: shapely.union_all(
            shapely.make_valid(np.array([shapely.from_wkb(wkb) for (wkb,) in rows], object))
        )
        for code, name in US_STATES.items()
        if (rows := database.execute(query, (code,)).fetchall())
    }


def without_islets(shape: shapely.Geometry) -> shapely.Geometry:
    """Polygons of a shape that are large enough to see."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    large = [part for part in parts if part.area >= SMALLEST_ISLAND] or [
        max(parts, key=lambda part: part.area)
    ]
    return shapely.MultiPolygon([shapely.Polygon(part.exterior) for part in large])


def main() -> None:
    """Build the file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path, help="file to write, ending in .geojson")
    output = parser.parse_args().output
    mexico, states = mexican_states(), us_states()
    north = shapely.union_all(list(states.values()))
    mexico = {name: shapely.difference(shape, north) for name, shape in mexico.items()}
    names = [("MX", name) for name in mexico] + [("US", name) for name in states]
    shapes = [without_islets(shape) for shape in (*mexico.values(), *states.values())]
    thin = shapely.coverage_simplify(np.array(shapes, object), TOLERANCE_DEGREES)
    features = [
        {
            "type": "Feature",
            "properties": {"country": country, "state": state},
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [
                    [np.round(shapely.get_coordinates(part.exterior), DECIMALS).tolist()]
                    for part in shapely.get_parts(shape)
                ],
            },
        }
        for (country, state), shape in sorted(
            zip(names, thin, strict=True), key=lambda item: item[0]
        )
    ]
    text = json.dumps(
        {"type": "FeatureCollection", "features": features},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    output.write_text(
        text.replace('{"type":"Feature",', '\n{"type":"Feature",') + "\n", encoding="utf-8"
    )
    print(f"{output}: {len(features)} states, {output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
