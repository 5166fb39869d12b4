"""The page of a run without a plan: proven infeasible, or ended before a plan was found."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fulfill.analysis.conflicts.explain import with_conflict
from fulfill.audit.plan import Audit
from fulfill.inputs.currencies import ExchangeRate
from fulfill.model.decisions import EXHAUSTED, INTERRUPTED, NO_PLAN, TIME_LIMIT, Outcome
from fulfill.report.html.no_plan_page import given_up_chart, write_no_plan_page
from fulfill.study.conflict import Bottleneck, Change, Conflict, Constraint, FullCapacity, Repair
from fulfill.study.currency import results_in
from fulfill.study.language import LANGUAGES, Message, counted, speaking
from fulfill.study.optimize import optimize
from fulfill.study.plan import Plan
from fulfill.study.run import Run
from fulfill.study.study import load
from report.html.test_page import BROWSER, Tags, dom
from report.test_languages import Words, chart_texts, english, names

HOSTILE = "</script><script>alert(1)</script>"
PESO = ExchangeRate("MXN", 20.0, date(2026, 3, 4), "Banco")


@pytest.fixture(scope="module")
def impossible() -> Run:
    """The toy with a target that one site cannot keep."""
    return with_conflict(optimize(load("toy", "toy", service=["3d=0.9"], max_sites=1)))


@pytest.fixture(scope="module")
def several() -> Run:
    """The toy with two targets that no site keeps, so that a repair changes both."""
    asked = {"service": ["3d=0.9", "1d=0.001"], "closed": ["site-b"], "budget_usd": 1000.0}
    return with_conflict(optimize(load("toy", "toy", **asked)))


def ended(run: Run, by: str, bound: float = -np.inf) -> Run:
    """Return a run whose search ended before it found a plan."""
    limits = (counted("at most {n} site", "at most {n} sites", 3),)
    outcome = Outcome(
        NO_PLAN, np.inf, bound, "solver", "the toy", 12.0, conditions=limits, ended_by=by
    )
    return replace(run, plan=Plan(outcome, "2026-11-01"), audit=Audit(np.inf, ()), conflict=None)


def written(run: Run, folder: Path) -> str:
    write_no_plan_page(run, folder / "report.html")
    return (folder / "report.html").read_text(encoding="utf-8")


def told(page: str) -> str:
    """Return what a reader sees of a page."""
    return " ".join(" ".join(Words(page).found).split())


def test_the_page_says_what_contradicts_what_and_the_repairs(
    impossible: Run, tmp_path: Path
) -> None:
    page = written(impossible, tmp_path)
    text = told(page)
    assert "Impossible: no plan satisfies all constraints." in text
    assert "at least 90% of the orders within 3 days (--service 3d=0.9)" in text
    assert "at most 1 site (--sites 1)" in text
    assert "Without any one of them, a plan keeps the others." in text
    assert (
        "(--service 3d=0.815), with Site A. It gives up 9.4% of the limit; less than 9.4%" in text
    )
    rows = re.findall(r"<tr><td>(\d)</td>(.*?)</tr>", page)
    assert [number for number, _ in rows] == ["1", "2"]
    assert "at most 1 site</td><td>at most 2 sites</td><td>--sites 2</td>" in rows[1][1]
    assert rows[1][1].endswith("<td>100.0%</td><td>Site A, Site B</td>")
    assert "Other conditions in force" not in text


def test_a_repair_of_several_limits_has_a_line_for_each(several: Run, tmp_path: Path) -> None:
    assert several.conflict is not None
    [repair] = several.conflict.repairs
    page = written(several, tmp_path)
    text = told(page)
    assert len(repair.changes) == 2
    assert repair.cost == pytest.approx(2.0)
    assert page.count("<td>without --service") == 2
    assert "Lines without a number belong to the repair above." in text
    assert "even without all other limits" in text
    assert "with no site. It gives up 200.0% of the limits, added up" in text
    assert "site-b locked closed" in text


def test_the_chart_has_a_bar_for_each_repair(impossible: Run) -> None:
    assert impossible.conflict is not None
    repairs = impossible.conflict.repairs
    data = given_up_chart(repairs).canvas.renderers[0].data_source.data
    assert list(data["cost"]) == [repair.cost for repair in repairs]
    assert list(data["least"]) == [repair.least for repair in repairs]
    assert data["row"][1] == "2. at most 2 sites"


def test_a_single_repair_has_no_chart(several: Run, tmp_path: Path) -> None:
    assert Tags(written(several, tmp_path)).elements["figure"] == 0


def test_without_an_explanation_the_page_says_so(impossible: Run, tmp_path: Path) -> None:
    text = told(written(replace(impossible, conflict=None), tmp_path))
    assert "Which conditions contradict one another is not known." in text
    assert "at most 1 site" in text
    assert "What would make a plan possible" not in text


def test_a_conflict_that_may_be_smaller_is_not_called_minimal(
    impossible: Run, tmp_path: Path
) -> None:
    assert impossible.conflict is not None
    loose = replace(impossible.conflict, proven_irreducible=False, repairs=())
    text = told(written(replace(impossible, conflict=loose), tmp_path))
    assert "It was not shown that each of them matters" in text
    assert "Without any one of them" not in text
    assert "No change of these limits alone was found" in text


def test_the_page_names_the_capacities_that_are_full(impossible: Run, tmp_path: Path) -> None:
    assert impossible.conflict is not None
    target = impossible.conflict.constraints[0]
    port = FullCapacity(
        "gateway", "mx-port", Message("gateway {name}", name="Pacific port"),
        (("peak", "Peak"),), False, "toy/gateways.csv", 2,
    )  # fmt: skip
    conflict = replace(impossible.conflict, bottlenecks=(Bottleneck(target, 0.375, (port,)),))
    text = told(written(replace(impossible, conflict=conflict), tmp_path))
    assert "at most 37.5% arrive in time, whatever sites are open." in text
    assert "gateway Pacific port (toy/gateways.csv, row 2) in Peak" in text


@pytest.mark.parametrize(
    ("ended_by", "advice"),
    [
        (TIME_LIMIT, "Allow more time with --time-limit; the search took 12.0 s."),
        (INTERRUPTED, "Let it run on"),
        (EXHAUSTED, "Choose another method with --method"),
    ],
)
def test_no_plan_found_is_no_proof_and_says_what_to_do(
    impossible: Run, tmp_path: Path, ended_by: str, advice: str
) -> None:
    text = told(written(ended(impossible, ended_by), tmp_path))
    assert "This is no proof that there is none" in text
    assert "it costs" not in text
    assert advice in text
    others = ("with --time-limit;", "Let it run on", "with --method:")
    assert sum(other in text for other in others) == 1
    assert "at most 3 sites" in text
    assert "1,000 USD a year at least" in told(written(ended(impossible, ended_by, 1e3), tmp_path))


def test_the_page_is_in_the_language_and_currency(
    impossible: Run, several: Run, tmp_path: Path
) -> None:
    runs = (impossible, several, ended(impossible, TIME_LIMIT, 1e3), ended(impossible, EXHAUSTED))
    for run in (*runs, replace(impossible, conflict=None)):
        given = names(run.problem)
        for code in [code for code in LANGUAGES if code != "en"]:
            with speaking(code), results_in(PESO):
                page = written(run, tmp_path)
            assert english([*Words(page).found, *chart_texts(page)], code, given) == []
    with results_in(PESO):
        text = told(written(several, tmp_path))
    assert "at most 20,000 MXN invested in sites" in text
    assert "The amounts of options are USD." in text


def test_a_name_is_text_and_nothing_else(impossible: Run, tmp_path: Path) -> None:
    phrase = Message("{group} open", group=HOSTILE)
    change = Change("without row 2", phrase, 0.0, phrase, 1.0)
    conflict = Conflict(
        (Constraint(phrase, f"{HOSTILE}/group_limits.csv", 2),) * 2,
        True,
        (Repair((change,), 1.0, ()), Repair((change,), 0.5, (HOSTILE,))),
    )
    page = written(replace(impossible, conflict=conflict), tmp_path)
    clean = written(impossible, tmp_path)
    assert Tags(page).elements["script"] == Tags(clean).elements["script"]
    assert HOSTILE in told(page)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_the_page_is_drawn_without_a_network_and_fits_a_phone(
    impossible: Run, tmp_path: Path
) -> None:
    written(impossible, tmp_path)
    found, console = dom(tmp_path / "report.html", tmp_path / "profile")
    assert not [line for line in console if "ERROR" in line or "Uncaught" in line]
    assert found.count('<div class="bk-Figure"') == 1
    assert not re.search(r"<tbody>\s*</tbody>", found)
    (tmp_path / "phone.html").write_text(
        '<iframe src="report.html" style="width:390px;height:844px;border:0"></iframe>'
        "<script>onload = () => { document.title = 'width ' + document.querySelector('iframe')"
        ".contentDocument.documentElement.scrollWidth; };</script>",
        encoding="utf-8",
    )
    found, _ = dom(tmp_path / "phone.html", tmp_path / "profile")
    width = re.search(r"<title>width (\d+)</title>", found)
    assert width is not None
    assert 300 <= int(width[1]) <= 390
