"""Annealing with a request bank: the penalty decides whether stops are absent."""

from fulfill.routing.engines.ruin.compiled_instance import NO_LEG, compile_instance
from fulfill.routing.engines.ruin.engine import compile_kernels
from fulfill.routing.engines.ruin.request_bank import anneal_with_bank
from fulfill.routing.engines.ruin.route_state import N_ABSENT
from fulfill.routing.engines.ruin.search import fleet_sizes, start_search
from routing.days import day, with_vehicle


def test_the_penalty_decides_how_many_stops_are_absent_and_the_best_routes_have_fewest():
    compile_kernels()
    instance = with_vehicle(day(40, 3), cost_per_hour=0.0, available=9)
    search = start_search(compile_instance(instance), fleet_sizes(instance), seed=0)
    data, state, best = search.data, search.state, search.best
    anneal_with_bank(data, state, best, 2_000, 1.0, NO_LEG)
    fewest = int(best.n_absent[0])
    assert 0 < fewest == state.counts[N_ABSENT]
    anneal_with_bank(data, state, best, 2_000, 1.0, 0.0)
    assert state.counts[N_ABSENT] > fewest
    assert best.n_absent[0] <= fewest
