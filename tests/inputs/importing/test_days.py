"""Days of an export are read in the one order that its dates show, or refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.dates import Days, read_days


def read(
    order: str | None = None, workbook: bool = False, **columns: list[str]
) -> tuple[Days, list[Fault]]:
    series = {name: pd.Series(cells, dtype="str") for name, cells in columns.items()}
    length = len(next(iter(columns.values())))
    return read_days(series, "orders.csv", np.arange(2, length + 2), order, workbook=workbook)


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-04",
        "2025-03-04 13:20:55",
        "2025-03-04T13:20:55.123+08:00",
        "2025-03-04 13:20:55 -0600",
        "2025/3/4 9:05",
        "20250304",
        "2025年3月4日",
        "2025年3月4日 13:20",
        "2025年03月04日 下午 1:20",
        "4 mar 2025",
        "4 de marzo de 2025 13:20 hs.",
        "March 4, 2025",
        "Mar 4, 2025 1:20 PM",
        "04-mar-2025",
    ],
)
def test_what_means_one_day_is_read(text: str) -> None:
    days, faults = read(date=[text, ""])
    assert faults == []
    assert days.columns["date"][0] == np.datetime64("2025-03-04")
    assert np.isnat(days.columns["date"][1])
    assert days.order == "ymd"


@pytest.mark.parametrize(
    ("shown", "order", "day"),
    [("25/12/2025 10:00", "dmy", "2025-04-03"), ("12/25/2025 1:20 p. m.", "mdy", "2025-03-04")],
)
def test_one_date_shows_the_order_of_all_columns(shown: str, order: str, day: str) -> None:
    days, faults = read(date=["03/04/2025 9:00", "05/05/2025"], sent=["", shown])
    assert faults == []
    assert (days.order, str(days.columns["date"][0])) == (order, day)


def test_without_evidence_the_option_settles_it() -> None:
    _, [fault] = read(date=["2025-01-01", "03/04/2025", "05/06/2025 10:00"])
    assert (fault.code, fault.row, fault.column) == ("F215", 3, "date")
    for order, day in (("dmy", "2025-04-03"), ("mdy", "2025-03-04")):
        days, faults = read(order, date=["03/04/2025"])
        assert (faults, days.order, str(days.columns["date"][0])) == ([], order, day)


def test_two_orders_in_a_file_are_refused() -> None:
    _, [fault] = read(date=["25/12/2025", "12/25/2025"])
    assert fault.code == "F216"
    assert "row 2" in fault.detail
    assert "row 3" in fault.detail


def test_serial_numbers_are_days_in_workbooks_only() -> None:
    days, faults = read(workbook=True, date=["45720", "45720.5"])
    assert (faults, str(days.columns["date"][1])) == ([], "2025-03-04")
    _, [fault] = read(date=["45720"])
    assert fault.code == "F203"


def test_every_text_that_is_no_day_is_named_in_its_row_and_column() -> None:
    _, faults = read(date=["soon", "soon", "2025-02-30"], sent=["2025-01-01", "later", ""])
    assert [(fault.code, fault.row, fault.column) for fault in faults] == [
        ("F203", 2, "date"),
        ("F203", 4, "date"),
        ("F203", 3, "sent"),
    ]
