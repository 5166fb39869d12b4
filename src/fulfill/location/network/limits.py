"""Service levels, carbon cap and budget: feasibility, attainment, and prices that enforce them."""

from __future__ import annotations

import numpy as np

from fulfill.model.arrays import Array
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance
from fulfill.model.multipliers import Multipliers, with_prices
from fulfill.model.site_rules import broken_rules

FIRST_PRICE_USD = 0.5
"""Multiplier of an order in time, and of ten kilograms of CO2e, when a limit is first missed."""
RAISE = 1.8
"""Factor by which a multiplier rises while its limit is missed."""
TRIES = 10
"""Plans made with rising or falling multipliers before the limits count as out of reach."""


def impossible(instance: LocationInstance) -> str:
    """Return the first service level that no plan can attain.

    Every cell is given its fastest lane and capacities are ignored: an upper bound on what any plan
    attains.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    str
        The target as a planner writes it, empty if there is none.
    """
    for target in instance.limits.targets:
        fastest = np.zeros((len(instance.zones), instance.shape[2]))
        np.maximum.at(
            fastest, instance.lane_zone, instance.option_within[target.days][instance.lane_option]
        )
        inside = instance.demand[target.zones]
        reach = float((inside.sum(axis=1) * fastest[target.zones]).sum())
        if reach < target.share * float(inside.sum()) * (1 - 1e-9):
            return str(target)
    return ""


def in_time(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the share of each target's orders that arrive in time.

    Parameters
    ----------
    instance : LocationInstance
    decisions : Decisions

    Returns
    -------
    ndarray, shape (n_targets,)
    """
    shares = []
    for target in instance.limits.targets:
        inside = target.zones[instance.lane_zone[decisions.lane]]
        share = instance.option_within[target.days][
            instance.lane_option[decisions.lane], decisions.period
        ]
        wanted = max(float(instance.demand[target.zones].sum()), 1e-12)
        shares.append(float((share * decisions.orders)[inside].sum()) / wanted)
    return np.array(shares)


def emitted_kg(instance: LocationInstance, decisions: Decisions) -> float:
    """Return the emissions of a plan.

    Parameters
    ----------
    instance : LocationInstance
    decisions : Decisions

    Returns
    -------
    float
        kg CO2e a year.
    """
    units = (
        instance.units[instance.lane_option[decisions.lane], decisions.product, decisions.period]
        * decisions.orders
    )
    moved = float(
        (instance.lane_co2[decisions.lane] * instance.weight_kg[decisions.product] * units).sum()
    )
    if instance.inbound is None:
        return moved
    brought = instance.weight_kg * decisions.inbound.sum(axis=2)
    return moved + float((instance.inbound.route_co2[:, None] * brought).sum())


def keeps_limits(instance: LocationInstance, decisions: Decisions) -> bool:
    """Tell whether a plan observes service levels, carbon cap, budget and rules on sites.

    Parameters
    ----------
    instance : LocationInstance
    decisions : Decisions

    Returns
    -------
    bool
    """
    wanted = np.array([target.share for target in instance.limits.targets])
    spent = float(instance.invest_usd[decisions.opened > 0.5].sum())
    return bool(
        (in_time(instance, decisions) >= wanted).all()
        and emitted_kg(instance, decisions) <= instance.limits.co2_kg
        and spent <= instance.limits.budget_usd
        and not len(broken_rules(instance.limits.rules, np.asarray(decisions.opened.any(axis=1))))
    )


def is_limited(instance: LocationInstance) -> bool:
    """Tell whether there are service levels or a carbon cap."""
    return bool(instance.limits.targets) or bool(np.isfinite(instance.limits.co2_kg))


def limit_slack(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return how far a plan keeps the service levels and the carbon cap.

    Parameters
    ----------
    instance : LocationInstance
    decisions : Decisions

    Returns
    -------
    ndarray, shape (n_targets + 1,)
        Share of the orders of each target beyond the one wanted, and share of the cap that is not
        emitted; negative where a limit is missed, infinite for no cap.
    """
    wanted = np.array([target.share for target in instance.limits.targets])
    cap = instance.limits.co2_kg
    room = np.inf
    if np.isfinite(cap):
        room = (cap - emitted_kg(instance, decisions)) / max(cap, 1e-9)
    return np.append(in_time(instance, decisions) - wanted, room)


def limit_prices(prices: Multipliers) -> Array:
    """Return the multipliers of service levels and carbon cap, as `limit_slack` orders them."""
    return np.append(prices.service, prices.co2)


def with_limit_prices(prices: Multipliers, limits: Array) -> Multipliers:
    """Return multipliers with those of service levels and carbon cap replaced."""
    return with_prices(prices, service=limits[:-1], co2=limits[-1])


def raised(limits: Array, slack: Array) -> Array:
    """Return the multipliers of limits, raised where the limits are missed.

    The increase is multiplicative: the scale of the multiplier that a limit needs is not known.

    Parameters
    ----------
    limits : (n_targets + 1,)
        See `limit_prices`.
    slack : (n_targets + 1,)
        See `limit_slack`.

    Returns
    -------
    ndarray, shape (n_targets + 1,)
    """
    first = np.full(len(limits), FIRST_PRICE_USD)
    first[-1] /= 10.0
    return np.where(slack < 0, np.maximum(limits * RAISE, first), limits)
