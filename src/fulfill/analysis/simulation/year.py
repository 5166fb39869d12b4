"""One simulated year: the processes of a plan side by side, and what became of its orders."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fulfill.analysis.simulation.buyers import Transit
from fulfill.analysis.simulation.profiles import Profile
from fulfill.analysis.simulation.queues import DailyQueues, SiteQueue
from fulfill.analysis.simulation.setting import NONE, YEAR, Setting
from fulfill.analysis.simulation.shipping import Shipping

Array = NDArray[np.float64]
Index = NDArray[np.int64]
DRAIN = 90
"""Days after the year in which what waits is still worked off."""
WEEKS = 52
"""The last week of a year has eight days."""
STEP = 0.1
"""Days between the waits for which cancellation is worked out; between them it is interpolated."""


@dataclass(frozen=True)
class Year:
    """What became of the orders of a year.

    Attributes
    ----------
    placed, delivered : float
        Orders.
    lead_days : float
        Mean days from the order to the door, each potential order counting once, as in a plan.
    site_days, carrier_days, mail_days : float
        Mean days that an order waited beyond what its lead time contains, for a site (workers or
        goods), for the carriers of its region, and of mailed orders for air capacity.
    short : float
        Orders that found no goods in stock.
    ship_days : float
        Mean days that goods came later than planned; early goods count negative.
    gateway_days : (G,) array
        Mean days that goods stayed at each gateway beyond its planned dwell.
    revenue_usd, handling_usd : float
    kept, of_week : (W,) array
        Orders that arrive in the promised time, by week of the order, and all orders.
    worked, waited : (I,) array
        Orders handled at each site, and the mean days that they waited beyond dispatch.
    backlog : (I, D) array
        Orders that wait at the end of each day.
    """

    placed: float
    delivered: float
    lead_days: float
    site_days: float
    carrier_days: float
    mail_days: float
    short: float
    ship_days: float
    gateway_days: Array
    revenue_usd: float
    handling_usd: float
    kept: Array
    of_week: Array
    worked: Array
    waited: Array
    backlog: Array


@dataclass(frozen=True)
class Simulator:
    """Runs years of a plan.

    Attributes
    ----------
    setting : Setting
    profile : Profile
    """

    setting: Setting
    profile: Profile

    @cached_property
    def expected(self) -> Array:
        """Orders placed that the plan expects on each day, (S, D)."""
        return self.setting.by_day(self.profile.weekday[self.setting.weekday])

    @cached_property
    def dispatched(self) -> Array:
        """Share of the orders placed that is not cancelled before dispatch, (S, T)."""
        streams = self.setting.streams
        promise = streams.promise[:, None]
        left = np.minimum(streams.dispatch[:, None], streams.transit.mean)
        by_then = self.setting.patience.remaining(left, promise)
        sooner = streams.transit.delivered(np.zeros(1), promise, self.setting.patience)
        return np.maximum(by_then, sooner)

    @cached_property
    def _laws(self) -> tuple[Transit, Array, Index]:
        """Return the distinct laws of transit with their promise, and that of each (S, T)."""
        streams = self.setting.streams
        transit, shape = streams.transit, streams.placed.shape
        promise = np.broadcast_to(streams.promise[:, None], shape)
        rows = np.stack([transit.mean, transit.log_mean, transit.log_sd, promise], axis=-1)
        laws, law = np.unique(rows.reshape(-1, 4), axis=0, return_inverse=True)
        return Transit(*laws[:, :3].T), laws[:, 3], law.reshape(shape).astype(np.int64)

    def run(self, rng: np.random.Generator) -> Year:
        """Simulate a year.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of all random numbers.
        """
        import simpy

        setting = self.setting
        orders = self._ordered(rng)
        leaving = orders * self.dispatched[:, setting.period]
        days = YEAR + DRAIN
        later = np.arange(days) % YEAR
        shipping = Shipping(setting.ships, self.profile, rng)
        env = simpy.Environment(initial_time=-shipping.lead_in)
        carriers = DailyQueues(setting.limits.carriers[:, setting.period[later]])
        mail = DailyQueues(setting.limits.mail[:, setting.period[later]])
        mail.coming[:, :YEAR] = _added(
            setting.streams.mail, leaving * setting.streams.kg[:, None], len(mail.coming)
        )
        sites = self._sites(leaving, later)
        by_region = self._by_region(leaving)

        def working(site: int):  # type: ignore[no-untyped-def]
            yield env.timeout(-env.now)
            queue, flows = sites[site], by_region[site]

            def send(placed_on: Index, amounts: Array) -> None:
                all_orders = queue.arriving[:, placed_on].T
                share = np.divide(amounts, all_orders, out=np.zeros_like(amounts),
                                  where=all_orders > 0)  # fmt: skip
                today = round(env.now) - 1
                carriers.coming[:, today] += np.einsum("nk,kqn->q", share, flows[:, :, placed_on])

            yield from queue.run(env, send)

        def taking(queues: DailyQueues):  # type: ignore[no-untyped-def]
            yield env.timeout(-env.now)
            yield from queues.run(env)

        # in the order of a day's end: sites hand over before carriers leave
        for site in range(len(sites)):
            env.process(working(site))
        for queues in (carriers, mail):
            env.process(taking(queues))
        shipping.start(env, sites)
        env.run(until=days + 0.5)
        return self._settled(rng, orders, sites, carriers, mail, shipping)

    def _ordered(self, rng: np.random.Generator) -> Array:
        """Return the orders placed on each day, (S, D)."""
        if not self.profile.random:
            return self.expected
        spread = self.profile.day_variation**2
        level = rng.gamma(1.0 / spread, spread, YEAR) if spread > 0 else np.ones(YEAR)
        return rng.poisson(self.expected * level).astype(float)

    def _sites(self, leaving: Array, later: Index) -> list[SiteQueue]:
        """Return the queues of the sites, empty."""
        setting, streams = self.setting, self.setting.streams
        n_products = setting.ships.volume_m3.shape[0]
        queues = []
        for row in range(len(setting.sites.ids)):
            here = streams.site == row
            arriving = _added(streams.product[here], leaving[here], n_products)
            capacity = setting.sites.capacity[row].sum(axis=0)[setting.period[later]]
            queues.append(
                SiteQueue(
                    arriving,
                    capacity,
                    setting.ships.stock[row].copy(),
                    setting.sites.dispatch,
                    setting.sites.promise,
                    setting.patience,
                    self.profile,
                    len(later),
                )
            )
        return queues

    def _by_region(self, leaving: Array) -> list[Array]:
        """Return the orders of each site by product, carrier region and day, (K, Q, D) each."""
        streams = self.setting.streams
        n_products, n_regions = len(self.setting.sites.promise), len(self.setting.limits.carriers)
        found = []
        for row in range(len(self.setting.sites.ids)):
            here = (streams.site == row) & (streams.region != NONE)
            cell = streams.product[here] * n_regions + streams.region[here]
            flows = _added(cell, leaving[here], n_products * n_regions)
            found.append(flows.reshape(n_products, n_regions, -1))
        return found

    def _settled(
        self,
        rng: np.random.Generator,
        orders: Array,
        sites: list[SiteQueue],
        carriers: DailyQueues,
        mail: DailyQueues,
        shipping: Shipping,
    ) -> Year:
        """Return what became of the orders, from how long each had to wait."""
        setting, streams = self.setting, self.setting.streams
        at_site, at_carrier, in_mail = self._waits(sites, carriers, mail)
        extra = at_site + at_carrier + in_mail
        arrives, in_time = self._shares(extra)
        transit = streams.transit
        lead = orders * (transit.mean[:, setting.period] + extra)
        if self.profile.random:
            delivered = rng.binomial(orders.astype(np.int64), arrives).astype(float)
            noise = np.sqrt(orders * transit.variance[:, setting.period])
            lead = lead + noise * rng.standard_normal(lead.shape)
        else:
            delivered = orders * arrives
        counted = streams.potential[:, setting.period]
        from_sites, mailed = streams.site != NONE, streams.mail != NONE
        kept, of_week = np.zeros(WEEKS), np.zeros(WEEKS)
        week = np.minimum(np.arange(YEAR) // 7, WEEKS - 1)
        np.add.at(kept, week, (orders * in_time).sum(axis=0))
        np.add.at(of_week, week, orders.sum(axis=0))
        return Year(
            placed=float(orders.sum()),
            delivered=float(delivered.sum()),
            lead_days=_ratio(counted * lead, counted * orders),
            site_days=_ratio((orders * at_site)[from_sites], orders[from_sites]),
            carrier_days=_ratio((orders * at_carrier)[from_sites], orders[from_sites]),
            mail_days=_ratio((orders * in_mail)[mailed], orders[mailed]),
            short=float(sum(site.short.sum() for site in sites)),
            ship_days=shipping.late_days,
            gateway_days=shipping.gateway_days,
            revenue_usd=float((delivered.sum(axis=1) * streams.revenue_usd).sum()),
            handling_usd=self._handling_usd(sites),
            kept=kept,
            of_week=of_week,
            worked=np.array([site.worked.sum() for site in sites]),
            waited=np.array([_ratio(site.late_days, site.handled) for site in sites]),
            backlog=np.array([site.backlog[:YEAR] for site in sites]).reshape(-1, YEAR),
        )

    def _waits(
        self, sites: list[SiteQueue], carriers: DailyQueues, mail: DailyQueues
    ) -> tuple[Array, Array, Array]:
        """Return the days beyond its lead time that each order waits, (S, D) each.

        For a site, for carriers and for air capacity.
        """
        streams = self.setting.streams
        shape = (len(streams.site), YEAR)
        at_site, at_carrier, in_mail = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for row, site in enumerate(sites):
            here = streams.site == row
            handled = site.handled[:, :YEAR]
            late = np.divide(site.late_days[:, :YEAR], handled, out=np.zeros_like(handled),
                             where=handled > 0)  # fmt: skip
            at_site[here] = late[streams.product[here]]
        wait = carriers.waits()
        carried = np.flatnonzero(streams.region != NONE)
        day = np.arange(YEAR) + np.rint(at_site[carried]).astype(np.int64)
        day = np.minimum(day, wait.shape[1] - 1)
        at_carrier[carried] = wait[streams.region[carried, None], day]
        mailed = np.flatnonzero(streams.mail != NONE)
        if len(mailed):
            free = float(streams.dispatch[mailed[0]])
            in_mail[mailed] = mail.waits(free)[streams.mail[mailed], :YEAR]
        return at_site, at_carrier, in_mail

    def _shares(self, extra: Array) -> tuple[Array, Array]:
        """Return the shares of orders delivered and delivered as promised, (S, D) each."""
        laws, promise, law = self._laws
        at = law[:, self.setting.period]
        grid = np.arange(0.0, float(extra.max(initial=0.0)) + 2 * STEP, STEP)
        each = Transit(laws.mean[:, None], laws.log_mean[:, None], laws.log_sd[:, None])
        tables = (
            each.delivered(grid, promise[:, None], self.setting.patience),
            each.within(grid, promise[:, None]),
        )
        low = np.floor(extra / STEP).astype(np.int64)
        part = extra / STEP - low
        arrives, in_time = (
            table[at, low] * (1.0 - part) + table[at, low + 1] * part for table in tables
        )
        return arrives, in_time

    def _handling_usd(self, sites: list[SiteQueue]) -> float:
        """Return what the orders handled cost, each day's in its cheapest bands."""
        offered, usd = self.setting.sites.capacity, 0.0
        for row, site in enumerate(sites):
            period = self.setting.period[np.arange(site.days) % YEAR]
            room = offered[row][:, period]
            used = np.clip(site.worked - (np.cumsum(room, axis=0) - room), 0.0, room)
            usd += float(self.setting.sites.handling_usd[row] @ used.sum(axis=1))
        return usd


def _added(row: Index, amounts: Array, n_rows: int) -> Array:
    """Return amounts by day, (n_rows, D), added up by row; those of row `NONE` are left out."""
    total = np.zeros((n_rows, amounts.shape[1]))
    known = row != NONE
    np.add.at(total, row[known], amounts[known])
    return total


def _ratio(total: Array, base: Array) -> float:
    """Return the quotient of two sums; zero where there is nothing."""
    whole = float(base.sum())
    return float(total.sum()) / whole if whole > 0 else 0.0
