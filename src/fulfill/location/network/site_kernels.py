"""The compiled kernels of the relaxed problem.

What each site is worth at given prices, and what it would serve.

They take named tuples of arrays; `relaxation.py` fills them from an instance. Arrays by lane are
ordered by site and zone, `start[i]:start[i + 1]` are the lanes of site i.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange

from fulfill.model.arrays import Array, Index
from fulfill.model.kernel_cache import njit

TOP_USD, NEAR_USD, PRECISION_USD = 40.0, 0.25, 0.003
"""Where a price of throughput is looked for: so far above the cheapest band, so near to the last
one, so closely."""
SEARCHING = 4
"""Prices of throughput tried on the way from the best known to those that clear the market."""


@njit()
def cheapest_routes(cost, route_site, n_sites):
    """Return cost and number of the cheapest route by site, product and period.

    Infinite and -1 where there is none.
    """
    n_routes, n_products, n_periods = cost.shape
    best = np.full((n_sites, n_products, n_periods), np.inf)
    route = np.full((n_sites, n_products, n_periods), -1)
    for r in range(n_routes):
        i = route_site[r]
        for k in range(n_products):
            for t in range(n_periods):
                if cost[r, k, t] < best[i, k, t]:
                    best[i, k, t] = cost[r, k, t]
                    route[i, k, t] = r
    return best, route


class SiteLanes(NamedTuple):
    """Lanes L from sites and what decides whether a cell is served over them.

    Attributes
    ----------
    start : (I + 1,)
    zone, way : (L,)
    usd, carbon : (L,)
        Price by distance; USD per kg of goods for CO2e.
    credit : (L, T)
        Or (0, 0) What service multipliers pay for an order; empty where there are none.
    way_cost, way_rate, units : (W, K, T)
    inbound : (I, K, T)
        USD per order that leaves a site.
    carrier : (Q, T)
    region : (Z,)
        Multipliers of the carrier regions, and the region of each zone.
    stocking : (Z, K, C)
    country : (I,)
        Multipliers of stocking, and the country of each site.
    weight : (K,)
        kg of goods.
    cell, demand : (Z, K, T)
        Multipliers of the cells, and their potential orders.
    """

    start: Index
    zone: Index
    way: Index
    usd: Array
    carbon: Array
    credit: Array
    way_cost: Array
    way_rate: Array
    units: Array
    inbound: Array
    carrier: Array
    region: Index
    stocking: Array
    country: Index
    weight: Array
    cell: Array
    demand: Array


class SiteCosts(NamedTuple):
    """What sites cost at the multipliers.

    Attributes
    ----------
    charge, slope : (I, K, J)
        Outer linearisation of the cost of safety stock.
    capacity : (I, M, B, T)
    handling : (I, M, B)
    fixed : (I, M)
    """

    charge: Array
    slope: Array
    capacity: Array
    handling: Array
    fixed: Array


class ProfitableCells(NamedTuple):
    """What one site could serve at a profit: worth and units of cells by product and period.

    Attributes
    ----------
    items : (2, K, T, n)
        Worth and units of cells of which one way is best at every price; the first `n_items` count.
    pairs : (4, K, T, n)
        Worth and units of the two ways of cells of which a second way, with fewer units, is best at
        high prices; the first `n_pairs` count.
    n_items, n_pairs : (K, T)
    """

    items: Array
    n_items: Index
    pairs: Array
    n_pairs: Index


class ChosenSites(NamedTuple):
    """Sites of a relaxed answer: size (I,), -1 closed; to what `part` (I,) each counts as open.

    Prices.

    A cell whose profit is below `blur` USD counts in proportion to it. `rho` (I, M, T) are prices
    of throughput, `paid` (I, M, K) those of safety stock, infinite where a product is not stocked.
    """

    size: Index
    part: Array
    blur: float
    rho: Array
    paid: Array


@njit(parallel=True)
def profitable(start, zone, way, usd, way_cost, way_rate, units, inbound, cell):
    """Tell for each lane whether any cell is worth more than its cost, side rows apart."""
    keep = np.zeros(len(zone), np.bool_)
    n_products, n_periods = cell.shape[1], cell.shape[2]
    for i in prange(len(start) - 1):
        for lane in range(start[i], start[i + 1]):
            z, w = zone[lane], way[lane]
            for k in range(n_products):
                for t in range(n_periods):
                    cost = (
                        way_cost[w, k, t]
                        + usd[lane] * way_rate[w, k, t]
                        + units[w, k, t] * inbound[i, k, t]
                    )
                    if cell[z, k, t] > cost:
                        keep[lane] = True
                        break
                if keep[lane]:
                    break
    return keep


FASTMATH = {"reassoc", "nsz", "contract"}
"""What a compiler may do to the sums over items: another order of terms, so that it can add
several at once."""


@njit()
def _collect_profitable(i, lanes, floor, worth, found):
    """Collect what site i could serve at a profit if a unit cost no more than `floor` (K,)."""
    n_products, n_periods = lanes.cell.shape[1], lanes.cell.shape[2]
    found.n_items[:] = 0
    found.n_pairs[:] = 0
    lane = lanes.start[i]
    while lane < lanes.start[i + 1]:
        z = lanes.zone[lane]
        last = lane
        while last < lanes.start[i + 1] and lanes.zone[last] == z:
            last += 1
        for k in range(n_products):
            _set_worth(i, z, k, lane, last, lanes, worth)
            for t in range(n_periods):
                first, top = lane, 0.0
                for other in range(lane, last):
                    used = lanes.units[lanes.way[other], k, t]
                    left = worth[other - lane, t] - used * floor[k]
                    if left > top:
                        first, top = other, left
                if top <= 0.0:
                    continue
                d = lanes.demand[z, k, t]
                full, units = worth[first - lane, t], lanes.units[lanes.way[first], k, t]
                second, least = _at_high_prices(
                    lane, last, lanes.way, worth, lanes.units, k, t, full, units
                )
                if least == units:
                    n = found.n_items[k, t]
                    found.items[0, k, t, n], found.items[1, k, t, n] = d * full, d * units
                    found.n_items[k, t] = n + 1
                else:
                    n = found.n_pairs[k, t]
                    found.pairs[0, k, t, n], found.pairs[1, k, t, n] = d * full, d * units
                    found.pairs[2, k, t, n], found.pairs[3, k, t, n] = d * second, d * least
                    found.n_pairs[k, t] = n + 1
        lane = last


@njit()
def _set_worth(i, z, k, lane, last, lanes, worth):
    """Set what an order of a zone is worth by each lane from site i, throughput and stock apart."""
    n_periods = lanes.cell.shape[2]
    charge = lanes.stocking[z, k, lanes.country[i]]
    q = lanes.region[z]
    for other in range(lane, last):
        w, row = lanes.way[other], other - lane
        extra = lanes.carbon[other] * lanes.weight[k]
        # the whole row without branches, which the compiler turns into vector instructions
        for t in range(n_periods):
            worth[row, t] = (
                lanes.cell[z, k, t]
                - lanes.way_cost[w, k, t]
                - lanes.usd[other] * lanes.way_rate[w, k, t]
                - charge
                - lanes.units[w, k, t] * (lanes.inbound[i, k, t] + lanes.carrier[q, t] + extra)
            )
        if lanes.credit.size > 0:
            for t in range(n_periods):
                worth[row, t] += lanes.credit[other, t]


@njit(inline="always")
def _at_high_prices(lane, last, way, worth, way_units, k, t, full, units):
    """Return worth and units of the way that is best at high prices.

    Those given, if no other pays there.

    Should several be, the best worth and the least units of them stand for all: never less than
    they are worth.
    """
    second, least = full, units
    for other in range(lane, last):
        fewer, value = way_units[way[other], k, t], worth[other - lane, t]
        if fewer < units:
            price = (full - value) / (units - fewer)
            if full - units * price > 0.0:
                second = max(second, value) if least < units else value
                least = min(least, fewer)
    return second, least


@njit(fastmath=FASTMATH)
def _profit(worth, units, n, price):
    """Return what items bring at a price a unit."""
    total = 0.0
    for j in range(n):
        total += max(0.0, worth[j] - units[j] * price)
    return total


@njit(fastmath=FASTMATH)
def _pair_profit(first, few, second, least, n, price):
    """Return what cells bring at a price a unit, each by the better of its two ways."""
    total = 0.0
    for j in range(n):
        total += max(0.0, max(first[j] - few[j] * price, second[j] - least[j] * price))
    return total


@njit(fastmath=FASTMATH)
def _wanted(worth, units, n, price):
    """Return the units of the items that pay a price."""
    total = 0.0
    for j in range(n):
        total += units[j] if worth[j] > units[j] * price else 0.0
    return total


@njit()
def _clearing_price(slope, t, found, capacity, handling, guess):
    """Return about the lowest price of a period at which the bands supply what is wanted.

    Looked for near the guess first; good to a few tenths of a cent.
    """
    floor = handling.min()
    low, high = max(floor, guess - NEAR_USD), guess + NEAR_USD
    if low > floor and not _excess_demand(slope, t, found, capacity, handling, low):
        low, high = floor, low
    elif _excess_demand(slope, t, found, capacity, handling, high):
        low, high = high, floor + TOP_USD
    while high - low > PRECISION_USD:
        middle = 0.5 * (low + high)
        if _excess_demand(slope, t, found, capacity, handling, middle):
            low = middle
        else:
            high = middle
    return floor if low == floor else high


@njit()
def _excess_demand(slope, t, found, capacity, handling, price):
    """Tell whether more is wanted at a price than the bands supply at it."""
    items, pairs = found.items, found.pairs
    wanted, supply = 0.0, 0.0
    for b in range(len(handling)):
        if handling[b] <= price + 1e-12:
            supply += capacity[b]
    for k in range(len(slope)):
        if slope[k] < np.inf:
            at = price + slope[k]
            wanted += _wanted(items[0, k, t], items[1, k, t], found.n_items[k, t], at)
            wanted += _wanted(pairs[0, k, t], pairs[1, k, t], found.n_pairs[k, t], at)
    return wanted > supply


@njit()
def _gain(price, charge, slope, found, capacity, handling, paid):
    """Return the value of a site at prices of throughput; set the slope each product pays."""
    items, pairs = found.items, found.pairs
    n_products, n_lines = charge.shape
    total = 0.0
    for t in range(len(price)):
        for b in range(len(handling)):
            total -= capacity[b, t] * max(0.0, price[t] - handling[b])
    for k in range(n_products):
        best, paid[k] = 0.0, np.inf
        for line in range(n_lines):
            net = -charge[k, line]
            for t in range(len(price)):
                at = price[t] + slope[k, line]
                net += _profit(items[0, k, t], items[1, k, t], found.n_items[k, t], at)
                n = found.n_pairs[k, t]
                if n > 0:
                    net += _pair_profit(
                        pairs[0, k, t], pairs[1, k, t], pairs[2, k, t], pairs[3, k, t], n, at
                    )
            if net > best:
                best, paid[k] = net, slope[k, line]
        total -= best
    return total


@njit()
def _search_prices(i, costs, found, price, paid, value):
    """Set lower bounds of what site i adds at each size, the prices that prove them, the slopes.

    The value of a size is concave in its prices of throughput, and the site counts with its least
    value: so the size of the least value is improved, again and again, until it pays nothing to
    open or the tries are used up. Prices start from the last round's; they step to where the market
    clears for what is stocked now, or half the way there.
    """
    charge, slope = costs.charge[i], costs.slope[i]
    capacity, handling, fixed = costs.capacity[i], costs.handling[i], costs.fixed[i]
    n_sizes, n_periods = price.shape
    tries = np.zeros(n_sizes, np.int64)
    trials = np.empty((n_sizes, n_periods))
    trial_paid = np.empty(charge.shape[0])
    for m in range(n_sizes):
        if np.isfinite(fixed[m]):
            price[m] = np.maximum(price[m], handling[m].min())
            gain = _gain(price[m], charge, slope, found, capacity[m], handling[m], paid[m])
            value[m] = fixed[m] + gain
    for _ in range(SEARCHING * n_sizes):
        m = value.argmin()
        if value[m] >= 0.0 or tries[m] == SEARCHING:
            break
        if tries[m] == 0:
            for t in range(n_periods):
                trials[m, t] = _clearing_price(
                    paid[m], t, found, capacity[m, :, t], handling[m], price[m, t]
                )
        else:
            trials[m] = 0.5 * (trials[m] + price[m])
        tries[m] += 1
        gain = _gain(trials[m], charge, slope, found, capacity[m], handling[m], trial_paid)
        if fixed[m] + gain > value[m]:
            value[m] = fixed[m] + gain
            for t in range(n_periods):
                price[m, t], trials[m, t] = trials[m, t], price[m, t]
            paid[m] = trial_paid


@njit(parallel=True)
def site_values(lanes, costs, guess, n_threads):
    """Return the value of each site at each size, prices of throughput, slopes of safety stock.

    `guess` (I, M, T) are prices of throughput to start from. The answer is the same for any
    `n_threads`.
    """
    n_sites, n_sizes = costs.fixed.shape
    n_products, n_periods = lanes.cell.shape[1], lanes.cell.shape[2]
    value = np.full((n_sites, n_sizes), np.inf)
    rho = guess.copy()
    paid = np.full((n_sites, n_sizes, n_products), np.inf)
    for thread in prange(n_threads):
        room = 1
        for i in range(n_sites):
            room = max(room, lanes.start[i + 1] - lanes.start[i])
        found = ProfitableCells(
            np.empty((2, n_products, n_periods, room)),
            np.zeros((n_products, n_periods), np.int64),
            np.empty((4, n_products, n_periods, room // 2 + 1)),
            np.zeros((n_products, n_periods), np.int64),
        )
        floor = np.empty(n_products)
        worth = np.empty((len(lanes.way_cost), n_periods))
        # sites that are alike stand side by side: every thread takes some of each kind
        for i in range(thread, n_sites, n_threads):
            for k in range(n_products):
                floor[k] = costs.slope[i, k].min() + costs.handling[i].min()
            _collect_profitable(i, lanes, floor, worth, found)
            _search_prices(i, costs, found, rho[i], paid[i], value[i])
    return value, rho, paid


@njit(parallel=True)
def chosen_flows(lanes, chosen, served, units, stocked):
    """Add what the chosen sites serve at their prices to `served`, `units` and `stocked`."""
    n_products, n_periods = lanes.cell.shape[1], lanes.cell.shape[2]
    for k in prange(n_products):
        for i in range(len(chosen.size)):
            m, c = chosen.size[i], lanes.country[i]
            if m < 0 or chosen.part[i] <= 0.0 or chosen.paid[i, m, k] == np.inf:
                continue
            lane = lanes.start[i]
            while lane < lanes.start[i + 1]:
                z = lanes.zone[lane]
                last = lane
                while last < lanes.start[i + 1] and lanes.zone[last] == z:
                    last += 1
                for t in range(n_periods):
                    best, best_u = _best_lane(i, z, k, t, m, lane, last, lanes, chosen)
                    if best > 0.0:
                        blur = chosen.blur
                        share = chosen.part[i] * (min(1.0, best / blur) if blur > 0.0 else 1.0)
                        served[z, k, t] += share
                        units[i, k, t] += share * lanes.demand[z, k, t] * best_u
                        stocked[z, k, c] += share * lanes.demand[z, k, t]
                lane = last


@njit()
def _best_lane(i, z, k, t, m, lane, last, lanes, chosen):
    """Return the largest profit of an order of a cell from site i at size m, and its units.

    Zero if none pays.
    """
    best, best_u = 0.0, 0.0
    charge, q = lanes.stocking[z, k, lanes.country[i]], lanes.region[z]
    for other in range(lane, last):
        w = lanes.way[other]
        u = lanes.units[w, k, t]
        left = (
            lanes.cell[z, k, t]
            - lanes.way_cost[w, k, t]
            - lanes.usd[other] * lanes.way_rate[w, k, t]
            - charge
            - u
            * (
                lanes.inbound[i, k, t]
                + lanes.carrier[q, t]
                + lanes.carbon[other] * lanes.weight[k]
                + chosen.paid[i, m, k]
                + chosen.rho[i, m, t]
            )
        )
        if lanes.credit.size > 0:
            left += lanes.credit[other, t]
        if left > best:
            best, best_u = left, u
    return best, best_u
