"""The tutorial from an order export to a plan: its commands run, and print what it shows."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fulfill.cli.main import main

TUTORIALS = Path(__file__).resolve().parents[1] / "docs" / "tutorials"
PAGE = (TUTORIALS / "order_export.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ fulfill (.+)$", PAGE, re.MULTILINE)
SHOWN = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the export and the map of the page."""
    for name in ("ventas.csv", "entregas.csv"):
        shutil.copy(TUTORIALS / name, tmp_path)
    [text] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "map.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: str) -> Result:
    return CliRunner().invoke(main, shlex.split(command))


def test_the_import_prints_what_the_page_shows(away: Path) -> None:
    refused, read, _ = SHOWN
    first = run(COMMANDS[0])
    assert (first.exit_code, first.stderr) == (1, refused)
    assert not (away / "mine").exists()
    second = run(COMMANDS[1])
    assert second.exit_code == 0
    assert second.stdout.startswith(read)
    assert run(COMMANDS[2]).exit_code == 0


def test_the_calibration_prints_what_the_page_shows(away: Path) -> None:
    done = run(COMMANDS[-1])
    assert done.exit_code == 0
    assert [line.rstrip() for line in done.stdout.splitlines()] == SHOWN[-1].splitlines()
    assert (away / "measured.html").is_file()


@pytest.mark.slow
def test_five_commands_lead_to_an_audited_plan_and_its_layers(away: Path) -> None:
    assert len(COMMANDS) == 6
    assert [run(command).exit_code for command in COMMANDS] == [1, 0, 0, 0, 0, 0]
    summary = json.loads((away / "runs" / "first" / "summary.json").read_text(encoding="utf-8"))
    assert summary["audit"]["clean"]
    assert (away / "runs" / "first" / "report.html").is_file()
    assert (away / "layers" / "zones.geojson").is_file()
