"""What buyers do while they wait, coded without the formulas of the model that made the plan.

A buyer's clock starts at the order. Until the promised time a buyer gives up at a small constant
rate, after it at a rate that grows with the days late. Delivery takes a lognormal time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Array = NDArray[np.float64]
LAW_POINTS = norm.ppf((np.arange(32) + 0.5) / 32)
"""Standard normal values of 32 equally likely lead times: the law of docs/formulation.md."""
Z90 = float(norm.ppf(0.9))


@dataclass(frozen=True)
class Patience:
    """How buyers give up.

    Attributes
    ----------
    at_once : float
        Share that cancels right after ordering.
    early : float
        Rate of cancellation up to the promised time, per day.
    late, shape : float
        Cumulated hazard ``late * days**shape`` of the days beyond the promised time.
    """

    at_once: float
    early: float
    late: float
    shape: float

    def hazard(self, waited: Array, promise: Array) -> Array:
        """Return the cumulated hazard after some days, both broadcast.

        Parameters
        ----------
        waited, promise : array
            Days since the order, and days promised.
        """
        beyond = np.maximum(waited - promise, 0.0)
        return np.asarray(self.early * (waited - beyond) + self.late * beyond**self.shape)

    def remaining(self, waited: Array, promise: Array) -> Array:
        """Return the share of orders that is not cancelled after some days; see `hazard`."""
        return np.asarray((1.0 - self.at_once) * np.exp(-self.hazard(waited, promise)))


@dataclass(frozen=True)
class Transit:
    """Lognormal times from the order to the door; arrays of one shape.

    Attributes
    ----------
    mean, log_mean, log_sd : array
        Mean in days, and mean and standard deviation of the logarithm of the days.
    """

    mean: Array
    log_mean: Array
    log_sd: Array

    @classmethod
    def of(cls, mean: Array, p90: Array) -> Transit:
        """Return the law with a mean and a 90th percentile, days.

        A 90th percentile at or below the mean makes a sure time; the ratio of the two is at most
        that of the most skewed lognormal law, exp(z90^2 / 2).

        Parameters
        ----------
        mean, p90 : array
        """
        log_ratio = np.clip(np.log(p90 / mean), 0.0, Z90**2 / 2.0)
        # ln(p90) - ln(mean) = z90 s - s^2/2; the smaller root of the quadratic
        log_sd = Z90 - np.sqrt(Z90**2 - 2.0 * log_ratio)
        return cls(mean, np.log(mean) - log_sd**2 / 2.0, log_sd)

    @property
    def variance(self) -> Array:
        """Variance of the days."""
        return np.asarray(self.mean**2 * np.expm1(self.log_sd**2))

    def delivered(self, extra: Array, promise: Array, patience: Patience) -> Array:
        """Return the share of orders that is delivered if all take `extra` days longer.

        Parameters
        ----------
        extra, promise : array
            Days; they broadcast against the law.
        patience : Patience
        """
        total = np.zeros(np.broadcast_shapes(self.mean.shape, extra.shape, promise.shape))
        for point in LAW_POINTS:
            days = np.exp(self.log_mean + self.log_sd * point) + extra
            total += patience.remaining(days, promise)
        return total / len(LAW_POINTS)

    def within(self, extra: Array, promise: Array) -> Array:
        """Return the probability to arrive in the promised time if all take `extra` days longer.

        Parameters
        ----------
        extra, promise : array
            Days; they broadcast against the law.
        """
        left = np.log(np.maximum(promise - extra, 1e-12))
        sure = self.log_sd < 1e-9
        score = (left - self.log_mean) / np.where(sure, 1.0, self.log_sd)
        in_time = left >= self.log_mean - 1e-12
        return np.asarray(np.where(sure, in_time, norm.cdf(score)), float)
