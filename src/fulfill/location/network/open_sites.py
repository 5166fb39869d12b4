"""Given open sites and their delivery options, laid out as arrays for the kernels.

Assortment and allocation share these arrays; `option_cost` is the only place that combines them
into the cost of an order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fulfill.location.network.alternatives import NO_CREDIT, service_credit
from fulfill.location.network.lane_limits import at_limit_prices
from fulfill.location.network.relaxation import inbound_price
from fulfill.model.arrays import Array, Index
from fulfill.model.instance import LocationInstance
from fulfill.model.kernel_cache import njit
from fulfill.model.multipliers import Multipliers


class DeliveryOptions(NamedTuple):
    """Lanes from open sites and by mail, ordered by zone, with the multipliers that they pay.

    The axis J counts options.

    Attributes
    ----------
    start : (Z + 1,)
        ``start[z]:start[z + 1]`` are the options of zone z.
    lane, site, option : (J,)
        Index; site -1 for mail.
    usd, carbon : (J,)
        Price by distance, USD per order; price of CO2e, USD per kg of goods.
    credit : (J, T) or (0, 0)
        What the multipliers of service targets pay for an order; empty where there are none.
    option_cost, price_multiplier, units : (W, K, T)
        See `LocationInstance`.
    inbound : (I, K, T)
        USD per order that leaves a site, prices of throughput excluded.
    carrier, mail : (Q, T), (C, T)
        Multipliers, USD per order and per kg.
    region, country : (Z,)
        Carrier region and country of each zone.
    mail_weight : (W, K)
        Chargeable kg of an order.
    weight : (K,)
        kg of goods of an order.
    demand : (Z, K, T)
        Potential orders.
    unserved : (K,)
        USD per potential order.
    """

    start: Index
    lane: Index
    site: Index
    option: Index
    usd: Array
    carbon: Array
    credit: Array
    option_cost: Array
    price_multiplier: Array
    units: Array
    inbound: Array
    carrier: Array
    mail: Array
    region: Index
    country: Index
    mail_weight: Array
    weight: Array
    demand: Array
    unserved: Array


@dataclass(frozen=True)
class OpenSites:
    """Given open sites, ready for allocation.

    Attributes
    ----------
    size : (I,)
        -1 for closed.
    options : DeliveryOptions
        Its `inbound` excludes safety stock.
    steps : (I, B)
        Prices of the bands, ascending, USD per order.
    room : (I, B, T)
        Capacities of the bands in this order.
    """

    size: Index
    options: DeliveryOptions
    steps: Array
    room: Array


def open_sites(instance: LocationInstance, size: Index, prices: Multipliers) -> OpenSites:
    """Collect what allocation to given sites needs.

    Parameters
    ----------
    instance : LocationInstance
    size : (I,)
        -1 for closed.
    prices : Multipliers
        Those of the side rows are charged.

    Returns
    -------
    OpenSites
    """
    site, chosen = np.arange(len(size)), np.maximum(size, 0)
    capacity = np.where((size >= 0)[:, None, None], instance.capacity[site, chosen], 0.0)
    handling = instance.handling_usd[site, chosen]
    # bands fill in order of price, so handling is convex in the volume
    order = np.argsort(handling, axis=1, kind="stable")
    return OpenSites(
        size=size,
        options=_delivery_options(instance, size, prices),
        steps=np.take_along_axis(handling, order, axis=1),
        room=np.take_along_axis(capacity, order[:, :, None], axis=1),
    )


def _delivery_options(
    instance: LocationInstance, size: Index, prices: Multipliers
) -> DeliveryOptions:
    """Return the lanes from open sites and by mail, ordered by zone."""
    # the last entry answers for site -1: mail is always open
    is_open = np.append(size >= 0, True)
    lanes = np.flatnonzero(is_open[instance.lane_site])
    lanes = lanes[np.lexsort((lanes, instance.lane_zone[lanes]))]
    zone = instance.lane_zone[lanes]
    nothing = np.zeros(0)
    bare = DeliveryOptions(
        start=np.searchsorted(zone, np.arange(len(instance.zones) + 1)),
        lane=lanes,
        site=instance.lane_site[lanes],
        option=instance.lane_option[lanes],
        usd=instance.lane_usd[lanes],
        carbon=nothing,
        credit=NO_CREDIT,
        option_cost=instance.option_cost,
        price_multiplier=instance.price_multiplier,
        units=instance.units,
        inbound=nothing,
        carrier=prices.carrier,
        mail=prices.mail,
        region=instance.carriers.zone_region,
        country=instance.zone_country,
        mail_weight=instance.mail.weight_kg,
        weight=instance.weight_kg,
        demand=instance.demand,
        unserved=instance.unserved_usd,
    )
    return charged_options(instance, bare, prices)


def charged_options(
    instance: LocationInstance, options: DeliveryOptions, prices: Multipliers
) -> DeliveryOptions:
    """Return the same lanes at other multipliers.

    Parameters
    ----------
    instance : LocationInstance
    options : DeliveryOptions
    prices : Multipliers

    Returns
    -------
    DeliveryOptions
    """
    zone, charged = instance.lane_zone[options.lane], prices.service.any()
    credit = service_credit(instance, prices, zone, options.option) if charged else NO_CREDIT
    return options._replace(
        carbon=instance.lane_co2[options.lane] * prices.co2,
        credit=credit,
        option_cost=at_limit_prices(instance, prices).option_cost,
        inbound=inbound_price(instance, prices)[0],
        carrier=prices.carrier,
        mail=prices.mail,
    )


def at_prices(options: DeliveryOptions, rho: Array) -> DeliveryOptions:
    """Return options whose `inbound` includes prices of throughput.

    Parameters
    ----------
    options : DeliveryOptions
    rho : (I, T)
        USD per order.

    Returns
    -------
    DeliveryOptions
    """
    return options._replace(inbound=options.inbound + rho[:, None, :])


@njit(inline="always")
def option_cost(o, j, z, k, t, rho):
    """Return the cost of a potential order of a cell by one option.

    Parameters
    ----------
    o : DeliveryOptions
    j : int
        Option.
    z, k, t : int
        Cell.
    rho : (I, T)
        Prices of throughput, USD per order.

    Returns
    -------
    float
        USD.
    """
    w, i = o.option[j], o.site[j]
    u = o.units[w, k, t]
    cost = (
        o.option_cost[w, k, t]
        + o.usd[j] * o.price_multiplier[w, k, t]
        + u * o.carbon[j] * o.weight[k]
    )
    if o.credit.size > 0:
        cost -= o.credit[j, t]
    if i < 0:
        return cost + u * o.mail_weight[w, k] * o.mail[o.country[z], t]
    return cost + u * (o.inbound[i, k, t] + rho[i, t] + o.carrier[o.region[z], t])


@njit()
def set_option_costs(o, j, z, k, row):
    """Set the cost of a potential order of a cell by one option in every period.

    Parameters
    ----------
    o : DeliveryOptions
        Its `inbound` includes what is paid for throughput.
    j : int
        Option.
    z, k : int
    row : (T,)
        Overwritten, USD.
    """
    w, i = o.option[j], o.site[j]
    extra = o.carbon[j] * o.weight[k]
    # whole rows without branches, which the compiler turns into vector instructions
    if i < 0:
        heavy = o.mail_weight[w, k]
        for t in range(len(row)):
            row[t] = (
                o.option_cost[w, k, t]
                + o.usd[j] * o.price_multiplier[w, k, t]
                + o.units[w, k, t] * (extra + heavy * o.mail[o.country[z], t])
            )
    else:
        q = o.region[z]
        for t in range(len(row)):
            row[t] = (
                o.option_cost[w, k, t]
                + o.usd[j] * o.price_multiplier[w, k, t]
                + o.units[w, k, t] * (extra + o.inbound[i, k, t] + o.carrier[q, t])
            )
    if o.credit.size > 0:
        for t in range(len(row)):
            row[t] -= o.credit[j, t]
