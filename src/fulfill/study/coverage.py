"""How soon the orders of a plan arrive: shares within any number of days, by class of zone."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from fulfill.model.decisions import Decisions
from fulfill.model.economics.cancellation import share_within
from fulfill.study.run import PricedModel

ALL = "all"
"""Class of the rows on all zones together."""


def coverage_curve(
    model: PricedModel, decisions: Decisions, days: Iterable[int] = range(1, 26)
) -> pd.DataFrame:
    """Return the share of potential orders that arrive within each number of days.

    The shares are those of the key figures `share_within_<n>_days`: of the distribution of the
    lead time of each delivery option, not of its mean.

    Parameters
    ----------
    model : PricedModel
        Lead times and demand.
    decisions : Decisions
        The plan.
    days : iterable of int
        Numbers of days, at least 1.

    Returns
    -------
    DataFrame
        zone_class (`ALL` first), days, share; no rows for a class without orders.
    """
    instance, lead = model.instance, model.economics.lead_times
    classes = model.problem.demand.zones["zone_class"].to_numpy()
    names, of_zone = np.unique(classes, return_inverse=True)
    served = np.zeros((len(names), *lead.mean.shape))
    zone, way = instance.lane_zone[decisions.lane], instance.lane_option[decisions.lane]
    np.add.at(served, (of_zone[zone], way, decisions.period), decisions.orders)
    wanted = np.bincount(of_zone, weights=instance.demand.sum(axis=(1, 2)))
    rows = []
    for number in days:
        in_time = (served * share_within(lead.mean, lead.p90, number)).sum(axis=(1, 2))
        rows.append((ALL, number, in_time.sum() / wanted.sum() if wanted.sum() > 0 else np.nan))
        rows += [
            (str(name), number, arrived / orders)
            for name, arrived, orders in zip(names, in_time, wanted, strict=True)
            if orders > 0
        ]
    table = pd.DataFrame(rows, columns=["zone_class", "days", "share"])
    return table.dropna(subset="share").reset_index(drop=True)
