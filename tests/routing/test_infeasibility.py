"""Every reason why a stop is not served, and what would serve it."""

from dataclasses import replace

import numpy as np
import pytest

from fulfill.routing.audit import audit_routes
from fulfill.routing.infeasibility import REASONS
from fulfill.routing.instance import Break
from fulfill.routing.solution import RoutingParams
from fulfill.routing.solve import solve_routing
from routing.days import day, with_vehicle


def reason_of(instance, stop: int):
    solution = solve_routing(instance, RoutingParams(iterations=300), "ruin")
    assert audit_routes(instance, solution).clean
    (entry,) = [entry for entry in solution.unserved if entry.stop == stop]
    assert REASONS[entry.reason] in entry.text
    return entry


def far(instance, km: float, hours: float):
    """Return an instance whose first stop is moved away."""
    distance, duration = instance.km[0].copy(), instance.hours[0].copy()
    for matrix, value in ((distance, km), (duration, hours)):
        matrix[1, :] = matrix[:, 1] = value
        matrix[1, 1] = 0.0
    return replace(instance, km=(distance,), hours=(duration,))


@pytest.fixture
def base():
    return with_vehicle(day(6, 1), cost_per_hour=0.0)


def test_capacity(base):
    heavy = replace(
        base, demand=base.demand + np.where(np.arange(6) == 0, 200.0, 0.0)[:, None] * [0.0, 1.0]
    )
    entry = reason_of(heavy, 0)
    assert entry.reason == "capacity"
    assert f"{heavy.demand[0, 1]:g} of 100" in entry.text


def test_window(base):
    entry = reason_of(replace(far(base, 30.0, 0.75), due=np.where(np.arange(6) == 0, 8.5, 18.0)), 0)
    assert entry.reason == "window"
    assert "until 08:45 instead of 08:30" in entry.text
    assert "a shift from 07:45" in entry.text


def test_shift(base):
    entry = reason_of(far(base, 300.0, 6.0), 0)
    assert entry.reason == "shift"
    assert "6.0 h there, 0.1 h at the stop and 6.0 h back" in entry.text
    assert "a shift of 12.1 h instead of 10" in entry.text


@pytest.mark.parametrize("hours", [5.2, 40.0, 770.0])
def test_too_far_is_told_in_hours_not_in_times_of_a_clock(base, hours):
    entry = reason_of(replace(far(base, 60.0 * hours, hours), due=np.full(6, 24.0)), 0)
    assert entry.reason == "shift"
    assert f"{hours:.1f} h there" in entry.text
    assert ":" not in entry.text.split(";")[1]


def test_what_opens_too_late_is_told_so(base):
    entry = reason_of(replace(base, ready=np.where(np.arange(6) == 0, 17.95, 8.0)), 0)
    assert entry.reason == "window"
    assert "it opens at 17:57, a shift until 18:" in entry.text


def test_a_shift_that_would_begin_on_the_day_before(base):
    early = with_vehicle(far(base, 30.0, 0.75), opens=0.0, closes=9.0)
    entry = reason_of(replace(early, ready=np.zeros(6), due=np.full(6, 0.5)), 0)
    assert entry.reason == "window"
    assert "a shift from 23:45 -1" in entry.text


def test_the_dimension_of_a_load_has_its_unit(base):
    heavy = replace(base, demand=base.demand + np.array([0.0, 200.0]), units=("parcels", "kg"))
    assert "of 100 kg: a larger vehicle" in reason_of(heavy, 1).text


def test_unreachable(base):
    assert reason_of(far(base, np.inf, np.inf), 0).reason == "unreachable"


def test_range(base):
    electric = with_vehicle(far(base, 90.0, 2.0), range_km=150.0)
    solution = solve_routing(electric, RoutingParams(iterations=100), "pyvrp")
    assert [(entry.stop, entry.reason) for entry in solution.unserved] == [(0, "range")]
    assert "180.0 km instead of 150" in solution.unserved[0].text


def test_fleet_names_the_vehicle_and_its_cost(base):
    entry = reason_of(with_vehicle(base, available=0), 3)
    assert entry.reason == "fleet"
    km = base.km[0][0, 4] * 2
    assert f"one more van, {20.0 + 0.4 * km:.2f} USD and {km:.1f} km" in entry.text


def test_depot(base):
    entry = reason_of(replace(base, depot_capacity=np.full((1, 2), 0.5)), 2)
    assert entry.reason == "depot"


def test_a_break_that_has_no_place(base):
    tight = with_vehicle(base, rest=Break(9.9, 8.0, 8.1))
    solution = solve_routing(tight, RoutingParams(iterations=10), "ortools")
    assert {entry.reason for entry in solution.unserved} == {"break"}
    assert "a break of 594 minutes, begun between 08:00 and 08:06" in solution.unserved[0].text


def test_the_type_that_comes_nearest_gives_the_reason(base):
    small = replace(base.vehicles[0], name="bike", capacity=(0.5, 0.5))
    assert (
        reason_of(replace(far(base, 300.0, 6.0), vehicles=(small, *base.vehicles)), 0).reason
        == "shift"
    )
