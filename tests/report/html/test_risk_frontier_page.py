"""The page and the terminal of a frontier against CVaR: amounts in the currency asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cli.test_currency import texts
from fulfill.analysis.frontier.risk_curve import RiskCurve
from fulfill.analysis.frontier.risk_frontier import RiskFrontier
from fulfill.analysis.scenarios.network_years import Sites, Year
from fulfill.analysis.scenarios.scenario_file import Scenario
from fulfill.inputs.currencies import ExchangeRate
from fulfill.report.html.risk_frontier_page import write_risk_frontier_page
from fulfill.report.terminal.risk_frontier import print_risk_frontier
from fulfill.study.currency import results_in
from fulfill.study.run import Run

PESOS = ExchangeRate("MXN", 20.0, date(2026, 10, 30), "test")
A: Sites = (("site-a", "S"),)
B: Sites = (("site-b", "S"),)
BOTH: Sites = (*A, *B)


@pytest.fixture(scope="module")
def found(planned: Run) -> RiskFrontier:
    """Return a frontier with given costs: the calmer sites cost 100 more on average."""
    costs = np.array([[1_000.0, 2_000.0], [1_300.0, 1_600.0], [3_000.0, 3_000.0]])
    weights = np.array([0.0, 0.5, 1.0])
    curve = RiskCurve(
        0.75, weights, np.array([0.75, 0.25]), (A, B, BOTH), costs, np.array([1_230, 1_400, 1_550])
    )
    year = Year(A, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, None, ())
    return RiskFrontier(
        run=planned,
        scenarios=(Scenario("as planned", 0.75), Scenario("dear <b>", 0.25)),
        curve=curve,
        base=A,
        years=((year, year),) * 3,
        audit_faults=(),
        n_kept=0,
        n_planned=3,
        seconds=0.0,
    )


def test_amounts_are_in_the_currency_and_ratios_are_not(
    found: RiskFrontier, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    with results_in(PESOS):
        write_risk_frontier_page(found, page)
        print_risk_frontier(found, tmp_path, tmp_path)
    printed, told = capsys.readouterr().out, texts(page)
    for text in (printed, told):
        # 1,250 USD on average, 2,000 in the worst quarter; then 125 more for 400 less
        assert "25,000 MXN" in text
        assert "40,000 MXN" in text
        assert "the worst 25% of years" in text
        assert "each 1 avoided costs 0.31 on average" in text
        assert "dear <b>" in text
        rest = re.sub("from USD|per USD of|(are|stay) in USD", "", text)
        assert re.findall(r".{0,40}\bUSD\b", rest) == []
    assert "20 MXN per USD of 2026-10-30" in printed


def test_faults_of_audits_are_shown(
    found: RiskFrontier, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = replace(found, audit_faults=("an order is served twice",))
    write_risk_frontier_page(wrong, tmp_path / "page.html")
    print_risk_frontier(wrong, tmp_path, tmp_path)
    assert "an order is served twice" in texts(tmp_path / "page.html")
    assert "an order is served twice" in capsys.readouterr().out


def test_one_choice_at_every_weight_is_drawn_and_told(
    found: RiskFrontier, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = replace(
        found.curve, choices=(BOTH,), costs=np.array([[3_000.0, 3_000.0]]), proven=np.zeros(3)
    )
    write_risk_frontier_page(replace(found, curve=alone), tmp_path / "page.html")
    print_risk_frontier(replace(found, curve=alone), tmp_path, tmp_path)
    printed = capsys.readouterr().out
    assert "no choice that was tried is better in the worst years" in printed
    assert "the sites of the run are best at no weight" in printed
