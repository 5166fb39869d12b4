"""Styles, names and units inside the GeoPackage, and the project beside it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fulfill.report.gis.geopackage import write_geopackage
from fulfill.report.gis.layers import LAYERS, plan_layers
from fulfill.study.layer_outputs import PLAN_LAYERS
from fulfill.study.run import Run


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def test_every_layer_has_one_default_style(run: Path) -> None:
    found = rows(
        run / "plan.gpkg",
        'select f_table_name, sum("useAsDefault") from layer_styles group by f_table_name',
    )
    assert dict(found) == dict.fromkeys(LAYERS, 1)  # type: ignore[arg-type]
    registered = rows(
        run / "plan.gpkg",
        "select data_type from gpkg_contents where table_name = 'layer_styles'",
    )
    assert registered == [("attributes",)]


def test_styles_are_xml_with_the_names_of_all_fields(run: Path) -> None:
    declared = {layer.name: set(layer.keys) for layer in PLAN_LAYERS}
    for name, text in rows(run / "plan.gpkg", 'select f_table_name, "styleQML" from layer_styles'):
        style = ElementTree.fromstring(str(text))
        assert {one.get("field") for one in style.iter("alias")} == declared[str(name)]
        assert style.find("renderer-v2") is not None


def test_every_column_has_a_name_with_its_unit(run: Path) -> None:
    found = {
        (table, column): name
        for table, column, name in rows(
            run / "plan.gpkg", "select table_name, column_name, name from gpkg_data_columns"
        )
    }
    assert set(found) == {
        (layer.name, key) for layer in PLAN_LAYERS if layer.name in LAYERS for key in layer.keys
    }
    assert found["last_mile", "m3"] == "volume a year, m³"


def test_equal_plans_have_equal_geopackages(planned: Run, tmp_path: Path) -> None:
    layers = plan_layers(planned.plan, planned.problem)
    for name in ("a.gpkg", "b.gpkg"):
        write_geopackage(layers, tmp_path / name, "2026-11-01")
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


@pytest.mark.parametrize("name", LAYERS)
def test_the_project_draws_every_layer_of_the_geopackage(run: Path, name: str) -> None:
    project = ElementTree.parse(run / "plan.qgs").getroot()
    sources = {one.text for one in project.iter("datasource")}
    assert f"./plan.gpkg|layername={name}" in sources
