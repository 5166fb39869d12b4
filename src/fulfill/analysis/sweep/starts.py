"""From where the points of a sweep start: each from its nearest neighbour that is answered before.

The points form a shortest tree whose root is the base (Prim's algorithm). A point begins from the
sites and prices of its parent. The tree follows from the points alone, so that no answer depends on
how many workers there are or which of them is faster.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fulfill.analysis.sweep.axes import Figure, as_number
from fulfill.analysis.sweep.points import Point

TIE = 1e-9
"""Distances that differ by less count as equal; the parent nearer to the root is then taken."""


def parents(figures: Sequence[Figure], points: Sequence[Point]) -> list[int]:
    """Return for each point the point that it starts from.

    Parameters
    ----------
    figures : sequence of Figure
    points : sequence of Point
        The first is the base.

    Returns
    -------
    list of int
        -1 for the base. A parent may come after its child in `points`.
    """
    place = positions(figures, points)
    n_points = len(points)
    parent, depth = np.full(n_points, -1), np.zeros(n_points, int)
    near = np.abs(place - place[0]).sum(axis=1)
    origin = np.zeros(n_points, int)
    outside = np.ones(n_points, bool)
    outside[0] = False
    for _ in range(n_points - 1):
        left = np.flatnonzero(outside)
        nearest = left[near[left] <= near[left].min() + TIE]
        new = int(nearest[depth[origin[nearest]].argmin()])
        parent[new], depth[new] = origin[new], depth[origin[new]] + 1
        outside[new] = False
        away = np.abs(place - place[new]).sum(axis=1)
        closer = (away < near - TIE) | ((away <= near + TIE) & (depth[new] < depth[origin]))
        origin = np.where(closer, new, origin)
        near = np.where(closer, away, near)
    return [int(one) for one in parent]


def positions(figures: Sequence[Figure], points: Sequence[Point]) -> NDArray[np.float64]:
    """Return where the points lie, each figure scaled to the span of its values.

    Parameters
    ----------
    figures : sequence of Figure
    points : sequence of Point

    Returns
    -------
    (n_points, n_figures) array
        From 0 to 1. Values that are not numbers are all at distance 1 from the present one.
    """
    place = np.zeros((len(points), len(figures)))
    for column, figure in enumerate(figures):
        values = [point.values[column] or figure.present for point in points]
        numbers = [as_number(value) for value in values]
        if all(number is not None for number in numbers):
            found = np.array(numbers, float)
            span = float(np.ptp(found))
            place[:, column] = (found - found.min()) / span if span else 0.0
        else:
            place[:, column] = [float(value != figure.present) for value in values]
    return place
