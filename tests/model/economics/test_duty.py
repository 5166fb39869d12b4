"""The tax side of the comparison: break-evens, border taxes, value bases, to the published digits."""

from __future__ import annotations

import numpy as np
import pytest

from fulfill.model.economics.duty import (
    break_even_value_ratio,
    courier_tax,
    courier_value,
    formal_duty,
    import_vat,
)

COURIER, VAT, FEE = 0.335, 0.16, 0.008


@pytest.mark.parametrize(
    ("duty", "net_price", "all_in"),
    [
        (0.35, 0.489, 0.366),
        (0.30, 0.568, 0.426),
        (0.25, 0.678, 0.508),
        (0.20, 0.841, 0.630),
        (0.15, 1.108, 0.830),
    ],
)
def test_both_break_even_rows(duty: float, net_price: float, all_in: float) -> None:
    assert round(break_even_value_ratio(COURIER, VAT, duty, FEE), 3) == net_price
    assert round(break_even_value_ratio(COURIER, VAT, duty, FEE, "all_in_price"), 3) == all_in


@pytest.mark.parametrize("base", ["net_price", "all_in_price", "price"])
@pytest.mark.parametrize("duty", [0.1, 0.2, 0.35])
def test_at_the_break_even_both_ways_leave_the_same(base: str, duty: float) -> None:
    price = 116.0
    ratio = break_even_value_ratio(COURIER, VAT, duty, FEE, base)
    mailed = price - courier_tax(courier_value(price, base, VAT, COURIER), COURIER)
    local = price / (1 + VAT) - formal_duty(ratio * price / (1 + VAT), duty, FEE)
    assert mailed == pytest.approx(local)


def test_below_16_7_percent_the_warehouse_always_pays_less() -> None:
    assert break_even_value_ratio(COURIER, VAT, 0.167, FEE) == pytest.approx(1.0)
    assert break_even_value_ratio(COURIER, VAT, 0.0, 0.0) == np.inf


@pytest.mark.parametrize(
    ("duty", "all_taxes", "cost"),
    [
        (0.0, 16.9, 0.8),
        (0.10, 28.5, 10.8),
        (0.15, 34.3, 15.8),
        (0.20, 40.1, 20.8),
        (0.25, 45.9, 25.8),
        (0.30, 51.7, 30.8),
        (0.35, 57.5, 35.8),
        (0.36, 58.7, 36.8),
        (0.50, 74.9, 50.8),
    ],
)
def test_border_tax_by_duty_rate(duty: float, all_taxes: float, cost: float) -> None:
    duties = formal_duty(100.0, duty, FEE)
    assert round(float(duties), 1) == cost
    assert round(float(duties + import_vat(100.0, duties, VAT)), 1) == all_taxes


def test_on_one_base_the_ways_meet_at_14_29_percent() -> None:
    duties = formal_duty(1.0, 0.1429, FEE)
    assert float(duties + import_vat(1.0, duties, VAT)) == pytest.approx(COURIER, abs=1e-4)


def test_customs_value_by_base() -> None:
    assert courier_value(116, "net_price", 0.16, 0.335) == pytest.approx(100)
    assert courier_value(133.5, "all_in_price", 0.16, 0.335) == pytest.approx(100)
    assert courier_value(100, "price", 0.16, 0.335) == 100
    np.testing.assert_allclose(courier_value([0.0, 58.0], "net_price", 0.16, 0.335), [0, 50])
    for function in (
        lambda: courier_value(1, "cif", 0, 0),
        lambda: break_even_value_ratio(0.3, 0.1, 0.1, 0, "cif"),
    ):
        with pytest.raises(ValueError, match="'cif' is not one of"):
            function()


def test_a_parcel_pays_its_fixed_fee_too() -> None:
    assert courier_tax(100, 0.36, 2.0) == 38.0
    np.testing.assert_allclose(courier_tax([80, 160], [0.335, 0.19]), [26.80, 30.40])
