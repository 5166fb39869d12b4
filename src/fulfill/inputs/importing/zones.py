"""Areas of orders into zones, as many as the orders justify."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from fulfill.inputs.spelling import fold, new_ids, slug

JUSTIFIED = 50
"""Orders of an area from which it is a zone of its own: their number is known to about 14 %."""
OWN, MERGED = "own orders", "own orders, merged from {n} areas"


@dataclass(frozen=True, eq=False)
class Zones:
    """Zones of orders.

    Attributes
    ----------
    table : DataFrame
        In the form of zones.csv, in descending order of their orders.
    of_area : ndarray of int, shape (n_areas,)
        Row of `table` by area; -1 where no order comes from there.
    """

    table: pd.DataFrame
    of_area: NDArray[np.int64]


def with_population(places: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return places with the people of the known zone of the same name where they have none.

    Parameters
    ----------
    places : DataFrame
        name, country, state and population, NaN where it is not known.
    known : DataFrame
        Zones with a known population, in the form of zones.csv.

    Returns
    -------
    DataFrame
        The places; NaN where there is no such zone either.
    """
    row = _of_the_same_name(places, known)
    people = np.where(row >= 0, known["population"].to_numpy(float)[row], np.nan)
    own = places["population"].to_numpy(float)
    return places.assign(population=np.where(np.isnan(own), people, own))


def to_zones(
    areas: pd.DataFrame, orders: NDArray[np.int64], known: pd.DataFrame, wanted: int | None
) -> Zones:
    """Make zones of the areas from which orders come.

    An area with too few orders joins the nearest zone of its state, or of its country where the
    state has none.

    Parameters
    ----------
    areas : DataFrame
        name, country, state, lat, lon and population, NaN where it is not known.
    orders : ndarray of int, shape (n_areas,)
        Orders of each area.
    known : DataFrame
        Zones with a known population and class, in the form of zones.csv.
    wanted : int, optional
        Largest number of zones; by default the areas with `JUSTIFIED` orders, and the first place
        of a country without any.

    Returns
    -------
    Zones
    """
    order = np.lexsort((np.arange(len(orders)), -orders))
    order = order[orders[order] > 0]
    kept = order[orders[order] >= JUSTIFIED] if wanted is None else order[:wanted]
    country = areas["country"].to_numpy(object)
    for name in pd.unique(country[order]):
        if name not in country[kept]:
            kept = np.append(kept, next(area for area in order if country[area] == name))
    of_area = np.full(len(areas), -1, np.int64)
    of_area[kept] = np.arange(len(kept))
    state = areas["state"].to_numpy(object)
    point = _on_sphere(areas)
    for area in order[np.isin(order, kept, invert=True)]:
        near = np.flatnonzero((country[kept] == country[area]) & (state[kept] == state[area]))
        if not len(near):
            near = np.flatnonzero(country[kept] == country[area])
        gap = ((point[kept[near]] - point[area]) ** 2).sum(axis=1)
        of_area[area] = near[int(np.argmin(gap))]
    return Zones(_table(areas, kept, of_area, known), of_area)


def _table(
    areas: pd.DataFrame,
    kept: NDArray[np.int64],
    of_area: NDArray[np.int64],
    known: pd.DataFrame,
) -> pd.DataFrame:
    """Return the kept areas in the form of zones.csv, with the people of all their areas."""
    population = areas["population"].to_numpy(float)
    used = of_area >= 0
    people = np.bincount(of_area[used], np.nan_to_num(population[used]), len(kept))
    number = np.bincount(of_area[used], minlength=len(kept))
    rows = areas.iloc[kept]
    same = _of_the_same_name(rows, known)
    near = np.asarray(cKDTree(_on_sphere(known)).query(_on_sphere(rows))[1], np.int64)
    alike = known.iloc[np.where(same >= 0, same, near)]
    return pd.DataFrame(
        {
            "zone_id": new_ids(map(slug, rows["country"] + " " + rows["name"])),
            "name": rows["name"].to_numpy(),
            "country": rows["country"].to_numpy(),
            "state": rows["state"].to_numpy(),
            "lat": rows["lat"].to_numpy(float).round(5),
            "lon": rows["lon"].to_numpy(float).round(5),
            "population": people.round(),
            "internet_share": alike["internet_share"].to_numpy(float),
            "income_index": alike["income_index"].to_numpy(float),
            "zone_class": alike["zone_class"].to_numpy(),
            "source": [OWN if n == 1 else MERGED.format(n=n) for n in number],
        }
    )


def _of_the_same_name(places: pd.DataFrame, known: pd.DataFrame) -> NDArray[np.int64]:
    """Return for each place the known zone of its name and state; -1 for none."""
    keys = {
        (country, fold(state), fold(name)): row
        for row, (country, state, name) in enumerate(
            zip(known["country"], known["state"], known["name"], strict=True)
        )
    }
    names = zip(places["country"], places["state"], places["name"], strict=True)
    return np.array([keys.get((c, fold(s), fold(n)), -1) for c, s, n in names], np.int64)


def _on_sphere(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Return points of the unit sphere."""
    lat, lon = np.radians(frame["lat"].to_numpy(float)), np.radians(frame["lon"].to_numpy(float))
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
