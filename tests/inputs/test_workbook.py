"""Workbooks read as folders: values of cells, sheets, formulas, and the place of faults."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import locate, read_folder
from fulfill.inputs.workbook import cell_name, files_of, located, read_sheets
from fulfill.study.study import load


def saved(sheets: dict[str, list[list[Any]]]) -> bytes:
    """Return the content of a workbook with these rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def lines(content: bytes) -> list[str]:
    return content.decode().split("\n")[:-1]


def faults(content: bytes, kind: str = "network") -> list[tuple[str, str, str, str]]:
    with pytest.raises(InputError) as caught:
        read_sheets(content, "case.xlsx", kind)
    return [(one.code, one.file, one.cell, one.value) for one in caught.value.faults]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        (0.1, "0.1"),
        (1e-7, "1e-07"),
        (19.432607612345678, "19.43260761234568"),
        (-99.13, "-99.13"),
        (True, "yes"),
        (False, "no"),
        (date(2026, 8, 1), "2026-08-01"),
        (datetime(2026, 8, 1, 12), "2026-08-01 12:00:00"),
        (time(8, 30), "08:30:00"),
        (timedelta(hours=26), "26:00:00"),
        (" two words ", "two words"),
        ("01000", "01000"),
        (None, ""),
    ],
)
def test_a_cell_reads_as_a_csv_file_would_have_it(value: Any, text: str) -> None:
    files = read_sheets(
        saved({"sites": [["site_id", "x_a"], ["s", value]]}), "case.xlsx", "network"
    )
    expected = f"s,{text}" if text else "s,"
    assert lines(files["sites.csv"])[1] == expected


def test_a_number_shown_with_leading_zeros_keeps_them() -> None:
    book = openpyxl.Workbook()
    book.active.title = "zones"
    book.active.append(["zone_id"])
    book.active.append([1000])
    book.active["A2"].number_format = "00000"
    file = BytesIO()
    book.save(file)
    assert lines(read_sheets(file.getvalue(), "f", "demand")["zones.csv"]) == ["zone_id", "01000"]


def test_row_numbers_stay_those_of_the_sheet() -> None:
    rows = [["site_id", "name", None], [], ["a", "x", None], [None], ["b", None, None], [None], []]
    content = read_sheets(saved({"sites": rows}), "case.xlsx", "network")["sites.csv"]
    assert lines(content) == ["site_id,name", ",", "a,x", ",", "b,"]


def test_parameters_of_network_and_demand_have_a_sheet_each() -> None:
    content = saved(
        {
            "network_parameters": [["parameter"], ["a"]],
            "demand_parameters": [["parameter"], ["b"]],
        }
    )
    assert lines(read_sheets(content, "f", "network")["parameters.csv"])[1] == "a"
    assert lines(read_sheets(content, "f", "demand")["parameters.csv"])[1] == "b"
    assert files_of("demand")["demand_parameters"] == "parameters.csv"


def test_settings_are_texts_whatever_excel_made_of_them() -> None:
    rows = [["setting", "value", "meaning"], ["name", 'a "b" \\ é'], ["as_of", date(2026, 11, 1)],
            ["roads", None]]  # fmt: skip
    content = read_sheets(saved({"network": rows}), "f", "network")["network.toml"]
    assert lines(content) == ['"name" = "a \\"b\\" \\\\ é"', '"as_of" = "2026-11-01"']


def test_a_sheet_with_a_header_only_is_an_absent_table() -> None:
    content = saved({"sites": [["site_id"]], "lanes": [], "gateways": [["gateway_id"], ["g"]]})
    assert list(read_sheets(content, "f", "network")) == ["gateways.csv"]


def test_a_sheet_of_another_name_is_refused_unless_it_is_marked_as_own() -> None:
    rows = [["a"], ["b"]]
    own = saved({"notes": rows, "x_mine": rows, "about": rows, "faults": rows, "sites": rows})
    assert list(read_sheets(own, "f", "network")) == ["sites.csv"]
    assert faults(saved({"site": rows, "sites": rows})) == [("F481", "case.xlsx/site", "", "")]


def test_a_formula_without_a_value_is_refused_and_a_text_that_looks_like_one_is_read() -> None:
    book = openpyxl.Workbook()
    book.active.title = "sites"
    book.active.append(["site_id", "name", "x_a"])
    book.active.append(["s", "=1+1", "#N/A"])
    book.active.append(["s", "=1+1", "plain"])
    book.active["B3"].data_type = "s"
    file = BytesIO()
    book.save(file)
    found = faults(file.getvalue())
    assert sorted(found) == [
        ("F482", "case.xlsx/sites", "B2", "=1+1"),
        ("F483", "case.xlsx/sites", "C2", "#N/A"),
    ]
    book.active.delete_rows(2)
    file = BytesIO()
    book.save(file)
    assert lines(read_sheets(file.getvalue(), "f", "network")["sites.csv"])[1] == "s,=1+1,plain"


def test_a_formula_counts_with_the_value_that_was_saved(tmp_path: Path) -> None:
    from xlsxwriter import Workbook

    path = tmp_path / "f.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet("sites")
        sheet.write_row(0, 0, ["site_id", "rent"])
        sheet.write_string(1, 0, "s")
        sheet.write_formula(1, 1, "=2*3.5", None, 7)
        sheet.write_string(2, 0, "t")
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    assert faults(path.read_bytes()) == [("F483", "case.xlsx/sites", "B3", "#DIV/0!")]
    book = openpyxl.load_workbook(path, data_only=True)
    assert book["sites"]["B2"].value == 7


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"a,b\n1,2\n"])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    assert [fault[0] for fault in faults(content)] == ["F480"]


def test_another_file_in_place_of_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "case.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(InputError) as caught:
        locate("network", str(path))
    assert [fault.code for fault in caught.value.faults] == ["F480"]


@given(st.integers(1, 16_384), st.integers(1, 1_048_576))
def test_cell_names_are_those_of_spreadsheets(column: int, row: int) -> None:
    assert cell_name(row, column) == f"{get_column_letter(column)}{row}"


def test_faults_name_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "case.xlsx"
    path.write_bytes(
        saved(
            {"sites": [[], ["site_id", "lat"]], "network": [["setting", "value"], ["as_of", "x"]]}
        )
    )
    given_faults = [
        Fault("F202", "case.xlsx/network/sites.csv", 5, "lat", "abc"),
        Fault("F207", "case.xlsx/network/sites.csv", 6, "site_id + lat", "a, b"),
        Fault("F105", "case.xlsx/network/sites.csv", column="name"),
        Fault("F203", "case.xlsx/network/network.toml", column="as_of", value="x"),
        Fault("F308", "--channels", value="air"),
    ]
    found = located(given_faults, path)
    assert [(one.file, one.cell) for one in found] == [
        ("case.xlsx/sites", "B5"),
        ("case.xlsx/sites", "A6"),
        ("case.xlsx/sites", "A1"),
        ("case.xlsx/network", "B2"),
        ("--channels", ""),
    ]
    assert str(found[0]).startswith("F202 case.xlsx/sites!B5, column lat, value 'abc': ")


def test_maps_are_those_of_the_embedded_network_that_is_named(tmp_path: Path) -> None:
    folder = read_folder(locate("network", "toy"), files_of("network").values())
    folder.write(tmp_path / "n")
    settings = tmp_path / "n" / "network.toml"
    text = settings.read_text() + 'roads = "roads.npz"\nmaps_of = '
    settings.write_text(text + '"mexico-us-border"\n')
    network = load(str(tmp_path / "n"), "toy").problem.network
    embedded = locate("network", "mexico-us-border") / "roads.npz"
    assert network.roads == embedded.read_bytes()
    settings.write_text(text + '"nowhere"\n')
    with pytest.raises(InputError) as caught:
        load(str(tmp_path / "n"), "toy")
    assert [(fault.code, fault.column) for fault in caught.value.faults] == [
        ("F206", "maps_of"),
        ("F101", ""),
    ]
