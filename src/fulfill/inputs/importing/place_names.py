"""Names of cities and states as they are written in addresses.

Accents, case and punctuation never count. Usual abbreviations are written out, so that "Cd. Juárez"
and "Ciudad Juárez" are one name.
"""

from __future__ import annotations

import re

from fulfill.inputs.spelling import fold

WORDS = {
    "cd": "ciudad", "gral": "general", "sta": "santa", "sto": "santo", "pto": "puerto",
    "col": "colonia", "fco": "francisco", "gpe": "guadalupe", "ma": "maria", "dr": "doctor",
    "hgo": "hidalgo", "mpio": "municipio", "del": "de", "st": "saint", "ft": "fort", "mt": "mount",
}  # fmt: skip
"""Abbreviated words of names, and what they stand for; "del" and "de" are often confused."""
TITLES = re.compile(
    r"^(?:(?:municipio|alcaldia|delegacion|heroica|h|ciudad|villa|city|town)(?: de)? (?:la )?)+"
)
"""Words before a name that addresses add or leave out."""


def place_key(name: str) -> str:
    """Return a name without accents, case, punctuation and abbreviations.

    Parameters
    ----------
    name : str
        As written in an address.

    Returns
    -------
    str
        Equal for all spellings of a name.
    """
    return " ".join(WORDS.get(word, word) for word in fold(name).split())


def shortened(key: str) -> str:
    """Return the key of a name without the titles that addresses add or leave out.

    Parameters
    ----------
    key : str
        As `place_key` returns it.

    Returns
    -------
    str
        The key itself where nothing would be left.
    """
    return TITLES.sub("", key) or key
