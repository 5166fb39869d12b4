"""Printing of messages whose names come from inputs: files, options, tables, solvers."""

from __future__ import annotations

import logging

import click

from fulfill.report.plain_text import cleaned


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


class PlainFormatter(logging.Formatter):
    """Formatter of log records that prints names as `say` does."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as text without escape sequences and control characters."""
        return cleaned(super().format(record))
