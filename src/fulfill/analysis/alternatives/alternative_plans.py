"""Alternatives of a run side by side: what they share, and what each is better at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from fulfill.analysis.alternatives.near_plans import near_plans
from fulfill.analysis.explanations.site_explanation import check_explainable
from fulfill.analysis.exposure.exposures import Exposure, exposures
from fulfill.analysis.exposure.figure_groups import moved
from fulfill.analysis.exposure.held_plan import HeldPlan
from fulfill.inputs.faults import Fault, InputError
from fulfill.study.json_file import finite
from fulfill.study.kpis import tabulate
from fulfill.study.language import translated as _
from fulfill.study.plan import Plan
from fulfill.study.question_outputs import ALTERNATIVES
from fulfill.study.resolve import Answer
from fulfill.study.run import Run

CRITERIA = (
    "lead_time_days_mean", "co2e_kg_per_order", "rural_share_within_5_days", "worst_cost_usd",
)  # fmt: skip
"""Figures in which plans are compared; a larger rural share is better, of the others less."""
MORE_IS_BETTER = frozenset(("rural_share_within_5_days",))
NOTABLE = 0.001
"""Share of a figure by which a plan has to be better for it to be said."""
MOST_EXPOSED = 5
"""Groups of uncertain figures that the worst cost is over."""
RURAL = "rural"


@dataclass(frozen=True, eq=False)
class AlternativePlan:
    """A plan with other sites than the run.

    Attributes
    ----------
    objective, bound : float
        USD a year; the bound is that of the run, which holds for every plan.
    open_sites : tuple of (str, str)
        Ids with sizes.
    figures : Mapping of str to float
        Of `CRITERIA`.
    better_at : tuple of str
        Criteria in which it is better than the run.
    opened, closed : tuple of str
        Sites that it opens and the run does not, and the other way round.
    """

    objective: float
    bound: float
    open_sites: tuple[tuple[str, str], ...]
    figures: Mapping[str, float]
    better_at: tuple[str, ...]
    opened: tuple[str, ...]
    closed: tuple[str, ...]

    @property
    def record(self) -> dict[str, Any]:
        """The plan as JSON."""
        return {
            "objective": self.objective,
            "bound": self.bound,
            "open_sites": [{"site_id": site, "size": size} for site, size in self.open_sites],
            "better_at": list(self.better_at),
            "opened": list(self.opened),
            "closed": list(self.closed),
            "figures": dict(self.figures),
        }


@dataclass(frozen=True, eq=False)
class Alternatives:
    """Plans of nearly the cost of a run.

    Attributes
    ----------
    run : Run
    itself : AlternativePlan
        The plan of the run in the same form.
    plans : tuple of AlternativePlan
        The cheapest first.
    asked, trials : int
        Plans asked for, and choices of sites that were priced.
    within : float
        Largest additional cost, a share.
    exposed : tuple of str
        Groups of figures that the worst cost is over, the most exposed first.
    """

    run: Run
    itself: AlternativePlan
    plans: tuple[AlternativePlan, ...]
    asked: int
    trials: int
    within: float
    exposed: tuple[str, ...]

    @property
    def shared(self) -> tuple[str, ...]:
        """Sites that the run and all its alternatives open."""
        sets = [{site for site, _ in plan.open_sites} for plan in (self.itself, *self.plans)]
        return tuple(site for site, _ in self.itself.open_sites if all(site in s for s in sets))

    @property
    def table(self) -> pd.DataFrame:
        """Columns of `question_outputs.ALTERNATIVES`; plan 0 is that of the run."""
        rows = [
            {
                "plan": number,
                "objective": one.objective,
                "above_run_usd": one.objective - self.itself.objective,
                **one.figures,
                "opened": " ".join(one.opened),
                "closed": " ".join(one.closed),
                "better_at": " ".join(one.better_at),
            }
            for number, one in enumerate((self.itself, *self.plans))
        ]
        return pd.DataFrame(rows, columns=list(ALTERNATIVES.keys))

    @property
    def verdict(self) -> str:
        """How many plans were found, in the language of the context."""
        if len(self.plans) < self.asked:
            text = _(
                "{n} of {asked} plans: of {trials} choices of sites no more are within {within}."
            )
        else:
            text = _("{n} plans within {within}, pairwise different in at least two sites.")
        return text.format(
            n=len(self.plans), asked=self.asked, trials=self.trials, within=f"{self.within:.2%}"
        )


def alternatives(
    run: Run, number: int = 5, within: float = 0.01, workers: int | None = None
) -> Alternatives:
    """Return plans of nearly the cost of a run that differ in sites.

    Parameters
    ----------
    run : Run
        With a plan of `optimize`.
    number : int
        Plans wanted, 1 or more.
    within : float
        Largest additional cost, a share of the cost of the run, above 0.
    workers : int, optional
        Processes; as many as there are cores by default.

    Returns
    -------
    Alternatives

    Raises
    ------
    InputError
        F520 and F522 where there is no plan to compare with, F309 for a number or share out of
        range, F349 where the run has no sites and prices to start from.
    """
    check_explainable(run)
    faults = []
    if number < 1:
        faults.append(Fault("F309", "--number", value=str(number), detail="1 or more"))
    if not 0 < within <= 1:
        faults.append(Fault("F309", "--within", value=f"{within:g}", detail="above 0, to 1"))
    if run.warm_start is None:
        faults.append(Fault("F349", "RUN", value=run.folder.name if run.folder else ""))
    if faults:
        raise InputError(faults)
    answers, trials = near_plans(run, number, within, workers)
    exposed = exposures(run)[:MOST_EXPOSED]
    itself = _described(run, run, run.plan, exposed, ())
    plans = []
    for answer in answers:
        other = _as_run(run, answer)
        found = _described(run, other, other.plan, exposed, answer.sites)
        plans.append(replace(found, better_at=_better(found.figures, itself.figures)))
    names = tuple(one.group.name for one in exposed)
    return Alternatives(run, itself, tuple(plans), number, trials, within, names)


def _as_run(run: Run, answer: Answer) -> Run:
    """Return an answer of an unchanged question as a run with its tables."""
    assert answer.decisions is not None
    model = run.model
    outcome = replace(run.outcome, objective=answer.objective, merging_usd=None)
    plan = tabulate(model.problem, model.economics, model.instance, answer.decisions, outcome)
    return replace(run, plan=plan, folder=None, solved=(model, answer.decisions))


def _described(
    run: Run,
    other: Run,
    plan: Plan,
    exposed: Sequence[Exposure],
    sites: Sequence[tuple[str, str]],
) -> AlternativePlan:
    """Return a plan with its figures, without what it is better at."""
    own = tuple(sites) or tuple(zip(plan.sites["site_id"], plan.sites["size"], strict=True))
    mine, theirs = {site for site, _ in own}, set(run.sites["site_id"])
    figures = {
        "lead_time_days_mean": float(plan.kpis["lead_time_days_mean"]),
        "co2e_kg_per_order": float(plan.kpis["co2e_kg_per_order"]),
        "rural_share_within_5_days": _rural_share(plan.zones),
        "worst_cost_usd": _worst(other, exposed),
    }
    return AlternativePlan(
        objective=other.outcome.objective,
        bound=run.outcome.bound,
        open_sites=own,
        figures=finite({name: float(value) for name, value in figures.items()}),
        better_at=(),
        opened=tuple(sorted(mine - theirs)),
        closed=tuple(sorted(theirs - mine)),
    )


def _rural_share(zones: pd.DataFrame) -> float:
    """Return the share of rural orders that arrive within five days; NaN without rural zones."""
    rural = zones[zones["zone_class"] == RURAL]
    orders = rural["orders"].to_numpy(float)
    if not orders.sum() > 0:
        return float("nan")
    return float((orders * rural["share_within_5_days"].to_numpy(float)).sum() / orders.sum())


def _worst(run: Run, exposed: Sequence[Exposure]) -> float:
    """Return the cost of a plan that is kept at the worst ends of the most exposed figures."""
    held, problem = HeldPlan(run), run.problem
    base, lost = held.result(problem), 0.0
    for one in exposed:
        ends = [
            held.result(moved(problem, one.group, end)) for end in (one.group.low, one.group.high)
        ]
        lost += max(0.0, base - min(ends))
    return run.outcome.objective + lost


def _better(figures: Mapping[str, float], own: Mapping[str, float]) -> tuple[str, ...]:
    """Return the criteria in which figures are better than the run's own."""
    found = []
    for name in CRITERIA:
        new, old = figures[name], own[name]
        if new is None or old is None:
            continue
        gain = (new - old) if name in MORE_IS_BETTER else (old - new)
        if gain > NOTABLE * max(abs(old), np.finfo(float).tiny):
            found.append(name)
    return tuple(found)


def summary(found: Alternatives) -> dict[str, Any]:
    """Return what ``fulfill alternatives --json`` prints.

    Parameters
    ----------
    found : Alternatives

    Returns
    -------
    dict
        Keys of `question_summaries.ALTERNATIVES_SUMMARY`.
    """
    held = {
        "from": found.itself.record,
        "plans": [one.record for one in found.plans],
        "shared_sites": list(found.shared),
        "asked": found.asked,
        "within": found.within,
        "trials": found.trials,
        "exposed_figures": list(found.exposed),
    }
    return dict(finite(held))
