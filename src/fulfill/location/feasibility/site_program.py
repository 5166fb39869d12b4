"""The choice of sites as a small mixed-integer program whose limits may give.

    min  sum of cost x given share of each limit
    s.t. one size a site, and the limits on sites (10), (14) less what they give
         for every family of prices: service x (need - given) - co2 x (cap + given) <= sum of gains
         every gain is within all cuts

The gains are bounded by cuts that hold for every choice of sites. So the program is a relaxation:
where it has no solution, no plan keeps the limits that are held, and its optimum is the least that
the others must give.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fulfill.location.feasibility.cuts import Cut, Prices
from fulfill.location.feasibility.members import (
    BUDGET,
    CLOSE,
    CO2,
    OPEN,
    RULE,
    SERVICE,
    SITES,
    Member,
)
from fulfill.location.feasibility.pairs import Pairs
from fulfill.location.mip.highs import own_stdout_only
from fulfill.model.arrays import Array, Index
from fulfill.model.instance import LocationInstance
from fulfill.model.site_rules import rule_rows

INFEASIBLE, TIME_LIMIT = 2, 1
"""Statuses of SciPy's milp."""
TIDY = 2e-5
"""Cost of an open site: of choices at which limits give as much, one of few sites is enough."""
EXACT, ANY = 2e-3, 0.5
"""Gap where limits give at a cost, beside a cost of 1, and where any choice of sites answers."""
Row = tuple[Index, Array, float, float]
"""Columns, coefficients, least and largest value."""


@dataclass(frozen=True)
class SiteChoice:
    """A choice of sites, and what limits give.

    Attributes
    ----------
    size : (I,)
        -1 for closed.
    given : dict of Member to float
        What each limit gives, in its unit.
    cost : float
        Least cost of what must be given, a lower bound.
    prices : Prices or None
        At which emissions and orders in time are in balance at these sites, if they were computed.
    """

    size: Index
    given: dict[Member, float]
    cost: float
    prices: Prices | None = None


@dataclass
class SiteProgram:
    """The program of an instance under construction (mutable: cuts are added).

    Attributes
    ----------
    instance : LocationInstance
    pairs : Pairs
    members : tuple of Member
    cuts : list of Cut
        Each holds for every choice of sites, whatever limits give.
    """

    instance: LocationInstance
    pairs: Pairs
    members: tuple[Member, ...]
    cuts: list[Cut] = field(default_factory=list)

    def solve(self, cost: dict[Member, float], seconds: float) -> SiteChoice | str:
        """Return the choice of sites at which limits give least.

        Parameters
        ----------
        cost : dict of Member to float
            The limits that may give, and the cost of giving the `scale` of each; the others are
            held.
        seconds : float

        Returns
        -------
        SiteChoice or str
            ``infeasible`` where the limits that are held leave no plan, ``unknown`` where the time
            was up before one or the other was found.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import coo_array

        columns = _Columns(self)
        rows = [*self._site_rows(columns), *self._gain_rows(columns)]
        at = np.repeat(np.arange(len(rows)), [len(row[0]) for row in rows])
        place = np.concatenate([row[0] for row in rows])
        value = np.concatenate([row[1] for row in rows])
        matrix = coo_array((value, (at, place)), shape=(len(rows), columns.number)).tocsr()
        low, high = (np.array([row[side] for row in rows]) for side in (2, 3))
        objective, upper = np.zeros(columns.number), columns.upper.copy()
        objective[columns.open] = TIDY
        objective[columns.one] = 1.0
        for member, slack in columns.slack.items():
            objective[slack] = cost.get(member, 0.0) * member.step / member.scale
            upper[slack] = columns.most[member] if member in cost else 0.0
        with own_stdout_only():
            found = milp(
                objective,
                integrality=columns.integer,
                bounds=Bounds(columns.lower, upper),
                constraints=LinearConstraint(matrix, low, high),
                options={
                    "time_limit": max(seconds, 0.1),
                    "mip_rel_gap": EXACT if any(cost.values()) else ANY,
                },
            )
        if found.status == INFEASIBLE:
            return "infeasible"
        if found.x is None:
            return "unknown"
        chosen = found.x[columns.size]
        size = np.where(chosen.max(axis=1) > 0.5, chosen.argmax(axis=1), -1)
        given = {
            member: float(found.x[slack].sum()) * member.step
            for member, slack in columns.slack.items()
        }
        least = float(found.mip_dual_bound) - 1.0 - TIDY * len(columns.open)
        return SiteChoice(size, given, max(least, 0.0))

    def gains(self, prices: Prices, size: Index) -> float:
        """Return the least bound of the cuts of a family on the gain of a choice of sites.

        Parameters
        ----------
        prices : Prices
        size : (I,)
        """
        is_open, chosen = size >= 0, np.zeros(self.instance.fixed_usd.shape)
        chosen[np.flatnonzero(is_open), size[is_open]] = 1.0
        family = [cut for cut in self.cuts if cut.prices.family == prices.family]
        regions = [cut.base + cut.site @ is_open for cut in family if cut.site is not None]
        totals = [
            float(cut.base.sum() + (cut.size * chosen).sum())
            for cut in family
            if cut.size is not None
        ]
        parts = [float(np.array(regions).min(axis=0).sum())] if regions else []
        return min([*parts, *totals], default=np.inf)

    def _site_rows(self, columns: _Columns) -> list[Row]:
        """Return one size a site, and the limits on sites."""
        n_sites, n_sizes = self.instance.fixed_usd.shape
        minus = np.r_[np.ones(n_sizes), -1.0]
        rows: list[Row] = [
            (np.r_[columns.size[i], columns.open[i]], minus, 0.0, 0.0) for i in range(n_sites)
        ]
        weight, least = rule_rows(self.instance.limits.rules, n_sites)
        for member, slack in columns.slack.items():
            if member.kind == SITES:
                rows.append(_less(columns.open, np.ones(n_sites), slack, member))
            elif member.kind == BUDGET:
                invest = np.where(columns.offered, self.instance.invest_usd, 0.0).ravel()
                rows.append(_less(columns.size.ravel(), invest, slack, member))
            elif member.kind == OPEN:
                site = columns.open[list(member.place)]
                rows.append((np.r_[site, slack], np.ones(2), 1.0, np.inf))
            elif member.kind == CLOSE:
                site = columns.open[list(member.place)]
                rows.append((np.r_[site, slack], np.array([1.0, -1.0]), -np.inf, 0.0))
            elif member.kind == RULE:
                rows += [
                    (np.r_[columns.open, one], np.r_[weight[row], 1.0], least[row], np.inf)
                    for row, one in zip(member.place, slack, strict=True)
                ]
        return rows

    def _gain_rows(self, columns: _Columns) -> list[Row]:
        """Return what gains must reach, and the cuts that bound them."""
        rows: list[Row] = []
        services = {m.place[0]: m for m in self.members if m.kind == SERVICE}
        cap = next((m for m in self.members if m.kind == CO2), None)
        for family, gains in columns.gains.items():
            *service, co2 = family
            parts, values, need = [gains], [np.ones(len(gains))], 0.0
            for number, price in enumerate(service):
                if not price:
                    continue
                member, scope = services[number], float(self.pairs.scope[number])
                need += price * scope * member.limit
                parts.append(columns.slack[member])
                values.append(np.array([price * scope * member.step]))
            if co2 and cap is not None:
                need -= co2 * cap.limit / self.pairs.orders
                parts.append(columns.slack[cap])
                values.append(np.array([co2 * cap.step / self.pairs.orders]))
            rows.append((np.concatenate(parts), np.concatenate(values), need, np.inf))
        for cut in self.cuts:
            gains = columns.gains[cut.prices.family]
            if cut.size is not None:
                places = np.r_[gains, columns.size.ravel()]
                values = np.r_[np.ones(len(gains)), -cut.size.ravel()]
                rows.append((places, values, -np.inf, float(cut.base.sum())))
            if cut.site is not None:
                rows += [
                    (np.r_[one, columns.open], np.r_[1.0, -added], -np.inf, float(base))
                    for one, added, base in zip(gains, cut.site, cut.base, strict=True)
                ]
        return rows


class _Columns:
    """Column numbers of a program: sizes, open sites, what limits give, gains by family."""

    def __init__(self, program: SiteProgram) -> None:
        instance = program.instance
        self.offered = np.isfinite(instance.fixed_usd)
        n_sites, n_sizes = self.offered.shape
        self.size = np.arange(n_sites * n_sizes).reshape(n_sites, n_sizes)
        self.open = self.size.size + np.arange(n_sites)
        number = self.size.size + n_sites
        self.slack: dict[Member, Index] = {}
        self.most: dict[Member, float] = {}
        for member in program.members:
            n_rows = len(member.place) if member.kind == RULE else 1
            self.slack[member] = number + np.arange(n_rows)
            self.most[member] = 1.0 if member.kind in (SERVICE, OPEN, CLOSE) else np.inf
            number += n_rows
        self.gains: dict[tuple[float, ...], Index] = {}
        first_gain = number
        for cut in program.cuts:
            if cut.prices.family not in self.gains:
                self.gains[cut.prices.family] = number + np.arange(len(cut.base))
                number += len(cut.base)
        self.one, number = number, number + 1
        self.number = number
        self.lower, self.upper = np.zeros(number), np.full(number, np.inf)
        self.lower[first_gain:] = -np.inf
        self.lower[self.one] = self.upper[self.one] = 1.0
        self.upper[self.size] = self.offered
        self.upper[self.open] = 1.0
        self.integer = np.zeros(number)
        self.integer[self.size] = 1.0
        for member, slack in self.slack.items():
            if member.kind in (SITES, OPEN, CLOSE, RULE):
                self.integer[slack] = 1.0


def _less(places: Index, values: Array, slack: Index, member: Member) -> Row:
    """Return a row that is at most the limit of a member and what it gives."""
    return np.r_[places, slack], np.r_[values, -member.step], -np.inf, member.limit
