"""A tutorial of the docs whose commands are run: what they are, and what they print."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from fulfill.cli.main import main

TUTORIALS = Path(__file__).resolve().parents[1] / "docs" / "tutorials"


class TutorialPage:
    """Commands and outputs of a page, in their order.

    Parameters
    ----------
    name : str
        File in docs/tutorials.
    files : sequence of str
        Files beside it that its commands read; `map.toml` is shown on the page.
    """

    def __init__(self, name: str, files: Sequence[str]) -> None:
        text = (TUTORIALS / name).read_text(encoding="utf-8")
        self.files = files
        self.commands: list[str] = re.findall(r"^\$ fulfill (.+)$", text, re.MULTILINE)
        self.shown: list[str] = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
        [self.map] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)

    def lay_out(self, folder: Path) -> None:
        """Put the files of the page into a folder."""
        for name in self.files:
            shutil.copy(TUTORIALS / name, folder)
        (folder / "map.toml").write_text(self.map, encoding="utf-8")


def run(command: str) -> Result:
    """Run a command of a page."""
    return CliRunner().invoke(main, shlex.split(command))
