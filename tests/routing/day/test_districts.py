"""A day in districts, with breaks for every engine."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fulfill.routing.audit import audit_routes
from fulfill.routing.day.districts import apportion, route_with_breaks, split
from fulfill.routing.instance import Break
from fulfill.routing.solution import RoutingParams
from routing.days import day, with_vehicle


def test_districts_are_small_and_hold_every_stop_once() -> None:
    points = np.random.default_rng(0).uniform(0.0, 1.0, (1_000, 2))
    stops = pd.DataFrame(points, columns=["lat", "lon"])
    parts = split(stops, 200)
    assert max(map(len, parts)) <= 200
    assert sorted(np.concatenate(parts)) == list(range(len(stops)))


def test_a_district_is_cut_across_its_longer_side() -> None:
    stops = pd.DataFrame({"lat": [0.0, 0.0, 0.1, 0.1], "lon": [0.0, 5.0, 0.0, 5.0]})
    assert [sorted(stops["lon"].iloc[part]) for part in split(stops, 2)] == [[0, 0], [5, 5]]


def test_no_stops_make_no_district() -> None:
    assert split(pd.DataFrame({"lat": [], "lon": []})) == []


def test_a_break_is_put_into_the_routes_of_an_engine_that_knows_none() -> None:
    rested = with_vehicle(day(6, 2), rest=Break(0.5, 9.0, 12.0))
    solution = route_with_breaks(rested, RoutingParams(iterations=500, seed=1), "ruin")
    assert solution.engine == "ruin"
    assert not solution.unserved
    assert audit_routes(rested, solution).clean


def test_a_limited_fleet_is_shared_out_whole() -> None:
    assert apportion(None, [1, 2]) == [None, None]
    assert apportion(5, [300, 300, 100]) == [2, 2, 1]
    assert sum(number or 0 for number in apportion(7, [1, 1, 1])) == 7
