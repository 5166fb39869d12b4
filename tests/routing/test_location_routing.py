"""Depots and routes together."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from fulfill.inputs.faults import SolverError
from fulfill.routing.instance import LocationRoutingInstance, RoutingInstance, VehicleType
from fulfill.routing.location_routing import solve_location_routing
from fulfill.routing.solution import RoutingParams
from routing.days import day
from routing.reference import cheapest_cost

PARAMS = RoutingParams(iterations=40_000, seed=1)


def towns(opening: list[float], capacity: list[float]) -> LocationRoutingInstance:
    """Return three stops around each of three possible depots, 50 km apart."""
    centers = np.array([[0.0, 0.0], [50.0, 0.0], [0.0, 50.0]])
    around = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    points = np.vstack([centers, *(center + around for center in centers)])
    km = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    routing = RoutingInstance(
        name="towns",
        depots=("a", "b", "c"),
        stops=tuple("123456789"),
        demand=np.ones((9, 1)),
        ready=np.zeros(9),
        due=np.full(9, inf),
        service=np.zeros(9),
        vehicles=tuple(
            VehicleType(f"from {name}", index, (9.0,), cost_per_day=1.0)
            for index, name in enumerate("abc")
        ),
        km=(km,),
        hours=(np.zeros_like(km),),
        depot_capacity=np.array(capacity)[:, None],
    )
    return LocationRoutingInstance(routing, np.array(opening))


def test_cheap_depots_all_open_and_dear_ones_leave_one():
    assert solve_location_routing(towns([1.0, 1.0, 1.0], [9.0] * 3), PARAMS).depots == (0, 1, 2)
    assert solve_location_routing(towns([500.0, 900.0, 900.0], [9.0] * 3), PARAMS).depots == (0,)


def test_capacity_forces_a_second_depot():
    answer = solve_location_routing(towns([500.0, 500.0, 900.0], [6.0, 9.0, 9.0]), PARAMS)
    assert answer.depots == (1,)
    answer = solve_location_routing(towns([500.0, 500.0, 900.0], [6.0, 6.0, 6.0]), PARAMS)
    assert answer.depots == (0, 1)


def test_one_depot_costs_what_brute_force_finds():
    base = day(6, 1, ready=np.zeros(6), due=np.full(6, inf), service=np.zeros(6))
    plain = replace(base, vehicles=(VehicleType("van", 0, (10.0, 100.0), cost_per_day=5.0),))
    plain = replace(plain, hours=(np.zeros_like(base.km[0]),))
    answer = solve_location_routing(LocationRoutingInstance(plain, np.array([70.0])), PARAMS)
    assert answer.objective == pytest.approx(70.0 + cheapest_cost(plain))


def test_no_set_of_depots_suffices():
    with pytest.raises(SolverError, match="no set of depots"):
        solve_location_routing(towns([1.0] * 3, [2.0] * 3), PARAMS)


def test_the_same_seed_gives_the_same_plan():
    instance = towns([30.0, 40.0, 50.0], [9.0] * 3)
    assert (
        solve_location_routing(instance, PARAMS).routing.routes
        == solve_location_routing(instance, PARAMS).routing.routes
    )
