"""Each point starts from its nearest neighbour: a shortest tree from the base."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree

from fulfill.analysis.sweep.axes import parse_axes
from fulfill.analysis.sweep.points import grid_points, sampled_points
from fulfill.analysis.sweep.starts import parents, positions
from fulfill.study.study import load

AXES = [
    "network/parameters[cancel_lambda]=0.05..0.5:5",
    "network/products[shirt].price_usd*=0.5..1.5:5",
]


@pytest.mark.parametrize("seed", range(5))
def test_the_tree_is_as_short_as_any(seed: int) -> None:
    axes = parse_axes(AXES, load("toy", "toy"))
    figures = [axis.figure for axis in axes]
    points = sampled_points(axes, 30, seed)
    place = positions(figures, points)
    away = np.abs(place[:, None] - place[None]).sum(axis=2)
    tree = parents(figures, points)
    assert tree[0] == -1
    length = sum(away[point, parent] for point, parent in enumerate(tree) if point)
    assert length == pytest.approx(minimum_spanning_tree(away).sum())


def test_every_point_leads_to_the_base() -> None:
    axes = parse_axes([*AXES, "network/sites[site-a].name=A,B"], load("toy", "toy"))
    points = grid_points(axes)
    tree = parents([axis.figure for axis in axes], points)
    for point in range(len(points)):
        steps = 0
        while point > 0:
            point, steps = tree[point], steps + 1
            assert steps < len(points)
        assert point == 0
