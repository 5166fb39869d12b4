"""Sites that are given, with all that an order could be delivered by from them.

The arrays are laid out once for the kernels of assortment and allocation; `option_cost` is the one
place in which they are put together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fulfill.location.network.relaxation import NO_CREDIT, inbound_price, service_credit
from fulfill.model.arrays import Array, Index
from fulfill.model.instance import LocationInstance
from fulfill.model.kernel_cache import njit
from fulfill.model.multipliers import Multipliers


class DeliveryOptions(NamedTuple):
    """Lanes from open sites and by mail, ordered by zone, and the prices that they pay; axis.

    Options J.

    Attributes
    ----------
    start : (Z + 1,)
        `start[z]:start[z + 1]` are the options of zone z.
    lane, site, way : (J,)
        Index; site -1 for mail.
    usd, carbon : (J,)
        Price by distance; USD per kg of goods for CO2e.
    credit : (J, T)
        Or (0, 0) What service multipliers pay for an order; empty where there are none.
    way_cost, way_rate, units : (W, K, T)
    inbound : (I, K, T)
        USD per order that leaves a site, prices of throughput apart.
    carrier, mail : (Q, T), (C, T)
        Multipliers, USD per order and per kg.
    region, country : (Z,)
        Index of each zone's.
    mail_weight : (W, K)
    weight : (K,)
        Chargeable kg, and kg of goods.
    demand : (Z, K, T)
    unserved : (K,)
    """

    start: Index
    lane: Index
    site: Index
    way: Index
    usd: Array
    carbon: Array
    credit: Array
    way_cost: Array
    way_rate: Array
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
    """Sites that are given, ready for allocation.

    Attributes
    ----------
    size : (I,)
        -1 for closed.
    options : DeliveryOptions
        `inbound` is without safety stock.
    steps, room : (I, B), (I, B, T)
        Prices and capacities of the bands in order of price.
    """

    size: Index
    options: DeliveryOptions
    steps: Array
    room: Array


def open_sites(instance: LocationInstance, size: Index, prices: Multipliers) -> OpenSites:
    """Gather what allocation to given sites needs.

    Parameters
    ----------
    size : (I,)
        -1 for closed.
    prices : Multipliers
        Those of the side rows are charged.
    """
    site, chosen = np.arange(len(size)), np.maximum(size, 0)
    capacity = np.where((size >= 0)[:, None, None], instance.capacity[site, chosen], 0.0)
    handling = instance.handling_usd[site, chosen]
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
    is_open = np.append(size >= 0, True)
    lanes = np.flatnonzero(is_open[instance.lane_site])
    lanes = lanes[np.lexsort((lanes, instance.lane_zone[lanes]))]
    zone, way = instance.lane_zone[lanes], instance.lane_way[lanes]
    charged = prices.service.any()
    return DeliveryOptions(
        start=np.searchsorted(zone, np.arange(len(instance.zones) + 1)),
        lane=lanes,
        site=instance.lane_site[lanes],
        way=way,
        usd=instance.lane_usd[lanes],
        carbon=instance.lane_co2[lanes] * prices.co2,
        credit=service_credit(instance, prices, zone, way) if charged else NO_CREDIT,
        way_cost=instance.way_cost,
        way_rate=instance.way_rate,
        units=instance.units,
        inbound=inbound_price(instance, prices)[0],
        carrier=prices.carrier,
        mail=prices.mail,
        region=instance.carriers.zone_region,
        country=instance.zone_country,
        mail_weight=instance.mail.weight_kg,
        weight=instance.weight_kg,
        demand=instance.demand,
        unserved=instance.unserved_usd,
    )


@njit(inline="always")
def option_cost(o, j, z, k, t, rho):
    """Return the cost of a potential order of a cell by option j at prices of throughput `rho`."""
    w, i = o.way[j], o.site[j]
    u = o.units[w, k, t]
    cost = o.way_cost[w, k, t] + o.usd[j] * o.way_rate[w, k, t] + u * o.carbon[j] * o.weight[k]
    if o.credit.size > 0:
        cost -= o.credit[j, t]
    if i < 0:
        return cost + u * o.mail_weight[w, k] * o.mail[o.country[z], t]
    return cost + u * (o.inbound[i, k, t] + rho[i, t] + o.carrier[o.region[z], t])
