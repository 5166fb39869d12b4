"""Which places lie across water from the road that is nearest to them."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from fulfill.inputs.folder import locate
from fulfill.inputs.geography.land import AT_SEA, Land, across_water, land_number, read_land
from fulfill.inputs.geography.places import MAX_ACCESS_KM, reach
from fulfill.inputs.geography.roads import RoadGraph, read_roads
from fulfill.inputs.problem import Problem

NETWORK = locate("network", "mexico-us-border")
MAINLAND, ISLAND = shapely.box(-100, 18, -99, 20), shapely.box(-98.7, 18.8, -98.4, 19.2)
COAST = (19.0, -99.02)
"""A road node on the mainland, two kilometres from its coast."""


def across(place: tuple[float, float], node: tuple[float, float] = COAST, **land: object) -> bool:
    shapes = {"MX": shapely.union(MAINLAND, ISLAND)}
    found = Land(shapes, **{"whole": frozenset({"MX"}), **land})  # type: ignore[arg-type]
    mx = np.array(["MX"], object)
    return bool(across_water(found, np.array([place]), np.array([node]), mx)[0])


@pytest.fixture(scope="module")
def roads() -> RoadGraph:
    return read_roads((NETWORK / "roads.npz").read_bytes())


@pytest.fixture(scope="module")
def land() -> Land:
    return read_land((NETWORK / "outlines.geojson").read_bytes())


def test_an_island_lies_across_water_and_the_mainland_does_not() -> None:
    assert across((19.0, -98.6))
    assert not across((19.5, -99.5))


@pytest.mark.parametrize(("lon", "expected"), [(-98.99, False), (-98.96, False), (-98.9, True)])
def test_a_place_off_the_outlines_lies_on_the_coast_up_to_four_kilometres(
    lon: float, expected: bool
) -> None:
    assert across((19.0, lon)) == expected


def test_a_bridge_spans_five_kilometres() -> None:
    near = shapely.box(-98.96, 18.8, -98.5, 19.2)  # four kilometres of water
    shapes = {"MX": shapely.union(MAINLAND, near)}
    mx = np.array(["MX"], object)
    place, node = np.array([[19.0, -98.6]]), np.array([COAST])
    assert not across_water(Land(shapes, frozenset({"MX"})), place, node, mx)[0]


def test_land_around_a_bay_joins_its_shores() -> None:
    bay = shapely.difference(MAINLAND, shapely.box(-99.7, 18.5, -99.3, 20))
    mx = np.array(["MX"], object)
    place, node = np.array([[19.5, -99.8]]), np.array([[19.5, -99.2]])
    assert not across_water(Land({"MX": bay}, frozenset({"MX"})), place, node, mx)[0]


def test_beyond_outlines_that_are_not_whole_nothing_is_called_water() -> None:
    assert across((19.0, -98.2))
    assert not across((19.0, -98.2), whole=frozenset())
    assert across((19.0, -98.6), whole=frozenset())  # an outlined island is one anyway


def test_without_outlines_nothing_is_water() -> None:
    mx = np.array(["MX"], object)
    assert not across_water(Land(), np.array([[19.0, -98.6]]), np.array([COAST]), mx)[0]
    assert read_land(None).countries == {}


def test_outlines_are_whole_where_every_state_is_there(land: Land) -> None:
    assert set(land.countries) == {"MX", "US"}
    assert land.whole == {"MX"}
    features = json.loads((NETWORK / "outlines.geojson").read_text(encoding="utf-8"))
    fewer = [one for one in features["features"] if one["properties"]["state"] != "Colima"]
    content = json.dumps({**features, "features": fewer}).encode()
    assert read_land(content).whole == frozenset()


@pytest.mark.parametrize(
    ("name", "lat", "lon", "expected"),
    [
        ("Cozumel", 20.508, -86.946, True),
        ("Isla Mujeres", 21.232, -86.731, True),
        ("Avalon, Catalina Island", 33.343, -118.328, True),
        ("Islas Marías", 21.63, -106.53, True),
        ("Playa del Carmen", 20.629, -87.073, False),
        ("Cancún, hotel zone", 21.13, -86.745, False),
        ("Ciudad del Carmen, by its bridge", 18.646, -91.825, False),
        ("Xcalak, behind a bay", 18.27, -87.84, False),
        ("La Paz", 24.14, -110.31, False),
        ("Galveston", 29.30, -94.79, False),
        ("Las Vegas, beyond the outlines", 36.17, -115.14, False),
    ],
)
def test_real_places(
    roads: RoadGraph, land: Land, name: str, lat: float, lon: float, expected: bool
) -> None:
    assert reach(roads, land, np.array([[lat, lon]])).across.tolist() == [expected], name


def test_every_embedded_place_is_on_the_map_and_only_cozumel_across_water(
    roads: RoadGraph, land: Land, embedded_problem: Problem
) -> None:
    for name in ("sites", "gateways"):
        points = embedded_problem.network[name][["lat", "lon"]].to_numpy(float)
        assert reach(roads, land, points).by_road.all()
    zones = embedded_problem.demand.zones
    found = reach(roads, land, zones[["lat", "lon"]].to_numpy(float), zones["country"].to_numpy())
    assert not found.far.any()
    assert 100 < found.km.max() < MAX_ACCESS_KM
    assert zones.loc[found.across, "zone_id"].tolist() == ["mx-23-cozumel"]


def test_land_is_numbered_by_the_pieces_that_water_separates() -> None:
    land = Land({"MX": shapely.union(MAINLAND, ISLAND)}, frozenset({"MX"}))
    points = np.array([[19.0, -99.5], [18.5, -99.2], [19.0, -98.6], [10.0, -90.0]])
    first, second, island, sea = land_number(land, points)
    assert first == second != island
    assert sea == AT_SEA
