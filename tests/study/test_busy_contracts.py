"""Contracts at sites with a daily profile: fees by volume beside a delay that grows with volume."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Folders
from fulfill.analysis.exposure.held_plan import HeldPlan
from fulfill.report.run_folder import save_run
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.verify import verify
from model.economics.test_backlog import PROFILE, busy
from study.test_contract_use import HEAD, TIERED

METHODS = ("monolith", "decomposition")
WHOLE = tuple(row.replace("incremental", "all_units") for row in TIERED)
EVERYWHERE = ("own,any,0,incremental,0.5,400,12,3,USD", "own,any,150,incremental,0.9,400,12,3,USD")
CONTRACTS = {"incremental": TIERED, "all units": WHOLE, "dearer by volume": EVERYWHERE}


def planned(toy: Folders, rows: tuple[str, ...], method: str) -> Run:
    """Return the plan of the toy network on busy Mondays with contracts."""
    busy(toy)
    toy.write("network/contracts.csv", HEAD + "".join(f"{row},offer,,in_force,\n" for row in rows))
    return optimize(toy.study(gap=0.0, method=method))


@pytest.mark.parametrize("rows", CONTRACTS.values(), ids=CONTRACTS)
def test_both_methods_agree_and_their_plans_are_clean(
    toy: Folders, tmp_path: Path, rows: tuple[str, ...]
) -> None:
    runs = [planned(toy, rows, method) for method in METHODS]
    for run in runs:
        assert run.audit.clean, run.audit.faults
        paid = run.plan.costs["usd_year"].sum()
        assert paid == pytest.approx(-run.kpis["contribution_usd"])
        assert HeldPlan(run).result(run.problem) == pytest.approx(run.kpis["contribution_usd"])
    assert verify(save_run(runs[1], tmp_path / "run")).clean
    exact, other = (run.outcome for run in runs)
    assert exact.bound <= other.objective + 1e-6
    assert other.bound <= exact.objective + 1e-6
    assert other.objective == pytest.approx(exact.objective, rel=0.002)
    assert other.bound > 0.98 * exact.objective


@pytest.mark.parametrize("method", METHODS)
def test_delay_and_fees_are_both_in_the_costs(toy: Folders, method: str) -> None:
    run = planned(toy, TIERED, method)
    parts = run.costs.groupby("part")["usd_year"].sum()
    assert parts["peak_delay"] > 0
    toy.delete(PROFILE)
    calm = optimize(toy.study(gap=0.0, method=method))
    assert calm.outcome.bound <= run.outcome.objective
    assert calm.costs.groupby("part")["usd_year"].sum()["peak_delay"] == 0
