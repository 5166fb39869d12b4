"""Effect of lead time on orders: how many are placed, cancelled before delivery, and on time.

A lead time has a lognormal distribution, given by its mean and its 90th percentile. The
cancellation law is an assumption (no measured Mexican curve is public), to be calibrated and varied
in sensitivity analyses::

    p(L) = 1 - (1 - p0) * exp(-h0 * min(L, L_free) - lambda * max(0, L - L_free)^gamma)

`p` is taken in expectation over the distribution, not at the mean: lead times are skewed,
and late deliveries cause most cancellations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]

Z90 = float(ndtri(0.9))
MAX_P90_RATIO = float(np.exp(Z90**2 / 2))
"""Largest 90th percentile over mean that a lognormal distribution can have: 2.27."""
NODES = ndtri((np.arange(32) + 0.5) / 32)
"""Standard normal quantiles at which expectations over a lead time are taken."""


@dataclass(frozen=True)
class CancellationHazard:
    """The hazard of cancellation while a buyer waits.

    Attributes
    ----------
    p0 : float
        Share cancelled at once, whatever the lead time.
    h0 : float
        Hazard a day up to the promised time.
    lambda_, gamma : float
        Scale (per day to the power of gamma) and shape of the hazard after the promised time.
    """

    p0: float
    h0: float
    lambda_: float
    gamma: float


@dataclass(frozen=True)
class ConversionLoss:
    """How a longer announced lead time lowers the orders placed.

    Attributes
    ----------
    reference_days : float
        Lead time at which orders placed equal potential orders.
    eta : float
        Relative loss of orders a day.
    """

    reference_days: float
    eta: float


@dataclass(frozen=True)
class LeadTimes:
    """Days from the order, each (n_options, n_periods).

    Attributes
    ----------
    mean, p90
        Mean and 90th percentile of the time until the order is delivered.
    dispatch
        Time until the order leaves the site or origin, never above `mean`.
    """

    mean: Array
    p90: Array
    dispatch: Array


@dataclass(frozen=True)
class Survival:
    """What is left of a potential order at each stage, each (n_options, n_products, n_periods).

    Attributes
    ----------
    placed
        Orders placed per potential order; above one where the lead time beats the reference.
    units
        Orders dispatched: placed and not cancelled by then.
    delivered
        Orders delivered; returns are not deducted.
    """

    placed: Array
    units: Array
    delivered: Array


def lead_times(
    delivery_options: pd.DataFrame,
    calendar: pd.DataFrame,
    dispatch_days: Array,
    delay_days: float = 0.0,
) -> LeadTimes:
    """Return the lead times of every delivery option in every period.

    Parameters
    ----------
    delivery_options : DataFrame
        Columns channel, days_mean, days_p90.
    calendar : DataFrame
        Columns mail_delay_days and last_mile_delay_days: what a period adds.
    dispatch_days : (n_options,)
        Days from the order to its dispatch.
    delay_days : float
        Days by which every order is dispatched and delivered later.
    """
    mail = (delivery_options["channel"] == "direct_mail").to_numpy()[:, None]
    late = delay_days + np.where(
        mail,
        calendar["mail_delay_days"].to_numpy(float),
        calendar["last_mile_delay_days"].to_numpy(float),
    )
    mean = delivery_options["days_mean"].to_numpy(float)[:, None] + late
    p90 = delivery_options["days_p90"].to_numpy(float)[:, None] + late
    return LeadTimes(mean, p90, np.minimum(dispatch_days[:, None] + delay_days, mean))


def survival(
    lead: LeadTimes, promise_days: Array, hazard: CancellationHazard, loss: ConversionLoss
) -> Survival:
    """Return orders placed, dispatched and delivered per potential order.

    Parameters
    ----------
    lead : LeadTimes
    promise_days : (n_options, n_products)
        Days that a buyer of the option's channel expects to wait.
    hazard : CancellationHazard
    loss : ConversionLoss
    """
    promise = promise_days[:, :, None]
    mean, p90, dispatch = (days[:, None, :] for days in (lead.mean, lead.p90, lead.dispatch))
    by_delivery = expected_cancelled(mean, p90, promise, hazard)
    # Quantiles of a skewed lead time may lie before a sure dispatch time; whoever has cancelled by
    # dispatch has cancelled by delivery too.
    by_dispatch = np.minimum(cancelled_by(dispatch, promise, hazard), by_delivery)
    placed = np.broadcast_to(conversion(mean, loss), by_delivery.shape)
    return Survival(placed, placed * (1.0 - by_dispatch), placed * (1.0 - by_delivery))


def lognormal(mean: ArrayLike, p90: ArrayLike) -> tuple[Array, Array]:
    """Return the parameters of the lognormal law with a given mean and 90th percentile.

    Solves ``ln(p90 / mean) = z90 sigma - sigma^2 / 2`` for the smaller sigma; a p90 at or below the
    mean is a sure time, one above `MAX_P90_RATIO` times the mean is taken at that ratio.

    Parameters
    ----------
    mean, p90 : array_like
        Days; they broadcast.

    Returns
    -------
    mu, sigma : ndarray
        Mean and standard deviation of the logarithm of the days.
    """
    mean, p90 = np.asarray(mean, float), np.asarray(p90, float)
    ratio = np.clip(p90 / mean, 1.0, MAX_P90_RATIO)
    twice = 2.0 * np.log(ratio)
    # z90 - sqrt(z90^2 - twice), multiplied out: the difference would lose its digits near zero.
    sigma = twice / (Z90 + np.sqrt(np.maximum(Z90**2 - twice, 0.0)))
    # the mean of a lognormal law is exp(mu + sigma^2 / 2)
    return np.log(mean) - sigma**2 / 2, sigma


def share_within(mean: ArrayLike, p90: ArrayLike, days: float) -> Array:
    """Return the probability that a lead time is at most `days`.

    Parameters
    ----------
    mean, p90 : array_like
        Mean and 90th percentile of the lead time, days; they broadcast.
    days : float
    """
    mu, sigma = lognormal(mean, p90)
    # the floor on sigma avoids a division by zero; a sure lead time is handled below
    spread = ndtr((np.log(days) - mu) / np.maximum(sigma, 1e-12))
    return np.asarray(np.where(sigma > 0, spread, (mu <= np.log(days)).astype(float)))


def cancelled_by(
    lead_days: ArrayLike, promise_days: ArrayLike, hazard: CancellationHazard
) -> Array:
    """Return p(L), the share cancelled by a sure lead time.

    Parameters
    ----------
    lead_days, promise_days : array_like
        L and L_free, days; they broadcast.
    hazard : CancellationHazard
    """
    lead, free = np.asarray(lead_days, float), np.asarray(promise_days, float)
    waited = np.minimum(lead, free)
    late = np.maximum(lead - free, 0.0)
    share: Array = 1.0 - (1.0 - hazard.p0) * np.exp(
        -hazard.h0 * waited - hazard.lambda_ * late**hazard.gamma
    )
    return share


def expected_cancelled(
    mean: ArrayLike, p90: ArrayLike, promise_days: ArrayLike, hazard: CancellationHazard
) -> Array:
    """Return the expectation of p(L) over the lead-time distribution.

    Parameters
    ----------
    mean, p90, promise_days : array_like
        Days; they broadcast.
    hazard : CancellationHazard
    """
    mu, sigma = lognormal(mean, p90)
    total: Array = np.zeros(np.broadcast(mu, np.asarray(promise_days)).shape)
    # midpoint rule in probability: equal weights at 32 quantiles, since p(L) has a kink at the
    # promised time
    for node in NODES:
        total = total + cancelled_by(np.exp(mu + sigma * node), promise_days, hazard)
    return total / len(NODES)


def conversion(lead_days: ArrayLike, loss: ConversionLoss) -> Array:
    """Return orders placed over orders at the reference lead time: ``exp(-eta (L - L_ref))``.

    The slope comes from published delay studies (Fisher, Gallino and Xu 2019: 1.5 % of sales per
    business day).

    Parameters
    ----------
    lead_days : array_like
        L, days.
    loss : ConversionLoss
    """
    return np.exp(-loss.eta * (np.asarray(lead_days, float) - loss.reference_days))
