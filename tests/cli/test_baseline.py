"""fulfill baseline and optimize --baseline, as they are typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fulfill.cli.main import main
from fulfill.inputs.folder import locate

TOY = ("--network", "toy", "--demand", "toy")


def fulfill(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str | Path, ...]:
    """Site B, which sends what zone 1 orders, and mail."""
    sites, orders = tmp_path / "present.csv", tmp_path / "orders.csv"
    sites.write_text("site_id,size\nsite-b,S\n")
    orders.write_text(
        "zone_id,product_id,period_id,site_id,orders\n"
        "zone-1,shirt,normal,site-b,900\nzone-1,gadget,normal,mail,50\n"
    )
    return "--sites", sites, "--orders", orders


def test_baseline_prints_cost_parts_and_ledger(
    tmp_path: Path, files: tuple[str | Path, ...]
) -> None:
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("month,part,amount,currency\n2026-03,rent_and_overhead,900,USD\n")
    out = tmp_path / "base"
    found = fulfill(
        "baseline", *TOY, *files, "--ledger", ledger, "--scale-to-ledger", "--out", out, "--json"
    )
    assert found.exit_code == 0, found.output
    said = json.loads(found.stdout)
    summary = json.loads((out / "summary.json").read_text())
    assert said["cost_usd"] == pytest.approx(summary["objective"], abs=1e-9)
    assert summary["status"] == "BASELINE"
    assert said["parts"]["rent_and_overhead"] == pytest.approx(6000)
    model = said["ledger"]["rent_and_overhead"]["model_usd"]
    assert model == pytest.approx(6000 * 31 / 365)
    assert said["ledger"]["rent_and_overhead"]["ledger_usd"] == 900
    scaled = said["parts"]["rent_and_overhead"] * said["factors"]["rent_and_overhead"]
    assert said["scaled_cost_usd"] - said["cost_usd"] == pytest.approx(scaled - 6000)
    page = (out / "baseline.html").read_text()
    assert "Scaled figures" in page
    assert (out / "ledger.csv").read_text().startswith("part,month,model_usd,ledger_usd,")
    assert fulfill("audit", out).exit_code == 0


@pytest.mark.usefixtures("undrawn")
def test_baseline_in_words(tmp_path: Path, files: tuple[str | Path, ...]) -> None:
    found = fulfill("baseline", *TOY, *files, "--out", tmp_path / "base", "--lang", "es")
    assert found.exit_code == 0, found.output
    assert "red actual" in found.stdout


def test_a_baseline_in_another_currency(tmp_path: Path, files: tuple[str | Path, ...]) -> None:
    out = tmp_path / "base"
    network = Path(shutil.copytree(locate("network", "toy"), tmp_path / "network"))
    (network / "exchange_rates.csv").write_text(
        "date,currency,units_per_usd,source,source_date,status\n"
        "2026-10-30,MXN,18.4,a bank,2026-10-30,estimate\n"
    )
    asked = ("baseline", "--network", network, "--demand", "toy", *files, "--currency", "MXN")
    found = fulfill(*asked, "--out", out)
    assert found.exit_code == 0, found.output
    assert " MXN a year under the rules" in found.stdout
    assert " MXN a year" in (out / "baseline.html").read_text()
    said = json.loads(fulfill(*asked, "--out", out, "--overwrite", "--json").stdout)
    assert said["currency"]["amounts"]["cost_mxn"] == pytest.approx(said["cost_usd"] * 18.4)


def test_baseline_needs_flows_or_orders(tmp_path: Path, files: tuple[str | Path, ...]) -> None:
    for more in (("--flows", files[3]), ()):
        given = files if more else files[:2]
        found = fulfill("baseline", *TOY, *given, *more, "--out", tmp_path / "base")
        assert found.exit_code == 1
        assert "give --flows or --orders" in found.stderr
    assert not (tmp_path / "base").exists()


def test_missing_files_are_faults(tmp_path: Path) -> None:
    none = tmp_path / "none.csv"
    found = fulfill("baseline", *TOY, "--sites", none, "--flows", none, "--out", tmp_path / "base")
    assert found.exit_code == 1
    assert "F101 none.csv" in found.stderr


def test_optimize_says_the_saving(tmp_path: Path, files: tuple[str | Path, ...]) -> None:
    base, plan = tmp_path / "base", tmp_path / "plan"
    assert fulfill("baseline", *TOY, *files, "--out", base, "--quiet").exit_code == 0
    asked = ("optimize", *TOY, "--gap", "0", "--baseline", base)
    found = fulfill(*asked, "--out", plan)
    assert found.exit_code == 0, found.output
    assert "less than the present network" in found.stdout
    saving = json.loads((plan / "summary.json").read_text())["saving"]
    cost = json.loads((base / "summary.json").read_text())["objective"]
    assert saving["baseline"] == "base"
    assert saving["baseline_usd"] == pytest.approx(cost)
    assert "less than the present network" in (plan / "report.html").read_text()
    refused = fulfill(*asked, "--as-of", "2025-01-01", "--out", tmp_path / "other")
    assert refused.exit_code == 1
    assert "F478" in refused.stderr


@pytest.mark.usefixtures("undrawn")
def test_a_year_with_rules_that_change(tmp_path: Path, files: tuple[str | Path, ...]) -> None:
    cost = {}
    for day, rules in (("2025-01-01", "as_of"), ("2025", "dated"), ("2025-12-31", "as_of")):
        found = fulfill(
            "baseline", *TOY, *files, "--as-of", day, "--rules", rules, "--json",
            "--out", tmp_path / day,
        )  # fmt: skip
        assert found.exit_code == 0, found.output
        cost[day] = json.loads(found.stdout)["parts"]["courier_tax"]
    days = (226 * cost["2025-01-01"] + 129 * cost["2025-12-31"]) / 355
    assert cost["2025"] == pytest.approx(days)
