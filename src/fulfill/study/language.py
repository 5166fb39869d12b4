"""Language of what people read: pages, terminal summary, and headings of tables for people.

The language is that of the context, as in gettext: texts are looked up where they are shown, so
that no function has to hand a language on. Machine-readable files are always in English.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LANGUAGES = ("en", "es", "zh")
_language = ContextVar("language", default="en")


def language() -> str:
    """Return the language of the context, one of `LANGUAGES`."""
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Show everything in a language while the block runs.

    Parameters
    ----------
    code : str
        One of `LANGUAGES`.

    Yields
    ------
    None
    """
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


def translated(message: str) -> str:
    """Return a message in the language of the context; usually imported as ``_``.

    Parameters
    ----------
    message : str
        English text; what is put in later stands in braces, for `str.format`.

    Returns
    -------
    str
        The translation.
    """
    return message
