"""`optimize --with-routing`: every plan is audited, and the result is no worse than the first."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from conftest import TOY_DEMAND, TOY_NETWORK
from fulfill.cli.main import main
from fulfill.inputs.faults import InputError
from fulfill.model.economics.last_mile import OWN_VANS
from fulfill.study.integrated import optimize_with_routing
from fulfill.study.private_fleet import VanPrices, delivery_days
from fulfill.study.run import Run, build_model
from fulfill.study.study import Study, load


@pytest.fixture(scope="module")
def cheap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy with almost free vans, so that they serve every zone within a shift."""
    folder = tmp_path_factory.mktemp("cheap")
    shutil.copytree(TOY_NETWORK, folder / "network")
    shutil.copytree(TOY_DEMAND, folder / "demand")
    vehicles = pd.read_csv(folder / "network" / "vehicles.csv")
    vehicles.assign(usd_km=0.01, usd_hour=0.01, usd_day=0.01).to_csv(
        folder / "network" / "vehicles.csv", index=False
    )
    return folder


def cheap_study(folder: Path, **options: object) -> Study:
    return load(str(folder / "network"), str(folder / "demand"), **options)


@pytest.fixture(scope="module")
def routed(cheap: Path) -> Run:
    return optimize_with_routing(cheap_study(cheap, method="decomposition", gap=0.05))


def test_vans_lower_the_cost_and_every_plan_is_audited(routed: Run) -> None:
    rounds = routed.rounds.table
    assert routed.audit.clean, routed.audit.faults
    assert rounds["kind"].tolist()[0] == "carriers only"
    assert rounds["kind"].tolist()[-1] == "own vans, first sites"
    assert rounds["chosen"].sum() == 1
    best = float(rounds.loc[rounds["chosen"], "routed_usd"].iloc[0])
    assert best == rounds["routed_usd"].min() == routed.outcome.objective
    assert best < rounds["routed_usd"].iloc[0]
    assert (rounds["bound_usd"] <= rounds["routed_usd"] + 1e-6).all()


def test_what_vans_cost_in_the_plan_is_what_their_routes_cost(routed: Run) -> None:
    planned, problem = routed, routed.problem
    flows = planned.plan.flows
    # where no van goes, vans are priced as the carrier and the plan may name either
    visited = set().union(*(day.visits["zone_id"] for day in routed.rounds.days))
    by_van = flows[(flows["service_id"] == OWN_VANS) & flows["to"].isin(visited)]
    days = delivery_days(problem)
    routes = sum(float(day.vehicles["usd"].sum()) for day in routed.rounds.days) * days
    orders = sum(float(day.visits["orders"].sum()) for day in routed.rounds.days) * days
    # whole orders on the mean day: the plan's fractions may round by one order a zone and product
    assert orders == pytest.approx(
        by_van["dispatched"].sum(), abs=days * len(by_van.groupby(["to", "product"]))
    )
    lane = planned.instance.lane_option
    zone = np.array(planned.instance.zones)[planned.instance.lane_zone[planned.decisions.lane]]
    own = planned.economics.delivery_options.own[lane[planned.decisions.lane]]
    own &= np.isin(zone, sorted(visited))
    rate = (
        planned.instance.lane_usd[planned.decisions.lane]
        * planned.economics.price_multiplier[
            lane[planned.decisions.lane], planned.decisions.product, planned.decisions.period
        ]
    )
    paid = float((rate * planned.decisions.orders)[own].sum())
    desk = problem.network.parameters["own_delivery_usd"]
    assert paid / by_van["dispatched"].sum() == pytest.approx(routes / orders + desk, rel=0.15)


def test_vans_that_are_dear_change_nothing() -> None:
    found = optimize_with_routing(load("toy", "toy", gap=0.0))
    assert found.outcome.objective == pytest.approx(33_350.5)
    assert found.rounds.private_fleet is None
    assert found.rounds.days == ()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_rounds(cheap: Path, routed: Run) -> None:
    again = optimize_with_routing(cheap_study(cheap, method="decomposition", gap=0.05))
    pd.testing.assert_frame_equal(
        again.rounds.table.drop(columns="seconds"), routed.rounds.table.drop(columns="seconds")
    )


def test_own_vans_cost_the_same_in_the_peak_and_for_heavy_goods(
    cheap: Path, tmp_path: Path
) -> None:
    shutil.copytree(cheap, tmp_path / "own")
    rows = (
        "site_id,zone_id,usd_order,source,source_date,status,range\n"
        "site-a,zone-1,1.25,our own ledger,2026,in_force,\n"
    )
    (tmp_path / "own" / "network" / "own_delivery.csv").write_text(rows)
    study = cheap_study(tmp_path / "own")
    model = build_model(study.problem, study.options)
    priced, instance = model.economics, model.instance
    lanes = np.flatnonzero(priced.delivery_options.own[instance.lane_option])
    assert len(lanes) == 1
    option = instance.lane_option[lanes[0]]
    assert (priced.value.parts["last_mile"][option] == 0).all()
    assert instance.lane_usd[lanes[0]] * instance.price_multiplier[option] == pytest.approx(
        1.25 * instance.units[option]
    )


def test_faults_of_own_delivery_are_told_at_once(cheap: Path, tmp_path: Path) -> None:
    shutil.copytree(cheap, tmp_path / "own")
    head = "site_id,zone_id,usd_order,source,source_date,status,range\n"
    rows = "site-a,nowhere,1,x,2026,in_force,\nsite-b,zone-9,1,x,2026,in_force,\n"
    (tmp_path / "own" / "network" / "own_delivery.csv").write_text(head + rows)
    with pytest.raises(InputError) as caught:
        cheap_study(tmp_path / "own")
    assert [(fault.code, fault.row, fault.value) for fault in caught.value.faults] == [
        ("F301", 2, "nowhere"), ("F301", 3, "zone-9"),
    ]  # fmt: skip
    (tmp_path / "own" / "network" / "own_delivery.csv").write_text(
        head + "site-a,zone-1,1,x,2026,in_force,\n"
    )
    with pytest.raises(InputError, match="leave the file out"):
        optimize_with_routing(cheap_study(tmp_path / "own"))


def test_routes_correct_the_estimates_of_other_sites_and_zones() -> None:
    prices = VanPrices(
        site=np.array([0, 0, 1, 1]), zone=np.array([0, 1, 0, 2]), country=np.zeros(4, np.int64),
        estimate=np.array([2.0, 4.0, 3.0, 5.0]), routed=np.full(4, np.nan),
    )  # fmt: skip
    assert prices.usd().tolist() == [2.0, 4.0, 3.0, 5.0]
    after = prices.with_routes(0, np.array([0, 1]), np.array([3.0, 8.0]))
    # zone 0 costs 1.5 times its estimate from site 0, so from site 1 too; zone 2 the median of 1.5
    # and 2
    assert after.usd().tolist() == [3.0, 8.0, 4.5, 8.75]


def fulfill(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


@pytest.mark.slow
def test_the_run_says_how_it_came_about_and_can_be_audited_and_routed(
    cheap: Path, tmp_path: Path
) -> None:
    inputs = ("--network", cheap / "network", "--demand", cheap / "demand")
    run = tmp_path / "run"
    done = fulfill("optimize", *inputs, "--with-routing", "--out", run)
    assert done.exit_code == 0, done.output
    assert "round 1 (own vans)" in done.stderr
    rounds = json.loads((run / "summary.json").read_text())["rounds"]
    assert [row["round"] for row in rounds] == list(range(len(rounds)))
    assert pd.read_csv(run / "rounds.csv")["routed_usd"].tolist() == pytest.approx(
        [row["routed_usd"] for row in rounds]
    )
    lines = gpd.read_file(run / "plan.gpkg", layer="routes")
    assert len(lines) == len(pd.read_csv(run / "vehicles.csv")) > 0
    assert "Own vans or the carrier" in (run / "report.html").read_text()
    checked = fulfill("audit", run, *inputs)
    assert checked.exit_code == 0, checked.output
    day = fulfill("route", run, "--network", cheap / "network", "--out", tmp_path / "day")
    assert day.exit_code == 0, day.output
    zones = pd.read_csv(tmp_path / "day" / "zones.csv").set_index("zone_id")["delivery"]
    flows = pd.read_csv(run / "flows.csv")
    assert set(zones.index[zones == "own"]) == set(
        flows.loc[flows["service_id"] == OWN_VANS, "to"]
    ) & set(zones.index)
    text = (run / "own_delivery.csv").read_text().splitlines()
    cells = text[1].split(",")
    used = flows.loc[flows["service_id"] == OWN_VANS, ["from", "to"]].iloc[0]
    for number, line in enumerate(text):
        cells = line.split(",")
        if cells[:2] == [used["from"], used["to"]]:
            text[number] = ",".join([*cells[:2], str(float(cells[2]) / 2), *cells[3:]])
    (run / "own_delivery.csv").write_text("\n".join(text) + "\n")
    assert fulfill("audit", run, *inputs).exit_code == 5
