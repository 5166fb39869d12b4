"""The tutorial from a rate card to a plan: its imports run, and print what it shows."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fulfill.cli.main import main

TUTORIALS = Path(__file__).resolve().parents[1] / "docs" / "tutorials"
PAGE = (TUTORIALS / "carrier_card.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ fulfill (.+)$", PAGE, re.MULTILINE)
SHOWN = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the files of the page."""
    for name in ("tarifario.csv", "propuestas.csv"):
        shutil.copy(TUTORIALS / name, tmp_path)
    [text] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "map.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: str) -> Result:
    return CliRunner().invoke(main, shlex.split(command))


def test_the_imports_print_what_the_page_shows(away: Path) -> None:
    refused, *read = SHOWN
    first = run(COMMANDS[0])
    assert (first.exit_code, first.stderr) == (1, refused)
    assert not (away / "mine").exists()
    for command, text in zip(COMMANDS[1:3], read, strict=True):
        done = run(command)
        assert done.exit_code == 0
        assert done.stdout.startswith(text)
    assert run(COMMANDS[3]).exit_code == 0
