"""The commands of the program by their whole names."""

from __future__ import annotations

import click

from fulfill.cli.main import main


def whole_commands(group: click.Group = main, before: str = "") -> dict[str, click.Command]:
    """Return the commands of a group, those of groups in it too, and these groups."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        found[f"{before}{name}"] = command
        if isinstance(command, click.Group):
            found |= whole_commands(command, f"{before}{name} ")
    return found


COMMANDS = whole_commands()
ANSWERING = sorted(name for name, one in COMMANDS.items() if not isinstance(one, click.Group))
"""Commands that do something themselves."""


def named(words: list[str]) -> tuple[str, list[str]]:
    """Split what is typed after the name of the program into the command and its arguments."""
    whole = " ".join(words[:2])
    return (whole, words[2:]) if whole in COMMANDS else (words[0], words[1:])
