"""Long routes: several short searches, of which the best goes on."""

import numpy as np

from fulfill.routing.engines.ruin.compiled_instance import compile_instance
from fulfill.routing.engines.ruin.engine import LONG_ROUTE, compile_kernels
from fulfill.routing.engines.ruin.fleet_minimisation import minimise_fleet
from fulfill.routing.engines.ruin.restarts import anneal_from_restarts
from fulfill.routing.engines.ruin.search import Effort, fleet_sizes, start_search
from fulfill.routing.instance import RoutingInstance
from fulfill.routing.solution import RoutingParams
from fulfill.routing.solve import solve_routing
from routing.days import day, with_vehicle

PARAMS = RoutingParams(iterations=40_000, seed=1)


def long_routes() -> RoutingInstance:
    """Return sixty stops with windows of two hours for vans that hold thirty of them."""
    rng = np.random.default_rng(5)
    ready = rng.uniform(8.0, 15.0, 60)
    stops = day(60, 5, demand=np.ones((60, 2)), ready=ready, due=ready + 2.0, fewest_vehicles=True)
    return with_vehicle(stops, capacity=(30.0, 1000.0))


def test_the_best_of_several_searches_is_kept_with_every_stop_and_the_same_fleet() -> None:
    compile_kernels()
    instance = long_routes()
    search = start_search(compile_instance(instance), fleet_sizes(instance), PARAMS.seed)
    effort = Effort(PARAMS)
    effort.start_steps()
    search = minimise_fleet(search, effort)
    fleet, before = int(search.state.used.sum()), float(search.best.cost[0])
    found = anneal_from_restarts(search, effort)
    assert found.best.n_absent[0] == 0
    assert found.state.used.sum() == fleet
    assert found.best.cost[0] < before
    assert effort.spent() >= 1.0


def test_long_routes_are_restarted_and_repeat() -> None:
    instance = long_routes()
    first, again = (solve_routing(instance, PARAMS, "ruin") for _ in range(2))
    assert first.routes == again.routes
    assert not first.unserved
    assert len(instance.stops) > LONG_ROUTE * len(first.routes)
