"""Where the zones of a rate card lie: by state of origin and destination, and by distance.

The network knows zones by states and road distance. A card that gives cities or postcodes is read
as that zone of a state to which most of its people or postcodes belong, and this is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.card_sheets import ZONE, CardSheet, CardTable
from fulfill.inputs.importing.card_tables import zone_key
from fulfill.inputs.importing.grids import letter
from fulfill.inputs.importing.place_tables import CODES, place_tables
from fulfill.inputs.importing.place_texts import COUNTRIES
from fulfill.inputs.importing.places import place_orders
from fulfill.inputs.importing.weights import OVER, RANGE, read_weight
from fulfill.inputs.schema.rate_cards import OTHER_STATES
from fulfill.inputs.spelling import fold
from fulfill.inputs.states import near_states, state_name

KM_MILE = 1.609344
ALL_ZONES = "all"
"""Zone of a card that has only one."""
DIGITS = 5
"""Digits of a postcode."""
_DISTANCE = re.compile(r"km|kil[oó]metros?|millas?|miles?|mi\b|公里|英里", re.IGNORECASE)
_MILES = re.compile(r"mil|mi\b|英里", re.IGNORECASE)
_OTHERS = re.compile(r"\*|resto|otros|demas|all other|other states|todo|其他|其它")
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?!\d))")


@dataclass(frozen=True)
class ZoneRule:
    """A zone of the card between states, in a band of road distance (km; `high` may be infinite).

    `share` is the part of the state, by people or postcodes, that has the zone on the card.
    """

    zone: str
    from_state: str = OTHER_STATES
    to_state: str = OTHER_STATES
    low: float = 0.0
    high: float = np.inf
    share: float = 1.0


@dataclass(frozen=True)
class _Place:
    """A row of a table of zones: states with the number of people or postcodes in question."""

    origins: tuple[str, ...]
    destinations: Mapping[str, float]
    low: float
    high: float
    zone: str


def zone_id(text: str) -> str:
    """Return the name of a zone in the tables of the network: zone-1 for "Zona 1" and "1".

    Parameters
    ----------
    text : str
        As written in a header, a cell or the map; empty for the only zone of a card.

    Returns
    -------
    str
    """
    key = zone_key(text) or fold(text)
    if key.isdigit():
        key = str(int(key))
    return f"zone-{key.replace(' ', '-')}" if key else ALL_ZONES


def mapped_rules(zones: Mapping[str, str], country: str) -> tuple[list[ZoneRule], list[Fault]]:
    """Return the rules that the map gives.

    Parameters
    ----------
    zones : mapping of str to str
        Distance band, states or ``*`` by zone.
    country : str
        Code of the consumer's country.

    Returns
    -------
    list of ZoneRule
    list of Fault
        F451.
    """
    rules, faults = [], list[Fault]()
    for zone, text in zones.items():
        band = _band(text) if _DISTANCE.search(text) else None
        if band:
            rules.append(ZoneRule(zone_id(zone), low=band[0], high=band[1]))
            continue
        states, unknown = _states(text, country)
        faults += [_unknown("--map", 0, f"zones.{zone}", one, country) for one in unknown]
        rules += [ZoneRule(zone_id(zone), to_state=state) for state in states]
    return rules, faults


def table_rules(sheet: CardSheet, country: str) -> tuple[list[ZoneRule], list[Fault]]:
    """Return the rules of the tables of zones on a sheet.

    Parameters
    ----------
    sheet : CardSheet
    country : str
        Code of the consumer's country.

    Returns
    -------
    list of ZoneRule
        One for each pair of states and distance band.
    list of Fault
        F451 where a place or distance is not known.
    """
    places, faults = [], list[Fault]()
    for table in sheet.of(ZONE):
        read = _matrix if table.zones else _listed
        found, wrong = read(sheet, table, country)
        places += found
        faults += wrong
    return _decided(places), faults


def _decided(places: Iterable[_Place]) -> list[ZoneRule]:
    """Return one zone for each pair of states and band: that of most people or postcodes."""
    weights: dict[tuple[str, str, float, float], dict[str, float]] = {}
    for place in places:
        for origin in place.origins:
            for destination, weight in place.destinations.items():
                key = origin, destination, place.low, place.high
                by_zone = weights.setdefault(key, {})
                by_zone[place.zone] = by_zone.get(place.zone, 0.0) + weight
    rules = []
    for (origin, destination, low, high), by_zone in weights.items():
        zone = max(by_zone, key=lambda name: by_zone[name])
        share = by_zone[zone] / sum(by_zone.values())
        rules.append(ZoneRule(zone, origin, destination, low, high, share))
    return rules


def _matrix(sheet: CardSheet, table: CardTable, country: str) -> tuple[list[_Place], list[Fault]]:
    """Return the places of a matrix of origins (down) and destinations (across)."""
    cells, first = sheet.grid.cells, table.fields["from_place"]
    places, faults = [], list[Fault]()
    for row in table.rows:
        origins, unknown = _states(str(cells[row, first]), country)
        faults += [_unknown(sheet.grid.place, row + 1, letter(first), u, country) for u in unknown]
        for column, name in table.zones.items():
            destinations, unknown = _states(name, country)
            wrong = [_unknown(sheet.grid.place, table.header + 1, letter(column), u, country)
                     for u in unknown]  # fmt: skip
            faults += [one for one in wrong if one not in faults]
            if zone := str(cells[row, column]):
                weights = dict.fromkeys(destinations, 1.0)
                places.append(_Place(tuple(origins), weights, 0.0, np.inf, zone_id(zone)))
    return places, faults


def _listed(sheet: CardSheet, table: CardTable, country: str) -> tuple[list[_Place], list[Fault]]:
    """Return the places of a table with a row for each."""
    cells = sheet.grid.cells
    places, faults = [], list[Fault]()
    for row in table.rows:
        cell = {name: str(cells[row, column]) for name, column in table.fields.items()}
        if not cell.get("zone"):
            where = sheet.grid.place, row + 1, letter(table.fields["zone"])
            faults.append(Fault("F451", *where, detail="no zone"))
            continue
        origins, unknown = _states(cell.get("from_place", "") or OTHER_STATES, country)
        destinations, wrong = _destinations(cell, country)
        band = _band(cell["km"]) if cell.get("km") else (0.0, np.inf)
        if band is None:
            unknown, band = [*unknown, cell["km"]], (0.0, np.inf)
        for text in (*unknown, *wrong):
            column = next((c for c in table.fields.values() if cells[row, c] == text), 0)
            where = sheet.grid.place, row + 1, letter(column)
            faults.append(_unknown(*where, text, country))
        places.append(_Place(tuple(origins), destinations, *band, zone_id(cell["zone"])))
    return places, faults


def _destinations(cell: Mapping[str, str], country: str) -> tuple[dict[str, float], list[str]]:
    """Return states with numbers of people or postcodes, and the texts that are not known."""
    first, last = cell.get("postcode_from", ""), cell.get("postcode_to", "")
    postcodes = cell.get("postcode", "") or (f"{first}-{last}" if first and last else first)
    if postcodes:
        return _by_postcodes(postcodes, country)
    if city := cell.get("city"):
        series = [pd.Series([text]) for text in (country, city, cell.get("to_place", ""))]
        placed = place_orders(series[0], None, series[1], series[2])
        if placed.place_id[0] < 0:
            return {}, [city]
        place = placed.places.iloc[placed.place_id[0]]
        people = float(place["population"])
        return {str(place["state"]): people if people > 0 else 1.0}, []
    states, unknown = _states(cell.get("to_place", "") or OTHER_STATES, country)
    return dict.fromkeys(states, 1.0), unknown


def _by_postcodes(text: str, country: str) -> tuple[dict[str, float], list[str]]:
    """Return the states of ranges or prefixes of postcodes with the number of their codes."""
    tables, counts = place_tables(), dict[str, float]()
    if country not in COUNTRIES:
        return {}, [text]
    base = COUNTRIES.index(country) * CODES
    keys = tables.postcodes["key"].to_numpy()
    for part in filter(None, re.split(r"[,;、]\s*", text)):
        ends = re.findall(r"\d+", part)
        if not 1 <= len(ends) <= 2 or any(len(end) > DIGITS for end in ends):
            return {}, [part]
        low, high = _least(ends[0]), _most(ends[-1])
        chosen = slice(*np.searchsorted(keys, [base + low, base + high + 1]))
        for state in tables.postcodes["state"].to_numpy()[chosen]:
            name = tables.states[state][1]
            counts[name] = counts.get(name, 0.0) + 1.0
        if chosen.start == chosen.stop:
            return {}, [part]
    return counts, []


def _least(digits: str) -> int:
    """Return the first code of a prefix; four digits are a code without its leading zero."""
    return int(digits if len(digits) >= DIGITS - 1 else digits.ljust(DIGITS, "0"))


def _most(digits: str) -> int:
    """Return the last code of a prefix."""
    return int(digits if len(digits) >= DIGITS - 1 else digits.ljust(DIGITS, "9"))


def _states(text: str, country: str) -> tuple[list[str], list[str]]:
    """Return the states that a text names, ``*`` for all others, and what is no state."""
    if _OTHERS.search(fold(text) or text):
        return [OTHER_STATES], []
    if whole := state_name(country, text):
        return [whole], []
    names = [one.strip() for one in re.split(r"[,;/、]|\s+y\s+|\s+and\s+", text) if one.strip()]
    found = {name: state_name(country, name) for name in names}
    return [s for s in found.values() if s], [name for name, state in found.items() if not state]


def _band(text: str) -> tuple[float, float] | None:
    """Return the ends of a distance band in km; None where the text is none."""
    weight = read_weight(_THOUSANDS.sub("", _DISTANCE.sub(" ", text)))
    if weight is None or not weight.numbers:
        return None
    scale = KM_MILE if _MILES.search(text) else 1.0
    ends = [float(number.replace(",", ".")) * scale for number in weight.numbers]
    if weight.kind == OVER:
        return ends[0], np.inf
    return (ends[0], ends[1]) if weight.kind == RANGE else (0.0, ends[0])


def _unknown(place: str, row: int, column: str, text: str, country: str) -> Fault:
    """Return the fault of a place that is not known."""
    near = near_states(country, text)
    detail = f"did you mean {' or '.join(near)}?" if near else f"no such place in {country}"
    return Fault("F451", place, row, column, text, detail)


def joined_bands(rules: Sequence[ZoneRule]) -> list[ZoneRule]:
    """Return rules whose bands begin where the one before ends: "301-600" after "0-300".

    Parameters
    ----------
    rules : sequence of ZoneRule

    Returns
    -------
    list of ZoneRule
    """
    joined = []
    for rule in rules:
        ends = [
            other.high
            for other in rules
            if (other.from_state, other.to_state) == (rule.from_state, rule.to_state)
            and 0.0 < rule.low - other.high <= 2.0
        ]
        low = max(ends, default=rule.low)
        joined.append(
            ZoneRule(rule.zone, rule.from_state, rule.to_state, low, rule.high, rule.share)
        )
    return joined
