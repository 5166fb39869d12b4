"""The points of a grid, a sample and a list."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fulfill.analysis.sweep.axes import as_number, parse_axes
from fulfill.analysis.sweep.points import (
    ALONE,
    BASE,
    GRID,
    LIST,
    SAMPLE,
    Point,
    choose_points,
    grid_points,
    sampled_points,
)
from fulfill.inputs.faults import InputError
from fulfill.study.study import Study, load

LAMBDA, PRICE = "network/parameters[cancel_lambda]", "network/products[shirt].price_usd"


@pytest.fixture(scope="module")
def study() -> Study:
    return load("toy", "toy")


def test_a_grid_has_every_combination_the_base_and_each_extreme_alone(study: Study) -> None:
    axes = parse_axes([f"{LAMBDA}=0.1,0.3,0.2", f"{PRICE}*=0.9..1.1:3"], study)
    points = grid_points(axes)
    assert points[0] == Point(BASE, ("", ""), ())
    alone = [point.values for point in points if point.kind == ALONE]
    assert alone == [("0.1", ""), ("0.3", ""), ("", "0.9"), ("", "1.1")]
    # of the nine combinations, those of price x 1 repeat what 0.1 and 0.3 change alone
    assert sum(point.kind == GRID for point in points) == 7
    assert len({point.overrides for point in points}) == len(points) == 12


def test_a_sample_has_one_point_in_each_of_n_equal_parts_of_a_range(study: Study) -> None:
    axes = parse_axes([f"{LAMBDA}=0.1..0.5", f"{PRICE}*=0.5..1.5", "sites[site-a].name=A,B"], study)
    points = sampled_points(axes, 8, seed=3)
    drawn = [point for point in points if point.kind == SAMPLE]
    for column, low, high in ((0, 0.1, 0.5), (1, 0.5, 1.5)):
        values = np.array([as_number(point.values[column]) for point in drawn], float)
        assert sorted(((values - low) / (high - low) * 8).astype(int)) == list(range(8))
    assert sorted(point.values[2] for point in drawn) == ["A"] * 4 + ["B"] * 4
    assert points == sampled_points(axes, 8, seed=3)
    assert points != sampled_points(axes, 8, seed=4)


def test_an_empty_cell_of_a_list_leaves_the_figure_as_it_is(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text(f"{LAMBDA},{PRICE}*\n0.1,\n0.3,1.5\n,\n")
    figures, points = choose_points(study, (), path, None, 0)
    assert [figure.name for figure in figures] == [LAMBDA, f"{PRICE}*"]
    assert [point.values for point in points if point.kind == LIST] == [("0.3", "1.5")]
    alone = [point.values for point in points if point.kind == ALONE]
    assert alone == [("0.1", ""), ("0.3", ""), ("", "1.5")]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["F517"]),
        (f"{LAMBDA}\n", ["F517"]),
        (f"{LAMBDA}\n1,2\n", ["F517"]),
        (f"{LAMBDA},{LAMBDA}\n1,2\n", ["F517"]),
        (f"{PRICE}*\ndear\n2\nlow\n", ["F517", "F517"]),
        ("nothing[x].y,other\n1,2\n", ["F515", "F515"]),
        (f"{LAMBDA}\n\xff\n", ["F517"]),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(
    study: Study, tmp_path: Path, text: str, codes: list[str]
) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as refused:
        choose_points(study, (), path, None, 0)
    assert [fault.code for fault in refused.value.faults] == codes
    with pytest.raises(InputError, match="F517"):
        choose_points(study, (), tmp_path / "none.csv", None, 0)


def test_the_points_are_a_grid_a_list_or_a_sample(study: Study, tmp_path: Path) -> None:
    axes, path = parse_axes([f"{LAMBDA}=0.1..0.2"], study), tmp_path / "points.csv"
    for asked in ((axes, path, None), ((), path, 3), ((), None, 3), ((), None, None)):
        with pytest.raises(InputError, match="F518"):
            choose_points(study, *asked, 0)
    with pytest.raises(InputError, match="F516"):
        choose_points(study, axes, None, None, 0)
    with pytest.raises(InputError, match="F518"):
        choose_points(study, axes, None, 100_000, 0)
