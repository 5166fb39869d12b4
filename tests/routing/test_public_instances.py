"""Public routing formats: read with their own rules of distance, and priced as published."""

import json
from pathlib import Path

import numpy as np
import pytest

from fulfill.routing.audit import audit_routes
from fulfill.routing.location_routing import solve_location_routing
from fulfill.routing.public_instances import best_known, read_location_routing, read_routing
from fulfill.routing.schedule import schedule_plan
from fulfill.routing.solution import RoutingParams, RoutingSolution, driven_km, route_cost

BENCH = Path(__file__).parents[3] / "shared" / "bench"
needs_bench = pytest.mark.skipif(
    not BENCH.exists(), reason="public instances (../shared/bench) are not here"
)

CVRP = """NAME : tiny
TYPE : CVRP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 1 1
3 0 2.5
DEMAND_SECTION
1 0
2 4
3 5
DEPOT_SECTION
1
-1
EOF
"""
SOLOMON = """tiny

VEHICLE
NUMBER     CAPACITY
  2         50

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME
    0      0         0          0          0        100          0
    1      1         1         10         20         30          5
"""
PRINS = "2\n1\n0 0\n1 1\n0 0.07\n10\n15\n4\n5\n100\n30\n0\n"


def priced(instance, plan):
    """Return the audited cost of routes given as stops."""
    routes = schedule_plan(instance, plan)
    cost = sum(route_cost(instance, route) for route in routes)
    km = sum(driven_km(instance, route) for route in routes)
    audit = audit_routes(instance, RoutingSolution(routes, (), cost, km, "known", 0.0))
    assert audit.faults == ()
    return cost


def test_cvrplib_rounds_each_leg_to_the_nearest_integer(tmp_path):
    (tmp_path / "tiny.vrp").write_text(CVRP)
    instance = read_routing(str(tmp_path / "tiny.vrp"))
    assert instance.km[0].tolist() == [[0, 1, 3], [1, 0, 2], [3, 2, 0]]
    assert instance.demand.ravel().tolist() == [4, 5]
    assert not instance.timed


def test_solomon_is_euclidean_with_windows_and_fewest_vehicles(tmp_path):
    (tmp_path / "tiny.txt").write_text(SOLOMON)
    instance = read_routing(str(tmp_path / "tiny.txt"))
    assert instance.km[0][0, 1] == np.sqrt(2)
    assert (instance.ready[0], instance.due[0], instance.service[0]) == (20, 30, 5)
    assert instance.vehicles[0].available == 2
    assert instance.vehicles[0].closes == 100
    assert instance.fewest_vehicles


def test_prins_rounds_a_hundredfold_up(tmp_path):
    (tmp_path / "tiny.dat").write_text(PRINS)
    read = read_location_routing(str(tmp_path / "tiny.dat"))
    assert read.routing.km[0][0].tolist() == [0, 142, 7]
    assert read.opening.tolist() == [100]
    assert read.routing.depot_capacity.tolist() == [[15]]
    assert (read.routing.vehicles[0].cost_per_day, read.routing.vehicles[0].capacity) == (30, (10,))


@pytest.mark.parametrize(
    "text", ["", "words", CVRP.replace("DIMENSION : 3", "DIMENSION : 4"), SOLOMON[:70]]
)
def test_faulty_files_are_refused(tmp_path, text):
    (tmp_path / "x").write_text(text)
    with pytest.raises(ValueError, match="x: "):
        read_routing(str(tmp_path / "x"))
    with pytest.raises(ValueError, match="not a location-routing file"):
        read_location_routing(str(tmp_path / "x"))


def test_best_known_is_none_without_a_table(tmp_path):
    assert best_known(str(tmp_path / "x")) is None


@needs_bench
def test_known_routes_cost_what_is_published():
    known = json.loads((BENCH / "selftest_routes.json").read_text())
    path = str(BENCH / "cvrp" / "X" / "X-n101-k25.vrp")
    plan = [(0, [[node - 1 for node in route]]) for route in known["cvrp X-n101-k25"]]
    assert priced(read_routing(path), plan) == best_known(path).cost == 27591
    path = str(BENCH / "vrptw" / "solomon" / "C101.txt")
    plan = [(0, [[node - 1 for node in route]]) for route in known["vrptw C101"]]
    assert priced(read_routing(path), plan) == pytest.approx(best_known(path).cost, abs=0.005)
    assert len(plan) == best_known(path).vehicles
    path = str(BENCH / "lrp" / "prins" / "coord20-5-1.dat")
    read = read_location_routing(path)
    plan = [(depot, [stops]) for depot, stops in known["lrp 20-5-1"]]
    opening = read.opening[sorted({depot for depot, _ in plan})].sum()
    assert priced(read.routing, plan) + opening == best_known(path).cost == 54793


@needs_bench
def test_every_public_file_is_read_and_has_a_best_known_value():
    files = [*BENCH.glob("cvrp/X/*.vrp"), *BENCH.glob("vrptw/*/*.txt")]
    assert len(files) >= 83
    for file in files:
        assert len(read_routing(str(file)).stops) >= 100
        assert best_known(str(file)) is not None, file
    depots = [*BENCH.glob("lrp/prins/*.dat")]
    assert len(depots) >= 15
    for file in depots:
        read_location_routing(str(file))
        assert best_known(str(file)) is not None, file


@needs_bench
def test_location_routing_finds_the_best_known_plan_of_a_small_instance():
    path = str(BENCH / "lrp" / "prins" / "coord20-5-1.dat")
    answer = solve_location_routing(
        read_location_routing(path), RoutingParams(iterations=200_000, seed=1)
    )
    assert answer.objective == best_known(path).cost
