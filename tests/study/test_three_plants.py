"""The case of docs/three_plants.md: what the page works out on paper is what the program finds."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from fulfill.inputs.folder import locate
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.study import Study, load

PAGE = Path(__file__).parents[2] / "docs" / "three_plants.md"


def case(**asked: object) -> Study:
    return load("three-plants", "three-plants", gap=0.0, **asked)


def total_usd(run: Run) -> float:
    """Return what everything costs a year, goods included, without the price of the box."""
    assert run.audit.clean
    assert run.kpis["unserved_share"] == pytest.approx(0.0, abs=1e-12)
    return float(run.costs["usd_year"].sum()) + 1400 * 20.0


def with_lane(study: Study, start: str, goal: str, **cells: object) -> Study:
    """Return the study with other cells in a row of lane_rates.csv, which may be new."""
    network = study.problem.network
    rates = network["lane_rates"]
    same = (rates["from_id"] == start) & (rates["to_id"] == goal)
    row = (rates[same] if same.any() else rates.iloc[[0]]).assign(
        from_id=start, to_id=goal, **cells
    )
    table = pd.concat([rates[~same], row], ignore_index=True)
    problem = study.problem.with_(network=network.with_table("lane_rates", table))
    return Study(problem, study.options, study.provenance)


@pytest.fixture(scope="module")
def plan() -> Run:
    return optimize(case())


def test_the_plan_on_paper(plan: Run) -> None:
    run = plan
    assert total_usd(run) == pytest.approx(11_785.0)
    assert run.outcome.objective == pytest.approx(7_585.0)
    assert run.outcome.bound == pytest.approx(7_585.0)
    flows = run.flows.set_index(["from", "to"])["orders"]
    on_paper = {
        ("depot-1", "a"): 600, ("depot-1", "b"): 70, ("depot-2", "b"): 430, ("depot-2", "c"): 300,
        ("north", "depot-1"): 300, ("centre", "depot-1"): 370, ("south", "depot-2"): 730,
    }  # fmt: skip
    assert flows.to_dict() == pytest.approx(on_paper)
    text = PAGE.read_text(encoding="utf-8")
    assert "**11,785**" in text
    assert re.search(r"11,785 . 1,400 . 3\.00 = 7,585", text)


@pytest.mark.parametrize(
    ("label", "usd", "asked"),
    [
        (
            "both, south idle",
            11_915.0,
            {"overrides": ["network/origins[south].capacity_m3_month=0"]},
        ),
        ("depot 1 only", 12_200.0, {"closed": ["depot-2"]}),
    ],
)
def test_the_other_choices(label: str, usd: float, asked: dict[str, object]) -> None:
    assert total_usd(optimize(case(**asked))) == pytest.approx(usd)
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    (row,) = (line for line in lines if line.startswith(f"| {label} |"))
    assert row.endswith(f"| {usd:,.0f} |")


def test_depot_2_alone_cannot_serve_everyone() -> None:
    run = optimize(case(closed=["depot-1"]))
    assert run.audit.clean
    served = 1400 * (1 - run.kpis["unserved_share"])
    # depot 2 handles 730; C may be supplied straight from the plant
    assert served == pytest.approx(730 + 300)


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_a_lane_less_never_costs_less(plan: Run, every: int) -> None:
    best = plan.outcome.objective
    lanes = plan.problem.network["lane_rates"].iloc[::every]
    for start, goal, allowed in lanes[["from_id", "to_id", "allowed"]].itertuples(index=False):
        if allowed:
            none = dict.fromkeys(("usd_order", "days_mean", "days_p90"), float("nan"))
            run = optimize(with_lane(case(), start, goal, allowed=False, **none))
            assert run.audit.clean
            assert run.outcome.objective >= best - 1e-6


@pytest.mark.parametrize("usd", [0.0, 1.0, 50.0])
def test_allowing_the_forbidden_lane_never_costs_more(plan: Run, usd: float) -> None:
    best = plan.outcome.objective
    days = {"days_mean": 1.0, "days_p90": 1.0}
    run = optimize(with_lane(case(), "north", "depot-2", allowed=True, usd_order=usd, **days))
    assert run.audit.clean
    assert run.outcome.objective <= best + 1e-6


def test_the_folders_are_embedded() -> None:
    assert locate("network", "three-plants").name == locate("demand", "three-plants").name


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the network of the case, to which tables of the page are added."""
    return Path(shutil.copytree(locate("network", "three-plants"), tmp_path / "network"))


def with_rows_of_the_page(network: Path, header: str, table: str) -> None:
    """Append the rows that the page shows below a header to a table of the network."""
    block = PAGE.read_text(encoding="utf-8").split(header + "\n")[1].split("```")[0]
    shown = pd.read_csv(io.StringIO(f"{header}\n{block}"), dtype=str)
    there = pd.read_csv(network / table, dtype=str)
    pd.concat([there, shown]).to_csv(network / table, index=False)


def test_with_a_rule_on_the_depots(copied: Path) -> None:
    cited = "made up for the worked example,estimate"
    (copied / "site_groups.csv").write_text("group_id,site_id\ndepots,depot-1\ndepots,depot-2\n")
    (copied / "group_limits.csv").write_text(
        f"group_id,rule,number,source,status\ndepots,at_most,1,{cited}\n"
    )
    run = optimize(load(str(copied), "three-plants", gap=0.0))
    assert total_usd(run) == pytest.approx(12_200.0)
    assert run.sites["site_id"].tolist() == ["depot-1"]
    flows = run.flows.set_index(["from", "to"])["orders"]
    on_paper = {
        ("depot-1", "a"): 600, ("depot-1", "b"): 500, ("centre", "c"): 300,
        ("north", "depot-1"): 300, ("centre", "depot-1"): 800,
    }  # fmt: skip
    assert flows.to_dict() == pytest.approx(on_paper)
    text = PAGE.read_text(encoding="utf-8")
    assert "depots,at_most,1,made up for the worked example,estimate" in text
    assert "**12,200** in place of 11,785" in text


RAIL = "from_id,to_id,mode,usd_order,days_mean,days_p90,orders_day,source,status"


@pytest.mark.parametrize(("orders_day", "usd"), [("1", 11_769.0), ("", 11_623.0)])
def test_with_a_railway(copied: Path, orders_day: str, usd: float) -> None:
    with_rows_of_the_page(copied, RAIL, "lane_rates.csv")
    rates = pd.read_csv(copied / "lane_rates.csv", dtype=str)
    rates.loc[rates["mode"] == "rail", "orders_day"] = orders_day
    rates.to_csv(copied / "lane_rates.csv", index=False)
    run = optimize(load(str(copied), "three-plants", gap=0.0))
    assert total_usd(run) == pytest.approx(usd)
    inbound = run.flows[(run.flows["to"] == "depot-2") & (run.flows["leg"] == "inbound")]
    brought = inbound.set_index(["from", "transport"])["orders"].to_dict()
    by_rail = 365.0 if orders_day else 730.0
    on_paper = {("centre", "rail"): by_rail, ("centre", "road"): 730.0 - by_rail}
    assert brought == pytest.approx({way: n for way, n in on_paper.items() if n})
    assert f"{usd:,.0f}" in PAGE.read_text(encoding="utf-8")
