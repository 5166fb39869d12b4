"""CSV files of runs: the only place where they are written, and where their cells are read.

Spreadsheets run a cell that begins with ``= + - @``, a tab or a line end as a formula, whatever it
is quoted with. Such a text gets an apostrophe in front, as OWASP recommends ("CSV Injection"), and
so does one that already has apostrophes before such a character: taking one away on reading gives
every text back exactly. Numbers, also negative ones, are written as they are.
"""

from __future__ import annotations

import csv
import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

DIGITS = "%.15g"
"""Fifteen digits hide the last rounding error and let an audit reproduce every value to 1e-9."""
# Spreadsheets of East Asian locales also take the full-width forms of the four characters.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table in the common format of a run: UTF-8, LF, comma and decimal point.

    Parameters
    ----------
    frame : DataFrame
        Its index is not written.
    path : Path
        File to write.
    """
    table = frame.set_axis([neutral(str(name)) for name in frame.columns], axis=1)
    texts = [name for name in table.columns if _has_texts(table[name])]
    table = table.assign(**{name: _neutral(table[name]) for name in texts})
    # The csv module does not quote a carriage return by itself, and readers take it for a line end.
    returns = any(
        table[name].drop_duplicates().astype(str).str.contains("\r", regex=False).any()
        for name in texts
    )
    if not returns:
        floats = [name for name in table.columns if pd.api.types.is_float_dtype(table[name])]
        table = table.assign(**{name: _digits(table[name]) for name in floats})
    table.to_csv(
        path,
        index=False,
        encoding="utf-8",
        lineterminator="\n",
        float_format=DIGITS,
        quoting=csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL,
    )


def _neutral(column: pd.Series) -> pd.Series:
    """Return a column of texts that no spreadsheet takes for formulas; equal ones are seen once."""
    code, distinct = pd.factorize(column, use_na_sentinel=False)
    neutralised = pd.Series([_neutral_cell(cell) for cell in distinct], dtype=object)
    return pd.Series(neutralised.to_numpy()[code], index=column.index, dtype=object)


def _digits(column: pd.Series) -> pd.Series:
    """Return the numbers of a column as texts; formatting them in one call is several times faster.

    A missing number is an empty text.
    """
    values = column.to_numpy(float)
    texts = ((DIGITS + "\n") * len(values) % tuple(values.tolist())).split("\n")[:-1]
    written = np.array(texts, object)
    written[np.isnan(values)] = ""
    return pd.Series(written, index=column.index, dtype=object)


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
    return table.assign(
        **{name: [original(cell) for cell in table[name].astype(str)] for name in texts}
    )


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; see `original`."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def original(text: str) -> str:
    """Return the text that `neutral` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _neutral_cell(cell: object) -> object:
    return neutral(cell) if isinstance(cell, str) else cell


def _has_texts(column: pd.Series) -> bool:
    return pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)
