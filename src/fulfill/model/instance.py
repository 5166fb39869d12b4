"""The index arrays that every location method and the auditor read.

An instance has no tables and no names beyond those of its axes; public instances of the literature
are read into the same arrays. A *lane* serves a zone from a site (or by mail, site -1) with one
*delivery option* (`option` in names of arrays). Its cost for one potential order of product k in
period t is ``option_cost[option, k, t] + lane_usd[lane] * price_multiplier[option, k, t]``. It
draws ``units[option, k, t]`` orders from the site, whose goods come in by *routes*.

Zones, sites, lanes and capacity are the core, which every instance has. The costs of inbound
transport and of stock come in blocks, each complete or absent; mail and carriers are always there,
without a limit where capacity is infinite.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fulfill.model.arrays import Array, Index
from fulfill.model.contracts import ContractFees
from fulfill.model.decisions import Decisions
from fulfill.model.economics.backlog import PIECE
from fulfill.model.economics.inventory import SafetyStock
from fulfill.model.flow_limits import FlowLimits
from fulfill.model.limits import Limits

MAIL = -1
"""Site index of a direct-mail lane."""


@dataclass(frozen=True)
class Inbound:
    """Routes from plants through gateways to sites; axes: routes R, gateways G, origins (plants) O.

    A site that no route reaches cannot be supplied: nothing may leave it.

    Attributes
    ----------
    gateways, origins : tuple of str
        Names along the axes.
    route_site, route_origin : (R,)
        Index of the site and of the plant.
    route_gateway, route_crossing : (R,)
        Index of the gateway of formal entry and of a border crossing after it, -1 for none.
    route_usd : (R, K, T)
        USD per order; infinite where the route does not serve the product in the period.
    route_co2 : (R,)
        kg CO2e per kg of goods.
    gateway_m3, origin_m3 : (G, T), (O, T)
        Capacity when goods land; infinite for none.
    origin_min_m3 : (O,)
        Yearly volume below which a plant is not used.
    origin_fixed_usd : (O,)
        USD a year, paid once if a plant makes anything.
    landing : (T, T)
        Share of the goods sold in the row's period that lands in the column's.
    route_mode : (R,) of str
        Mode of the leg to the site; empty where all go by road.
    """

    gateways: tuple[str, ...]
    origins: tuple[str, ...]
    route_site: Index
    route_origin: Index
    route_gateway: Index
    route_crossing: Index
    route_usd: Array
    route_co2: Array
    gateway_m3: Array
    origin_m3: Array
    origin_min_m3: Array
    origin_fixed_usd: Array
    landing: Array
    route_mode: NDArray[np.object_] = field(default_factory=lambda: np.zeros(0, object))

    @property
    def modes(self) -> NDArray[np.object_]:
        """Return `route_mode`, (R,): the road where the instance names none."""
        routes = len(self.route_site)
        return self.route_mode if len(self.route_mode) else np.full(routes, "road", object)


@dataclass(frozen=True)
class Stock:
    """What it costs to keep goods at sites, and the room they take.

    Attributes
    ----------
    safety : SafetyStock
        Concave yearly cost by site and product.
    secant_usd : (I, K, M)
        Its secant from zero to what a size can carry, USD per order.
    storage_usd : (I, K, T)
        Storage fee per order.
    storage_m3 : (I, M)
        Room by size.
    level : (K, T, T)
        Orders in stock in the column's period because one order is sold in the row's.
    entry_usd : (K, C)
        USD a year for stocking a product in a country.
    """

    safety: SafetyStock
    secant_usd: Array
    storage_usd: Array
    storage_m3: Array
    level: Array
    entry_usd: Array


@dataclass(frozen=True)
class Mail:
    """Air capacity for direct mail.

    Attributes
    ----------
    capacity_kg : (C, T)
        Chargeable kg.
    weight_kg : (W, K)
        Chargeable kg of an order, 0 for delivery options other than mail.
    """

    capacity_kg: Array
    weight_kg: Array


@dataclass(frozen=True)
class Carriers:
    """Carrier regions Q and their capacity.

    Attributes
    ----------
    regions : tuple of str
        Names along the axis.
    zone_region : (Z,)
        Region of each zone.
    orders : (Q, T)
        Orders that the carriers of a region take in a period.
    """

    regions: tuple[str, ...]
    zone_region: Index
    orders: Array


@dataclass(frozen=True, repr=False)
class LocationInstance:
    """A facility-location instance with products, periods, sizes, bands and inbound routes.

    Axes: zones Z, products K, periods T, sites I, sizes M, bands B, lanes L, countries C, delivery
    options W.

    Attributes
    ----------
    demand : (Z, K, T)
        Potential orders.
    unserved_usd : (K,)
        Cost of a potential order that is not served, USD; infinite where every order must be.
    volume_m3, weight_kg : (K,)
        Volume and weight of the goods of an order.
    zone_country, site_country : (Z,), (I,)
        Index into countries.
    lane_zone, lane_site, lane_option : (L,)
        Index; site `MAIL` for direct mail.
    lane_origin : (L,)
        Index of the plant that a lane ships from straight to the zone, -1 for all other lanes. Such
        a lane has the site `MAIL`; its goods take of the plant's capacity.
    lane_usd, lane_co2 : (L,)
        Price by distance, and kg CO2e per kg of goods.
    option_cost, price_multiplier, units : (W, K, T)
        See the module's formula; infinite where the option does not carry the product.
    fixed_usd, invest_usd : (I, M)
        Yearly cost, minimum of a contract included, and investment of a size, USD; a fixed cost of
        infinity means not offered.
    capacity : (I, M, B, T)
        Orders that a band handles.
    handling_usd : (I, M, B)
        Per order, delay included.
    mail, carriers : Mail, Carriers
    inbound : Inbound or None
        None: goods are available in every site without cost or limit, as in public instances, which
        have no inbound data. A block without routes means that nothing can be supplied.
    stock : Stock or None
        None: keeping goods costs nothing and takes no room, as in public instances.
    constant_usd : float
        Added to the sum of decisions so that the objective is a cost: net price less cheapest
        goods.
    option_within : dict of int to (W, T)
        Share of the orders of a delivery option that arrive within so many days.
    flow_limits : FlowLimits or None
        Limits of single lanes and of products at plants; None where there are none.
    contracts : ContractFees or None
        Fees by monthly volume; None where an order costs the same whatever the volume.
    limits : Limits
    """

    zones: tuple[str, ...]
    products: tuple[str, ...]
    periods: tuple[str, ...]
    sites: tuple[str, ...]
    sizes: tuple[str, ...]
    bands: tuple[str, ...]
    countries: tuple[str, ...]
    demand: Array
    unserved_usd: Array
    volume_m3: Array
    weight_kg: Array
    zone_country: Index
    site_country: Index
    lane_zone: Index
    lane_site: Index
    lane_option: Index
    lane_usd: Array
    lane_co2: Array
    option_cost: Array
    price_multiplier: Array
    units: Array
    fixed_usd: Array
    invest_usd: Array
    capacity: Array
    handling_usd: Array
    mail: Mail
    carriers: Carriers
    inbound: Inbound | None
    stock: Stock | None
    constant_usd: float = 0.0
    lane_origin: Index = field(default_factory=lambda: np.zeros(0, np.int64))
    option_within: dict[int, Array] = field(default_factory=dict)
    flow_limits: FlowLimits | None = None
    contracts: ContractFees | None = None
    limits: Limits = field(default_factory=Limits)

    def __repr__(self) -> str:
        names = ("zones", "products", "periods", "sites", "sizes", "bands", "countries")
        sizes = ", ".join(f"{len(getattr(self, name))} {name}" for name in names)
        return (
            f"LocationInstance({sizes}, {len(self.lane_zone)} lanes, "
            f"{len(self.option_cost)} delivery options, {self.n_routes} routes)"
        )

    @property
    def whole_bands(self) -> dict[str, list[int]]:
        """Return the rows of each band along the axis of bands, which may hold its pieces."""
        rows: dict[str, list[int]] = {}
        for row, name in enumerate(self.bands):
            rows.setdefault(name.partition(PIECE)[0], []).append(row)
        return rows

    @property
    def lane_plant(self) -> Index:
        """Return `lane_origin`, (L,), also where the instance has no direct shipment."""
        return self.lane_origin if len(self.lane_origin) else np.full(len(self.lane_zone), -1)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of zones, products and periods."""
        n_zones, n_products, n_periods = self.demand.shape
        return n_zones, n_products, n_periods

    @property
    def flow_shape(self) -> tuple[int, int, int]:
        """Numbers of sites, products and periods."""
        return len(self.sites), self.demand.shape[1], self.demand.shape[2]

    @property
    def required_inbound(self) -> Inbound:
        """The inbound block of an instance that was built from a problem.

        Raises
        ------
        ValueError
            Where the instance has none.
        """
        if self.inbound is None:
            raise ValueError("the instance has no inbound routes: it was not built from a problem")
        return self.inbound

    @property
    def required_stock(self) -> Stock:
        """The stock block of an instance that was built from a problem.

        Raises
        ------
        ValueError
            Where the instance has none.
        """
        if self.stock is None:
            raise ValueError("the instance has no stock: it was not built from a problem")
        return self.stock

    @property
    def n_routes(self) -> int:
        """Number of inbound routes."""
        return len(self.inbound.route_site) if self.inbound else 0

    @property
    def axis_sizes(self) -> dict[str, int]:
        """Number of entries along every axis of the multipliers."""
        n_zones, n_products, n_periods = self.demand.shape
        return {
            "zones": n_zones,
            "products": n_products,
            "periods": n_periods,
            "sites": len(self.sites),
            "sizes": len(self.sizes),
            "countries": len(self.countries),
            "gateways": len(self.inbound.gateways) if self.inbound else 0,
            "origins": len(self.inbound.origins) if self.inbound else 0,
            "carriers": len(self.carriers.regions),
            "targets": len(self.limits.targets),
            "rules": len(self.limits.rules),
            "flow_limits": len(self.flow_limits.names) if self.flow_limits else 0,
        }

    def lane_cost(self, lanes: Index | slice = slice(None)) -> Array:
        """Return the cost of one potential order by lane.

        Parameters
        ----------
        lanes : (n_lanes,) of int or slice
            All lanes by default.

        Returns
        -------
        ndarray, shape (n_lanes, K, T)
            USD; infinite where the delivery option does not carry the product.
        """
        option = self.lane_option[lanes]
        return (
            self.option_cost[option]
            + self.lane_usd[lanes][:, None, None] * self.price_multiplier[option]
        )


def plant_capacity(instance: LocationInstance) -> Array:
    """Return the capacity of plants when goods land, finite for plants with a fixed cost.

    Such a plant is used or not, which a row without a limit cannot tell: it makes no more than the
    goods of all potential orders, each by the delivery option that draws most.

    Parameters
    ----------
    instance : LocationInstance
        With inbound routes.

    Returns
    -------
    ndarray, shape (O, T)
        m3.

    Raises
    ------
    ValueError
        Where the instance has no inbound routes.
    """
    inbound = instance.required_inbound
    fixed = inbound.origin_fixed_usd > 0
    if not fixed.any():
        return inbound.origin_m3
    orders = (instance.demand.sum(axis=0) * instance.units.max(axis=0)).T @ instance.volume_m3
    every = orders @ inbound.landing
    return np.where(fixed[:, None], np.minimum(inbound.origin_m3, every), inbound.origin_m3)


def shipped_orders(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the orders that plants ship straight to consumers.

    Parameters
    ----------
    instance : LocationInstance
        With inbound routes.
    decisions : Decisions

    Returns
    -------
    ndarray, shape (O, K, T)
    """
    _, n_products, n_periods = instance.shape
    shipped: Array = np.zeros((len(instance.required_inbound.origins), n_products, n_periods))
    plant = instance.lane_plant[decisions.lane]
    here = plant >= 0
    at = instance.lane_option[decisions.lane], decisions.product, decisions.period
    units = instance.units[at] * decisions.orders
    np.add.at(shipped, (plant[here], decisions.product[here], decisions.period[here]), units[here])
    return shipped


def leaving_orders(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the orders that leave each site.

    Parameters
    ----------
    instance : LocationInstance
    decisions : Decisions

    Returns
    -------
    ndarray, shape (I, K, T)
    """
    _, n_products, n_periods = instance.shape
    leaving: Array = np.zeros((len(instance.sites), n_products, n_periods))
    site = instance.lane_site[decisions.lane]
    here = site != MAIL
    units = (
        instance.units[instance.lane_option[decisions.lane], decisions.product, decisions.period]
        * decisions.orders
    )
    # add.at, because several flows share a site, product and period
    np.add.at(leaving, (site[here], decisions.product[here], decisions.period[here]), units[here])
    return leaving
