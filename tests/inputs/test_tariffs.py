"""Which tariff row answers: precedence, bands, dates, and worked examples."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from fulfill.inputs.columns import ROW
from fulfill.inputs.problem import Problem
from fulfill.inputs.schema import ENTRY_FEES
from fulfill.inputs.tables import empty
from fulfill.inputs.tariffs import (
    Duty,
    Regime,
    courier_entry,
    courier_value,
    overlap_faults,
)
from fulfill.inputs.tariffs import regime_on as regime_with_fees_on


def regime_on(frame: pd.DataFrame, day: date) -> Regime:
    """Return the rules of a day without any row of entry_fees.csv; see `test_entry_fees`."""
    return regime_with_fees_on(frame, empty(ENTRY_FEES), day)


def rows(*changes: dict[str, object]) -> pd.DataFrame:
    """Return tariff rows: a general one of 10 % with the given changes, named r0, r1, ..."""
    plain = {
        "destination": "MX",
        "entry_kind": "courier",
        "origin_group": "any",
        "tariff_class": "any",
        "value_from_usd": 0.0,
        "value_to_usd": np.nan,
        "valid_from": "2024-01-01",
        "valid_to": None,
        "rate": 0.1,
        "base": "courier_value",
        "fee_rate": 0.0,
        "fee_min_usd": 0.0,
        "fee_max_usd": np.nan,
        "fixed_usd": 0.0,
    }
    frame = pd.DataFrame(
        [{"rule_id": f"r{i}", **plain, **change, ROW: i + 2} for i, change in enumerate(changes)]
    )
    days = {
        name: pd.to_datetime(frame[name], format="%Y-%m-%d") for name in ("valid_from", "valid_to")
    }
    return frame.assign(**days)


def found(
    frame: pd.DataFrame,
    value: float,
    group: str = "CN",
    kind: str = "apparel",
    day: date = date(2026, 1, 1),
) -> str | None:
    rule = regime_on(frame, day).find("MX", "courier", group, kind, value)
    return rule and rule.rule_id


def test_a_named_origin_beats_any_even_against_a_named_class() -> None:
    frame = rows(
        {},
        {"tariff_class": "apparel"},
        {"origin_group": "CN"},
        {"origin_group": "CN", "tariff_class": "apparel"},
    )
    assert found(frame, 10) == "r3"
    assert found(frame.iloc[:3], 10) == "r2"
    assert found(frame.iloc[:2], 10) == "r1"
    assert found(frame.iloc[:1], 10) == "r0"
    assert found(frame, 10, kind="toys") == "r2"
    assert found(frame, 10, group="USMCA") == "r1"
    assert found(frame, 10, group="USMCA", kind="toys") == "r0"
    assert found(frame.iloc[::-1], 10) == "r3", "the order of the rows must not matter"


def test_rows_of_another_group_class_country_or_entry_never_answer() -> None:
    for change in (
        {"origin_group": "USMCA"},
        {"tariff_class": "toys"},
        {"destination": "US"},
        {"entry_kind": "formal"},
    ):
        assert found(rows(change), 10) is None


def test_value_bands_exclude_their_lower_and_include_their_upper_end() -> None:
    frame = rows(
        {"value_to_usd": 50.0},
        {"value_from_usd": 50.0, "value_to_usd": 117.0},
        {"value_from_usd": 117.0},
    )
    expected = {
        0.0: "r0",
        0.01: "r0",
        50.0: "r0",
        50.01: "r1",
        117.0: "r1",
        117.01: "r2",
        1e6: "r2",
    }
    assert {value: found(frame, value) for value in expected} == expected
    assert found(frame.iloc[1:], 50.0) is None
    assert found(frame.iloc[:1], 50.01) is None
    assert overlap_faults(frame) == []


def test_dates_are_inclusive() -> None:
    frame = rows(
        {"valid_from": "2025-01-01", "valid_to": "2025-08-14"}, {"valid_from": "2025-08-15"}
    )
    expected = {
        date(2024, 12, 31): None,
        date(2025, 1, 1): "r0",
        date(2025, 8, 14): "r0",
        date(2025, 8, 15): "r1",
        date(2099, 1, 1): "r1",
    }
    assert {day: found(frame, 10, day=day) for day in expected} == expected
    assert overlap_faults(frame) == []


@pytest.mark.parametrize(
    ("change", "clash"),
    [
        ({}, True),
        ({"valid_from": "2024-06-30"}, True),
        ({"valid_from": "2024-07-01"}, False),
        ({"value_from_usd": 99.99}, True),
        ({"value_from_usd": 100.0}, False),
        ({"origin_group": "CN"}, False),
        ({"tariff_class": "toys"}, False),
        ({"destination": "US"}, False),
        ({"entry_kind": "formal"}, False),
    ],
)
def test_only_equal_specificity_on_a_common_day_and_value_overlaps(
    change: dict[str, object], clash: bool
) -> None:
    frame = rows({"valid_to": "2024-06-30", "value_to_usd": 100.0}, change)
    assert [(fault.code, fault.row) for fault in overlap_faults(frame)] == (
        [("F303", 3)] if clash else []
    )


def test_highest_is_the_cap_of_courier_entry() -> None:
    regime = regime_on(
        rows({"value_to_usd": 50.0}, {"value_from_usd": 50.0, "value_to_usd": 2500.0}),
        date(2026, 1, 1),
    )
    assert regime.highest("MX", "courier", "CN") == 2500
    assert regime.highest("US", "courier", "CN") == 0
    assert regime_on(rows({}), date(2026, 1, 1)).highest("MX", "courier", "CN") == np.inf


def test_the_fee_of_a_row_is_on_its_own_base_and_for_every_mode() -> None:
    frame = rows({"entry_kind": "formal", "base": "cif", "fee_rate": 0.008, "fee_max_usd": 40.0})
    rule = regime_on(frame, date(2026, 1, 1)).find("MX", "formal", "CN", "apparel", 14.0)
    assert rule is not None
    for mode in ("sea", "air", "road"):
        assert rule.fee_share("cif", 1_000.0, mode) == pytest.approx(0.008)
        assert rule.fee_share("cif", 10_000.0, mode) == pytest.approx(0.004)
        assert rule.fee_share("fob", 10_000.0, mode) == 0


@pytest.fixture(scope="module")
def tariffs(embedded_problem: Problem) -> pd.DataFrame:
    """The embedded rules of 2024 to 2026."""
    return embedded_problem.network["tariffs"]


def courier(
    tariffs: pd.DataFrame, day: str, country: str, group: str, value: float, kind: str = "apparel"
) -> Duty:
    rule = regime_on(tariffs, date.fromisoformat(day)).find(country, "courier", group, kind, value)
    assert rule is not None
    return rule


@pytest.mark.parametrize(
    ("group", "value", "tax"),
    [
        ("CN", 80, 26.80),
        ("USMCA", 90, 15.30),
        ("USMCA", 160, 30.40),
        ("USMCA", 50, 0.00),
        ("USMCA", 20, 0.00),
        ("USMCA", 117, 19.89),
    ],
)
def test_worked_examples_of_the_fact_sheet_to_the_cent(
    tariffs: pd.DataFrame, group: str, value: float, tax: float
) -> None:
    rule = courier(tariffs, "2025-08-15", "MX", group, value)
    assert round(rule.rate * value + rule.fixed_usd, 2) == tax


@pytest.mark.parametrize(
    ("day", "country", "value", "kind", "rate"),
    [
        ("2024-06-01", "MX", 50, "apparel", 0.0),
        ("2024-06-01", "MX", 50.01, "apparel", 0.19),
        ("2024-06-01", "MX", 1200, "apparel", 0.20),
        ("2025-03-01", "MX", 10, "apparel", 0.19),
        ("2025-08-14", "MX", 10, "apparel", 0.19),
        ("2025-08-15", "MX", 10, "apparel", 0.335),
        ("2025-10-01", "MX", 10, "apparel", 0.335),
        ("2026-11-01", "MX", 2500, "apparel", 0.335),
        ("2024-06-01", "US", 800, "electronics", 0.0),
        ("2025-03-01", "US", 40, "electronics", 0.0),
        ("2025-05-01", "US", 40, "electronics", 0.0),
        ("2025-10-01", "US", 40, "electronics", 0.36764),
        ("2026-11-01", "US", 40, "electronics", 0.21214),
    ],
)
def test_courier_regimes_by_date(
    tariffs: pd.DataFrame, day: str, country: str, value: float, kind: str, rate: float
) -> None:
    assert courier(tariffs, day, country, "CN", value, kind).rate == pytest.approx(rate)


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        ("2024-04-22", 0.20),
        ("2024-06-01", 0.25),
        ("2025-03-01", 0.35),
        ("2025-10-01", 0.35),
        ("2026-11-01", 0.332),
    ],
)
def test_formal_duty_on_apparel_by_date(tariffs: pd.DataFrame, day: str, rate: float) -> None:
    rule = regime_on(tariffs, date.fromisoformat(day)).find("MX", "formal", "CN", "apparel", 14.0)
    assert rule is not None
    assert (rule.rate, rule.base) == (rate, "cif")
    assert rule.fee_share("cif", 10_000.0, "sea") == pytest.approx(0.008)


def test_courier_entry_ends_at_its_cap(tariffs: pd.DataFrame) -> None:
    assert (
        regime_on(tariffs, date(2026, 11, 1)).find("MX", "courier", "CN", "apparel", 2500.01)
        is None
    )


def test_goods_of_the_treaty_are_free(tariffs: pd.DataFrame) -> None:
    regime: Regime = regime_on(tariffs, date(2026, 11, 1))
    for country in ("MX", "US"):
        rule = regime.find(country, "preferential", "USMCA", "apparel", 14.0)
        assert rule is not None
        assert rule.rate == rule.fee_share(rule.base, 10_000.0, "road") == 0


def test_every_product_has_one_answer_on_every_date_of_the_time_line(
    embedded_problem: Problem, tariffs: pd.DataFrame
) -> None:
    assert overlap_faults(tariffs) == []
    for day in ("2024-06-01", "2025-03-01", "2025-10-01", "2026-11-01"):
        regime = regime_on(tariffs, date.fromisoformat(day))
        for product in embedded_problem.network["products"].itertuples(index=False):
            for country in ("MX", "US"):
                assert regime.find(
                    country, "formal", "CN", product.tariff_class, product.transfer_value_usd
                )
                assert regime.find(
                    country, "courier", "CN", product.tariff_class, product.price_usd
                )


def test_customs_value_of_a_parcel_by_base() -> None:
    assert courier_value(116, "net_price", 0.16, 0.335) == pytest.approx(100)
    assert courier_value(133.5, "all_in_price", 0.16, 0.335) == pytest.approx(100)
    assert courier_value(100, "price", 0.16, 0.335) == 100
    with pytest.raises(ValueError, match="'cif' is not one of"):
        courier_value(1, "cif", 0, 0)


def test_the_band_of_an_all_in_price_is_that_of_the_value_declared() -> None:
    bands = regime_on(
        rows({"value_to_usd": 100.0, "rate": 0.1}, {"value_from_usd": 100.0, "rate": 0.5}),
        date(2025, 1, 1),
    )
    entry = courier_entry(bands, "MX", "CN", "apparel", 120.0, "all_in_price", 0.16)
    assert entry.value == pytest.approx(80)  # the band of 120 first: 120 / 1.5
    assert entry.rule is not None
    assert entry.rule.rate == 0.1
    plain = courier_entry(bands, "MX", "CN", "apparel", 120.0, "price", 0.16)
    assert plain.value == 120
    assert plain.rule is not None
    assert plain.rule.rate == 0.5


def test_a_parcel_between_two_bands_has_no_rule() -> None:
    gap = regime_on(
        rows({"value_to_usd": 50.0, "rate": 0.1}, {"value_from_usd": 100.0, "rate": 0.5}),
        date(2025, 1, 1),
    )
    assert courier_entry(gap, "MX", "CN", "apparel", 75.0, "price", 0.16).rule is None
    declared = courier_entry(gap, "MX", "CN", "apparel", 120.0, "all_in_price", 0.16)
    assert declared.value == pytest.approx(80)
    assert declared.rule is None
