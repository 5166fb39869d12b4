"""A calendar year whose rules change within it: the problem on the day of each set of rules.

A period that straddles a change is weighted by its days under each set of rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.cross_checks import cross_faults
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.network import Network
from fulfill.inputs.periods import period_of
from fulfill.inputs.problem import Problem
from fulfill.inputs.rate_card_coverage import rate_card_faults
from fulfill.inputs.tariffs import regime_on

DATED = ("tariffs", "entry_fees", "rate_cards", "surcharges")
"""Tables whose rows are in force between two days."""


@dataclass(frozen=True)
class RuleSpan:
    """Days of a year under one set of rules.

    Attributes
    ----------
    problem : Problem
        With the rules of its first day.
    share : (n_periods,) array
        Share of the days of each period that lie in the span.
    """

    problem: Problem
    share: NDArray[np.float64]


def rule_spans(problem: Problem) -> tuple[RuleSpan, ...]:
    """Return the spans of the as-of date's calendar year, which cover every period once.

    Parameters
    ----------
    problem : Problem
        With merged zones or without.

    Returns
    -------
    tuple of RuleSpan
        In the order of their days; one where nothing changes in the year.

    Raises
    ------
    InputError
        With every fault of the rules of a span, such as F302.
    """
    year = problem.regime.as_of.year
    begins = [date(year, 1, 1), *changes(problem.network, year)]
    shares = _shares(problem.network["calendar"], begins)
    spans, faults = [], list[Fault]()
    network, demand = problem.network, problem.demand
    for day, share in zip(begins, shares, strict=True):
        regime = regime_on(network["tariffs"], network["entry_fees"], day)
        faults += cross_faults(network, demand, regime, problem.channels)
        faults += rate_card_faults(network, demand, day, problem.channels)
        spans.append(RuleSpan(replace(problem, regime=regime), share))
    if faults:
        raise InputError(faults)
    return tuple(spans)


def changes(network: Network, year: int) -> list[date]:
    """Return the days of a year, after the first, on which a rule begins or has ended.

    Parameters
    ----------
    network : Network
        Its dated tables.
    year : int

    Returns
    -------
    list of date
        In order, none twice.
    """
    found = set()
    for name in DATED:
        table = network[name]
        ended = table["valid_to"].dropna() + pd.Timedelta(days=1)
        found |= {one.date() for one in (*table["valid_from"].dropna(), *ended)}
    return sorted(one for one in found if date(year, 1, 1) < one <= date(year, 12, 31))


def _shares(calendar: pd.DataFrame, begins: list[date]) -> NDArray[np.float64]:
    """Return the share of the days of each period in each span, (n_spans, n_periods).

    A period that has no whole day of its own counts by its first day.
    """
    first = begins[0]
    n_days = (date(first.year + 1, 1, 1) - first).days
    year = [first + timedelta(days=number) for number in range(n_days)]
    rows = pd.Index(calendar["period_id"])
    period = rows.get_indexer(pd.Index([period_of(calendar, day) for day in year]))
    span = (
        np.searchsorted(np.array(begins, "datetime64[D]"), np.array(year, "datetime64[D]"), "right")
        - 1
    )
    days = np.zeros((len(begins), len(rows)))
    np.add.at(days, (span, period), 1.0)
    for row in np.flatnonzero(days.sum(axis=0) == 0).tolist():
        start = pd.Timestamp(calendar["starts"].iloc[row]).date().timetuple().tm_yday
        days[span[min(start, n_days) - 1], row] = 1.0
    return np.asarray(days / days.sum(axis=0))
