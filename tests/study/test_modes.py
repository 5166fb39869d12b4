"""Rail beside the road: its own price, days, capacity and emissions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from conftest import Folders
from fulfill.audit.key_figures import compare_key_figures, key_figures
from fulfill.inputs.problem import Problem
from fulfill.report.gis.flow_lines import hops
from fulfill.report.tabular.tables import arcs
from fulfill.study.open_run import open_run
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.run_folder import write_run_data
from fulfill.study.verify import verify

HEADER = "from_id,to_id,product_id,mode,usd_order,days_mean,days_p90,orders_day,source,status\n"
KG_TKM = 0.02


@pytest.fixture
def railway(toy: Folders) -> Folders:
    """The toy with a factor for rail."""
    toy.add("network/emissions.csv", mode="rail", kg_tkm=str(KG_TKM))
    return toy


def write(toy: Folders, *rows: str) -> None:
    lines = "".join(f"{row},made up,estimate\n" for row in rows)
    toy.write("network/lane_rates.csv", HEADER + lines)


def plan_of(toy: Folders, **asked: object) -> Run:
    run = optimize(toy.study(gap=0.0, **asked))
    assert run.audit.clean, run.audit.faults
    return run


def recomputed(run: Run, problem: Problem) -> tuple[str, ...]:
    assert run.decisions is not None
    model = run.model
    table = run.economics.delivery_options.table
    found = key_figures(problem, model.distances, model.instance, run.decisions, table)
    return compare_key_figures(run.kpis, found.figures)


def orders_by(run: Run, leg: str) -> dict[tuple[str, str], float]:
    flows = run.flows[run.flows["leg"] == leg]
    return flows.groupby(["to", "transport"])["orders"].sum().to_dict()


def test_cheaper_rail_from_the_port_takes_everything(railway: Folders) -> None:
    road = plan_of(railway)
    assert set(road.flows.loc[road.flows["leg"] == "inbound", "transport"]) == {"sea+road"}
    # the road to site A costs half a dollar an order
    write(railway, "mx-port,site-a,,rail,0.2,3,4,")
    run = plan_of(railway)
    brought = orders_by(run, "inbound")
    assert set(brought) == {("site-a", "sea+rail")}
    saved = 0.3 * brought["site-a", "sea+rail"]
    assert run.outcome.objective == pytest.approx(road.outcome.objective - saved)
    assert recomputed(run, railway.problem()) == ()


def test_rail_with_a_capacity_leaves_the_rest_to_the_road(railway: Folders) -> None:
    road = plan_of(railway)
    write(railway, "mx-port,site-a,,rail,0.2,3,4,2")
    run = plan_of(railway)
    brought = orders_by(run, "inbound")
    assert brought["site-a", "sea+rail"] == pytest.approx(2 * 365.0)
    assert brought["site-a", "sea+road"] > 0
    assert run.outcome.objective == pytest.approx(road.outcome.objective - 0.3 * 730.0)
    rows = run.capacity[run.capacity["kind"] == "lane"]
    assert rows["resource"].unique().tolist() == ["mx-port - site-a rail"]
    assert recomputed(run, railway.problem()) == ()


def test_a_capacity_of_the_road_does_not_bind_rail(railway: Folders) -> None:
    write(railway, "mx-port,site-a,,rail,0.2,3,4,", "mx-port,site-a,,road,,,,0")
    assert set(orders_by(plan_of(railway), "inbound")) == {("site-a", "sea+rail")}


def test_rail_to_a_zone_stands_beside_the_carriers(railway: Folders) -> None:
    road = plan_of(railway)
    # the carrier takes 2 USD to zone 1; its 900 and 100 shirts, of which some come by mail
    write(railway, "site-a,zone-1,,rail,1,2,3,1")
    run = plan_of(railway)
    sent = orders_by(run, "outbound")
    assert sent["zone-1", "rail"] == pytest.approx(365.0)
    assert sent["zone-1", "road"] > 0
    assert run.outcome.objective == pytest.approx(road.outcome.objective - 365.0)
    rail = run.flows[run.flows["transport"] == "rail"]
    assert rail["service_id"].unique().tolist() == ["lane-rate-rail"]
    assert recomputed(run, railway.problem()) == ()


def test_a_row_of_each_mode_gives_two_rates(railway: Folders) -> None:
    write(railway, "site-a,zone-1,,rail,1,2,3,1", "site-a,zone-1,,road,1.5,2,3,")
    run = plan_of(railway)
    flows = run.flows[(run.flows["from"] == "site-a") & (run.flows["to"] == "zone-1")]
    assert set(flows["service_id"]) == {"lane-rate", "lane-rate-rail"}
    assert recomputed(run, railway.problem()) == ()


def test_rail_emits_by_its_own_factor(railway: Folders) -> None:
    write(railway, "mx-port,site-a,,rail,0.5,3,4,")
    railway.set("network/lane_rates.csv", 2, "usd_order", "0.49")
    run = plan_of(railway)
    railway.set("network/emissions.csv", 6, "kg_tkm", str(10 * KG_TKM))
    more = plan_of(railway)
    brought = sum(orders_by(run, "inbound").values())
    dispatched = run.flows.loc[run.flows["leg"] == "outbound", "dispatched"].sum()
    # a kilogram an order, over the hundred kilometres of the road
    extra = 9 * KG_TKM * 100 / 1000 * brought / dispatched
    difference = more.kpis["co2e_kg_per_order"] - run.kpis["co2e_kg_per_order"]
    assert difference == pytest.approx(extra)


def test_a_carbon_cap_moves_goods_to_rail(railway: Folders) -> None:
    write(railway, "mx-port,site-a,,rail,0.6,3,4,")
    free = plan_of(railway, channels=("local",))
    assert set(orders_by(free, "inbound")) == {("site-a", "sea+road")}
    emitted = (
        free.kpis["co2e_kg_per_order"]
        * free.flows["dispatched"][free.flows["leg"] == "outbound"].sum()
    )
    capped = plan_of(railway, channels=("local",), co2_kg=emitted - 5.0)
    assert ("site-a", "sea+rail") in orders_by(capped, "inbound")


@pytest.mark.parametrize("method", ["monolith", "decomposition"])
def test_both_methods_plan_rail(railway: Folders, method: str) -> None:
    write(railway, "mx-port,site-a,,rail,0.2,3,4,", "site-a,zone-1,shirt,rail,1,2,3,")
    run = plan_of(railway, method=method)
    assert ("site-a", "sea+rail") in orders_by(run, "inbound")
    assert ("zone-1", "rail") in orders_by(run, "outbound")


def test_a_run_with_rail_is_read_back_and_verified(railway: Folders, tmp_path: Path) -> None:
    write(railway, "mx-port,site-a,,rail,0.2,3,4,2", "site-a,zone-1,,rail,1,2,3,1")
    run = plan_of(railway)
    assert verify(run).faults == ()
    write_run_data(run, tmp_path)
    pd.testing.assert_frame_equal(open_run(tmp_path).flows, run.flows)


def test_layers_and_arcs_name_the_mode(railway: Folders) -> None:
    write(railway, "mx-port,site-a,,rail,0.2,3,4,2", "site-a,zone-1,,rail,1,2,3,1")
    run = plan_of(railway)
    table = hops(run.plan, run.problem)
    by_hop = table.groupby("hop")["transport"].unique().map(sorted).to_dict()
    assert by_hop["sea"] == ["sea"]
    assert by_hop["rail"] == ["rail"]
    assert by_hop["road"] == ["road"]
    assert by_hop["last_mile"] == ["rail", "road"]
    assert {"sea+rail", "sea+road", "rail", "road", "air"} >= set(
        arcs(run.plan, run.problem)["transport"]
    )
    assert arcs(run.plan, run.problem)["orders_year"].sum() == pytest.approx(
        run.flows["orders"].sum()
    )
