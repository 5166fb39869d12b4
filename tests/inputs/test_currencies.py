"""Amounts in pesos and yuan are converted to the cent, and an amount without a rate is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Folders
from fulfill.inputs.columns import USD
from fulfill.inputs.currencies import rates_on, result_rate, result_warnings, used_rates
from fulfill.inputs.faults import InputError
from fulfill.inputs.network import read_network
from fulfill.inputs.overrides import override_tables, parse_override
from fulfill.inputs.schema import NETWORK_TABLES
from fulfill.study.study import load

RATES = """date,currency,units_per_usd,source,source_date,status
2026-08-31,MXN,20,made up,,estimate
2026-10-30,MXN,18.5,made up,,estimate
2026-12-31,MXN,10,made up,,estimate
2026-10-30,CNY,7,made up,,estimate
"""
SIZES, SITES = "network/site_sizes.csv", "network/sites.csv"


@pytest.fixture
def priced(toy: Folders) -> Folders:
    """The toy with exchange rates: pesos at 18.5 on its as-of date, 2026-11-01."""
    toy.write("network/exchange_rates.csv", RATES)
    return toy


def test_every_table_with_amounts_has_a_currency() -> None:
    for table in NETWORK_TABLES:
        money = [column.name for column in table.columns if column.is_money]
        has = "currency" in [column.name for column in table.columns]
        if table.name == "exchange_rates":
            assert not money
            continue
        assert has == (bool(money) or table.name == "parameters"), table.name


def test_amounts_in_pesos_become_dollars_to_the_cent(priced: Folders) -> None:
    priced.set(SIZES, 2, "opening_usd", "92500")  # 5,000 USD at 18.5
    priced.set(SIZES, 2, "currency", "MXN")
    priced.set(SITES, 2, "rent_usd_m2_month", "92.5")
    priced.set(SITES, 2, "labour_usd_hour", "111")
    priced.set(SITES, 2, "currency", "MXN")
    network = priced.problem().network
    size, site = network["site_sizes"].iloc[0], network["sites"].iloc[0]
    assert size["opening_usd"] == pytest.approx(5000.00, abs=0.005)
    assert (size["area_m2"], size["orders_day"]) == (100, 10)  # no amounts
    assert site["rent_usd_m2_month"] == pytest.approx(5.00, abs=0.005)
    assert site["labour_usd_hour"] == pytest.approx(6.00, abs=0.005)
    assert network["sites"].iloc[1]["rent_usd_m2_month"] == 5  # the row below is in USD
    assert set(network["sites"]["currency"]) == {USD}
    assert network.written["sites"]["rent_usd_m2_month"].iloc[0] == 92.5


def test_a_plan_from_equal_amounts_in_pesos_costs_the_same(priced: Folders) -> None:
    before = load(str(priced.network), str(priced.demand)).optimize().outcome.objective
    priced.set(SIZES, 2, "opening_usd", "92500")
    priced.set(SIZES, 2, "currency", "MXN")
    run = load(str(priced.network), str(priced.demand)).optimize()
    assert run.outcome.objective == pytest.approx(before, abs=0.005)
    assert before == pytest.approx(33350.50, abs=0.005)
    assert run.audit.clean


def test_a_parameter_in_pesos_is_converted_and_a_share_is_not(priced: Folders) -> None:
    file = "network/parameters.csv"
    row = (
        priced.text(file)
        .splitlines()
        .index(
            next(
                line
                for line in priced.text(file).splitlines()
                if line.startswith("reverse_usd_mail")
            )
        )
    )
    priced.set(file, row + 1, "value", "37")
    priced.set(file, row + 1, "currency", "MXN")
    assert priced.problem().network.parameters["reverse_usd_mail"] == pytest.approx(2.0)
    priced.set(file, 2, "currency", "MXN")  # capital_rate
    faults = [(fault.code, fault.row, fault.column) for fault in priced.faults()]
    assert ("F214", 2, "currency") in faults


def test_the_newest_rate_up_to_the_as_of_date_holds(priced: Folders) -> None:
    table = read_network(priced.network)["exchange_rates"]
    assert rates_on(table, date(2026, 11, 1))["MXN"].units_per_usd == 18.5
    assert rates_on(table, date(2026, 10, 29))["MXN"].units_per_usd == 20
    assert rates_on(table, date(2026, 12, 31))["MXN"].units_per_usd == 10
    assert rates_on(table, date(2026, 1, 1)) == {}


@pytest.mark.parametrize("currency", ["EUR", "mxn", "MXP"])
def test_a_currency_without_a_rate_is_refused(priced: Folders, currency: str) -> None:
    priced.set(SIZES, 2, "currency", currency)
    found = [fault for fault in priced.faults() if fault.code == "F323"]
    assert [(fault.file, fault.row, fault.value) for fault in found] == [(SIZES, 2, currency)]
    assert "2026-11-01" in found[0].detail


def test_an_old_rate_is_warned_of_only_where_it_is_used(priced: Folders) -> None:
    old = RATES.replace("2026-10-30,MXN", "2026-07-31,MXN")
    priced.write("network/exchange_rates.csv", old.replace("2026-08-31", "2026-06-30"))
    assert not [one for one in priced.problem().warnings if one.code == "W323"]
    priced.set(SIZES, 2, "currency", "MXN")
    warnings = [one for one in priced.problem().warnings if one.code == "W323"]
    assert len(warnings) == 1
    assert "93 days before 2026-11-01" in warnings[0].detail


def test_the_rates_in_use_are_told(priced: Folders) -> None:
    assert used_rates(read_network(priced.network).written, date(2026, 11, 1)) == []
    priced.set(SIZES, 2, "currency", "MXN")
    told = used_rates(read_network(priced.network).written, date(2026, 11, 1))
    assert [str(rate) for rate in told] == ["18.5 MXN per USD of 2026-10-30"]


def test_overrides_are_in_the_currency_of_the_row_and_rates_can_be_overridden(
    priced: Folders,
) -> None:
    priced.set(SIZES, 2, "opening_usd", "92500")
    priced.set(SIZES, 2, "currency", "MXN")
    study = load(str(priced.network), str(priced.demand))
    tables = study.provenance.network, study.provenance.demand

    def opening(*texts: str) -> float:
        network, _ = override_tables(*tables, [parse_override(text) for text in texts])
        return float(network["site_sizes"]["opening_usd"].iloc[0])

    amount = "network/site_sizes[own,S].opening_usd=185000"
    rate = "network/exchange_rates[2026-10-30,MXN].units_per_usd=9.25"
    assert opening(amount) == pytest.approx(10_000)
    assert opening(rate) == pytest.approx(10_000)
    assert opening(amount, rate) == pytest.approx(20_000)
    assert opening("network/site_sizes[own,S].currency=USD") == 92_500


def test_an_unusual_amount_is_judged_in_dollars(priced: Folders) -> None:
    priced.set(SITES, 2, "rent_usd_m2_month", "180")  # above 100, which is the usual range in USD
    assert [one.row for one in priced.problem().warnings if one.code == "W321"] == [2]
    priced.set(SITES, 2, "currency", "MXN")
    assert not [one for one in priced.problem().warnings if one.code == "W321"]


@given(
    units=st.floats(0.01, 10_000, allow_nan=False),
    amount=st.floats(0, 1e6, allow_nan=False),
)
def test_conversion_and_back_gives_the_amount(units: float, amount: float) -> None:
    import pandas as pd

    from fulfill.inputs.currencies import in_usd

    rates = pd.DataFrame(
        {
            "date": pd.Series(["2026-01-01"], dtype="datetime64[s]"),
            "currency": ["ABC"],
            "units_per_usd": [units],
            "source": [""],
        }
    )
    table = pd.DataFrame({"goods_usd": [amount, amount], "currency": ["ABC", USD], "_row": [2, 3]})
    tables, faults = in_usd("n", {"exchange_rates": rates, "goods_costs": table}, date(2026, 2, 1))
    assert not faults
    converted = tables["goods_costs"]["goods_usd"]
    assert converted[0] * units == pytest.approx(amount)
    assert converted[1] == amount


def test_results_take_the_newest_rate_on_or_before_the_day_of_the_network(priced: Folders) -> None:
    network = priced.problem().network
    rate = result_rate("MXN", network.written, network.as_of)
    assert rate is not None
    assert (rate.units_per_usd, rate.day) == (18.5, date(2026, 10, 30))
    assert result_rate("USD", network.written, network.as_of) is None
    assert list(result_warnings(rate, network.as_of)) == []
    (warning,) = result_warnings(rate, date(2027, 3, 1))
    assert (warning.code, warning.value) == ("W323", "MXN")


@pytest.mark.parametrize(("code", "day"), [("EUR", date(2026, 11, 1)), ("MXN", date(2026, 1, 1))])
def test_results_in_a_currency_without_a_rate_are_refused(
    priced: Folders, code: str, day: date
) -> None:
    with pytest.raises(InputError) as refused:
        result_rate(code, priced.problem().network.written, day)
    (fault,) = refused.value.faults
    assert (fault.code, fault.file, fault.value) == ("F324", "--currency", code)
