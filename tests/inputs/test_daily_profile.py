"""Orders by day of the week: every day once, a week with orders, and delays given once."""

from __future__ import annotations

import pytest

from conftest import Folders
from fulfill.inputs.daily_profile import weekday_weights

FILE = "network/daily_profile.csv"
HEADER = "weekday,weight,source,source_date,status,range\n"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def rows(*weights: float) -> str:
    days = zip(DAYS, weights, strict=False)
    return HEADER + "".join(f"{day},{weight:g},made up,,estimate,\n" for day, weight in days)


def test_weights_have_a_mean_of_one(toy: Folders) -> None:
    assert weekday_weights(toy.problem().network["daily_profile"]) is None
    toy.write(FILE, rows(3, 2, 2, 2, 2, 2, 1))
    weights = weekday_weights(toy.problem().network["daily_profile"])
    assert weights is not None
    assert weights.tolist() == pytest.approx([1.5, 1, 1, 1, 1, 1, 0.5])


def test_every_missing_day_is_named(toy: Folders) -> None:
    toy.write(FILE, rows(3, 2, 2, 2, 2))
    found = [(fault.code, fault.column, fault.value) for fault in toy.faults()]
    assert found == [("F533", "weekday", "Saturday"), ("F533", "weekday", "Sunday")]


def test_a_week_has_orders(toy: Folders) -> None:
    toy.write(FILE, rows(*[0.0] * 7))
    assert [(fault.code, fault.row, fault.column) for fault in toy.faults()] == [
        ("F534", 2, "weight")
    ]


def test_a_delay_that_is_not_used_is_told(toy: Folders) -> None:
    toy.set("network/bands.csv", 3, "delay_days", "2")
    assert "W533" not in [fault.code for fault in toy.faults()]
    toy.write(FILE, rows(*[1.0] * 7))
    found = [(fault.code, fault.row, fault.value) for fault in toy.faults() if fault.code == "W533"]
    assert found == [("W533", 3, "2")]
