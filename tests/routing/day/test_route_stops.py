"""Stops routed by district: fleets shared out, effort shared out, borders kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from fulfill.inputs.faults import SolverError
from fulfill.inputs.folder import locate
from fulfill.inputs.geography.land import Land
from fulfill.inputs.geography.roads import RoadRules
from fulfill.inputs.network import read_network
from fulfill.routing.day import route_stops as module
from fulfill.routing.day.districts import split
from fulfill.routing.day.road_matrix import StreetRules
from fulfill.routing.day.route_stops import (
    EngineOptions,
    RoadMap,
    day_distances,
    place_countries,
    road_map,
    route_stops,
)

DEPOTS = pd.DataFrame({"site_id": ["a"], "country": "MX", "lat": 20.0, "lon": -100.0})
SPEEDS = pd.DataFrame(
    {"road_kind": ["street", "road"], "from_hour": 0, "to_hour": 24, "kmh": [20.0, 60.0]}
)
ROADS = RoadMap(None, RoadRules(), StreetRules(1.3, 15.0), Land())
OPTIONS = EngineOptions("ruin", seed=1)


def vans(available: float = np.nan, parcels: float = 80.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "type_id": ["van"],
            "country": "MX",
            "duty": "delivery",
            "parcels": parcels,
            "load_kg": 900.0,
            "available": available,
            "usd_km": 0.2,
            "usd_hour": 5.0,
            "usd_day": 30.0,
            "shift_start": 8.0,
            "shift_hours": 9.0,
            "break_minutes": 0.0,
            "break_after_hours": 6.0,
            "range_km": np.nan,
            "trips": 1,
            "reload_minutes": 20.0,
        }
    )


def stops_of(count: int) -> pd.DataFrame:
    points = np.random.default_rng(0).uniform(-0.05, 0.05, (count, 2))
    return pd.DataFrame(
        {
            "stop_id": [f"s{number}" for number in range(count)],
            "lat": 20.0 + points[:, 0],
            "lon": -100.0 + points[:, 1],
            "orders": 1.0,
            "weight_kg": 2.0,
            "minutes": 4.0,
            "ready": 0.0,
            "due": 24.0,
        }
    )


@pytest.fixture
def small_districts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "split", lambda stops: split(stops, 10))


@pytest.mark.slow
@pytest.mark.usefixtures("small_districts")
def test_a_limited_fleet_is_shared_out_among_the_districts() -> None:
    districts = route_stops(DEPOTS, stops_of(20), vans(3.0, parcels=5.0), SPEEDS, ROADS, OPTIONS)
    assert [part.instance.vehicles[0].available for part in districts] == [2, 1]
    assert [len(part.solution.routes) for part in districts] == [2, 1]
    assert [len(part.solution.unserved) for part in districts] == [0, 5]


@pytest.mark.usefixtures("small_districts")
def test_effort_is_shared_out_by_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    router = module.route_with_breaks

    def noted(instance, params, engine):
        asked.append((len(instance.stops), params.time_limit, params.iterations))
        return router(instance, params, engine)

    monkeypatch.setattr(module, "route_with_breaks", noted)
    stops = stops_of(15)
    route_stops(DEPOTS, stops, vans(), SPEEDS, ROADS, EngineOptions("ruin", 0.3, 1))
    assert [(size, limit) for size, limit, _ in asked] == [
        (7, pytest.approx(0.14)),
        (8, pytest.approx(0.16)),
    ]
    asked.clear()
    route_stops(DEPOTS, stops, vans(), SPEEDS, ROADS, OPTIONS)
    assert [(size, steps) for size, _, steps in asked] == [(7, 14), (8, 16)]


def test_a_day_with_more_vehicles_than_there_are_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "apportion", lambda available, shares: [9 for _ in shares])
    with pytest.raises(SolverError, match="a sends 2 vehicles of type van and has 1"):
        route_stops(DEPOTS, stops_of(10), vans(1.0, parcels=5.0), SPEEDS, ROADS, OPTIONS)


def test_no_stops_are_no_districts() -> None:
    assert route_stops(DEPOTS, stops_of(0), vans(2.0), SPEEDS, ROADS, OPTIONS) == ()


def test_vans_take_no_ferry() -> None:
    network = read_network(locate("network", "mexico-us-border"))
    depot = pd.DataFrame({"country": ["MX"], "lat": [20.629], "lon": [-87.073]})  # Playa del Carmen
    stops = pd.DataFrame(
        {
            "lat": [20.64, 20.508, 20.49, 21.232, 21.24],
            "lon": [-87.08, -86.946, -86.95, -86.731, -86.735],
        }
    )
    land = [0, 0, 1, 1, 2, 2]  # the mainland, Cozumel, Isla Mujeres
    roads = road_map(network)
    km = day_distances(depot, stops, roads, place_countries(depot, stops, roads)).km
    assert (np.isfinite(km) == np.equal.outer(land, land)).all()
    assert 0 < km[2, 3] < 5


def test_a_stop_on_the_land_of_another_country_is_joined_to_no_depot() -> None:
    stops = stops_of(2).assign(lat=[20.01, 20.02], lon=-100.0)
    abroad = shapely.box(-100.1, 20.015, -99.9, 20.1)
    roads = RoadMap(None, RoadRules(), StreetRules(1.3, 15.0), Land({"US": abroad}))
    country = place_countries(DEPOTS, stops, roads)
    assert country.tolist() == ["MX", "MX", "US"]
    km = day_distances(DEPOTS, stops, roads, country).km
    assert np.isfinite(km[0, 1])
    assert np.isinf(km[0, 2])
