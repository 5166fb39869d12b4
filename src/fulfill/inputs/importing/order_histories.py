"""What became of past orders: days until promise, cancellation, dispatch and delivery.

The clock of an order counts calendar days from that of the order, which is day 0. An order is
cancelled where its cancellation is no later than its delivery; a later one is a return. An order
that is neither cancelled nor delivered was last seen on the last day of the files. Without a column
of deliveries an order is seen until its dispatch, since what is given up later does not show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.importing.dates import read_days
from fulfill.inputs.importing.headers import Aliases, match_header, read_aliases
from fulfill.inputs.importing.numbers import read_numbers
from fulfill.inputs.importing.order_lines import Reading
from fulfill.inputs.importing.order_map import OrderMap
from fulfill.inputs.importing.sheets import Sheet, read_sheets
from fulfill.inputs.spelling import fold

Days = NDArray[np.float64]
Flags = NDArray[np.bool_]
SHARED_FIELDS = ("order_id", "order_date", "status")
"""Fields of an export of orders that are read here too."""
DATES = ("order_date", "dispatch_date", "delivery_date", "cancel_date", "promise_date")
TEXTS = ("order_id", "status", "lane")
REASONS = (
    "no_order_id",
    "not_an_order",
    "lines_disagree",
    "no_date",
    "outside_dates",
    "dates_before_order",
    "no_promise",
    "no_weight",
    "no_cancel_date",
    "no_end",
)
"""Why an order is refused, in the order in which they are tried."""


@dataclass(frozen=True, eq=False)
class OrderHistories:
    """Orders whose end is known, and the number of the others.

    Attributes
    ----------
    frame : DataFrame
        One row an order that can be used: lane (empty where no column holds it), promise (days),
        seen (days until cancellation, delivery, dispatch or the last day of the files), cancelled,
        delivered (both bool), weight.
    orders_in : int
        Orders in the files.
    refused : dict of str to int
        Orders that cannot be used, by reason.
    first, last : date
        First day of an order, and last day of any event.
    until_dispatch : bool
        Whether orders are seen until their dispatch only.
    is_weighted : bool
        Whether orders have sampling weights.
    """

    frame: pd.DataFrame
    orders_in: int
    refused: dict[str, int]
    first: date
    last: date
    until_dispatch: bool
    is_weighted: bool


def read_order_histories(
    paths: Sequence[Path],
    mapped: OrderMap,
    reading: Reading,
    *,
    weights: str | None = None,
    promise_days: float | None = None,
) -> OrderHistories:
    """Read what became of orders from files as other programs export them.

    Parameters
    ----------
    paths : sequence of Path
        CSV, XLSX or Parquet files; several lines of an order count once.
    mapped : OrderMap
        Its columns, statuses and days are used.
    reading : Reading
        How the files are read where they do not show it.
    weights : str, optional
        Column with the number of orders that each stands for.
    promise_days : float, optional
        Days promised, where no column has the day.

    Returns
    -------
    OrderHistories

    Raises
    ------
    InputError
        With every fault of the files: those of `read_sheets`, `match_header`, `read_days` and
        `read_numbers`; F411 for statuses that are not known, F460 where a date is in no column,
        F461 where nothing says the promise, F462 for weights that are not above 0, F463 where no
        order can be used.
    """
    given = _given(mapped, weights)
    aliases = _aliases()
    known = aliases.with_names(filter(None, given.values()))
    frames, faults = [], list[Fault]()
    for path in paths:
        try:
            sheets = read_sheets(path, known, reading.encoding)
        except InputError as error:
            faults += error.faults
            continue
        for sheet in sheets:
            at = sheet.skipped + 1
            columns, found = match_header(sheet.header, aliases, given, sheet.place, at)
            found += _absent(columns, sheet, promise_days)
            if not found:
                frame, found = _typed(sheet, columns, mapped, reading)
                frames.append(frame)
            faults += found
    if faults:
        raise InputError(faults)
    return _histories(pd.concat(frames, ignore_index=True), mapped, promise_days, weights)


def _given(mapped: OrderMap, weights: str | None) -> dict[str, str]:
    """Return the columns that the map and the option name.

    A map for `fulfill import orders` serves here too; its other fields are of no use.
    """
    other = set(read_aliases("orders").fields) - set(SHARED_FIELDS)
    given = {name: column for name, column in mapped.columns.items() if name not in other}
    # a column of weights in the data is used only where it is asked for
    return {**given, "sampling_weight": weights or ""}


def _aliases() -> Aliases:
    """Return the names of the columns that are read here."""
    orders, own = read_aliases("orders"), read_aliases("order_dates")
    names = {name: known for name, known in orders.names.items() if known[0] in SHARED_FIELDS}
    return Aliases({**names, **own.names}, (*SHARED_FIELDS, *own.fields))


def _absent(columns: Mapping[str, str], sheet: Sheet, promise_days: float | None) -> list[Fault]:
    """Find fields without which orders cannot be followed."""
    needed = (("order_id",), ("order_date",), ("cancel_date",), ("delivery_date", "dispatch_date"))
    at = sheet.skipped + 1
    faults = [
        Fault("F460", sheet.place, at, " or ".join(fields))
        for fields in needed
        if not columns.keys() & set(fields)
    ]
    if promise_days is None and "promise_date" not in columns:
        faults.append(Fault("F461", sheet.place, at, "promise_date"))
    return faults


def _typed(
    sheet: Sheet, columns: Mapping[str, str], mapped: OrderMap, reading: Reading
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the fields of a sheet with their types, and its faults."""
    frame, place, rows = sheet.frame, sheet.place, sheet.rows
    dates = {columns[name]: frame[columns[name]] for name in DATES if name in columns}
    days, faults = read_days(dates, place, rows, reading.date_order, workbook=bool(sheet.sheet))
    absent = np.full(len(frame), "NaT", "datetime64[D]")
    typed: dict[str, Any] = {
        name: days.columns[columns[name]] if columns.get(name) in days.columns else absent
        for name in DATES
    }
    blank = pd.Series("", frame.index, "str")
    typed |= {name: frame[columns[name]] if name in columns else blank for name in TEXTS}
    typed["weight"] = np.ones(len(frame))
    if name := columns.get("sampling_weight"):
        numbers, found = read_numbers({name: frame[name]}, place, rows, reading.decimal)
        faults += found
        if name in numbers:
            weight = typed["weight"] = numbers[name].values
            faults += [
                Fault("F462", place, int(rows[at]), name, str(frame[name].iloc[at]))
                for at in np.flatnonzero(weight <= 0.0)
            ]
    typed["meaning"], found = _meanings(frame, columns.get("status"), mapped, sheet)
    # whether deliveries show at all
    delivers = "delivery_date" in columns
    return pd.DataFrame(typed).assign(delivers=delivers), faults + found


def _meanings(
    frame: pd.DataFrame, column: str | None, mapped: OrderMap, sheet: Sheet
) -> tuple[NDArray[np.object_], list[Fault]]:
    """Return what the status of each line means; empty where there is none."""
    if column is None:
        return np.full(len(frame), "", object), []
    words = {name: meaning for name, (meaning, _) in read_aliases("statuses").names.items()}
    words |= {fold(text): meaning for text, meaning in mapped.status.items()}
    code, distinct = pd.factorize(frame[column])
    meanings = [words.get(fold(text), "") if text else "" for text in distinct]
    faults = []
    for place, (text, meaning) in enumerate(zip(distinct, meanings, strict=True)):
        if text and not meaning:
            row = int(sheet.rows[np.argmax(code == place)])
            detail = f'[status] "{text}" = "ordered", "cancelled", "returned" or "not_an_order"'
            faults.append(Fault("F411", sheet.place, row, column, text, detail))
    return np.array(meanings, object)[code], faults


def _histories(
    lines: pd.DataFrame, mapped: OrderMap, promise_days: float | None, weights: str | None
) -> OrderHistories:
    """Return the orders of lines, those that cannot be used counted by reason."""
    orders = _orders(lines)
    last = orders[["order_date", "dispatch_date", "delivery_date", "cancel_date"]].max().max()
    timed = _timed(orders, promise_days, last)
    tests = _tests(orders, timed, mapped)
    reason = np.select([tests[name] for name in REASONS], REASONS, "")
    counts = pd.Series(reason[reason != ""]).value_counts(sort=False)
    refused = {name: int(counts[name]) for name in REASONS if name in counts}
    good = reason == ""
    if not good.any():
        detail = ", ".join(f"{n:,} {why}" for why, n in refused.items())
        raise InputError([Fault("F463", "orders", detail=detail)])
    columns = ["lane", "promise", "seen", "cancelled", "delivered", "weight"]
    frame = timed.loc[good, columns].reset_index(drop=True)
    return OrderHistories(
        frame=frame.astype({"promise": np.int64, "seen": np.int64}),
        orders_in=len(orders),
        refused=refused,
        first=orders.loc[good, "order_date"].min().date(),
        last=last.date(),
        until_dispatch=not lines["delivers"].any(),
        is_weighted=weights is not None,
    )


def _orders(lines: pd.DataFrame) -> pd.DataFrame:
    """Bring lines together to orders; a line without an id is an order of its own.

    The first filled cell counts, but for the last date of dispatch and delivery: an order of
    several parcels has arrived with the last of them. `differs` tells whether other dates differ.
    """
    nameless = lines["order_id"] == ""
    code = pd.factorize(lines["order_id"])[0]
    code = np.where(nameless, -1 - np.arange(len(lines)), code)
    texts = [*TEXTS, "meaning"]
    filled = lines.assign(**{name: lines[name].where(lines[name] != "") for name in texts})
    grouped = filled.groupby(code, sort=False)
    orders = grouped[[*TEXTS, *DATES, "weight", "meaning", "delivers"]].first()
    latest = ["dispatch_date", "delivery_date"]
    orders[latest] = grouped[latest].max()
    same = ["order_date", "cancel_date", "promise_date", "weight"]
    least, most = grouped[same].min(), grouped[same].max()
    orders["differs"] = (least.notna() & (least != most)).any(axis=1)
    lone = pd.DataFrame(
        {
            "given_up": lines["cancel_date"].notna() & lines["delivery_date"].isna(),
            "arrived": lines["delivery_date"].notna() & lines["cancel_date"].isna(),
        }
    )
    # where some articles were given up and others arrived, the order arrived
    in_part = lone.groupby(code, sort=False).any().all(axis=1)
    orders["cancel_date"] = orders["cancel_date"].where(~in_part)
    orders[texts] = orders[texts].fillna("")
    return orders.reset_index(drop=True)


def _timed(orders: pd.DataFrame, promise_days: float | None, last: pd.Timestamp) -> pd.DataFrame:
    """Return days from the order until promise and end, what the end is, and until when orders run.

    `open` tells that the order is neither cancelled nor, as far as the files show it, ended.
    """

    def days(name: str) -> Days:
        passed: pd.Series = orders[name] - orders["order_date"]
        return np.asarray(passed.dt.days, float)

    end = np.where(orders["delivers"], days("delivery_date"), days("dispatch_date"))
    cancel, promise = days("cancel_date"), days("promise_date")
    if promise_days is not None:
        promise = np.where(np.isnan(promise), promise_days, promise)
    cancelled = (cancel <= end) | (np.isnan(end) & ~np.isnan(cancel))
    delivered = orders["delivers"].to_numpy(bool) & ~np.isnan(end) & ~cancelled
    ran = np.asarray((pd.Series(last, orders.index) - orders["order_date"]).dt.days, float)
    is_open = np.isnan(end) & ~cancelled
    seen = np.where(cancelled, cancel, np.where(is_open, ran, end))
    return pd.DataFrame(
        {
            "lane": orders["lane"],
            "promise": promise,
            "seen": seen,
            "cancelled": cancelled,
            "delivered": delivered,
            "open": is_open,
            "weight": orders["weight"],
            "earliest": np.fmin.reduce([end, cancel, promise, days("dispatch_date")]),
        }
    )


def _tests(orders: pd.DataFrame, timed: pd.DataFrame, mapped: OrderMap) -> dict[str, Flags]:
    """Return which orders cannot be used, by reason."""
    day = orders["order_date"]
    outside = np.zeros(len(orders), bool)
    if mapped.first:
        outside |= (day < pd.Timestamp(mapped.first)).to_numpy()
    if mapped.last:
        outside |= (day > pd.Timestamp(mapped.last)).to_numpy()
    is_open, ended = timed["open"].to_numpy(), ~timed["open"].to_numpy()
    longest = timed.loc[ended, "seen"].max()
    withdrawn = (orders["meaning"] == "cancelled").to_numpy()
    tests = {
        "no_order_id": orders["order_id"] == "",
        "not_an_order": orders["meaning"] == "not_an_order",
        "lines_disagree": orders["differs"],
        "no_date": day.isna(),
        "outside_dates": outside,
        "dates_before_order": timed["earliest"] < 0,
        "no_promise": timed["promise"].isna(),
        "no_weight": timed["weight"].isna(),
        "no_cancel_date": withdrawn & ~timed["cancelled"] & ~timed["delivered"],
        # older than any order whose end is known: what became of it was not written down
        "no_end": is_open & ~(timed["seen"] <= longest),
    }
    return {name: np.asarray(flags, bool) for name, flags in tests.items()}
