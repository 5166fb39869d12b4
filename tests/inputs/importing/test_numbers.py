"""Numbers are read in the one style that their column shows, or refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.numbers import COMMA, POINT, Numbers, read_numbers


def read(
    decimal: str | None = None, **columns: list[str]
) -> tuple[dict[str, Numbers], list[Fault]]:
    series = {name: pd.Series(cells, dtype="str") for name, cells in columns.items()}
    length = len(next(iter(columns.values())))
    return read_numbers(series, "orders.csv", np.arange(2, length + 2), decimal)


@pytest.mark.parametrize(
    ("cells", "values", "style"),
    [
        (["1,234.50", "99"], [1234.5, 99], POINT),
        (["1.234,50", "99"], [1234.5, 99], COMMA),
        (["1.234", "12,5"], [1234, 12.5], COMMA),
        (["1,234", "12.5"], [1234, 12.5], POINT),
        (["1,234,567", "1,234"], [1234567, 1234], POINT),
        (["0.500", "1.250"], [0.5, 1.25], POINT),
        (["12", ""], [12, np.nan], ""),
        (["$ 1,234.50", "MX$99.00"], [1234.5, 99], POINT),
        (["1 234,50 €", "1\u00a0234,5"], [1234.5, 1234.5], COMMA),
        (["(12.50)", "-3.5", "3.5-"], [-12.5, -3.5, -3.5], POINT),
        (["1'234.50", "9"], [1234.5, 9], POINT),
        (["¥199.00", "199.00元"], [199, 199], POINT),
    ],
)
def test_a_column_is_read_in_the_style_it_shows(
    cells: list[str], values: list[float], style: str
) -> None:
    found, faults = read(price=cells)
    assert faults == []
    np.testing.assert_array_equal(found["price"].values, values)
    assert found["price"].decimal == style


def test_signs_of_one_currency_are_said_and_a_dollar_says_nothing() -> None:
    found, _ = read(a=["MX$ 10", "$5"], b=["US$ 1.5", "2 USD"], c=["$1", "$2"])
    assert [found[name].currencies for name in "abc"] == [("MXN",), ("USD",), ()]


def test_another_column_of_the_file_shows_the_style() -> None:
    found, faults = read(price=["1.234", "2.500"], weight=["0,5", "1,25"])
    assert faults == []
    assert found["price"].values.tolist() == [1234, 2500]


def test_what_may_be_either_is_refused_with_the_option() -> None:
    _, [fault] = read(price=["99", "1,234"])
    assert (fault.code, fault.row, fault.value) == ("F408", 3, "1,234")
    for decimal, value in ((POINT, 1234), (COMMA, 1.234)):
        found, faults = read(decimal, price=["99", "1,234"])
        assert (faults, found["price"].values[1]) == ([], value)


def test_a_column_with_both_styles_is_refused() -> None:
    _, [fault] = read(price=["1,234.50", "1.234,50"])
    assert (fault.code, fault.row, fault.value) == ("F407", 3, "1.234,50")


@pytest.mark.parametrize(
    "text", ["many", "1.2.3", "12,34,5", "--", "1e5", "1 USD 2 EUR", "1.234.5"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    _, faults = read(POINT, price=["1.5", text])
    assert [(fault.code, fault.row) for fault in faults] == [("F406", 3)]


@given(
    st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1),
    st.sampled_from([(",", ".", POINT), (".", ",", COMMA), ("\u00a0", ",", COMMA)]),
)
def test_every_number_comes_back(values: list[float], style: tuple[str, str, str]) -> None:
    group, mark, name = style
    swap = str.maketrans({",": group, ".": mark})
    found, faults = read(price=[f"{value:,.2f}".translate(swap) for value in values])
    assert faults == []
    assert found["price"].decimal == name
    assert found["price"].values.tolist() == [float(value) for value in values]
