"""Sea routes and lines by sea and air."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sea_km(from_points: Array, to_points: Array) -> Array:
    """Return sea km between ports, (n, m)."""
    return np.array(
        [[_sea(*map(float, a), *map(float, b))[0] for b in to_points] for a in from_points]
    )


def sea_line(a: tuple[float, float], b: tuple[float, float]) -> list[Array]:
    """Return the course by sea as pieces (n, 2) of lat and lon, cut where it passes the date line."""
    return split_at_date_line(_sea(float(a[0]), float(a[1]), float(b[0]), float(b[1]))[1])


def air_line(a: tuple[float, float], b: tuple[float, float], n_points: int = 48) -> list[Array]:
    """Return the great circle as pieces (n, 2) of lat and lon, cut where it passes the date line."""
    from pyproj import Geod

    between = Geod(ellps="WGS84").npts(a[1], a[0], b[1], b[0], n_points)
    return split_at_date_line(np.array([a, *((lat, lon) for lon, lat in between), b], float))


def split_at_date_line(line: Array) -> list[Array]:
    """Wrap longitudes to [-180, 180] and cut a line (n, 2) where it passes from one side of the map to the other."""
    line = np.column_stack([line[:, 0], (line[:, 1] + 180.0) % 360.0 - 180.0])
    pieces = []
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
    import warnings

    with warnings.catch_warnings():
        # searoute warns about its own dependencies; the route is not touched by it
        warnings.simplefilter("ignore")
        import searoute

        found = searoute.searoute([lon1, lat1], [lon2, lat2], units="km")
    course = np.array([(lat, lon) for lon, lat in found["geometry"]["coordinates"]], float)
    return float(found["properties"]["length"]), course
