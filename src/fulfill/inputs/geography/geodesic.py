"""Great-circle distances on WGS84."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def geodesic_km(lat1: Array, lon1: Array, lat2: Array, lon2: Array) -> Array:
    """Return great-circle distances on WGS84, km; arguments broadcast."""
    from pyproj import Geod

    lat1, lon1, lat2, lon2 = np.broadcast_arrays(lat1, lon1, lat2, lon2)
    _, _, meters = Geod(ellps="WGS84").inv(lon1.ravel(), lat1.ravel(), lon2.ravel(), lat2.ravel())
    return np.asarray(meters).reshape(lat1.shape) / 1000.0


def air_km(from_points: Array, to_points: Array) -> Array:
    """Return great-circle distances between two sets of points (n, 2) and (m, 2), shape (n, m)."""
    a, b = np.asarray(from_points, float), np.asarray(to_points, float)
    return geodesic_km(a[:, None, 0], a[:, None, 1], b[None, :, 0], b[None, :, 1])
