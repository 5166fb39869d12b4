"""The embedded tables of places: postcodes, prefixes, names and points.

They are read once and indexed by numbers: countries and states by their position in `COUNTRIES` and
`PlaceTables.states`, places by their row.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.folder import embedded
from fulfill.inputs.geography.land import KM_PER_DEGREE
from fulfill.inputs.geography.outlines import read_outlines
from fulfill.inputs.importing.place_names import place_key, shortened
from fulfill.inputs.importing.place_texts import COUNTRIES, UNKNOWN
from fulfill.inputs.states import STATES

Array = NDArray[np.float64]
Index = NDArray[np.int64]
AMBIGUOUS = -2
NAMESAKES = 0.05
"""Most people of all namesakes of a city over its own, for the name still to mean the city."""
EARTH_KM = 6371.0088
CODES = 100_000
"""Postcodes of a country: numbers of five digits."""


@dataclass(frozen=True, eq=False)
class PlaceTables:
    """The tables of `data/`, with numbers for countries and states.

    Attributes
    ----------
    places : DataFrame
        `name`, `country`, `state`, `lat`, `lon`, `population`.
    names : DataFrame
        `key` (see `place_key`), `place`, `own` (else another name of the place), `people`,
        `elsewhere` (the name of a village that also stands for others of the state).
    postcodes : DataFrame
        `key` (country and code in one number, ascending), `state`, `place`, `named`.
    prefixes : DataFrame
        The same of the first three digits, and `km`: the distance within which 90 % of its
        postcodes lie from the place.
    states : tuple of (str, str)
        Country and canonical name of every state.
    """

    places: pd.DataFrame
    names: pd.DataFrame
    postcodes: pd.DataFrame
    prefixes: pd.DataFrame
    states: tuple[tuple[str, str], ...]

    def row_of(self, country: Index, code: Index) -> Index:
        """Return the rows of postcodes in `postcodes`; -1 for those it does not have."""
        return _search(self.postcodes["key"].to_numpy(), country, code)

    def prefix_row_of(self, country: Index, code: Index) -> Index:
        """Return the rows of the prefixes of postcodes in `prefixes`, as `row_of`."""
        return _search(
            self.prefixes["key"].to_numpy(), country, np.where(code < 0, -1, code // 100)
        )

    def city(self, country: int, state: int, name: str) -> int:
        """Return the place of a city.

        Parameters
        ----------
        country : int
            Number of the country.
        state : int
            Number of the state; `UNKNOWN` to look for the name in the whole country.
        name : str
            In any spelling.

        Returns
        -------
        int
            `AMBIGUOUS` where several places have the name and none is by far the largest,
            `UNKNOWN` where none has it.
        """
        key = place_key(name)
        own, other = self.meanings
        for meaning, wanted in ((own, key), (other, key), (own, shortened(key))):
            found = meaning.get((country, state, wanted))
            if found is not None:
                return found
        return UNKNOWN

    @cached_property
    def meanings(self) -> tuple[dict[tuple[int, int, str], int], ...]:
        """Places by country, state and name: by their own names, and by their other names.

        An own name also counts without its title: "Lázaro Cárdenas" may be the city called "Ciudad
        Lázaro Cárdenas" or the village of that name.
        """
        number = {state: index for index, state in enumerate(self.states)}
        pairs = zip(self.places["country"], self.places["state"], strict=True)
        state = np.array([number[pair] for pair in pairs])
        country = np.array([COUNTRIES.index(one) for one in self.places["country"]])
        place = self.names["place"].to_numpy()
        table = self.names.assign(country=country[place], state=state[place])
        # every name also counts for the country as a whole
        table = pd.concat([table, table.assign(state=UNKNOWN)], ignore_index=True)
        own = table[table["own"]]
        short = own.assign(key=[shortened(key) for key in own["key"]])
        own = pd.concat([own, short]).drop_duplicates(
            ["state", "country", "key", "place", "people"]
        )
        return _meaning(own), _meaning(table[~table["own"]])

    @cached_property
    def trees(self) -> dict[str, tuple[Any, Index]]:
        """Search trees of the points of every country, and the rows of their places."""
        from scipy.spatial import cKDTree

        rows = {
            country: np.flatnonzero((self.places.country == country).to_numpy())
            for country in COUNTRIES
        }
        points = _on_sphere(self.places.lat.to_numpy(), self.places.lon.to_numpy())
        return {country: (cKDTree(points[mine]), mine) for country, mine in rows.items()}

    def nearest(self, country: str, lat: Array, lon: Array) -> tuple[Index, Array]:
        """Return the nearest places of a country to points in degrees, and the distances in km."""
        tree, rows = self.trees[country]
        chord, found = tree.query(_on_sphere(lat, lon))
        return rows[found], 2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0, 1))


@cache
def place_tables() -> PlaceTables:
    """Read the embedded tables.

    Returns
    -------
    PlaceTables
    """
    data = files("fulfill.inputs.importing") / "data"
    tables = {}
    for name in ("places", "names", "postcodes", "prefixes"):
        with (data / f"{name}.parquet").open("rb") as file:
            tables[name] = pd.read_parquet(file)
    states = tuple((country, name) for country in COUNTRIES for name in STATES[country])
    number = {state: index for index, state in enumerate(states)}
    for name, column in (("postcodes", "code"), ("prefixes", "prefix")):
        table = tables[name]
        country = table["country"].map(COUNTRIES.index)
        table["key"] = country * CODES + table[column].astype(np.int64)
        table["state"] = [number[one] for one in zip(table["country"], table["state"], strict=True)]
        tables[name] = table.sort_values("key", ignore_index=True)
    return PlaceTables(**tables, states=states)


def in_country(
    country: str, lat: Array, lon: Array, margin_km: Array | float = 0.0
) -> NDArray[np.bool_]:
    """Tell which points lie inside the outline of a country, or at most a margin outside.

    Parameters
    ----------
    country : str
        Country code.
    lat, lon : ndarray, shape (n,)
        Degrees.
    margin_km : ndarray, shape (n,), or float
        Distance outside of the outline, which is coarse, that still counts as inside, km.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    import shapely

    shape = _outline(country)
    inside = np.asarray(shapely.contains_xy(shape, lon, lat))
    margin = np.broadcast_to(margin_km, inside.shape)
    beyond = np.flatnonzero(~inside & (margin > 0))
    points = shapely.points(lon[beyond], lat[beyond])
    inside[beyond] = shapely.dwithin(shape, points, margin[beyond] / KM_PER_DEGREE)
    return inside


@cache
def _outline(country: str) -> Any:
    """Return the prepared outline of a country, of the embedded network."""
    import shapely

    folder = embedded("network", "mexico-us-border")
    if folder is None:
        raise FileNotFoundError("the embedded network mexico-us-border is not installed")
    shapes = read_outlines((folder / "outlines.geojson").read_bytes())
    shape = shapely.union_all([one for key, one in shapes if key == country])
    shapely.prepare(shape)
    return shape


def _search(keys: Index, country: Index, code: Index) -> Index:
    """Return the rows of ascending keys that hold country and code; -1 where none does."""
    wanted = np.where((country < 0) | (code < 0), -1, country * CODES + code)
    row = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[row] == wanted, row, -1)


def _meaning(names: pd.DataFrame) -> dict[tuple[int, int, str], int]:
    """Return the place that each name means, by country, state and key; `AMBIGUOUS` if several."""
    keys = ["country", "state", "key"]
    summed = names.assign(people=names["people"].fillna(0.0))
    summed = summed.groupby([*keys, "place"], as_index=False).agg(
        {"people": "sum", "elsewhere": "all"}
    )
    # the largest place comes first; the others together must be small beside it
    summed = summed.sort_values([*keys, "people", "place"], ascending=[True] * 3 + [False, True])
    groups = summed.groupby(keys)
    most = groups.first()
    others = groups["people"].sum() - most["people"]
    clear = (groups.size() == 1) | ((others <= NAMESAKES * most["people"]) & (most["people"] > 0))
    clear &= ~most["elsewhere"]
    found = most["place"].where(clear, AMBIGUOUS)
    return dict(zip(found.index.tolist(), found.astype(int).tolist(), strict=True))


def _on_sphere(lat: Array, lon: Array) -> Array:
    """Return points on the unit sphere, shape (n, 3)."""
    phi, theta = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])
