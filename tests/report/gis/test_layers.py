from __future__ import annotations

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
from fulfill.report.gis.flow_lines import hops
from fulfill.report.gis.layers import LAYERS
from fulfill.report.gis.service_areas import METRES, service_area_layer, zone_cells
from fulfill.study.optimize import optimize
from fulfill.study.run import Run


def read(run: Path, layer: str) -> gpd.GeoDataFrame:
    return gpd.read_file(run / "plan.gpkg", layer=layer)


def test_the_geopackage_has_the_five_layers(run: Path) -> None:
    found = {str(name): str(kind) for name, kind in pyogrio.list_layers(run / "plan.gpkg")}
    assert found == LAYERS


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
    for line in read(run, "flows").geometry.explode():
        assert np.abs(np.diff(shapely.get_coordinates(line)[:, 0])).max() < 180


def test_lines_join_their_two_ends(run: Path, planned: Run) -> None:
    network = planned.problem.network
    port, site = network["gateways"].iloc[0], network["sites"].iloc[0]
    flows = read(run, "flows").set_index("leg").geometry
    for leg, start, end in (("sea", network["origins"].iloc[0], port), ("road", port, site)):
        points = shapely.get_coordinates(flows[leg])
        assert points[0].tolist() == [start["lon"], start["lat"]]
        assert points[-1].tolist() == [end["lon"], end["lat"]]


def test_every_leg_carries_the_orders_of_the_plan(run: Path, planned: Run) -> None:
    layer, flows = read(run, "flows"), planned.plan.flows
    by_leg = layer.groupby("leg")["orders_year"].sum()
    inbound = flows.loc[flows["leg"] == "inbound", "orders"].sum()
    assert by_leg["sea"] == pytest.approx(inbound)
    assert by_leg["road"] == pytest.approx(inbound)
    assert by_leg["last_mile"] + by_leg["mail"] == pytest.approx(
        flows.loc[flows["leg"] == "outbound", "orders"].sum()
    )


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
    ).set_index("leg")
    assert table.loc["sea", ["to", "crossing"]].tolist() == ["mx-port", ""]
    assert table.loc["road", ["from", "crossing"]].tolist() == ["mx-port", "x-bridge"]


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
    areas = service_area_layer(planned.plan, planned.problem)
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
