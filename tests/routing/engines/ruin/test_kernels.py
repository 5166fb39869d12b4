"""What the compiled steps keep up to date, against what it stands for."""

import numpy as np
import pytest

from fulfill.routing.engines.ruin.compiled_instance import compile_instance
from fulfill.routing.engines.ruin.engine import compile_kernels
from fulfill.routing.engines.ruin.kernels import anneal
from fulfill.routing.engines.ruin.route_state import NONE
from fulfill.routing.engines.ruin.search import fleet_sizes, start_search
from routing.days import day


@pytest.mark.parametrize("temperature", [1e-6, 1e3])
def test_legs_loads_and_cost_stay_right(temperature):
    """Whether nearly every step is refused and taken back, or accepted."""
    instance = day(40, 3)
    compile_kernels()
    search = start_search(compile_instance(instance), fleet_sizes(instance), seed=0)
    data, state = search.data, search.state
    anneal(data, state, search.best, 2_000, temperature, temperature, False)
    total = 0.0
    for route in np.flatnonzero(state.kind != NONE):
        kind = state.kind[route]
        depot, cost = data.depot[kind], data.cost[data.rate[kind]]
        stops = np.flatnonzero(state.route == route)
        assert state.load[route] == pytest.approx(data.demand[stops].sum(axis=0))
        assert state.size[route] == len(stops)
        for stop in stops:
            before, after = state.pred[stop], state.succ[stop]
            assert state.cost_from_previous[stop] == pytest.approx(
                cost[before if before != NONE else depot, stop]
            )
            assert state.cost_to_next[stop] == pytest.approx(
                cost[stop, after if after != NONE else depot]
            )
        total += (
            data.fixed_cost[kind]
            + state.cost_to_next[stops].sum()
            + state.cost_from_previous[state.first[route]]
        )
    assert search.state.cost[0] == pytest.approx(total, rel=1e-6)
