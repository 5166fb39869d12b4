"""The least that limits must give so that a plan is not ruled out, by cuts on the choice of sites.

The site program proposes sites and what limits give; what its sites attain at best is computed over
all zones, and where that is not enough, cuts that say so for every choice of sites are added. The
cuts hold whatever limits give, so they are kept from question to question.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from fulfill.location.feasibility.bottleneck import (
    Asked,
    Bottleneck,
    bottleneck,
    prices_of_all,
)
from fulfill.location.feasibility.clusters import clustered
from fulfill.location.feasibility.cuts import Prices, cuts_at, gain
from fulfill.location.feasibility.members import CO2, SERVICE, Member, members_of
from fulfill.location.feasibility.order_program import Needs, missed
from fulfill.location.feasibility.pairs import Pairs, pairs_of
from fulfill.location.feasibility.site_program import SiteChoice, SiteProgram
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.instance import LocationInstance

PROVEN_IMPOSSIBLE, NOT_RULED_OUT, UNKNOWN = "impossible", "not ruled out", "unknown"
ENOUGH = 1e-6
"""Share of all orders by which a gain may be missed."""
ROUNDS = 200
"""Choices of sites after which a question stays open."""
MARGIN = 0.05
"""Share of orders in time by which targets are raised to find sites that have some to spare."""


@dataclass(frozen=True)
class Answer:
    """Whether limits leave a plan.

    Attributes
    ----------
    status : str
        ``impossible``: proven; ``not ruled out``: with the sites that the relaxation would open;
        ``unknown``: time or rounds were used up.
    choice : SiteChoice or None
        The sites, and what limits give there. Its `cost` is a proven lower bound. Where the status
        is ``unknown``, the last choice, which is ruled out or was not examined.
    """

    status: str
    choice: SiteChoice | None = None


class LeastChange:
    """Questions about the limits of an instance (mutable: it keeps what it has proven).

    Parameters
    ----------
    instance : LocationInstance
    known : LeastChange, optional
        What is proven of an instance of the same tables and targets, whose limits may have other
        values.
    """

    def __init__(self, instance: LocationInstance, known: LeastChange | None = None) -> None:
        self.pairs: Pairs = known.pairs if known else pairs_of(instance)
        self.members = members_of(instance)
        self.program = SiteProgram(instance, self.pairs, self.members)
        self._small: Pairs | None = known._small if known else None
        self._found: dict[tuple[int, float], tuple[Prices, Mask] | None] = {}
        self._all_priced = known is not None or self.pairs.shared is None
        if known:
            self.program.cuts += known.program.cuts
            return
        shut = np.zeros(len(instance.sites), bool)
        for prices in self._each_target():
            self.program.cuts += cuts_at(self.pairs, prices, shut)
            self.program.cuts += cuts_at(self.pairs, prices, ~shut)

    def ask(self, cost: dict[Member, float], seconds: float) -> Answer:
        """Return the least that some limits must give while all others are held.

        Parameters
        ----------
        cost : dict of Member to float
            The limits that may give, and the cost of giving the `scale` of each.
        seconds : float
            Time after which the question stays open.

        Returns
        -------
        Answer
        """
        ends, last = time.perf_counter() + seconds, None
        self._price_all(ends)
        for _ in range(ROUNDS):
            left = ends - time.perf_counter()
            choice = self.program.solve(cost, left) if left > 0 else "unknown"
            if choice == "infeasible":
                return Answer(PROVEN_IMPOSSIBLE)
            if isinstance(choice, str):
                return Answer(UNKNOWN, last)
            if not self._cut_off(choice, ends - time.perf_counter()):
                return Answer(NOT_RULED_OUT, choice)
            last = choice
        return Answer(UNKNOWN, last)

    def surest_sites(self, instance: LocationInstance, seconds: float) -> Index | None:
        """Return sites that keep the targets of an instance with the most to spare.

        What this relaxation attains, a plan may miss by little. So the targets are raised, and the
        sites are chosen that miss the raised ones least.

        Parameters
        ----------
        instance : LocationInstance
            Of the same tables and targets; values of limits may differ, locks may be missing.
        seconds : float
            Time after which the best choice so far is returned.

        Returns
        -------
        ndarray of int or None
            Size of each site, -1 for closed.
        """
        raised = tuple(
            replace(target, share=min(target.share + MARGIN, 1.0))
            for target in instance.limits.targets
        )
        instance = replace(instance, limits=replace(instance.limits, targets=raised))
        one = LeastChange(instance, self)
        targets = {member: 1.0 for member in one.members if member.kind == SERVICE}
        choice = one.ask(targets, seconds).choice
        return None if choice is None else choice.size

    def bottleneck(self, target: Member, seconds: float) -> Bottleneck | None:
        """Return what keeps a service target from being reached, whatever sites are open.

        Parameters
        ----------
        target : Member
            A service target.
        seconds : float
            Time limit.

        Returns
        -------
        Bottleneck or None
            None where it is not proven that the target by itself cannot be reached.
        """
        asked = Asked(target.place[0], target.limit, self._offered())
        priced = self._prices_of_all(asked, seconds)
        sites = self.program.instance.sites
        return None if priced is None else bottleneck(self.pairs, sites, asked, priced)

    def _price_all(self, ends: float) -> None:
        """Add the cuts at the prices at which all sites together miss a target, the first time.

        Where it is shared capacities that are missing, no choice of sites has to be tried then.
        """
        if self._all_priced:
            return
        self._all_priced = True
        for member in self.members:
            if member.kind == SERVICE:
                asked = Asked(member.place[0], member.limit, self._offered())
                priced = self._prices_of_all(asked, ends - time.perf_counter())
                if priced is not None:
                    self.program.cuts += cuts_at(self.pairs, *priced)

    def _prices_of_all(self, asked: Asked, seconds: float) -> tuple[Prices, Mask] | None:
        """Return the prices at which all sites miss a target; None where none were found."""
        key = (asked.target, asked.share)
        if key not in self._found:
            self._small = self._small or clustered(self.pairs)
            self._found[key] = prices_of_all(self.pairs, self._small, asked, seconds)
        return self._found[key]

    def _offered(self) -> Mask:
        """Tell which sites are offered at any size, (I,)."""
        offered: Mask = np.asarray(np.isfinite(self.program.instance.fixed_usd).any(axis=1))
        return offered

    def _cut_off(self, choice: SiteChoice, seconds: float) -> bool:
        """Add cuts that rule out a choice of sites; tell whether there were any."""
        needs = self._needs(choice)
        found = False
        for number, prices in enumerate(self._each_target()):
            if self._attained(number, choice.size) < needs.in_time[number] - ENOUGH:
                found |= self._add(prices, choice, needs)
        if found or not self._may_bind(choice.size, needs):
            return found
        self._small = self._small or clustered(self.pairs)
        less = missed(self._small, choice.size, needs, seconds)
        return less is not None and less.share > ENOUGH and self._add(less.prices, choice, needs)

    def _add(self, prices: Prices, choice: SiteChoice, needs: Needs) -> bool:
        """Add the cuts of some prices if they rule out a choice; tell whether they do."""
        worth = float(prices.service @ needs.in_time)
        worth -= prices.co2 * needs.co2 if prices.co2 else 0.0
        scale = max(float(prices.service.max(initial=0.0)), 1e-12)
        cuts = cuts_at(self.pairs, prices, choice.size >= 0)
        self.program.cuts += cuts
        if self.program.gains(prices, choice.size) < worth - ENOUGH * scale:
            return True
        del self.program.cuts[-len(cuts) :]
        return False

    def _needs(self, choice: SiteChoice) -> Needs:
        """Return what the held limits, and the others as far as they give, ask of the orders."""
        in_time, co2 = np.zeros(len(self.pairs.scope)), np.inf
        for member in self.members:
            if member.kind == SERVICE:
                share = member.limit - choice.given[member]
                in_time[member.place[0]] = share * self.pairs.scope[member.place[0]]
            elif member.kind == CO2:
                co2 = (member.limit + choice.given[member]) / self.pairs.orders
        return Needs(np.maximum(in_time, 0.0), co2)

    def _attained(self, target: int, size: Index) -> float:
        """Return the orders in time if every zone has its fastest open site, without limits."""
        prices = self._each_target()[target]
        sites = np.r_[np.flatnonzero(size >= 0), len(size)]
        best = np.zeros(self.pairs.demand.shape)
        for site in sites:
            best = np.maximum(best, gain(self.pairs, prices, int(site)))
        return float((self.pairs.demand * best).sum())

    def _may_bind(self, size: Index, needs: Needs) -> bool:
        """Tell whether capacities or emissions could keep orders from their fastest site."""
        if np.isfinite(needs.co2):
            return True
        if not needs.in_time.any():  # no limit asks anything of the orders
            return False
        if self.pairs.shared is not None:
            return True
        most = np.einsum("zkt,ikt->it", self.pairs.demand, self.pairs.units[:-1])
        is_open = np.flatnonzero(size >= 0)
        room: Array = self.pairs.capacity[is_open, size[is_open]]
        return bool((room < most[is_open]).any())

    def _each_target(self) -> list[Prices]:
        """Return prices at which only the orders in time of one target gain."""
        n_targets, n_sites = len(self.pairs.scope), len(self.pairs.capacity)
        free = np.zeros((n_sites, self.pairs.demand.shape[2]))
        return [Prices(row, 0.0, free) for row in np.eye(n_targets)]
