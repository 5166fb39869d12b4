"""The cost of one run in steps to that of another, exact to the cent.

1. ``demand``: the old decisions, orders scaled to the new demand, at the old figures;
2. ``prices``: these decisions at the new figures;
3. ``decisions``: the new decisions.

Each step is a difference by part of the cost. Where the old decisions cannot be priced at the new
figures, since orders would remain whose loss has no price, all is one step, ``together``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fulfill.analysis.diff.carried_plan import carried_plan
from fulfill.inputs.faults import Fault, InputError
from fulfill.model.decisions import Decisions
from fulfill.study.cost_table import cost_by_part
from fulfill.study.language import Message
from fulfill.study.names import names_of
from fulfill.study.priced import Priced
from fulfill.study.run import PricedModel, Run

DEMAND, PRICES, DECISIONS, TOGETHER = "demand", "prices", "decisions", "together"
REFERENCE = "reference"
"""Part of the objective besides those of costs.csv: net price less cheapest goods of all potential
orders, which makes a contribution a cost."""


INEXACT = 1e-6
"""Share of the amounts, in cents, by which sums of floating-point numbers may differ."""


@dataclass(frozen=True)
class BridgeStep:
    """A part of the cost in a step from one run to another.

    Attributes
    ----------
    step : str
        ``demand``, ``prices``, ``decisions`` or ``together``.
    part : str
        Part of costs.csv, or `REFERENCE`.
    usd : float
        Change of the part, USD a year, a whole number of cents.
    """

    step: str
    part: str
    usd: float


@dataclass(frozen=True)
class CostBridge:
    """The cost of one run in steps to that of another.

    Attributes
    ----------
    from_usd, to_usd : float
        Objectives of both runs, USD a year, to the cent.
    steps : tuple of BridgeStep
        They add up to the difference of both.
    notes : tuple of Message
        What the steps could not keep apart.
    """

    from_usd: float
    to_usd: float
    steps: tuple[BridgeStep, ...]
    notes: tuple[Message, ...]

    def total(self, step: str) -> float:
        """Return the change of the cost in a step, USD a year."""
        return round(math.fsum(one.usd for one in self.steps if one.step == step), 2)


def cost_bridge(before: Run, after: Run) -> CostBridge:
    """Return the steps from the cost of one run to that of another.

    Parameters
    ----------
    before, after : Run
        With plans.

    Returns
    -------
    CostBridge

    Raises
    ------
    ValueError
        Where a run has no plan.
    InputError
        F521 where the parts of a run do not add up to its objective.
    """
    if before.decisions is None or after.decisions is None:
        raise ValueError("both runs must have a plan")
    old, new = before.model, after.model
    carried = carried_plan(old, before.decisions, new)
    stages = [
        _parts(old, before.decisions, old.instance.demand),
        _parts(old, carried.at_old_figures, carried.old_demand),
        _parts(new, carried.at_new_figures, carried.new_demand),
        _parts(new, after.decisions, new.instance.demand),
    ]
    names: tuple[str, ...] = (DEMAND, PRICES, DECISIONS)
    notes = carried.notes
    if not all(math.isfinite(usd) for stage in stages for usd in stage.values()):
        stages, names = [stages[0], stages[-1]], (TOGETHER,)
        notes = (
            Message("the old decisions leave orders that have to be served, so all is one step"),
        )
    ends = before.outcome.objective, after.outcome.objective
    changes = {
        (name, part): new_parts.get(part, 0.0) - old_parts.get(part, 0.0)
        for name, old_parts, new_parts in zip(names, stages, stages[1:], strict=False)
        for part in dict.fromkeys((*old_parts, *new_parts))
    }
    steps = _in_cents(changes, round(ends[1] * 100) - round(ends[0] * 100))
    return CostBridge(round(ends[0], 2), round(ends[1], 2), steps, notes)


def _parts(
    model: PricedModel, decisions: Decisions, demand: NDArray[np.float64]
) -> dict[str, float]:
    """Return the parts of the objective of decisions at a demand, (Z, K, T) of the model."""
    instance = replace(model.instance, demand=demand)
    priced = Priced(model.problem, model.economics, instance, decisions, names_of(model.problem))
    worth = float((demand.sum(axis=2) * model.economics.reference_usd).sum())
    return {REFERENCE: worth, **cost_by_part(priced)}


def _in_cents(changes: Mapping[tuple[str, str], float], total: int) -> tuple[BridgeStep, ...]:
    """Return changes in whole cents that add up to a total; the largest take the rounding."""
    exact = np.array(list(changes.values()))
    cents = np.round(exact * 100).astype(np.int64)
    rest = total - int(cents.sum())
    if abs(rest) > len(cents) + INEXACT * np.abs(exact).sum():
        raise InputError([Fault("F521", "", value=f"{rest / 100:,.2f} USD")])
    largest = np.argsort(-np.abs(exact), kind="stable")
    share, left = divmod(abs(rest), len(cents))
    more = np.full(len(cents), share)
    more[largest[:left]] += 1
    cents += np.sign(rest) * more
    return tuple(
        BridgeStep(step, part, int(amount) / 100)
        for (step, part), amount in zip(changes, cents, strict=True)
        if amount
    )
