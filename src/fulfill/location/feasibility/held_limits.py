"""Instances of which some limits are left out or changed, and plans that show that they can be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from fulfill.location.feasibility.members import (
    BUDGET,
    CLOSE,
    CO2,
    OPEN,
    RULE,
    SERVICE,
    SITES,
    Member,
)
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.allowed_sites import allowed
from fulfill.location.network.limited_plan import plan_of
from fulfill.location.network.limits import keeps_limits
from fulfill.location.network.money import in_units, units_per_usd
from fulfill.location.network.planning import from_sizes
from fulfill.location.solution import LocationParams
from fulfill.model.arrays import Index
from fulfill.model.instance import LocationInstance
from fulfill.model.limits import Limits
from fulfill.model.multipliers import with_prices, zero_multipliers

IN_TIME_USD = 5.0
"""First multiplier of an order in time: sites that can keep a target do so from about there."""


def with_limits(
    instance: LocationInstance, held: Iterable[Member], changed: Mapping[Member, float]
) -> LocationInstance:
    """Return an instance with some of its limits only, some of them at other values.

    Parameters
    ----------
    instance : LocationInstance
    held : iterable of Member
        Limits that are kept.
    changed : mapping of Member to float
        New values; a lock or a rule that has one is left out.

    Returns
    -------
    LocationInstance
    """
    limits = Limits(
        max_gateway_share=instance.limits.max_gateway_share,
        single_source=instance.limits.single_source,
    )
    for member in held:
        value = changed.get(member, member.limit)
        if member.kind == SERVICE and value > 0:
            target = replace(instance.limits.targets[member.place[0]], share=value)
            limits = replace(limits, targets=(*limits.targets, target))
        elif member.kind == SITES:
            limits = replace(limits, max_sites=int(value))
        elif member.kind == BUDGET:
            limits = replace(limits, budget_usd=value)
        elif member.kind == CO2:
            limits = replace(limits, co2_kg=value)
        elif member in changed:
            continue
        elif member.kind == OPEN:
            limits = replace(limits, opened=(*limits.opened, *member.place))
        elif member.kind == CLOSE:
            limits = replace(limits, closed=(*limits.closed, *member.place))
        elif member.kind == RULE:
            rules = tuple(instance.limits.rules[row] for row in member.place)
            limits = replace(limits, rules=limits.rules + rules)
    return replace(instance, limits=limits)


def sites_of_plan(
    instance: LocationInstance, size: Index, by_program: bool, seconds: float
) -> Index | None:
    """Return the open sites of a plan that keeps all limits of an instance.

    Parameters
    ----------
    instance : LocationInstance
    size : (I,)
        Sites to try, -1 for closed.
    by_program : bool
        Whether the instance is small enough for the mixed-integer program, which tries all sites.
    seconds : float
        Time limit of the program.

    Returns
    -------
    ndarray of int or None
        None where no plan was found, which proves nothing.
    """
    decisions = None
    if by_program:
        params = LocationParams(gap=np.inf, time_limit=seconds)
        decisions = solve_exact(instance, params).decisions
    elif allowed(instance, size):
        instance = in_units(instance, units_per_usd(instance))
        prices = zero_multipliers(instance.axis_sizes)
        prices = with_prices(prices, service=np.full(len(instance.limits.targets), IN_TIME_USD))
        decisions = plan_of(instance, from_sizes(instance, size), prices)[0]
    if decisions is None or not (by_program or keeps_limits(instance, decisions)):
        return None
    return np.flatnonzero(decisions.opened.any(axis=1))
