"""Options of a study are parsed once, when it is created, and all their faults are reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fulfill.inputs.faults import InputError
from fulfill.model.limits import ServiceTarget
from fulfill.study import run as model_of_study
from fulfill.study import study as asked
from fulfill.study.open_run import open_run
from fulfill.study.optimize import optimize
from fulfill.study.study import Study, load

pytestmark = pytest.mark.usefixtures("undrawn")

MEXICO = ServiceTarget("MX", 9, 0.01)


@pytest.fixture(scope="module")
def toy() -> Study:
    return load("toy", "toy")


@pytest.mark.parametrize(
    "given", ["MX:9d=0.01", ["MX:9d=0.01"], (" MX:9d=.01 ",), MEXICO, [MEXICO]]
)
def test_service_is_given_as_texts_or_targets_and_kept_as_targets(
    toy: Study, given: object
) -> None:
    assert toy.with_(service=given).options.service == (MEXICO,)
    assert load("toy", "toy", service=given).options.service == (MEXICO,)


def test_options_that_change_later_leave_the_targets_alone(toy: Study) -> None:
    targeted = toy.with_(service=["3d=0.1", MEXICO])
    assert targeted.with_(max_sites=1).options.service == (ServiceTarget("", 3, 0.1), MEXICO)
    assert targeted.with_(service=()).options.service == ()


def test_all_faults_of_the_options_are_told_at_once(toy: Study) -> None:
    with pytest.raises(InputError) as refused:
        toy.with_(service=["3d", "lunar:3d=0.5", "3d=2"], opened=["site-x"], closed=["site-y"])
    assert [(fault.code, fault.file, fault.value) for fault in refused.value.faults] == [
        ("F308", "--open", "site-x"),
        ("F308", "--close", "site-y"),
        ("F308", "--service", "lunar"),
        ("F309", "--service", "3d"),
        ("F309", "--service", "3d=2"),
    ]


def test_a_service_that_is_neither_text_nor_target_is_a_programming_error(toy: Study) -> None:
    with pytest.raises(TypeError, match="ServiceTarget"):
        toy.with_(service=[0.7])


def test_a_wrong_target_is_refused_before_any_distance_is_measured(
    toy: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_of_study, "measure", lambda *_: pytest.fail("measured"))
    for text in ("lunar:3d=0.5", "3d=1.5"):
        with pytest.raises(InputError, match="--service"):
            toy.optimize(service=text)


def test_a_run_records_its_targets_as_texts_that_read_back_once(
    toy: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = optimize(toy.with_(service=[MEXICO, "5d=0.0000123456789"]))
    folder = run.save(tmp_path / "run")
    recorded = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["options"]
    assert recorded["service"] == ["MX:9d=0.01", "5d=0.0000123456789"]
    texts: list[str] = []
    parse = asked.parse_service
    monkeypatch.setattr(asked, "parse_service", lambda text: texts.append(text) or parse(text))
    again = open_run(folder)
    assert again.study.options == run.study.options
    assert again.instance.limits.targets[0].zones.any()
    assert texts == recorded["service"]
