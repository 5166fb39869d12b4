"""A file as another program exports it, into a header and columns of text.

CSV with any usual delimiter and encoding, XLSX and Parquet are read. Titles above the header, a
line `sep=;`, blank rows and blank columns are passed over. What was recognised is part of the
result, so that it can be said.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from fulfill.inputs.encoding import encoding_of
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import read_regular
from fulfill.inputs.importing.headers import Aliases, names_known

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
"""Delimiters that are recognised, and their names for people."""
HEADER_WITHIN = 30
"""Rows among which the header is looked for."""
CHUNK = 2**16
"""Rows that are held as Python texts at a time."""
_SEPARATOR_LINE = re.compile(r'"?sep=([^\r\n])"?[,;\t|]*', re.IGNORECASE)
Row = Sequence[str]


@dataclass(frozen=True, repr=False, eq=False)
class Sheet:
    """A table as it stands in a file.

    Attributes
    ----------
    file : str
        Name of the file.
    sheet : str
        Name of the worksheet; empty for other files.
    encoding, delimiter : str
        Of a CSV file, ``utf-8`` and ``,`` for instance; empty for other files.
    skipped : int
        Rows above the header.
    header : tuple of str
        Names of the columns, unique: a repeated name has its number behind it, as in ``Name (2)``.
    frame : DataFrame
        Columns of text by the names of the header, without surrounding blanks. An empty cell is an
        empty text.
    rows : ndarray of int, shape (n_rows,)
        Row numbers as a spreadsheet shows them.
    """

    file: str
    sheet: str
    encoding: str
    delimiter: str
    skipped: int
    header: tuple[str, ...]
    frame: pd.DataFrame
    rows: NDArray[np.int64]

    @property
    def place(self) -> str:
        """Name of the file, and of the worksheet if it has one, for messages."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file


def read_sheets(path: Path, aliases: Aliases, encoding: str | None = None) -> list[Sheet]:
    """Read the tables of a file.

    Parameters
    ----------
    path : Path
        CSV, TSV or text, XLSX or Parquet, told by its content.
    aliases : Aliases
        Names of columns: the header is the row that has most of them, at least two.
    encoding : str, optional
        Encoding of a text file, any that Python knows; by default it is recognised.

    Returns
    -------
    list of Sheet
        One; of a workbook, every worksheet with a header.

    Raises
    ------
    InputError
        F102 and F347 where the file cannot be read, F400 for another encoding, F401 where no row is
        a header, F402 where there are no rows, F403 for rows longer than the header.
    """
    content = read_regular(path, path.name, links=True)
    if content.startswith(b"PAR1"):
        sheets = [_parquet(content, path.name)]
    elif content.startswith(b"PK\x03\x04"):
        sheets = _workbook(content, path.name, aliases)
    else:
        sheets = [_text(content, path.name, aliases, encoding)]
    if not any(len(sheet.frame) for sheet in sheets):
        raise InputError([Fault("F402", path.name)])
    return [sheet for sheet in sheets if len(sheet.frame)]


def _text(content: bytes, file: str, aliases: Aliases, encoding: str | None) -> Sheet:
    """Read a text file with delimiters."""
    name = encoding_name(content, file, encoding)
    with io.TextIOWrapper(io.BytesIO(content), name) as stream:
        head = list(islice(stream, 4 * HEADER_WITHIN))
    hint = _SEPARATOR_LINE.fullmatch(head[0].lstrip("\ufeff").rstrip("\r\n")) if head else None
    delimiter = hint[1] if hint else delimiter_of(head, aliases)
    with io.TextIOWrapper(io.BytesIO(content), name, newline="") as stream:
        if hint:
            stream.readline()
        sheet = _sheet(_records(stream, delimiter, file), file, "", aliases)
    # the row `sep=;` is not shown by a spreadsheet, so that it does not count
    return replace(sheet, encoding=name, delimiter=delimiter)


def encoding_name(content: bytes, file: str, given: str | None) -> str:
    """Return the encoding of a text, checked over all of it.

    Parameters
    ----------
    content : bytes
    file : str
        Name of the file, for messages.
    given : str or None
        Encoding that the user names; None to recognise it.

    Returns
    -------
    str

    Raises
    ------
    InputError
        F400.
    """
    if given is None:
        name = encoding_of(content)
        if not name:
            raise InputError([Fault("F400", file, detail="the encoding was not recognised")])
        return name
    try:
        codecs.lookup(given)
        content.decode(given)
    except (LookupError, UnicodeDecodeError) as error:
        raise InputError([Fault("F400", file, value=given, detail=str(error))]) from None
    # a mark at the begin is no part of the first name
    return "utf-8-sig" if codecs.lookup(given).name == "utf-8" else given


def delimiter_of(head: list[str], aliases: Aliases) -> str:
    """Return the delimiter by which most columns are recognised, else the most regular one.

    Parameters
    ----------
    head : list of str
        First lines of the text.
    aliases : Aliases
        Names of columns.

    Returns
    -------
    str
    """

    def quality(delimiter: str) -> tuple[int, int]:
        rows = list(csv.reader(head, delimiter=delimiter))
        named = max((names_known(row, aliases) for row in rows), default=0)
        widths = [len(row) for row in rows if len(row) > 1]
        return named, max(map(widths.count, widths), default=0)

    return max(DELIMITERS, key=quality)


def _records(stream: io.TextIOBase, delimiter: str, file: str) -> Iterator[Row]:
    """Yield the rows of a text, blank ones too."""
    reader = csv.reader(stream, delimiter=delimiter)
    try:
        yield from reader
    except csv.Error as error:
        raise InputError([Fault("F102", file, reader.line_num, detail=str(error))]) from None


def _workbook(content: bytes, file: str, aliases: Aliases) -> list[Sheet]:
    """Read the worksheets of a workbook that have a header."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError([Fault("F102", file, detail=str(error))]) from None
    sheets, faults = [], list[Fault]()
    for worksheet in book.worksheets:
        try:
            sheets.append(_sheet(_cell_rows(worksheet), file, worksheet.title, aliases))
        except InputError as error:
            faults += error.faults
    # a workbook has sheets of other things, which are passed over where one has a header
    if not sheets or any(fault.code != "F401" for fault in faults):
        raise InputError(faults or [Fault("F401", file, detail="no worksheet")])
    return sheets


def _cell_rows(worksheet: Worksheet) -> Iterator[Row]:
    """Yield the rows of a worksheet as text."""
    for row in worksheet.iter_rows(values_only=True):
        yield [cell_text(cell) for cell in row]


def cell_text(cell: object) -> str:
    """Return a typed cell as text that can mean nothing else.

    Three decimals get a fourth, so that 1.234 is not read as 1,234.

    Parameters
    ----------
    cell : object
        Value of a cell of a workbook or Parquet file.

    Returns
    -------
    str
    """
    if cell is None or cell != cell:  # NaN differs from itself
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        text = f"{cell:.10f}".rstrip("0")
        return text + "0" if len(text.partition(".")[2]) == 3 else text
    return str(cell)


def _parquet(content: bytes, file: str) -> Sheet:
    """Read a Parquet file, whose header needs no search."""
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise InputError([Fault("F102", file, detail=str(error))]) from None
    columns = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        code, distinct = pd.factorize(column.to_pandas())
        texts = [cell_text(one).strip() for one in pd.Series(distinct).astype(object)]
        columns[str(name)] = pd.Series(np.array([*texts, ""], object)[code], dtype="str")
    frame = pd.DataFrame(columns)
    rows = np.arange(2, len(frame) + 2, dtype=np.int64)
    return Sheet(file, "", "", "", 0, tuple(columns), frame, rows)


def _sheet(records: Iterable[Row], file: str, sheet: str, aliases: Aliases) -> Sheet:
    """Find the header of rows and bring what is below into columns of text."""
    records = iter(records)
    head: list[Row] = [[cell.strip() for cell in row] for row in islice(records, HEADER_WITHIN)]
    known = [names_known(row, aliases) for row in head]
    place = f"{file}, sheet {sheet}" if sheet else file
    if max(known, default=0) < 2:
        shown = next((", ".join(filter(None, row)) for row in head if any(row)), "")
        raise InputError([Fault("F401", place, value=shown[:80])])
    at = known.index(max(known))
    header = head[at]
    while not header[-1]:
        header = header[:-1]
    names = _unique(header)
    frame, rows, faults = _columns(names, head[at + 1 :], records, at + 2, place)
    if faults:
        raise InputError(faults)
    # the exporter's own blank columns
    empty = [name for name, cell in zip(names, header, strict=True) if not cell]
    kept = tuple(name for name in names if name not in empty or (frame[name] != "").any())
    return Sheet(file, sheet, "", "", at, kept, frame[list(kept)], rows)


def _unique(header: Row) -> list[str]:
    """Return names of columns, repeated ones and nameless ones with their number behind them."""
    seen: dict[str, int] = {}
    names = []
    for place, cell in enumerate(header, 1):
        name = " ".join(cell.split()) or f"column {place}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _columns(
    names: list[str], first: list[Row], records: Iterator[Row], number: int, place: str
) -> tuple[pd.DataFrame, NDArray[np.int64], list[Fault]]:
    """Return rows as columns of text with their row numbers, and the rows that are too long.

    `first` are the rows already taken from `records`; `number` is that of the first of them.
    """
    width, faults = len(names), list[Fault]()
    pieces: list[list[pa.Array]] = [[] for _ in names]
    numbers: list[int] = []
    chunk: list[Row] = []

    def flush() -> None:
        for column, cells in zip(pieces, zip(*chunk, strict=True), strict=True):
            column.append(pa.array([cell.strip() for cell in cells], pa.large_string()))
        chunk.clear()

    for sequence in (first, records):
        for row in sequence:
            if len(row) != width:
                if any(cell.strip() for cell in row[width:]):
                    detail = f"{len(row)} cells, header has {width}"
                    faults.append(Fault("F403", place, number, value=row[width], detail=detail))
                row = [*row[:width], *[""] * (width - len(row))]
            if any(row):
                chunk.append(row)
                numbers.append(number)
                if len(chunk) == CHUNK:
                    flush()
            number += 1
    if chunk:
        flush()
    table = pa.table(
        {
            name: pa.chunked_array(column, pa.large_string())
            for name, column in zip(names, pieces, strict=True)
        }
    )
    frame = table.to_pandas(types_mapper={pa.large_string(): pd.StringDtype(na_value=np.nan)}.get)
    return frame, np.array(numbers, np.int64), faults
