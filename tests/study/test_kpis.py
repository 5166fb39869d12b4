"""Tables and key figures of a plan, beside what a pencil says of the plan of docs/toy.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from conftest import Folders
from fulfill.inputs.geography.distances import measure
from fulfill.inputs.problem import Problem
from fulfill.model.build import build_instance
from fulfill.model.decisions import Decisions, Outcome
from fulfill.model.economics.landed import Economics, economics
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.model.limits import Limits
from fulfill.study.capacity_use import band_use
from fulfill.study.kpis import route_gateways, tabulate
from fulfill.study.plan import Plan
from fulfill.study.priced import nearshore_share

Flow = tuple[int, int, int, int]
"""Site (MAIL for direct mail), zone, product, period."""
A, SHIRT, GADGET, NORMAL, PEAK = 0, 0, 1, 0, 1
PAPER: dict[Flow, float] = {
    (A, 0, SHIRT, NORMAL): 900.0,
    (A, 1, SHIRT, NORMAL): 1380.0,
    (A, 2, SHIRT, NORMAL): 320.0,
    (A, 0, SHIRT, PEAK): 100.0,
    (A, 1, SHIRT, PEAK): 50.0,
    (MAIL, 1, SHIRT, PEAK): 70.0,
    (MAIL, 2, SHIRT, PEAK): 80.0,
}
"""The plan with site A; gadgets are added to it."""


def priced(problem: Problem) -> tuple[Economics, LocationInstance]:
    money = economics(problem, measure(problem.network, problem.demand.zones))
    return money, build_instance(problem, money, Limits())


def decide(
    instance: LocationInstance,
    flows: Mapping[Flow, float],
    inbound: Mapping[tuple[str, int, int], float],
) -> Decisions:
    """Return decisions with site A open; `inbound` by origin, product and period."""
    lanes = {
        (int(site), int(zone)): lane
        for lane, (site, zone) in enumerate(
            zip(instance.lane_site, instance.lane_zone, strict=True)
        )
    }
    opened, stocked = np.zeros(instance.fixed_usd.shape), np.zeros(instance.stock.entry_usd.shape)
    opened[A, 0] = 1.0 if flows else 0.0
    stocked[SHIRT, 0] = 1.0 if flows else 0.0
    brought = np.zeros(instance.inbound.route_usd.shape)
    for (origin, k, t), orders in inbound.items():
        origins = np.array(instance.inbound.origins)[instance.inbound.route_origin]
        route = np.flatnonzero((instance.inbound.route_site == A) & (origins == origin))[0]
        brought[route, k, t] = orders
    index = np.array([(lanes[site, zone], k, t) for site, zone, k, t in flows], np.int64)
    lane, product, period = index.reshape(-1, 3).T
    amount = np.array(list(flows.values()), float)
    return Decisions(opened, stocked, lane, product, period, amount, brought)


def describing(problem: Problem, flows: Mapping[Flow, float], **inbound: float) -> Plan:
    """Describe a plan whose goods for site A are `cn_hub` or `mx_plant` orders in normal days."""
    money, instance = priced(problem)
    by_origin = {(name.replace("_", "-"), SHIRT, NORMAL): x for name, x in inbound.items()}
    outcome = Outcome("FEASIBLE", 1.0, 1.0, "solver", "the toy", 0.0)
    return tabulate(problem, money, instance, decide(instance, flows, by_origin), outcome)


@pytest.fixture(scope="module")
def plan(toy_problem: Problem) -> Plan:
    """The plan of docs/toy.md."""
    money, instance = priced(toy_problem)
    gadgets = {
        (MAIL, zone, GADGET, t): float(toy_problem.orders[zone, GADGET, t])
        for zone in range(3)
        for t in range(2)
    }
    inbound = {("cn-hub", SHIRT, NORMAL): 2600.0, ("cn-hub", SHIRT, PEAK): 150.0}
    decisions = decide(instance, PAPER | gadgets, inbound)
    outcome = Outcome("OPTIMAL", 33350.50, 33350.50, "solver", "the toy", 0.0)
    return tabulate(toy_problem, money, instance, decisions, outcome)


def row(table: pd.DataFrame, **names: str) -> pd.Series:
    """Return the one row of a table that has these names."""
    found = table[np.logical_and.reduce([table[column] == name for column, name in names.items()])]
    assert len(found) == 1, names
    return found.iloc[0]


def test_the_key_figures_are_those_on_paper(plan: Plan) -> None:
    assert plan.kpis["orders"] == 3200
    assert plan.kpis["contribution_usd"] == pytest.approx(14649.50)
    assert plan.kpis["landed_cost_usd_per_order"] == pytest.approx(50790.50 / 3200)
    assert plan.kpis["lead_time_days_mean"] == pytest.approx((2430 * 2 + 320 * 4 + 450 * 12) / 3200)
    assert plan.kpis["share_within_3_days"] == pytest.approx(2430 / 3200)
    assert plan.kpis["share_within_5_days"] == pytest.approx(2750 / 3200)
    assert plan.kpis["cancellation_rate"] == 0
    assert plan.kpis["unserved_share"] == 0
    assert plan.kpis["channel_share"] == pytest.approx(
        {
            "direct_mail": 450 / 3200,
            "local": 2750 / 3200,
            "cross_border": 0,
            "nearshore": 0,
            "unserved": 0,
        }
    )


def test_the_costs_are_those_on_paper_and_add_up_to_the_contribution(plan: Plan) -> None:
    usd = plan.parts.set_index("part")["usd_year"]
    on_paper = {
        "revenue": -(450 * 23.20 + 2750 * 20.00),
        "goods": 3200 * 5.00,
        "mail_freight": 450 * 9.00,
        "courier_tax": 450 * 6.70,
        "last_mile": 2430 * 2.00 + 320 * 4.00,
        "freight": 2750 * (1.00 + 0.50),
        "gateway": 2750 * 0.10,
        "duty": 2750 * 2.322,
        "rent_and_overhead": 6000.0,
        "opening": 1000.0,
        "entry": 1000.0,
        "handling": 2700 * 1.00 + 50 * 2.00,
    }
    assert usd[usd != 0].to_dict() == pytest.approx(on_paper)
    assert -usd.sum() == pytest.approx(14649.50)
    assert plan.parts["usd_per_order"].to_numpy() == pytest.approx(usd.to_numpy() / 3200)


def test_a_site_has_its_size_orders_use_and_costs(plan: Plan) -> None:
    site = row(plan.sites, site_id="site-a")
    assert len(plan.sites) == 1
    assert (site["size"], site["ownership"], site["name"]) == ("S", "own", "Site A")
    assert site["orders_year"] == 2750
    assert site["mean_utilisation"] == pytest.approx(2750 / 3650)  # 10 a day in the base band
    assert site["peak_utilisation"] == pytest.approx(1.5)  # 150 orders, 100 in the base band
    assert site["peak_period"] == "peak"
    assert site["fixed_usd_year"] == 7000
    assert site["opening_usd"] == 5000


def test_a_zone_has_its_lead_time_coverage_and_shares(plan: Plan) -> None:
    first, last = row(plan.zones, zone_id="zone-1"), row(plan.zones, zone_id="zone-3")
    assert (first["orders"], last["orders"]) == (1100, 500)
    assert first["lead_time_days"] == pytest.approx((1000 * 2 + 100 * 12) / 1100)
    assert last["lead_time_days"] == pytest.approx((320 * 4 + 180 * 12) / 500)
    assert first["share_within_3_days"] == pytest.approx(1000 / 1100)
    assert (last["share_within_3_days"], last["share_within_5_days"]) == (0, 320 / 500)
    assert (first["share_local"], last["share_direct_mail"]) == (1000 / 1100, 180 / 500)
    assert (first["share_nearshore"], first["share_cross_border"]) == (0, 0)
    assert (first["share_unserved"], first["cancellation_rate"]) == (0, 0)
    assert (first["main_site"], first["main_site_name"]) == ("site-a", "Site A")
    assert (first["main_channel"], first["second_channel"]) == ("local", "direct_mail")
    assert first["main_channel_share"] == first["share_local"]


def test_ids_have_their_names_beside_them(plan: Plan) -> None:
    out = row(plan.flows, **{"from": "site-a"}, to="zone-1", product="shirt", period="peak")
    assert (out["from_name"], out["to_name"], out["to_state"]) == ("Site A", "Zone 1", "A")
    assert (out["product_name"], out["period_name"]) == ("Shirt, a best seller", "Peak")
    assert (out["via"], out["via_name"]) == ("", "")
    brought = row(plan.flows, leg="inbound", to="site-a", product="shirt", period="peak")
    assert (brought["from_name"], brought["via_name"]) == ("Chinese hub", "Pacific port")
    mailed = plan.flows[plan.flows["channel"] == "direct_mail"]
    assert set(mailed["from_name"]) == {"direct mail"}
    stock = row(plan.capacity, resource="site-a", kind="storage", period="peak")
    assert (stock["resource_name"], stock["period_name"]) == ("Site A", "Peak")
    assert row(plan.capacity, kind="mail", period="peak")["resource"] == "MX"


def test_a_route_is_named_by_gateway_and_crossing() -> None:
    inbound = SimpleNamespace(
        gateways=("port", "gate"),
        route_gateway=np.array([0, -1, 0, -1]),
        route_crossing=np.array([1, 1, -1, -1]),
    )
    assert route_gateways(inbound, "+") == ["port+gate", "gate", "port", ""]
    names = {"port": "Port", "gate": "Gate"}
    assert route_gateways(inbound, " + ", names) == ["Port + Gate", "Gate", "Port", ""]


def test_a_channel_has_its_orders_share_and_lead_time_and_unserved_is_last(plan: Plan) -> None:
    mail, local = row(plan.channels, channel="direct_mail"), row(plan.channels, channel="local")
    assert (mail["orders"], mail["share"], mail["lead_time_days"]) == (450, 450 / 3200, 12)
    assert (local["orders"], local["cancellation_rate"]) == (2750, 0)
    assert local["lead_time_days"] == pytest.approx((2430 * 2 + 320 * 4) / 2750)
    unused = row(plan.channels, channel="cross_border")
    assert (unused["orders"], unused["share"]) == (0, 0)
    assert np.isnan(unused["lead_time_days"])
    assert np.isnan(unused["cancellation_rate"])
    assert plan.channels["channel"].tolist()[-1] == "unserved"


CAPACITY = [
    # kind, resource, unit, period, used, capacity
    ("throughput_base", "site-a", "orders", "normal", 2600.0, 3550.0),
    ("throughput_base", "site-a", "orders", "peak", 100.0, 100.0),
    ("throughput_overtime", "site-a", "orders", "peak", 50.0, 50.0),
    ("storage", "site-a", "m3", "normal", 26.0 * 7 / 355, 1000.0),  # half a review of 14 days
    ("storage", "site-a", "m3", "peak", 1.5 * 7 / 10, 1000.0),
    ("gateway", "mx-port", "m3", "normal", 26.0, 1000.0 * 355 * 12 / 365),
    ("gateway", "mx-port", "m3", "peak", 1.5, 1000.0 * 10 * 12 / 365),
    ("mail", "MX", "kg", "peak", 150.0, 10_000.0),  # and the gadgets of the peak
    ("carrier", "MX A", "orders", "normal", 2600.0, 30_000.0 * 355),
    ("carrier", "MX A", "orders", "peak", 150.0, 30_000.0 * 10),
]


@pytest.mark.parametrize("expected", CAPACITY, ids=lambda case: f"{case[0]} {case[3]}")
def test_a_resource_has_its_use_and_capacity(
    plan: Plan, toy_problem: Problem, expected: tuple[str, str, str, str, float, float]
) -> None:
    kind, resource, unit, period, used, capacity = expected
    if kind == "mail":
        used += float(toy_problem.orders[:, GADGET, PEAK].sum())
    found = row(plan.capacity, kind=kind, resource=resource, period=period)
    assert found["unit"] == unit
    assert found["used"] == pytest.approx(used)
    assert found["capacity"] == pytest.approx(capacity)
    assert found["utilisation"] == pytest.approx(used / capacity)


def test_only_resources_in_use_are_listed(plan: Plan) -> None:
    listed = set(zip(plan.capacity["kind"], plan.capacity["period"], strict=True))
    asked = {(kind, period) for kind, _, _, period, _, _ in CAPACITY}
    assert listed - asked <= {("mail", "normal")}
    assert ("throughput_overtime", "normal") not in listed
    assert plan.capacity.columns.tolist() == [
        "resource", "resource_name", "kind", "period", "period_name", "used", "capacity", "unit",
        "utilisation",
    ]  # fmt: skip


def test_a_flow_has_its_service_distance_and_lead_time(plan: Plan) -> None:
    flow = row(
        plan.flows, leg="outbound", to="zone-3", product="shirt", period="normal", channel="local"
    )
    assert (flow["from"], flow["service_id"], flow["via"]) == ("site-a", "ground", "")
    assert (flow["orders"], flow["distance_km"], flow["lead_time_days"]) == (320, 500, 4)
    assert flow["placed"] == flow["dispatched"] == flow["delivered"] == 320
    mailed = row(plan.flows, leg="outbound", to="zone-3", product="shirt", channel="direct_mail")
    assert (mailed["from"], mailed["orders"]) == ("direct mail", 80)
    assert not [name for name in plan.flows.columns if name.startswith("_")]


def test_an_inbound_flow_has_its_gateway_and_days(plan: Plan) -> None:
    flow = row(plan.flows, leg="inbound", period="normal")
    assert (flow["from"], flow["via"], flow["to"], flow["channel"]) == (
        "cn-hub", "mx-port", "site-a", "local"
    )  # fmt: skip
    assert (flow["orders"], flow["dispatched"]) == (2600, 2600)
    # 5 days and 12,000 km by sea, 2 in the port, 1 day and 100 km by road
    assert flow["lead_time_days"] == pytest.approx(5 + 12000 / 800 + 2 + 1 + 100 / 600)


def test_bands_fill_in_order_of_price(toy_problem: Problem) -> None:
    _, instance = priced(toy_problem)
    decisions = decide(instance, PAPER, {})
    used = band_use(instance, decisions)
    assert used[A, :, PEAK].tolist() == [100.0, 50.0, 0.0]
    dear = instance.handling_usd.copy()
    dear[:, :, 0] = 3.0  # the base band is the dearest: overtime at 2 comes first
    turned = band_use(replace(instance, handling_usd=dear), decisions)
    assert turned[A, 1, PEAK] == 50.0
    assert turned[A, 0, NORMAL] + turned[A, 1, NORMAL] == 2600.0
    assert turned[A, 1, NORMAL] == 1775.0


def test_orders_that_nobody_serves_are_counted_and_cost_their_penalty(
    toy_problem: Problem,
) -> None:
    plan = describing(toy_problem, PAPER, cn_hub=2750.0)
    assert plan.kpis["unserved_share"] == pytest.approx(300 / 3200)  # the gadgets
    assert row(plan.parts, part="unserved")["usd_year"] == pytest.approx(300 * 1.00)
    assert row(plan.channels, channel="unserved")["orders"] == pytest.approx(300)
    assert row(plan.zones, zone_id="zone-3")["share_unserved"] == pytest.approx(100 / 500)
    # a share in time is one of all orders, a mean only one of those that are served
    assert plan.kpis["share_within_5_days"] == pytest.approx(2750 / 3200)
    assert plan.kpis["lead_time_days_mean"] == pytest.approx((2430 * 2 + 320 * 4 + 150 * 12) / 2900)


def test_what_plants_made_is_nearshore_in_the_share_of_the_goods(toy: Folders) -> None:
    place = {"country": "MX", "lat": "20.5", "lon": "-103.2"}
    toy.add("network/origins.csv", origin_id="mx-plant", name="Plant", **place)
    toy.add("network/goods_costs.csv", product_id="shirt", origin_id="mx-plant", goods_usd="5.2")
    for site in ("site-a", "site-b"):
        toy.add("network/lanes.csv", from_id="mx-plant", to_id=site, road_km="30")
    problem = toy.problem()
    plan = describing(problem, {(A, 0, SHIRT, NORMAL): 800.0}, cn_hub=600.0, mx_plant=200.0)
    orders = plan.channels.set_index("channel")["orders"]
    assert (orders["local"], orders["nearshore"]) == (600, 200)
    assert row(plan.zones, zone_id="zone-1")["share_nearshore"] == pytest.approx(200 / 1100)
    assert row(plan.flows, leg="inbound", channel="nearshore")["from"] == "mx-plant"
    _, instance = priced(problem)
    decisions = decide(instance, {(A, 0, SHIRT, NORMAL): 800.0}, {})
    assert not nearshore_share(problem, instance, decisions).any()  # no goods, no share


def test_a_plant_that_makes_anything_costs_its_fixed_cost(toy: Folders) -> None:
    place = {"country": "MX", "lat": "20.5", "lon": "-103.2", "fixed_usd_year": "5000"}
    toy.add("network/origins.csv", origin_id="mx-plant", name="Plant", **place)
    toy.add("network/goods_costs.csv", product_id="shirt", origin_id="mx-plant", goods_usd="5.2")
    for site in ("site-a", "site-b"):
        toy.add("network/lanes.csv", from_id="mx-plant", to_id=site, road_km="30")
    problem, orders = toy.problem(), {(A, 0, SHIRT, NORMAL): 800.0}
    for nearshore, usd in ((200.0, 5000.0), (0.0, 0.0)):
        plan = describing(problem, orders, cn_hub=800.0 - nearshore, mx_plant=nearshore)
        assert row(plan.parts, part="plants")["usd_year"] == usd


def test_an_order_in_overtime_waits_and_the_mean_is_over_potential_orders(toy: Folders) -> None:
    toy.set("network/bands.csv", 3, "delay_days", "2")
    toy.figure("conversion_eta", "0.1")
    units = np.exp(-0.1 * (2 - 7))  # two days in place of seven: 1.65 orders placed and dispatched
    plan = describing(toy.problem(), {(A, 0, SHIRT, PEAK): 80.0}, cn_hub=units * 80.0)
    late = units * 80.0 - 100.0  # beyond what the base band takes
    assert row(plan.capacity, kind="throughput_overtime")["used"] == pytest.approx(late)
    assert plan.kpis["lead_time_days_mean"] == pytest.approx(2 + 2 * late / (units * 80.0))
    assert plan.kpis["share_within_3_days"] == pytest.approx(80 / 3200)  # without the wait


def test_cancelled_orders_are_a_share_of_the_placed(toy: Folders) -> None:
    toy.figure("cancel_h0", "0.1")
    toy.figure("conversion_eta", "0.1")
    plan = describing(toy.problem(), {(A, 0, SHIRT, NORMAL): 80.0}, cn_hub=100.0)
    share = 1 - np.exp(-0.1 * 2)  # two days, less than the five promised
    assert plan.kpis["cancellation_rate"] == pytest.approx(share)
    assert row(plan.channels, channel="local")["cancellation_rate"] == pytest.approx(share)
    assert row(plan.zones, zone_id="zone-1")["cancellation_rate"] == pytest.approx(share)
    flow = row(plan.flows, leg="outbound")
    placed = 80 * np.exp(-0.1 * (2 - 7))
    assert flow["placed"] == pytest.approx(placed)
    assert flow["dispatched"] == pytest.approx(placed * np.exp(-0.1 * 0.5))  # half a day to leave
    assert flow["delivered"] == pytest.approx(placed * np.exp(-0.1 * 2))
    landed = plan.parts[~plan.parts["part"].isin(["revenue", "cancellation", "unserved"])]
    assert plan.kpis["landed_cost_usd_per_order"] == pytest.approx(
        landed["usd_year"].sum() / flow["dispatched"]
    )


def test_emissions_are_those_of_lanes_and_routes_over_dispatched_orders(
    toy_problem: Problem,
) -> None:
    plan = describing(toy_problem, {(A, 0, SHIRT, NORMAL): 80.0}, cn_hub=80.0)
    lane = 20 * 0.1 + 30 * 0.8  # 50 km, of which 30 by van
    route = 12000 * 0.01 + 100 * 0.1
    assert plan.kpis["co2e_kg_per_order"] == pytest.approx((lane + route) / 1000)


def test_where_nothing_is_served_means_are_no_figures(toy_problem: Problem) -> None:
    plan = describing(toy_problem, {})
    for name in (
        "landed_cost_usd_per_order",
        "lead_time_days_mean",
        "cancellation_rate",
        "co2e_kg_per_order",
    ):
        assert np.isnan(plan.kpis[name]), name
    assert plan.kpis["unserved_share"] == 1
    assert plan.kpis["share_within_3_days"] == 0
    assert plan.kpis["contribution_usd"] == -3200
    assert plan.parts["usd_per_order"].isna().all()
    assert plan.sites.empty
    assert plan.capacity.empty
    assert plan.zones["lead_time_days"].isna().all()
    assert plan.zones["share_unserved"].tolist() == [1, 1, 1]
    assert plan.zones["main_site"].tolist() == ["", "", ""]
    assert plan.zones["second_channel"].tolist() == ["", "", ""]
    assert plan.zones["main_channel_share"].isna().all()


def test_the_cost_of_each_channel_is_that_on_paper(plan: Plan) -> None:
    costs = plan.parts.set_index("part")
    mailed = costs["direct_mail_usd"]
    assert mailed[mailed != 0].to_dict() == pytest.approx(
        {
            "revenue": -450 * 23.20,
            "goods": 450 * 5.00,
            "mail_freight": 450 * 9.00,
            "courier_tax": 450 * 6.70,
        }
    )
    # every other cost is one of orders from stock, the site's shared costs included
    whole = costs["usd_year"] - mailed
    assert costs["local_usd"].to_numpy() == pytest.approx(whole.to_numpy())
    landed = plan.channels.set_index("channel")["landed_cost_usd_per_order"]
    assert landed["direct_mail"] == pytest.approx(5.00 + 9.00 + 6.70)
    assert landed["local"] == pytest.approx((50790.50 - 450 * 20.70) / 2750)
    assert np.isnan(landed["unserved"])


def test_the_landed_cost_of_the_zones_adds_up_to_that_of_the_plan(plan: Plan) -> None:
    # all orders of the toy are dispatched
    total = (plan.zones["landed_cost_usd_per_order"] * plan.zones["orders"]).sum()
    assert total == pytest.approx(50790.50)


def test_nearshore_goods_pay_for_their_own_plant_and_no_duty(toy: Folders) -> None:
    place = {"country": "MX", "lat": "20.5", "lon": "-103.2", "fixed_usd_year": "5000"}
    toy.add("network/origins.csv", origin_id="mx-plant", name="Plant", **place)
    toy.add("network/goods_costs.csv", product_id="shirt", origin_id="mx-plant", goods_usd="5.2")
    for site in ("site-a", "site-b"):
        toy.add("network/lanes.csv", from_id="mx-plant", to_id=site, road_km="30")
    plan = describing(toy.problem(), {(A, 0, SHIRT, NORMAL): 800.0}, cn_hub=600.0, mx_plant=200.0)
    costs = plan.parts.set_index("part")
    channels = [f"{name}_usd" for name in ("direct_mail", "local", "cross_border", "nearshore")]
    served = costs.drop("unserved")
    assert served[channels].sum(axis=1).to_numpy() == pytest.approx(served["usd_year"].to_numpy())
    assert costs.loc["plants", ["local_usd", "nearshore_usd"]].tolist() == [0, 5000]
    assert costs.loc["duty", "nearshore_usd"] == 0
    assert costs.loc["duty", "local_usd"] == pytest.approx(600 * 2.322)
    # both share the site's rent by their orders
    assert costs.loc["rent_and_overhead", "nearshore_usd"] == pytest.approx(6000 / 4)
