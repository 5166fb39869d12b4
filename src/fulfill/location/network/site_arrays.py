"""The named tuples of arrays that the kernels of the relaxed problem read.

Arrays by lane are ordered by site and zone; ``start[i]:start[i + 1]`` are the lanes of site i.
"""

from __future__ import annotations

from typing import NamedTuple

from fulfill.model.arrays import Array, Index, Mask


class SiteLanes(NamedTuple):
    """Lanes L from sites, and the costs that decide whether a cell is served over them.

    Attributes
    ----------
    start : (I + 1,)
    zone, option : (L,)
    usd, co2 : (L,)
        Price by distance, USD per order; kg CO2e per kg of goods.
    co2_usd : float
        Price of CO2e, USD per kg.
    credit : (L, T) or (0, 0)
        What the multipliers of service targets pay for an order; empty where there are none.
    option_cost, price_multiplier, units : (W, K, T)
        See `LocationInstance`.
    inbound : (I, K, T)
        USD per order that leaves a site.
    carrier : (Q, T)
        Multipliers of the carrier regions, USD per order.
    region : (Z,)
        Carrier region of each zone.
    stocking : (Z, K, C)
        Multipliers of stocking, USD per potential order.
    country : (I,)
        Country of each site.
    weight : (K,)
        kg of goods.
    cell : (Z, K, T)
        Multipliers of the cells, USD per potential order.
    demand : (Z, K, T)
        Potential orders.
    within : (N, W, T)
        Share of the orders of a delivery option in time for each service target.
    in_scope : (N, Z) of bool
        Zones of each service target.
    """

    start: Index
    zone: Index
    option: Index
    usd: Array
    co2: Array
    co2_usd: float
    credit: Array
    option_cost: Array
    price_multiplier: Array
    units: Array
    inbound: Array
    carrier: Array
    region: Index
    stocking: Array
    country: Index
    weight: Array
    cell: Array
    demand: Array
    within: Array
    in_scope: Mask


class SiteCosts(NamedTuple):
    """Costs and capacities of sites at the multipliers.

    Attributes
    ----------
    charge, slope : (I, K, J)
        Outer linearisation of the cost of safety stock: USD a year, USD per order.
    capacity : (I, M, B, T)
        Orders.
    handling : (I, M, B)
        USD per order.
    fixed : (I, M)
        USD a year; infinite where not offered.
    """

    charge: Array
    slope: Array
    capacity: Array
    handling: Array
    fixed: Array


class ProfitableCells(NamedTuple):
    """What one site could serve at a profit, by product and period.

    Attributes
    ----------
    items : (2, K, T, n)
        Worth (USD) and units (orders) of cells of which one delivery option is best at every price.
    pairs : (4, K, T, n)
        Worth and units of both options of cells of which a second option, with fewer units, is best
        at high prices.
    n_items, n_pairs : (K, T)
        Number of valid entries.
    """

    items: Array
    n_items: Index
    pairs: Array
    n_pairs: Index


class ChosenSites(NamedTuple):
    """Open sites of a relaxed solution, with their prices.

    Attributes
    ----------
    size : (I,)
        -1 for closed.
    rho : (I, M, T)
        Prices of throughput, USD per order.
    paid : (I, M, K)
        Prices of safety stock, USD per order; infinite where a product is not stocked.
    """

    size: Index
    rho: Array
    paid: Array


class RelaxedFlows(NamedTuple):
    """What the chosen sites of a relaxed solution serve; the kernel adds to it.

    Attributes
    ----------
    served : (Z, K, T)
        Share of each cell; it may exceed one.
    units : (I, K, T)
        Orders that leave the sites.
    stocked : (Z, K, C)
        Potential orders served from a country.
    carried : (K, Q, T)
        Orders that leave for a carrier region, by product.
    mailed : (K, C, T)
        Chargeable kg that are mailed to a country, by product.
    in_time : (K, N)
        Potential orders of each service target that arrive in time.
    co2_kg : (K,)
        Emitted from the sites on.
    sent : (K, W, T) or (K, 0, T)
        Orders dispatched by each delivery option; empty where no limit of flows counts lanes.
    """

    served: Array
    units: Array
    stocked: Array
    carried: Array
    mailed: Array
    in_time: Array
    co2_kg: Array
    sent: Array
