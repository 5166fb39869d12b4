"""A family of made-up networks, unlike the embedded one in size, prices and what is scarce.

`generated(seed)` returns one of them. Zones, sites, gateways and plants lie in the unit square and
costs grow with distance. Whatever else a network can have is drawn: how much of what, at which
price level, and which capacities are scarce. The members are small, so that a MIP solver proves
most of them, and say nothing about any real network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.model.economics.inventory import SafetyStock
from fulfill.model.instance import MAIL, Carriers, Inbound, LocationInstance, Mail, Stock
from fulfill.model.limits import Limits

Array = NDArray[np.float64]
LARGEST = 9_000
"""Allocations (lane x product x period) of a member: about what a MIP solver proves in a minute."""
PRICE_LEVELS = (0.01, 0.3, 1.0, 30.0, 3000.0)
"""USD that stand for one USD of the embedded network."""
SCARCE, AMPLE = (0.15, 0.8), (1.5, 3.0)
"""Capacity over what would be used at most, where it is scarce and where it is not."""


@dataclass(frozen=True)
class Draw:
    """What a member is made of.

    Attributes
    ----------
    zones, sites, products, periods, sizes, bands, countries, gateways, plants : int
    usd : float
        Price level.
    scarce : frozenset of str
        Capacities that are scarce: ``gateway``, ``plant``, ``storage``, ``mail``, ``carrier``.
    without : frozenset of str
        Parts that are absent: ``mail``, ``routes``, ``stock``, ``express``.
    fixed : float
        Fixed cost of a site over the handling cost of what it can handle.
    """

    zones: int
    sites: int
    products: int
    periods: int
    sizes: int
    bands: int
    countries: int
    gateways: int
    plants: int
    usd: float
    scarce: frozenset[str]
    without: frozenset[str]
    fixed: float


def drawn(seed: int) -> Draw:
    """Return what the member of a seed is made of."""
    rng = np.random.default_rng([seed, 1])
    products, periods = int(rng.choice([1, 2, 4, 8, 12])), int(rng.choice([1, 2, 4, 8, 16]))
    sites = int(rng.integers(3, 11))
    room = LARGEST // (products * periods * sites * 2)
    zones = int(np.clip(rng.integers(room // 2, room + 1), 4, 60))
    draws = rng.random(9)
    parts = ("gateway", "plant", "storage", "mail", "carrier")
    scarce = frozenset(part for part, x in zip(parts, draws[:5], strict=True) if x < 0.4)
    absent = zip(("mail", "routes", "stock", "express"), draws[5:], strict=True)
    return Draw(
        zones, sites, products, periods,
        sizes=int(rng.integers(1, 5)), bands=int(rng.integers(1, 3)),
        countries=int(rng.integers(1, 3)), gateways=int(rng.integers(1, 7)),
        plants=int(rng.integers(1, 4)), usd=float(rng.choice(PRICE_LEVELS)), scarce=scarce,
        without=frozenset(part for part, x in absent if x < 0.2),
        fixed=float(rng.choice([0.1, 0.3, 1.0])),
    )  # fmt: skip


def generated(seed: int) -> LocationInstance:
    """Return the member of a seed.

    Parameters
    ----------
    seed : int

    Returns
    -------
    LocationInstance
    """
    draw, rng = drawn(seed), np.random.default_rng([seed, 2])
    shape = (draw.zones, draw.products, draw.periods)
    zone_xy, site_xy = rng.random((draw.zones, 2)), rng.random((draw.sites, 2))
    people = rng.lognormal(0.0, 1.0, draw.zones)
    season = 1.0 + (rng.random(draw.periods) < 0.25) * rng.uniform(0.5, 2.0, draw.periods)
    demand = people[:, None, None] * rng.lognormal(0.0, 1.0, draw.products)[:, None] * season
    demand = demand * rng.uniform(0.8, 1.25, shape)
    demand = demand / demand.sum() * rng.choice([2e3, 1e5, 1e7])
    volume = rng.lognormal(-4.5, 0.8, draw.products)
    lanes, options = _lanes(draw, rng, zone_xy, site_xy)
    zone_country = (zone_xy[:, 0] * draw.countries).astype(np.int64)
    net_price = draw.usd * rng.uniform(12.0, 30.0)
    every = demand.sum(axis=(0, 1))
    share = rng.uniform(0.3, 1.2, draw.sites)[:, None, None, None]
    larger = np.linspace(0.5, 1.0, draw.sizes)[:, None, None] / draw.bands
    capacity = share * larger * np.broadcast_to(every, (draw.sites, 1, draw.bands, draw.periods))
    handling = draw.usd * (1.0 + np.arange(draw.bands)) * rng.uniform(0.5, 2.0, (draw.sites, 1, 1))
    economies = np.linspace(1.0, 0.8, draw.sizes)
    fixed = draw.fixed * economies * capacity.sum(axis=(2, 3)) * handling.mean(axis=2) * 0.3
    return LocationInstance(
        zones=_names("z", draw.zones), products=_names("k", draw.products),
        periods=_names("t", draw.periods), sites=_names("i", draw.sites),
        sizes=_names("m", draw.sizes), bands=_names("b", draw.bands),
        countries=_names("c", draw.countries), demand=demand,
        unserved_usd=draw.usd * rng.uniform(0.5, 4.0, draw.products),
        volume_m3=volume, weight_kg=volume * 200.0, zone_country=zone_country,
        site_country=(site_xy[:, 0] * draw.countries).astype(np.int64),
        **lanes, **_option_costs(draw, rng, options, net_price), fixed_usd=fixed,
        invest_usd=3.0 * fixed, capacity=capacity,
        handling_usd=np.broadcast_to(handling, (draw.sites, draw.sizes, draw.bands)).copy(),
        mail=_mail(draw, rng, demand, volume, options, zone_country),
        carriers=_carriers(draw, rng, demand, zone_xy),
        constant_usd=net_price * float(demand.sum()), limits=Limits(),
        inbound=None if "routes" in draw.without else _inbound(draw, rng, demand, volume, site_xy),
        stock=None if "stock" in draw.without else _stock(draw, rng, demand, volume, capacity),
    )  # fmt: skip


def _names(prefix: str, number: int) -> tuple[str, ...]:
    return tuple(f"{prefix}{n}" for n in range(number))


def _room(draw: Draw, rng: np.random.Generator, part: str, size: int) -> Array:
    """Return capacities over the largest use, (size, 1)."""
    return rng.uniform(*(SCARCE if part in draw.scarce else AMPLE), (size, 1))


def _lanes(
    draw: Draw, rng: np.random.Generator, zone_xy: Array, site_xy: Array
) -> tuple[dict[str, NDArray], int]:
    """Return the lane arrays and the number of delivery options: mail, standard, express."""
    options = 2 if "express" in draw.without else 3
    km = np.linalg.norm(zone_xy[:, None] - site_xy[None], axis=2)
    reach = np.quantile(km, rng.uniform(0.6, 1.0))
    zone, site = np.nonzero(km <= reach)
    local = [(zone, site, np.full(len(zone), option)) for option in range(1, options)]
    mailed = np.arange(0 if "mail" in draw.without else draw.zones)
    mail = (mailed, np.full(len(mailed), MAIL), np.zeros(len(mailed), np.int64))
    lane_zone, lane_site, lane_option = (
        np.concatenate(part) for part in zip(mail, *local, strict=True)
    )
    far = np.where(lane_site == MAIL, 0.0, km[lane_zone, lane_site])
    usd = draw.usd * far * rng.uniform(4.0, 12.0) * np.where(lane_option == 2, 1.5, 1.0)
    return {
        "lane_zone": lane_zone, "lane_site": lane_site, "lane_option": lane_option,
        "lane_usd": usd, "lane_co2": 0.3 * far,
    }, options  # fmt: skip


def _option_costs(
    draw: Draw, rng: np.random.Generator, options: int, net_price: float
) -> dict[str, Array]:
    """Return cost, price multiplier and units by delivery option, product and period."""
    shape = (options, draw.products, draw.periods)
    usual = np.array([9.0, 3.0, 4.5])[:options] * rng.uniform(0.7, 1.3)
    # slow options lose orders: mail delivers fewer of the potential orders than local stock
    units = np.array([0.8, 0.92, 1.0])[:options, None, None] * rng.uniform(0.95, 1.0, shape)
    cost = draw.usd * usual[:, None, None] * rng.uniform(0.8, 1.25, shape) - net_price * units
    return {
        "option_cost": cost, "price_multiplier": rng.uniform(0.8, 1.4, shape), "units": units,
    }  # fmt: skip


def _mail(
    draw: Draw, rng: np.random.Generator, demand: Array, volume: Array, options: int,
    zone_country: NDArray[np.int64],
) -> Mail:  # fmt: skip
    weight = np.zeros((options, draw.products))
    weight[0] = volume * 200.0
    used = np.zeros((draw.countries, draw.periods))
    np.add.at(used, zone_country, np.einsum("zkt,k->zt", demand, weight[0]))
    return Mail(_room(draw, rng, "mail", draw.countries) * used, weight)


def _carriers(draw: Draw, rng: np.random.Generator, demand: Array, zone_xy: Array) -> Carriers:
    region = (zone_xy[:, 1] * 3).astype(np.int64)
    used = np.zeros((3, draw.periods))
    np.add.at(used, region, demand.sum(axis=1))
    return Carriers(_names("q", 3), region, _room(draw, rng, "carrier", 3) * used)


def _inbound(
    draw: Draw, rng: np.random.Generator, demand: Array, volume: Array, site_xy: Array
) -> Inbound:
    """Return a route from every plant through every gateway to every site."""
    plant, gate, site = (
        axis.ravel() for axis in np.indices((draw.plants, draw.gateways, draw.sites))
    )
    plant_xy, gate_xy = rng.random((draw.plants, 2)) * [1.0, 0.2], rng.random((draw.gateways, 2))
    far = np.linalg.norm(plant_xy[plant] - gate_xy[gate], axis=1)
    far = far + np.linalg.norm(gate_xy[gate] - site_xy[site], axis=1)
    shape = (len(site), draw.products, draw.periods)
    dear = rng.uniform(0.8, 1.25, shape) * (volume / volume.mean())[:, None]
    # a gateway off the road for good: the last one where there are several
    crossing = np.where((gate == draw.gateways - 1) & (draw.gateways > 1), 0, -1)
    moved = np.einsum("zkt,k->t", demand, volume)
    landing = np.eye(draw.periods)
    ahead = rng.uniform(0.0, 0.4) * (draw.periods > 1)
    for period in range(1, draw.periods):
        landing[period, period], landing[period, period - 1] = 1.0 - ahead, ahead
    return Inbound(
        gateways=_names("g", draw.gateways), origins=_names("o", draw.plants),
        route_site=site, route_origin=plant, route_gateway=gate, route_crossing=crossing,
        route_usd=draw.usd * rng.uniform(0.5, 3.0) * far[:, None, None] * dear,
        route_co2=far * 0.1,
        gateway_m3=_room(draw, rng, "gateway", draw.gateways) * moved / draw.gateways,
        origin_m3=_room(draw, rng, "plant", draw.plants) * moved / draw.plants,
        origin_min_m3=np.zeros(draw.plants),
        origin_fixed_usd=np.zeros(draw.plants), landing=landing,
    )  # fmt: skip


def _stock(
    draw: Draw, rng: np.random.Generator, demand: Array, volume: Array, capacity: Array
) -> Stock:
    """Return stock whose safety part is linear in the volume, so that a MIP states it exactly."""
    yearly = np.broadcast_to(demand.sum(axis=(0, 2)), (draw.sites, draw.products)).copy()
    cost = draw.usd * yearly * rng.uniform(0.05, 0.5, (draw.sites, draw.products))
    safety = SafetyStock(
        np.zeros_like(cost), cost**2, yearly, 0.02 * yearly * volume / cost, yearly
    )
    level = np.tile(rng.uniform(0.2, 0.6) * np.eye(draw.periods), (draw.products, 1, 1))
    carried = capacity.sum(axis=2).max(axis=2) * float(demand.sum(axis=(0, 2)) @ volume)
    room = carried / demand.sum() * 0.6 * _room(draw, rng, "storage", draw.sites)
    return Stock(
        safety=safety, secant_usd=safety.secant(capacity.sum(axis=(2, 3))),
        storage_usd=draw.usd * rng.uniform(0.0, 0.3, (draw.sites, draw.products, draw.periods)),
        storage_m3=room, level=level,
        entry_usd=draw.usd * yearly[0, :, None] * rng.uniform(0.0, 0.2, (1, draw.countries)),
    )  # fmt: skip
