"""Contradictions of rate cards: weight breaks, days, zones and surcharges, and what they leave out.

A price that is missing never means "free": a gap is a fault, and what a card does not carry or
serve is warned of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault
from fulfill.inputs.periods import YEAR, in_season
from fulfill.inputs.rate_cards import as_date
from fulfill.inputs.schema.rate_cards import ANY, OTHER_STATES
from fulfill.inputs.spelling import near, nearest

Tables = Mapping[str, pd.DataFrame]
Record = dict[Any, Any]
LAST_DAY = date.max - timedelta(days=1)
"""Stands for an open `valid_to`."""
A_DAY = timedelta(days=1)


def own_price_faults(folder: str, tables: Tables, name: str) -> Iterator[Fault]:
    """Find services without a price, and those with one of their own besides a rate card.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
    name : str
        services or mail_services.

    Yields
    ------
    Fault
        F201 and F214.
    """
    table, file = tables[name], f"{folder}/{name}.csv"
    for column in ("base_usd", "usd_kg", "usd_100km"):
        if column not in table:
            continue
        rows = list(zip(*(table[name] for name in (ROW, "card", column)), strict=True))
        for line, card, value in rows:
            if not card and np.isnan(value):
                detail = "or name a rate card under `card`"
                yield Fault("F201", file, int(line), column, detail=detail)
        for line, card, value in rows:
            if card and value and not np.isnan(value):
                detail = f"the prices are those of the rate card {card}: leave it empty"
                yield Fault("F214", file, int(line), column, f"{value:g}", detail)


def reference_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find services, zones and surcharges of cards that do not join.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        services, mail_services, rate_cards, rate_zones, surcharges.

    Yields
    ------
    Fault
        F208.
    """
    for name in ("services", "mail_services"):
        yield from _service_faults(folder, tables, name)
    yield from _zone_faults(folder, tables)
    yield from _surcharged_faults(folder, tables)


def _service_faults(folder: str, tables: Tables, name: str) -> Iterator[Fault]:
    """Find services whose card has no price or no zone for them."""
    rates = tables["rate_cards"]
    known, priced = set(rates["card"]), _pairs(rates, "card", "service_id")
    reached = _pairs(tables["rate_zones"], "card", "country")
    rows = tables[name][tables[name]["card"] != ""]
    columns = ("card", "service_id", "country", ROW)
    for card, service, country, line in zip(*(rows[c] for c in columns), strict=True):
        detail = ""
        if card not in known:
            detail = "not in rate_cards.csv" + near(nearest(card, known))
        elif (card, service) not in priced:
            detail = f"rate_cards.csv has no price of {service} on this card"
        elif (card, country) not in reached:
            detail = f"rate_zones.csv has no zone of this card in {country}"
        if detail:
            yield Fault("F208", f"{folder}/{name}.csv", int(line), "card", card, detail)


def _zone_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find zones of a card that have no price."""
    rates, zones = tables["rate_cards"], tables["rate_zones"]
    known, priced = set(rates["card"]), _pairs(rates, "card", "card_zone")
    for card, zone, line in zip(*(zones[c] for c in ("card", "card_zone", ROW)), strict=True):
        if card in known and (card, zone) not in priced:
            names = rates.loc[rates["card"] == card, "card_zone"]
            detail = f"rate_cards.csv has no price of {card} for it{near(nearest(zone, names))}"
            yield Fault("F208", f"{folder}/rate_zones.csv", int(line), "card_zone", zone, detail)


def _surcharged_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find surcharges on services that their card does not have."""
    rates, rows = tables["rate_cards"], tables["surcharges"]
    known, priced = set(rates["card"]), _pairs(rates, "card", "service_id")
    for card, service, line in zip(*(rows[c] for c in ("card", "service_id", ROW)), strict=True):
        if card in known and service != ANY and (card, service) not in priced:
            detail = f"rate_cards.csv has no such service on {card}; any stands for all of them"
            file = f"{folder}/surcharges.csv"
            yield Fault("F208", file, int(line), "service_id", service, detail)


def _pairs(table: pd.DataFrame, one: str, other: str) -> set[tuple[str, str]]:
    return set(zip(table[one], table[other], strict=True))


def price_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find weights and days for which a zone of a card has no price, or two.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        rate_cards.

    Yields
    ------
    Fault
        F205, F350 and F354.
    """
    file = f"{folder}/rate_cards.csv"
    rates = _dated(tables["rate_cards"])
    yield from _ends_early(tables["rate_cards"], file)
    for card_service, rows in rates.groupby(["card", "service_id"], sort=False):
        yield from _unit_faults(file, " ".join(map(str, card_service)), rows)
    for key, rows in rates.groupby(["card", "service_id", "card_zone"], sort=False):
        who = "{} {}, zone {}".format(*key)
        listed = rows.sort_values(["valid_from", "kg_from"], kind="stable").to_dict("records")
        clashes = {int(two[ROW]): (one, two) for one, two in _overlaps(listed)}
        for line, (one, two) in clashes.items():
            detail = f"{who}: overlaps row {int(one[ROW])} in weight and time"
            yield Fault("F350", file, line, "kg_from", f"{two['kg_from']:g}", detail)
        if not clashes:
            yield from _weight_gaps(file, who, listed)
            yield from _day_gaps(file, who, listed)


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with days in place of moments, and open ends as the largest values."""
    ends = [as_date(day) or LAST_DAY for day in table["valid_to"]]
    starts = [day.date() for day in table["valid_from"]]
    days = {"valid_from": pd.Series(starts, table.index, object)}
    days["valid_to"] = pd.Series(ends, table.index, object)
    return table.assign(**days)


def _ends_early(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    """Find rows that end before they begin."""
    for first, last in (("valid_from", "valid_to"), ("peak_from", "peak_to")):
        if first not in table:
            continue
        wrong = table[table[last] < table[first]]
        for line, day in zip(wrong[ROW], wrong[last], strict=True):
            detail = "ends before it begins"
            yield Fault("F205", file, int(line), last, str(day.date()), detail)


def _days_of_change(rows: list[Record]) -> list[date]:
    """Return the days on which some of the rows begin, and those after which some have ended."""
    ended = {row["valid_to"] + A_DAY for row in rows if row["valid_to"] < LAST_DAY}
    return sorted({row["valid_from"] for row in rows} | ended)


def _holding(rows: list[Record], day: date) -> list[Record]:
    return [row for row in rows if row["valid_from"] <= day <= row["valid_to"]]


def _unit_faults(file: str, who: str, rows: pd.DataFrame) -> Iterator[Fault]:
    """Find rows that hold on one day with different divisors or roundings."""
    listed, found = rows.to_dict("records"), set()
    for day in _days_of_change(listed):
        first, *others = _holding(listed, day) or [{}]
        for name in ("divisor_cm3_kg", "round_up_kg"):
            for row in others:
                if row[name] != first[name] and (row[ROW], name) not in found:
                    found.add((row[ROW], name))
                    detail = f"{who} on {day}: {first[name]:g} in row {int(first[ROW])}"
                    yield Fault("F352", file, int(row[ROW]), name, f"{row[name]:g}", detail)


def _overlaps(rows: list[Record]) -> Iterator[tuple[Record, Record]]:
    """Yield pairs of rows that hold on a common day for a common weight."""
    for one, two in combinations(rows, 2):
        days = one["valid_from"] <= two["valid_to"] and two["valid_from"] <= one["valid_to"]
        ends = [row["kg_to"] if np.isfinite(row["kg_to"]) else np.inf for row in (one, two)]
        if days and one["kg_from"] < ends[1] and two["kg_from"] < ends[0]:
            yield one, two


def _weight_gaps(file: str, who: str, rows: list[Record]) -> Iterator[Fault]:
    """Find weights below the last break that no row prices, on the first day that lacks them."""
    found = set()
    for day in _days_of_change(rows):
        reached = 0.0
        for row in sorted(_holding(rows, day), key=lambda row: row["kg_from"]):
            if row["kg_from"] > reached and row[ROW] not in found:
                found.add(row[ROW])
                detail = f"{who} on {day}: no price between {reached:g} and {row['kg_from']:g} kg"
                yield Fault("F350", file, int(row[ROW]), "kg_from", f"{row['kg_from']:g}", detail)
            reached = row["kg_to"]


def _day_gaps(file: str, who: str, rows: list[Record]) -> Iterator[Fault]:
    """Find days between the first and the last on which no row holds at all."""
    reached = rows[0]["valid_to"]
    for row in rows:
        if row["valid_from"] > reached + A_DAY:
            detail = f"{who}: no price from {reached + A_DAY} to {row['valid_from'] - A_DAY}"
            value = str(row["valid_from"])
            yield Fault("F354", file, int(row[ROW]), "valid_from", value, detail)
        reached = max(reached, row["valid_to"])


def surcharge_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find surcharges that would be charged twice, and seasons with one end only.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        surcharges.

    Yields
    ------
    Fault
        F205, F214 and F353.
    """
    file, table = f"{folder}/surcharges.csv", tables["surcharges"]
    yield from _ends_early(table, file)
    half = table[table["peak_from"].isna() != table["peak_to"].isna()]
    for line in half[ROW]:
        detail = "a season has a first and a last day; leave out both for the whole year"
        yield Fault("F214", file, int(line), "peak_to", "", detail)
    for _, rows in _dated(table).groupby(["card", "surcharge", "country"], sort=False):
        for one, two in combinations(rows.to_dict("records"), 2):
            if _charged_together(one, two):
                detail = f"charges {two['surcharge']} again besides row {int(one[ROW])}"
                value = str(two["surcharge_id"])
                yield Fault("F353", file, int(two[ROW]), "surcharge_id", value, detail)


def _charged_together(one: Record, two: Record) -> bool:
    """Tell whether two rows of a surcharge are charged to the same order on a common day."""
    same = all(
        one[name] == two[name] or ANY in (one[name], two[name])
        for name in ("service_id", "zone_class", "to_state")
    )
    held = one["valid_from"] <= two["valid_to"] and two["valid_from"] <= one["valid_to"]
    return bool(same and held) and any(
        all(
            in_season(as_date(row["peak_from"]), as_date(row["peak_to"]), day) for row in (one, two)
        )
        for day in YEAR
    )


def mail_zone_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find zones of mail by a site's state or a distance: mail has neither.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        mail_services, rate_zones.

    Yields
    ------
    Fault
        F214.
    """
    mailed = set(tables["mail_services"]["card"]) - {""}
    zones = tables["rate_zones"][tables["rate_zones"]["card"].isin(mailed)]
    for column, empty in (("from_state", OTHER_STATES), ("km_from", 0.0)):
        wrong = zones[zones[column] != empty]
        for line, card, value in zip(wrong[ROW], wrong["card"], wrong[column], strict=True):
            yield _mail_zone_fault(folder, int(line), column, card, value)
    wrong = zones[zones["km_to"].notna()]
    for line, card, value in zip(wrong[ROW], wrong["card"], wrong["km_to"], strict=True):
        yield _mail_zone_fault(folder, int(line), "km_to", card, value)


def _mail_zone_fault(folder: str, line: int, column: str, card: str, value: object) -> Fault:
    detail = f"{card} prices direct mail, which has neither site nor road: leave it empty"
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return Fault("F214", f"{folder}/rate_zones.csv", line, column, shown, detail)
