"""The auditor finds each way in which routes can be wrong."""

from dataclasses import replace

import numpy as np
import pytest

from fulfill.routing.audit import audit_day, audit_routes
from fulfill.routing.instance import Break
from fulfill.routing.schedule import schedule_plan
from fulfill.routing.solution import Route, RoutingSolution, Unserved, driven_km, route_cost
from routing.days import day, with_vehicle


def solution(instance, plan, unserved=()):
    routes = schedule_plan(instance, plan)
    cost = sum(route_cost(instance, route) for route in routes)
    return RoutingSolution(
        routes, unserved, cost, sum(driven_km(instance, route) for route in routes), "hand", 0.0
    )


@pytest.fixture
def instance():
    """Six stops, two trips of three for one van."""
    return with_vehicle(day(6, 1), capacity=(40.0, 400.0), trips=2, reload_hours=0.5, available=1)


@pytest.fixture
def clean(instance):
    return solution(instance, [(0, [[0, 1, 2], [3, 4, 5]])])


def changed(answer: RoutingSolution, **changes) -> RoutingSolution:
    return replace(answer, routes=(replace(answer.routes[0], **changes),))


def faults(instance, answer) -> str:
    return "; ".join(audit_routes(instance, answer).faults)


def test_clean_routes_have_no_fault(instance, clean):
    audit = audit_routes(instance, clean)
    assert audit.clean
    assert audit.objective == pytest.approx(clean.objective)


def test_figures_that_are_not_so(instance, clean):
    assert "cost: the solution claims" in faults(
        instance, replace(clean, objective=clean.objective * 1.001)
    )
    assert "km: the solution claims" in faults(instance, replace(clean, km=clean.km - 0.1))


def test_two_stops_swapped(instance, clean):
    assert "reaches" in faults(instance, changed(clean, trips=((1, 0, 2), (3, 4, 5))))


def test_a_stop_dropped_or_repeated(instance, clean):
    route = clean.routes[0]
    short = changed(clean, trips=((0, 1), (3, 4, 5)), starts=(route.starts[0][:2], route.starts[1]))
    assert "stop s2 is neither visited nor listed" in faults(instance, short)
    assert "stop s1 is visited 2 times" in faults(
        instance, changed(clean, trips=((0, 1, 1), (3, 4, 5)))
    )
    assert "there is no such stop: 6" in faults(
        instance, changed(clean, trips=((0, 1, 6), (3, 4, 5)))
    )


def test_unserved_stops_have_a_reason_and_no_visit(instance, clean):
    both = replace(clean, unserved=(Unserved(2, "fleet", "all are taken"),))
    assert "visited and listed as unserved" in faults(instance, both)
    missing = solution(instance, [(0, [[0, 1, 2], [3, 4]])], (Unserved(5, "", ""),))
    assert "unserved without a reason" in faults(instance, missing)


def test_loads_over_capacity(instance, clean):
    for capacity in ((3.0, 400.0), (40.0, 30.0)):
        assert "carries" in faults(with_vehicle(instance, capacity=capacity), clean)
    sent = replace(instance, depot_capacity=instance.demand.sum(axis=0)[None] - 1.0)
    assert "depot depot sends" in faults(sent, clean)


def test_a_window_missed(instance, clean):
    late = replace(
        instance, due=np.where(np.arange(6) == 2, clean.routes[0].starts[0][2] - 0.01, instance.due)
    )
    assert "stop s2 is begun at" in faults(late, clean)
    early = replace(
        instance,
        ready=np.where(np.arange(6) == 0, clean.routes[0].starts[0][0] + 0.01, instance.ready),
    )
    assert "stop s0 is begun at" in faults(early, clean)


def test_a_stop_reached_too_soon(instance, clean):
    starts = clean.routes[0].starts
    sooner = ((starts[0][0], starts[0][1] - 0.05, starts[0][2]), starts[1])
    assert "reaches stop s1" in faults(instance, changed(clean, starts=sooner))


def test_shift_and_range(instance, clean):
    route = clean.routes[0]
    assert "its shift begins" in faults(
        with_vehicle(instance, opens=route.departures[0] + 0.1), clean
    )
    assert "its shift ends" in faults(with_vehicle(instance, closes=route.returns[-1] - 0.1), clean)
    out = route.returns[-1] - route.departures[0]
    assert "is out for" in faults(with_vehicle(instance, max_hours=out - 0.1), clean)
    assert "its range is" in faults(with_vehicle(instance, range_km=clean.km - 0.1), clean)


def test_vehicles_trips_and_reloads(instance, clean):
    assert "there are 0" in faults(with_vehicle(instance, available=0), clean)
    assert "at most 1" in faults(with_vehicle(instance, trips=1), clean)
    assert "reaches the reload" in faults(with_vehicle(instance, reload_hours=0.6), clean)
    assert "no such vehicle type" in faults(instance, changed(clean, vehicle=3))


def test_breaks(instance):
    rest = Break(0.5, 9.0, 9.5)
    begun = replace(instance, due=np.where(np.arange(6) == 0, 8.9, instance.due))
    rested = with_vehicle(begun, rest=rest)
    answer = solution(rested, [(0, [[0, 1, 2], [3, 4, 5]])])
    assert audit_routes(rested, answer).clean
    assert answer.routes[0].rest is not None
    assert "without a break" in faults(rested, changed(answer, rest=None))
    assert "begins between" in faults(rested, changed(answer, rest=8.5))
    assert "does not have" in faults(begun, answer)
    serving = answer.routes[0].starts[0][0]
    anytime = with_vehicle(begun, rest=replace(rest, earliest=8.0, latest=18.0))
    assert "while the driver serves" in faults(anytime, changed(answer, rest=serving + 0.01))


def test_times_that_do_not_fit_the_trips(instance, clean):
    route = clean.routes[0]
    assert "one time a stop" in faults(instance, changed(clean, starts=route.starts[:1]))
    assert "no number" in faults(instance, changed(clean, returns=(float("nan"), route.returns[1])))
    empty = Route(0, ((), (3, 4, 5)), ((), route.starts[1]), route.departures, route.returns)
    assert "a trip has no stop" in faults(instance, replace(clean, routes=(empty,)))


def test_a_day_in_districts_is_checked_as_a_whole(instance, clean) -> None:
    rows = np.arange(6)
    parts = [(rows, instance, clean), (rows + 6, instance, clean)]
    assert audit_day(12, parts, {}) == ()
    assert audit_day(13, parts, {}) == ("stop 12: 0 times in the day",)
    assert audit_day(12, [*parts, (rows, instance, clean)], {})[0] == "stop 0: 2 times in the day"
    assert audit_day(12, parts, {("depot", "van"): 2}) == ()
    assert audit_day(12, parts, {("depot", "van"): 1}) == (
        "depot sends 2 vehicles of type van and has 1",
    )
