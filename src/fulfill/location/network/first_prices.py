"""Multipliers to start from where there is no plan."""

from __future__ import annotations

import numpy as np

from fulfill.location.network.alternatives import cheapest_alternative
from fulfill.location.network.relaxation import inbound_price
from fulfill.model.instance import LocationInstance
from fulfill.model.multipliers import Multipliers, with_prices, zero_multipliers


def first_prices(instance: LocationInstance) -> Multipliers:
    """Return multipliers to start from: the cheapest service of each cell if sites were half used.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    Multipliers
        Zero except for the cells.
    """
    nothing = zero_multipliers(instance.axis_sizes)
    inbound, _ = inbound_price(instance, nothing)
    busy = np.maximum(instance.capacity.sum(axis=(2, 3)) * 0.5, 1e-9)
    offered = np.isfinite(instance.fixed_usd)
    rent = np.where(
        offered,
        instance.handling_usd.min(axis=2) + np.where(offered, instance.fixed_usd, 0.0) / busy,
        np.inf,
    ).min(axis=1)
    cell = cheapest_alternative(instance, nothing).usd
    lanes = np.flatnonzero(instance.lane_site >= 0)
    # in chunks, so that lanes by products by periods fit into memory
    for chunk in np.array_split(lanes, max(1, len(lanes) // 20000)):
        site, option = instance.lane_site[chunk], instance.lane_option[chunk]
        cost = instance.lane_cost(chunk) + instance.units[option] * (
            inbound[site] + rent[site][:, None, None]
        )
        # no number: no units of goods that cannot be had
        np.fmin.at(cell, instance.lane_zone[chunk], cost)
    return with_prices(nothing, cell=cell)
