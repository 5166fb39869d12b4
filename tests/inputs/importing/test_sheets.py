"""Files as programs export them come out as the same table."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from fulfill.inputs.faults import InputError
from fulfill.inputs.importing.headers import Aliases, match_header, read_aliases
from fulfill.inputs.importing.sheets import Sheet, read_sheets

ALIASES = read_aliases("orders")
HEADER = ["Pedido", "Fecha", "Ciudad", "Precio"]
ROWS = [["A-1", "03/04/2025", "Mérida", "1,234.50"], ["A-2", "13/04/2025", "León, Gto", "99"]]
CHINESE = [
    ["A-1", "2025年3月4日", "墨西哥城", "199.00"],
    ["A-2", "2025年3月5日", "瓜达拉哈拉", "99"],
]


def text(rows: list[list[str]], delimiter: str = ",", header: list[str] = HEADER) -> str:
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in rows]
    return "".join(f"{delimiter.join(row)}\r\n" for row in [header, *quoted])


def read(folder: Path, content: bytes, name: str = "orders.csv", **options: str) -> Sheet:
    (folder / name).write_bytes(content)
    [sheet] = read_sheets(folder / name, ALIASES, **options)
    return sheet


def cells(sheet: Sheet) -> list[list[str]]:
    return sheet.frame.to_numpy().tolist()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("latin-1", "iso-8859-1"),
    ],
)
def test_encoding_and_delimiter_are_recognised(
    tmp_path: Path, delimiter: str, encoding: str, name: str
) -> None:
    sheet = read(tmp_path, text(ROWS, delimiter).encode(encoding))
    assert (sheet.encoding, sheet.delimiter) == (name, delimiter)
    assert sheet.header == tuple(HEADER)
    assert cells(sheet) == ROWS
    assert sheet.rows.tolist() == [2, 3]


def test_windows_1252_is_known_by_the_characters_that_latin_1_lacks(tmp_path: Path) -> None:
    rows = [["A-1", "03/04/2025", "Mérida", "€ 12"], ["A-2", "13/04/2025", "León “centro”", "9"]]
    sheet = read(tmp_path, text(rows).encode("cp1252"))
    assert sheet.encoding == "windows-1252"
    assert cells(sheet) == rows


def test_chinese_in_gb18030_is_not_taken_for_latin(tmp_path: Path) -> None:
    header = ["订单号", "下单时间", "城市", "单价"]
    sheet = read(tmp_path, text(CHINESE, header=header).encode("gb18030"))
    assert sheet.encoding == "gb18030"
    assert cells(sheet) == CHINESE


def test_latin_text_that_is_valid_gb18030_stays_latin(tmp_path: Path) -> None:
    rows = [["A-1", "03/04/2025", "México", "1"], ["A-2", "13/04/2025", "Mérida", "9"]]
    content = text(rows).encode("latin-1")
    content.decode("gb18030")
    assert read(tmp_path, content).encoding == "iso-8859-1"


def test_a_given_encoding_is_used_or_refused(tmp_path: Path) -> None:
    sheet = read(tmp_path, text(ROWS).encode("cp850"), encoding="cp850")
    assert cells(sheet) == ROWS
    for wrong in ("utf-8", "klingon"):
        with pytest.raises(InputError) as caught:
            read(tmp_path, text(ROWS).encode("cp850"), encoding=wrong)
        assert [fault.code for fault in caught.value.faults] == ["F400"]


def test_titles_blank_rows_and_blank_columns_are_passed_over(tmp_path: Path) -> None:
    content = (
        "Ventas 2025,,,,,\r\n,,,,,\r\nPedido,Fecha,Ciudad,Precio,,\r\n"
        'A-1,03/04/2025,"Mérida\ncentro",1,,\r\n\r\n,,,,,\r\nA-2,13/04/2025,León\r\n'
    )
    sheet = read(tmp_path, content.encode())
    assert sheet.skipped == 2
    assert sheet.header == tuple(HEADER)
    assert cells(sheet) == [
        ["A-1", "03/04/2025", "Mérida\ncentro", "1"],
        ["A-2", "13/04/2025", "León", ""],
    ]
    assert sheet.rows.tolist() == [4, 7]


def test_the_line_of_excel_that_names_the_separator_does_not_count(tmp_path: Path) -> None:
    sheet = read(tmp_path, ("sep=;\r\n" + text(ROWS, ";")).encode("utf-8-sig"))
    assert sheet.delimiter == ";"
    assert cells(sheet) == ROWS
    assert sheet.rows.tolist() == [2, 3]


def test_long_rows_are_all_named(tmp_path: Path) -> None:
    content = text(ROWS).replace('"1,234.50"', "1,234.50").replace('"León, Gto"', "León, Gto")
    with pytest.raises(InputError) as caught:
        read(tmp_path, content.encode())
    assert [(fault.code, fault.row) for fault in caught.value.faults] == [("F403", 2), ("F403", 3)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\r\n1,2\r\n", "F401"),
        (b"", "F401"),
        (b"Pedido,Fecha\r\n", "F402"),
        (b"\x00\x00\x02\x03", "F400"),
        (b"PK\x03\x04 no workbook", "F102"),
        (b"PAR1 no table", "F102"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, content)
    assert {fault.code for fault in caught.value.faults} == {code}


def test_a_workbook_is_read_with_its_types(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notas"
    book.active.append(["hecho por", "Ana"])
    page = book.create_sheet("Ventas")
    page.append(["Ventas 2025"])
    page.append(HEADER)
    page.append([1001, date(2025, 4, 3), "Mérida", 1.234])
    page.append([1002, datetime(2025, 4, 3, 13, 20), None, 12])
    book.save(tmp_path / "orders.xlsx")
    [sheet] = read_sheets(tmp_path / "orders.xlsx", ALIASES)
    assert (sheet.sheet, sheet.skipped, sheet.place) == ("Ventas", 1, "orders.xlsx, sheet Ventas")
    # a fourth decimal, so that the number is no longer one of thousands
    assert cells(sheet) == [
        ["1001", "2025-04-03", "Mérida", "1.2340"],
        ["1002", "2025-04-03 13:20:00", "", "12"],
    ]
    assert sheet.rows.tolist() == [3, 4]


def test_parquet_is_read_with_its_types(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "order_id": [7, 8],
            "order_date": pd.to_datetime(["2025-04-03", None]),
            "price": [1.5, None],
            "city": pd.Series(["Mérida", None], dtype="category"),
        }
    )
    frame.to_parquet(tmp_path / "orders.parquet")
    [sheet] = read_sheets(tmp_path / "orders.parquet", ALIASES)
    assert cells(sheet) == [["7", "2025-04-03", "1.5", "Mérida"], ["8", "", "", ""]]


def test_a_header_in_any_language_is_matched() -> None:
    english = ["Order ID", "Order Date", "SKU", "Shipping Zip", "Zip", "Notes"]
    found, faults = match_header(english, ALIASES, {}, "orders.csv", 1)
    assert faults == []
    assert found == {
        "order_id": "Order ID",
        "order_date": "Order Date",
        "sku": "SKU",
        "postcode": "Shipping Zip",
    }
    for names in (
        ["Nº de pedido", "FECHA DE PEDIDO", "Código Postal"],
        ["Número do pedido", "Data da compra", "CEP"],
        ["订单号", "下单时间", "邮编"],
    ):
        found, faults = match_header(names, ALIASES, {}, "orders.csv", 1)
        assert faults == []
        assert list(found) == ["order_id", "order_date", "postcode"]
        assert list(found.values()) == names


def test_two_columns_for_one_field_are_settled_by_the_map() -> None:
    header = ["Order ID", "Created at", "Date"]
    _, faults = match_header(header, ALIASES, {}, "orders.csv", 3)
    [fault] = faults
    assert (fault.code, fault.row, fault.value) == ("F405", 3, "Date")
    assert '[columns] order_date = "Created at"' in fault.detail
    found, faults = match_header(header, ALIASES, {"order_date": "date"}, "orders.csv", 3)
    assert (found["order_date"], faults) == ("Date", [])


def test_a_map_names_what_exists() -> None:
    given = {"order_date": "Dia", "colour": "Color", "city": ""}
    found, faults = match_header(["Order ID", "City"], ALIASES, given, "orders.csv", 1)
    assert [(fault.code, fault.value) for fault in faults] == [("F404", "Dia"), ("F404", "colour")]
    assert found == {"order_id": "Order ID"}


def test_no_alias_stands_for_two_fields() -> None:
    import tomllib
    from importlib.resources import files

    from fulfill.inputs.spelling import fold

    text = files("fulfill.inputs.importing").joinpath("aliases", "orders.toml").read_text("utf-8")
    table = tomllib.loads(text)
    owners: dict[str, set[str]] = {}
    for field, groups in table.items():
        for name in (name for listed in groups.values() for name in listed):
            owners.setdefault(fold(name), set()).add(field)
    assert {name: fields for name, fields in owners.items() if len(fields) > 1} == {}


def test_names_of_a_map_let_a_header_be_found() -> None:
    aliases = Aliases({}, ("order_id",)).with_names(["Mi Clave"])
    assert "mi clave" in aliases.names
