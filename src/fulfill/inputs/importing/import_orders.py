"""Exports of orders into a demand, and the network's rows for its products.

Every order is placed in a zone or refused with its reason; both, and their values, add up to what
came in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.columns import USD
from fulfill.inputs.currencies import ExchangeRate, rates_on
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.importing.areas import PLACE, to_areas
from fulfill.inputs.importing.drafts import product_tables
from fulfill.inputs.importing.order_lines import (
    OrderLines,
    Reading,
    Recognised,
    read_order_lines,
)
from fulfill.inputs.importing.order_map import OrderMap
from fulfill.inputs.importing.orders import Orders, to_orders
from fulfill.inputs.importing.places import Placed, place_orders
from fulfill.inputs.importing.segments import Segments, category_families, to_segments
from fulfill.inputs.importing.zones import Zones, to_zones, with_population
from fulfill.inputs.network import Network
from fulfill.inputs.periods import period_of

LONGEST = 366
"""Days that a demand of a year can cover."""


@dataclass(frozen=True, eq=False)
class ImportedOrders:
    """A demand made of exports of orders.

    Attributes
    ----------
    zones : DataFrame
        In the form of zones.csv, with the column `orders`.
    orders : DataFrame
        In the form of orders.csv.
    parameters : DataFrame
        In the form of parameters.csv of a demand.
    network_tables : dict of str to DataFrame
        Tables that replace those of the network, as text.
    segments : Segments
        The products.
    missing : list of dict
        See `product_tables`.
    season : DataFrame
        period_id, name, days (that the orders cover), orders, intensity (orders a day over the mean
        day).
    by_day : Series of int
        Placed orders by day.
    refused : DataFrame
        Refused orders: reason, value, file, row, and the place as it is written.
    files : tuple of Recognised
        What was recognised in each file.
    figures : dict
        The reconciliation, and what was recognised, as `fulfill import orders --json` prints it.
    rate : ExchangeRate or None
        Rate of the prices; None where they are in USD, or there are none.
    warnings : tuple of Fault
    """

    zones: pd.DataFrame
    orders: pd.DataFrame
    parameters: pd.DataFrame
    network_tables: dict[str, pd.DataFrame]
    segments: Segments
    missing: list[dict[str, Any]]
    season: pd.DataFrame
    by_day: pd.Series
    refused: pd.DataFrame
    files: tuple[Recognised, ...]
    figures: dict[str, Any]
    rate: ExchangeRate | None
    warnings: tuple[Fault, ...]


def import_orders(
    paths: Sequence[Path],
    network: Network,
    known_zones: pd.DataFrame,
    *,
    reading: Reading,
    mapped: OrderMap,
    wanted: int | None = None,
    zones_of: str = PLACE,
    currency: str | None = None,
) -> ImportedOrders:
    """Make a demand of exports of orders.

    Parameters
    ----------
    paths : sequence of Path
        CSV, XLSX or Parquet files.
    network : Network
        Its countries, calendar and exchange rates are used, and its products for what orders do
        not show.
    known_zones : DataFrame
        Zones with known population and class, in the form of zones.csv.
    reading : Reading
        How the files are read where they do not show it.
    mapped : OrderMap
    wanted : int, optional
        Largest number of zones, see `to_zones`.
    zones_of : str
        What zones are made of, see `to_areas`.
    currency : str, optional
        Currency of the prices, where the export does not say it.

    Returns
    -------
    ImportedOrders

    Raises
    ------
    InputError
        With every fault of the files, see `read_order_lines`, `to_orders` and `category_families`;
        F323 where a currency has no rate, F415 where no order is left, F416 where the orders cover
        more than a year.
    """
    read = read_order_lines(paths, mapped, reading)
    orders, rate, families = _understood(read, mapped, network, currency)
    orders, placed, areas = _with_areas(orders, known_zones, zones_of)
    good = (orders.frame["reason"] == "").to_numpy()
    _check_span(orders, good)
    segments = to_segments(orders, good, network["products"], families)
    number = np.bincount(orders.frame.loc[good, "area"], minlength=len(areas))
    zones = to_zones(areas, number, known_zones, wanted)
    return _imported(read, orders, placed, segments, zones, network=network, rate=rate)


def _imported(
    read: OrderLines,
    orders: Orders,
    placed: Placed,
    segments: Segments,
    zones: Zones,
    *,
    network: Network,
    rate: ExchangeRate | None,
) -> ImportedOrders:
    """Return the tables and figures of orders whose zones and products are known."""
    good = (orders.frame["reason"] == "").to_numpy()
    cells = _cells(orders.frame[good], zones, segments, network["calendar"])
    days = f"{cells['day'].min().date()} to {cells['day'].max().date()}"
    tables, missing = product_tables(network, segments, rate.units_per_usd if rate else 1.0, days)
    season = _season(network["calendar"], cells)
    of_zone = cells["zone_id"].value_counts()
    table = zones.table.assign(orders=zones.table["zone_id"].map(of_zone))
    counted = cells.groupby(["zone_id", "product_id", "period_id"], sort=True).size()
    return ImportedOrders(
        zones=table,
        orders=counted.rename("orders").reset_index(),
        parameters=_parameters(orders.frame[good], days),
        network_tables=tables,
        segments=segments,
        missing=missing,
        season=season,
        by_day=cells["day"].value_counts().sort_index(),
        refused=_refused(orders, read),
        files=read.files,
        figures={
            **_figures(read, orders, good),
            **_evidence(read, placed),
            "zones": len(table),
            "products": len(segments.table),
        },
        rate=rate,
        warnings=(*_season_warnings(season), *zone_warnings(table)),
    )


def _understood(
    read: OrderLines, mapped: OrderMap, network: Network, currency: str | None
) -> tuple[Orders, ExchangeRate | None, dict[str, str]]:
    """Return the orders of the lines, the rate of their prices, and the families of categories."""
    countries = frozenset(network["countries"]["country"])
    orders, faults = to_orders(read, mapped, countries, currency)
    rate, found = _rate(orders, network)
    families, unknown = category_families(orders.skus["category"], network["products"], mapped)
    if faults or found or unknown:
        raise InputError([*faults, *found, *unknown])
    return orders, rate, families


def _with_areas(
    orders: Orders, known: pd.DataFrame, zones_of: str
) -> tuple[Orders, Placed, pd.DataFrame]:
    """Return orders with the column `area`, -1 where refused, how they were placed, and areas."""
    frame = orders.frame
    usable = (frame["reason"] == "").to_numpy()
    evidence = ("country", "postcode", "city", "state", "lat", "lon")
    placed = place_orders(*(frame.loc[usable, name] for name in evidence))
    placed = replace(placed, places=with_population(placed.places, known))
    areas = to_areas(placed, zones_of)
    area = np.full(len(frame), -1, np.int64)
    area[usable] = areas.of_order
    reason = frame["reason"].to_numpy(object).copy()
    reason[usable] = np.where(placed.place_id < 0, placed.reason, "")
    return replace(orders, frame=frame.assign(area=area, reason=reason)), placed, areas.table


def _cells(
    frame: pd.DataFrame, zones: Zones, segments: Segments, calendar: pd.DataFrame
) -> pd.DataFrame:
    """Return zone_id, product_id, period_id and day of each placed order."""
    zone = zones.of_area[frame["area"].to_numpy(np.int64)]
    product = segments.of_article[frame["sku"].to_numpy(np.int64)]
    day = frame["day"].reset_index(drop=True)
    periods = {one: period_of(calendar, one.date()) for one in pd.DatetimeIndex(day.unique())}
    return pd.DataFrame(
        {
            "zone_id": zones.table["zone_id"].to_numpy()[zone],
            "product_id": segments.table["product_id"].to_numpy()[product],
            "period_id": day.map(periods),
            "day": day,
        }
    )


def _rate(orders: Orders, network: Network) -> tuple[ExchangeRate | None, list[Fault]]:
    """Return the rate of the prices: the newest on or before the as-of date of the network."""
    currency = orders.frame["currency"].iloc[0]
    if not orders.priced or currency in ("", USD):
        return None, []
    rates = rates_on(network.written["exchange_rates"], network.as_of)
    if currency in rates:
        return rates[currency], []
    detail = f"no rate on or before {network.as_of} in exchange_rates.csv"
    return None, [Fault("F323", "--currency", value=currency, detail=detail)]


def _check_span(orders: Orders, good: NDArray[np.bool_]) -> None:
    """Refuse exports without a usable order, and such as cover more than a year."""
    if not good.any():
        counts = orders.frame["reason"].value_counts()
        detail = ", ".join(f"{n:,} {why}" for why, n in counts.items())
        raise InputError([Fault("F415", "orders", detail=detail)])
    day = orders.frame["day"].to_numpy("datetime64[D]")[good]
    span = int((day.max() - day.min()).astype(np.int64)) + 1
    if span > LONGEST:
        first = day.max() - np.timedelta64(364, "D")
        detail = f"{day.min()} to {day.max()}; for instance [dates] first = {first}"
        raise InputError(
            [Fault("F416", "--map", column="dates", value=f"{span} days", detail=detail)]
        )


def _season(calendar: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return orders and intensity of the periods over the days that the orders cover."""
    whole = pd.date_range(cells["day"].min(), cells["day"].max())
    days = pd.Series([period_of(calendar, day.date()) for day in whole]).value_counts()
    table = calendar[["period_id", "name"]].copy()
    table["days"] = table["period_id"].map(days).fillna(0).astype(int)
    number = cells["period_id"].value_counts()
    table["orders"] = table["period_id"].map(number).fillna(0).astype(int)
    rate = table["orders"] / table["days"].where(table["days"] > 0)
    return table.assign(intensity=rate / (len(cells) / len(whole)))


def _parameters(frame: pd.DataFrame, days: str) -> pd.DataFrame:
    """Return parameters.csv; orders.csv gives the orders, so that they only describe them."""
    figures = {
        "orders_per_year": (len(frame), "number of placed orders"),
        "us_share": (float((frame["country"] == "US").mean()), "share of the placed orders"),
        "income_exponent": (0.0, "not used, as orders.csv gives the orders"),
    }
    return pd.DataFrame(
        [
            {
                "parameter": name,
                "value": f"{value:.6g}" if isinstance(value, float) else str(value),
                "source": f"own orders of {days}: {words}",
                "source_date": days[-10:],
                "status": "measured",
                "range": "",
            }
            for name, (value, words) in figures.items()
        ]
    )


def _refused(orders: Orders, read: OrderLines) -> pd.DataFrame:
    """Return the refused orders with the row of their first line."""
    frame = orders.frame[orders.frame["reason"] != ""]
    files = np.array([file.file for file in read.files], object)
    columns = ["reason", "value", "row", "country", "postcode", "city", "state"]
    table = frame[columns].reset_index(drop=True)
    table.insert(0, "file", files[frame["file"].to_numpy(np.int64)])
    return table


def _figures(read: OrderLines, orders: Orders, good: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the reconciliation of orders and values."""
    frame = orders.frame
    refused = frame[~good].groupby("reason")
    value = frame["value"].fillna(0.0)
    worth = {str(why): round(float(v), 2) for why, v in refused["value"].sum().items()}
    return {
        "orders_in": len(frame),
        "orders_placed": int(good.sum()),
        "orders_refused": {str(why): int(n) for why, n in refused.size().items()},
        "value_in": round(float(value.sum()), 2) if orders.priced else None,
        "value_placed": round(float(value[good].sum()), 2) if orders.priced else None,
        "value_refused": worth if orders.priced else {},
        "currency": str(frame["currency"].iloc[0]) or None,
        "lines": len(read.frame),
        "orders_with_several_products": int((frame["articles"] > 1)[good].sum()),
        "cancelled": int(frame["cancelled"][good].sum()),
        "returned": int(frame["returned"][good].sum()),
    }


def _evidence(read: OrderLines, placed: Placed) -> dict[str, Any]:
    """Return what was recognised and put right in the files, and what placed the orders."""
    files = read.files
    how = pd.Series(placed.how[placed.place_id >= 0]).value_counts()
    return {
        "encoding": _one([file.encoding for file in files]),
        "delimiter": _one([file.delimiter for file in files]),
        "date_order": _one([file.date_order for file in files]),
        "decimal": _one([style for file in files for style in file.decimals.values()]),
        "repaired": {**read.repaired, **{kind: n for kind, n in placed.repaired.items() if n}},
        "conflicts": {kind: n for kind, n in placed.conflicts.items() if n},
        "placed_by": {str(kind): int(n) for kind, n in how.items()},
    }


def _one(values: Sequence[str]) -> str | list[str]:
    """Return what all files have in common; a list where they differ."""
    distinct = [value for value in dict.fromkeys(values) if value]
    return distinct if len(distinct) > 1 else "".join(distinct)


def _season_warnings(season: pd.DataFrame) -> list[Fault]:
    """Warn of periods that the orders do not cover (W400)."""
    empty = season.loc[season["days"] == 0, "period_id"].tolist()
    if not empty:
        return []
    detail = f"no day of {', '.join(empty)}; the orders count as those of a year"
    return [Fault("W400", "orders", detail=detail)]


def zone_warnings(zones: pd.DataFrame) -> list[Fault]:
    """Warn of zones without a known population.

    Parameters
    ----------
    zones : DataFrame
        In the form of zones.csv.

    Returns
    -------
    list of Fault
        W401, or nothing.
    """
    unknown = zones.loc[zones["population"] == 0, "name"].tolist()
    if not unknown:
        return []
    detail = f"{len(unknown)} zones, such as {', '.join(unknown[:3])}"
    return [Fault("W401", "zones.csv", column="population", detail=detail)]
