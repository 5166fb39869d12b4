"""The file for `--map` of a rate card: what its cells mean where they do not say so.

::

    [values]                      # see VALUES
    divisor_cm3_kg = "5000"       # 0: volume is not billed
    [columns]                     # field = name of the column
    weight = "Escalón"
    [zones]                       # zone = distance band, states, or "*" for all of the country
    "Zona 1" = "0-300 km"
    "Zona 2" = "Jalisco, Nuevo León"
    [services]                    # service of the card = service of the network
    "Terrestre" = "mx-ground"
    [surcharges]                  # line of the card = kind, see KINDS; "none" leaves it out
    "Recolección" = "none"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fulfill.inputs.dates import is_day
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.importing.order_map import read_sections
from fulfill.inputs.importing.weights import UNITS_KG
from fulfill.inputs.schema import COUNTRY_CODES

KINDS = ("fuel", "remote", "residential", "peak", "other", "none")
"""Kinds of surcharges; `other` is charged on every parcel."""
NUMBERS = ("divisor_cm3_kg", "round_up_kg", "max_kg", "vat_rate")
DAYS = ("valid_from", "valid_to")
VALUES = ("weight_unit", "country", *NUMBERS, *DAYS)
"""Values that a card has as a whole: `vat_rate` is the VAT that its prices contain, a share."""
_SECTIONS = ("values", "columns", "zones", "services", "surcharges")


@dataclass(frozen=True)
class CardMap:
    """What a map says.

    Attributes
    ----------
    values, columns, zones, services, surcharges : mapping of str to str
        As in the head of the module.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    surcharges: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str) -> float | None:
        """Return a number of `values`, None where it is not given."""
        return float(self.values[name]) if name in self.values else None


def read_card_map(path: Path | None) -> CardMap:
    """Read a map.

    Parameters
    ----------
    path : Path or None
        TOML file; None for a map that says nothing.

    Returns
    -------
    CardMap

    Raises
    ------
    InputError
        F102 where it cannot be read, F409 for everything that is no entry of a map.
    """
    if path is None:
        return CardMap()
    sections = read_sections(path, _SECTIONS)
    faults = [
        Fault("F409", path.name, 0, f"{section}.{name}", str(value), detail)
        for section, entries in sections.items()
        for name, value in entries.items()
        if (detail := _wrong(section, name, value))
    ]
    if faults:
        raise InputError(faults)
    return CardMap(**sections)


def _wrong(section: str, name: str, value: object) -> str:
    """Return what is wrong with an entry; empty where nothing is."""
    if not isinstance(value, str):
        return "a text in quotes"
    if section == "surcharges" and value not in KINDS:
        return f"one of {', '.join(KINDS)}"
    if section != "values":
        return ""
    if name not in VALUES:
        return f"values: {', '.join(VALUES)}"
    choices = {"weight_unit": tuple(UNITS_KG), "country": COUNTRY_CODES}.get(name)
    if choices and value not in choices:
        return f"one of {', '.join(choices)}" if name != "country" else "a code such as MX"
    if name in DAYS and not is_day(value):
        return "a day, such as 2026-01-01"
    if name in NUMBERS and not _positive(value):
        return "a number of at least 0 with a decimal point"
    return ""


def _positive(text: str) -> bool:
    """Return whether a text is a number of at least 0."""
    try:
        return 0.0 <= float(text) < float("inf")
    except ValueError:
        return False
