"""How far the places of orders lie from the seats of municipalities, by tables of others."""

from __future__ import annotations

from pathlib import Path

import pytest

import postcodes

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "mx_municipios_2020.csv"
CATALOGUE = "data/postalcodes.sqlite3"


@pytest.mark.skipif(not SHARED.exists(), reason="the municipal table (../shared/data) is not here")
def test_cities_lie_at_the_seats_of_their_municipalities() -> None:
    line = postcodes.by_name(postcodes.read_municipalities(SHARED))
    assert line["cases"] == 2469
    assert line["placed_share"] > 0.95
    assert line["beyond_25_km"] < 0.01
    assert line["median_km"] < 2


@pytest.mark.skipif(not SHARED.exists(), reason="the municipal table (../shared/data) is not here")
def test_postcodes_lie_at_the_seats_of_their_municipalities() -> None:
    package = pytest.importorskip(
        "postalcodes_mexico", reason="the catalogue of the post (postalcodes-mexico) is not here"
    )
    catalogue = Path(package.__file__).parent / CATALOGUE
    table = postcodes.read_catalogue(catalogue, postcodes.read_municipalities(SHARED))
    every, placed, _, with_city = postcodes.by_postcode(table)
    assert every["beyond_25_km"] < 0.08
    assert placed["beyond_25_km"] < 0.02
    assert with_city["beyond_25_km"] < 0.025
