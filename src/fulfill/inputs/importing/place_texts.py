"""Cells of addresses read one by one: countries, states, postcodes, and cities with their state."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from fulfill.inputs.spelling import fold
from fulfill.inputs.states import state_name

COUNTRIES = ("MX", "US")
"""Countries whose places are known; a number stands for each."""
UNKNOWN = -1
COUNTRY_NAMES = {
    "MX": ("mx", "mex", "mexico", "estados unidos mexicanos", "墨西哥"),
    "US": (
        "us", "usa", "united states", "united states of america", "estados unidos",
        "estados unidos de america", "eua", "eeuu", "ee uu", "eu", "u s", "u s a", "美国", "美國",
    ),
}  # fmt: skip
_COUNTRY = {name: COUNTRIES.index(code) for code, names in COUNTRY_NAMES.items() for name in names}
LABEL = re.compile(r"^(?:c\.?\s*p\.?|zip(?: code)?|mx|us)?[\s:.'-]*", re.IGNORECASE)
"""What may stand before a postcode; an apostrophe keeps a spreadsheet from making it a number."""
DECIMAL = re.compile(r"^(\d+)[.,]0+$")
LENGTH = 5


@dataclass(frozen=True)
class Postcode:
    """A postcode as it was read.

    Attributes
    ----------
    number : int
        The five digits; `UNKNOWN` where the text is no postcode.
    repairs : tuple of str
        What was done to it: ``leading_zero``, ``decimal``, ``zip_plus_4``, ``label``.
    """

    number: int
    repairs: tuple[str, ...] = ()


def country_number(text: str) -> int:
    """Return the number of a country in `COUNTRIES`.

    Parameters
    ----------
    text : str
        Code or name in English, Spanish or Chinese.

    Returns
    -------
    int
        `UNKNOWN` for any other text, also an empty one.
    """
    return _COUNTRY.get(fold(text), UNKNOWN)


def state_numbers(text: str, states: tuple[tuple[str, str], ...]) -> list[int]:
    """Return the numbers of the states that a text names, one for each country.

    Parameters
    ----------
    text : str
        Name or abbreviation.
    states : tuple of (str, str)
        Country and canonical name of every state.

    Returns
    -------
    list of int
        In the order of `COUNTRIES`; `UNKNOWN` where the country has no such state.
    """
    found = [(country, state_name(country, text)) for country in COUNTRIES]
    return [
        states.index((country, name)) if name is not None else UNKNOWN for country, name in found
    ]


def postcode_number(text: str, country: str) -> Postcode:
    """Read a postcode of Mexico or the United States.

    Parameters
    ----------
    text : str
        As spreadsheets and shops write it.
    country : str
        ``MX`` or ``US``.

    Returns
    -------
    Postcode
        Without a number where the text has neither five digits, nor four (a leading zero was
        lost), nor in the United States four more after the five.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    digits, repairs = LABEL.sub("", plain), []
    if digits != plain and digits:
        repairs.append("label")
    decimal = DECIMAL.match(digits)
    if decimal:
        digits = decimal[1]
        repairs.append("decimal")
    longer = re.match(r"^(\d{4,5})[- ]?(\d{4})$", digits) if country == "US" else None
    if longer:
        digits = longer[1]
        repairs.append("zip_plus_4")
    if len(digits) == LENGTH - 1:
        repairs.append("leading_zero")
        digits = f"0{digits}"
    if not (len(digits) == LENGTH and digits.isascii() and digits.isdigit()):
        return Postcode(UNKNOWN)
    return Postcode(int(digits), tuple(repairs))


def split_city(
    text: str, country: int, state: int, states: tuple[tuple[str, str], ...]
) -> list[tuple[str, int]]:
    """Return what the text of a city may mean: a name and a state, the most literal reading first.

    Parameters
    ----------
    text : str
        A city, or "city, state".
    country : int
        Number of the country.
    state : int
        Number of the state in its own column, or `UNKNOWN`.
    states : tuple of (str, str)
        Country and canonical name of every state.

    Returns
    -------
    list of (str, int)
        Names with the number of a state, `UNKNOWN` where none is given.
    """
    readings = [(text, state)]
    name, comma, rest = text.rpartition(",")
    if comma and state_name(COUNTRIES[country], rest):
        named = state_numbers(rest, states)[country]
        if state in (UNKNOWN, named):
            readings = [(name, named), *readings]
    # "CDMX" or "Qro." in the column of cities is the city of that state
    same = state_name(COUNTRIES[country], text)
    if same is not None:
        named = states.index((COUNTRIES[country], same))
        if state in (UNKNOWN, named):
            readings.append((same, named))
    return readings
