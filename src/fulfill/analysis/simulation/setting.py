"""What a simulation starts from: the orders, sites, carriers and ships of a plan, as arrays.

Axes: streams S (orders that behave alike), days D of a year, sites I, products K, carrier regions
Q, countries of mail C, gateways G, inbound routes R, bands B, periods T.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.analysis.simulation.buyers import Patience, Transit

Array = NDArray[np.float64]
Index = NDArray[np.int64]
NONE = -1
"""Index of a stream without a site, a carrier region or a country of mail, and of a route without
a gateway."""
YEAR = 365


@dataclass(frozen=True)
class Streams:
    """Orders that leave from one place by one delivery option into one carrier region.

    Attributes
    ----------
    site, mail, region, product : (S,)
        Indices, `NONE` where there is none. Direct shipments of plants have neither site nor mail.
    placed : (S, T)
        Orders that the plan expects in a period.
    potential : (S, T)
        Potential orders for each order placed.
    transit : Transit
        Laws of the time to the door, (S, T).
    promise : (S,)
        Days promised.
    dispatch : (S,)
        Days until dispatch that the time to the door already contains.
    kg : (S,)
        Chargeable weight of a mailed order.
    revenue_usd : (S,)
        Net revenue of a delivered order.
    """

    site: Index
    mail: Index
    region: Index
    product: Index
    placed: Array
    potential: Array
    transit: Transit
    promise: Array
    dispatch: Array
    kg: Array
    revenue_usd: Array


@dataclass(frozen=True)
class Sites:
    """The open sites.

    Attributes
    ----------
    ids : tuple of str
    capacity : (I, B, T)
        Orders a day of each band, the cheapest first. A band above the base has no capacity in
        periods in which the plan does not use it: its staff is not hired.
    base_year : (I,)
        Orders a year of the base.
    handling_usd : (I, B)
        Price of an order in each band.
    dispatch, promise : float and (K,)
        Days until dispatch that a lead time contains, and days that buyers are promised.
    """

    ids: tuple[str, ...]
    capacity: Array
    base_year: Array
    handling_usd: Array
    dispatch: float
    promise: Array


@dataclass(frozen=True)
class Limits:
    """What carriers and mail take a day; infinite where nothing limits them.

    Attributes
    ----------
    carriers : (Q, T)
        Orders.
    mail : (C, T)
        kg.
    """

    carriers: Array
    mail: Array


@dataclass(frozen=True)
class Ships:
    """Inbound routes in use, and the stock that they fill.

    Attributes
    ----------
    site : (R,)
        Index of the site.
    gates : tuple of tuple of int
        Gateways and crossings that each route passes, in order.
    days, days_sd : (R,)
        Mean and standard deviation of the time from origin to site, without that at gateways.
    landed : (R, K, D)
        Orders of goods that the plan lands by day, goods for cycle stock as much earlier.
    sold : (I, K, D)
        Orders that the plan draws from stock by day.
    stock : (I, K)
        Orders in stock when the year begins.
    volume_m3 : (K,)
        Volume of the goods of an order.
    gate_ids : tuple of str
    gate_m3 : (G, T)
        Capacity a day.
    dwell : (G,)
        Days at a gateway that the plan counts on.
    """

    site: Index
    gates: tuple[tuple[int, ...], ...]
    days: Array
    days_sd: Array
    landed: Array
    sold: Array
    stock: Array
    volume_m3: Array
    gate_ids: tuple[str, ...]
    gate_m3: Array
    dwell: Array


@dataclass(frozen=True)
class Setting:
    """A plan that can be simulated.

    Attributes
    ----------
    period : (D,)
        Index of the period of each day.
    weekday : (D,)
        Day of the week, 0 is Monday.
    streams : Streams
    sites : Sites
    limits : Limits
    ships : Ships
    patience : Patience
    """

    period: Index
    weekday: Index
    streams: Streams
    sites: Sites
    limits: Limits
    ships: Ships
    patience: Patience

    def by_day(self, weight: Array) -> Array:
        """Return the orders that the plan expects on each day, (S, D).

        Parameters
        ----------
        weight : (D,)
            Of each day; those of a period share its orders in proportion to it.
        """
        whole = np.bincount(self.period, weights=weight, minlength=self.streams.placed.shape[1])
        return np.asarray(self.streams.placed[:, self.period] * weight / whole[self.period])
