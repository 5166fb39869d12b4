"""Capacities of lanes, and of products at plants: beside paper, brute force and the auditor."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from conftest import TOY_NETWORK, Folders
from fulfill.audit.bound import audit_bound
from fulfill.audit.flow_limits import flow_limit_faults
from fulfill.audit.plan import audit_plan
from fulfill.inputs.faults import InputError
from fulfill.inputs.network import Network
from fulfill.location import solve
from fulfill.location.cflp.capacitated import is_capacitated
from fulfill.model.certificate import FILE, Certificate
from fulfill.model.certificate_file import load as load_certificate
from fulfill.model.scenarios import Scenario, with_scenarios
from fulfill.study.optimize import optimize
from fulfill.study.resolve import resolve
from fulfill.study.run import Run
from fulfill.study.study import Study, load
from fulfill.study.verify import verify
from instances import seeds

pytestmark = pytest.mark.usefixtures("undrawn")

LIMITED = "from_id,to_id,product_id,orders_day,source,status\n"
DAYS = 365
WANTED = {"a": 600.0, "b": 500.0, "c": 300.0}
NOT_SERVED = 1000.0 + 20.0
"""Penalty and price of a box of the three plants, USD."""


def limit(toy: Folders, *rows: str) -> None:
    lines = "".join(f"{row},made up,estimate\n" for row in rows)
    toy.write("network/lane_rates.csv", LIMITED + lines)


def run_of(study: Study) -> Run:
    run = optimize(study)
    assert run.audit.clean, run.audit.faults
    assert run.outcome.bound <= run.outcome.objective * (1 + 1e-9)
    return run


def plan_of(toy: Folders, **asked: object) -> Run:
    return run_of(toy.study(gap=0.0, **asked))


def with_tables(study: Study, **tables: pd.DataFrame) -> Study:
    network = study.problem.network
    for name, table in tables.items():
        network = network.with_table(name, table)
    return Study(study.problem.with_(network=network), study.options, study.provenance)


def by_the_tables(toy: Folders, run: Run) -> tuple[str, ...]:
    """Return what a plan breaks of the tables as they are now."""
    assert run.decisions is not None
    table = run.economics.delivery_options.table
    return flow_limit_faults(toy.problem(), run.instance, run.decisions, table)


def random_case(seed: int) -> Study:
    """The three plants, with capacities of some lanes and plants."""
    rng = np.random.default_rng(seed)
    study = load("three-plants", "three-plants", gap=0.0)
    network = study.problem.network

    def limited(table: pd.DataFrame, allowed: pd.Series) -> pd.DataFrame:
        given = rng.uniform(0.0, 2.0, len(table)) * rng.integers(0, 2, len(table))
        some = allowed.to_numpy() & (rng.random(len(table)) < 0.5)
        return table.assign(orders_day=np.where(some, given, np.nan))

    rates, goods = network["lane_rates"], network["goods_costs"]
    return with_tables(
        study,
        lane_rates=limited(rates, rates["allowed"]),
        goods_costs=limited(goods, pd.Series(data=True, index=goods.index)),
    )


def cheapest(network: Network) -> float:
    """Return the least cost by one linear program for each choice of depots and of plant south.

    Flows over every lane of the table, with balance at the depots, written apart from the program.
    """
    rates = network["lane_rates"][network["lane_rates"]["allowed"]]
    goods = network["goods_costs"].set_index("origin_id")
    lanes = list(zip(rates["from_id"], rates["to_id"], strict=True))
    n, goals = len(lanes), list(WANTED)
    cost = [usd + (goods["goods_usd"].get(start, 0.0)) for (start, _), usd in
            zip(lanes, rates["usd_order"], strict=True)]  # fmt: skip
    inf = float("inf")
    most = (rates["orders_day"] * DAYS).fillna(inf).tolist() + [WANTED[goal] for goal in goals]
    equal, right = [], []
    for goal in goals:
        into = [float(end == goal) for _, end in lanes]
        equal.append(into + [float(other == goal) for other in goals])
        right.append(WANTED[goal])
    for depot in ("depot-1", "depot-2"):
        balance = [float(end == depot) - float(start == depot) for start, end in lanes]
        equal.append(balance + [0.0] * len(goals))
        right.append(0.0)
    best = inf
    for one, two, south in itertools.product((0, 1), repeat=3):
        room = {"depot-1": 3650 * one, "depot-2": 730 * two, "north": 300}
        made = {name: rate * DAYS for name, rate in goods["orders_day"].dropna().items()}
        made = {**room, **made, "north": min(room["north"], made.get("north", inf))}
        made["south"] = made.get("south", inf) if south else 0.0
        rows = {name: value for name, value in made.items() if value < inf}
        leave = [[float(start == name) for start, _ in lanes] + [0.0] * 3 for name in rows]
        found = linprog(
            cost + [NOT_SERVED] * 3,
            A_ub=leave, b_ub=list(rows.values()), A_eq=equal, b_eq=right,
            bounds=[(0.0, top) for top in most],
        )  # fmt: skip
        assert found.success
        assert len(found.x) == n + len(goals)
        best = min(best, found.fun + 1200 * one + 960 * two + 600 * south)
    return best


def test_the_brute_force_knows_the_case_without_capacities() -> None:
    assert cheapest(load("three-plants", "three-plants").problem.network) == pytest.approx(11_785)


@pytest.mark.parametrize("seed", seeds(12, fast=4))
def test_a_plan_with_capacities_costs_what_brute_force_finds(seed: int) -> None:
    study = random_case(seed)
    run = run_of(study)
    least = cheapest(study.problem.network)
    assert run.outcome.objective == pytest.approx(least - 1400 * 3.0, rel=1e-6)
    assert run.outcome.bound == pytest.approx(run.outcome.objective, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(3))
def test_a_wider_capacity_never_costs_more(seed: int) -> None:
    study = random_case(seed)
    network = study.problem.network
    tight = run_of(study).outcome.objective
    for name in ("lane_rates", "goods_costs"):
        table = network[name]
        for row in np.flatnonzero(table["orders_day"].notna()):
            wider = table.copy()
            wider.loc[wider.index[row], "orders_day"] += 0.5
            run = run_of(with_tables(study, **{name: wider}))
            assert run.outcome.objective <= tight + 1e-6


def test_a_lane_of_the_toy_on_paper(toy: Folders) -> None:
    """Zone 1 wants 900 and 100 shirts; two a day are 710 and 20 (docs/toy.md has the worths)."""
    before = plan_of(toy).outcome.objective
    limit(toy, "site-a,zone-1,,2")
    run = plan_of(toy)
    mailed, peak_to_zone_3 = 900 - 710, 150 - 120 - 20
    lost = mailed * (8.078 - 2.5) + peak_to_zone_3 * (8.078 - 6.078)
    assert run.outcome.objective == pytest.approx(before + lost)
    rows = run.capacity[run.capacity["kind"] == "lane"]
    assert rows["resource"].tolist() == ["site-a - zone-1"] * 2
    assert rows["used"].tolist() == pytest.approx([710.0, 20.0])
    assert rows["capacity"].tolist() == pytest.approx([710.0, 20.0])
    assert rows["unit"].unique().tolist() == ["orders"]


def test_a_row_of_a_product_limits_that_product_only(toy: Folders) -> None:
    before = plan_of(toy).outcome.objective
    limit(toy, "site-a,zone-1,gadget,0")
    assert plan_of(toy).outcome.objective == pytest.approx(before)
    limit(toy, "site-a,zone-1,gadget,0", "site-a,zone-1,shirt,2")
    own = plan_of(toy).outcome.objective
    limit(toy, "site-a,zone-1,any,2")
    assert plan_of(toy).outcome.objective == pytest.approx(own)
    assert own > before


@pytest.mark.parametrize("lane", ["cn-hub,mx-port", "mx-port,site-a"])
def test_legs_of_inbound_routes_have_capacities(toy: Folders, lane: str) -> None:
    limit(toy, f"{lane},,5")
    run = plan_of(toy, channels=("local",), opened=("site-a",), closed=("site-b",))
    brought = run.flows[run.flows["leg"] == "inbound"].groupby("period")["orders"].sum()
    assert brought.to_dict() == pytest.approx({"normal": 5 * 355.0, "peak": 50.0})
    left = run.plan.unserved.set_index(["reason", "product"])["limits"]
    assert left["capacity", "shirt"] == f"lane {lane.replace(',', ' - ')}"


def test_a_capacity_of_none_closes_the_lane(toy: Folders) -> None:
    limit(toy, "site-a,zone-1,,0")
    closed = plan_of(toy).outcome.objective
    toy.write(
        "network/lane_rates.csv",
        "from_id,to_id,allowed,source,status\nsite-a,zone-1,no,made up,estimate\n",
    )
    assert plan_of(toy).outcome.objective == pytest.approx(closed)


def test_a_plant_makes_no_more_of_a_product_than_it_can(toy: Folders) -> None:
    toy.set("network/goods_costs.csv", 2, "orders_day", "")
    toy.set("network/goods_costs.csv", 2, "orders_day", "4")
    run = plan_of(toy, channels=("local",))
    made = run.flows[run.flows["leg"] == "inbound"]["orders"].sum()
    assert made == pytest.approx(4 * 365.0)
    rows = run.capacity[run.capacity["kind"] == "plant_product"]
    assert rows["resource"].unique().tolist() == ["cn-hub shirt"]
    left = run.plan.unserved.set_index(["reason", "product"])["limits"]
    assert left["capacity", "shirt"] == "plant_product cn-hub shirt"


@pytest.mark.parametrize("row", ["site-a,zone-1,,2", "cn-hub,mx-port,shirt,5"])
def test_the_auditor_finds_a_lane_beyond_its_capacity(toy: Folders, row: str) -> None:
    free = plan_of(toy, channels=("local",))
    assert free.decisions is not None
    assert by_the_tables(toy, free) == ()
    limit(toy, row)
    start, goal = row.split(",")[:2]
    (fault,) = by_the_tables(toy, free)
    assert fault.startswith(f"(16) capacity of {start} - {goal}")
    limited = plan_of(toy, channels=("local",))
    instance = replace(free.instance, flow_limits=limited.instance.flow_limits)
    faults = audit_plan(instance, free.decisions, free.outcome.objective).faults
    assert [fault.split(":")[0] for fault in faults] == ["(16) capacity of lane"]


def test_the_auditor_finds_a_plant_that_makes_too_much(toy: Folders) -> None:
    free = plan_of(toy)
    toy.set("network/goods_costs.csv", 2, "orders_day", "4")
    assert free.decisions is not None
    (fault,) = by_the_tables(toy, free)
    assert fault.startswith("(16) capacity of cn-hub shirt in ")


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(2))
def test_the_decomposition_finds_the_same_plans_of_the_three_plants(seed: int) -> None:
    study = random_case(seed)
    run, exact = run_of(study.with_(method="decomposition")), run_of(study)
    assert run.outcome.bound_kind == "certified"
    assert run.outcome.objective == pytest.approx(exact.outcome.objective, rel=1e-6)
    assert run.outcome.bound <= exact.outcome.objective * (1 + 1e-9)


def test_the_decomposition_keeps_a_lane_within_its_capacity(toy: Folders) -> None:
    limit(toy, "site-a,zone-1,,2", "mx-port,site-a,,5")
    run, exact = run_of(toy.study(gap=0.0, method="decomposition")), plan_of(toy)
    assert run.outcome.objective == pytest.approx(exact.outcome.objective, rel=1e-6)
    rows = run.capacity[run.capacity["kind"] == "lane"]
    assert (rows["used"] <= rows["capacity"] * (1 + 1e-9)).all()
    assert (rows["used"] > 0.999 * rows["capacity"]).any()


def test_a_changed_capacity_is_answered_from_a_run(toy: Folders) -> None:
    limit(toy, "site-a,zone-1,,2")
    run = run_of(toy.study(gap=0.05, method="decomposition"))
    limit(toy, "site-a,zone-1,,1", "mx-port,site-a,,5")
    answer = resolve(toy.study(gap=0.05), run)
    assert answer.faults == ()
    assert answer.objective > run.outcome.bound
    assert answer.bound <= plan_of(toy).outcome.objective * (1 + 1e-9)


def test_a_saved_run_with_capacities_is_audited_again_and_a_false_price_is_found(
    toy: Folders, tmp_path: Path
) -> None:
    limit(toy, "site-a,zone-1,,2")
    run = run_of(toy.study(gap=0.05, method="decomposition"))
    run.save(tmp_path / "run")
    assert verify(tmp_path / "run").faults == ()
    kept = load_certificate(tmp_path / "run" / FILE)
    assert isinstance(kept, Certificate)
    assert kept.leaves[0].flow.shape == (1, 2)
    assert audit_bound(run.instance, kept).bound == run.outcome.bound
    (leaf, *others) = kept.leaves
    dearer = replace(kept, leaves=(replace(leaf, flow=leaf.flow + 50.0), *others))
    assert audit_bound(run.instance, dearer).bound < run.outcome.bound
    of_another = replace(kept, leaves=(replace(leaf, flow=np.zeros((2, 2))), *others))
    (fault,) = audit_bound(run.instance, of_another).faults
    assert fault.startswith("flow: shape (2, 2)")


def test_branching_knows_no_capacities(toy: Folders) -> None:
    limit(toy, "site-a,zone-1,,2")
    assert not is_capacitated(plan_of(toy).instance)


def test_more_limited_lanes_than_have_options_need_the_program(
    toy: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(toy, "site-a,zone-1,,2", "mx-port,site-a,,5")
    monkeypatch.setattr(solve, "MOST_LIMITED", 0)
    with pytest.raises(InputError, match=r"F309 --method.*use monolith"):
        optimize(toy.study(method="decomposition"))
    assert optimize(toy.study()).audit.clean
    monkeypatch.setattr(solve, "MOST", 10)
    with pytest.raises(InputError, match=r"F355.*allocations"):
        optimize(toy.study())
    assert optimize(toy.study(method="monolith")).audit.clean
    # inbound lanes need no options
    limit(toy, "mx-port,site-a,,5")
    assert optimize(toy.study()).audit.clean


def test_one_sure_scenario_keeps_the_capacities(toy: Folders) -> None:
    limit(toy, "site-a,zone-1,,2")
    run = plan_of(toy)
    halves = with_scenarios(run.instance, [Scenario("one", 0.5), Scenario("other", 0.5)])
    assert halves.flow_limits is not None
    assert run.instance.flow_limits is not None
    assert halves.flow_limits.orders.sum() == pytest.approx(run.instance.flow_limits.orders.sum())


@pytest.mark.slow
def test_a_lane_of_the_embedded_network_binds_and_is_proven(tmp_path: Path) -> None:
    """Guangzhou to Lázaro Cárdenas takes half of what it does without a capacity."""
    network = tmp_path / "network"
    shutil.copytree(TOY_NETWORK.parent / "mexico-us-border", network)
    row = "cn-guangzhou,mx-lazaro,,2570,made up,estimate\n"
    (network / "lane_rates.csv").write_text(LIMITED + row, encoding="utf-8")
    run = run_of(load(network, "mexico-2026", resolution=40, time_limit=600))
    assert run.outcome.bound_kind == "certified"
    assert run.outcome.gap < 0.01
    used = run.capacity[run.capacity["kind"] == "lane"]
    assert (used["used"] >= 0.999 * used["capacity"]).sum() >= 6
