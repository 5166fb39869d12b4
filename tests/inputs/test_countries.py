"""A network of another pair of countries is stated by its tables alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from conftest import Folders
from fulfill.inputs.demand import country_shares, orders_array
from fulfill.inputs.geography.crossings import cross_road_km
from fulfill.inputs.geography.roads import RoadGraph, RoadRules, snap

COUNTRIES, GATEWAYS = "network/countries.csv", "network/gateways.csv"
ZONES = "demand/zones.csv"


@pytest.fixture
def guatemala(toy: Folders) -> Folders:
    """The toy with zone 3 and site B in Guatemala, behind a crossing from Mexico."""
    toy.add(COUNTRIES, country="GT", name="Guatemala", vat_rate="0.12", lat_from="13.7",
            lat_to="17.9", lon_from="-92.3", lon_to="-88.2")  # fmt: skip
    place = {"country": "GT", "lat": "14.6", "lon": "-90.5"}
    for file, row in ((ZONES, 4), ("network/sites.csv", 3)):
        for column, value in place.items():
            toy.set(file, row, column, value)
    toy.add(GATEWAYS, gateway_id="x-tecun", name="Tecún Umán", kind="crossing", country="GT-MX",
            lat="14.68", lon="-92.14")  # fmt: skip
    toy.add("network/freight.csv", to_country="GT")
    toy.add("network/freight.csv", from_country="GT")
    toy.add("network/services.csv", country="GT", km_from="0", km_to="1000")
    toy.add("network/carriers.csv", country="GT")
    toy.add("network/mail_services.csv", country="GT")
    toy.add("network/mail_capacity.csv", country="GT")
    for rule, kind, rate in (("gt-courier", "courier", "0.3"), ("gt-formal", "formal", "0.15")):
        base = "courier_value" if kind == "courier" else "cif"
        toy.add("network/tariffs.csv", rule_id=rule, destination="GT", entry_kind=kind, rate=rate,
                base=base)  # fmt: skip
    return toy


def test_a_network_of_mexico_and_guatemala_is_planned_and_audited(guatemala: Folders) -> None:
    assert not [one for one in guatemala.faults() if not one.warning]
    study = guatemala.study()
    run = study.optimize()
    assert run.audit.clean, run.audit.faults
    assert run.outcome.status in ("OPTIMAL", "FEASIBLE")
    served = run.plan.flows[run.plan.flows["to"] == "zone-3"]
    assert served["orders"].sum() > 0
    both = study.with_(opened=["site-b"]).optimize()  # the site behind the crossing
    assert both.audit.clean, both.audit.faults
    assert (both.plan.flows["via"] == "mx-port+x-tecun").any()


def test_a_crossing_joins_only_its_two_countries(guatemala: Folders) -> None:
    guatemala.set(GATEWAYS, 3, "country", "MX-US")
    run = guatemala.study().with_(opened=["site-b"]).optimize()
    assert not (run.plan.flows["to"] == "site-b").any()
    warned = [one.value for one in guatemala.faults() if one.code == "W306"]
    assert warned == ["GT"]


@pytest.mark.parametrize(
    ("row", "country"), [(2, "MX-US"), (2, "XX"), (3, "MX"), (3, "MX-XX"), (3, "MX-MX"), (3, "GT")]
)
def test_a_gateway_in_no_country_or_between_none_is_refused(
    guatemala: Folders, row: int, country: str
) -> None:
    guatemala.set(GATEWAYS, row, "country", country)
    found = [(one.code, one.row, one.column) for one in guatemala.faults()]
    assert ("F206", row, "country") in found


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("lat_from", "", ("F214", "lat_from")),
        ("lat_to", "13", ("F214", "lat_to")),
        ("lon_to", "-93", ("F214", "lon_to")),
    ],
)
def test_half_a_window_and_an_empty_one_are_refused(
    guatemala: Folders, column: str, value: str, fault: tuple[str, str]
) -> None:
    guatemala.set(COUNTRIES, 3, column, value)
    assert (*fault, 3) in [(one.code, one.column, one.row) for one in guatemala.faults()]


def test_a_country_without_a_window_is_warned_of(guatemala: Folders) -> None:
    for column in ("lat_from", "lat_to", "lon_from", "lon_to"):
        guatemala.set(COUNTRIES, 3, column, "")
    guatemala.set(ZONES, 4, "lat", "-14.6")
    assert [(one.code, one.value) for one in guatemala.faults() if "F" in one.code[:1]] == []
    assert [one.value for one in guatemala.faults() if one.code == "W322"] == ["GT"]


@pytest.mark.parametrize(("file", "row"), [(ZONES, 4), ("network/sites.csv", 3)])
def test_a_place_outside_the_window_of_its_country_is_refused(
    guatemala: Folders, file: str, row: int
) -> None:
    guatemala.set(file, row, "lon", "90.5")
    found = [one for one in guatemala.faults() if one.code == "F211"]
    assert [(one.file, one.row) for one in found] == [(file, row)]
    assert "lacks its minus" in found[0].detail


def shares(folders: Folders, *rows: tuple[str, str]) -> None:
    lines = [f"{country},{share},made up,,estimate" for country, share in rows]
    head = "country,share,source,source_date,status"
    folders.write("demand/country_shares.csv", "\n".join([head, *lines, ""]))


def test_the_orders_of_a_year_are_shared_out_by_country(
    guatemala: Folders, spread: Folders
) -> None:
    spread.add("demand/mix.csv", country="GT", product_id="shirt", share="1")
    for period in ("normal", "peak"):
        spread.add("demand/seasonality.csv", country="GT", period_id=period, intensity="1")
    shares(spread, ("MX", "0.75"), ("GT", "0.25"))
    text = spread.text("demand/parameters.csv")
    kept = [line for line in text.splitlines() if not line.startswith("us_share")]
    spread.write("demand/parameters.csv", "\n".join([*kept, ""]))
    problem = spread.problem()
    assert country_shares(problem.demand) == {"MX": 0.75, "GT": 0.25}
    orders = orders_array(problem.demand, problem.products, problem.periods, problem.days)
    assert orders[:2].sum() == pytest.approx(0.75 * 3200)
    assert orders[2].sum() == pytest.approx(0.25 * 3200)
    shares(spread, ("MX", "0.75"), ("GT", "0.35"))
    assert [one.code for one in spread.faults()] == ["F307"]
    shares(spread, ("MX", "1"))
    assert [(one.code, one.value) for one in spread.faults()] == [("F314", "GT")]


def test_countries_without_shares_are_refused_and_so_are_two_ways_to_say_them(
    guatemala: Folders, spread: Folders
) -> None:
    spread.add("demand/mix.csv", country="GT", product_id="shirt", share="1")
    for period in ("normal", "peak"):
        spread.add("demand/seasonality.csv", country="GT", period_id=period, intensity="1")
    assert "F314" in [one.code for one in spread.faults()]
    shares(spread, ("MX", "0.75"), ("GT", "0.25"))
    assert [(one.code, one.value) for one in spread.faults()] == [("F214", "us_share")]


def graph() -> RoadGraph:
    """A road in Guatemala and one in El Salvador, 100 km each, that end at the border."""
    lat, lon = np.array([14.6, 14.0, 13.99, 13.7]), np.array([-90.5, -89.7, -89.69, -89.2])
    ends = np.array([0, 2]), np.array([1, 3])
    none = np.array([])
    return RoadGraph(
        lat, lon, np.array([0, 0, 1, 1]), *ends, np.array([110.0, 65.0]), none, none,
        np.array([0, 0, 0]), ("GT", "SV"),
    )  # fmt: skip


def test_roads_of_any_countries_join_at_their_crossing() -> None:
    crossing = pd.DataFrame({"lat": [14.0], "lon": [-89.7], "country": ["GT-SV"]})
    here, there = np.array([[14.6, -90.5]]), np.array([[13.7, -89.2]])
    ends = (here, np.array(["GT"], object), there, np.array(["SV"], object))
    km, gate = cross_road_km(graph(), RoadRules(1.0, 1.0, 60.0), *ends, crossing)
    assert gate.tolist() == [[0]]
    assert km[0, 0] == pytest.approx(175, abs=3)
    other = crossing.assign(country="GT-HN")
    km, gate = cross_road_km(graph(), RoadRules(1.0, 1.0, 60.0), *ends, other)
    assert (km[0, 0], gate[0, 0]) == (np.inf, -1)


def test_a_country_without_roads_is_reached_by_none() -> None:
    _, km = snap(graph(), np.array([[14.6, -90.5]]), np.array(["HN"], object))
    assert np.isinf(km).all()
