"""The key figures are found a second time from the tables, and a wrong formula is found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Folders
from fulfill.audit.delivery_options import courier_tax
from fulfill.audit.key_figures import (
    NOT_INDEPENDENT,
    KeyFigures,
    compare_key_figures,
    key_figures,
)
from fulfill.audit.order_flows import order_flows
from fulfill.audit.site_costs import day_of_delay
from fulfill.audit.tariff_rules import Rules
from fulfill.inputs.aggregation import merge_zones
from fulfill.inputs.geography.distances import Distances, measure
from fulfill.inputs.problem import Problem
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.solution import LocationParams
from fulfill.model.build import build_instance
from fulfill.model.decisions import Decisions, Outcome
from fulfill.model.economics.inbound import InboundCost
from fulfill.model.economics.landed import Economics, economics
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.model.limits import Limits
from fulfill.study import kpis
from fulfill.study.plan import Plan
from instances import within

OUTCOME = Outcome("FEASIBLE", 0.0, 0.0, "solver", "a test", 0.0)


@dataclass(frozen=True)
class Case:
    """A priced problem, and its plans described both ways."""

    problem: Problem
    distances: Distances
    economics: Economics
    instance: LocationInstance

    @classmethod
    def of(cls, problem: Problem) -> Case:
        distances = measure(problem.network, problem.demand.zones)
        money = economics(problem, distances)
        return cls(problem, distances, money, build_instance(problem, money, Limits()))

    def described(self, decisions: Decisions) -> Plan:
        return kpis.tabulate(self.problem, self.economics, self.instance, decisions, OUTCOME)

    def again(self, decisions: Decisions) -> KeyFigures:
        delivery_options = self.economics.delivery_options.table
        return key_figures(self.problem, self.distances, self.instance, decisions, delivery_options)

    def faults(self, decisions: Decisions) -> tuple[str, ...]:
        return compare_key_figures(self.described(decisions).kpis, self.again(decisions).figures)


def some_decisions(instance: LocationInstance, seed: int, n_flows: int = 400) -> Decisions:
    """Random flows over lanes that can be used, over all sites, with random goods for them."""
    rng = np.random.default_rng(seed)
    shape = (len(instance.lane_zone), *instance.shape[1:])
    cell = np.unique(rng.integers(0, np.prod(shape), n_flows))
    lane, k, t = np.unravel_index(cell, shape)
    usable = np.isfinite(instance.option_cost[instance.lane_option[lane], k, t])
    lane, k, t = lane[usable], k[usable], t[usable]
    opened = np.zeros(instance.fixed_usd.shape)
    for site, usd in enumerate(instance.fixed_usd):
        opened[site, rng.choice(np.flatnonzero(np.isfinite(usd)))] = 1.0
    used = np.isfinite(instance.inbound.route_usd) & (
        rng.random(instance.inbound.route_usd.shape) < 0.5
    )
    return Decisions(
        opened=opened,
        stocked=np.ones(instance.stock.entry_usd.shape),
        lane=lane,
        product=k,
        period=t,
        orders=rng.random(len(lane)) * instance.demand[instance.lane_zone[lane], k, t],
        inbound=np.where(used, rng.uniform(0.0, 100.0, used.shape), 0.0),
    )


def differences(plan: Plan, again: KeyFigures) -> dict[str, float]:
    """Return the relative difference of every key figure and every part of the cost."""
    share = {f"channel_{name}": x for name, x in plan.kpis["channel_share"].items()}
    figures = {name: x for name, x in plan.kpis.items() if name != "channel_share"}
    claimed = figures | share | plan.parts.set_index("part")["usd_year"].to_dict()
    found = again.figures | again.costs
    found |= {f"channel_{name}": x for name, x in again.figures["channel_share"].items()}
    assert set(found) - {"channel_share"} == set(claimed)
    return {
        name: abs(found[name] - x) / max(abs(x), abs(found[name]), 1e-12)
        for name, x in claimed.items()
        if x != found[name]
    }


@pytest.fixture(scope="module")
def paper(toy_problem: Problem) -> tuple[Case, Decisions]:
    """The toy with its best plan, that of docs/toy.md."""
    case = Case.of(toy_problem)
    solution = solve_exact(case.instance, LocationParams(gap=0.0))
    assert solution.decisions is not None
    return case, solution.decisions


@pytest.fixture
def lively(toy: Folders) -> Case:
    """The toy with every rate above zero, and bands that fill up and wait."""
    for name, value in (
        ("capital_rate", "0.12"), ("holding_rate", "0.25"), ("demand_correlation", "0.3"),
        ("cancel_p0", "0.02"), ("cancel_h0", "0.005"), ("cancel_lambda", "0.03"),
        ("cancel_gamma", "1.3"), ("conversion_eta", "0.02"), ("payment_loss_mail", "0.02"),
        ("payment_loss_local", "0.01"), ("reverse_usd_mail", "3"), ("reverse_usd_local", "2"),
        ("return_salvage_mail", "0.2"), ("return_salvage_local", "0.7"),
        ("vat_credit_days", "60"), ("insurance_rate", "0.004"),
    ):  # fmt: skip
        toy.figure(name, value)
    for row, (stocking, season) in ((2, ("replenished", "365")), (3, ("seasonal", "90"))):
        for column, value in (
            ("return_rate", "0.1"), ("demand_cv", "0.8"), ("weight_kg", "1.4"),
            ("stocking", stocking), ("season_days", season), ("salvage_share", "0.4"),
        ):  # fmt: skip
            toy.set("network/products.csv", row, column, value)
    toy.set("network/bands.csv", 3, "delay_days", "2")
    toy.set("network/origins.csv", 2, "fixed_usd_year", "700")
    toy.set("network/site_sizes.csv", 2, "orders_day", "3")
    toy.set("network/sites.csv", 2, "storage_usd_m3_month", "4")
    toy.set("network/sites.csv", 2, "pick_usd_order", "0.3")
    for row, file in ((2, "services"), (3, "services"), (2, "mail_services")):
        toy.set(f"network/{file}.csv", row, "days_p90", "16" if file == "mail_services" else "6")
        toy.set(f"network/{file}.csv", row, "usd_kg", "0.6")
    toy.set("network/services.csv", 3, "usd_100km", "0.2")
    for column, value in (
        ("freight_factor", "1.3"), ("mail_factor", "1.2"), ("last_mile_factor", "1.1"),
        ("mail_delay_days", "3"), ("last_mile_delay_days", "1"),
    ):  # fmt: skip
        toy.set("network/calendar.csv", 3, column, value)
    for row in (2, 3):
        toy.set("network/freight.csv", row, "days_cv", "0.3")
        toy.set("network/freight.csv", row, "usd_kg", "0.05")
    cited = "made up,,estimate,"
    toy.write(
        "network/prebuild.csv",
        f"period_id,lands_in,share,source,source_date,status,range\npeak,normal,0.4,{cited}\n",
    )
    return Case.of(toy.problem())


@pytest.fixture(scope="module")
def merged(embedded_problem: Problem) -> Case:
    """The embedded problem, its zones merged to 60."""
    return Case.of(merge_zones(embedded_problem, 60).problem)


def test_the_toy_has_the_figures_that_were_worked_out_on_paper(
    paper: tuple[Case, Decisions],
) -> None:
    case, plan = paper
    found = case.again(plan).figures
    assert found["orders"] == 3200
    assert found["contribution_usd"] == pytest.approx(14649.50, abs=1e-6)
    assert found["landed_cost_usd_per_order"] == pytest.approx(50790.50 / 3200)
    assert found["lead_time_days_mean"] == pytest.approx((2430 * 2 + 320 * 4 + 450 * 12) / 3200)
    assert found["share_within_3_days"] == pytest.approx(2430 / 3200)
    assert found["share_within_5_days"] == pytest.approx(2750 / 3200)
    assert found["cancellation_rate"] == 0
    assert found["unserved_share"] == pytest.approx(0)
    assert found["channel_share"]["direct_mail"] == pytest.approx(450 / 3200)
    assert found["channel_share"]["local"] == pytest.approx(2750 / 3200)


def test_the_toys_parts_of_the_cost_are_those_on_paper(paper: tuple[Case, Decisions]) -> None:
    case, plan = paper
    costs = case.again(plan).costs
    on_paper = {
        "revenue": -(450 * 23.20 + 2750 * 20.00),
        "goods": 3200 * 5.00,
        "mail_freight": 450 * 9.00,
        "courier_tax": 450 * 6.70,
        "freight": 2750 * (1.00 + 0.50),
        "gateway": 2750 * 0.10,
        "duty": 2750 * 2.322,
        "last_mile": 2430 * 2.00 + 320 * 4.00,
        "handling": 2700 * 1.00 + 50 * 2.00,
        "rent_and_overhead": 6000.0,
        "opening": 1000.0,
        "entry": 1000.0,
    }
    assert {name: usd for name, usd in costs.items() if usd} == pytest.approx(on_paper)


def test_an_order_of_the_toy_emits_what_its_kilometres_say(paper: tuple[Case, Decisions]) -> None:
    case, plan = paper
    arguments = (
        case.problem,
        case.distances,
        case.instance,
        plan,
        case.economics.delivery_options.table,
    )
    flows = order_flows(*arguments)
    near = (flows.site == 0) & (flows.zone == 0)
    # 1 kg, 50 km: 20 km by truck at 0.1 and 30 km by van at 0.8 kg a tonne-kilometre
    assert (flows.co2e_kg[near] / flows.dispatched[near]).tolist() == pytest.approx(
        [0.026] * near.sum()
    )
    # and on its way in: 12,000 km by sea at 0.01, 100 km by road at 0.1
    inbound = 2750 * (12000 * 0.01 + 100 * 0.1) / 1000
    total = case.again(plan).figures["co2e_kg_per_order"] * 3200
    assert total - flows.co2e_kg.sum() == pytest.approx(inbound)


@pytest.mark.parametrize(
    ("value_base", "tax"),
    [
        ("net_price", 0.335 * 20.00),
        ("all_in_price", 0.335 * 23.20 / 1.335),
        ("price", 0.335 * 23.20),
    ],
)
def test_the_courier_tax_rests_on_the_value_base(
    toy_problem: Problem, value_base: str, tax: float
) -> None:
    rules = Rules.of(toy_problem)
    assert courier_tax(rules, ("MX", "CN"), value_base, 0.16, "apparel", 23.20) == pytest.approx(
        tax
    )


def test_a_parcel_of_a_value_that_no_courier_rule_admits_cannot_be_mailed(
    toy_problem: Problem,
) -> None:
    assert (
        courier_tax(Rules.of(toy_problem), ("MX", "CN"), "price", 0.16, "apparel", 2500.01)
        == np.inf
    )


def test_a_parcel_whose_declared_value_falls_between_two_bands_cannot_be_mailed(
    toy_problem: Problem,
) -> None:
    rules = Rules.of(toy_problem)
    above = [
        {**row, "value_from_usd": 90.0} for row in rules.rows if row["entry_kind"] == "courier"
    ]
    gap = replace(rules, rows=tuple(above))
    # 100 / 1.335 is declared, below the only band
    assert courier_tax(gap, ("MX", "CN"), "all_in_price", 0.16, "apparel", 100.0) == np.inf
    assert courier_tax(gap, ("MX", "CN"), "price", 0.16, "apparel", 100.0) == pytest.approx(33.5)


@settings(max_examples=4)
@given(seed=st.integers(0, 10_000))
def test_both_formulas_agree_on_any_decisions(merged: Case, seed: int) -> None:
    plan = some_decisions(merged.instance, seed)
    apart = differences(merged.described(plan), merged.again(plan))
    assert not {name: x for name, x in apart.items() if x > 1e-9}


def test_both_formulas_agree_where_bands_fill_and_orders_wait(lively: Case) -> None:
    for seed in range(5):
        plan = some_decisions(lively.instance, seed)
        described = lively.described(plan)
        parts = described.parts.set_index("part")["usd_year"]
        assert parts[parts == 0].index.tolist() == []  # every part is put to the test
        apart = differences(described, lively.again(plan))
        assert not {name: x for name, x in apart.items() if x > 1e-9}


def test_both_formulas_agree_on_own_vans(toy: Folders) -> None:
    cited = "made up,,estimate,"
    toy.write(
        "network/own_delivery.csv",
        "site_id,zone_id,usd_order,source,source_date,status,range\n"
        f"site-a,zone-1,0.7,{cited}\nsite-b,zone-2,0.9,{cited}\n",
    )
    toy.set("network/calendar.csv", 3, "last_mile_factor", "1.5")
    case = Case.of(toy.problem())
    plan = some_decisions(case.instance, 1)
    own = case.economics.delivery_options.own[case.instance.lane_option[plan.lane]]
    assert own.any()
    assert not own.all()
    apart = differences(case.described(plan), case.again(plan))
    assert not {name: x for name, x in apart.items() if x > 1e-9}


def test_a_plan_that_serves_nobody_has_no_means(paper: tuple[Case, Decisions]) -> None:
    case, plan = paper
    none = np.zeros(0, np.int64)
    idle = Decisions(
        0 * plan.opened, 0 * plan.stocked, none, none, none, np.zeros(0), 0 * plan.inbound
    )
    found = case.again(idle).figures
    for name in (
        "landed_cost_usd_per_order", "lead_time_days_mean", "cancellation_rate", "co2e_kg_per_order"
    ):  # fmt: skip
        assert np.isnan(found[name])
    assert found["unserved_share"] == 1
    assert found["contribution_usd"] == -3200
    assert case.faults(idle) == ()


Mutation = Callable[[pytest.MonkeyPatch], None]


def swap(name: str, wrong: object) -> Mutation:
    """Put a wrong formula in the place of one of study/kpis."""
    return lambda patch: patch.setattr(kpis, name, wrong)


def without_delay(economics: Economics) -> Economics:
    stores = economics.warehouses
    return replace(economics, warehouses=replace(stores, delay_days=0.0 * stores.delay_days))


def over_dispatched(instance: LocationInstance, plan: Decisions) -> Decisions:
    """Return a plan with dispatched orders in the place of potential ones."""
    cell = (instance.lane_option[plan.lane], plan.product, plan.period)
    return replace(plan, orders=plan.orders * instance.units[cell])


MEAN_LEAD_DAYS, IN_TIME, CANCELLED = kpis.mean_lead_days, kpis._in_time, kpis._cancelled
WRONG: dict[str, tuple[Mutation, str]] = {
    "lead time without the wait": (
        swap(
            "mean_lead_days",
            lambda e, instance, plan, used: MEAN_LEAD_DAYS(without_delay(e), instance, plan, used),
        ),
        "lead_time_days_mean",
    ),
    "lead time over dispatched orders": (
        swap(
            "mean_lead_days",
            lambda e, instance, plan, used: MEAN_LEAD_DAYS(
                e, instance, over_dispatched(instance, plan), used
            ),
        ),
        "lead_time_days_mean",
    ),
    "share in time among served orders": (
        swap(
            "_in_time",
            lambda flows, share: IN_TIME(flows, share) * 3200.0 / flows["orders"].sum(),
        ),
        "share_within_3_days",
    ),
    "cancelled over too few orders": (
        swap("_cancelled", lambda delivered, placed: CANCELLED(delivered, 0.99 * placed)),
        "cancellation_rate",
    ),
    "emissions without inbound": (
        swap("inbound_co2", lambda instance, decisions: 0.0),
        "co2e_kg_per_order",
    ),
    "emissions by lane without weight": (
        swap("_outbound_co2", lambda instance, flows: instance.lane_co2[flows["_lane"]].sum()),
        "co2e_kg_per_order",
    ),
    "landed cost with losses": (
        swap("LOSS_PARTS", ("revenue", "payment_loss", "cancellation", "unserved")),
        "landed_cost_usd_per_order",
    ),
    "unserved orders forgotten": (
        swap("missing_orders", lambda instance, decisions: np.zeros(instance.shape)),
        "unserved_share",
    ),
    "nearshore goods counted twice": (
        swap("nearshore_share", lambda problem, instance, decisions: np.full((2, 2, 2), 0.5)),
        "channel_share.nearshore",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_formula_is_found_out(
    lively: Case, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    plan = some_decisions(lively.instance, 3)
    assert lively.faults(plan) == ()
    mutate, figure = WRONG[name]
    mutate(monkeypatch)
    assert any(fault.startswith(f"{figure}: claimed") for fault in lively.faults(plan))


def test_wrong_unit_economics_are_found_out(lively: Case) -> None:
    """What the solver prices by is not what the second formula reads."""
    plan = some_decisions(lively.instance, 3)
    money = lively.economics
    parts = {**money.inbound.parts, "duty": 0.9 * money.inbound.parts["duty"]}
    cheaper = replace(lively, economics=replace(money, inbound=InboundCost(parts)))
    named = [fault.split(":")[0] for fault in cheaper.faults(plan)]
    assert named == ["landed_cost_usd_per_order", "contribution_usd"]
    slow = replace(money.lead_times, mean=money.lead_times.mean + 1.0)
    later = replace(lively, economics=replace(money, lead_times=slow))
    assert [fault.split(":")[0] for fault in later.faults(plan)] == ["lead_time_days_mean"]


def test_a_lane_that_no_service_covers_has_no_figures(paper: tuple[Case, Decisions]) -> None:
    case, plan = paper
    far = replace(case.distances, site_zone=case.distances.site_zone + 5000.0)
    found = replace(case, distances=far).again(plan)
    assert (case.instance.lane_site[plan.lane] != MAIL).any()
    assert np.isnan(found.figures["contribution_usd"])


def test_goods_that_no_route_brings_have_no_cost_of_stock(lively: Case) -> None:
    plan = some_decisions(lively.instance, 3)
    unreached = within(
        lively.instance,
        "inbound",
        route_usd=np.full_like(lively.instance.inbound.route_usd, np.inf),
    )
    assert np.isfinite(lively.again(plan).costs["safety_stock"])
    assert np.isnan(replace(lively, instance=unreached).again(plan).costs["safety_stock"])


def test_goods_that_no_rule_lets_in_are_not_free_of_duty(lively: Case) -> None:
    plan = some_decisions(lively.instance, 3)
    network = lively.problem.network
    tariffs = network["tariffs"]
    courier = tariffs[tariffs["entry_kind"] == "courier"]
    problem = replace(lively.problem, network=network.with_table("tariffs", courier))
    assert replace(lively, problem=problem).again(plan).costs["duty"] == np.inf


def test_a_day_of_delay_is_that_of_services_at_home_or_else_across_the_border(
    merged: Case,
) -> None:
    both = day_of_delay(merged.problem)
    across = day_of_delay(replace(merged.problem, channels=("cross_border", "direct_mail")))
    mailed = day_of_delay(replace(merged.problem, channels=("direct_mail",)))
    assert (both > 0).all()
    assert (across > 0).all()
    assert (mailed == 0).all()
    assert both.to_numpy() == pytest.approx(merged.economics.day_usd)


def test_compare_names_the_figure_and_both_values() -> None:
    claimed = {"a": 1.0, "b": None, "c": {"x": 0.25, "y": 0.5}, "e": 3}
    found = {"a": 1.0 + 2e-6, "b": float("nan"), "c": {"x": 0.25, "y": 0.4}, "d": 1.0, "e": 3.0}
    assert compare_key_figures(claimed, found) == (
        "a: claimed 1, recomputed 1.000002",
        "c.y: claimed 0.5, recomputed 0.4",
        "d: claimed no value, recomputed 1",
    )


def test_compare_takes_rounding_for_none() -> None:
    assert compare_key_figures({"a": 1.0, "b": 3e-17}, {"a": 1.0 + 5e-7, "b": 0.0}) == ()
    assert compare_key_figures({"a": float("inf")}, {"a": 1.0}) != ()
    assert compare_key_figures({"a": "1"}, {"a": 1.0}) == ("a: claimed 1, recomputed 1",)


def test_what_is_taken_over_is_named() -> None:
    assert all(text.startswith("key figures: ") for text in NOT_INDEPENDENT)


def ferried(case: Case) -> Decisions:
    """All flows over lanes that take a ferry."""
    lanes = case.economics.lanes
    over = case.economics.delivery_options.table["ferry"].to_numpy()[lanes.option] >= 0
    plan, lane = some_decisions(case.instance, 3), np.flatnonzero(over)
    taken = lane[np.arange(len(plan.lane)) % len(lane)]
    return replace(plan, lane=taken, orders=np.ones(len(taken)))


def test_both_formulas_agree_on_ferries(merged: Case) -> None:
    plan = ferried(merged)
    assert len(np.unique(merged.instance.lane_site[plan.lane])) > 20
    apart = differences(merged.described(plan), merged.again(plan))
    assert not {name: x for name, x in apart.items() if x > 1e-9}


@pytest.mark.parametrize(
    ("column", "added", "figure"),
    [("usd_order", 1.0, "landed_cost_usd_per_order"), ("hours", 24.0, "lead_time_days_mean")],
)
def test_a_ferry_left_out_of_the_price_or_the_time_is_found(
    merged: Case, column: str, added: float, figure: str
) -> None:
    network = merged.problem.network
    table = network["ferries"]
    dearer = network.with_table("ferries", table.assign(**{column: table[column] + added}))
    other = replace(merged, problem=replace(merged.problem, network=dearer))
    plan = ferried(merged)
    claimed = merged.described(plan).kpis
    found = other.again(plan)
    assert any(figure in fault for fault in compare_key_figures(claimed, found.figures))
    if column == "hours":
        assert found.figures[figure] - claimed[figure] == pytest.approx(1.0, abs=0.05)
    else:
        more = found.costs["last_mile"] - merged.again(plan).costs["last_mile"]
        factor = network["calendar"]["last_mile_factor"].to_numpy(float)[plan.period]
        option = merged.instance.lane_option[plan.lane]
        units = merged.instance.units[option, plan.product, plan.period]
        assert more == pytest.approx((factor * units * plan.orders).sum())
