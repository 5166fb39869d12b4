"""The tutorial from an order export to a plan: its commands run, and print what it shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutorial_page import TutorialPage, run

PAGE = TutorialPage("order_export.md", ("ventas.csv", "entregas.csv"))


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the files of the page."""
    PAGE.lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_import_prints_what_the_page_shows(away: Path) -> None:
    refused, read, _ = PAGE.shown
    first = run(PAGE.commands[0])
    assert (first.exit_code, first.stderr) == (1, refused)
    assert not (away / "mine").exists()
    second = run(PAGE.commands[1])
    assert second.exit_code == 0
    assert second.stdout.startswith(read)
    assert run(PAGE.commands[2]).exit_code == 0


def test_the_calibration_prints_what_the_page_shows(away: Path) -> None:
    done = run(PAGE.commands[-1])
    assert done.exit_code == 0
    assert [line.rstrip() for line in done.stdout.splitlines()] == PAGE.shown[-1].splitlines()
    assert (away / "measured.html").is_file()


@pytest.mark.slow
def test_five_commands_lead_to_an_audited_plan_and_its_layers(away: Path) -> None:
    assert len(PAGE.commands) == 6
    assert [run(command).exit_code for command in PAGE.commands] == [1, 0, 0, 0, 0, 0]
    summary = json.loads((away / "runs" / "first" / "summary.json").read_text(encoding="utf-8"))
    assert summary["audit"]["clean"]
    assert (away / "runs" / "first" / "report.html").is_file()
    assert (away / "layers" / "zones.geojson").is_file()
