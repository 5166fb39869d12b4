"""Queues of a simulated year as processes of SimPy: sites, carriers and mail, gateways.

Time is in days from the begin of the year. Orders are amounts, not single events: a cohort is what
was ordered in one hour of a day. All queues are first in, first out.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fulfill.analysis.simulation.buyers import Patience
from fulfill.analysis.simulation.profiles import HOURS, Profile

if TYPE_CHECKING:
    import simpy

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Events = Generator[Any, Any, None]
EMPTY = 1e-9
"""Orders below which a cohort has left."""


def hourly_departures(arrived: Array, served: Array) -> Array:
    """Return what has left a queue by each mark of time.

    Parameters
    ----------
    arrived : (n,) array
        What has come by each mark; the first holds what waited before.
    served : (n,) array
        What the server could have handled by each mark, zero at the first.

    Returns
    -------
    (n,) array
        Never more than has come or than could be handled since the queue was last empty.
    """
    idle = np.minimum.accumulate(np.minimum(arrived - served, 0.0))
    return np.asarray(served + idle)


@dataclass
class SiteQueue:
    """Orders that wait at a site: for its workers, and for goods that are not in stock.

    Attributes
    ----------
    arriving : (K, D) array
        Orders of each day that are not cancelled before dispatch if they do not wait.
    capacity : (D,) array
        Orders a day.
    stock : (K,) array
        Orders in stock; ships add to it.
    dispatch : float
        Days that an order may wait without being late: the plan's lead time contains them.
    promise : (K,) array
        Days promised.
    handled : (K, D') array
        Orders handled, by the day of the order.
    late_days : (K, D') array
        Their days of waiting beyond `dispatch`, added up.
    short : (D',) array
        Orders that found no goods in stock on a day and waited for them.
    backlog, worked : (D',) array
        Orders that wait at the end of a day, and those handled in it.
    drawn : (K,) array
        Orders handled so far, by product.
    """

    arriving: Array
    capacity: Array
    stock: Array
    dispatch: float
    promise: Array
    patience: Patience
    profile: Profile
    days: int
    handled: Array = field(init=False)
    late_days: Array = field(init=False)
    short: Array = field(init=False)
    backlog: Array = field(init=False)
    worked: Array = field(init=False)
    drawn: Array = field(init=False)
    _waiting: Array = field(init=False)
    _ordered: Array = field(init=False)

    def __post_init__(self) -> None:
        n_products = len(self.arriving)
        self.handled, self.late_days = (np.zeros((n_products, self.days)) for _ in range(2))
        self.backlog, self.worked, self.short = (np.zeros(self.days) for _ in range(3))
        self.drawn = np.zeros(n_products)
        self._waiting, self._ordered = np.zeros((0, n_products)), np.zeros(0)

    def run(self, env: simpy.Environment, send: Callable[[Index, Array], None]) -> Events:
        """Work off the orders of each day at its end.

        Parameters
        ----------
        env : simpy.Environment
        send : callable
            Takes the days on which the orders handled were placed, (n,), and their amounts by
            product, (n, K).
        """
        for day in range(self.days):
            yield env.timeout(1)
            self._give_up(day)
            self._receive(day)
            if not len(self._waiting):
                continue
            send(*self._work(day))
            keep = self._waiting.sum(axis=1) > EMPTY
            self._waiting, self._ordered = self._waiting[keep], self._ordered[keep]
            self.backlog[day] = self._waiting.sum()
        self._close()

    @property
    def wanted(self) -> Array:
        """Orders handled so far and those that wait, by product: what stock was wanted for."""
        return np.asarray(self.drawn + self._waiting.sum(axis=0))

    def _close(self) -> None:
        """Count what still waits as handled when the simulation ends."""
        if not len(self._waiting):
            return
        late = np.maximum(self.days - self._ordered - self.dispatch, 0.0)
        days, amounts = _by_day(self._ordered, self._waiting)
        self.handled[:, days] += amounts.T
        self.late_days[:, days] += _by_day(self._ordered, self._waiting * late[:, None])[1].T

    def _give_up(self, day: int) -> None:
        """Take out what was cancelled in the day before while it waited beyond dispatch."""
        if not len(self._waiting):
            return
        now = np.maximum(day - self._ordered, self.dispatch)[:, None]
        before = np.maximum(day - 1 - self._ordered, self.dispatch)[:, None]
        grown = self.patience.hazard(now, self.promise) - self.patience.hazard(before, self.promise)
        self._waiting = self._waiting * np.exp(-grown)

    def _receive(self, day: int) -> None:
        """Add the orders of the day, a cohort an hour."""
        if day >= self.arriving.shape[1]:
            return
        new = self.profile.hour[:, None] * self.arriving[:, day]
        middle = day + (np.arange(HOURS) + 0.5) / HOURS
        self._waiting = np.concatenate([self._waiting, new])
        self._ordered = np.concatenate([self._ordered, middle])

    def _work(self, day: int) -> tuple[Index, Array]:
        """Handle what the day allows; return on which days it was ordered, and how much of each."""
        ready = self._in_stock()
        self.short[day] = (self._waiting - ready)[self._ordered >= day].sum()
        amount = ready.sum(axis=1)
        upto = np.cumsum(amount)
        carried = self._ordered < day
        arrived = np.full(HOURS + 1, amount[carried].sum())
        new = amount[~carried]
        if len(new):
            arrived[1:] += np.cumsum(new)
        served = self.capacity[day] * np.append(0.0, np.cumsum(self.profile.shift))
        left = hourly_departures(arrived, served)
        share = np.clip((left[-1] - (upto - amount)) / np.maximum(amount, EMPTY), 0.0, 1.0)
        # the middle of what is handled of a cohort leaves when that much has left
        middle = upto - amount + share * amount / 2.0
        at = day + np.interp(middle, left, np.arange(HOURS + 1)) / HOURS
        late = np.maximum(at - self._ordered - self.dispatch, 0.0)
        done = ready * share[:, None]
        days, amounts = _by_day(self._ordered, done)
        self.handled[:, days] += amounts.T
        self.late_days[:, days] += _by_day(self._ordered, done * late[:, None])[1].T
        self._waiting = self._waiting - done
        total = amounts.sum(axis=0)
        self.stock -= total
        self.drawn += total
        self.worked[day] = total.sum()
        return days, amounts

    def _in_stock(self) -> Array:
        """Return the waiting orders whose goods are there, the first ordered first."""
        upto = np.cumsum(self._waiting, axis=0)
        room = np.maximum(self.stock, 0.0) - (upto - self._waiting)
        return np.asarray(np.clip(room, 0.0, self._waiting))


def _by_day(ordered: Array, amounts: Array) -> tuple[Index, Array]:
    """Return the days of cohorts, which are in order of time, and their amounts added up by day."""
    day = ordered.astype(np.int64)
    first = np.flatnonzero(np.diff(day, prepend=-1))
    return day[first], np.add.reduceat(amounts, first, axis=0)


@dataclass
class DailyQueues:
    """Queues that take a number of parcels or kilograms a day each: carriers, or air lift.

    Attributes
    ----------
    capacity : (n, D') array
        Of each day.
    coming, left : (n, D') array
        What comes in each day, and what leaves.
    """

    capacity: Array
    coming: Array = field(init=False)
    left: Array = field(init=False)

    def __post_init__(self) -> None:
        self.coming, self.left = np.zeros_like(self.capacity), np.zeros_like(self.capacity)

    def run(self, env: simpy.Environment) -> Events:
        """Send off what each day allows at its end.

        Parameters
        ----------
        env : simpy.Environment
        """
        waiting = np.zeros(len(self.capacity))
        for day in range(self.capacity.shape[1]):
            yield env.timeout(1)
            waiting = waiting + self.coming[:, day]
            self.left[:, day] = np.minimum(waiting, self.capacity[:, day])
            waiting = waiting - self.left[:, day]

    def waits(self, free: float = 0.0) -> Array:
        """Return the mean days beyond `free` that what came on a day waited, (n, D').

        What has not left at the end counts until then.

        Parameters
        ----------
        free : float
            Days of waiting that do not count.
        """
        before = np.cumsum(self.coming, axis=1) - self.coming
        gone = np.cumsum(self.left, axis=1)
        amount = np.maximum(self.coming, EMPTY)
        n_days = self.coming.shape[1]
        total = np.zeros_like(self.coming)
        for later in range(n_days):
            # what has not left by the end of the day `later` days on waits a day more
            rest = np.clip((before + self.coming)[:, : n_days - later] - gone[:, later:],
                           0.0, self.coming[:, : n_days - later])  # fmt: skip
            if not (rest > EMPTY).any():
                break
            total[:, : n_days - later] += rest * np.clip(later + 1 - free, 0.0, 1.0)
        return np.asarray(np.where(self.coming > EMPTY, total / amount, 0.0))


@dataclass
class Gateway:
    """A port, airport or crossing that clears a volume a day, one shipment after the other.

    Attributes
    ----------
    m3_day : (D,) array
        Volume that it clears on each day of a year.
    dwell : float
        Days that a shipment stays at least.
    queue : simpy.Resource
        With room for one shipment.
    m3, late_m3_days : float
        Volume that has passed, and its days beyond `dwell`, added up.
    """

    m3_day: Array
    dwell: float
    queue: simpy.Resource
    m3: float = 0.0
    late_m3_days: float = 0.0

    def pass_through(self, env: simpy.Environment, m3: float) -> Events:
        """Let a shipment pass; what waits its turn meanwhile counts towards the dwell.

        Parameters
        ----------
        env : simpy.Environment
        m3 : float
            Its volume.
        """
        came, whole_m3 = env.now, m3
        with self.queue.request() as turn:
            yield turn
            while m3 > EMPTY:
                # a time just before midnight is the next day, or its rest could never pass
                day = int(np.floor(env.now + EMPTY))
                rate = self.m3_day[day % len(self.m3_day)]
                rest = max(day + 1 - env.now, EMPTY)
                whole = m3 <= rate * rest
                yield env.timeout(m3 / rate if whole else rest)
                m3 = 0.0 if whole else m3 - rate * rest
        stay = env.now - came
        self.m3 += whole_m3
        self.late_m3_days += whole_m3 * max(stay - self.dwell, 0.0)
        yield env.timeout(max(self.dwell - stay, 0.0))
