"""The pool of routes and the combinations found in it."""

import numpy as np
import pytest

from fulfill.routing.engines.ruin.compiled_instance import compile_instance
from fulfill.routing.engines.ruin.route_pool import RoutePool
from fulfill.routing.engines.ruin.search import fleet_sizes, start_search
from routing.engines.ruin.towns import N_STOPS, town


def test_pool_finds_a_solution_again_but_none_that_is_not_cheaper():
    instance = town()
    data = compile_instance(instance)
    search = start_search(data, fleet_sizes(instance), seed=0)
    state = search.state
    pool = RoutePool(data)
    pool.add(state.first, state.kind, state.succ)
    cost = float(search.state.cost[0])
    assert pool.combine(state, cost, np.inf) == (np.inf, [])
    combined, chosen = pool.combine(state, cost + 1.0, np.inf)
    assert combined == pytest.approx(cost, abs=1e-3)
    assert sorted(stop for _, stops in chosen for stop in stops) == list(range(1, N_STOPS + 1))


def test_pool_keeps_the_cheapest_order():
    data = compile_instance(town())
    pool = RoutePool(data)
    kinds, succ = np.array([0]), np.full(N_STOPS + 1, -1)
    for order in ([1, 2, 3], [2, 1, 3], [3, 2, 1], [1, 3, 2]):
        follow = succ.copy()
        follow[order[:-1]] = order[1:]
        pool.add(np.array(order[:1]), kinds, follow)
    assert len(pool) == 1
