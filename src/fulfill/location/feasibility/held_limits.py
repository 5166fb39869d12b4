"""Instances that keep some limits or changed ones, and plans that show that they can be kept."""

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
from fulfill.location.fee_envelope import with_fee_envelope
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.allowed_sites import allowed
from fulfill.location.network.limited_plan import plan_of
from fulfill.location.network.limits import keeps_limits
from fulfill.location.network.money import in_units, units_per_usd
from fulfill.location.network.planning import from_sizes, priced_plan
from fulfill.location.solution import LocationParams
from fulfill.model.arrays import Index
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance
from fulfill.model.limits import Limits
from fulfill.model.multipliers import with_prices, zero_multipliers

IN_TIME_USD = 3_000.0
"""Multiplier of an order in time at which no other cost keeps it from its fastest site."""


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


def sizes_of_plan(
    instance: LocationInstance, size: Index, by_program: bool, seconds: float
) -> Index | None:
    """Return the sizes of the sites of a plan that keeps all limits of an instance.

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
    ndarray of int, shape (I,), or None
        None where no plan was found, which proves nothing.
    """
    if by_program:
        params = LocationParams(gap=np.inf, time_limit=seconds)
        decisions = solve_exact(instance, params).decisions
    else:
        decisions = plan_of_sites(instance, size)
    if decisions is None:
        return None
    opened = decisions.opened > 0.5
    return np.where(opened.any(axis=1), opened.argmax(axis=1), -1)


def plan_of_sites(instance: LocationInstance, size: Index) -> Decisions | None:
    """Return a plan of given sites that keeps all limits of an instance, whatever it costs.

    Parameters
    ----------
    instance : LocationInstance
    size : (I,)
        -1 for closed.

    Returns
    -------
    Decisions or None
        None where none was found, which proves nothing.
    """
    if not allowed(instance, size):
        return None
    instance = with_fee_envelope(in_units(instance, units_per_usd(instance)))
    prices, siting = zero_multipliers(instance.axis_sizes), from_sizes(instance, size)
    if np.isfinite(instance.limits.co2_kg):
        decisions = plan_of(instance, siting, prices)[0]
    else:
        in_time = np.full(len(instance.limits.targets), IN_TIME_USD)
        decisions = priced_plan(instance, siting, with_prices(prices, service=in_time), 1)[0]
    if decisions is None or not keeps_limits(instance, decisions):
        return None
    return decisions
