"""Multipliers to start from where there is no plan."""

from __future__ import annotations

import numpy as np

from fulfill.location.network.reference import Reference, cheapest_service, reference_of
from fulfill.model.arrays import Array
from fulfill.model.instance import Inbound, LocationInstance, plant_capacity
from fulfill.model.multipliers import Multipliers, with_prices, zero_multipliers


def first_reference(instance: LocationInstance) -> Reference:
    """Return service from every site that may be open, each as dear as if it were half used.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    Reference
    """
    busy = np.maximum(instance.capacity.sum(axis=(2, 3)) * 0.5, 1e-9)
    offered = np.isfinite(instance.fixed_usd)
    rent = np.where(
        offered,
        instance.handling_usd.min(axis=2) + np.where(offered, instance.fixed_usd, 0.0) / busy,
        np.inf,
    ).min(axis=1)
    paid = np.broadcast_to(rent[:, None, None], instance.flow_shape)
    size = np.where(np.isfinite(rent), 0, -1)
    size[list(instance.limits.closed)] = -1
    return reference_of(instance, size, paid, zero_multipliers(instance.axis_sizes))


def first_prices(instance: LocationInstance) -> Multipliers:
    """Return multipliers to start from: the cheapest service of each cell if sites were half used.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    Multipliers
        Zero except for the cells, and for plants with a fixed cost.
    """
    prices = zero_multipliers(instance.axis_sizes)
    if instance.inbound is not None:
        prices = with_prices(prices, origin=_plant_prices(instance, instance.inbound))
    return with_prices(
        prices, cell=cheapest_service(instance, first_reference(instance), prices).usd
    )


def _plant_prices(instance: LocationInstance, inbound: Inbound) -> Array:
    """Return the fixed cost of plants per m3 of capacity, (O, T): used fully they break even."""
    room = np.where(inbound.origin_fixed_usd[:, None] > 0, plant_capacity(instance), 0.0)
    usd_m3 = inbound.origin_fixed_usd / np.maximum(room.sum(axis=1), 1e-9)
    return np.repeat(usd_m3[:, None], room.shape[1], axis=1)
