"""What sites cost over several years: paths of a site, with what changes cost and what binds them.

A path of a site is its size in every year, or that it is closed. The yearly cost of an open site is
that of an ordinary plan, in which an opening is paid off in equal yearly parts. On a path

* the opening of a site that is open today is paid, until the site closes or shrinks;
* growing opens the difference between the two sizes;
* what is closed, or given up by a smaller size, before it is paid off is due at once;
* closing has a cost of its own;
* a site neither closes nor shrinks before its minimum term has ended, which begins with each size.

Every path of every site is listed, so any such rule is a cost or forbids a path.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from fulfill.model.arrays import Array, Index, Mask

CLOSED = -1
"""Size of a site that is closed."""


@dataclass(frozen=True, eq=False)
class SiteTerms:
    """What opening and closing sites costs, and how long they bind.

    Attributes
    ----------
    fixed_usd : (T, I, M)
        Cost of a year of an open site, yearly part of its opening included except for what is paid
        today; infinite where a size is not offered, or a site must be closed.
    opening_usd, closing_usd : (I, M)
        One-off costs.
    term_years : (I, M) of int
        Least number of years that a size is kept.
    present : (I,) of int
        Size of today, `CLOSED` where there is no site.
    present_years : (I,) of int
        Number of years from the first on in which the site of today neither closes nor shrinks.
    locked_open : (I,)
        Whether a site must be open in every year.
    recovery : float
        Yearly part of an opening.
    unpaid : (T + 1,)
        Share of an opening that is not paid off after a number of years.
    """

    fixed_usd: Array
    opening_usd: Array
    closing_usd: Array
    term_years: Index
    present: Index
    present_years: Index
    locked_open: Mask
    recovery: float
    unpaid: Array


@dataclass(frozen=True, eq=False)
class SitePaths:
    """Every path of every site with its cost.

    Attributes
    ----------
    size : (P, T) of int
        Size of each path in each year, `CLOSED` where it is closed.
    cost_usd : (I, P, T)
        Cost of the year of the site, changes included; infinite on a path that is forbidden.
    change_usd : (I, P, T)
        Part of it: what closing costs, what is due of openings that are given up, and the yearly
        part of openings that were paid today and are opened again.
    investment_usd : (I, P, T)
        Openings of the year.
    changed : (I, P, T)
        Whether the site differs from the year before, in the first year from today.
    """

    size: Index
    cost_usd: Array
    change_usd: Array
    investment_usd: Array
    changed: Mask


def unpaid_shares(rate: float, life_years: float, n_years: int) -> Array:
    """Return the share of a one-off cost that is unpaid after 0, 1, ... yearly parts.

    Parameters
    ----------
    rate : float
        Rate of money, a share a year.
    life_years : float
        Years in which the cost is paid off.
    n_years : int

    Returns
    -------
    ndarray, shape (n_years + 1,)
        From 1 down to 0.
    """
    left = np.maximum(life_years - np.arange(n_years + 1), 0.0)
    if rate == 0:
        return np.asarray(left / life_years)
    return np.asarray((1.0 - (1.0 + rate) ** -left) / (1.0 - (1.0 + rate) ** -life_years))


def site_paths(terms: SiteTerms) -> SitePaths:
    """List the paths of all sites with their costs.

    Parameters
    ----------
    terms : SiteTerms
        Of T years and M sizes.

    Returns
    -------
    SitePaths
        Of P = (M + 1) ** T paths.
    """
    n_years, _, n_sizes = terms.fixed_usd.shape
    size = np.array(list(itertools.product(range(CLOSED, n_sizes), repeat=n_years)), np.int64)
    figures = [_followed(terms, path) for path in size]
    cost, change, investment, changed = (
        np.stack(one, axis=1) for one in zip(*figures, strict=True)
    )
    return SitePaths(size, cost, change, investment, changed.astype(bool))


def _followed(terms: SiteTerms, path: Index) -> tuple[Array, Array, Array, Array]:
    """Return cost, cost of changes, investment and changes of one path, (I, T) each."""
    n_years, n_sites, _ = terms.fixed_usd.shape
    every = np.arange(n_sites)
    # openings that are not given up: that of today first, then one of each year
    held = np.zeros((n_sites, n_years + 1))
    held[:, 0] = np.where(terms.present >= 0, terms.opening_usd[every, terms.present], 0.0)
    paid = held[:, 0].copy()
    before, bound = terms.present, terms.present_years
    cost, change, investment, changed = (np.zeros((n_sites, n_years)) for _ in range(4))
    for year in range(n_years):
        now = np.full(n_sites, path[year])
        changed[:, year] = now != before
        level = terms.opening_usd[:, path[year]] if path[year] >= 0 else np.zeros(n_sites)
        more = level - held.sum(axis=1)
        investment[:, year] = held[:, year + 1] = np.maximum(more, 0.0)
        held, due = _given_up(terms, held, np.maximum(-more, 0.0), year)
        closing = np.where((now < 0) & (before >= 0), terms.closing_usd[every, before], 0.0)
        again = terms.recovery * (np.minimum(level, paid) - held[:, 0])
        change[:, year] = due + closing + again
        forbidden = (now < before) & (year < bound) | (now < 0) & terms.locked_open
        running = terms.fixed_usd[year, :, path[year]] if path[year] >= 0 else 0.0
        cost[:, year] = np.where(forbidden, np.inf, running + change[:, year])
        if path[year] >= 0:
            end = year + terms.term_years[:, path[year]]
            bound = np.where(now != before, np.maximum(bound, end), bound)
        before = now
    return cost, change, investment, changed


def _given_up(terms: SiteTerms, held: Array, less: Array, year: int) -> tuple[Array, Array]:
    """Give up openings, the latest first.

    Parameters
    ----------
    terms : SiteTerms
    held : (I, T + 1)
        Openings that are not given up.
    less : (I,)
        What is given up of them.
    year : int

    Returns
    -------
    held : (I, T + 1)
    due : (I,)
        What of it is not paid off; today's openings are.
    """
    held, due = held.copy(), np.zeros(len(held))
    for opened in range(year, -2, -1):
        part = np.minimum(held[:, opened + 1], less)
        held[:, opened + 1] -= part
        less = less - part
        if opened >= 0:
            due += part * terms.unpaid[year - opened]
    return held, due
