"""Which product stands in which open site, at given prices of throughput.

Safety stock makes the cost of a product concave in the volume of a site: a best seller is worth
stocking everywhere, a long tail in one place. With the prices of throughput fixed, products do not
meet; each is an uncapacitated location problem over the open sites, small enough for a full
drop-add search.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from fulfill.model.instance import LocationInstance
from fulfill.model.kernel_cache import njit

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


def choose_assortment(
    instance: LocationInstance,
    costs: Array,
    units: Array,
    alternative: Array,
    sites: Index,
    start: Mask,
) -> tuple[Mask, float]:
    """Choose the products of each open site.

    Parameters
    ----------
    costs, units : (K, Z * T, S) cost of a potential order from each open site at the prices, and
        units it takes
    alternative : (K, Z * T) cost without a site
    sites : (S,) numbers of the open sites
    start : (S, K) assortment to start from

    Returns
    -------
    tuple
        Assortment (S, K) and its cost at the prices, USD.
    """
    n_products = costs.shape[0]
    chosen, total = np.zeros_like(start), 0.0
    demand = np.ascontiguousarray(instance.demand.transpose(1, 0, 2).reshape(n_products, -1))
    country = (
        instance.site_country[sites]
        if instance.site_country is not None
        else np.zeros(len(sites), np.int64)
    )
    for k in range(n_products):
        alone, common, whole = _variation(instance, sites, k)
        entry = instance.entry_usd[k] if instance.entry_usd is not None else np.zeros(1)
        table = (
            costs[k],
            units[k],
            alternative[k],
            demand[k],
            alone,
            common,
            whole,
            entry,
            country,
        )
        found = [_drop_add(begin, *table) for begin in (start[:, k].copy(), _best_single(*table))]
        chosen[:, k], cost = min(found, key=lambda answer: answer[1])
        total += cost
    return chosen, total


def _variation(
    instance: LocationInstance, sites: Index, product: int
) -> tuple[Array, Array, Array]:
    if instance.safety is None:
        return np.zeros(len(sites)), np.zeros(len(sites)), np.ones(len(sites))
    safety = instance.safety
    return (
        safety.alone_usd2[sites, product],
        safety.common_usd2[sites, product],
        np.maximum(safety.demand[sites, product], 1e-9),
    )


@njit()
def _set_cost(
    mask, costs, units, alternative, demand, alone, common, whole, entry, country, slope, volume
):
    """Return the cost of serving a product from a set of sites; `volume` gets what each carries."""
    total = 0.0
    volume[:] = 0.0
    n_cells, n_sites = costs.shape
    for c in range(n_cells):
        if demand[c] <= 0.0:
            continue
        best, chosen = alternative[c], -1
        for s in range(n_sites):
            if mask[s]:
                cost = costs[c, s] + units[c, s] * slope[s]
                if cost < best:
                    best, chosen = cost, s
        if chosen < 0:
            total += demand[c] * best
        else:
            total += demand[c] * costs[c, chosen]
            volume[chosen] += demand[c] * units[c, chosen]
    for s in range(n_sites):
        if volume[s] > 0.0:
            share = volume[s] / whole[s]
            total += np.sqrt(alone[s] * share + common[s] * share * share)
    for place in range(len(entry)):
        used = False
        for s in range(n_sites):
            used = used or (volume[s] > 0.0 and country[s] == place)
        if used:
            total += entry[place]
    return total


@njit()
def _best_single(costs, units, alternative, demand, alone, common, whole, entry, country):
    """Return the set of the one site that serves a product best alone: where a long tail belongs."""
    n_sites = costs.shape[1]
    volume, slope = np.zeros(n_sites), np.zeros(n_sites)
    mask, best, site = np.zeros(n_sites, np.bool_), np.inf, -1
    for s in range(n_sites):
        mask[s] = True
        cost = _set_cost(
            mask,
            costs,
            units,
            alternative,
            demand,
            alone,
            common,
            whole,
            entry,
            country,
            slope,
            volume,
        )
        if cost < best:
            best, site = cost, s
        mask[s] = False
    mask[site] = True
    return mask


@njit()
def _slopes(mask, volume, alone, common, whole, slope):
    """Set the price of one more order in stock at the volumes; an unused site's at a tenth of the demand."""
    for s in range(len(volume)):
        share = volume[s] / whole[s] if volume[s] > 0.0 else 0.1
        cost = np.sqrt(alone[s] * share + common[s] * share * share)
        slope[s] = (
            (alone[s] + 2.0 * common[s] * share) / (2.0 * cost) / whole[s] if cost > 0.0 else 0.0
        )


@njit()
def _drop_add(mask, costs, units, alternative, demand, alone, common, whole, entry, country):
    """Improve a set of sites by dropping or adding one at a time, the best first; try the empty set last."""
    n_sites = len(mask)
    volume, slope = np.zeros(n_sites), np.zeros(n_sites)
    _slopes(mask, volume, alone, common, whole, slope)
    best = _set_cost(
        mask, costs, units, alternative, demand, alone, common, whole, entry, country, slope, volume
    )
    for _ in range(3 * n_sites):
        _slopes(mask, volume, alone, common, whole, slope)
        again = _set_cost(
            mask,
            costs,
            units,
            alternative,
            demand,
            alone,
            common,
            whole,
            entry,
            country,
            slope,
            volume,
        )
        best = min(best, again)
        flip, found = -1, best - 1e-6 * abs(best) - 1e-6
        for s in range(n_sites):
            mask[s] = not mask[s]
            cost = _set_cost(
                mask,
                costs,
                units,
                alternative,
                demand,
                alone,
                common,
                whole,
                entry,
                country,
                slope,
                volume,
            )
            mask[s] = not mask[s]
            if cost < found:
                flip, found = s, cost
        if flip < 0:
            break
        mask[flip] = not mask[flip]
        best = _set_cost(
            mask,
            costs,
            units,
            alternative,
            demand,
            alone,
            common,
            whole,
            entry,
            country,
            slope,
            volume,
        )
    nothing = np.zeros(n_sites, np.bool_)
    none = _set_cost(
        nothing,
        costs,
        units,
        alternative,
        demand,
        alone,
        common,
        whole,
        entry,
        country,
        slope,
        volume,
    )
    if none <= best:
        return nothing, none
    return mask, best


@njit(parallel=True)
def site_costs(
    start, site, way, usd, carbon, credit, way_cost, way_rate, units, inbound, carrier, mail, region, country,
    mail_weight, weight, unserved, rho, position, n_open, shape,
):  # fmt: skip
    """Return cost and units of a potential order by product, cell and open site, and the cheapest alternative.

    Shapes (K, Z * T, S), (K, Z * T, S), (K, Z * T); `position` is the number of a site among the
    open ones.
    """
    n_zones, n_products, n_periods = shape
    costs = np.full((n_products, n_zones * n_periods, n_open), np.inf)
    taken = np.ones((n_products, n_zones * n_periods, n_open))
    alternative = np.empty((n_products, n_zones * n_periods))
    for z in prange(n_zones):
        for k in range(n_products):
            for t in range(n_periods):
                c = z * n_periods + t
                alternative[k, c] = unserved[k]
                for j in range(start[z], start[z + 1]):
                    w, i = way[j], site[j]
                    u = units[w, k, t]
                    cost = (
                        way_cost[w, k, t] + usd[j] * way_rate[w, k, t] + u * carbon[j] * weight[k]
                    )
                    if credit.size > 0:
                        cost -= credit[j, t]
                    if i < 0:
                        cost += u * mail_weight[w, k] * mail[country[z], t]
                        alternative[k, c] = min(alternative[k, c], cost)
                        continue
                    cost += u * (inbound[i, k, t] + rho[i, t] + carrier[region[z], t])
                    s = position[i]
                    if cost < costs[k, c, s]:
                        costs[k, c, s] = cost
                        taken[k, c, s] = u
    return costs, taken, alternative
