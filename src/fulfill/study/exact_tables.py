"""The exact tables of a plan in one file, for programs; the CSV files beside it are for people.

Every column is an array of `tables.npz`, named `<table>.<column>`, with a value for each row in
the order of the CSV file. Numbers are float64, NaN where there is no value. A column of texts is
the position of each text in the array `<table>.<column>.texts`, which has each of them once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import LARGEST_FILE
from fulfill.model.array_file import read_arrays, save_arrays
from fulfill.study.json_file import FORMAT, LARGEST
from fulfill.study.names import column
from fulfill.study.output import Output
from fulfill.study.outputs import EXACT_TABLES

TEXTS = ".texts"
Arrays = Mapping[str, NDArray[Any]]


def write_exact_tables(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write the tables of a plan without any loss.

    Parameters
    ----------
    tables : Mapping of str to DataFrame
        By the names of `outputs.EXACT_TABLES`.
    path : Path
        File to write.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for name, table in tables.items():
        for title in table.columns:
            key, values = f"{name}.{title}", table[title]
            if EXACT_TABLES[name].is_number(title):
                arrays[key] = values.to_numpy(float)
                continue
            code, texts = pd.factorize(values.astype(str))
            arrays[key] = code.astype(np.min_scalar_type(max(len(texts) - 1, 0)))
            arrays[key + TEXTS] = np.asarray(texts, str)
    save_arrays(path, FORMAT, arrays)


def read_exact_tables(path: Path) -> dict[str, pd.DataFrame]:
    """Read the tables of a plan.

    Parameters
    ----------
    path : Path
        File of `write_exact_tables`; it may come from somebody else.

    Returns
    -------
    dict of str to DataFrame
        By the names of `outputs.EXACT_TABLES`, as they were written.

    Raises
    ------
    InputError
        F101, F311, F320 or F347 where the file cannot be read, see `array_file.read_arrays`; F311
        for every column that is missing, unknown, damaged, or of another length than the others.
    """
    arrays = read_arrays(path, FORMAT)
    faults = [
        Fault("F311", path.name, column=key[:80], detail=text) for key, text in _wrong(arrays)
    ]
    if faults:
        raise InputError(faults)
    return {name: _table(name, arrays) for name in EXACT_TABLES}


def _table(name: str, arrays: Arrays) -> pd.DataFrame:
    columns = {}
    for key in arrays:
        table, _, title = key.partition(".")
        if table == name and not key.endswith(TEXTS):
            texts = arrays.get(key + TEXTS)
            columns[title] = arrays[key] if texts is None else column(texts.tolist(), arrays[key])
    return pd.DataFrame(columns)


def _wrong(arrays: Arrays) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the arrays of a file, as name of the array and text."""
    known = set()
    for name, declared in EXACT_TABLES.items():
        titles = _titles(name, arrays)
        yield from ((f"{name}.{key}", "missing") for key in declared.keys if key not in titles)
        yield from ((f"{name}.{key}", "unknown") for key in titles if not _known(declared, key))
        keys = {f"{name}.{title}": declared.is_number(title) for title in titles}
        known |= {*keys, *(key + TEXTS for key, number in keys.items() if not number)}
        yield from _wrong_columns(keys, arrays)
    yield from ((key, "unknown") for key in arrays if key not in known)


def _titles(name: str, arrays: Arrays) -> list[str]:
    """Return the columns of a table that a file has."""
    prefix = f"{name}."
    return [
        key.removeprefix(prefix)
        for key in arrays
        if key.startswith(prefix) and not key.endswith(TEXTS)
    ]


def _known(declared: Output, title: str) -> bool:
    # a service target adds a column of numbers
    return title in declared.keys or declared.is_number(title)


def _wrong_columns(keys: Mapping[str, bool], arrays: Arrays) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the columns of a table, given which of them are numbers."""
    rows = {arrays[key].shape for key in keys}
    for key, is_number in keys.items():
        values = arrays[key]
        if values.ndim != 1 or len(rows) > 1:
            yield key, f"{values.shape} values, the columns of a table have as many rows each"
        elif is_number:
            if values.dtype != np.float64 or (np.isfinite(values) & (abs(values) > LARGEST)).any():
                yield key, "no possible figures"
        elif key + TEXTS not in arrays:
            yield key + TEXTS, "missing"
        else:
            yield from ((key, text) for text in _wrong_texts(values, arrays[key + TEXTS]))


def _wrong_texts(code: NDArray[Any], texts: NDArray[Any]) -> Iterator[str]:
    """Yield what is wrong with a column of texts, given as positions among distinct texts."""
    if texts.ndim != 1 or texts.dtype.kind != "U":
        yield "its texts are no list of texts"
    elif code.dtype.kind not in "iu":
        yield "its positions are no whole numbers"
    elif len(code) and not 0 <= code.min() <= code.max() < len(texts):
        yield "a position outside of its texts"
    # A long text that many rows refer to would fill the memory.
    elif np.strings.str_len(texts)[code].sum() > LARGEST_FILE:
        yield f"texts of more than {LARGEST_FILE // 2**20} MiB"
