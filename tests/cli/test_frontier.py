"""`fulfill frontier`: what it writes, how it continues, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import fulfill
from conftest import without_drawings
from fulfill.cli.main import main
from fulfill.study.frontier_outputs import FRONTIER as TABLE
from fulfill.study.frontier_outputs import RISK_CHOICES, RISK_FRONTIER
from fulfill.study.manifest import FRONTIER, read_manifest
from fulfill.study.question_summaries import FRONTIER_SUMMARY, RISK_FRONTIER_SUMMARY
from report.html.test_page import BROWSER, dom

YEARS = (
    "scenario,probability,figure,value,source,source_date,status,range\n"
    "as planned,0.7,,,me,,estimate,\n"
    "dear <b>rent</b>,0.3,network/sites[site-a].rent_usd_m2_month,15,me,,estimate,\n"
)


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, ["frontier", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = fulfill.load("toy", "toy", method="decomposition", gap=0.003)
    with without_drawings():
        return study.optimize().save(tmp_path_factory.mktemp("runs") / "base")


def test_a_frontier_is_written_and_continues(base: Path, tmp_path: Path) -> None:
    out = tmp_path / "frontier"
    asked = (base, "--against", "co2", "--points", 3, "--out", out)
    done = run(*asked, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert tuple(told) == FRONTIER_SUMMARY.keys
    written = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert written == {"format_version": written["format_version"], **told}
    assert tuple(pd.read_csv(out / TABLE.name).columns) == TABLE.keys
    limits = read_manifest(out, FRONTIER)["options"]["limits"]
    assert limits == [row["option"] for row in told["points"][1:]]
    page = (out / "frontier.html").read_text(encoding="utf-8")
    assert "CO2e a year" in page
    assert "site-a:S" in page  # in the tooltip of a plan
    # a folder of a frontier is made again, from the points that are kept
    again = run(*asked)
    assert again.exit_code == 0, again.output
    assert "a tonne of CO2e costs" in again.stdout
    assert "3 of 3 points" not in again.output


def test_changes_are_counted_from_the_sites_of_today(base: Path, tmp_path: Path) -> None:
    asked = (base, "--against", "changes", "--points", 3, "--out", tmp_path / "out")
    refused = run(*asked)
    assert refused.exit_code == 1
    assert "F523 --today" in refused.output
    done = run(*asked, "--today", "site-b", "--json")
    assert done.exit_code == 0, done.output
    points = json.loads(done.stdout)["points"]
    assert [point["limit"] for point in points] == [2, 1, 0]
    assert points[-1]["option"] == "--today site-b --changes 0"
    assert points[-1]["sites"] == "site-b:S"
    assert points[-1]["opened"] == "site-b"
    assert points[-1]["closed"] == "site-a"


@pytest.fixture(scope="module")
def against_cvar(base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Result]:
    """A folder of a frontier against CVaR, its scenarios, and what the command said."""
    file = tmp_path_factory.mktemp("files") / "years.csv"
    file.write_text(YEARS)
    out = base.parent / "cvar"
    asked = (base, "--against", "cvar:0.7", "--scenarios", file, "--points", 3, "--out", out)
    return out, file, run(*asked, "--json")


def test_a_frontier_against_cvar_is_written(against_cvar: tuple[Path, Path, Result]) -> None:
    out, _, done = against_cvar
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert tuple(told) == RISK_FRONTIER_SUMMARY.keys
    written = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert written == {"format_version": written["format_version"], **told}
    assert [one["scenario"] for one in told["scenarios"]] == ["as planned", "dear <b>rent</b>"]
    points = told["points"]
    assert [one["weight"] for one in points] == [0, 0.5, 1]
    assert points[0]["sites"] == "site-a:S"
    assert points[0]["price"] is points[0]["distinguishable"] is None
    assert points[1]["opened"] == points[-1]["sites"] == "site-b:S"
    assert points[1]["price_low"] <= points[1]["price"] <= points[1]["price_high"]
    for one in points:
        value = (1 - one["weight"]) * one["expected_usd"] + one["weight"] * one["cvar_usd"]
        assert one["value_usd"] == pytest.approx(value)
        assert one["bound_usd"] <= one["value_usd"]
    for table in (RISK_FRONTIER, RISK_CHOICES):
        assert tuple(pd.read_csv(out / table.name).columns) == table.keys
    options = read_manifest(out, FRONTIER)["options"]
    assert (options["against"], options["points"]) == ("cvar:0.7", 3)
    assert options["search"] == {"most": 4, "rounds": 1, "seconds": 8, "gap": 0.005}


def test_a_frontier_against_cvar_continues(
    base: Path, against_cvar: tuple[Path, Path, Result]
) -> None:
    out, file, _ = against_cvar
    asked = (base, "--against", "cvar:0.7", "--scenarios", file, "--points", 5, "--out", out)
    done = run(*asked, "--lang", "es")
    assert done.exit_code == 0, done.output
    assert "scenarios, each by itself" not in done.output
    assert "75.0%" in done.stdout
    assert "media de los peores años" in done.stdout


@pytest.mark.skipif(BROWSER is None, reason="no Chromium")
def test_the_page_against_cvar_is_drawn_without_a_network(
    against_cvar: tuple[Path, Path, Result], tmp_path: Path
) -> None:
    text, console = dom(against_cvar[0] / "frontier.html", tmp_path / "profile")
    assert not [line for line in console if "ERROR" in line or "Uncaught" in line]
    assert text.count("<figure>") == 1
    assert "dear &lt;b&gt;rent" in text


def test_the_usual_years_are_written_to_be_edited(base: Path, tmp_path: Path) -> None:
    usual = tmp_path / "usual.csv"
    done = run(base, "--against", "cvar", "--usual", usual)
    assert done.exit_code == 0, done.output
    assert "as planned" in set(pd.read_csv(usual)["scenario"])


@pytest.mark.parametrize("text", ["cvar:1", "cvar:0", "cvar:", "cvar:much", "risk"])
def test_a_level_that_is_none_is_wrong_usage(base: Path, text: str) -> None:
    wrong = run(base, "--against", text)
    assert wrong.exit_code == 2
    assert "--against" in wrong.output


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (("--against", "co2", "--within", 3), "F523 --within"),
        (("--against", "co2", "--service", "3d=0.5"), "F519 --service"),
        (("--against", "rural-coverage"), "F308"),
        (("--against", "co2", "--rounds", 2), "F552 --rounds"),
        (("--against", "co2", "--scenarios", "years.csv"), "F552 --scenarios"),
        (("--against", "cvar", "--within", 3), "F523 --within"),
        (("--against", "cvar", "--today", "site-a"), "F519 --today"),
        (("--against", "cvar", "--scenarios", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_what_does_not_fit_is_refused(
    base: Path, tmp_path: Path, asked: tuple[object, ...], fault: str
) -> None:
    refused = run(base, *asked, "--out", tmp_path / "out")
    assert refused.exit_code == 1
    assert fault in refused.output
    assert not (tmp_path / "out").exists()
