"""The fewest vehicles, and routes by them."""

import numpy as np

from fulfill.routing.engines.ruin.compiled_instance import compile_instance
from fulfill.routing.engines.ruin.engine import compile_kernels
from fulfill.routing.engines.ruin.fleet_minimisation import minimise_fleet
from fulfill.routing.engines.ruin.route_state import N_ABSENT
from fulfill.routing.engines.ruin.search import Effort, fleet_sizes, start_search
from fulfill.routing.solution import RoutingParams
from fulfill.routing.solve import solve_routing
from routing.engines.ruin.towns import town


def test_fewest_vehicles_is_repeatable_and_no_more_than_without():
    params = RoutingParams(iterations=20_000, seed=3)
    first, again = (solve_routing(town(), params, "ruin") for _ in range(2))
    assert first.routes == again.routes
    assert not first.unserved
    assert len(first.routes) <= len(solve_routing(town(fewest=False), params, "ruin").routes)


def test_the_fleet_found_has_no_vehicle_to_spare_and_serves_every_stop():
    compile_kernels()
    params, instance = RoutingParams(iterations=20_000, seed=3), town()
    search = start_search(compile_instance(instance), fleet_sizes(instance), params.seed)
    before = int(search.state.used.sum())
    found = minimise_fleet(search, Effort(params))
    assert found.state.counts[N_ABSENT] == 0
    assert (found.state.available == found.state.used).all()
    assert found.state.used.sum() < before
    # thirty stops of one in vehicles of eight
    assert found.state.used.sum() >= np.ceil(30 / 8)
