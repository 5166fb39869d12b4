"""Choices of sites that differ from one by a site or two."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from fulfill.model.arrays import Array

Change = tuple[int, int]
"""A site and its new size, -1 to close it."""


def near_choices(opened: Array, usual: Array) -> list[Array]:
    """Return choices with one site opened, closed or of another size, or one in place of another.

    Parameters
    ----------
    opened : (I, M)
        1 for the size of an open site.
    usual : (I, M)
        Share of scenarios that open each site at each size by themselves. What none of them opens
        is not opened.

    Returns
    -------
    list of ndarray, (I, M)
        Those first that come nearest to what is usual, by site that changes.
    """
    size = np.where(opened.any(axis=1), opened.argmax(axis=1), -1)
    wanted = [(int(site), int(new)) for site, new in np.argwhere(usual > 0.0) if size[site] != new]
    closed = [(int(site), -1) for site in np.flatnonzero(size >= 0)]
    swaps = [pair for pair in product(closed, wanted) if size[pair[1][0]] < 0]
    found = [_changed(opened, changes) for changes in _all(wanted, closed, swaps)]
    apart = np.abs(opened - usual).sum()
    gains = [
        (apart - np.abs(one - usual).sum()) / max((one != opened).any(axis=1).sum(), 1)
        for one in found
    ]
    return [found[number] for number in np.argsort(-np.array(gains), kind="stable")]


def _all(
    wanted: list[Change], closed: list[Change], swaps: list[tuple[Change, Change]]
) -> Iterator[tuple[Change, ...]]:
    """Yield all changes, those of one site first."""
    yield from ((change,) for change in [*wanted, *closed])
    yield from swaps


def _changed(opened: Array, changes: tuple[Change, ...]) -> Array:
    """Return a choice after some changes."""
    new = opened.copy()
    for site, size in changes:
        new[site] = 0.0
        if size >= 0:
            new[site, size] = 1.0
    return new
