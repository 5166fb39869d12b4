"""Ferries: how a place across water is joined to the roads.

No road leads over water, and the road graph has no ferries. A lane to a place across water is the
lane to the landing that roads reach, then the ferry, then the way from the other landing to the
place: as a lane abroad leads through a crossing (see `crossings`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.geography.geodesic import air_km
from fulfill.inputs.geography.land import AT_SEA, BRIDGE_KM, Land, land_number, water_km
from fulfill.inputs.geography.places import MAX_ACCESS_KM
from fulfill.inputs.schema import FERRIES
from fulfill.inputs.windows import Windows

Array = NDArray[np.float64]
ISLET_KM = 10.0
"""Greatest distance of a place from a landing on an island that is too small for the outlines.

They leave out what is smaller than 0.002 square degrees, 23 square kilometres.
"""


def no_ferries() -> pd.DataFrame:
    """Return ferries.csv without rows."""
    return pd.DataFrame({column.name: [] for column in FERRIES.columns})


@dataclass(frozen=True, eq=False)
class Shores:
    """Land, and the ferries that join what water separates.

    Attributes
    ----------
    land : Land
    ferries : DataFrame
        In the form of ferries.csv.
    windows : mapping
        Windows of the countries, for messages on places off the map.
    """

    land: Land = field(default_factory=Land)
    ferries: pd.DataFrame = field(default_factory=no_ferries)
    windows: Windows = field(default_factory=dict)

    def landings(self, end: str) -> Array:
        """Return latitude and longitude of one landing of each ferry, (n_ferries, 2).

        Parameters
        ----------
        end : str
            ``from``, which roads reach, or ``to``, across water.
        """
        return self.ferries[[f"{end}_lat", f"{end}_lon"]].to_numpy(float)


def island_km(shores: Shores, places: Array, country: NDArray[np.object_]) -> Array:
    """Return the great circles from places across water to the landings on their island.

    Parameters
    ----------
    shores : Shores
    places : ndarray, shape (n, 2)
        Places across water; degrees.
    country : ndarray of str, shape (n,)
        Their countries.

    Returns
    -------
    ndarray, shape (n_ferries, n)
        Kilometres; infinite where the ferry lands elsewhere.
    """
    landings = shores.landings("to")
    km = air_km(landings, places)
    home = shores.ferries["country"].to_numpy()[:, None] == np.asarray(country)[None, :]
    return np.where(home & same_land(shores.land, landings, places), km, np.inf)


def same_land(land: Land, one: Array, other: Array) -> NDArray[np.bool_]:
    """Tell which points of one set lie on the same land as those of another.

    Parameters
    ----------
    land : Land
        With outlines.
    one, other : ndarray, shapes (n, 2) and (m, 2)
        Latitude and longitude, degrees.

    Returns
    -------
    ndarray of bool, shape (n, m)
        On the same outlined piece of land, a bridge apart, or close together where no land is
        outlined.
    """
    km = air_km(one, other)
    first, second = land_number(land, one)[:, None], land_number(land, other)[None, :]
    same = (first == second) & ((first != AT_SEA) | (km <= ISLET_KM))
    rows, columns = np.nonzero(~same & (km <= MAX_ACCESS_KM))
    same[rows, columns] = water_km(land, one[rows], other[columns]) <= BRIDGE_KM
    return np.asarray(same & (km <= MAX_ACCESS_KM))


def lanes_by_ferry(
    km: Array,
    to_landings: Array,
    shores: Shores,
    island: Array,
    access_factor: float,
) -> tuple[Array, NDArray[np.int64]]:
    """Return lanes to places, over the best ferry where water is between.

    Parameters
    ----------
    km : ndarray, shape (n, m)
        Lanes by road, infinite to places across water.
    to_landings : ndarray, shape (n, n_ferries)
        Lanes to the landings that roads reach.
    shores : Shores
    island : ndarray, shape (n_ferries, m)
        See `island_km`; infinite for places that are not across water.
    access_factor : float
        Road length over great circle, from a landing to a place on the island.

    Returns
    -------
    km : ndarray, shape (n, m)
        The ferry's length included.
    ferry : ndarray of int, shape (n, m)
        Row of ferries.csv, -1 where there is none.
    """
    best, ferry = km.copy(), np.full(km.shape, -1)
    lengths = shores.ferries["km"].to_numpy(float)
    for number, length in enumerate(lengths):
        over = to_landings[:, number, None] + length + access_factor * island[None, number, :]
        better = over < best
        best, ferry = np.where(better, over, best), np.where(better, number, ferry)
    return best, ferry
