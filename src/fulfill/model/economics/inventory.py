"""Stock: cycle stock, safety stock or newsvendor cost of a season, stock landed ahead of a peak.

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

from fulfill.model.economics.cancellation import ConversionLoss, conversion

Array = NDArray[np.float64]
SHARES = np.concatenate([[0.0], 2.2 ** -np.arange(7.0)[::-1]])
"""Shares of a country's demand between which the concave cost is interpolated for bounds."""


@dataclass(frozen=True)
class HoldingRates:
    """Holding rates, as a share of the value a year.

    Attributes
    ----------
    goods : float
        Holding rate of goods: capital, insurance, obsolescence, room.
    capital : float
        Rate of money alone, for import VAT until it is credited.
    vat_credit_days : float
        Days until import VAT is credited.
    """

    goods: float
    capital: float
    vat_credit_days: float


@dataclass(frozen=True)
class StockPolicy:
    """How stock is reviewed and protected.

    Attributes
    ----------
    review_days : float
        Days between two replenishments.
    service_factor : float
        Standard deviations of demand over the lead time that safety stock covers.
    demand_correlation : float
        Correlation of a SKU's demand between places, 0 to 1.
    """

    review_days: float
    service_factor: float
    demand_correlation: float


@dataclass(frozen=True)
class Replenishment:
    """A site's usual route for a product, each (n_sites, n_products).

    Attributes
    ----------
    value
        Landed value of an order's goods, USD; zero where no route brings the product.
    days, days_sd
        Mean and standard deviation of the replenishment lead time.
    """

    value: Array
    days: Array
    days_sd: Array


@dataclass(frozen=True)
class SiteDemand:
    """Yearly orders that safety stock of a site is set against, each (n_sites, n_products).

    Attributes
    ----------
    yearly
        Potential orders of the site's country, or of all where it wants none and may export.
    reach
        The most orders that can leave the site in a year.
    """

    yearly: Array
    reach: Array


@dataclass(frozen=True)
class StockByPeriod:
    """What one order of a period occupies in stock, and for how long.

    Attributes
    ----------
    level : (n_products, n_periods, n_periods)
        Orders in stock in the column's period because one order is sold in the row's: cycle stock
        in the period itself, goods landed ahead from the period in which they land up to the sale.
    cover_days : (n_products,)
        Mean days of cycle stock.
    ahead_days : (n_periods,)
        Mean days that an order of the period waits in stock because it landed ahead.
    """

    level: Array
    cover_days: Array
    ahead_days: Array


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
        """Return the yearly cost of safety stock.

        Parameters
        ----------
        volume : (n_sites, n_products)
            Orders that leave the site in a year.

        Returns
        -------
        ndarray, shape (n_sites, n_products)
            USD a year.
        """
        share = volume / np.maximum(self.demand, 1e-12)
        return np.sqrt(np.maximum(self.alone_usd2 * share + self.common_usd2 * share**2, 0.0))

    def breakpoints(self) -> Array:
        """Return the yearly orders between which the cost is interpolated for bounds.

        They are `SHARES` times the country's demand, and the reach.

        Returns
        -------
        ndarray, shape (n_sites, n_products, 9)
        """
        # geometric steps: the square root bends most near zero
        home = np.minimum(self.demand, self.reach)
        return np.concatenate([home[:, :, None] * SHARES, self.reach[:, :, None]], axis=2)

    def outer_linearisation(self) -> tuple[Array, Array]:
        """Return straight lines whose lower envelope lies below the cost.

        The lines join the cost at the breakpoints: an interpolation of a concave function, so never
        above it, and itself the least of its lines.

        Returns
        -------
        charge, slope : ndarray, shape (n_sites, n_products, 8)
            USD a year, and USD per order.
        """
        volume = self.breakpoints()
        share = volume / np.maximum(self.demand[:, :, None], 1e-12)
        # pooling: independent variances add up (phi), common ones scale with the square (phi^2)
        cost = np.sqrt(
            self.alone_usd2[:, :, None] * share + self.common_usd2[:, :, None] * share**2
        )
        width = np.diff(volume, axis=2)
        slope = np.where(width > 0, np.diff(cost, axis=2) / np.maximum(width, 1e-12), 0.0)
        return cost[:, :, :-1] - slope * volume[:, :, :-1], slope

    def marginal(self, volume: Array) -> Array:
        """Return the cost of one more order.

        Parameters
        ----------
        volume : (n_sites, n_products)
            Orders that leave the site in a year.

        Returns
        -------
        ndarray, shape (n_sites, n_products)
            USD per order.
        """
        # The slope of a root is infinite at zero: below a thousandth of the demand it is that of a
        # thousandth.
        share = np.maximum(volume / np.maximum(self.demand, 1e-12), 1e-3)
        cost = np.sqrt(self.alone_usd2 * share + self.common_usd2 * share**2)
        steep = (self.alone_usd2 + 2.0 * self.common_usd2 * share) / np.maximum(2.0 * cost, 1e-12)
        return np.where(cost > 0, steep / np.maximum(self.demand, 1e-12), 0.0)

    def secant(self, top: Array) -> Array:
        """Return the slope of the secant from zero to what a size can carry.

        It never lies above the cost up to there.

        Parameters
        ----------
        top : (n_sites, n_sizes)
            Orders a year that a size can carry.

        Returns
        -------
        ndarray, shape (n_sites, n_products, n_sizes)
            USD per order.
        """
        # a secant over more than can leave the site would be needlessly flat
        reach = np.minimum(top[:, None, :], self.reach[:, :, None])
        share = reach / np.maximum(self.demand[:, :, None], 1e-12)
        cost = np.sqrt(
            self.alone_usd2[:, :, None] * share + self.common_usd2[:, :, None] * share**2
        )
        return np.where(reach > 0, cost / np.maximum(reach, 1e-12), 0.0)


def _newsvendor_quantile(under: Array, over: Array) -> tuple[Array, Array]:
    """Return the standard normal quantile of the critical ratio, and the density there."""
    # kept away from 0 and 1, where the quantile is infinite
    critical = np.clip(under / np.maximum(under + over, 1e-12), 1e-6, 1 - 1e-6)
    quantile = ndtri(critical)
    return quantile, np.exp(-(quantile**2) / 2) / np.sqrt(2 * np.pi)


def safety_stock(
    products: pd.DataFrame,
    usual: Replenishment,
    margin: Array,
    demand: SiteDemand,
    holding: HoldingRates,
    policy: StockPolicy,
) -> SafetyStock:
    """Return the pooled cost of safety stock, or of over- and understock of seasonal goods.

    Parameters
    ----------
    products : DataFrame
        Columns skus, stocking, season_days, demand_cv, salvage_share, volume_m3.
    usual : Replenishment
    margin : (n_sites, n_products)
        Contribution lost when a seasonal SKU runs out, USD per order.
    demand : SiteDemand
    holding : HoldingRates
    policy : StockPolicy

    Notes
    -----
    Per SKU, replenished: ``service_factor sqrt((lead + review_days) sd_day^2 + daily^2 sd_lead^2)``
    orders (textbook base stock), held at the holding rate. Seasonal: ``(under + over) pdf(quantile)
    sd_season`` with ``cdf(quantile) = under / (under + over)`` (newsvendor). Both are textbook
    formulas: Silver, Pyke and Thomas 2017, "Inventory and Production Management in Supply Chains",
    4th edition.
    """
    skus = products["skus"].to_numpy(float)
    seasonal = (products["stocking"] == "seasonal").to_numpy()
    season = products["season_days"].to_numpy(float)
    daily = demand.yearly / skus / np.where(seasonal, season, 365.0)
    # The coefficient of variation is of a week's demand: sd_day = cv * (7 daily) / sqrt(7).
    daily_sd = products["demand_cv"].to_numpy(float) * daily * np.sqrt(7.0)
    hold = holding.goods * usual.value * skus * policy.service_factor
    alone = (hold * daily_sd) ** 2 * (usual.days + policy.review_days)
    common = (hold * daily * usual.days_sd) ** 2
    # newsvendor: overage is the loss on a left-over order, underage the margin of a missing one
    over = usual.value * (1.0 - products["salvage_share"].to_numpy(float))
    under = np.maximum(margin, 0.0)
    quantile, density = _newsvendor_quantile(under, over)
    season_sd = daily_sd * np.sqrt(season)
    newsvendor = (skus * (under + over) * density * season_sd) ** 2
    volume = products["volume_m3"].to_numpy(float)
    held = volume / np.maximum(holding.goods * usual.value, 1e-12)
    leftover = volume * np.maximum(quantile, 0.0) / np.maximum((under + over) * density, 1e-12)
    varies = np.where(seasonal, newsvendor, alone)
    together = policy.demand_correlation
    return SafetyStock(
        alone_usd2=(1.0 - together) * varies,
        # a season is bought at once: no lead time to vary
        common_usd2=together * varies + np.where(seasonal, 0.0, common),
        demand=demand.yearly,
        m3_per_usd=np.where(seasonal, leftover, held),
        reach=demand.reach,
    )


def site_demand(
    orders: Array,
    zone_country: NDArray[np.object_],
    site_country: NDArray[np.object_],
    loss: ConversionLoss,
    *,
    cross_border: bool,
) -> SiteDemand:
    """Return the demand of each site's country, and the most that can leave a site.

    Where the country wants none of a product, stock there is for orders across the border: with
    `cross_border` those of all countries stand in, or the stock would vary with nothing and cost
    nothing.

    Parameters
    ----------
    orders : (n_zones, n_products, n_periods)
        Potential orders a year.
    zone_country, site_country : (n_zones,), (n_sites,)
    loss : ConversionLoss
        The reach counts every order at the best conversion there is, that of a lead time of zero.
    cross_border : bool
        Whether a site may serve all countries or its own only.
    """
    yearly = orders.sum(axis=2)
    by_country = {
        name: yearly[zone_country == name].sum(axis=0) for name in np.unique(site_country)
    }
    own = np.stack([by_country[name] for name in site_country])
    # the best conversion bounds the orders that any delivery option can bring
    most = conversion(0.0, loss)
    if not cross_border:
        return SiteDemand(own, np.asarray(most * own))
    everything = np.broadcast_to(yearly.sum(axis=0), own.shape)
    return SiteDemand(np.where(own > 0, own, everything), np.asarray(most * everything))


def cover_days(products: pd.DataFrame, review_days: float) -> Array:
    """Return mean days of cycle stock: half a review period, or half a season bought at once.

    Parameters
    ----------
    products : DataFrame
        Columns stocking, season_days.
    review_days : float

    Returns
    -------
    ndarray, shape (n_products,)
    """
    season = products["season_days"].to_numpy(float) / 2.0
    return np.where(products["stocking"] == "seasonal", season, review_days / 2.0)


def stock_by_period(cover: Array, calendar: pd.DataFrame, prebuild: pd.DataFrame) -> StockByPeriod:
    """Return what one order of a period occupies in stock and how long it is held ahead.

    Parameters
    ----------
    cover : (n_products,)
        Mean days of cycle stock, see `cover_days`.
    calendar : DataFrame
        Columns period_id, days.
    prebuild : DataFrame
        Columns period_id, lands_in, share: goods that land before the period they are sold in.
    """
    days = calendar["days"].to_numpy(float)
    middle = np.cumsum(days) - days / 2.0
    cycle = np.minimum(1.0, cover[:, None] / days[None, :])
    level = cycle[:, :, None] * np.eye(len(days))[None]
    ahead = np.zeros(len(days))
    place = pd.Index(calendar["period_id"])
    sold, lands = place.get_indexer(prebuild["period_id"]), place.get_indexer(prebuild["lands_in"])
    for t, early, share in zip(sold, lands, prebuild["share"].to_numpy(float), strict=True):
        level[:, t, early:t] += share
        ahead[t] += share * (middle[t] - middle[early])
    return StockByPeriod(level, cover, ahead)


def landing_shares(calendar: pd.DataFrame, prebuild: pd.DataFrame) -> Array:
    """Return the share of a period's goods that lands in each period.

    Parameters
    ----------
    calendar : DataFrame
        Column period_id.
    prebuild : DataFrame
        Columns period_id, lands_in, share.

    Returns
    -------
    ndarray, shape (n_periods, n_periods)
        Row: period of the sale; column: period of the landing. Rows sum to one.
    """
    place = pd.Index(calendar["period_id"])
    landing = np.eye(len(place))
    sold, lands = place.get_indexer(prebuild["period_id"]), place.get_indexer(prebuild["lands_in"])
    share = prebuild["share"].to_numpy(float)
    np.add.at(landing, (sold, lands), share)
    np.add.at(landing, (sold, sold), -share)
    return landing


def holding_cost(rate: float, value: ArrayLike, days: ArrayLike) -> Array:
    """Return the cost of holding goods or money, USD.

    Parameters
    ----------
    rate : float
        Share of the value a year.
    value, days : array_like
        USD and days; they broadcast.
    """
    cost: Array = rate * np.asarray(value, float) * np.asarray(days, float) / 365.0
    return cost
