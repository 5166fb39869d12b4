"""fulfill simulate, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fulfill.cli.main import main
from fulfill.study.optimize import optimize
from fulfill.study.run import Run


def fulfill(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def run(planned: Run, tmp_path: Path) -> Path:
    return planned.save(tmp_path / "run")


def test_simulate_prints_figures_as_json_and_writes_a_folder(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = fulfill("simulate", run, "--replications", "3", "--out", out, "--json")
    assert found.exit_code == 0, found.output
    said = json.loads(found.stdout)
    assert said["replications"] == 3
    names = {one["name"] for one in said["figures"]}
    assert {"lead_time_days_mean", "cancellation_rate", "utilisation[site-a]"} < names
    assert {"name", "planned", "simulated", "low", "high"} < set(said["figures"][0])
    written = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert written["figures"] == said["figures"]
    assert (out / "simulation.html").is_file()


def test_the_same_seed_prints_the_same_and_another_does_not(run: Path) -> None:
    first, again, other = (
        fulfill("simulate", run, "--replications", "2", "--seed", seed, "--json").stdout
        for seed in ("5", "5", "6")
    )
    assert first == again
    assert json.loads(first)["figures"] != json.loads(other)["figures"]


def test_simulate_in_words_in_other_languages_and_currencies(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "es"
    found = fulfill("simulate", run, "--replications", "2", "--out", out, "--lang", "es")
    assert found.exit_code == 0, found.output
    assert "plazo medio" in found.stdout
    page = (out / "simulation.html").read_text(encoding="utf-8")
    assert 'lang="es-MX"' in page


def test_a_folder_without_a_plan_is_refused(planned: Run, tmp_path: Path) -> None:
    study = planned.study.with_(service="1d=1", method="monolith")
    unsolved = optimize(study)
    assert not unsolved.found
    folder = unsolved.save(tmp_path / "run")
    found = fulfill("simulate", folder, "--out", tmp_path / "out")
    assert found.exit_code == 1
    assert "F348" in found.stderr
    assert not (tmp_path / "out").exists()


def test_one_replication_has_no_interval(run: Path) -> None:
    assert fulfill("simulate", run, "--replications", "1").exit_code == 2
