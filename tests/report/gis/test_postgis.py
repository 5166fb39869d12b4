"""Export into a real PostgreSQL with PostGIS, started for the tests on a Unix socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner

from fulfill.cli.main import main
from fulfill.inputs.faults import InputError
from fulfill.report.gis.export import TABLES_ONLY, export_postgis
from fulfill.report.gis.layers import LAYERS
from fulfill.study.exact_tables import read_exact_tables
from fulfill.study.outputs import TABLES_FILE

sqlalchemy = pytest.importorskip("sqlalchemy", reason="the extra `postgis` is not installed")
VERSIONS = Path("/usr/lib/postgresql")
EXTENSIONS = Path("/usr/share/postgresql")


def binaries() -> Path | None:
    """The programs of the newest server that has PostGIS, in the folders of Debian."""
    found = sorted(EXTENSIONS.glob("*/extension/postgis.control"), reverse=True)
    return VERSIONS / found[0].parts[-3] / "bin" if found else None


def as_server(*command: object) -> None:
    """Run a command as a user who may run a server: root may not."""
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*user, *map(str, command)], check=True, capture_output=True, cwd="/")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    programs = binaries()
    if programs is None:
        pytest.skip("no PostGIS: apt-get install postgresql postgresql-postgis")
    place = Path(tempfile.mkdtemp(prefix="pg"))  # short, as a path of a socket must be
    if os.geteuid() == 0:
        shutil.chown(place, "postgres")
    data = place / "data"
    as_server(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N")
    options = f"-k {place} -c listen_addresses= -c fsync=off"
    as_server(programs / "pg_ctl", "-D", data, "-o", options, "-l", place / "log", "-w", "start")
    try:
        yield f"postgresql://postgres:hidden@/postgres?host={place}"
    finally:
        as_server(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(place)


@pytest.fixture
def engine(address: str) -> Iterator[Any]:
    made = sqlalchemy.create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    yield made
    made.dispose()


def test_layers_and_tables_are_read_back(run: Path, address: str, engine: Any) -> None:
    place = export_postgis(run, address, schema="first")
    assert "hidden" not in place
    for name in LAYERS:
        layer = gpd.read_file(run / "plan.gpkg", layer=name)
        found = gpd.read_postgis(f'select * from first."{name}"', engine)
        assert found.crs.to_epsg() == 4326
        assert len(found) == len(layer)
        assert found.total_bounds == pytest.approx(layer.total_bounds)
        assert set(layer.columns) - {"geometry"} <= set(found.columns)
    exact = read_exact_tables(run / TABLES_FILE)
    for name in TABLES_ONLY:
        found = pd.read_sql(f"select * from first.{name}", engine)
        table = exact[name].rename(columns={"from": "from_id", "to": "to_id"})
        pd.testing.assert_frame_equal(found[table.columns], table, check_dtype=False)
    orders = pd.read_sql("select leg, sum(orders) as orders from first.flows group by leg", engine)
    expected = exact["flows"].groupby("leg")["orders"].sum()
    assert orders.set_index("leg")["orders"].to_dict() == pytest.approx(expected.to_dict())


def test_every_table_has_a_primary_key_and_every_layer_an_index_of_places(
    run: Path, address: str, engine: Any
) -> None:
    export_postgis(run, address, schema="keys")
    found = sqlalchemy.inspect(engine)
    assert set(found.get_table_names(schema="keys")) == {*LAYERS, *TABLES_ONLY}
    for name in (*LAYERS, *TABLES_ONLY):
        assert found.get_pk_constraint(name, schema="keys")["constrained_columns"]
        indexed = [one["column_names"] for one in found.get_indexes(name, schema="keys")]
        assert (["geom"] in indexed) == (name in LAYERS)
    assert ["to_id"] in [one["column_names"] for one in found.get_indexes("flows", schema="keys")]


def test_all_or_nothing(run: Path, address: str, engine: Any) -> None:
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("create schema half"))
        connection.execute(sqlalchemy.text("create table half.unserved (mine int)"))
    with pytest.raises(InputError, match=r"F370.*unserved"):
        export_postgis(run, address, schema="half")
    assert sqlalchemy.inspect(engine).get_table_names(schema="half") == ["unserved"]
    export_postgis(run, address, schema="half", overwrite=True)
    assert "sites" in sqlalchemy.inspect(engine).get_table_names(schema="half")


def test_the_command_writes_and_refuses(run: Path, address: str) -> None:
    command = ["export", str(run), "--schema", "told", "--to"]
    shown = CliRunner().invoke(main, [*command, address])
    assert shown.exit_code == 0, shown.output
    assert "schema told" in shown.stdout
    assert "hidden" not in shown.output
    for again in (address, address.replace("host=", "host=/nowhere")):
        shown = CliRunner().invoke(main, [*command, again])
        assert shown.exit_code == 1
        assert "F370" in shown.stderr
        assert "hidden" not in shown.output


def test_a_schema_is_a_plain_name(run: Path, address: str) -> None:
    with pytest.raises(InputError, match="F370"):
        export_postgis(run, address, schema='a"; drop table x; --')


def test_a_missing_package_is_a_fault_with_a_remedy(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fulfill.report.gis.postgis.PACKAGES", ("sqlalchemy", "not_a_package"))
    with pytest.raises(InputError, match=r"F370.*not_a_package.*fulfill\[postgis\]"):
        export_postgis(run, "postgresql://nobody@nowhere/none", schema="first")
