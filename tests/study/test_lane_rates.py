"""Lanes with a price of their own, forbidden lanes, and plants that ship straight to consumers."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from conftest import Folders
from fulfill.audit.key_figures import compare_key_figures, key_figures
from fulfill.audit.plan import audit_plan
from fulfill.inputs.faults import InputError
from fulfill.inputs.problem import Problem
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.study import load

METHODS = ("monolith", "decomposition")
HEADER = (
    "from_id,to_id,product_id,allowed,usd_order,usd_kg,usd_m3,minimum_usd,days_mean,days_p90,"
    "source,status\n"
)


def write(toy: Folders, *rows: str) -> None:
    """Write lane_rates.csv from rows without source and status."""
    lines = "".join(f"{row},made up,estimate\n" for row in rows)
    toy.write("network/lane_rates.csv", HEADER + lines)


def run_of(toy: Folders, method: str = "monolith", **options: object) -> Run:
    run = optimize(toy.study(method=method, gap=1e-6, time_limit=20.0, **options))
    assert run.audit.clean, run.audit.faults
    assert run.outcome.bound <= run.outcome.objective * (1 + 1e-9)
    return run


@cache
def unchanged(method: str) -> Run:
    """Return the run of the toy without lane_rates.csv."""
    return optimize(load("toy", "toy", method=method, gap=1e-6, time_limit=20.0))


def recomputed(run: Run, problem: Problem) -> tuple[str, ...]:
    """Return what differs between the figures of a run and those by the tables of a problem."""
    assert run.decisions is not None
    table = run.economics.delivery_options.table
    model = run.model
    found = key_figures(problem, model.distances, model.instance, run.decisions, table)
    return compare_key_figures(run.kpis, found.figures)


@pytest.fixture
def plant(toy: Folders) -> Folders:
    """The toy with a plant near the sites that makes shirts at the price of the hub's."""
    place = {"country": "MX", "lat": "20.5", "lon": "-103.2"}
    toy.add("network/origins.csv", origin_id="mx-plant", name="Plant", **place)
    toy.add("network/goods_costs.csv", product_id="shirt", origin_id="mx-plant", goods_usd="5.0")
    for site in ("site-a", "site-b"):
        toy.add("network/lanes.csv", from_id="mx-plant", to_id=site, road_km="300")
    return toy


@pytest.mark.parametrize("method", METHODS)
def test_a_rate_replaces_the_tariff_of_the_lane(toy: Folders, method: str) -> None:
    before = unchanged(method).outcome.objective
    # site A delivers 1,000 shirts to zone 1 at 2 USD; a dollar less saves a thousand
    write(toy, "site-a,zone-1,,,1,,,,2,2")
    run = run_of(toy, method)
    assert run.outcome.objective == pytest.approx(before - 1000.0)
    rated = run.flows[run.flows["service_id"] == "lane-rate"]
    assert set(zip(rated["from"], rated["to"], strict=True)) == {("site-a", "zone-1")}
    assert recomputed(run, toy.problem()) == ()


@pytest.mark.parametrize(
    "row",
    [
        "site-a,zone-1,,,0.5,,,2,2,2",  # the minimum is the tariff's price
        "site-a,zone-1,,,1,1,,,2,2",  # a kilogram
        "site-a,zone-1,,,1,,100,,2,2",  # a hundredth of a cubic metre
        "site-a,zone-1,shirt,,2,,,,2,2",  # one product; gadgets keep the tariff
        "mx-port,site-a,,,,,50,,,",  # the road's price, its days from the tariff
        "cn-hub,mx-port,,,,,100,,20,20",  # the sea's price; it takes 5 + 12,000/800 days
    ],
)
@pytest.mark.parametrize(
    "method", [METHODS[0], *(pytest.param(name, marks=pytest.mark.slow) for name in METHODS[1:])]
)
def test_a_rate_equal_to_the_tariff_changes_nothing(toy: Folders, row: str, method: str) -> None:
    before = unchanged(method)
    write(toy, row)
    run = run_of(toy, method)
    assert run.outcome.objective == pytest.approx(before.outcome.objective)
    assert recomputed(run, toy.problem()) == ()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "row",
    ["site-a,zone-1,,no,,,,,,", "site-a,zone-1,shirt,no,,,,,,", "mx-port,site-a,,no,,,,,,"],
)
def test_nothing_goes_over_a_forbidden_lane(toy: Folders, row: str, method: str) -> None:
    free = unchanged(method)
    write(toy, row)
    run = run_of(toy, method)
    assert run.outcome.objective > free.outcome.objective
    start, goal = row.split(",")[:2]
    flows = run.flows
    if start == "mx-port":
        assert goal not in set(flows["from"])
    else:
        assert not ((flows["from"] == start) & (flows["to"] == goal)).any()
    # the earlier plan used the lane: by the new tables it has no valid figures
    assert recomputed(free, toy.problem())


def test_the_auditor_finds_another_price(toy: Folders) -> None:
    write(toy, "site-a,zone-1,,,1,,,,2,2")
    run = run_of(toy)
    write(toy, "site-a,zone-1,,,1.5,,,,2,2")
    assert any("landed_cost" in fault for fault in recomputed(run, toy.problem()))
    toy.delete("network/lane_rates.csv")
    assert recomputed(run, toy.problem())


def test_the_row_of_a_product_precedes_that_of_any(toy: Folders) -> None:
    write(toy, "site-a,zone-1,,no,,,,,,", "site-a,zone-1,shirt,,2,,,,2,2")
    assert run_of(toy).outcome.objective == pytest.approx(33350.5)


def test_zones_with_rates_stay_by_themselves(toy: Folders) -> None:
    write(toy, "site-a,zone-1,,,1,,,,2,2")
    zones = toy.study(resolution=1).planned_problem().demand.zones["zone_id"]
    assert len(zones) == 2
    assert "zone-1" in set(zones)


@pytest.mark.parametrize("method", METHODS)
def test_a_plant_ships_straight_where_that_is_cheaper(plant: Folders, method: str) -> None:
    without = run_of(plant, method).outcome.objective
    write(plant, "mx-plant,zone-3,,,3,,,,2,2")
    run = run_of(plant, method)
    # net price 20, goods 5, shipment 3: no site, port or duty
    assert run.outcome.objective < without
    straight = run.flows[run.flows["from"] == "mx-plant"]
    straight = straight[straight["leg"] == "outbound"]
    assert straight["channel"].unique().tolist() == ["nearshore"]
    assert straight["to"].unique().tolist() == ["zone-3"]
    assert straight["orders"].sum() == pytest.approx(400.0)
    assert run.kpis["channel_share"]["nearshore"] > 0
    assert recomputed(run, plant.problem()) == ()


def test_direct_shipments_take_of_the_capacity_of_the_plant(plant: Folders) -> None:
    write(plant, "mx-plant,zone-3,,,3,,,,2,2")
    free = run_of(plant)
    # 400 shirts of a hundredth of a cubic metre a year; a twelfth of a cubic metre a month is 100
    plant.set("network/origins.csv", 2, "capacity_m3_month", "")
    plant.set("network/origins.csv", 3, "capacity_m3_month", str(1.0 / 12.0))
    run = run_of(plant)
    made = run.flows[run.flows["from"] == "mx-plant"]["orders"].sum()
    assert made <= 100.0 + 1e-6
    assert run.outcome.objective > free.outcome.objective
    assert free.decisions is not None
    faults = audit_plan(run.instance, free.decisions, free.outcome.objective).faults
    assert any("(6) plant capacity" in fault for fault in faults)


def test_a_plant_that_ships_straight_pays_its_fixed_cost(plant: Folders) -> None:
    write(plant, "mx-plant,zone-3,,,3,,,,2,2")
    free = run_of(plant).outcome.objective
    plant.set("network/origins.csv", 2, "fixed_usd_year", "0")
    plant.set("network/origins.csv", 3, "fixed_usd_year", "50")
    run = run_of(plant)
    assert run.outcome.objective == pytest.approx(free + 50.0)
    assert run.plan.parts.set_index("part")["usd_year"]["plants"] == pytest.approx(50.0)
    plant.set("network/origins.csv", 3, "fixed_usd_year", "100000")
    assert run_of(plant).costs.set_index("part")["usd_year"]["plants"] == 0.0


def test_a_plant_uses_its_minimum_with_what_it_ships_straight(plant: Folders) -> None:
    write(plant, "mx-plant,zone-3,,,3,,,,2,2")
    plant.set("network/origins.csv", 2, "minimum_m3_year", "0")
    plant.set("network/origins.csv", 3, "minimum_m3_year", "4")
    run = run_of(plant)
    volume = run.flows[run.flows["from"] == "mx-plant"]["dispatched"].sum() * 0.01
    assert volume == pytest.approx(0.0, abs=1e-9) or volume >= 4.0 - 1e-6
    assert volume > 0


def test_the_decomposition_refuses_what_it_cannot_plan(plant: Folders) -> None:
    write(plant, "mx-plant,zone-3,,,3,,,,2,2")
    plant.set("network/origins.csv", 2, "capacity_m3_month", "")
    plant.set("network/origins.csv", 3, "capacity_m3_month", "1")
    with pytest.raises(InputError, match="F309 --method"):
        run_of(plant, "decomposition")
    assert optimize(plant.study(gap=1e-6)).audit.clean


def test_both_methods_agree_on_rates(plant: Folders) -> None:
    write(
        plant,
        "site-a,zone-1,shirt,,1,,,,2,2",
        "site-a,zone-2,,no,,,,,,",
        "site-b,zone-2,gadget,,1,0.5,,,3,4",
        "mx-plant,zone-3,shirt,,4,,,,2,3",
        "mx-plant,site-b,,no,,,,,,",
        "cn-hub,mx-port,shirt,,0.9,,,,,",
    )
    exact = run_of(plant)
    found = run_of(plant, "decomposition")
    assert found.outcome.bound <= exact.outcome.objective * (1 + 1e-9)
    assert found.outcome.objective == pytest.approx(exact.outcome.objective, rel=1e-3)
    for run in (exact, found):
        assert recomputed(run, plant.problem()) == ()


def test_a_rate_may_be_the_only_way(toy: Folders) -> None:
    """Without services and freight by distance, a pair without a row is not possible."""
    for name in ("services", "freight", "lanes", "emissions", "mail_services", "mail_capacity"):
        toy.delete(f"network/{name}.csv")
    ways = ["site-a,zone-1,,,2,,,,2,2", "mx-port,site-a,,,,,50,,1,1", "cn-hub,mx-port,,,,,100,,9,9"]
    write(toy, *ways)
    assert {fault.code for fault in toy.faults() if not fault.warning} == {"F305"}
    # site B could deliver to the others, but nothing can be brought to it
    write(toy, *ways, "site-b,zone-2,,,2,,,,2,2", "site-b,zone-3,,,2,,,,2,2")
    run = run_of(toy)
    assert set(run.flows.loc[run.flows["leg"] == "outbound", "to"]) == {"zone-1"}
    assert run.kpis["unserved_share"] >= 0.5
    assert np.isnan(run.kpis["co2e_kg_per_order"])


def test_a_rated_lane_without_a_length_is_refused_where_emissions_count(toy: Folders) -> None:
    lanes = toy.text("network/lanes.csv").splitlines(keepends=True)
    gone = [line for line in lanes if not line.startswith("site-a,zone-1,")]
    assert len(gone) == len(lanes) - 1
    toy.write("network/lanes.csv", "".join(gone))
    write(toy, "site-a,zone-1,,,1,,,,2,2")
    with pytest.raises(InputError, match="needs its length"):
        toy.problem()
