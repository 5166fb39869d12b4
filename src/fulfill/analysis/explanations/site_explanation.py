"""Why a site is open or closed: the plan without it, or with it, and who would take its orders."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fulfill.analysis.explanations.site_answers import site_answers, sites_of
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.spelling import near
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance
from fulfill.study.difference import Difference, difference
from fulfill.study.json_file import finite
from fulfill.study.lane_starts import lane_starts
from fulfill.study.language import counted
from fulfill.study.language import translated as _
from fulfill.study.names import names_of
from fulfill.study.question_outputs import SITE_EXPLANATION, TAKEN_OVER
from fulfill.study.resolve import Answer
from fulfill.study.run import Run

SECONDS = 10.0
"""Time limit of the answer about a site."""
FULL_USE = 0.999
"""Use of a capacity from which it binds."""
LEAST_ORDERS = 0.5
UNSERVED = "unserved"


@dataclass(frozen=True, eq=False)
class SiteExplanation:
    """What a run would cost without an open site, or with a closed one.

    Attributes
    ----------
    site_id, name : str
    is_open : bool
        Whether the run opens it.
    with_usd, without_usd : float
        Cost of the plan with the site and of that without it, USD a year; infinite where there is
        none. One of both is the run's.
    gap_usd : float
        What other plans could save at most in the re-solved question, USD a year.
    difference : Difference
        How far the optimum without the site lies above that with it.
    next_best : tuple of str
        Sites that only the plan without it opens, those with the most orders of its zones first;
        where there is none, the open site that takes most of them. Empty for a closed site.
    taken_over : DataFrame
        Columns of `question_outputs.TAKEN_OVER`: where the orders of its zones go.
    binding : tuple of str
        Its capacities that are used fully, as ``kind (period)``.
    answer : Answer
        The re-solved question.
    """

    site_id: str
    name: str
    is_open: bool
    with_usd: float
    without_usd: float
    gap_usd: float
    difference: Difference
    next_best: tuple[str, ...]
    taken_over: pd.DataFrame
    binding: tuple[str, ...]
    answer: Answer

    @property
    def record(self) -> dict[str, Any]:
        """The explanation as the option --json prints it; infinities are None."""
        held = {
            "site_id": self.site_id,
            "open": self.is_open,
            "with_usd": self.with_usd,
            "without_usd": self.without_usd,
            "gap_usd": self.gap_usd,
            **self.difference.record,
            "next_best": list(self.next_best),
            "taken_over": self.taken_over.to_dict("records"),
            "binding": list(self.binding),
        }
        return dict(finite(held))

    @property
    def verdict(self) -> str:
        """What the difference says of the site, in the language of the context."""
        if not np.isfinite(self.with_usd) or not np.isfinite(self.without_usd):
            return _("No plan was found to compare with: this is not an answer.")
        improved = self.without_usd < self.with_usd
        if improved == self.is_open:
            return _("The plan that was searched for is cheaper than the run: use it instead.")
        if not self.difference.distinguishable:
            return _("It may pay or not: the gaps of the plans are larger than the difference.")
        if self.is_open:
            return _("Without it every plan is dearer, beyond doubt.")
        return _("With it every plan is dearer, beyond doubt.")


def explain_sites(
    run: Run, sites: Sequence[str] = (), seconds: float = SECONDS, workers: int | None = None
) -> list[SiteExplanation]:
    """Explain sites by plans that are searched for anew.

    Parameters
    ----------
    run : Run
        With a plan of `optimize`.
    sites : sequence of str
        Ids, open or not; by default every open site.
    seconds : float
        Time limit of each answer.
    workers : int, optional
        Processes; as many as there are cores by default.

    Returns
    -------
    list of SiteExplanation
        In the order of the sites; open sites of a run are the largest first.

    Raises
    ------
    InputError
        F520 where the run has no plan, F308 for every unknown site, and as `resolve`.
    """
    check_explainable(run)
    known = run.instance.sites
    unknown = [
        Fault("F308", "--site", value=one, detail=f"no such site{near(_like(one, known))}")
        for one in sites
        if one not in known
    ]
    if unknown:
        raise InputError(unknown)
    asked = list(dict.fromkeys(sites)) or list(sites_of(run))
    answers = site_answers(run, asked, seconds, workers)
    return [_explained(run, site, answer) for site, answer in zip(asked, answers, strict=True)]


def check_explainable(run: Run) -> None:
    """Refuse a run without a plan, and one that was not optimised.

    Raises
    ------
    InputError
        F520 or F522.
    """
    name = run.folder.name if run.folder else ""
    if not run.found:
        raise InputError([Fault("F520", name, value=run.outcome.status)])
    if run.baseline is not None:
        raise InputError([Fault("F522", name, value=run.outcome.status)])


def _like(name: str, known: Sequence[str]) -> list[str]:
    return difflib.get_close_matches(name, known, n=3, cutoff=0.5)


def _explained(run: Run, site: str, answer: Answer) -> SiteExplanation:
    outcome, is_open = run.outcome, site in sites_of(run)
    ends = (outcome.objective, outcome.bound), (answer.objective, answer.bound)
    names = names_of(run.problem)["site"]
    taken = _taken_over(run, site, answer, is_open=is_open)
    best: tuple[str, ...] = ()
    if is_open:
        lies = difference(*ends, restricted=True)
        with_usd, without_usd = outcome.objective, answer.objective
        best = _next_best(run, site, taken)
    else:
        opened = difference(*ends, restricted=True)
        lies = Difference(0.0 - opened.high, 0.0 - opened.low, opened.rounding)
        with_usd, without_usd = answer.objective, outcome.objective
    return SiteExplanation(
        site_id=site,
        name=names[site],
        is_open=is_open,
        with_usd=with_usd,
        without_usd=without_usd,
        gap_usd=max(0.0, answer.objective - answer.bound),
        difference=lies,
        next_best=best,
        taken_over=taken,
        binding=_binding(run, site),
        answer=answer,
    )


def _taken_over(run: Run, site: str, answer: Answer, *, is_open: bool) -> pd.DataFrame:
    """Return how the orders of the cells that a site serves move between two plans."""
    columns = list(TAKEN_OVER.keys)
    if answer.decisions is None or run.decisions is None:
        return pd.DataFrame(columns=columns)
    instance = run.instance
    plans = (run.decisions, answer.decisions)
    serving = plans[0] if is_open else plans[1]
    from_site = instance.lane_site[serving.lane] == instance.sites.index(site)
    cell = np.zeros(instance.shape, bool)
    cell[
        instance.lane_zone[serving.lane[from_site]],
        serving.product[from_site],
        serving.period[from_site],
    ] = True
    before, after = (_by_start(instance, plan, cell) for plan in plans)
    both = pd.concat([before, after], axis=1, keys=["orders_before", "orders_after"]).fillna(0.0)
    both["orders_change"] = both["orders_after"] - both["orders_before"]
    both = both[both["orders_change"].abs() >= LEAST_ORDERS].rename_axis("place").reset_index()
    both["name"] = both["place"].map(names_of(run.problem)["site"]).fillna(both["place"])
    both = both.sort_values(["orders_change", "place"], ascending=[False, True])
    return both[columns].reset_index(drop=True)


def _by_start(instance: LocationInstance, plan: Decisions, cell: np.ndarray) -> pd.Series:
    """Return the orders of some cells by where they come from."""
    at = instance.lane_zone[plan.lane], plan.product, plan.period
    here = cell[at]
    starts = pd.Series(lane_starts(instance)[plan.lane[here]], dtype="str")
    found: pd.Series = pd.Series(plan.orders[here]).groupby(starts).sum()
    rest = float(instance.demand[cell].sum() - found.sum())
    found.loc[UNSERVED] = rest
    return found


def _next_best(run: Run, site: str, taken: pd.DataFrame) -> tuple[str, ...]:
    """Return the sites that take the place of a site; see `SiteExplanation`."""
    gained = taken[(taken["orders_change"] > 0) & taken["place"].isin(run.instance.sites)]
    opened = [one for one in gained["place"] if one not in sites_of(run)]
    return tuple(opened) or tuple(one for one in gained["place"].head(1) if one != site)


def _binding(run: Run, site: str) -> tuple[str, ...]:
    """Return the capacities of a site that are used fully."""
    full = run.capacity[
        (run.capacity["resource"] == site) & (run.capacity["utilisation"] >= FULL_USE)
    ]
    return tuple(f"{row.kind} ({row.period})" for row in full.itertuples(index=False))


def certain_in_words(found: Sequence[SiteExplanation]) -> str:
    """Return in words how many sites are certain, in the language of the context."""
    sure = sum(one.difference.distinguishable for one in found)
    text = counted(
        "Of {n} site {sure} is beyond doubt.",
        "Of {n} sites {sure} are beyond doubt; of the others the gaps are larger than the "
        "difference.",
        len(found),
        sure=sure,
    )
    return _(text)


def explanation_table(found: Sequence[SiteExplanation]) -> pd.DataFrame:
    """Return explanations as a table with the columns of `question_outputs.SITE_EXPLANATION`."""
    rows = [
        {
            **one.record,
            "name": one.name,
            "difference_low_usd": one.difference.low,
            "difference_high_usd": one.difference.high,
            "next_best": " ".join(one.next_best),
            "binding": ", ".join(one.binding),
        }
        for one in found
    ]
    return pd.DataFrame(rows, columns=list(SITE_EXPLANATION.keys))
