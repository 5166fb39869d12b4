"""Geodesic distances: shortest lines on the WGS84 ellipsoid.

They are computed by Karney's method (C. F. F. Karney, "Algorithms for geodesics", Journal of
Geodesy 87, 2013), as PROJ implements it. The rest of the package calls them great circles, which
they are but for the flattening of the Earth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def geodesic_km(lat1: Array, lon1: Array, lat2: Array, lon2: Array) -> Array:
    """Return the geodesic distance between points, element by element.

    Parameters
    ----------
    lat1, lon1, lat2, lon2 : ndarray
        Degrees; the four arguments broadcast.

    Returns
    -------
    ndarray
        Distances in km, of the broadcast shape.
    """
    from pyproj import Geod

    lat1, lon1, lat2, lon2 = np.broadcast_arrays(lat1, lon1, lat2, lon2)
    _, _, meters = Geod(ellps="WGS84").inv(lon1.ravel(), lat1.ravel(), lon2.ravel(), lat2.ravel())
    return np.asarray(meters).reshape(lat1.shape) / 1000.0


def air_km(from_points: Array, to_points: Array) -> Array:
    """Return the geodesic distance from every point of one set to every point of another.

    Parameters
    ----------
    from_points, to_points : ndarray, shapes (n, 2) and (m, 2)
        Latitude and longitude, degrees.

    Returns
    -------
    ndarray, shape (n, m)
        Distances in km.
    """
    a, b = np.asarray(from_points, float), np.asarray(to_points, float)
    return geodesic_km(a[:, None, 0], a[:, None, 1], b[None, :, 0], b[None, :, 1])
