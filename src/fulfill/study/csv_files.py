"""CSV files of runs: the only place where they are written, and where their cells are read.

Spreadsheets run a cell that begins with ``= + - @``, a tab or a line end as a formula, whatever it
is quoted with. Such a text gets an apostrophe in front, as OWASP recommends ("CSV Injection"), and
so does one that already has apostrophes before such a character: taking one away on reading gives
every text back exactly. Numbers, also negative ones, are written as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import read_own_file
from fulfill.study.output import Output

DIGITS = "%.15g"
"""Fifteen digits hide the last rounding error and let an audit reproduce every value to 1e-9."""
# Spreadsheets of East Asian locales also take the full-width forms of the four characters.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_SPECIAL = re.compile('[,"\r\n]')
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


def write_output(declared: Output, table: pd.DataFrame, folder: Path) -> None:
    """Write a declared table for people, with its numbers rounded.

    Parameters
    ----------
    declared : Output
        Name of the file, and decimals by column.
    table : DataFrame
        With exact values.
    folder : Path
        Folder to write to.
    """
    write_csv(declared.rounded(table), folder / declared.name)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table in the common format of a run: UTF-8, LF, comma and decimal point.

    Parameters
    ----------
    frame : DataFrame
        Its index is not written. A missing value is an empty cell.
    path : Path
        File to write.
    """
    header = [_quoted(neutral(str(name))) for name in frame.columns]
    rows = zip(*(_cells(frame[name]) for name in frame.columns), strict=True)
    lines = [",".join(header), *map(",".join, rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _cells(column: pd.Series) -> list[str]:
    """Return the cells of a column as they stand in the file.

    Numbers are formatted in one call and equal texts are looked at once, which is several times
    faster than cell by cell.
    """
    if pd.api.types.is_float_dtype(column):
        values = column.to_numpy(float)
        written = f"{DIGITS}\n" * len(values) % tuple(values.tolist())
        return written.replace("nan\n", "\n").split("\n")[:-1]
    return list(_of_each(_cell, column))


def _of_each(function: Callable[[Any], str], column: pd.Series) -> NDArray[np.object_]:
    """Return the text that a function gives for each value; equal values are looked at once."""
    code, distinct = pd.factorize(column, use_na_sentinel=False)
    return np.array([function(value) for value in distinct], object)[code]


def _cell(value: object) -> str:
    if isinstance(value, str):
        return _quoted(neutral(value))
    if value is None or value != value:  # NaN and NaT differ from themselves
        return ""
    return DIGITS % value if isinstance(value, float) else str(value)


def _quoted(text: str) -> str:
    """Return a text in quotes where RFC 4180 asks for them.

    A line end of either kind is one, as readers take a carriage return for a line end too.
    """
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


def read_csv(file: Path | BytesIO) -> pd.DataFrame:
    """Read a CSV file of a run with every cell as the text that was written.

    Parameters
    ----------
    file : Path or BytesIO
        File to read, or its content.

    Returns
    -------
    DataFrame
        Of str; empty cells are empty texts.

    Raises
    ------
    ValueError
        Where the file is no CSV table in UTF-8.
    """
    # As text: pandas would read an id such as NA as missing, and 007 as 7.
    table = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8", index_col=False)
    return originals(table)


def read_output(declared: Output, folder: Path) -> pd.DataFrame:
    """Return a declared table of a run with every cell as text.

    Parameters
    ----------
    declared : Output
        Name of the file, and its columns.
    folder : Path
        Run folder.

    Returns
    -------
    DataFrame
        Of str; empty cells are empty texts.

    Raises
    ------
    InputError
        F101 where the file is missing, F311 where it cannot be parsed or lacks a column, F347 where
        it is no regular file.
    """
    content = read_own_file(folder / declared.name)
    try:
        table = read_csv(BytesIO(content))
    except (ValueError, pd.errors.ParserError) as error:
        raise InputError([Fault("F311", declared.name, detail=str(error))]) from None
    missing = [name for name in declared.keys if name not in table.columns]
    if missing:
        detail = f"it lacks {', '.join(missing)}"
        raise InputError([Fault("F311", declared.name, detail=detail)])
    return table


def typed(table: pd.DataFrame, declared: Output) -> pd.DataFrame:
    """Return a table of texts with its numeric columns as float64.

    Parameters
    ----------
    table : DataFrame
        Of `read_csv`.
    declared : Output
        Name of the file, and which of its columns are numbers.

    Returns
    -------
    DataFrame
        Empty cells of numeric columns are NaN.

    Raises
    ------
    InputError
        F311 for every numeric column with a cell that is no number.
    """
    changed, faults = {}, []
    for column in filter(declared.is_number, table.columns):
        try:
            changed[column] = np.array([float(cell or "nan") for cell in table[column].tolist()])
        except ValueError as error:
            faults.append(Fault("F311", declared.name, column=column, detail=str(error)))
    if faults:
        raise InputError(faults)
    return table.assign(**changed)


def originals(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of a run as it was before `write_csv` neutralised it.

    Parameters
    ----------
    table : DataFrame
        As read from the file.

    Returns
    -------
    DataFrame
        With the apostrophes of formulas taken away from texts and column names.
    """
    table = table.set_axis([original(str(name)) for name in table.columns], axis=1)
    texts = [name for name in table.columns if _has_texts(table[name])]
    return table.assign(**{name: _of_each(original, table[name].astype(str)) for name in texts})


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; see `original`."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def original(text: str) -> str:
    """Return the text that `neutral` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _has_texts(column: pd.Series) -> bool:
    return pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)
