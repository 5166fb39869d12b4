"""Overrides that are applied are logged; what they change is tested with the studies."""

from __future__ import annotations

import logging

import pytest

from conftest import Folders
from fulfill.inputs.faults import InputError
from fulfill.inputs.overrides import override_tables, parameter


def test_an_override_is_logged_once_it_is_applied(
    toy: Folders, caplog: pytest.LogCaptureFixture
) -> None:
    problem = toy.problem()
    caplog.set_level(logging.INFO, logger="fulfill.inputs")
    override_tables(problem.network, problem.demand, [parameter("road_factor", 1.1)])
    assert caplog.messages == ["override applied: network/parameters[road_factor]=1.1"]
    caplog.clear()
    with pytest.raises(InputError, match="F308"):
        override_tables(problem.network, problem.demand, [parameter("road_factors", 1.1)])
    assert caplog.messages == []
