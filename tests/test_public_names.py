"""The face of the package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fulfill

NAMES = [
    "Audit",
    "Decisions",
    "Demand",
    "Fault",
    "FulfillError",
    "InputError",
    "LocationInstance",
    "Network",
    "Outcome",
    "Plan",
    "PlanOptions",
    "Run",
    "Study",
    "Problem",
    "SolverError",
    "audit_plan",
    "build_problem",
    "locate",
    "optimize",
    "read_demand",
    "read_network",
]


def test_public_names_are_kept() -> None:
    assert set(NAMES) <= set(fulfill.__all__), "a public name is gone"


@pytest.mark.parametrize("name", fulfill.__all__)
def test_public_name_resolves(name: str) -> None:
    found = getattr(fulfill, name)
    assert found.__name__ == name
    assert found.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'optimise'"):
        _ = fulfill.optimise


def test_our_errors_are_of_one_family() -> None:
    assert issubclass(fulfill.InputError, fulfill.FulfillError)
    assert issubclass(fulfill.InputError, ValueError)
    assert issubclass(fulfill.SolverError, fulfill.FulfillError)
    fault = fulfill.Fault("F101", "toy/sites.csv")
    error = fulfill.InputError([fault, fault, fulfill.Fault("F103", "toy/bands.csv")])
    assert [one.code for one in error.faults] == ["F101", "F103"]
    assert str(error).count("\n") == 1


def test_the_stub_types_every_public_name() -> None:
    stub = Path(fulfill.__file__).with_name("__init__.pyi").read_text(encoding="utf-8")
    found = re.findall(r"^from fulfill\.([\w.]+) import (\w+) as \2$", stub, re.MULTILINE)
    assert sorted(name for _, name in found) == fulfill.__all__
    assert all(getattr(fulfill, name).__module__ == f"fulfill.{home}" for home, name in found)
