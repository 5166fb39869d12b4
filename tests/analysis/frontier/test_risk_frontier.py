"""Expected cost against CVaR for the toy, against every choice of its sites; kept and continued."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from fulfill.analysis.frontier.kept_years import KeptYears
from fulfill.analysis.frontier.risk_frontier import RiskFrontier, trace_risk_frontier
from fulfill.analysis.frontier.risk_statements import risk_statements
from fulfill.analysis.frontier.risk_tables import risk_summary, risk_table, tried_table
from fulfill.analysis.scenarios.network_years import Year
from fulfill.analysis.scenarios.plan_for_scenarios import ScenarioOptions
from fulfill.analysis.scenarios.scenario_file import Scenario, of_scenario
from fulfill.analysis.sweep.kept_points import cause_of
from fulfill.analysis.sweep.sweep import base_start
from fulfill.inputs.faults import InputError
from fulfill.inputs.overrides import parse_override
from fulfill.model.arrays import Array, Mask
from fulfill.model.risk import CVAR, RiskMeasure
from fulfill.study.executor import Executor
from fulfill.study.frontier_outputs import RISK_CHOICES, RISK_FRONTIER
from fulfill.study.optimize import optimize
from fulfill.study.question_summaries import RISK_FRONTIER_SUMMARY
from fulfill.study.resolve import FULL
from fulfill.study.run import Run
from fulfill.study.study import load

LEVEL = 0.7
SCENARIOS = (
    Scenario("as planned", 0.6),
    Scenario("dear", 0.3, (parse_override("network/sites[site-a].rent_usd_m2_month=15"),)),
    Scenario("little room", 0.1, (parse_override("network/site_sizes[own,S].orders_day=5"),)),
)
CHANCE = [one.probability for one in SCENARIOS]
HERE = ScenarioOptions(workers=0)


@cache
def plan() -> Run:
    return optimize(load("toy", "toy"))


def traced(folder: Path, number: int = 6, options: ScenarioOptions = HERE) -> RiskFrontier:
    kept = KeptYears(folder, cause_of(plan(), "years", base_start(plan(), FULL)))
    return trace_risk_frontier(plan(), SCENARIOS, LEVEL, number, kept, options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("years")


@pytest.fixture(scope="module")
def found(folder: Path) -> RiskFrontier:
    return traced(folder)


@cache
def every_choice() -> Array:
    """Return what every choice of the two sites costs in every scenario, planned by the MIP."""
    names = np.array(plan().problem.network["sites"]["site_id"])

    def cost(scenario: Scenario, chosen: Mask) -> float:
        study = of_scenario(plan().study, scenario)
        opened, closed = tuple(names[chosen]), tuple(names[~chosen])
        return optimize(study.with_(opened=opened, closed=closed)).outcome.objective

    choices = [np.array(one) for one in product((False, True), repeat=len(names))]
    return np.array([[cost(one, chosen) for one in SCENARIOS] for chosen in choices])


def test_each_point_is_the_best_of_all_choices(found: RiskFrontier) -> None:
    curve = found.curve
    for weight, value, bound in zip(curve.weights, curve.values, curve.bounds, strict=True):
        measure = RiskMeasure(CVAR, LEVEL, weight)
        best = min(measure.value(row, CHANCE) for row in every_choice())
        assert bound <= best * (1 + 1e-9)
        assert value == pytest.approx(best)


def test_the_sites_of_the_run_give_way_to_calmer_ones(found: RiskFrontier) -> None:
    table = risk_table(found)
    assert table["of_run"].tolist()[0] == "yes"
    assert table["sites"].tolist()[-1] == "site-b:S"
    moved = table[table["avoided_usd"] > 0]
    assert moved["opened"].tolist() == ["site-b:S"]
    assert moved["closed"].tolist() == ["site-a:S"]
    first, last = table.iloc[0], table.iloc[-1]
    price = (last["expected_usd"] - first["expected_usd"]) / (first["cvar_usd"] - last["cvar_usd"])
    assert moved["price"].tolist() == pytest.approx([price])
    assert 0 <= moved["price_low"].iloc[0] <= price <= moved["price_high"].iloc[0]
    assert table["price"].isna().sum() == len(table) - 1


def test_every_plan_is_audited_and_its_figures_are_declared(found: RiskFrontier) -> None:
    assert found.audit_faults == ()
    assert tuple(risk_table(found).columns) == RISK_FRONTIER.keys
    assert tuple(tried_table(found).columns) == RISK_CHOICES.keys
    told = risk_summary(found)
    assert tuple(told) == RISK_FRONTIER_SUMMARY.keys
    assert told["n_points"] == len(told["points"]) == 6
    assert told["n_choices"] == len(told["choices"]) == len(found.curve.choices)
    assert sum(one["on_frontier"] for one in told["choices"]) == len(set(found.curve.best))
    text = " ".join(risk_statements(found))
    assert "the worst 30% of years" in text
    assert "the worst years are: dear" in text
    assert "each 1 avoided costs" in text


def test_audit_faults_are_told(
    found: RiskFrontier, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptYears.find

    def wrong(self: KeptYears, question: list[str]) -> tuple[Year, ...]:
        years = kept(self, question)
        assert years is not None
        return tuple(replace(year, faults=("an order is served twice",)) for year in years)

    monkeypatch.setattr(KeptYears, "find", wrong)
    told = traced(folder)
    assert told.curve.values.tolist() == found.curve.values.tolist()
    assert told.audit_faults == ("an order is served twice",)
    assert not risk_summary(told)["audit"]["clean"]


def test_a_frontier_continues_from_what_was_planned(
    found: RiskFrontier, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found.n_kept == 0
    assert found.n_planned == len(found.curve.choices)
    with monkeypatch.context() as patch:
        patch.setattr(Executor, "each", lambda *_: pytest.fail("it was planned before"))
        again, more = traced(folder), traced(folder, 11)
    assert again.n_planned == more.n_planned == 0
    assert again.n_kept == found.n_planned
    assert risk_table(again).equals(risk_table(found))
    assert more.curve.values[::2] == pytest.approx(found.curve.values)


def test_what_was_changed_on_disk_is_planned_again(
    found: RiskFrontier, folder: Path, tmp_path: Path
) -> None:
    copied = shutil.copytree(folder, tmp_path / "copied")
    changed = [path for path in copied.glob("*.json") if '"sites site-b:S"' in path.read_text()]
    for path in changed:
        path.write_text(path.read_text().replace('"cost": 3', '"cost": 2'))
    again = traced(copied)
    assert again.n_planned == len(changed) == 1
    assert again.curve.values.tolist() == found.curve.values.tolist()


@pytest.mark.slow
def test_prices_of_sites_raise_the_bounds(found: RiskFrontier, folder: Path) -> None:
    priced = traced(folder, 3, ScenarioOptions(rounds=3, workers=0))
    gaps = [one.curve.values - one.curve.bounds for one in (found, priced)]
    assert gaps[1][0] < 0.2 * gaps[0][0]
    best = [
        min(RiskMeasure(CVAR, LEVEL, weight).value(row, CHANCE) for row in every_choice())
        for weight in priced.curve.weights
    ]
    assert (priced.curve.bounds <= np.array(best) * (1 + 1e-9)).all()


def test_a_frontier_starts_from_some_years(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="F509"):
        trace_risk_frontier(plan(), [], LEVEL, 3, KeptYears(tmp_path, ""), HERE)


def test_no_choice_has_a_plan_in_every_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fulfill.analysis.frontier import risk_frontier

    def refused(*_: object) -> None:
        raise ValueError("no choice has a plan in every scenario")

    monkeypatch.setattr(risk_frontier, "trace_curve", refused)
    with pytest.raises(InputError, match="F508"):
        trace_risk_frontier(plan(), SCENARIOS, LEVEL, 3, KeptYears(tmp_path, ""), HERE)
