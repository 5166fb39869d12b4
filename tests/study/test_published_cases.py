"""Cases of the literature through tables and command line give the published optimum."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fulfill.cli.main import main
from published import COSTS, CUSTOMERS, DEPOTS, FACTORIES, MONTHS, Depot, write_case


def planned(folder: Path, *options: str) -> dict[str, object]:
    """Return summary.json of the case's plan; the run must be proven optimal, and audited clean."""
    out = str(folder / "run")
    tables = ["--network", str(folder / "network"), "--demand", str(folder / "demand")]
    result = CliRunner().invoke(main, ["optimize", *tables, "--gap", "0", "--out", out, *options])
    assert result.exit_code == 0, result.output
    assert CliRunner().invoke(main, ["audit", out]).exit_code == 0
    return json.loads((folder / "run" / "summary.json").read_text())


def test_distribution_1(tmp_path: Path) -> None:
    """Williams, 14.19: the minimum cost is 198,500 pounds a month."""
    depots = {name: {"S": Depot(tons)} for name, tons in DEPOTS.items()}
    write_case(tmp_path, FACTORIES, depots, CUSTOMERS, COSTS)
    summary = planned(tmp_path)
    assert summary["status"] == "OPTIMAL"
    assert summary["objective"] / MONTHS == pytest.approx(198_500, abs=0.01)
    assert summary["bound"] / MONTHS == pytest.approx(198_500, abs=0.01)
