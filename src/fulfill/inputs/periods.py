"""Periods of the calendar by the day: which one a day belongs to, and how much lies in a season.

Periods and seasons come back every year.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SAMPLE_YEAR = 2027
"""A year of 365 days, in which the days of periods and seasons are counted."""
YEAR = tuple(date(SAMPLE_YEAR, 1, 1) + timedelta(days=number) for number in range(365))


def period_of(calendar: pd.DataFrame, day: date) -> str:
    """Return the period of a day: an event that covers it, otherwise the latest month begun.

    Periods come back every year, and may run over New Year.

    Parameters
    ----------
    calendar : DataFrame
        calendar.csv; the year of its dates is ignored.
    day : date
        Day of any year.

    Returns
    -------
    str
        Period id.
    """
    starts = [pd.Timestamp(value).date() for value in calendar["starts"]]
    rows = list(zip(calendar["period_id"], calendar["kind"], starts, calendar["days"], strict=True))
    for name, kind, start, days in rows:
        if kind == "event" and (day - _last_begin(start, day)).days < days:
            return str(name)
    months = [(_last_begin(start, day), name) for name, kind, start, _ in rows if kind == "month"]
    return str(max(months)[1]) if months else str(rows[0][0])


def in_season(first: date | None, last: date | None, day: date) -> bool:
    """Tell whether a day lies in a season that comes back every year.

    Parameters
    ----------
    first, last : date or None
        First and last day of the season in one of the years; None for a season of the whole year.
        A season may run over New Year.
    day : date
        Day of any year.
    """
    if first is None or last is None:
        return True
    return (day - _last_begin(first, day)).days <= (last - first).days


def season_shares(
    calendar: pd.DataFrame, seasons: Iterable[tuple[date | None, date | None]]
) -> NDArray[np.float64]:
    """Return the share of the days of each period that lie in each season.

    Parameters
    ----------
    calendar : DataFrame
        calendar.csv.
    seasons : iterable of (date or None, date or None)
        First and last day of each, see `in_season`.

    Returns
    -------
    ndarray, shape (n_seasons, n_periods)
        A period that has no whole day of its own counts by its first day.
    """
    rows, seasons = pd.Index(calendar["period_id"]), list(seasons)
    if not seasons:  # to place every day of a year takes longer than all prices
        return np.empty((0, len(rows)))
    period = rows.get_indexer(pd.Index([period_of(calendar, day) for day in YEAR]))
    days = np.bincount(period, minlength=len(rows))
    begins = [_in_year(pd.Timestamp(start).date(), SAMPLE_YEAR) for start in calendar["starts"]]
    shares = []
    for first, last in seasons:
        inside = np.array([in_season(first, last, day) for day in YEAR], float)
        at_start = np.array([in_season(first, last, day) for day in begins], float)
        counted = np.bincount(period, weights=inside, minlength=len(rows))
        shares.append(np.where(days > 0, counted / np.maximum(days, 1), at_start))
    return np.array(shares, float).reshape(-1, len(rows))


def month_shares(calendar: pd.DataFrame) -> NDArray[np.float64]:
    """Return the share of the days of each period that lie in each month of the year.

    Parameters
    ----------
    calendar : DataFrame
        calendar.csv.

    Returns
    -------
    ndarray, shape (n_periods, 12)
        Rows add up to one. A period that has no whole day of its own counts by its first day.
    """
    rows = pd.Index(calendar["period_id"])
    period = rows.get_indexer(pd.Index([period_of(calendar, day) for day in YEAR]))
    days = np.zeros((len(rows), 12))
    np.add.at(days, (period, [day.month - 1 for day in YEAR]), 1.0)
    idle = np.flatnonzero(days.sum(axis=1) == 0)
    days[idle, pd.DatetimeIndex(calendar["starts"]).month.to_numpy()[idle] - 1] = 1.0
    return np.asarray(days / days.sum(axis=1, keepdims=True))


def _last_begin(start: date, day: date) -> date:
    """Return when a period that begins every year on the date of `start` last began before a day.

    What begins on 29 February begins on 1 March of a year without that day.
    """
    years = (day.year, day.year - 1)
    return max(begin for year in years if (begin := _in_year(start, year)) <= day)


def _in_year(start: date, year: int) -> date:
    """Return the date of `start` in another year."""
    if (start.month, start.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1)
    return start.replace(year=year)
