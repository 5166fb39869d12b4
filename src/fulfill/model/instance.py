"""The index arrays that every location method and the auditor read.

An instance knows no tables and no names beyond those of its axes; public instances of the
literature are read into the same arrays. A *lane* serves a zone from a site (or by mail, site -1)
in one *way*; its cost for one potential order of product k in period t is ``way_cost[way, k, t] +
distance_usd[lane] * way_rate[way, k, t]``, and it draws ``units[way, k, t]`` orders from the site,
whose goods come in by *routes*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.problem import Problem
from fulfill.inputs.schema import SIZES
from fulfill.model.decisions import Decisions
from fulfill.model.economics.inventory import SafetyStock, landing_shares
from fulfill.model.economics.landed import Economics

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]
SERVICE = re.compile(r"(?:(?P<scope>\w+):)?(?P<days>[0-9]{1,3})d=(?P<share>[0-9]*\.?[0-9]+)")
MAIL = -1
"""Site index of a direct-mail lane."""


@dataclass(frozen=True)
class ServiceTarget:
    """Constraint 9: at least `share` of all orders of the zones in `zones` arrive within `days`."""

    name: str
    days: int
    share: float
    zones: Mask


@dataclass(frozen=True)
class Limits:
    """What a planner forbids or demands (constraints 9 to 12); infinity and None mean no limit."""

    opened: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()
    max_sites: int | None = None
    budget_usd: float = np.inf
    co2_kg: float = np.inf
    max_gateway_share: float = 1.0
    targets: tuple[ServiceTarget, ...] = ()


@dataclass(frozen=True)
class LocationInstance:
    """A facility-location instance with products, periods, sizes, bands and inbound routes.

    Axes: zones Z, products K, periods T, sites I, sizes M, bands B, lanes L, ways W, routes R,
    gateways G, countries C.

    Attributes
    ----------
    demand : (Z, K, T)
        Potential orders.
    unserved_usd : (K,)
        Cost of a potential order that is not served; infinite where every order must be.
    constant_usd : float Added to the sum of decisions so that the objective is a cost (net price
        less cheapest goods, by order).
    lane_zone, lane_site, lane_way : (L,) int;  lane_usd, lane_co2 : (L,)
        Price by distance, and kg CO2e per kg of goods.
    way_cost, way_rate, units : (W, K, T);  way_within : {days: (W, T)}
    fixed_usd, invest_usd, storage_m3 : (I, M)
    capacity : (I, M, B, T) orders;  handling_usd : (I, M, B) per order, delay included
    site_country, zone_country : (I,), (Z,) index into countries
    safety : SafetyStock or None;  chord_usd : (I, K, M) its chord by size, USD per order
    storage_usd : (I, K, T)
        Storage fee per order.
    stock_level : (K, T, T) orders in stock;  volume_m3, weight_kg : (K,)
    landing : (T, T) share of the goods sold in the row's period that lands in the column's
    entry_usd : (K, C)
    route_site, route_origin, route_gateway, route_crossing : (R,);  route_usd : (R, K, T);
        route_co2 : (R,) A site that no route reaches cannot be supplied: nothing may leave it. A
        cost of infinity is no route.
    inbound_free : bool Goods stand in every site without cost or limit, as in public instances,
        which know no inbound. Only then may orders leave a site that no route reaches.
    gateway_m3 : (G, T);  origin_m3 : (O, T), origin_min_m3 : (O,)
    mail_kg : (C, T) capacity;  mail_weight : (W, K) chargeable kg
    carrier_zone : (Z,) index of the carrier region;  carrier_orders : (Q, T)
    """

    zones: tuple[str, ...]
    products: tuple[str, ...]
    periods: tuple[str, ...]
    sites: tuple[str, ...]
    sizes: tuple[str, ...]
    bands: tuple[str, ...]
    demand: Array
    unserved_usd: Array
    lane_zone: Index
    lane_site: Index
    lane_way: Index
    lane_usd: Array
    lane_co2: Array
    way_cost: Array
    way_rate: Array
    units: Array
    fixed_usd: Array
    invest_usd: Array
    capacity: Array
    handling_usd: Array
    constant_usd: float = 0.0
    way_within: dict[int, Array] = field(default_factory=dict)
    storage_m3: Array | None = None
    site_country: Index | None = None
    zone_country: Index | None = None
    countries: tuple[str, ...] = ()
    safety: SafetyStock | None = None
    chord_usd: Array | None = None
    storage_usd: Array | None = None
    stock_level: Array | None = None
    landing: Array | None = None
    volume_m3: Array | None = None
    weight_kg: Array | None = None
    entry_usd: Array | None = None
    route_site: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    route_origin: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    route_gateway: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    route_crossing: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    route_usd: Array = field(default_factory=lambda: np.zeros((0, 1, 1)))
    route_co2: Array = field(default_factory=lambda: np.zeros(0))
    inbound_free: bool = False
    gateways: tuple[str, ...] = ()
    gateway_m3: Array | None = None
    origins: tuple[str, ...] = ()
    origin_m3: Array | None = None
    origin_min_m3: Array | None = None
    mail_kg: Array | None = None
    mail_weight: Array | None = None
    carriers: tuple[str, ...] = ()
    carrier_zone: Index | None = None
    carrier_orders: Array | None = None
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Refuse an instance whose inbound is said to be free and priced."""
        if self.inbound_free and len(self.route_site):
            raise ValueError("`inbound_free` is set, but there are routes; drop one of the two")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of zones, products and periods."""
        n_zones, n_products, n_periods = self.demand.shape
        return n_zones, n_products, n_periods

    def lane_cost(self, lanes: Index | slice = slice(None)) -> Array:
        """Return the cost of one potential order by lane, (n_lanes, K, T); infinite where the way is closed."""
        way = self.lane_way[lanes]
        return self.way_cost[way] + self.lane_usd[lanes][:, None, None] * self.way_rate[way]


def leaving_orders(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return orders that leave each site, (n_sites, n_products, n_periods)."""
    _, n_products, n_periods = instance.shape
    leaving: Array = np.zeros((len(instance.sites), n_products, n_periods))
    site = instance.lane_site[decisions.lane]
    here = site != MAIL
    units = (
        instance.units[instance.lane_way[decisions.lane], decisions.product, decisions.period]
        * decisions.orders
    )
    np.add.at(leaving, (site[here], decisions.product[here], decisions.period[here]), units[here])
    return leaving


def build_instance(problem: Problem, economics: Economics, limits: Limits) -> LocationInstance:
    """Turn a priced problem into index arrays."""
    network, zones = problem.network, problem.demand.zones
    products, calendar, gateways = network["products"], network["calendar"], network["gateways"]
    countries = economics.countries
    sites = network["sites"]
    stores = economics.warehouses
    days = problem.days
    site_country = pd.Index(countries).get_indexer(pd.Index(sites["country"]))
    delay = stores.delay_days * economics.day_usd[site_country][:, None]
    capacity = stores.orders_day[:, :, :, None] * days
    months = days * 12.0 / days.sum()
    factor = calendar["capacity_factor"].to_numpy(float)
    origins = network["origins"]
    carriers, carrier_zone, carrier_orders = _carriers(problem, factor)
    # a country without a row has no air capacity: nothing can be mailed to it
    mail = (
        network["mail_capacity"]
        .set_index("country")["kg_day"]
        .reindex(countries)
        .fillna(0.0)
        .to_numpy(float)
    )
    routes = economics.routes
    return LocationInstance(
        zones=tuple(zones["zone_id"]),
        products=tuple(products["product_id"]),
        periods=tuple(calendar["period_id"]),
        sites=tuple(sites["site_id"]),
        sizes=SIZES,
        bands=("base", "overtime", "temporary"),
        demand=problem.orders,
        unserved_usd=np.full(len(products), network.parameters["unserved_penalty_usd"]),
        constant_usd=float((problem.orders.sum(axis=2) * economics.reference_usd).sum()),
        lane_zone=economics.lanes.zone,
        lane_site=economics.lanes.site,
        lane_way=economics.lanes.way,
        lane_usd=economics.lanes.distance_usd,
        lane_co2=economics.lanes.kg_co2e_kg,
        way_cost=economics.value.total,
        way_rate=np.ascontiguousarray(economics.way_rate),
        units=np.ascontiguousarray(economics.survival.units),
        way_within=economics.within,
        fixed_usd=economics.fixed_usd,
        invest_usd=stores.opening_usd,
        storage_m3=stores.storage_m3,
        capacity=capacity,
        handling_usd=stores.handling_usd + delay[:, None, :],
        site_country=site_country,
        zone_country=pd.Index(countries).get_indexer(pd.Index(zones["country"])),
        countries=countries,
        safety=economics.safety,
        chord_usd=economics.safety.secant(capacity.sum(axis=(2, 3))),
        storage_usd=economics.storage_usd,
        stock_level=economics.stock.level,
        landing=landing_shares(calendar, network["prebuild"]),
        volume_m3=products["volume_m3"].to_numpy(float),
        weight_kg=products["weight_kg"].to_numpy(float),
        entry_usd=economics.entry_usd,
        route_site=routes.site,
        route_origin=routes.origin,
        route_gateway=routes.gateway,
        route_crossing=routes.crossing,
        route_usd=economics.inbound.total,
        route_co2=routes.kg_co2e_kg,
        gateways=tuple(gateways["gateway_id"]),
        gateway_m3=gateways["capacity_m3_month"].to_numpy(float)[:, None] * months,
        origins=tuple(origins["origin_id"]),
        origin_m3=origins["capacity_m3_month"].fillna(np.inf).to_numpy(float)[:, None] * months,
        origin_min_m3=origins["minimum_m3_year"].to_numpy(float),
        mail_kg=mail[:, None] * days * factor,
        mail_weight=_mail_weight(economics, products),
        carriers=carriers,
        carrier_zone=carrier_zone,
        carrier_orders=carrier_orders,
        limits=replace(
            limits,
            max_gateway_share=min(
                limits.max_gateway_share, network.parameters["max_gateway_share"]
            ),
        ),
    )


def _mail_weight(economics: Economics, products: pd.DataFrame) -> Array:
    """Return the chargeable weight by way and product; zero for ways that are no mail."""
    table = economics.ways.table
    volumetric = table["volumetric_kg_m3"].to_numpy(float)[:, None] * products[
        "volume_m3"
    ].to_numpy(float)
    heavy = np.maximum(volumetric, products["weight_kg"].to_numpy(float))
    return np.where((table["channel"] == "direct_mail").to_numpy()[:, None], heavy, 0.0)


def _carriers(problem: Problem, factor: Array) -> tuple[tuple[str, ...], Index, Array]:
    """Return carrier regions (states), the region of each zone, and orders by region and period."""
    zones, table = problem.demand.zones, problem.network["carriers"]
    region = zones["country"] + " " + zones["state"]
    names = sorted(set(region))
    # every region has a row (F305)
    per_head = {
        (row.country, row.state): row.orders_1000_people_day
        for row in table.itertuples(index=False)
    }
    people = zones.groupby(region)["population"].sum()
    daily = []
    for name in names:
        country, state = name.split(" ", 1)
        row = (country, state) if (country, state) in per_head else (country, "*")
        daily.append(per_head[row] * people[name] / 1000.0)
    orders = np.array(daily)[:, None] * problem.days * factor
    return tuple(names), pd.Index(names).get_indexer(region), orders


def build_limits(
    problem: Problem,
    *,
    opened: tuple[str, ...] = (),
    closed: tuple[str, ...] = (),
    max_sites: int | None = None,
    budget_usd: float | None = None,
    co2_kg: float | None = None,
    services: tuple[str, ...] = (),
) -> Limits:
    """Turn a planner's options into limits.

    `services` are texts like ``3d=0.7``, ``MX:3d=0.7`` or ``rural:5d=0.5``.

    Raises
    ------
    InputError
        F308 for an unknown site, country or class, F309 for a form that cannot be read.
    """
    ids = pd.Index(problem.network["sites"]["site_id"])
    faults = [
        Fault("F308", option, value=name, detail="no such site")
        for option, names in (("--open", opened), ("--close", closed))
        for name in names
        if name not in ids
    ]
    faults += [
        Fault("F309", "--open", value=name, detail="it is closed too")
        for name in sorted(set(opened) & set(closed))
    ]
    targets = []
    for text in services:
        target, fault = _target(text, problem.demand.zones)
        targets += [target] if target else []
        faults += [fault] if fault else []
    if faults:
        raise InputError(faults)
    return Limits(
        opened=tuple(int(i) for i in ids.get_indexer(opened)),
        closed=tuple(int(i) for i in ids.get_indexer(closed)),
        max_sites=max_sites,
        budget_usd=np.inf if budget_usd is None else budget_usd,
        co2_kg=np.inf if co2_kg is None else co2_kg,
        targets=tuple(targets),
    )


def _target(text: str, zones: pd.DataFrame) -> tuple[ServiceTarget | None, Fault | None]:
    parsed = parse_service(text)
    if isinstance(parsed, Fault):
        return None, parsed
    scope, days, share = parsed
    inside = (
        (zones["country"] == scope) | (zones["zone_class"] == scope)
        if scope
        else pd.Series(True, index=zones.index)
    )
    if not inside.any():
        return None, Fault(
            "F308", "--service", value=scope, detail="no zone of that country or class"
        )
    return ServiceTarget(text, days, share, inside.to_numpy()), None


def parse_service(text: str) -> tuple[str, int, float] | Fault:
    """Read ``[country:|zone_class:]3d=0.7`` as scope, days and share, or return the fault."""
    match = SERVICE.fullmatch(text.strip())
    if match is None:
        return Fault("F309", "--service", value=text, detail="write [country:|zone_class:]3d=0.7")
    scope, days, share = match["scope"] or "", int(match["days"]), float(match["share"])
    if not 0 < share <= 1 or days < 1:
        return Fault("F309", "--service", value=text, detail="share in (0, 1], days at least 1")
    return scope, days, share


def service_days(services: tuple[str, ...]) -> tuple[int, ...]:
    """Return the numbers of days that service texts and the reports ask for, ascending."""
    parsed = (parse_service(text) for text in services)
    return tuple(sorted({3, 5} | {found[1] for found in parsed if not isinstance(found, Fault)}))
