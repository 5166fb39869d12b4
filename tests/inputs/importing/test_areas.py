"""Areas of orders by place and by prefix of the postcode."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fulfill.inputs.importing.areas import to_areas
from fulfill.inputs.importing.places import Placed, place_orders

POSTCODES = ["44100", "44160", "45010", "64000", "", "99999", ""]
CITIES = ["", "", "", "", "Guadalajara", "", "Zapopan"]


@pytest.fixture(scope="module")
def placed() -> Placed:
    return place_orders(
        pd.Series(["MX"] * 7), pd.Series(POSTCODES), pd.Series(CITIES), pd.Series(["Jalisco"] * 7)
    )


def test_by_place_areas_are_the_places(placed: Placed) -> None:
    areas = to_areas(placed, "place")
    assert areas.table is placed.places
    np.testing.assert_array_equal(areas.of_order, placed.place_id)


def test_by_postcode_areas_are_prefixes(placed: Placed) -> None:
    areas = to_areas(placed, "postcode")
    names = areas.table["name"].to_numpy(object)[areas.of_order]
    assert names[0] == names[1] == "Guadalajara (441)"
    assert names[2] == "Zapopan (450)"
    assert names[3] == "Monterrey (640)"
    assert names[4] == "Guadalajara (441)", "without a postcode: the usual prefix of the place"
    assert areas.of_order[5] == -1
    assert names[6] == "Zapopan (450)"


def test_people_of_a_place_are_divided_and_none_is_lost() -> None:
    codes = ["44100", "44100", "44100", "44600", "64000"]
    placed = place_orders(pd.Series(["MX"] * 5), pd.Series(codes))
    places = placed.places.assign(population=1000.0)
    with_people = Placed(**(vars(placed) | {"places": places}))
    table = to_areas(with_people, "postcode").table.set_index("name")
    n_places = len(np.unique(placed.place_id))
    assert table["population"].sum() == pytest.approx(1000.0 * n_places)
    if placed.place_id[0] == placed.place_id[3]:
        assert table.loc["Guadalajara (441)", "population"] == pytest.approx(750.0)


def test_a_place_without_any_postcode_is_an_area_of_its_own() -> None:
    placed = place_orders(
        pd.Series(["MX"] * 2),
        pd.Series(["", "64000"]),
        pd.Series(["Guadalajara", ""]),
        pd.Series(["Jalisco", ""]),
    )
    areas = to_areas(placed, "postcode")
    assert sorted(areas.table["name"]) == ["Guadalajara", "Monterrey (640)"]
