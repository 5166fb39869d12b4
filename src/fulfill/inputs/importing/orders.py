"""Lines of orders into orders: one row each, with its day, place, value and main article.

Exports write what belongs to the order in its first line or in each; the first filled cell counts.
An order belongs to the article with the highest value among its lines, because the demand of the
model is in orders. Orders that cannot be used keep their row, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.headers import read_aliases
from fulfill.inputs.importing.order_lines import OrderLines
from fulfill.inputs.importing.order_map import STATUS_MEANINGS, OrderMap
from fulfill.inputs.schema import COUNTRY_CODES
from fulfill.inputs.spelling import fold
from fulfill.inputs.states import country_of

Index = NDArray[np.int64]
Flags = NDArray[np.bool_]
ORDERED, CANCELLED, RETURNED, NO_ORDER = range(len(STATUS_MEANINGS))
UNSAID = -1
"""Meaning of an empty status: that of the other lines of the order, else an order."""
REASONS = (
    "no_order_id",
    "not_an_order",
    "lines_disagree",
    "no_date",
    "outside_dates",
    "no_quantity",
    "no_goods",
    "no_price",
    "no_country",
    "country_not_served",
)
"""Why an order is refused before its place is looked for, in the order in which they are tried."""


@dataclass(frozen=True, eq=False)
class Orders:
    """Orders of an export.

    Attributes
    ----------
    frame : DataFrame
        One row an order: day, country (code), postcode, city, state, lat, lon, sku (code in
        `skus`, -1 where refused), value (NaN where there is no price), currency, weight_kg, lines,
        articles (number of different SKUs), cancelled, returned, reason (empty where it can be
        placed), file and row of its first line.
    lines : DataFrame
        One row a line of an order that was not refused: order (row of `frame`), sku, quantity.
    skus : DataFrame
        sku, category.
    priced : bool
        Whether the export has prices.
    """

    frame: pd.DataFrame
    lines: pd.DataFrame
    skus: pd.DataFrame
    priced: bool


def to_orders(
    read: OrderLines, mapped: OrderMap, countries: frozenset[str], currency: str | None
) -> tuple[Orders, list[Fault]]:
    """Bring lines together to orders.

    Parameters
    ----------
    read : OrderLines
    mapped : OrderMap
    countries : frozenset of str
        Codes of the countries of the network.
    currency : str, optional
        Currency of all prices, by its code; by default as the export says.

    Returns
    -------
    orders : Orders
    faults : list of Fault
        F411 for statuses that are not known, F412 where the currency of prices is not known, F413
        for orders in several files.
    """
    lines = read.frame
    code, n = _order_codes(lines["order_id"])
    meaning, faults = _meanings(lines, mapped, read)
    faults += _repeated(lines, code, n, read)
    article, skus = _articles(lines, mapped)
    priced, value = _values(lines, code, n)
    unit, found = _currency(lines, read, currency) if priced else ("", [])
    frame = _of_orders(lines, code, n).assign(
        **_goods_of_orders(lines, code, n, article, value),
        currency=unit,
        cancelled=_counts(code, n, meaning == CANCELLED)
        > len(code) * _counts(code, n, np.isin(meaning, (ORDERED, RETURNED))),
        returned=_counts(code, n, meaning == RETURNED) > 0,
    )
    if not priced:
        frame["value"] = np.nan
    real = np.isin(meaning, (ORDERED, CANCELLED, RETURNED))
    unpaid = (_counts(code, n, meaning == NO_ORDER) > 0) & (_counts(code, n, real) == 0)
    tests = {
        "no_order_id": _counts(code, n, (lines["order_id"] == "").to_numpy()) > 0,
        "not_an_order": unpaid,
        **_tests(frame, lines, code, mapped, countries),
        "no_price": priced & frame["value"].isna().to_numpy(),
    }
    frame["reason"] = np.select([tests[name] for name in REASONS], REASONS, "").astype(object)
    kept = pd.DataFrame({"order": code, "sku": article, "quantity": lines["quantity"]})
    usable = (frame["reason"] == "").to_numpy()
    return Orders(frame, kept[usable[code]], skus, priced), [*faults, *found]


def _order_codes(ids: pd.Series) -> tuple[Index, int]:
    """Return the order of each line, and the number of orders; a line without an id is its own."""
    code, distinct = pd.factorize(ids)
    nameless = (ids == "").to_numpy()
    code = np.where(nameless, len(distinct) + np.cumsum(nameless) - 1, code)
    code, whole = pd.factorize(code)
    return code.astype(np.int64), len(whole)


def _of_orders(lines: pd.DataFrame, code: Index, n: int) -> pd.DataFrame:
    """Return what belongs to the order: its day, its place and its first line."""
    day = lines["day"].to_numpy("datetime64[D]")
    dated, first = (_first_filled(code, n, rows) for rows in (~np.isnat(day), code >= 0))
    texts = {
        name: _of_order(lines[name], code, n) for name in ("postcode", "city", "state", "country")
    }
    texts["country"] = _country_codes(texts["country"], texts["state"])
    return pd.DataFrame(
        {
            "day": np.where(dated >= 0, day[dated], np.datetime64("NaT")).astype("datetime64[s]"),
            **texts,
            "lat": _number_of_order(lines["lat"].to_numpy(float), code, n),
            "lon": _number_of_order(lines["lon"].to_numpy(float), code, n),
            "file": lines["file"].to_numpy()[first],
            "row": lines["row"].to_numpy()[first],
        }
    )


def _goods_of_orders(
    lines: pd.DataFrame, code: Index, n: int, article: Index, value: NDArray[np.float64]
) -> dict[str, NDArray[Any]]:
    """Return the main article, the value, the weight, and the number of lines and articles."""
    quantity, weight = lines["quantity"].to_numpy(float), lines["weight_kg"].to_numpy(float)
    worth = np.nan_to_num(np.where(np.isnan(value), quantity, value))
    main = np.lexsort((np.arange(len(code)), -worth, code))
    most = int(article.max()) + 1
    pairs = np.unique(code * most + article)
    return {
        "sku": article[main[np.unique(code[main], return_index=True)[1]]],
        "value": _sums(code, n, value),
        "weight_kg": _sums(code, n, np.where(weight > 0, weight * quantity, np.nan)),
        "lines": np.bincount(code, minlength=n),
        "articles": np.bincount(pairs // most, minlength=n),
    }


@cache
def _words(kind: str) -> dict[str, str]:
    """Return the meaning of known words, by their folded spelling."""
    return {name: field for name, (field, _) in read_aliases(kind).names.items()}


def family_of(category: str) -> str:
    """Return the family of goods that a category is known for; empty where it is not."""
    return _words("categories").get(fold(category), "")


def _meanings(lines: pd.DataFrame, mapped: OrderMap, read: OrderLines) -> tuple[Index, list[Fault]]:
    """Return what the status of each line means, as a position in `STATUS_MEANINGS`."""
    known = {**_words("statuses"), **{fold(text): name for text, name in mapped.status.items()}}
    code, distinct = pd.factorize(lines["status"])
    meanings, faults = [], []
    for place, text in enumerate(distinct):
        meaning = known.get(fold(text), "") if text else ""
        if text and not meaning:
            line = int(np.argmax(code == place))
            detail = f'[status] "{text}" = "ordered", "cancelled", "returned" or "not_an_order"'
            faults.append(_at("F411", lines, line, read, text, detail, "status"))
        meanings.append(STATUS_MEANINGS.index(meaning) if meaning else UNSAID)
    return np.array(meanings, np.int64)[code], faults


def _at(
    code: str, lines: pd.DataFrame, line: int, read: OrderLines, value: str, detail: str, field: str
) -> Fault:
    """Return a fault at a line, with the name of the column that holds the field."""
    file = read.files[int(lines["file"].iloc[line])]
    place = f"{file.file}, sheet {file.sheet}" if file.sheet else file.file
    column = file.columns.get(field, "")
    return Fault(code, place, int(lines["row"].iloc[line]), column, value, detail)


def _repeated(lines: pd.DataFrame, code: Index, n: int, read: OrderLines) -> list[Fault]:
    """Find orders with lines in several files, which may be one export given twice."""
    file = lines["file"].to_numpy(np.int64)
    low, high = np.full(n, len(read.files)), np.full(n, -1)
    np.minimum.at(low, code, file)
    np.maximum.at(high, code, file)
    both = low < high
    if not both.any():
        return []
    line = int(np.flatnonzero(both[code] & (file == high[code]))[0])
    other = read.files[int(low[code[line]])].file
    detail = f"also in {other}; {int(both.sum()):,} orders"
    shown = str(lines["order_id"].iloc[line])
    return [_at("F413", lines, line, read, shown, detail, "order_id")]


def _articles(lines: pd.DataFrame, mapped: OrderMap) -> tuple[Index, pd.DataFrame]:
    """Return the article of each line, and the articles with their categories.

    An article is known by its SKU, else by its name, else only by its category. Its category is
    that of the map, else the first one that stands beside it.
    """
    names = lines["sku"].where(lines["sku"] != "", lines["product_name"])
    names = names.where(names != "", lines["category"])
    code, distinct = pd.factorize(names)
    category = _of_order(lines["category"], code.astype(np.int64), len(distinct))
    given = pd.Series(distinct).map(dict(mapped.skus))
    category = np.where(given.notna(), given, category)
    skus = pd.DataFrame({"sku": distinct, "category": pd.Series(category, dtype="str")})
    return code.astype(np.int64), skus


def _values(lines: pd.DataFrame, code: Index, n: int) -> tuple[bool, NDArray[np.float64]]:
    """Return whether there are prices, and the value of each line.

    A total of the order is put on its first line where there is no price of the lines.
    """
    unit, total = lines["unit_price"].to_numpy(float), lines["line_total"].to_numpy(float)
    value = np.where(np.isnan(unit), total, unit * lines["quantity"].to_numpy(float))
    if not np.isnan(value).all():
        return True, value
    whole = _number_of_order(lines["order_total"].to_numpy(float), code, n)
    begin = _first_filled(code, n, np.ones(len(code), bool))
    value = np.zeros(len(code))
    value[begin] = whole
    return not np.isnan(whole).all(), value


def _currency(lines: pd.DataFrame, read: OrderLines, given: str | None) -> tuple[str, list[Fault]]:
    """Return the one currency of the prices."""
    if given:
        return given.upper(), []
    stated = lines["currency"].where(lines["currency"] != "", lines["currency_sign"]).str.upper()
    code, distinct = pd.factorize(stated)
    known = [text for text in distinct if text]
    if len(known) == 1:
        return str(known[0]), []
    line = int(np.argmax(code == len(distinct) - 1))
    detail = f"the export has {', '.join(known)}" if known else "no column and no sign says it"
    return "", [_at("F412", lines, line, read, "", detail, "unit_price")]


def _country_codes(texts: NDArray[np.object_], states: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return codes of countries; where the export names none, that which has the state."""
    code, distinct = pd.factorize(pd.Series(texts, dtype="str"))
    words = _words("countries")
    known = [
        text.upper() if text.upper() in COUNTRY_CODES else words.get(fold(text), "")
        for text in distinct
    ]
    named = np.array(known, object)[code]
    state, listed = pd.factorize(pd.Series(states, dtype="str"))
    by_state = np.array([(country_of(text) or "") if text else "" for text in listed], object)
    return np.where(texts == "", by_state[state], named)


def _tests(
    frame: pd.DataFrame,
    lines: pd.DataFrame,
    code: Index,
    mapped: OrderMap,
    countries: frozenset[str],
) -> dict[str, Flags]:
    """Return which orders cannot be used for the reasons that their lines alone give."""
    n, quantity = len(frame), lines["quantity"].to_numpy(float)
    day, country = frame["day"].to_numpy("datetime64[D]"), frame["country"]
    outside = np.zeros(n, bool)
    if mapped.first:
        outside |= day < np.datetime64(mapped.first)
    if mapped.last:
        outside |= day > np.datetime64(mapped.last)
    postcode = pd.factorize(lines["postcode"].replace("", None))[0]
    return {
        "lines_disagree": _disagree(code, n, postcode)
        | _disagree(code, n, pd.factorize(lines["day"])[0]),
        "no_date": np.isnat(day),
        "outside_dates": outside,
        "no_quantity": _counts(code, n, np.isnan(quantity)) > 0,
        "no_goods": _counts(code, n, quantity > 0) == 0,
        "no_country": (country == "").to_numpy(),
        "country_not_served": ~country.isin([*countries, ""]).to_numpy(),
    }


def _disagree(code: Index, n: int, values: Index) -> Flags:
    """Tell for each order whether its lines have different values; -1 is none."""
    known = values >= 0
    low, high = np.full(n, np.iinfo(np.int64).max), np.full(n, -1)
    np.minimum.at(low, code[known], values[known])
    np.maximum.at(high, code[known], values[known])
    return low < high


def _first_filled(code: Index, n: int, filled: Flags) -> Index:
    """Return the first line of each order that is filled, -1 where none is."""
    first = np.full(n, -1, np.int64)
    lines = np.flatnonzero(filled)[::-1]
    first[code[lines]] = lines  # of equal ones the last assignment stays, which is the first line
    return first


def _of_order(texts: pd.Series, code: Index, n: int) -> NDArray[np.object_]:
    """Return the first filled text of each order; empty where there is none."""
    at = _first_filled(code, n, (texts != "").to_numpy())
    coded, distinct = pd.factorize(texts)
    return np.where(at >= 0, np.array([*distinct, ""], object)[coded[at]], "")


def _number_of_order(values: NDArray[np.float64], code: Index, n: int) -> NDArray[np.float64]:
    """Return the first number of each order; NaN where there is none."""
    at = _first_filled(code, n, ~np.isnan(values))
    return np.where(at >= 0, values[at], np.nan)


def _sums(code: Index, n: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sums by order; NaN where a line has none."""
    return np.bincount(code, values, n).astype(float)


def _counts(code: Index, n: int, lines: Flags) -> Index:
    """Return the number of some lines by order."""
    return np.bincount(code[lines], minlength=n)
