"""Re-solved plans without an open site, or with a closed one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fulfill.inputs.geography.geodesic import air_km
from fulfill.location.network.decomposition import site_values
from fulfill.study.executor import Executor
from fulfill.study.resolve import Answer
from fulfill.study.run import Run

NEAREST, REPLACEMENTS = 8, 4
"""Closed sites nearest to a site that are looked at as its replacement, and those that are tried:
of the nearest, the ones that cost least at the prices of the run."""
Sites = dict[str, str]
"""Size by id of every open site."""


def sites_of(run: Run) -> Sites:
    """Return the open sites of a run with their sizes."""
    return dict(zip(run.sites["site_id"], run.sites["size"], strict=True))


def site_answers(
    run: Run, sites: Sequence[str], seconds: float, workers: int | None = None
) -> list[Answer]:
    """Re-solve a run without each of its open sites, and with each closed site open.

    Parameters
    ----------
    run : Run
        With a plan of the decomposition.
    sites : sequence of str
        Ids of sites.
    seconds : float
        Time limit of each answer.
    workers : int, optional
        Processes; as many as there are cores by default.

    Returns
    -------
    list of Answer
        In the order of the sites, full answers.
    """
    if not sites:
        return []
    values, is_open = _values(run), sites_of(run)
    options = run.study.options
    changes: list[dict[str, Any]] = []
    for site in sites:
        name = "closed" if site in is_open else "opened"
        other = "opened" if site in is_open else "closed"
        changes.append(
            {
                name: (*getattr(options, name), site),
                other: tuple(one for one in getattr(options, other) if one != site),
                "time_limit": seconds,
            }
        )
    choices = [
        _without(run, site, values) if site in is_open else _with(run, site, values)
        for site in sites
    ]
    with Executor(run, workers) as executor:
        return executor.map(changes, sites=choices)


def _values(run: Run) -> np.ndarray:
    """Return what each site costs at each size at the prices of the run, (I, M)."""
    if run.warm_start is None:
        return np.where(np.isfinite(run.instance.fixed_usd), run.instance.fixed_usd, np.inf)
    return site_values(run.instance, run.warm_start)


def replacements(run: Run, site: str, values: np.ndarray) -> list[tuple[str, str]]:
    """Return closed sites that may take the place of an open one.

    Parameters
    ----------
    run : Run
        With a plan.
    site : str
        Id of an open site.
    values : (I, M) array
        Of `site_values`.

    Returns
    -------
    list of (str, str)
        Id and largest size; a plan makes it no larger than it need be. The cheapest first.
    """
    instance, options = run.instance, run.study.options
    points = run.problem.network["sites"][["lat", "lon"]].to_numpy(float)
    known = set(sites_of(run)) | set(options.closed)
    here = instance.sites.index(site)
    free = [
        i
        for i, name in enumerate(instance.sites)
        if name not in known and np.isfinite(values[i]).any()
    ]
    if not free:
        return []
    km = air_km(points[[here]], points[free])[0]
    near = [free[i] for i in np.argsort(km, kind="stable")[:NEAREST]]
    near.sort(key=lambda i: (float(values[i].min()), i))
    return [
        (instance.sites[i], instance.sizes[int(np.flatnonzero(np.isfinite(values[i]))[-1])])
        for i in near
    ]


def _with(run: Run, site: str, values: np.ndarray) -> tuple[Sites, ...]:
    """Return the sites of a run with a closed one besides, or in the place of a near one."""
    instance, is_open, kept = run.instance, sites_of(run), run.study.options.opened
    here = instance.sites.index(site)
    if not np.isfinite(values[here]).any():
        return ()
    fresh = {site: instance.sizes[int(values[here].argmin())]}
    points = run.problem.network["sites"][["lat", "lon"]].to_numpy(float)
    free = [name for name in is_open if name not in kept]
    rows = [instance.sites.index(name) for name in free]
    km = air_km(points[[here]], points[rows])[0] if rows else np.zeros(0)
    near = [free[i] for i in np.argsort(km, kind="stable")[:REPLACEMENTS]]
    swaps = ({name: size for name, size in is_open.items() if name != gone} for gone in near)
    return ({**is_open, **fresh}, *({**rest, **fresh} for rest in swaps))


def _without(run: Run, site: str, values: np.ndarray) -> tuple[Sites, ...]:
    """Return the sites of a run without one of them, alone and with each replacement."""
    rest = {name: size for name, size in sites_of(run).items() if name != site}
    others = replacements(run, site, values)[:REPLACEMENTS]
    return (rest, *({**rest, name: size} for name, size in others))
