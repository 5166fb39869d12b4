"""The tutorial of a seller's present network does what it says: typed in, checked, planned."""

from __future__ import annotations

import io
import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from fulfill.cli.main import main
from fulfill.study.open_run import open_run
from fulfill.study.study import load

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tutorials" / "present_network.md"
TABLE = re.compile(
    r"^`(\S+\.csv)` \((whole|add|replace the rows of MX)\)\n\n```text\n(.*?)```", re.M | re.S
)
COMMANDS = re.compile(r"^\$ fulfill (.+)$", re.M)


def run(command: str) -> str:
    result = CliRunner().invoke(main, shlex.split(command), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def typed_in(page: str) -> None:
    """Do to the tables what the page says."""
    for file, how, block in TABLE.findall(page):
        rows = pd.read_csv(io.StringIO(block), dtype=str, keep_default_na=False)
        if how != "whole":
            old = pd.read_csv(file, dtype=str, keep_default_na=False)
            kept = old if how == "add" else old[old["country"] != "MX"]
            rows = pd.concat([kept, rows]).fillna("")
        Path(file).parent.mkdir(exist_ok=True)
        rows.to_csv(file, index=False)


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the tutorial was followed to its end."""
    folder = tmp_path_factory.mktemp("present")
    page = PAGE.read_text(encoding="utf-8")
    first, *others = COMMANDS.findall(page)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run(first)
        typed_in(page)
        outputs = [run(command) for command in others]
    assert "No fault" in outputs[0]
    assert "warning" not in outputs[0]
    return folder


def test_every_table_of_the_page_is_typed_in() -> None:
    assert len(TABLE.findall(PAGE.read_text(encoding="utf-8"))) == 16


@pytest.mark.slow
def test_the_plan_uses_both_warehouses_and_is_clean(present: Path) -> None:
    found = open_run(present / "runs" / "present")
    assert found.verify().clean
    summary = json.loads((present / "runs" / "present" / "summary.json").read_text())
    assert {site["site_id"] for site in summary["open_sites"]} == {"my-queretaro", "my-3pl"}


@pytest.mark.slow
def test_the_monthly_minimum_is_paid_whole_and_contains_its_orders(present: Path) -> None:
    network = load(str(present / "mine/network"), str(present / "mine/demand")).problem.network
    sizes = network["site_sizes"].set_index("site_id")
    assert sizes.loc["my-3pl", "fixed_usd_month"] == pytest.approx(150_000 / 18.4)
    sites, bands = network["sites"].set_index("site_id"), network["bands"]
    bands = bands[bands["site_id"] == "my-3pl"]
    capacity = sizes.loc["my-3pl", "orders_day"] * bands["capacity_factor"].to_numpy()
    price = sites.loc["my-3pl", "pick_usd_order"] * bands["price_factor"].to_numpy()

    def bill(orders_day: float) -> float:
        """Return the bill of a month of 365/12 days, MXN."""
        first = min(orders_day, capacity[0])
        fee = 365 / 12 * (first * price[0] + (orders_day - first) * price[1])
        return 18.4 * (sizes.loc["my-3pl", "fixed_usd_month"] + fee)

    for orders_day in (0, 100, 308, 400, 600):
        expected = max(150_000, 16 * orders_day * 365 / 12)
        assert bill(orders_day) == pytest.approx(expected, rel=0.002)


@pytest.mark.slow
def test_goods_of_vietnam_pay_the_duty_of_their_group(present: Path) -> None:
    network = load(str(present / "mine/network"), str(present / "mine/demand")).problem.network
    origins = network["origins"].set_index("origin_id")
    assert origins.loc["vn-haiphong", ["kind", "origin_group", "direct_mail"]].tolist() == [
        "overseas", "CPTPP", "no",
    ]  # fmt: skip
    flows = pd.read_csv(present / "runs" / "present" / "flows.csv")
    assert (flows["from"] == "vn-haiphong").any()


@pytest.mark.slow
def test_the_baseline_costs_what_the_plan_costs(present: Path) -> None:
    runs = present / "runs"
    cost = {
        name: json.loads((runs / name / "summary.json").read_text())["objective"]
        for name in ("present", "baseline", "reconciled", "better")
    }
    assert cost["baseline"] == pytest.approx(cost["present"], abs=0.005)
    assert cost["reconciled"] == pytest.approx(cost["present"], abs=0.005)
    saving = json.loads((runs / "better" / "summary.json").read_text())["saving"]
    assert saving["saving_usd"] == pytest.approx(cost["baseline"] - cost["better"])
    said = json.loads((runs / "reconciled" / "summary.json").read_text())["baseline"]
    assert said["not_in_model"] == ["advertising"]
    assert "rent_and_overhead" in said["ledger"]
