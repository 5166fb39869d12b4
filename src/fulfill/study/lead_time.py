"""Mean lead time and cancelled orders of a plan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fulfill.model.decisions import Decisions
from fulfill.model.economics.landed import Economics
from fulfill.model.instance import LocationInstance

Array = NDArray[np.float64]


def mean_lead_days(
    economics: Economics, instance: LocationInstance, decisions: Decisions, used: Array
) -> float:
    """Return the mean days from order to delivery, including the delay of handling bands.

    Every order of a site and period has the mean delay of its bands; direct mail has none.

    Parameters
    ----------
    economics : Economics
    instance : LocationInstance
    decisions : Decisions
        The plan.
    used : (n_sites, n_bands, n_periods)
        Of `capacity_use.band_use`.

    Returns
    -------
    float
        Days; NaN where nothing is served.
    """
    handled = used.sum(axis=1)
    waited = (used * economics.warehouses.delay_days[:, :, None]).sum(axis=1)
    wait = np.divide(waited, handled, out=np.zeros_like(handled), where=handled > 0)
    by_site = np.concatenate([wait, np.zeros((1, wait.shape[1]))])  # the last row is MAIL
    lane, period = decisions.lane, decisions.period
    days = economics.lead_times.mean[instance.lane_option[lane], period]
    days = days + by_site[instance.lane_site[lane], period]
    served = float(decisions.orders.sum())
    return float((decisions.orders * days).sum()) / (served or np.nan)


def cancelled_orders(
    economics: Economics, instance: LocationInstance, decisions: Decisions
) -> float:
    """Return the placed orders of a year that are cancelled before delivery.

    Parameters
    ----------
    economics, instance, decisions
        See `mean_lead_days`.

    Returns
    -------
    float
    """
    at = instance.lane_option[decisions.lane], decisions.product, decisions.period
    lost = economics.survival.placed[at] - economics.survival.delivered[at]
    return float((lost * decisions.orders).sum())
