"""Instances that keep some limits or changed ones, and plans that show that they can be kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
from fulfill.location.feasibility.site_program import SiteChoice
from fulfill.location.fee_envelope import with_fee_envelope
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.allowed_sites import allowed
from fulfill.location.network.limited_plan import plan_in_balance, plan_of
from fulfill.location.network.limits import keeps_limits, with_limit_prices
from fulfill.location.network.money import in_units, units_per_usd
from fulfill.location.network.planning import from_sizes, priced_plan
from fulfill.location.solution import LocationParams
from fulfill.model.arrays import Array, Index
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance
from fulfill.model.limits import Limits
from fulfill.model.multipliers import with_prices, zero_multipliers

SPARE = 0.01
"""What limits give beyond what a plan needs, so that a search for other sites finds one too."""
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


def plan_by_program(instance: LocationInstance, seconds: float) -> Decisions | None:
    """Return a plan that keeps all limits of an instance small enough for the integer program.

    Parameters
    ----------
    instance : LocationInstance
    seconds : float
        Time limit.

    Returns
    -------
    Decisions or None
        None where none was found in time.
    """
    return solve_exact(instance, LocationParams(gap=np.inf, time_limit=seconds)).decisions


def sizes_of(decisions: Decisions) -> Index:
    """Return the size of each site of a plan, -1 for closed.

    Parameters
    ----------
    decisions : Decisions

    Returns
    -------
    ndarray of int, shape (I,)
    """
    opened = decisions.opened > 0.5
    return np.where(opened.any(axis=1), opened.argmax(axis=1), -1)


def plan_of_sites(instance: LocationInstance, choice: SiteChoice) -> Decisions | None:
    """Return a plan of given sites that keeps all limits of an instance, whatever it costs.

    Parameters
    ----------
    instance : LocationInstance
    choice : SiteChoice

    Returns
    -------
    Decisions or None
        None where none was found, which proves nothing.
    """
    if not allowed(instance, choice.size):
        return None
    instance = with_fee_envelope(in_units(instance, units_per_usd(instance)))
    prices, siting = zero_multipliers(instance.axis_sizes), from_sizes(instance, choice.size)
    if np.isfinite(instance.limits.co2_kg):
        balance = _balance(instance, choice)
        if balance is None:
            decisions = plan_of(instance, siting, prices)[0]
        else:
            strict = np.zeros(len(balance), bool)
            plan = plan_in_balance(instance, siting, with_limit_prices(prices, balance), strict)
            decisions = None if plan is None else plan.decisions
    else:
        in_time = np.full(len(instance.limits.targets), IN_TIME_USD)
        decisions = priced_plan(instance, siting, with_prices(prices, service=in_time), 1)[0]
    if decisions is None or not keeps_limits(instance, decisions):
        return None
    return decisions


def given_in_balance(
    instance: LocationInstance, choice: SiteChoice, giving: Collection[Member]
) -> dict[Member, float] | None:
    """Return what targets and an emission cap give in a plan of given sites, and the least of it.

    Parameters
    ----------
    instance : LocationInstance
        With an emission cap.
    choice : SiteChoice
    giving : collection of Member
        Targets and cap that may give; the others are kept.

    Returns
    -------
    dict of Member to float or None
        In the unit of each limit. None where no plan was found or the choice has no prices.
    """
    balance = _balance(instance, choice)
    if balance is None:
        return None
    gives = np.zeros(len(balance), bool)
    gives[[member.place[0] if member.kind == SERVICE else -1 for member in giving]] = True
    units = with_fee_envelope(in_units(instance, units_per_usd(instance)))
    prices = with_limit_prices(zero_multipliers(units.axis_sizes), balance)
    plan = plan_in_balance(units, from_sizes(units, choice.size), prices, gives)
    if plan is None:
        return None
    return {
        member: max(-float(plan.slack[member.place[0]]), 0.0) + SPARE
        if member.kind == SERVICE
        else (max(-float(plan.slack[-1]), 0.0) + SPARE) * member.limit
        for member in giving
    }


def _balance(instance: LocationInstance, choice: SiteChoice) -> Array | None:
    """Return multipliers of targets and cap in the proportion of a choice's prices, (J + 1,).

    None where it has none, those of other targets, or none of carbon or of any order in time.
    """
    prices, n_targets = choice.prices, len(instance.limits.targets)
    if prices is None or len(prices.service) != n_targets:
        return None
    if not prices.service.any() or not prices.co2:
        return None
    scale = IN_TIME_USD / float(prices.service.max())
    return np.append(prices.service, prices.co2) * scale
