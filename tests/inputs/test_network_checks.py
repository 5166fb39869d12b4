"""Contradictions in the tables of a network are refused, with the row in which they are."""

from __future__ import annotations

import unicodedata

import pytest

from conftest import Folders

SERVICES = "network/services.csv"
TARIFFS = "network/tariffs.csv"
CARRIERS = "network/carriers.csv"
ZONES = "demand/zones.csv"
LANES = "network/lanes.csv"


def found(toy: Folders) -> list[tuple[str, str, int, str, str]]:
    return [(f.code, f.file, f.row, f.column, f.value) for f in toy.faults() if not f.warning]


def states(toy: Folders, name: str, row: int = 0) -> None:
    for line in (row,) if row else (2, 3, 4):
        toy.set(ZONES, line, "state", name)


# --- states ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Querétaro",
        unicodedata.normalize("NFD", "Querétaro"),
        "Queretaro",
        "QUERÉTARO",
        "querétaro de arteaga",
        "Qro.",
        "Estado de Querétaro",
    ],
)
@pytest.mark.parametrize(
    "in_carriers", ["Querétaro", "QUERETARO", "Qro", unicodedata.normalize("NFD", "Querétaro")]
)
def test_a_state_is_one_name_however_it_is_spelt(toy: Folders, name: str, in_carriers: str) -> None:
    toy.add(CARRIERS, state=in_carriers, orders_1000_people_day="0.02")
    states(toy, name)
    problem = toy.problem()
    assert problem.demand.zones["state"].tolist() == ["Querétaro"] * 3
    assert problem.network["carriers"]["state"].tolist() == ["*", "Querétaro"]
    assert [fault.code for fault in problem.warnings] == ["W301"]


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("Queretro", "similar: Querétaro"),
        ("Queréttaro", "similar: Querétaro"),
        ("Jalsico", "similar: Jalisco"),
        ("Texas", "but of US"),
        ("CA", "but of US"),
    ],
)
@pytest.mark.parametrize(("file", "row"), [(ZONES, 3), ("network/sites.csv", 2), (CARRIERS, 3)])
def test_a_misspelt_state_is_refused_with_the_near_ones(
    toy: Folders, file: str, row: int, name: str, detail: str
) -> None:
    toy.add(CARRIERS, state="Jalisco") if file == CARRIERS else None
    toy.set(file, row, "state", name)
    (fault,) = toy.faults()
    assert (fault.code, fault.file, fault.row, fault.column, fault.value) == (
        "F212",
        file,
        row,
        "state",
        name,
    )
    assert detail in fault.detail


def test_a_misspelt_state_of_many_zones_is_one_fault(toy: Folders) -> None:
    states(toy, "Queretro")
    (fault,) = toy.faults()
    assert (fault.row, fault.detail) == (2, "no state of MX; similar: Querétaro; 3 rows")


@pytest.mark.parametrize("name", ["Bajio", "", "Valle Central"])
def test_a_region_that_no_row_names_is_refused_where_rows_have_names(
    toy: Folders, name: str
) -> None:
    toy.add(CARRIERS, state="Bajío", orders_1000_people_day="0.02")
    states(toy, "Bajío")
    assert found(toy) == []
    states(toy, name, 4)
    assert found(toy) == [("F212", ZONES, 4, "state", name)]


@pytest.mark.parametrize("name", ["Bajío", "Norte", "Z"])
def test_a_row_for_a_region_that_no_zone_names_is_refused(toy: Folders, name: str) -> None:
    states(toy, "Jalisco")
    toy.add(CARRIERS, state=name, orders_1000_people_day="0.02")
    assert found(toy) == [("F212", CARRIERS, 3, "state", name)]


def test_one_state_twice_is_a_duplicate(toy: Folders) -> None:
    toy.add(CARRIERS, state="Jalisco")
    toy.add(CARRIERS, state="JAL")
    assert found(toy) == [("F207", CARRIERS, 4, "country + state", "MX, Jalisco")]


def test_ids_of_two_unicode_forms_are_one(toy: Folders) -> None:
    for file in ("network/sites.csv", LANES):
        toy.write(file, toy.text(file).replace("site-a", "Mérida"))
    toy.write(LANES, unicodedata.normalize("NFD", toy.text(LANES)))
    assert found(toy) == []


# --- tariff classes -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Apparel", "APPAREL", " apparel ", "appárel"])
def test_a_class_is_one_name_however_it_is_spelt(toy: Folders, name: str) -> None:
    toy.set(TARIFFS, 4, "tariff_class", name)
    rule = toy.problem().regime.find("MX", "formal", "CN", "apparel", 8.0)
    assert rule is not None
    assert rule.rate == 0.25


@pytest.mark.parametrize("name", ["aparel", "apparrel", "apparels", "Aparrel"])
def test_a_near_miss_in_tariffs_is_refused_in_both_tables(toy: Folders, name: str) -> None:
    toy.set(TARIFFS, 4, "tariff_class", name)
    assert found(toy) == [
        ("F213", "network/products.csv", 2, "tariff_class", "apparel"),
        ("F213", TARIFFS, 4, "tariff_class", name),
    ]


@pytest.mark.parametrize("name", ["aparel", "aparrel", "apparels"])
def test_a_near_miss_of_one_product_of_several_is_refused(toy: Folders, name: str) -> None:
    toy.set("network/products.csv", 3, "tariff_class", name)
    assert found(toy) == [("F213", "network/products.csv", 3, "tariff_class", name)]


def test_a_class_of_its_own_takes_the_row_any_by_right(toy: Folders) -> None:
    assert [fault.code for fault in toy.faults()] == ["W301"]  # no row names electronics


# --- figures of a row -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "row", "column", "value", "other"),
    [
        (SERVICES, 2, "days_p90", "1.5", {}),
        (SERVICES, 3, "days_mean", "4.5", {}),
        ("network/mail_services.csv", 2, "days_p90", "3", {}),
        (TARIFFS, 4, "fee_max_usd", "10", {"fee_min_usd": "20"}),
        (TARIFFS, 5, "fee_max_usd", "0", {"fee_min_usd": "0.5"}),
        (TARIFFS, 3, "value_to_usd", "50", {"value_from_usd": "50"}),
        (TARIFFS, 2, "value_to_usd", "50", {"value_from_usd": "117"}),
        ("network/origins.csv", 2, "minimum_m3_year", "1201", {"capacity_m3_month": "100"}),
        ("network/origins.csv", 2, "minimum_m3_year", "1", {"capacity_m3_month": "0"}),
    ],
)
def test_two_figures_that_contradict_each_other(
    toy: Folders, file: str, row: int, column: str, value: str, other: dict[str, str]
) -> None:
    for name, figure in {**other, column: value}.items():
        toy.set(file, row, name, figure)
    upper = column.replace("days_mean", "days_p90")
    shown = (
        toy.text(file)
        .splitlines()[row - 1]
        .split(",")[toy.text(file).splitlines()[0].split(",").index(upper)]
    )
    assert ("F214", file, row, upper, shown) in found(toy)


def test_equal_figures_and_empty_ones_are_no_contradiction(toy: Folders) -> None:
    toy.set(TARIFFS, 4, "fee_min_usd", "20")
    toy.set("network/origins.csv", 2, "minimum_m3_year", "1000")
    assert found(toy) == []
    toy.set(TARIFFS, 4, "fee_max_usd", "20")
    toy.set("network/origins.csv", 2, "capacity_m3_month", "84")
    assert found(toy) == []


# --- distance bands -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bands", "faults"),
    [
        ([("0", "150"), ("300", "1000")], [(3, "km_from", "300")]),  # gap
        ([("0", "400"), ("300", "1000")], [(3, "km_from", "300")]),  # overlap
        ([("0", "1000"), ("300", "500")], [(3, "km_from", "300")]),  # one in the other
        ([("10", "300"), ("300", "1000")], [(2, "km_from", "10")]),  # not from 0
        (
            [("0", "0"), ("300", "100")],
            [(2, "km_to", "0"), (3, "km_from", "300"), (3, "km_to", "100")],
        ),
        ([("300", "1000"), ("0", "300")], []),  # the order of the rows is free
    ],
)
def test_distance_bands_join(
    toy: Folders, bands: list[tuple[str, str]], faults: list[tuple[int, str, str]]
) -> None:
    for row, (begins, ends) in enumerate(bands, 2):
        toy.set(SERVICES, row, "km_from", begins)
        toy.set(SERVICES, row, "km_to", ends)
    assert found(toy) == [("F313", SERVICES, *fault) for fault in faults]


def test_bands_of_another_service_are_its_own(toy: Folders) -> None:
    toy.add(SERVICES, service_id="express", km_from="0", km_to="50")
    toy.add(SERVICES, zone_class="rural", km_from="0", km_to="700")
    assert found(toy) == []
    toy.add(SERVICES, service_id="express", zone_class="rural", km_from="60", km_to="70")
    assert found(toy) == [("F313", SERVICES, 6, "km_from", "60")]


# --- rows that others need ------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [(2,), (3,), (2, 3)])
def test_a_site_needs_sizes_and_a_base_band_of_its_ownership(
    toy: Folders, rows: tuple[int, ...]
) -> None:
    for row in rows:
        toy.set("network/sites.csv", row, "ownership", "shared")
    faults = toy.faults()
    expected = [("F314", "network/sites.csv", rows[0], "ownership", "shared")] * 2
    assert [(f.code, f.file, f.row, f.column, f.value) for f in faults] == expected
    assert {fault.detail.split(" for")[0] for fault in faults} == {
        "no row of site_sizes.csv",
        "no row of bands.csv with band base",
    }


def test_overtime_alone_is_no_base_band(toy: Folders) -> None:
    toy.set("network/bands.csv", 2, "band", "temporary")
    assert found(toy) == [("F314", "network/sites.csv", 2, "ownership", "own")]


@pytest.mark.parametrize(
    ("start", "goal", "km"),
    [("site-a", "mx-port", "999"), ("zone-3", "site-b", "51"), ("mx-port", "cn-hub", "1")],
)
def test_a_lane_has_one_length_whichever_way(toy: Folders, start: str, goal: str, km: str) -> None:
    toy.add(LANES, from_id=start, to_id=goal, road_km=km)
    assert found(toy) == [("F315", LANES, 11, "road_km", km)]


def test_a_lane_written_both_ways_alike_is_no_contradiction(toy: Folders) -> None:
    toy.add(LANES, from_id="site-a", to_id="mx-port", road_km="100")
    assert found(toy) == []
    toy.set(LANES, 11, "hours", "3")
    toy.set(LANES, 3, "hours", "2")
    assert found(toy) == [("F315", LANES, 11, "hours", "3")]


@pytest.mark.parametrize("day", ["2025-12-31", "2025-01-01", "2024-02-29"])
def test_periods_stand_in_the_order_of_time(toy: Folders, day: str) -> None:
    toy.set("network/calendar.csv", 3, "starts", day)
    assert found(toy) == [("F318", "network/calendar.csv", 3, "starts", day)]
