"""Capacities that several sites draw on: gateways, plants, carriers and mail.

Only those are kept that all orders together could fill. A site that can be supplied past them draws
on none.

Axes: shared capacities N, inbound paths P (a site with the capacities that its goods pass), sites I
with one more for what needs no site, zones Z, products K, kinds of goods W that can take the same
paths, periods T.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.instance import MAIL, LocationInstance

GATEWAY, PLANT, CARRIER, AIR = "gateway", "plant", "carrier", "mail"
PASSED = 3
"""Shared capacities that goods pass at most: a plant, a gateway and a border crossing."""
NONE = -1


@dataclass(frozen=True)
class Shared:
    """Capacities, and what orders take of them at least; per potential order of the whole demand.

    Attributes
    ----------
    kinds, names : tuple of str
        What has the capacity, along the axis N.
    capacity : (N, T)
        m3, kg or orders.
    path_site : (P,)
        Sites without a path draw on no capacity.
    passed : (P, 3)
        Capacities that goods pass, `NONE` where there are fewer.
    path_open : (P, W, T)
        Whether a path can be taken.
    goods : (K,)
        Kind of goods of each product.
    volume_m3 : (K,)
        Of an order.
    landing : (T, T)
        Share of the goods sold in the row's period that lands in the column's.
    zone_carrier, zone_air : (Z,)
        Capacity that local deliveries and mail to a zone take, `NONE` for no limit.
    mail_kg : (Z, K, T)
        Least kg of an order that is mailed.
    """

    kinds: tuple[str, ...]
    names: tuple[str, ...]
    capacity: Array
    path_site: Index
    passed: Index
    path_open: Mask
    goods: Index
    volume_m3: Array
    landing: Array
    zone_carrier: Index
    zone_air: Index
    mail_kg: Array

    def supply_price(self, prices: Array, n_sites: int) -> Array:
        """Return the price of bringing an order's goods to each site, (n_sites, K, T).

        Parameters
        ----------
        prices : (N, T)
        n_sites : int
        """
        landed = np.vstack([prices @ self.landing.T, np.zeros(len(self.landing))])
        path = landed[self.passed].sum(axis=1)
        each = np.where(self.path_open, path[:, None, :], np.inf)
        least = np.full((n_sites, *self.path_open.shape[1:]), np.inf)
        np.minimum.at(least, self.path_site, each)
        free = np.setdiff1d(np.arange(n_sites), self.path_site)
        least[free] = 0.0
        price: Array = least[:, self.goods] * self.volume_m3[:, None]
        return price

    def delivery_price(self, prices: Array) -> Array:
        """Return the price of delivering a dispatched order to each zone locally, (Z, T)."""
        return _at(prices, self.zone_carrier)

    def mail_price(self, prices: Array) -> Array:
        """Return the price of mailing a dispatched order to each zone, (Z, K, T)."""
        return self.mail_kg * _at(prices, self.zone_air)[:, None, :]

    def worth(self, prices: Array) -> float:
        """Return the price of all capacity."""
        return float((prices * np.where(prices > 0, self.capacity, 0.0)).sum())


def _at(prices: Array, place: Index) -> Array:
    """Return the price of the capacity of each zone, 0 for those without a limit."""
    none = np.zeros(prices.shape[1])
    return np.vstack([prices, none])[place]


def shared_of(instance: LocationInstance, units: Array, *, mail_helps: bool) -> Shared | None:
    """Return the shared capacities of an instance that all orders together could fill.

    Parameters
    ----------
    instance : LocationInstance
    units : (I + 1, K, T)
        Least orders drawn by a potential order.
    mail_helps : bool
        Whether any target is about orders that mail delivers in time.

    Returns
    -------
    Shared or None
        None where there is none.
    """
    total = max(float(instance.demand.sum()), 1e-12)
    most = instance.demand.sum(axis=0) / total * units.max(axis=0)  # (K, T)
    kept = _Kept(instance, total)
    passed = _passed(instance, kept, (instance.volume_m3[:, None] * most).sum(axis=0))
    carrier = _carriers(instance, kept, units)
    air, mail_kg = _air(instance, kept, units)
    if not mail_helps:
        air = np.full_like(air, NONE)
    site, paths, every = _paths(instance, passed)
    used = np.setdiff1d(np.concatenate([paths.ravel(), carrier, air]), NONE)
    if not len(used):
        return None
    place = np.full(len(kept.names) + 1, NONE)  # the last stands for none
    place[used] = np.arange(len(used))
    kinds, goods = np.unique(every, axis=1, return_inverse=True)
    return Shared(
        kinds=tuple(kept.kinds[one] for one in used),
        names=tuple(kept.names[one] for one in used),
        capacity=np.array([kept.capacity[one] for one in used]),
        path_site=site,
        passed=place[paths],
        path_open=kinds,
        goods=goods.ravel(),
        volume_m3=instance.volume_m3,
        landing=np.eye(instance.shape[2]) if instance.inbound is None else instance.inbound.landing,
        zone_carrier=place[carrier],
        zone_air=place[air],
        mail_kg=mail_kg,
    )


class _Kept:
    """Shared capacities that are kept (mutable: they are added one by one)."""

    def __init__(self, instance: LocationInstance, orders: float) -> None:
        self.instance, self.orders = instance, orders
        self.kinds: list[str] = []
        self.names: list[str] = []
        self.capacity: list[Array] = []

    def add(self, kind: str, names: tuple[str, ...], room: Array, most: Array) -> Index:
        """Keep those that can be filled; return the number of each, `NONE` for the others.

        `room` is of the whole year (n, T), `most` what all orders take, per potential order.
        """
        place = np.full(len(names), NONE)
        for row in np.flatnonzero((room / self.orders < most).any(axis=1)):
            place[row] = len(self.names)
            self.kinds.append(kind)
            self.names.append(names[row])
            self.capacity.append(room[row] / self.orders)
        return place


def _passed(instance: LocationInstance, kept: _Kept, volume: Array) -> Index:
    """Return the capacities that the goods of each route pass, (R, 3); `volume` (T,) as sold."""
    inbound = instance.inbound
    if inbound is None:
        return np.zeros((0, PASSED), np.int64)
    landed = volume @ inbound.landing
    gate = np.append(kept.add(GATEWAY, inbound.gateways, inbound.gateway_m3, landed), NONE)
    plant = np.append(kept.add(PLANT, inbound.origins, inbound.origin_m3, landed), NONE)
    columns = gate[inbound.route_gateway], gate[inbound.route_crossing], plant[inbound.route_origin]
    return np.stack(columns, axis=1)


def _paths(instance: LocationInstance, passed: Index) -> tuple[Index, Index, Mask]:
    """Return the site and the capacities of each different path to a limited site.

    The third is whether a product can take the path in a period, (P, K, T).
    """
    inbound, (_, n_products, n_periods) = instance.inbound, instance.shape
    if inbound is None or not len(passed):
        nothing = np.zeros((0, n_products, n_periods), bool)
        return np.zeros(0, np.int64), np.zeros((0, PASSED), np.int64), nothing
    is_open = np.isfinite(inbound.route_usd)
    keys = np.column_stack([inbound.route_site, np.sort(passed, axis=1)])
    unique, which = np.unique(keys, axis=0, return_inverse=True)
    found = np.zeros((len(unique), n_products, n_periods), bool)
    np.logical_or.at(found, which.ravel(), is_open)
    useful = found.any(axis=(1, 2))
    unique, found = unique[useful], found[useful]
    # a site whose every product can come past all capacities in every period is free of them
    past = np.zeros((len(instance.sites), n_products, n_periods), bool)
    free = (unique[:, 1:] == NONE).all(axis=1)
    np.logical_or.at(past, unique[free, 0], found[free])
    limited = ~past[unique[:, 0]].all(axis=(1, 2))
    return unique[limited, 0], unique[limited, 1:], found[limited]


def _carriers(instance: LocationInstance, kept: _Kept, units: Array) -> Index:
    """Return the carrier capacity that local deliveries to each zone take, (Z,)."""
    carriers, local = instance.carriers, units[:-1].max(axis=0, initial=0.0)
    most = np.zeros(carriers.orders.shape)
    np.add.at(most, carriers.zone_region, (instance.demand * local).sum(axis=1) / kept.orders)
    return kept.add(CARRIER, carriers.regions, carriers.orders, most)[carriers.zone_region]


def _air(instance: LocationInstance, kept: _Kept, units: Array) -> tuple[Index, Array]:
    """Return the air capacity that mail to each zone takes, (Z,), and its least kg, (Z, K, T).

    Orders that go straight from a plant take none.
    """
    mailed = instance.lane_site == MAIL
    zone, option = instance.lane_zone[mailed], instance.lane_option[mailed]
    straight = instance.lane_plant[mailed] >= 0
    carries = np.isfinite(instance.option_cost[option])
    weight = np.where(straight[:, None], 0.0, instance.mail.weight_kg[option])
    kg = np.full(instance.demand.shape, np.inf)
    np.minimum.at(kg, zone, np.where(carries, weight[:, :, None], np.inf))
    kg = np.where(np.isfinite(kg), kg, 0.0)
    most = np.zeros(instance.mail.capacity_kg.shape)
    taken = (instance.demand * kg * units[-1]).sum(axis=1) / kept.orders
    np.add.at(most, instance.zone_country, taken)
    place = kept.add(AIR, instance.countries, instance.mail.capacity_kg, most)
    return place[instance.zone_country], kg
