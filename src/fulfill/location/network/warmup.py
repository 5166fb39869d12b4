"""Compilation of the kernels before the time limit starts.

A tiny instance goes through the whole decomposition once. Machine code is cached on disk
(`kernel_cache.py`), so this takes half a minute after an installation and a second later.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.network.network_simplex import Network, first_trees, reoptimise
from fulfill.location.solution import LocationParams
from fulfill.model.economics.inventory import SafetyStock
from fulfill.model.instance import MAIL, Carriers, Inbound, LocationInstance, Mail, Stock

ZONES, PRODUCTS, PERIODS, SITES, SIZES, BANDS = 3, 2, 2, 2, 2, 2


def names(prefix: str, number: int) -> tuple[str, ...]:
    """Return `number` names that begin with `prefix`."""
    return tuple(f"{prefix}{n}" for n in range(number))


def tiny_instance() -> LocationInstance:
    """Return an instance that exercises every kernel.

    Returns
    -------
    LocationInstance
        With several products, periods, sizes and bands, inbound routes, mail and stock.
    """
    lane_site = np.array([MAIL, 0, 1] * ZONES)
    lane_zone = np.repeat(np.arange(ZONES), 3)
    shape = (2, PRODUCTS, PERIODS)
    cost = np.broadcast_to(np.array([-4.0, -12.0])[:, None, None], shape).copy()
    stock = np.full((SITES, PRODUCTS), 1.0)
    return LocationInstance(
        zones=names("z", ZONES),
        products=names("k", PRODUCTS),
        periods=names("t", PERIODS),
        sites=names("i", SITES),
        sizes=names("m", SIZES),
        bands=names("b", BANDS),
        countries=names("c", 1),
        demand=np.full((ZONES, PRODUCTS, PERIODS), 100.0),
        unserved_usd=np.ones(PRODUCTS),
        volume_m3=np.full(PRODUCTS, 0.01),
        weight_kg=np.ones(PRODUCTS),
        zone_country=np.zeros(ZONES, np.int64),
        site_country=np.zeros(SITES, np.int64),
        lane_zone=lane_zone,
        lane_site=lane_site,
        lane_option=(lane_site != MAIL).astype(np.int64),
        lane_usd=np.linspace(0.0, 1.0, len(lane_site)),
        lane_co2=np.zeros(len(lane_site)),
        option_cost=cost,
        price_multiplier=np.ones(shape),
        units=np.ones(shape),
        fixed_usd=np.full((SITES, SIZES), 50.0),
        invest_usd=np.zeros((SITES, SIZES)),
        capacity=np.full((SITES, SIZES, BANDS, PERIODS), 150.0),
        handling_usd=np.broadcast_to(np.array([1.0, 2.0]), (SITES, SIZES, BANDS)).copy(),
        mail=Mail(np.full((1, PERIODS), 1e6), np.array([[1.0] * PRODUCTS, [0.0] * PRODUCTS])),
        carriers=Carriers(names("q", 1), np.zeros(ZONES, np.int64), np.full((1, PERIODS), 1e6)),
        constant_usd=5000.0,
        inbound=_inbound(),
        stock=Stock(
            safety=SafetyStock(100.0 * stock, stock, 600.0 * stock, 0.01 * stock, 600.0 * stock),
            secant_usd=np.zeros((SITES, PRODUCTS, SIZES)),
            storage_usd=np.zeros((SITES, PRODUCTS, PERIODS)),
            storage_m3=np.full((SITES, SIZES), 1e6),
            level=np.zeros((PRODUCTS, PERIODS, PERIODS)),
            entry_usd=np.full((PRODUCTS, 1), 10.0),
        ),
    )


def _inbound() -> Inbound:
    """Return one route to each site."""
    first = np.zeros(SITES, np.int64)
    return Inbound(
        gateways=names("g", 1),
        origins=names("o", 1),
        route_site=np.arange(SITES),
        route_origin=first,
        route_gateway=first,
        route_crossing=first - 1,
        route_usd=np.full((SITES, PRODUCTS, PERIODS), 5.0),
        route_co2=np.zeros(SITES),
        gateway_m3=np.full((1, PERIODS), 1e6),
        origin_m3=np.full((1, PERIODS), np.inf),
        origin_min_m3=np.zeros(1),
        origin_fixed_usd=np.zeros(1),
        landing=np.eye(PERIODS),
    )


@cache
def compile_kernels() -> None:
    """Compile every kernel of the decomposition, once a process."""
    solve_decomposed(tiny_instance(), LocationParams(gap=0.0, time_limit=600.0))
    one = np.ones((1, 1, 1), np.int64)
    network = Network(one[0], np.ones((1, 2), np.int64), one, one, 3, 12)
    reoptimise(network, np.ones(2, bool), first_trees(network), np.zeros(1, np.int64), np.inf)
