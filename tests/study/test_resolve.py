"""Answers to changed questions: quick and full, one by one and over processes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fulfill
from conftest import Folders
from fulfill.inputs.faults import InputError
from fulfill.study.executor import Executor
from fulfill.study.resolve import FULL, QUICK, Answer, changed_model, resolve
from fulfill.study.run import build_model

CHANGES: list[dict[str, Any]] = [
    {},
    {"overrides": ["network/parameters[cancel_lambda]=0.2"]},
]


@pytest.fixture(scope="module")
def start() -> fulfill.Run:
    return fulfill.load("toy", "toy", method="decomposition", gap=0.01).optimize()


@pytest.mark.parametrize("changes", CHANGES)
def test_a_changed_model_is_the_one_that_is_built_anew(
    start: fulfill.Run, changes: dict[str, Any]
) -> None:
    study = start.study.with_(**changes)
    reused = changed_model(study, start)
    anew = build_model(study.planned_problem(), study.options)
    assert reused.distances is start.model.distances
    for name in ("lane_usd", "option_cost", "units", "fixed_usd", "handling_usd", "demand"):
        one, other = (getattr(model.instance, name) for model in (reused, anew))
        assert np.array_equal(one, other), name


def test_locks_keep_the_prices_and_change_the_limits(start: fulfill.Run) -> None:
    site = start.sites["site_id"].iloc[0]
    model = changed_model(start.study.with_(closed=(site,)), start)
    assert model.economics is start.model.economics
    assert model.instance.limits.closed == (start.instance.sites.index(site),)


@pytest.mark.parametrize("grade", [QUICK, FULL])
def test_the_unchanged_question_costs_what_the_run_costs(start: fulfill.Run, grade: str) -> None:
    answer = resolve(start.study, start, grade)
    assert answer.faults == ()
    assert answer.objective == pytest.approx(start.outcome.objective, rel=0.01)
    assert answer.bound <= answer.objective
    assert dict(answer.sites) == dict(
        start.sites[["site_id", "size"]].itertuples(index=False, name=None)
    )


def test_a_quick_answer_keeps_the_sites_and_a_full_one_is_never_dearer(start: fulfill.Run) -> None:
    dearer = start.study.with_(overrides=["network/parameters[cancel_lambda]=0.2"])
    quick, full = (resolve(dearer, start, grade) for grade in (QUICK, FULL))
    assert quick.faults == full.faults == ()
    assert [site for site, _ in quick.sites] == start.sites["site_id"].tolist()
    assert full.objective <= quick.objective * (1 + 1e-9)
    # both bounds hold for free sites
    assert max(quick.bound, full.bound) <= min(quick.objective, full.objective) * (1 + 1e-9)


def test_a_closed_site_leaves_a_quick_answer(start: fulfill.Run) -> None:
    site = start.sites["site_id"].iloc[0]
    answer = resolve(start.study.with_(closed=(site,)), start, QUICK)
    assert site not in dict(answer.sites)
    assert answer.objective >= start.outcome.bound


@pytest.mark.parametrize("grade", [QUICK, FULL])
def test_an_answer_obeys_the_rules_on_sites(toy: Folders, grade: str) -> None:
    toy.write("network/site_groups.csv", "group_id,site_id\nboth,site-a\nboth,site-b\n")
    toy.write(
        "network/group_limits.csv",
        "group_id,rule,needs_id,number,source,source_date,status,range\n"
        "both,at_least,,0,board,2026-10,in_force,\n",
    )
    free = toy.study(method="decomposition", gap=0.01).optimize()
    assert list(free.sites["site_id"]) == ["site-a"]
    cell = "network/group_limits[both,at_least].number=2"
    answer = resolve(free.study.with_(overrides=[cell]), free, grade)
    assert answer.faults == ()
    assert [site for site, _ in answer.sites] == ["site-a", "site-b"]
    assert answer.objective >= answer.bound > free.outcome.bound


def test_an_unknown_grade_is_refused(start: fulfill.Run) -> None:
    with pytest.raises(InputError, match="F309"):
        resolve(start.study, start, "thorough")


def test_processes_answer_as_this_one_does(start: fulfill.Run) -> None:
    site = start.sites["site_id"].iloc[0]
    changes: list[dict[str, Any]] = [{"closed": (site,)}, *CHANGES]
    with Executor(start, workers=2) as executor:
        found = executor.map(changes, QUICK)
    alone = [resolve(start.study.with_(**change), start, QUICK) for change in changes]
    assert [_told(answer) for answer in found] == [_told(answer) for answer in alone]


def test_what_the_study_refuses_is_refused_across_processes(start: fulfill.Run) -> None:
    with Executor(start, workers=2) as executor, pytest.raises(InputError, match="F308"):
        executor.map([{"closed": ("nowhere",)}], QUICK)


def _told(answer: Answer) -> tuple[Any, ...]:
    return answer.status, answer.objective, answer.bound, answer.sites, answer.faults
