"""A sweep gives the same answers however its workers behave, and does nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import fulfill
from fulfill.analysis.sweep.answers import Answer, answer_point, stored
from fulfill.analysis.sweep.axes import Figure, parse_axes
from fulfill.analysis.sweep.kept_points import KeptPoints, cause_of
from fulfill.analysis.sweep.points import Point, grid_points
from fulfill.analysis.sweep.sweep import Sweep, base_start, check_points, sweep_points
from fulfill.analysis.sweep.tables import (
    above,
    effect_table,
    point_table,
    site_table,
    summary,
)
from fulfill.inputs.faults import InputError, SolverError
from fulfill.model.decisions import INFEASIBLE
from fulfill.study.resolve import FULL, QUICK
from fulfill.study.run import Run
from fulfill.study.sweep_outputs import EFFECTS, POINTS, SITE_SHARES, SWEEP_SUMMARY

VARIED = ["network/parameters[cancel_lambda]=0.05,0.2", "network/products[shirt].price_usd*=0.8,1"]


@pytest.fixture(scope="module")
def base() -> Run:
    return fulfill.load("toy", "toy", method="decomposition", gap=0.01).optimize()


@pytest.fixture(scope="module")
def asked(base: Run) -> tuple[tuple[Figure, ...], list[Point]]:
    axes = parse_axes(VARIED, base.study)
    return tuple(axis.figure for axis in axes), grid_points(axes)


class Here:
    """Workers of this process; the process "is killed" before each task whose turn is listed."""

    def __init__(self, run: Run, killed_at: tuple[int, ...] = ()) -> None:
        self.run, self.killed_at, self.begun = run, killed_at, 0

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.begun += 1
        if self.begun in self.killed_at:
            future.set_exception(BrokenProcessPool())
        else:
            future.set_result(task(self.run, *arguments))
        return future

    @contextmanager
    def open(self) -> Iterator[Here]:
        yield self


def swept(
    base: Run,
    asked: tuple[tuple[Figure, ...], list[Point]],
    folder: Path,
    workers: Here,
    grade: str = FULL,
) -> Sweep:
    kept = KeptPoints(folder, cause_of(base, grade, base_start(base, grade)))
    return sweep_points(base, *asked, grade, kept, workers.open)


def without_seconds(found: Sweep) -> list[Answer]:
    return [replace(answer, seconds=0.0) for answer in found.answers]


@pytest.fixture(scope="module")
def found(base: Run, asked: tuple[tuple[Figure, ...], list[Point]], tmp_path_factory: Any) -> Sweep:
    return swept(base, asked, tmp_path_factory.mktemp("points"), Here(base))


@pytest.mark.slow
def test_every_point_costs_what_a_run_of_its_overrides_costs(found: Sweep) -> None:
    assert found.audit_faults == ()
    for point, answer in zip(found.points, found.answers, strict=True):
        run = found.run.study.with_(overrides=point.overrides).optimize()
        assert answer.bound <= run.outcome.objective * (1 + 1e-9)
        assert run.outcome.bound <= answer.objective * (1 + 1e-9)
        assert sum(answer.shares.values()) == pytest.approx(1.0)


@pytest.mark.slow
def test_a_process_that_is_killed_loses_nothing(
    found: Sweep, base: Run, asked: tuple[tuple[Figure, ...], list[Point]], tmp_path: Path
) -> None:
    workers = Here(base, killed_at=(2, 5))
    again = swept(base, asked, tmp_path, workers)
    assert without_seconds(again) == without_seconds(found)
    # the two that were killed are the only ones begun twice
    assert workers.begun == len(found.points) - 1 + 2


def test_a_sweep_continues_with_what_is_missing(
    found: Sweep, base: Run, asked: tuple[tuple[Figure, ...], list[Point]], tmp_path: Path
) -> None:
    dying = Here(base, killed_at=tuple(range(3, 99)))
    with pytest.raises(SolverError, match="kept"):
        swept(base, asked, tmp_path, dying)
    workers = Here(base)
    again = swept(base, asked, tmp_path, workers)
    assert again.kept == 2
    assert workers.begun == len(found.points) - 3
    assert without_seconds(again) == without_seconds(found)
    idle = Here(base)
    assert without_seconds(swept(base, asked, tmp_path, idle)) == without_seconds(found)
    assert idle.begun == 0


def test_a_point_whose_files_were_changed_is_answered_again(
    found: Sweep, base: Run, asked: tuple[tuple[Figure, ...], list[Point]], tmp_path: Path
) -> None:
    swept(base, asked, tmp_path, Here(base))
    edited, cut = sorted(tmp_path.glob("*.json"))[:2]
    edited.write_text(edited.read_text().replace('"FEASIBLE"', '"OPTIMAL"'))
    cut.with_suffix(".npz").write_bytes(b"")
    workers = Here(base)
    again = swept(base, asked, tmp_path, workers)
    assert workers.begun == 2
    assert without_seconds(again) == without_seconds(found)


def test_a_kept_point_is_one_of_the_same_question(base: Run, tmp_path: Path) -> None:
    other = replace(base, study=base.study.with_(gap=0.02))
    causes = [
        cause_of(base, FULL, b""), cause_of(base, QUICK, b""), cause_of(base, FULL, b"1"),
        cause_of(other, FULL, b""),
    ]  # fmt: skip
    assert len(set(causes)) == 4


@pytest.mark.slow
def test_a_quick_sweep_keeps_the_sites_and_is_never_cheaper(
    found: Sweep, base: Run, asked: tuple[tuple[Figure, ...], list[Point]], tmp_path: Path
) -> None:
    quick = swept(base, asked, tmp_path, Here(base), QUICK)
    for kept, free in zip(quick.answers, found.answers, strict=True):
        assert kept.sites == quick.answers[0].sites
        assert not kept.chose_sites or kept is quick.answers[0]
        assert free.bound <= kept.objective * (1 + 1e-9)


def test_the_tables_are_those_that_are_declared(found: Sweep) -> None:
    points, effects, sites = point_table(found), effect_table(found), site_table(found)
    assert tuple(points.columns) == POINTS.keys
    assert tuple(effects.columns) == EFFECTS.keys
    assert tuple(sites.columns) == SITE_SHARES.keys
    assert tuple(summary(found)) == SWEEP_SUMMARY.keys
    assert points["above_base_usd"].iloc[0] == 0.0
    assert effects["swing_usd"].is_monotonic_decreasing
    assert sites["share_of_points"].between(0, 1).all()


def test_a_difference_counts_where_the_intervals_are_apart() -> None:
    base = Answer("FEASIBLE", objective=100.0, bound=98.0)
    near = Answer("FEASIBLE", objective=101.0, bound=99.5)
    far = Answer("FEASIBLE", objective=103.0, bound=100.5)
    less = Answer("FEASIBLE", objective=97.0, bound=96.0)
    assert tuple(above(near, base).values()) == (1.0, -0.5, 3.0, "no")
    assert tuple(above(far, base).values()) == (3.0, 0.5, 5.0, "yes")
    assert tuple(above(less, base).values()) == (-3.0, -4.0, -1.0, "yes")
    assert above(Answer("INFEASIBLE"), base)["distinguishable"] == "no"


def test_no_answer_depends_on_what_it_started_from_beyond_its_gap(base: Run) -> None:
    overrides = base.study.with_(overrides=["network/parameters[cancel_lambda]=0.2"])
    changes = overrides.provenance.overrides
    point = Point("alone", (), changes)
    warm, _ = answer_point(base, point, FULL, stored(base.warm_start))
    cold, _ = answer_point(base, point, FULL, b"")
    assert cold.chose_sites
    assert max(warm.bound, cold.bound) <= min(warm.objective, cold.objective) * (1 + 1e-9)


def test_a_value_that_the_tables_do_not_allow_is_refused_before_any_answer(base: Run) -> None:
    texts = ["network/products[shirt].price_usd=-1,2", "network/parameters[cancel_lambda]=9e9,1"]
    points = grid_points(parse_axes(texts, base.study))
    with pytest.raises(InputError) as refused:
        check_points(base.study, points)
    assert [fault.code for fault in refused.value.faults] == ["F205", "F205"]


def test_a_base_without_a_plan_is_refused(base: Run) -> None:
    outcome = replace(base.outcome, status=INFEASIBLE)
    impossible = replace(base, plan=replace(base.plan, outcome=outcome))
    with pytest.raises(InputError, match="F519"):
        base_start(impossible, FULL)
    with pytest.raises(InputError, match="F519"):
        base_start(replace(base, warm_start=None), QUICK)
