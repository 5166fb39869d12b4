"""Lanes over ferries: length, hours, crossing, and which ferry."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fulfill.inputs.faults import InputError
from fulfill.inputs.folder import locate
from fulfill.inputs.geography.crossings import Lane, lane
from fulfill.inputs.geography.distances import (
    crossing_table,
    landing_of,
    measure,
    reached_by_road,
    road_rules,
    shores_of,
)
from fulfill.inputs.geography.ferries import Shores
from fulfill.inputs.geography.geodesic import geodesic_km
from fulfill.inputs.geography.roads import read_roads
from fulfill.inputs.network import Network, read_network
from fulfill.inputs.problem import Problem

PLAYA, COZUMEL, SOUTH_OF_COZUMEL = (20.629, -87.073), (20.508, -86.946), (20.30, -87.0)
CANCUN, ISLA_MUJERES, SAN_ANTONIO = (21.16, -86.85), (21.232, -86.731), (29.4241, -98.4936)


@pytest.fixture(scope="module")
def network() -> Network:
    return read_network(locate("network", "mexico-us-border"))


def way(network: Network, a: tuple[float, float], b: tuple[float, float], **other: Shores) -> Lane:
    assert network.roads is not None
    shores = other.get("shores", shores_of(network))
    crossings = crossing_table(network, freight=False)
    return lane(read_roads(network.roads), road_rules(network), a, b, crossings, shores)


@pytest.mark.parametrize(
    ("land", "island", "ferry"),
    [
        (PLAYA, COZUMEL, "f-cozumel"),
        (PLAYA, SOUTH_OF_COZUMEL, "f-cozumel"),
        (CANCUN, ISLA_MUJERES, "f-isla-mujeres"),
        (SAN_ANTONIO, COZUMEL, "f-cozumel"),
    ],
)
def test_a_lane_to_an_island_is_the_road_the_ferry_and_the_way_ashore(
    network: Network, land: tuple[float, float], island: tuple[float, float], ferry: str
) -> None:
    found, back = way(network, land, island), way(network, island, land)
    row = network["ferries"].set_index("ferry_id").loc[ferry]
    road = way(network, land, (row["from_lat"], row["from_lon"]))
    straight = geodesic_km(*(np.array([x]) for x in (row["to_lat"], row["to_lon"], *island)))[0]
    ashore = road_rules(network).access_factor * straight
    assert found.ferries == back.ferries == (ferry,)
    assert found.road_km == pytest.approx(road.road_km + row["km"] + ashore)
    hours = (road.road_km + ashore) / road_rules(network).speed_kmh
    assert found.hours == pytest.approx(hours + row["hours"])
    assert found.crossing == road.crossing
    assert back.road_km == pytest.approx(found.road_km)
    assert found.line[0] == pytest.approx(land)
    assert found.line[-1] == pytest.approx(island)
    assert (back.line == found.line[::-1]).all()


def test_from_island_to_island_there_are_two_ferries(network: Network) -> None:
    found = way(network, COZUMEL, ISLA_MUJERES)
    assert found.ferries == ("f-cozumel", "f-isla-mujeres")
    assert found.road_km > network["ferries"]["km"].sum() + 60  # Calica to Punta Sam by road
    assert found.hours > network["ferries"]["hours"].sum()


def test_on_one_island_there_is_none(network: Network) -> None:
    found = way(network, COZUMEL, SOUTH_OF_COZUMEL)
    assert found.ferries == ()
    assert 20 < found.road_km < 40


@pytest.mark.parametrize("island", [COZUMEL, ISLA_MUJERES, (33.343, -118.328)])
def test_without_a_ferry_an_island_is_refused(
    network: Network, island: tuple[float, float]
) -> None:
    with pytest.raises(InputError, match="F360 LAT,LON"):
        way(network, PLAYA, island, shores=Shores(shores_of(network).land))


def test_the_model_takes_the_same_lanes_as_a_look_up(embedded_problem: Problem) -> None:
    network, zones = embedded_problem.network, embedded_problem.demand.zones
    found = measure(network, zones)
    column = zones["zone_id"].tolist().index("mx-23-cozumel")
    other = np.arange(len(zones)) != column
    assert (found.site_zone_ferry[:, column] == 0).all()
    assert (found.site_zone_ferry[:, other] == -1).all()
    for row in (0, 36, 60):
        site, zone = network["sites"].iloc[row], zones.iloc[column]
        looked_up = way(network, (site["lat"], site["lon"]), (zone["lat"], zone["lon"]))
        assert found.site_zone[row, column] == pytest.approx(looked_up.road_km)
        gate = found.site_zone_crossing[row, column]
        crossings = crossing_table(network, freight=True)["gateway_id"]
        assert (crossings.iloc[gate] if gate >= 0 else None) == looked_up.crossing


def test_the_shorter_of_two_ferries_is_taken(embedded_problem: Problem) -> None:
    network, zones = embedded_problem.network, embedded_problem.demand.zones
    ferries = network["ferries"]
    slow = ferries.iloc[[0]].assign(ferry_id="f-long", km=25.0)
    both = pd.concat([slow, ferries.iloc[[0]]], ignore_index=True)
    found = measure(network.with_table("ferries", both), zones)
    column = zones["zone_id"].tolist().index("mx-23-cozumel")
    assert (found.site_zone_ferry[:, column] == 1).all()


def test_without_ferries_an_island_has_no_lane_but_those_of_lanes_csv(
    embedded_problem: Problem,
) -> None:
    network, zones = embedded_problem.network, embedded_problem.demand.zones
    bare = network.with_table("ferries", network["ferries"].iloc[:0])
    column = zones["zone_id"].tolist().index("mx-23-cozumel")
    assert np.isinf(measure(bare, zones).site_zone[:, column]).all()
    given = pd.DataFrame(
        {"from_id": ["mx-cancun"], "to_id": ["mx-23-cozumel"], "road_km": [99.0], "hours": [3.0]}
    )
    found = measure(bare.with_table("lanes", given), zones).site_zone[:, column]
    assert found[np.isfinite(found)].tolist() == [99.0]


def test_places_know_their_landing(network: Network) -> None:
    points = [PLAYA, COZUMEL, ISLA_MUJERES, (33.343, -118.328)]
    places = pd.DataFrame(points, columns=["lat", "lon"]).assign(country=["MX"] * 3 + ["US"])
    assert landing_of(network, places).tolist() == [-1, 0, 1, -1]
    assert reached_by_road(network, places).tolist() == [True, False, False, False]
