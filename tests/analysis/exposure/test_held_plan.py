"""A plan that is kept under other figures, beside the tables of the same plan priced anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cards import equal_card
from conftest import Folders
from fulfill.analysis.exposure.exposures import (
    ASKED,
    PRICED_TABLES,
    Exposure,
    exposure_table,
    exposures,
)
from fulfill.analysis.exposure.figure_groups import FigureGroup, figure_groups, moved
from fulfill.analysis.exposure.held_plan import HeldPlan
from fulfill.analysis.questions.groups import ASKED_TABLES
from fulfill.inputs.problem import Problem
from fulfill.model.build import build_instance
from fulfill.model.economics.landed import economics
from fulfill.model.limits import Limits
from fulfill.study.kpis import tabulate
from fulfill.study.labels import VALUES
from fulfill.study.optimize import find_plan
from fulfill.study.outputs import EXPOSURES
from fulfill.study.run import Run
from fulfill.study.study import load

TABLES = (
    "products",
    "goods_costs",
    "tariffs",
    "freight",
    "gateways",
    "services",
    "mail_services",
    "sites",
    "site_sizes",
)


@pytest.fixture(scope="module")
def small() -> Run:
    """The embedded network with few zones."""
    one_site = {"opened": ("us-laredo-3pl",), "max_sites": 1}
    return find_plan(load("mexico-us-border", "mexico-2026", resolution=4, gap=0.5, **one_site))


@pytest.fixture(scope="module")
def found(small: Run) -> list[Exposure]:
    return exposures(small)


def priced_anew(run: Run, problem: Problem) -> float | None:
    """Return the contribution of the plan in the tables of a model built from scratch.

    The price of delay in later bands is that of the run, as in a held plan. None where other routes
    are usable: the plan keeps those that it has.
    """
    model, decisions = run.model, run.decisions
    assert decisions is not None
    money = economics(problem, model.distances)
    for name in ("site", "origin", "gateway", "crossing", "entry_mode"):
        new, old = (getattr(routes, name) for routes in (money.routes, model.economics.routes))
        if not np.array_equal(new, old):
            return None
    instance = build_instance(problem, money, Limits())
    plan = tabulate(problem, money, instance, decisions, run.outcome)
    delay = [
        one.set_index("part")["usd_year"]["peak_delay"] for one in (plan.parts, run.plan.parts)
    ]
    return float(plan.kpis["contribution_usd"] + delay[0] - delay[1])


@pytest.mark.slow
def test_a_plan_under_its_own_figures_has_its_own_result(small: Run, planned: Run) -> None:
    for run in (small, planned):
        result = HeldPlan(run).result(run.problem)
        assert result == pytest.approx(run.kpis["contribution_usd"], rel=1e-9)


@pytest.mark.parametrize("most", [1, pytest.param(None, marks=pytest.mark.slow)])
@pytest.mark.parametrize("table", TABLES)
def test_a_group_at_its_end_costs_what_a_new_model_says(
    small: Run, table: str, most: int | None
) -> None:
    held, checked = HeldPlan(small), 0
    for group in figure_groups(small.problem, (table,)):
        # these change how many orders leave a site, or the bands they use
        if group.column in ("days_mean", "days_p90", "orders_day"):
            continue
        changed = moved(small.problem, group, group.high)
        expected = priced_anew(small, changed)
        if expected is None:
            continue
        assert held.result(changed) == pytest.approx(expected, rel=1e-6), group.name
        checked += 1
        if checked == most:
            break
    assert checked > 0


@pytest.mark.parametrize(
    ("table", "column", "key"),
    [
        ("rate_cards", "base_usd", ("regional", "ground")),
        ("surcharges", "share", ("regional", "fuel")),
    ],
)
def test_the_figures_of_a_rate_card_move_the_plan(
    toy: Folders, table: str, column: str, key: tuple[str, ...]
) -> None:
    equal_card(toy, [{"share": "0.1"}])
    for row, value in ((2, "2"), (3, "4")):
        toy.set("network/rate_cards.csv", row, "range", f"base_usd=1..{value}.5")
    toy.set("network/surcharges.csv", 2, "range", "share=0..0.4")
    run = load(str(toy.network), str(toy.demand)).optimize()
    (group,) = figure_groups(run.problem, (table,))
    assert (group.column, group.key) == (column, key)
    held = HeldPlan(run)
    low, high = (moved(run.problem, group, end) for end in (group.low, group.high))
    assert held.result(high) == pytest.approx(priced_anew(run, high), rel=1e-9)
    assert held.result(low) > held.result(run.problem) > held.result(high)
    assert {one.group.table for one in exposures(run) if one.usd > 1} >= {
        "rate_cards",
        "surcharges",
    }


def test_exposures_are_ordered_and_name_what_moves(found: list[Exposure]) -> None:
    sizes = [one.usd for one in found]
    assert sizes == sorted(sizes, reverse=True)
    by_name = {one.group.name: one for one in found}
    assert len(by_name) == len(found)
    price = by_name["products.price_usd"]
    assert price.low_usd < 0 < price.high_usd
    assert by_name["parameters[people_km2]"].usd == 0  # read by routes of vehicles only


def test_a_wider_range_exposes_no_less(small: Run) -> None:
    (group,) = (
        one
        for one in figure_groups(small.problem, ("parameters",))
        if one.key == ("payment_loss_local",)
    )
    wider = replace(group, low=group.low * 0.5, high=group.high * 2)
    held = HeldPlan(small)

    def width(one: FigureGroup) -> float:
        ends = [held.result(moved(small.problem, one, end)) for end in (one.low, one.high)]
        return abs(ends[1] - ends[0])

    assert width(wider) > width(group) > 0


def test_every_range_of_the_priced_tables_is_in_one_group(small: Run) -> None:
    groups = figure_groups(small.problem, PRICED_TABLES)
    cells = [(one.table, one.column, int(row)) for one in groups for row in one.rows]
    assert len(cells) == len(set(cells)) > 300


def test_the_table_says_whom_to_ask(found: list[Exposure]) -> None:
    table = exposure_table(found)
    assert list(table.columns) == list(EXPOSURES.keys)
    assert (table["exposure_usd"] >= 1).all()
    assert set(table["ask"]) <= set(VALUES["ask"])
    asked = table.set_index("figure")["ask"]
    assert asked["products.price_usd"] == asked["parameters[cancel_p0]"] == "records"
    assert asked["parameters[capital_rate]"] == "finance"
    assert set(ASKED_TABLES) - {"parameters"} == set(ASKED)
