"""Contracts from the tables to the plan: prices, what is paid by period, and commitments."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from conftest import Folders
from fulfill.analysis.exposure.held_plan import HeldPlan
from fulfill.cli.main import main
from fulfill.report.run_folder import save_run
from fulfill.study.contract_use import contract_fees_table, contract_terms_table
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.run_folder import summary
from fulfill.study.verify import verify

HEAD = (
    "ownership,site_id,tier_from,kind,fee_usd_order,minimum_usd_month,minimum_term_months,"
    "notice_months,currency,source,source_date,status,range\n"
)
TIERED = (
    "own,site-a,0,incremental,1,100,24,3,USD",
    "own,site-a,100,incremental,0.6,100,24,3,USD",
    "own,site-a,200,incremental,0.4,100,24,3,USD",
)


def planned(toy: Folders, *rows: str, method: str = "auto") -> Run:
    """Return the plan of the toy network with contracts, rows without their source."""
    toy.write("network/contracts.csv", HEAD + "".join(f"{row},offer,,in_force,\n" for row in rows))
    return optimize(toy.study(gap=0.0, method=method))


@pytest.mark.parametrize("method", ["monolith", "decomposition"])
def test_one_tier_is_the_pick_fee_of_the_site(toy: Folders, method: str) -> None:
    toy.set("network/sites.csv", 2, "pick_usd_order", "0.8")
    toy.set("network/sites.csv", 3, "pick_usd_order", "0.8")
    without = optimize(toy.study(gap=0.0, method=method))
    run = planned(toy, "own,any,0,incremental,0.8,0,0,0,USD", method=method)
    assert run.outcome.objective == pytest.approx(without.outcome.objective, abs=0.005)
    assert run.outcome.bound == pytest.approx(without.outcome.bound, abs=0.005)


def test_a_lease_changes_no_cost(toy: Folders) -> None:
    without = optimize(toy.study(gap=0.0))
    run = planned(toy, "own,any,0,lease,,0,60,6,USD")
    assert run.outcome.objective == pytest.approx(without.outcome.objective, abs=0.005)
    (row,) = contract_terms_table(run).to_dict("records")
    assert (row["committed_until"], row["paid_usd_year"]) == ("2031-01-01", 0.0)
    # rent of 100 m2 at 5 USD for 60 months, 48 of them after the year
    assert (row["committed_usd"], row["beyond_year_usd"]) == (30_000.0, 24_000.0)
    assert contract_fees_table(run).empty


@pytest.mark.parametrize("method", ["monolith", "decomposition"])
def test_fees_by_hand(toy: Folders, tmp_path: Path, method: str) -> None:
    run = planned(toy, *TIERED, method=method)
    normal, peak = contract_fees_table(run).to_dict("records")
    months = 355 * 12 / 365
    assert normal["orders"] == pytest.approx(2600)
    paid = months * (100 * 1 + 100 * 0.6 + (2600 / months - 200) * 0.4)
    assert normal["paid_usd"] == pytest.approx(paid)
    assert (normal["tier_from"], normal["unused_minimum_usd"]) == (200.0, 0.0)
    assert peak["minimum_usd"] == pytest.approx(100 * 10 * 12 / 365)
    parts = run.plan.parts.set_index("part")["usd_year"]
    # labour at 1 USD, in overtime twice the price of labour and first tier
    labour, overtime = 2750 * 1.0, 50 * (1.0 + 1.0)
    above = normal["paid_usd"] + peak["paid_usd"] - 1200.0
    assert parts["handling"] == pytest.approx(labour + overtime + above)
    assert parts["rent_and_overhead"] == pytest.approx(6000 + 1200)
    assert run.plan.costs["usd_year"].sum() == pytest.approx(-run.kpis["contribution_usd"])
    assert HeldPlan(run).result(run.problem) == pytest.approx(run.kpis["contribution_usd"])
    assert run.audit.clean
    folder = save_run(run, tmp_path / "run")
    assert verify(folder).clean
    assert (folder / "contract_fees.csv").exists()
    (row,) = summary(run)["contracts"]
    assert (row["site"], row["committed_until"]) == ("site-a", "2028-01-01")


def test_a_minimum_that_no_order_uses(toy: Folders) -> None:
    run = planned(toy, "own,any,0,incremental,0.5,400,0,0,USD")
    table = contract_fees_table(run)
    assert (table["paid_usd"] >= table["minimum_usd"] - 1e-9).all()
    assert table["unused_minimum_usd"].sum() > 0
    assert contract_terms_table(run)["committed_until"].tolist() == [""]


def test_a_fee_in_pesos_is_converted(toy: Folders) -> None:
    toy.write(
        "network/exchange_rates.csv",
        "currency,date,units_per_usd,source,source_date,status,range\n"
        "MXN,2026-01-02,20,bank,2026-01-02,in_force,\n",
    )
    pesos = planned(toy, "own,any,0,incremental,16,2000,0,0,MXN")
    dollars = planned(toy, "own,any,0,incremental,0.8,100,0,0,USD")
    assert pesos.outcome.objective == pytest.approx(dollars.outcome.objective)


def test_the_terminal_says_what_is_committed(toy: Folders, tmp_path: Path) -> None:
    planned(toy, *TIERED)
    arguments = ["optimize", "--network", str(toy.network), "--demand", str(toy.demand)]
    result = CliRunner().invoke(main, [*arguments, "--out", str(tmp_path / "out")])
    assert "contract of one open site: fees" in result.output
    assert "committed after the year planned: 7,200 USD" in result.output
