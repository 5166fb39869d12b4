"""Choice of the products of each open site, at given prices of throughput.

Safety stock makes the cost of a product concave in the volume of a site: a best seller is worth
stocking everywhere, a slow seller in one place. With the prices of throughput fixed the products
are independent; each is an uncapacitated location problem over the open sites, small enough for a
full drop-add search.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange

from fulfill.location.network.open_sites import set_option_costs
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.instance import LocationInstance
from fulfill.model.kernel_cache import njit


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
    instance : LocationInstance
    costs : (K, Z * T, S)
        Cost of a potential order from each open site at the prices, USD.
    units : (K, Z * T, S)
        Orders that leave the site per potential order.
    alternative : (K, Z * T)
        Cost without a site, USD.
    sites : (S,)
        Numbers of the open sites.
    start : (S, K)
        Assortment to start from.

    Returns
    -------
    chosen : ndarray of bool, shape (S, K)
    total : float
        Its cost at the prices, USD.
    """
    n_products = costs.shape[0]
    chosen, total = np.zeros_like(start), 0.0
    demand = np.ascontiguousarray(instance.demand.transpose(1, 0, 2).reshape(n_products, -1))
    country = instance.site_country[sites]
    nothing = np.zeros(len(instance.countries))
    for k in range(n_products):
        alone, common, whole = _variation(instance, sites, k)
        entry = nothing if instance.stock is None else instance.stock.entry_usd[k]
        table = Candidates(
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
        # two starts, because drop-add from a wide assortment rarely gets down to one site
        found = [_drop_add(begin, table) for begin in (start[:, k].copy(), _best_single(table))]
        chosen[:, k], cost = min(found, key=lambda answer: answer[1])
        total += cost
    return chosen, total


def _variation(
    instance: LocationInstance, sites: Index, product: int
) -> tuple[Array, Array, Array]:
    """Return what one product of some sites contributes to `SafetyStock`, each (S,)."""
    if instance.stock is None:
        return np.zeros(len(sites)), np.zeros(len(sites)), np.ones(len(sites))
    safety = instance.stock.safety
    return (
        safety.alone_usd2[sites, product],
        safety.common_usd2[sites, product],
        np.maximum(safety.demand[sites, product], 1e-9),
    )


class Candidates(NamedTuple):
    """One product and the open sites S that may stock it; cells are zones by periods.

    Attributes
    ----------
    costs, units : (n_cells, S)
        Cost of a potential order from each site at the prices, and units it takes.
    alternative, demand : (n_cells,)
        Cost without a site; potential orders.
    alone, common, whole : (S,)
        Squares of the cost of safety stock (USD2) and the yearly orders that they belong to.
    entry : (C,)
        USD a year for stocking the product in a country.
    country : (S,)
        Index of each site's.
    """

    costs: Array
    units: Array
    alternative: Array
    demand: Array
    alone: Array
    common: Array
    whole: Array
    entry: Array
    country: Index


@njit()
def _set_cost(mask, c, slope, volume):
    """Return the cost of serving a product from a set of sites.

    Parameters
    ----------
    mask : (S,)
        The set.
    c : Candidates
    slope : (S,)
        Price of safety stock by which cells choose their site, USD per order.
    volume : (S,)
        Set to the yearly orders of each site.

    Returns
    -------
    float
        USD a year, safety stock by its concave formula.
    """
    total = 0.0
    volume[:] = 0.0
    n_cells, n_sites = c.costs.shape
    for cell in range(n_cells):
        if c.demand[cell] <= 0.0:
            continue
        best, chosen = c.alternative[cell], -1
        for s in range(n_sites):
            if mask[s]:
                cost = c.costs[cell, s] + c.units[cell, s] * slope[s]
                if cost < best:
                    best, chosen = cost, s
        if chosen < 0:
            total += c.demand[cell] * best
        else:
            # without the slope: the concave cost is added below, once for each site
            total += c.demand[cell] * c.costs[cell, chosen]
            volume[chosen] += c.demand[cell] * c.units[cell, chosen]
    for s in range(n_sites):
        if volume[s] > 0.0:
            share = volume[s] / c.whole[s]
            total += np.sqrt(c.alone[s] * share + c.common[s] * share * share)
    for place in range(len(c.entry)):
        used = False
        for s in range(n_sites):
            used = used or (volume[s] > 0.0 and c.country[s] == place)
        if used:
            total += c.entry[place]
    return total


@njit()
def _best_single(c):
    """Return the set of the single site that serves a product at the least cost, (S,).

    A starting point for slow sellers, which belong in one place.
    """
    n_sites = c.costs.shape[1]
    volume, slope = np.zeros(n_sites), np.zeros(n_sites)
    mask, best, site = np.zeros(n_sites, np.bool_), np.inf, -1
    for s in range(n_sites):
        mask[s] = True
        cost = _set_cost(mask, c, slope, volume)
        if cost < best:
            best, site = cost, s
        mask[s] = False
    mask[site] = True
    return mask


@njit()
def _set_slopes(c, volume, slope):
    """Set the marginal cost of safety stock at the current volumes.

    Parameters
    ----------
    c : Candidates
    volume : (S,)
        Yearly orders; an unused site is priced at a tenth of the demand.
    slope : (S,)
        Overwritten, USD per order.
    """
    for s in range(len(volume)):
        # at zero the slope of the square root is infinite, and no site would ever be added
        share = volume[s] / c.whole[s] if volume[s] > 0.0 else 0.1
        cost = np.sqrt(c.alone[s] * share + c.common[s] * share * share)
        steep = c.alone[s] + 2.0 * c.common[s] * share
        slope[s] = steep / (2.0 * cost) / c.whole[s] if cost > 0.0 else 0.0


@njit()
def _drop_add(mask, c):
    """Improve a set of sites by the best drop or add until none helps; compare with the empty set.

    Parameters
    ----------
    mask : (S,)
        Set to start from; changed.
    c : Candidates

    Returns
    -------
    mask : ndarray of bool, shape (S,)
    best : float
        USD a year.
    """
    n_sites = len(mask)
    volume, slope = np.zeros(n_sites), np.zeros(n_sites)
    _set_slopes(c, volume, slope)
    best = _set_cost(mask, c, slope, volume)
    for _ in range(3 * n_sites):
        # safety stock is priced at the volumes of the set as it is now, then every flip is tried
        _set_slopes(c, volume, slope)
        best = min(best, _set_cost(mask, c, slope, volume))
        # a small threshold, so that rounding cannot make it cycle
        flip, found = -1, best - 1e-6 * abs(best) - 1e-6
        for s in range(n_sites):
            mask[s] = not mask[s]
            cost = _set_cost(mask, c, slope, volume)
            mask[s] = not mask[s]
            if cost < found:
                flip, found = s, cost
        if flip < 0:
            break
        mask[flip] = not mask[flip]
        best = _set_cost(mask, c, slope, volume)
    nothing = np.zeros(n_sites, np.bool_)
    none = _set_cost(nothing, c, slope, volume)
    if none <= best:
        return nothing, none
    return mask, best


@njit(parallel=True)
def site_costs(o, position, n_open):
    """Return the cheapest delivery of a potential order from each site and without a site.

    Parameters
    ----------
    o : DeliveryOptions
        At the prices of throughput, see `open_sites.at_prices`.
    position : (I,)
        Number of a site among the open ones.
    n_open : int

    Returns
    -------
    costs : ndarray, shape (K, Z * T, S)
        USD per potential order; infinite where the site cannot serve the cell.
    taken : ndarray, shape (K, Z * T, S)
        Orders that leave the site per potential order.
    alternative : ndarray, shape (K, Z * T)
        Mailed or unserved, USD per potential order.
    """
    n_zones, n_products, n_periods = o.demand.shape
    costs = np.full((n_products, n_zones * n_periods, n_open), np.inf)
    taken = np.ones((n_products, n_zones * n_periods, n_open))
    alternative = np.empty((n_products, n_zones * n_periods))
    for z in prange(n_zones):
        row = np.empty(n_periods)
        for k in range(n_products):
            first = z * n_periods
            alternative[k, first : first + n_periods] = o.unserved[k]
            for j in range(o.start[z], o.start[z + 1]):
                set_option_costs(o, j, z, k, row)
                s = position[o.site[j]]
                for t in range(n_periods):
                    c = first + t
                    if o.site[j] < 0:
                        alternative[k, c] = min(alternative[k, c], row[t])
                    elif row[t] < costs[k, c, s]:
                        costs[k, c, s] = row[t]
                        taken[k, c, s] = o.units[o.option[j], k, t]
    return costs, taken, alternative
