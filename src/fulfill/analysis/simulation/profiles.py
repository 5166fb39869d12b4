"""When orders come, when sites work, and how much both vary.

The weights of weekdays are those of daily_profile.csv where a network has it; all other figures are
in no table. They are assumptions with a range and what they
rest on, and the page of a simulation lists them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
HOURS, WEEKDAYS = 24, 7


@dataclass(frozen=True)
class Assumption:
    """Values of a profile and where they come from.

    Attributes
    ----------
    name : str
        What is assumed: an attribute of `Profile`.
    values : tuple of float
        One for each day of the week from Monday, or hour of the day; or a single figure.
    low, high : float
        Range of every value, as a factor of it.
    source : str
        What it rests on.
    """

    name: str
    values: tuple[float, ...]
    low: float
    high: float
    source: str
    status: str = "assumption"


DAY_OF_WEEK = Assumption(
    "weekday",
    (1.12, 1.08, 1.03, 1.00, 0.97, 0.85, 0.95),
    0.85,
    1.2,
    "no published figure for Mexico; ParcelHero 2023: Monday mornings 15 to 20 % above the mean; "
    "online payments in Romania 2020: a weekend day has about half of a weekday",
)
HOUR_OF_DAY = Assumption(
    "hour",
    tuple(
        np.repeat([1.9, 0.7, 7.3, 25.7, 26.9, 10.3, 18.7, 8.5], 3).round(1).tolist(),
    ),
    0.5,
    2.0,
    "comScore, US holiday season 2007, share of online spending by three hours; 18 to 21 h is what "
    "the published shares leave",
)
SHIFT = Assumption(
    "shift",
    tuple(1.0 if 7 <= hour < 22 else 0.0 for hour in range(HOURS)),
    1.0,
    1.0,
    "two shifts from 7 to 22 h, every day: the tables give the orders of a day, not its hours",
)
DAY_VARIATION = Assumption(
    "day_variation",
    (0.10,),
    0.5,
    2.0,
    "no published figure; days of one seller are independent of each other here",
)
SAILING_DAYS = Assumption(
    "sailing_days",
    (7.0,),
    0.5,
    2.0,
    "liner services from China to Mexico call weekly",
)
ASSUMPTIONS = (DAY_OF_WEEK, HOUR_OF_DAY, SHIFT, DAY_VARIATION, SAILING_DAYS)


@dataclass(frozen=True)
class Profile:
    """When orders come, when sites work, and what is random.

    Attributes
    ----------
    weekday : (7,) array
        Weight of each day of the week, from Monday.
    hour, shift : (24,) array
        Share of the orders, and of a site's capacity, in each hour of a day; they add up to one.
    day_variation : float
        Standard deviation of the orders of a day over their expectation, besides that of a Poisson
        number.
    sailing_days : int
        Days between two shipments on a route.
    random : bool
        False: every number is its expectation, and ships are never late.
    """

    weekday: Array
    hour: Array
    shift: Array
    day_variation: float
    sailing_days: int
    random: bool = True

    @classmethod
    def usual(cls, weekday: Array | None = None) -> Profile:
        """Return the profile of `ASSUMPTIONS`.

        Parameters
        ----------
        weekday : (7,) array, optional
            Weights of weekdays in place of the assumed ones.
        """
        hour, shift = np.array(HOUR_OF_DAY.values), np.array(SHIFT.values)
        return cls(
            np.array(DAY_OF_WEEK.values) if weekday is None else weekday,
            hour / hour.sum(),
            shift / shift.sum(),
            DAY_VARIATION.values[0],
            int(SAILING_DAYS.values[0]),
        )

    @classmethod
    def even(cls) -> Profile:
        """Return a profile without variation: orders and work are spread evenly over the year."""
        flat = np.full(HOURS, 1.0 / HOURS)
        return cls(np.ones(WEEKDAYS), flat, flat, 0.0, 1, random=False)
