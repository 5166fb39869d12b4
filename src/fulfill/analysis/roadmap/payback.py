"""Payback of the sites that a roadmap opens.

The saving of a site in a year is what the plan of the year costs more without it, its other sites
kept and orders allocated anew, openings left out. Sums of savings less openings run from the
opening on, undiscounted, each saving spread evenly over its year; the break-even month is where
they cross zero for good, interpolated within the year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fulfill.analysis.roadmap.search import SHARE, Found
from fulfill.analysis.roadmap.year_answers import PROVEN, YearAnswer, YearQuestion, answer_year
from fulfill.model.arrays import Array, Index
from fulfill.model.site_paths import CLOSED
from fulfill.study.executor import Executor
from fulfill.study.run import Run

SECONDS = 5.0
"""Time limit of each plan of given sites."""
MONTHS = 12


@dataclass(frozen=True, eq=False)
class Payback:
    """When the opening of a site has paid off.

    Attributes
    ----------
    site_id : str
    year : int
        Of the opening, 1 for the first.
    investment_usd : float
        Openings over all years, growth included.
    saving_usd, low_usd, high_usd : float
        Saving over all years of the roadmap in which it is open, and its interval.
    month, earliest, latest : float
        Break-even month of the saving, and of the ends of its interval, counted from the beginning
        of year 1; infinite where it is not within the years of the roadmap.
    """

    site_id: str
    year: int
    investment_usd: float
    saving_usd: float
    low_usd: float
    high_usd: float
    month: float
    earliest: float
    latest: float

    @property
    def distinguishable(self) -> bool:
        """Whether both ends of the interval agree on a payback within the roadmap."""
        return bool(np.isfinite(self.latest) or not np.isfinite(self.earliest))


def paybacks(run: Run, found: Found, executor: Executor) -> tuple[Payback, ...]:
    """Return the paybacks of the sites that a roadmap opens.

    Parameters
    ----------
    run : Run
    found : Found
        With a roadmap.
    executor : Executor

    Returns
    -------
    tuple of Payback
        In the order of the openings, then of the sites.
    """
    assert found.best is not None
    question = found.question
    sizes = found.sizes(found.best)
    opened = [
        (int(np.flatnonzero(sizes[:, site] >= 0)[0]), int(site))
        for site in np.flatnonzero((sizes >= 0).any(axis=0) & (question.terms.present < 0))
    ]
    opened.sort()
    asked = [(year, CLOSED) for year in range(len(sizes))] if opened else []
    asked += [
        (year, site) for _, site in opened for year in np.flatnonzero(sizes[:, site] >= 0).tolist()
    ]
    answers = dict(zip(asked, _answers(found, executor, asked, sizes), strict=True))
    result = []
    for first, site in opened:
        saving, low, high = (
            np.array([ends[number] for ends in _savings(found, answers, site, sizes)])
            for number in range(3)
        )
        investment = found.paths.investment_usd[site, found.best.path[site]]
        months = [break_even_month(investment, one) for one in (saving, high, low)]
        result.append(
            Payback(
                run.instance.sites[site],
                first + 1,
                float(investment.sum()),
                float(saving.sum()),
                float(low.sum()),
                float(high.sum()),
                *months,
            )
        )
    return tuple(result)


def break_even_month(investment: Array, saving: Array) -> float:
    """Return the month in which the sum of savings less investments crosses zero for good.

    Parameters
    ----------
    investment, saving : (T,)
        At the beginning of each year, and evenly over it.

    Returns
    -------
    float
        From the beginning of the first year on; infinite where the sum is below zero at the end.
    """
    ends = np.cumsum(saving - investment)
    begins = ends - saving
    if ends[-1] < 0:
        return float(np.inf)
    below = np.flatnonzero((begins < 0) | (ends < 0))
    if not len(below):
        return MONTHS * float(np.flatnonzero((investment > 0) | (saving != 0))[:1].sum())
    last = int(below[-1])
    if ends[last] < 0:  # crosses at the turn of the year, by an investment that is negative
        return float(MONTHS * (last + 1))
    return float(MONTHS * (last - begins[last] / saving[last]))


def _answers(
    found: Found, executor: Executor, asked: Sequence[tuple[int, int]], sizes: Index
) -> list[YearAnswer]:
    """Return the plan of each year without a site; without none for the site `CLOSED`."""
    question = found.question
    none = np.zeros(question.terms.fixed_usd.shape[1:])
    questions = []
    for year, site in asked:
        size = sizes[year].copy()
        if site != CLOSED:
            size[site] = CLOSED
        questions.append(
            YearQuestion(
                question.years[year],
                none,
                size,
                PROVEN,
                found.starts[year],
                SHARE * question.gap,
                SECONDS,
            )
        )
    found.solves += len(questions)
    return list(executor.each(answer_year, questions))


def _savings(
    found: Found, answers: dict[tuple[int, int], YearAnswer], site: int, sizes: Index
) -> list[tuple[float, float, float]]:
    """Return saving, least and largest saving of a site in each year."""
    assert found.best is not None
    terms, saved = found.question.terms, []
    kept = found.answers(found.best)
    for year, size in enumerate(sizes[:, site]):
        if size == CLOSED:
            saved.append((0.0, 0.0, 0.0))
            continue
        without = answers[year, site]
        bound = max(answers[year, CLOSED].bound, found.free[year].bound)
        opening = terms.recovery * terms.opening_usd[site, size]
        fixed = terms.fixed_usd[year]
        cost = kept[year].service_usd + _fixed(fixed, sizes[year]) - opening
        rest = sizes[year].copy()
        rest[site] = CLOSED
        other = without.service_usd + _fixed(fixed, rest)
        low = max(without.bound, found.free[year].bound) - cost
        saved.append((other - cost, min(low, other - cost), other - min(bound - opening, cost)))
    return saved


def _fixed(fixed: Array, size: Index) -> float:
    site = np.flatnonzero(size >= 0)
    return float(fixed[site, size[site]].sum())
