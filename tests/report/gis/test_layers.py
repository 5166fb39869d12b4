from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from conftest import study_of
from fulfill.inputs.problem import Problem
from fulfill.report.gis.flow_lines import FLOW_LAYERS, hops
from fulfill.report.gis.layers import LAYERS
from fulfill.report.gis.service_areas import (
    METRES,
    STATE_SHARES,
    area_layers,
    state_layer,
    zone_cells,
)
from fulfill.study.optimize import optimize
from fulfill.study.run import Run


def read(run: Path, layer: str) -> gpd.GeoDataFrame:
    return gpd.read_file(run / "plan.gpkg", layer=layer)


def test_the_geopackage_has_every_layer_and_the_styles(run: Path) -> None:
    found = {str(name): str(kind) for name, kind in pyogrio.list_layers(run / "plan.gpkg")}
    assert found == LAYERS | {"layer_styles": "None"}


@pytest.mark.parametrize("name", LAYERS)
def test_geometry_is_valid_and_inside_the_window(run: Path, name: str) -> None:
    layer = read(run, name)
    assert layer.crs.to_epsg() == 4326
    assert len(layer)
    assert layer.is_valid.all()
    assert not layer.is_empty.any()
    west, south, east, north = layer.total_bounds
    assert -180 <= west <= east <= 180
    assert -60 <= south <= north <= 75


def test_no_line_jumps_over_the_antimeridian(run: Path) -> None:
    lines = pd.concat([read(run, name).geometry for name in ("overseas", "mail")])
    for line in lines.explode():
        assert np.abs(np.diff(shapely.get_coordinates(line)[:, 0])).max() < 180


def test_lines_join_their_two_ends(run: Path, planned: Run) -> None:
    network = planned.problem.network
    port, site = network["gateways"].iloc[0], network["sites"].iloc[0]
    hops = (("overseas", network["origins"].iloc[0], port), ("inbound_road", port, site))
    for name, start, end in hops:
        points = shapely.get_coordinates(read(run, name).geometry.iloc[0])
        assert points[0].tolist() == [start["lon"], start["lat"]]
        assert points[-1].tolist() == [end["lon"], end["lat"]]


def test_every_hop_carries_the_orders_of_the_plan(run: Path, planned: Run) -> None:
    flows = planned.plan.flows
    orders = {name: read(run, name)["orders_year"].sum() for name in (*FLOW_LAYERS, "mail")}
    by_leg = flows.groupby("leg")["orders"].sum()
    assert orders["overseas"] == pytest.approx(by_leg["inbound"])
    assert orders["inbound_road"] == pytest.approx(by_leg["inbound"])
    assert orders["last_mile"] + orders["mail"] == pytest.approx(by_leg["outbound"])
    for name in FLOW_LAYERS:
        assert set(read(run, name)["leg"]) <= set(flows["leg"])


def test_mail_is_one_line_for_each_origin_and_state(run: Path, planned: Run) -> None:
    mail, zones = read(run, "mail"), planned.plan.zones
    assert len(mail) < len(zones)
    assert not mail.duplicated(["from_id", "country", "state"]).any()
    assert mail["zones"].sum() >= (zones["share_direct_mail"] > 0).sum()


@pytest.mark.parametrize("name", LAYERS)
def test_no_column_is_a_reserved_word(run: Path, name: str) -> None:
    assert not {"from", "to", "order", "group"} & set(read(run, name).columns)


def test_a_crossing_belongs_to_the_way_by_road(planned: Run) -> None:
    from dataclasses import replace

    gateways = planned.problem.network["gateways"]
    crossing = gateways.iloc[[0]].assign(gateway_id="x-bridge", kind="crossing")
    network = replace(
        planned.problem.network,
        tables={**planned.problem.network.tables, "gateways": pd.concat([gateways, crossing])},
    )
    flows = planned.plan.flows.copy()
    flows.loc[flows["leg"] == "inbound", "via"] = "mx-port+x-bridge"
    table = hops(
        replace(planned.plan, flows=flows), replace(planned.problem, network=network)
    ).set_index("hop")
    assert table.loc["sea", ["to_id", "crossing"]].tolist() == ["mx-port", ""]
    assert table.loc["road", ["from_id", "crossing"]].tolist() == ["mx-port", "x-bridge"]


def test_gateways_show_what_passes_them(run: Path, planned: Run) -> None:
    layer = read(run, "gateways").set_index("gateway_id")
    volume = planned.problem.network["products"].set_index("product_id")["volume_m3"]
    inbound = planned.plan.flows[planned.plan.flows["leg"] == "inbound"]
    assert layer.loc["mx-port", "used_m3_year"] == pytest.approx(
        (inbound["orders"] * inbound["product"].map(volume)).sum()
    )
    assert layer.loc["mx-port", "capacity_m3_year"] == 12_000


def test_service_areas_hold_the_zones_of_their_site(run: Path, planned: Run) -> None:
    areas, zones = read(run, "service_areas").set_index("site_id"), read(run, "zones")
    assert areas["orders"].to_dict() == zones.groupby("main_site")["orders"].sum().to_dict()
    for zone in zones.itertuples(index=False):
        assert areas.geometry[zone.main_site].intersects(zone.geometry)


def test_service_areas_of_two_sites_do_not_overlap(toy_problem: Problem) -> None:
    study = study_of(toy_problem, method="monolith", gap=0.0, opened=("site-a", "site-b"))
    planned = optimize(study)
    areas = area_layers(planned.plan, planned.problem)["service_areas"]
    assert {"site-a", "site-b"} <= set(areas["site_id"])
    for one, other in combinations(areas.to_crs(METRES).geometry, 2):
        assert one.intersection(other).area < 1e-4 * min(one.area, other.area)


def test_cells_share_the_land_out() -> None:
    zones = pd.DataFrame(
        {
            "zone_id": list("abcd"),
            "lat": [20, 20, 20.5, 20],
            "lon": [-100, -101, -100, -101],
            "main_site": "s",
            "orders": 1.0,
        }
    )
    cells = zone_cells(zones, None).set_index("zone_id").geometry
    assert cells["b"].equals(cells["d"])  # two zones at one place share a cell
    assert cells["a"].intersection(cells["b"]).area == pytest.approx(0, abs=1)
    land = gpd.GeoSeries([shapely.box(-100.1, 19.9, -99.9, 20.1)], crs="EPSG:4326")
    cut = zone_cells(zones.iloc[:1], land).geometry.to_crs("EPSG:4326")
    assert cut.iloc[0].within(land.iloc[0].buffer(1e-6))


def test_states_are_outlines_or_the_cells_of_their_zones() -> None:
    zones = pd.DataFrame(
        {
            "zone_id": list("abc"),
            "country": "MX",
            "state": ["s", "s", "t"],
            "lat": [20.0, 20.0, 20.5],
            "lon": [-100.0, -101.0, -100.0],
            "population": 1.0,
            "main_site": "s",
            "orders": [3.0, 1.0, 2.0],
            "lead_time_days": [2.0, 6.0, np.nan],
            "share_unserved": [0.0, 0.0, 1.0],
            **dict.fromkeys((key for key in STATE_SHARES if key != "share_unserved"), 0.5),
        }
    )
    square = shapely.geometry.mapping(shapely.box(-102, 19, -99, 20.2))
    outline = {"type": "Feature", "properties": {"country": "MX", "state": "s"}}
    outlines = {"type": "FeatureCollection", "features": [{**outline, "geometry": square}]}
    cells = zone_cells(zones, None)
    found = state_layer(zones, cells, json.dumps(outlines).encode()).set_index("state")
    assert found["drawn_as"].to_dict() == {"s": "outline", "t": "cells"}
    assert found.geometry["s"].equals(shapely.box(-102, 19, -99, 20.2))
    assert found.geometry["t"].intersects(shapely.Point(-100, 20.5))
    assert found.loc["s", "lead_time_days"] == pytest.approx(3.0)  # weighted by orders served
    assert np.isnan(found.loc["t", "lead_time_days"])
