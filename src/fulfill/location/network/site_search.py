"""Local search over sites and sizes on a small instance: open, close, resize, swap.

The costs of serving each cell from each site are laid out once as a dense table, so that a choice
of sites is priced in milliseconds: cells take their cheapest site, prices of throughput are updated
until the sites are neither over- nor underused, and the rent of capacity at these prices is
deducted. Prices are carried over from choice to choice. `allocation` gives the exact cost later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numba import prange

from fulfill.location.network.allocation import excess_demand
from fulfill.location.network.allowed_sites import allowed, obeying
from fulfill.location.network.assortment import choose_assortment, site_costs
from fulfill.location.network.open_sites import open_sites
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.instance import LocationInstance
from fulfill.model.kernel_cache import njit
from fulfill.model.multipliers import Multipliers

Move = tuple[tuple[int, int], ...]
"""Sites and their new sizes."""
SWAPS = 12
"""Closed sites that are tried in place of an open one."""
KICKS, KICKED, FINALISTS = 8, 4, 2
"""Perturbations of the search, sites that each changes, and choices that are re-optimised."""
SCREENING, BALANCING = 2, 6
"""Price updates in the first and in the second estimate of a choice."""
MOVE = 5.0
"""USD by which a price moves in the first round at a site over- or underused by its whole
capacity."""
HOPELESS = 0.003
"""A choice that is worse by this share in the first estimate gets no second one."""


@dataclass(frozen=True)
class CostTable:
    """Cost and units of serving a cell from every site, prices of throughput excluded.

    Attributes
    ----------
    cost, units : (K, I, Z, T)
        USD per potential order; orders that leave the site per potential order.
    alternative : (K, Z, T)
        Cost without a site, USD per potential order.
    demand : (K, Z, T)
        Potential orders.
    price : (I, M, T)
        Prices of throughput of the relaxed solution, to start from.
    """

    cost: Array
    units: Array
    alternative: Array
    demand: Array
    price: Array


@dataclass(frozen=True)
class Siting:
    """A choice of sites with its assortment and prices.

    Attributes
    ----------
    size : (I,)
        -1 for closed.
    assortment : (I, K)
        Products that a site may stock.
    rho : (I, T)
        Prices of throughput, USD per order.
    volume : (I, K)
        Yearly orders at which safety stock is priced.
    cost : float
        USD a year; an estimate where no plan was made.
    side : Multipliers or None
        Prices of the side rows at the plan; None where they are not known better than before.
    """

    size: Index
    assortment: Mask
    rho: Array
    volume: Array
    cost: float = np.inf
    side: Multipliers | None = None


def cost_table(instance: LocationInstance, prices: Multipliers, price: Array) -> CostTable:
    """Lay out the costs of all sites that may be open.

    Parameters
    ----------
    instance : LocationInstance
    prices : Multipliers
        Those of the side rows are charged.
    price : (I, M, T)
        Prices of throughput to start from.

    Returns
    -------
    CostTable
    """
    may_open = np.asarray(np.isfinite(instance.fixed_usd).any(axis=1))
    may_open[list(instance.limits.closed)] = False
    n_sites = len(may_open)
    every = open_sites(instance, np.where(may_open, 0, -1), prices)
    cost, units, alternative = site_costs(every.options, np.arange(n_sites), n_sites)
    n_zones, n_products, n_periods = instance.shape
    by_site = (n_products, n_zones, n_periods, n_sites)
    cost, units = (
        np.ascontiguousarray(np.moveaxis(part.reshape(by_site), 3, 1)) for part in (cost, units)
    )
    demand = np.ascontiguousarray(instance.demand.transpose(1, 0, 2))
    return CostTable(cost, units, alternative.reshape(demand.shape), demand, price)


def _entry_usd(instance: LocationInstance, sites: Index, volume: Array) -> float:
    """Return what it costs to stock the products that leave sites, (n_sites, n_products) orders."""
    if instance.stock is None:
        return 0.0
    stocked = np.zeros_like(instance.stock.entry_usd)
    np.maximum.at(stocked.T, instance.site_country[sites], (volume > 0).astype(float))
    return float((instance.stock.entry_usd * stocked).sum())


def estimate(
    instance: LocationInstance, table: CostTable, siting: Siting, rounds: int = BALANCING
) -> Siting:
    """Balance the prices of throughput of a choice of sites and estimate its cost.

    The estimate is the Lagrangian value: cost of the allocation at the prices less the rent of the
    capacity. An allocation that rounds cells to one site cannot show what splitting tied cells
    costs; the prices do.

    Parameters
    ----------
    instance : LocationInstance
    table : CostTable
    siting : Siting
    rounds : int
        Price updates.

    Returns
    -------
    Siting
        With prices, volumes and cost.
    """
    sites = np.flatnonzero(siting.size >= 0)
    if not len(sites):
        return replace(
            siting, cost=instance.constant_usd + float((table.alternative * table.demand).sum())
        )
    chosen = siting.size[sites]
    capacity = instance.capacity[sites, chosen]
    handling = instance.handling_usd[sites, chosen]
    order = np.argsort(handling, axis=1, kind="stable")
    steps = np.take_along_axis(handling, order, axis=1)
    room = np.take_along_axis(capacity, order[:, :, None], axis=1)
    filled = np.cumsum(room, axis=1)
    total = np.maximum(filled[:, -1], 1e-9)
    rho = np.maximum(siting.rho[sites], steps[:, :1])
    mask = siting.assortment[sites]
    slope = _marginal(instance, sites, siting.volume[sites])
    volume = np.zeros((len(sites), *instance.shape[1:]))
    cells = (table.cost, table.units, table.alternative, table.demand)
    best = (-np.inf, rho, volume)
    for number in range(rounds + 1):
        served = serve(*cells, sites, mask, rho, slope, volume)
        cost = served - float((room * np.maximum(rho[:, None, :] - steps[:, :, None], 0.0)).sum())
        cost += _bend(instance, sites, slope, volume.sum(axis=2))
        # the largest value is the tightest; early rounds still price safety stock at old volumes
        if number >= rounds // 2 and cost > best[0]:
            best = (cost, rho, volume.copy())
        excess = excess_demand(volume.sum(axis=1), filled, steps, rho) / total
        # a diminishing step; the clip keeps one crowded site from overshooting
        rho = np.maximum(rho + MOVE / (1.0 + number) * np.clip(excess, -0.7, 0.7), steps[:, :1])
        if number < rounds // 2:
            slope = _marginal(instance, sites, volume.sum(axis=2))
    prices, volumes = siting.rho.copy(), np.zeros_like(siting.volume)
    prices[sites], volumes[sites] = best[1], best[2].sum(axis=2)
    fixed = float(instance.fixed_usd[sites, chosen].sum())
    entry = _entry_usd(instance, sites, best[2].sum(axis=2))
    cost = instance.constant_usd + best[0] + fixed + entry
    return Siting(siting.size, siting.assortment, prices, volumes, cost)


def _marginal(instance: LocationInstance, sites: Index, volume: Array) -> Array:
    """Return the marginal cost of safety stock of some sites, USD per order, (S, K)."""
    if instance.stock is None:
        return np.zeros(volume.shape)
    everywhere = np.zeros((len(instance.sites), instance.shape[1]))
    everywhere[sites] = volume
    return np.asarray(instance.stock.safety.marginal(everywhere)[sites])


def _bend(instance: LocationInstance, sites: Index, slope: Array, volume: Array) -> float:
    """Return the cost of safety stock less what `slope` charged for it, USD."""
    if instance.stock is None:
        return 0.0
    everywhere = np.zeros((len(instance.sites), instance.shape[1]))
    everywhere[sites] = volume
    return float(instance.stock.safety.cost(everywhere).sum() - (slope * volume).sum())


def restock(instance: LocationInstance, table: CostTable, siting: Siting) -> Siting:
    """Choose the assortment anew at the prices of the choice and estimate the cost again.

    Parameters
    ----------
    instance : LocationInstance
    table : CostTable
    siting : Siting

    Returns
    -------
    Siting
        The given one if the new assortment is not cheaper.
    """
    sites = np.flatnonzero(siting.size >= 0)
    if not len(sites) or instance.stock is None:
        return siting
    n_zones, n_products, n_periods = instance.shape
    by_cell = (n_products, n_zones * n_periods, len(sites))
    units = table.units[:, sites]
    costs = table.cost[:, sites] + units * siting.rho[sites][None, :, None, :]
    costs, units = (
        np.ascontiguousarray(np.moveaxis(part, 1, 3)).reshape(by_cell) for part in (costs, units)
    )
    alternative = table.alternative.reshape(n_products, -1)
    chosen, _ = choose_assortment(
        instance, costs, units, alternative, sites, siting.assortment[sites]
    )
    assortment = np.zeros_like(siting.assortment)
    assortment[sites] = chosen
    again = estimate(instance, table, replace(siting, assortment=assortment))
    return again if again.cost < siting.cost else siting


def improve(
    instance: LocationInstance,
    table: CostTable,
    siting: Siting,
    likely: Index,
    stop: Callable[[], bool],
) -> Siting:
    """Open, close, resize and swap sites until nothing helps.

    Parameters
    ----------
    instance : LocationInstance
    table : CostTable
    siting : Siting
    likely : ndarray of int
        Sites that may be opened, the likeliest first.
    stop : callable
        Tells whether time is up.

    Returns
    -------
    Siting
    """
    siting = restock(instance, table, estimate(instance, table, siting, 3 * BALANCING))
    # open sites may always be resized or closed
    likely = np.concatenate([likely, np.setdiff1d(np.flatnonzero(siting.size >= 0), likely)])
    improved = True
    while improved and not stop():
        siting, improved = _try(
            instance, table, siting, _resized(siting, likely, instance.fixed_usd.shape[1]), stop
        )
        # swaps are many: only at a local optimum of the single moves
        if not improved:
            siting, improved = _try(instance, table, siting, _swapped(siting, likely), stop)
        siting = restock(instance, table, siting)
    return siting


def search_sites(
    instance: LocationInstance,
    table: CostTable,
    starts: list[Siting],
    likely: Index,
    seed: int,
    stop: Callable[[], bool],
) -> list[Siting]:
    """Improve every start, then perturb and improve the best choice repeatedly.

    Parameters
    ----------
    instance : LocationInstance
    table : CostTable
    starts : list of Siting
    likely : ndarray of int
        Sites that may be opened, the likeliest first.
    seed : int
    stop : callable
        Tells whether time is up.

    Returns
    -------
    list of Siting
        The `FINALISTS` best, the cheapest first.
    """
    found = [improve(instance, table, start, likely, stop) for start in starts]
    rng = np.random.default_rng(seed)
    offered = np.isfinite(instance.fixed_usd)
    for _ in range(KICKS):
        best = min(found, key=lambda siting: siting.cost)
        # perturb the likelier half and whatever is open
        movable = np.union1d(likely[: len(likely) // 2 + 1], np.flatnonzero(best.size >= 0))
        if stop() or not len(movable):
            break
        size = best.size.copy()
        for site in rng.choice(movable, size=min(KICKED, len(movable)), replace=False):
            size[site] = rng.choice(np.append(np.flatnonzero(offered[site]), -1))
        size = obeying(instance, size, size != best.size)
        if allowed(instance, size):
            found.append(improve(instance, table, _opened(table, best, size), likely, stop))
    # several starts may end at the same sizes: the cheapest of each stays
    distinct = {
        tuple(siting.size.tolist()): siting
        for siting in sorted(found, key=lambda siting: -siting.cost)
    }
    return sorted(distinct.values(), key=lambda siting: siting.cost)[:FINALISTS]


def _try(
    instance: LocationInstance,
    table: CostTable,
    siting: Siting,
    moves: Iterable[Move],
    stop: Callable[[], bool],
) -> tuple[Siting, bool]:
    """Make every move that helps; tell whether any did."""
    improved = False
    for move in moves:
        if stop():
            break
        size = siting.size.copy()
        for site, new in move:
            size[site] = new
        if (size == siting.size).all():
            continue
        # what the rules require besides the move is part of it
        size = obeying(instance, size, size != siting.size)
        if not allowed(instance, size):
            continue
        # two stages: most moves are rejected after a few cheap rounds
        trial = estimate(instance, table, _opened(table, siting, size), SCREENING)
        if trial.cost > siting.cost + HOPELESS * abs(siting.cost):
            continue
        trial = estimate(instance, table, trial)
        if trial.cost < siting.cost - 1e-6 * abs(siting.cost):
            siting, improved = trial, True
    return siting, improved


def _resized(siting: Siting, likely: Index, n_sizes: int) -> Iterator[Move]:
    """Yield the moves that give each site each size or close it."""
    for site in likely:
        for size in range(-1, n_sizes):
            yield ((int(site), size),)


def _swapped(siting: Siting, likely: Index) -> Iterator[Move]:
    """Yield the moves that replace an open site by a likely closed one of the same size."""
    closed = [int(site) for site in likely if siting.size[site] < 0][:SWAPS]
    for site in np.flatnonzero(siting.size >= 0):
        for other in closed:
            yield ((int(site), -1), (other, int(siting.size[site])))


def _opened(table: CostTable, siting: Siting, size: Index) -> Siting:
    """Return the choice with other sizes.

    A newly opened site stocks what at least half of the open sites stock.
    """
    changed = np.flatnonzero((size != siting.size) & (size >= 0))
    new = changed[siting.size[changed] < 0]
    rho, assortment, volume = siting.rho.copy(), siting.assortment.copy(), siting.volume.copy()
    rho[changed] = table.price[changed, size[changed]]
    others = siting.size >= 0
    if len(new):
        assortment[new] = siting.assortment[others].mean(axis=0) >= 0.5 if others.any() else True
        volume[new] = siting.volume[others].mean(axis=0) if others.any() else 0.0
    return replace(siting, size=size, assortment=assortment, rho=rho, volume=volume)


@njit(parallel=True)
def serve(cost, units, alternative, demand, sites, mask, rho, slope, volume):
    """Serve every cell from its cheapest site.

    Parameters
    ----------
    cost, units : (K, I, Z, T)
    alternative, demand : (K, Z, T)
    sites : (S,)
        Numbers of the open sites.
    mask : (S, K)
        Assortment.
    rho : (S, T)
        Prices of throughput, USD per order.
    slope : (S, K)
        Prices of safety stock, USD per order.
    volume : (S, K, T)
        Set to the orders that leave each site.

    Returns
    -------
    float
        Cost with the prices included, USD.
    """
    n_products, _, n_zones, n_periods = cost.shape
    n_open = len(sites)
    totals = np.zeros(n_products)
    volume[:] = 0.0
    for k in prange(n_products):
        best = alternative[k].copy()
        chosen = np.full((n_zones, n_periods), -1)
        price = np.empty(n_periods)
        for s in range(n_open):
            if not mask[s, k]:
                continue
            i = sites[s]
            for t in range(n_periods):
                price[t] = rho[s, t] + slope[s, k]
            for z in range(n_zones):
                for t in range(n_periods):
                    value = cost[k, i, z, t] + units[k, i, z, t] * price[t]
                    if value < best[z, t]:
                        best[z, t] = value
                        chosen[z, t] = s
        for z in range(n_zones):
            for t in range(n_periods):
                d, s = demand[k, z, t], chosen[z, t]
                totals[k] += d * best[z, t]
                if s >= 0:
                    volume[s, k, t] += d * units[k, sites[s], z, t]
    return totals.sum()
