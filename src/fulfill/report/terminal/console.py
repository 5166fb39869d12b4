"""Console for results; names from the inputs are printed as plain text."""

from __future__ import annotations

import re
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 110
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class PlainConsole(Console):
    """Console that prints strings as they are: no markup, emoji codes or control characters.

    Every string, including that of a table cell, passes `render_str`; only `Text` made by the
    program has a style.

    Parameters
    ----------
    **options
        Of `rich.console.Console`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, width=WIDTH, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a string as text without control sequences of terminals."""
        return super().render_str(cleaned(text), **options)


def cleaned(text: str) -> str:
    """Return a text without escape sequences, control characters and bidirectional marks."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text))


def columns(*heads: tuple[str, bool], title: str | None = None) -> Table:
    """Return an empty table.

    Parameters
    ----------
    heads : (str, bool)
        Heading of each column, and whether it is numeric, hence aligned to the right.
    title : str, optional
        Line above the table.

    Returns
    -------
    Table
        To which rows are added.
    """
    table = Table(box=None, padding=(0, 2), header_style="bold", title=title, title_justify="left")
    for words, is_number in heads:
        table.add_column(words, justify="right" if is_number else "left")
    return table


def lines() -> Table:
    """Return an empty table of labels and values, without a heading."""
    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_column()
    table.add_column()
    return table
