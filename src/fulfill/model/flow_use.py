"""What a plan takes of the limits of flows, constraint (16)."""

from __future__ import annotations

import numpy as np

from fulfill.model.arrays import Array
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance


def sent_orders(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the orders dispatched over lanes that each limit of flows counts.

    Parameters
    ----------
    instance : LocationInstance
        With limits of flows.
    decisions : Decisions

    Returns
    -------
    ndarray, shape (n_limits, n_periods)
    """
    limits, (_, n_products, n_periods) = instance.flow_limits, instance.shape
    assert limits is not None
    counts = limits.lanes[:, decisions.lane * n_products + decisions.product]
    option = instance.lane_option[decisions.lane]
    sent = instance.units[option, decisions.product, decisions.period] * decisions.orders
    limit, flow = counts.nonzero()
    used = np.zeros((len(limits.names), n_periods))
    np.add.at(used, (limit, decisions.period[flow]), sent[flow])
    return used


def brought_orders(instance: LocationInstance, flows: Array) -> Array:
    """Return the orders brought in by routes that each limit of flows counts, as goods land.

    Parameters
    ----------
    instance : LocationInstance
        With limits of flows and inbound routes.
    flows : (R, K, T)
        Orders by the period of their sale.

    Returns
    -------
    ndarray, shape (n_limits, n_periods)
    """
    limits = instance.flow_limits
    assert limits is not None
    landed = flows @ instance.required_inbound.landing
    return np.asarray(limits.routes @ landed.reshape(-1, landed.shape[2]))
