"""Areas that zones are made of: the places of the orders, or the prefixes of their postcodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.importing.places import NOT_PLACED, Placed

PLACE, POSTCODE = "place", "postcode"
AREAS = (PLACE, POSTCODE)
"""What zones are made of."""
PREFIX = 100
"""Postcodes of five digits over this number give the prefix: their first three digits."""


@dataclass(frozen=True, eq=False)
class Areas:
    """Areas of orders.

    Attributes
    ----------
    table : DataFrame
        name, country, state, lat, lon and population (NaN: not known).
    of_order : ndarray of int, shape (n_orders,)
        Row of `table`; -1 where an order is not placed.
    """

    table: pd.DataFrame
    of_order: NDArray[np.int64]


def to_areas(placed: Placed, kind: str) -> Areas:
    """Return the areas of placed orders.

    Parameters
    ----------
    placed : Placed
        With the population of its places as far as it is known.
    kind : str
        One of `AREAS`. An area of postcodes has the point, state and name of the place with most of
        its orders, and of each place the share of people that it has of its orders. An order
        without a postcode belongs to the prefix that most orders of its place have; where none
        of them has one, the place is an area of its own.

    Returns
    -------
    Areas
    """
    if kind == PLACE:
        return Areas(placed.places, placed.place_id)
    used = placed.place_id != NOT_PLACED
    place, postcode = placed.place_id[used], placed.postcode[used]
    prefix = _completed(place, np.where(postcode < 0, -1, postcode // PREFIX))
    country = placed.places["country"].to_numpy(object)[place]
    alone = np.where(prefix < 0, place, -1)
    key = pd.MultiIndex.from_arrays([country, prefix, alone])
    area, areas = pd.factorize(key, sort=True)
    of_order = np.full(len(used), NOT_PLACED, np.int64)
    of_order[used] = area
    digits = [number for _, number, _ in areas]
    return Areas(_table(placed.places, place, area, digits), of_order)


def _completed(place: NDArray[np.int64], prefix: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return prefixes with those that are missing as most orders of the place have it."""
    counted = _orders_by("prefix", prefix[prefix >= 0], place[prefix >= 0])
    counted = counted.sort_values(["orders", "prefix"], ascending=[False, True], kind="stable")
    usual = counted.drop_duplicates("place").set_index("place")["prefix"]
    of_place = usual.reindex(place).fillna(-1).to_numpy(np.int64)
    return np.where(prefix < 0, of_place, prefix)


def _orders_by(name: str, values: NDArray[np.int64], place: NDArray[np.int64]) -> pd.DataFrame:
    """Return the number of orders of each place and value; columns place, `name` and orders."""
    frame = pd.DataFrame({"place": place, name: values, "orders": 1})
    counted: pd.DataFrame = frame.groupby(["place", name], as_index=False).sum()
    return counted


def _table(
    places: pd.DataFrame, place: NDArray[np.int64], area: NDArray[np.int64], digits: list[int]
) -> pd.DataFrame:
    """Return the areas in the form of places."""
    counted = _orders_by("area", area, place)
    share = counted["orders"] / counted.groupby("place")["orders"].transform("sum")
    people = share * places["population"].to_numpy(float)[counted["place"]]
    population = people.groupby(counted["area"]).sum(min_count=1)
    order = counted.sort_values(["area", "orders", "place"], ascending=[True, False, True])
    main = order.drop_duplicates("area")["place"].to_numpy()
    table: pd.DataFrame = places.iloc[main].reset_index(drop=True)
    names = [
        name if number < 0 else f"{name} ({number:03d})"
        for name, number in zip(table["name"], digits, strict=True)
    ]
    return table.assign(name=names, population=population.to_numpy(float))
