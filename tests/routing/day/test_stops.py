"""From orders to stops: whole numbers, delivery points on land, blocks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from fulfill.inputs.geography.land import Land
from fulfill.routing.day.road_matrix import great_circle_km
from fulfill.routing.day.stops import place_orders, whole_orders
from routing.day.figures import FIGURES

TOWN = pd.DataFrame(
    {
        "zone_id": ["a"],
        "lat": [20.0],
        "lon": [-100.0],
        "country": ["MX"],
        "population": [600000.0],
        "zone_class": ["urban"],
    }
)


def test_whole_orders_add_up_and_keep_their_means() -> None:
    expected = np.array([0.2, 1.7, 0.0, 3.1, 0.25])
    draws = np.array([whole_orders(expected, np.random.default_rng(seed)) for seed in range(400)])
    assert set(draws.sum(axis=1)) <= {5, 6}
    assert np.abs(draws.mean(axis=0) - expected).max() < 0.1
    assert (np.abs(draws - expected) < 1.0).all()


def placed(seed: int = 0, land: Land | None = None) -> pd.DataFrame:
    orders = pd.DataFrame({"zone_id": ["a"], "orders": [3000], "weight_kg": [0.5]})
    return place_orders(TOWN, orders, FIGURES, land or Land(), np.random.default_rng(seed))


def test_no_order_is_lost_and_one_block_is_one_stop() -> None:
    stops = placed()
    assert stops["orders"].sum() == 3000
    assert stops["weight_kg"].sum() == pytest.approx(1500.0)
    assert len(stops) < 3000
    assert stops["stop_id"].is_unique
    assert (stops["minutes"] == 3.0 + 0.5 * (stops["orders"] - 1.0)).all()


def test_the_same_seed_gives_the_same_delivery_points() -> None:
    pd.testing.assert_frame_equal(placed(1), placed(1))
    assert not placed(1).equals(placed(2))


def test_orders_thin_out_from_the_centre_as_a_disc_of_the_towns_people() -> None:
    stops = placed()
    away = great_circle_km(np.array([[20.0, -100.0]]), stops[["lat", "lon"]].to_numpy(float))[0]
    radius = np.sqrt(100.0 / np.pi)
    assert np.average(away, weights=stops["orders"]) == pytest.approx(2.0 / 3.0 * radius, rel=0.06)
    assert away.max() <= 2.0 * radius + 0.1


def test_no_delivery_point_is_in_the_sea() -> None:
    land = Land({"MX": shapely.box(-101.0, 19.0, -99.99, 21.0)})
    stops = placed(land=land)
    assert (stops["lon"] < -99.99 + 0.001).all()
    assert stops["orders"].sum() == 3000
