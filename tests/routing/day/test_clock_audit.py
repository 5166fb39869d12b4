"""The clock of a day read again from the tables: a day passes, a day with one change does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fulfill.routing.day.clock_audit import audit_clock
from fulfill.routing.day.fleet import day_instance
from fulfill.routing.day.road_matrix import RoadMatrix
from fulfill.routing.solution import RoutingParams
from fulfill.routing.solve import solve_routing
from routing.day.test_route_stops import DEPOTS, vans

SPEEDS = pd.DataFrame(
    {
        "road_kind": ["street", "street", "road", "road"],
        "from_hour": [0, 6, 0, 6],
        "to_hour": [6, 24, 6, 24],
        "kmh": [60.0, 20.0, 90.0, 60.0],
    }
)
STOPS = pd.DataFrame(
    {
        "stop_id": ["evening", "any", "night", "over", "early"],
        "orders": 1.0,
        "weight_kg": 0.0,
        "minutes": 3.0,
        "ready": [21.0, np.nan, 1.0, 22.0, np.nan],
        "due": [23.0, np.nan, 4.0, 2.0, 4.0],
    }
)
MATRIX = RoadMatrix(np.full((6, 6), 5.0), np.full((6, 6), 2.0))


def tables(start: float) -> dict[str, pd.DataFrame]:
    return {"vehicles": vans().assign(shift_start=start), "speeds": SPEEDS}


@pytest.mark.parametrize("start", [20.0, 21.5, 20.25])
def test_a_night_is_served_and_passes(start):
    instance = day_instance("night", DEPOTS, STOPS, tables(start), MATRIX)
    solution = solve_routing(instance, RoutingParams(iterations=300), "ruin")
    assert not solution.unserved
    assert audit_clock(DEPOTS, STOPS, tables(start), MATRIX, instance, solution) == ()
    begins = {
        instance.stops[stop]: begin
        for route in solution.routes
        for trip, starts in zip(route.trips, route.starts, strict=True)
        for stop, begin in zip(trip, starts, strict=True)
    }
    assert 25.0 <= begins["night"] <= 28.0
    assert 22.0 <= begins["over"] <= 26.0
    assert 21.0 <= begins["evening"] <= 23.0


@pytest.mark.parametrize(
    ("stops", "start", "km", "fault"),
    [
        (STOPS.assign(ready=[21.0, np.nan, 1.0, 3.0, np.nan], due=[23, np.nan, 4, 3.5, 4]), 20, 5,
         "begins stop over"),
        (STOPS.assign(due=[23.0, np.nan, 0.95, 2.0, 4.0], ready=[21, np.nan, 0.9, 22, np.nan]), 20,
         5, "begins stop night"),
        (STOPS, 8, 5, "out of the shift"),
        (STOPS, 20, 5.1, "hours of driving"),
    ],
)  # fmt: skip
def test_a_change_of_a_table_is_found(stops, start, km, fault):
    instance = day_instance("night", DEPOTS, STOPS, tables(20.0), MATRIX)
    solution = solve_routing(instance, RoutingParams(iterations=300), "ruin")
    matrix = replace(MATRIX, street_km=np.full((6, 6), km))
    faults = audit_clock(DEPOTS, stops, tables(start), matrix, instance, solution)
    assert any(fault in one for one in faults), faults
