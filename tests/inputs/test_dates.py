"""Dates as spreadsheets write them: read where they mean one day, refused once where not."""

from __future__ import annotations

import pytest

from fulfill.inputs.dates import iso_dates


def read(*cells: str, order: str | None = None) -> tuple[list[str], list[tuple[str, int, str]]]:
    """Return the cells of one column as read, and code, row and value of the faults."""
    lines = list(range(2, len(cells) + 2))
    found, faults, _ = iso_dates({"starts": list(cells)}, "calendar.csv", lines, order)
    return found["starts"], [(fault.code, fault.row, fault.value) for fault in faults]


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (("2026/8/1", "2026/12/31"), ["2026-08-01", "2026-12-31"]),
        (("2026.08.01", "2026-8-2", "2026-08-03"), ["2026-08-01", "2026-08-02", "2026-08-03"]),
        (("1/8/2026", "13/8/2026"), ["2026-08-01", "2026-08-13"]),
        (("01.08.2026", "", "31.12.2026"), ["2026-08-01", "", "2026-12-31"]),
        (("1/8/2026", "8/13/2026"), ["2026-01-08", "2026-08-13"]),
        (("29-2-2024", "3-1-2024"), ["2024-02-29", "2024-01-03"]),
        (("1/1/2026", "12/12/2026"), ["2026-01-01", "2026-12-12"]),
        (("2026-08-01", "5/6/2026", "30/6/2026"), ["2026-08-01", "2026-06-05", "2026-06-30"]),
    ],
)
def test_dates_that_mean_one_day_are_read(cells: tuple[str, ...], days: list[str]) -> None:
    assert read(*cells) == (days, [])


@pytest.mark.parametrize(
    ("order", "day"), [("dmy", "2026-08-01"), ("mdy", "2026-01-08")], ids=["dmy", "mdy"]
)
def test_an_order_that_is_given_decides(order: str, day: str) -> None:
    assert read("1/8/2026", "2/2/2026", order=order) == ([day, "2026-02-02"], [])


@pytest.mark.parametrize(
    "cells",
    [
        ("1/8/2026", "2/8/2026"),
        ("2026-08-01", "01.08.2026", "02.08.2026"),
        ("1-2-2026", "3-3-2026", "4-5-2026"),
        ("7/1/2020", "9999-12-31", "12/11/2026", "1/1/2026"),
    ],
)
def test_an_unknown_order_is_one_fault_of_the_column(cells: tuple[str, ...]) -> None:
    first = next(cell for cell in cells if not cell.startswith(("2026", "9999")))
    found, faults = read(*cells)
    assert faults == [("F215", cells.index(first) + 2, first)]
    assert first in found


def test_the_fault_names_both_days_and_counts() -> None:
    _, faults, covered = iso_dates({"starts": ["1/8/2026"] * 300}, "f.csv", list(range(2, 302)))
    (fault,) = faults
    assert fault.detail == "2026-08-01 as dmy, 2026-01-08 as mdy; 300 dates"
    assert "--date-order" in str(fault)
    assert covered == {("starts", row) for row in range(2, 302)}


def test_one_spreadsheet_wrote_all_columns_of_a_file() -> None:
    columns = {"valid_from": ["7/1/2020", "1/8/2026"], "valid_to": ["12/31/2024", ""]}
    found, faults, _ = iso_dates(columns, "tariffs.csv", [2, 3])
    assert faults == []
    assert found == {
        "valid_from": ["2020-07-01", "2026-01-08"],
        "valid_to": ["2024-12-31", ""],
    }


@pytest.mark.parametrize(
    ("cells", "order", "row"),
    [
        (("13/8/2026", "8/13/2026"), None, 2),
        (("2026-01-01", "1/8/2026", "31/1/2026", "1/31/2026"), None, 3),
        (("1/8/2026", "13/8/2026"), "mdy", 3),
        (("8/13/2026", "8/14/2026"), "dmy", 2),
    ],
)
def test_dates_that_contradict_are_one_fault(
    cells: tuple[str, ...], order: str | None, row: int
) -> None:
    _, faults = read(*cells, order=order)
    assert faults == [("F216", row, cells[row - 2])]


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("1/8/26", "two digits"),
        ("01.08.26", "two digits"),
        ("1-Aug-26", "word"),
        ("Aug-26", "word"),
        ("1. août 2026", "word"),
        ("46235", "number of the day"),
        ("2026-08-01 00:00", "time of day"),
        ("8/1/2026 0:00:00", "time of day"),
    ],
)
def test_a_form_that_is_refused_is_one_fault_with_its_cause(cell: str, word: str) -> None:
    found, faults, _ = iso_dates({"starts": ["2026-01-01", cell, cell]}, "f.csv", [2, 3, 4])
    assert [(fault.code, fault.row, fault.value) for fault in faults] == [("F203", 3, cell)]
    assert word in faults[0].detail
    assert "2 dates" in faults[0].detail
    assert found["starts"] == ["2026-01-01", cell, cell]


@pytest.mark.parametrize("cell", ["31/2/2026", "32.1.2026", "2026/13/1", "soon", "2026", "1/8"])
def test_what_is_no_day_is_left_to_the_check_of_the_cell(cell: str) -> None:
    assert read(cell) == ([cell], [])
