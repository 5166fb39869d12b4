"""Memory of a model is estimated from above, and what does not fit is refused."""

from __future__ import annotations

import logging

import pytest

import fulfill
from fulfill.inputs.faults import InputError
from fulfill.study.memory import (
    BASE,
    available_bytes,
    check_memory,
    most_lanes,
    needed_bytes,
)
from fulfill.study.run import build_model


@pytest.mark.parametrize("name", [("toy", "toy"), ("mexico-us-border", "mexico-2026")])
def test_no_model_has_more_lanes_than_estimated(name: tuple[str, str]) -> None:
    study = fulfill.load(*name).with_(resolution=100)
    problem = study.planned_problem()
    lanes = len(build_model(problem, study.options).instance.lane_zone)
    assert lanes <= most_lanes(problem) <= 3 * lanes


def test_a_model_that_does_not_fit_is_refused_with_a_resolution_that_fits() -> None:
    problem = fulfill.load().problem
    needed = needed_bytes(problem)
    check_memory(problem, needed)
    with pytest.raises(InputError) as refused:
        check_memory(problem, BASE + 0.5 * (needed - BASE))
    fault = refused.value.faults[0]
    assert fault.code == "F321"
    assert f"--resolution {len(problem.demand.zones) // 2}" in fault.detail
    with pytest.raises(InputError) as hopeless:
        check_memory(problem, 0.5 * BASE)
    assert "--resolution" not in hopeless.value.faults[0].detail


def test_a_large_need_is_said_without_being_asked(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = fulfill.load().problem
    with caplog.at_level(logging.WARNING):
        check_memory(problem)
        assert not caplog.records
        monkeypatch.setattr("fulfill.study.memory.WORTH_SAYING", 1.0)
        check_memory(problem)
    assert "GiB" in caplog.text


def test_the_machine_tells_its_memory() -> None:
    assert available_bytes() > 2**28
