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
from fulfill.study.manifest import FRONTIER, read_manifest
from fulfill.study.question_summaries import FRONTIER_SUMMARY


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


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (("--against", "co2", "--within", 3), "F523 --within"),
        (("--against", "co2", "--service", "3d=0.5"), "F519 --service"),
        (("--against", "rural-coverage"), "F308"),
    ],
)
def test_what_does_not_fit_is_refused(
    base: Path, tmp_path: Path, asked: tuple[object, ...], fault: str
) -> None:
    refused = run(base, *asked, "--out", tmp_path / "out")
    assert refused.exit_code == 1
    assert fault in refused.output
    assert not (tmp_path / "out").exists()
