"""Ships of a simulated year: they leave as planned, make up for what was sold, and may be late."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fulfill.analysis.simulation.profiles import Profile
from fulfill.analysis.simulation.queues import Gateway, SiteQueue
from fulfill.analysis.simulation.setting import YEAR, Ships

if TYPE_CHECKING:
    import simpy

Array = NDArray[np.float64]
Events = Generator[Any, Any, None]
MOMENT = 1e-6
"""Days after the end of a day at which ships leave and land, so that the day's work is done."""


class Shipping:
    """The ships of a year.

    A shipment holds the goods that the plan lands until the next one, plus its route's part of what
    was ordered beyond the plan since the year began, less what earlier shipments made up for.

    Parameters
    ----------
    ships : Ships
    profile : Profile
    rng : numpy.random.Generator
    """

    def __init__(self, ships: Ships, profile: Profile, rng: np.random.Generator) -> None:
        self._ships, self._profile, self._rng = ships, profile, rng
        dwell = [sum(ships.dwell[gate] for gate in gates) for gates in ships.gates]
        self._underway = ships.days + np.array(dwell, float)
        self._log_sd = np.sqrt(np.log1p((ships.days_sd / np.maximum(ships.days, 1e-9)) ** 2))
        by_route = ships.landed.sum(axis=2)
        of_site = np.zeros(ships.stock.shape)
        np.add.at(of_site, ships.site, by_route)
        whole = of_site[ships.site]
        self._part = np.divide(by_route, whole, out=np.zeros_like(by_route), where=whole > 0)
        self._made_up = np.zeros_like(by_route)
        self._planned = np.cumsum(ships.sold, axis=2)
        self._late = self._landed = 0.0
        self._gateways: list[Gateway] = []

    @property
    def lead_in(self) -> float:
        """Days before the year in which the first ships leave."""
        return float(np.ceil(self._underway.max(initial=0.0)))

    @property
    def late_days(self) -> float:
        """Mean days that goods came later than planned."""
        return self._late / self._landed if self._landed > 0 else 0.0

    @property
    def gateway_days(self) -> Array:
        """Mean days that goods stayed at each gateway longer than planned, (G,)."""
        return np.array([gate.late_m3_days / gate.m3 if gate.m3 else 0.0
                         for gate in self._gateways])  # fmt: skip

    def start(self, env: simpy.Environment, sites: list[SiteQueue]) -> None:
        """Plan the shipments of the year.

        Parameters
        ----------
        env : simpy.Environment
            At the time of `lead_in` before the year.
        sites : list of SiteQueue
            Whose stock the goods go to.
        """
        import simpy

        self._gateways = [
            Gateway(m3_day, float(dwell), simpy.Resource(env))
            for m3_day, dwell in zip(self._ships.gate_m3, self._ships.dwell, strict=True)
        ]
        step = self._profile.sailing_days
        for route in range(len(self._ships.site)):
            # routes do not sail on the same day
            first = route % step
            for due in sorted({0, *range(first, YEAR, step)}):
                until = first if due == 0 and first else min(due + step, YEAR)
                goods = self._ships.landed[route, :, due:until].sum(axis=1)
                env.process(self._sail(env, route, due, goods, sites))

    def _sail(
        self,
        env: simpy.Environment,
        route: int,
        due: int,
        goods: Array,
        sites: list[SiteQueue],
    ) -> Events:
        """Bring a shipment to its site."""
        site = int(self._ships.site[route])
        yield env.timeout(due - self._underway[route] + MOMENT - env.now)
        goods = self._corrected(env.now, route, goods, sites[site])
        if not goods.any():
            return
        yield env.timeout(self._days_underway(route))
        for gate in self._ships.gates[route]:
            yield from self._gateways[gate].pass_through(env, float(goods @ self._ships.volume_m3))
        sites[site].stock += goods
        self._late += (env.now - due - MOMENT) * float(goods.sum())
        self._landed += float(goods.sum())

    def _corrected(self, now: float, route: int, goods: Array, site: SiteQueue) -> Array:
        """Return what a shipment holds that leaves now."""
        day = int(np.floor(now)) - 1
        if day < 0:
            return goods
        row = self._ships.site[route]
        beyond = site.wanted - self._planned[row, :, min(day, YEAR - 1)]
        wanted = self._part[route] * beyond - self._made_up[route]
        sent = np.maximum(goods + wanted, 0.0)
        self._made_up[route] += sent - goods
        return np.asarray(sent)

    def _days_underway(self, route: int) -> float:
        """Return the days of a shipment on its way, without those at gateways."""
        mean, log_sd = float(self._ships.days[route]), float(self._log_sd[route])
        if not self._profile.random or log_sd == 0.0 or mean == 0.0:
            return mean
        return float(self._rng.lognormal(np.log(mean) - log_sd**2 / 2.0, log_sd))
