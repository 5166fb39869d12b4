"""The page of a sweep: one file, drawn without a network, names as text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import fulfill
from fulfill.analysis.sweep.answers import Answer
from fulfill.analysis.sweep.axes import parse_axes
from fulfill.analysis.sweep.points import ALONE, grid_points
from fulfill.analysis.sweep.starts import parents
from fulfill.analysis.sweep.statements import statements
from fulfill.analysis.sweep.sweep import Sweep
from fulfill.report.html.sweep_page import page
from fulfill.report.sweep_folder import write_sweep
from fulfill.report.terminal.sweep import print_sweep
from fulfill.study.run_folder import SWEEP_PAGE
from fulfill.study.sweep_outputs import SWEEP_TABLES
from report.html.test_page import BROWSER, Tags, dom

SHARES = {"direct_mail": 0.25, "local": 0.75}
LESS, MORE = 25_000.0, 40_000.0


@pytest.fixture(scope="module")
def found() -> Sweep:
    """A sweep of two figures whose answers are written down, not planned."""
    run = fulfill.load("toy", "toy").optimize()
    axes = parse_axes(
        ["network/products[shirt].price_usd*=0.8,1.2", "network/sites[site-a].name=A,B"], run.study
    )
    points, figures = grid_points(axes), tuple(axis.figure for axis in axes)
    cost = run.outcome.objective
    base = Answer("FEASIBLE", cost, cost * 0.99, {"site-a": "S"}, SHARES, 3.0, 0.1, True)
    answers = {
        0: base,
        1: replace(base, objective=LESS, bound=LESS - 1.0, sites={}),
        2: replace(base, objective=MORE, bound=MORE - 1.0, sites={"site-a": "S", "site-b": "S"}),
    }
    told = tuple(answers.get(number, base) for number in range(len(points)))
    told = (*told[:-1], Answer("INFEASIBLE"))
    return Sweep(run, "full", figures, tuple(points), told, tuple(parents(figures, points)), 0, 1.0)


def test_what_is_larger_than_the_gaps_is_told_and_the_rest_is_not_distinguishable(
    found: Sweep,
) -> None:
    price, name = statements(found)[1:3]
    assert "0.8: " in price
    assert "less" in price
    assert "more" in price
    assert name.startswith("not distinguishable from the base")
    assert [point.kind for point in found.points[1:5]] == [ALONE] * 4


def test_the_page_asks_for_no_other_file_and_says_the_effects(found: Sweep) -> None:
    text = page(found)
    tags = Tags(text)
    asking = {"src", "href", "srcset", "data", "action", "poster", "background", "xlink:href"}
    assert [pair for pair in tags.attributes if pair[0] in asking] == []
    assert "not distinguishable" in text
    assert "network/products[shirt].price_usd*" in tags.text["h2"]


def test_the_files_of_a_sweep_are_written(
    found: Sweep, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert write_sweep(found, tmp_path) == ()
    names = {table.name for table in SWEEP_TABLES}
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {*names, SWEEP_PAGE, "summary.json", "manifest.json"}
    print_sweep(found, tmp_path, tmp_path)
    assert "network/products[shirt].price_usd*" in capsys.readouterr().out


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_the_page_is_drawn_without_a_network(found: Sweep, tmp_path: Path) -> None:
    path = tmp_path / SWEEP_PAGE
    path.write_text(page(found), encoding="utf-8")
    drawn, messages = dom(path, tmp_path / "profile")
    assert any("document idle" in line for line in messages), messages
    assert not [line for line in messages if "ERROR" in line or "Uncaught" in line]
    # effects, cost and mail over the price, stability; names have no response
    assert drawn.count('<div class="bk-Figure"') == 4
