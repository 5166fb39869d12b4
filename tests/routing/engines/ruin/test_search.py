"""The state of a search and the effort it may spend."""

import numpy as np
import pytest

from fulfill.routing.engines.ruin.compiled_instance import compile_instance
from fulfill.routing.engines.ruin.engine import compile_kernels
from fulfill.routing.engines.ruin.route_state import N_ABSENT, NONE
from fulfill.routing.engines.ruin.search import (
    Effort,
    anneal_until,
    best_plan,
    empty_route,
    fleet_sizes,
    start_search,
)
from fulfill.routing.solution import RoutingParams
from routing.days import day, with_vehicle


@pytest.fixture
def search():
    compile_kernels()
    instance = day(30, 5)
    return start_search(compile_instance(instance), fleet_sizes(instance), seed=0)


def test_steps_are_the_effort_where_they_are_limited():
    effort = Effort(RoutingParams(time_limit=1e-9, iterations=100))
    effort.count(25)
    assert effort.spent() == 0.25
    assert effort.steps_left() == 75.0
    assert effort.at_most(0.1) == np.inf


def test_a_copy_goes_on_by_itself(search):
    copy = search.copy()
    cost, plan = float(search.state.cost[0]), best_plan(search)
    anneal_until(copy, Effort(RoutingParams(iterations=3_000)))
    assert copy.best.cost[0] < cost
    assert search.state.cost[0] == cost
    assert best_plan(search) == plan


def test_an_emptied_route_saves_what_it_cost(search):
    before = float(search.state.cost[0])
    route = int(np.flatnonzero(search.state.kind != NONE)[0])
    stops = np.flatnonzero(search.state.route == route)
    legs = search.state.cost_to_next[stops].sum()
    legs += search.state.cost_from_previous[search.state.first[route]]
    assert sorted(empty_route(search, route)) == stops.tolist()
    saved = legs + search.data.fixed_cost[0]
    assert search.state.cost[0] == pytest.approx(before - saved)
    assert search.state.kind[route] == NONE


def test_a_fleet_smaller_than_the_savings_routes_leaves_the_smallest_out():
    instance = with_vehicle(day(30, 5), available=3)
    search = start_search(compile_instance(instance), fleet_sizes(instance), seed=0)
    assert search.state.used.tolist() == [3]
    served = sum(len(trip) for _, trips in best_plan(search) for trip in trips)
    assert served + search.state.counts[N_ABSENT] == 30
