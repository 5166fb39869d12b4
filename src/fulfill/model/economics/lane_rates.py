"""Prices of single lanes, in place of what the tariffs by distance and country say for them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.lane_rate_checks import PRICES
from fulfill.inputs.schema import ANY_PRODUCT, BESIDE

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Z90 = NormalDist().inv_cdf(0.9)


@dataclass(frozen=True)
class LaneRates:
    """The rows of lane_rates.csv between two kinds of places.

    Attributes
    ----------
    start, goal : (n_rows,)
        Position of both ends.
    usd : (n_rows, n_products)
        USD per order at the usual price of the year; infinite where the row forbids the product,
        NaN where it does not hold for the product or has no price.
    days_mean, days_p90 : (n_rows,)
        Days on the lane, NaN where the row does not say.
    product_id : (n_rows,) of str
        Product of the row, or `ANY_PRODUCT`.
    limited : (n_rows,) of bool
        Whether the row has a capacity.
    """

    start: Index
    goal: Index
    usd: Array
    days_mean: Array
    days_p90: Array
    product_id: NDArray[np.object_]
    limited: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True)
class LegRates:
    """What rates say of every pair of two kinds of places.

    Attributes
    ----------
    usd : (n_starts, n_goals, n_products)
        As in `LaneRates`; NaN where no row holds.
    days, days_sd : (n_starts, n_goals)
        Mean and standard deviation of the days; NaN where no row says.
    limited : (n_starts, n_goals)
        Whether a row has a capacity.
    """

    usd: Array
    days: Array
    days_sd: Array
    limited: NDArray[np.bool_]

    @property
    def priced(self) -> NDArray[np.bool_]:
        """Tell which pairs have a price for some product, (n_starts, n_goals)."""
        return np.asarray(np.isfinite(self.usd).any(axis=2))


def of_mode(table: pd.DataFrame, mode: str) -> pd.DataFrame:
    """Return the rows of lane_rates.csv of a mode of `BESIDE`, or with the usual mode of a lane.

    Parameters
    ----------
    table : DataFrame
    mode : str
        Empty for the usual mode.
    """
    return table[table["mode"] == mode] if mode else table[~table["mode"].isin(BESIDE)]


def rates_between(
    table: pd.DataFrame, starts: pd.Series, goals: pd.Series, products: pd.DataFrame
) -> LaneRates:
    """Return the rates from places of one kind to places of another.

    Parameters
    ----------
    table : DataFrame
        Rows of lane_rates.csv of one mode, see `of_mode`.
    starts, goals : Series
        Ids of the places, which give the axes.
    products : DataFrame
        Columns product_id, weight_kg, volume_m3.

    Returns
    -------
    LaneRates
        Rows of other lanes are left out.
    """
    start, goal = (
        pd.Index(starts).get_indexer(table["from_id"]),
        pd.Index(goals).get_indexer(table["to_id"]),
    )
    here = np.flatnonzero((start >= 0) & (goal >= 0))
    table, start, goal = table.iloc[here], start[here], goal[here]
    product = table["product_id"].to_numpy(object)
    # a row that says nothing of the price leaves it to the row for any product
    speaks = ~table["allowed"].to_numpy(bool) | table[list(PRICES)].notna().any(axis=1).to_numpy()
    own = product[:, None] == products["product_id"].to_numpy(object)[None, :]
    own &= speaks[:, None]
    named = np.zeros((len(starts) * len(goals), len(products)), bool)
    pair = start * len(goals) + goal
    np.logical_or.at(named, pair, own)
    holds = own | ((speaks & (product == ANY_PRODUCT))[:, None] & ~named[pair])
    return LaneRates(
        start=start,
        goal=goal,
        usd=np.where(holds, _order_usd(table, products), np.nan),
        days_mean=table["days_mean"].to_numpy(float),
        days_p90=table["days_p90"].to_numpy(float),
        product_id=product,
        limited=table["orders_day"].notna().to_numpy(),
    )


def _order_usd(table: pd.DataFrame, products: pd.DataFrame) -> Array:
    """Return the price of an order of each product by each row, (n_rows, n_products).

    Infinite for a row that forbids the lane; without meaning for one that has no price.
    """
    fixed, by_kg, by_m3 = (table[name].fillna(0.0).to_numpy(float)[:, None] for name in PRICES)
    usd = (
        fixed
        + by_kg * products["weight_kg"].to_numpy(float)
        + by_m3 * products["volume_m3"].to_numpy(float)
    )
    usd = np.maximum(usd, table["minimum_usd"].to_numpy(float)[:, None])
    usd[~table["allowed"].to_numpy(bool)] = np.inf
    return np.asarray(usd)


def leg_rates(
    table: pd.DataFrame, starts: pd.Series, goals: pd.Series, products: pd.DataFrame
) -> LegRates:
    """Return what the rates say of every pair; see `rates_between`."""
    rates = rates_between(table, starts, goals, products)
    usd = np.full((len(starts), len(goals), len(products)), np.nan)
    row, product = np.nonzero(~np.isnan(rates.usd))
    usd[rates.start[row], rates.goal[row], product] = rates.usd[row, product]
    days, days_sd = np.full(usd.shape[:2], np.nan), np.full(usd.shape[:2], np.nan)
    timed = np.flatnonzero(~np.isnan(rates.days_mean))
    at = rates.start[timed], rates.goal[timed]
    days[at] = rates.days_mean[timed]
    # inbound times add up, so they enter by their variance, as that of a normal distribution
    days_sd[at] = (rates.days_p90[timed] - rates.days_mean[timed]) / Z90
    limited = np.zeros(days.shape, bool)
    limited[rates.start[rates.limited], rates.goal[rates.limited]] = True
    return LegRates(usd, days, days_sd, limited)
