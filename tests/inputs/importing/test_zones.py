"""Places become zones as far as their orders justify, and none of their orders is lost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fulfill.inputs.demand import read_demand
from fulfill.inputs.folder import locate
from fulfill.inputs.importing.import_orders import zone_warnings
from fulfill.inputs.importing.zones import to_zones, with_population

PLACES = pd.DataFrame(
    [
        ("Guadalajara", "MX", "Jalisco", 20.68, -103.35, 1_386_240.0),
        ("Tonalá", "MX", "Jalisco", 20.62, -103.24, 442_440.0),
        ("Nowhere", "MX", "Jalisco", 20.9, -103.9, np.nan),
        ("Aguascalientes", "MX", "Aguascalientes", 21.88, -102.28, np.nan),
        ("Laredo", "US", "Texas", 27.51, -99.51, 255_205.0),
        ("Elsewhere", "MX", "Sonora", 29.0, -111.0, 5.0),
    ],
    columns=["name", "country", "state", "lat", "lon", "population"],
)
ORDERS = np.array([500, 30, 10, 60, 3, 0])
KNOWN = read_demand(locate("demand", "mexico-2026")).zones


def test_few_orders_join_the_nearest_zone_of_their_state() -> None:
    zones = to_zones(PLACES, ORDERS, KNOWN, None)
    assert zones.table["name"].tolist() == ["Guadalajara", "Aguascalientes", "Laredo"]
    assert zones.of_area.tolist() == [0, 0, 0, 1, 2, -1]
    assert zones.table["population"][0] == 1_386_240 + 442_440
    assert zones.table["source"][0] == "own orders, merged from 3 areas"


def test_a_population_that_the_places_lack_is_that_of_the_known_zone() -> None:
    zones = to_zones(with_population(PLACES, KNOWN), ORDERS, KNOWN, None)
    known = KNOWN.query("name == 'Aguascalientes'")["population"].item()
    assert zones.table["population"][1] == known
    assert list(zone_warnings(zones.table)) == []


def test_an_unknown_population_is_warned_of() -> None:
    zones = to_zones(PLACES.iloc[[2]], np.array([60]), KNOWN, None)
    [warning] = zone_warnings(zones.table)
    assert (warning.code, warning.column) == ("W401", "population")


def test_a_country_keeps_a_zone_however_few_are_asked_for() -> None:
    zones = to_zones(PLACES, ORDERS, KNOWN, 1)
    assert zones.table["country"].tolist() == ["MX", "US"]
    assert zones.of_area.tolist() == [0, 0, 0, 0, 1, -1]


def test_names_that_come_twice_get_ids_of_their_own() -> None:
    places = pd.concat([PLACES.iloc[[0]], PLACES.iloc[[0]]], ignore_index=True)
    zones = to_zones(places, np.array([60, 70]), KNOWN, None)
    assert zones.table["zone_id"].tolist() == ["mx-guadalajara", "mx-guadalajara-2"]
