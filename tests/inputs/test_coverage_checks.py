"""Rows that a demand needs of a network are there, and rows that nothing uses are reported."""

from __future__ import annotations

from datetime import date

import pytest

from conftest import Folders
from fulfill.inputs.problem import Problem

TARIFFS = "network/tariffs.csv"
CARRIERS = "network/carriers.csv"
LANES = "network/lanes.csv"
MAIL = ("direct_mail",)


def found(toy: Folders, **options: object) -> list[tuple[str, str, int, str, str]]:
    return [
        (f.code, f.file, f.row, f.column, f.value) for f in toy.faults(**options) if not f.warning
    ]


def warned(toy: Folders, **options: object) -> list[tuple[str, str, int, str, str]]:
    return [
        (f.code, f.file, f.row, f.column, f.value)
        for f in toy.faults(**options)
        if f.code != "W301"
    ]


# --- lanes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column", "name", "near"),
    [
        (3, "to_id", "site-aa", "similar: site-a"),
        (5, "from_id", "Site A", "similar: site-a"),
        (2, "from_id", "cn hub", "similar: cn-hub"),
        (10, "to_id", "zone_3", "similar: zone-3"),
        (7, "to_id", "Xalapa", "no origin, gateway, site or zone"),
    ],
)
def test_an_override_of_an_unknown_place_is_refused(
    toy: Folders, row: int, column: str, name: str, near: str
) -> None:
    toy.set(LANES, row, column, name)
    (fault,) = toy.faults()
    assert (fault.code, fault.file, fault.row, fault.column, fault.value) == (
        "F208",
        LANES,
        row,
        column,
        name,
    )
    assert near in fault.detail


@pytest.mark.parametrize(
    ("start", "goal"),
    [("site-a", "site-b"), ("mx-port", "zone-1"), ("zone-1", "zone-2"), ("cn-hub", "zone-1")],
)
def test_an_override_between_places_that_no_lane_joins_is_refused(
    toy: Folders, start: str, goal: str
) -> None:
    toy.add(LANES, from_id=start, to_id=goal, road_km="77")
    assert found(toy) == [("F316", LANES, 11, "from_id + to_id", f"{start}, {goal}")]


@pytest.mark.parametrize(("row", "place"), [(3, "mx-port"), (5, "site-a"), (9, "site-b")])
def test_without_a_road_graph_a_missing_lane_is_refused(toy: Folders, row: int, place: str) -> None:
    lines = toy.text(LANES).splitlines(keepends=True)
    goal = lines[row - 1].split(",")[1]
    toy.write(LANES, "".join(lines[: row - 1] + lines[row:]))
    (fault,) = toy.faults()
    assert (fault.code, fault.column, fault.value, fault.detail) == (
        "F317",
        "from_id",
        place,
        f"no lane to {goal}",
    )
    assert found(toy, channels=MAIL) == []


def test_without_a_road_graph_and_lanes_every_place_is_named(toy: Folders) -> None:
    toy.delete(LANES)
    assert [fault[-1] for fault in found(toy)] == ["mx-port", "site-a", "site-b"]


def test_a_plant_needs_lanes_to_the_sites_it_can_serve(toy: Folders) -> None:
    toy.add_plant()
    assert found(toy) == [("F317", LANES, 0, "from_id", "plant")]
    assert found(toy, channels=("direct_mail", "local")) == []
    for site in ("site-a", "site-b"):
        toy.add(LANES, from_id=site, to_id="plant", road_km="30")
    assert found(toy) == []


def test_a_road_graph_needs_no_lanes(embedded_problem: Problem) -> None:
    assert embedded_problem.network["lanes"].empty
    assert embedded_problem.network.roads is not None


# --- rows that a demand needs ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rural", "metropolitan"])
def test_a_class_that_only_mail_covers_is_refused_where_sites_may_serve(
    toy: Folders, kind: str
) -> None:
    toy.set("demand/zones.csv", 4, "zone_class", kind)
    toy.add("network/mail_services.csv", zone_class=kind)
    assert found(toy) == [("F314", "network/services.csv", 0, "zone_class", f"MX {kind}")]
    assert found(toy, channels=MAIL) == []
    toy.add("network/services.csv", zone_class=kind, km_from="0")
    assert found(toy) == []


@pytest.mark.parametrize(("row", "period"), [(2, "normal"), (3, "peak")])
def test_a_period_without_intensity_is_refused(spread: Folders, row: int, period: str) -> None:
    lines = spread.text("demand/seasonality.csv").splitlines(keepends=True)
    spread.write("demand/seasonality.csv", "".join(lines[: row - 1] + lines[row:]))
    assert found(spread) == [("F314", "demand/seasonality.csv", 0, "period_id", period)]


def test_an_intensity_of_zero_is_an_answer(spread: Folders) -> None:
    spread.set("demand/seasonality.csv", 3, "intensity", "0")
    assert found(spread) == []


def test_mail_needs_a_capacity_in_the_country_it_serves(toy: Folders) -> None:
    toy.set("network/mail_capacity.csv", 2, "country", "US")
    assert found(toy) == [("F314", "network/mail_capacity.csv", 0, "country", "MX")]
    assert found(toy, channels=("local",)) == []


# --- warnings -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Querétaro", "Sonora", "NL"])
def test_a_state_without_zones_is_told(toy: Folders, name: str) -> None:
    for row in (2, 3, 4):
        toy.set("demand/zones.csv", row, "state", "Jalisco")
    toy.add(CARRIERS, state=name, orders_1000_people_day="0.02")
    written = {"NL": "Nuevo León"}.get(name, name)
    assert warned(toy) == [("W302", CARRIERS, 3, "state", written)]


@pytest.mark.parametrize("name", ["textiles", "ropa", "footwear"])
def test_a_class_without_product_is_told_with_those_that_take_the_row_any(
    toy: Folders, name: str
) -> None:
    toy.set(TARIFFS, 4, "tariff_class", name)
    assert warned(toy) == [("W302", TARIFFS, 4, "tariff_class", name)]
    assert "these take the row any: apparel, electronics" in str(toy.faults()[-1])


def test_a_product_in_no_mix_is_told(spread: Folders) -> None:
    spread.write(
        "demand/mix.csv", "".join(spread.text("demand/mix.csv").splitlines(keepends=True)[:2])
    )
    spread.set("demand/mix.csv", 2, "share", "1")
    assert warned(spread) == [("W302", "network/products.csv", 3, "product_id", "gadget")]


@pytest.mark.parametrize("ended", ["2024-06-30", "2025-12-31", "2026-10-31"])
def test_a_class_whose_row_has_ended_is_told(toy: Folders, ended: str) -> None:
    toy.set(TARIFFS, 4, "valid_to", ended)
    assert warned(toy) == [("W303", TARIFFS, 5, "tariff_class", "apparel")]
    assert "MX formal on 2026-11-01: it takes the row any at 10 %" in str(toy.faults()[-1])
    assert warned(toy, as_of=date(2024, 6, 1)) == []


def test_a_class_that_is_named_for_another_entry_only_is_told(toy: Folders) -> None:
    toy.add(
        TARIFFS,
        rule_id="courier-gadget",
        entry_kind="courier",
        tariff_class="electronics",
        base="courier_value",
    )
    assert warned(toy) == [
        ("W303", TARIFFS, 3, "tariff_class", "apparel"),
        ("W303", TARIFFS, 5, "tariff_class", "electronics"),
    ]


def test_a_class_that_gets_a_row_later_is_not_told(toy: Folders) -> None:
    toy.set(TARIFFS, 4, "valid_from", "2027-01-01")
    assert warned(toy) == []


def test_the_embedded_tables_need_no_warning(embedded_problem: Problem) -> None:
    assert embedded_problem.warnings == ()
