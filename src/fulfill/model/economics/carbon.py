"""CO2e of moving one order: weight times distance times the mode's well-to-wheel factor."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


def emission_factors(emissions: pd.DataFrame, modes: Iterable[str]) -> NDArray[np.float64]:
    """Return the emission factor of each mode, (n_modes,).

    Parameters
    ----------
    emissions : DataFrame
        In the form of emissions.csv.
    modes : iterable of str

    Returns
    -------
    ndarray
        kg CO2e per tonne-kilometre. Zero without emissions.csv, where emissions are not part of the
        case: no limit may then refer to them, and key figures have no value for them.
    """
    factor = emissions.set_index("mode")["kg_tkm"].reindex(list(modes)).to_numpy(float)
    return np.zeros_like(factor) if emissions.empty else factor


def kg_co2e_per_kg(kg_tkm: ArrayLike, distance_km: ArrayLike) -> NDArray[np.float64]:
    """Return the emissions of a kilogram of goods carried over a distance.

    Parameters
    ----------
    kg_tkm : array_like
        Well-to-wheel factor of the mode, kg CO2e per tonne-kilometre.
    distance_km : array_like

    Returns
    -------
    ndarray
        kg CO2e per kilogram; the arguments broadcast.
    """
    emitted: NDArray[np.float64] = (
        np.asarray(kg_tkm, float) * np.asarray(distance_km, float) / 1000.0
    )
    return emitted
