"""Hazard of cancellation by the day, from days at risk and cancellations.

On day j at risk an order that is not yet cancelled is cancelled with the probability::

    q_j = 1 - exp(-scale * (j^shape - (j-1)^shape)),    j = 1, 2, ...

so that the share kept after j days is ``exp(-scale * j^shape)``, as in
`model/economics/cancellation.py`. This is a binomial model with a complementary log-log link and
the offset ``ln(j^shape - (j-1)^shape)``. The number of orders at risk and of cancellations on each
day are all that it needs.

With sampling weights the estimate maximises the weighted likelihood, and its variance is the
sandwich ``A^-1 B A^-1``, where B sums the squared weighted scores of the orders (Binder 1983).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]
Z95 = float(ndtri(0.975))
SHAPES = (0.1, 4.0)
"""Shapes that the table of parameters admits."""
SHAPE_EVENTS = 30
"""Least number of cancellations from which a shape is estimated; with fewer it is fixed."""
_ROUNDS, _TOLERANCE = 50, 1e-8


@dataclass(frozen=True, eq=False)
class DaysAtRisk:
    """Orders by how long they were at risk, and whether that ended by a cancellation.

    Attributes
    ----------
    kept, cancelled : ndarray of float, shape (n_days,)
        Sum of the weights of the orders that were at risk for j = 1, 2, ... days; a cancelled order
        counts the day of its cancellation.
    kept_squares, cancelled_squares : ndarray of float, shape (n_days,)
        Sums of the squared weights.
    events : int
        Number of cancelled orders, not weighted.
    orders : int
        Number of orders that were at risk for at least a day.
    largest : float
        Largest weight.
    is_weighted : bool
        Whether the weights differ from 1, so that the variance is the sandwich.
    """

    kept: Array
    cancelled: Array
    kept_squares: Array
    cancelled_squares: Array
    events: int
    orders: int
    largest: float
    is_weighted: bool

    @property
    def at_risk(self) -> Array:
        """Weighted orders at risk on each day, shape (n_days,)."""
        return np.cumsum((self.kept + self.cancelled)[::-1])[::-1]


@dataclass(frozen=True)
class Estimate:
    """An estimate with its 95 % interval.

    Attributes
    ----------
    value, low, high : float
    """

    value: float
    low: float
    high: float


def days_at_risk(
    days: NDArray[np.int64], cancelled: NDArray[np.bool_], weights: Array | None = None
) -> DaysAtRisk:
    """Count orders by their days at risk.

    Parameters
    ----------
    days : ndarray of int, shape (n_orders,)
        Days at risk; orders with none are left out.
    cancelled : ndarray of bool, shape (n_orders,)
        Whether the last of these days is that of the cancellation.
    weights : ndarray of float, shape (n_orders,), optional
        Orders that each of them stands for; by default 1.

    Returns
    -------
    DaysAtRisk
    """
    weight = np.ones(len(days)) if weights is None else weights
    risked = days > 0
    days, cancelled, weight = days[risked], cancelled[risked], weight[risked]
    n = int(days.max(initial=1))

    def sums(chosen: NDArray[np.bool_], values: Array) -> Array:
        return np.bincount(days[chosen] - 1, values[chosen], n).astype(float)

    return DaysAtRisk(
        kept=sums(~cancelled, weight),
        cancelled=sums(cancelled, weight),
        kept_squares=sums(~cancelled, weight**2),
        cancelled_squares=sums(cancelled, weight**2),
        events=int(cancelled.sum()),
        orders=len(days),
        largest=float(weight.max(initial=0.0)),
        is_weighted=weights is not None,
    )


def fit_scale(risk: DaysAtRisk, shape: float = 1.0) -> Estimate:
    """Return the scale of the hazard for a known shape.

    Parameters
    ----------
    risk : DaysAtRisk
        With at least one order.
    shape : float

    Returns
    -------
    Estimate
        Per day to the power of the shape. The interval is Wald's for the logarithm; without a
        cancellation it reaches from 0 to where none is seen in 2.5 % of samples. Where every order
        is cancelled on its first day the scale is infinite.
    """
    days = np.arange(1, len(risk.kept) + 1)
    if not risk.events:
        exposure = float(risk.kept @ days**shape)
        return Estimate(0.0, 0.0, -np.log(0.025) * risk.largest / exposure)
    if risk.cancelled[0] == risk.at_risk[0]:  # nobody kept the order for a day
        return Estimate(np.inf, -float(np.log1p(-(0.025 ** (1.0 / risk.orders)))), np.inf)
    [log_scale], covariance = _fitted(risk, shape, np.ones((len(days), 1)))
    return _exponential(log_scale, covariance[0, 0])


def fit_scale_and_shape(risk: DaysAtRisk) -> tuple[Estimate, Estimate]:
    """Return scale and shape of the hazard, estimated together.

    The offset is not linear in the shape: it is expanded about the shape at hand, whose correction
    is the coefficient of a second column, until there is none (Gauss-Newton).

    Parameters
    ----------
    risk : DaysAtRisk
        With at least `SHAPE_EVENTS` cancellations.

    Returns
    -------
    scale, shape : Estimate
        The intervals are Wald's for the logarithms. A shape at a bound of `SHAPES` has that bound
        as its value, and the scale is that of this shape.
    """
    days = np.arange(1, len(risk.kept) + 1)
    shape = 1.0
    for _ in range(_ROUNDS):
        slope = _offset_slope(days, shape) * shape  # by the logarithm of the shape
        design = np.column_stack([np.ones(len(days)), slope])
        [log_scale, step], covariance = _fitted(risk, shape, design)
        # half a unit of the logarithm at most, within which the expansion is of use
        following = float(np.clip(shape * np.exp(np.clip(step, -0.5, 0.5)), *SHAPES))
        if abs(np.log(following / shape)) < _TOLERANCE:
            break
        shape = following
    found = _exponential(np.log(shape), covariance[1, 1])
    bounded = replace(found, low=max(found.low, SHAPES[0]), high=min(found.high, SHAPES[1]))
    if shape in SHAPES:
        return fit_scale(risk, shape), bounded
    return _exponential(log_scale, covariance[0, 0]), bounded


def rise_statistic(before: DaysAtRisk, after: DaysAtRisk) -> float:
    """Return how clearly more is cancelled a day after the promise than before it.

    The score test of one constant hazard in both, with the empirical variance of the scores, so
    that it holds with sampling weights and without a cancellation in one of the two.

    Parameters
    ----------
    before, after : DaysAtRisk

    Returns
    -------
    float
        Standard normal where the hazard is the same; large where it rises. 0 without a
        cancellation, or where one of the two has no day at risk.
    """
    risked = [float(one.at_risk.sum()) for one in (before, after)]
    ended = [float(one.cancelled.sum()) for one in (before, after)]
    if not sum(ended) or not min(risked):
        return 0.0
    hazard, share = sum(ended) / sum(risked), risked[1] / sum(risked)
    variance = sum(
        # the parts of an order before and after are uncorrelated where the hypothesis holds
        factor**2
        * float(
            one.kept_squares @ (hazard * np.arange(1, len(one.kept) + 1)) ** 2
            + one.cancelled_squares @ (1.0 - hazard * np.arange(1, len(one.kept) + 1)) ** 2
        )
        for factor, one in ((share, before), (1.0 - share, after))
    )
    return (ended[1] - hazard * risked[1]) / float(np.sqrt(variance))


def _fitted(risk: DaysAtRisk, shape: float, design: Array) -> tuple[Array, Array]:
    """Return the coefficients of the binomial model and their covariance."""
    import statsmodels.api as sm

    days = np.arange(1, len(risk.kept) + 1)
    at_risk = risk.at_risk
    used = at_risk > 0
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    counts = np.column_stack([risk.cancelled, at_risk - risk.cancelled])
    with warnings.catch_warnings():
        # hazards near zero, as of hardly any cancellation, are what is expected here
        warnings.simplefilter("ignore")
        model = sm.GLM(counts[used], design[used], family, offset=_offset(days, shape)[used])
        start = np.zeros(design.shape[1])
        start[0] = np.log(risk.cancelled.sum() / (at_risk @ np.exp(_offset(days, shape))))
        fit = model.fit(start_params=start, tol=_TOLERANCE)
    covariance = np.asarray(fit.cov_params(), float)
    if risk.is_weighted:
        mean = np.exp(design @ fit.params + _offset(days, shape))
        covariance = covariance @ _squared_scores(risk, mean, design) @ covariance
    return np.asarray(fit.params, float), covariance


def _squared_scores(risk: DaysAtRisk, mean: Array, design: Array) -> Array:
    """Return the sum of the squared weighted scores of the orders, shape (n, n).

    `mean` is the cumulated hazard of each day. The score of an order adds up over its days at risk.
    """
    day_kept = -mean[:, None] * design
    day_cancelled = (mean / np.expm1(mean))[:, None] * design
    kept = np.cumsum(day_kept, axis=0)
    cancelled = kept - day_kept + day_cancelled
    return np.asarray(
        (kept * risk.kept_squares[:, None]).T @ kept
        + (cancelled * risk.cancelled_squares[:, None]).T @ cancelled
    )


def _offset(days: NDArray[np.int64], shape: float) -> Array:
    """Return ln(j^shape - (j-1)^shape)."""
    return np.log(days**shape - (days - 1.0) ** shape)


def _offset_slope(days: NDArray[np.int64], shape: float) -> Array:
    """Return the derivative of the offset by the shape."""
    before = days - 1.0
    # j^shape ln(j) is 0 for j = 0
    grown = days**shape * np.log(days) - before**shape * np.log(np.maximum(before, 1.0))
    return np.asarray(grown / (days**shape - before**shape))


def _exponential(log_value: float, variance: float) -> Estimate:
    """Return the estimate of a value whose logarithm is nearly normal."""
    reach = Z95 * float(np.sqrt(variance))
    return Estimate(*(float(np.exp(log_value + by)) for by in (0.0, -reach, reach)))
