"""Amounts in other currencies: converted to USD when the tables of a network are read.

Any table with amounts of money has a column `currency`, which holds for every amount of its row;
that the columns are named after USD says what they are converted to. The rate is the newest of
exchange_rates.csv on or before the as-of date of the network. Another date of the tax rules
(``--as-of``) does not change it, so that a comparison of rules is not one of exchange rates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from fulfill.inputs.cells import TEXT
from fulfill.inputs.columns import ROW, Table
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.schema import CURRENCY, NETWORK_PARAMETERS, NETWORK_TABLES, USD
from fulfill.inputs.spelling import near, nearest

OLD_DAYS = 92
"""Age of an exchange rate, in days, from which a warning says so."""
PRICED = tuple(table for table in NETWORK_TABLES if CURRENCY in table.columns)
"""Tables with amounts of money."""
MONEY_PARAMETERS = frozenset(one.name for one in NETWORK_PARAMETERS if one.unit.startswith(USD))
"""Parameters that are amounts of money."""


@dataclass(frozen=True)
class ExchangeRate:
    """The rate at which the amounts of a currency are converted.

    Attributes
    ----------
    currency : str
        Code of ISO 4217.
    units_per_usd : float
        How many units one USD is worth.
    day : date
        Day of the rate.
    source : str
        Who published it.
    """

    currency: str
    units_per_usd: float
    day: date
    source: str

    def __str__(self) -> str:
        return f"{self.units_per_usd:,.10g} {self.currency} per USD of {self.day}"


def rates_on(exchange_rates: pd.DataFrame, as_of: date) -> dict[str, ExchangeRate]:
    """Return the newest rate of each currency on or before a day.

    Parameters
    ----------
    exchange_rates : DataFrame
        In the form of exchange_rates.csv.
    as_of : date

    Returns
    -------
    dict of str to ExchangeRate
        By currency; USD needs none and is not in it.
    """
    known = exchange_rates[exchange_rates["date"] <= np.datetime64(as_of, "s")].sort_values("date")
    newest = known.drop_duplicates("currency", keep="last")
    columns = (newest[name].tolist() for name in ("currency", "units_per_usd", "date", "source"))
    return {
        currency: ExchangeRate(currency, units, day.date(), source)
        for currency, units, day, source in zip(*columns, strict=True)
    }


def in_usd(
    folder: str, tables: Mapping[str, pd.DataFrame], as_of: date
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Convert every amount of a network's tables to USD.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        Checked tables, as written.
    as_of : date
        Day whose exchange rates hold.

    Returns
    -------
    tables : dict of str to DataFrame
        The same tables with every amount in USD; rows in USD are not touched.
    faults : list of Fault
        F323 for a currency without a rate, F214 for a parameter that is no amount.
    """
    if "exchange_rates" not in tables:
        return dict(tables), []
    rates = rates_on(tables["exchange_rates"], as_of)
    converted, faults = dict(tables), list[Fault]()
    for table in PRICED:
        frame = tables.get(table.name)
        if frame is None or not _has_other(frame):
            continue
        file = f"{folder}/{table.name}.csv"
        faults += _rate_faults(frame, file, rates, as_of)
        if table.name == "parameters":
            faults += _parameter_faults(frame, file)
        converted[table.name] = _converted(frame, table, rates)
    return converted, faults


def used_rates(tables: Mapping[str, pd.DataFrame], as_of: date) -> list[ExchangeRate]:
    """Return the rates at which the amounts of a network's tables are converted, by currency.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As written, without faults.
    as_of : date
        Day whose exchange rates hold.

    Returns
    -------
    list of ExchangeRate
        Empty where every amount is in USD.
    """
    priced = (tables[table.name] for table in PRICED)
    used = {one for frame in priced if _has_other(frame) for one in frame["currency"]}
    rates = rates_on(tables["exchange_rates"], as_of)
    return [rates[currency] for currency in sorted(used - {USD})]


def result_rate(code: str, tables: Mapping[str, pd.DataFrame], as_of: date) -> ExchangeRate | None:
    """Return the rate at which results are shown in a currency.

    Parameters
    ----------
    code : str
        Code of ISO 4217.
    tables : mapping of str to DataFrame
        Tables of a network as written, with or without exchange_rates.csv.
    as_of : date
        As-of date of the network: the newest rate on or before it holds.

    Returns
    -------
    ExchangeRate or None
        None for USD, which needs none.

    Raises
    ------
    InputError
        F324 where there is no such rate.
    """
    if code == USD:
        return None
    rates = rates_on(tables["exchange_rates"], as_of) if "exchange_rates" in tables else {}
    if code in rates:
        return rates[code]
    known = ", ".join(sorted([USD, *rates]))
    detail = f"exchange_rates.csv has no rate on or before {as_of}; results may be in {known}"
    raise InputError([Fault("F324", "--currency", value=code, detail=detail)])


def rate_warnings(folder: str, tables: Mapping[str, pd.DataFrame], as_of: date) -> Iterator[Fault]:
    """Warn of rates in use that are much older than the as-of date of the network (W323)."""
    for rate in used_rates(tables, as_of):
        if age := _too_old(rate, as_of):
            file = f"{folder}/exchange_rates.csv"
            yield Fault("W323", file, column="date", value=rate.currency, detail=age)


def result_warnings(rate: ExchangeRate | None, as_of: date) -> Iterator[Fault]:
    """Warn where the rate of the results is much older than the as-of date (W323)."""
    if rate is not None and (age := _too_old(rate, as_of)):
        yield Fault("W323", "--currency", value=rate.currency, detail=age)


def _too_old(rate: ExchangeRate, as_of: date) -> str:
    """Return how old a rate is in words; empty where it is new enough."""
    days = (as_of - rate.day).days
    return f"{rate}, {days} days before {as_of}" if days > OLD_DAYS else ""


def _has_other(frame: pd.DataFrame) -> bool:
    """Tell whether any row of a table is in another currency than USD."""
    return "currency" in frame and not {USD}.issuperset(frame["currency"])


def _converted(
    frame: pd.DataFrame, table: Table, rates: Mapping[str, ExchangeRate]
) -> pd.DataFrame:
    """Return a table with its amounts in USD; an amount without a rate becomes NaN."""
    units = {currency: rate.units_per_usd for currency, rate in rates.items()}
    per_usd = frame["currency"].map(units).to_numpy(float)
    foreign = (frame["currency"] != USD).to_numpy(bool)
    if table.name == "parameters":
        foreign = foreign & frame["parameter"].isin(MONEY_PARAMETERS).to_numpy(bool)
        names: Iterable[str] = ("value",)
    else:
        names = (column.name for column in table.columns if column.is_money)
    amounts = {
        name: frame[name].where(~foreign, frame[name].to_numpy(float) / per_usd) for name in names
    }
    return frame.assign(**amounts, currency=pd.Series(USD, frame.index, TEXT))


def _rate_faults(
    frame: pd.DataFrame, file: str, rates: Mapping[str, ExchangeRate], as_of: date
) -> Iterator[Fault]:
    """Find rows in a currency that has no rate."""
    for line, currency in zip(frame[ROW], frame["currency"], strict=True):
        if currency != USD and currency not in rates:
            detail = f"no rate on or before {as_of}" + near(nearest(currency, [USD, *rates]))
            yield Fault("F323", file, int(line), "currency", str(currency), detail)


def _parameter_faults(frame: pd.DataFrame, file: str) -> Iterator[Fault]:
    """Find parameters with a currency that are no amounts of money."""
    rows = frame[(frame["currency"] != USD) & ~frame["parameter"].isin(MONEY_PARAMETERS)]
    for line, name, currency in zip(rows[ROW], rows["parameter"], rows["currency"], strict=True):
        detail = f"{name} is no amount of money"
        yield Fault("F214", file, int(line), "currency", str(currency), detail)
