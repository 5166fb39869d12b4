"""`fulfill import orders` as a planner meets it: what it prints, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from fulfill.cli.main import main
from inputs.importing.exports import EXPORTS, make_truth

KEYS = {
    "orders_in", "orders_placed", "orders_refused", "value_in", "zones", "products", "encoding",
    "delimiter", "date_order", "repaired",
}  # fmt: skip


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return EXPORTS["spanish"](make_truth(3, 1500), tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="module")
def demand(export: Path) -> Path:
    """A demand made of the Spanish export."""
    out = export.parent / "mine"
    done = run("import", "orders", export, "--out", out)
    assert done.exit_code == 0, done.output
    return out


def test_an_export_becomes_a_case_that_check_finds_sound(demand: Path) -> None:
    found = run("check", "--network", demand / "network", "--demand", demand)
    assert found.exit_code == 0
    assert found.stdout.startswith("No fault")
    assert "1,500 orders a year" in found.stdout


def test_the_record_and_the_page_say_what_became_of_every_order(demand: Path) -> None:
    record = json.loads((demand / "import.json").read_text(encoding="utf-8"))
    assert record["orders_in"] == record["orders_placed"] == 1500
    assert record["files"][0]["file"] == "ventas.csv"
    page = (demand / "import.html").read_text(encoding="utf-8")
    for words in (
        "Orders imported",
        "Classes of articles",
        "Código Postal",
        "every order was placed",
    ):
        assert words in page
    products = pd.read_csv(demand / "network" / "products.csv")
    assert set(products["status"]) == {"measured"}


def test_json_has_the_keys_that_others_read(export: Path, tmp_path: Path) -> None:
    done = run("import", "orders", export, "--out", tmp_path / "a", "--zones", 4, "--json")
    found = json.loads(done.stdout)
    assert set(found) >= KEYS
    assert (found["zones"], found["encoding"], found["date_order"]) == (4, "iso-8859-1", "dmy")


def test_zones_may_be_of_postcodes(export: Path, tmp_path: Path) -> None:
    done = run("import", "orders", export, "--out", tmp_path / "a", "--zones-of", "postcode")
    assert done.exit_code == 0
    zones = pd.read_csv(tmp_path / "a" / "zones.csv")
    assert zones["name"].str.fullmatch(r".+ \(\d{3}\)").all()


def test_refused_orders_are_listed_and_the_terminal_says_why(tmp_path: Path) -> None:
    lines = [
        "Order ID,Order date,Category,Price,Currency,Postcode,Country",
        "A1,2025-01-01,Home,10.5,USD,44100,MX",
        "A2,2025-12-31,Home,10.5,USD,00501,MX",
    ]
    (tmp_path / "shop.csv").write_text("\n".join(lines), encoding="utf-8")
    done = run("import", "orders", tmp_path / "shop.csv", "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert "2 orders: 1 placed in 1 zones and 1 products, 1 refused" in done.stdout
    assert "1  no such postcode" in done.stdout
    refused = pd.read_csv(tmp_path / "out" / "refused.csv", dtype=str)
    assert refused.loc[0, ["file", "row", "reason", "postcode"]].tolist() == [
        "shop.csv", "3", "unknown_postcode", "00501",
    ]  # fmt: skip
    assert "00501" in (tmp_path / "out" / "import.html").read_text(encoding="utf-8")


def test_faults_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "shop.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = run("import", "orders", tmp_path / "shop.csv", "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "F401" in done.stderr
    assert not (tmp_path / "out").exists()


def test_only_what_was_written_by_the_program_is_replaced(export: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for expected, options in ((0, ()), (1, ()), (0, ("--overwrite",))):
        done = run("import", "orders", export, "--out", out, *options, "--quiet")
        assert (done.exit_code, done.stdout) == (expected, "")


@pytest.mark.slow
@pytest.mark.parametrize("make", sorted(EXPORTS))
def test_a_plan_is_made_without_an_edit_by_hand(make: str, tmp_path: Path) -> None:
    path, out = EXPORTS[make](make_truth(3, 1500), tmp_path), tmp_path / "mine"
    assert run("import", "orders", path, "--out", out).exit_code == 0
    case = ("--network", out / "network", "--demand", out)
    done = run("optimize", *case, "--gap", "0.05", "--out", tmp_path / "plan", "--json")
    assert done.exit_code == 0
    plan = json.loads(done.stdout)
    assert plan["audit"]["clean"]
    assert plan["kpis"]["orders"] == 1500


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    done = run("import", "orders", tmp_path / "none.csv", "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "F102 none.csv" in done.stderr
