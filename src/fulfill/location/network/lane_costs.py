"""An instance restricted to some of its lanes, and the mean cost of a lane."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fulfill.model.arrays import Array, Index
from fulfill.model.instance import MAIL, LocationInstance


def take_lanes(instance: LocationInstance, lanes: Index) -> LocationInstance:
    """Return the instance with the given lanes only.

    Parameters
    ----------
    instance : LocationInstance
    lanes : (n_lanes,) of int

    Returns
    -------
    LocationInstance
    """
    limits, n_products = instance.flow_limits, instance.shape[1]
    if limits is not None:
        cells = lanes[:, None] * n_products + np.arange(n_products)
        limits = replace(limits, lanes=limits.lanes[:, cells.ravel()])
    return replace(
        instance,
        flow_limits=limits,
        lane_zone=instance.lane_zone[lanes],
        lane_site=instance.lane_site[lanes],
        lane_option=instance.lane_option[lanes],
        lane_usd=instance.lane_usd[lanes],
        lane_co2=instance.lane_co2[lanes],
        lane_origin=instance.lane_plant[lanes],
    )


def mean_cost(instance: LocationInstance) -> Array:
    """Return the cost of the mean potential order by lane, the cheapest inbound route included.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    ndarray, shape (L,)
        USD; infinite where no route reaches the site.
    """
    weight = instance.demand.sum(axis=0)
    weight = weight / max(weight.sum(), 1e-12)
    # products that an option does not carry must not make its mean infinite
    option_cost = np.where(np.isfinite(instance.option_cost), instance.option_cost, 0.0)
    score = (option_cost * weight).sum(axis=(1, 2))[instance.lane_option]
    score = (
        score
        + instance.lane_usd
        * (instance.price_multiplier * weight).sum(axis=(1, 2))[instance.lane_option]
    )
    if instance.inbound is not None:
        best = np.full(instance.flow_shape, np.inf)
        np.minimum.at(best, instance.inbound.route_site, instance.inbound.route_usd)
        inbound = (np.where(np.isfinite(best), best, 0.0) * weight).sum(axis=(1, 2))
        reached = np.isfinite(best).any(axis=(1, 2))
        local = instance.lane_site != MAIL
        units = (instance.units * weight).sum(axis=(1, 2))[instance.lane_option]
        score = np.where(local, score + units * inbound[instance.lane_site], score)
        score = np.where(local & ~reached[instance.lane_site], np.inf, score)
    return np.asarray(score)
