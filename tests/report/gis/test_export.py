"""The map of a run in other formats: what the run wrote, not what a hostile file asks for."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from fulfill.cli.main import main
from fulfill.inputs.faults import InputError
from fulfill.report.gis.export import export_layers, export_postgis
from fulfill.report.gis.layers import LAYERS
from fulfill.study.run_folder import LAYERS as GEOPACKAGE
from fulfill.study.run_folder import PROJECT

VRT = """<OGRVRTDataSource><OGRVRTLayer name="sites">
<SrcDataSource>/vsicurl/http://127.0.0.1:9/sites.geojson</SrcDataSource></OGRVRTLayer>
</OGRVRTDataSource>"""


@pytest.fixture
def copied(run: Path, tmp_path: Path) -> Path:
    """A copy of the run, to be spoiled."""
    return Path(shutil.copytree(run, tmp_path / "runs" / "copied"))


@pytest.mark.parametrize(
    ("fmt", "files"),
    [("gpkg", {GEOPACKAGE, PROJECT}), ("kepler", {"arcs.csv", "sites.csv", "zones.csv"})],
)
def test_export_copies(run: Path, tmp_path: Path, fmt: str, files: set[str]) -> None:
    made = files | ({"kepler.json"} if fmt == "kepler" else set())
    assert {path.name for path in export_layers(run, tmp_path / "map", fmt)} == made
    assert {path.name for path in (tmp_path / "map").iterdir()} == made
    for name in files:
        assert (tmp_path / "map" / name).read_bytes() == (run / name).read_bytes()


@pytest.mark.parametrize(
    ("fmt", "ending", "reader"),
    [("geoparquet", "parquet", gpd.read_parquet), ("flatgeobuf", "fgb", gpd.read_file)],
)
def test_a_file_for_each_layer_holds_what_the_geopackage_holds(
    run: Path, tmp_path: Path, fmt: str, ending: str, reader: Callable[[Path], gpd.GeoDataFrame]
) -> None:
    paths = export_layers(run, tmp_path, fmt)
    assert [path.name for path in paths] == [f"{name}.{ending}" for name in LAYERS]
    for path in paths:
        layer, found = gpd.read_file(run / GEOPACKAGE, layer=path.stem), reader(path)
        assert found.crs.to_epsg() == 4326
        columns = [column for column in layer if column != "geometry"]
        # FlatGeobuf orders features by place
        kept = found[columns].sort_values(columns).reset_index(drop=True)
        expected = pd.DataFrame(layer[columns]).sort_values(columns).reset_index(drop=True)
        pd.testing.assert_frame_equal(pd.DataFrame(kept), expected, check_dtype=False)
        for measure in (shapely.length, shapely.area):
            assert measure(found.geometry.to_numpy()).sum() == pytest.approx(
                measure(layer.geometry.to_numpy()).sum()
            )


def test_kepler_gets_arcs_coloured_by_channel(run: Path, tmp_path: Path) -> None:
    export_layers(run, tmp_path, "kepler")
    content = json.loads((tmp_path / "kepler.json").read_text(encoding="utf-8"))
    data = {one["data"]["id"]: one["data"] for one in content["datasets"]}
    for name in ("arcs", "sites", "zones"):
        table = pd.read_csv(tmp_path / f"{name}.csv")
        assert [one["name"] for one in data[name]["fields"]] == list(table)
        assert len(data[name]["allData"]) == len(table)
    arcs, sites, zones = content["config"]["config"]["visState"]["layers"]
    assert arcs["visualChannels"]["colorField"]["name"] == "channel"
    colours = dict(arcs["config"]["visConfig"]["colorRange"]["colorMap"])
    assert set(colours) == set(pd.read_csv(tmp_path / "arcs.csv")["channel"])
    assert len(set(colours.values())) == len(colours)
    for layer in (arcs, sites, zones):
        fields = {one["name"] for one in data[layer["config"]["dataId"]]["fields"]}
        assert set(layer["config"]["columns"].values()) <= fields


def test_export_to_geojson_keeps_every_row(run: Path, tmp_path: Path) -> None:
    paths = export_layers(run, tmp_path, "geojson")
    assert [path.name for path in paths] == [f"{name}.geojson" for name in LAYERS]
    for path in paths:
        content = json.loads(path.read_text(encoding="utf-8"))
        layer = gpd.read_file(run / GEOPACKAGE, layer=path.stem)
        assert len(content["features"]) == len(layer)
        assert {"type", "properties", "geometry"} <= set(content["features"][0])
        properties = content["features"][0]["properties"]
        assert set(properties) == set(layer.columns) - {"geometry"}


def test_export_refuses_what_it_cannot_do(run: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="F308"):
        export_layers(run, tmp_path, "shp")
    with pytest.raises(InputError, match="F348"):
        export_layers(tmp_path, tmp_path, "gpkg")


def renamed_layer(name: str) -> Callable[[Path], object]:
    def rename(path: Path) -> None:
        with sqlite3.connect(path) as database:
            for table in ("gpkg_contents", "gpkg_geometry_columns"):
                database.execute(
                    f"update {table} set table_name = ? where table_name = 'zones'", (name,)
                )
            database.execute(f'alter table zones rename to "{name}"')
        database.close()

    return rename


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_text(VRT), "no GeoPackage"),
        (lambda path: path.write_bytes(b"SQLite format 3\0" + b"\0" * 200), "no GeoPackage"),
        (lambda path: path.write_text('{"type": "FeatureCollection", "features": []}'), "no GeoP"),
        (lambda path: path.write_bytes(path.read_bytes()[:3000]), "F311 plan.gpkg"),
        (lambda path: path.write_bytes(b""), "no GeoPackage"),
        (renamed_layer("../../../x"), "unknown layer"),
        (renamed_layer("zones2"), "unknown layer"),
        (renamed_layer("/zones"), "unknown layer"),
    ],
)
def test_a_file_that_is_no_map_of_a_run_is_refused(
    copied: Path, tmp_path: Path, spoil: Callable[[Path], object], words: str
) -> None:
    spoil(copied / GEOPACKAGE)
    before = sorted(tmp_path.rglob("*"))
    for fmt in ("geojson", "gpkg"):
        with pytest.raises(InputError, match=words):
            export_layers(copied, tmp_path / "map", fmt)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", [GEOPACKAGE, "arcs.csv", "sites.csv", "zones.csv"])
def test_links_are_not_followed(copied: Path, tmp_path: Path, name: str) -> None:
    shutil.move(copied / name, tmp_path / "secret")
    (copied / name).symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match=f"F347 .*{name}"):
        export_layers(copied, tmp_path / "map", "gpkg" if name == GEOPACKAGE else "kepler")


def test_a_changed_table_is_refused_and_a_changed_map_is_a_warning(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # as a GIS does when it opens the file
    with sqlite3.connect(copied / GEOPACKAGE) as database:
        database.execute("pragma user_version = 10301")
    database.close()
    shown = CliRunner().invoke(main, ["export", str(copied), "--out", "map"])
    assert shown.exit_code == 0
    assert "W340" in shown.stderr
    assert "as they were written" not in shown.stdout
    (copied / "sites.csv").write_text((copied / "sites.csv").read_text().replace("site-a", "a"))
    with pytest.raises(InputError, match=r"F311 copied/sites\.csv.*changed"):
        export_layers(copied, tmp_path / "tables", "kepler")
    (copied / "tables.npz").write_bytes(b"x")
    with pytest.raises(InputError, match=r"F311 copied/tables\.npz.*changed"):
        export_postgis(copied, "postgresql://nowhere", schema="plan")


def test_an_export_never_replaces_its_run(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path / "runs")
    before = sorted(path.name for path in copied.iterdir())
    for out in ("copied", "copied/map", "../runs/copied", str(tmp_path / "runs")):
        shown = CliRunner().invoke(main, ["export", "copied", "--out", out, "--overwrite"])
        assert shown.exit_code == 1, shown.output
        assert "F342" in shown.stderr
    assert sorted(path.name for path in copied.iterdir()) == before
    # an earlier export is replaced
    for _ in range(2):
        shown = CliRunner().invoke(main, ["export", "copied", "--out", "map", "--overwrite"])
        assert shown.exit_code == 0, shown.output
