"""CSV files as Excel writes them in Germany, Mexico and China: read, or refused with the cell."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Folders
from fulfill.inputs.columns import Table, identifier, number, text
from fulfill.inputs.faults import Fault
from fulfill.inputs.rows import read_rows
from fulfill.study.study import load

PLACES = Table(
    "places",
    "made up for these tests",
    (
        identifier("place_id", "name", key=True),
        number("rent", "USD", "rent"),
        number("area", "m2", "area", default=None),
        text("remark", "anything"),
    ),
)
HEADER = "place_id;rent;area;remark\n"


def read(content: str) -> tuple[list[list[str]], list[Fault]]:
    rows, faults = read_rows(content.encode(), "places.csv", PLACES)
    return (rows.cells if rows else []), list(faults)


@pytest.mark.parametrize(
    ("content", "rent", "area"),
    [
        (HEADER + "a;1.234,5;1.234;x\n", "1234.5", "1234"),
        (HEADER + "a;0,5;1234;x\n", "0.5", "1234"),
        (HEADER + "a;0,5;;x\n;;;\n;;;\n", "0.5", ""),
        ("sep=;\n" + HEADER + "a;-1,25;7;x\n", "-1.25", "7"),
        ("sep=;;;;\n" + HEADER + "a;1,5E+3;7;x\n", "1.5E+3", "7"),
        (HEADER + "a;1\u00a0234,5;1\u202f234;x\n", "1234.5", "1234"),
        (HEADER + "a;12;7;x\n", "12", "7"),
        (HEADER + "a;1.5;7;x\n", "1.5", "7"),
        (HEADER + "a;0.125;7;x\n", "0.125", "7"),
        (HEADER.replace(";", "\t") + "a\t1.5\t7\tx\n", "1.5", "7"),
        (HEADER.replace(";", ",") + 'a,"1,234.50","1,234",x\n', "1234.50", "1234"),
        (HEADER.replace(";", ",") + "a,1.234,7,x\n", "1.234", "7"),
        (HEADER.replace(";", ",") + "a,1\u00a0234,7,x\n", "1234", "7"),
        (HEADER.replace(";", ",") + 'a,"1,234,567",7,x,,,\n,,,,,,\n', "1234567", "7"),
    ],
)
def test_what_can_mean_one_thing_only_is_read(content: str, rent: str, area: str) -> None:
    cells, faults = read(content)
    assert faults == []
    assert cells == [["a", rent, area, "x"]]


@pytest.mark.parametrize(
    ("rows", "cells"),
    [
        ("a;1.234;7;x\n", [("rent", 2, "1.234")]),
        ("a;7;1,234;x\n", [("area", 2, "1,234")]),
        ("a;1.5;2,5;x\nb;3.5;1;x\n", [("area", 2, "2,5")]),
        ("a;1.5;2,5;x\nb;3,5;1;x\n", [("rent", 2, "1.5")]),
        ("a;1.5;1,234;x\n", [("area", 2, "1,234")]),
    ],
)
def test_what_can_mean_two_things_is_refused_with_the_cell(
    rows: str, cells: list[tuple[str, int, str]]
) -> None:
    _, faults = read(HEADER + rows)
    assert [fault.code for fault in faults] == ["F486"] * len(cells)
    assert [(fault.column, fault.row, fault.value) for fault in faults] == cells


@pytest.mark.parametrize("cell", ["1,234", "1,5"])
def test_a_comma_in_a_file_of_commas_and_points_stays_for_the_check_of_the_cell(cell: str) -> None:
    cells, faults = read(HEADER.replace(";", ",") + f'a,"{cell}",1.5,x\n')
    assert (cells, faults) == ([["a", cell, "1.5", "x"]], [])


def test_texts_stay_as_they_are() -> None:
    cells, faults = read(HEADER + 'a;0,5;1;"1.234,5; so"\n')
    assert (cells, faults) == ([["a", "0.5", "1", "1.234,5; so"]], [])


@given(st.lists(st.decimals(-(10**9), 10**9, places=3), min_size=1))
def test_numbers_of_a_german_file_come_back(numbers: list[object]) -> None:
    shown = [f"{n:,}".replace(",", "_").replace(".", ",").replace("_", ".") for n in numbers]
    # the last row holds a number that can be read in one way only
    lines = [f"p{i};{cell};1;x" for i, cell in enumerate([*shown, "0,25"])]
    cells, faults = read(HEADER + "\n".join(lines) + "\n")
    assert faults == []
    assert [float(row[1]) for row in cells] == [*map(float, numbers), 0.25]


@pytest.mark.parametrize("hint", ["", "sep=;\n"])
def test_a_whole_folder_saved_in_germany_is_the_same_case(toy: Folders, hint: str) -> None:
    before = load("toy", "toy").problem
    for path in Path(toy.root).glob("*/*.csv"):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        texts = table.map(
            lambda cell: cell.replace(".", ",") if re.fullmatch(r"-?\d+\.\d+", cell) else cell
        )
        path.write_text(hint + texts.to_csv(index=False, sep=";"), encoding="utf-8-sig")
    after = load(str(toy.root / "network"), str(toy.root / "demand")).problem
    assert (before.orders == after.orders).all()
    for name, table in before.network.tables.items():
        pd.testing.assert_frame_equal(
            table.drop(columns="_row"), after.network.tables[name].drop(columns="_row")
        )
