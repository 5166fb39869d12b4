"""The windows in which the places of a country lie, and what is wrong with a point outside.

A window is a box of degrees in countries.csv. It reveals swapped coordinates and missing signs.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault

Windows = Mapping[str, tuple[tuple[float, float], tuple[float, float]]]
"""Country code to the limits of latitude and of longitude, degrees."""
BORDERS = ("lat_from", "lat_to", "lon_from", "lon_to")
"""Columns of countries.csv that make up a window."""
PLACED = (("lat", "lon"), ("from_lat", "from_lon"), ("to_lat", "to_lon"))
"""Pairs of columns that hold the coordinates of a place."""


def windows_of(countries: pd.DataFrame) -> Windows:
    """Return the windows of countries.csv; a country without a whole window is left out."""
    whole = countries.dropna(subset=list(BORDERS))
    columns = (whole[name].tolist() for name in ("country", *BORDERS))
    return {
        country: ((south, north), (west, east))
        for country, south, north, west, east in zip(*columns, strict=True)
    }


def in_window(windows: Windows, country: str, lat: float, lon: float) -> bool:
    """Tell whether a point, in degrees, lies in the window of a country."""
    (south, north), (west, east) = windows[country]
    return south <= lat <= north and west <= lon <= east


def misplaced(lat: float, lon: float, windows: Windows) -> str:
    """Say what is probably wrong with a point outside the windows of the countries.

    Parameters
    ----------
    lat, lon : float
        Degrees, finite; they need not lie on Earth.
    windows : mapping
        In one of which the point should lie; where there is none, any point on Earth will do.

    Returns
    -------
    str
        Empty where the point lies in one of the windows.
    """
    on_earth = abs(lat) <= 90 and abs(lon) <= 180

    def inside(lat: float, lon: float) -> bool:
        return any(in_window(windows, country, lat, lon) for country in windows)

    if inside(lat, lon) or (on_earth and not windows):
        return ""
    for words, point in (
        ("lat and lon look swapped", (lon, lat)),
        ("lon lacks its minus", (lat, -lon)),
        ("lat and lon look swapped, and lon lacks its minus", (lon, -lat)),
        ("lat has a minus too many", (-lat, lon)),
    ):
        if inside(*point):
            return f"{words}: {point[0]:g}, {point[1]:g}?"
    if not on_earth:
        return "no point on Earth: lat -90..90, lon -180..180"
    away = {country: _outside_km(windows, country, lat, lon) for country in windows}
    country = min(away, key=away.__getitem__)
    return f"{away[country]:,.0f} km outside {country}"


def window_faults(frame: pd.DataFrame, file: str, windows: Windows) -> list[Fault]:
    """Find places that lie outside their country, and say what is probably wrong with them.

    Parameters
    ----------
    frame : DataFrame
        Typed rows of any table; without a country or coordinates it has no place.
    file : str
        Name of the file, for messages.
    windows : mapping
        See `windows_of`. Places in other countries may lie anywhere.

    Returns
    -------
    list of Fault
        F211.
    """
    if "country" not in frame:
        return []
    faults = []
    for lat_name, lon_name in PLACED:
        if lat_name not in frame or lon_name not in frame:
            continue
        columns = (frame[name].tolist() for name in ("country", lat_name, lon_name, ROW))
        for country, lat, lon, line in zip(*columns, strict=True):
            if country not in windows or not (np.isfinite(lat) and np.isfinite(lon)):
                continue
            detail = misplaced(lat, lon, {country: windows[country]})
            if detail:
                column, value = f"{lat_name} + {lon_name}", f"{lat:g}, {lon:g}"
                faults.append(Fault("F211", file, int(line), column, value, detail))
    return faults


def border_faults(countries: pd.DataFrame, file: str) -> list[Fault]:
    """Find windows that are empty, and windows of which only a part is given.

    Parameters
    ----------
    countries : DataFrame
        In the form of countries.csv.
    file : str
        Name of the file, for messages.

    Returns
    -------
    list of Fault
        F214.
    """
    faults = []
    for row in countries.to_dict("records"):
        line, given = int(row[ROW]), [name for name in BORDERS if np.isfinite(row[name])]
        lacking = [name for name in BORDERS if name not in given]
        if given and lacking:
            detail = f"{', '.join(given)} without {', '.join(lacking)}"
            faults.append(Fault("F214", file, line, lacking[0], "", detail))
        for low, high in (BORDERS[:2], BORDERS[2:]):
            if row[high] <= row[low]:
                detail = f"{low} is {row[low]:g}: the window is empty"
                faults.append(Fault("F214", file, line, high, f"{row[high]:g}", detail))
    return faults


def window_warnings(countries: pd.DataFrame, file: str) -> list[Fault]:
    """Warn of countries without a window: their places are not checked (W322)."""
    bare = countries[countries["lat_from"].isna()]
    detail = "its places are not checked for swapped coordinates and signs"
    return [
        Fault("W322", file, int(line), "lat_from", str(country), detail)
        for line, country in zip(bare[ROW], bare["country"], strict=True)
    ]


def _outside_km(windows: Windows, country: str, lat: float, lon: float) -> float:
    """Return the distance of a point on Earth from the window of a country."""
    (south, north), (west, east) = windows[country]
    from pyproj import Geod

    nearest = min(max(lat, south), north), min(max(lon, west), east)
    meters = Geod(ellps="WGS84").inv(lon, lat, nearest[1], nearest[0])[2]
    return float(meters) / 1000.0
