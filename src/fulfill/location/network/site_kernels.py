"""Compiled kernels of the relaxed problem: the value of each site, and what it would serve.

They take the named tuples of `site_arrays`, which `relaxation` fills from an instance.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from fulfill.location.network.site_arrays import ProfitableCells
from fulfill.model.kernel_cache import njit

TOP_USD, NEAR_USD, PRECISION_USD = 40.0, 0.25, 0.003
"""Where a price of throughput is looked for: so far above the cheapest band, so near to the last
one, so closely."""
SEARCHING = 4
"""Prices of throughput tried on the way from the best known to those that clear the market."""


@njit()
def cheapest_routes(cost, route_site, n_sites):
    """Return the cheapest route by site, product and period.

    Parameters
    ----------
    cost : (R, K, T)
        USD per order.
    route_site : (R,)
    n_sites : int

    Returns
    -------
    best : ndarray, shape (I, K, T)
        USD per order, infinite where there is none.
    route : ndarray of int, shape (I, K, T)
        -1 where there is none.
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


@njit(parallel=True)
def profitable(start, zone, option, usd, option_cost, price_multiplier, units, inbound, cell):
    """Tell for each lane whether any cell is worth more than its cost, side rows excluded.

    Parameters
    ----------
    start, zone, option, usd, option_cost, price_multiplier, units, inbound, cell
        See `SiteLanes`.

    Returns
    -------
    ndarray of bool, shape (L,)
    """
    keep = np.zeros(len(zone), np.bool_)
    n_products, n_periods = cell.shape[1], cell.shape[2]
    for i in prange(len(start) - 1):
        for lane in range(start[i], start[i + 1]):
            z, w = zone[lane], option[lane]
            for k in range(n_products):
                for t in range(n_periods):
                    cost = (
                        option_cost[w, k, t]
                        + usd[lane] * price_multiplier[w, k, t]
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
    """Collect what site `i` could serve at a profit if a unit cost no more than `floor`.

    Parameters
    ----------
    i : int
    lanes : SiteLanes
    floor : (K,)
        Lowest price of a unit: cheapest band and flattest line of safety stock, USD.
    worth, found : (W, T), ProfitableCells
        Overwritten.
    """
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
                    used = lanes.units[lanes.option[other], k, t]
                    left = worth[other - lane, t] - used * floor[k]
                    if left > top:
                        first, top = other, left
                if top <= 0.0:
                    continue
                d = lanes.demand[z, k, t]
                full, units = worth[first - lane, t], lanes.units[lanes.option[first], k, t]
                second, least = _at_high_prices(
                    lane, last, lanes.option, worth, lanes.units, k, t, full, units
                )
                # cells with one candidate option are kept apart: sums over them are faster
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
    """Set the worth of an order of zone `z` by each of its lanes, throughput and stock excluded.

    Parameters
    ----------
    i, z, k, lane, last : int
        The lanes from site i to zone z are ``lane`` to ``last - 1``.
    lanes : SiteLanes
    worth : (W, T)
        First rows overwritten, USD per potential order.
    """
    n_periods = lanes.cell.shape[2]
    charge = lanes.stocking[z, k, lanes.country[i]]
    q = lanes.region[z]
    for other in range(lane, last):
        w, row = lanes.option[other], other - lane
        extra = lanes.co2[other] * lanes.co2_usd * lanes.weight[k]
        # the whole row without branches, which the compiler turns into vector instructions
        for t in range(n_periods):
            worth[row, t] = (
                lanes.cell[z, k, t]
                - lanes.option_cost[w, k, t]
                - lanes.usd[other] * lanes.price_multiplier[w, k, t]
                - charge
                - lanes.units[w, k, t] * (lanes.inbound[i, k, t] + lanes.carrier[q, t] + extra)
            )
        if lanes.credit.size > 0:
            for t in range(n_periods):
                worth[row, t] += lanes.credit[other, t]


@njit(inline="always")
def _at_high_prices(lane, last, option, worth, option_units, k, t, full, units):
    """Return worth and units of the option that is best at high prices, the given ones if none is.

    If several are, the best worth and the least units of them stand for all: an overestimate of the
    profit, so the bound stays valid.

    Parameters
    ----------
    lane, last, k, t : int
    option, worth, option_units : (L,), (W, T), (W, K, T)
    full, units : float
        Worth and units of the option that is best at low prices.

    Returns
    -------
    second, least : float
        Worth, USD per potential order, and units.
    """
    second, least = full, units
    for other in range(lane, last):
        fewer, value = option_units[option[other], k, t], worth[other - lane, t]
        if fewer < units:
            # price of a unit from which the option with fewer units is the better one
            price = (full - value) / (units - fewer)
            if full - units * price > 0.0:
                second = max(second, value) if least < units else value
                least = min(least, fewer)
    return second, least


@njit(fastmath=FASTMATH)
def _profit(worth, units, n, price):
    """Return the profit of the first `n` items at a price per unit, USD."""
    total = 0.0
    for j in range(n):
        total += max(0.0, worth[j] - units[j] * price)
    return total


@njit(fastmath=FASTMATH)
def _pair_profit(first, few, second, least, n, price):
    """Return the profit of the first `n` pairs, each by the better of its options, USD."""
    total = 0.0
    for j in range(n):
        total += max(0.0, max(first[j] - few[j] * price, second[j] - least[j] * price))
    return total


@njit(fastmath=FASTMATH)
def _wanted(worth, units, n, price):
    """Return the units of the first `n` items whose worth exceeds a price per unit."""
    total = 0.0
    for j in range(n):
        total += units[j] if worth[j] > units[j] * price else 0.0
    return total


@njit()
def _clearing_price(slope, t, found, capacity, handling, guess):
    """Return the approximate lowest price at which the bands supply what is wanted in period `t`.

    Bisection to `PRECISION_USD`, first within `NEAR_USD` of the guess.

    Parameters
    ----------
    slope : (K,)
        Prices of safety stock; infinite where not stocked.
    t : int
    found : ProfitableCells
    capacity, handling : (B,)
        Of the period and size.
    guess : float
        USD per order, as the result.
    """
    floor = handling.min()
    low, high = max(floor, guess - NEAR_USD), guess + NEAR_USD
    # the bracket around the guess fails on one side at most: widen it on that side
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
    """Return the value of a size at prices of throughput, fixed cost excluded.

    Parameters
    ----------
    price : (T,)
        USD per order.
    charge, slope : (K, J)
    found : ProfitableCells
    capacity : (B, T)
    handling : (B,)
    paid : (K,)
        Set to the slope that each product pays, infinite where it is not stocked.

    Returns
    -------
    float
        At most zero where the site pays, USD.
    """
    items, pairs = found.items, found.pairs
    n_products, n_lines = charge.shape
    total = 0.0
    for t in range(len(price)):
        for b in range(len(handling)):
            total -= capacity[b, t] * max(0.0, price[t] - handling[b])
    for k in range(n_products):
        # not stocking the product is worth zero
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
    """Raise the lower bounds of what site `i` adds at each size by better prices of throughput.

    The value of a size is concave in its prices of throughput, and the site counts with its least
    value. So the size with the least value is improved, again and again, until the site no longer
    pays or the trials are used up. Prices start from those of the last round; a trial steps to
    where the market clears for the current assortment, or half-way there.

    Parameters
    ----------
    i : int
    costs : SiteCosts
    found : ProfitableCells
    price, paid : (M, T), (M, K)
        Prices of throughput and of safety stock; updated.
    value : (M,)
        Set, USD.
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
        # keep the better prices; the swap leaves the worse ones as the other end to halve from
        if fixed[m] + gain > value[m]:
            value[m] = fixed[m] + gain
            for t in range(n_periods):
                price[m, t], trials[m, t] = trials[m, t], price[m, t]
            paid[m] = trial_paid


@njit(parallel=True)
def site_values(lanes, costs, guess, n_threads):
    """Return the value of each site at each size.

    Parameters
    ----------
    lanes : SiteLanes
    costs : SiteCosts
    guess : (I, M, T)
        Prices of throughput to start from, USD per order.
    n_threads : int
        The result does not depend on it.

    Returns
    -------
    value : ndarray, shape (I, M)
        Lower bound of what opening the site adds, USD; infinite where not offered.
    rho : ndarray, shape (I, M, T)
        Prices of throughput that prove it.
    paid : ndarray, shape (I, M, K)
        Prices of safety stock, infinite where a product is not stocked.
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
        worth = np.empty((len(lanes.option_cost), n_periods))
        # sites that are alike stand side by side: every thread takes some of each kind
        for i in range(thread, n_sites, n_threads):
            for k in range(n_products):
                floor[k] = costs.slope[i, k].min() + costs.handling[i].min()
            _collect_profitable(i, lanes, floor, worth, found)
            _search_prices(i, costs, found, rho[i], paid[i], value[i])
    return value, rho, paid


@njit(parallel=True)
def chosen_flows(lanes, chosen, flows):
    """Add what the chosen sites serve at their prices.

    Parameters
    ----------
    lanes : SiteLanes
    chosen : ChosenSites
    flows : RelaxedFlows
        Updated.
    """
    n_products, n_periods = lanes.cell.shape[1], lanes.cell.shape[2]
    for k in prange(n_products):
        worth = np.empty((len(lanes.option_cost), n_periods))
        price = np.empty(n_periods)
        # in series over sites: threads by product never write to the same entries
        for i in range(len(chosen.size)):
            m = chosen.size[i]
            if m < 0 or chosen.paid[i, m, k] == np.inf:
                continue
            for t in range(n_periods):
                price[t] = chosen.paid[i, m, k] + chosen.rho[i, m, t]
            lane = lanes.start[i]
            while lane < lanes.start[i + 1]:
                z = lanes.zone[lane]
                last = lane
                while last < lanes.start[i + 1] and lanes.zone[last] == z:
                    last += 1
                _set_worth(i, z, k, lane, last, lanes, worth)
                for t in range(n_periods):
                    best, found = 0.0, -1
                    for other in range(lane, last):
                        used = lanes.units[lanes.option[other], k, t]
                        left = worth[other - lane, t] - used * price[t]
                        if left > best:
                            best, found = left, other
                    if found >= 0:
                        _serve(i, z, k, t, found, lanes, flows)
                lane = last


@njit()
def _serve(i, z, k, t, lane, lanes, flows):
    """Add what serving a cell from site `i` over a lane takes."""
    w, orders = lanes.option[lane], lanes.demand[z, k, t]
    units = orders * lanes.units[w, k, t]
    flows.served[z, k, t] += 1.0
    flows.units[i, k, t] += units
    flows.stocked[z, k, lanes.country[i]] += orders
    flows.carried[k, lanes.region[z], t] += units
    flows.co2_kg[k] += units * lanes.co2[lane] * lanes.weight[k]
    if flows.sent.size > 0:
        flows.sent[k, w, t] += units
    for n in range(len(lanes.within)):
        if lanes.in_scope[n, z]:
            flows.in_time[k, n] += orders * lanes.within[n, w, t]
