"""Files of orders into one table of lines, with what was recognised in each file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.encoding import garbled, meant
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.importing.dates import read_days
from fulfill.inputs.importing.headers import match_header, read_aliases
from fulfill.inputs.importing.numbers import read_numbers
from fulfill.inputs.importing.order_map import OrderMap
from fulfill.inputs.importing.sheets import Sheet, read_sheets

TEXTS = (
    "order_id", "status", "sku", "product_name", "category", "currency", "postcode", "city",
    "state", "country",
)  # fmt: skip
NUMBERS = (
    "quantity", "unit_price", "line_total", "order_total", "weight_kg", "weight_g", "lat", "lon",
)  # fmt: skip
REPAIRABLE = ("category", "city", "state")
"""Fields whose letters are put right where another program read UTF-8 as Windows-1252."""
GRAMS = 1000.0


@dataclass(frozen=True)
class Reading:
    """How files are read where they do not show it themselves; None to recognise it.

    Attributes
    ----------
    encoding : str or None
        Any that Python knows.
    decimal : str or None
        ``point`` or ``comma``.
    date_order : str or None
        ``dmy`` or ``mdy``.
    """

    encoding: str | None = None
    decimal: str | None = None
    date_order: str | None = None


@dataclass(frozen=True)
class Recognised:
    """What was recognised in a file or worksheet.

    Attributes
    ----------
    file, sheet, encoding, delimiter : str
        See `Sheet`.
    skipped : int
        Rows above the header.
    rows : int
        Rows below it.
    columns : dict of str to str
        Column by field.
    unused : tuple of str
        Columns that hold no known field.
    decimals : dict of str to str
        ``point`` or ``comma`` by column, of those whose numbers show it.
    date_order : str
        ``dmy``, ``mdy`` or ``ymd``.
    """

    file: str
    sheet: str
    encoding: str
    delimiter: str
    skipped: int
    rows: int
    columns: dict[str, str]
    unused: tuple[str, ...]
    decimals: dict[str, str]
    date_order: str


@dataclass(frozen=True, eq=False)
class OrderLines:
    """Lines of orders.

    Attributes
    ----------
    frame : DataFrame
        `TEXTS` as text, empty where unknown; `NUMBERS` as float, NaN where unknown, weights as
        weight_kg of a piece; `day` as datetime64; `currency_sign`, the currency of the price where
        its sign says it; `file` (position in `files`) and `row`.
    files : tuple of Recognised
    repaired : dict of str to int
        Cells that were put right, by what was wrong.
    """

    frame: pd.DataFrame
    files: tuple[Recognised, ...]
    repaired: dict[str, int]


def read_order_lines(paths: Sequence[Path], mapped: OrderMap, reading: Reading) -> OrderLines:
    """Read files of orders.

    Parameters
    ----------
    paths : sequence of Path
    mapped : OrderMap
    reading : Reading

    Returns
    -------
    OrderLines

    Raises
    ------
    InputError
        With the faults of all files: those of `read_sheets`, `match_header`, `read_numbers` and
        `read_days`, and F410 for fields that no column holds.
    """
    aliases = read_aliases("orders").with_names(filter(None, mapped.columns.values()))
    frames, files, faults = [], list[Recognised](), list[Fault]()
    for path in paths:
        try:
            sheets = read_sheets(path, aliases, reading.encoding)
        except InputError as error:
            faults += error.faults
            continue
        for sheet in sheets:
            columns, found = match_header(
                sheet.header, read_aliases("orders"), mapped.columns, sheet.place, sheet.skipped + 1
            )
            found += _absent(columns, mapped, sheet)
            faults += found
            if not found:
                frame, known, wrong = _typed(sheet, columns, mapped, reading)
                faults += wrong
                frames.append(frame.assign(file=len(files)))
                files.append(known)
    if faults:
        raise InputError(faults)
    lines, repaired = _with_letters(pd.concat(frames, ignore_index=True))
    return OrderLines(lines, tuple(files), repaired)


def _absent(columns: dict[str, str], mapped: OrderMap, sheet: Sheet) -> list[Fault]:
    """Find fields without which orders cannot be read."""
    known = {*columns, *mapped.values}
    needed = (
        ("order_id",),
        ("order_date",),
        ("sku", "product_name", "category"),
        ("postcode", "city", "lat"),
        ("country", "state"),
    )
    return [
        Fault("F410", sheet.place, sheet.skipped + 1, " or ".join(fields))
        for fields in needed
        if not known.intersection(fields)
    ]


def _typed(
    sheet: Sheet, columns: dict[str, str], mapped: OrderMap, reading: Reading
) -> tuple[pd.DataFrame, Recognised, list[Fault]]:
    """Return the fields of a sheet with their types, what was recognised, and its faults."""
    frame, place, rows = sheet.frame, sheet.place, sheet.rows
    figures = {name: frame[column] for name in NUMBERS if (column := columns.get(name))}
    numbers, faults = read_numbers(
        {columns[name]: cells for name, cells in figures.items()}, place, rows, reading.decimal
    )
    dates = {columns["order_date"]: frame[columns["order_date"]]}
    days, found = read_days(dates, place, rows, reading.date_order, workbook=bool(sheet.sheet))
    blank = pd.Series("", frame.index, "str")
    typed: dict[str, Any] = {
        name: frame[columns[name]] if name in columns else blank + mapped.values.get(name, "")
        for name in TEXTS
    }
    typed |= {
        name: numbers[columns[name]].values
        if name in figures and columns[name] in numbers
        else np.full(len(frame), float(mapped.values.get(name, "nan")))
        for name in NUMBERS
    }
    signs = [
        numbers[columns[name]].currencies
        for name in ("unit_price", "line_total", "order_total")
        if columns.get(name) in numbers
    ]
    one = {sign for listed in signs for sign in listed}
    typed["currency_sign"] = blank + (next(iter(one)) if len(one) == 1 else "")
    if "quantity" not in {*columns, *mapped.values}:
        typed["quantity"] = np.ones(len(frame))
    typed["weight_kg"] = np.where(
        np.isnan(typed["weight_kg"]), typed["weight_g"] / GRAMS, typed["weight_kg"]
    )
    typed |= {"day": days.columns[columns["order_date"]], "row": rows}
    used = set(columns.values())
    recognised = Recognised(
        file=sheet.file,
        sheet=sheet.sheet,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        skipped=sheet.skipped,
        rows=len(frame),
        columns=columns,
        unused=tuple(name for name in sheet.header if name not in used),
        decimals={name: one.decimal for name, one in numbers.items() if one.decimal},
        date_order=days.order,
    )
    return pd.DataFrame(typed).drop(columns="weight_g"), recognised, faults + found


def _with_letters(lines: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return lines with the letters that were meant, and the number of cells put right."""
    repaired, count = {}, 0
    for name in REPAIRABLE:
        code, distinct = pd.factorize(lines[name])
        right = [meant(text) if garbled(text) else "" for text in distinct]
        changed = np.array([bool(text) for text in right], bool)
        if changed.any():
            texts = [new or old for new, old in zip(right, distinct, strict=True)]
            repaired[name] = pd.Series(np.array(texts, object)[code], dtype="str")
            count += int(changed[code].sum())
    return lines.assign(**repaired), {"letters": count} if count else {}
