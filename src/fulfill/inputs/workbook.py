"""A workbook read as a folder: each sheet is a table or a settings file.

Everything that follows, from the checks to the copy in a run, works on the files of a folder. A
sheet is therefore turned into the CSV file, or the TOML file of settings, that has the same rows;
row numbers stay those of the sheet. The tables `parameters` of a network and of a demand have a
sheet each, so that one workbook can hold both.
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, time, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.rows import OWN_COLUMN
from fulfill.inputs.schema import DEMAND_TABLES, NETWORK_TABLES
from fulfill.inputs.spelling import nearest

ENDING = ".xlsx"
ABOUT, LISTS, FAULTS = "about", "lists", "faults"
"""Sheets that are no input: the explanation, the choices of drop-down lists, and marked faults."""
TABLES_OF = {"network": NETWORK_TABLES, "demand": DEMAND_TABLES}
"""Tables by kind of folder."""
SETTING, VALUE = "setting", "value"
"""Columns of a sheet of settings."""
LARGEST_CONTENT = 2**29
"""Bytes of the largest workbook that is read, unpacked."""


def is_workbook(place: Path) -> bool:
    """Return whether a place is a file with the ending of workbooks."""
    return place.suffix.lower() == ENDING and place.is_file()


def sheet_of(kind: str, file: str) -> str:
    """Return the sheet of a file of a network or demand folder.

    Parameters
    ----------
    kind : str
        ``network`` or ``demand``.
    file : str
        Such as ``sites.csv`` or ``network.toml``.

    Returns
    -------
    str
    """
    return f"{kind}_parameters" if file == "parameters.csv" else Path(file).stem


def files_of(kind: str) -> dict[str, str]:
    """Return the files of a network or demand that are sheets, by sheet."""
    names = [f"{kind}.toml", *(f"{table.name}.csv" for table in TABLES_OF[kind])]
    return {sheet_of(kind, name): name for name in names}


def read_sheets(content: bytes, shown: str, kind: str) -> dict[str, bytes]:
    """Return the sheets of a workbook as the files of a folder.

    A sheet that has nothing but a header is an absent file, as is a sheet that is not there.

    Parameters
    ----------
    content : bytes
        Content of the workbook.
    shown : str
        Name of the workbook in faults.
    kind : str
        ``network`` or ``demand``.

    Returns
    -------
    dict of str to bytes
        Content by name of the file.

    Raises
    ------
    InputError
        F480 where the file is no workbook, F481 for every sheet that is no table, F482 for every
        formula without a value, F483 for every cell with an error of the spreadsheet.
    """
    with closing(_opened(content, shown)) as book:
        sheets = _known_sheets(book, shown)
        files, faults = {}, []
        for sheet, file in files_of(kind).items():
            if sheet not in sheets:
                continue
            rows, formulas, wrong = _cells(sheets[sheet])
            place = f"{shown}/{sheet}"
            if formulas:
                wrong += _set_values(rows, formulas, content, sheets[sheet].title)
            faults += [
                Fault(code, place, row, cell=cell_name(row, column), value=value)
                for code, row, column, value in wrong
            ]
            if sum(map(any, rows)) > 1:
                files[file] = _toml(rows) if sheet == kind else _csv(rows)
    if faults:
        raise InputError(faults)
    return files


def _opened(content: bytes, shown: str, *, values: bool = False) -> Any:
    """Open a workbook; its formulas are read, or with `values` what they gave last."""
    import openpyxl

    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > LARGEST_CONTENT:
            detail = f"larger than {LARGEST_CONTENT // 2**20} MiB"
            raise InputError([Fault("F347", shown, detail=detail)])
        return openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=values)
    except InputError:
        raise
    except Exception as error:  # the library has errors of many kinds for a damaged file
        raise InputError([Fault("F480", shown, detail=str(error) or "damaged")]) from None


def _known_sheets(book: Any, shown: str) -> dict[str, Any]:
    """Return the sheets with tables by name; refuse those that are neither a table nor one's own.

    A misspelt name would otherwise leave out an optional table in silence.
    """
    known = [*files_of("network"), *files_of("demand"), ABOUT, LISTS, FAULTS]
    sheets, faults = {}, []
    for sheet in book.worksheets:
        name = sheet.title.strip().lower()
        if name in known:
            sheets[name] = sheet
        elif not OWN_COLUMN.fullmatch(name):
            similar = nearest(name, known)
            detail = f"similar: {', '.join(similar)}" if similar else ""
            faults.append(Fault("F481", f"{shown}/{sheet.title}", detail=detail))
    if faults:
        raise InputError(faults)
    return sheets


Wrong = list[tuple[str, int, int, str]]
"""Code, row, column and value of cells that cannot be read."""


def _cells(sheet: Any) -> tuple[list[list[str]], list[tuple[int, int, str]], Wrong]:
    """Return the cells of a sheet as texts, its formulas, and the cells with an error."""
    rows: list[list[str]] = []
    formulas, wrong = [], []
    sheet.reset_dimensions()  # other programs write them wrongly
    for cells in sheet.iter_rows():
        texts = []
        for cell in cells:
            if cell.data_type == "f":
                formulas.append((cell.row, cell.column, str(cell.value)))
            elif cell.data_type == "e":
                wrong.append(("F483", cell.row, cell.column, str(cell.value)))
            texts.append("" if cell.data_type in "fe" else cell_text(cell))
        rows.append(texts)
    while rows and not any(rows[-1]) and (not formulas or formulas[-1][0] < len(rows)):
        rows.pop()
    return rows, formulas, wrong


def _set_values(
    rows: list[list[str]], formulas: list[tuple[int, int, str]], content: bytes, title: str
) -> Wrong:
    """Put into the rows what the formulas gave when the workbook was saved; return those without.

    A program that does not compute, such as a library, saves formulas without a value.
    """
    wanted, wrong = {(row, column): text for row, column, text in formulas}, []
    with closing(_opened(content, "", values=True)) as book:
        sheet = book[title]
        sheet.reset_dimensions()
        for cells in sheet.iter_rows():
            for cell in cells:
                place = (getattr(cell, "row", 0), getattr(cell, "column", 0))
                if place not in wanted:
                    continue
                if cell.value is None:
                    wrong.append(("F482", *place, wanted[place]))
                elif cell.data_type == "e":
                    wrong.append(("F483", *place, str(cell.value)))
                else:
                    rows[place[0] - 1][place[1] - 1] = cell_text(cell)
    return wrong


def cell_text(cell: Any) -> str:
    """Return the value of a cell as it is written in a CSV file.

    Parameters
    ----------
    cell : openpyxl cell
        Without a formula or an error.

    Returns
    -------
    str
        Numbers with all their digits, also the leading zeros of a format such as ``00000``; dates
        as YYYY-MM-DD, times of day as HH:MM:SS, booleans as yes or no.
    """
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, int):
        zeros = str(cell.number_format or "")
        return str(value).zfill(len(zeros)) if zeros and not zeros.strip("0") else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    return value.strip() if isinstance(value, str) else str(value)


def _csv(rows: list[list[str]]) -> bytes:
    """Return rows as a CSV file; all are as long as the longest."""
    width = max(
        max((place for place, cell in enumerate(row, 1) if cell), default=1) for row in rows
    )
    file = StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows(
        row[:width] + [""] * (width - len(row)) for row in rows
    )
    return file.getvalue().encode()


def _toml(rows: list[list[str]]) -> bytes:
    """Return a sheet of settings as a TOML file; all values are texts.

    Every filled row is a setting, except for a header. A row without a value is none.
    """
    pairs = [[*row, "", ""][:2] for row in rows]
    written = [
        f"{_toml_text(name)} = {_toml_text(value)}"
        for name, value in pairs
        if value and [name.lower(), value.lower()] != [SETTING, VALUE]
    ]
    return ("\n".join(written) + "\n").encode()


def _toml_text(text: str) -> str:
    # a JSON text is a basic string of TOML, as long as other letters stay as they are
    return json.dumps(text, ensure_ascii=False)


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell, such as D7, from its row and column, both counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def located(faults: Iterable[Fault], place: Path) -> list[Fault]:
    """Name the sheet and the cell of faults in a workbook.

    Parameters
    ----------
    faults : iterable of Fault
        Of any inputs.
    place : Path
        A workbook that can be read.

    Returns
    -------
    list of Fault
        Those of the workbook with `Fault.cell`, the others as they are.
    """
    found = list(faults)
    prefixes = {f"{place.name}/{kind}/": kind for kind in TABLES_OF}
    if not any(fault.file.startswith(tuple(prefixes)) for fault in found):
        return found
    heads = _headers(place)
    for number, fault in enumerate(found):
        for prefix, kind in prefixes.items():
            if fault.file.startswith(prefix):
                sheet = sheet_of(kind, fault.file.removeprefix(prefix))
                cell = _cell_of(fault, heads.get(sheet, {}))
                found[number] = replace(fault, file=f"{place.name}/{sheet}", cell=cell)
    return found


def _headers(place: Path) -> dict[str, dict[str, tuple[int, int]]]:
    """Return row and column of the names in the headers of all sheets, by sheet.

    The names of a sheet of settings stand below each other.
    """
    with closing(_opened(place.read_bytes(), place.name)) as book:
        return {
            sheet.title.strip().lower(): dict(_names(sheet, settings=sheet.title in TABLES_OF))
            for sheet in book.worksheets
        }


def _names(sheet: Any, *, settings: bool) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the names in the header of a sheet with their row and column."""
    sheet.reset_dimensions()
    for row, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if settings and len(cells) and isinstance(cells[0], str):
            yield cells[0].strip(), (row, 2)
        elif not settings and any(cell is not None for cell in cells):
            for column, cell in enumerate(cells, 1):
                if isinstance(cell, str):
                    yield cell.strip(), (row, column)
            return


def _cell_of(fault: Fault, names: Mapping[str, tuple[int, int]]) -> str:
    """Return the cell of a fault: that of its row and column, or the nearest that is known.

    A fault of several columns is shown in the first of them; one without a row in the header.
    """
    header, column = names.get(fault.column.split(" + ")[0], (1, 1))
    return cell_name(fault.row or header, column)
