"""Seeded questions without a plan on the embedded network are explained and repaired."""

from __future__ import annotations

import pytest

from conflicts import explained, variants
from fulfill.location.solve import compile_method
from fulfill.study.run import build_model
from fulfill.study.study import load


@pytest.mark.slow
def test_every_question_is_explained_and_its_repairs_make_a_plan() -> None:
    study = load(resolution=40)
    model = build_model(study.planned_problem(), study.options)
    compile_method("decomposition")
    found = 0
    for options in variants(study, seed=0):
        answer = explained(study, model, options)
        if answer is None:
            continue
        assert answer["conflict"], options
        assert answer["repaired"], options
        assert all(answer["repaired"]), options
        found += 1
        if found == 6:
            break
