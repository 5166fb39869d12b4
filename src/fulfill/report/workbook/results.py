"""The results of a run as a workbook: key figures with charts, and a sheet for each table.

Numbers are exact and shown as in the tables for people; texts are never formulas.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from fulfill.inputs.faults import Fault, InputError
from fulfill.report.workbook.sheets import (
    HEADER,
    MEASURED,
    new_workbook,
    set_width,
    write_cell,
    write_header,
)
from fulfill.study.exact_tables import read_exact_tables
from fulfill.study.json_file import read_json
from fulfill.study.language import Message
from fulfill.study.language import translated as _
from fulfill.study.manifest import changed_files, read_manifest
from fulfill.study.outputs import EXACT_TABLES, TABLES_FILE
from fulfill.study.run_folder import PLAN_WORKBOOK, SUMMARY
from fulfill.study.vocabulary import KEY_FIGURES, Figure, figure, shown

FILES: tuple[str, ...] = (SUMMARY, TABLES_FILE)
"""Files of a run that are read."""
LARGEST_SHEET = 1_048_575
"""Rows of a sheet, besides its header."""
TITLES = {
    "summary": Message("summary"),
    "sites": Message("sites"),
    "flows": Message("flows"),
    "zones": Message("zones"),
    "costs": Message("costs"),
    "capacity": Message("capacity"),
    "channels": Message("channels"),
    "unserved": Message("not served"),
}
"""Names of the sheets."""
_FORM = re.compile(r"\{:(,?)\.(\d)(f|%)\}")
CHART_SIZE = {"width": 620, "height": 340}


def export_workbook(run: Path, folder: Path) -> Path:
    """Write the results of a run as a workbook.

    Parameters
    ----------
    run : Path
        Run folder with a plan.
    folder : Path
        Existing folder to write to.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        F348 where the folder is no run with a plan, F311 where a file was changed, F485 where a
        table has more rows than a sheet can hold.
    """
    recorded = read_manifest(run)["files"]
    if not set(FILES) <= set(recorded):
        raise InputError([Fault("F348", run.name, detail="it has no plan")])
    if changed := changed_files(run, FILES, recorded):
        raise InputError(changed)
    tables = read_exact_tables(run / TABLES_FILE)
    faults = [
        Fault("F485", f"{name}.csv", detail=f"{len(table):,} rows")
        for name, table in tables.items()
        if len(table) > LARGEST_SHEET
    ]
    if faults:
        raise InputError(faults)
    summary = read_json(run, SUMMARY)
    path = folder / PLAN_WORKBOOK
    with new_workbook(path, run.name) as book:
        sheet = book.add_worksheet(_(TITLES["summary"]))
        for name, table in tables.items():
            _write_table(book, name, table)
        _write_summary(book, sheet, run.name, summary)
        _add_charts(book, sheet, tables)
    return path


def _write_summary(book: Workbook, sheet: Worksheet, title: str, summary: dict[str, Any]) -> None:
    """Write status, cost, bound and the key figures, with their definitions beside them."""
    bold = book.add_format({"bold": True})
    write_cell(sheet, 0, 0, title, bold)
    told = [(_("status"), summary["status"]), (_("rules of"), summary["as_of"])]
    rows: list[tuple[Figure, Any]] = [
        (figure(key), summary["kpis"].get(key)) for key in KEY_FIGURES
    ]
    for row, (label, text) in enumerate(told, 1):
        write_cell(sheet, row, 0, label)
        write_cell(sheet, row, 1, text)
    for row, (one, value) in enumerate(rows, len(told) + 1):
        write_cell(sheet, row, 0, one.heading)
        if value is not None:
            write_cell(sheet, row, 1, float(value), book.add_format(_number_format(one)))
        write_cell(sheet, row, 2, one.definition)
    for column, width in enumerate((34, 18, 80)):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _write_table(book: Workbook, name: str, table: pd.DataFrame) -> None:
    """Write a table with notes on its header, formats of its figures, and a filter."""
    declared, sheet = EXACT_TABLES[name], book.add_worksheet(_(TITLES[name]))
    figures = [declared.figure(column) for column in table.columns]
    heads = [one.heading for one in figures]
    # the id and the name of a place have the same label
    names = [
        head if heads.count(head) == 1 else f"{head} ({one.key})"
        for head, one in zip(heads, figures, strict=True)
    ]
    write_header(sheet, names, book.add_format(HEADER))
    for place, one in enumerate(figures):
        unit = f"\n{_(one.unit)}" if one.unit else ""
        note = f"{one.definition}{unit}\n{declared.name}: {one.key}"
        sheet.write_comment(0, place, note, {"x_scale": 2.0})
        _write_column(book, sheet, place, one, table[one.key])
    sheet.autofilter(0, 0, max(1, len(table)), len(figures) - 1)


def _write_column(
    book: Workbook, sheet: Worksheet, place: int, one: Figure, column: pd.Series
) -> None:
    """Write the cells of a column: numbers with their format, other values in words."""
    form = book.add_format(_number_format(one)) if one.is_number else None
    if one.is_number:
        for row, value in enumerate(column.to_numpy(float).tolist(), 1):
            if math.isfinite(value):
                sheet.write_number(row, place, value, form)
        texts = [one.shown(value) for value in column[:MEASURED]]
    else:
        code, distinct = pd.factorize(column.astype(str))
        words = [shown(text, one.form) if text else "" for text in distinct]
        for row, number in enumerate(code.tolist(), 1):
            write_cell(sheet, row, place, words[number])
        texts = [words[number] for number in code[:MEASURED]]
    # the head of a column may wrap
    set_width(sheet, place, [one.heading[:24], *texts])


def _number_format(one: Figure) -> dict[str, str]:
    """Return the format of a figure in the notation of spreadsheets."""
    found = _FORM.fullmatch(one.form)
    if found is None:
        return {}
    comma, decimals, kind = found.groups()
    digits = "." + "0" * int(decimals) if int(decimals) else ""
    return {"num_format": ("#,##0" if comma else "0") + digits + ("%" if kind == "%" else "")}


def _add_charts(book: Workbook, sheet: Worksheet, tables: dict[str, pd.DataFrame]) -> None:
    """Draw orders by channel, cost by part, and orders and use of the sites."""
    first, below = 14, 18
    channels = _chart(book, "pie", "channels", tables["channels"], "channel", "orders")
    channels.set_title({"name": _("Orders by channel")})
    sheet.insert_chart(first, 0, channels)
    costs = tables["costs"]
    parts = _chart(book, "bar", "costs", costs, "part", "usd_year")
    parts.set_title({"name": _("Cost of a year by part, USD")})
    parts.set_y_axis({"reverse": True, "label_position": "low"})
    parts.set_x_axis({"num_format": "#,##0"})
    parts.set_legend({"none": True})
    parts.set_size({"width": 620, "height": max(340, 24 * len(costs))})
    sheet.insert_chart(first, 2, parts, {"x_offset": 280})
    sites = tables["sites"]
    if len(sites):
        for row, column, title, form in (
            (first + below, "orders_year", _("Orders a year by site"), "#,##0"),
            (first + 2 * below, "peak_utilisation", _("Peak use of the sites"), "0%"),
        ):
            chart = _chart(book, "column", "sites", sites, "name", column)
            chart.set_title({"name": title})
            chart.set_legend({"none": True})
            chart.set_y_axis({"num_format": form})
            sheet.insert_chart(row, 0, chart)


def _chart(
    book: Workbook, kind: str, name: str, table: pd.DataFrame, words: str, values: str
) -> Any:
    """Return a chart of a column of a table that is already a sheet."""
    title, last = _(TITLES[name]), len(table)
    places = {key: number for number, key in enumerate(table.columns)}
    chart = book.add_chart({"type": kind})
    chart.add_series(
        {
            "name": EXACT_TABLES[name].figure(values).heading,
            "categories": [title, 1, places[words], last, places[words]],
            "values": [title, 1, places[values], last, places[values]],
            **({"data_labels": {"percentage": True}} if kind == "pie" else {}),
        }
    )
    chart.set_size(CHART_SIZE)
    return chart
