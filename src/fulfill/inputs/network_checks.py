"""Contradictions inside the tables of a network, for which no demand is needed.

A check runs only if every table it needs was read without fault; the faults of the others are
reported already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

import numpy as np
import pandas as pd

from fulfill.inputs.cells import TEXT
from fulfill.inputs.columns import ROW
from fulfill.inputs.contract_checks import contract_faults
from fulfill.inputs.daily_profile import daily_profile_faults
from fulfill.inputs.faults import Fault
from fulfill.inputs.headings import heading_faults
from fulfill.inputs.origins import mail_faults, with_whole_origins
from fulfill.inputs.rate_card_checks import (
    mail_zone_faults,
    own_price_faults,
    price_faults,
    reference_faults,
    surcharge_faults,
)
from fulfill.inputs.schema import BANDS, COUNTRY_CODES, OWNERSHIPS
from fulfill.inputs.site_rows import row_faults, rows_by_site
from fulfill.inputs.site_rule_checks import site_rule_faults
from fulfill.inputs.spelling import fold, misspelt, near
from fulfill.inputs.tables import read_table
from fulfill.inputs.windows import border_faults

Tables = Mapping[str, pd.DataFrame]
ANY = "any"
"""The class in tariffs.csv that stands for every class without a row of its own."""

_CARD_TABLES = ("rate_cards", "rate_zones", "surcharges")
_ORDERED = (
    # table, lower column, upper column, whether they may be equal, what is wrong
    (
        "services",
        "days_mean",
        "days_p90",
        True,
        "the 90th percentile cannot be below the mean",
    ),
    (
        "mail_services",
        "days_mean",
        "days_p90",
        True,
        "the 90th percentile cannot be below the mean",
    ),
    (
        "lane_rates",
        "days_mean",
        "days_p90",
        True,
        "the 90th percentile cannot be below the mean",
    ),
    ("tariffs", "fee_min_usd", "fee_max_usd", True, "the largest fee is below the smallest"),
    ("entry_fees", "min_usd", "max_usd", True, "the largest fee is below the smallest"),
    ("tariffs", "value_from_usd", "value_to_usd", False, "the value band is empty"),
    ("rate_cards", "kg_from", "kg_to", False, "the weight break is empty"),
)


def network_faults(folder: str, tables: Tables) -> list[Fault]:
    """Find contradictions inside the tables of a network folder.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        The tables that were read without fault, by name.

    Returns
    -------
    list of Fault
        F201, F205, F206, F208, F213, F214, F303, F313 to F315, F318, F322, F350 to F354,
        F527 to F529, F533 and F534.
    """
    checks: tuple[tuple[tuple[str, ...], Callable[[str, Tables], Iterable[Fault]]], ...] = (
        (("countries",), _border_faults),
        (("origins",), _origin_faults),
        (("gateways",), _gateway_country_faults),
        (("origins", "countries", "origin_groups", "tariffs", "mail_services"), _mail_faults),
        (("services",), _distance_band_faults),
        (("services",), partial(own_price_faults, name="services")),
        (("mail_services",), partial(own_price_faults, name="mail_services")),
        (("services", "mail_services", *_CARD_TABLES), reference_faults),
        (("rate_cards",), price_faults),
        (("rate_zones",), _zone_band_faults),
        (("mail_services", "rate_zones"), mail_zone_faults),
        (("surcharges",), surcharge_faults),
        (("sites", "site_sizes"), _size_faults),
        (("sites", "bands"), _base_band_faults),
        (("sites", "contracts"), contract_faults),
        (("lanes",), _lane_length_faults),
        (("calendar",), _order_faults),
        (("daily_profile",), daily_profile_faults),
        (("products", "tariffs"), _class_faults),
        (("sites", "site_groups", "group_limits"), site_rule_faults),
        (("tariffs", "tariff_headings", "heading_rates"), heading_faults),
    )
    faults = [
        fault
        for row in _ORDERED
        if row[0] in tables
        for fault in _contradictions(folder, tables, *row)
    ]
    for needed, check in checks:
        if set(needed) <= set(tables):
            faults += check(folder, tables)
    return faults


def with_base_band(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the tables with the base band of every site where there is no bands.csv.

    Parameters
    ----------
    tables : mapping of str to DataFrame

    Returns
    -------
    dict of str to DataFrame
        The rows that are added have no row number, as they are in no file.
    """
    if "bands" not in tables or len(tables["bands"]):
        return dict(tables)
    rows = "".join(f"{ownership},base,1,1,0,no bands.csv,estimate\n" for ownership in OWNERSHIPS)
    header = "ownership,band,capacity_factor,price_factor,delay_days,source,status\n"
    bands, _ = read_table((header + rows).encode(), "bands.csv", BANDS)
    return {**tables, "bands": bands.assign(**{ROW: 0})}


def with_one_spelling(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the tables with every tariff class spelt as in products.csv.

    Products, tariffs and headings join by the class, so "Apparel" and "apparel" must become one
    text; a class that did not join would silently pay the rate of the row `any`.

    Parameters
    ----------
    tables : mapping of str to DataFrame

    Returns
    -------
    dict of str to DataFrame
        The same tables if products or tariffs are missing.
    """
    if not {"products", "tariffs"} <= set(tables):
        return dict(tables)
    spelling = {ANY: ANY}
    changed = {}
    for name in filter(tables.__contains__, ("products", "tariffs", "tariff_headings")):
        for text in tables[name]["tariff_class"]:
            spelling.setdefault(fold(text), text)
        written = [spelling[fold(text)] for text in tables[name]["tariff_class"]]
        changed[name] = tables[name].assign(
            tariff_class=pd.Series(written, tables[name].index, TEXT)
        )
    return {**tables, **changed}


def _contradictions(
    folder: str, tables: Tables, name: str, lower: str, upper: str, equal: bool, wrong: str
) -> Iterator[Fault]:
    """Find rows whose upper figure is below the lower one; an empty figure (NaN) is no limit."""
    table = tables[name]
    for line, low, high in zip(table[ROW], table[lower], table[upper], strict=True):
        if high < low or (high == low and not equal):
            detail = f"{lower} is {low:g}: {wrong}"
            yield Fault("F214", f"{folder}/{name}.csv", int(line), upper, f"{high:g}", detail)


def _origin_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find origins whose minimum volume exceeds their capacity."""
    origins = tables["origins"]
    most = 12.0 * origins["capacity_m3_month"].fillna(np.inf)
    for line, least, year in zip(origins[ROW], origins["minimum_m3_year"], most, strict=True):
        if least > year:
            detail = f"capacity_m3_month allows {year:g} a year"
            yield Fault(
                "F214", f"{folder}/origins.csv", int(line), "minimum_m3_year", f"{least:g}", detail
            )


def _border_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find windows of countries that are empty or given in part."""
    yield from border_faults(tables["countries"], f"{folder}/countries.csv")


def _mail_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find mail services whose parcels would belong to no tariff group, or to several."""
    origins = with_whole_origins(tables)["origins"]
    yield from mail_faults(folder, origins, tables["mail_services"])


def _gateway_country_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find ports and airports without one known country, and crossings without two."""
    gateways = tables["gateways"]
    columns = (ROW, "kind", "country")
    for line, kind, country in zip(*(gateways[name] for name in columns), strict=True):
        sides = country.split("-")
        wanted = 2 if kind == "crossing" else 1
        if len(set(sides)) == wanted == len(sides) and set(sides) <= set(COUNTRY_CODES):
            continue
        form = "the two countries that it joins, such as MX-US" if wanted == 2 else "one country"
        detail = f"a {kind} has {form}, by the two-letter codes of ISO 3166-1"
        yield Fault("F206", f"{folder}/gateways.csv", int(line), "country", str(country), detail)


def _distance_band_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find services whose distance bands are empty, do not begin at 0, overlap or leave a gap."""
    for (service, country, kind), rows in tables["services"].groupby(
        ["service_id", "country", "zone_class"]
    ):
        yield from _band_faults(f"{folder}/services.csv", f"{service}, {country} {kind}", rows)


def _zone_band_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find the same in the distance bands of a rate card between two states."""
    zones = tables["rate_zones"].fillna({"km_to": np.inf})
    for pair, rows in zones.groupby(["card", "country", "from_state", "to_state"], sort=False):
        yield from _band_faults(f"{folder}/rate_zones.csv", "{}, {}, {} to {}".format(*pair), rows)


def _band_faults(file: str, who: str, rows: pd.DataFrame) -> Iterator[Fault]:
    """Find distance bands that are empty, do not begin at 0, overlap or leave a gap."""
    reached = 0.0
    bands = rows.sort_values("km_from", kind="stable")
    for line, begins, ends in zip(bands[ROW], bands["km_from"], bands["km_to"], strict=True):
        if begins != reached:
            fault = "gap" if begins > reached else "overlap"
            low, high = sorted((begins, reached))
            detail = f"{who}: {fault} between {low:g} and {high:g} km"
            yield Fault("F313", file, int(line), "km_from", f"{begins:g}", detail)
        if ends <= begins:
            yield Fault(
                "F313", file, int(line), "km_to", f"{ends:g}", f"{who}: km_from is {begins:g}"
            )
        reached = max(ends, begins)


def _size_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find sites that have no size and so could never be opened, and rows of no such site."""
    yield from row_faults(folder, tables, "site_sizes")
    offered = set(rows_by_site(tables["sites"], tables["site_sizes"])["site_id"])
    yield from _without_row(
        folder, tables["sites"], offered, "no row of site_sizes.csv for this ownership"
    )


def _base_band_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find sites that have no base band: they would have no regular throughput."""
    yield from row_faults(folder, tables, "bands")
    bands = rows_by_site(tables["sites"], tables["bands"])
    based = set(bands.loc[bands["band"] == "base", "site_id"])
    yield from _without_row(
        folder, tables["sites"], based, "no row of bands.csv with band base for this ownership"
    )


def _without_row(folder: str, sites: pd.DataFrame, known: set[str], detail: str) -> Iterator[Fault]:
    """Find sites that are not among the known ones; one fault for each ownership."""
    for ownership, rows in sites[~sites["site_id"].isin(known)].groupby("ownership", sort=False):
        more = f"; {len(rows)} sites" if len(rows) > 1 else ""
        yield Fault(
            "F314",
            f"{folder}/sites.csv",
            int(rows[ROW].iloc[0]),
            "ownership",
            str(ownership),
            detail + more,
        )


def _lane_length_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find lanes given in both directions with different figures; which one holds is unclear."""
    first: dict[frozenset[str], tuple[float, float, int]] = {}
    columns = ("from_id", "to_id", "road_km", "hours", ROW)
    rows = zip(*(tables["lanes"][name].tolist() for name in columns), strict=True)
    for start, goal, km, hours, line in rows:
        known = first.setdefault(frozenset((start, goal)), (km, hours, int(line)))
        for column, value, other in (("road_km", km, known[0]), ("hours", hours, known[1])):
            if value != other and not (np.isnan(value) and np.isnan(other)):
                detail = f"{start} - {goal}: {other:g} in row {known[2]}"
                yield Fault("F315", f"{folder}/lanes.csv", int(line), column, f"{value:g}", detail)


def _order_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find periods that begin before the one above.

    The model takes the order of the rows for the order in time, for instance where goods land in an
    earlier period.
    """
    calendar = tables["calendar"]
    days = [day.date() for day in calendar["starts"]]
    for line, before, begins in zip(calendar[ROW].iloc[1:], days, days[1:], strict=False):
        if begins < before:
            detail = f"the row above begins on {before}"
            yield Fault("F318", f"{folder}/calendar.csv", int(line), "starts", str(begins), detail)


def _class_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find classes that one of products.csv and tariffs.csv seems to misspell."""
    used, named = (dict.fromkeys(tables[name]["tariff_class"]) for name in ("products", "tariffs"))
    for name, own, others in (("products", used, named), ("tariffs", named, used)):
        table = tables[name]
        for text in own:
            alike = [other for other in others if other != ANY and misspelt(text, other)]
            if text == ANY or text in others or not alike:
                continue
            other_file = "tariffs.csv" if name == "products" else "products.csv"
            line = table.loc[table["tariff_class"] == text, ROW].iloc[0]
            yield Fault(
                "F213",
                f"{folder}/{name}.csv",
                int(line),
                "tariff_class",
                text,
                f"not in {other_file}{near(alike)}",
            )
