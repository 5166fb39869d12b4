"""Points of a sweep: a grid, a list or a sample, and each figure by itself.

Every sweep has the base, at which nothing is changed, and for each figure its lowest and highest
value with all others as they are: the effects of single figures are told from these.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fulfill.analysis.sweep.axes import SET, Axis, Figure, as_number, find_figure
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import read_own_file
from fulfill.inputs.overrides import Override
from fulfill.study.study import PlanOptions, Study

BASE, ALONE, GRID, LIST, SAMPLE, LIMIT = "base", "alone", "grid", "list", "sample", "limit"
MOST_POINTS = 10_000


@dataclass(frozen=True)
class Limit:
    """A limit on the plan of a point.

    Attributes
    ----------
    values : tuple of (str, object)
        Fields of `PlanOptions` with values; a single one of a field that holds several is added to
        those of the base.
    words : str
        Options of the command line with their values.
    """

    values: tuple[tuple[str, Any], ...]
    words: str

    def __str__(self) -> str:
        return self.words

    def on(self, options: PlanOptions) -> dict[str, Any]:
        """Return the options that the limit makes of those of the base."""
        made = {}
        for name, value in self.values:
            before = getattr(options, name)
            added = isinstance(before, tuple) and not isinstance(value, tuple)
            made[name] = (*before, value) if added else value
        return made


@dataclass(frozen=True)
class Point:
    """Values of the figures of a sweep.

    Attributes
    ----------
    kind : str
        `BASE`, `ALONE` (one figure differs), `GRID`, `LIST`, `SAMPLE` or `LIMIT`.
    values : tuple of str
        One for each figure; empty where it is as it is.
    overrides : tuple of Override
        What they change.
    limits : tuple of Limit
        Limits that the point has besides those of the base.
    """

    kind: str
    values: tuple[str, ...]
    overrides: tuple[Override, ...] = field(repr=False)
    limits: tuple[Limit, ...] = ()

    @property
    def changes(self) -> tuple[str, ...]:
        """What differs from the base, as the command line takes it."""
        return (*map(str, self.overrides), *map(str, self.limits))


def choose_points(
    study: Study, axes: Sequence[Axis], listed: Path | None, number: int | None, seed: int
) -> tuple[tuple[Figure, ...], list[Point]]:
    """Return the points of a grid, a list or a sample.

    Parameters
    ----------
    study : Study
        Its tables have the figures.
    axes : sequence of Axis
        What varies in a grid or a sample.
    listed : Path or None
        File of a list of points.
    number : int or None
        Points of a sample.
    seed : int
        Of the sample.

    Returns
    -------
    figures : tuple of Figure
    points : list of Point
        The base first.

    Raises
    ------
    InputError
        F515 to F518.
    """
    if listed and (axes or number):
        raise InputError([Fault("F518", "--list", detail="it is given with --vary or --sample")])
    if not listed and not axes:
        option = "--sample" if number else "--vary"
        raise InputError([Fault("F518", option, detail="nothing says what varies")])
    if listed:
        return listed_points(listed, study)
    figures = tuple(axis.figure for axis in axes)
    return figures, sampled_points(axes, number, seed) if number else grid_points(axes)


def grid_points(axes: Sequence[Axis]) -> list[Point]:
    """Return the base, the extremes of each axis, and all combinations of values.

    Parameters
    ----------
    axes : sequence of Axis

    Returns
    -------
    list of Point
        Without repeats.

    Raises
    ------
    InputError
        F516 where a range has no number of values, F518 where there are too many points.
    """
    open_ranges = [axis.figure.name for axis in axes if not axis.values]
    if open_ranges:
        detail = "a grid needs LOW..HIGH:NUMBER"
        raise InputError(
            [Fault("F516", "--vary", value=name, detail=detail) for name in open_ranges]
        )
    _check_number(int(np.prod([float(len(axis.values)) for axis in axes])), "--vary")
    figures = [axis.figure for axis in axes]
    combined = itertools.product(*(axis.values for axis in axes))
    return _distinct([*_extremes(axes), *(_point(GRID, figures, values) for values in combined)])


def sampled_points(axes: Sequence[Axis], number: int, seed: int) -> list[Point]:
    """Return the base, the extremes of each axis, and a Latin hypercube sample of the axes.

    Parameters
    ----------
    axes : sequence of Axis
        Of listed values each is drawn equally often, as far as the number divides.
    number : int
        Points of the sample.
    seed : int

    Returns
    -------
    list of Point
        Without repeats.

    Raises
    ------
    InputError
        F518 where there are too many points.
    """
    from scipy.stats import qmc

    _check_number(number, "--sample")
    shares = qmc.LatinHypercube(d=len(axes), rng=np.random.default_rng(seed)).random(number)
    figures = [axis.figure for axis in axes]
    drawn = (
        tuple(axis.sampled(float(share)) for axis, share in zip(axes, row, strict=True))
        for row in shares
    )
    return _distinct([*_extremes(axes), *(_point(SAMPLE, figures, values) for values in drawn)])


def listed_points(path: Path, study: Study) -> tuple[tuple[Figure, ...], list[Point]]:
    """Read a list of points.

    Parameters
    ----------
    path : Path
        CSV file with a figure in each head and a point in each row.
    study : Study
        Its tables have the figures.

    Returns
    -------
    figures : tuple of Figure
        In the order of the columns.
    points : list of Point
        The base, the extremes of each figure among the rows, and the rows; without repeats.

    Raises
    ------
    InputError
        F517 and F515, with every fault of the file; F518 where there are too many rows.
    """
    heads, rows = _read_list(path)
    faults: list[Fault] = []
    figures: list[Figure] = []
    for head in heads:
        try:
            figures.append(find_figure(head, study, path.name))
        except InputError as error:
            faults += error.faults
    faults += [
        Fault("F517", path.name, column=head, detail="it occurs twice")
        for head in dict.fromkeys(heads)
        if heads.count(head) > 1
    ]
    if faults:
        raise InputError(faults)
    for place, row in enumerate(rows, 2):
        faults += [
            Fault("F517", path.name, place, figure.name, value, "no number")
            for figure, value in zip(figures, row, strict=True)
            if value and figure.operator != SET and as_number(value) is None
        ]
    if faults:
        raise InputError(faults)
    _check_number(len(rows), "--list")
    axes = [
        Axis(figure, tuple(dict.fromkeys(value for value in column if value)))
        for figure, column in zip(figures, zip(*rows, strict=True), strict=True)
    ]
    found = [*_extremes(axes), *(_point(LIST, figures, row) for row in rows)]
    return tuple(figures), _distinct(found)


def _read_list(path: Path) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the heads and the rows of a CSV file of texts."""
    if not path.is_file():
        raise InputError([Fault("F517", str(path), detail="no such file")])
    try:
        text = read_own_file(path).decode("utf-8-sig")
        lines = [row for row in csv.reader(text.splitlines()) if any(cell.strip() for cell in row)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError([Fault("F517", path.name, detail=str(error))]) from None
    if len(lines) < 2:
        raise InputError([Fault("F517", path.name, detail="it has no row")])
    heads = [cell.strip() for cell in lines[0]]
    wrong = [
        Fault("F517", path.name, place, detail=f"{len(row)} cells, {len(heads)} heads")
        for place, row in enumerate(lines[1:], 2)
        if len(row) != len(heads)
    ]
    if wrong:
        raise InputError(wrong)
    return heads, [tuple(cell.strip() for cell in row) for row in lines[1:]]


def _extremes(axes: Sequence[Axis]) -> list[Point]:
    """Return the base, and for each axis its extremes with all others as they are."""
    figures = [axis.figure for axis in axes]
    nothing = ("",) * len(axes)
    points = [_point(BASE, figures, nothing)]
    for number, axis in enumerate(axes):
        for value in axis.extremes if axis.values or axis.ends else ():
            alone = (*nothing[:number], value, *nothing[number + 1 :])
            points.append(_point(ALONE, figures, alone))
    return points


def _point(kind: str, figures: Sequence[Figure], values: Iterable[str]) -> Point:
    given = tuple(values)
    changes = (figure.at(value) for figure, value in zip(figures, given, strict=True) if value)
    return Point(kind, given, tuple(itertools.chain.from_iterable(changes)))


def _distinct(points: Iterable[Point]) -> list[Point]:
    """Return points without those that change the same as an earlier one."""
    found: dict[tuple[Override, ...], Point] = {}
    for point in points:
        found.setdefault(point.overrides, point)
    return list(found.values())


def _check_number(number: int, option: str) -> None:
    if number > MOST_POINTS:
        detail = f"{number:,} points; a sweep has at most {MOST_POINTS:,}"
        raise InputError([Fault("F518", option, detail=detail)])
