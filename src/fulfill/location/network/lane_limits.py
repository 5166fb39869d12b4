"""Limits of lanes to consumers, constraint (16), as prices of delivery options.

The kernels price an order by its delivery option. So a lane that a limit counts is given an option
of its own, a copy of the one it had; lanes that the same limits count in the same way share one.
Then a limit counts options, and its multiplier is a part of their cost.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fulfill.model.arrays import Array, Index
from fulfill.model.flow_limits import ones
from fulfill.model.instance import LocationInstance
from fulfill.model.multipliers import Multipliers

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def limits_lanes(instance: LocationInstance) -> bool:
    """Tell whether a limit of flows counts lanes to consumers."""
    return instance.flow_limits is not None and instance.flow_limits.lanes.nnz > 0


def with_own_options(instance: LocationInstance) -> LocationInstance:
    """Return the instance with delivery options of their own for lanes that a limit counts.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    LocationInstance
        The same lanes in the same order; more options where a limit counts lanes.
    """
    if instance.flow_limits is None or not limits_lanes(instance):
        return instance
    lanes, counts = _counted(instance.flow_limits.lanes, instance.shape[1])
    kinds, member = np.unique(
        np.column_stack([instance.lane_option[lanes], counts]), axis=0, return_inverse=True
    )
    option = instance.lane_option.copy()
    option[lanes] = len(instance.option_cost) + member.ravel()
    copied = np.append(np.arange(len(instance.option_cost)), kinds[:, 0])
    return replace(
        instance,
        lane_option=option,
        option_cost=instance.option_cost[copied],
        price_multiplier=instance.price_multiplier[copied],
        units=instance.units[copied],
        mail=replace(instance.mail, weight_kg=instance.mail.weight_kg[copied]),
        option_within={days: share[copied] for days, share in instance.option_within.items()},
    )


def _counted(limited: csr_array, n_products: int) -> tuple[Index, Index]:
    """Return the lanes that limits count, and for each the limits and products that count it.

    Parameters
    ----------
    limited : (J, L * K) sparse
    n_products : int

    Returns
    -------
    lanes : ndarray of int, shape (n_lanes,)
    counts : ndarray of int, shape (n_lanes, n)
        Numbers of pairs of limit and product, ascending; -1 where there are no more.
    """
    limit, column = limited.nonzero()
    lane, product = np.divmod(column, n_products)
    pair = limit * n_products + product
    order = np.lexsort((pair, lane))
    lanes, first, count = np.unique(lane[order], return_index=True, return_counts=True)
    row = np.repeat(np.arange(len(lanes)), count)
    counts = np.full((len(lanes), int(count.max())), -1)
    counts[row, np.arange(len(order)) - first[row]] = pair[order]
    return lanes, counts


def limited_options(instance: LocationInstance) -> csr_array:
    """Return which options a limit counts.

    Parameters
    ----------
    instance : LocationInstance
        Of `with_own_options`, with limits of flows.

    Returns
    -------
    sparse array, shape (J, W * K)
        One where a limit counts the orders of a product by a delivery option.
    """
    limits, n_products = instance.flow_limits, instance.shape[1]
    assert limits is not None
    limit, column = limits.lanes.nonzero()
    lane, product = np.divmod(column, n_products)
    cells = np.stack([limit, instance.lane_option[lane] * n_products + product])
    # lanes that share an option count once
    limit, cell = np.unique(cells, axis=1)
    return ones(limit, cell, (len(limits.names), len(instance.option_cost) * n_products))


def at_limit_prices(instance: LocationInstance, prices: Multipliers) -> LocationInstance:
    """Return the instance whose options cost what the multipliers of limits of lanes add.

    Parameters
    ----------
    instance : LocationInstance
        Of `with_own_options`.
    prices : Multipliers

    Returns
    -------
    LocationInstance
    """
    if not limits_lanes(instance) or not prices.flow.any():
        return instance
    added: Array = (limited_options(instance).T @ prices.flow).reshape(instance.option_cost.shape)
    return replace(instance, option_cost=instance.option_cost + instance.units * added)
