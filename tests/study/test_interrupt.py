"""Ctrl-C and time limits: what is kept, and that every output says so."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from fulfill.cli.main import main
from fulfill.location.solution import LocationSolution, Progress
from fulfill.model.decisions import EXHAUSTED, INTERRUPTED, NO_PLAN, PROVEN, TIME_LIMIT
from fulfill.study import integrated, optimize
from fulfill.study.json_file import read_json
from fulfill.study.run_folder import write_run_data
from fulfill.study.study import load
from fulfill.study.verdict import headline

TOY = ("--network", "toy", "--demand", "toy", "--gap", "0", "--method", "monolith")
ANSWERS: dict[str, dict[str, Any]] = {
    INTERRUPTED: {"interrupted": True, "bound": 20_000.0, "status": "FEASIBLE"},
    TIME_LIMIT: {"seconds": 1e9, "bound": 20_000.0, "status": "FEASIBLE"},
    EXHAUSTED: {"seconds": 0.0, "bound": 20_000.0, "status": "FEASIBLE"},
    PROVEN: {},
}


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """The usual handler of SIGINT; a job in the background may ignore the signal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def answering(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Let every search end with these changes to its solution."""
    solve = optimize.solve_location

    def ended(*arguments: Any) -> LocationSolution:
        return replace(solve(*arguments), **changes)

    monkeypatch.setattr(optimize, "solve_location", ended)


@pytest.mark.parametrize("ended_by", ANSWERS)
def test_a_run_knows_why_its_search_ended(
    ended_by: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answering(monkeypatch, **ANSWERS[ended_by])
    run = optimize.optimize(load("toy", "toy", gap=0.0, method="monolith"))
    assert run.outcome.ended_by == ended_by
    assert run.outcome.is_poor == (ended_by != PROVEN)
    write_run_data(run, tmp_path)
    for name in ("summary.json", "manifest.json"):
        assert read_json(tmp_path, name)["ended_by"] == ended_by
    assert repr(run).startswith(headline(run.outcome))
    assert ("INTERRUPTED" in repr(run)) == (ended_by == INTERRUPTED)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_keeps_the_best_plan() -> None:
    pressed: list[float] = []

    def interrupt(progress: Progress) -> None:
        if np.isfinite(progress.incumbent) and not pressed:
            pressed.append(progress.incumbent)
            signal.raise_signal(signal.SIGINT)

    study = load("toy", "toy", gap=0.0, method="decomposition")
    run = optimize.optimize(study, progress=interrupt)
    assert run.outcome.ended_by == INTERRUPTED
    assert run.found
    assert run.audit.clean


def test_a_gap_that_was_asked_for_is_no_cut_search(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, bound=20_000.0, seconds=1e9)
    run = optimize.optimize(load("toy", "toy", gap=0.5, method="monolith"))
    assert run.outcome.gap > 0.3
    assert run.outcome.ended_by == PROVEN
    assert not run.outcome.is_poor


def cli(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_the_command_says_that_it_was_interrupted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answering(monkeypatch, **ANSWERS[INTERRUPTED])
    code, out, _ = cli("optimize", *TOY, "--out", str(tmp_path / "run"))
    assert code == 0
    assert out.split("\n")[1].startswith(
        "Plan found, INTERRUPTED: up to 13,350 USD a year (40.03%)"
    )
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "Plan found, INTERRUPTED: up to 13,350" in page
    code, out, _ = cli("optimize", *TOY, "--json", "--out", str(tmp_path / "other"))
    assert code == 0
    assert json.loads(out)["ended_by"] == INTERRUPTED


def test_without_a_plan_the_code_is_that_of_a_limit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nothing = {"status": NO_PLAN, "decisions": None, "objective": np.inf, "interrupted": True}
    answering(monkeypatch, **nothing, bound=-np.inf)
    code, out, _ = cli("optimize", *TOY, "--out", str(tmp_path / "run"))
    assert code == 4
    assert "No plan found: INTERRUPTED before a plan was found" in out


def test_an_interrupted_comparison_is_no_comparison(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answering(monkeypatch, **ANSWERS[INTERRUPTED])
    code, out, err = cli("compare", *TOY, "--out", str(tmp_path / "compared"))
    assert (code, out) == (4, "")
    assert "INTERRUPTED: nothing was written" in err
    assert list(tmp_path.iterdir()) == []


def test_rounds_of_routing_keep_what_was_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    find_plan, calls = integrated.find_plan, []

    def second_is_cut(*arguments: Any, **options: Any) -> Any:
        calls.append(1)
        run = find_plan(*arguments, **options)
        if len(calls) == 1:
            return run
        outcome = replace(run.outcome, ended_by=INTERRUPTED)
        return replace(run, plan=replace(run.plan, outcome=outcome))

    monkeypatch.setattr(integrated, "find_plan", second_is_cut)
    run = integrated.optimize_with_routing(load("toy", "toy", gap=0.0, method="monolith"))
    assert len(calls) == 2
    assert run.outcome.ended_by == INTERRUPTED
    assert run.found
    assert len(run.rounds.table) == 1
