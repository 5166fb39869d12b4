"""When two spellings are one name: accents, case and punctuation make no difference, and a near miss is told apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

ALIKE = 0.82
"""Similarity from which two words count as one word misspelt: one letter of six, or one left out of four."""


def fold(text: str) -> str:
    """Return a text without accents, case and punctuation: what two spellings of one name share."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
    )
    return " ".join(re.findall(r"[^\W_]+", plain.casefold()))


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return up to three known names that a name may stand for, the nearest first."""
    by_fold = {fold(one): one for one in known}
    return [by_fold[one] for one in get_close_matches(fold(name), list(by_fold), cutoff=0.75)]


def near(names: Iterable[str]) -> str:
    """Return the end of a message that lists near names; empty where there is none."""
    listed = ", ".join(names)
    return f"; near: {listed}" if listed else ""


def misspelt(name: str, other: str) -> bool:
    """Tell whether two different names look like one name misspelt.

    Word by word, so that ``clothing_men`` and ``clothing_women`` stay apart; words with digits and
    words of one or two letters are codes, in which every sign counts.
    """
    one, two = fold(name).split(), fold(other).split()
    if len(one) != len(two):
        return _alike("".join(one), "".join(two))
    pairs = [pair for pair in zip(one, two, strict=True) if pair[0] != pair[1]]
    return bool(pairs) and all(_alike(*pair) for pair in pairs)


def _alike(one: str, two: str) -> bool:
    code = min(len(one), len(two)) < 3 or any(sign.isdigit() for sign in one + two)
    return not code and SequenceMatcher(None, one, two, autojunk=False).ratio() >= ALIKE
