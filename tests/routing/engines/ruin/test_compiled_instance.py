"""The arrays of the compiled steps."""

from dataclasses import replace

import numpy as np

from fulfill.routing.engines.ruin.compiled_instance import NO_LEG, compile_instance
from fulfill.routing.engines.ruin.search import is_symmetric
from routing.days import day, with_vehicle


def test_a_leg_costs_its_km_and_hours_and_one_that_is_missing_is_no_free_leg():
    base = day(3)
    km = base.km[0].copy()
    km[1, 2] = np.inf
    data = compile_instance(replace(base, km=(km,)))
    assert data.cost[0, 1, 2] >= NO_LEG
    expected = 0.4 * base.km[0][2, 1] + 9.0 * base.hours[0][2, 1]
    assert np.isclose(data.cost[0, 2, 1], expected, rtol=1e-6)


def test_no_copy_is_kept_where_both_directions_cost_the_same():
    base = day(3)
    assert is_symmetric(compile_instance(base))
    km = base.km[0].copy()
    km[1, 2] += 1.0
    data = compile_instance(replace(base, km=(km,)))
    assert not is_symmetric(data)
    assert (data.cost_into[0] == data.cost[0].T).all()


def test_a_stop_that_windows_keep_apart_is_no_neighbour():
    ready = np.array([8.0, 8.0, 16.0])
    due = np.array([8.1, 8.1, 16.1])
    data = compile_instance(day(3, 0, ready=ready, due=due))
    # the first two stops close before a vehicle can get from one to the other
    assert set(data.insertion_neighbours[1]) <= {1, 3}
    assert set(data.removal_neighbours[1]) == {2, 3}


def test_fixed_costs_do_not_count_where_the_fewest_vehicles_come_first():
    plain = with_vehicle(day(3), cost_per_hour=0.0)
    assert compile_instance(plain).fixed_cost.tolist() == [20.0]
    assert compile_instance(replace(plain, fewest_vehicles=True)).fixed_cost.tolist() == [0.0]
