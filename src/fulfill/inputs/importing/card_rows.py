"""What a rate card says as rows of rate_cards, rate_zones, surcharges and services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.columns import Table
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.importing.card_map import CardMap
from fulfill.inputs.importing.card_prices import ZonePrices, common_step, listed_steps
from fulfill.inputs.importing.card_sheets import OTHER_COUNTRY, PRICE, CardSheet
from fulfill.inputs.importing.card_surcharges import PEAK, Surcharge
from fulfill.inputs.importing.card_terms import CardTerms
from fulfill.inputs.importing.card_zones import (
    ZoneRule,
    joined_bands,
    mapped_rules,
    table_rules,
    zone_id,
)
from fulfill.inputs.importing.drafts import scaled_range, table_texts
from fulfill.inputs.importing.grids import Grid
from fulfill.inputs.importing.place_texts import COUNTRIES, country_number
from fulfill.inputs.network import Network
from fulfill.inputs.schema import MAIL_SERVICES, SERVICES
from fulfill.inputs.schema.rate_cards import RATE_CARDS, RATE_ZONES, SURCHARGES
from fulfill.inputs.spelling import fold, near, nearest

PRICES_OF_SERVICE = ("base_usd", "usd_kg", "usd_100km")
"""Columns of a service that a card takes the place of."""
DAYS_OF_SERVICE = ("days_mean", "days_p90")
"""Columns of a service that a card does not give."""
Prices = Sequence[tuple[Grid, ZonePrices]]


@dataclass(frozen=True, eq=False)
class CardRows:
    """The rows of a card, as text, and what they leave open.

    Attributes
    ----------
    rates, zones, surcharges : DataFrame
        In the form of rate_cards.csv, rate_zones.csv and surcharges.csv.
    services : tuple of (str, str)
        Services that the card prices, with the country.
    missing : list of dict
        service_id, country and the columns that the card does not give.
    warnings : tuple of Fault
    """

    rates: pd.DataFrame
    zones: pd.DataFrame
    surcharges: pd.DataFrame
    services: tuple[tuple[str, str], ...]
    missing: list[dict[str, Any]]
    warnings: tuple[Fault, ...]


def card_rows(
    sheets: Sequence[CardSheet],
    prices: Prices,
    surcharges: Sequence[Surcharge],
    terms: CardTerms,
    mapped: CardMap,
    network: Network,
    named: tuple[str, str, str | None],
) -> CardRows:
    """Return the rows of a card.

    Parameters
    ----------
    sheets : sequence of CardSheet
        Prices of countries that the network does not serve are marked as not read.
    prices : sequence of (Grid, ZonePrices)
    surcharges : sequence of Surcharge
    terms : CardTerms
    mapped : CardMap
    network : Network
    named : (str, str, str or None)
        Name of the card, currency of its prices, and service that it prices if that is given.

    Returns
    -------
    CardRows

    Raises
    ------
    InputError
        F442 where service or country are not known, F443 where steps of weight need an end, F445
        where it is not known where the zones lie, F451 for unknown places.
    """
    card, currency, service = named
    writer = _Writer(card, currency, terms, mapped)
    priced, faults = _priced(prices, mapped, network, service)
    if faults:
        raise InputError(faults)
    _mark_other_countries(sheets, priced)
    priced = [one for one in priced if one.country]
    rates, wrong = writer.rates(priced)
    zones, warnings, bad = _zones(sheets, priced, mapped)
    if wrong or bad:
        raise InputError([*wrong, *bad])
    services = tuple(dict.fromkeys((one.service, one.country) for one in priced))
    return CardRows(
        rates=pd.DataFrame(rates),
        zones=pd.DataFrame([writer.zone(country, rule) for country, rule in zones]),
        surcharges=pd.DataFrame(writer.surcharges(surcharges, priced)),
        services=services,
        missing=[
            {"service_id": one, "country": country, "figures": list(DAYS_OF_SERVICE)}
            for one, country in services
        ],
        warnings=tuple(warnings),
    )


@dataclass(frozen=True)
class _Priced:
    """Prices of a service of the network in a country; empty for one that it does not serve."""

    grid: Grid
    prices: ZonePrices
    service: str
    country: str
    zone: str


def _priced(
    prices: Prices, mapped: CardMap, network: Network, given: str | None
) -> tuple[list[_Priced], list[Fault]]:
    """Return prices with service, country and zone of the network."""
    tables = [network.tables[name] for name in ("services", "mail_services")]
    known = pd.concat([table[["service_id", "country"]] for table in tables]).drop_duplicates()
    names = list(dict.fromkeys(known["service_id"]))
    texts = {zone.service for _, zone in prices}
    priced, faults = [], list[Fault]()
    for grid, zone in prices:
        text = zone.service
        service = mapped.services.get(text) or (given if len(texts) == 1 else None)
        service = service or (text if text in names else names[0] if len(names) == 1 else "")
        if service not in names:
            entry = f'[services] "{text}" = ...' if text else "--service"
            detail = f"{entry}, one of {', '.join(names)}{near(nearest(service, names))}"
            faults.append(Fault("F442", grid.place, value=text or service, detail=detail))
            continue
        served = known.loc[known["service_id"] == service, "country"].tolist()
        country = _country(zone.country, served, mapped)
        if country is None:
            detail = f'{service} serves {" and ".join(served)}: [values] country = "{served[0]}"'
            faults.append(Fault("F442", grid.place, value=text, detail=detail))
            continue
        prefix = f"{country.lower()}-" if zone.country else ""
        priced.append(_Priced(grid, zone, service, country, prefix + zone_id(zone.zone)))
    return priced, list(dict.fromkeys(faults))


def _country(text: str, served: list[str], mapped: CardMap) -> str | None:
    """Return the country of a price: None where not known, empty where it is not served."""
    if text:
        number = country_number(text)
        found = COUNTRIES[number] if number >= 0 else text.upper()
        return found if found in served else ""
    if given := mapped.values.get("country"):
        return given if given in served else None
    return served[0] if len(served) == 1 else None


def _mark_other_countries(sheets: Sequence[CardSheet], priced: Sequence[_Priced]) -> None:
    """Mark the prices of countries that the network does not serve as not read."""
    for one in priced:
        if one.country:
            continue
        sheet = next(sheet for sheet in sheets if sheet.grid is one.grid)
        for row in {part.row for part in one.prices.breaks}:
            for column in np.flatnonzero(sheet.use[row] == PRICE):
                sheet.mark(row, int(column), OTHER_COUNTRY)


def _zones(
    sheets: Sequence[CardSheet], priced: Sequence[_Priced], mapped: CardMap
) -> tuple[list[tuple[str, ZoneRule]], list[Fault], list[Fault]]:
    """Return the rules of the priced zones by country, warnings, and faults."""
    result, warnings, faults = [], list[Fault](), list[Fault]()
    countries = list(dict.fromkeys(one.country for one in priced))
    unknown = []
    for country in countries:
        rules, found = mapped_rules(mapped.zones, country)
        for sheet in sheets:
            more, wrong = table_rules(sheet, country)
            rules, found = [*rules, *more], [*found, *wrong]
        unknown.append(found)
        names = {zone_id(one.prices.zone): one for one in priced if one.country == country}
        place = next(iter(names.values())).grid.place
        kept = [rule for rule in joined_bands(rules) if rule.zone in names]
        if not kept and len(names) == 1:
            kept = [ZoneRule(next(iter(names)))]
        warnings += _zone_warnings(rules, {*names, *(rule.zone for rule in kept)}, place)
        if not kept and not found:
            text = next(iter(names.values())).prices.zone
            entry = f'[zones] "{text}" = "0-300 km", states, or "*" for the whole country'
            faults.append(Fault("F445", place, value=", ".join(names), detail=entry))
        result += [(country, replace(rule, zone=names[rule.zone].zone)) for rule in kept]
    # a state is unknown where no country of the card has it
    faults += [
        fault
        for fault in dict.fromkeys(unknown[0] if unknown else ())
        if all(any(_same_cell(fault, other) for other in found) for found in unknown[1:])
    ]
    return result, warnings, faults


def _same_cell(one: Fault, other: Fault) -> bool:
    """Tell whether two faults are of one text."""
    return (one.file, one.row, one.column, one.value) == (
        other.file, other.row, other.column, other.value,
    )  # fmt: skip


def _zone_warnings(rules: Sequence[ZoneRule], names: set[str], place: str) -> list[Fault]:
    """Warn of zones that only part of a state has, and of prices and places that do not meet."""
    warnings = [
        Fault("W440", place, value=rule.to_state, detail=f"{rule.zone} has {rule.share:.0%}")
        for rule in rules
        if rule.share < 1.0
    ]
    used = {rule.zone for rule in rules}
    if used & names:
        warnings += [Fault("W441", place, value=zone, detail="no place has it")
                     for zone in sorted(names - used)]  # fmt: skip
    warnings += [Fault("W441", place, value=zone, detail="it has no price")
                 for zone in sorted(used - names)]  # fmt: skip
    return warnings


@dataclass(frozen=True)
class _Writer:
    """Writes rows of a card."""

    card: str
    currency: str
    terms: CardTerms
    mapped: CardMap

    def _provenance(self, place: str) -> dict[str, str]:
        source = f"rate card of the carrier: {place}"
        day = self.terms.valid_from
        return {"source": source, "source_date": day, "status": "measured", "range": ""}

    def rates(self, priced: Sequence[_Priced]) -> tuple[list[dict[str, str]], list[Fault]]:
        """Return rows of rate_cards.csv; F443 where steps of weight need an end."""
        rows, faults = [], list[Fault]()
        steps = {
            service: common_step(
                [b for p in priced if p.service == service for b in p.prices.breaks]
            )
            for service in {one.service for one in priced}
        }
        for one in priced:
            breaks, step = one.prices.breaks, steps[one.service]
            if step is None:
                if any(np.isinf(part.high) for part in breaks):
                    detail = 'the steps do not fit the breaks: [values] max_kg = "70"'
                    faults.append(Fault("F443", one.grid.place, value=one.zone, detail=detail))
                    continue
                breaks, step = listed_steps(breaks), 0.0
            given = self.mapped.number("round_up_kg")
            for part in breaks:
                rows.append(
                    {
                        "card": self.card,
                        "service_id": one.service,
                        "card_zone": one.zone,
                        "kg_from": _number(part.low),
                        "kg_to": _number(part.high),
                        "base_usd": _number(part.base),
                        "usd_kg": _number(part.rate),
                        "kg_included": _number(part.included),
                        "min_usd": "0",
                        "divisor_cm3_kg": _number(self.terms.divisor_cm3_kg or 0.0),
                        "round_up_kg": _number(step if given is None else given),
                        "currency": self.currency,
                        "valid_from": self.terms.valid_from,
                        "valid_to": self.terms.valid_to,
                        **self._provenance(one.grid.place),
                    }
                )
        return rows, list(dict.fromkeys(faults))

    def zone(self, country: str, rule: ZoneRule) -> dict[str, str]:
        """Return a row of rate_zones.csv."""
        return {
            "card": self.card,
            "country": country,
            "from_state": rule.from_state,
            "to_state": rule.to_state,
            "km_from": _number(rule.low),
            "km_to": _number(rule.high),
            "card_zone": rule.zone,
            **self._provenance("zones"),
        }

    def surcharges(
        self, surcharges: Sequence[Surcharge], priced: Sequence[_Priced]
    ) -> list[dict[str, str]]:
        """Return rows of surcharges.csv."""
        rows = []
        for number, one in enumerate(surcharges, 1):
            name = fold(one.name).replace(" ", "-") or one.kind
            first, last = (*one.days, "", "")[:2]
            seasonal = one.kind == PEAK and bool(last)
            days = (self.terms.valid_from, self.terms.valid_to)
            if one.days and not seasonal:
                days = (first, last)
            for country in dict.fromkeys(price.country for price in priced):
                rows.append(
                    {
                        "surcharge_id": f"{self.card}-{one.kind}-{number}-{country.lower()}",
                        "surcharge": name,
                        "card": self.card,
                        "service_id": "any",
                        "country": country,
                        # a carrier's list of remote postcodes is rural places
                        "zone_class": "rural" if one.kind == "remote" else "any",
                        "to_state": "any",
                        "valid_from": days[0],
                        "valid_to": days[1],
                        "peak_from": first if seasonal else "",
                        "peak_to": last if seasonal else "",
                        "share": _number(one.share),
                        "usd_order": _number(one.order),
                        "usd_kg": _number(one.kg),
                        "currency": self.currency,
                        **self._provenance(one.name),
                    }
                )
        return rows


def _number(value: float) -> str:
    """Return a number as text; nothing for an open end."""
    return f"{value:.10g}" if np.isfinite(value) else ""


def network_tables(
    rows: CardRows, network: Network, card: str
) -> tuple[dict[str, pd.DataFrame], bool]:
    """Return the whole tables of a network with a card.

    Parameters
    ----------
    rows : CardRows
    network : Network
        Its other cards are kept; a card of the same name is replaced.
    card : str
        Name of the card.

    Returns
    -------
    tables : dict of str to DataFrame
        Of texts, by name of the table.
    replaced : bool
        Whether the network had a card of the name.
    """
    tables, replaced = {}, False
    parts = ((RATE_CARDS, rows.rates), (RATE_ZONES, rows.zones), (SURCHARGES, rows.surcharges))
    for table, new in parts:
        old = table_texts(network, table)
        if len(old):
            replaced = replaced or bool((old["card"] == card).any())
            old = old[old["card"] != card]
        if len(old) or len(new) or f"{table.name}.csv" in network.folder.files:
            tables[table.name] = with_rows(table, old, new)
    priced = set(rows.services)
    for table in (SERVICES, MAIL_SERVICES):
        old = table_texts(network, table)
        if len(old):
            mine = [key in priced for key in zip(old["service_id"], old["country"], strict=True)]
            if any(mine):
                tables[table.name] = _with_card(old, np.array(mine), card)
    return tables, replaced


def with_rows(table: Table, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return rows of a table as text with others below them, in the order of its declaration.

    Parameters
    ----------
    table : Table
    old, new : DataFrame
        Of texts. An empty cell of a column that one of them lacks is an empty text.

    Returns
    -------
    DataFrame
    """
    both = pd.concat([one for one in (old, new) if len(one)] or [old], ignore_index=True)
    present = [column.name for column in table.columns if column.name in both]
    return both[present].fillna("")


def _with_card(old: pd.DataFrame, mine: Any, card: str) -> pd.DataFrame:
    """Return services whose prices are those of a card."""
    table = old.copy()
    if "card" not in table:
        table.insert(list(table.columns).index("days_mean"), "card", "")
    for name in PRICES_OF_SERVICE:
        if name in table:
            table.loc[mine, name] = ""
    table.loc[mine, "card"] = card
    days = ", ".join(DAYS_OF_SERVICE)
    kept = "; assumed, as before: " + days + ": " + table.loc[mine, "source"]
    table.loc[mine, "source"] = f"prices: rate card {card}" + kept
    table.loc[mine, "status"] = "measured"
    if "range" in table:
        left_out = dict.fromkeys(PRICES_OF_SERVICE, 1.0)
        ranges = [scaled_range(text, {}, left_out) for text in table.loc[mine, "range"]]
        table.loc[mine, "range"] = ranges
    return table
