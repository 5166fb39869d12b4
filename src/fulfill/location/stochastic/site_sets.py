"""A lower bound of the total cost of every choice of sites, raised by cuts.

With n sites there are 2^n choices. As long as all of them fit into an array, their least bound is
found by looking, and needs neither a solver nor its tolerances.
"""

from __future__ import annotations

import numpy as np

from fulfill.model.arrays import Array, Mask

MOST_SITES = 25
"""2^25 bounds take 256 MiB, and twice that while a cut is added."""


def subset_sums(values: Array) -> Array:
    """Return the sum of the values of every subset.

    Parameters
    ----------
    values : ndarray, shape (n,)

    Returns
    -------
    ndarray, shape (2^n,)
        At ``k`` the sum over the bits that are set in ``k``.
    """
    if len(values) <= 1:
        return np.concatenate([np.zeros(1), values])
    half = len(values) // 2
    return np.add.outer(subset_sums(values[half:]), subset_sums(values[:half])).ravel()


def members(number: int, n_sites: int) -> Mask:
    """Return which sites a subset holds.

    Parameters
    ----------
    number : int
        Place of the subset in `subset_sums`.
    n_sites : int

    Returns
    -------
    ndarray of bool, shape (n_sites,)
    """
    chosen: Mask = (number >> np.arange(n_sites)) & 1 == 1
    return chosen


class SiteSets:
    """Lower bounds of the total cost of all choices of sites (mutable).

    Parameters
    ----------
    n_sites : int
        At most `MOST_SITES`.

    Attributes
    ----------
    bounds : ndarray, shape (2^n_sites,)
        Of choices that are neither excluded nor settled; infinite for the others.
    settled : float
        Least bound of those that are settled.
    """

    def __init__(self, n_sites: int) -> None:
        if n_sites > MOST_SITES:
            raise ValueError(f"{n_sites} sites: at most {MOST_SITES} are enumerated")
        self.n_sites = n_sites
        self.bounds = np.full(1 << n_sites, -np.inf)
        self.settled = np.inf

    @property
    def bound(self) -> float:
        """Lower bound of the total cost of every choice that is not excluded."""
        return min(float(self.bounds.min()), self.settled)

    def best(self) -> int:
        """Return the choice of least bound."""
        return int(self.bounds.argmin())

    def exclude(self, weights: Array, least: float) -> None:
        """Exclude choices whose sum of weights is below a least sum."""
        self.bounds[subset_sums(weights) < least] = np.inf

    def cut(self, constant: float, slope: Array, terms: int) -> None:
        """Raise bounds to ``constant + slope of the chosen sites``.

        Parameters
        ----------
        constant : float
        slope : ndarray, shape (n_sites,)
        terms : int
            How many numbers were added up in the constant and the slope: the cut is lowered by
            the most that rounding can have added.
        """
        size = abs(constant) + float(np.abs(slope).sum())
        rounding = (terms + 2 * self.n_sites) * np.finfo(float).eps * size
        lower = subset_sums(slope)
        lower += constant - rounding
        np.maximum(self.bounds, lower, out=self.bounds)

    def settle(self, number: int, bound: float) -> None:
        """Take out a choice whose cost has been worked out, with the bound proven for it."""
        self.settled = min(self.settled, max(bound, float(self.bounds[number])))
        self.bounds[number] = np.inf
