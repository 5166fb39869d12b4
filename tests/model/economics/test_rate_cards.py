"""Prices by rate card, worked out by hand: zones, weight breaks, rounding, dates, surcharges."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards import FAR, NEAR, RATE, SURCHARGE, ZONE, equal_card, frame, mail_card, write_card
from conftest import Folders
from fulfill.inputs.geography.distances import measure
from fulfill.inputs.problem import Problem
from fulfill.inputs.rate_cards import RateCards, cards_on
from fulfill.inputs.schema import RATE_CARDS, RATE_ZONES, SERVICES, SURCHARGES
from fulfill.inputs.tables import read_table
from fulfill.model.economics.landed import Economics, economics
from fulfill.model.economics.rate_cards import card_prices, destination_states, lane_zones

CALENDAR = pd.DataFrame(
    {
        "period_id": ["normal", "peak"],
        "kind": ["month", "event"],
        "starts": pd.to_datetime(["2026-01-01", "2026-12-10"]),
        "days": [355.0, 10.0],
    }
)
ESTAFETA = [
    # to 5 kg 6 USD, every started kilogram more 0.42; zone 2 a third dearer, at least 8.50
    {"kg_to": "5", "base_usd": "6", "round_up_kg": "1"},
    {"kg_from": "5", "kg_to": "60", "base_usd": "6", "usd_kg": "0.42", "kg_included": "5",
     "round_up_kg": "1"},
    {"card_zone": "2", "kg_to": "5", "base_usd": "8", "min_usd": "8.5", "round_up_kg": "1"},
    {"card_zone": "2", "kg_from": "5", "kg_to": "60", "base_usd": "8", "usd_kg": "0.56",
     "kg_included": "5", "round_up_kg": "1"},
]  # fmt: skip
LINE = [
    # per kilogram from the first gram, and a fee of 2.50 USD a parcel
    {"kg_to": "0.3", "base_usd": "2.5", "usd_kg": "11", "divisor_cm3_kg": "6000"},
    {"kg_from": "0.3", "kg_to": "2", "base_usd": "2.5", "usd_kg": "9.5", "divisor_cm3_kg": "6000"},
    {"kg_from": "2", "base_usd": "2.5", "usd_kg": "8.2", "divisor_cm3_kg": "6000"},
]


def cards_of(
    rates: list[dict[str, str]],
    zones: list[dict[str, str]] | None = None,
    surcharges: list[dict[str, str]] | None = None,
    as_of: str = "2026-11-01",
) -> RateCards:
    tables = {
        "rate_cards": frame(RATE, rates),
        "rate_zones": frame(ZONE, zones or [{}]),
        "surcharges": frame(SURCHARGE, surcharges or []),
        "calendar": CALENDAR,
    }
    return cards_on(tables, date.fromisoformat(as_of))


def option(**cells: str) -> pd.DataFrame:
    usual = {"card": "regional", "service_id": "ground", "card_zone": "1", "card_state": "*",
             "country": "MX", "zone_class": "urban"}  # fmt: skip
    return pd.DataFrame([{**usual, **cells}])


def price(cards: RateCards, kg: float, m3: float = 1e-6, **cells: str) -> list[float]:
    """Return the price of one parcel in the periods normal and peak."""
    found = card_prices(cards, option(**cells), np.array([kg]), np.array([m3]))
    return [float(usd) for usd in found[0, 0]]


@pytest.mark.parametrize(
    ("kg", "m3", "zone", "usd"),
    [
        (0.2, 1e-6, "1", 6.0),
        (5.0, 1e-6, "1", 6.0),
        (5.01, 1e-6, "1", 6.42),  # a started kilogram is a whole one
        (7.0, 1e-6, "1", 6.84),
        (7.2, 1e-6, "1", 7.26),
        (60.0, 1e-6, "1", 6 + 55 * 0.42),
        (60.2, 1e-6, "1", np.inf),  # 61 kg are above the last break
        (1.0, 0.04, "1", 6 + 3 * 0.42),  # 40 l weigh 8 kg at a divisor of 5000
        (9.0, 0.04, "1", 6 + 4 * 0.42),  # its own weight is larger
        (0.2, 1e-6, "2", 8.5),  # the minimum
        (7.0, 1e-6, "2", 8 + 2 * 0.56),
    ],
)
def test_a_domestic_card_by_hand(kg: float, m3: float, zone: str, usd: float) -> None:
    found = price(cards_of(ESTAFETA), kg, m3, card_zone=zone)
    assert found == pytest.approx([usd, usd])


@pytest.mark.parametrize(
    ("kg", "m3", "usd"),
    [
        (0.2, 1e-6, 2.5 + 0.2 * 11),
        (0.3, 1e-6, 2.5 + 0.3 * 11),
        (0.31, 1e-6, 2.5 + 0.31 * 9.5),
        (0.5, 0.012, 2.5 + 2 * 9.5),  # 12 l weigh 2 kg at a divisor of 6000
        (3.0, 1e-6, 2.5 + 3 * 8.2),
    ],
)
def test_a_mail_line_pays_every_kilogram_at_the_rate_of_its_break(
    kg: float, m3: float, usd: float
) -> None:
    assert price(cards_of(LINE), kg, m3) == pytest.approx([usd, usd])


def test_weights_that_differ_by_rounding_of_floats_are_equal() -> None:
    steps = [{"kg_to": "0.3", "base_usd": "1", "round_up_kg": "0.1"},
             {"kg_from": "0.3", "base_usd": "9", "round_up_kg": "0.1"}]  # fmt: skip
    assert price(cards_of(steps), 0.1 + 0.2)[0] == 1.0
    assert price(cards_of(steps), 0.301)[0] == 9.0


def test_no_divisor_bills_weight_alone() -> None:
    flat = [{"usd_kg": "1", "base_usd": "0", "divisor_cm3_kg": "0"}]
    assert price(cards_of(flat), 2.0, 1.0)[0] == 2.0


@pytest.mark.parametrize(
    ("day", "usd"), [("2026-01-01", 2.0), ("2026-06-30", 2.0), ("2026-07-01", 3.0)]
)
def test_the_price_of_the_day_holds(day: str, usd: float) -> None:
    dated = [{"valid_to": "2026-06-30"}, {"valid_from": "2026-07-01", "base_usd": "3"}]
    assert price(cards_of(dated, as_of=day), 1.0)[0] == usd


def test_surcharges_add_up_by_share_parcel_and_kilogram() -> None:
    charges = [
        {"share": "0.08"},
        {"surcharge_id": "home", "surcharge": "residential", "usd_order": "0.9"},
        {"surcharge_id": "kilo", "surcharge": "demand", "usd_kg": "0.5"},
    ]
    cards = cards_of(ESTAFETA, surcharges=charges)
    assert price(cards, 6.4)[0] == pytest.approx(6.84 * 1.08 + 0.9 + 0.5 * 7)
    assert price(cards, 99.0) == [np.inf, np.inf]


@pytest.mark.parametrize(
    ("cells", "charged"),
    [
        ({"service_id": "ground"}, True),
        ({"service_id": "express"}, False),
        ({"zone_class": "urban"}, True),
        ({"zone_class": "rural"}, False),
        ({"to_state": "Jalisco"}, False),
        ({"country": "US"}, False),
        ({"card": "other"}, False),
        ({"valid_from": "2026-11-02"}, False),
        ({"valid_to": "2026-10-31"}, False),
    ],
)
def test_a_surcharge_is_charged_where_and_when_it_is_meant(
    cells: dict[str, str], charged: bool
) -> None:
    cards = cards_of([{}], surcharges=[{"usd_order": "1"} | cells])
    assert price(cards, 1.0)[0] == (3.0 if charged else 2.0)


def test_a_remote_state_pays_its_surcharge() -> None:
    cards = cards_of([{}], surcharges=[{"usd_order": "1", "to_state": "Chiapas"}])
    assert price(cards, 1.0, card_state="Chiapas")[0] == 3.0
    states = np.array(["Chiapas", "Jalisco"], object)
    assert destination_states(cards, "regional", "MX", states).tolist() == ["Chiapas", "*"]


def test_a_peak_is_paid_by_the_share_of_its_days_every_year() -> None:
    for first, last in (("2026-12-15", "2027-01-03"), ("2020-12-15", "2021-01-03")):
        peak = {"share": "0.5", "peak_from": first, "peak_to": last}
        normal, event = price(cards_of([{}], surcharges=[peak]), 1.0)
        assert normal == pytest.approx(2 * (1 + 0.5 * 15 / 355))  # 20 to 31 Dec, 1 to 3 Jan
        assert event == pytest.approx(2 * (1 + 0.5 * 5 / 10))


ZONES = [
    {"km_to": "300", "card_zone": "1"},
    {"km_from": "300", "km_to": "900", "card_zone": "2"},
    {"from_state": "Jalisco", "card_zone": "from"},
    {"to_state": "Chiapas", "km_to": "500", "card_zone": "to"},
    {"from_state": "Jalisco", "to_state": "Sonora", "card_zone": "pair"},
    {"card": "other", "card_zone": "other"},
    {"country": "US", "card_zone": "us"},
]


def zone_by_hand(start: str, goal: str, km: float) -> str:
    """Return the zone of `ZONES`, as a clerk would look it up."""
    if start == "Jalisco":
        return "pair" if goal == "Sonora" else "from"
    if goal == "Chiapas":
        return "to" if km <= 500 else ""
    return "1" if km <= 300 else "2" if km <= 900 else ""


def test_the_most_specific_pair_of_states_gives_the_zone() -> None:
    starts, goals = ["Jalisco", "Puebla", ""], ["Sonora", "Chiapas", "Durango", ""]
    cards = cards_of([{}], ZONES)
    for km in (0.0, 300.0, 300.5, 500.0, 501.0, 900.0, 901.0):
        found = lane_zones(
            cards,
            "regional",
            "MX",
            np.array(starts, object)[:, None],
            np.array(goals, object),
            np.full((3, 4), km),
        )
        assert found.tolist() == [[zone_by_hand(a, b, km) for b in goals] for a in starts]


@settings(max_examples=25)
@given(
    steps=st.lists(st.tuples(st.floats(0.2, 5), st.floats(0, 3), st.floats(0, 2)), min_size=1),
    rounding=st.sampled_from(["0", "0.5", "1"]),
    fuel=st.floats(0, 1),
)
def test_the_price_rises_with_the_weight_where_the_card_does(
    steps: list[tuple[float, float, float]], rounding: str, fuel: float
) -> None:
    """A card whose breaks begin at least at the price in which the one before ends."""
    rates, start, base = [], 0.0, 1.0
    for width, usd_kg, jump in steps:
        rates.append({"kg_from": str(start), "kg_to": str(start + width), "base_usd": str(base),
                      "usd_kg": str(usd_kg), "kg_included": str(start),
                      "round_up_kg": rounding})  # fmt: skip
        start, base = start + width, base + width * usd_kg + jump
    cards = cards_of(rates, surcharges=[{"share": str(fuel), "usd_kg": "0.1"}])
    weight = np.linspace(0.01, start, 80)
    usd = card_prices(cards, option(), weight, np.full(80, 1e-9))[0, :, 0]
    carried = usd[np.isfinite(usd)]
    assert (np.diff(carried) >= -1e-9).all()
    assert np.isfinite(usd[: len(carried)]).all()  # only the heaviest are not carried


def priced(problem: Problem) -> Economics:
    return economics(problem, measure(problem.network, problem.demand.zones))


def test_an_equal_card_has_the_options_prices_and_lanes_of_the_bands(toy: Folders) -> None:
    before = priced(toy.problem())
    equal_card(toy)
    after = priced(toy.problem())
    np.testing.assert_array_equal(after.value.total, before.value.total)
    np.testing.assert_array_equal(after.lanes.option, before.lanes.option)
    np.testing.assert_array_equal(after.day_usd, before.day_usd)


def test_a_lane_without_a_zone_is_not_served(toy: Folders) -> None:
    before = priced(toy.problem()).lanes
    write_card(toy, [{}, {"card_zone": "2", "base_usd": "4"}], [NEAR, FAR | {"km_to": "400"}])
    after = priced(toy.problem()).lanes
    kept = {(z, s) for z, s, km in zip(before.zone, before.site, before.km, strict=True)
            if s < 0 or km <= 400}  # fmt: skip
    assert set(zip(after.zone, after.site, strict=True)) == kept
    assert len(kept) < len(before)


def test_a_product_above_the_last_break_is_impossible_not_free(toy: Folders) -> None:
    write_card(toy, [{"kg_to": "2"}], [{}])  # 10 l weigh 2 kg
    toy.set("network/products.csv", 3, "weight_kg", "2.1")
    found = priced(toy.problem())
    local = (found.delivery_options.table["channel"] == "local").to_numpy()
    cost = found.value.total[local]
    assert np.isfinite(cost[:, 0]).all()
    assert (cost[:, 1] == np.inf).all()


def test_peak_factors_of_the_calendar_do_not_apply_to_a_card(toy: Folders) -> None:
    equal_card(toy)
    mail_card(toy, [{"base_usd": "3"}])
    channels = ("local", "direct_mail")  # what the border adds does follow the calendar
    before = priced(toy.problem(channels=channels)).value.parts
    toy.set("network/calendar.csv", 3, "last_mile_factor", "1.5")
    toy.set("network/calendar.csv", 3, "mail_factor", "1.5")
    after = priced(toy.problem(channels=channels)).value.parts
    for part in ("last_mile", "mail_freight"):
        np.testing.assert_array_equal(after[part], before[part])
        assert after[part].max() > 0


def test_what_the_border_adds_is_paid_besides_the_card(toy: Folders) -> None:
    equal_card(toy)
    toy.figure("cross_border_fee_usd", "3")
    found = priced(toy.problem())
    parts, table = found.value.parts["last_mile"], found.delivery_options.table
    per_order = parts / found.survival.units
    for zone, usd in (("1", 2.0), ("2", 4.0)):
        for channel, fee in (("local", 0.0), ("cross_border", 3.0)):
            row = (table["card_zone"] == zone) & (table["channel"] == channel)
            np.testing.assert_allclose(per_order[row.to_numpy()], usd + fee)


def test_mail_by_card_pays_the_break_of_its_weight(toy: Folders) -> None:
    mail_card(toy, LINE)
    toy.set("network/products.csv", 2, "volume_m3", "0.0012")
    found = priced(toy.problem())
    mail = (found.delivery_options.table["channel"] == "direct_mail").to_numpy()
    per_order = (found.value.parts["mail_freight"] / found.survival.units)[mail][0]
    np.testing.assert_allclose(per_order[0], 2.5 + 1.0 * 9.5)  # 1 kg, 1.2 l
    np.testing.assert_allclose(per_order[1], 2.5 + 10 / 6 * 9.5)  # 1 kg, 10 l


PAGE = Path(__file__).resolve().parents[3] / "docs" / "tutorials" / "rate_cards.md"


def tables_of_the_page(embedded: Problem) -> dict[str, pd.DataFrame]:
    """Return the tables of docs/tutorials/rate_cards.md, read as a network's are."""
    blocks = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    tables: dict[str, list[pd.DataFrame]] = {}
    for text in blocks:
        header = set(text.partition("\n")[0].split(","))
        (table,) = [
            one
            for one in (RATE_CARDS, RATE_ZONES, SURCHARGES, SERVICES)
            if header <= {column.name for column in one.columns}
        ]
        rows, faults = read_table(text.encode(), table.name, table)
        assert faults == []
        tables.setdefault(table.name, []).append(rows)
    found = {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}
    return found | {"calendar": embedded.network["calendar"]}


def test_the_worked_example_of_the_docs(embedded_problem: Problem) -> None:
    tables = tables_of_the_page(embedded_problem)
    assert [len(tables[name]) for name in ("rate_cards", "rate_zones", "surcharges")] == [9, 5, 5]
    cards = cards_on(tables, date(2026, 11, 15))
    goals = np.array(["Puebla", "Nuevo León", "Quintana Roo"], object)
    start = np.array(["Jalisco"] * 3, object)
    zones = lane_zones(cards, "carrier-2026", "MX", start, goals, np.array([650.0, 800.0, 1.0]))
    assert zones.tolist() == ["far", "near", "far"]
    december = embedded_problem.periods.index("dec")
    for zone, usd in (("far", 11.214), ("near", 8.806)):
        asked = option(card="carrier-2026", service_id="mx-ground", card_zone=zone)
        found = card_prices(cards, asked, np.array([3.2]), np.array([0.037]))
        assert found[0, 0, december] == pytest.approx(usd)
