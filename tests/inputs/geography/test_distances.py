"""Every pair that a model uses: overrides, ports, crossings."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import Folders
from fulfill.inputs.geography.distances import Distances, crossing_table, measure, road_rules
from fulfill.inputs.geography.geodesic import geodesic_km
from fulfill.inputs.problem import Problem


def measured(problem: Problem) -> Distances:
    return measure(problem.network, problem.demand.zones)


def test_overrides_win_and_hold_both_ways(toy: Folders) -> None:
    assert measured(toy.problem()).site_zone.tolist() == [[50, 200, 500], [500, 400, 50]]
    toy.edit("network/lanes.csv", "site-a,zone-1,50", "zone-1,site-a,77")
    found = measured(toy.problem())
    assert found.site_zone[0, 0] == 77
    assert found.origin_gateway.tolist() == [[12000]]
    assert found.gateway_site.tolist() == [[100, 200]]


def test_without_roads_a_way_that_no_lane_names_is_the_straight_line_times_a_factor(
    toy: Folders,
) -> None:
    network, zones = toy.problem().network, toy.problem().demand.zones
    found = measure(
        network.with_table("lanes", network["lanes"].iloc[:0]), zones
    )  # as zones not of the demand
    site, zone = network["sites"].iloc[0], zones.iloc[1]
    straight = float(geodesic_km(site["lat"], site["lon"], zone["lat"], zone["lon"]))
    assert found.site_zone[0, 1] == pytest.approx(road_rules(network).access_factor * straight)
    assert 12_000 < found.origin_gateway[0, 0] < 15_000  # by sea, not through the land


def test_from_overseas_there_is_no_road_and_from_a_crossing_no_ship(toy: Folders) -> None:
    toy.add(
        "network/gateways.csv",
        gateway_id="bridge",
        name="Bridge",
        kind="crossing",
        country="MX-US",
        lat="27.5",
        lon="-99.5",
    )
    found = measured(toy.problem())
    assert np.isinf(found.origin_site).all()
    assert np.isinf(found.origin_gateway[:, 1]).all()
    assert np.isinf(found.gateway_site[1]).all()
    assert found.crossings == (1,)
    assert (found.site_zone_crossing == -1).all()


def test_foreign_pairs_pass_a_crossing_or_have_no_way(toy: Folders) -> None:
    toy.add("network/countries.csv", country="US", name="US", vat_rate="0", vat_credited="no")
    toy.add(
        "network/sites.csv", site_id="site-us", name="Laredo", country="US", lat="27.6", lon="-99.5"
    )
    toy.add("network/tariffs.csv", rule_id="us", destination="US")
    assert np.isinf(measured(toy.problem()).site_zone[2]).all()
    bridge = {"kind": "crossing", "country": "MX-US", "lat": "27.5", "lon": "-99.5"}
    toy.add(
        "network/gateways.csv", gateway_id="toll", name="Cars only", capacity_m3_month="0", **bridge
    )
    assert np.isinf(measured(toy.problem()).site_zone[2]).all()
    toy.add(
        "network/gateways.csv",
        gateway_id="bridge",
        name="Bridge",
        capacity_m3_month="100",
        **bridge,
    )
    for place in ("mx-port", "zone-1", "zone-2", "zone-3"):
        toy.add("network/lanes.csv", from_id=place, to_id="site-us", road_km="1200")
    problem = toy.problem()
    found = measured(problem)
    assert np.isfinite(found.site_zone[2]).all()
    assert (found.site_zone_crossing[2] == 0).all()
    assert found.crossings == (2,)
    assert (found.site_zone_crossing[:2] == -1).all()
    assert crossing_table(problem.network, freight=False)["gateway_id"].tolist() == [
        "toll",
        "bridge",
    ]


def test_a_way_abroad_leads_through_its_crossing(embedded_problem: Problem) -> None:
    found = measured(embedded_problem)
    sites, zones = embedded_problem.network["sites"], embedded_problem.demand.zones
    abroad = sites["country"].to_numpy()[:, None] != zones["country"].to_numpy()[None, :]
    assert ((found.site_zone_crossing >= 0) == abroad).all()
    assert np.isfinite(found.site_zone).all()
    straight = geodesic_km(
        *(sites[c].to_numpy(float)[:, None] for c in ("lat", "lon")),
        *(zones[c].to_numpy(float)[None, :] for c in ("lat", "lon")),
    )
    assert (found.site_zone >= 0.999 * straight).all()
