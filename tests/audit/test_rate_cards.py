"""Prices by rate card are found a second time from the tables, and a wrong one is found out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.test_key_figures import Case, differences, some_decisions
from cards import RATE, SURCHARGE, ZONE, equal_card, frame, mail_card, write_card
from conftest import Folders
from fulfill.audit.delivery_options import delivery_options
from fulfill.audit.rate_cards import Cards, zone_at
from fulfill.audit.site_costs import day_of_delay
from fulfill.inputs.aggregation import merge_zones
from fulfill.inputs.problem import Problem
from fulfill.inputs.rate_cards import cards_on
from fulfill.model.economics import last_mile
from fulfill.model.economics.rate_cards import card_prices, lane_zones
from fulfill.study.optimize import optimize
from fulfill.study.verify import verify

pytestmark = pytest.mark.usefixtures("undrawn")

SEASONS = [("", ""), ("2026-10-01", "2027-01-15"), ("2028-02-29", "2028-12-12")]
CLASSES, STATES = ("any", "urban", "rural"), ("any", "A", "Jalisco")
PLACES = ("*", "A", "Sonora", "Jalisco")


def random_tables(seed: int) -> dict[str, pd.DataFrame]:
    """Return a card with random breaks, zones, dates and surcharges, without gaps or overlaps."""
    rng = np.random.default_rng(seed)
    rates, zones, charges = [], [], []
    units = {"divisor_cm3_kg": str(rng.choice([0, 5000, 6000])),
             "round_up_kg": str(rng.choice([0, 0.5, 1]))}  # fmt: skip
    for zone in ("1", "2", "3"):
        ends = np.sort(rng.choice(np.arange(1, 30), 3, replace=False)) / 2
        for start, end in zip([0.0, *ends[:-1]], ends, strict=True):
            figures = {name: f"{rng.uniform(0, 9):.3f}" for name in
                       ("base_usd", "usd_kg", "kg_included", "min_usd")}  # fmt: skip
            rates.append({"card_zone": zone, "kg_from": str(start), "kg_to": str(end)}
                         | figures | units)  # fmt: skip
    rates.append(rates[-1] | {"valid_from": "2020-01-01", "valid_to": "2025-12-31"})
    pairs = {(rng.choice(PLACES), rng.choice(PLACES)) for _ in range(5)}
    for start, goal in sorted(pairs):
        cut = str(rng.choice([100, 300, 400]))
        place = {"from_state": start, "to_state": goal}
        zones.append(place | {"km_to": cut, "card_zone": str(rng.integers(1, 4))})
        zones.append(place | {"km_from": cut, "km_to": rng.choice(["", "450"]),
                              "card_zone": str(rng.integers(1, 4))})  # fmt: skip
    for number in range(6):
        first, last = SEASONS[rng.integers(3)]
        charges.append({
            "surcharge_id": f"s{number}", "surcharge": f"s{number}", "peak_from": first,
            "peak_to": last, "zone_class": rng.choice(CLASSES), "to_state": rng.choice(STATES),
            "share": f"{rng.uniform(0, 1):.3f}", "usd_order": f"{rng.uniform(0, 2):.3f}",
            "usd_kg": f"{rng.uniform(0, 1):.3f}",
            "valid_to": rng.choice(["", "2026-10-31"]),
        })  # fmt: skip
    return {
        "rate_cards": frame(RATE, rates),
        "rate_zones": frame(ZONE, zones),
        "surcharges": frame(SURCHARGE, charges),
    }


def carded(problem: Problem, tables: dict[str, pd.DataFrame], service: str) -> Problem:
    """Return the problem with rate cards, and a service that is priced by them."""
    network = problem.network
    services = network["services"]
    here = services["service_id"] == service
    blank = services[["base_usd", "usd_kg"]].mask(here)
    by_card = services.assign(
        **blank,
        usd_100km=services["usd_100km"].mask(here, 0.0),
        card=np.where(here, "regional", ""),
    )
    for name, table in {**tables, "services": by_card}.items():
        network = network.with_table(name, table)
    return problem.with_(network=network)


@settings(max_examples=12)
@given(seed=st.integers(0, 100_000))
def test_both_readings_of_a_card_agree(seed: int, toy_problem: Problem) -> None:
    problem = carded(toy_problem, random_tables(seed), "ground")
    audited, priced = Cards.of(problem), cards_on(problem.network.tables, date(2026, 11, 1))
    rng = np.random.default_rng(seed)
    kg, m3 = rng.uniform(0.01, 15, 12), rng.uniform(1e-4, 0.05, 12)
    kg[:3] = (0.5, 1.0, 1.5)
    parcels = list(zip(kg, m3, strict=True))
    table = delivery_options(problem).table
    table = table[table["card"] != ""].reset_index(drop=True)
    expected = [audited.prices(option, parcels) for option in table.to_dict("records")]
    found = card_prices(priced, table, kg, m3)
    np.testing.assert_allclose(found, np.array(expected).reshape(found.shape), rtol=1e-12)
    km = rng.choice([0.0, 100.0, 100.1, 300.0, 399.0, 450.0, 451.0], 4)
    starts, goals = np.array([*PLACES[1:], ""], object), np.array([*PLACES[1:], "Colima"], object)
    zones = lane_zones(priced, "regional", "MX", starts, goals, km)
    for start, goal, far, zone in zip(starts, goals, km, zones, strict=True):
        assert zone == zone_at(audited.bands("regional", "MX", start, goal), far)


@pytest.fixture
def lively(toy: Folders) -> Folders:
    """The toy with a card by state and distance, a mail card, and surcharges of every kind."""
    toy.set("demand/zones.csv", 4, "state", "B")
    toy.set("network/carriers.csv", 2, "state", "*")
    write_card(
        toy,
        [
            {"kg_to": "1", "base_usd": "1.9", "divisor_cm3_kg": "10000", "round_up_kg": "0.5"},
            {"kg_from": "1", "base_usd": "1.5", "usd_kg": "0.45", "divisor_cm3_kg": "10000",
             "round_up_kg": "0.5"},
            {"card_zone": "2", "base_usd": "3.5", "usd_kg": "0.2", "min_usd": "3.95",
             "divisor_cm3_kg": "10000", "round_up_kg": "0.5"},
        ],
        [{"km_to": "300"}, {"km_from": "300", "card_zone": "2"},
         {"from_state": "B", "to_state": "B", "km_to": "60"}],
        [
            {"share": "0.12", "valid_to": "2026-12-31"},
            {"surcharge_id": "fuel 2027", "share": "0.1", "valid_from": "2027-01-01"},
            {"surcharge_id": "peak", "surcharge": "peak", "usd_order": "0.35",
             "peak_from": "2026-12-05", "peak_to": "2026-12-14"},
            {"surcharge_id": "remote", "surcharge": "remote", "usd_kg": "0.3", "to_state": "B"},
            {"surcharge_id": "line", "surcharge": "fuel", "card": "line", "share": "0.05"},
        ],
    )  # fmt: skip
    mail_card(toy, [{"kg_to": "1.5", "base_usd": "3", "usd_kg": "4"},
                    {"kg_from": "1.5", "base_usd": "3", "usd_kg": "3.2"}])  # fmt: skip
    toy.set("network/products.csv", 3, "weight_kg", "1.4")
    toy.set("network/bands.csv", 3, "delay_days", "2")
    for name, value in (("cancel_h0", "0.005"), ("conversion_eta", "0.02")):
        toy.figure(name, value)
    return toy


def test_key_figures_agree_on_any_decisions(lively: Folders) -> None:
    case = Case.of(lively.problem())
    table = case.economics.delivery_options.table
    local = table[table["channel"] == "local"]
    assert set(local["card_state"]) == {"B", "*"}
    assert set(local["card_zone"]) == {"1", "2"}
    for seed in range(5):
        plan = some_decisions(case.instance, seed)
        apart = differences(case.described(plan), case.again(plan))
        assert not {name: x for name, x in apart.items() if x > 1e-9}


def test_a_day_of_delay_costs_the_same_in_both_readings(lively: Folders) -> None:
    case = Case.of(lively.problem())
    again = day_of_delay(case.problem)
    assert again["MX"] > 0
    for country, usd in zip(case.economics.countries, case.economics.day_usd, strict=True):
        assert again[country] == pytest.approx(usd, rel=1e-9)


def test_key_figures_agree_on_the_embedded_network_with_a_card(embedded_problem: Problem) -> None:
    far = ("150", "300", "600", "1000", "1600")
    bands = zip(("0", *far), (*far, ""), "123456", strict=True)
    zones = [{"km_from": a, "km_to": b, "card_zone": zone} for a, b, zone in bands]
    zones.append({"from_state": "Jalisco", "to_state": "Nuevo León", "card_zone": "2"})
    rates = [
        {
            "card_zone": zone,
            "service_id": "mx-ground",
            "base_usd": str(2 + 0.5 * int(zone)),
            "usd_kg": "0.4",
            "kg_included": "1",
            "round_up_kg": "1",
        }
        for zone in "123456"
    ]
    charges = [{"share": "0.12"},
               {"surcharge_id": "remote", "surcharge": "remote", "zone_class": "rural",
                "to_state": "Chiapas", "usd_order": "2"},
               {"surcharge_id": "peak", "surcharge": "peak", "share": "0.3",
                "peak_from": "2026-11-10", "peak_to": "2027-01-08"}]  # fmt: skip
    tables = {"rate_cards": frame(RATE, rates), "rate_zones": frame(ZONE, zones),
              "surcharges": frame(SURCHARGE, charges)}  # fmt: skip
    case = Case.of(merge_zones(carded(embedded_problem, tables, "mx-ground"), 60).problem)
    plan = some_decisions(case.instance, 1, n_flows=2000)
    used = case.economics.delivery_options.table["card_zone"].to_numpy()
    assert set(used[case.instance.lane_option[plan.lane]]) >= set("123456")
    apart = differences(case.described(plan), case.again(plan))
    assert not {name: x for name, x in apart.items() if x > 1e-9}


def test_a_plan_at_a_cheaper_card_than_its_tables_is_found_out(
    lively: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert optimize(lively.study()).audit.clean
    honest = last_mile.card_prices
    monkeypatch.setattr(last_mile, "card_prices", lambda *given: 0.9 * honest(*given))
    run = optimize(lively.study())
    assert not run.audit.clean
    assert any("landed_cost_usd_per_order" in fault for fault in run.audit.faults)


def test_a_plan_in_another_zone_than_its_card_says_is_found_out(
    toy: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.set("demand/zones.csv", 4, "state", "B")
    toy.set("network/carriers.csv", 2, "state", "*")
    prices = [{}, {"card_zone": "2", "base_usd": "9"}]
    write_card(toy, prices, [{}, {"to_state": "B", "card_zone": "2"}])
    study = toy.study(channels=("local",))
    assert optimize(study).audit.clean
    monkeypatch.setattr(
        last_mile, "lane_zones", lambda *given: np.full_like(lane_zones(*given), "1")
    )
    assert not optimize(study).audit.clean


def test_a_run_whose_card_was_changed_is_found_out(lively: Folders) -> None:
    run = optimize(lively.study())
    folder = lively.root / "run"
    run.save(folder)
    assert not list(verify(folder).faults)
    file = folder / "inputs" / "network" / "rate_cards.csv"
    file.write_text(file.read_text().replace("1.9", "1.8"))
    assert list(verify(folder).faults)


def test_an_equal_card_costs_the_same_plan_to_the_cent(toy: Folders) -> None:
    before = optimize(toy.study())
    equal_card(toy)
    mail_card(toy, [{"base_usd": "3", "usd_kg": "6", "divisor_cm3_kg": "0"}])
    after = optimize(toy.study())
    assert after.outcome.objective == before.outcome.objective == pytest.approx(33350.50)
    assert after.audit.clean
    pd.testing.assert_frame_equal(after.plan.costs, before.plan.costs)


def test_a_dearer_card_never_makes_the_plan_cheaper(toy: Folders) -> None:
    equal_card(toy)
    cost = []
    for fuel in ("0", "0.1", "0.3"):
        equal_card(toy, [{"share": fuel}])
        cost.append(optimize(toy.study(gap=0.0)).outcome.objective)
    assert cost[0] < cost[1] < cost[2]


def test_the_audit_reads_the_rows_of_the_as_of_date(lively: Folders) -> None:
    for day, share in ((date(2026, 12, 31), 0.12), (date(2027, 1, 1), 0.1)):
        problem = lively.problem(as_of=day)
        fuel = [row["share"] for row in Cards.of(problem).surcharges if row["card"] == "regional"
                and row["surcharge"] == "fuel"]  # fmt: skip
        assert fuel == [share]
        case = Case.of(problem)
        plan = some_decisions(case.instance, 3)
        apart = differences(case.described(plan), case.again(plan))
        assert not {name: x for name, x in apart.items() if x > 1e-9}
