"""What the compiled steps keep up to date, against what it stands for."""

import numpy as np
import pytest

from fulfill.routing.engines.ruin.compiled_instance import build_task
from fulfill.routing.engines.ruin.engine import compile_kernels
from fulfill.routing.engines.ruin.kernels import anneal
from fulfill.routing.engines.ruin.route_state import NONE
from fulfill.routing.engines.ruin.search import begin, fleet_of
from routing.days import day


@pytest.mark.parametrize("temperature", [1e-6, 1e3])
def test_legs_loads_and_cost_stay_right(temperature):
    """Whether nearly every step is refused and taken back, or accepted."""
    instance = day(40, 3)
    compile_kernels()
    search = begin(build_task(instance), fleet_of(instance), seed=0)
    task, tours = search.task, search.tours
    anneal(task, tours, search.best, 2_000, temperature, temperature, False)
    total = 0.0
    for route in np.flatnonzero(tours.kind != NONE):
        kind = tours.kind[route]
        depot, cost = task.depot[kind], task.cost[task.rate[kind]]
        stops = np.flatnonzero(tours.route == route)
        assert tours.load[route] == pytest.approx(task.demand[stops].sum(axis=0))
        assert tours.size[route] == len(stops)
        for stop in stops:
            before, after = tours.pred[stop], tours.succ[stop]
            assert tours.behind[stop] == pytest.approx(
                cost[before if before != NONE else depot, stop]
            )
            assert tours.ahead[stop] == pytest.approx(cost[stop, after if after != NONE else depot])
        total += task.fixed[kind] + tours.ahead[stops].sum() + tours.behind[tours.first[route]]
    assert search.best.score[0] == pytest.approx(total, rel=1e-6)
