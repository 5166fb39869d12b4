"""Times of day in shifts that may run past midnight."""

from __future__ import annotations

import numpy as np
import pytest

from fulfill.routing.clock import clock_text, place_windows

NONE = np.nan
NIGHT, LATE, DAY, EARLY = [(20.0, 29.0)], [(23.0, 32.0)], [(8.0, 17.0)], [(0.0, 9.0)]


@pytest.mark.parametrize(
    ("shifts", "ready", "due", "begins", "ends"),
    [
        (NIGHT, 22, 2, 22, 26),  # over midnight
        (LATE, 22, 2, 22, 26),
        (EARLY, 22, 2, 0, 2),  # begun on the day before
        (NIGHT, 1, 4, 25, 28),  # after midnight
        (NIGHT, 21, 23, 21, 23),
        (NIGHT, 25, 28, 25, 28),  # as written
        (NIGHT, 6, 7, 6, 7),  # in no shift, a day later neither
        (NIGHT, NONE, 4, 0, 28),
        (NIGHT, NONE, 21, 0, 21),
        (NIGHT, 1, NONE, 25, np.inf),
        (NIGHT, 6, NONE, 6, np.inf),  # open since six in the morning
        (NIGHT, 21, NONE, 21, np.inf),
        (NIGHT, NONE, NONE, 0, np.inf),
        (NIGHT, 0, 24, 0, np.inf),  # the whole day
        (DAY, NONE, NONE, 0, np.inf),
        (DAY, 9, 12, 9, 12),
        (DAY, 18, NONE, 18, np.inf),  # after the shift, not a day earlier
        (DAY, NONE, 7, 0, 7),  # before the shift, not a day later
        (DAY, 18, 2, 18, 26),
        (DAY + NIGHT, 1, 4, 25, 28),
        (EARLY + NIGHT, 1, 4, 1, 4),
    ],
)
def test_a_window_has_its_place_in_the_shift(shifts, ready, due, begins, ends):
    placed = place_windows(np.array([float(ready)]), np.array([float(due)]), shifts)
    assert (placed[0][0], placed[1][0]) == (begins, ends)


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (9.5, "09:30"),
        (23.999, "00:00 +1"),
        (26.25, "02:15 +1"),
        (49.0, "01:00 +2"),
        (-4.0, "20:00 -1"),
        (np.nan, ""),
        (np.inf, ""),
    ],
)
def test_a_time_is_read_on_a_clock(hours, text):
    assert clock_text(hours) == text
