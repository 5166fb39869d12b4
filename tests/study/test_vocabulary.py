"""Figures are told in one way: words, unit, form, and a dash where there is no value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from conftest import study_of
from fulfill.inputs.problem import CHANNELS, Problem
from fulfill.inputs.schema import STATUSES
from fulfill.study import outputs
from fulfill.study.labels import COST_GROUPS, VALUES
from fulfill.study.optimize import optimize
from fulfill.study.output import Output
from fulfill.study.vocabulary import SHARED, UNDEFINED, WHOLE, Figure, figure, shown, taken_over

EVERY = [item for item in vars(outputs).values() if isinstance(item, Output)]
USD = Figure("usd", "USD", WHOLE, "cost a year", "a cost")


@pytest.mark.parametrize("value", [None, np.nan, pd.NA, float("nan")])
@pytest.mark.parametrize("form", ["", WHOLE, "channel"])
def test_no_value_is_a_dash_whatever_the_form(value: object, form: str) -> None:
    assert shown(value, form) == UNDEFINED == "\N{EN DASH}"


def test_an_amount_that_is_never_reached_and_a_gap_that_is_unknown_are_told_in_words() -> None:
    assert shown(np.inf, WHOLE) == "never"
    assert shown(np.inf, "{:.2%}") == "unknown"
    assert shown(-np.inf, WHOLE) == "unknown"


def test_a_value_of_a_catalogue_is_told_in_its_words_and_another_as_it_is() -> None:
    assert shown("direct_mail", "channel") == "direct mail"
    assert shown("by_drone", "channel") == "by_drone"
    assert shown("phone_case") == "phone_case"


def test_a_unit_is_told_once() -> None:
    assert USD.heading == "cost a year, USD"
    assert USD.with_unit(1234.5) == "1,234 USD"
    assert USD.with_unit(np.nan) == UNDEFINED
    assert figure("gap").heading == "gap"
    assert figure("gap").with_unit(0.0123) == "1.23%"


def test_tens_of_millions_are_told_in_millions() -> None:
    assert USD.in_short(12_345_678) == "12.3 million USD"
    assert USD.in_short(-12_345_678) == "-12.3 million USD"
    assert USD.in_short(9_999_999) == "9,999,999 USD"
    assert USD.in_short(np.nan) == UNDEFINED


def test_a_key_is_declared_once_among_the_shared_figures() -> None:
    keys = [item.key for item in SHARED]
    assert len(keys) == len(set(keys))
    with pytest.raises(KeyError):
        figure("no_such_figure")


@pytest.mark.parametrize("output", EVERY, ids=lambda output: output.name)
def test_every_figure_has_a_meaning_and_a_form_that_works(output: Output) -> None:
    assert len(output.keys) == len(set(output.keys))
    for item in output.figures:
        assert item.meaning
        assert item.form in VALUES or not item.form or item.shown(1.0)


CSV_TABLES = [output for output in EVERY if output.name.endswith(".csv")]


@pytest.mark.parametrize("output", CSV_TABLES, ids=lambda output: output.name)
def test_every_number_of_a_table_has_a_rounding(output: Output) -> None:
    for item in output.figures:
        if item.is_number:
            assert item.decimals >= 0


def test_numbers_are_rounded_by_their_unit_and_other_columns_stay() -> None:
    table = pd.DataFrame(
        {
            "zone_id": ["1.23456"],
            "orders": [0.12345],
            "share_local": [1 / 3],
            "landed_cost_usd_per_order": [27.430119],
            "share_within_4_days": [2 / 3],
            "population": [1234.5678],
            "cancellation_rate": [-1e-9],
            "lead_time_days": [np.nan],
            "remark": [0.123456789],
        }
    )
    found = outputs.ZONES.rounded(table).iloc[0]
    assert found.drop("lead_time_days").tolist() == [
        "1.23456", 0.123, 0.3333, 27.4301, 0.6667, 1235.0, 0.0, 0.123456789,
    ]  # fmt: skip
    assert np.isnan(found["lead_time_days"])
    assert str(found["cancellation_rate"]) == "0.0"
    assert figure("gap").decimals == 6


def test_every_shared_figure_is_written_somewhere() -> None:
    written = {item for output in EVERY for item in output.figures}
    assert [item.key for item in SHARED if item not in written] == []


def test_every_channel_part_and_resource_has_words(toy_problem: Problem) -> None:
    plan = optimize(study_of(toy_problem, gap=0.0)).plan
    assert set(VALUES["channel"]) == {*CHANNELS, "unserved"}
    assert set(plan.parts["part"]) <= set(VALUES["part"])
    assert set(plan.capacity["kind"]) <= set(VALUES["resource"])
    assert set(VALUES["data_status"]) == set(STATUSES)
    assert {part for parts in COST_GROUPS.values() for part in parts} == set(VALUES["part"])


def test_a_mix_that_is_another_modes_plan_is_told() -> None:
    assert taken_over("mixed") == ""
    assert "than the local-only one" in taken_over("local_only")
