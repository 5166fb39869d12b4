"""Plans of nearly the cost of a run that differ from it, and from each other, in two sites."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from fulfill.analysis.explanations.site_answers import Sites, replacements, sites_of
from fulfill.location.network.decomposition import site_values
from fulfill.study.executor import Executor
from fulfill.study.resolve import QUICK, Answer
from fulfill.study.run import Run

APART = 2
"""Least number of sites in which two plans differ: opened by one, closed by the other."""
BATCH = 8
"""Choices of sites that are priced before it is looked at whether the plans suffice."""
MOST_TRIALS = 96
"""Choices of sites that are priced at most."""
SWAPS = 3
"""Replacements of an open site that are considered."""


def near_plans(
    run: Run, number: int, within: float, workers: int | None = None
) -> tuple[list[Answer], int]:
    """Return plans of nearly the cost of a run that differ in two sites or more.

    Choices of sites are priced in the order of what they cost at the prices of the run: an open
    site replaced by a near one, two sites closed, one closed and one opened elsewhere, two opened.

    Parameters
    ----------
    run : Run
        With a plan of the decomposition and its warm start.
    number : int
        Plans wanted.
    within : float
        Largest additional cost, a share of the cost of the run.
    workers : int, optional
        Processes; as many as there are cores by default.

    Returns
    -------
    plans : list of Answer
        At most `number`, the cheapest first, pairwise and from the run different in `APART` sites.
    trials : int
        Choices of sites that were priced.
    """
    limit = run.outcome.objective + within * abs(run.outcome.objective)
    taken, found, trials = frozenset(sites_of(run)), list[Answer](), 0
    choices = iter(_choices(run))
    with Executor(run, workers) as executor:
        while trials < MOST_TRIALS:
            batch = list(itertools.islice(choices, min(BATCH, MOST_TRIALS - trials)))
            if not batch:
                break
            trials += len(batch)
            answers = executor.map([{}] * len(batch), QUICK, [(one,) for one in batch])
            found += [
                one
                for one in answers
                if one.decisions is not None and not one.faults and one.objective <= limit
            ]
            if len(_apart(found, taken, number)) == number:
                break
    return _apart(found, taken, number), trials


def _apart(found: list[Answer], taken: frozenset[str], number: int) -> list[Answer]:
    """Return the cheapest plans that differ in `APART` sites from the run and from each other."""
    chosen: list[Answer] = []
    known = [taken]
    for answer in sorted(found, key=lambda one: (one.objective, one.sites)):
        sites = frozenset(site for site, _ in answer.sites)
        if len(chosen) < number and all(len(sites ^ other) >= APART for other in known):
            chosen.append(answer)
            known.append(sites)
    return chosen


def _choices(run: Run) -> Iterator[Sites]:
    """Yield choices of sites, those first that cost least at the prices of the run."""
    if run.warm_start is None:
        return
    instance, options, is_open = run.instance, run.study.options, sites_of(run)
    values = site_values(instance, run.warm_start)
    least = values.min(axis=1)
    worth = {site: -float(least[instance.sites.index(site)]) for site in is_open}
    free = [
        (float(least[i]), site, instance.sizes[int(values[i].argmin())])
        for i, site in enumerate(instance.sites)
        if site not in is_open and site not in options.closed and np.isfinite(least[i])
    ]
    free.sort()
    movable = sorted((usd, site) for site, usd in worth.items() if site not in options.opened)
    moves: list[tuple[float, tuple[str, ...], tuple[tuple[str, str], ...]]] = []
    for usd, site in movable:
        for other, size in replacements(run, site, values)[:SWAPS]:
            cost = usd + float(least[instance.sites.index(other)])
            moves.append((cost, (site,), ((other, size),)))
        moves += [(usd + cost, (site,), ((other, size),)) for cost, other, size in free]
    moves += [(a + b, (i, j), ()) for (a, i), (b, j) in itertools.combinations(movable, 2)]
    moves += [
        (a + b, (), ((i, m), (j, n))) for (a, i, m), (b, j, n) in itertools.combinations(free, 2)
    ]
    moves.sort()
    tried = set()
    for _, gone, fresh in moves:
        key = frozenset(gone), frozenset(site for site, _ in fresh)
        if key not in tried:
            tried.add(key)
            rest = {site: size for site, size in is_open.items() if site not in gone}
            yield {**rest, **dict(fresh)}
