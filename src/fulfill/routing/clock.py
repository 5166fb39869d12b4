"""Times of a day whose shifts may run past midnight.

Every time is in hours since midnight of the day on which the shift begins: 26 is two o'clock of the
next day. Stop lists and speeds name times of day; here they find their place in the shifts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DAY = 24.0
"""Hours of a day."""


def clock_text(hours: float) -> str:
    """Return a time as it is read on a clock.

    Parameters
    ----------
    hours : float
        Hours since midnight of the day of departure.

    Returns
    -------
    str
        HH:MM, after midnight with the days passed (``02:10 +1``), before the day of departure with
        those to come (``23:50 -1``); empty for NaN and infinity.
    """
    if not np.isfinite(hours):
        return ""
    day, minute = divmod(round(hours * 60.0), 24 * 60)
    return f"{minute // 60:02d}:{minute % 60:02d}" + (f" {day:+d}" if day else "")


def place_windows(
    ready: Array, due: Array, shifts: list[tuple[float, float]]
) -> tuple[Array, Array]:
    """Place windows, given as times of day, in the shifts of a day.

    A window that ends before it begins ends on the next day. One that meets no shift as it is
    written, but one a day later (or, over midnight, a day earlier), is meant there. A window is
    taken as it is written where one of its times is above 24. Without a beginning or an end, a
    window is open at that side; from 0 to 24 it is open at both.

    Parameters
    ----------
    ready, due : (n_stops,)
        Hours, NaN where the window has no beginning or no end.
    shifts : list of tuple of float
        Beginning and end of each shift, hours since midnight of the day of departure.

    Returns
    -------
    tuple of array
        Beginning and end of each window, hours since midnight of the day of departure; 0 and
        infinite where it is open.
    """
    no_end = np.isnan(due)
    whole_day = (np.nan_to_num(ready) == 0.0) & (no_end | (due == DAY))
    # A window without an end is placed by its beginning: a shop that opens at 6 is open at 20.
    first = np.nan_to_num(ready)
    last = np.where(no_end, first, due)
    wraps = last < first
    last = last + np.where(wraps, DAY, 0.0)
    moved = np.zeros(len(first))
    placed = (first > DAY) | (last > DAY) & ~wraps
    for days, may in ((0.0, ~placed), (DAY, ~placed), (-DAY, ~placed & wraps)):
        here = may & ~placed & _meets(first + days, last + days, shifts)
        moved[here] = days
        placed |= here
    begins = np.where(np.isnan(ready) | whole_day, 0.0, np.maximum(first + moved, 0.0))
    ends = np.where(no_end | whole_day, np.inf, last + moved)
    return begins, ends


def _meets(first: Array, last: Array, shifts: list[tuple[float, float]]) -> NDArray[np.bool_]:
    """Tell which windows have time in common with a shift; touching its ends is not enough."""
    opens, closes = np.array(shifts, float).reshape(-1, 2).T
    return np.asarray(((last[:, None] > opens) & (first[:, None] < closes)).any(axis=1))
