"""fulfill candidates, as it is typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
from click.testing import CliRunner, Result

from fulfill.cli.main import main
from fulfill.inputs.folder import locate
from fulfill.inputs.network import read_network

TOY = ("--network", "toy", "--demand", "toy", "--ownership", "own", "--least-people", "0")


def fulfill(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)


def test_sites_of_candidates_are_a_table_of_the_network(tmp_path: Path) -> None:
    out = tmp_path / "towns"
    found = fulfill("candidates", *TOY, "--number", "3", "--out", out)
    assert found.exit_code == 0, found.output
    assert "3 of 3 towns" in found.stdout
    network = Path(shutil.copytree(locate("network", "toy"), tmp_path / "network"))
    shutil.copy(out / "sites.csv", network / "sites.csv")
    assert read_network(network)["sites"]["site_id"].tolist() == [
        "site-a", "site-b", "mx-zone-2-own",
    ]  # fmt: skip


def test_json_and_files_agree(tmp_path: Path) -> None:
    out = tmp_path / "towns"
    found = fulfill("candidates", *TOY, "--number", "2", "--out", out, "--json")
    said = json.loads(found.stdout)
    assert said == json.loads((out / "summary.json").read_text())
    table = pd.read_csv(out / "candidates.csv")
    assert table["site_id"].tolist() == [row["site_id"] for row in said["candidates"]]
    assert said["bound_km"] <= said["mean_km"]
    again = fulfill("candidates", *TOY, "--number", "2", "--out", out, "--overwrite", "--quiet")
    assert again.exit_code == 0
    assert again.stdout == ""


def test_faults_end_with_exit_code_1(tmp_path: Path) -> None:
    found = fulfill("candidates", *TOY, "--number", "9", "--out", tmp_path / "towns")
    assert found.exit_code == 1
    assert "F550 --number" in found.stderr
    assert not (tmp_path / "towns").exists()
