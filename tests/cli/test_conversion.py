"""fulfill convert, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from click.testing import CliRunner, Result

from fulfill.cli.main import main
from inputs.anura.projects import TEXTBOOK


def fulfill(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)


def test_a_project_goes_in_is_planned_and_comes_back(tmp_path: Path) -> None:
    into, run, back = tmp_path / "in", tmp_path / "run", tmp_path / "back"
    found = fulfill("convert", "--from", "anura", TEXTBOOK / "distribution-1", into)
    assert found.exit_code == 0, found.output
    assert "the horizon has 30 days" in found.stdout
    inputs = ("--network", into / "network", "--demand", into / "demand")
    assert fulfill("check", *inputs).exit_code == 0
    planned = fulfill("optimize", *inputs, "--gap", "0", "--out", run, "--quiet")
    assert planned.exit_code == 0, planned.output
    found = fulfill("convert", "--to", "anura", run, back, "--days", "30", "--json")
    assert found.exit_code == 0, found.output
    said = json.loads(found.stdout)
    assert said["folders"] == ["anura"]
    assert said["losses"] == []
    written = {path.stem for path in (back / "anura").glob("*.csv")}
    assert written == set(said["tables"])
    total = pd.read_csv(back / "anura" / "OptimizationNetworkSummary.csv")
    assert total["TotalSupplyChainCost"].tolist() == [198_500.0]


def test_the_list_is_printed_and_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = fulfill("convert", "--to", "anura", "toy", out, "--demand", "toy", "--lang", "es")
    assert found.exit_code == 0, found.output
    listed = pd.read_csv(out / "not_carried.csv", keep_default_na=False)
    assert listed.columns.tolist() == ["kind", "table", "column", "rows", "reason", "remedy"]
    assert "mail_services" in listed["table"].tolist()
    assert "mail_services" in found.stdout
    assert fulfill("convert", "--to", "anura", "toy", out, "--demand", "toy").exit_code == 1
    again = fulfill("convert", "--to", "anura", "toy", out, "--demand", "toy", "--overwrite")
    assert again.exit_code == 0, again.output


def test_faults_leave_nothing_behind(tmp_path: Path) -> None:
    found = fulfill("convert", "--from", "anura", tmp_path, tmp_path / "out")
    assert found.exit_code == 1
    assert "F541" in found.output
    assert not (tmp_path / "out").exists()


def test_usage(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for arguments, said in (
        (("toy", out), "Give either --from or --to."),
        (("--from", "anura", "--to", "anura", "toy", out), "Give either --from or --to."),
        (("--from", "anura", "toy", out, "--days", "30"), "belong to --to"),
        (("--to", "anura", "toy", out), "A network needs --demand."),
    ):
        found = fulfill("convert", *arguments)
        assert found.exit_code == 2
        assert said in found.output
