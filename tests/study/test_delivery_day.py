"""`fulfill route` on the toy: tables and layers, the user's stops, all faults, and audited days."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner

from fulfill.cli.main import main
from fulfill.inputs.faults import InputError
from fulfill.inputs.folder import locate
from fulfill.inputs.network import read_network
from fulfill.study.csv_files import read_csv
from fulfill.study.delivery_day import read_stops

FILES = {
    "stops.csv", "driver_sheet.csv", "vehicles.csv", "zones.csv", "unserved.csv", "linehaul.csv",
    "routes.gpkg", "routes.geojson", "stops.geojson", "depots.geojson",
    "route.html", "summary.json", "manifest.json",
}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the toy: site A serves its zones from stock."""
    folder = tmp_path_factory.mktemp("runs") / "toy"
    asked = [
        "optimize",
        "--network",
        "toy",
        "--demand",
        "toy",
        "--method",
        "monolith",
        "--out",
        str(folder),
    ]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    return folder


def route(run: Path, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["route", str(run), *options])
    return done.exit_code, done.output


@pytest.fixture
def cheap(tmp_path: Path) -> Path:
    """The toy network with almost free vans, so that they serve every zone within a shift."""
    folder = tmp_path / "cheap"
    shutil.copytree(locate("network", "toy"), folder)
    vehicles = pd.read_csv(folder / "vehicles.csv")
    vehicles.assign(usd_km=0.01, usd_hour=0.01, usd_day=0.01).to_csv(
        folder / "vehicles.csv", index=False
    )
    text = (folder / "parameters.csv").read_text()
    (folder / "parameters.csv").write_text(
        text.replace("own_delivery_usd,0.5", "own_delivery_usd,0")
    )
    return folder


def test_a_day_leaves_tables_layers_page_and_adds_up(
    run: Path, cheap: Path, tmp_path: Path
) -> None:
    target = tmp_path / "day"
    code, output = route(run, "--network", str(cheap), "--out", str(target))
    assert code == 0, output
    assert {path.name for path in target.iterdir()} >= FILES
    summary = json.loads((target / "summary.json").read_text())
    kpis = summary["kpis"]
    assert summary["audit"]["clean"]
    visits, vehicles, zones = (
        pd.read_csv(target / f"{name}.csv") for name in ("stops", "vehicles", "zones")
    )
    assert kpis["orders_own"] == visits["orders"].sum()
    assert kpis["orders"] == zones["orders"].sum()
    # each figure of a table for people is rounded to 10 m
    rounding = 0.005 * (len(visits) + 2 * len(vehicles))
    driven = visits["leg_km"].sum() + vehicles["back_km"].sum()
    assert vehicles["km"].sum() == pytest.approx(driven, abs=rounding)
    assert (visits["departure"] <= 17.0 + 1e-6).all()
    assert len(gpd.read_file(target / "routes.gpkg", layer="routes")) == len(vehicles)
    sheet = pd.read_csv(target / "driver_sheet.csv")
    assert len(sheet) == len(visits)
    assert sheet["before"].fillna("").str.startswith("leave the site at").sum() == len(vehicles)


def test_several_sites_share_a_day_and_keep_to_their_fleets(cheap: Path, tmp_path: Path) -> None:
    vehicles = pd.read_csv(cheap / "vehicles.csv")
    vehicles.assign(available=1, parcels=4).to_csv(cheap / "vehicles.csv", index=False)
    run = tmp_path / "run"
    both = ["--open", "site-a", "--open", "site-b"]
    asked = [
        "optimize",
        "--network",
        "toy",
        "--demand",
        "toy",
        "--method",
        "monolith",
        *both,
        "--out",
        str(run),
    ]
    assert CliRunner().invoke(main, asked).exit_code == 0
    mine = tmp_path / "mine.csv"
    near = [("a", 20.6, -103.3), ("b", 24.0, -104.7)]  # the sites are 400 km apart
    rows = [f"{name}{i},{lat + 0.01 * i},{lon}" for name, lat, lon in near for i in range(1, 13)]
    mine.write_text("stop_id,lat,lon\n" + "\n".join(rows) + "\n")
    options = (
        "--network",
        str(cheap),
        "--site",
        "site-a",
        "--site",
        "site-b",
        "--stops",
        str(mine),
    )
    code, output = route(run, *options, "--out", str(tmp_path / "day"))
    assert code == 0, output
    vans = pd.read_csv(tmp_path / "day" / "vehicles.csv")
    assert vans["site_id"].tolist() == [
        "site-a",
        "site-b",
    ]  # one van each, two trips of four parcels
    visits = pd.read_csv(tmp_path / "day" / "stops.csv")
    assert (visits["stop_id"].str[0] == visits["site_id"].str[-1]).all()
    assert visits.groupby("site_id").size().tolist() == [8, 8]
    lost = pd.read_csv(tmp_path / "day" / "unserved.csv")
    assert set(lost["reason"]) == {"fleet"}
    assert len(lost) == 8
    assert not set(lost["stop_id"]) & set(visits["stop_id"])


def test_the_same_seed_gives_the_same_routes(run: Path, cheap: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert route(run, "--network", str(cheap), "--out", str(tmp_path / name))[0] == 0
    assert (tmp_path / "one" / "stops.csv").read_bytes() == (
        tmp_path / "two" / "stops.csv"
    ).read_bytes()


def test_the_users_stops_are_routed_in_their_windows(run: Path, tmp_path: Path) -> None:
    stops = tmp_path / "mine.csv"
    stops.write_text("stop_id,lat,lon,ready,due\nearly,20.65,-103.35,8,9\nlate,20.7,-103.3,14,15\n")
    code, output = route(run, "--stops", str(stops), "--out", str(tmp_path / "day"))
    assert code == 0, output
    visits = pd.read_csv(tmp_path / "day" / "stops.csv").set_index("stop_id")
    assert visits.loc["early", "begin"] <= 9.0
    assert 14.0 <= visits.loc["late", "begin"] <= 15.0


def test_every_fault_of_a_stop_list_is_named_at_once(run: Path, tmp_path: Path) -> None:
    stops = tmp_path / "mine.csv"
    stops.write_text(
        "stop_id,lat,lon,orders,ready,due\na,99,-103,1,8,9\na,20.6,-103,x,8,9\nb,20.6,-103,1,12,9\n"
    )
    code, output = route(run, "--stops", str(stops), "--out", str(tmp_path / "day"))
    assert code == 1
    assert "F205 " in output
    assert "F202 " in output
    assert not (tmp_path / "day").exists()


def test_stops_that_no_van_reaches_are_refused_by_row(tmp_path: Path) -> None:
    stops = tmp_path / "mine.csv"
    stops.write_text("stop_id,lat,lon,orders\na,20.6,-103,1\nb,20.508,-86.946,1\nc,0,0,1\n")
    with pytest.raises(InputError) as refused:
        read_stops(stops, read_network(locate("network", "mexico-us-border")))
    assert [(fault.code, fault.row) for fault in refused.value.faults] == [("F362", 3), ("F330", 4)]


@pytest.mark.parametrize(
    "option", [("--site", "nowhere"), ("--period", "never"), ("--stops", "none.csv")]
)
def test_what_does_not_exist_is_refused(run: Path, tmp_path: Path, option: tuple[str, str]) -> None:
    assert route(run, *option, "--out", str(tmp_path / "day"))[0] == 1


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """The toy network with a shift from 20:00 to 5:00."""
    folder = tmp_path / "night"
    shutil.copytree(locate("network", "toy"), folder)
    vehicles = pd.read_csv(folder / "vehicles.csv")
    vehicles.loc[vehicles["duty"] == "delivery", "shift_start"] = 20
    vehicles.to_csv(folder / "vehicles.csv", index=False)
    return folder


def test_a_night_is_routed_past_midnight(run: Path, night: Path, tmp_path: Path) -> None:
    stops = tmp_path / "mine.csv"
    stops.write_text(
        "stop_id,lat,lon,ready,due,phone\n"
        "bar,20.62,-103.31,22:00,02:00,+52 33\nany,20.63,-103.32,,,=1+1\n"
        "late,20.61,-103.29,1,4,\nfar,21.9,-103.3,,,007\n"
    )
    options = ("--network", str(night), "--stops", str(stops), "--out", str(tmp_path / "day"))
    code, output = route(run, *options)
    assert code == 0, output
    assert "district 1 of 1: 4 stops" in output
    assert "not served: 1 stops, it is too far" in output
    visits = read_csv(tmp_path / "day" / "stops.csv").set_index("stop_id")
    assert set(visits.index) == {"bar", "any", "late"}
    assert 22.0 <= float(visits.loc["bar", "begin"]) <= 26.0
    assert 25.0 <= float(visits.loc["late", "begin"]) <= 28.0
    assert visits.loc["bar", "phone"] == "+52 33"
    sheet = pd.read_csv(tmp_path / "day" / "driver_sheet.csv", dtype=str).set_index("stop_id")
    assert sheet.loc["late", "begin"].endswith(" +1")
    assert sheet.columns[-1] == "phone"
    lost = pd.read_csv(tmp_path / "day" / "unserved.csv", dtype=str)
    assert lost[["stop_id", "reason", "phone"]].to_numpy().tolist() == [["far", "shift", "007"]]
    # the layer has the declared columns only: a name such as fid would break it
    assert "phone" not in gpd.read_file(tmp_path / "day" / "routes.gpkg", layer="stops")
    assert "+52 33" in (tmp_path / "day" / "route.html").read_text(encoding="utf-8")


def test_a_further_column_with_the_name_of_an_output_gets_another(
    run: Path, tmp_path: Path
) -> None:
    stops = tmp_path / "mine.csv"
    stops.write_text("stop_id,lat,lon,vehicle,fid,Arrival\na,20.65,-103.35,red,7,x\n")
    code, output = route(run, "--stops", str(stops), "--out", str(tmp_path / "day"))
    assert code == 0, output
    visits = pd.read_csv(tmp_path / "day" / "stops.csv")
    assert visits.columns[-3:].tolist() == ["x_vehicle", "fid", "Arrival"]
    assert visits["x_vehicle"].tolist() == ["red"]
