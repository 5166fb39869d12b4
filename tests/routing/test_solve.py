"""Every engine against brute force and through the auditor."""

from dataclasses import replace

import numpy as np
import pytest

from fulfill.inputs.faults import SolverError
from fulfill.routing.audit import audit_routes
from fulfill.routing.instance import Break, RoutingInstance, VehicleType
from fulfill.routing.solution import RoutingParams
from fulfill.routing.solve import ENGINES, able_engines, solve_routing
from routing.days import day, with_vehicle
from routing.reference import cheapest_cost

PARAMS = {
    "ruin": RoutingParams(iterations=5_000, seed=1),
    "pyvrp": RoutingParams(iterations=500, seed=1),
    "ortools": RoutingParams(iterations=300, seed=1),
}
engines = pytest.mark.parametrize("engine", list(ENGINES))


def solved(instance: RoutingInstance, engine: str):
    solution = solve_routing(instance, PARAMS[engine], engine)
    assert audit_routes(instance, solution).faults == ()
    assert solution.engine == engine
    return solution


@engines
def test_capacities_and_distance(engine, plain):
    assert solved(plain, engine).objective == pytest.approx(cheapest_cost(plain))


@engines
def test_windows_and_paid_hours(engine, windows):
    # `ruin` does not see what waiting costs, the others do
    instance = with_vehicle(windows, cost_per_hour=0.0) if engine == "ruin" else windows
    best = cheapest_cost(instance)
    solution = solved(instance, engine)
    assert solution.objective == pytest.approx(best, rel=1e-3)
    assert solution.objective >= best - 1e-9


@pytest.mark.parametrize("engine", ["pyvrp", "ortools"])
def test_second_trips_save_a_vehicle(engine):
    instance = with_vehicle(
        day(6, 5), trips=3, reload_hours=0.25, capacity=(6.0, 100.0), cost_per_day=200.0
    )
    solution = solved(instance, engine)
    assert solution.objective == pytest.approx(cheapest_cost(instance), rel=1e-3)
    assert max(len(route.trips) for route in solution.routes) > 1


@pytest.mark.parametrize("engine", ["pyvrp", "ortools"])
def test_range_and_shift_length_are_kept(engine):
    free = solved(day(6, 7), engine)
    longest = max(route.returns[-1] - route.departures[0] for route in free.routes)
    short = with_vehicle(day(6, 7), max_hours=0.8 * longest)
    near = with_vehicle(day(6, 7), range_km=0.8 * free.km / len(free.routes))
    for instance in (short, near):
        solution = solved(instance, engine)
        assert not solution.unserved
        assert solution.objective == pytest.approx(cheapest_cost(instance), rel=1e-3)
        assert solution.objective > free.objective


def test_breaks_are_taken():
    windows = {"ready": np.full(6, 8.0), "due": np.array([9.0, 10.0, 11.5, 13.0, 18.0, 18.0])}
    instance = with_vehicle(day(6, 2, **windows), rest=Break(0.5, 9.0, 9.5), capacity=(40.0, 400.0))
    solution = solved(instance, "ortools")
    assert solution.objective == pytest.approx(cheapest_cost(instance), rel=1e-3)
    assert any(route.rest is not None for route in solution.routes)


@engines
def test_several_depots_and_types(engine):
    base = day(8, 4)
    two = replace(
        base.only(np.arange(1, 8)),
        depots=("depot", "second"),
        stops=base.stops[2:],
        demand=base.demand[2:],
        ready=base.ready[2:],
        due=base.due[2:],
        service=base.service[2:],
        depot_capacity=np.zeros((0, 0)),
    )
    van = base.vehicles[0]
    truck = replace(
        van, name="truck", depot=1, capacity=(40.0, 400.0), cost_per_km=0.7, available=1
    )
    solution = solved(replace(two, vehicles=(van, truck)), engine)
    assert not solution.unserved


@engines
def test_a_small_fleet_leaves_as_few_stops_as_it_can(engine):
    base = day(6, 1, demand=np.column_stack([[4.0, 4.0, 4.0, 4.0, 4.0, 9.0], np.ones(6)]))
    solution = solved(with_vehicle(base, available=2), engine)
    assert len(solution.unserved) == 2
    assert {entry.reason for entry in solution.unserved} == {"fleet"}
    assert 5 in {entry.stop for entry in solution.unserved}


@engines
def test_the_same_seed_gives_the_same_routes(engine):
    instance = with_vehicle(day(30, 9), cost_per_hour=0.0)
    first, second = solved(instance, engine), solved(instance, engine)
    assert first.routes == second.routes


@engines
def test_fewest_vehicles_come_first(engine):
    """Two vehicles can serve what three serve at less distance."""
    points = np.array(
        [[0.0, 0.0], [10.0, 0.0], [10.0, 1.0], [-10.0, 0.0], [-10.0, 1.0], [0.0, 10.0], [1.0, 10.0]]
    )
    km = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    instance = RoutingInstance(
        name="three directions",
        depots=("d",),
        stops=tuple("abcdef"),
        demand=np.ones((6, 1)),
        ready=np.zeros(6),
        due=np.full(6, 200.0),
        service=np.zeros(6),
        vehicles=(VehicleType("van", 0, (3.0,), 6, closes=200.0),),
        km=(km,),
        hours=(km,),
        fewest_vehicles=True,
    )
    assert len(solved(instance, engine).routes) == 2


@pytest.mark.parametrize(
    ("engine", "changes"),
    [
        ("ruin", {"trips": 2}),
        ("ruin", {"range_km": 50.0}),
        ("pyvrp", {"rest": Break(0.5, 11.0, 13.0)}),
    ],
)
def test_an_unknown_feature_is_refused(engine, changes):
    with pytest.raises(SolverError, match="does not know"):
        solve_routing(with_vehicle(day(), **changes), PARAMS[engine], engine)


def test_the_engine_follows_the_instance(plain, windows):
    assert able_engines(plain)[0] == "pyvrp"
    assert able_engines(windows)[0] == "pyvrp"
    assert able_engines(day(1_001))[0] == "ruin"
    assert able_engines(with_vehicle(windows, rest=Break(0.5, 11.0, 13.0)))[0] == "ortools"
    capped = replace(with_vehicle(windows, trips=2), depot_capacity=np.array([[10.0, 100.0]]))
    with pytest.raises(SolverError, match="no engine knows"):
        able_engines(capped)


@pytest.mark.parametrize("trips", [1, 2, 3])
@pytest.mark.parametrize("error", [SolverError("no routes"), ImportError("no wheel")])
def test_where_an_engine_breaks_ruin_takes_over(windows, monkeypatch, trips, error):
    def broken(instance, params):
        raise error

    if isinstance(error, ImportError):
        monkeypatch.setitem(ENGINES, "pyvrp", ("nowhere", "solve", ENGINES["pyvrp"][2]))
    else:
        import fulfill.routing.engines.pyvrp_engine as engine

        monkeypatch.setattr(engine, "solve_pyvrp", broken)
    posed = with_vehicle(windows, trips=trips)
    solution = solve_routing(posed, RoutingParams(iterations=200))
    assert solution.engine == "ruin"
    assert not solution.unserved
    with pytest.raises(SolverError):
        solve_routing(posed, RoutingParams(iterations=200), "pyvrp")


def test_depot_capacity_is_kept():
    base = with_vehicle(day(6, 1), cost_per_hour=0.0)
    total = base.demand.sum(axis=0)
    solution = solved(replace(base, depot_capacity=0.6 * total[None]), "ruin")
    assert solution.unserved
    assert {entry.reason for entry in solution.unserved} == {"depot"}


def test_the_repr_of_instance_and_solution_gives_sizes(plain):
    solution = solved(plain, "ruin")
    assert f"{len(plain.stops)} stops" in repr(plain)
    assert f"{len(solution.routes)} routes" in repr(solution)
    assert max(len(repr(plain)), len(repr(solution))) < 1000
    assert "array" not in repr(plain)
