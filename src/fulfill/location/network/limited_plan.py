"""Plans of given sites that observe service levels and carbon cap.

The allocation knows these limits by their multipliers only: the higher a multiplier, the more
orders arrive in time or the less is emitted. So the multipliers are looked for at which a plan just
keeps its limits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fulfill.location.network.limits import (
    RAISE,
    TRIES,
    is_limited,
    limit_prices,
    limit_slack,
    raised,
    with_limit_prices,
)
from fulfill.location.network.planning import priced_plan
from fulfill.location.network.site_search import Siting
from fulfill.model.arrays import Array, Mask
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance
from fulfill.model.multipliers import Multipliers, with_prices, zero_multipliers

ENOUGH = 5e-4
"""Slack of a limit that is as good as none: a share of the orders, or of the cap."""
LOWERINGS = 3
"""Plans made between one that misses a limit and one that keeps all."""
STEP = 1.3
"""Factor between multipliers of the cap until one is too low and one too high."""
CLOSE = 1.02
"""Factor between two multipliers of the cap below which neither is better."""
AIM = 0.05
"""Share of the way between two plans by which the next lies on the safe side of the estimate."""


@dataclass(frozen=True)
class LimitedPlan:
    """A plan made at some multipliers of the limits.

    Attributes
    ----------
    prices : Multipliers
    decisions : Decisions
    siting : Siting
    slack : (n_targets + 1,)
        See `limit_slack`.
    """

    prices: Multipliers
    decisions: Decisions
    siting: Siting
    slack: Array

    @property
    def limits(self) -> Array:
        """The multipliers of the limits."""
        return limit_prices(self.prices)

    @property
    def worst(self) -> float:
        """Least slack of a limit."""
        return float(self.slack.min())


def plan_of(
    instance: LocationInstance, siting: Siting, prices: Multipliers, rounds: int = 2
) -> tuple[Decisions | None, Siting]:
    """Return the plan of a choice of sites that observes service levels and carbon cap.

    The multipliers of missed limits are raised until the plan observes them, at most `TRIES` times,
    and then lowered by interpolation for as long as it does.

    Parameters
    ----------
    instance : LocationInstance
    siting : Siting
    prices : Multipliers
    rounds : int
        See `priced_plan`.

    Returns
    -------
    decisions : Decisions or None
        None where the limits are still missed.
    siting : Siting
        With the prices of the plan.
    """
    if siting.side is not None:
        # the multipliers at which a plan of these sites just kept its limits before
        prices = with_limit_prices(prices, limit_prices(siting.side))
    first = _limited_plan(instance, siting, prices, rounds)
    if not is_limited(instance):
        return first.decisions, first.siting
    missed, kept = _around(instance, first)
    if kept is None:
        return None, missed[-1].siting
    best = kept
    for _ in range(LOWERINGS if missed else 0):
        if min(kept.slack) <= ENOUGH:
            break
        below = missed[-1]
        # slack is nearly linear in the multipliers between a plan that misses and one that keeps
        share = below.worst / (below.worst - kept.worst)
        share = min(max(share + AIM, 0.1), 0.9)
        middle = with_limit_prices(prices, (1.0 - share) * below.limits + share * kept.limits)
        trial = _limited_plan(instance, kept.siting, middle, 1)
        if trial.worst < 0:
            missed.append(trial)
            continue
        kept = trial
        best = min(best, trial, key=lambda plan: plan.siting.cost)
    side = best.siting.side or _side(instance, best.prices)
    return best.decisions, replace(best.siting, side=side)


def plan_in_balance(
    instance: LocationInstance, siting: Siting, prices: Multipliers, gives: Mask
) -> LimitedPlan | None:
    """Return a plan of a choice of sites that keeps service levels and carbon cap at any cost.

    The multipliers of service levels are as high as no other cost is, that of the cap is looked for
    by bisection: the higher it is, the less is emitted, and the fewer orders are in time.

    Parameters
    ----------
    instance : LocationInstance
    siting : Siting
    prices : Multipliers
        Those of service levels, and the first one of the cap.
    gives : (n_targets + 1,)
        Limits that may be missed, but by little; the cap is the last.

    Returns
    -------
    LimitedPlan or None
        None where the other limits are still missed.
    """
    low, high, carbon = 0.0, np.inf, float(prices.co2)
    best: LimitedPlan | None = None
    for _ in range(TRIES):
        plan = _limited_plan(instance, siting, with_prices(prices, co2=carbon), 1)
        missed = (plan.slack < 0) & ~gives
        late, dirty = bool(missed[:-1].any()), bool(missed[-1])
        if late and dirty:
            break
        if not late and not dirty:
            best = plan
            # what gives is to give no more than it must
            if gives.all() or not gives.any():
                break
        if dirty or (gives[-1] and not late):
            low = carbon
        else:
            high = carbon
        if gives.any() and high < low * CLOSE:
            break
        if low and np.isfinite(high):
            carbon = float(np.sqrt(low * high))
        else:
            carbon = low * STEP if low else high / STEP
    return best


def _side(instance: LocationInstance, prices: Multipliers) -> Multipliers:
    """Return multipliers of the side rows; those by zone, maybe of a coarse instance, are zero."""
    nothing = zero_multipliers(instance.axis_sizes)
    return with_prices(prices, cell=nothing.cell, stocking=nothing.stocking)


def _limited_plan(
    instance: LocationInstance, siting: Siting, prices: Multipliers, rounds: int
) -> LimitedPlan:
    """Return the plan at some multipliers with its slack."""
    decisions, planned = priced_plan(instance, siting, prices, rounds)
    return LimitedPlan(prices, decisions, planned, limit_slack(instance, decisions))


def _around(
    instance: LocationInstance, first: LimitedPlan
) -> tuple[list[LimitedPlan], LimitedPlan | None]:
    """Return plans that miss limits and one that keeps them, at multipliers not far apart.

    The multipliers of missed limits are raised; those of a plan that keeps all with room to spare
    are lowered, for a cheaper plan.
    """
    missed: list[LimitedPlan] = []
    kept: LimitedPlan | None = None
    plan = first
    for _ in range(TRIES):
        if plan.worst < 0:
            missed.append(plan)
            limits = raised(plan.limits, plan.slack)
        else:
            kept = plan if kept is None or plan.siting.cost < kept.siting.cost else kept
            limits = np.where(plan.slack > ENOUGH, plan.limits / RAISE, plan.limits)
        if (missed and kept is not None) or np.array_equal(limits, plan.limits):
            break
        plan = _limited_plan(instance, plan.siting, with_limit_prices(plan.prices, limits), 1)
    return missed, kept
