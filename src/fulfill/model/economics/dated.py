"""Prices of a year whose rules change within it.

Duty, fees of entry, courier tax, rate cards and surcharges follow the rules of the days of a
period. The price of a day of delay is that of the as-of date.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.dated_rules import RuleSpan
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.geography.distances import Distances
from fulfill.inputs.problem import Problem
from fulfill.model.economics.inbound import InboundCost
from fulfill.model.economics.landed import (
    Delivery,
    Economics,
    price_delivery,
    price_inbound,
    price_safety_stock,
)
from fulfill.model.economics.order_value import OrderValue

Array = NDArray[np.float64]


def with_dated_rules(
    priced: Economics, problem: Problem, spans: Sequence[RuleSpan], distances: Distances
) -> Economics:
    """Return unit economics in which each period has the prices of its own days.

    Parameters
    ----------
    priced : Economics
        Under the rules of the as-of date.
    problem : Problem
        That was priced.
    spans : sequence of RuleSpan
        Of the same problem.
    distances : Distances
        Of the problem.

    Returns
    -------
    Economics

    Raises
    ------
    InputError
        F470 where rate cards have other zones or prices by distance in another part of the year.
    """
    deliveries = [price_delivery(span.problem, distances, priced.lanes) for span in spans]
    faults = [
        Fault("F470", "--rules", value="dated", detail=f"from {span.problem.regime.as_of}")
        for span, delivery in zip(spans, deliveries, strict=True)
        if not _same_lanes(delivery, priced)
    ]
    if faults:
        raise InputError(faults)
    inbounds = [price_inbound(span.problem, priced.routes).parts for span in spans]
    shares = [span.share for span in spans]
    values = [delivery.value.parts for delivery in deliveries]
    inbound = InboundCost(_by_part(inbounds, shares))
    return replace(
        priced,
        inbound=inbound,
        safety=price_safety_stock(problem, priced.routes, inbound),
        value=OrderValue(_by_part(values, shares)),
        price_multiplier=_weighted((one.price_multiplier for one in deliveries), shares),
    )


def _same_lanes(delivery: Delivery, priced: Economics) -> bool:
    """Tell whether lanes and their delivery options are those of the as-of date."""
    columns = ["channel", "service_id", "usd_100km"]
    here, there = (one.table[columns] for one in (delivery.options, priced.delivery_options))
    same = here.reset_index(drop=True).equals(there.reset_index(drop=True))
    return (
        same
        and np.array_equal(delivery.lanes.option, priced.lanes.option)
        and np.array_equal(delivery.lanes.distance_usd, priced.lanes.distance_usd)
    )


def _by_part(spans: Sequence[dict[str, Array]], shares: Sequence[Array]) -> dict[str, Array]:
    return {name: _weighted((parts[name] for parts in spans), shares) for name in spans[0]}


def _weighted(values: Iterable[Array], shares: Sequence[Array]) -> Array:
    """Return the mean of (..., n_periods) arrays by the shares of each period, (n_periods,)."""
    total: Array = np.zeros(0)
    for value, share in zip(values, shares, strict=True):
        if not total.size:
            total = np.zeros(np.shape(value))
        here = share > 0  # what is not carried costs infinity, and infinity times zero is none
        total[..., here] += np.asarray(value)[..., here] * share[here]
    return total
