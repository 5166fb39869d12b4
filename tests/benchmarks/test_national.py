"""The national benchmark: sizes are had, its lines say what they should, the methods agree."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cflp import METHODS as CFLP_METHODS
from fulfill.inputs.problem import Problem
from fulfill.location.solve import METHODS
from fulfill.study.run import build_model
from fulfill.study.study import PlanOptions
from national import METHODS as NATIONAL_METHODS
from national_problem import Size, national_problem, national_scenarios

ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    "instance", "objective", "bound", "gap", "best_known", "to_best_known", "seconds", "peak_mib",
    "method", "audit", "open_sites", "peak_utilisation", "mail_share", "local_share", "allocations",
}  # fmt: skip


def run(script: str, *options: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / script), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_method_that_a_benchmark_offers_exists() -> None:
    assert set(CFLP_METHODS) == {"auto", *METHODS}
    assert set(NATIONAL_METHODS) - {"auto", "scip"} <= set(METHODS)


@pytest.mark.slow
def test_methods_agree_within_their_gaps_on_one_instance() -> None:
    size = ["--zones", "30", "--sites", "6", "--periods", "2", "--products", "2", "--seconds", "20"]
    lines = run("national.py", *size, "--method", "monolith", "decomposition", "scip")
    assert [line["method"] for line in lines] == ["monolith", "decomposition", "scip"]
    assert len({(line["instance"], line["allocations"]) for line in lines}) == 1
    for line in lines:
        assert set(line) >= KEYS
        assert line["audit"] == "clean"
        assert all(line["bound"] <= other["objective"] for other in lines)


@pytest.mark.slow
def test_the_instance_is_a_network_worth_planning() -> None:
    """Open sites, a peak that fills them, mail and local orders, at a size that takes a minute."""
    (line,) = run(
        "national.py",
        "--zones",
        "300",
        "--seconds",
        "60",
        "--gap",
        "0.03",
        "--method",
        "decomposition",
    )
    assert 10 <= line["open_sites"] <= 25
    assert line["peak_utilisation"] >= 0.7
    assert line["mail_share"] > 0.05
    assert line["local_share"] > 0.5
    assert line["audit"] == "clean"


@pytest.mark.slow
def test_the_peer_is_compared_or_skipped_with_a_reason() -> None:
    own, peer = run("peers.py", "--zones", "40", "--sites", "8", "--seconds", "10")
    assert own["solver"] == "fulfill"
    assert own["bound"] <= own["objective"]
    assert peer["solver"] == "spopt"
    assert "skipped" in peer or own["bound"] <= peer["objective"] * (1 + 1e-6)


@pytest.mark.parametrize(
    "size",
    [Size(30, 5, 2, 2, 1e6, 0), Size(200, 81, 5, 10, 1e6, 1), Size(1500, 90, 20, 8, 1e6, 0)],
    ids=["less", "merged", "more"],
)
def test_an_instance_has_the_size_that_was_asked_for(size: Size) -> None:
    problem = national_problem(size)
    assert problem.orders.shape == (size.zones, size.products, size.periods)
    assert len(problem.network["sites"]) == size.sites
    assert problem.orders.sum() == pytest.approx(size.orders_per_year)
    assert problem.days.sum() == pytest.approx(365.0)
    assert problem.demand.zones["zone_id"].is_unique
    assert problem.network["sites"]["site_id"].is_unique


def test_the_embedded_size_is_the_embedded_problem(embedded_problem: Problem) -> None:
    problem = national_problem(Size(1216, 81, 16, 10, 12e6, 0))
    np.testing.assert_allclose(problem.orders, embedded_problem.orders)
    assert problem.network["sites"].equals(embedded_problem.network["sites"])


def test_splitting_keeps_people_and_orders_where_they_are(embedded_problem: Problem) -> None:
    problem = national_problem(Size(1500, 81, 16, 10, 12e6, 0))
    parts, wholes = problem.demand.zones, embedded_problem.demand.zones
    parent = parts["zone_id"].str.replace(r"-part\d+$", "", regex=True)
    people = parts["population"].groupby(parent).sum().reindex(wholes["zone_id"]).to_numpy()
    np.testing.assert_allclose(people, wholes["population"])
    by_state = [zones["population"].groupby(zones["state"]).sum() for zones in (parts, wholes)]
    np.testing.assert_allclose(*by_state)


@pytest.mark.parametrize("periods", [2, 7, 23])
def test_another_calendar_keeps_the_year(embedded_problem: Problem, periods: int) -> None:
    problem = national_problem(Size(1216, 81, periods, 10, 12e6, 0))
    early = problem.network["prebuild"]
    assert early.groupby("period_id")["share"].sum().max() <= 1.0
    intensity = problem.orders.sum(axis=(0, 1)) / problem.days
    whole = embedded_problem.orders.sum(axis=(0, 1)) / embedded_problem.days
    assert intensity.max() / intensity.min() > 1.8
    assert intensity.max() <= whole.max() * (1 + 1e-9)


def test_scenarios_are_the_base_on_average() -> None:
    instance = build_model(national_problem(Size(30, 5, 2, 2, 1e6, 0)), PlanOptions()).instance
    scenarios = national_scenarios(instance, 3, seed=0)
    mean = sum(one.probability * np.asarray(one.demand) for one in scenarios)
    np.testing.assert_allclose(mean, 1.0)
    assert sum(one.probability for one in scenarios) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "size", [Size(30, 5, 2, 11, 1e6, 0), Size(30, 0, 2, 2, 1e6, 0), Size(30, 5, 0, 2, 1e6, 0)]
)
def test_a_size_that_cannot_be_had_is_refused(size: Size) -> None:
    with pytest.raises(ValueError, match=r"products|sites|periods"):
        national_problem(size)
