"""Weights as rate cards write them: "0-1 kg", "hasta 5", "> 30", "kg adicional", "续重"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

UP_TO, RANGE, OVER, FURTHER = "up_to", "range", "over", "further"
UNITS_KG = {"kg": 1.0, "g": 0.001, "lb": 0.45359237, "oz": 0.028349523125}
"""Kilograms of the units of weight."""
_UNIT_WORDS = {
    "kg": "kgs?|kilos?|kilogramos?|kilograms?|quilos?|公斤|千克",
    "lb": "lbs?|libras?|pounds?|磅",
    "oz": "oz|onzas?|ounces?|盎司",
    "g": "grs?|g|gramos?|grams?|gramas?|克",
}
_UNITS = [
    (unit, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")) for unit, words in _UNIT_WORDS.items()
]
_NUMBER = re.compile(r"\d[\d.,]*\d|\d|[.,]\d+")
_FURTHER = re.compile(r"adicional|additional|each|extra|excedente|cada|续重|續重|每增加|每增")
_OVER = re.compile(r"mas de|acima de|over|above|mayor(?: que| a)?|>|\+|en adelante|y mas|以上|超过")
_OTHER_WORDS = re.compile(
    r"peso|weight|重量|重量段|hasta|up|to|ate|not|no|exceed|不超过|以下|entre|between|from|desde|de|a|y"
    r"|元|rmb|cny|usd|mxn|price|precio|首重价格|首重费用|首重运费|价格|费用|运费"
    r"|and|or|o|w|x|por|per|los|the|first|primer|primeros|首重|menos|mas|less|than|until|max|含"
)


@dataclass(frozen=True)
class Weight:
    """A weight break as it is written.

    Attributes
    ----------
    kind : str
        `UP_TO` (one number), `RANGE` (two), `OVER` (one) or `FURTHER` (the size of the step, or
        none for one unit).
    numbers : tuple of str
        As written; their decimal sign is that of the file.
    unit : str
        Key of `UNITS_KG`; empty where the text names none.
    """

    kind: str
    numbers: tuple[str, ...]
    unit: str


def read_weight(text: str) -> Weight | None:
    """Read a weight break.

    Parameters
    ----------
    text : str

    Returns
    -------
    Weight or None
        None where the text is no weight.
    """
    plain = _plain(text)
    unit = unit_of(text)
    numbers = tuple(_NUMBER.findall(plain))
    rest = _NUMBER.sub(" ", plain)
    further, over = _FURTHER.search(rest), _OVER.search(rest)
    for words in (_FURTHER, _OVER, *(one for _, one in _UNITS)):
        rest = words.sub(" ", rest)
    left = [word for word in re.findall(r"[^\W\d_]+", rest) if not _OTHER_WORDS.fullmatch(word)]
    if left or len(numbers) > 2 or not (numbers or further):
        return None
    if further and len(numbers) < 2:
        return Weight(FURTHER, numbers, unit)
    if len(numbers) == 2:
        return Weight(RANGE, numbers, unit)
    return Weight(OVER if over else UP_TO, numbers, unit)


def unit_of(text: str) -> str:
    """Return the unit of weight that a text names, of `UNITS_KG`; empty where it names none."""
    plain = _plain(text)
    return next((unit for unit, words in _UNITS if words.search(plain)), "")


def without_weight(text: str) -> str:
    """Return a text without its numbers and units of weight and what stands in brackets."""
    plain = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", _plain(text))
    plain = _NUMBER.sub(" ", plain)
    for _, words in _UNITS:
        plain = words.sub(" ", plain)
    return plain


def _plain(text: str) -> str:
    """Return a text in lower case, without accents and full-width signs."""
    wide = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in wide if not unicodedata.combining(sign))
