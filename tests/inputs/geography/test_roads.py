"""Roads, crossings and sea routes against what planners know."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfill.inputs.faults import InputError
from fulfill.inputs.folder import locate
from fulfill.inputs.geography.crossings import cross_road_km, lane
from fulfill.inputs.geography.distances import crossing_table
from fulfill.inputs.geography.geodesic import air_km
from fulfill.inputs.geography.roads import RoadGraph, RoadRules, read_roads, road_km
from fulfill.inputs.geography.sea import air_line, sea_km, sea_line, split_at_date_line
from fulfill.inputs.network import read_network

PAIRS = Path(__file__).resolve().parents[4] / "shared" / "data" / "road_pairs.csv"
RULES = RoadRules()
MEXICO_CITY, MONTERREY, SAN_ANTONIO = (19.4326, -99.1332), (25.6866, -100.3161), (29.4241, -98.4936)
FAR_PLACES = {
    "Mérida": (20.967, -89.624),
    "Cancún": (21.161, -86.851),
    "La Paz": (24.142, -110.313),
    "Tapachula": (14.904, -92.264),
}


@pytest.fixture(scope="module")
def roads() -> RoadGraph:
    return read_roads((locate("network", "mexico-us-border") / "roads.npz").read_bytes())


@pytest.fixture(scope="module")
def crossings() -> pd.DataFrame:
    network = read_network(locate("network", "mexico-us-border"))
    return crossing_table(network, freight=False)


@pytest.mark.skipif(not PAIRS.is_file(), reason="the reference pairs lie outside the repository")
def test_road_distances_are_those_that_planners_know(
    roads: RoadGraph, crossings: pd.DataFrame
) -> None:
    pairs = pd.read_csv(PAIRS)
    km = [
        lane(roads, RULES, (p.from_lat, p.from_lon), (p.to_lat, p.to_lon), crossings).road_km
        for p in pairs.itertuples()
    ]
    error = np.array(km) / pairs["reference_km"].to_numpy() - 1.0
    print(
        pairs.assign(km=np.round(km), error_percent=np.round(100 * error, 1))[
            ["from_name", "to_name", "reference_km", "km", "error_percent"]
        ]
    )
    assert np.abs(error).mean() <= 0.05
    assert np.abs(error).max() <= 0.20


def test_a_lane_across_the_border_names_its_crossing_and_passes_it(
    roads: RoadGraph, crossings: pd.DataFrame
) -> None:
    way = lane(roads, RULES, MONTERREY, SAN_ANTONIO, crossings)
    assert way.crossing == "x-laredo"
    assert way.hours == pytest.approx(way.road_km / RULES.speed_kmh)
    point = crossings.set_index("gateway_id").loc["x-laredo", ["lat", "lon"]].to_numpy(float)
    assert air_km(way.line, point[None]).min() < 0.01
    assert way.road_km >= air_km(np.array([MONTERREY]), np.array([SAN_ANTONIO]))[0, 0]


def test_lane_and_matrices_agree(roads: RoadGraph, crossings: pd.DataFrame) -> None:
    a, b, c = (np.array([point]) for point in (MONTERREY, SAN_ANTONIO, MEXICO_CITY))
    mx, us = np.array(["MX"], object), np.array(["US"], object)
    assert road_km(roads, RULES, a, c, mx, mx)[0, 0] == pytest.approx(
        lane(roads, RULES, MONTERREY, MEXICO_CITY, crossings).road_km
    )
    assert np.isinf(road_km(roads, RULES, a, b, mx, us)[0, 0])
    there, gate = cross_road_km(roads, RULES, a, mx, b, us, crossings)
    back, _ = cross_road_km(roads, RULES, b, us, a, mx, crossings)
    assert there[0, 0] == pytest.approx(back[0, 0])
    assert crossings["gateway_id"].iloc[gate[0, 0]] == "x-laredo"


def test_domestic_ways_stay_in_their_country(roads: RoadGraph, crossings: pd.DataFrame) -> None:
    way = lane(roads, RULES, (32.51, -117.04), (32.62, -115.45), crossings)
    assert way.crossing is None
    assert 150 < way.road_km < 220
    assert (way.line[:, 0] < 32.75).all()


def test_no_edge_passes_the_border(roads: RoadGraph) -> None:
    assert (roads.country[roads.u] == roads.country[roads.v]).all()


@pytest.mark.parametrize("place", FAR_PLACES)
def test_far_places_are_reached(place: str, roads: RoadGraph, crossings: pd.DataFrame) -> None:
    way = lane(roads, RULES, MEXICO_CITY, FAR_PLACES[place], crossings)
    straight = air_km(np.array([MEXICO_CITY]), np.array([FAR_PLACES[place]]))[0, 0]
    assert straight < way.road_km < 4.5 * straight


@given(st.lists(st.tuples(st.floats(18.0, 26.0), st.floats(-103.5, -98.5)), min_size=2, max_size=5))
def test_roads_are_symmetric_and_never_shorter_than_the_straight_line(
    points: list[tuple[float, float]],
) -> None:
    roads = read_roads((locate("network", "mexico-us-border") / "roads.npz").read_bytes())
    places = np.array(points)
    here = np.full(len(places), "MX", object)
    km = road_km(roads, RULES, places, places, here, here)
    assert np.allclose(km, km.T)
    assert (km >= 0.98 * air_km(places, places) - 1e-6).all()


@pytest.mark.parametrize("point", [(91.0, 0.0), (19.4, 200.0), (float("nan"), -99.0)])
def test_coordinates_that_are_none_are_refused(
    point: tuple[float, float], roads: RoadGraph, crossings: pd.DataFrame
) -> None:
    with pytest.raises(InputError, match="F211"):
        lane(roads, RULES, point, MEXICO_CITY, crossings)


def test_a_point_in_the_sea_is_refused(roads: RoadGraph, crossings: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="F310"):
        lane(roads, RULES, (22.0, -112.0), MEXICO_CITY, crossings)


def test_without_roads_the_access_factor_counts() -> None:
    a, b = np.array([MEXICO_CITY]), np.array([MONTERREY])
    mx = np.array(["MX"], object)
    assert road_km(None, RULES, a, b, mx, mx)[0, 0] == pytest.approx(1.3 * air_km(a, b)[0, 0])


def test_sea_routes_are_wrapped_and_about_right() -> None:
    shanghai, manzanillo = (31.23, 121.5), (19.05, -104.32)
    assert sea_km(np.array([shanghai]), np.array([manzanillo]))[0, 0] == pytest.approx(
        12_860, rel=0.05
    )
    for pieces in (sea_line(shanghai, manzanillo), air_line(shanghai, manzanillo)):
        assert len(pieces) == 2
        for piece in pieces:
            assert (np.abs(piece[:, 1]) <= 180.0).all()
            assert (np.abs(np.diff(piece[:, 1])) < 180.0).all()


def test_a_line_that_stays_on_one_side_is_one_piece() -> None:
    assert len(split_at_date_line(np.array([[10.0, 100.0], [20.0, 120.0]]))) == 1
