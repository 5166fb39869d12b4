"""When a vehicle is where: earliest return, shortest day, breaks."""

import numpy as np
import pytest

from fulfill.inputs.faults import SolverError
from fulfill.routing.instance import Break
from fulfill.routing.schedule import schedule_plan, schedule_route
from routing.days import day, with_vehicle


def test_a_vehicle_leaves_as_late_as_its_earliest_return_allows():
    instance = day(2, 1, ready=np.array([12.0, 8.0]))
    route = schedule_route(instance, 0, ((0,),))
    assert route.starts == ((12.0,),)
    assert route.departures[0] == pytest.approx(12.0 - instance.hours[0][0, 1])
    assert route.returns[0] == pytest.approx(12.1 + instance.hours[0][1, 0])


def test_a_window_or_a_shift_that_cannot_be_kept_has_no_schedule():
    assert schedule_route(day(2, 1, due=np.full(2, 8.01)), 0, ((0, 1),)) is None
    assert schedule_route(with_vehicle(day(2, 1), max_hours=0.05), 0, ((0, 1),)) is None
    with pytest.raises(SolverError, match="no schedule for a route of type van"):
        schedule_plan(day(2, 1, due=np.full(2, 8.01)), [(0, [[0, 1]])])


def test_a_break_interrupts_a_leg_only_where_it_does_not_fit_outside_the_route():
    windows = {"ready": np.full(2, 9.0), "due": np.array([9.05, 12.0])}
    plain = schedule_route(day(2, 1, **windows), 0, ((0, 1),))
    out = plain.returns[0] - plain.departures[0]
    early = with_vehicle(day(2, 1, **windows), rest=Break(0.25, 8.0, 8.1))
    assert schedule_route(early, 0, ((0, 1),)).rest is None
    # over too late to leave after it, and it must begin long before the return
    amid = Break(0.25, 8.75, 8.78)
    rested = schedule_route(with_vehicle(day(2, 1, **windows), rest=amid), 0, ((0, 1),))
    assert amid.earliest <= rested.rest <= amid.latest
    assert rested.returns[0] - rested.departures[0] == pytest.approx(out + 0.25)


def test_a_second_trip_begins_after_the_reload():
    instance = with_vehicle(day(2, 1), trips=2, reload_hours=0.5)
    route = schedule_route(instance, 0, ((0,), (1,)))
    assert route.departures[1] == pytest.approx(route.returns[0] + 0.5)
