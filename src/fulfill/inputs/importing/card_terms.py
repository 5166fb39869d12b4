"""What a rate card says in its notes: currency, divisor of volume, days, VAT, largest weight."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.card_map import CardMap
from fulfill.inputs.importing.card_sheets import OUTSIDE, TERM, CardSheet
from fulfill.inputs.importing.dates import read_days
from fulfill.inputs.importing.weights import UNITS_KG, unit_of

IN3_LB = 16.387064 / UNITS_KG["lb"]
"""Cubic centimetres a kilogram of one cubic inch a pound."""
LEAST_CM3_KG = 1000.0
"""Least divisor taken for cubic centimetres a kilogram; divisors in inches and pounds are less."""
CM3_M3 = 1e6
_CURRENCY_WORDS = {
    "MXN": r"\bmxn\b|\bmx\$|\bm\.n\.|pesos",
    "USD": r"\busd\b|us\$|d[oó]lares|us dollars|美元",
    "CNY": r"\bcny\b|\brmb\b|人民币|元",
}
_VOLUME = re.compile(r"volum|dimension|\bdim\b|体积|材积|抛|divisor", re.IGNORECASE)
_DIVISOR = re.compile(
    r"(?:/|÷|entre|divisor|除以|divided by|\bdim\b)"
    r"(?:[\s:=(]|de|of|by|factor|weight|divisor|volum[^\W\d_]*)*(\d[\d,. ]*)",
    re.IGNORECASE,
)
_DENSITY = re.compile(r"(\d[\d.]*)\s*kg\s*(?:/|por|per)\s*m", re.IGNORECASE)
_VALID = re.compile(r"vigen|v[aá]lid|effective|valid|有效|生效", re.IGNORECASE)
_DATE = re.compile(
    r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{1,2}\s+(?:de\s+)?[^\W\d_]+\.?\s+(?:del?\s+)?\d{4}"
    r"|[^\W\d_]+\s+\d{1,2},?\s+\d{4}"
)
_VAT = re.compile(r"\biva\b|\bvat\b|增值税|含税", re.IGNORECASE)
_VAT_OUT = re.compile(
    r"without|before|net of|m[aá]s\s+iva|\+\s*iva|antes de|sin iva|no incluye|plus|excl|不含|未含",
    re.IGNORECASE,
)
_LARGEST = re.compile(
    r"(?:peso m[aá]ximo|m[aá]ximo|max(?:imum)?\.? weight|最大重量|限重)\D{0,20}(\d+(?:\.\d+)?)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class CardTerms:
    """The terms of a card; None where they are not known.

    Attributes
    ----------
    currencies : frozenset of str
        Those that the texts name.
    divisor_cm3_kg, max_kg, vat_rate : float or None
        `vat_rate` is the VAT that the prices contain, 0 where they contain none.
    valid_from, valid_to : str
        Days; empty where they are not known.
    texts : dict of str to str
        The text that says it, by term.
    """

    currencies: frozenset[str] = frozenset()
    divisor_cm3_kg: float | None = None
    max_kg: float | None = None
    vat_rate: float | None = 0.0
    valid_from: str = ""
    valid_to: str = ""
    texts: dict[str, str] = field(default_factory=dict)


def read_terms(
    sheets: Sequence[CardSheet], mapped: CardMap, date_order: str | None
) -> tuple[CardTerms, list[Fault]]:
    """Read the notes of a card, and mark their cells.

    Parameters
    ----------
    sheets : sequence of CardSheet
        Their cells outside of tables are read and marked, as terms or as outside of tables.
    mapped : CardMap
        Its values outrank the notes.
    date_order : str or None
        ``dmy`` or ``mdy``, where the user says so.

    Returns
    -------
    CardTerms
    list of Fault
        F203 for a date of either order, F447 for a divisor whose unit is not known.
    """
    texts: dict[str, str] = {}
    days: list[str] = []
    faults = list[Fault]()
    for sheet in sheets:
        for row, text in _notes(sheet):
            said = _said(text)
            texts = {**said, **texts}
            if "valid" in said and not days:
                days, found = _days(sheet, row, text, date_order)
                faults += found if "valid_from" not in mapped.values else []
            _mark(sheet, row, TERM if said else OUTSIDE)
    headers = " ".join(
        name for sheet in sheets for table in sheet.tables for name in table.columns.values()
    )
    currencies = currencies_in(" ".join([*texts.values(), headers, *_all_notes(sheets)]))
    divisor, found = _divisor(texts.get("divisor", ""), sheets)
    given = mapped.number("divisor_cm3_kg")
    largest = _LARGEST.search(texts.get("max_kg", ""))
    max_kg = None
    if largest:
        max_kg = float(largest[1]) * UNITS_KG[unit_of(texts["max_kg"]) or "kg"]
    vat: float | None = None if "vat" in texts and not _VAT_OUT.search(texts["vat"]) else 0.0
    terms = CardTerms(
        currencies=frozenset(currencies),
        divisor_cm3_kg=divisor if given is None else given,
        max_kg=mapped.number("max_kg") or max_kg,
        vat_rate=vat if mapped.number("vat_rate") is None else mapped.number("vat_rate"),
        valid_from=mapped.values.get("valid_from", days[0] if days else ""),
        valid_to=mapped.values.get("valid_to", days[1] if len(days) > 1 else ""),
        texts=texts,
    )
    return terms, faults + (found if given is None else [])


def _notes(sheet: CardSheet) -> list[tuple[int, str]]:
    """Return the texts outside of tables by row."""
    free = sheet.grid.filled & (sheet.use == "")
    return [
        (int(row), " ".join(sheet.grid.cells[row, free[row]]))
        for row in np.flatnonzero(free.any(axis=1))
    ]


def _all_notes(sheets: Sequence[CardSheet]) -> list[str]:
    """Return the texts that are now marked as outside of tables or as terms."""
    return [
        str(text)
        for sheet in sheets
        for text in sheet.grid.cells[
            sheet.grid.filled & np.isin(sheet.use.astype(str), [TERM, OUTSIDE])
        ]
    ]


def _mark(sheet: CardSheet, row: int, use: str) -> None:
    for column in np.flatnonzero(sheet.grid.filled[row] & (sheet.use[row] == "")):
        sheet.mark(row, int(column), use)


def _said(text: str) -> Mapping[str, str]:
    """Return the terms of which a note speaks."""
    said = {
        "divisor": bool(_VOLUME.search(text) and _divisor_text(text)),
        "valid": bool(_VALID.search(text) and _DATE.search(text)),
        "vat": bool(_VAT.search(text)),
        "max_kg": bool(_LARGEST.search(text)),
        "currency": bool(currencies_in(text)),
    }
    return {name: text for name, one in said.items() if one}


def _divisor_text(text: str) -> str:
    """Return the number by which volume is divided, or of kilograms a cubic metre, as written."""
    undated = _DATE.sub(" ", text)  # 2026 is no divisor
    match = _DENSITY.search(undated) or _DIVISOR.search(undated)
    return match[1] if match else ""


def currencies_in(text: str) -> set[str]:
    """Return the currencies that a text names.

    Parameters
    ----------
    text : str

    Returns
    -------
    set of str
        Codes of ISO 4217.
    """
    return {code for code, words in _CURRENCY_WORDS.items() if re.search(words, text, re.I)}


def _days(
    sheet: CardSheet, row: int, text: str, order: str | None
) -> tuple[list[str], list[Fault]]:
    """Return the days of a note."""
    found = _DATE.findall(text)[:2]
    rows = np.full(len(found), row + 1, dtype=np.int64)
    column = {"valid_from": pd.Series(found, dtype="str")}
    days, faults = read_days(column, sheet.grid.place, rows, order)
    return [str(day) for day in days.columns.get("valid_from", [])], faults


def _divisor(text: str, sheets: Sequence[CardSheet]) -> tuple[float | None, list[Fault]]:
    """Return the divisor of volume in cm3/kg that a note names."""
    density = _DENSITY.search(text)
    if density:
        return CM3_M3 / float(density[1]), []
    written = _divisor_text(text)
    if not written:
        return None, []
    value = float(re.sub(r"[^\d]", "", written))
    if value >= LEAST_CM3_KG:
        return value, []
    pounds = any(table.unit == "lb" for sheet in sheets for table in sheet.tables)
    if unit_of(text) == "lb" or pounds or re.search(r"\bin\b|inch|pulg", text, re.IGNORECASE):
        return value * IN3_LB, []
    detail = 'in cm3 a kilogram: [values] divisor_cm3_kg = "5000"'
    return None, [Fault("F447", sheets[0].grid.place, value=text[:80], detail=detail)]
