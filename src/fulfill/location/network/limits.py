"""Service levels and the carbon cap.

What is impossible, what a plan falls short of, what price would mend it.
"""

from __future__ import annotations

import numpy as np

from fulfill.model.arrays import Array
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance
from fulfill.model.multipliers import Multipliers, with_prices

FIRST_PRICE_USD = 0.5
"""Price of an order in time, or of ten kilograms of CO2e, at which mending begins."""
RAISE = 1.8
"""Factor by which a price rises while a limit is missed."""
TRIES = 10


def impossible(instance: LocationInstance) -> str:
    """Return the first service level that no plan can reach, empty if there is none.

    Every cell is given its fastest lane, capacities apart: an upper bound of what any plan reaches.
    """
    for target in instance.limits.targets:
        fastest = np.zeros((len(instance.zones), instance.shape[2]))
        np.maximum.at(
            fastest, instance.lane_zone, instance.way_within[target.days][instance.lane_way]
        )
        inside = instance.demand[target.zones]
        reach = float((inside.sum(axis=1) * fastest[target.zones]).sum())
        if reach < target.share * float(inside.sum()) * (1 - 1e-9):
            return str(target)
    return ""


def in_time(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the share of each target's orders that arrive in time, (n_targets,)."""
    shares = []
    for target in instance.limits.targets:
        inside = target.zones[instance.lane_zone[decisions.lane]]
        share = instance.way_within[target.days][
            instance.lane_way[decisions.lane], decisions.period
        ]
        wanted = max(float(instance.demand[target.zones].sum()), 1e-12)
        shares.append(float((share * decisions.orders)[inside].sum()) / wanted)
    return np.array(shares)


def emitted_kg(instance: LocationInstance, decisions: Decisions) -> float:
    """Return kg CO2e of a plan a year."""
    units = (
        instance.units[instance.lane_way[decisions.lane], decisions.product, decisions.period]
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
    """Tell whether a plan reaches every service level and stays under the cap and the budget."""
    wanted = np.array([target.share for target in instance.limits.targets])
    spent = float(instance.invest_usd[decisions.opened > 0.5].sum())
    return bool(
        (in_time(instance, decisions) >= wanted).all()
        and emitted_kg(instance, decisions) <= instance.limits.co2_kg
        and spent <= instance.limits.budget_usd
    )


def raise_limit_prices(
    instance: LocationInstance, decisions: Decisions, prices: Multipliers
) -> Multipliers | None:
    """Return higher prices for the limits that a plan misses, None if it misses none."""
    reached = in_time(instance, decisions)
    wanted = np.array([target.share for target in instance.limits.targets])
    late = reached < wanted
    too_much = emitted_kg(instance, decisions) > instance.limits.co2_kg
    if not late.any() and not too_much:
        return None
    service = np.where(late, np.maximum(prices.service * RAISE, FIRST_PRICE_USD), prices.service)
    co2 = np.maximum(prices.co2 * RAISE, FIRST_PRICE_USD / 10.0) if too_much else prices.co2
    return with_prices(prices, service=service, co2=co2)
