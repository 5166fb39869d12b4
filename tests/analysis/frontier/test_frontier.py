"""A frontier is made of proven plans: each is that of its limit, and none is beaten by another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fulfill
from fulfill.analysis.frontier.frontier import (
    Ends,
    Frontier,
    find_ends,
    limits_between,
    points_at,
    trace_frontier,
)
from fulfill.analysis.frontier.measures import (
    BUDGET,
    CHANGES,
    CO2,
    LEAD_TIME,
    RURAL,
    Measure,
    choose_measure,
)
from fulfill.analysis.frontier.statements import statements
from fulfill.analysis.frontier.tables import (
    a_unit,
    frontier_table,
    summary,
    unit_in_words,
    unit_prices,
)
from fulfill.analysis.sweep.answers import Answer
from fulfill.analysis.sweep.kept_points import KeptPoints, cause_of
from fulfill.analysis.sweep.sweep import base_start
from fulfill.inputs.currencies import ExchangeRate
from fulfill.inputs.faults import InputError
from fulfill.study.currency import results_in
from fulfill.study.frontier_outputs import FRONTIER
from fulfill.study.question_summaries import FRONTIER_SUMMARY
from fulfill.study.resolve import FULL
from fulfill.study.run import Run
from fulfill.study.vocabulary import CENTS, money

GAP = 0.003


@pytest.fixture(scope="module")
def base() -> Run:
    return fulfill.load("toy", "toy", method="decomposition", gap=GAP).optimize()


class Here:
    """Workers of this process."""

    def __init__(self, run: Run) -> None:
        self.run, self.begun = run, 0

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        self.begun += 1
        future: Future[Any] = Future()
        future.set_result(task(self.run, *arguments))
        return future

    @contextmanager
    def open(self) -> Iterator[Here]:
        yield self


def traced(base: Run, measure: Measure, folder: Path, number: int = 3) -> tuple[Frontier, Here]:
    workers = Here(base)
    kept = KeptPoints(folder, cause_of(base, FULL, base_start(base, FULL)))
    return trace_frontier(base, measure, number, kept, workers.open), workers


# the command draws the other two in the fast tests, see tests/cli/test_frontier.py
@pytest.fixture(
    scope="module",
    params=[
        LEAD_TIME,
        pytest.param(CO2, marks=pytest.mark.slow),
        BUDGET,
        pytest.param(CHANGES, marks=pytest.mark.slow),
    ],
)
def found(request: Any, base: Run, tmp_path_factory: Any) -> Frontier:
    today = ("site-b",) if request.param == CHANGES else ()
    measure = choose_measure(base.study, request.param, today=today)
    return traced(base, measure, tmp_path_factory.mktemp(request.param))[0]


def test_every_point_is_audited_and_keeps_its_limit(found: Frontier) -> None:
    assert found.audit_faults == ()
    assert len(found.points) > 1
    for number, limit in enumerate(found.limits):
        value = found.value(number)
        better = value - limit if found.measure.is_share else limit - value
        assert better >= -1e-6 * max(abs(limit), 1.0)


def test_a_point_costs_what_optimize_finds_with_its_limit(found: Frontier) -> None:
    for point, (cost, bound) in zip(found.points, found.costs, strict=True):
        options: dict[str, Any] = {"method": "auto"}
        for limit in point.limits:
            options |= limit.on(found.run.study.options)
        run = found.run.study.with_(**options).optimize()
        assert bound <= run.outcome.objective * (1 + 1e-9)
        assert run.outcome.bound <= cost * (1 + 1e-9)


def test_costs_and_bounds_never_fall_as_the_limit_is_tightened(found: Frontier) -> None:
    costs = np.array(found.costs)
    assert (np.diff(costs, axis=0) >= -1e-9 * costs[0, 0]).all()
    assert (costs[:, 1] <= costs[:, 0]).all()
    assert found.costs[0][0] == found.run.outcome.objective
    for low, high in unit_prices(found)[1:]:
        assert 0 <= low <= high


def test_no_plan_is_better_than_the_proven_end(found: Frontier) -> None:
    ends, measure = found.ends, found.measure
    assert ends.best is not None
    assert ends.proven is not None
    assert not measure.is_stricter(ends.best, ends.proven)
    if measure.is_share:
        beyond = measure.target(min(ends.proven + 2e-3, 1.0))
        assert not found.run.study.with_(service=(beyond,), method="auto").optimize().found


def test_table_and_summary_have_the_declared_columns(found: Frontier) -> None:
    table, told = frontier_table(found), summary(found)
    assert tuple(table.columns) == FRONTIER.keys
    assert tuple(told) == FRONTIER_SUMMARY.keys
    assert len(told["points"]) == told["n_points"] == len(table)
    assert table["option"].iloc[0] == ""
    assert statements(found)


def test_finished_points_are_not_planned_again(base: Run, tmp_path: Path) -> None:
    measure = choose_measure(base.study, BUDGET)
    first, _ = traced(base, measure, tmp_path)
    again, idle = traced(base, measure, tmp_path)
    assert idle.begun == 0
    assert again.costs == first.costs
    # other limits are other points
    _, workers = traced(base, choose_measure(base.study, CO2), tmp_path)
    assert workers.begun > 0


def invented(costs: list[tuple[float | None, float | None]], base: Run) -> Frontier:
    """A frontier with given costs and bounds at shares of 60 % and more."""
    measure = Measure(LEAD_TIME, 3)
    limits = tuple(round(0.6 + 0.1 * number, 6) for number in range(len(costs)))
    answers = tuple(
        Answer("FEASIBLE", cost, bound, {f"s{number}": "S"}, attained={"3d": limits[number]})
        for number, (cost, bound) in enumerate(costs)
    )
    ends = Ends(0.6, limits[-1], limits[-1])
    return Frontier(base, measure, ends, points_at(measure, limits), limits, answers, 0, 0.0)


def test_a_plan_of_a_stricter_limit_replaces_a_dearer_one(base: Run) -> None:
    found = invented([(100.0, 98.0), (125.0, 101.0), (120.0, 90.0), (None, None)], base)
    assert found.plan_of == (0, 2, 2, None)
    assert found.costs[:3] == ((100.0, 98.0), (120.0, 101.0), (120.0, 101.0))
    assert np.isnan(found.costs[3][0])
    table = frontier_table(found)
    assert table["on_frontier"].tolist() == ["yes", "no", "yes", "no"]
    # 10 points of coverage for 1 to 22 USD, then perhaps nothing, then not known
    assert unit_prices(found)[1] == pytest.approx((0.1, 2.2))
    assert table["distinguishable"].tolist() == ["no", "yes", "no", "no"]
    assert np.isnan(unit_prices(found)[3]).all()
    assert any("stricter limit" in text for text in statements(found))


def test_limits_lie_in_equal_steps_and_are_never_stricter_than_the_end() -> None:
    share = Measure(LEAD_TIME, 3)
    found = limits_between(share, Ends(0.60004, 0.9, 0.9), 4)
    assert found == (0.60004, 0.7, 0.8, 0.9)
    assert limits_between(share, Ends(0.6, 0.60002, 0.7), 4) == (0.6,)
    assert limits_between(share, Ends(0.6, None, None), 4) == (0.6,)
    # a cap of 0 is left out: only a plan that serves nobody keeps it
    assert limits_between(Measure(CO2), Ends(900.5, 0.0, 0.0), 4) == (900.5, 601.0, 301.0)
    assert limits_between(Measure(BUDGET), Ends(900.0, 0.0, 0.0), 4) == (900.0, 600.0, 300.0, 0.0)


def test_what_a_plan_can_be_shown_to_attain_is_told_apart_from_what_is_proven(base: Run) -> None:
    ends = find_ends(base, choose_measure(base.study, LEAD_TIME))
    assert ends.best is not None
    assert ends.proven is not None
    assert ends.cheapest < ends.best <= ends.proven <= 1
    nothing = replace(ends, best=None, proven=None)
    assert limits_between(Measure(LEAD_TIME, 3), nothing, 5) == (ends.cheapest,)


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ({"against": "cvar"}, ["F523"]),
        ({"against": CO2, "days": 3}, ["F523"]),
        ({"against": LEAD_TIME, "days": 0}, ["F523"]),
        ({"against": RURAL}, ["F308"]),
        ({"against": CHANGES}, ["F523"]),
        ({"against": CHANGES, "today": ("site-x",)}, ["F308"]),
    ],
)
def test_options_that_do_not_fit_are_refused(
    base: Run, asked: dict[str, Any], codes: list[str]
) -> None:
    with pytest.raises(InputError) as raised:
        choose_measure(base.study, **asked)
    assert [fault.code for fault in raised.value.faults] == codes


def test_a_price_of_budget_is_the_same_ratio_in_every_currency() -> None:
    budget, co2 = Measure(BUDGET), Measure(CO2)
    assert unit_in_words(budget) == "USD of budget"
    assert money(a_unit(budget, 0.25), CENTS) == "0.25 USD"
    with results_in(ExchangeRate("MXN", 20.0, date(2026, 10, 30), "test")):
        assert unit_in_words(budget) == "MXN of budget"
        assert money(a_unit(budget, 0.25), CENTS) == "0.25 MXN"
        assert money(a_unit(co2, 0.25), CENTS) == "5.00 MXN"
