"""Anura projects as tables of a network and a demand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from fulfill.inputs.anura.losses import CHANGED, NOT_CARRIED, Loss
from fulfill.inputs.anura.network_tables import Converted, convert_project
from fulfill.inputs.faults import Fault, InputError
from inputs.anura.projects import TEXTBOOK, Rows, lane, small_project, write_project

Project = dict[str, Rows]


def converted(folder: Path, project: Project) -> Converted:
    return convert_project(write_project(folder / "project", project))


def faults(folder: Path, project: Project) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        converted(folder, project)
    return list(caught.value.faults)


def lost(found: Converted, kind: str = NOT_CARRIED) -> dict[tuple[str, str], int]:
    return {(one.table, one.column): one.rows for one in found.losses if one.kind == kind}


def test_a_year_in_four_periods(tmp_path: Path) -> None:
    found = converted(tmp_path, small_project())
    network = found.network
    assert network["calendar"]["days"].tolist() == [91.0, 91.0, 91.0, 92.0]
    assert network["origins"]["origin_id"].tolist() == ["north", "south"]
    assert network["sites"]["site_id"].tolist() == ["depot-1", "depot-2"]
    # 500 units of a m3 in a period are 2,000 m3 a year; 50 USD of a period are 200 a year
    assert network["origins"]["capacity_m3_month"].iloc[0] == pytest.approx(2000 / 12)
    assert network["origins"]["capacity_m3_month"].isna().tolist() == [False, True]
    assert network["origins"]["fixed_usd_year"].tolist() == [0.0, 200.0]
    sizes = network["site_sizes"].set_index("site_id")
    assert sizes.loc["depot-1", "orders_day"] == pytest.approx(4 * 600 / 365)
    assert sizes["fixed_usd_month"].tolist() == pytest.approx([100.0, 800 / 12])
    assert sizes["opening_usd"].tolist() == [0.0, 100.0]
    assert network["sites"]["pick_usd_order"].tolist() == [0.25, 0.0]
    rules = network["group_limits"][["group_id", "rule", "number"]].to_numpy().tolist()
    assert rules == [["depot-1", "at_least", 1], ["Depots", "at_most", 2]]
    assert found.demand["orders"]["orders"].sum() == 6 * (100 + 110 + 120 + 130)
    assert network["parameters"].set_index("parameter").loc["unserved_penalty_usd", "value"] == 500


def test_lanes_need_a_source_and_rail_stands_beside_the_road(tmp_path: Path) -> None:
    project = small_project()
    project["TransportationPolicies"].append(lane("north", "depot-2", 9.0, TransportTime=1))
    found = converted(tmp_path, project)
    rates = found.network["lane_rates"]
    assert len(rates) == 9
    assert rates["mode"].tolist().count("rail") == 1
    ends = rates.set_index(["from_id", "to_id", "mode"])
    assert ends.loc[("depot-1", "b", ""), "orders_day"] == pytest.approx(4 * 120 / 365)
    assert ends.loc[("south", "c", ""), "product_id"] == "box"
    assert lost(found) == {("TransportationPolicies", ""): 1}


def test_prices_of_sourcing_and_transport_add_up(tmp_path: Path) -> None:
    project = small_project()
    project["ReplenishmentPolicies"][0]["UnitCost"] = 0.5
    rates = converted(tmp_path, project).network["lane_rates"]
    north = rates[rates["from_id"] == "north"]
    assert north["usd_order"].tolist() == [1.5]


def test_a_source_of_all_products_needs_a_price_for_each(tmp_path: Path) -> None:
    project = small_project()
    project["CustomerFulfillmentPolicies"][0]["ProductName"] = "ALL"
    (found,) = faults(tmp_path, project)
    assert (found.code, found.row, found.value) == ("F545", 2, "south")
    assert found.detail == "to c, for every product"


def test_without_sourcing_policies_every_priced_lane_is_taken(tmp_path: Path) -> None:
    project = small_project()
    del project["CustomerFulfillmentPolicies"], project["ReplenishmentPolicies"]
    assert len(converted(tmp_path, project).network["lane_rates"]) == 9


def test_suppliers_are_origins_with_limits(tmp_path: Path) -> None:
    project = small_project()
    project["Suppliers"] = [
        {"SupplierName": "mill", "Country": "MX", "Latitude": 20.0, "Longitude": -100.0,
         "SupplierCapacity": 730}
    ]  # fmt: skip
    project["SupplierCapabilities"] = [
        {"SupplierName": "mill", "ProductName": "box", "UnitCost": 3, "SupplyCapacity": 365}
    ]
    project["ProcurementPolicies"] = [{"FacilityName": "depot-1", "SourceName": "mill"}]
    project["TransportationPolicies"].append(lane("mill", "depot-1", 1.0, TransportTime=1))
    network = converted(tmp_path, project).network
    origins = network["origins"].set_index("origin_id")
    assert origins.loc["mill", "capacity_m3_month"] == pytest.approx(730 / 12)
    goods = network["goods_costs"].set_index(["origin_id", "product_id"])
    assert goods.loc[("mill", "box"), "orders_day"] == 1.0


def test_excluded_and_closed_rows_are_left_out_everywhere(tmp_path: Path) -> None:
    project = small_project()
    project["Facilities"][3]["FacilityStatus"] = "Closed"
    project["Customers"][2]["Status"] = "Exclude"
    found = converted(tmp_path, project)
    assert found.network["sites"]["site_id"].tolist() == ["depot-1"]
    assert found.demand["zones"]["zone_id"].tolist() == ["a", "b"]
    assert set(found.demand["orders"]["zone_id"]) == {"a", "b"}
    assert "depot-2" not in set(found.network["lane_rates"]["from_id"])
    assert lost(found) == {("Facilities", "FacilityStatus"): 1}


def test_american_units_and_names_in_lower_case(tmp_path: Path) -> None:
    project = small_project()
    project["ModelSettings"][0] |= {
        "PrimaryVolumeUOM": "CFT", "PrimaryWeightUOM": "LB", "PrimaryTimeUOM": "HR"
    }  # fmt: skip
    folder = tmp_path / "lower"
    folder.mkdir()
    for name, rows in project.items():
        table = pd.DataFrame(rows).rename(columns=str.lower)
        table.to_csv(folder / f"{name.lower()}.csv", index=False)
    network = convert_project(folder).network
    assert network["products"]["volume_m3"].tolist() == pytest.approx([0.0283168466] * 2)
    assert network["products"]["weight_kg"].tolist() == pytest.approx([0.90718474] * 2)
    assert network["lane_rates"]["days_mean"].iloc[0] == pytest.approx(2 / 24)


def test_a_workbook_is_read_like_a_folder(tmp_path: Path) -> None:
    project = small_project()
    book = tmp_path / "project.xlsx"
    with pd.ExcelWriter(book) as writer:
        for name, rows in project.items():
            pd.DataFrame(rows).to_excel(writer, sheet_name=name, index=False)
    sheets, files = convert_project(book), converted(tmp_path, project)
    for name, table in files.network.items():
        pd.testing.assert_frame_equal(sheets.network[name], table)
    pd.testing.assert_frame_equal(sheets.demand["orders"], files.demand["orders"])


def with_holding_cost(project: Project) -> None:
    project["InventoryPolicies"] = [{"FacilityName": "depot-1", "ProductName": "box"}]


def with_duty(project: Project) -> None:
    project["TransportationPolicies"][0] |= {"DutyRate": 10}


def with_shares(project: Project) -> None:
    project["ReplenishmentPolicies"][0]["OptimizationPolicy"] = "By Ratio (No Scale)"


def with_handling_by_product(project: Project) -> None:
    project["WarehousingPolicies"][0]["ProductName"] = "box"


def with_site_to_site(project: Project) -> None:
    project["TransportationPolicies"].append(lane("depot-1", "depot-2", 1.0, TransportTime=1))
    project["ReplenishmentPolicies"].append({"FacilityName": "depot-2", "SourceName": "depot-1"})


def with_a_minimum_flow(project: Project) -> None:
    project["FlowConstraints"][0]["ConstraintType"] = "Min"


def with_plants_counted(project: Project) -> None:
    project["FacilityCountConstraints"][0]["FacilityName"] = "ALL"


def with_penalties(project: Project) -> None:
    project["CustomerDemand"][0]["PenaltyCost"] = 501


def with_storage_expansion(project: Project) -> None:
    project["CapacityExpansions"] = [
        {"EntityName": "depot-1", "ExpansionType": "FacilityStorageCapacity",
         "ExpansionCost": "steps", "MaxExpansionUnits": 10}
    ]  # fmt: skip


def with_two_volumes(project: Project) -> None:
    project["Products"][0]["UnitVolume"] = 2


@pytest.mark.parametrize(
    ("change", "place", "rows"),
    [
        (with_holding_cost, ("inventorypolicies", ""), 1),
        (with_duty, ("TransportationPolicies", "DutyRate"), 1),
        (with_shares, ("ReplenishmentPolicies", "OptimizationPolicy"), 1),
        (with_handling_by_product, ("WarehousingPolicies",
                                    "InboundHandlingCost + OutboundHandlingCost"), 1),
        (with_site_to_site, ("TransportationPolicies", ""), 1),
        (with_a_minimum_flow, ("FlowConstraints", "ConstraintType"), 1),
        (with_plants_counted, ("FacilityCountConstraints", "ConstraintType"), 1),
        (with_penalties, ("CustomerDemand", "PenaltyCost"), 24),
        (with_storage_expansion, ("CapacityExpansions", "ExpansionType"), 1),
        (with_two_volumes, ("Facilities", "ThroughputCapacity"), 1),
    ],
)  # fmt: skip
def test_what_is_not_carried_is_listed(
    tmp_path: Path, change: Callable[[Project], None], place: tuple[str, str], rows: int
) -> None:
    project = small_project()
    change(project)
    found = converted(tmp_path, project)
    assert lost(found) == {place: rows}
    assert all(one.reason and one.remedy for one in found.losses)


def test_what_is_changed_is_listed(tmp_path: Path) -> None:
    project = small_project()
    project["Facilities"][1]["FacilityStatus"] = "Open"
    del project["Facilities"][2]["ThroughputCapacity"]
    project["Facilities"][3]["FixedStartupCost"] = 0
    project["CustomerDemand"][0]["DemandStatus"] = "Consider"
    found = lost(converted(tmp_path, project), CHANGED)
    assert found == {
        ("Facilities", "FacilityStatus"): 1,
        ("Facilities", "InitialState"): 1,
        ("Facilities", "ThroughputCapacity"): 1,
        ("CustomerDemand", "DemandStatus"): 1,
    }


def test_a_site_without_a_limit_can_send_all_orders_of_any_period(tmp_path: Path) -> None:
    project = small_project()
    del project["Facilities"][2]["ThroughputCapacity"]
    project["Periods"][1]["StartDate"] = "2026-01-11"  # ten days with the demand of a quarter
    found = converted(tmp_path, project)
    most = found.network["site_sizes"].set_index("site_id").loc["depot-1", "orders_day"]
    assert most * 10 == pytest.approx(6 * 100)


def test_times_that_are_not_given_are_assumptions(tmp_path: Path) -> None:
    project = small_project()
    del project["TransportationPolicies"][0]["TransportTime"]
    found = converted(tmp_path, project)
    row = found.network["lane_rates"].iloc[0]
    assert (row["days_mean"], row["status"], row["range"]) == (
        1.0, "assumption", "days_mean=0.01..30"
    )  # fmt: skip
    assert any(one.column == "days_mean" and one.rows == 1 for one in found.losses)


def test_a_month_is_repeated_to_a_year() -> None:
    found = convert_project(TEXTBOOK / "distribution-2")
    assert found.horizon_days == 30
    assert found.demand["orders"]["orders"].sum() == pytest.approx(215_000 * 365 / 30)
    sizes = found.network["site_sizes"].set_index(["site_id", "size"])
    grown = sizes.loc["Birmingham"]
    assert grown["orders_day"].tolist() == pytest.approx([50_000 / 30, 70_000 / 30])
    assert grown["opening_usd"].tolist() == pytest.approx([0.0, 3_000 * 365 / 30])
    assert Loss(
        CHANGED, "ModelSettings", "ModelEndDate", 1,
        "the horizon has 30 days: flows and costs are written for a year, 12.1667 times as much",
        "convert back with --days 30",
    ) in found.losses  # fmt: skip


def test_missing_tables_and_cells_come_at_once(tmp_path: Path) -> None:
    project = small_project()
    del project["Products"], project["Customers"]
    project["TransportationPolicies"][0]["UnitCost"] = ""
    project["Facilities"][0]["Country"] = "Mexico"
    project["CustomerDemand"][1]["QuantityUOM"] = "PALLET"
    found = [(one.code, one.row, one.column, one.value) for one in faults(tmp_path, project)]
    assert sorted(found) == [
        ("F201", 2, "UnitCost", ""),
        ("F206", 2, "Country", "Mexico"),
        ("F541", 0, "", "Customers"),
        ("F541", 0, "", "Products"),
        ("F543", 3, "QuantityUOM", "PALLET"),
    ]


def test_contradictions_come_at_once(tmp_path: Path) -> None:
    project = small_project()
    project["ModelSettings"][0]["PrimaryVolumeUOM"] = "BBL"
    project["TransportationPolicies"][3]["ModeName"] = "Barge"
    project["ReplenishmentPolicies"] += [
        {"FacilityName": "depot-2", "SourceName": "north"},
        {"FacilityName": "north", "SourceName": "south"},
    ]
    project["CustomerDemand"][0]["ProductName"] = "boxes"
    project["CustomerDemand"][1]["PeriodName"] = "q5"
    found = [(one.code, one.row, one.column, one.value) for one in faults(tmp_path, project)]
    assert sorted(found) == [
        ("F542", 2, "ProductName", "boxes"),
        ("F542", 6, "FacilityName", "north"),
        ("F543", 2, "PrimaryVolumeUOM", "BBL"),
        ("F545", 5, "SourceName", "north"),
        ("F545", 6, "SourceName", "south"),
        ("F546", 3, "PeriodName", "q5"),
        ("F547", 5, "ModeName", "Barge"),
        ("F548", 2, "FacilityName", "north"),
    ]


@pytest.mark.parametrize(
    ("settings", "first", "detail"),
    [
        ({"ModelEndDate": "2025-12-31"}, "2026-01-01", "the last day is before the first"),
        ({}, "2026-01-05", "the horizon begins on 2026-01-01, before the first period"),
        ({}, "2025-12-30", "not in the horizon"),
        ({"ModelEndDate": "2026-12-01"}, "2026-01-01", "335 days in 4 periods"),
    ],
)
def test_horizons_that_make_no_sense(
    tmp_path: Path, settings: dict[str, object], first: str, detail: str
) -> None:
    project = small_project()
    project["ModelSettings"][0] |= settings
    project["Periods"][0]["StartDate"] = first
    found = faults(tmp_path, project)
    assert [one.code for one in found] == ["F546"]
    assert detail in found[0].detail


def test_a_place_that_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"F541 DIR.*neither a folder nor an \.xlsx file"):
        convert_project(tmp_path / "nowhere")
