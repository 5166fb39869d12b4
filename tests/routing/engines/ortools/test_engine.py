"""Routes improved by parts: allowed, never worse than the first, the same for the same seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fulfill.routing.engines.integer_scaling import scale_to_integers
from fulfill.routing.engines.ortools.engine import improve_by_parts
from fulfill.routing.engines.ruin.engine import first_plan
from fulfill.routing.engines.ruin.search import Effort
from fulfill.routing.instance import RoutingInstance, VehicleType
from fulfill.routing.schedule import schedule_plan
from fulfill.routing.solution import RoutePlan, RoutingParams, route_cost
from fulfill.routing.solve import solve_routing
from routing.days import day, with_vehicle

PARAMS = RoutingParams(iterations=1_000, seed=1)


def cost(instance: RoutingInstance, plan: RoutePlan) -> float:
    return sum(route_cost(instance, route) for route in schedule_plan(instance, plan))


def by_parts(instance: RoutingInstance, plan: RoutePlan) -> RoutePlan:
    return improve_by_parts(instance, scale_to_integers(instance), plan, PARAMS, Effort(PARAMS))


def ready(n_stops: int) -> np.ndarray:
    return np.random.default_rng(2).uniform(8.0, 15.0, n_stops)


@pytest.fixture
def large() -> RoutingInstance:
    return day(120, 4)


@pytest.mark.parametrize("windows", [False, True])
def test_parts_make_the_first_routes_cheaper(large, windows):
    instance = replace(large, ready=ready(120), due=ready(120) + 2.5) if windows else large
    start = first_plan(instance, PARAMS.seed)
    better = by_parts(instance, start)
    assert cost(instance, better) < cost(instance, start)
    assert sorted(stop for _, trips in better for trip in trips for stop in trip) == list(
        range(120)
    )


def test_the_same_seed_gives_the_same_routes(large):
    found = solve_routing(large, PARAMS, "ortools")
    again = solve_routing(large, PARAMS, "ortools")
    assert found.routes == again.routes
    assert not found.unserved


def test_stops_without_a_vehicle_are_tried_again(large):
    instance = with_vehicle(large, available=15)
    start = first_plan(instance, PARAMS.seed)
    solution = solve_routing(instance, PARAMS, "ortools")
    assert len(solution.routes) == 15
    assert len(solution.unserved) <= 120 - sum(len(trip) for _, trips in start for trip in trips)


def test_every_type_keeps_to_its_depot_and_number(large):
    van = large.vehicles[0]
    instance = replace(
        large,
        depots=("depot", "second"),
        stops=large.stops[1:],
        **{name: getattr(large, name)[1:] for name in ("demand", "ready", "due", "service")},
        depot_capacity=np.zeros((0, 0)),
        vehicles=(van, VehicleType("truck", 1, (40.0, 400.0), available=3, opens=8.0, closes=18.0)),
    )
    solution = solve_routing(instance, PARAMS, "ortools")
    assert not solution.unserved
    assert cost(
        instance,
        [(route.vehicle, [list(trip) for trip in route.trips]) for route in solution.routes],
    ) <= cost(instance, first_plan(instance, PARAMS.seed))
