"""The file for ``--map``: what the names and values of an export mean, where it does not say so.

::

    [columns]                     # field = name of the column; empty leaves the field out
    order_id = "Referencia"
    [values]                      # field = value of every row, where there is no column
    country = "MX"
    [status]                      # ordered, cancelled, returned or not_an_order
    "En bodega" = "ordered"
    [categories]                  # category of the export = product or family of the network
    "Mascotas" = "home"
    [skus]                        # SKU = category
    "AB-100" = "Mascotas"
    [dates]                       # orders of other days are counted as refused
    first = 2025-01-01
    last = 2025-12-31
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import read_regular

STATUS_MEANINGS = ("ordered", "cancelled", "returned", "not_an_order")
VALUE_FIELDS = ("country", "state", "city", "currency", "category", "status", "quantity")
"""Fields that may have one value for all rows."""
_SECTIONS = ("columns", "values", "status", "categories", "skus", "dates")


@dataclass(frozen=True)
class OrderMap:
    """What a map says.

    Attributes
    ----------
    columns, values, status, categories, skus : mapping of str to str
        As in the head of the module.
    first, last : date or None
        First and last day whose orders count; None for no bound.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    status: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    skus: Mapping[str, str] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None


def read_map(path: Path | None) -> OrderMap:
    """Read a map.

    Parameters
    ----------
    path : Path or None
        TOML file; None for a map that says nothing.

    Returns
    -------
    OrderMap

    Raises
    ------
    InputError
        F102 where it cannot be read, F409 for everything that is no entry of a map.
    """
    if path is None:
        return OrderMap()
    known = read_sections(path, _SECTIONS)
    if faults := _entry_faults(known, path.name):
        raise InputError(faults)
    days = known.pop("dates")
    return OrderMap(**known, first=days.get("first"), last=days.get("last"))


def read_sections(path: Path, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read the sections of a map.

    Parameters
    ----------
    path : Path
        TOML file.
    names : sequence of str
        Sections that it may have.

    Returns
    -------
    dict of str to dict
        Entries by section; a section that is not there is empty.

    Raises
    ------
    InputError
        F102 where the file cannot be read, F409 where it is no TOML or has other sections.
    """
    try:
        content = tomllib.loads(read_regular(path, path.name, links=True).decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError([Fault("F409", path.name, detail=str(error))]) from None
    faults = [
        Fault("F409", path.name, value=name, detail=f"sections: {', '.join(names)}")
        for name, section in content.items()
        if name not in names or not isinstance(section, dict)
    ]
    if faults:
        raise InputError(faults)
    return {name: content.get(name, {}) for name in names}


def _entry_faults(sections: Mapping[str, Mapping[str, Any]], file: str) -> list[Fault]:
    """Find entries of another type, and names and values that no section has."""
    faults = []
    for section, entries in sections.items():
        for name, value in entries.items():
            if section == "dates":
                right = name in ("first", "last") and type(value) is date
                detail = "first and last are days, 2025-01-01 without quotes"
            elif section == "status":
                right, detail = value in STATUS_MEANINGS, f"one of {', '.join(STATUS_MEANINGS)}"
            elif section == "values":
                right = name in VALUE_FIELDS and isinstance(value, str)
                detail = f"texts for {', '.join(VALUE_FIELDS)}"
            else:
                right, detail = isinstance(value, str), "a text in quotes"
            if not right:
                shown = value.isoformat() if isinstance(value, datetime | date) else str(value)
                faults.append(Fault("F409", file, 0, f"{section}.{name}", shown, detail))
    first, last = sections["dates"].get("first"), sections["dates"].get("last")
    if not faults and first and last and last < first:
        detail = f"first is {first}"
        faults.append(Fault("F409", file, 0, "dates.last", last.isoformat(), detail))
    return faults
