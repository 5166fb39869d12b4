"""Distances between places: streets, borders, roads missing from the map."""

from __future__ import annotations

import numpy as np
import pytest

from fulfill.inputs.geography.geodesic import geodesic_km
from fulfill.inputs.geography.roads import RoadRules
from fulfill.routing.day.road_matrix import StreetRules, by_street, measure_distances


def test_near_places_are_joined_by_streets_and_none_across_a_border() -> None:
    points = np.array([[20.0, -100.0], [20.05, -100.0], [20.1, -100.0]])
    country = np.array(["MX", "MX", "US"], object)
    matrix = measure_distances(None, RoadRules(), StreetRules(1.4, 15.0), points, country)
    circle = float(geodesic_km(*(np.array(value) for value in (20.0, -100.0, 20.05, -100.0))))
    assert matrix.km[0, 1] == pytest.approx(1.4 * circle, rel=0.006)
    assert np.isinf(matrix.km[0, 2])
    assert (matrix.km == matrix.km.T).all()
    assert matrix.hours(20.0, 60.0)[0, 1] == pytest.approx(matrix.km[0, 1] / 20.0)


def test_streets_join_near_places_and_those_whose_road_is_missing_from_the_map() -> None:
    circle = np.array([10.0, 20.0, 20.0, 40.0])
    mapped = np.array([50.0, 50.0, 70.0, 130.0])
    assert by_street(circle, mapped, 15.0).tolist() == [True, False, True, False]
