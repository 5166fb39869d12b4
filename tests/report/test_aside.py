"""A step beside the others writes what it would have written alone, or fails as it would."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fulfill.report.aside import aside


def test_the_step_runs_while_the_block_does(tmp_path: Path) -> None:
    def step() -> None:
        (tmp_path / "step").write_text(str(os.getpid()))

    with aside(step):
        (tmp_path / "block").write_text("")
    assert (tmp_path / "block").exists()
    assert (tmp_path / "step").read_text() != ""


def test_a_failure_of_the_step_is_raised_after_the_block(tmp_path: Path) -> None:
    def step() -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), aside(step):
        (tmp_path / "block").write_text("")
    assert (tmp_path / "block").exists()


def test_a_step_whose_process_dies_runs_again_here(tmp_path: Path) -> None:
    parent = os.getpid()

    def step() -> None:
        if os.getpid() != parent:
            os._exit(9)
        (tmp_path / "step").write_text("")

    with aside(step):
        pass
    assert (tmp_path / "step").exists()
