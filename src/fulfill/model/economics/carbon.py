"""CO2e of moving one order: weight times distance times the mode's well-to-wheel factor."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


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
