"""Printing of messages whose names come from inputs: files, options, tables, solvers."""

from __future__ import annotations

import logging

import click

from fulfill.report.plain_text import cleaned
from fulfill.study.language import speaking

QUIET = "fulfill.quiet"
"""Key of the option in the context of a command."""


def say(text: str, *, err: bool = False) -> None:
    """Print a text without escape sequences and control characters.

    Parameters
    ----------
    text : str
        Any text; its line ends are kept.
    err : bool
        Print on stderr.
    """
    click.echo(cleaned(text), err=err)


def note(text: str) -> None:
    """Print a warning or what is being done on stderr, unless the command is told to be quiet.

    Parameters
    ----------
    text : str
        Any text; its line ends are kept.
    """
    if not is_quiet():
        say(text, err=True)


def is_quiet() -> bool:
    """Tell whether the running command has the option ``--quiet``."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(QUIET))


def keep_quiet(context: click.Context, _: click.Parameter, value: bool) -> None:
    """Remember the option ``--quiet`` for `note` and `is_quiet`."""
    context.meta[QUIET] = value


def speak(context: click.Context, _: click.Parameter, value: str) -> None:
    """Put the option ``--lang`` in force until the program ends, also by wrong usage.

    The root closes what it holds in any case. The context of a command whose options cannot be
    parsed is never closed, and its resources would end where the garbage is collected, perhaps in
    another thread.
    """
    context.find_root().with_resource(speaking(value))


class PlainFormatter(logging.Formatter):
    """Formatter of log records that prints names as `say` does."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as text without escape sequences and control characters."""
        return cleaned(super().format(record))
