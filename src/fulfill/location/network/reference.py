"""Service from the sites of a known plan: what a cell's multiplier is told relative to.

A gateway, carrier or mail row that binds raises the cost of every cell that it serves. If its
multiplier moves alone, the multipliers of these cells have to follow in many small steps. So the
ascent moves in other variables: the multiplier of a cell less what its cheapest service from the
sites of a plan costs at the multipliers of the side rows. The violation of a side row then counts
every cell once: what the relaxed solution leaves short is served in this way as well, and what it
serves twice is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import prange

from fulfill.location.network.open_sites import (
    DeliveryOptions,
    charged_options,
    open_sites,
    set_option_costs,
)
from fulfill.model.arrays import Array, Index
from fulfill.model.instance import LocationInstance
from fulfill.model.kernel_cache import njit
from fulfill.model.multipliers import Multipliers


@dataclass(frozen=True)
class Reference:
    """The sites of a plan, with what an order pays there.

    Attributes
    ----------
    options : DeliveryOptions
        From its sites and by mail.
    paid : (I, K, T)
        Prices of throughput and safety stock, USD per order; infinite where a product is not
        stocked.
    """

    options: DeliveryOptions
    paid: Array


@dataclass(frozen=True)
class Service:
    """Cheapest service of each cell from a reference at some multipliers.

    Attributes
    ----------
    options : DeliveryOptions
        With the multipliers and what is paid.
    usd : (Z, K, T)
        USD per potential order.
    chosen : (Z, K, T) of int
        Option, -1 where the cell is cheapest not served.
    """

    options: DeliveryOptions
    usd: Array
    chosen: Index


def reference_of(
    instance: LocationInstance, size: Index, paid: Array, prices: Multipliers
) -> Reference:
    """Return a reference.

    Parameters
    ----------
    instance : LocationInstance
    size : (I,)
        -1 for closed.
    paid : (I, K, T)
        See `Reference`.
    prices : Multipliers
        Of any value; they only shape the arrays.

    Returns
    -------
    Reference
    """
    return Reference(open_sites(instance, size, prices).options, paid)


def cheapest_service(
    instance: LocationInstance, reference: Reference, prices: Multipliers
) -> Service:
    """Return the cheapest service of each cell.

    Parameters
    ----------
    instance : LocationInstance
    reference : Reference
    prices : Multipliers
        Of the side rows.

    Returns
    -------
    Service
    """
    options = charged_options(instance, reference.options, prices)
    options = options._replace(inbound=options.inbound + reference.paid)
    usd, chosen = cheapest_options(options)
    return Service(options, usd, chosen)


@njit(parallel=True)
def cheapest_options(o):
    """Return the cheapest delivery option of each cell.

    Parameters
    ----------
    o : DeliveryOptions
        Its `inbound` includes what is paid for throughput.

    Returns
    -------
    usd : ndarray, shape (Z, K, T)
        USD per potential order.
    chosen : ndarray of int, shape (Z, K, T)
        -1 where the cell is cheapest not served.
    """
    n_zones, n_products, n_periods = o.demand.shape
    usd = np.empty(o.demand.shape)
    chosen = np.full(o.demand.shape, -1)
    for z in prange(n_zones):
        row = np.empty(n_periods)
        for k in range(n_products):
            usd[z, k] = o.unserved[k]
            for j in range(o.start[z], o.start[z + 1]):
                set_option_costs(o, j, z, k, row)
                for t in range(n_periods):
                    if row[t] < usd[z, k, t]:
                        usd[z, k, t] = row[t]
                        chosen[z, k, t] = j
    return usd, chosen


@njit(parallel=True)
def add_service(o, chosen, orders, co2, within, in_scope, flows):
    """Add what serving potential orders by chosen options takes.

    Parameters
    ----------
    o : DeliveryOptions
    chosen : (Z, K, T) of int
    orders : (Z, K, T)
        Potential orders, of any sign.
    co2 : (J,)
        kg CO2e per kg of goods by option.
    within, in_scope
        See `SiteLanes`.
    flows : RelaxedFlows
        `units`, `carried`, `mailed`, `in_time`, `co2_kg` and `sent` are updated.
    """
    n_zones, n_products, n_periods = orders.shape
    for k in prange(n_products):
        for z in range(n_zones):
            for t in range(n_periods):
                j, amount = chosen[z, k, t], orders[z, k, t]
                if j < 0 or amount == 0.0:
                    continue
                w, i = o.option[j], o.site[j]
                units = amount * o.units[w, k, t]
                if i < 0:
                    flows.mailed[k, o.country[z], t] += units * o.mail_weight[w, k]
                else:
                    flows.units[i, k, t] += units
                    flows.carried[k, o.region[z], t] += units
                flows.co2_kg[k] += units * co2[j] * o.weight[k]
                if flows.sent.size > 0:
                    flows.sent[k, w, t] += units
                for n in range(len(within)):
                    if in_scope[n, z]:
                        flows.in_time[k, n] += amount * within[n, w, t]
