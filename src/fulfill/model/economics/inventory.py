"""Stock: cycle, safety or seasonal over- and understock, stock landed ahead of a peak.

Safety stock is computed per SKU and multiplied by the number of SKUs: small for a best seller,
large for ten thousand slow ones. At a site that carries the share `phi` of a country's demand it
costs

    sqrt(alone * phi + common * phi^2)      USD a year

where `alone` comes from demand that varies independently from place to place (it pools) and
`common` from what varies everywhere at once: lead times, and demand as far as places are
correlated. The cost is concave in `phi`; a secant from the origin lies below it. (Eppen 1979,
"Effects of centralization on expected costs in a multi-location newsboy problem", Manage. Sci. 25,
498-501, doi 10.1287/mnsc.25.5.498.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from fulfill.inputs.network import Network
from fulfill.inputs.problem import Problem

Array = NDArray[np.float64]
SHARES = np.concatenate([[0.0], 2.2 ** -np.arange(7.0)[::-1]])
"""Shares of a country's largest demand between which the concave cost is interpolated for bounds."""


@dataclass(frozen=True)
class SafetyStock:
    """Cost of the variation of demand and lead time if one site carried a country's whole demand.

    Attributes
    ----------
    alone_usd2, common_usd2 : (n_sites, n_products)
        Squares of the yearly cost, see the module's formula.
    demand : (n_sites, n_products)
        Orders a year of the site's country: `phi` is the site's yearly orders over this.
    m3_per_usd : (n_sites, n_products)
        Room that a dollar of this yearly cost takes.
    reach : (n_sites, n_products)
        Largest yearly orders that can leave the site: what bounds interpolate up to.
    """

    alone_usd2: Array
    common_usd2: Array
    demand: Array
    m3_per_usd: Array
    reach: Array

    def cost(self, volume: Array) -> Array:
        """Return the yearly cost at yearly orders `volume` (n_sites, n_products)."""
        share = volume / np.maximum(self.demand, 1e-12)
        return np.sqrt(np.maximum(self.alone_usd2 * share + self.common_usd2 * share**2, 0.0))

    def breakpoints(self) -> Array:
        """Return the yearly orders between which the cost is interpolated for bounds, (n_sites, n_products, 9).

        They are `SHARES` times the country's demand, and the reach.
        """
        home = np.minimum(self.demand, self.reach)
        return np.concatenate([home[:, :, None] * SHARES, self.reach[:, :, None]], axis=2)

    def outer_linearisation(self) -> tuple[Array, Array]:
        """Return charge and slope of straight lines whose lower envelope lies below the cost, (n_sites, n_products, 8).

        The lines join the cost at `breakpoints`: an interpolation of a concave function, so never above
        it, and itself the least of its lines.
        """
        volume = self.breakpoints()
        share = volume / np.maximum(self.demand[:, :, None], 1e-12)
        cost = np.sqrt(
            self.alone_usd2[:, :, None] * share + self.common_usd2[:, :, None] * share**2
        )
        width = np.diff(volume, axis=2)
        slope = np.where(width > 0, np.diff(cost, axis=2) / np.maximum(width, 1e-12), 0.0)
        return cost[:, :, :-1] - slope * volume[:, :, :-1], slope

    def marginal(self, volume: Array) -> Array:
        """Return the cost of one more order at yearly orders `volume`, (n_sites, n_products)."""
        share = np.maximum(volume / np.maximum(self.demand, 1e-12), 1e-3)
        cost = np.sqrt(self.alone_usd2 * share + self.common_usd2 * share**2)
        steep = (self.alone_usd2 + 2.0 * self.common_usd2 * share) / np.maximum(2.0 * cost, 1e-12)
        return np.where(cost > 0, steep / np.maximum(self.demand, 1e-12), 0.0)

    def secant(self, top: Array) -> Array:
        """Return USD per order on the secant from zero to the volume `top`, shape (n_sites, n_products, n_sizes).

        `top` (n_sites, n_sizes) is what a size can carry in a year; the secant never lies above the
        true cost there.
        """
        reach = np.minimum(top[:, None, :], self.reach[:, :, None])
        share = reach / np.maximum(self.demand[:, :, None], 1e-12)
        cost = np.sqrt(
            self.alone_usd2[:, :, None] * share + self.common_usd2[:, :, None] * share**2
        )
        return np.where(reach > 0, cost / np.maximum(reach, 1e-12), 0.0)


def safety_stock(
    problem: Problem,
    site_country: NDArray[np.object_],
    lead_days: Array,
    lead_sd: Array,
    value: Array,
    margin: Array,
) -> SafetyStock:
    """Return the pooled cost of safety stock (replenished goods) or of over- and understock (seasonal goods).

    Parameters
    ----------
    lead_days, lead_sd : (n_sites, n_products)
        Replenishment lead time of the site's usual route.
    value : (n_sites, n_products)
        Landed value of an order's goods.
    margin : (n_sites, n_products)
        Contribution lost when a seasonal SKU runs out.

    Notes
    -----
    Replenished: ``z sqrt((L + R) sd^2 + d^2 sL^2)`` per SKU with daily demand d (textbook base
    stock, review R), held at the holding rate. Seasonal: ``(cu + co) pdf(z*) sd`` per SKU with
    ``cdf(z*) = cu / (cu + co)`` (newsvendor).
    """
    products, figures = problem.network["products"], problem.network.parameters
    demand = _country_demand(problem, site_country)
    skus = products["skus"].to_numpy(float)
    seasonal = (products["stocking"] == "seasonal").to_numpy()
    season = products["season_days"].to_numpy(float)
    daily = demand / skus / np.where(seasonal, season, 365.0)
    daily_sd = products["demand_cv"].to_numpy(float) * daily * np.sqrt(7.0)
    hold = figures["holding_rate"] * value * skus * figures["stock_service_factor"]
    alone = (hold * daily_sd) ** 2 * (lead_days + figures["review_days"])
    common = (hold * daily * lead_sd) ** 2
    over = value * (1.0 - products["salvage_share"].to_numpy(float))
    under = np.maximum(margin, 0.0)
    critical = np.clip(under / np.maximum(under + over, 1e-12), 1e-6, 1 - 1e-6)
    density = np.exp(-(ndtri(critical) ** 2) / 2) / np.sqrt(2 * np.pi)
    season_sd = daily_sd * np.sqrt(season)
    newsvendor = (skus * (under + over) * density * season_sd) ** 2
    volume = products["volume_m3"].to_numpy(float)
    held = volume / np.maximum(figures["holding_rate"] * value, 1e-12)
    leftover = (
        volume * np.maximum(ndtri(critical), 0.0) / np.maximum((under + over) * density, 1e-12)
    )
    varies = np.where(seasonal, newsvendor, alone)
    together = figures["demand_correlation"]
    return SafetyStock(
        alone_usd2=(1.0 - together) * varies,
        common_usd2=together * varies + np.where(seasonal, 0.0, common),
        demand=demand,
        m3_per_usd=np.where(seasonal, leftover, held),
        reach=_reach(problem, demand),
    )


def _reach(problem: Problem, demand: Array) -> Array:
    """Return the most orders of a product that can leave a site in a year, (n_sites, n_products).

    All orders of its own country or, with `cross_border`, of all; each at the best conversion there
    is, that of a lead time of zero days.
    """
    figures = problem.network.parameters
    most = np.exp(figures["conversion_eta"] * figures["conversion_reference_days"])
    everything = problem.orders.sum(axis=(0, 2))[None, :]
    return np.asarray(
        most
        * (
            np.broadcast_to(everything, demand.shape)
            if "cross_border" in problem.channels
            else demand
        )
    )


def _country_demand(problem: Problem, site_country: NDArray[np.object_]) -> Array:
    """Return yearly orders by product of each site's country, shape (n_sites, n_products).

    Where the country wants none of a product, stock there is for orders across the border: with
    `cross_border` those of all countries stand in, or the stock would vary with nothing and cost
    nothing.
    """
    zone_country = problem.demand.zones["country"].to_numpy()
    yearly = problem.orders.sum(axis=2)
    by_country = {
        name: yearly[zone_country == name].sum(axis=0) for name in np.unique(site_country)
    }
    own = np.stack([by_country[name] for name in site_country])
    return np.where((own > 0) | ("cross_border" not in problem.channels), own, yearly.sum(axis=0))


def cover_days(network: Network) -> Array:
    """Return mean days of cycle stock by product: half a review period, or half a season bought at once."""
    products = network["products"]
    season = products["season_days"].to_numpy(float) / 2.0
    return np.where(
        products["stocking"] == "seasonal", season, network.parameters["review_days"] / 2.0
    )


def stock_by_period(network: Network) -> tuple[Array, Array]:
    """Return what one order of a period occupies and how long it is held ahead.

    Returns
    -------
    level : (n_products, n_periods, n_periods) Orders in stock in the later-indexed period's column
        because one order is sold in the row's period: cycle stock in the period itself, goods
        landed ahead from the period in which they land up to the sale.
    ahead_days : (n_periods,)
        Mean days that an order of the period waits in stock because it landed ahead.
    """
    calendar, prebuild = network["calendar"], network["prebuild"]
    days = calendar["days"].to_numpy(float)
    middle = np.cumsum(days) - days / 2.0
    cycle = np.minimum(1.0, cover_days(network)[:, None] / days[None, :])
    level = cycle[:, :, None] * np.eye(len(days))[None]
    ahead = np.zeros(len(days))
    place = pd.Index(calendar["period_id"])
    sold, lands = place.get_indexer(prebuild["period_id"]), place.get_indexer(prebuild["lands_in"])
    for t, early, share in zip(sold, lands, prebuild["share"].to_numpy(float), strict=True):
        level[:, t, early:t] += share
        ahead[t] += share * (middle[t] - middle[early])
    return level, ahead


def landing_shares(network: Network) -> Array:
    """Return the share of a period's goods that lands in each period, (n_periods, n_periods); rows sum to one."""
    calendar, prebuild = network["calendar"], network["prebuild"]
    place = pd.Index(calendar["period_id"])
    landing = np.eye(len(place))
    sold, lands = place.get_indexer(prebuild["period_id"]), place.get_indexer(prebuild["lands_in"])
    share = prebuild["share"].to_numpy(float)
    np.add.at(landing, (sold, lands), share)
    np.add.at(landing, (sold, sold), -share)
    return landing


def holding_cost(rate: float, value: ArrayLike, days: ArrayLike) -> Array:
    """Return the cost of holding goods of a value for some days, USD."""
    cost: Array = rate * np.asarray(value, float) * np.asarray(days, float) / 365.0
    return cost
