"""The tutorial from a rate card to a plan: its imports run, and print what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutorial_page import TutorialPage, run

PAGE = TutorialPage("carrier_card.md", ("tarifario.csv", "propuestas.csv"))


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the files of the page."""
    PAGE.lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_imports_print_what_the_page_shows(away: Path) -> None:
    refused, *read = PAGE.shown
    first = run(PAGE.commands[0])
    assert (first.exit_code, first.stderr) == (1, refused)
    assert not (away / "mine").exists()
    for command, text in zip(PAGE.commands[1:3], read, strict=True):
        done = run(command)
        assert done.exit_code == 0
        assert done.stdout.startswith(text)
    assert run(PAGE.commands[3]).exit_code == 0
