"""The cheapest paths of sites over several years, as a mixed-integer program.

    min  sum of cost x path + sum of cost x choice
    s.t. (1) one path a site
         (2) investments of a year within its budget
         (3) changes of a year within its number
         (4) one choice of sites a year, of a pool of choices
         (5) of each site, its paths have in each year the size of the choice

Without a pool, (4) and (5) are left out: the program is then the part of a Lagrangian relaxation
that concerns sites over time, and its bound is one on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fulfill.location.mip.highs import own_stdout_only
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.site_paths import SitePaths

EXACT = 1e-9
"""Relative gap of the program."""


@dataclass(frozen=True, eq=False)
class YearLimits:
    """Limits of each year.

    Attributes
    ----------
    budget_usd, most_changes : (T,)
        Largest investment and number of changes; infinite where there is none.
    """

    budget_usd: Array
    most_changes: Array


@dataclass(frozen=True, eq=False)
class PathChoice:
    """The cheapest paths.

    Attributes
    ----------
    path : (I,) of int
        Path of each site.
    value, bound : float
        Cost of the paths, and of the choices of the pool; a bound on the program.
    chosen : tuple of int
        Position in the pool of the choice of each year; empty without a pool.
    """

    path: Index
    value: float
    bound: float
    chosen: tuple[int, ...] = ()


Pool = Sequence[Sequence[tuple[Index, float]]]
"""For each year the choices of sites, sizes (I,) with their cost."""


def cheapest_paths(
    cost: Array, paths: SitePaths, limits: YearLimits, pool: Pool = ()
) -> PathChoice | None:
    """Return the cheapest paths.

    Parameters
    ----------
    cost : (I, P)
        Cost of each path; infinite where it is forbidden.
    paths : SitePaths
    limits : YearLimits
    pool : sequence of sequence of (ndarray, float), optional
        See `Pool`.

    Returns
    -------
    PathChoice or None
        None where no paths keep the limits.
    """
    allowed = np.isfinite(cost)
    if pool:
        allowed &= _in_pool(paths, pool, cost.shape)
    if not allowed.any(axis=1).all():
        return None
    bounded = np.isfinite(limits.budget_usd).any() or np.isfinite(limits.most_changes).any()
    if not pool and not bounded:
        path = np.where(allowed, cost, np.inf).argmin(axis=1)
        value = float(cost[np.arange(len(cost)), path].sum())
        return PathChoice(path, value, value)
    site, path = np.nonzero(allowed)
    return _solved(cost, paths, limits, pool, (site, path))


def _in_pool(paths: SitePaths, pool: Pool, shape: tuple[int, ...]) -> Mask:
    """Return the paths whose size is in every year that of some choice of the pool, (I, P)."""
    allowed = np.ones(shape, bool)
    for year, choices in enumerate(pool):
        sizes = np.array([size for size, _ in choices]).reshape(-1, shape[0])
        allowed &= (sizes[:, :, None] == paths.size[None, None, :, year]).any(axis=0)
    return allowed


def _solved(
    cost: Array,
    paths: SitePaths,
    limits: YearLimits,
    pool: Pool,
    columns: tuple[Index, Index],
) -> PathChoice | None:
    """Solve the program over some paths: `columns` has the site and the path of each."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import vstack

    site, path = columns
    years = [year for year, choices in enumerate(pool) for _ in choices]
    n_paths, n_all = len(site), len(site) + len(years)
    value = np.concatenate([cost[site, path], [usd for choices in pool for _, usd in choices]])
    rows: list[tuple[Any, float, float]] = [
        (_row(np.flatnonzero(site == one), n_all), 1.0, 1.0) for one in range(len(cost))
    ]
    for figures, most in (
        (paths.investment_usd, limits.budget_usd),
        (paths.changed.astype(float), limits.most_changes),
    ):
        for year in np.flatnonzero(np.isfinite(most)):
            rows.append((_row(np.arange(n_paths), n_all, figures[site, path, year]), -np.inf,
                         float(most[year])))  # fmt: skip
    rows += _pool_rows(paths, pool, columns, n_all)
    scale = max(float(np.abs(value).max(initial=0.0)), 1.0)
    matrix = vstack([row for row, _, _ in rows])
    low, high = (np.array([row[end] for row in rows]) for end in (1, 2))
    integer = np.ones(n_all, np.int64)
    if pool:
        integer[:n_paths] = 0  # the choices of the years leave each site one path
    with own_stdout_only():
        found = milp(
            value / scale,
            integrality=integer,
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, low, high),
            options={"mip_rel_gap": EXACT},
        )
    if found.x is None:
        return None
    chosen = np.full(len(cost), -1)
    taken = found.x[:n_paths] > 0.5
    chosen[site[taken]] = path[taken]
    picked = np.flatnonzero(found.x[n_paths:] > 0.5)
    first = np.searchsorted(years, np.arange(len(pool)))
    total = float(value[:n_paths][taken].sum() + value[n_paths:][picked].sum())
    bound = min(float(found.mip_dual_bound) * scale, total)
    return PathChoice(chosen, total, bound, tuple((picked - first).tolist()))


def _row(place: Index, n_columns: int, value: Array | float = 1.0) -> Any:
    """Return a row of the matrix with values at some columns."""
    from scipy.sparse import csr_array

    values = np.broadcast_to(np.asarray(value, float), place.shape)
    return csr_array((values, (np.zeros(len(place), int), place)), shape=(1, n_columns))


def _pool_rows(
    paths: SitePaths, pool: Pool, columns: tuple[Index, Index], n_all: int
) -> list[tuple[Any, float, float]]:
    """Return the rows (4) and (5)."""
    site, path = columns
    rows: list[tuple[Any, float, float]] = []
    end = len(site)
    for year, choices in enumerate(pool):
        place = np.arange(end, end + len(choices))
        end += len(choices)
        rows.append((_row(place, n_all), 1.0, 1.0))
        sizes = np.array([size for size, _ in choices])
        state = paths.size[path, year]
        for one in range(sizes.shape[1]):
            for size in np.unique(sizes[:, one][sizes[:, one] >= 0]):
                on_path = np.flatnonzero((site == one) & (state == size))
                of_choice = place[sizes[:, one] == size]
                signs = np.repeat([1.0, -1.0], [len(on_path), len(of_choice)])
                row = _row(np.concatenate([on_path, of_choice]), n_all, signs)
                rows.append((row, 0.0, 0.0))
    return rows
