"""The case of docs/three_plants.md: what the page works out on paper is what the program finds."""

from __future__ import annotations

import re
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
    assert run.kpis["unserved_share"] == 0.0
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


def test_the_plan_on_paper() -> None:
    run = optimize(case())
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


def test_a_lane_less_never_costs_less() -> None:
    best = optimize(case()).outcome.objective
    lanes = load("three-plants", "three-plants").problem.network["lane_rates"]
    for start, goal, allowed in lanes[["from_id", "to_id", "allowed"]].itertuples(index=False):
        if allowed:
            none = dict.fromkeys(("usd_order", "days_mean", "days_p90"), float("nan"))
            run = optimize(with_lane(case(), start, goal, allowed=False, **none))
            assert run.audit.clean
            assert run.outcome.objective >= best - 1e-6


@pytest.mark.parametrize("usd", [0.0, 1.0, 50.0])
def test_allowing_the_forbidden_lane_never_costs_more(usd: float) -> None:
    best = optimize(case()).outcome.objective
    days = {"days_mean": 1.0, "days_p90": 1.0}
    run = optimize(with_lane(case(), "north", "depot-2", allowed=True, usd_order=usd, **days))
    assert run.audit.clean
    assert run.outcome.objective <= best + 1e-6


def test_the_folders_are_embedded() -> None:
    assert locate("network", "three-plants").name == locate("demand", "three-plants").name
