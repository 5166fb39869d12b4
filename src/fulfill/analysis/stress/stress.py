"""What each loss costs a plan, and what would buy it back.

The true loss is the cost of the best allocation over the plan's sites after it, less that before
it. Both costs lie between a bound and a plan that was found, so the loss lies in an interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fulfill.analysis.stress.losses import Loss, losses_of, pairs_of, together
from fulfill.analysis.stress.withstanding import Question, Withstood, withstand
from fulfill.inputs.faults import Fault, InputError
from fulfill.model.disruptions import Disruption
from fulfill.study.executor import Executor
from fulfill.study.json_file import finite
from fulfill.study.risk_outputs import LOSSES, REMEDIES
from fulfill.study.run import Run

THOROUGH_SECONDS = 15.0
"""Time limit of the search for the best allocation after one of the largest losses."""
SPARE = 1.5
"""Factor of a spare capacity."""
SPARES = 5
"""Capacities tried for each loss, those used up in most periods first."""
NEW_SITES = "sites"
"""Remedy that chooses the sites anew."""
LEAST_USD = 1.0
"""What a remedy buys back, and a second loss adds, at least to be listed, USD a year."""


@dataclass(frozen=True)
class StressOptions:
    """What is tried.

    Attributes
    ----------
    period : str
        See `losses.losses_of`.
    thorough : int
        Number of the largest losses whose allocation is searched for instead of priced once.
    pairs : int
        Number of the largest losses that are also lost two at a time.
    remedies : int
        Number of the largest losses for which spare capacity is tried.
    workers : int or None
        Processes; as many as there are cores by default, 0 for none but this one.
    """

    period: str = "year"
    thorough: int = 8
    pairs: int = 4
    remedies: int = 3
    workers: int | None = None


@dataclass(frozen=True, eq=False)
class Stress:
    """Losses of a plan, ranked.

    Attributes
    ----------
    run : Run
    base_usd, base_bound_usd : float
        Cost of the plan without a loss, and a bound on it with the same sites.
    losses, remedies : DataFrame
        Columns of `outputs.LOSSES` and `outputs.REMEDIES`; the largest loss first.
    faults : tuple of str
        What the audits of the plans found.
    """

    run: Run
    base_usd: float
    base_bound_usd: float
    losses: pd.DataFrame
    remedies: pd.DataFrame
    faults: tuple[str, ...]


def stress(
    run: Run, options: StressOptions | None = None, tell: Callable[[str], None] = lambda _: None
) -> Stress:
    """Take away in turn what a plan uses, and allocate its orders anew.

    Parameters
    ----------
    run : Run
        With a plan.
    options : StressOptions, optional
    tell : callable
        Called with what is being done.

    Returns
    -------
    Stress

    Raises
    ------
    InputError
        F501 for an unknown period, F502 where the run has no plan.
    """
    if not run.found or run.decisions is None:
        name = run.folder.name if run.folder else ""
        raise InputError([Fault("F502", "RUN", value=name, detail=run.outcome.status)])
    asked = options or StressOptions()
    losses = losses_of(run, asked.period)
    with Executor(run, asked.workers) as executor:
        tell(f"{len(losses)} losses one at a time")
        base, *quick = executor.each(
            withstand, [Question(()), *(Question(one.disruptions) for one in losses)]
        )
        found = dict(zip(losses, quick, strict=True))
        worst = sorted(losses, key=lambda loss: -found[loss].objective)
        top = worst[: asked.thorough]
        tell(f"the {len(top)} largest once more, up to {THOROUGH_SECONDS:.0f} s each")
        again = executor.each(
            withstand, [Question(one.disruptions, seconds=THOROUGH_SECONDS) for one in top]
        )
        for loss, answer in zip(top, again, strict=True):
            found[loss] = found[loss].better(answer)
        worst = sorted(losses, key=lambda loss: -found[loss].objective)
        pairs = pairs_of(worst[: asked.pairs])
        tell(f"{len(pairs)} pairs of the {min(asked.pairs, len(worst))} largest")
        questions = [
            Question(together(*pair).disruptions, found[pair[0]].warm_start) for pair in pairs
        ]
        both = dict(zip(pairs, executor.each(withstand, questions), strict=True))
        tell(f"what buys the {min(asked.remedies, len(worst))} largest back")
        remedies = _remedies(executor, worst[: asked.remedies], found)
    return _ranked(run, base, found, both, remedies)


def _ranked(
    run: Run,
    base: Withstood,
    found: dict[Loss, Withstood],
    both: dict[tuple[Loss, Loss], Withstood],
    remedies: pd.DataFrame,
) -> Stress:
    """Return the losses in the order of their cost."""
    answers = [base, *found.values(), *both.values()]
    # what is possible after a loss is possible without it, so the plan costs no more than that
    base_usd = min(one.objective for one in answers)
    rows = [_row(loss, found[loss], base, base_usd) for loss in found]
    for pair, answer in both.items():
        alone = max(found[one].objective for one in pair)
        if answer.objective >= alone + LEAST_USD:  # else the second loss does not matter
            rows.append(_row(together(*pair), answer, base, base_usd))
    table = pd.DataFrame(rows, columns=list(LOSSES.keys))
    return Stress(
        run,
        base_usd,
        base.bound,
        table.sort_values(["loss_usd", "id"], ascending=[False, True], ignore_index=True),
        remedies,
        tuple(dict.fromkeys(fault for one in answers for fault in one.faults)),
    )


def _row(loss: Loss, answer: Withstood, base: Withstood, base_usd: float) -> tuple[Any, ...]:
    """Return the row of a loss."""
    return (
        loss.kind,
        loss.id,
        loss.name,
        loss.period,
        answer.objective - base_usd,
        max(answer.bound - base_usd, 0.0),
        answer.objective - base.bound,
        answer.lead_days - base.lead_days,
        answer.cancelled - base.cancelled,
        answer.unserved - base.unserved,
        answer.grade,
        loss.cells,
    )


def _remedies(executor: Executor, losses: list[Loss], found: dict[Loss, Withstood]) -> pd.DataFrame:
    """Try spare capacity, and a new choice of sites, after each of some losses."""
    asked: list[tuple[Loss, str, str, Question]] = []
    for loss in losses:
        start = found[loss].warm_start
        for kind, name in found[loss].at_limit[:SPARES]:
            spare = (*loss.disruptions, Disruption(kind, name, SPARE))
            asked.append((loss, kind, name, Question(spare, start)))
        anew = Question(loss.disruptions, start, THOROUGH_SECONDS, free_sites=True)
        asked.append((loss, NEW_SITES, "", anew))
    answers = executor.each(withstand, [question for *_, question in asked])
    rows = []
    for (loss, kind, name, question), answer in zip(asked, answers, strict=True):
        bought = found[loss].objective - answer.objective
        extra = question.disruptions[len(loss.disruptions) :]
        if bought >= LEAST_USD:
            cells = "; ".join(one.cell for one in extra)
            rows.append((loss.id, loss.name, kind, name, bought, cells))
    table = pd.DataFrame(rows, columns=list(REMEDIES.keys))
    order = {loss.id: place for place, loss in enumerate(losses)}
    table = table.assign(_place=table["loss"].map(order))
    table = table.sort_values(["_place", "bought_back_usd"], ascending=[True, False])
    return table.drop(columns="_place").reset_index(drop=True)


def summary(found: Stress) -> dict[str, Any]:
    """Return what ``fulfill stress --json`` prints.

    Parameters
    ----------
    found : Stress

    Returns
    -------
    dict
        base_usd, base_bound_usd, losses and remedies (the rows of their tables), and audit.
    """
    return dict(
        finite(
            {
                "base_usd": found.base_usd,
                "base_bound_usd": found.base_bound_usd,
                "losses": found.losses.to_dict("records"),
                "remedies": found.remedies.to_dict("records"),
                "audit": {"clean": not found.faults, "faults": list(found.faults)},
            }
        )
    )
