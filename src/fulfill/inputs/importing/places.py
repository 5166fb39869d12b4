"""Where orders went: the place of every order by its postcode, its city and state, or its point.

A place is a town or city with the villages around it. The tables in `data/`, made by
`scripts/build_postcodes.py`, cover Mexico and the US border states.

Evidence is tried in this order: a postcode whose own localities name its place; the city in its
state, which is that of the postcode where the two differ; the point; last a postcode that only its
neighbours locate, of the table or by its first three digits. What cannot be told apart is refused
with a reason, never guessed.

The city comes before a postcode located by its neighbours because it is the better evidence
(`benchmarks/postcodes.py`): beyond 25 km lie 0.4 % of people by the names of cities, 1.5 % by named
postcodes and 20 % by neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.geography.land import COAST_KM
from fulfill.inputs.importing.place_tables import (
    AMBIGUOUS,
    PlaceTables,
    in_country,
    place_tables,
)
from fulfill.inputs.importing.place_texts import (
    COUNTRIES,
    UNKNOWN,
    country_number,
    postcode_number,
    split_city,
    state_numbers,
)

Index = NDArray[np.int64]
POINT_KM = 50.0
"""Farthest place that a point may belong to: nearly all of Mexico lies nearer to one."""
PREFIX_KM = 50.0
"""Largest distance from its place within which 90 % of the codes of a prefix lie, if it places."""
NOT_PLACED = -1
REASONS = {
    "no_place": "no postcode, no city and no point",
    "no_country": "no country, and the state does not tell it",
    "country_not_covered": "a country other than Mexico and the United States",
    "unknown_postcode": "no postcode of the country",
    "not_covered": "a US postcode outside of Arizona, California, New Mexico and Texas",
    "unknown_state": "no state of the country, so its cities cannot be told apart",
    "unknown_city": "no city of the state by this name",
    "ambiguous_city": "several cities by this name",
    "outside": "a point outside of the country, or far from every place",
}
"""Why an order is not placed."""
HOW = ("postcode", "city", "point", "prefix")


@dataclass(frozen=True, eq=False)
class Placed:
    """The places of orders, row by row as they were given.

    Attributes
    ----------
    place_id : ndarray of int, shape (n_orders,)
        Row of `places`; `NOT_PLACED` (-1) where an order is not placed.
    how : ndarray of str, shape (n_orders,)
        Evidence that placed the order, one of `HOW`; empty where it is not placed. "prefix" stands
        for postcodes that only their neighbours locate, whether the table has them or not.
    reason : ndarray of str, shape (n_orders,)
        Key of `REASONS` where an order is not placed, else empty.
    postcode : ndarray of int, shape (n_orders,)
        Number of the postcode; negative where there is none of its country.
    repaired : mapping of str to int
        Orders whose postcode is in the table, but is written otherwise: ``leading_zero`` (lost in a
        spreadsheet), ``decimal`` (a number with ".0"), ``zip_plus_4``, ``label`` ("C.P. 44100").
    conflicts : mapping of str to int
        Orders whose postcode is in the table and contradicts other evidence: ``state``.
    places : DataFrame
        `name`, `country`, `state`, `lat`, `lon` (degrees), `population` (people; NaN: unknown).
    """

    place_id: Index
    how: NDArray[np.object_]
    reason: NDArray[np.object_]
    postcode: Index
    repaired: Mapping[str, int]
    conflicts: Mapping[str, int]
    places: pd.DataFrame


@dataclass(eq=False)
class _Rows:
    """Distinct combinations of evidence, and what is known of them so far."""

    country: Index
    postcode: Index
    state: Index
    place: Index
    how: Index
    reason: Index

    def place_by(self, number: int, rows: NDArray[np.bool_], places: Index) -> None:
        """Place rows, those of `rows` one after the other, by the evidence of a number in HOW."""
        self.place[rows] = places
        self.how[rows] = number

    def refuse(self, reason: str, rows: NDArray[np.bool_]) -> None:
        """Note the reason of rows that have none yet: the first evidence that fails counts."""
        self.reason[rows & (self.reason < 0) & (self.place < 0)] = list(REASONS).index(reason)


def place_orders(
    country: pd.Series | None,
    postcode: pd.Series | None = None,
    city: pd.Series | None = None,
    state: pd.Series | None = None,
    lat: pd.Series | None = None,
    lon: pd.Series | None = None,
) -> Placed:
    """Find the place of every order.

    Parameters
    ----------
    country, postcode, city, state : Series or None
        Texts or numbers of the same length; cells may be empty.
    lat, lon : Series or None
        Degrees, numbers or texts; cells may be empty.

    Returns
    -------
    Placed

    Raises
    ------
    ValueError
        Without any column, or with columns of different lengths.
    """
    given = [one for one in (country, postcode, city, state, lat, lon) if one is not None]
    if len({len(one) for one in given}) != 1:
        raise ValueError("columns of one length are needed")
    count = len(given[0])
    tables = place_tables()
    texts = [_distinct(one, count) for one in (country, postcode, city, state)]
    codes = np.column_stack([code for code, _ in texts])
    combination, order_row = _combinations(codes)
    values = [words for _, words in texts]
    rows, repairs = _read(combination, values, tables)
    _by_postcode(rows, tables)
    _by_city(rows, combination[:, 2], values[2], tables)
    # points are as many as orders: from here on every order is a row
    whole = _Rows(**{name: array[order_row] for name, array in vars(rows).items()})
    _by_point(whole, _numbers(lat, count), _numbers(lon, count), tables)
    _by_prefix(whole, tables)
    whole.refuse("no_country", whole.country == UNKNOWN)
    whole.refuse("no_place", np.ones(count, dtype=bool))
    in_table = tables.row_of(whole.country, whole.postcode) >= 0
    return Placed(
        place_id=whole.place,
        how=np.array([*HOW, ""], dtype=object)[whole.how],
        reason=np.array([*REASONS, ""], dtype=object)[np.where(whole.place < 0, whole.reason, -1)],
        postcode=whole.postcode,
        repaired={
            kind: int((repaired[order_row] & in_table).sum()) for kind, repaired in repairs.items()
        },
        conflicts={"state": int(_contradicted(whole, tables).sum())},
        places=tables.places,
    )


def _distinct(column: pd.Series | None, count: int) -> tuple[Index, list[str]]:
    """Return the number of the text of every row, and the distinct texts and an empty one."""
    if column is None:
        return np.zeros(count, dtype=np.int64), [""]
    codes, values = pd.factorize(column, use_na_sentinel=False)
    texts = ["" if pd.isna(one) else str(one).strip() for one in values]
    return codes.astype(np.int64), [*texts, ""]


def _numbers(column: pd.Series | None, count: int) -> NDArray[np.float64]:
    if column is None:
        return np.full(count, np.nan)
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _combinations(codes: Index) -> tuple[Index, Index]:
    """Return the distinct rows of an array of numbers, and the one that every row is."""
    key = np.zeros(len(codes), dtype=np.int64)
    for column in codes.T:
        # numbered again after every column, so that the product stays small
        key, _ = pd.factorize(key * (column.max(initial=0) + 1) + column)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return codes[first], inverse


def _read(
    combination: Index, values: list[list[str]], tables: PlaceTables
) -> tuple[_Rows, dict[str, NDArray[np.bool_]]]:
    """Return country, postcode and state of every combination, and which postcodes are repaired."""
    countries, postcodes, _, states = values
    country = np.array([country_number(one) for one in countries])[combination[:, 0]]
    by_country = np.array([state_numbers(one, tables.states) for one in states])[combination[:, 3]]
    # where no country is given, a state that only one of them has tells it
    only = np.where((by_country >= 0).sum(axis=1) == 1, (by_country >= 0).argmax(axis=1), UNKNOWN)
    empty = np.array([not one for one in countries])[combination[:, 0]]
    country = np.where(empty, only, country)
    chosen = np.clip(country, 0, None)
    number = np.arange(len(combination))
    state = np.where(country >= 0, by_country[number, chosen], UNKNOWN)
    read = [[postcode_number(one, place) for place in COUNTRIES] for one in postcodes]
    code = np.array([[one.number for one in both] for both in read])[combination[:, 1], chosen]
    repairs = {
        kind: np.array([[kind in one.repairs for one in both] for both in read])[
            combination[:, 1], chosen
        ]
        for kind in ("leading_zero", "decimal", "zip_plus_4", "label")
    }
    blank = np.full(len(combination), -1)
    rows = _Rows(
        country, np.where(country >= 0, code, UNKNOWN), state, blank, blank.copy(), blank.copy()
    )
    rows.refuse("country_not_covered", ~empty & (country < 0))
    written = np.array([bool(one) for one in postcodes])[combination[:, 1]]
    known = tables.row_of(rows.country, rows.postcode) >= 0
    beyond = (rows.country == COUNTRIES.index("US")) & (rows.postcode >= 0)
    rows.refuse("not_covered", beyond & (tables.prefix_row_of(rows.country, rows.postcode) < 0))
    rows.refuse("unknown_postcode", (country >= 0) & written & ~known)
    written = np.array([bool(one) for one in states])[combination[:, 3]]
    rows.refuse("unknown_state", (country >= 0) & written & (state < 0))
    return rows, repairs


def _by_postcode(rows: _Rows, tables: PlaceTables) -> None:
    """Place combinations whose postcode is in the table and is not only located by neighbours."""
    found = tables.row_of(rows.country, rows.postcode)
    table = tables.postcodes
    named = (found >= 0) & table.named.to_numpy()[found]
    rows.place_by(HOW.index("postcode"), named, table.place.to_numpy()[found[named]])


def _by_city(rows: _Rows, number: Index, cities: list[str], tables: PlaceTables) -> None:
    """Place the other combinations by city and state."""
    found = tables.row_of(rows.country, rows.postcode)
    state = np.where(found >= 0, tables.postcodes.state.to_numpy()[found], rows.state)
    refused_state = (rows.reason == list(REASONS).index("unknown_state")) & (found < 0)
    open_rows = (rows.place < 0) & (rows.country >= 0) & ~refused_state
    open_rows &= np.array([bool(one) for one in cities])[number]
    asked = np.column_stack([rows.country, state, number])[open_rows]
    distinct, which = _combinations(asked)
    meant = [
        _city(place, region, cities[text], tables) for place, region, text in distinct.tolist()
    ]
    result = np.full(len(rows.place), UNKNOWN)
    result[open_rows] = np.array(meant, dtype=np.int64)[which]
    placed = open_rows & (result >= 0)
    rows.place_by(HOW.index("city"), placed, result[placed])
    rows.refuse("ambiguous_city", open_rows & (result == AMBIGUOUS))
    rows.refuse("unknown_city", open_rows & (result == UNKNOWN))


def _city(country: int, state: int, text: str, tables: PlaceTables) -> int:
    """Return the place of a city; `UNKNOWN`, or `AMBIGUOUS` where several have its name."""
    for name, region in split_city(text, country, state, tables.states):
        found = tables.city(country, region, name)
        if found != UNKNOWN:
            return found
    return UNKNOWN


def _by_point(
    rows: _Rows, lat: NDArray[np.float64], lon: NDArray[np.float64], tables: PlaceTables
) -> None:
    """Place orders that have a point: at the nearest place of the country in which it lies."""
    given = np.isfinite(lat) & np.isfinite(lon) & (rows.place < 0)
    elsewhere = rows.reason == list(REASONS).index("country_not_covered")
    for number, country in enumerate(COUNTRIES):
        mine = given & ((rows.country == number) | ((rows.country == UNKNOWN) & ~elsewhere))
        if not mine.any():
            continue
        place, km = tables.nearest(country, lat[mine], lon[mine])
        near = np.flatnonzero(mine)[km <= POINT_KM]
        # without a country the outline is taken at its word, or it would win on the other's bank
        margin = np.where(rows.country[near] == number, COAST_KM, 0.0)
        inside = in_country(country, lat[near], lon[near], margin)
        placed = np.zeros(len(given), dtype=bool)
        placed[near[inside]] = True
        rows.place_by(HOW.index("point"), placed, place[km <= POINT_KM][inside])
        given &= ~placed
    rows.refuse("outside", given & (rows.country >= 0))


def _by_prefix(rows: _Rows, tables: PlaceTables) -> None:
    """Place what is left by the postcodes around: of its own in the table, or of its prefix."""
    found = tables.row_of(rows.country, rows.postcode)
    known = (found >= 0) & (rows.place < 0)
    rows.place_by(HOW.index("prefix"), known, tables.postcodes.place.to_numpy()[found[known]])
    found = tables.prefix_row_of(rows.country, rows.postcode)
    table = tables.prefixes
    usable = (found >= 0) & (rows.place < 0) & (table.km.to_numpy() <= PREFIX_KM)[found]
    usable &= (rows.state < 0) | (rows.state == table.state.to_numpy()[found])
    rows.place_by(HOW.index("prefix"), usable, table.place.to_numpy()[found[usable]])


def _contradicted(rows: _Rows, tables: PlaceTables) -> NDArray[np.bool_]:
    """Tell which orders name another state than that of their postcode."""
    found = tables.row_of(rows.country, rows.postcode)
    differs: NDArray[np.bool_] = tables.postcodes.state.to_numpy()[found] != rows.state
    return (found >= 0) & (rows.state >= 0) & differs
