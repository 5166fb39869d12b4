"""CSV files as spreadsheets write them: what is read, and one fault for what is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conftest import Folders
from fulfill.inputs.columns import Table, identifier, number, text
from fulfill.inputs.rows import Rows, read_rows

PLACES = Table(
    "places",
    "made up for these tests",
    (
        identifier("place_id", "name", key=True),
        text("country", "country", default="MX", choices=("MX", "US")),
        number("rent", "USD", "rent"),
        number("area", "m2", "area", default=None),
        text("remark", "anything"),
    ),
)
HEADER = "place_id,country,rent,area,remark"
SITES, ZONES = "network/sites.csv", "demand/zones.csv"


def read(content: str | bytes) -> Rows:
    """Return the rows of a file that must have no fault."""
    data = content if isinstance(content, bytes) else content.encode()
    rows, faults = read_rows(data, "places.csv", PLACES)
    assert faults == []
    assert rows is not None
    return rows


def refused(content: str | bytes) -> list[tuple[str, int, str, str]]:
    """Return code, row, column and value of the faults of a file."""
    data = content if isinstance(content, bytes) else content.encode()
    rows, faults = read_rows(data, "places.csv", PLACES)
    assert rows is None
    return [(fault.code, fault.row, fault.column, fault.value) for fault in faults]


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("a,MX,5,,", ["a", "MX", "5", "", ""]),
        ("a,MX,5,", ["a", "MX", "5", "", ""]),
        ("a,MX,5", ["a", "MX", "5", "", ""]),
        ("a,,5", ["a", "", "5", "", ""]),
        ("a,MX,5,,,", ["a", "MX", "5", "", ""]),
        ("a,MX,5,,, , ,", ["a", "MX", "5", "", ""]),
        ('"a"," MX ","5","",""', ["a", "MX", "5", "", ""]),
    ],
)
def test_empty_cells_at_the_end_may_be_missing_or_too_many(row: str, cells: list[str]) -> None:
    rows = read(f"{HEADER}\nfull,US,1,2,x\n{row}\n")
    assert rows.cells == [["full", "US", "1", "2", "x"], cells]
    assert rows.lines == [2, 3]


@pytest.mark.parametrize(
    ("row", "lacking"), [("a,MX", "rent"), ("a", "rent"), ("# a remark of mine,x", "rent")]
)
def test_a_row_without_a_cell_that_must_be_filled(row: str, lacking: str) -> None:
    rows, faults = read_rows(f"{HEADER}\nb,MX,1,2,x\n{row}\n".encode(), "f.csv", PLACES)
    assert rows is None
    assert [(fault.code, fault.row) for fault in faults] == [("F110", 3)]
    assert faults[0].detail == f"{row.count(',') + 1} cells, header has 5; none for {lacking}"


@pytest.mark.parametrize(
    ("row", "surplus"), [("a,MX,5,1,big,old", "old"), ("a,MX,5,2,,,x", "x"), ("a,b,c,d,e,f,g", "f")]
)
def test_a_filled_cell_beyond_the_header(row: str, surplus: str) -> None:
    assert refused(f"{HEADER}\nb,MX,1,2,x\n{row}\n") == [("F107", 3, "", surplus)]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "sep=,\n" + text,
        lambda text: '"sep=,"\r\n' + text,
        lambda text: "SEP=,,,,,\n" + text,
        lambda text: text.replace("\n", ",,,\n"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in
                               text.splitlines()),
        lambda text: text.replace(",", " , "),
        lambda text: "\ufeff" + text,
        lambda text: text + "# checked by me,,,,\n#\n",
        lambda text: text + ",,,,\n\n",
        lambda text: "".join(
            ",".join((*line.split(",")[::-1], "mine")) + "\n" for line in text.splitlines()
        ).replace("mine", "x_mine", 1),
    ],
    ids=[
        "sep line", "quoted sep line", "sep line saved again", "blank columns", "CRLF", "quotes",
        "spaces", "byte order mark", "comments", "blank rows", "other order and a column of mine",
    ],
)  # fmt: skip
def test_variants_of_a_file_are_read_alike(change: Callable[[str], str]) -> None:
    plain = f"{HEADER}\na,MX,5,,x\nb,US,6,7,y\n"
    before, after = read(plain), read(change(plain))
    for column in PLACES.columns:
        assert after.column(column.name) == before.column(column.name)
    assert after.lines == before.lines == [2, 3]


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ("Rents of 2026\n", 2),
        ('"Rents, 2026",,,,\n,,,,\n', 3),
        ("Rents\nby country\nin USD\n", 4),
        ("sep=,\nRents\n", 2),
    ],
)
def test_a_title_above_the_header_is_one_fault(above: str, row: int) -> None:
    rows, faults = read_rows(f"{above}{HEADER}\na,MX,5,,\n".encode(), "f.csv", PLACES)
    assert rows is None
    assert [(fault.code, fault.row) for fault in faults] == [("F111", 1)]
    assert f"row {row}" in faults[0].detail


@pytest.mark.parametrize("first", ["a,MX,5,,", "PLACE_ID,COUNTRY", "old,names,only"])
def test_a_table_without_header_is_one_fault(first: str) -> None:
    found = refused(f"{first}\nb,MX,5,,\n")
    assert found == [("F111", 1, "", first.split(",")[0])]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (HEADER.replace(",", "|") + "\na|MX|5||\n", 1),
        ("Rents, 2026\n" + HEADER.replace(",", ";") + "\na;MX;5,5;;\n", 2),
    ],
)
def test_other_separators_are_one_fault(content: str, row: int) -> None:
    assert [fault[:2] for fault in refused(content)] == [("F104", row)]


@pytest.mark.parametrize("name", ["notes", "Notes", "x_phone", "x_"])
def test_columns_of_ones_own_are_ignored(name: str) -> None:
    rows = read(f"place_id,{name},{name},rent\na,hello,,5\n")
    assert rows.column("rent") == ["5"]
    assert rows.column("remark") == [""]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("contry", "similar: country"),
        ("rents", "similar: rent"),
        ("m2", "not in the file: area"),
        ("", "column 5 has no name"),
    ],
)
def test_an_undeclared_column_names_what_it_may_be(name: str, hint: str) -> None:
    header = f"place_id,country,rent,remark,{name},x_mine"
    _, faults = read_rows(f"{header}\na,MX,5,,1,2\n".encode(), "f.csv", PLACES)
    assert [(fault.code, fault.row, fault.column, fault.detail) for fault in faults] == [
        ("F106", 1, name, hint)
    ]
    assert "x_" in str(faults[0])


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "iso-8859-15"])
def test_another_encoding_is_one_fault_for_each_column(encoding: str) -> None:
    content = f"{HEADER}\na,MX,5,,plain\nb,MX,5,,Mérida\nLeón,MX,5,,Cancún\n".encode(encoding)
    assert refused(content) == [("F102", 3, "remark", "Mérida"), ("F102", 4, "place_id", "León")]


@pytest.mark.parametrize(
    ("wrong", "right"), [("MÃ©rida", "Mérida"), ("NuÃ±oa", "Nuñoa"), ("LeÃ³n", "León")]
)
def test_letters_decoded_wrongly_are_one_fault_for_each_column(wrong: str, right: str) -> None:
    content = f"{HEADER}\na,MX,5,,{wrong}\nb,MX,5,,Ñuñoa\nc,MX,5,,{wrong}\n".encode()
    rows, faults = read_rows(content, "f.csv", PLACES)
    assert rows is None
    (fault,) = faults
    assert (fault.code, fault.row, fault.column, fault.value) == ("F112", 2, "remark", wrong)
    assert fault.detail == f"{right!r} was meant; 2 cells of the column"


def test_a_lost_letter_is_a_fault() -> None:
    assert refused(f"{HEADER}\na,MX,5,,M\ufffdrida\n") == [("F112", 2, "remark", "M\ufffdrida")]


@pytest.mark.parametrize("name", ["São Paulo", "Ñuñoa", "Ãlvaro", "NESCAFÉ®", "中国"])
def test_accents_are_accepted(name: str) -> None:
    assert read(f"{HEADER}\na,MX,5,,{name}\n").column("remark") == [name]


def test_a_block_of_rows_without_last_commas_is_the_same_problem(toy: Folders) -> None:
    before = toy.problem()
    lines = toy.text(SITES).splitlines()
    toy.write(SITES, "\n".join([lines[0], *(line.rstrip(",") for line in lines[1:])]))
    pd_equal = toy.problem().network["sites"].equals(before.network["sites"])
    assert pd_equal


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("site-b,Site B,", "site-b,", "F110"),
        ("24.0,-104.7,", "24.0,", "F110"),
        ("site-b,Site B,", "site-b,Site B,Durango,", "F107"),
        ("24.0,", "24,0,", "F107"),
    ],
)
def test_cells_in_the_wrong_columns_are_one_fault_of_the_row(
    toy: Folders, old: str, new: str, code: str
) -> None:
    toy.edit(SITES, old, new)
    assert [(fault.code, fault.file, fault.row) for fault in toy.faults()] == [(code, SITES, 3)]


def test_a_wrong_cell_in_a_short_row_is_named(toy: Folders) -> None:
    toy.set(SITES, 3, "rent_usd_m2_month", "cheap")
    toy.write(SITES, toy.text(SITES).replace("estimate,\n", "estimate\n"))
    (fault,) = toy.faults()
    assert (fault.code, fault.row) == ("F110", 3)
    assert "rent_usd_m2_month 'cheap' does not fit" in fault.detail
