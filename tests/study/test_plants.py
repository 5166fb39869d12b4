"""An assembly line near the market: used where it saves more than it costs a year, else left."""

from __future__ import annotations

import pytest

from conftest import Folders
from fulfill.study.optimize import optimize
from fulfill.study.run import Run

METHODS = ("monolith", "decomposition")


def run_of(toy: Folders, method: str, fixed_usd: float, capacity: str = "") -> Run:
    """Return the run of the toy with a plant in Mexico that makes shirts a dollar cheaper."""
    toy.set("network/origins.csv", 3, "fixed_usd_year", f"{fixed_usd:.4f}")
    toy.set("network/origins.csv", 3, "capacity_m3_month", capacity)
    return optimize(toy.study(method=method, gap=1e-4, time_limit=20.0))


@pytest.fixture
def line(toy: Folders) -> Folders:
    """The toy with the plant."""
    place = {"country": "MX", "lat": "20.5", "lon": "-103.2", "fixed_usd_year": "0"}
    toy.add("network/origins.csv", origin_id="mx-plant", name="Plant", **place)
    toy.set("network/origins.csv", 2, "fixed_usd_year", "0")
    toy.add("network/goods_costs.csv", product_id="shirt", origin_id="mx-plant", goods_usd="4.0")
    for site in ("site-a", "site-b"):
        toy.add("network/lanes.csv", from_id="mx-plant", to_id=site, road_km="30")
    return toy


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_a_line_is_used_where_it_is_worth_its_fixed_cost(line: Folders, method: str) -> None:
    with_line = run_of(line, method, 0.0).outcome.objective
    without = run_of(line, method, 0.0, capacity="0").outcome.objective
    worth = without - with_line
    assert worth > 1000.0
    for fixed_usd, used in ((0.9 * worth, True), (1.1 * worth, False)):
        run = run_of(line, method, fixed_usd)
        # brute force over the subsets of plants: the line and not the line
        best = min(with_line + fixed_usd, without)
        assert run.outcome.objective == pytest.approx(best, rel=1e-4)
        assert run.outcome.bound <= best * (1 + 1e-9)
        assert run.audit.clean
        cost = run.plan.parts.set_index("part")["usd_year"]["plants"]
        assert cost == pytest.approx(fixed_usd if used else 0.0)


def test_a_fixed_cost_is_no_income(toy: Folders) -> None:
    toy.set("network/origins.csv", 2, "fixed_usd_year", "-1")
    assert [(fault.code, fault.column) for fault in toy.faults()] == [("F205", "fixed_usd_year")]
