"""Figures and the ranges of their rows: assumptions keep them, other figures may leave them."""

from __future__ import annotations

import pytest

from conftest import Folders
from fulfill.inputs.faults import Fault

SITES = "network/sites.csv"


def state(toy: Folders, file: str, row: int, status: str, text: str) -> None:
    toy.set(file, row, "status", status)
    toy.set(file, row, "range", text)


def ranges(faults: list[Fault]) -> list[tuple[str, str, int, str, str]]:
    return [
        (fault.code, fault.file, fault.row, fault.column, fault.value)
        for fault in faults
        if fault.code in ("F209", "F210", "W320")
    ]


@pytest.mark.parametrize("status", ["estimate", "announced", "in_force"])
@pytest.mark.parametrize(
    ("file", "row", "column", "value", "text"),
    [
        (SITES, 2, "rent_usd_m2_month", "5", "rent_usd_m2_month=6..8"),
        ("network/gateways.csv", 2, "fee_usd_m3", "10", "dwell_days=1..3; fee_usd_m3=1..9"),
        ("network/parameters.csv", 2, "value", "0.9", "value=0.1..0.2"),
    ],
)
def test_a_figure_with_a_source_may_leave_its_range(
    toy: Folders, status: str, file: str, row: int, column: str, value: str, text: str
) -> None:
    toy.set(file, row, column, value)
    state(toy, file, row, status, text)
    faults = toy.faults()
    assert ranges(faults) == [("W320", file, row, column, value)]
    warning = next(fault for fault in faults if fault.code == "W320")
    assert "correct or empty the range" in warning.detail
    assert toy.problem()


@pytest.mark.parametrize("status", ["estimate", "announced", "in_force"])
def test_a_figure_with_a_source_needs_no_range(toy: Folders, status: str) -> None:
    state(toy, SITES, 2, status, "")
    assert ranges(toy.faults()) == []


@pytest.mark.parametrize("text", ["rent_usd_m2_month=6..8", "lat=20..21; labour_usd_hour=7..8"])
def test_an_assumption_keeps_its_range(toy: Folders, text: str) -> None:
    state(toy, SITES, 2, "assumption", text)
    assert [fault[0] for fault in ranges(toy.faults())] == ["F210"]


@pytest.mark.parametrize("text", ["state=1..2", "ownership=1..2", "nothing=1..2", "5..6"])
def test_a_range_names_a_column_of_figures(toy: Folders, text: str) -> None:
    state(toy, SITES, 2, "estimate", text)
    assert ranges(toy.faults()) == [("F209", SITES, 2, "range", text)]


@pytest.mark.parametrize("value", [4.0, 6.5, 8.0])
def test_an_override_inside_the_range_is_no_warning(toy: Folders, value: float) -> None:
    state(toy, SITES, 2, "assumption", "rent_usd_m2_month=4..8")
    study = toy.study(overrides=[f"network/sites[site-a].rent_usd_m2_month={value}"])
    assert ranges(list(study.warnings)) == []


@pytest.mark.parametrize("value", ["3.9", "8.1", "80"])
def test_an_override_outside_the_range_holds_with_a_warning(toy: Folders, value: str) -> None:
    state(toy, SITES, 2, "assumption", "rent_usd_m2_month=4..8")
    study = toy.study(overrides=[f"network/sites[site-a].rent_usd_m2_month={value}"])
    assert study.problem.network["sites"]["rent_usd_m2_month"].iloc[0] == float(value)
    assert ranges(list(study.warnings)) == [("W320", SITES, 2, "rent_usd_m2_month", value)]


def test_a_parameter_outside_its_range_holds_with_a_warning(toy: Folders) -> None:
    file = "network/parameters.csv"
    names = [line.split(",")[0] for line in toy.text(file).splitlines()]
    row = names.index("cancel_lambda") + 1
    value = toy.text(file).splitlines()[row - 1].split(",")[1]
    state(toy, file, row, "assumption", f"value={value}..{value}")
    study = toy.study()
    assert ranges(list(study.warnings)) == []
    changed = study.with_parameters(cancel_lambda=0.5)
    assert ranges(list(changed.warnings)) == [("W320", file, row, "value", "0.5")]
