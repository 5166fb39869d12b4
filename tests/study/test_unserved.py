"""Why orders are not served, beside what a pencil says of the toy (docs/toy.md)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conftest import Folders
from fulfill.model.instance import MAIL
from fulfill.study.capacity_use import band_use
from fulfill.study.json_file import read_json
from fulfill.study.open_run import open_run
from fulfill.study.optimize import optimize
from fulfill.study.run_folder import write_run_data
from fulfill.study.study import load
from fulfill.study.unserved import missing_orders, reasons, unserved_table

NETWORK = "network/"
SHIRTS, GADGETS = 2900.0, 300.0
MAIL_USD = 3 + 6 + 5 + 20 * 0.335 - 23.2 + 15
"""A mailed order: 12.50 USD, less than the 16.00 of an order not served."""
NO_GADGETS = ("not_stocked", "gadget", "")
"""Certifying gadgets costs 11,000 USD, and 300 orders do not earn that from stock."""


def found(**asked: Any) -> dict[tuple[str, str, str], float]:
    """Return the unserved orders of the toy by reason, product and limits."""
    run = optimize(load("toy", "toy", gap=0.0, method="monolith", **asked))
    assert run.audit.clean
    table = run.plan.unserved
    assert table["orders"].sum() == pytest.approx(run.channels["orders"].iloc[-1])
    assert sum(reasons(table).values()) == pytest.approx(table["orders"].sum())
    return table.set_index(["reason", "product", "limits"])["orders"].to_dict()


def test_where_all_is_served_there_is_no_reason() -> None:
    assert found() == {}


def test_without_mail_the_peak_has_no_room_and_gadgets_are_not_stocked() -> None:
    assert found(channels=("local",)) == pytest.approx(
        {NO_GADGETS: GADGETS, ("capacity", "shirt", "throughput site-a"): 150.0}
    )


@pytest.mark.parametrize(
    ("cell", "limit", "served"),
    [
        # 10 days of the peak and 355 others, 100,000 people, 2 orders a day; zone 3 is as near
        ("carriers[MX,*].orders_1000_people_day=0.02", "carrier MX A", 365 * 6.0),
        ("gateways[mx-port].capacity_m3_month=1", "gateway mx-port", 12 / 0.01),
        ("origins[cn-hub].capacity_m3_month=1", "origin cn-hub", 12 / 0.01),
        ("site_sizes[own,S].orders_day=4", "throughput site-a", 4 * 1.5 * 365),
    ],
)
def test_a_capacity_at_its_limit_is_named(cell: str, limit: str, served: float) -> None:
    asked = {"channels": ("local",), "opened": ("site-a",), "closed": ("site-b",)}
    left = found(**asked, overrides=[NETWORK + cell])
    assert left == pytest.approx(
        {NO_GADGETS: GADGETS, ("capacity", "shirt", limit): SHIRTS - served}
    )


def test_room_in_storage_is_a_capacity_too() -> None:
    asked = {"channels": ("local",), "opened": ("site-a",), "closed": ("site-b",)}
    cell = NETWORK + "site_sizes[own,S].storage_m3=0.5"
    assert set(found(**asked, overrides=[cell])) == {
        NO_GADGETS,
        ("capacity", "shirt", "storage site-a"),
    }


def test_mail_has_its_limits() -> None:
    mailed = {"channels": ("direct_mail",)}
    left = found(**mailed, overrides=[NETWORK + "mail_capacity[MX].kg_day=5"])
    assert sum(left.values()) == pytest.approx(SHIRTS + GADGETS - 5 * 365)  # an order weighs 1 kg
    assert {(reason, limits) for reason, _, limits in left} == {("capacity", "mail MX")}
    assert {limits for _, _, limits in found(**mailed, co2_kg=1000.0)} == {"co2_cap"}


@pytest.mark.parametrize(("base_usd", "margin"), [("6.4", False), ("6.6", True), ("60", True)])
def test_an_order_that_costs_more_than_it_is_worth_is_left(base_usd: str, margin: bool) -> None:
    """Mail at 3 USD base costs 12.50, an order not served 16.00: it is left from 6.50 on."""
    assert pytest.approx(16.0) == MAIL_USD + 3.5
    cell = NETWORK + f"mail_services[parcel,MX,urban].base_usd={base_usd}"
    left = found(channels=("direct_mail",), overrides=[cell])
    everything = {("margin", "gadget", ""): GADGETS, ("margin", "shirt", ""): SHIRTS}
    assert left == (everything if margin else {})


def test_a_zone_waits_for_its_own_site_only() -> None:
    """Without mail, zone 1 gets from site A what it holds, and site B may not add to it."""
    asked = {"channels": ("local",), "opened": ("site-a", "site-b")}
    shared, single = found(**asked), found(**asked, single_source=True)
    assert sum(shared.values()) < sum(single.values()) - 1.0
    assert {reason for reason, _, _ in single} <= {"not_stocked", "capacity", "margin"}
    assert any(limit == "throughput site-a" for _, _, limit in single)


def test_what_no_site_that_may_open_can_reach_is_out_of_reach() -> None:
    closed = found(channels=("local",), closed=("site-a", "site-b"))
    assert closed == {("reach", "gadget", ""): GADGETS, ("reach", "shirt", ""): SHIRTS}
    free = found(channels=("local",), max_sites=0)
    assert {reason for reason, _, _ in free} == {"not_stocked"}


def test_a_zone_beyond_every_service_is_out_of_reach(toy: Folders) -> None:
    """Without the second band, site A reaches zones 1 and 2 and site B zone 3."""
    lines = toy.text("network/services.csv").splitlines(keepends=True)
    toy.write("network/services.csv", "".join(lines[:2]))
    asked = {"channels": ("local",), "gap": 0.0, "method": "monolith"}
    run = optimize(toy.study(**asked, opened=("site-a",), closed=("site-b",)))
    left = run.plan.unserved.groupby(["reason", "product"])["orders"].sum().to_dict()
    assert left["reach", "shirt"] == pytest.approx(400.0)
    assert left["reach", "gadget"] == pytest.approx(100.0)


def straight(toy: Folders, plant: str, rate: str = "") -> dict[tuple[str, str, str], float]:
    """Return the unserved orders of zone 3 where a plant ships shirts straight to it, and no other.

    `plant` is its capacity in m3 a month, least volume and fixed cost a year, `rate` the capacity
    of the lane.
    """
    place = {"country": "MX", "lat": "20.5", "lon": "-103.2"}
    toy.add("network/origins.csv", origin_id="mx-plant", name="Plant", **place)
    names = ("capacity_m3_month", "minimum_m3_year", "fixed_usd_year")
    for name, value in zip(names, plant.split(","), strict=True):
        toy.set("network/origins.csv", 2, name, "")
        toy.set("network/origins.csv", 3, name, value)
    toy.add("network/goods_costs.csv", product_id="shirt", origin_id="mx-plant", goods_usd="5.0")
    toy.write(
        "network/lane_rates.csv",
        "from_id,to_id,usd_order,days_mean,days_p90,orders_day,source,status\n"
        f"mx-plant,zone-3,3,2,2,{rate},made up,estimate\n",
    )
    for site in ("site-a", "site-b"):
        toy.add("network/lanes.csv", from_id="mx-plant", to_id=site, road_km="300")
    run = optimize(toy.study(channels=("nearshore",), max_sites=0, gap=0.0))
    assert run.audit.clean
    zone = run.zones.set_index("zone_id")["share_unserved"]
    assert zone["zone-1"] == zone["zone-2"] == 1.0
    table = run.plan.unserved
    return table.set_index(["reason", "product", "limits"])["orders"].to_dict()


def test_what_a_plant_ships_straight_is_limited_by_the_plant_not_by_mail(toy: Folders) -> None:
    # a twelfth of a cubic metre a month is 100 shirts a year, of the 400 of zone 3
    left = straight(toy, f"{1 / 12!r},,")
    assert left["capacity", "shirt", "origin mx-plant"] == pytest.approx(300.0)
    assert not any("mail" in limits for _, _, limits in left)


def test_a_lane_of_a_plant_has_its_own_capacity(toy: Folders) -> None:
    left = straight(toy, ",,", rate="0.5")
    # half a shirt a day of 355 days; all of five in the peak, where 80 are wanted
    served = 0.5 * 355 + 0.5 * 10
    limit = "capacity", "shirt", "lane mx-plant - zone-3"
    assert left[limit] == pytest.approx(400.0 - served)


def test_a_plant_that_is_not_used_ships_nothing(toy: Folders) -> None:
    left = straight(toy, ",,100000")
    assert left["not_stocked", "shirt", ""] == pytest.approx(SHIRTS)


def test_what_a_search_did_not_come_to_is_said_to_be_its_fault() -> None:
    """The proven plan without its mailed orders: each would cost less by mail."""
    run = optimize(load("toy", "toy", gap=0.0, method="monolith"))
    assert run.decisions is not None
    decisions, instance = run.decisions, run.instance
    kept = instance.lane_site[decisions.lane] != MAIL
    names = ("lane", "product", "period", "orders")
    worse = replace(decisions, **{name: getattr(decisions, name)[kept] for name in names})
    table = unserved_table(instance, worse, band_use(instance, worse), 0.0)
    assert reasons(table) == pytest.approx({"search": 450.0})
    assert missing_orders(instance, worse).sum() == pytest.approx(450.0)


def test_a_run_keeps_its_reasons(tmp_path: Path) -> None:
    run = optimize(load("toy", "toy", gap=0.0, method="monolith", channels=("local",)))
    write_run_data(run, tmp_path)
    assert read_json(tmp_path, "summary.json")["unserved_reasons"] == pytest.approx(
        {"not_stocked": 300.0, "capacity": 150.0}
    )
    again = open_run(tmp_path)
    assert reasons(again.plan.unserved) == pytest.approx(reasons(run.plan.unserved))
    assert again.outcome.conditions == run.outcome.conditions == ("channels allowed: local",)
    assert again.verify().clean


@pytest.mark.parametrize("crumb", [1e-13, 1e-10])
def test_a_rounding_unit_is_no_unserved_order(crumb: float) -> None:
    run = optimize(load("toy", "toy", gap=0.0, method="monolith"))
    assert run.decisions is not None
    short = replace(run.decisions, orders=run.decisions.orders * (1.0 - crumb))
    assert unserved_table(run.instance, short, band_use(run.instance, short), np.inf).empty
