"""What all pages share: one file, no network, and names that stay text whatever they hold."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import fulfill
from fulfill.analysis.compare.comparison import Comparison, compare
from fulfill.analysis.simulation.simulation import Simulation
from fulfill.report.gis.day_layers import day_layers
from fulfill.report.gis.layers import plan_layers
from fulfill.report.html import comparison_page
from fulfill.report.html.day_page import write_day_page
from fulfill.report.html.page import html_table, inline, part
from fulfill.report.html.plan_page import write_report
from fulfill.report.html.simulation_page import write_simulation_page
from fulfill.report.plain_text import cleaned
from fulfill.report.private_fleet import van_section
from fulfill.study.delivery_day import DayRoutes
from fulfill.study.run import Run
from fulfill.study.study import load
from fulfill.study.vocabulary import Figure
from report.hostile import (
    BROKEN,
    HOSTILE_NAMES,
    comparison_with_names,
    day_with_names,
    plan_with_names,
)

BROWSER = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr",
    "--virtual-time-budget=10000", "--allow-file-access-from-files",
)  # fmt: skip
PAGES = ("report.html", "comparison.html", "route.html", "simulation.html")
CHARTS = {"report.html": 9, "comparison.html": 2, "route.html": 3, "simulation.html": 2}


class Tags(HTMLParser):
    """Collects what the page's own tags say: elements, attributes, and text by element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.text: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.open += [] if tag in ("meta", "br", "img", "link") else [tag]
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.setdefault(self.open[-1] if self.open else "", []).append(data)


def few(kinds: Iterable[str], *fast: str) -> list[Any]:
    """Return parameters of which all but some are slow: each page takes seconds."""
    return [kind if kind in fast else pytest.param(kind, marks=pytest.mark.slow) for kind in kinds]


@pytest.fixture(scope="session")
def pages(
    run: Path, comparison_folder: Path, day_folder: Path, simulation_folder: Path
) -> dict[str, Path]:
    """The pages as runs, comparisons, days and simulations leave them."""
    folders = (run, comparison_folder, day_folder, simulation_folder)
    return {name: folder / name for name, folder in zip(PAGES, folders, strict=True)}


@pytest.fixture(scope="session")
def hostile_pages(
    planned: Run,
    comparison: Comparison,
    day: DayRoutes,
    simulation: Simulation,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, str], Path]:
    """The pages of inputs whose names try to break them, each drawn when it is asked for."""
    folder = tmp_path_factory.mktemp("hostile")

    @cache
    def drawn(page: str, kind: str) -> Path:
        path, name = folder / f"{kind}-{page}", HOSTILE_NAMES[kind]
        if page == "report.html":
            run = plan_with_names(planned, name)
            write_report(run, plan_layers(run.plan, run.problem), path)
        elif page == "comparison.html":
            text = comparison_page.page(comparison_with_names(comparison, name))
            path.write_text(text, encoding="utf-8")
        elif page == "route.html":
            named_day = day_with_names(day, name)
            write_day_page(named_day, day_layers(named_day), path)
        else:
            run = plan_with_names(planned, name)
            write_simulation_page(replace(simulation, run=run), path)
        return path

    return drawn


def dom(path: Path, profile: Path) -> tuple[str, list[str]]:
    """Return what Chromium makes of a page, and what it says on the console."""
    assert BROWSER is not None
    done = subprocess.run(
        [BROWSER, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.parametrize("name", PAGES)
def test_no_tag_asks_for_another_file(pages: dict[str, Path], name: str) -> None:
    tags = Tags(pages[name].read_text(encoding="utf-8"))
    asking = {"src", "href", "srcset", "data", "action", "poster", "background", "xlink:href"}
    assert [pair for pair in tags.attributes if pair[0] in asking] == []
    assert not re.search(r"url\(|@import|https?:", " ".join(tags.text["style"]))


@pytest.mark.parametrize("name", PAGES)
def test_pages_have_one_head_and_one_style(pages: dict[str, Path], name: str) -> None:
    tags = Tags(pages[name].read_text(encoding="utf-8"))
    first = Tags(pages[PAGES[0]].read_text(encoding="utf-8"))
    assert tags.text["style"] == first.text["style"]
    assert [tags.elements[tag] for tag in ("title", "style", "h1", "main", "footer")] == [1] * 5


@pytest.mark.parametrize("kind", few(HOSTILE_NAMES, "script", "attribute", "controls"))
@pytest.mark.parametrize("page", PAGES)
def test_a_name_is_text_and_nothing_else(
    pages: dict[str, Path], hostile_pages: Callable[[str, str], Path], page: str, kind: str
) -> None:
    tags = Tags(hostile_pages(page, kind).read_text(encoding="utf-8"))
    clean = Tags(pages[page].read_text(encoding="utf-8"))
    for element in ("script", "img", "svg", "main", "h1", "style"):
        assert tags.elements[element] == clean.elements[element]
    assert not [name for name, _ in tags.attributes if name.startswith("on") or name == "autofocus"]
    told = " ".join(piece for tag, data in tags.text.items() if tag != "script" for piece in data)
    # The page may leave out what cannot be seen, and nothing else.
    assert cleaned(HOSTILE_NAMES[kind]) in told
    assert not set("\x00\x01\x02\x1b\x1f\x7f\x9b\u202e\u2066") & set(told)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_drawn_without_a_network(
    pages: dict[str, Path], name: str, tmp_path: Path
) -> None:
    found, messages = dom(pages[name], tmp_path)
    assert any("document idle" in line for line in messages), messages
    assert not [line for line in messages if "ERROR" in line or "Uncaught" in line]
    assert found.count('<div class="bk-Figure"') == CHARTS[name]


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
@pytest.mark.parametrize(
    "kind",
    few([kind for kind, name in HOSTILE_NAMES.items() if BROKEN in name], "script"),
)
@pytest.mark.parametrize("page", PAGES)
def test_a_name_runs_no_script(
    hostile_pages: Callable[[str, str], Path], page: str, kind: str, tmp_path: Path
) -> None:
    found, messages = dom(hostile_pages(page, kind), tmp_path)
    told = "\n".join(messages)
    assert "document idle" in told
    assert not re.search("BROKEN|ERROR|Uncaught|MathJax", told), told
    assert found.count('<div class="bk-Figure"') == CHARTS[page]


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("name", few(PAGES, "report.html"))
def test_a_page_fits_the_width_of_a_phone(
    pages: dict[str, Path], name: str, tmp_path: Path
) -> None:
    # A window of Chromium cannot be that narrow; a frame can.
    (tmp_path / name).write_bytes(pages[name].read_bytes())
    (tmp_path / "phone.html").write_text(
        f'<iframe src="{name}" style="width:390px;height:844px;border:0"></iframe>'
        "<script>onload = () => { document.title = 'width ' + document.querySelector('iframe')"
        ".contentDocument.documentElement.scrollWidth; };</script>",
        encoding="utf-8",
    )
    found, _ = dom(tmp_path / "phone.html", tmp_path / "profile")
    width = re.search(r"<title>width (\d+)</title>", found)
    assert width is not None
    assert 300 <= int(width[1]) <= 390


@pytest.mark.parametrize("name", PAGES)
def test_every_chart_has_a_text(pages: dict[str, Path], name: str) -> None:
    tags = Tags(pages[name].read_text(encoding="utf-8"))
    assert tags.elements["figure"] == tags.elements["figcaption"] == CHARTS[name]
    assert all(text.strip() for text in tags.text["figcaption"])


def test_no_tooltip_takes_a_name_for_html() -> None:
    # Bokeh escapes the values of a tooltip's columns, unless their format is `safe`.
    folder = Path(fulfill.__file__).parent / "report"
    assert not [path for path in folder.rglob("*.py") if "{safe}" in path.read_text("utf-8")]


@pytest.mark.parametrize(
    ("asked", "charts"),
    [
        ({}, 2),
        ({"service": "1d=0.9"}, 0),  # nothing is that fast: no mode has a plan
        ({"service": "3d=0.5", "channels": ("direct_mail",)}, 0),
        ({"service": "3d=0.5"}, 2),  # the mail alone is too slow
    ],
)
def test_a_chart_without_data_is_left_out(
    asked: dict[str, Any], charts: int, caplog: pytest.LogCaptureFixture
) -> None:
    text = comparison_page.page(compare(load("toy", "toy", gap=0.0, method="monolith", **asked)))
    assert not [record for record in caplog.records if record.name.startswith("bokeh")]
    tags = Tags(text)
    assert sum(name == "data-root-id" for name, _ in tags.attributes) == charts
    assert ("No plan was found" in text) == (charts == 0)


def test_html_is_made_by_templates_only() -> None:
    """No f-string or format call of the package holds a tag: data meet HTML in templates alone."""
    source = Path(fulfill.__file__).parent
    guilty = [
        f"{path.relative_to(source)}:{node.lineno}"
        for path in source.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr)
        and any(
            isinstance(piece, ast.Constant) and re.search(r"<(/|!--|[a-z]+[ >])", str(piece.value))
            for piece in node.values
        )
    ]
    assert guilty == []


def test_a_script_cannot_be_ended_by_what_it_holds() -> None:
    assert inline('"</script>" "<!--"') == '"<\\/script>" "<\\!--"'


def test_a_table_shows_a_dash_for_no_value_and_escapes_the_rest() -> None:
    columns = (
        Figure("name", "", "", "<site>", 'said of a "site"'),
        Figure("usd", "USD", "{:,.0f}", "cost", "a cost"),
    )
    rows = pd.DataFrame({"name": ["<i>a", None], "usd": [1234.0, np.nan]})
    text = html_table(rows, columns, last_is_sum=True)
    assert '<th scope="col" title="said of a &#34;site&#34;">&lt;site&gt;</th>' in text
    assert '<th scope="col" class="n" title="a cost">cost, USD</th>' in text
    assert '<tr><td>&lt;i&gt;a</td><td class="n">1,234</td></tr>' in text
    assert '<tr class="sum"><td>\N{EN DASH}</td><td class="n">\N{EN DASH}</td></tr>' in text
    assert "<tbody></tbody>" in "".join(html_table(rows.iloc[:0], columns).split("\n"))


def test_a_section_that_is_no_markup_is_shown_as_text() -> None:
    assert "&lt;b&gt;" in part("vans.html", table="<b>")


def test_the_section_on_own_vans_says_which_round_was_chosen(routed: Run) -> None:
    text = van_section(routed.rounds)
    assert text.count("<td>chosen</td>") == 1
    assert "carriers only" in text
