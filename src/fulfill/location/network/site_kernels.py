"""The compiled kernels of the relaxed problem: what each site is worth at given prices, and what it would serve.

They take plain arrays, one argument each; `relaxation.py` unpacks an instance for them. Arrays by lane are ordered by
site and zone, `start[i]:start[i + 1]` are the lanes of site i.
"""

from __future__ import annotations

import numba as nb
import numpy as np

TOP_USD, STEPS = 40.0, 96
"""Range above the cheapest band in which a price of throughput is looked for, and into how many steps it is cut."""


@nb.njit(cache=True)
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


@nb.njit(cache=True, parallel=True)
def profitable(start, zone, way, usd, way_cost, way_rate, units, inbound, cell):
    """Tell for each lane whether any cell is worth more than its cost, side rows apart."""
    keep = np.zeros(len(zone), np.bool_)
    n_products, n_periods = cell.shape[1], cell.shape[2]
    for i in nb.prange(len(start) - 1):
        for lane in range(start[i], start[i + 1]):
            z, w = zone[lane], way[lane]
            for k in range(n_products):
                for t in range(n_periods):
                    cost = way_cost[w, k, t] + usd[lane] * way_rate[w, k, t] + units[w, k, t] * inbound[i, k, t]
                    if cell[z, k, t] > cost:
                        keep[lane] = True
                        break
                if keep[lane]:
                    break
    return keep


@nb.njit(cache=True, fastmath=False)
def _gather(
    i, start, zone, way, usd, carbon, credit, way_cost, way_rate, way_units, inbound, carrier, region, stocking,
    country, weight, cell, demand, floor, item_p, item_u, item_d, item_k, item_z, count,
):  # fmt: skip
    """Collect the cells that site i could serve at a profit, by period; a cell's ways follow each other."""
    n_products, n_periods = cell.shape[1], cell.shape[2]
    count[:] = 0
    row = np.empty(n_periods)
    for lane in range(start[i], start[i + 1]):
        z, w = zone[lane], way[lane]
        q, c = region[z], country[i]
        for k in range(n_products):
            extra = carbon[lane] * weight[k]
            charge = stocking[z, k, c]
            # first the whole row without branches, which the compiler turns into vector instructions
            for t in range(n_periods):
                row[t] = (
                    cell[z, k, t]
                    - way_cost[w, k, t]
                    - usd[lane] * way_rate[w, k, t]
                    - charge
                    - way_units[w, k, t] * (inbound[i, k, t] + carrier[q, t] + extra)
                )
            if credit.size > 0:
                for t in range(n_periods):
                    row[t] += credit[lane, t]
            for t in range(n_periods):
                if row[t] > way_units[w, k, t] * floor[k]:
                    n = count[t]
                    item_p[t, n] = row[t]
                    item_u[t, n] = way_units[w, k, t]
                    item_d[t, n] = demand[z, k, t]
                    item_k[t, n] = k
                    item_z[t, n] = z
                    count[t] = n + 1


@nb.njit(cache=True)
def _clearing_price(slope, t, item_p, item_u, item_d, item_k, item_z, n, capacity, handling):
    """Return about the lowest price at which what is wanted in a period is no more than the bands supply.

    Two counts by price, the second inside one step of the first; the price is good to a few tenths of a cent.
    """
    low, width = handling.min(), TOP_USD / STEPS
    wanted = np.zeros(STEPS)
    for _ in range(2):
        wanted[:] = 0.0
        above = 0.0
        j = 0
        while j < n:
            first, z, k = j, item_z[t, j], item_k[t, j]
            worth, units = -1.0, 0.0
            while j < n and item_z[t, j] == z and item_k[t, j] == k:
                per_unit = item_p[t, j] / item_u[t, j] - slope[k]
                if per_unit > worth:
                    worth, units = per_unit, item_u[t, j]
                j += 1
            if worth > low:
                step = int((worth - low) / width)
                if step < STEPS:
                    wanted[step] += item_d[t, first] * units
                else:
                    above += item_d[t, first] * units
        # from the dearest step down: the first that brings more than is supplied at its lower end
        step = STEPS - 1
        while step >= 0:
            price = low + step * width
            supply = 0.0
            for b in range(len(handling)):
                if handling[b] <= price + 1e-12:
                    supply += capacity[b]
            if above + wanted[step] > supply:
                break
            above += wanted[step]
            step -= 1
        if step < 0:
            return low
        low, width = low + step * width, width / STEPS
    return low + width


@nb.njit(cache=True)
def _gain(price, charge, slope, item_p, item_u, item_d, item_k, item_z, count, capacity, handling, paid):
    """Return the value of a site's business at prices of throughput, and set the slope that each product pays.

    A cell with several ways counts with the best profit and the least units of any: never less than it is worth.
    """
    n_products, n_lines = charge.shape
    # slopes fall from line to line: a cell pays from its first profitable line on, so sums by first line suffice
    worth, taken = np.zeros((n_products, n_lines)), np.zeros((n_products, n_lines))
    total = 0.0
    for t in range(len(price)):
        j, n = 0, count[t]
        while j < n:
            first, z, k = j, item_z[t, j], item_k[t, j]
            best, least = 0.0, np.inf
            while j < n and item_z[t, j] == z and item_k[t, j] == k:
                best = max(best, item_p[t, j] - item_u[t, j] * price[t])
                least = min(least, item_u[t, j])
                j += 1
            line = 0
            while line < n_lines and best <= least * slope[k, line]:
                line += 1
            if line < n_lines:
                worth[k, line] += item_d[t, first] * best
                taken[k, line] += item_d[t, first] * least
        for b in range(len(handling)):
            total -= capacity[b, t] * max(0.0, price[t] - handling[b])
    profit = np.zeros((n_products, n_lines))
    for k in range(n_products):
        value, units = 0.0, 0.0
        for line in range(n_lines):
            value += worth[k, line]
            units += taken[k, line]
            profit[k, line] = value - units * slope[k, line]
    for k in range(n_products):
        best, paid[k] = 0.0, np.inf
        for line in range(n_lines):
            net = profit[k, line] - charge[k, line]
            if net > best:
                best, paid[k] = net, slope[k, line]
        total -= best
    return total


@nb.njit(cache=True)
def _business(
    charge, slope, item_p, item_u, item_d, item_k, item_z, count, capacity, handling, fixed, price, paid,
):  # fmt: skip
    """Return a lower bound of what a site of one size adds; set its prices and the slopes that its products pay.

    A site that does not pay even at the lowest price of throughput is not looked at further.
    """
    n_periods = len(price)
    price[:] = handling.min()
    value = fixed + _gain(price, charge, slope, item_p, item_u, item_d, item_k, item_z, count, capacity, handling, paid)
    if value >= 0.0:
        return value
    trial, trial_paid = price.copy(), paid.copy()
    for _ in range(2):
        before = trial_paid.copy()
        for t in range(n_periods):
            trial[t] = _clearing_price(
                trial_paid, t, item_p, item_u, item_d, item_k, item_z, count[t], capacity[:, t], handling
            )
        better = fixed + _gain(
            trial, charge, slope, item_p, item_u, item_d, item_k, item_z, count, capacity, handling, trial_paid
        )
        settled = True
        for k in range(len(paid)):
            settled = settled and trial_paid[k] == before[k]
        if better > value:
            value = better
            price[:] = trial
            paid[:] = trial_paid
        if settled:
            break
    return value


@nb.njit(cache=True, parallel=True)
def site_values(
    start, zone, way, usd, carbon, credit, way_cost, way_rate, way_units, inbound, carrier, region, stocking, country,
    weight, cell, demand, charge, slope, capacity, handling, fixed,
):  # fmt: skip
    """Return the value of opening each site at each size, prices of throughput, and slopes of safety stock."""
    n_sites, n_sizes = fixed.shape
    n_products, n_periods = cell.shape[1], cell.shape[2]
    value = np.full((n_sites, n_sizes), np.inf)
    rho = np.zeros((n_sites, n_sizes, n_periods))
    paid = np.full((n_sites, n_sizes, n_products), np.inf)
    for i in nb.prange(n_sites):
        room = (start[i + 1] - start[i]) * n_products
        item_p = np.empty((n_periods, room))
        item_u = np.empty((n_periods, room))
        item_d = np.empty((n_periods, room))
        item_k = np.empty((n_periods, room), np.int32)
        item_z = np.empty((n_periods, room), np.int32)
        count = np.zeros(n_periods, np.int64)
        floor = np.empty(n_products)
        for k in range(n_products):
            floor[k] = slope[i, k].min() + handling[i].min()
        _gather(
            i, start, zone, way, usd, carbon, credit, way_cost, way_rate, way_units, inbound, carrier, region, stocking,
            country, weight, cell, demand, floor, item_p, item_u, item_d, item_k, item_z, count,
        )  # fmt: skip
        for m in range(n_sizes):
            if np.isfinite(fixed[i, m]):
                value[i, m] = _business(
                    charge[i], slope[i], item_p, item_u, item_d, item_k, item_z, count, capacity[i, m], handling[i, m],
                    fixed[i, m], rho[i, m], paid[i, m],
                )  # fmt: skip
    return value, rho, paid


@nb.njit(cache=True)
def chosen_flows(
    size, part, blur, rho, paid, start, zone, way, usd, carbon, credit, way_cost, way_rate, way_units, inbound, carrier,
    region, stocking, country, weight, cell, demand, served, units, stocked,
):  # fmt: skip
    """Add what the chosen sites serve at their prices to `served`, `units` and `stocked`."""
    n_products, n_periods = cell.shape[1], cell.shape[2]
    for i in range(len(size)):
        m = size[i]
        if m < 0 or part[i] <= 0.0:
            continue
        c = country[i]
        lane = start[i]
        while lane < start[i + 1]:
            z = zone[lane]
            last = lane
            while last < start[i + 1] and zone[last] == z:
                last += 1
            q = region[z]
            for k in range(n_products):
                if paid[i, m, k] == np.inf:
                    continue
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
