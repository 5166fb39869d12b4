"""Trucks a week: what they cost on the road, and on a ferry besides."""

from __future__ import annotations

import pandas as pd
import pytest

from fulfill.inputs.folder import locate
from fulfill.inputs.network import Network, read_network
from fulfill.routing.day.linehaul import linehaul

CANCUN, CALICA, COZUMEL = (21.085, -86.885), (20.577, -87.123), (20.477, -86.976)


@pytest.fixture(scope="module")
def network() -> Network:
    return read_network(locate("network", "mexico-us-border"))


def trucks(network: Network, goal: tuple[float, float], m3: float = 1.0) -> dict[str, float]:
    load = {
        "kind": "carrier hub", "from": "a", "to": "b", "via": "", "country": "MX",
        "orders_week": 100.0, "m3_week": m3, "kg_week": 1.0,
        "from_lat": CANCUN[0], "from_lon": CANCUN[1], "to_lat": goal[0], "to_lon": goal[1],
    }  # fmt: skip
    rows = linehaul(pd.DataFrame([load]), network)[0].to_dict("records")
    return rows[0] if rows else {}


@pytest.mark.parametrize("m3", [1.0, 200.0, 1000.0])
def test_each_trip_over_a_ferry_pays_its_fare_and_waits_its_hours(
    network: Network, m3: float
) -> None:
    over, ashore = trucks(network, COZUMEL, m3), trucks(network, CALICA, m3)
    ferry = network["ferries"].iloc[0]
    truck = network["vehicles"].query("duty == 'linehaul' and country == 'MX'").iloc[0]
    trips = over["trips_week"]
    assert trips == ashore["trips_week"] >= 1
    assert over["km"] == pytest.approx(ashore["km"] + ferry["km"])
    assert over["hours"] == pytest.approx(ashore["hours"] + ferry["hours"])
    extra = ferry["usd_vehicle"] + truck["usd_hour"] * ferry["hours"]
    assert over["usd_week"] == pytest.approx(ashore["usd_week"] + trips * extra)


def test_without_a_ferry_there_is_no_truck_to_an_island(network: Network) -> None:
    bare = network.with_table("ferries", network["ferries"].iloc[:0])
    assert trucks(bare, COZUMEL) == {}
