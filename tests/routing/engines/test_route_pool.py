"""The pool of routes, and the fewest vehicles that use it."""

import numpy as np
import pytest

from fulfill.routing.engines.ruin.compiled_instance import build_task
from fulfill.routing.engines.ruin.route_pool import RoutePool
from fulfill.routing.engines.ruin.search import begin, fleet_of
from fulfill.routing.instance import RoutingInstance, VehicleType
from fulfill.routing.solution import RoutingParams
from fulfill.routing.solve import solve_routing

N_STOPS = 30


def town(fewest: bool = True) -> RoutingInstance:
    rng = np.random.default_rng(5)
    places = rng.uniform(0.0, 10.0, (N_STOPS + 1, 2))
    km = np.linalg.norm(places[:, None] - places[None], axis=2)
    ready = rng.uniform(0.0, 20.0, N_STOPS)
    return RoutingInstance(
        name="town",
        depots=("depot",),
        stops=tuple(str(stop) for stop in range(N_STOPS)),
        demand=np.ones((N_STOPS, 1)),
        ready=ready,
        due=ready + 12.0,
        service=np.full(N_STOPS, 0.5),
        vehicles=(VehicleType("van", 0, (8.0,), cost_per_km=1.0, cost_per_day=0.0, closes=60.0),),
        km=(km,),
        hours=(km,),
        fewest_vehicles=fewest,
    )


def test_pool_finds_a_solution_again_but_none_that_is_not_cheaper():
    instance = town()
    task = build_task(instance)
    search = begin(task, fleet_of(instance), seed=0)
    tours = search.tours
    pool = RoutePool(task)
    pool.add(tours.first, tours.kind, tours.succ)
    cost = float(search.best.score[0])
    assert pool.combine(tours, cost, np.inf) == (np.inf, [])
    combined, chosen = pool.combine(tours, cost + 1.0, np.inf)
    assert combined == pytest.approx(cost, abs=1e-3)
    assert sorted(stop for _, stops in chosen for stop in stops) == list(range(1, N_STOPS + 1))


def test_pool_keeps_the_cheapest_order():
    task = build_task(town())
    pool = RoutePool(task)
    kinds, succ = np.array([0]), np.full(N_STOPS + 1, -1)
    for order in ([1, 2, 3], [2, 1, 3], [3, 2, 1], [1, 3, 2]):
        follow = succ.copy()
        follow[order[:-1]] = order[1:]
        pool.add(np.array(order[:1]), kinds, follow)
    assert len(pool) == 1


def test_fewest_vehicles_is_repeatable_and_no_more_than_without():
    params = RoutingParams(iterations=20_000, seed=3)
    first, again = (solve_routing(town(), params, "ruin") for _ in range(2))
    assert first.routes == again.routes
    assert not first.unserved
    assert len(first.routes) <= len(solve_routing(town(fewest=False), params, "ruin").routes)
