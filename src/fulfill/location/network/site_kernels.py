"""The compiled kernels of the relaxed problem: what each site is worth at given prices, and what it would serve.

They take plain arrays, one argument each; `relaxation.py` unpacks an instance for them. Arrays by
lane are ordered by site and zone, `start[i]:start[i + 1]` are the lanes of site i.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from fulfill.model.kernel_cache import njit

TOP_USD, NEAR_USD, PRECISION_USD = 40.0, 0.25, 0.003
"""Where a price of throughput is looked for: so far above the cheapest band, so near to the last one, so closely."""
SEARCHING = 4
"""Prices of throughput tried on the way from the best known to those that clear the market."""


@njit()
def cheapest_routes(cost, route_site, n_sites):
    """Return cost and number of the cheapest route by site, product and period; infinite and -1 where there is none."""
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


SUMS = {"reassoc", "nsz", "contract"}
"""What a compiler may do to the sums over items: another order of terms, so that it can add several at once."""


@njit()
def _gather(
    i, start, zone, way, usd, carbon, credit, way_cost, way_rate, way_units, inbound, carrier, region, stocking,
    country, weight, cell, demand, floor, worth, items, count, pairs, n_pairs,
):  # fmt: skip
    """Collect what site i could serve at a profit, by product and period: worth and units of each cell.

    `items` (2, K, T, n) holds cells of which one way is best at every price; `pairs` (4, K, T, n)
    those of which a second way, with fewer units, is best at high prices.
    """
    n_products, n_periods = cell.shape[1], cell.shape[2]
    count[:] = 0
    n_pairs[:] = 0
    c = country[i]
    lane = start[i]
    while lane < start[i + 1]:
        z = zone[lane]
        q = region[z]
        last = lane
        while last < start[i + 1] and zone[last] == z:
            last += 1
        for k in range(n_products):
            charge = stocking[z, k, c]
            for other in range(lane, last):
                w, row = way[other], other - lane
                extra = carbon[other] * weight[k]
                # the whole row without branches, which the compiler turns into vector instructions
                for t in range(n_periods):
                    worth[row, t] = (
                        cell[z, k, t] - way_cost[w, k, t] - usd[other] * way_rate[w, k, t] - charge
                        - way_units[w, k, t] * (inbound[i, k, t] + carrier[q, t] + extra)
                    )  # fmt: skip
                if credit.size > 0:
                    for t in range(n_periods):
                        worth[row, t] += credit[other, t]
            for t in range(n_periods):
                first, top = lane, 0.0
                for other in range(lane, last):
                    left = worth[other - lane, t] - way_units[way[other], k, t] * floor[k]
                    if left > top:
                        first, top = other, left
                if top <= 0.0:
                    continue
                d = demand[z, k, t]
                full, units = worth[first - lane, t], way_units[way[first], k, t]
                second, least = _at_high_prices(
                    lane, last, way, worth, way_units, k, t, full, units
                )
                if least == units:
                    n = count[k, t]
                    items[0, k, t, n], items[1, k, t, n] = d * full, d * units
                    count[k, t] = n + 1
                else:
                    n = n_pairs[k, t]
                    pairs[0, k, t, n], pairs[1, k, t, n] = d * full, d * units
                    pairs[2, k, t, n], pairs[3, k, t, n] = d * second, d * least
                    n_pairs[k, t] = n + 1
        lane = last


@njit(inline="always")
def _at_high_prices(lane, last, way, worth, way_units, k, t, full, units):
    """Return worth and units of the way that is best at high prices; those given, if no other pays there.

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


@njit(fastmath=SUMS)
def _profit(worth, units, n, price):
    """Return what items bring at a price a unit."""
    total = 0.0
    for j in range(n):
        total += max(0.0, worth[j] - units[j] * price)
    return total


@njit(fastmath=SUMS)
def _pair_profit(first, few, second, least, n, price):
    """Return what cells bring at a price a unit, each by the better of its two ways."""
    total = 0.0
    for j in range(n):
        total += max(0.0, max(first[j] - few[j] * price, second[j] - least[j] * price))
    return total


@njit(fastmath=SUMS)
def _wanted(worth, units, n, price):
    """Return the units of the items that pay a price."""
    total = 0.0
    for j in range(n):
        total += units[j] if worth[j] > units[j] * price else 0.0
    return total


@njit()
def _clearing_price(slope, t, items, count, pairs, n_pairs, capacity, handling, guess):
    """Return about the lowest price at which what is wanted in a period is no more than the bands supply.

    Looked for near the guess first; good to a few tenths of a cent.
    """
    floor = handling.min()
    low, high = max(floor, guess - NEAR_USD), guess + NEAR_USD
    if low > floor and not _short(slope, t, items, count, pairs, n_pairs, capacity, handling, low):
        low, high = floor, low
    elif _short(slope, t, items, count, pairs, n_pairs, capacity, handling, high):
        low, high = high, floor + TOP_USD
    while high - low > PRECISION_USD:
        middle = 0.5 * (low + high)
        if _short(slope, t, items, count, pairs, n_pairs, capacity, handling, middle):
            low = middle
        else:
            high = middle
    return floor if low == floor else high


@njit()
def _short(slope, t, items, count, pairs, n_pairs, capacity, handling, price):
    """Tell whether more is wanted at a price than the bands supply at it."""
    wanted, supply = 0.0, 0.0
    for b in range(len(handling)):
        if handling[b] <= price + 1e-12:
            supply += capacity[b]
    for k in range(len(slope)):
        if slope[k] < np.inf:
            wanted += _wanted(items[0, k, t], items[1, k, t], count[k, t], price + slope[k])
            wanted += _wanted(pairs[0, k, t], pairs[1, k, t], n_pairs[k, t], price + slope[k])
    return wanted > supply


@njit()
def _gain(price, charge, slope, items, count, pairs, n_pairs, capacity, handling, paid):
    """Return the value of a site's business at prices of throughput, and set the slope that each product pays."""
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
                net += _profit(items[0, k, t], items[1, k, t], count[k, t], at)
                if n_pairs[k, t] > 0:
                    net += _pair_profit(
                        pairs[0, k, t],
                        pairs[1, k, t],
                        pairs[2, k, t],
                        pairs[3, k, t],
                        n_pairs[k, t],
                        at,
                    )
            if net > best:
                best, paid[k] = net, slope[k, line]
        total -= best
    return total


@njit()
def _business(
    charge, slope, items, count, pairs, n_pairs, capacity, handling, fixed, price, paid, value,
):  # fmt: skip
    """Set lower bounds of what a site adds at each size, with the prices that prove them and the slopes paid.

    The value of a size is concave in its prices of throughput, and the site counts with its least
    value: so the size of the least value is improved, again and again, until it pays nothing to
    open or the tries are used up. Prices start from the last round's; they step to where the market
    clears for what is stocked now, or half the way there.
    """
    n_sizes, n_periods = price.shape
    aim = np.zeros(n_sizes, np.int64)
    trials = np.empty((n_sizes, n_periods))
    trial_paid = np.empty(charge.shape[0])
    for m in range(n_sizes):
        if np.isfinite(fixed[m]):
            price[m] = np.maximum(price[m], handling[m].min())
            value[m] = fixed[m] + _gain(
                price[m],
                charge,
                slope,
                items,
                count,
                pairs,
                n_pairs,
                capacity[m],
                handling[m],
                paid[m],
            )
    for _ in range(SEARCHING * n_sizes):
        m = value.argmin()
        if value[m] >= 0.0 or aim[m] == SEARCHING:
            break
        if aim[m] == 0:
            for t in range(n_periods):
                trials[m, t] = _clearing_price(
                    paid[m],
                    t,
                    items,
                    count,
                    pairs,
                    n_pairs,
                    capacity[m, :, t],
                    handling[m],
                    price[m, t],
                )
        else:
            trials[m] = 0.5 * (trials[m] + price[m])
        aim[m] += 1
        other = fixed[m] + _gain(
            trials[m],
            charge,
            slope,
            items,
            count,
            pairs,
            n_pairs,
            capacity[m],
            handling[m],
            trial_paid,
        )
        if other > value[m]:
            value[m] = other
            for t in range(n_periods):
                price[m, t], trials[m, t] = trials[m, t], price[m, t]
            paid[m] = trial_paid


@njit(parallel=True)
def site_values(
    start, zone, way, usd, carbon, credit, way_cost, way_rate, way_units, inbound, carrier, region, stocking, country,
    weight, cell, demand, charge, slope, capacity, handling, fixed, guess, n_threads,
):  # fmt: skip
    """Return the value of opening each site at each size, prices of throughput, and slopes of safety stock.

    `guess` (I, M, T) are prices of throughput to start from. The answer is the same for any
    `n_threads`.
    """
    n_sites, n_sizes = fixed.shape
    n_products, n_periods = cell.shape[1], cell.shape[2]
    value = np.full((n_sites, n_sizes), np.inf)
    rho = guess.copy()
    paid = np.full((n_sites, n_sizes, n_products), np.inf)
    for thread in prange(n_threads):
        room = 1
        for i in range(n_sites):
            room = max(room, start[i + 1] - start[i])
        items = np.empty((2, n_products, n_periods, room))
        pairs = np.empty((4, n_products, n_periods, room // 2 + 1))
        count = np.zeros((n_products, n_periods), np.int64)
        n_pairs = np.zeros((n_products, n_periods), np.int64)
        floor = np.empty(n_products)
        worth = np.empty((len(way_cost), n_periods))
        # sites that are alike stand side by side: every thread takes some of each kind
        for i in range(thread, n_sites, n_threads):
            for k in range(n_products):
                floor[k] = slope[i, k].min() + handling[i].min()
            _gather(
                i, start, zone, way, usd, carbon, credit, way_cost, way_rate, way_units, inbound, carrier, region,
                stocking, country, weight, cell, demand, floor, worth, items, count, pairs, n_pairs,
            )  # fmt: skip
            _business(
                charge[i], slope[i], items, count, pairs, n_pairs, capacity[i], handling[i], fixed[i], rho[i], paid[i],
                value[i],
            )  # fmt: skip
    return value, rho, paid


@njit(parallel=True)
def chosen_flows(
    size, part, blur, rho, paid, start, zone, way, usd, carbon, credit, way_cost, way_rate, way_units, inbound, carrier,
    region, stocking, country, weight, cell, demand, served, units, stocked,
):  # fmt: skip
    """Add what the chosen sites serve at their prices to `served`, `units` and `stocked`."""
    n_products, n_periods = cell.shape[1], cell.shape[2]
    for k in prange(n_products):
        for i in range(len(size)):
            m, c = size[i], country[i]
            if m < 0 or part[i] <= 0.0 or paid[i, m, k] == np.inf:
                continue
            lane = start[i]
            while lane < start[i + 1]:
                z = zone[lane]
                q = region[z]
                last = lane
                while last < start[i + 1] and zone[last] == z:
                    last += 1
                for t in range(n_periods):
                    best, best_u = 0.0, 0.0
                    for other in range(lane, last):
                        w = way[other]
                        u = way_units[w, k, t]
                        left = (
                            cell[z, k, t] - way_cost[w, k, t] - usd[other] * way_rate[w, k, t] - stocking[z, k, c]
                            - u * (
                                inbound[i, k, t] + carrier[q, t] + carbon[other] * weight[k]
                                + paid[i, m, k] + rho[i, m, t]
                            )
                        )  # fmt: skip
                        if credit.size > 0:
                            left += credit[other, t]
                        if left > best:
                            best, best_u = left, u
                    if best > 0.0:
                        share = part[i] * (min(1.0, best / blur) if blur > 0.0 else 1.0)
                        served[z, k, t] += share
                        units[i, k, t] += share * demand[z, k, t] * best_u
                        stocked[z, k, c] += share * demand[z, k, t]
                lane = last
