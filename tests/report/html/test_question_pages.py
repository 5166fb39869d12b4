"""Pages of diff, explain and alternatives, as a browser draws them without a network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fulfill.analysis.alternatives.alternative_plans import alternatives
from fulfill.analysis.diff.run_difference import diff
from fulfill.analysis.explanations.site_explanation import explain_sites
from fulfill.report.html.alternatives_page import write_alternatives_page
from fulfill.report.html.diff_page import bridge_chart, write_diff_page
from fulfill.report.html.explanation_page import write_explanation_page
from fulfill.study.language import LANGUAGES, speaking
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.study import load
from report.html.test_page import BROWSER, dom

NAMES = ("diff.html", "explanation.html", "alternatives.html")
HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of the toy, in a folder for each language."""
    folder = tmp_path_factory.mktemp("questions")
    run = optimize(load("toy", "toy", gap=0.0, method="decomposition"))
    cells = ["network/freight[sea,CN,MX].usd_m3=500"]
    changed = diff(run, optimize(run.study.with_(overrides=cells)))
    found, others = explain_sites(run, workers=1), alternatives(run, 1, 0.5, workers=1)
    for code in LANGUAGES:
        (folder / code).mkdir()
        with speaking(code):
            write_diff_page(changed, folder / code / NAMES[0])
            write_explanation_page(run, found, folder / code / NAMES[1])
            write_alternatives_page(others, folder / code / NAMES[2])
    return {name: folder / "en" / name for name in NAMES}


@pytest.mark.skipif(BROWSER is None, reason="no Chromium")
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_drawn_without_a_network(
    pages: dict[str, Path], name: str, tmp_path: Path
) -> None:
    text, console = dom(pages[name], tmp_path / "profile")
    assert not [line for line in console if "ERROR" in line or "Uncaught" in line]
    assert text.count("<figure>") == {"alternatives.html": 0}.get(name, 1)
    assert "Site A" in text


def test_pages_speak_every_language(pages: dict[str, Path]) -> None:
    for name, path in pages.items():
        texts = {code: (path.parents[1] / code / name).read_text() for code in LANGUAGES}
        assert len(set(texts.values())) == len(LANGUAGES), name
        assert 'lang="es' in texts["es"]


def test_a_name_is_text_and_nothing_else(planned: Run, tmp_path: Path) -> None:
    sites = planned.sites.assign(name=HOSTILE)
    hostile = replace(planned, plan=replace(planned.plan, sites=sites))
    mail = optimize(planned.study.with_(channels=("direct_mail",)))
    write_diff_page(diff(hostile, mail), tmp_path / "diff.html")
    text = (tmp_path / "diff.html").read_text()
    assert HOSTILE not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_bars_of_a_bridge_end_at_the_change(planned: Run) -> None:
    mail = optimize(planned.study.with_(channels=("direct_mail",)))
    steps = diff(planned, mail).steps
    source = bridge_chart(steps).canvas.renderers[0].data_source.data
    change = mail.outcome.objective - planned.outcome.objective
    assert source["right"][-1] - source["left"][-1] == pytest.approx(abs(change), abs=0.02)
