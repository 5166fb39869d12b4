"""A present network as it is: the cost of known flows, limits broken, the books beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from conftest import Folders
from fulfill.inputs.faults import InputError
from fulfill.inputs.folder import locate
from fulfill.inputs.periods import month_shares
from fulfill.study.baseline import PresentFiles, read_baseline
from fulfill.study.capacity_use import over_capacity
from fulfill.study.open_run import open_run
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.run_folder import write_run_data
from fulfill.study.saving import beside, open_baseline, with_saving
from fulfill.study.study import Study, load
from fulfill.study.verify import verify

SITES = "site_id,size,opening\n"
ORDERS = "zone_id,product_id,period_id,site_id,orders\n"
LEDGER = "month,site_id,part,amount,currency\n"


@pytest.fixture
def study() -> Study:
    return load("toy", "toy", gap=0.0)


def saved(run: Run, folder: Path) -> Path:
    folder.mkdir()
    write_run_data(run, folder)
    return folder


def priced(study: Study, folder: Path, sites: str, orders: str, ledger: str = "") -> Run:
    """Price the toy with files of these rows."""
    (folder / "present_sites.csv").write_text(SITES + sites)
    (folder / "orders.csv").write_text(ORDERS + orders)
    (folder / "ledger.csv").write_text(LEDGER + ledger)
    files = PresentFiles(
        folder / "present_sites.csv",
        orders=folder / "orders.csv",
        ledger=folder / "ledger.csv" if ledger else None,
    )
    return read_baseline(study, files)


def faults(study: Study, folder: Path, *rows: str) -> list[tuple[str, str, int, str]]:
    with pytest.raises(InputError) as refused:
        priced(study, folder, *rows)
    return [(one.code, one.file, one.row, one.column) for one in refused.value.faults]


def ledger_of(run: Run) -> pd.DataFrame:
    """Return a ledger that agrees with a run in every part that it pays."""
    calendar = run.study.problem.network["calendar"]
    shares = pd.DataFrame(month_shares(calendar), index=calendar["period_id"])
    by_part = run.costs.pivot_table(
        index="part", columns="period", values="usd_year", aggfunc="sum"
    )
    months = by_part.reindex(columns=shares.index).fillna(0.0) @ shares
    months = months[months.abs().sum(axis=1) > 0]
    rows = months.reset_index().melt("part", var_name="month", value_name="amount")
    rows["month"] = [f"2026-{month + 1:02d}" for month in rows["month"]]
    return rows.assign(site_id="", currency="USD", amount=rows["amount"].round(2))


def test_flows_of_a_run_cost_what_the_run_costs(study: Study, planned: Run, tmp_path: Path) -> None:
    run = saved(planned, tmp_path / "run")
    found = read_baseline(study, PresentFiles(run / "sites.csv", flows=run / "flows.csv"))
    assert found.outcome.status == "BASELINE"
    assert found.outcome.objective == pytest.approx(planned.outcome.objective, abs=0.005)
    parts = (one.plan.parts.set_index("part")["usd_year"] for one in (found, planned))
    pd.testing.assert_series_equal(*parts, atol=0.005)
    assert found.audit.clean
    assert found.baseline is not None
    assert not found.baseline.findings
    assert not found.baseline.chosen


@pytest.mark.slow
def test_flows_of_an_embedded_run_cost_what_the_run_costs(tmp_path: Path) -> None:
    study = load(resolution=40, gap=0.05)
    plan = optimize(study)
    run = saved(plan, tmp_path / "run")
    found = read_baseline(study, PresentFiles(run / "sites.csv", flows=run / "flows.csv"))
    assert found.outcome.objective == pytest.approx(plan.outcome.objective, abs=0.005)
    assert found.audit.clean
    assert saved(found, tmp_path / "baseline").is_dir()
    assert open_run(tmp_path / "baseline").verify().clean


def test_outbound_flows_alone_come_in_by_the_cheapest_route(
    study: Study, planned: Run, tmp_path: Path
) -> None:
    run = saved(planned, tmp_path / "run")
    flows = pd.read_csv(run / "flows.csv")
    flows[flows["leg"] == "outbound"].to_csv(tmp_path / "flows.csv", index=False)
    files = PresentFiles(run / "sites.csv", flows=tmp_path / "flows.csv")
    found = read_baseline(study, files)
    assert found.outcome.objective == pytest.approx(planned.outcome.objective, abs=0.005)
    assert found.baseline is not None
    assert any("cheapest route" in text for text in found.baseline.chosen)


def test_a_paid_opening_is_no_cost_unless_it_is_counted(study: Study, tmp_path: Path) -> None:
    orders = "zone-1,shirt,normal,site-a,100\n"
    sunk = priced(study, tmp_path, "site-a,S,\n", orders)
    counted = priced(study, tmp_path, "site-a,S,counted\n", orders)
    usd = [one.plan.parts.set_index("part")["usd_year"]["opening"] for one in (sunk, counted)]
    # 5000 USD over 5 years without interest
    assert usd == [0.0, pytest.approx(1000.0)]
    assert counted.outcome.objective - sunk.outcome.objective == pytest.approx(1000.0)
    assert sunk.outcome.conditions == ("opening of site-a:S already paid",)


def test_orders_beyond_the_capacity_are_a_finding_and_are_paid(
    study: Study, tmp_path: Path
) -> None:
    """Site A handles 10 orders a day, in the peak of 10 days 100 and overtime of 50."""
    orders = {"zone-1": 100, "zone-2": 120, "zone-3": 80}
    full = "".join(f"{zone},shirt,peak,site-a,{n}\n" for zone, n in orders.items())
    found = priced(study, tmp_path, "site-a,S,\n", full)
    assert found.baseline is not None
    assert any("(2) throughput" in text for text in found.baseline.findings)
    over = over_capacity(found.plan.capacity)
    assert over[["resource", "kind", "period"]].to_numpy().tolist() == [
        ["site-a", "throughput_overtime", "peak"]
    ]
    assert found.audit.clean  # the second formula for costs agrees
    usd = found.plan.parts.set_index("part")["usd_year"]
    assert usd["handling"] == pytest.approx(100 * 1.0 + 200 * 2.0)
    folder = saved(found, tmp_path / "baseline")
    assert open_run(folder).verify().clean
    text = (folder / "summary.json").read_text().replace("(2) throughput", "(2) nothing")
    (folder / "summary.json").write_text(text)
    assert any("findings" in fault for fault in verify(folder).faults)


def test_mail_is_sent_from_overseas(study: Study, tmp_path: Path) -> None:
    found = priced(study, tmp_path, "site-a,S,\n", "zone-1,gadget,normal,mail,90\n")
    assert found.kpis["channel_share"]["direct_mail"] == pytest.approx(90 / 3200)
    assert set(found.plan.unserved["reason"]) <= {"present", "margin", "capacity", "not_stocked"}


def test_every_fault_of_the_files_at_once(study: Study, tmp_path: Path) -> None:
    sites = "site-a,S,\nsite-x,S,\nsite-b,L,\n"
    orders = (
        "zone-1,shirt,peak,site-a,900\nzone-9,shirt,peak,mail,5\nzone-1,hat,peak,mail,5\n"
        "zone-2,shirt,normal,site-b,5\n"
    )
    ledger = "2026-13,,duty,4,MXN\n2025-03,site-x,duty,3,USD\n2026-03,,duty,3,USD\n"
    assert faults(study, tmp_path, sites, orders, ledger) == [
        ("F471", "present_sites.csv", 3, "site_id"),
        ("F474", "present_sites.csv", 4, "size"),
        ("F471", "orders.csv", 3, "zone_id"),
        ("F471", "orders.csv", 4, "product_id"),
        ("F475", "orders.csv", 2, "orders"),
        ("F477", "ledger.csv", 2, "month"),
        ("F323", "ledger.csv", 2, "currency"),
        ("F471", "ledger.csv", 3, "site_id"),
        ("F477", "ledger.csv", 4, "month"),
    ]


def test_orders_leave_present_sites_by_services_that_exist(study: Study, tmp_path: Path) -> None:
    orders = "zone-1,shirt,normal,site-b,5\n"
    assert faults(study, tmp_path, "site-a,S,\n", orders) == [("F473", "orders.csv", 2, "site_id")]
    (tmp_path / "flows.csv").write_text(
        "from,to,channel,product,period,service_id,orders\nsite-a,zone-1,,shirt,normal,drone,5\n"
    )
    (tmp_path / "present_sites.csv").write_text("site_id,size\nsite-a,S\n")
    files = PresentFiles(tmp_path / "present_sites.csv", flows=tmp_path / "flows.csv")
    with pytest.raises(InputError) as refused:
        read_baseline(study, files)
    assert [one.code for one in refused.value.faults] == ["F472"]


def test_what_comes_in_leaves(study: Study, planned: Run, tmp_path: Path) -> None:
    run = saved(planned, tmp_path / "run")
    flows = pd.read_csv(run / "flows.csv")
    more = flows["orders"].where(flows["leg"] == "outbound", flows["orders"] * 1.1)
    flows.assign(orders=more).to_csv(tmp_path / "flows.csv", index=False)
    with pytest.raises(InputError) as refused:
        read_baseline(study, PresentFiles(run / "sites.csv", flows=tmp_path / "flows.csv"))
    assert {one.code for one in refused.value.faults} == {"F476"}


def test_a_ledger_off_in_two_parts_names_these_two(
    study: Study, planned: Run, tmp_path: Path
) -> None:
    run = saved(planned, tmp_path / "run")
    ledger = ledger_of(planned)
    ledger.loc[ledger["part"] == "duty", "amount"] *= 1.12
    march = (ledger["part"] == "rent_and_overhead") & (ledger["month"] == "2026-03")
    ledger.loc[march, "amount"] += 800.0
    ledger.loc[len(ledger)] = ["advertising", "2026-03", 5000.0, "", "USD"]
    ledger[ledger["part"] != "gateway"].to_csv(tmp_path / "ledger.csv", index=False)
    files = PresentFiles(run / "sites.csv", flows=run / "flows.csv", ledger=tmp_path / "ledger.csv")
    found = read_baseline(study, files, scale=True).baseline
    assert found is not None
    assert found.reconciled is not None
    beside_it = found.reconciled
    assert set(beside_it.differing) == {"duty", "rent_and_overhead"}
    assert "+12.0%" in beside_it.differing["duty"]
    assert "2026-03" in beside_it.differing["rent_and_overhead"]
    assert beside_it.not_in_model == ["advertising"]
    assert beside_it.not_in_ledger == ["gateway"]
    assert beside_it.factors["duty"] == pytest.approx(1.12, abs=1e-5)
    usd = beside_it.by_part.loc["duty"]
    assert usd["model_usd"] == pytest.approx(6385.5)
    assert usd["ledger_usd"] == pytest.approx(6385.5 * 1.12, abs=0.5)


def test_a_part_booked_by_site_is_compared_with_the_sites(study: Study, tmp_path: Path) -> None:
    sites, orders = "site-a,S,\nsite-b,S,\n", "zone-1,shirt,normal,site-a,100\n"
    ledger = "2026-02,site-a,rent_and_overhead,500,USD\n"
    found = priced(study, tmp_path, sites, orders, ledger).baseline
    assert found is not None
    assert found.reconciled is not None
    rent = found.reconciled.by_part.loc["rent_and_overhead", "model_usd"]
    assert rent == pytest.approx(6000 * 28 / 365)


def test_a_plan_says_what_it_saves(study: Study, tmp_path: Path) -> None:
    present = priced(study, tmp_path, "site-b,S,\n", "zone-1,shirt,normal,site-b,100\n")
    read = open_baseline(saved(present, tmp_path / "present"))
    asked = beside(study, read)
    assert asked.provenance.sunk == ("site-b:S",)
    run = with_saving(optimize(asked), read)
    assert run.saving is not None
    saved_usd = present.outcome.objective - run.outcome.objective
    assert run.saving.saving_usd == pytest.approx(saved_usd)
    again = open_run(saved(run, tmp_path / "plan"))
    assert again.saving == run.saving
    assert again.verify().clean


def test_only_the_same_demand_dates_and_prices_are_compared(
    study: Study, toy: Folders, tmp_path: Path
) -> None:
    present = priced(study, tmp_path, "site-b,S,\n", "zone-1,shirt,normal,site-b,100\n")
    read = open_baseline(saved(present, tmp_path / "present"))
    toy.set("network/freight.csv", 2, "usd_m3", "111")
    toy.set("network/sites.csv", 2, "rent_usd_m2_month", "9")
    toy.set("demand/orders.csv", 2, "orders", "901")
    with pytest.raises(InputError) as refused:
        beside(toy.study(gap=0.0), read)
    found = {(one.code, one.value) for one in refused.value.faults}
    assert found == {("F478", "freight.csv"), ("F478", "the orders")}


def test_a_plan_is_no_baseline(planned: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        open_baseline(saved(planned, tmp_path / "run"))
    assert [one.code for one in refused.value.faults] == ["F479"]


def test_costs_by_site_and_period_add_up_to_the_objective(planned: Run) -> None:
    costs = planned.costs
    assert costs["usd_year"].sum() == pytest.approx(-planned.kpis["contribution_usd"], abs=0.005)
    rent = costs[costs["part"] == "rent_and_overhead"].set_index("period")["usd_year"]
    assert rent.to_dict() == pytest.approx({"normal": 6000 * 355 / 365, "peak": 6000 * 10 / 365})
    assert set(costs.loc[costs["part"] == "courier_tax", "site"]) == {""}
    shares = costs[[name for name in costs if name.endswith("_usd")]].sum(axis=1)
    caused = costs["part"] != "unserved"
    assert shares[caused].to_numpy() == pytest.approx(costs.loc[caused, "usd_year"].to_numpy())


def test_flows_by_road_and_by_rail_cost_what_the_run_costs(tmp_path: Path) -> None:
    network = Path(shutil.copytree(locate("network", "three-plants"), tmp_path / "network"))
    rates = pd.read_csv(network / "lane_rates.csv")
    left = rates["from_id"].eq("depot-1")
    rail = rates[left].assign(mode="rail", usd_order=rates["usd_order"] - 0.5, orders_day=1.0)
    pd.concat([rates, rail]).to_csv(network / "lane_rates.csv", index=False)
    study = load(str(network), "three-plants", gap=0.0)
    plan = optimize(study)
    assert {"road", "rail"} <= set(plan.flows["transport"])
    run = saved(plan, tmp_path / "run")
    found = read_baseline(study, PresentFiles(run / "sites.csv", flows=run / "flows.csv"))
    assert found.outcome.objective == pytest.approx(plan.outcome.objective, abs=0.005)
    assert found.baseline is not None
    assert not found.baseline.findings
