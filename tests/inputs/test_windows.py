"""What is wrong with a point outside its country is said, not guessed to be a swap."""

from __future__ import annotations

import pytest

from conftest import Folders
from fulfill.inputs.windows import misplaced

ZONES = "demand/zones.csv"
WINDOWS = {"MX": ((14.0, 33.0), (-119.0, -86.0)), "US": ((24.0, 50.0), (-125.0, -66.0))}


@pytest.mark.parametrize(
    ("country", "lat", "lon", "words"),
    [
        ("MX", -99.13, 19.43, "lat and lon look swapped: 19.43, -99.13?"),
        ("US", -97.5, 30.2, "lat and lon look swapped: 30.2, -97.5?"),
        ("MX", 19.43, 99.13, "lon lacks its minus: 19.43, -99.13?"),
        ("US", 30.2, 97.5, "lon lacks its minus: 30.2, -97.5?"),
        ("MX", 99.13, 19.43, "lat and lon look swapped, and lon lacks its minus: 19.43, -99.13?"),
        ("MX", -19.43, -99.13, "lat has a minus too many: 19.43, -99.13?"),
        ("MX", 0.0, 0.0, "km outside MX"),
        ("MX", 14.0, -120.0, "108 km outside MX"),
        ("US", 51.0, -100.0, "111 km outside US"),
        ("MX", 190.0, -300.0, "no point on Earth"),
        ("MX", 19.43, -99.13, ""),
        ("US", 25.0, -80.0, ""),
    ],
)
def test_a_point_outside_its_country_says_what_it_is(
    country: str, lat: float, lon: float, words: str
) -> None:
    said = misplaced(lat, lon, {country: WINDOWS[country]})
    assert words in said if words else not said


def test_without_a_country_any_window_will_do() -> None:
    assert misplaced(40.7, -74.0, WINDOWS) == ""  # New York lies in the US
    assert misplaced(40.7, 74.0, WINDOWS) == "lon lacks its minus: 40.7, -74?"
    assert misplaced(60.0, -100.0, WINDOWS).endswith("km outside US")


@pytest.mark.parametrize(
    ("lat", "lon", "words"),
    [
        ("-103.3", "20.6", "swapped"),
        ("20.6", "103.3", "lacks its minus"),
        ("40.6", "-103.3", "843 km outside MX"),
    ],
)
def test_a_zone_outside_its_country_is_refused_with_the_reason(
    toy: Folders, lat: str, lon: str, words: str
) -> None:
    toy.set(ZONES, 3, "lat", lat)
    toy.set(ZONES, 3, "lon", lon)
    faults = [fault for fault in toy.faults() if fault.code == "F211"]
    assert [(fault.file, fault.row, fault.column) for fault in faults] == [(ZONES, 3, "lat + lon")]
    assert words in faults[0].detail
