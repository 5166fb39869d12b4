"""Places off the map or across water are refused in every command, with what is wrong."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from conftest import Folders
from fulfill.inputs.folder import locate
from fulfill.inputs.network import read_network
from fulfill.inputs.place_checks import stop_faults

ZONES, SITES, GATEWAYS = "demand/zones.csv", "network/sites.csv", "network/gateways.csv"
LANES, FERRIES = "network/lanes.csv", "network/ferries.csv"
EMBEDDED = locate("network", "mexico-us-border")
COZUMEL, AVALON, SEA, NEW_YORK = ("20.50", "-86.94"), ("33.34", "-118.33"), ("19.29", "-109.66"), (
    "40.7", "-74.0",
)  # fmt: skip
FERRY_HEAD = (
    "ferry_id,name,country,from_lat,from_lon,to_lat,to_lon,km,hours,usd_order,usd_vehicle,"
    "source,source_date,status,range\n"
)
FERRY = "f,Cozumel,MX,20.577,-87.123,20.477,-86.976,20,6,1.5,500,made up,,estimate,\n"
WINDOW = {"lat_from": "24", "lat_to": "50", "lon_from": "-125", "lon_to": "-66"}
"""Window of the United States."""


@pytest.fixture
def mapped(toy: Folders) -> Folders:
    """The toy on real roads: only its sea lane is in lanes.csv."""
    shutil.copy(EMBEDDED / "roads.npz", toy.network)
    settings = toy.text("network/network.toml")
    toy.write("network/network.toml", settings + 'roads = "roads.npz"\n')
    head, *rows = toy.text(LANES).splitlines()
    sea = [row for row in rows if row.startswith("cn-hub,mx-port")]
    toy.write(LANES, "\n".join([head, *sea]) + "\n")
    return toy


def put(toy: Folders, file: str, row: int, point: tuple[str, str]) -> None:
    toy.set(file, row, "lat", point[0])
    toy.set(file, row, "lon", point[1])


def found(toy: Folders, **options: object) -> list[tuple[str, str, int]]:
    return [(f.code, f.file, f.row) for f in toy.faults(**options) if f.code != "W301"]


def test_the_toy_on_real_roads_has_no_fault(mapped: Folders) -> None:
    assert found(mapped) == []


@pytest.mark.parametrize(
    ("file", "point"),
    [(ZONES, SEA), (ZONES, ("27.0", "-115.9")), (SITES, SEA), (SITES, ("15.0", "-99.0"))],
)
def test_a_place_off_the_map_is_refused(mapped: Folders, file: str, point: tuple[str, str]) -> None:
    put(mapped, file, 3, point)
    (fault,) = [fault for fault in mapped.faults() if fault.code != "W301"]
    assert (fault.code, fault.file, fault.row, fault.column) == ("F310", file, 3, "lat + lon")
    assert "nearest road is" in fault.detail


def test_a_country_without_mapped_roads_is_off_the_map(mapped: Folders) -> None:
    usa = {"country": "US", "vat_rate": "0", "vat_credited": "no", **WINDOW}
    mapped.add("network/countries.csv", name="US", **usa)
    mapped.add(ZONES, zone_id="ny", country="US", state="New York", lat="40.7", lon="-74.0")
    details = [fault.detail for fault in mapped.faults() if fault.code == "F310"]
    assert details == ["ny: nearest road is 1,951 km away"]


def test_roads_of_one_country_reach_no_place_of_another(mapped: Folders) -> None:
    roads = dict(np.load(EMBEDDED / "roads.npz"))
    home = roads["country"] == 0
    edges, number = home[roads["u"]], np.cumsum(home) - 1
    points = np.diff(roads["shape_start"])
    for name in ("shape_lat", "shape_lon"):
        roads[name] = roads[name][np.repeat(edges, points)]
    roads["shape_start"] = np.concatenate([[0], np.cumsum(points[edges])])
    roads |= {name: number[roads[name][edges]] for name in ("u", "v")}
    roads["km"] = roads["km"][edges]
    roads |= {name: roads[name][home] for name in ("lat", "lon", "country")}
    np.savez_compressed(mapped.network / "roads.npz", **roads)
    usa = {"country": "US", "vat_rate": "0", "vat_credited": "no", **WINDOW}
    mapped.add("network/countries.csv", name="US", **usa)
    mapped.add(ZONES, zone_id="sa", country="US", state="Texas", lat="29.4", lon="-98.5")
    details = [fault.detail for fault in mapped.faults() if fault.code == "F310"]
    assert details == ["sa: no road of its country is mapped"]


def test_a_gateway_off_the_map_is_refused_unless_its_lanes_are_given(mapped: Folders) -> None:
    port = {"kind": "seaport", "country": "MX", "lat": SEA[0], "lon": SEA[1]}
    mapped.add(GATEWAYS, gateway_id="far-port", name="Far", **port)
    assert found(mapped) == [("F310", GATEWAYS, 3)]
    mapped.add(LANES, from_id="far-port", to_id="site-a", road_km="900")
    assert found(mapped) == []


def test_mail_needs_no_road(mapped: Folders) -> None:
    put(mapped, ZONES, 3, SEA)
    assert found(mapped, channels=("direct_mail",)) == []


def test_a_zone_across_water_is_served_by_mail_or_refused(mapped: Folders) -> None:
    put(mapped, ZONES, 2, COZUMEL)
    assert found(mapped) == [("W360", ZONES, 2)]
    assert found(mapped, channels=("local",)) == [("F360", ZONES, 2)]


def test_a_ferry_or_a_lane_joins_a_zone_across_water(mapped: Folders) -> None:
    put(mapped, ZONES, 2, COZUMEL)
    mapped.write(FERRIES, FERRY_HEAD + FERRY)
    assert found(mapped) == found(mapped, channels=("local",)) == []
    mapped.delete("network/ferries.csv")
    mapped.add(LANES, from_id="site-a", to_id="zone-1", road_km="900")
    assert found(mapped) == []


def test_goods_take_no_ferry_so_a_site_across_water_is_refused(mapped: Folders) -> None:
    put(mapped, SITES, 2, COZUMEL)
    mapped.write(FERRIES, FERRY_HEAD + FERRY)
    assert found(mapped) == [("F360", SITES, 2)]


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [
        ("20.577,-87.123", "20.50,-86.94", "from_lat + from_lon", "this landing is across water"),
        ("20.577,-87.123", "19.29,-109.66", "from_lat + from_lon", "nearest road is 400 km away"),
        ("20.477,-86.976", "20.63,-87.07", "to_lat + to_lon", "no water lies between"),
        ("20.477,-86.976", "24.14,-110.31", "to_lat + to_lon", "no water lies between"),
    ],
)
def test_a_ferry_that_leads_nowhere_is_refused(
    mapped: Folders, old: str, new: str, column: str, words: str
) -> None:
    mapped.write(FERRIES, FERRY_HEAD + FERRY.replace(old, new))
    (fault,) = [fault for fault in mapped.faults() if fault.code != "W301"]
    assert (fault.code, fault.file, fault.row, fault.column) == ("F361", FERRIES, 2, column)
    assert words in fault.detail


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("20.577,-87.123", "-87.123,20.577", "from_lat"),
        ("20.477,-86.976", "20.477,86.976", "to_lat + to_lon"),
        (",20,6,", ",0,6,", "km"),
        (",1.5,", ",,", "usd_order"),
        (",1.5,", ",-1,", "usd_order"),
    ],
)
def test_cells_of_ferries_are_checked(mapped: Folders, old: str, new: str, column: str) -> None:
    mapped.write(FERRIES, FERRY_HEAD + FERRY.replace(old, new))
    columns = [fault.column for fault in mapped.faults() if fault.file == FERRIES]
    assert column in columns


def test_own_vans_take_no_ferry(mapped: Folders) -> None:
    put(mapped, ZONES, 2, COZUMEL)
    mapped.write(FERRIES, FERRY_HEAD + FERRY)
    head = "site_id,zone_id,usd_order,source,source_date,status,range\n"
    row = "site-a,zone-1,2,made up,,estimate,\n"
    mapped.write("network/own_delivery.csv", head + row)
    assert found(mapped) == [("F362", "network/own_delivery.csv", 2)]


def test_stops_that_no_van_can_reach_are_refused_by_row() -> None:
    points = [(20.629, -87.073), (20.508, -86.946), (21.232, -86.731), (0.0, 0.0), (19.4, 99.1)]
    stops = pd.DataFrame(points, columns=["lat", "lon"])
    stops = stops.assign(stop_id=list("abcde"), _row=range(2, 7))
    faults = stop_faults(read_network(EMBEDDED), stops, "stops.csv")
    assert [(fault.code, fault.row) for fault in faults] == [
        ("F362", 3), ("F362", 4), ("F310", 5), ("F310", 6),
    ]  # fmt: skip
    assert "lon lacks its minus" in faults[3].detail
    assert stop_faults(read_network(locate("network", "toy")), stops, "stops.csv") == []
