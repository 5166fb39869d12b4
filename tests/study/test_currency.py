"""Amounts are converted where they are shown, and nowhere else."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from fulfill.inputs.currencies import ExchangeRate
from fulfill.study.currency import Dollars, currency, currency_block, in_currency, results_in
from fulfill.study.language import Message, speaking, translated
from fulfill.study.outputs import PLAN_KPIS, PLAN_SUMMARY, SITES
from fulfill.study.vocabulary import CENTS, conversion, figure, headings, money

PESOS = ExchangeRate("MXN", 20.0, date(2026, 10, 30), "made up")


def test_a_figure_of_money_is_shown_in_the_currency_with_its_name() -> None:
    landed, lead_time = figure("landed_cost_usd_per_order"), figure("lead_time_days")
    assert (landed.with_unit(1.5), landed.heading) == (
        "1.50 USD",
        "landed cost per order, USD",
    )
    with results_in(PESOS):
        assert landed.with_unit(1.5) == "30.00 MXN"
        assert landed.heading == "landed cost per order, MXN"
        assert figure("contribution_usd").in_short(1e6) == "20.0 million MXN"
        assert lead_time.with_unit(1.5) == "1.5 days"
        assert money(1000.0) == "20,000 MXN"
        assert money(None, CENTS) == "\N{EN DASH}"
    assert money(1000.0) == "1,000 USD"


def test_headings_of_files_stay_in_dollars() -> None:
    with results_in(PESOS):
        assert headings(SITES.figures)["fixed_usd_year"].endswith(", USD")


def test_arrays_are_converted_and_the_context_ends() -> None:
    with results_in(PESOS):
        assert in_currency(np.array([1.0, 2.0])).tolist() == [20.0, 40.0]
        assert currency() == "MXN"
        with results_in(None):
            assert currency() == "USD"
    assert in_currency(3.0) == 3.0


def test_an_amount_in_a_message_is_stored_in_dollars_and_told_in_the_currency() -> None:
    limit = Message("at most {usd:,.15g} invested in sites", usd=Dollars(5000.5))
    assert limit == "at most 5,000.5 USD invested in sites"
    assert translated(limit) == limit
    with results_in(PESOS), speaking("es"):
        assert "100,010 MXN" in translated(limit)


def test_the_conversion_says_rate_day_and_source() -> None:
    assert conversion() == ""
    with results_in(PESOS):
        for part in ("20 MXN per USD", "2026-10-30", "made up", "CSV tables"):
            assert part in conversion()


def test_the_block_of_a_summary_names_the_currency_in_its_keys() -> None:
    assert currency_block({}) == {}
    with results_in(PESOS):
        found = PLAN_SUMMARY.converted({"objective": 2.0, "gap_usd": 1.0, "gap": 0.5})
        assert found == {"objective": 40.0, "gap_mxn": 20.0}
        kpis = PLAN_KPIS.converted({"contribution_usd": 1.0, "orders": 7})
        assert kpis == {"contribution_mxn": 20.0}
        block = currency_block(found)["currency"]
    assert block["code"] == "MXN"
    assert block["units_per_usd"] == pytest.approx(20.0)
    assert (block["date"], block["source"], block["amounts"]) == ("2026-10-30", "made up", found)
