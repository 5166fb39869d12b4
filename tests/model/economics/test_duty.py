"""The tax side of the comparison: break-evens and border taxes, to the published digits."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import Folders
from fulfill.inputs.problem import Problem
from fulfill.inputs.tariffs import courier_value
from fulfill.model.economics.duty import (
    BorderPassage,
    FormalEntry,
    break_even_value_ratio,
    courier_tax,
    courier_taxes,
    formal_duty,
    formal_entry_taxes,
    import_vat,
)
from fulfill.model.economics.freight import FreightCost
from fulfill.model.economics.inventory import HoldingRates

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


def test_an_unknown_value_base_has_no_break_even() -> None:
    with pytest.raises(ValueError, match="'cif' is not one of"):
        break_even_value_ratio(0.3, 0.1, 0.1, 0, "cif")


def test_a_parcel_pays_its_fixed_fee_too() -> None:
    assert courier_tax(100, 0.36, 2.0) == 38.0
    np.testing.assert_allclose(courier_tax([80, 160], [0.335, 0.19]), [26.80, 30.40])


def test_a_product_dearer_than_courier_entry_admits_is_closed_to_it(toy: Folders) -> None:
    toy.set("network/products.csv", 2, "price_usd", "3000")
    problem = toy.problem()
    taxes = courier_taxes(problem.regime, "MX", "CN", problem.network["products"], "net_price", VAT)
    assert taxes[0] == np.inf
    assert taxes[1] == pytest.approx(0.335 * 20)


def test_goods_without_any_rule_cannot_be_entered(toy_problem: Problem) -> None:
    network = toy_problem.network
    none = np.zeros((1, 2, 1))
    taxes = formal_entry_taxes(
        toy_problem.regime,
        # the toy has no rule for goods into the US
        BorderPassage(*(np.array([name], object) for name in ("CN", "CN", "US", "sea"))),
        FreightCost(none, none),
        network["products"],
        network["countries"].assign(country="US"),
        FormalEntry(entry_value_usd=10_000.0, insurance_rate=0.0),
        HoldingRates(goods=0.0, capital=0.0, vat_credit_days=0.0),
    )
    assert np.isinf(taxes.duty).all()
    assert np.isfinite(taxes.import_vat).all()
