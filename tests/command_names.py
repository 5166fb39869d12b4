"""The commands of the program by their whole names."""

from __future__ import annotations

import runpy
from pathlib import Path

import click

from fulfill.cli.main import main

GENERATOR = Path(__file__).resolve().parents[1] / "docs" / "generate.py"
COMMANDS: dict[str, click.Command] = runpy.run_path(str(GENERATOR))["whole_commands"](main)
ANSWERING = sorted(name for name, one in COMMANDS.items() if not isinstance(one, click.Group))
"""Commands that do something themselves."""


def named(words: list[str]) -> tuple[str, list[str]]:
    """Split what is typed after the name of the program into the command and its arguments."""
    whole = " ".join(words[:2])
    return (whole, words[2:]) if whole in COMMANDS else (words[0], words[1:])
