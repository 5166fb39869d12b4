"""Lead times of delivered orders by lane: mean and quantiles with their 95 % intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.analysis.calibration.hazard import Z95

Array = NDArray[np.float64]
HIGH = 0.95
"""Quantile that stands for a long wait."""
MODEL_HIGH = 0.90
"""Quantile that services.csv and mail_services.csv have, as days_p90."""


def lead_times(delivered: pd.DataFrame) -> pd.DataFrame:
    """Return the lead times of each lane.

    Parameters
    ----------
    delivered : DataFrame
        Delivered orders: lane, seen (days), weight.

    Returns
    -------
    DataFrame
        lane, orders, mean with low and high, p90, p95 with p95_low and p95_high, all in days; the
        lane with most orders first. Intervals of a mean are those of the normal law, intervals of a
        quantile those of Woodruff (1952), which assume no law of the lead times.
    """
    rows = []
    for lane, orders in delivered.groupby("lane", sort=True):
        days, weight = orders["seen"].to_numpy(float), orders["weight"].to_numpy(float)
        mean, spread = _mean(days, weight)
        low, high = _quantile_interval(days, weight)
        rows.append(
            {
                "lane": str(lane),
                "orders": len(days),
                "mean": mean,
                "low": mean - Z95 * spread,
                "high": mean + Z95 * spread,
                "p90": _quantiles(days, weight, MODEL_HIGH)[0],
                "p95": _quantiles(days, weight, HIGH)[0],
                "p95_low": low,
                "p95_high": high,
            }
        )
    names = ["lane", "orders", "mean", "low", "high", "p90", "p95", "p95_low", "p95_high"]
    table = pd.DataFrame(rows, columns=names)
    return table.sort_values("orders", ascending=False, kind="stable", ignore_index=True)


def _mean(values: Array, weight: Array) -> tuple[float, float]:
    """Return the weighted mean and its standard error; of one order it is not known."""
    mean = float(np.average(values, weights=weight))
    n = len(values)
    if n == 1:
        return mean, float("nan")
    squares = float(np.sum((weight * (values - mean)) ** 2)) * n / (n - 1)
    return mean, float(np.sqrt(squares)) / float(weight.sum())


def _quantiles(values: Array, weight: Array, *shares: float) -> list[float]:
    """Return the least values that at least these shares of the weight do not exceed."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    # the last sum may miss 1 by rounding
    at = np.searchsorted(reached, np.array(shares) - 1e-12).clip(max=len(values) - 1)
    return [float(value) for value in values[order][at]]


def _quantile_interval(values: Array, weight: Array) -> tuple[float, float]:
    """Return the interval of the high quantile: the quantiles at the bounds of its share."""
    [high] = _quantiles(values, weight, HIGH)
    spread = _mean((values <= high).astype(float), weight)[1]
    if np.isnan(spread):
        return spread, spread
    low_share, high_share = HIGH - Z95 * spread, HIGH + Z95 * spread
    if high_share > 1.0:  # no order waited long enough to bound it
        return _quantiles(values, weight, low_share)[0], float("nan")
    low, upper = _quantiles(values, weight, low_share, high_share)
    return low, upper
