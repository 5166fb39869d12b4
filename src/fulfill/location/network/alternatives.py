"""Service without a site at the multipliers: by mail, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfill.location.network.lane_limits import at_limit_prices
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.model.multipliers import Multipliers

UNSERVED = -1
"""Stands for the lane of a cell that is cheapest not served."""
NO_CREDIT = np.zeros((0, 0))
"""Stands for no service credit: kernels do not read it."""


@dataclass(frozen=True)
class Alternative:
    """Cheapest service of each cell without a site.

    Attributes
    ----------
    usd : (Z, K, T)
        USD per potential order.
    lane : (Z, K, T) of int
        Mail lane, `UNSERVED` for none.
    """

    usd: Array
    lane: Index


def cheapest_alternative(instance: LocationInstance, prices: Multipliers) -> Alternative:
    """Return the cheapest service of each cell without a site.

    Parameters
    ----------
    instance : LocationInstance
    prices : Multipliers

    Returns
    -------
    Alternative
    """
    best = np.broadcast_to(instance.unserved_usd[None, :, None], instance.shape).copy()
    lane = np.full(instance.shape, UNSERVED)
    mail = np.flatnonzero(instance.lane_site == MAIL)
    mail = mail[np.argsort(instance.lane_zone[mail], kind="stable")]
    zone = instance.lane_zone[mail]
    # zones have few mail lanes: the first of every zone at once, then the second, ...
    rank = np.arange(len(mail)) - np.searchsorted(zone, zone)
    for number in range(int(rank.max(initial=-1)) + 1):
        lanes = mail[rank == number]
        zones = instance.lane_zone[lanes]
        usd = mail_cost(instance, prices, lanes)
        better = usd < best[zones]
        best[zones] = np.where(better, usd, best[zones])
        lane[zones] = np.where(better, lanes[:, None, None], lane[zones])
    return Alternative(best, lane)


def mail_cost(instance: LocationInstance, prices: Multipliers, lanes: Index) -> Array:
    """Return the cost of a potential order by mail lanes at the multipliers.

    Parameters
    ----------
    instance : LocationInstance
    prices : Multipliers
    lanes : (n_lanes,) of int

    Returns
    -------
    ndarray, shape (n_lanes, K, T)
        USD per potential order.
    """
    option, zone = instance.lane_option[lanes], instance.lane_zone[lanes]
    by_zone = prices.mail[instance.zone_country[zone]][:, None, :]
    air = by_zone * instance.mail.weight_kg[option][:, :, None]
    carbon = prices.co2 * instance.lane_co2[lanes][:, None, None] * instance.weight_kg[:, None]
    cost = at_limit_prices(instance, prices).lane_cost(lanes) + instance.units[option] * (
        air + carbon
    )
    return np.asarray(cost - service_credit(instance, prices, zone, option)[:, None, :])


def service_credit(
    instance: LocationInstance, prices: Multipliers, zone: Index, option: Index
) -> Array:
    """Return what the multipliers of the service targets pay for an order.

    Parameters
    ----------
    instance : LocationInstance
    prices : Multipliers
    zone, option : (n_lanes,) of int

    Returns
    -------
    ndarray, shape (n_lanes, T)
        USD per potential order.
    """
    credit = np.zeros((len(zone), instance.shape[2]))
    for target, price in zip(instance.limits.targets, prices.service, strict=True):
        if price > 0:
            credit += (
                price * target.zones[zone][:, None] * instance.option_within[target.days][option]
            )
    return credit


def service_shares(instance: LocationInstance) -> tuple[Array, Mask]:
    """Return what counts for the service targets.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    within : ndarray, shape (N, W, T)
        Share of the orders of a delivery option in time for each target.
    in_scope : ndarray of bool, shape (N, Z)
        Zones of each target.
    """
    targets = instance.limits.targets
    within = np.zeros((len(targets), len(instance.option_cost), instance.shape[2]))
    in_scope = np.zeros((len(targets), len(instance.zones)), bool)
    for number, target in enumerate(targets):
        within[number] = instance.option_within[target.days]
        in_scope[number] = target.zones
    return within, in_scope
