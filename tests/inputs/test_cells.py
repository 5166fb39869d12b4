"""Times of day: hours, hh:mm, and the parts of a day of a spreadsheet."""

from __future__ import annotations

import pytest

from conftest import Folders
from fulfill.inputs.cells import convert_cells
from fulfill.inputs.columns import clock

VEHICLES, SPEEDS = "network/vehicles.csv", "network/speeds.csv"


def hours(*cells: str) -> tuple[list[float], list[tuple[str, int, str]]]:
    column = clock("shift_start", "beginning of the shift", 8.0)
    values, faults, _ = convert_cells(list(cells), column, "f.csv", list(range(2, 99)))
    return values.tolist(), [(fault.code, fault.row, fault.value) for fault in faults]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("8", 8.0), ("8:30", 8.5), ("08:15:00", 8.25), ("0:20", 1 / 3), ("24:00", 24.0), ("", 8.0)],
)
def test_hours_may_be_written_as_a_clock_shows_them(cell: str, value: float) -> None:
    found, faults = hours(cell)
    assert found == [pytest.approx(value)]
    assert faults == []


@pytest.mark.parametrize("cell", ["8:60", "8 am", "8h", "8:5", "-1:00", "8:30:75"])
def test_what_is_no_time_of_day_is_refused(cell: str) -> None:
    assert hours("9", cell)[1] == [("F217", 3, cell)]


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        (("0.333333333", "0.25"), 2),
        (("0", "0.375", "1"), 3),
        (("", "0.5"), 3),
        (("0.3333", "0.3333", "0.3333"), 2),
    ],
)
def test_parts_of_a_day_are_one_fault_of_the_column(cells: tuple[str, ...], row: int) -> None:
    assert hours(*cells)[1] == [("F217", row, cells[row - 2])]


def test_the_fault_names_both_readings() -> None:
    column = clock("shift_start", "beginning of the shift", 8.0)
    _, faults, _ = convert_cells(["0.3333", "0.5"], column, "f.csv", [2, 3])
    assert faults[0].detail == "0.3333 h is 0:20, 0.3333 of a day is 8:00; 2 rows"


@pytest.mark.parametrize("cells", [("0.5", "6"), ("0", "24"), ("0", "1"), ("0:20", "0.5")])
def test_small_hours_among_others_are_hours(cells: tuple[str, ...]) -> None:
    assert hours(*cells)[1] == []


def test_shifts_and_speeds_in_hh_mm_are_the_same_problem(toy: Folders) -> None:
    before = toy.problem().network
    toy.set(VEHICLES, 2, "shift_start", "8:00")
    for row in (2, 3):
        toy.set(SPEEDS, row, "from_hour", "0:00")
        toy.set(SPEEDS, row, "to_hour", "24:00")
    after = toy.problem().network
    for name in ("vehicles", "speeds"):
        assert after[name].equals(before[name])


@pytest.mark.parametrize("cell", ["25:00", "24:01", "25"])
def test_hours_beyond_the_day_are_out_of_range(toy: Folders, cell: str) -> None:
    toy.set(VEHICLES, 2, "shift_start", cell)
    assert [(fault.code, fault.row, fault.column) for fault in toy.faults()] == [
        ("F205", 2, "shift_start")
    ]
