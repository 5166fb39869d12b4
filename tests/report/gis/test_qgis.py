"""The GeoPackage and the project of a run as QGIS opens them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from fulfill.report.gis.layers import LAYERS

PYTHON = Path("/usr/bin/python3")
"""Interpreter for which Debian packages PyQGIS (python3-qgis)."""
SESSION = Path(__file__).with_name("qgis_session.py")


def has_qgis() -> bool:
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def opened(run: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    if not has_qgis():
        pytest.skip("PyQGIS is not installed: apt-get install python3-qgis")
    home = tmp_path_factory.mktemp("qgis")
    picture = home / "map.png"
    surroundings = {key: text for key, text in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [PYTHON, SESSION, run, picture],
        capture_output=True,
        text=True,
        check=True,
        env=surroundings | {"HOME": str(home), "QT_QPA_PLATFORM": "offscreen"},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found, picture


@pytest.mark.parametrize("name", LAYERS)
def test_qgis_opens_every_layer_with_its_style_and_names(
    opened: tuple[dict[str, Any], Path], run: Path, name: str
) -> None:
    layer = opened[0]["geopackage"][name]
    features = len(gpd.read_file(run / "plan.gpkg", layer=name))
    assert (layer["valid"], layer["features"]) == (True, features)
    fields = {key: words for key, words in layer["aliases"].items() if key != "fid"}
    assert all(fields.values())
    expected = {
        "sites": "singleSymbol",
        "mail": "singleSymbol",
        "zones": "graduatedSymbol",
        "zone_cells": "graduatedSymbol",
        "states": "graduatedSymbol",
    }
    assert layer["renderer"] == expected.get(name, "categorizedSymbol")
    assert layer["labels"] == (name in ("sites", "service_areas"))


def test_the_project_opens_on_the_region_without_mail(
    opened: tuple[dict[str, Any], Path], run: Path
) -> None:
    found, picture = opened
    assert found["opened"]
    assert found["crs"] == "EPSG:3857"
    west, south, east, north = found["extent"]
    bounds = gpd.read_file(run / "plan.gpkg", layer="zones").to_crs("EPSG:3857").total_bounds
    assert west < bounds[0] < bounds[2] < east < bounds[2] + 1e6
    assert south < bounds[1] < bounds[3] < north < bounds[3] + 1e6
    ids = [f"plan_layer_{name}" for name in LAYERS]
    assert sorted(found["order"]) == sorted(ids)
    assert found["order"][0] == "plan_layer_sites"
    assert set(ids) - set(found["shown"]) == {"plan_layer_mail", "plan_layer_zone_cells"}
    assert picture.stat().st_size > 5000
