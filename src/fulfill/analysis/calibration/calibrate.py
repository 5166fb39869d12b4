"""Parameters of cancellation from the histories of orders.

The model says ``1 - p(L) = (1 - p0) exp(-h0 min(L, F) - lambda max(0, L - F)^gamma)``, with the
lead time L and the promise F in days. So an order is at risk

- once, on the day of the order, which gives p0;
- on each later day up to the promised one, which gives h0;
- on each day after the promised one, which gives lambda and gamma,

until it is cancelled, or no longer seen. The three parts of the likelihood have no parameter in
common, and are fitted one by one.

An export holds orders that were placed. It says nothing about those that were not, so that
conversion_eta is no result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from fulfill.analysis.calibration.hazard import (
    SHAPE_EVENTS,
    DaysAtRisk,
    Estimate,
    days_at_risk,
    fit_scale,
    fit_scale_and_shape,
    rise_statistic,
)
from fulfill.analysis.calibration.lead_times import lead_times
from fulfill.inputs.importing.order_histories import OrderHistories
from fulfill.inputs.schema import NETWORK_PARAMETERS

RISE_LEVEL = 0.05
"""Share of data without a rise of the hazard after the promise in which one is seen."""
_RISE_BOUND = float(ndtri(1.0 - RISE_LEVEL))
FIXED = ("given", "few_late")
"""Reasons for which the shape is not estimated, but fixed."""
LIMITS = {one.name: (one.low, one.high) for one in NETWORK_PARAMETERS}


@dataclass(frozen=True, eq=False)
class Phases:
    """Days at risk on the day of the order, until the promise, and after it."""

    order: DaysAtRisk
    before: DaysAtRisk
    after: DaysAtRisk


@dataclass(frozen=True, eq=False)
class Calibration:
    """What the histories of orders say about the parameters of the model.

    Attributes
    ----------
    parameters : DataFrame
        name, value, low, high (NaN where there is no estimate), n (orders at risk), events
        (cancellations), supported (bool), reason (why not; empty where it is).
    phases : Phases
        What they are estimated from.
    lead_times : DataFrame
        See `lead_times`.
    rise : float
        See `rise_statistic`.
    gamma : float
        Shape of the hazard after the promise, estimated or given.
    histories : OrderHistories
    """

    parameters: pd.DataFrame
    phases: Phases
    lead_times: pd.DataFrame
    rise: float
    gamma: float
    histories: OrderHistories


def calibrate(histories: OrderHistories, gamma: float | None = None) -> Calibration:
    """Estimate the hazard of cancellation and the lead times.

    Parameters
    ----------
    histories : OrderHistories
    gamma : float, optional
        Shape of the hazard after the promise. By default it is estimated from 30 cancellations
        after the promise on, and 1 with fewer.

    Returns
    -------
    Calibration
    """
    phases = phases_of(histories)
    rise = rise_statistic(phases.before, phases.after)
    rows = list(_estimates(phases, rise, gamma))
    shape = rows[-1]
    frame = histories.frame
    return Calibration(
        parameters=pd.DataFrame(rows),
        phases=phases,
        lead_times=lead_times(frame[frame["delivered"]]),
        rise=rise,
        gamma=gamma or (float(shape["value"]) if shape["supported"] else 1.0),
        histories=histories,
    )


def phases_of(histories: OrderHistories) -> Phases:
    """Return the days at risk of the three parts of the likelihood.

    Parameters
    ----------
    histories : OrderHistories

    Returns
    -------
    Phases
    """
    frame = histories.frame
    seen, promise = (frame[name].to_numpy(np.int64) for name in ("seen", "promise"))
    cancelled = frame["cancelled"].to_numpy(bool)
    weights = frame["weight"].to_numpy(float) if histories.is_weighted else None
    at_once, late = cancelled & (seen == 0), cancelled & (seen > promise)
    return Phases(
        days_at_risk(np.ones(len(frame), np.int64), at_once, weights),
        days_at_risk(np.minimum(seen, promise), cancelled & ~at_once & ~late, weights),
        days_at_risk(np.maximum(seen - promise, 0), late & ~at_once, weights),
    )


def _estimates(
    phases: Phases, rise: float, gamma: float | None
) -> Iterator[dict[str, str | float | int | bool]]:
    """Yield a row for each parameter, that of gamma last."""
    atom = fit_scale(phases.order)
    share = Estimate(*(-float(np.expm1(-value)) for value in (atom.value, atom.low, atom.high)))
    yield _row("cancel_p0", share, phases.order)
    before, after = phases.before, phases.after
    yield _row("cancel_h0", fit_scale(before) if before.orders else None, before, "no_days")
    no_slope = "no_late_orders" if not after.orders else "no_rise"
    if rise <= _RISE_BOUND:
        yield _row("cancel_lambda", None, after, no_slope)
        yield _row("cancel_gamma", None, after, no_slope)
    elif gamma is not None or after.events < SHAPE_EVENTS:
        yield _row("cancel_lambda", fit_scale(after, gamma or 1.0), after)
        yield _row("cancel_gamma", None, after, "given" if gamma else "few_late")
    else:
        scale, shape = fit_scale_and_shape(after)
        yield _row("cancel_lambda", scale, after)
        yield _row("cancel_gamma", shape, after)


def _row(
    name: str, estimate: Estimate | None, risk: DaysAtRisk, reason: str = ""
) -> dict[str, str | float | int | bool]:
    """Return the row of a parameter; an estimate beyond the limits of the table is none."""
    found = estimate or Estimate(np.nan, np.nan, np.nan)
    low, high = LIMITS[name]
    if estimate is not None:
        reason = "" if low <= estimate.value <= high else "out_of_limits"
    return {
        "name": name,
        "value": found.value,
        "low": found.low,
        "high": min(found.high, high) if reason == "" else found.high,
        "n": risk.orders,
        "events": risk.events,
        "supported": not reason,
        "reason": reason,
    }


def parameter_rows(calibration: Calibration) -> pd.DataFrame:
    """Return the supported parameters as rows of parameters.csv.

    Parameters
    ----------
    calibration : Calibration

    Returns
    -------
    DataFrame
        In the form of parameters.csv of a network. The date is the last one of the data. A shape
        that was fixed has a row too, as an assumption, since the scale holds with it only.
    """
    histories = calibration.histories
    days = f"{histories.first} to {histories.last}"
    rows = []
    for row in calibration.parameters.itertuples():
        cell = f"{row.value:.6g}", f"value={row.low:.6g}..{row.high:.6g}"
        source = f"own orders of {days}: {row.events} cancellations among {row.n} orders"
        if row.supported:
            source += "; range is the 95 % interval"
            rows.append((row.name, cell[0], source, "measured", cell[1]))
        elif row.reason in FIXED:
            shape = f"{calibration.gamma:.6g}"
            source = f"fixed, not estimated: cancel_lambda of the {source} was estimated with it"
            rows.append((row.name, shape, source, "assumption", f"value={shape}..{shape}"))
    columns = ["parameter", "value", "source", "status", "range"]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(3, "source_date", str(histories.last))
    return table
