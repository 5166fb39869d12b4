"""Lead times, what buyers make of them: cancellation by lead time, conversion by promise, share in time.

A lead time is a lognormal distribution given by its mean and its 90th percentile. The cancellation
law is an
assumption (no measured Mexican curve is public), to be calibrated and swept::

    p(L) = 1 - (1 - p0) * exp(-h0 * min(L, L_free) - lambda * max(0, L - L_free)^gamma)

`p` is taken in expectation over the distribution, not at the mean: lead times are skewed and
lateness is what cancels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]

Z90 = float(ndtri(0.9))
MAX_P90_RATIO = float(np.exp(Z90**2 / 2))
"""Largest 90th percentile over mean that a lognormal distribution can have: 2.27."""
NODES = ndtri((np.arange(32) + 0.5) / 32)
"""Standard normal quantiles at which expectations over a lead time are taken."""


@dataclass(frozen=True)
class Patience:
    """Figures of the cancellation law; units as in the data dictionary."""

    p0: float
    h0: float
    lam: float
    gamma: float


def lognormal(mean: ArrayLike, p90: ArrayLike) -> tuple[Array, Array]:
    """Return location and spread (mu, sigma) of the lognormal law with a mean and a 90th percentile, in log days.

    Solves ``ln(p90 / mean) = z90 sigma - sigma^2 / 2`` for the smaller sigma; a p90 at or below the
    mean is a sure time, one above `MAX_P90_RATIO` times the mean is taken at that ratio.
    """
    mean, p90 = np.asarray(mean, float), np.asarray(p90, float)
    ratio = np.clip(p90 / mean, 1.0, MAX_P90_RATIO)
    twice = 2.0 * np.log(ratio)
    sigma = twice / (
        Z90 + np.sqrt(np.maximum(Z90**2 - twice, 0.0))
    )  # z90 - sqrt(...) without its cancellation
    return np.log(mean) - sigma**2 / 2, sigma


def share_within(mean: ArrayLike, p90: ArrayLike, days: float) -> Array:
    """Return P(L <= days)."""
    mu, sigma = lognormal(mean, p90)
    spread = ndtr((np.log(days) - mu) / np.maximum(sigma, 1e-12))
    return np.asarray(np.where(sigma > 0, spread, (mu <= np.log(days)).astype(float)))


def cancelled_by(lead_days: ArrayLike, promise_days: ArrayLike, patience: Patience) -> Array:
    """Return p(L) for sure lead times; arguments broadcast."""
    lead, free = np.asarray(lead_days, float), np.asarray(promise_days, float)
    waited = np.minimum(lead, free)
    late = np.maximum(lead - free, 0.0)
    share: Array = 1.0 - (1.0 - patience.p0) * np.exp(
        -patience.h0 * waited - patience.lam * late**patience.gamma
    )
    return share


def expected_cancelled(
    mean: ArrayLike, p90: ArrayLike, promise_days: ArrayLike, patience: Patience
) -> Array:
    """Return the expectation of p(L) over the lead-time distribution; arguments broadcast."""
    mu, sigma = lognormal(mean, p90)
    total: Array = np.zeros(np.broadcast(mu, np.asarray(promise_days)).shape)
    for node in NODES:
        total = total + cancelled_by(np.exp(mu + sigma * node), promise_days, patience)
    return total / len(NODES)


def conversion(lead_days: ArrayLike, reference_days: float, eta: float) -> Array:
    """Return orders placed over orders at the reference lead time: ``exp(-eta (L - L_ref))``.

    The slope comes from published delay studies (Fisher, Gallino and Xu 2019: 1.5 % of sales per
    business day).
    """
    return np.exp(-eta * (np.asarray(lead_days, float) - reference_days))
