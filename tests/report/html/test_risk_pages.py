"""Pages of losses and of questions in a browser: names stay text, and nothing is fetched."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from fulfill.analysis.questions.ask import AskOptions, ask
from fulfill.analysis.stress.stress import StressOptions, stress
from fulfill.report.html import ask_page, stress_page
from fulfill.study.run import Run
from report.html.test_page import BROWSER, FLAGS, Tags

HOSTILE = '<script>document.title="broken"</script>'


def drawn(path: Path, profile: Path) -> subprocess.CompletedProcess[str]:
    """Return the page as a browser has it after its scripts have run, and what it logged."""
    assert BROWSER is not None
    command = [BROWSER, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", path.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.mark.skipif(BROWSER is None, reason="no browser is installed")
def test_the_page_of_losses_is_drawn(planned: Run, tmp_path: Path) -> None:
    found = stress(planned, StressOptions(workers=0, pairs=2, remedies=1))
    found = replace(found, losses=found.losses.assign(name=HOSTILE))
    path = tmp_path / "stress.html"
    path.write_text(stress_page.page(found), encoding="utf-8")
    page = drawn(path, tmp_path / "profile")
    tags = Tags(page.stdout)
    assert "broken" not in "".join(tags.text.get("title", []))
    assert HOSTILE in "".join(tags.text["td"])
    assert "ERR_" not in page.stderr
    assert "Uncaught" not in page.stderr


@pytest.mark.skipif(BROWSER is None, reason="no browser is installed")
def test_the_page_of_questions_is_drawn(planned: Run, tmp_path: Path) -> None:
    found = ask(planned, AskOptions(workers=0, joint=0))
    path = tmp_path / "ask.html"
    path.write_text(ask_page.page(found), encoding="utf-8")
    page = drawn(path, tmp_path / "profile")
    assert "All groups" in page.stdout
    assert "Uncaught" not in page.stderr
