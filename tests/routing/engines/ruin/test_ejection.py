"""Ejections: the stops of least penalty leave a route for one that fits nowhere."""

from itertools import pairwise

import numpy as np
import pytest

from fulfill.routing.engines.ruin.compiled_instance import compile_instance
from fulfill.routing.engines.ruin.ejection import cheapest_ejection, eject_and_insert
from fulfill.routing.engines.ruin.engine import compile_kernels
from fulfill.routing.engines.ruin.fleet_minimisation import replace_routes
from fulfill.routing.engines.ruin.route_state import N_ABSENT, NONE
from fulfill.routing.engines.ruin.search import fleet_sizes, start_search
from routing.days import day, with_vehicle


@pytest.fixture
def full():
    """One van of ten parcels; demand of 4, 4, 2 on its route and of 6 at a stop that is absent."""
    compile_kernels()
    demand = np.column_stack([[4.0, 4.0, 2.0, 6.0], np.ones(4)])
    instance = with_vehicle(day(4, 2, demand=demand), available=1, cost_per_hour=0.0)
    search = start_search(compile_instance(instance), fleet_sizes(instance), seed=0)
    cost = search.data.cost[0]
    legs = sum(float(cost[leg]) for leg in pairwise((0, 1, 2, 3, 0)))
    replace_routes(search, [(0, [1, 2, 3])], legs + float(search.data.fixed_cost[0]))
    search.state.absent[0], search.state.counts[N_ABSENT] = 4, 1
    return search


def test_the_stops_of_least_penalty_are_ejected(full):
    full.state.absences[:] = [1.0, 3.0, 40.0, 2.0, 10.0]
    _, _, ejected, n_ejected = cheapest_ejection(full.data, full.state, 4)
    # six more parcels have room once six have left: 4 and 2
    assert sorted(ejected[:n_ejected].tolist()) == [1, 3]


def test_no_stop_is_ejected_for_one_of_less_penalty(full):
    full.state.absences[:] = [1.0, 30.0, 40.0, 20.0, 10.0]
    route, _, _, _ = cheapest_ejection(full.data, full.state, 4)
    assert route == NONE


def test_an_ejection_keeps_loads_and_cost_right(full):
    full.state.absences[:] = [1.0, 3.0, 40.0, 2.0, 10.0]
    eject_and_insert(full.data, full.state, full.best)
    state = full.state
    assert sorted(state.absent[: state.counts[N_ABSENT]].tolist()) == [1, 3]
    (route,) = np.flatnonzero(state.kind != NONE)
    stops = np.flatnonzero(state.route == route)
    assert stops.tolist() == [2, 4]
    assert state.load[route] == pytest.approx(full.data.demand[stops].sum(axis=0))
    legs = state.cost_to_next[stops].sum() + state.cost_from_previous[state.first[route]]
    assert state.cost[0] == pytest.approx(legs + full.data.fixed_cost[0], rel=1e-6)
