"""A roadmap: when to open, grow, shrink and close sites, what it costs, and what waiting costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from fulfill.analysis.explanations.site_explanation import check_explainable
from fulfill.analysis.roadmap.payback import Payback, paybacks
from fulfill.analysis.roadmap.search import Found, Question, over_pool, relaxed_paths, search
from fulfill.analysis.roadmap.terms import (
    ChangeCosts,
    SiteToday,
    planned_years,
    site_terms,
    sites_today,
)
from fulfill.analysis.roadmap.year_answers import (
    PROVEN,
    YearAnswer,
    YearQuestion,
    answer_year,
    fixed_of,
    year_model,
)
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.phases import Phase
from fulfill.location.path_program import YearLimits
from fulfill.location.solve import method_of
from fulfill.model.decisions import (
    EXHAUSTED,
    FEASIBLE,
    INFEASIBLE,
    NO_PLAN,
    OPTIMAL,
    OPTIMAL_GAP,
)
from fulfill.study.difference import Difference, difference
from fulfill.study.executor import Executor
from fulfill.study.optimize import build_run, optimize
from fulfill.study.run import Run

WAIT_SECONDS = 20.0
"""Time limit of the bound on waiting."""


@dataclass(frozen=True)
class RoadmapOptions:
    """Options of a roadmap.

    Attributes
    ----------
    today : str
        See `terms.sites_today`.
    discount_rate : float or None
        A share a year; None for the `capital_rate` of parameters.csv.
    costs : ChangeCosts
    gap : float
        Relative gap at which the search ends.
    seconds : float
        Time limit of the search.
    rounds : int
        Rounds of multipliers at most.
    workers : int or None
        Processes; one a core by default, 0 for none but this one.
    """

    today: str = ""
    discount_rate: float | None = None
    costs: ChangeCosts = field(default_factory=ChangeCosts)
    gap: float = 0.01
    seconds: float = 150.0
    rounds: int = 12
    workers: int | None = None


@dataclass(frozen=True, eq=False)
class Waiting:
    """What it costs to change nothing in the first year.

    Attributes
    ----------
    cost_usd, bound_usd : float
        Discounted cost of the best roadmap that was found, and a bound on all of them; infinite
        where the sites of today cannot serve the first year as asked.
    price : Difference
        How far its optimum lies above that of the roadmap, discounted USD in all.
    """

    cost_usd: float
    bound_usd: float
    price: Difference


@dataclass(frozen=True, eq=False)
class Roadmap:
    """Sites over several years.

    Attributes
    ----------
    run : Run
        That it starts from.
    today : tuple of SiteToday
    discount_rate : float
    costs : ChangeCosts
    found : Found
    status : str
        OPTIMAL, FEASIBLE, INFEASIBLE or NO_PLAN.
    years : tuple of Run
        Audited plan of each year; empty without a roadmap.
    stay_usd : float
        Discounted cost of keeping the sites of today in all years; infinite where they cannot serve
        them as asked.
    waiting : Waiting or None
    paybacks : tuple of Payback
        Of the sites that it opens.
    """

    run: Run
    today: tuple[SiteToday, ...]
    discount_rate: float
    costs: ChangeCosts
    found: Found
    status: str
    years: tuple[Run, ...] = ()
    stay_usd: float = np.inf
    waiting: Waiting | None = None
    paybacks: tuple[Payback, ...] = ()

    @property
    def cost_usd(self) -> float:
        """Discounted cost; infinite where there is no roadmap."""
        return self.found.cost

    @property
    def npv_usd(self) -> float:
        """Net present value of the changes: what they save against the sites of today."""
        return self.stay_usd - self.cost_usd

    @property
    def faults(self) -> tuple[str, ...]:
        """What the audits of the years found."""
        return tuple(
            f"year {year}: {fault}"
            for year, one in enumerate(self.years, 1)
            for fault in one.audit.faults
        )


def roadmap(
    run: Run,
    phases: tuple[Phase, ...],
    options: RoadmapOptions | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Roadmap:
    """Find when to open, grow, shrink and close sites.

    Parameters
    ----------
    run : Run
        With a plan of `optimize`.
    phases : tuple of Phase
        The years.
    options : RoadmapOptions, optional
    tell : callable, optional
        Called with a line about each round of the search.

    Returns
    -------
    Roadmap

    Raises
    ------
    InputError
        F309, F514, F520 and F522 where the run cannot be started from, F513 for unknown sites of
        today, and what is wrong with a phase.
    """
    options = options or RoadmapOptions()
    run = _startable(run)
    today = sites_today(options.today, run)
    rate = options.discount_rate
    if rate is None:
        rate = run.problem.network.parameters["capital_rate"]
    question = _question(run, phases, today, options, rate)
    assert run.warm_start is not None
    with Executor(run, options.workers) as executor:
        found = search(question, run.warm_start, executor, tell)
        empty = Roadmap(run, today, rate, options.costs, found, _status(found))
        if found.best is None:
            return empty
        waiting = _waiting(found, executor)
        worth = paybacks(run, found, executor)
    return replace(
        empty,
        years=_years(run, found),
        stay_usd=_stay(found),
        waiting=waiting,
        paybacks=worth,
    )


def _startable(run: Run) -> Run:
    """Return a run with prices to start from: one by the MIP is planned by decomposition."""
    check_explainable(run)
    if run.study.options.budget_usd is not None:
        fault = Fault("F514", "RUN", value="--budget", detail="each year has its own")
        raise InputError([fault])
    if run.warm_start is None:
        run = optimize(run.study.with_(method="decomposition"))
        check_explainable(run)
    return run


def _question(
    run: Run,
    phases: tuple[Phase, ...],
    today: tuple[SiteToday, ...],
    options: RoadmapOptions,
    rate: float,
) -> Question:
    """Return the question of a roadmap."""
    years = planned_years(phases, today)
    terms = site_terms(run, years, today, options.costs)
    for year in years:  # refuses what only the MIP can plan
        method_of(year_model(run, year)[1].instance, "decomposition")
    return Question(
        years,
        terms,
        YearLimits(
            np.array([one.budget_usd for one in phases]),
            np.array([one.most_changes for one in phases]),
        ),
        np.asarray((1.0 + rate) ** -np.arange(len(phases)), float),
        options.gap,
        options.seconds,
        options.rounds,
    )


def _status(found: Found) -> str:
    """Return the status of a search."""
    if found.best is None:
        return INFEASIBLE if found.bound == np.inf else NO_PLAN
    return OPTIMAL if found.gap <= OPTIMAL_GAP else FEASIBLE


def _years(run: Run, found: Found) -> tuple[Run, ...]:
    """Return the audited plan of each year, with the bound of the year on its own."""
    assert found.best is not None
    runs = []
    question = found.question
    for year, answer, free in zip(
        question.years, found.answers(found.best), found.free, strict=True
    ):
        study, model = year_model(run, year)
        objective = answer.service_usd + fixed_of(model.instance, answer.size)
        solution = replace(
            answer.solution,
            objective=objective,
            bound=free.bound,
            bound_kind=free.solution.bound_kind,
            certificate=free.solution.certificate,
            status=FEASIBLE,
        )
        runs.append(build_run(study, model, solution, answer.solution.seconds, EXHAUSTED))
    return tuple(runs)


def _stay(found: Found) -> float:
    """Return the discounted cost of keeping the sites of today in all years."""
    question = found.question
    present = question.terms.present
    total = 0.0
    for pool, weight, fixed in zip(
        found.pool, question.discount, question.terms.fixed_usd, strict=True
    ):
        answer = pool.get(present.tobytes())
        if answer is None:
            return float(np.inf)
        site = np.flatnonzero(present >= 0)
        total += weight * (answer.service_usd + float(fixed[site, present[site]].sum()))
    return total


def _waiting(found: Found, executor: Executor) -> Waiting:
    """Return what it costs to change nothing in the first year."""
    question = found.question
    most = question.limits.most_changes.copy()
    most[0] = 0
    limits = replace(question.limits, most_changes=most)
    asked = YearQuestion(
        question.years[0],
        found.added_usd[0],
        question.terms.present,
        PROVEN,
        found.starts[0],
        OPTIMAL_GAP,
        WAIT_SECONDS,
    )
    first: YearAnswer = executor.submit(answer_year, asked).result()
    found.solves += 1
    paths = relaxed_paths(found.paths, question, found.added_usd, limits)
    later = float(question.discount[1:] @ found.year_bounds[1:])
    bound = np.inf if paths is None else first.bound + later + paths.bound
    best = over_pool(found, limits)
    cost = np.inf if best is None else best.value
    bound = min(max(bound, found.bound), cost)
    price = difference((found.cost, found.bound), (cost, bound), restricted=True)
    return Waiting(cost, bound, price)
