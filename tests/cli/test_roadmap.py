"""fulfill roadmap, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conftest import without_drawings
from fulfill.cli.main import main

TOY = ("--network", "toy", "--demand", "toy", "--gap", "0", "--method", "decomposition")
PHASES = """\
year,as_of,growth,group_growth,budget_usd,most_changes,overrides,source,source_date,status,range
1,2026-11-01,0,,,1,,made up,,estimate,
2,2026-11-01,0.5,urban=0.1,6000,1,network/parameters[cancel_lambda]*=1.1,made up,,estimate,
"""


def fulfill(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("roadmap")
    (folder / "phases.csv").write_text(PHASES, encoding="utf-8")
    with without_drawings():
        assert fulfill("optimize", *TOY, "--out", folder / "run", "--quiet").exit_code == 0
    return folder / "run"


def test_roadmap_writes_its_files_and_says_what_it_writes(run: Path, tmp_path: Path) -> None:
    phases, out = run.parent / "phases.csv", tmp_path / "out"
    found = fulfill("roadmap", run, "--phases", phases, "--today", run, "--out", out, "--json")
    assert found.exit_code == 0, found.output
    said = json.loads(found.stdout)
    assert {path.name for path in out.iterdir()} == {
        "roadmap.csv", "cash_flow.csv", "payback.csv", "roadmap.html", "summary.json",
        "manifest.json",
    }  # fmt: skip
    written = json.loads((out / "summary.json").read_text())
    assert {key: written[key] for key in said} == said
    assert said["bound_usd"] <= said["cost_usd"]
    assert said["today"] == [{"site_id": "site-a", "size": "S", "bound_years": 0}]
    assert "Site A" in (out / "roadmap.html").read_text()
    (one := run.parent / "one.csv").write_text(PHASES[: PHASES.index("2,2026")], encoding="utf-8")
    spanish = fulfill("roadmap", run, "--phases", one, "--out", tmp_path / "es", "--lang", "es")
    assert spanish.exit_code == 0, spanish.output
    assert "Año 1: abrir Site A S." in spanish.stdout


def test_roadmap_refuses_what_it_does_not_know(run: Path, tmp_path: Path) -> None:
    found = fulfill("roadmap", run, "--out", tmp_path / "out")
    assert found.exit_code == 1
    assert "F514" in found.stderr
    assert not (tmp_path / "out").exists()
