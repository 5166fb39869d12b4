"""The layers of a run in memory are those that it writes."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from fulfill.report.gis.layers import LAYERS, ROUTES
from fulfill.study.open_run import open_run
from fulfill.study.run import Run


def test_layers_are_those_of_the_geopackage(planned: Run, run: Path) -> None:
    layers = planned.layers()
    assert list(layers) == list(LAYERS)
    for name, layer in layers.items():
        written = gpd.read_file(run / "plan.gpkg", layer=name)
        assert layer.crs == written.crs
        assert list(layer.columns) == list(written.columns)
        assert len(layer) == len(written)
        assert layer.geometry.reset_index(drop=True).geom_equals(written.geometry).all()


def test_a_run_with_own_vans_has_their_routes(routed: Run, routed_run: Path) -> None:
    written = gpd.read_file(routed_run / "plan.gpkg", layer=ROUTES)
    assert len(written)
    assert len(routed.layers()[ROUTES]) == len(written)


def test_a_run_from_a_folder_has_the_layers_of_its_plan(planned: Run, run: Path) -> None:
    opened = open_run(run).layers()
    assert list(opened) == list(LAYERS)
    assert opened["sites"]["site_id"].tolist() == planned.sites["site_id"].tolist()
