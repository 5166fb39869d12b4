"""The search for a roadmap: years coupled by their sites, with a bound on all roadmaps.

    min  sum over years of discount x service cost of the year (its sites)
         + sum over sites of the cost of its path
    s.t. the paths have in each year the sites of the year, and keep the limits of the years

Multipliers on the sites of each year, added to their fixed cost, take the first line apart from
the second. Then each year is an ordinary problem with other fixed costs, whose certified bound is
one of any sites, and the paths are a small program. The sum of both bounds holds for every roadmap,
whatever the multipliers (weak duality); a subgradient step raises it. Every choice of sites that
was priced is kept in a pool of its year; the cheapest paths over the pool are the roadmap.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from fulfill.analysis.roadmap.year_answers import (
    ADDED,
    FREE,
    KEPT,
    PlannedYear,
    YearAnswer,
    YearQuestion,
    answer_year,
    opened_of,
)
from fulfill.location.path_program import PathChoice, YearLimits, cheapest_paths
from fulfill.model.arrays import Array, Index
from fulfill.model.site_paths import SitePaths, SiteTerms, site_paths
from fulfill.model.warm_start import WarmStart
from fulfill.study.executor import Executor
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import money

STEP = 0.7
"""Part of the step to where the bound would meet the cost, if the subgradient were exact."""
SHARE = 0.4
"""Part of the gap asked for at which the search of a single year ends."""
LAST = 0.7
"""Share of the time limit after which no further round begins."""
MOST_TIME = {FREE: 0.25, ADDED: 0.15, KEPT: 0.05}
"""Share of the time limit that a single answer may take, by its kind."""


@dataclass(frozen=True, eq=False)
class Question:
    """What a roadmap is sought for.

    Attributes
    ----------
    years : tuple of PlannedYear
    terms : SiteTerms
    limits : YearLimits
    discount : (T,)
        Weight of each year, 1 for the first.
    gap : float
        Relative gap at which the search ends.
    seconds : float
        Time limit.
    rounds : int
        Rounds of multipliers at most.
    """

    years: tuple[PlannedYear, ...]
    terms: SiteTerms
    limits: YearLimits
    discount: Array
    gap: float
    seconds: float
    rounds: int


@dataclass(eq=False)
class Found:
    """What is known of a question (mutable: the search adds to it).

    Attributes
    ----------
    question : Question
    paths : SitePaths
    pool : list of dict of bytes to YearAnswer
        The cheapest answer by sizes, for each year.
    free : list of YearAnswer
        Answer of each year for any sites, with nothing added to their fixed cost.
    starts : list of WarmStart
        What the next answer of each year begins from.
    bound : float
        On the cost of every roadmap, discounted USD.
    added_usd : (T, I, M)
        Multipliers of that bound.
    year_bounds : (T,)
        Bounds of the years at these multipliers, USD a year.
    best : PathChoice or None
    rounds, solves : int
        Rounds of multipliers, and answers.
    """

    question: Question
    paths: SitePaths
    pool: list[dict[bytes, YearAnswer]]
    starts: list[WarmStart]
    added_usd: Array
    year_bounds: Array
    free: list[YearAnswer] = field(default_factory=list)
    bound: float = -np.inf
    best: PathChoice | None = None
    rounds: int = 0
    solves: int = 0

    @property
    def cost(self) -> float:
        """Cost of the best roadmap, discounted USD; infinite where there is none."""
        return np.inf if self.best is None else self.best.value

    @property
    def gap(self) -> float:
        """Share of the cost that another roadmap could save at most."""
        if not np.isfinite(self.cost):
            return np.inf
        return max(self.cost - self.bound, 0.0) / max(abs(self.cost), 1e-9)

    def sizes(self, choice: PathChoice) -> Index:
        """Return the size of each site in each year of a choice of paths, (T, I)."""
        return self.paths.size[choice.path].T

    def answers(self, choice: PathChoice) -> list[YearAnswer]:
        """Return the answers of the years of a choice over the pool."""
        return [
            list(answers.values())[number]
            for answers, number in zip(self.pool, choice.chosen, strict=True)
        ]


def search(
    question: Question,
    start: WarmStart,
    executor: Executor,
    tell: Callable[[str], None] = lambda _: None,
) -> Found:
    """Search for a roadmap.

    Parameters
    ----------
    question : Question
    start : WarmStart
        Of a plan of the network and demand as they are.
    executor : Executor
        Over that plan.
    tell : callable, optional
        Called with a line about each round.

    Returns
    -------
    Found
    """
    ends = time.perf_counter() + question.seconds
    n_years = len(question.years)
    added = np.zeros_like(question.terms.fixed_usd)
    found = Found(
        question,
        site_paths(question.terms),
        [{} for _ in range(n_years)],
        [start] * n_years,
        added,
        np.full(n_years, -np.inf),
    )
    today = question.terms.present
    _ask(found, executor, [(year, today, KEPT) for year in range(n_years)], ends)
    while found.rounds < question.rounds:
        sizes = _round(found, executor, added, ends)
        _cross(found, executor, sizes, ends)
        found.best = over_pool(found, question.limits)
        if found.rounds == 1 and found.gap > question.gap:
            _grow(found, executor, ends)
            found.best = over_pool(found, question.limits)
        text = _("round {n}: cost {cost}, bound {bound}")
        tell(text.format(n=found.rounds, cost=money(found.cost), bound=money(found.bound)))
        left = ends - time.perf_counter()
        if found.gap <= question.gap or left < (1.0 - LAST) * question.seconds:
            break
        stepped = _stepped(found, added, sizes)
        if stepped is None:
            break
        added = stepped
    return found


def relaxed_paths(
    paths: SitePaths, question: Question, added: Array, limits: YearLimits
) -> PathChoice | None:
    """Return the cheapest paths of the relaxation.

    Parameters
    ----------
    paths : SitePaths
    question : Question
    added : (T, I, M)
        Multipliers.
    limits : YearLimits

    Returns
    -------
    PathChoice or None
        Its bound is that part of the bound of the question; None where no paths keep the limits.
    """
    fixed = question.terms.fixed_usd + added
    cost = paths.cost_usd.copy()
    for year in range(len(fixed)):
        of_path = np.pad(fixed[year], ((0, 0), (0, 1)))[:, paths.size[:, year]]
        with np.errstate(invalid="ignore"):  # a size that is not offered is infinite in both
            cost[:, :, year] -= of_path
    cost = np.where(np.isfinite(paths.cost_usd), cost, np.inf)
    return cheapest_paths(cost @ question.discount, paths, limits)


def _round(found: Found, executor: Executor, added: Array, ends: float) -> list[Index]:
    """Raise the bound at some multipliers; return the sites of years and paths, (T, I) each."""
    question = found.question
    answers = _ask(
        found,
        executor,
        [(year, found.starts[year].size, FREE) for year in range(len(question.years))],
        ends,
        added,
    )
    if not found.rounds:
        found.free = answers
    found.rounds += 1
    of_years = np.array([one.size for one in answers])
    bounds = np.array([one.bound for one in answers])
    paths = relaxed_paths(found.paths, question, added, question.limits)
    if paths is None:
        found.bound = np.inf
        return [of_years, of_years]
    bound = float(question.discount @ bounds) + paths.bound
    if bound > found.bound:
        found.bound, found.added_usd, found.year_bounds = bound, added, bounds
    return [of_years, found.sizes(paths)]


def _cross(found: Found, executor: Executor, sizes: Iterable[Index], ends: float) -> None:
    """Price the sites of each year, and those of the paths, in every year."""
    n_years = len(found.question.years)
    choices = {one.tobytes(): one for rows in sizes for one in rows}
    asked = [
        (year, size, KEPT)
        for size in choices.values()
        for year in range(n_years)
        if size.tobytes() not in found.pool[year] and _offered(found, year, size)
    ]
    _ask(found, executor, asked, ends)


def _grow(found: Found, executor: Executor, ends: float) -> None:
    """Price sites that grow from those of today, year by year, by as many as may be added."""
    question, size = found.question, found.question.terms.present
    limits = question.limits
    if not np.isfinite(limits.most_changes).any() and not np.isfinite(limits.budget_usd).any():
        return
    spent = 0.0
    for year in range(len(question.years)):
        changes, budget = limits.most_changes[year], spent + limits.budget_usd[year]
        most = (
            int((size >= 0).sum() + changes) if np.isfinite(changes) else None,
            float(budget) if np.isfinite(budget) else None,
        )
        answer = _ask(found, executor, [(year, size, ADDED)], ends, most=most)[0]
        if not np.isfinite(answer.service_usd):
            return
        size = answer.size
        spent = _spent(question.terms, size)
        _cross(found, executor, [size[None]], ends)


def _spent(terms: SiteTerms, size: Index) -> float:
    """Return the openings of sites, those of today left out, USD."""
    every = np.arange(len(size))
    level = np.where(size >= 0, terms.opening_usd[every, size], 0.0)
    paid = np.where(terms.present >= 0, terms.opening_usd[every, terms.present], 0.0)
    return float(np.maximum(level - paid, 0.0).sum())


def _offered(found: Found, year: int, size: Index) -> bool:
    """Tell whether every site has its size in a year."""
    site = np.flatnonzero(size >= 0)
    return bool(np.isfinite(found.question.terms.fixed_usd[year, site, size[site]]).all())


def _ask(
    found: Found,
    executor: Executor,
    asked: Sequence[tuple[int, Index, str]],
    ends: float,
    added: Array | None = None,
    most: tuple[int | None, float | None] = (None, None),
) -> list[YearAnswer]:
    """Ask questions of years, and keep the answers in the pool."""
    question = found.question
    none = np.zeros(question.terms.fixed_usd.shape[1:])
    gap = SHARE * question.gap
    left = max(ends - time.perf_counter(), 1.0)
    questions = [
        YearQuestion(
            question.years[year],
            none if added is None else added[year],
            size,
            kind,
            found.starts[year],
            gap,
            min(left, MOST_TIME[kind] * question.seconds),
            most,
        )
        for year, size, kind in asked
    ]
    answers = list(executor.each(answer_year, questions))
    found.solves += len(answers)
    for (year, _size, kind), answer in zip(asked, answers, strict=True):
        if not np.isfinite(answer.service_usd):
            continue
        held = found.pool[year].get(answer.size.tobytes())
        if held is None or answer.service_usd < held.service_usd:
            found.pool[year][answer.size.tobytes()] = answer
        if kind == FREE and answer.solution.warm_start is not None:
            found.starts[year] = answer.solution.warm_start
    return answers


def over_pool(found: Found, limits: YearLimits) -> PathChoice | None:
    """Return the cheapest paths over the choices of sites that were priced.

    Parameters
    ----------
    found : Found
    limits : YearLimits

    Returns
    -------
    PathChoice or None
        None where no paths keep the limits.
    """
    discount = found.question.discount
    cost = found.paths.cost_usd @ discount
    pool = [
        [(one.size, weight * one.service_usd) for one in answers.values()]
        for answers, weight in zip(found.pool, discount, strict=True)
    ]
    return cheapest_paths(cost, found.paths, limits, pool) if all(pool) else None


def _stepped(found: Found, added: Array, sizes: Sequence[Index]) -> Array | None:
    """Return multipliers after a step along the subgradient; None where there is none.

    No fixed cost becomes negative.
    """
    question = found.question
    n_sizes = added.shape[2]
    of_years, of_paths = (np.array([opened_of(one, n_sizes) for one in rows]) for rows in sizes)
    direction = question.discount[:, None, None] * (of_years - of_paths)
    length = float((direction**2).sum())
    if not length or not np.isfinite(found.cost):
        return None
    step = STEP * max(found.cost - found.bound, 0.0) / length
    return np.asarray(np.maximum(added + step * direction, -question.terms.fixed_usd))
