"""The limits of an instance one by one, each of which may give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfill.model.instance import LocationInstance

SERVICE, SITES, BUDGET, CO2 = "service", "max_sites", "budget", "co2"
OPEN, CLOSE, RULE = "open", "close", "rule"


@dataclass(frozen=True)
class Member:
    """A limit that a planner imposes, and what it may give.

    Attributes
    ----------
    kind : str
        ``service``, ``max_sites``, ``budget``, ``co2``, ``open``, ``close`` or ``rule``.
    place : tuple of int
        Index of the target or of the locked site, indices of the rows of a rule on sites; empty
        for the others.
    limit : float
        Value of the limit: share of orders, number of sites, USD, kg CO2e; 1 for a lock, the
        number of sites for a rule.
    scale : float
        What the limit gives at a cost of 1, in its unit: the limit itself, so that a percent of any
        limit costs the same, and a lock or a site of a rule costs as much as a whole limit.
    """

    kind: str
    place: tuple[int, ...]
    limit: float
    scale: float

    @property
    def step(self) -> float:
        """Unit in which a program counts what is given: whole sites, otherwise the scale."""
        return 1.0 if self.kind == SITES else self.scale

    def given_up(self, value: float) -> float:
        """Return the share of the limit that another value gives up; a lock is given up whole.

        Parameters
        ----------
        value : float
            In the unit of the limit.

        Returns
        -------
        float
        """
        if self.kind in (OPEN, CLOSE, RULE):
            return 1.0
        return abs(value - self.limit) / self.scale


def members_of(instance: LocationInstance) -> tuple[Member, ...]:
    """Return the limits of an instance that can contradict one another.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    tuple of Member
        Service targets, number of sites, budget, CO2e cap, locks and rules on sites, in this order.
    """
    limits = instance.limits
    found = [
        Member(SERVICE, (number,), target.share, target.share)
        for number, target in enumerate(limits.targets)
    ]
    if limits.max_sites is not None:
        found.append(Member(SITES, (), limits.max_sites, max(limits.max_sites, 1)))
    if np.isfinite(limits.budget_usd):
        invested = instance.invest_usd[np.isfinite(instance.invest_usd)]
        scale = limits.budget_usd or float(invested.max(initial=1.0)) or 1.0
        found.append(Member(BUDGET, (), limits.budget_usd, scale))
    if np.isfinite(limits.co2_kg):
        scale = limits.co2_kg or float(instance.demand.sum()) or 1.0
        found.append(Member(CO2, (), limits.co2_kg, scale))
    found += [Member(OPEN, (site,), 1.0, 1.0) for site in limits.opened]
    found += [Member(CLOSE, (site,), 1.0, 1.0) for site in limits.closed]
    rows: dict[str, list[int]] = {}
    for row, rule in enumerate(limits.rules):
        rows.setdefault(rule.name, []).append(row)
    found += [
        Member(RULE, tuple(places), limits.rules[places[0]].number, 1.0) for places in rows.values()
    ]
    return tuple(found)
