"""Days find their period and season, also over New Year and from 29 February."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfill.inputs.periods import YEAR, in_season, period_of, season_shares
from fulfill.inputs.problem import Problem


def test_a_date_finds_its_event_or_month(embedded_problem: Problem) -> None:
    calendar = embedded_problem.network["calendar"]
    days = pd.to_datetime(["2026-11-14", "2026-11-20", "2026-02-03", "2026-12-31"]).date
    assert [period_of(calendar, day) for day in days] == ["buen_fin", "nov", "feb", "dec"]


CALENDAR = pd.DataFrame(
    {
        "period_id": ["jan", "jun", "leap", "reyes"],
        "kind": ["month", "month", "event", "event"],
        "starts": pd.to_datetime(["2026-01-01", "2026-06-01", "2028-02-29", "2026-12-27"]),
        "days": [140.0, 205.0, 9.5, 10.0],
    }
)


@pytest.mark.parametrize(
    ("day", "period"),
    [
        ("2027-01-04", "reyes"),
        ("2026-01-05", "reyes"),
        ("2026-12-27", "reyes"),
        ("2027-01-06", "jan"),
        ("2026-12-26", "jun"),
        ("2028-02-29", "leap"),
        ("2028-03-09", "leap"),
        ("2028-03-10", "jan"),
        ("2027-02-28", "jan"),
        ("2027-03-01", "leap"),
        ("2027-03-10", "leap"),
        ("2027-03-11", "jan"),
    ],
)
def test_an_event_is_found_over_new_year_and_from_29_february(day: str, period: str) -> None:
    assert period_of(CALENDAR, pd.Timestamp(day).date()) == period


def test_months_that_begin_on_29_february_or_late_in_the_year() -> None:
    months = CALENDAR.assign(kind="month", starts=pd.to_datetime(
        ["2026-03-02", "2026-06-01", "2028-02-29", "2026-12-27"]
    ))  # fmt: skip
    days = pd.to_datetime(["2027-03-01", "2027-02-28", "2028-02-29", "2027-03-02"]).date
    assert [period_of(months, day) for day in days] == ["leap", "reyes", "leap", "jan"]


TOY_CALENDAR = pd.DataFrame(
    {
        "period_id": ["normal", "peak"],
        "kind": ["month", "event"],
        "starts": pd.to_datetime(["2026-01-01", "2026-12-10"]),
        "days": [355.0, 10.0],
    }
)


@pytest.mark.parametrize(
    ("first", "last", "normal", "peak"),
    [
        ("2026-12-10", "2026-12-19", 0.0, 1.0),
        ("2026-12-15", "2026-12-24", 5 / 355, 0.5),
        ("2026-12-01", "2027-01-09", 30 / 355, 1.0),
        ("2020-12-01", "2021-01-09", 30 / 355, 1.0),
        ("2026-06-01", "2026-06-01", 1 / 355, 0.0),
        ("2026-06-01", "2027-05-31", 1.0, 1.0),
        (None, None, 1.0, 1.0),
    ],
)
def test_a_season_has_its_share_of_each_period(
    first: str | None, last: str | None, normal: float, peak: float
) -> None:
    season = tuple(date.fromisoformat(day) if day else None for day in (first, last))
    found = season_shares(TOY_CALENDAR, [(season[0], season[1])])
    np.testing.assert_allclose(found, [[normal, peak]])


def test_a_period_without_a_whole_day_counts_by_its_first_day() -> None:
    hidden = pd.concat([TOY_CALENDAR, TOY_CALENDAR.iloc[1:].assign(period_id="hour", days=0.5)])
    season = (date(2026, 12, 1), date(2026, 12, 31))
    assert season_shares(hidden.reset_index(drop=True), [season])[0, 2] == 1.0


@given(start=st.sampled_from(YEAR), length=st.integers(0, 364))
def test_a_season_and_the_rest_of_the_year_make_one(start: date, length: int) -> None:
    last = date.fromordinal(start.toordinal() + length)
    inside = [in_season(start, last, day) for day in YEAR]
    assert sum(inside) == length + 1
    shares = season_shares(TOY_CALENDAR, [(start, last)])[0]
    assert shares @ TOY_CALENDAR["days"] == pytest.approx(length + 1)
