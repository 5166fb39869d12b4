"""From orders to stops: whole numbers, doors on land, blocks, districts, ways, the choice of a zone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from fulfill.inputs.geography.geodesic import geodesic_km
from fulfill.inputs.geography.roads import RoadRules
from fulfill.inputs.problem import Problem
from fulfill.routing.day.continuous_approximation import own_usd_per_order
from fulfill.routing.day.districts import apportion, split
from fulfill.routing.day.fleet import mean_speed
from fulfill.routing.day.road_matrix import StreetRules, great_circle_km, measure_ways
from fulfill.routing.day.stops import place_orders, whole_orders

FIGURES = {
    "people_km2": 6000.0, "rural_people_km2": 60.0, "block_m": 60.0, "stop_minutes": 3.0, "order_minutes": 0.5,
    "street_detour": 1.35, "street_reach_km": 15.0,
}  # fmt: skip
TOWN = pd.DataFrame(
    {
        "zone_id": ["a"], "lat": [20.0], "lon": [-100.0], "country": ["MX"], "population": [600000.0],
        "zone_class": ["urban"],
    }
)  # fmt: skip


def test_whole_orders_add_up_and_keep_their_means() -> None:
    expected = np.array([0.2, 1.7, 0.0, 3.1, 0.25])
    draws = np.array([whole_orders(expected, np.random.default_rng(seed)) for seed in range(400)])
    assert set(draws.sum(axis=1)) <= {5, 6}
    assert np.abs(draws.mean(axis=0) - expected).max() < 0.1
    assert (np.abs(draws - expected) < 1.0).all()


def placed(seed: int = 0, land: dict[str, shapely.Geometry] | None = None) -> pd.DataFrame:
    orders = pd.DataFrame({"zone_id": ["a"], "orders": [3000], "weight_kg": [0.5]})
    return place_orders(TOWN, orders, FIGURES, land or {}, np.random.default_rng(seed))


def test_no_order_is_lost_and_one_block_is_one_stop() -> None:
    stops = placed()
    assert stops["orders"].sum() == 3000
    assert stops["weight_kg"].sum() == pytest.approx(1500.0)
    assert len(stops) < 3000
    assert stops["stop_id"].is_unique
    assert (stops["minutes"] == 3.0 + 0.5 * (stops["orders"] - 1.0)).all()


def test_the_same_seed_gives_the_same_doors() -> None:
    pd.testing.assert_frame_equal(placed(1), placed(1))
    assert not placed(1).equals(placed(2))


def test_orders_thin_out_from_the_centre_as_a_disc_of_the_towns_people() -> None:
    stops = placed()
    away = great_circle_km(np.array([[20.0, -100.0]]), stops[["lat", "lon"]].to_numpy(float))[0]
    radius = np.sqrt(100.0 / np.pi)
    assert np.average(away, weights=stops["orders"]) == pytest.approx(2.0 / 3.0 * radius, rel=0.06)
    assert away.max() <= 2.0 * radius + 0.1


def test_no_door_is_in_the_sea() -> None:
    land = {"MX": shapely.box(-101.0, 19.0, -99.99, 21.0)}
    stops = placed(land=land)
    assert (stops["lon"] < -99.99 + 0.001).all()
    assert stops["orders"].sum() == 3000


def test_districts_are_small_and_hold_every_stop_once() -> None:
    stops = placed()
    parts = split(stops, 200)
    assert max(map(len, parts)) <= 200
    assert sorted(np.concatenate(parts)) == list(range(len(stops)))


def test_a_limited_fleet_is_shared_out_whole() -> None:
    assert apportion(None, [1, 2]) == [None, None]
    assert apportion(5, [300, 300, 100]) == [2, 2, 1]
    assert sum(number or 0 for number in apportion(7, [1, 1, 1])) == 7


def test_near_places_are_joined_by_streets_and_none_across_a_border() -> None:
    points = np.array([[20.0, -100.0], [20.05, -100.0], [20.1, -100.0]])
    country = np.array(["MX", "MX", "US"], object)
    ways = measure_ways(None, RoadRules(), StreetRules(1.4, 15.0), points, country)
    circle = float(geodesic_km(*(np.array(value) for value in (20.0, -100.0, 20.05, -100.0))))
    assert ways.km[0, 1] == pytest.approx(1.4 * circle, rel=0.006)
    assert np.isinf(ways.km[0, 2])
    assert (ways.km == ways.km.T).all()
    assert ways.hours(20.0, 60.0)[0, 1] == pytest.approx(ways.km[0, 1] / 20.0)


def test_a_shift_in_the_peak_is_slower() -> None:
    speeds = pd.DataFrame(
        {"road_kind": ["street"] * 2, "from_hour": [0, 12], "to_hour": [12, 24], "kmh": [10, 30]}
    )
    assert mean_speed(speeds, "street", 0.0, 12.0) == 10.0
    assert mean_speed(speeds, "street", 6.0, 18.0) == pytest.approx(15.0)


def test_own_delivery_is_dear_far_away_and_impossible_beyond_a_shift(
    embedded_problem: Problem,
) -> None:
    network = embedded_problem.network
    vans = network["vehicles"][
        (network["vehicles"]["country"] == "MX") & (network["vehicles"]["duty"] == "delivery")
    ]
    zones = pd.DataFrame(
        {
            "orders": 100.0,
            "stops": 98.0,
            "area_km2": 20.0,
            "near_stops": 98.0,
            "depot_km": [5, 80, 500],
        }
    )
    usd = own_usd_per_order(zones, vans, network["speeds"], FIGURES)
    assert usd[0] < usd[1] < usd[2] == np.inf
