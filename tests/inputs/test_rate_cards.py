"""Every contradiction of a rate card is found in its row, and what it leaves out is warned of."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards import FAR, NEAR, equal_card, mail_card, write_card
from conftest import Folders
from fulfill.inputs.faults import Fault
from fulfill.inputs.rate_cards import billable_kg, cards_on

RATES, ZONES = "network/rate_cards.csv", "network/rate_zones.csv"
CHARGES, SERVICES = "network/surcharges.csv", "network/services.csv"
BOTH: list[dict[str, str]] = [NEAR, FAR]
TWO: list[dict[str, str]] = [{}, {"card_zone": "2", "base_usd": "4"}]


def found(toy: Folders, as_of: date | None = None) -> list[tuple[str, str, int, str]]:
    """Return code, file, row and column of every fault but the toy's own warning."""
    faults = [fault for fault in toy.faults(as_of) if fault.code != "W301"]
    return [(fault.code, fault.file, fault.row, fault.column) for fault in faults]


def only(toy: Folders, code: str, as_of: date | None = None) -> Fault:
    (fault,) = [fault for fault in toy.faults(as_of) if fault.code != "W301"]
    assert fault.code == code
    return fault


def test_a_card_without_contradictions_has_no_fault(toy: Folders) -> None:
    equal_card(toy, [{"share": "0.1"}, {"surcharge_id": "peak", "surcharge": "peak",
                     "peak_from": "2026-10-01", "peak_to": "2027-01-15"}])  # fmt: skip
    mail_card(toy, [{"base_usd": "3", "usd_kg": "6"}])
    assert found(toy) == []


def test_tables_without_the_new_columns_still_read(toy: Folders) -> None:
    for name in ("services", "mail_services"):
        assert "card" not in toy.text(f"network/{name}.csv").partition("\n")[0]
    assert found(toy) == []


@pytest.mark.parametrize(
    ("rates", "row", "column"),
    [
        ([{"kg_from": "1"}, *TWO[1:]], 2, "kg_from"),
        ([{"kg_to": "5"}, {"kg_from": "6", "kg_to": "9"}, *TWO[1:]], 3, "kg_from"),
        ([{"kg_to": "5"}, {"kg_from": "4", "kg_to": "9"}, *TWO[1:]], 3, "kg_from"),
        ([{}, {"kg_from": "4", "kg_to": "9"}, *TWO[1:]], 3, "kg_from"),
        # the lower break ends, the upper one goes on alone
        ([{"kg_to": "5", "valid_to": "2026-12-31"}, {"kg_from": "5"}, *TWO[1:]], 3, "kg_from"),
        # two prices on the same days
        ([{}, {"valid_from": "2026-06-01"}, *TWO[1:]], 3, "kg_from"),
    ],
)
def test_weight_breaks_with_gap_or_overlap(
    toy: Folders, rates: list[dict[str, str]], row: int, column: str
) -> None:
    write_card(toy, rates, BOTH)
    assert found(toy) == [("F350", RATES, row, column)]


def test_days_without_a_price_inside_the_life_of_a_zone(toy: Folders) -> None:
    dated = [{"valid_to": "2026-03-31"}, {"valid_from": "2026-05-01"}, *TWO[1:]]
    write_card(toy, dated, BOTH)
    assert (
        only(toy, "F354").detail
        == "regional ground, zone 1: no price from 2026-04-01 to 2026-04-30"
    )


@pytest.mark.parametrize("as_of", [date(2025, 12, 31), date(2027, 1, 1)])
def test_no_price_on_the_as_of_date(toy: Folders, as_of: date) -> None:
    write_card(toy, [{"valid_to": "2026-12-31"}, {**TWO[1], "valid_from": "2025-01-01"}], BOTH)
    assert found(toy) == []
    fault = only(toy, "F354", as_of)
    assert (fault.row, fault.column) == (2, "valid_from")
    assert str(as_of) in fault.detail


@pytest.mark.parametrize("column", ["divisor_cm3_kg", "round_up_kg"])
def test_one_divisor_and_rounding_on_a_day(toy: Folders, column: str) -> None:
    write_card(toy, [{}, {**TWO[1], column: "7"}], BOTH)
    assert found(toy) == [("F352", RATES, 3, column)]
    write_card(toy, [{}, TWO[1],
                     {"valid_from": "2027-01-01", column: "7"},
                     {**TWO[1], "valid_from": "2027-01-01", column: "7"}], BOTH)  # fmt: skip
    toy.set(RATES, 2, "valid_to", "2026-12-31")
    toy.set(RATES, 3, "valid_to", "2026-12-31")
    assert found(toy) == []


@pytest.mark.parametrize(
    ("zones", "row", "column"),
    [
        ([NEAR, FAR | {"km_from": "400"}], 3, "km_from"),
        ([NEAR, FAR | {"km_from": "200"}], 3, "km_from"),
        ([NEAR | {"km_to": ""}, FAR], 3, "km_from"),
        ([NEAR | {"km_to": "0"}, FAR | {"km_from": "0.5"}], 3, "km_from"),
    ],
)
def test_distance_bands_with_gap_or_overlap(
    toy: Folders, zones: list[dict[str, str]], row: int, column: str
) -> None:
    write_card(toy, TWO, zones)
    assert ("F313", ZONES, row, column) in found(toy)


@pytest.mark.parametrize(
    ("cells", "twice"),
    [
        ({}, True),
        ({"zone_class": "rural"}, True),
        ({"service_id": "ground"}, True),
        ({"peak_from": "2026-12-01", "peak_to": "2026-12-31"}, True),
        ({"surcharge": "peak"}, False),
        ({"valid_from": "2027-01-01"}, False),
        ({"country": "US"}, False),
    ],
)
def test_a_surcharge_is_charged_once(toy: Folders, cells: dict[str, str], twice: bool) -> None:
    equal_card(toy, [{"valid_to": "2026-12-31"}, {"surcharge_id": "again"} | cells])
    assert found(toy) == ([("F353", CHARGES, 3, "surcharge_id")] if twice else [])


@pytest.mark.parametrize(
    ("one", "other", "twice"),
    [
        (("2026-10-01", "2026-11-30"), ("2026-12-01", "2027-01-15"), False),
        (("2026-10-01", "2026-12-01"), ("2026-12-01", "2027-01-15"), True),
        (("2026-01-10", "2026-02-01"), ("2026-12-01", "2027-01-15"), True),
    ],
)
def test_seasons_of_a_surcharge_follow_one_another(
    toy: Folders, one: tuple[str, str], other: tuple[str, str], twice: bool
) -> None:
    rows = [{"surcharge_id": f"peak {n}", "peak_from": first, "peak_to": last}
            for n, (first, last) in enumerate((one, other))]  # fmt: skip
    equal_card(toy, rows)
    assert [code for code, *_ in found(toy)] == (["F353"] if twice else [])


@pytest.mark.parametrize(
    ("file", "row", "cells", "code", "column"),
    [
        (SERVICES, 2, {"base_usd": "2"}, "F214", "base_usd"),
        (SERVICES, 2, {"usd_kg": "0.5"}, "F214", "usd_kg"),
        (SERVICES, 2, {"usd_100km": "0.5"}, "F214", "usd_100km"),
        (SERVICES, 2, {"card": "regionl"}, "F208", "card"),
        (SERVICES, 2, {"card": "", "base_usd": "2"}, "F201", "usd_kg"),
        (SERVICES, 2, {"card": "", "usd_kg": "2"}, "F201", "base_usd"),
        ("network/mail_services.csv", 2, {"base_usd": ""}, "F201", "base_usd"),
        (ZONES, 3, {"card_zone": "3"}, "F208", "card_zone"),
        (CHARGES, 2, {"service_id": "grund"}, "F208", "service_id"),
        (CHARGES, 2, {"card": "other"}, "F208", "card"),
        (CHARGES, 2, {"peak_from": "2026-12-01"}, "F214", "peak_to"),
        (CHARGES, 2, {"peak_to": "2026-12-01"}, "F214", "peak_to"),
        (CHARGES, 2, {"peak_from": "2026-12-02", "peak_to": "2026-12-01"}, "F205", "peak_to"),
        (CHARGES, 2, {"valid_to": "2025-12-31"}, "F205", "valid_to"),
        (CHARGES, 2, {"to_state": "Jalisko"}, "F212", "to_state"),
        (CHARGES, 2, {"to_state": "Atlantis"}, "F212", "to_state"),
        (RATES, 2, {"kg_to": "0"}, "F214", "kg_to"),
        (RATES, 2, {"base_usd": ""}, "F201", "base_usd"),
        (RATES, 2, {"divisor_cm3_kg": ""}, "F201", "divisor_cm3_kg"),
    ],
)
def test_a_faulty_cell_is_found_in_its_row(
    toy: Folders, file: str, row: int, cells: dict[str, str], code: str, column: str
) -> None:
    equal_card(toy, [{"share": "0.1"}])
    for name, value in cells.items():
        toy.set(file, row, name, value)
    assert (code, file, row, column) in found(toy)


def test_a_service_without_prices_or_zones_on_its_card(toy: Folders) -> None:
    write_card(toy, [{"service_id": "express"}], [{}])
    assert "no price of ground" in only_code(toy, "F208")[0].detail
    write_card(toy, [{}], [{"country": "US"}])
    assert "no zone of this card in MX" in only_code(toy, "F208")[0].detail


def only_code(toy: Folders, code: str) -> list[Fault]:
    return [fault for fault in toy.faults() if fault.code == code]


@pytest.mark.parametrize("cells", [{"from_state": "Jalisco"}, {"km_to": "300"}])
def test_mail_has_neither_site_nor_road(toy: Folders, cells: dict[str, str]) -> None:
    mail_card(toy, [{}], **cells)
    assert ("F214", ZONES, 2, next(iter(cells))) in found(toy)


def test_states_join_whatever_their_spelling(toy: Folders) -> None:
    toy.set("demand/zones.csv", 2, "state", "Ciudad de México")
    zones = [{"from_state": "Texas", "to_state": "CDMX"}, {"card_zone": "2"}]
    write_card(toy, TWO, zones, [{"to_state": "Mexico City", "share": "0.1"}])
    network = toy.problem().network
    assert network["rate_zones"]["from_state"].tolist() == ["Texas", "*"]
    assert network["rate_zones"]["to_state"].tolist() == ["Ciudad de México", "*"]
    assert network["surcharges"]["to_state"].tolist() == ["Ciudad de México"]


@pytest.mark.parametrize("column", ["from_state", "to_state"])
def test_a_state_that_nobody_knows_is_a_fault(toy: Folders, column: str) -> None:
    write_card(toy, TWO, [{"card_zone": "2"}, {column: "Atlantis"}])
    assert found(toy) == [("F212", ZONES, 3, column)]


@pytest.mark.parametrize(
    ("zone", "file"),
    [({"from_state": "A"}, "network/sites.csv"), ({"to_state": "A"}, "demand/zones.csv")],
)
def test_a_place_without_a_state_has_no_zone(toy: Folders, zone: dict[str, str], file: str) -> None:
    write_card(toy, TWO, [{"card_zone": "2"}, zone])
    toy.set(file, 3, "state", "")
    assert ("F212", file, 3, "state") in found(toy)


def test_a_product_above_the_last_break_is_warned_of(toy: Folders) -> None:
    write_card(toy, [{"kg_to": "3"}, {**TWO[1], "kg_to": "2"}], BOTH)
    assert found(toy) == []  # 10 l weigh 2 kg
    toy.set("network/products.csv", 3, "weight_kg", "2.01")
    fault = only(toy, "W350")
    assert fault.value == "gadget"
    assert fault.detail == "regional ground ends at 2 kg in 2"


def test_states_without_a_zone_are_warned_of(toy: Folders) -> None:
    write_card(toy, [{}], [{"from_state": "A"}])
    assert only(toy, "W351").detail == "regional in MX: B to A"
    write_card(toy, [{}], [{}])
    mail_card(toy, [{}], to_state="A")
    toy.set("demand/zones.csv", 4, "state", "C")
    assert only(toy, "W351").detail == "line in MX: C"


def test_a_peak_of_the_calendar_that_no_surcharge_says_is_warned_of(toy: Folders) -> None:
    equal_card(toy)
    toy.set("network/calendar.csv", 3, "last_mile_factor", "1.3")
    assert only(toy, "W352").value == "regional"
    equal_card(toy, [{"peak_from": "2026-12-01", "peak_to": "2026-12-31", "share": "0.3"}])
    assert found(toy) == []


def test_a_surcharge_that_has_ended_is_warned_of(toy: Folders) -> None:
    equal_card(toy, [{"share": "0.1", "valid_to": "2026-10-31"}])
    assert only(toy, "W353").row == 2
    toy.add(CHARGES, surcharge_id="fuel 2", valid_from="2026-11-01", valid_to="")
    assert found(toy) == []


def test_a_price_that_no_service_names_is_warned_of(toy: Folders) -> None:
    write_card(toy, [*TWO, {"service_id": "express"}], BOTH)
    assert only(toy, "W302").value == "express"


def test_a_card_of_a_closed_channel_needs_no_price(toy: Folders) -> None:
    mail_card(toy, [{"valid_to": "2026-01-31"}])
    assert [fault.code for fault in toy.faults()] == ["F354"]
    by_road = toy.faults(channels=("local", "cross_border", "nearshore"))
    assert "F354" not in {fault.code for fault in by_road}


def test_the_rows_of_a_day_are_those_in_force(toy: Folders) -> None:
    dated = [{"valid_to": "2026-06-30"}, {"valid_from": "2026-07-01", "base_usd": "3"}]
    write_card(toy, dated, [{}], [{"share": "0.1", "valid_to": "2026-06-30"}])
    tables = toy.problem().network.tables
    before, after = (cards_on(tables, date(2026, month, 30)) for month in (6, 7))
    assert before.rates["base_usd"].tolist() == [2.0]
    assert after.rates["base_usd"].tolist() == [3.0]
    assert (len(before.surcharges), len(after.surcharges)) == (1, 0)


@given(
    kg=st.floats(0.001, 50),
    m3=st.floats(1e-6, 0.2),
    divisor=st.sampled_from([0.0, 4000.0, 5000.0]),
    step=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
)
def test_billable_weight_is_the_next_step_above_weight_and_volume(
    kg: float, m3: float, divisor: float, step: float
) -> None:
    (billed,) = billable_kg(np.array([kg]), np.array([m3]), divisor, step)
    least = max(kg, m3 * 1e6 / divisor if divisor else 0.0)
    assert billed >= least - 1e-8
    assert billed <= least + step + 1e-8
    if step:
        assert billed / step == pytest.approx(round(billed / step))
