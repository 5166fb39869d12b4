"""Comparing names that may be spelt in different ways or misspelt.

Accents, case and punctuation never make two names different. Names that differ otherwise but look
alike are taken for misspellings and reported, never corrected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

ALIKE = 0.82
"""Least similarity (ratio of `difflib`) of two words taken for one word misspelt.

It admits one wrong letter in six, and one missing letter in four.
"""


def fold(text: str) -> str:
    """Return a text in lower case without accents and punctuation.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Equal for all spellings of a name; words are separated by single blanks.
    """
    # NFKD splits an accented letter into the letter and its accent, which is then dropped
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
    )
    return " ".join(re.findall(r"[^\W_]+", plain.casefold()))


def slug(text: str, joint: str = "-") -> str:
    """Return a text as part of an id: lower case letters and digits, without accents.

    Parameters
    ----------
    text : str
    joint : str
        In place of everything else.

    Returns
    -------
    str
        Empty where the text has no Latin letter and no digit.
    """
    return re.sub(r"[^a-z0-9]+", joint, fold(text)).strip(joint)


def new_ids(stems: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Return an id for each stem: the stem, with a number where it is taken already.

    Parameters
    ----------
    stems : iterable of str
    taken : iterable of str
        Ids that exist already.

    Returns
    -------
    list of str
        Distinct, in the order of the stems.
    """
    used, ids = set(taken), []
    for stem in stems:
        text, number = stem, 1
        while text in used:
            number += 1
            text = f"{stem}-{number}"
        used.add(text)
        ids.append(text)
    return ids


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names that resemble a name.

    Parameters
    ----------
    name : str
    known : iterable of str

    Returns
    -------
    list of str
        At most three, the most similar first.
    """
    by_fold = {fold(one): one for one in known}
    return [by_fold[one] for one in get_close_matches(fold(name), list(by_fold), cutoff=0.75)]


def near(names: Iterable[str]) -> str:
    """Return the end of a message that lists similar names; empty where there are none."""
    listed = ", ".join(names)
    return f"; similar: {listed}" if listed else ""


def suggest(name: str, known: Iterable[str], most: int = 5) -> str:
    """Return what a message says of an unknown name: the known names meant by it, or some of them.

    Parameters
    ----------
    name : str
    known : iterable of str
        In the order in which they are listed.
    most : int
        Largest number of names.

    Returns
    -------
    str
        The names that resemble it, else those that hold it, else the first ones.
    """
    known = list(known)
    alike = nearest(name, known)
    alike += [one for one in known if fold(name) and fold(name) in fold(one) and one not in alike]
    if alike:
        return "similar: " + ", ".join(alike[:most])
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return "there are: " + ", ".join(known[:most]) + more


def misspelt(name: str, other: str) -> bool:
    """Tell whether two different names look like one name misspelt.

    Names are compared word by word, so that ``clothing_men`` and ``clothing_women`` stay apart.
    Words with digits and words of one or two letters are codes, in which every character counts.

    Parameters
    ----------
    name, other : str

    Returns
    -------
    bool
        False where the names differ only in accents, case or punctuation.
    """
    one, two = fold(name).split(), fold(other).split()
    if len(one) != len(two):
        return _alike("".join(one), "".join(two))
    pairs = [pair for pair in zip(one, two, strict=True) if pair[0] != pair[1]]
    return bool(pairs) and all(_alike(*pair) for pair in pairs)


def _alike(one: str, two: str) -> bool:
    """Tell whether two words resemble each other and neither is a code."""
    code = min(len(one), len(two)) < 3 or any(sign.isdigit() for sign in one + two)
    return not code and SequenceMatcher(None, one, two, autojunk=False).ratio() >= ALIKE
