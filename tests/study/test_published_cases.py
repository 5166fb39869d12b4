"""Cases of the literature through tables and command line give the published optimum."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fulfill.cli.main import main
from published import (
    COSTS,
    CUSTOMERS,
    DEPOTS,
    FACTORIES,
    MONTHS,
    NEW_COSTS,
    NEW_DEPOTS,
    Depot,
    write_case,
)

pytestmark = pytest.mark.usefixtures("undrawn")


def planned(folder: Path, *options: str) -> dict[str, object]:
    """Return summary.json of the case's plan; the run must be proven optimal, and audited clean."""
    out = str(folder / "run")
    tables = ["--network", str(folder / "network"), "--demand", str(folder / "demand")]
    result = CliRunner().invoke(main, ["optimize", *tables, "--gap", "0", "--out", out, *options])
    assert result.exit_code == 0, result.output
    assert CliRunner().invoke(main, ["audit", out]).exit_code == 0
    return json.loads((folder / "run" / "summary.json").read_text())


def test_distribution_1(tmp_path: Path) -> None:
    """The minimum cost is 198,500 pounds a month."""
    depots = {name: {"S": Depot(tons)} for name, tons in DEPOTS.items()}
    write_case(tmp_path, FACTORIES, depots, CUSTOMERS, COSTS)
    summary = planned(tmp_path)
    assert summary["status"] == "OPTIMAL"
    assert summary["objective"] / MONTHS == pytest.approx(198_500, abs=0.01)
    assert summary["bound"] / MONTHS == pytest.approx(198_500, abs=0.01)


def test_distribution_2(tmp_path: Path) -> None:
    """The minimum cost is 174,000 pounds a month, with Newcastle closed and Northampton built.

    Two new depots may be built, Birmingham may be expanded by 20,000 tons, Newcastle and Exeter may
    be closed, and at most four depots may be open. The book counts what closing saves; here a depot
    that stays open costs it.
    """
    depots = {name: {"S": Depot(tons)} for name, tons in DEPOTS.items()}
    depots["newcastle"] = {"S": Depot(70_000, 10_000)}
    depots["exeter"] = {"S": Depot(40_000, 5_000)}
    depots["birmingham"]["M"] = Depot(70_000, 3_000)
    depots["bristol"] = {"S": Depot(NEW_DEPOTS["bristol"], 12_000)}
    depots["northampton"] = {"S": Depot(NEW_DEPOTS["northampton"], 4_000)}
    costs = {start: {**COSTS.get(start, {}), **NEW_COSTS.get(start, {})}
             for start in (*COSTS, *NEW_DEPOTS)}  # fmt: skip
    write_case(tmp_path, FACTORIES, depots, CUSTOMERS, costs)
    summary = planned(tmp_path, "--sites", "4", "--open", "birmingham", "--open", "london")
    saved = 10_000 + 5_000
    assert summary["status"] == "OPTIMAL"
    assert summary["objective"] / MONTHS - saved == pytest.approx(174_000, abs=0.01)
    opened = {(site["site_id"], site["size"]) for site in summary["open_sites"]}
    assert opened == {("birmingham", "M"), ("london", "S"), ("exeter", "S"), ("northampton", "S")}
