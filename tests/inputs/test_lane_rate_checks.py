"""Rows of lane_rates.csv that name nothing, contradict themselves or say too little."""

from __future__ import annotations

import pytest

from conftest import Folders

HEADER = (
    "from_id,to_id,product_id,allowed,usd_order,usd_kg,usd_m3,minimum_usd,days_mean,days_p90,"
    "source,status\n"
)


def faults_of(toy: Folders, *rows: str) -> list[tuple[str, int, str]]:
    lines = "".join(f"{row},made up,estimate\n" for row in rows)
    toy.write("network/lane_rates.csv", HEADER + lines)
    return [(one.code, one.row, one.column) for one in toy.faults() if not one.warning]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("site-x,zone-1,,,1,,,,2,2", "F208", "from_id"),
        ("site-a,zone-x,,,1,,,,2,2", "F208", "to_id"),
        ("site-a,zone-1,shoe,,1,,,,2,2", "F208", "product_id"),
        ("zone-1,site-a,,,1,,,,2,2", "F316", "from_id + to_id"),
        ("site-a,site-b,,,1,,,,2,2", "F316", "from_id + to_id"),
        ("cn-hub,zone-1,,,1,,,,2,2", "F316", "from_id + to_id"),
        ("cn-hub,site-a,,,1,,,,2,2", "F316", "from_id + to_id"),
        ("site-a,zone-1,,,,,,,,", "F363", "usd_order"),
        ("site-a,zone-1,,,,,,,2,2", "F363", "usd_order"),
        ("site-a,zone-1,,,1,,,,,", "F363", "days_mean"),
        ("site-a,zone-1,,,1,,,,2,", "F363", "days_mean"),
        ("site-a,zone-1,,no,1,,,,2,2", "F363", "usd_order"),
        ("mx-port,site-a,shirt,,1,,,,2,2", "F363", "days_mean"),
        ("site-a,zone-1,,,-1,,,,2,2", "F205", "usd_order"),
        ("site-a,zone-1,,maybe,1,,,,2,2", "F204", "allowed"),
        ("site-a,zone-1,,,1,,,,3,2", "F214", "days_p90"),
    ],
)
def test_a_wrong_row(toy: Folders, row: str, code: str, column: str) -> None:
    assert faults_of(toy, row) == [(code, 2, column)]


def test_every_fault_comes_at_once(toy: Folders) -> None:
    found = faults_of(toy, "site-x,zone-1,,,1,,,,2,2", "site-a,zone-1,,,1,,,,,")
    assert found == [("F208", 2, "from_id"), ("F363", 3, "days_mean")]


def test_a_lane_and_product_occur_once(toy: Folders) -> None:
    row = "site-a,zone-1,,,1,,,,2,2"
    assert [code for code, _, _ in faults_of(toy, row, row)] == ["F207"]
    assert faults_of(toy, row, "site-a,zone-1,shirt,no,,,,,,") == []


def test_days_come_from_the_tariffs_only_where_they_have_some(toy: Folders) -> None:
    assert faults_of(toy, "mx-port,site-a,,,,,50,,,") == []
    toy.set("network/freight.csv", 3, "to_country", "US")
    assert ("F363", 2, "days_mean") in faults_of(toy, "mx-port,site-a,,,,,50,,,")


def test_emissions_need_the_length_of_a_lane(toy: Folders) -> None:
    rows = toy.text("network/lanes.csv").splitlines(keepends=True)
    toy.write("network/lanes.csv", "".join(row for row in rows if "site-a,zone-1," not in row))
    assert faults_of(toy, "site-a,zone-1,,,1,,,,2,2") == [("F317", 2, "to_id")]
    toy.delete("network/emissions.csv")
    assert faults_of(toy, "site-a,zone-1,,,1,,,,2,2") == []


WITH_MODES = "from_id,to_id,product_id,mode,allowed,usd_order,days_mean,days_p90,orders_day,"


def of_modes(toy: Folders, *rows: str) -> list[tuple[str, int, str]]:
    lines = "".join(f"{row},made up,estimate\n" for row in rows)
    toy.write("network/lane_rates.csv", f"{WITH_MODES}source,status\n{lines}")
    return [(one.code, one.row, one.column) for one in toy.faults() if not one.warning]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("site-a,zone-1,,,no,,,,5", "F363", "orders_day"),
        ("site-a,zone-1,,,,,2,2,5", "F363", "days_mean"),
        ("site-a,zone-1,,,,,,,-1", "F205", "orders_day"),
        ("site-a,zone-1,,sea,,1,2,2,", "F356", "mode"),
        ("cn-hub,mx-port,,air,,1,2,2,", "F356", "mode"),
        ("cn-hub,mx-port,,rail,,1,2,2,", "F356", "mode"),
        ("mx-port,site-a,,horse,,1,2,2,", "F206", "mode"),
        ("mx-port,site-a,,rail,,1,2,2,", "F357", "mode"),
    ],
)
def test_a_wrong_capacity_or_mode(toy: Folders, row: str, code: str, column: str) -> None:
    assert of_modes(toy, row) == [(code, 2, column)]


def test_a_capacity_or_days_alone_are_enough(toy: Folders) -> None:
    assert of_modes(toy, "site-a,zone-1,,,,,,,5", "mx-port,site-a,,,,,2,3,") == []


def test_rail_needs_its_days_and_its_length(toy: Folders) -> None:
    toy.add("network/emissions.csv", mode="rail", kg_tkm="0.02")
    assert of_modes(toy, "mx-port,site-a,,rail,,1,2,3,") == []
    # the days of freight.csv are those of the road
    assert of_modes(toy, "mx-port,site-a,,rail,,1,,,") == [("F363", 2, "days_mean")]
    assert of_modes(toy, "mx-port,site-a,shirt,rail,,1,,,", "mx-port,site-a,,rail,,,2,3,") == []
    lanes = toy.text("network/lanes.csv").splitlines(keepends=True)
    toy.write("network/lanes.csv", "".join(row for row in lanes if "mx-port,site-a," not in row))
    assert ("F317", 2, "to_id") in of_modes(toy, "mx-port,site-a,,rail,,1,2,3,")
    for name in ("emissions", "freight", "services", "lanes"):
        toy.delete(f"network/{name}.csv")
    codes = {code for code, _, _ in of_modes(toy, "mx-port,site-a,,rail,,1,2,3,")}
    assert not codes & {"F317", "F357"}


def test_a_lane_has_its_usual_mode_once(toy: Folders) -> None:
    row = "site-a,zone-1,,{},,1,2,2,"
    found = of_modes(toy, row.format(""), row.format("road"))
    assert found == [("F207", 3, "from_id + to_id + product_id + mode")]
    toy.add("network/emissions.csv", mode="rail", kg_tkm="0.02")
    assert of_modes(toy, row.format(""), row.format("rail")) == []
