"""A sweep: the base, the points, and their answers by workers, each kept when it is finished."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from fulfill.analysis.sweep.answers import Answer, answer_of, answer_point, stored
from fulfill.analysis.sweep.axes import Figure
from fulfill.analysis.sweep.kept_points import KeptPoints
from fulfill.analysis.sweep.points import ALONE, Point
from fulfill.analysis.sweep.starts import parents
from fulfill.analysis.sweep.workers import Open, Workers
from fulfill.inputs.faults import Fault, InputError, SolverError
from fulfill.study.resolve import QUICK
from fulfill.study.run import Run
from fulfill.study.study import Study

log = logging.getLogger(__name__)
MOST_BREAKS = 3
"""Times that the processes may break without a point finished in between."""
Report = Callable[[Point, Answer, int, int], None]
"""Called with a finished point, its answer, the number finished and the number of all points."""


@dataclass(frozen=True, eq=False)
class Sweep:
    """Plans at the points of a sweep.

    Attributes
    ----------
    run : Run
        The base.
    grade : str
        ``quick`` or ``full``.
    figures : tuple of Figure
        What varies.
    points : tuple of Point
        The first is the base.
    answers : tuple of Answer
        One for each point.
    parent : tuple of int
        The point that each point started from, -1 for the base.
    kept : int
        Points that were finished before.
    seconds : float
        Spent on the others.
    """

    run: Run
    grade: str
    figures: tuple[Figure, ...]
    points: tuple[Point, ...]
    answers: tuple[Answer, ...]
    parent: tuple[int, ...]
    kept: int
    seconds: float

    @property
    def audit_faults(self) -> tuple[str, ...]:
        """What the audits of the plans found, with the point in front."""
        return tuple(
            f"{', '.join(point.changes) or point.kind}: {fault}"
            for point, answer in zip(self.points, self.answers, strict=True)
            for fault in answer.faults
        )


def base_start(run: Run, grade: str) -> bytes:
    """Return the stored warm start of the base.

    Parameters
    ----------
    run : Run
    grade : str

    Returns
    -------
    bytes
        Empty where the run left none.

    Raises
    ------
    InputError
        F519 where the run has no plan, or none whose sites could be kept.
    """
    detail = ""
    if not run.found:
        detail = "the base has no plan"
    elif grade == QUICK and run.warm_start is None:
        detail = "a quick sweep needs a base by --method decomposition"
    if detail:
        name = run.folder.name if run.folder else run.outcome.status
        raise InputError([Fault("F519", "RUN", value=name, detail=detail)])
    return stored(run.warm_start)


def check_points(study: Study, points: Iterable[Point]) -> None:
    """Refuse values that the tables do not allow, before any point is answered.

    Each extreme value is checked by itself: checking all combinations would take as long as some
    of the answers. A combination that is not allowed ends the sweep when its turn comes.

    Parameters
    ----------
    study : Study
        Of the base.
    points : iterable of Point

    Raises
    ------
    InputError
        With the faults of all of them.
    """
    faults: list[Fault] = []
    before = study.provenance.overrides
    for point in points:
        if point.kind != ALONE:
            continue
        try:
            study.with_(overrides=(*before, *point.overrides))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)


def sweep_points(
    run: Run,
    figures: Sequence[Figure],
    points: Sequence[Point],
    grade: str,
    kept: KeptPoints,
    opened: Open,
    report: Report | None = None,
) -> Sweep:
    """Answer the points of a sweep, those that are kept excepted.

    Parameters
    ----------
    run : Run
        The base, with a plan.
    figures : sequence of Figure
    points : sequence of Point
        The first is the base.
    grade : str
        ``quick`` or ``full``.
    kept : KeptPoints
        Where finished points are found and kept.
    opened : callable
        Of `open_workers`.
    report : callable, optional
        See `Report`.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        With the faults of a point that the tables do not allow; F519, see `base_start`.
    SolverError
        Where a solver fails, or workers are lost again and again. Finished points are kept.
    """
    # A quick answer keeps the sites of the base, so it starts from there.
    tree = [-1] + [0] * (len(points) - 1) if grade == QUICK else parents(figures, points)
    answers, n_kept, spent = answer_points(run, points, tree, grade, kept, opened, report)
    return Sweep(run, grade, tuple(figures), tuple(points), answers, tuple(tree), n_kept, spent)


def answer_points(
    run: Run,
    points: Sequence[Point],
    tree: Sequence[int],
    grade: str,
    kept: KeptPoints,
    opened: Open,
    report: Report | None = None,
) -> tuple[tuple[Answer, ...], int, float]:
    """Answer points, each from its parent, those that are kept excepted.

    Parameters
    ----------
    run : Run
        The base, with a plan.
    points : sequence of Point
        The first is the base.
    tree : sequence of int
        The point that each point starts from, -1 for the base.
    grade, kept, opened, report
        See `sweep_points`.

    Returns
    -------
    answers : tuple of Answer
        One for each point.
    n_kept : int
        Points that were finished before.
    seconds : float
        Spent on the others.

    Raises
    ------
    InputError, SolverError
        See `sweep_points`.
    """
    begun = time.perf_counter()
    base = answer_of(run, 0.0, chose_sites=True), base_start(run, grade)
    found: dict[int, tuple[Answer, bytes]] = {0: base}
    for number in range(1, len(points)):
        before = kept.find(points[number])
        if before is not None:
            found[number] = before
    n_kept = len(found) - 1
    _answer_all(_Work(points, tree, grade, kept, report), found, opened)
    answers = tuple(found[number][0] for number in range(len(points)))
    return answers, n_kept, time.perf_counter() - begun


@dataclass(frozen=True)
class _Work:
    """What is to be answered, and where it is kept."""

    points: Sequence[Point]
    tree: Sequence[int]
    grade: str
    kept: KeptPoints
    report: Report | None

    def start(self, number: int, found: Mapping[int, tuple[Answer, bytes]]) -> bytes:
        """Return the warm start of the nearest ancestor that left one."""
        ancestor = self.tree[number]
        while ancestor > 0 and not found[ancestor][1]:
            ancestor = self.tree[ancestor]
        return found[ancestor][1]

    def ready(self, left: Iterable[int], found: Mapping[int, object]) -> list[int]:
        """Return the points that are left and whose parents are answered."""
        return [number for number in left if self.tree[number] in found]


def _answer_all(work: _Work, found: dict[int, tuple[Answer, bytes]], opened: Open) -> None:
    """Answer what is left; processes that break are started again."""
    breaks = 0
    while len(found) < len(work.points):
        before = len(found)
        try:
            with opened() as workers:
                _answer_by(workers, work, found)
        except BrokenProcessPool:
            breaks = 1 if len(found) > before else breaks + 1
            log.warning("a process was killed; what it was doing begins again")
            if breaks >= MOST_BREAKS:
                text = "processes are killed again and again; finished points are kept"
                raise SolverError(f"sweep: {text}") from None


def _answer_by(workers: Workers, work: _Work, found: dict[int, tuple[Answer, bytes]]) -> None:
    """Answer what is left by some workers; each point begins when its parent is answered."""
    left = [number for number in range(len(work.points)) if number not in found]
    running: dict[Future[Any], int] = {}
    while left or running:
        for number in work.ready(left, found):
            point, start = work.points[number], work.start(number, found)
            running[workers.submit(answer_point, point, work.grade, start)] = number
        left = [number for number in left if number not in running.values()]
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        # those with an answer first: it must be kept before the fault of another is raised
        for future in sorted(finished, key=lambda one: one.exception() is not None):
            number = running.pop(future)
            answer, start = future.result()
            work.kept.keep(work.points[number], answer, start)
            found[number] = (answer, start)
            if work.report:
                work.report(work.points[number], answer, len(found), len(work.points))
