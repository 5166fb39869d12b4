"""Small random instances that have everything the formulation has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fulfill.cost.inventory import SafetyStock
from fulfill.instance import MAIL, Limits, LocationInstance, ServiceTarget
from fulfill.location.network.warmup import names, tiny_instance

ZONES, PRODUCTS, PERIODS, SITES, SIZES, BANDS = 6, 2, 2, 3, 2, 2


def crowded_instance(seed: int) -> LocationInstance:
    """Six zones, three sites in two countries, two services beside mail, two gateways, and every limit there is."""
    rng = np.random.default_rng(seed)
    site, zone = np.meshgrid(np.arange(SITES), np.arange(ZONES))
    lane_site = np.concatenate([np.full(ZONES, MAIL), site.ravel(), site.ravel()])
    lane_zone = np.concatenate([np.arange(ZONES), zone.ravel(), zone.ravel()])
    lane_way = np.repeat([0, 1, 2], [ZONES, ZONES * SITES, ZONES * SITES])
    shape = (3, PRODUCTS, PERIODS)
    demand = rng.uniform(50, 150, (ZONES, PRODUCTS, PERIODS))
    units = np.concatenate([np.ones((1, 2, 2)), rng.uniform(0.8, 1.0, (2, PRODUCTS, PERIODS))])
    reach = np.broadcast_to((units.max(axis=0) * demand.sum(axis=0)).sum(axis=1), (SITES, PRODUCTS)).copy()
    alone = rng.uniform(1e4, 1e5, (SITES, PRODUCTS))
    safety = SafetyStock(alone, 0.3 * alone, reach, np.full((SITES, PRODUCTS), 1e-4), reach)
    capacity = rng.uniform(100, 400, (SITES, SIZES, BANDS, PERIODS))
    routes = np.repeat(np.arange(SITES), 3)
    everywhere = np.ones(ZONES, bool)
    return replace(
        tiny_instance(),
        zones=names("z", ZONES), sites=names("i", SITES), countries=names("c", 2), gateways=names("g", 2),
        origins=names("o", 2), carriers=names("q", 2),
        demand=demand, unserved_usd=np.full(PRODUCTS, 2.0), constant_usd=14.0 * demand.sum(),
        lane_zone=lane_zone, lane_site=lane_site, lane_way=lane_way,
        lane_usd=np.where(lane_site == MAIL, 0.0, rng.uniform(0, 4, len(lane_site))),
        lane_co2=rng.uniform(0.1, 0.5, len(lane_site)),
        way_cost=np.array([-4.0, -13.0, -14.0])[:, None, None] + rng.uniform(-1, 1, shape),
        way_rate=rng.uniform(0.9, 1.1, shape), units=units,
        way_within={3: np.array([[0.0] * PERIODS, [0.7] * PERIODS, [0.95] * PERIODS])},
        fixed_usd=np.tile([300.0, 500.0], (SITES, 1)), invest_usd=np.tile([1000.0, 2000.0], (SITES, 1)),
        capacity=capacity, handling_usd=np.broadcast_to([1.0, 2.0], (SITES, SIZES, BANDS)).copy(),
        storage_m3=np.tile([6.0, 12.0], (SITES, 1)),
        site_country=np.array([0, 0, 1]), zone_country=np.array([0, 0, 0, 0, 1, 1]),
        safety=safety, chord_usd=safety.chord(capacity.sum(axis=(2, 3))),
        storage_usd=np.full((SITES, PRODUCTS, PERIODS), 0.1),
        stock_level=np.broadcast_to(0.5 * np.eye(PERIODS), (PRODUCTS, PERIODS, PERIODS)).copy(),
        landing=np.array([[1.0, 0.0], [0.3, 0.7]]), entry_usd=rng.uniform(50, 150, (PRODUCTS, 2)),
        route_site=routes, route_origin=np.tile([0, 0, 1], SITES), route_gateway=np.tile([0, 1, -1], SITES),
        route_crossing=np.tile([-1, -1, 1], SITES), route_co2=np.tile([0.3, 0.2, 0.1], SITES),
        route_usd=rng.uniform(4, 6, (len(routes), PRODUCTS, PERIODS)),
        gateway_m3=np.array([[9.0] * PERIODS, [7.0] * PERIODS]),
        origin_m3=np.array([[np.inf] * PERIODS, [2.0] * PERIODS]),
        origin_min_m3=np.zeros(2), mail_kg=np.full((2, PERIODS), 400.0),
        mail_weight=np.array([[1.0] * PRODUCTS, [0.0] * PRODUCTS, [0.0] * PRODUCTS]),
        carrier_zone=np.array([0, 0, 0, 1, 1, 1]), carrier_orders=np.full((2, PERIODS), 1000.0),
        limits=Limits(
            max_sites=2, budget_usd=5000.0, co2_kg=2000.0, max_gateway_share=0.8,
            targets=(ServiceTarget("3d=0.3", 3, 0.3, everywhere),),
        ),
    )  # fmt: skip
