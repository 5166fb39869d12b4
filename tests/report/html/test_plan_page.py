from __future__ import annotations

import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fulfill.report.html.charts import cost_steps
from fulfill.report.html.plan_page import data_status, tightest
from fulfill.study.run import Run

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
    "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--virtual-time-budget=10000",
)  # fmt: skip


class Tags(HTMLParser):
    """Collects what the page's own tags say: attributes, style sheets and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str]] = []
        self.text: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.setdefault(self.open[-1] if self.open else "", []).append(data)


@pytest.fixture(scope="module")
def page(run: Path) -> str:
    return (run / "report.html").read_text(encoding="utf-8")


def test_no_tag_asks_for_another_file(page: str) -> None:
    tags = Tags(page)
    asking = {"src", "href", "srcset", "data", "action", "poster", "background", "xlink:href"}
    assert [pair for pair in tags.attributes if pair[0] in asking] == []
    assert not re.search(r"url\(|@import|https?:", " ".join(tags.text["style"]))


def test_the_page_says_what_a_planner_asks(page: str, planned: Run) -> None:
    text = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    for words in (
        "rules of 2026-11-01", planned.plan.outcome.status, "3,200", "clean", "Site A", "direct mail", "Pacific port",
        "handling, overtime", "assumptions",
    ):  # fmt: skip
        assert words in text


def test_names_cannot_break_the_page(planned: Run, run: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    from fulfill.report.gis.layers import plan_layers
    from fulfill.report.html.plan_page import write_report

    plan = replace(planned.plan, sites=planned.plan.sites.assign(name="<b>A & B</b>"))
    write_report(
        plan,
        planned.problem,
        planned.audit,
        plan_layers(plan, planned.problem),
        tmp_path / "report.html",
    )
    body = re.sub(
        r"<script.*?</script>",
        "",
        (tmp_path / "report.html").read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in body
    assert "<b>A & B" not in body


def test_the_bars_of_the_cost_chart_lose_nothing(planned: Run) -> None:
    costs = planned.plan.costs
    assert cost_steps(planned.plan)["usd_year"].sum() == pytest.approx(-costs["usd_year"].sum())


def test_the_tightest_capacities_come_first(planned: Run) -> None:
    rows = tightest(planned.plan)
    assert rows["utilisation"].is_monotonic_decreasing
    assert not rows.duplicated(["resource", "kind"]).any()
    assert rows["utilisation"].iloc[0] == pytest.approx(planned.plan.capacity["utilisation"].max())


def test_every_sourced_row_of_the_inputs_is_counted(planned: Run) -> None:
    counts = data_status(planned.problem)
    sites = planned.problem.network["sites"]
    row = counts[counts["table"].str.endswith("/sites") & counts["table"].str.startswith("toy")]
    assert row[["in_force", "announced", "estimate", "assumption"]].sum(axis=1).tolist() == [
        len(sites)
    ]


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_the_page_is_drawn_without_a_network(run: Path, tmp_path: Path) -> None:
    assert BROWSER is not None
    command = [
        BROWSER,
        *FLAGS,
        f"--user-data-dir={tmp_path / 'profile'}",
        "--dump-dom",
        (run / "report.html").as_uri(),
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    messages = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert any("document idle" in line for line in messages), messages
    assert not [line for line in messages if "ERROR" in line or "Uncaught" in line]
    assert done.stdout.count('<div class="bk-Figure"') == 5
