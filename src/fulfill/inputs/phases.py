"""The years of a roadmap, read from a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.overrides import Override, parse_override
from fulfill.inputs.present import read_present
from fulfill.inputs.problem import Problem
from fulfill.inputs.schema.phases import PHASES
from fulfill.inputs.spelling import near, nearest

ALL = ""
"""Group of all orders."""
_NEXT = re.compile(r";\s*(?=(?:network/|demand/)?\w+\[)")
"""Between two overrides: a semicolon before the name of a table."""


@dataclass(frozen=True)
class Phase:
    """A year of a roadmap.

    Attributes
    ----------
    as_of : date
        Day whose tax and tariff rules hold.
    growth : tuple of (str, float)
        Growth of the orders of each group on the demand as it is, a share; see `ALL`.
    budget_usd, most_changes : float
        Infinite where there is no limit.
    overrides : tuple of Override
    """

    as_of: date
    growth: tuple[tuple[str, float], ...] = ()
    budget_usd: float = np.inf
    most_changes: float = np.inf
    overrides: tuple[Override, ...] = ()


def read_phases(path: Path, problem: Problem) -> tuple[Phase, ...]:
    """Read the years of a roadmap.

    Parameters
    ----------
    path : Path
        In the form of `schema.phases.PHASES`.
    problem : Problem
        Its countries, zone classes and products are the groups of orders.

    Returns
    -------
    tuple of Phase
        The first year first; growth is that on the demand as it is.

    Raises
    ------
    InputError
        With every fault: F510 to F512, and those of the form of the file.
    """
    frame, faults = read_present(path, PHASES)
    if faults:
        raise InputError(faults)
    years = frame["year"].tolist()
    if not years or years != list(range(1, len(years) + 1)):
        listed = ", ".join(f"{year:g}" for year in years)
        faults.append(Fault("F510", path.name, column="year", value=listed))
    groups = _groups(problem)
    grown: dict[str, float] = {}
    phases = []
    for row in frame.to_dict("records"):
        place = path.name, int(row[ROW])
        growth, wrong = _growth(str(row["group_growth"]), groups, place)
        overrides, unread = _overrides(str(row["overrides"]), place)
        faults += [*wrong, *unread]
        for group, share in [(ALL, float(row["growth"])), *growth]:
            grown[group] = (1.0 + grown.get(group, 0.0)) * (1.0 + share) - 1.0
        phases.append(
            Phase(
                row["as_of"].date(),
                tuple(grown.items()),
                _limit(row["budget_usd"]),
                _limit(row["most_changes"]),
                overrides,
            )
        )
    if faults:
        raise InputError(faults)
    return tuple(phases)


def grown(problem: Problem, growth: tuple[tuple[str, float], ...]) -> Problem:
    """Return a problem whose orders have grown.

    Parameters
    ----------
    problem : Problem
    growth : tuple of (str, float)
        See `Phase`.

    Returns
    -------
    Problem
        The same one where nothing grows.
    """
    if not any(share for _, share in growth):
        return problem
    factor = np.ones(problem.orders.shape)
    for group, share in growth:
        factor *= 1.0 + share * _members(problem, group)
    return problem.with_zones(problem.demand.zones, problem.orders * factor)


def _members(problem: Problem, group: str) -> NDArray[np.bool_]:
    """Return which orders are of a group, in the shape of the orders or one that broadcasts."""
    zones, products = problem.demand.zones, np.array(problem.products)
    if group == ALL:
        return np.ones((1, 1, 1), bool)
    if group in products:
        return np.asarray(products == group)[None, :, None]
    column = "country" if group in set(zones["country"]) else "zone_class"
    return (zones[column] == group).to_numpy(bool)[:, None, None]


def _groups(problem: Problem) -> list[str]:
    """Return the names that growth may have: countries, zone classes and products."""
    zones = problem.demand.zones
    return [*sorted(set(zones["country"])), *sorted(set(zones["zone_class"])), *problem.products]


def _growth(
    text: str, groups: list[str], place: tuple[str, int]
) -> tuple[list[tuple[str, float]], list[Fault]]:
    """Return the growth of groups that a cell states, and its faults."""
    found: dict[str, float] = {}
    faults = []
    for part in filter(None, (one.strip() for one in text.split(";"))):
        group, _, number = part.rpartition("=")
        group = group.strip()
        if group not in groups:
            detail = f"no country, zone class or product{near(nearest(group, groups))}"
            faults.append(Fault("F511", *place, "group_growth", part, detail))
            continue
        if group in found:
            faults.append(Fault("F511", *place, "group_growth", part, "named twice"))
        try:
            found[group] = float(number)
        except ValueError:
            faults.append(Fault("F511", *place, "group_growth", part, "no number"))
            continue
        if not -1.0 < found[group] <= 10.0:
            faults.append(Fault("F511", *place, "group_growth", part, "above -1, to 10"))
    return list(found.items()), faults


def _overrides(text: str, place: tuple[str, int]) -> tuple[tuple[Override, ...], list[Fault]]:
    """Return the overrides that a cell states, and its faults."""
    found, faults = [], []
    for part in filter(None, (one.strip() for one in _NEXT.split(text.rstrip("; ")))):
        try:
            found.append(parse_override(part))
        except InputError as error:
            faults += [Fault("F512", *place, "overrides", part, one.detail) for one in error.faults]
    return tuple(found), faults


def _limit(value: Any) -> float:
    """Return a limit, infinite where the cell is empty."""
    return float(value) if value == value and value is not None else np.inf
