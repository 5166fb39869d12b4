"""Choice of sites from the relaxed solutions of a coarse instance, and a local search if needed.

At good multipliers the relaxed solution opens nearly the right sites at nearly the right sizes. So
the bound of the coarse instance is raised in stages; after each the relaxed solution is made a
plan, and the cost of the best plan is the target of the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from fulfill.location.network.allowed_sites import allowed, obeying
from fulfill.location.network.ascent import Ascent, ascend, begin, follow
from fulfill.location.network.first_prices import first_prices, first_reference
from fulfill.location.network.limited_plan import plan_of
from fulfill.location.network.limits import is_limited, limit_prices, with_limit_prices
from fulfill.location.network.planning import (
    as_siting,
    from_sizes,
    plan_prices,
    plan_reference,
    reoptimised,
)
from fulfill.location.network.reference import Reference, cheapest_service
from fulfill.location.network.relaxation import LocalLanes, Relaxed, evaluate, local_lanes
from fulfill.location.network.site_search import Siting, cost_table, search_sites
from fulfill.model.arrays import Array, Index
from fulfill.model.decisions import relative_gap
from fulfill.model.instance import LocationInstance
from fulfill.model.multipliers import Multipliers
from fulfill.model.site_rules import broken_rules

LEGS = (240, 80, 80, 80)
"""Rounds of the stages in which the bound of the coarse instance is raised."""
LEG_STEP = 0.1
"""Step at which a later stage begins."""
GOOD = 0.0015
"""Gap on the coarse instance at which its sites are good enough: the coarse instance itself is
off by about as much."""
POOR = 0.005
"""Gap on the coarse instance at which sites are searched for."""
NEAR, HALFWAY = 0.005, 0.5
"""The Polyak target lies above the bound by at most the larger of these shares, of the bound and of
the gap: a poor plan as target would make steps too long."""
STALLED = 2e-4
"""Share by which a stage must raise the bound for another to follow."""
LIKELY = 30
"""Sites that the search may open."""
FIRST_GUESS = 1.2
"""Cost of a plan over the first bound before there is a plan: the target of the first steps."""


@dataclass(frozen=True)
class Start:
    """What the choice of sites starts from after an earlier run.

    Attributes
    ----------
    prices : Multipliers
        Of the coarse instance.
    reference : Reference
        Service from the earlier sites.
    gap : float
        Relative gap that the plan of the full instance is to have.
    """

    prices: Multipliers
    reference: Reference
    gap: float


@dataclass(frozen=True)
class Choice:
    """Sites chosen on a coarse instance, with its multipliers.

    Attributes
    ----------
    siting : Siting
    prices : Multipliers
    """

    siting: Siting
    prices: Multipliers


def choose_sites(
    instance: LocationInstance,
    seed: int,
    stop: Callable[[float], bool],
    start: Start | None = None,
) -> Choice:
    """Choose sites on a small instance.

    Parameters
    ----------
    instance : LocationInstance
    seed : int
        Seed of the perturbations of the local search.
    stop : callable
        Tells whether a share of the time limit is used up.
    start : Start, optional
        What is known from an earlier run, which makes the first stage short.

    Returns
    -------
    Choice
    """
    lanes = local_lanes(instance)
    if start is None:
        state = begin(instance, lanes, first_prices(instance), first_reference(instance))
        target, good = FIRST_GUESS * state.bound, GOOD
    else:
        state = begin(instance, lanes, start.prices, start.reference)
        target, good = (1.0 + NEAR) * state.bound, max(GOOD, HALFWAY * start.gap)
    best: Siting | None = None
    for number, rounds in enumerate(LEGS if start is None else LEGS[1:]):
        before = state.bound
        state = replace(state, step=max(state.step, LEG_STEP)) if number else state
        state = ascend(instance, lanes, state, rounds, target, lambda _: stop(0.5))
        relaxed = evaluate(instance, lanes, state.best)
        decisions, siting = plan_of(instance, affordable(instance, relaxed), state.best)
        if decisions is None:  # these sites cannot keep a service level or the cap
            continue
        if best is None or siting.cost < best.cost:
            best = siting
        state = better_start(instance, lanes, state, best)
        target = polyak_target(best.cost, state.bound)
        gap = relative_gap(best.cost, state.bound)
        if stop(0.5) or gap < good or (gap < POOR and state.bound - before < STALLED * before):
            break
    if best is None or relative_gap(best.cost, state.bound) > POOR:
        best = _searched(instance, state, best, seed, stop)
    return Choice(best, state.best)


def polyak_target(cost: float, bound: float) -> float:
    """Return the target of the next steps.

    Parameters
    ----------
    cost, bound : float
        Of the best plan, and proven, USD.

    Returns
    -------
    float
        USD.
    """
    return min(cost, bound + max(NEAR * abs(bound), HALFWAY * (cost - bound)))


def better_start(
    instance: LocationInstance, lanes: LocalLanes, state: Ascent, siting: Siting
) -> Ascent:
    """Return an ascent that moves relative to a plan, from its multipliers if these are better.

    Parameters
    ----------
    instance : LocationInstance
    lanes : LocalLanes
    state : Ascent
    siting : Siting
        Of the plan.

    Returns
    -------
    Ascent
        With the step of the given one, unless it begins at the multipliers of the plan.
    """
    reference, side = plan_reference(instance, siting), siting.side
    if side is not None:
        begun = begin(instance, lanes, plan_prices(instance, siting, side), reference)
        if begun.bound > state.bound:
            return begun
    again = begin(instance, lanes, state.best, reference)
    limited = limited_prices(instance, state.best, siting)
    if limited is not None:
        moved = begin(instance, lanes, limited, reference)
        again = max(again, moved, key=lambda begun: begun.bound)
    return replace(again, step=state.step, frequency=state.frequency, rounds=state.rounds)


def limited_prices(
    instance: LocationInstance, prices: Multipliers, siting: Siting
) -> Multipliers | None:
    """Return multipliers with those of the limits at which a plan just keeps them.

    Parameters
    ----------
    instance : LocationInstance
    prices : Multipliers
    siting : Siting
        Of the plan.

    Returns
    -------
    Multipliers or None
        Cells follow what their service from the sites of the plan costs. None where the limits of
        the plan are priced as before.
    """
    side = siting.side
    if side is None or np.array_equal(limit_prices(side), limit_prices(prices)):
        return None
    moved = with_limit_prices(prices, limit_prices(side))
    reference = plan_reference(instance, siting)
    before, after = (cheapest_service(instance, reference, at) for at in (prices, moved))
    return follow(moved, before, after)


def _searched(
    instance: LocationInstance,
    state: Ascent,
    best: Siting | None,
    seed: int,
    stop: Callable[[float], bool],
) -> Siting:
    """Search from the best choice so far and from the relaxed sites at their largest sizes.

    Returns
    -------
    Siting
        That of the cheapest plan.
    """
    relaxed = evaluate(instance, local_lanes(instance), state.best)
    table = cost_table(instance, state.best, relaxed.price)
    starts = [
        affordable(instance, relaxed) if best is None else best,
        largest_sizes(instance, state),
    ]
    starts = [start for start in starts if allowed(instance, start.size)] or starts[:1]
    found = search_sites(
        instance, table, starts, likely_sites(state, relaxed.value), seed, lambda: stop(0.65)
    )
    # whether limits are missed comes before the cost
    plans = [] if best is None else [(False, best)]
    for siting in found:
        if plans and stop(0.7):
            break
        planned, missed = reoptimised(instance, siting, state.best)[0], False
        if is_limited(instance):
            # the search knows no service level and no cap
            decisions, planned = plan_of(instance, planned, state.best)
            missed = decisions is None
        plans.append((missed, planned))
    return min(plans, key=lambda plan: (plan[0], plan[1].cost))[1]


def affordable(instance: LocationInstance, relaxed: Relaxed) -> Siting:
    """Return the sites of the relaxed solution, reduced in size until the budget allows them.

    Sites with the least value per dollar of investment are reduced first.

    Parameters
    ----------
    instance : LocationInstance
    relaxed : Relaxed

    Returns
    -------
    Siting
    """
    siting = as_siting(relaxed)
    size = siting.size.copy()
    budget = instance.limits.budget_usd
    while np.isfinite(budget):
        sites = np.flatnonzero(size >= 0)
        spent = instance.invest_usd[sites, size[sites]]
        smaller = np.array(
            [
                bool(np.isfinite(instance.fixed_usd[i, : size[i]]).any())
                or _may_close(instance, size, i)
                for i in sites.tolist()
            ],
            bool,
        )
        if spent.sum() <= budget or not smaller.any():
            break
        # values are negative: the largest ratio is the least saving per dollar
        worth = np.where(
            smaller, relaxed.value[sites, size[sites]] / np.maximum(spent, 1.0), -np.inf
        )
        site = int(sites[int(worth.argmax())])
        offered = np.flatnonzero(np.isfinite(instance.fixed_usd[site, : size[site]]))
        size[site] = offered[-1] if len(offered) else -1
    return replace(siting, size=size)


def _may_close(instance: LocationInstance, size: Index, site: int) -> bool:
    """Tell whether a site is not locked open, and the rules on sites are obeyed without it."""
    left = size >= 0
    left[site] = False
    limits = instance.limits
    return site not in limits.opened and not len(broken_rules(limits.rules, left))


def largest_sizes(instance: LocationInstance, state: Ascent) -> Siting:
    """Return the sites that were open in most relaxed solutions, each at its largest size.

    Parameters
    ----------
    instance : LocationInstance
    state : Ascent

    Returns
    -------
    Siting
    """
    limits = instance.limits
    offered = np.isfinite(instance.fixed_usd)
    largest = np.where(
        offered.any(axis=1), offered.shape[1] - 1 - offered[:, ::-1].argmax(axis=1), -1
    )
    size = np.where(state.frequency.sum(axis=1) > 0.5, largest, -1)
    size[list(limits.closed)] = -1
    size[list(limits.opened)] = largest[list(limits.opened)]
    return from_sizes(instance, obeying(instance, size))


def likely_sites(state: Ascent, value: Array) -> Index:
    """Return the sites worth trying: open often in the relaxation, or nearly worth their cost.

    Parameters
    ----------
    state : Ascent
    value : (I, M)
        Of the relaxed solution, USD.

    Returns
    -------
    ndarray of int
        At most `LIKELY` sites, the likeliest first.
    """
    best = np.where(np.isfinite(value).any(axis=1), value.min(axis=1), np.inf)
    order = np.lexsort((best, -np.round(state.frequency.sum(axis=1), 2)))
    return order[np.isfinite(best[order])][:LIKELY]
