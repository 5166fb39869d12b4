"""The windows in which the places of a country lie, and what is wrong with a point outside."""

from __future__ import annotations

from collections.abc import Iterable

from fulfill.inputs.schema import COUNTRY_WINDOW


def in_window(country: str, lat: float, lon: float) -> bool:
    """Tell whether a point, in degrees, lies in the window of a country."""
    (south, north), (west, east) = COUNTRY_WINDOW[country]
    return south <= lat <= north and west <= lon <= east


def misplaced(lat: float, lon: float, countries: Iterable[str] = tuple(COUNTRY_WINDOW)) -> str:
    """Say what is probably wrong with a point outside the windows of the countries.

    Parameters
    ----------
    lat, lon : float
        Degrees, finite; they need not lie on Earth.
    countries : iterable of str
        Countries in one of which the point should lie; keys of `COUNTRY_WINDOW`.

    Returns
    -------
    str
        Empty where the point lies in one of the windows.
    """
    countries = tuple(countries)

    def inside(lat: float, lon: float) -> bool:
        return any(in_window(country, lat, lon) for country in countries)

    if inside(lat, lon):
        return ""
    for words, point in (
        ("lat and lon look swapped", (lon, lat)),
        ("lon lacks its minus", (lat, -lon)),
        ("lat and lon look swapped, and lon lacks its minus", (lon, -lat)),
        ("lat has a minus too many", (-lat, lon)),
    ):
        if inside(*point):
            return f"{words}: {point[0]:g}, {point[1]:g}?"
    away = {country: km for country in countries if (km := _outside_km(country, lat, lon)) >= 0}
    if not away:
        return "no point on Earth: lat -90..90, lon -180..180"
    country = min(away, key=away.__getitem__)
    return f"{away[country]:,.0f} km outside {country}"


def _outside_km(country: str, lat: float, lon: float) -> float:
    """Return the distance of a point from the window of a country, -1 for none on Earth."""
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        return -1.0
    (south, north), (west, east) = COUNTRY_WINDOW[country]
    from pyproj import Geod

    nearest = min(max(lat, south), north), min(max(lon, west), east)
    meters = Geod(ellps="WGS84").inv(lon, lat, nearest[1], nearest[0])[2]
    return float(meters) / 1000.0
