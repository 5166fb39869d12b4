from __future__ import annotations

import re
from pathlib import Path

import pytest

from fulfill.report.html.cost_charts import channel_steps, cost_steps
from fulfill.report.html.grounds import data_status
from fulfill.report.html.plan_page import mailed_shares
from fulfill.report.html.plan_tables import coverage, tightest
from fulfill.report.html.regime_chart import regime_rates
from fulfill.study.coverage import ALL
from fulfill.study.run import Run
from fulfill.study.study import load
from fulfill.study.verdict import headline


@pytest.fixture(scope="module")
def page(run: Path) -> str:
    return (run / "report.html").read_text(encoding="utf-8")


def test_the_page_says_what_a_planner_asks(page: str, planned: Run) -> None:
    text = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    for words in (
        "rules of 2026-11-01", headline(planned.plan.outcome), "3,200", "clean", "Site A",
        "direct mail", "Pacific port", "handling, overtime", "assumptions",
    ):  # fmt: skip
        assert words in text


def test_the_bars_of_the_cost_chart_lose_nothing(planned: Run) -> None:
    costs = planned.plan.parts
    assert cost_steps(planned.plan)["usd_year"].sum() == pytest.approx(-costs["usd_year"].sum())


def test_the_tightest_capacities_come_first(planned: Run) -> None:
    rows = tightest(planned.plan)
    assert rows["utilisation"].is_monotonic_decreasing
    assert not rows.duplicated(["resource", "kind"]).any()
    assert rows["utilisation"].iloc[0] == pytest.approx(planned.plan.capacity["utilisation"].max())


def test_the_coverage_of_all_zones_is_that_of_the_plan(planned: Run) -> None:
    rows = coverage(planned.plan.zones).set_index("zone_class")
    for days in (3, 5):
        key = f"share_within_{days}_days"
        assert rows.loc[ALL, key] == pytest.approx(planned.plan.kpis[key])
    assert rows.loc[ALL, "orders"] == pytest.approx(planned.plan.kpis["orders"])


def test_the_mailed_products_add_up_to_the_mail(planned: Run) -> None:
    problem = planned.problem
    names = problem.network["products"]["name"]
    wanted = dict(zip(names, problem.orders.sum(axis=(0, 2)), strict=True))
    mailed = sum(
        share * wanted[name] for name, share in mailed_shares(planned.plan, problem).items()
    )
    assert mailed == pytest.approx(450)


def test_every_sourced_row_of_the_inputs_is_counted(planned: Run) -> None:
    counts = data_status(planned.problem)
    sites = planned.problem.network["sites"]
    row = counts[counts["table"].str.endswith("/sites") & counts["table"].str.startswith("toy")]
    assert row[["in_force", "announced", "estimate", "assumption"]].sum(axis=1).tolist() == [
        len(sites)
    ]


def test_the_steps_of_each_channel_end_at_its_contribution(planned: Run) -> None:
    plan = planned.plan
    steps = channel_steps(plan).sum()
    orders = plan.channels.set_index("channel")["orders"]  # the toy dispatches every order
    total = sum(steps[name] * orders[name] for name in steps.index)
    assert total == pytest.approx(plan.kpis["contribution_usd"])
    assert set(steps.index) == {"direct_mail", "local"}


def test_the_time_line_has_the_rates_of_the_day() -> None:
    problem = load("mexico-us-border", "mexico-2026").problem
    rates = regime_rates(problem)
    held = rates[rates["from"] <= problem.regime.as_of].groupby(["country", "entry"])["rate"].last()
    assert held["MX", "courier"] == pytest.approx(0.335)
    products, orders = problem.network["products"], problem.orders
    here = (problem.demand.zones["country"] == "MX").to_numpy()
    duty = [
        problem.regime.find("MX", "formal", "CN", row.tariff_class, row.transfer_value_usd).rate
        for row in products.itertuples(index=False)
    ]
    weight = orders[here].sum(axis=(0, 2))
    assert held["MX", "formal"] == pytest.approx((weight * duty).sum() / weight.sum())
    assert rates["from"].is_monotonic_increasing
