"""Upper bounds on what a choice of sites attains, linear in the choice.

At prices of orders in time, of emissions, of throughput and of capacities that sites share, a cell
gains at most ``alpha``, the best gain from the sites of one choice; every other site adds at most
what it gains beyond that. By weak duality this, and the worth of the shared capacities, bounds the
gain of *every* choice of sites, and it is tight for the one choice (the cuts of Benders'
decomposition for facility location).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fulfill.location.feasibility.pairs import Pairs
from fulfill.location.feasibility.shared import Shared
from fulfill.model.arrays import Array, Mask


@dataclass(frozen=True)
class Prices:
    """Prices of what limits are about; all non-negative.

    Attributes
    ----------
    service : (J,)
        Gain of an order in time.
    co2 : float
        Price of a kg CO2e.
    throughput : (I, T)
        Price of an order that leaves a site.
    shared : (N, T)
        Price of each capacity that sites share; without rows for none.
    """

    service: Array
    co2: float
    throughput: Array
    shared: Array = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def family(self) -> tuple[float, ...]:
        """What the gain is measured in: the prices without those of capacity."""
        return (*self.service.tolist(), self.co2)

    @property
    def of_capacity(self) -> bool:
        """Whether any capacity has a price, so that the gains of regions depend on each other."""
        return bool(self.throughput.any() or self.shared.any())


@dataclass(frozen=True)
class Cut:
    """A bound on the gain of every choice of sites.

    Attributes
    ----------
    prices : Prices
    base : (Q,)
        Gain by carrier region that needs no site; the worth of shared capacities is in the first.
    site : (Q, I) or None
        What an open site adds in each region; None for a bound on the sum over all regions.
    size : (I, M) or None
        What an open site of a size adds to the sum, its throughput regarded.
    """

    prices: Prices
    base: Array
    site: Array | None = None
    size: Array | None = None


def gain(pairs: Pairs, prices: Prices, site: int) -> Array:
    """Return what serving a cell from a site gains per order, (Z, K, T); -inf where it cannot be.

    The price of throughput is not paid, those of shared capacities are.

    Parameters
    ----------
    pairs : Pairs
    prices : Prices
    site : int
        The number of sites for what needs no site.
    """
    in_time = np.tensordot(prices.service, pairs.within[:, :, site], axes=1)
    found = np.repeat(in_time[:, None, :], len(pairs.weight), axis=1)
    if prices.co2:
        carbon = pairs.weight[:, None] * pairs.units[site]
        lane = np.where(np.isfinite(pairs.emitted[:, site]), pairs.emitted[:, site], 0.0)
        emitted = lane[:, None] + pairs.brought[site]
        found -= prices.co2 * emitted[:, :, None] * carbon
    if pairs.shared is not None and prices.shared.any():
        found -= _shared_price(pairs, pairs.shared, prices.shared, site)
    found[:, ~pairs.carried[site]] = -np.inf
    found[np.isinf(pairs.emitted[:, site])] = -np.inf
    return found


def cuts_at(pairs: Pairs, prices: Prices, is_open: Mask) -> list[Cut]:
    """Return bounds that are tight where exactly some sites are open.

    Parameters
    ----------
    pairs : Pairs
    prices : Prices
    is_open : (I,)

    Returns
    -------
    list of Cut
        One at the best gain of each cell, which says what a further site adds; and, where the gain
        of a cell is lost with its site, one at the second best, which says so. Where capacity has a
        price, both are on the sum over all regions.
    """
    best = np.maximum(gain(pairs, prices, len(is_open)), 0.0)
    second = best.copy()
    for site in np.flatnonzero(is_open):
        here = gain(pairs, prices, int(site)) - _throughput_price(pairs, prices, int(site))
        second = np.maximum(second, np.minimum(best, here))
        best = np.maximum(best, here)
    alphas = [best] if np.array_equal(best, second) else [best, second]
    return [_cut(pairs, prices, alpha) for alpha in alphas]


def _cut(pairs: Pairs, prices: Prices, alpha: Array) -> Cut:
    """Return the bound at given gains of the cells."""
    n_sites, n_sizes, _ = pairs.capacity.shape
    n_regions = int(pairs.region.max(initial=0)) + 1
    base = _by_region(pairs, alpha, n_regions)
    added = (np.maximum(gain(pairs, prices, site) - alpha, 0.0) for site in range(n_sites))
    if not prices.of_capacity:
        site = np.stack([_by_region(pairs, more, n_regions) for more in added], axis=1)
        return Cut(prices, base, site=site)
    size = np.array([_at_sizes(pairs, more, i) for i, more in enumerate(added)])
    if pairs.shared is not None and prices.shared.any():
        base[0] += pairs.shared.worth(prices.shared)
    return Cut(prices, base, size=size.reshape(n_sites, n_sizes))


def _shared_price(pairs: Pairs, shared: Shared, prices: Array, site: int) -> Array:
    """Return what an order of a cell pays for shared capacities, (Z, K, T) or (1, K, T)."""
    units = pairs.units[site]
    if site == len(pairs.units) - 1:
        mailed: Array = units * shared.mail_price(prices)
        return mailed
    supply = shared.supply_price(prices, len(pairs.units) - 1)[site]
    # what cannot be supplied is not carried
    paid = np.where(pairs.carried[site], supply, 0.0)
    price: Array = units * (paid + shared.delivery_price(prices)[:, None, :])
    return price


def _throughput_price(pairs: Pairs, prices: Prices, site: int) -> Array:
    """Return what an order from a site pays for throughput, (K, T)."""
    price: Array = prices.throughput[site] * pairs.units[site]
    return price


def _at_sizes(pairs: Pairs, worth: Array, site: int) -> Array:
    """Return what a site adds at each size, (M,): its throughput serves the worthiest orders."""
    n_periods = worth.shape[2]
    units = np.maximum(pairs.units[site], 1e-9)
    rate = (worth / units).reshape(-1, n_periods)
    volume = (pairs.demand * units).reshape(-1, n_periods)
    order = np.argsort(-rate, axis=0, kind="stable")
    rate, volume = (np.take_along_axis(figure, order, axis=0) for figure in (rate, volume))
    before = np.cumsum(volume, axis=0) - volume
    return np.array([
        (rate * np.clip(room - before, 0.0, volume)).sum() for room in pairs.capacity[site]
    ])  # fmt: skip


def _by_region(pairs: Pairs, worth: Array, n_regions: int) -> Array:
    """Return the sum of a worth per order over all orders of each region."""
    total = (pairs.demand * worth).sum(axis=(1, 2))
    summed: Array = np.bincount(pairs.region, total, n_regions).astype(float)
    return summed
