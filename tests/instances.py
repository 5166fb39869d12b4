"""Small instances for tests: tiny, with every kind of limit, with zones and sites in a square."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from fulfill.model.economics.inventory import SafetyStock
from fulfill.model.flow_limits import FlowLimits
from fulfill.model.instance import MAIL, Carriers, Inbound, LocationInstance, Mail, Stock
from fulfill.model.limits import BoundTarget, Limits


def seeds(number: int, fast: int = 1) -> list[Any]:
    """Return the seeds of a test, of which all but the first are slow."""
    return [
        seed if seed < fast else pytest.param(seed, marks=pytest.mark.slow)
        for seed in range(number)
    ]


def names(prefix: str, number: int) -> tuple[str, ...]:
    """Return number names that begin alike."""
    return tuple(f"{prefix}{n}" for n in range(number))


def tiny_instance() -> LocationInstance:
    """Return an instance with products, periods, sizes, bands, routes, mail and stock."""
    n_zones, n_products, n_periods, n_sites, n_sizes, n_bands = 3, 2, 2, 2, 2, 2
    lane_site = np.array([MAIL, 0, 1] * n_zones)
    lane_zone = np.repeat(np.arange(n_zones), 3)
    shape = (2, n_products, n_periods)
    cost = np.broadcast_to(np.array([-4.0, -12.0])[:, None, None], shape).copy()
    stock = np.full((n_sites, n_products), 1.0)
    first = np.zeros(n_sites, np.int64)
    return LocationInstance(
        zones=names("z", n_zones),
        products=names("k", n_products),
        periods=names("t", n_periods),
        sites=names("i", n_sites),
        sizes=names("m", n_sizes),
        bands=names("b", n_bands),
        countries=names("c", 1),
        demand=np.full((n_zones, n_products, n_periods), 100.0),
        unserved_usd=np.ones(n_products),
        volume_m3=np.full(n_products, 0.01),
        weight_kg=np.ones(n_products),
        zone_country=np.zeros(n_zones, np.int64),
        site_country=np.zeros(n_sites, np.int64),
        lane_zone=lane_zone,
        lane_site=lane_site,
        lane_option=(lane_site != MAIL).astype(np.int64),
        lane_usd=np.linspace(0.0, 1.0, len(lane_site)),
        lane_co2=np.zeros(len(lane_site)),
        option_cost=cost,
        price_multiplier=np.ones(shape),
        units=np.ones(shape),
        fixed_usd=np.full((n_sites, n_sizes), 50.0),
        invest_usd=np.zeros((n_sites, n_sizes)),
        capacity=np.full((n_sites, n_sizes, n_bands, n_periods), 150.0),
        handling_usd=np.broadcast_to(np.array([1.0, 2.0]), (n_sites, n_sizes, n_bands)).copy(),
        mail=Mail(np.full((1, n_periods), 1e6), np.array([[1.0] * n_products, [0.0] * n_products])),
        carriers=Carriers(names("q", 1), np.zeros(n_zones, np.int64), np.full((1, n_periods), 1e6)),
        constant_usd=5000.0,
        inbound=Inbound(
            gateways=names("g", 1),
            origins=names("o", 1),
            route_site=np.arange(n_sites),
            route_origin=first,
            route_gateway=first,
            route_crossing=first - 1,
            route_usd=np.full((n_sites, n_products, n_periods), 5.0),
            route_co2=np.zeros(n_sites),
            gateway_m3=np.full((1, n_periods), 1e6),
            origin_m3=np.full((1, n_periods), np.inf),
            origin_min_m3=np.zeros(1),
            origin_fixed_usd=np.zeros(1),
            landing=np.eye(n_periods),
        ),
        stock=Stock(
            safety=SafetyStock(100.0 * stock, stock, 600.0 * stock, 0.01 * stock, 600.0 * stock),
            secant_usd=np.zeros((n_sites, n_products, n_sizes)),
            storage_usd=np.zeros((n_sites, n_products, n_periods)),
            storage_m3=np.full((n_sites, n_sizes), 1e6),
            level=np.zeros((n_products, n_periods, n_periods)),
            entry_usd=np.full((n_products, 1), 10.0),
        ),
    )


def crowded_instance(seed: int) -> LocationInstance:
    """Return an instance with every kind of limit.

    Six zones, three sites in two countries, two services beside mail, and two gateways.
    """
    n_zones, n_products, n_periods, n_sites, n_sizes, n_bands = 6, 2, 2, 3, 2, 2
    rng = np.random.default_rng(seed)
    site, zone = np.meshgrid(np.arange(n_sites), np.arange(n_zones))
    lane_site = np.concatenate([np.full(n_zones, MAIL), site.ravel(), site.ravel()])
    lane_zone = np.concatenate([np.arange(n_zones), zone.ravel(), zone.ravel()])
    lane_option = np.repeat([0, 1, 2], [n_zones, n_zones * n_sites, n_zones * n_sites])
    shape = (3, n_products, n_periods)
    demand = rng.uniform(50, 150, (n_zones, n_products, n_periods))
    units = np.concatenate([np.ones((1, 2, 2)), rng.uniform(0.8, 1.0, (2, n_products, n_periods))])
    reach = np.broadcast_to(
        (units.max(axis=0) * demand.sum(axis=0)).sum(axis=1), (n_sites, n_products)
    ).copy()
    alone = rng.uniform(1e4, 1e5, (n_sites, n_products))
    safety = SafetyStock(alone, 0.3 * alone, reach, np.full((n_sites, n_products), 1e-4), reach)
    capacity = rng.uniform(100, 400, (n_sites, n_sizes, n_bands, n_periods))
    routes = np.repeat(np.arange(n_sites), 3)
    everywhere = np.ones(n_zones, bool)
    return replace(
        tiny_instance(),
        zones=names("z", n_zones), sites=names("i", n_sites), countries=names("c", 2),
        demand=demand, unserved_usd=np.full(n_products, 2.0), constant_usd=14.0 * demand.sum(),
        lane_zone=lane_zone, lane_site=lane_site, lane_option=lane_option,
        lane_usd=np.where(lane_site == MAIL, 0.0, rng.uniform(0, 4, len(lane_site))),
        lane_co2=rng.uniform(0.1, 0.5, len(lane_site)),
        option_cost=np.array([-4.0, -13.0, -14.0])[:, None, None] + rng.uniform(-1, 1, shape),
        price_multiplier=rng.uniform(0.9, 1.1, shape), units=units,
        option_within={3: np.array([[0.0] * n_periods, [0.7] * n_periods, [0.95] * n_periods])},
        fixed_usd=np.tile([300.0, 500.0], (n_sites, 1)),
        invest_usd=np.tile([1000.0, 2000.0], (n_sites, 1)),
        capacity=capacity,
        handling_usd=np.broadcast_to([1.0, 2.0], (n_sites, n_sizes, n_bands)).copy(),
        site_country=np.array([0, 0, 1]), zone_country=np.array([0, 0, 0, 0, 1, 1]),
        stock=Stock(
            safety=safety, secant_usd=safety.secant(capacity.sum(axis=(2, 3))),
            storage_usd=np.full((n_sites, n_products, n_periods), 0.1),
            storage_m3=np.tile([6.0, 12.0], (n_sites, 1)),
            level=np.tile(0.5 * np.eye(n_periods), (n_products, 1, 1)),
            entry_usd=rng.uniform(50, 150, (n_products, 2)),
        ),
        inbound=Inbound(
            gateways=names("g", 2), origins=names("o", 2),
            route_site=routes, route_origin=np.tile([0, 0, 1], n_sites),
            route_gateway=np.tile([0, 1, -1], n_sites),
            route_crossing=np.tile([-1, -1, 1], n_sites),
            route_co2=np.tile([0.3, 0.2, 0.1], n_sites),
            route_usd=rng.uniform(4, 6, (len(routes), n_products, n_periods)),
            gateway_m3=np.array([[9.0] * n_periods, [7.0] * n_periods]),
            origin_m3=np.array([[np.inf] * n_periods, [2.0] * n_periods]),
            origin_min_m3=np.zeros(2), origin_fixed_usd=np.zeros(2),
            landing=np.array([[1.0, 0.0], [0.3, 0.7]]),
        ),
        mail=Mail(
            capacity_kg=np.full((2, n_periods), 400.0),
            weight_kg=np.array([[1.0] * n_products, [0.0] * n_products, [0.0] * n_products]),
        ),
        carriers=Carriers(
            names("q", 2), np.array([0, 0, 0, 1, 1, 1]), np.full((2, n_periods), 1000.0)
        ),
        limits=Limits(
            max_sites=2, budget_usd=5000.0, co2_kg=2000.0, max_gateway_share=0.8,
            targets=(BoundTarget("", 3, 0.3, everywhere),),
        ),
    )  # fmt: skip


def random_instance(seed: int) -> LocationInstance:
    """Return forty zones and six sites in a square.

    Two products, three periods, mail, pooled safety stock and two plants.
    """
    n_zones, n_products, n_periods, n_sites, n_sizes, n_bands = 40, 2, 3, 6, 2, 2
    rng = np.random.default_rng(seed)
    zone, site = rng.uniform(0, 10, (n_zones, 2)), rng.uniform(0, 10, (n_sites, 2))
    far = np.linalg.norm(zone[:, None] - site[None], axis=2)
    lane_site = np.tile(np.arange(-1, n_sites), n_zones)
    lane_zone = np.repeat(np.arange(n_zones), n_sites + 1)
    lane_usd = np.where(lane_site == MAIL, 0.0, far[lane_zone, lane_site])
    shape = (2, n_products, n_periods)
    demand = rng.uniform(50, 150, (n_zones, n_products, 1)) * np.array([1.0, 1.0, 2.0])
    yearly = demand.sum(axis=(0, 2))
    base = demand.sum() / n_periods / 3
    capacity = (
        base * np.array([0.5, 1.0])[None, :, None, None] * np.array([1.0, 0.5])[None, None, :, None]
    )
    alone = np.broadcast_to(rng.uniform(1e4, 4e5, n_products), (n_sites, n_products)).copy()
    most = np.broadcast_to(yearly, (n_sites, n_products)).copy()
    safety = SafetyStock(alone, 0.2 * alone, most, np.full((n_sites, n_products), 1e-4), most)
    capacity = np.broadcast_to(capacity, (n_sites, n_sizes, n_bands, n_periods)).copy()
    return replace(
        tiny_instance(),
        zones=tuple(f"z{n}" for n in range(n_zones)),
        sites=tuple(f"i{n}" for n in range(n_sites)),
        periods=("a", "b", "c"),
        demand=demand,
        lane_zone=lane_zone,
        lane_site=lane_site,
        lane_option=(lane_site != MAIL).astype(np.int64),
        lane_usd=lane_usd,
        lane_co2=np.zeros(len(lane_site)),
        option_cost=np.broadcast_to(np.array([-4.0, -14.0])[:, None, None], shape).copy(),
        price_multiplier=np.ones(shape),
        units=np.ones(shape),
        option_within={3: np.array([[0.0] * n_periods, [0.9] * n_periods])},
        fixed_usd=np.tile([1500.0, 2500.0], (n_sites, 1)),
        invest_usd=np.tile([1000.0, 2000.0], (n_sites, 1)),
        capacity=capacity,
        handling_usd=np.broadcast_to(np.array([1.0, 2.0]), (n_sites, n_sizes, n_bands)).copy(),
        constant_usd=10.0 * demand.sum(),
        site_country=np.zeros(n_sites, np.int64),
        zone_country=np.zeros(n_zones, np.int64),
        stock=Stock(
            safety=safety,
            secant_usd=safety.secant(capacity.sum(axis=(2, 3))),
            storage_usd=np.zeros((n_sites, n_products, n_periods)),
            storage_m3=np.full((n_sites, n_sizes), 1e6),
            level=np.broadcast_to(np.eye(n_periods), (n_products, n_periods, n_periods)).copy(),
            entry_usd=np.full((n_products, 1), 500.0),
        ),
        inbound=Inbound(
            gateways=("g0",),
            origins=("far", "near"),
            route_site=np.repeat(np.arange(n_sites), 2),
            route_origin=np.tile([0, 1], n_sites),
            route_gateway=np.tile([0, -1], n_sites),
            route_crossing=np.full(2 * n_sites, -1),
            route_co2=np.zeros(2 * n_sites),
            route_usd=np.broadcast_to(
                np.tile([5.0, 4.5], n_sites)[:, None, None], (2 * n_sites, n_products, n_periods)
            ).copy(),
            gateway_m3=np.full((1, n_periods), 1e6),
            origin_m3=np.array([[np.inf] * n_periods, [0.1 * demand.sum() * 0.01] * n_periods]),
            origin_min_m3=np.zeros(2),
            origin_fixed_usd=np.zeros(2),
            landing=np.eye(n_periods),
        ),
        mail=Mail(np.full((1, n_periods), 1e7), np.array([[1.0] * n_products, [0.0] * n_products])),
        carriers=Carriers(("q0",), np.zeros(n_zones, np.int64), np.full((1, n_periods), 1e7)),
    )


def within(instance: LocationInstance, block: str, **changes: object) -> LocationInstance:
    """Return the instance with fields of one of its blocks changed."""
    return replace(instance, **{block: replace(getattr(instance, block), **changes)})


def scaled(instance: LocationInstance, block: str, name: str, factor: float) -> LocationInstance:
    """Return the instance with a field of one of its blocks times a factor."""
    return within(instance, block, **{name: factor * getattr(getattr(instance, block), name)})


def without_safety(n_sites: int, n_products: int) -> SafetyStock:
    """Return safety stock that costs nothing and takes no room."""
    return SafetyStock(*(np.zeros((n_sites, n_products)) for _ in range(5)))


def without_routes(instance: LocationInstance) -> LocationInstance:
    """Return the instance with gateways and plants but no route to any site."""
    assert instance.inbound is not None
    routes = (
        "route_site",
        "route_origin",
        "route_gateway",
        "route_crossing",
        "route_usd",
        "route_co2",
    )
    return within(
        instance, "inbound", **{name: getattr(instance.inbound, name)[:0] for name in routes}
    )


def with_flow_limits(instance: LocationInstance, seed: int, share: float = 0.1) -> LocationInstance:
    """Return the instance with limits of flows at random, about a share of the orders each.

    One counts the routes of the first origin and product, one those over a pair of gateway and
    site, others the shortest lane of a zone, one of these for a single product; one counts two
    lanes.
    """
    rng, (_, n_products, n_periods) = np.random.default_rng(seed), instance.shape
    inbound = instance.required_inbound
    usd = np.where(instance.lane_site == MAIL, np.inf, instance.lane_usd)
    zones = rng.choice(len(instance.zones), 2, replace=False)
    lanes = [int(np.where(instance.lane_zone == zone, usd, np.inf).argmin()) for zone in zones]
    routes = np.zeros((5, instance.n_routes, n_products))
    routes[0, inbound.route_origin == 0, 0] = 1.0
    pair = (inbound.route_site == 0) & (inbound.route_gateway == inbound.route_gateway[0])
    routes[1, pair] = 1.0
    counts = np.zeros((5, len(instance.lane_zone), n_products))
    counts[2, lanes[0]] = 1.0
    counts[3, lanes[1], 0] = 1.0
    counts[4, lanes] = 1.0
    orders = share * instance.demand.sum(axis=(0, 1)) * rng.uniform(0.5, 1.5, (5, 1))
    # a lane carries the orders of one zone
    orders[2:] *= 5.0 / len(instance.zones)
    limits = FlowLimits(
        kinds=("plant_product", *("lane",) * 4),
        names=names("limit", 5),
        orders=np.broadcast_to(orders, (5, n_periods)).copy(),
        routes=csr_array(routes.reshape(5, -1)),
        lanes=csr_array(counts.reshape(5, -1)),
    )
    return replace(instance, flow_limits=limits)
