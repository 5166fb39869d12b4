"""Text that is safe to print: no escape sequences, control characters or bidirectional marks."""

from __future__ import annotations

import re

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?")
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


def cleaned(text: str) -> str:
    """Return a text as it may be printed, with its line ends.

    Parameters
    ----------
    text : str
        Any text, such as a message with names of the inputs.

    Returns
    -------
    str
        Without escape sequences, control characters, and characters that are invisible or change
        the direction of writing.
    """
    return _CONTROLS.sub("", _ESCAPES.sub("", text))


def one_line(text: str) -> str:
    """Return a text as it may be printed within a line: `cleaned`, line ends as blanks.

    Parameters
    ----------
    text : str
        Any text, such as a name of the inputs.

    Returns
    -------
    str
        Without tabs and line ends.
    """
    return re.sub(r"[\t\n]+", " ", cleaned(text))
