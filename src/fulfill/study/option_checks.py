"""What the options of a study may be, for callers that do not come from the command line."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from fulfill.inputs.faults import Fault, InputError

if TYPE_CHECKING:
    from fulfill.study.study import PlanOptions

RULES = ("as_of", "dated")
METHODS = ("auto", "decomposition", "monolith", "branching")
RANGES: dict[str, tuple[type, float, float]] = {
    # option: (type of its values, least, most); an option may also be None where its default is
    "resolution": (int, 1, math.inf),
    "max_sites": (int, 0, math.inf),
    "budget_usd": (float, 0.0, math.inf),
    "co2_kg": (float, 0.0, math.inf),
    "max_changes": (int, 0, math.inf),
    "gap": (float, 0.0, math.inf),
    "time_limit": (float, 1e-9, 1e7),
    "seed": (int, 0, 2**31 - 1),
}
OPTIONAL = ("resolution", "max_sites", "budget_usd", "co2_kg", "max_changes")


def range_faults(options: PlanOptions) -> tuple[Fault, ...]:
    """Find options of another type or outside of their range; the command line checks its own.

    Parameters
    ----------
    options : PlanOptions

    Returns
    -------
    tuple of Fault
        F309, one for each option.
    """
    faults = []
    for name, (kind, low, high) in RANGES.items():
        value = getattr(options, name)
        if value is None and name in OPTIONAL:
            continue
        # bool is an int, and an int is as good as a float
        number = isinstance(value, int | float) and not isinstance(value, bool)
        fits = number and (kind is float or isinstance(value, int)) and math.isfinite(value)
        if not fits or not low <= value <= high:
            detail = f"{kind.__name__} from {low:g} to {high:g}"
            faults.append(Fault("F309", name, value=str(value), detail=detail))
    if not isinstance(options.single_source, bool):
        value = str(options.single_source)
        faults.append(Fault("F309", "single_source", value=value, detail="True or False"))
    if options.method not in METHODS:
        detail = "one of " + ", ".join(METHODS)
        faults.append(Fault("F309", "method", value=str(options.method), detail=detail))
    if options.rules not in RULES:
        detail = "one of " + ", ".join(RULES)
        faults.append(Fault("F309", "rules", value=str(options.rules), detail=detail))
    return tuple(faults)


def as_day(value: date | str | None) -> date | None:
    """Return a day given as a date or as text.

    Raises
    ------
    InputError
        F203 where it is neither.
    """
    if value is None or isinstance(value, date):
        return value
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        day = None
    if day is None or day.isoformat() != value:
        raise InputError([Fault("F203", "as_of", value=str(value))])
    return day


def as_names(value: Iterable[str] | str) -> tuple[str, ...]:
    """Return names given one by one, or as a single text."""
    return (value,) if isinstance(value, str) else tuple(value)
