"""Service targets: read from what a planner writes, bound to the zones of a problem."""

from __future__ import annotations

from typing import Any

import pytest

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.problem import Problem
from fulfill.model.limits import (
    ServiceTarget,
    build_limits,
    parse_service,
    service_days,
)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("3d=0.7", ServiceTarget("", 3, 0.7)),
        (" MX:10d=.25 ", ServiceTarget("MX", 10, 0.25)),
        ("rural:5d=1", ServiceTarget("rural", 5, 1.0)),
        ("9d=0.0000123456789", ServiceTarget("", 9, 0.0000123456789)),
    ],
)
def test_a_target_is_read_and_written_as_it_is_written(text: str, target: ServiceTarget) -> None:
    assert parse_service(text) == target
    assert parse_service(str(target)) == target


@pytest.mark.parametrize("text", ["", "3d", "3d=0", "3d=1.5", "0d=0.5", "d=0.5", "3d=nan"])
def test_a_form_that_cannot_be_read_is_a_fault(text: str) -> None:
    found = parse_service(text)
    assert isinstance(found, Fault)
    assert found.code == "F309"


def test_days_are_those_of_the_targets_and_of_the_reports() -> None:
    assert service_days((ServiceTarget("MX", 7, 0.5), ServiceTarget("", 3, 0.5))) == (3, 5, 7)


def test_a_target_is_bound_to_the_zones_of_its_scope(toy_problem: Problem) -> None:
    zones = toy_problem.demand.zones
    kind = str(zones["zone_class"].iloc[0])
    targets = tuple(ServiceTarget(scope, 3, 0.5) for scope in ("", "MX", kind))
    every, country, same_class = build_limits(toy_problem, targets=targets).targets
    assert every.zones.all()
    assert country.zones.tolist() == (zones["country"] == "MX").tolist()
    assert same_class.zones.tolist() == (zones["zone_class"] == kind).tolist()
    assert (str(country), country.days, country.share) == ("MX:3d=0.5", 3, 0.5)


def test_a_scope_that_nothing_has_is_refused(toy_problem: Problem) -> None:
    with pytest.raises(InputError, match=r"F308 --service.*lunar"):
        build_limits(toy_problem, targets=(ServiceTarget("lunar", 3, 0.5),))


BOTH = ("site-a", "site-b")


@pytest.mark.parametrize(
    ("limits", "option", "said"),
    [
        ({"opened": BOTH, "max_sites": 1}, "--sites", "2 sites are locked open: site-a, site-b"),
        ({"opened": BOTH[:1], "max_sites": 0}, "--sites", "1 sites are locked open"),
        ({"opened": BOTH[:1], "budget_usd": 100.0}, "--budget", "at least 5,000 USD"),
        ({"opened": BOTH, "budget_usd": 5_000.0}, "--budget", "site-b"),
        ({"opened": BOTH[:1], "budget_usd": 0.0}, "--budget", "site-a 5,000"),
        ({"opened": BOTH, "closed": BOTH[1:]}, "--open", "it is closed too"),
    ],
)
def test_limits_that_contradict_one_another_are_named(
    toy_problem: Problem, limits: dict[str, Any], option: str, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        build_limits(toy_problem, **limits)
    (fault,) = caught.value.faults
    assert (fault.code, fault.file) == ("F309", option)
    assert said in str(fault)


@pytest.mark.parametrize(
    "limits",
    [
        {"opened": BOTH[:1], "max_sites": 1},
        {"opened": (*BOTH[:1], *BOTH[:1]), "max_sites": 1, "budget_usd": 5_000.0},
        {"opened": BOTH[:1], "budget_usd": 5_000.0},
        {"max_sites": 0, "budget_usd": 0.0},
    ],
)
def test_limits_that_locks_just_meet_are_allowed(
    toy_problem: Problem, limits: dict[str, Any]
) -> None:
    build_limits(toy_problem, **limits)


@pytest.mark.parametrize(
    ("name", "words"),
    [("site-aa", "similar: site-a"), ("Site B", "similar: site-b"), ("x", "there are: site-a")],
)
def test_an_unknown_site_is_answered_by_near_ones(
    toy_problem: Problem, name: str, words: str
) -> None:
    with pytest.raises(InputError, match=f"F308 --open.*no such site; .*{words}"):
        build_limits(toy_problem, opened=(name,))
