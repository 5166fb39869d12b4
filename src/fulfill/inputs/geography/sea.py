"""Sea distances, and the courses of sea and air legs for maps.

Sea routes come from the searoute package (https://github.com/genthalili/searoute-py): shortest
paths on a network of shipping lanes, realistic in length and on a map, not made for navigation.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sea_km(from_points: Array, to_points: Array) -> Array:
    """Return the length of the sea route from every port to every other.

    Parameters
    ----------
    from_points, to_points : ndarray, shapes (n, 2) and (m, 2)
        Latitude and longitude, degrees.

    Returns
    -------
    ndarray, shape (n, m)
        Lengths in km.
    """
    return np.array(
        [[_sea(*map(float, a), *map(float, b))[0] for b in to_points] for a in from_points]
    )


def sea_line(a: tuple[float, float], b: tuple[float, float]) -> list[Array]:
    """Return the course of the sea route between two ports.

    Parameters
    ----------
    a, b : tuple of float
        Latitude and longitude of the ports, degrees.

    Returns
    -------
    list of ndarray, shapes (n_points, 2)
        Latitude and longitude, in pieces cut at the date line; see `split_at_date_line`.
    """
    return split_at_date_line(_sea(float(a[0]), float(a[1]), float(b[0]), float(b[1]))[1])


def air_line(a: tuple[float, float], b: tuple[float, float], n_points: int = 48) -> list[Array]:
    """Return the course of the great circle between two airports.

    Parameters
    ----------
    a, b : tuple of float
        Latitude and longitude of the airports, degrees.
    n_points : int
        Points between the ends.

    Returns
    -------
    list of ndarray, shapes (n_points, 2)
        Latitude and longitude, in pieces cut at the date line; see `split_at_date_line`.
    """
    from pyproj import Geod

    between = Geod(ellps="WGS84").npts(a[1], a[0], b[1], b[0], n_points)
    return split_at_date_line(np.array([a, *((lat, lon) for lon, lat in between), b], float))


def split_at_date_line(line: Array) -> list[Array]:
    """Wrap the longitudes of a line to [-180, 180] and cut it where it passes the date line.

    Drawn in one piece, a line over the Pacific would run back across the whole map.

    Parameters
    ----------
    line : ndarray, shape (n_points, 2)
        Latitude and longitude, degrees; longitudes may exceed 180.

    Returns
    -------
    list of ndarray, shapes (n_points, 2)
        The pieces in order; neighbours end and begin at the same latitude, at +180 and -180.
    """
    line = np.column_stack([line[:, 0], (line[:, 1] + 180.0) % 360.0 - 180.0])
    pieces = []
    # neighbouring points are close together, so a jump of over 180 degrees is the date line
    while (jumps := np.flatnonzero(np.abs(np.diff(line[:, 1])) > 180.0)).size:
        last = int(jumps[0])
        (lat1, lon1), (lat2, lon2) = line[last], line[last + 1]
        side = 180.0 if lon1 > 0 else -180.0
        share = abs(side - lon1) / max(360.0 - abs(lon2 - lon1), 1e-9)
        lat = lat1 + share * (lat2 - lat1)
        pieces.append(np.vstack([line[: last + 1], [[lat, side]]]))
        line = np.vstack([[[lat, -side]], line[last + 1 :]])
    return [*pieces, line]


@cache
def _sea(lat1: float, lon1: float, lat2: float, lon2: float) -> tuple[float, Array]:
    """Return length in km and course (n_points, 2) of a sea route; cached, as searoute is slow."""
    import warnings

    with warnings.catch_warnings():
        # searoute warns about its own dependencies, which does not affect the route
        warnings.simplefilter("ignore")
        import searoute

        found = searoute.searoute([lon1, lat1], [lon2, lat2], units="km")
    course = np.array([(lat, lon) for lon, lat in found["geometry"]["coordinates"]], float)
    return float(found["properties"]["length"]), course
