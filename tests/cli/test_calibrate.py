"""`fulfill calibrate` as a planner meets it: what it prints, writes and refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from fulfill.cli.main import main
from fulfill.inputs.folder import locate

ORDERS = Path(__file__).resolve().parents[2] / "docs" / "tutorials" / "entregas.csv"


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def test_json_has_the_declared_keys_and_the_orders_add_up(tmp_path: Path) -> None:
    done = run("calibrate", ORDERS, "--out", tmp_path / "measured.csv", "--json")
    found = json.loads(done.stdout)
    assert {"name", "value", "low", "high", "n", "supported"} <= set(found["parameters"][0])
    assert {"lane", "mean", "p95", "low", "high", "orders"} <= set(found["lead_times"][0])
    assert found["orders_in"] == found["orders_used"] + sum(found["orders_refused"].values())
    assert [row["lane"] for row in found["lead_times"]] == ["Estándar", "Exprés"]


def test_the_rows_take_the_place_of_those_of_a_network(tmp_path: Path) -> None:
    assert run("calibrate", ORDERS, "--out", tmp_path / "measured.csv", "--quiet").stdout == ""
    measured = pd.read_csv(tmp_path / "measured.csv", dtype=str, keep_default_na=False)
    network = tmp_path / "network"
    shutil.copytree(locate("network", "toy"), network)
    table = pd.read_csv(network / "parameters.csv", dtype=str, keep_default_na=False)
    rest = table[~table["parameter"].isin(measured["parameter"])]
    pd.concat([rest, measured[table.columns]]).to_csv(network / "parameters.csv", index=False)
    checked = run("check", "--network", network, "--demand", "toy")
    assert checked.exit_code == 0, checked.stderr
    assert "W320" not in checked.stderr
    assert set(measured["source_date"]) == {"2025-12-13"}


@pytest.mark.parametrize("lang", ["en", "es", "zh"])
def test_the_page_shows_parameters_lead_times_and_that_no_slope_was_found(
    tmp_path: Path, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FULFILL_LANG", lang)
    lines = ["Order ID,Order date,Delivered at,Cancelled at"]
    lines += [f"A{n},2025-01-01,2025-01-{2 + n % 9:02d}," for n in range(40)]
    lines += [f"B{n},2025-01-01,,2025-01-02" for n in range(4)]
    (tmp_path / "shop.csv").write_text("\n".join(lines), encoding="utf-8")
    out, page = tmp_path / "rows.csv", tmp_path / "page.html"
    files = ("--out", out, "--page", page)
    done = run("calibrate", tmp_path / "shop.csv", *files, "--promise-days", 3)
    assert done.exit_code == 0, done.output
    assert pd.read_csv(out)["parameter"].tolist() == ["cancel_p0", "cancel_h0"]
    text = page.read_text(encoding="utf-8")
    assert {"en": "No slope", "es": "no respaldan", "zh": "不支持"}[lang] in text
    assert "cancel_h0" in text


def test_faults_and_files_that_exist_leave_nothing_behind(tmp_path: Path) -> None:
    out, page = tmp_path / "rows.csv", tmp_path / "page.html"
    page.write_text("mine", encoding="utf-8")
    done = run("calibrate", ORDERS, "--out", out, "--page", page)
    assert (done.exit_code, "F340" in done.stderr) == (1, True)
    assert page.read_text(encoding="utf-8") == "mine"
    done = run("calibrate", ORDERS, "--out", tmp_path / "none" / "rows.csv")
    assert (done.exit_code, "F343" in done.stderr) == (1, True)
    done = run("calibrate", ORDERS, "--out", out, "--weights", "Peso")
    assert (done.exit_code, "F404" in done.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_orders_dated_either_way_need_the_option(tmp_path: Path) -> None:
    text = "Order ID,Order date,Delivered at,Cancelled at\nA,03/04/2025,05/04/2025,\n"
    (tmp_path / "shop.csv").write_text(text, encoding="utf-8")
    asked = ("calibrate", tmp_path / "shop.csv", "--out", tmp_path / "a.csv", "--promise-days", 3)
    assert run(*asked).exit_code == 1
    done = run(*asked, "--date-order", "dmy", "--json")
    assert json.loads(done.stdout)["lead_times"][0]["mean"] == 2.0
