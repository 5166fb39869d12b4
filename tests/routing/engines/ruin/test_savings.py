"""Savings routes: mergers by what they save, within capacities and the fleet."""

import numpy as np
import pytest

from fulfill.routing.engines.ruin.compiled_instance import compile_instance
from fulfill.routing.engines.ruin.route_state import NONE, empty_state
from fulfill.routing.engines.ruin.savings import build_savings_routes, preferred_types
from fulfill.routing.instance import RoutingInstance, VehicleType

POINTS = np.array([[0.0, 0.0], [10.0, 0.0], [11.0, 0.0], [-10.0, 0.0], [-11.0, 0.0]])
KM = np.hypot(*(POINTS[:, None] - POINTS[None]).transpose(2, 0, 1))


def line(*vehicles: VehicleType) -> RoutingInstance:
    """Return two stops on either side of a depot."""
    return RoutingInstance(
        name="line",
        depots=("d",),
        stops=tuple("abcd"),
        demand=np.ones((4, 1)),
        ready=np.zeros(4),
        due=np.full(4, np.inf),
        service=np.zeros(4),
        vehicles=vehicles,
        km=(KM,),
        hours=(np.zeros((5, 5)),),
    )


def test_near_stops_share_a_route_and_the_cost_is_that_of_the_legs():
    data = compile_instance(line(VehicleType("van", 0, (2.0,), cost_per_day=3.0)))
    state = empty_state(data, 4)
    cost = build_savings_routes(data, state, reversible=True)
    assert state.route[1] == state.route[2] != state.route[3] == state.route[4]
    assert cost == pytest.approx(2 * (22.0 + 3.0))


def test_a_type_without_room_or_vehicles_is_not_preferred():
    kinds = [VehicleType(name, 0, (room,)) for name, room in (("bike", 0.5), ("a", 1), ("b", 1))]
    data = compile_instance(line(*kinds))
    assert set(preferred_types(data, np.array([True, False, True]))) == {2}


def test_stops_too_large_for_any_vehicle_stay_without_a_route():
    data = compile_instance(line(VehicleType("bike", 0, (0.5,))))
    state = empty_state(data, 4)
    assert build_savings_routes(data, state, reversible=True) == 0.0
    assert (state.route == NONE).all()
