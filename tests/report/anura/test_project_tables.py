"""Networks and runs as Anura projects, and projects that come back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fulfill.inputs.anura.project import read_project
from fulfill.inputs.anura.tables import TABLES as TABLES_OF_THE_SCHEMA
from fulfill.inputs.columns import Table
from fulfill.inputs.faults import InputError
from fulfill.report.anura.project_tables import project_tables
from fulfill.report.anura.results import COSTS, REVENUE, result_tables
from fulfill.report.conversion_folder import from_anura, to_anura
from fulfill.study.csv_files import write_csv
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.study import load
from inputs.anura.projects import TEXTBOOK, small_project, write_project

PROJECTS = ("distribution-1", "distribution-2", "small")
LISTED = {"InitialState", "StepCostName", "ExpansionCost"}
"""What the list of an import names as changed, and names of step costs, which are made anew."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Run]]:
    """Return every project with the run that was planned from it."""
    folder = tmp_path_factory.mktemp("anura")
    found = {}
    for name in PROJECTS:
        source = TEXTBOOK / name
        if name == "small":
            source = write_project(folder / "source", small_project())
        into = folder / name
        into.mkdir()
        from_anura(source, into)
        study = load(str(into / "network"), str(into / "demand"), gap=0.0)
        found[name] = (source, optimize(study))
    return found


def days_of(name: str) -> int | None:
    return None if name == "small" else 30


def comparable(table: pd.DataFrame, declared: Table, columns: list[str]) -> pd.DataFrame:
    """Return a table in the order of its key, with one word for all and modes in one case."""
    words = table.replace({"": "ALL"})
    if "ModeName" in words:
        words["ModeName"] = words["ModeName"].str.lower()
    key = [name for name in declared.key if name in columns]
    return words[columns].sort_values(key, ignore_index=True)


@pytest.mark.parametrize("name", PROJECTS)
def test_what_is_carried_comes_back(
    runs: dict[str, tuple[Path, Run]], name: str, tmp_path: Path
) -> None:
    source, run = runs[name]
    for table, frame in project_tables(run.study.problem, days_of(name))[0].items():
        write_csv(frame, tmp_path / f"{table}.csv")
    given, back = read_project(source), read_project(tmp_path)
    assert not back.losses
    for declared in TABLES_OF_THE_SCHEMA:
        before, after = given[declared.name], back[declared.name]
        columns = [
            column.name
            for column in declared.columns
            # an empty UnitValue or PenaltyCost is filled, which the list of the import says
            if column.name not in LISTED and before[column.name].notna().any()
        ]
        pd.testing.assert_frame_equal(
            comparable(after, declared, columns),
            comparable(before, declared, columns),
            rtol=1e-9,
            obj=declared.name,
        )


@pytest.mark.parametrize(
    ("name", "cost"), [("distribution-1", 198_500.0), ("distribution-2", 174_000.0 + 15_000.0)]
)
def test_the_textbook_values(runs: dict[str, tuple[Path, Run]], name: str, cost: float) -> None:
    """The book counts what closing Newcastle and Exeter saves: 15,000 less than their cost."""
    run = runs[name][1]
    assert run.audit.clean
    assert run.outcome.objective * 30 / 365 == pytest.approx(cost, rel=1e-9)
    assert run.outcome.bound * 30 / 365 == pytest.approx(cost, rel=1e-9)
    (row,) = result_tables(run, 30)["OptimizationNetworkSummary"].to_dict("records")
    assert row["TotalSupplyChainCost"] == pytest.approx(cost, rel=1e-9)
    assert row["SolveStatus"] == "Optimal"
    assert row["TotalUnservedDemandQuantity"] == 0.0


def test_the_plan_of_the_second_textbook_case(runs: dict[str, tuple[Path, Run]]) -> None:
    tables = result_tables(runs["distribution-2"][1], 30)
    sites = tables["OptimizationFacilitySummary"].set_index("FacilityName")
    assert set(sites.index[sites["OptimizedStatus"] == "Open"]) == {
        "Birmingham", "London", "Exeter", "Northampton"
    }  # fmt: skip
    assert sites.loc["Birmingham", "StartupCost"] == pytest.approx(3_000.0)
    assert sites.loc["Birmingham", "TotalOutboundQuantity"] == pytest.approx(70_000.0)
    flows = tables["OptimizationFlowSummary"].set_index(["OriginName", "DestinationName"])
    assert flows.loc[("Liverpool", "C1"), "FlowQuantity"] == pytest.approx(50_000.0)
    assert flows.loc[("Northampton", "C4"), "FlowQuantity"] == pytest.approx(25_000.0)


def test_every_column_that_is_written_is_in_the_schema(runs: dict[str, tuple[Path, Run]]) -> None:
    schema = pytest.importorskip("ol_anura", reason="the schema package is not installed")
    for name, (_, run) in runs.items():
        tables = project_tables(run.study.problem, days_of(name))[0]
        tables |= result_tables(run, days_of(name))
        for table, frame in tables.items():
            columns = {column.lower() for column in frame}
            assert columns <= set(schema.AnuraSchema.get_columns(table)), table


def test_flows_and_costs_add_up(runs: dict[str, tuple[Path, Run]]) -> None:
    run = runs["small"][1]
    tables = result_tables(run)
    flows, demand = tables["OptimizationFlowSummary"], tables["OptimizationDemandSummary"]
    served = flows.loc[flows["FlowType"] == "Customer Fulfillment", "FlowQuantity"].sum()
    assert served == pytest.approx(2760.0)
    assert demand["ServedDemandQuantity"].sum() == pytest.approx(2760.0)
    (row,) = tables["OptimizationNetworkSummary"].to_dict("records")
    named = sum(row[column] for column in COSTS)
    assert row["TotalSupplyChainCost"] == pytest.approx(named)
    assert row["TotalProfit"] == pytest.approx(float(run.kpis["contribution_usd"]))
    parts = set(run.costs["part"])
    assert {part for names in COSTS.values() for part in names} | {REVENUE} <= parts
    # by hand: each order is sent once from a depot or plant, and each depot has what it sends
    inbound = flows[flows["FlowType"] == "Replenishment"].groupby("DestinationName")
    outbound = flows[flows["OriginName"].str.startswith("depot")].groupby("OriginName")
    assert inbound["FlowQuantity"].sum().to_dict() == pytest.approx(
        outbound["FlowQuantity"].sum().to_dict()
    )


def test_a_network_whose_prices_are_not_by_lane(tmp_path: Path) -> None:
    found = to_anura("toy", "toy", tmp_path)
    assert "TransportationPolicies" not in found.tables
    assert {"Facilities", "Customers", "Products", "CustomerDemand"} <= set(found.tables)
    losses = found.losses.set_index(["table", "column"])
    for table in ("gateways", "tariffs", "freight", "services", "mail_services", "carriers"):
        assert losses.loc[(table, ""), "kind"] == "not carried"
    assert losses.loc[("lane_rates", ""), "remedy"].startswith("convert a run")
    assert (tmp_path / "not_carried.csv").is_file()


def test_mail_starts_at_no_facility(tmp_path: Path) -> None:
    run = optimize(load("toy", "toy", gap=0.0))
    run.save(tmp_path / "run")
    out = tmp_path / "out"
    out.mkdir()
    losses = to_anura(tmp_path / "run", None, out).losses.set_index(["table", "column"])
    flows = pd.read_csv(out / "anura" / "OptimizationFlowSummary.csv")
    mailed = flows[flows["OriginName"] == "direct mail"]
    assert len(mailed) == losses.loc[("flows", "from"), "rows"] > 0
    sites = pd.read_csv(out / "anura" / "OptimizationFacilitySummary.csv")
    (total,) = pd.read_csv(out / "anura" / "OptimizationNetworkSummary.csv").to_dict("records")
    assert total["TotalFixedStartupCost"] == pytest.approx(sites["StartupCost"].sum())
    assert total["TotalFixedOperatingCost"] == pytest.approx(sites["OperatingCost"].sum())
    assert total["TotalOutboundHandlingCost"] == pytest.approx(
        sites["TotalOutboundHandlingCost"].sum()
    )


def test_prices_by_weight_become_prices_by_product(tmp_path: Path) -> None:
    source = write_project(tmp_path / "source", small_project())
    into = tmp_path / "into"
    into.mkdir()
    from_anura(source, into)
    rates = into / "network" / "lane_rates.csv"
    table = pd.read_csv(rates)
    table["usd_kg"] = 0.1
    table.to_csv(rates, index=False)
    problem = load(str(into / "network"), str(into / "demand")).problem
    lanes = project_tables(problem)[0]["TransportationPolicies"]
    assert len(lanes) == 2 * len(table) - 1  # one lane is for one product
    north = lanes[lanes["OriginName"] == "north"]
    assert north["ProductName"].tolist() == ["box", "crate"]
    assert north["UnitCost"].tolist() == pytest.approx([1.2, 1.2])


def test_days_belong_to_one_period(runs: dict[str, tuple[Path, Run]]) -> None:
    with pytest.raises(InputError, match="F549 --days, value '30'"):
        project_tables(runs["small"][1].study.problem, 30)
