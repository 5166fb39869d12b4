"""`fulfill scenarios`: what it writes, its page in a browser, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import fulfill
from conftest import without_drawings
from fulfill.analysis.scenarios.scenario_file import read_scenarios
from fulfill.cli.main import main
from fulfill.study.manifest import SCENARIOS, read_manifest
from fulfill.study.question_summaries import SCENARIOS_SUMMARY
from fulfill.study.scenario_outputs import SCENARIO_TABLES
from report.html.test_page import BROWSER, dom

HEADER = "scenario,probability,figure,value,source,source_date,status,range\n"
TWO = (
    "as planned,0.6,,,me,,estimate,\n"
    "dear <b>sea</b>,0.4,\"network/freight[sea,*,*].usd_m3*\",3,me,,estimate,\n"
)  # fmt: skip


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, ["scenarios", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = fulfill.load("toy", "toy", method="decomposition", gap=0.01)
    with without_drawings():
        return study.optimize().save(tmp_path_factory.mktemp("runs") / "base")


@pytest.fixture(scope="module")
def found(base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A folder of two scenarios, and what the command said."""
    file = tmp_path_factory.mktemp("files") / "two.csv"
    file.write_text(HEADER + TWO)
    out = base.parent / "two"
    asked = ("--scenarios", file, "--risk", "cvar:0.5:0.5", "--rounds", 1, "--out", out, "--json")
    return out, run(base, *asked)


def test_scenarios_are_written(found: tuple[Path, Result]) -> None:
    out, done = found
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert ("format_version", *told) == SCENARIOS_SUMMARY.keys
    assert told["bound_usd"] <= told["value_usd"]
    assert told["vss_usd"] is None
    assert told["evpi_usd"]["low"] <= told["evpi_usd"]["high"]
    rows = told["scenarios"]
    worst = max(row["cost_usd"] for row in rows)
    mean = sum(row["probability"] * row["cost_usd"] for row in rows)
    assert told["expected_usd"] == pytest.approx(mean)
    # of two years the dearer has 0.4 of 0.5 of the worst half
    least = min(row["cost_usd"] for row in rows)
    tail = (0.4 * worst + 0.1 * least) / 0.5
    assert told["cvar_usd"] == pytest.approx(tail)
    assert told["value_usd"] == pytest.approx(0.5 * mean + 0.5 * tail)
    for table in SCENARIO_TABLES:
        assert tuple(pd.read_csv(out / table.name).columns) == table.keys
    assert read_manifest(out, SCENARIOS)["options"]["risk"] == "cvar:0.5:0.5"


@pytest.mark.skipif(BROWSER is None, reason="no Chromium")
def test_the_page_is_drawn_without_a_network(found: tuple[Path, Result], tmp_path: Path) -> None:
    text, console = dom(found[0] / "scenarios.html", tmp_path / "profile")
    assert not [line for line in console if "ERROR" in line or "Uncaught" in line]
    assert text.count("<figure>") == 1
    assert "dear &lt;b&gt;sea" in text


def test_the_usual_scenarios_can_be_edited_and_read_again(base: Path, tmp_path: Path) -> None:
    usual = tmp_path / "usual.csv"
    assert run(base, "--usual", usual).exit_code == 0
    table = pd.read_csv(usual)
    assert {"as planned", "sea freight doubles"} <= set(table["scenario"])
    assert set(table["status"]) == {"assumption"}
    again = run(base, "--usual", usual)
    assert again.exit_code == 1
    assert "F340" in again.output
    read = read_scenarios(usual, fulfill.open_run(base).study)
    assert sum(one.probability for one in read) == pytest.approx(1.0)


def test_faults_come_at_once_and_nothing_is_written(base: Path, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(
        HEADER + "a,0.5,,,me,,estimate,\nb,0,network/freight[sea].usd_m3,1,me,,estimate,\n"
        "c,0.2,network/products[*].nothing*,2,me,,estimate,\n"
        "d,0.2,network/parameters[cancel_lambda],,me,,estimate,\n"
    )
    done = run(base, "--scenarios", file, "--out", tmp_path / "none")
    assert done.exit_code == 1
    assert done.output.count("F507") >= 2
    assert "F506" in done.output
    assert not (tmp_path / "none").exists()
    wrong = run(base, "--risk", "cvar:1.5:1")
    assert wrong.exit_code == 2
    assert "cvar:LEVEL:WEIGHT" in wrong.output
