"""fulfill stress and fulfill ask, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from conftest import Folders
from fulfill.cli.main import main
from fulfill.study.risk_outputs import LOSSES, QUESTIONS, REMEDIES, SAMPLES, SITE_SHARES


def fulfill(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def planned(toy: Folders, undrawn: None) -> Path:
    """The folder of the toy's plan, its sea freight with a wide range."""
    toy.set("network/freight.csv", 2, "status", "assumption")
    toy.set("network/freight.csv", 2, "range", "usd_m3=10..9000")
    out = toy.root / "plan"
    inputs = ("--network", toy.network, "--demand", toy.demand)
    assert fulfill("optimize", *inputs, "--out", out, "--quiet").exit_code == 0
    return out


def columns(path: Path) -> list[str]:
    return list(pd.read_csv(path, nrows=0).columns)


def test_stress_writes_tables_and_a_page(planned: Path) -> None:
    out = planned.parent / "stress"
    found = fulfill("stress", planned, "--out", out, "--json", "--pairs", "2", "--remedies", "1")
    assert found.exit_code == 0, found.output
    said = json.loads(found.stdout)
    kinds = {loss["kind"] for loss in said["losses"]}
    assert {"site", "gateway", "carrier", "mail"} <= kinds
    assert json.loads((out / "summary.json").read_text())["losses"] == said["losses"]
    assert columns(out / "losses.csv") == list(LOSSES.keys)
    assert columns(out / "remedies.csv") == list(REMEDIES.keys)
    assert "Largest losses" in (out / "stress.html").read_text()


def test_ask_writes_tables_a_page_and_groups_to_edit(planned: Path) -> None:
    out = planned.parent / "ask"
    found = fulfill("ask", planned, "--out", out, "--joint", "24", "--lang", "es")
    assert found.exit_code == 0, found.output
    assert "freight[sea].usd_m3" in found.stdout
    for table in (QUESTIONS, SAMPLES, SITE_SHARES):
        assert columns(out / table.name) == list(table.keys)
    assert "Pida primero estas" in (out / "ask.html").read_text()
    groups = pd.read_csv(out / "groups.csv").assign(group="sea")
    edited = planned.parent / "edited.csv"
    groups.to_csv(edited, index=False)
    again = fulfill("ask", planned, "--groups", edited, "--joint", "0", "--json")
    assert again.exit_code == 0, again.output
    said = json.loads(again.stdout)
    assert said["ask_first"] == ["sea"]
    assert said["groups"][0]["distinguishable"] is True


def test_what_is_unknown_is_refused(planned: Path) -> None:
    wrong = fulfill("stress", planned, "--period", "summer", "--out", planned.parent / "none")
    assert wrong.exit_code == 1
    assert "F501" in wrong.stderr
    assert not (planned.parent / "none").exists()
