"""A day in districts, with breaks for every engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

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


@pytest.mark.parametrize("rest", [Break(0.5, 8.2, 8.4), Break(1.0, 12.0, 12.1), Break(2, 9, 9.1)])
@pytest.mark.parametrize("available", [None, 6])
def test_stops_of_routes_without_a_place_for_the_break_are_planned_around_it(
    rest: Break, available: int | None
) -> None:
    # Service of an hour leaves hardly a gap at the time of the break.
    long = day(6, 2, service=np.full(6, 1.0), ready=np.full(6, 8.0), due=np.full(6, 17.5))
    rested = with_vehicle(long, rest=rest, available=available)
    solution = route_with_breaks(rested, RoutingParams(iterations=300, seed=1), "ruin")
    assert not solution.unserved
    assert audit_routes(rested, solution).clean


def test_a_stop_whose_trip_spans_the_break_gets_a_vehicle_of_its_own() -> None:
    far = day(3, 2, service=np.full(3, 0.2), ready=np.full(3, 8.0), due=np.full(3, 17.5))
    hours = np.full((4, 4), 4.4)
    np.fill_diagonal(hours, 0.0)
    rested = with_vehicle(replace(far, hours=(hours,)), rest=Break(0.5, 11.0, 12.0))
    solution = route_with_breaks(rested, RoutingParams(iterations=300, seed=1), "ruin")
    assert not solution.unserved
    assert len(solution.routes) == 3
    assert all(11.0 <= route.rest <= 12.0 for route in solution.routes)


def test_what_a_shift_lacks_is_told_by_the_whole_shift() -> None:
    far = day(2, 2, service=np.full(2, 0.2))
    hours = np.array([[0, 6, 1], [6, 0, 6], [1, 6, 0]], float)
    rested = with_vehicle(replace(far, hours=(hours,)), rest=Break(0.5, 11.0, 13.0))
    solution = route_with_breaks(rested, RoutingParams(iterations=300, seed=1), "ruin")
    (entry,) = solution.unserved
    assert entry.reason == "shift"
    assert "a shift of 12.2 h instead of 10" in entry.text


def test_a_limited_fleet_is_shared_out_whole() -> None:
    assert apportion(None, [1, 2]) == [None, None]
    assert apportion(5, [300, 300, 100]) == [2, 2, 1]
    assert sum(number or 0 for number in apportion(7, [1, 1, 1])) == 7
