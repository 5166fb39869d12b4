"""`fulfill sweep`: what it writes, how it continues, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import fulfill
from conftest import without_drawings
from fulfill.cli.main import main
from fulfill.study.manifest import SWEEP, read_manifest
from fulfill.study.sweep_outputs import SWEEP_SUMMARY, SWEEP_TABLES

CELL = "network/parameters[cancel_lambda]"


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, ["sweep", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = fulfill.load("toy", "toy", method="decomposition", gap=0.01)
    with without_drawings():
        return study.optimize().save(tmp_path_factory.mktemp("runs") / "base")


def test_a_sweep_is_written_and_continues(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "swept"
    grid = (base, "--workers", 1, "--out", out)
    done = run(*grid, "--vary", f"{CELL}=0.05,0.2", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert tuple(told) == SWEEP_SUMMARY.keys
    assert told["n_points"] == len(told["points"]) == 3
    written = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert written == {"format_version": written["format_version"], **told}
    for table in SWEEP_TABLES:
        assert tuple(pd.read_csv(out / table.name).columns) == table.keys
    assert read_manifest(out, SWEEP)["options"]["figures"] == [CELL]
    assert (out / "sweep.html").is_file()
    # a larger grid begins with what is kept, and needs no --overwrite
    monkeypatch.setattr("fulfill.cli.sweep.note", lambda text: print(text))
    more = run(*grid, "--vary", f"{CELL}=0.05,0.2,0.3")
    assert more.exit_code == 0, more.output
    assert "4 of 4 points" in more.output
    assert "3 of 4 points" not in more.output
    assert str(tmp_path / "swept.points") in more.output


@pytest.mark.usefixtures("undrawn")
def test_a_problem_is_planned_first_and_its_plan_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text(f"{CELL}\n0.3\n")
    asked = ("--network", "toy", "--demand", "toy", "--gap", 0.01, "--grade", "quick")
    files = ("--list", path, "--workers", 1, "--quiet", "--out", tmp_path / "swept")
    assert run(*asked, *files).exit_code == 0
    kept = tmp_path / "swept.points" / "base" / "manifest.json"
    before = kept.stat().st_mtime_ns
    assert run(*asked, *files).exit_code == 0
    assert kept.stat().st_mtime_ns == before
    assert len(list((tmp_path / "swept.points").glob("*.json"))) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--vary", f"{CELL}=0.1", "--resolution", 3), "F519"),
        (("--vary", f"{CELL}=0.1", "--scheduler", "tcp://127.0.0.1:1", "--workers", 2), "F519"),
        (("--vary", f"{CELL}=0.1..0.2"), "F516"),
        (("--vary", "nothing[x]=0.1"), "F515"),
        (("--vary", f"{CELL}=0.1", "--list", "none.csv"), "F518"),
        (("--list", "none.csv"), "F517"),
        (("--vary", f"{CELL}=-1"), "F205"),
        ((), "F518"),
    ],
)
def test_it_is_refused_before_anything_is_written(
    base: Path, tmp_path: Path, arguments: tuple[object, ...], code: str
) -> None:
    done = run(base, *arguments, "--out", tmp_path / "swept")
    assert done.exit_code == 1, done.output
    assert code in done.stderr
    assert not list(tmp_path.iterdir())


def test_what_is_no_sweep_is_not_replaced(base: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    done = run(base, "--vary", f"{CELL}=0.1", "--out", tmp_path / "mine")
    assert done.exit_code == 1
    assert "F340" in done.stderr
