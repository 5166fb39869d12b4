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
from fulfill.location.feasibility.carbon_price import best_carbon_price
from fulfill.location.feasibility.clusters import clustered
from fulfill.location.feasibility.cuts import Prices, cuts_at, gain
from fulfill.location.feasibility.members import CO2, SERVICE, Member, members_of
from fulfill.location.feasibility.order_program import Missed, Needs, missed
from fulfill.location.feasibility.pairs import Pairs, pairs_of
from fulfill.location.feasibility.site_program import SiteChoice, SiteProgram
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.instance import LocationInstance

PROVEN_IMPOSSIBLE, NOT_RULED_OUT, UNKNOWN = "impossible", "not ruled out", "unknown"
ENOUGH = 1e-6
"""Share of all orders by which a gain may be missed."""
ROUNDS = 200
"""Choices of sites after which a question stays open."""
NEAR = 0.005
"""Cost within which sites are as good as those that limits give least at."""
LOWERED = 0.01
"""Share of an emission cap that is asked for to find sites with the least emissions."""
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
        ends = time.perf_counter() + seconds
        self._price_all(ends)
        asked = self._asked(cost)
        self._price_emissions(asked, ends)
        best: SiteChoice | None = None
        last: SiteChoice | None = None
        for _ in range(ROUNDS):
            left = ends - time.perf_counter()
            choice = self.program.solve(cost, left) if left > 0 else "unknown"
            if choice == "infeasible":
                return Answer(PROVEN_IMPOSSIBLE)
            if isinstance(choice, str):
                return Answer(UNKNOWN, best or last)
            if best is not None and _total(cost, best) <= choice.cost + NEAR:
                return Answer(NOT_RULED_OUT, replace(best, cost=choice.cost))
            ruled_out, attained = self._examine(choice, asked, ends - time.perf_counter())
            if not ruled_out:
                prices = attained.prices if attained else None
                return Answer(NOT_RULED_OUT, replace(choice, prices=prices))
            if attained and (best is None or _total(cost, attained) < _total(cost, best)):
                best = attained
            last = choice
        return Answer(UNKNOWN, best or last)

    def surest_sites(self, instance: LocationInstance, seconds: float) -> SiteChoice | None:
        """Return sites that keep the limits of an instance with the most to spare.

        What this relaxation attains, a plan may miss by little. So the targets are raised, and the
        sites are chosen that miss the raised ones least; or, where emissions have a cap, those that
        keep the targets at the least emissions.

        Parameters
        ----------
        instance : LocationInstance
            Of the same tables and targets; values of limits may differ, locks may be missing.
        seconds : float
            Time after which the best choice so far is returned.

        Returns
        -------
        SiteChoice or None
        """
        limits, share = instance.limits, 1.0
        if np.isfinite(limits.co2_kg):
            kind, share = CO2, LOWERED
            limits = replace(limits, co2_kg=LOWERED * limits.co2_kg)
        else:
            kind = SERVICE
            raised = [replace(one, share=min(one.share + MARGIN, 1.0)) for one in limits.targets]
            limits = replace(limits, targets=tuple(raised))
        one = LeastChange(replace(instance, limits=limits), self)
        # what a lowered cap gives costs what that of the cap itself does
        cost = {member: share for member in one.members if member.kind == kind}
        return one.ask(cost, seconds).choice

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
            self._found[key] = prices_of_all(self.pairs, self._clusters(), asked, seconds)
        return self._found[key]

    def _offered(self) -> Mask:
        """Tell which sites are offered at any size, (I,)."""
        offered: Mask = np.asarray(np.isfinite(self.program.instance.fixed_usd).any(axis=1))
        return offered

    def _price_emissions(self, asked: Needs, ends: float) -> None:
        """Add the cuts at the prices at which all sites together keep an emission cap, if one is.

        The cap concerns all orders, so that a few sites say little about others.
        """
        if not np.isfinite(asked.co2) or not asked.in_time.any():
            return
        room = self.pairs.capacity.sum(axis=2)
        size = np.where(self._offered() & (room.max(axis=1) > 0), room.argmax(axis=1), -1)
        found = missed(self._clusters(), size, asked, ends - time.perf_counter())
        if found is not None and found.cost > 0.0:
            priced = best_carbon_price(self.pairs, size, asked, found.prices)
            self.program.cuts += cuts_at(self.pairs, priced.prices, np.asarray(size >= 0))

    def _examine(
        self, choice: SiteChoice, asked: Needs, seconds: float
    ) -> tuple[bool, SiteChoice | None]:
        """Add cuts that rule out a choice of sites; tell whether there are any.

        Also returned is the choice with what limits give at these sites, where that was computed
        and the limits that are held are kept.
        """
        needs = self._after(asked, choice)
        found = False
        for number, prices in enumerate(self._each_target()):
            if self._attained(number, choice.size) < needs.in_time[number] - ENOUGH:
                found |= self._add(prices, choice, needs)
        if found or not self._may_bind(choice.size, needs):
            return found, None
        less = missed(self._clusters(), choice.size, asked, seconds)
        if less is None:
            return False, None
        if np.isinf(asked.co2):
            return self._add(less.prices, choice, needs), self._given(choice, asked, less, 1.0)
        priced = best_carbon_price(self.pairs, choice.size, asked, less.prices)
        # clusters overstate what must be given: the shares of the limits in it are theirs
        share = priced.cost / max(less.cost, 1e-12)
        given = self._given(choice, asked, less, share)
        given = given and replace(given, prices=priced.prices)
        return self._add(priced.prices, choice, needs), given

    def _given(
        self, choice: SiteChoice, asked: Needs, less: Missed, share: float
    ) -> SiteChoice | None:
        """Return a choice with what targets and cap give at its sites; None where it is too much.

        They give a share of what clusters miss.
        """
        missing = less.in_time * min(max(share, 0.0), 1.0)
        if (missing[np.isinf(asked.per_order)] > ENOUGH).any():
            return None
        given = dict(choice.given)
        for member in self.members:
            if member.kind == SERVICE:
                number = member.place[0]
                scope = max(float(self.pairs.scope[number]), 1e-12)
                given[member] = float(missing[number]) / scope
            elif member.kind == CO2:
                given[member] = less.co2 * share * self.pairs.orders
        return replace(choice, given=given)

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

    def _asked(self, cost: dict[Member, float]) -> Needs:
        """Return what limits ask of the orders, and what it costs that they give.

        A limit that gives for nothing asks nothing.
        """
        scope = np.maximum(self.pairs.scope, 1e-12)
        in_time, per_order = np.zeros(len(scope)), np.full(len(scope), np.inf)
        co2, per_kilo = np.inf, np.inf
        for member in self.members:
            price = cost.get(member)
            if price == 0.0:
                continue
            if member.kind == SERVICE:
                number = member.place[0]
                in_time[number] = member.limit * scope[number]
                if price is not None:
                    per_order[number] = price / (member.scale * scope[number])
            elif member.kind == CO2:
                co2 = member.limit / self.pairs.orders
                if price is not None:
                    per_kilo = price * self.pairs.orders / member.scale
        return Needs(in_time, co2, per_order, per_kilo)

    def _after(self, asked: Needs, choice: SiteChoice) -> Needs:
        """Return what is asked of the orders after limits gave what a choice says."""
        in_time, co2 = asked.in_time.copy(), asked.co2
        for member in self.members:
            if member.kind == SERVICE:
                number = member.place[0]
                in_time[number] -= choice.given[member] * self.pairs.scope[number]
            elif member.kind == CO2:
                co2 += choice.given[member] / self.pairs.orders
        return replace(asked, in_time=np.maximum(in_time, 0.0), co2=co2)

    def _clusters(self) -> Pairs:
        """Return clusters of the pairs, made when first asked for."""
        self._small = self._small or clustered(self.pairs)
        return self._small

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
        if not needs.in_time.any():  # no limit asks that orders be served
            return False
        if np.isfinite(needs.co2) or self.pairs.shared is not None:
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


def _total(cost: dict[Member, float], choice: SiteChoice) -> float:
    """Return the cost of what limits give at a choice of sites."""
    return sum(
        price * choice.given[member] / member.scale for member, price in cost.items() if price
    )
