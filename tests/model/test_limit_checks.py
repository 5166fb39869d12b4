"""Rules on sites together with locks, number of sites and budget: what leaves no choice is said."""

from __future__ import annotations

from typing import Any

import pytest

from conftest import Folders
from fulfill.inputs.faults import InputError
from fulfill.inputs.problem import Problem
from fulfill.model.limits import build_limits

HEAD = "group_id,rule,needs_id,number,source,source_date,status,range\n"


@pytest.fixture
def ruled(toy: Folders) -> Problem:
    """The toy with: site B only if site A, and at least one of both."""
    toy.write("network/site_groups.csv", "group_id,site_id\nboth,site-a\nboth,site-b\n")
    rows = ("both,at_least,,1", "site-b,only_if,site-a,1")
    toy.write(
        "network/group_limits.csv", HEAD + "".join(f"{row},board,,in_force,\n" for row in rows)
    )
    return toy.problem()


@pytest.mark.parametrize(
    ("asked", "file", "said"),
    [
        ({"closed": ("site-a",)}, "network/group_limits.csv", "--close site-a"),
        ({"max_sites": 0}, "network/group_limits.csv", "at least 1 of both open; --sites 0"),
        (
            {"opened": ("site-b",), "max_sites": 1},
            "network/group_limits.csv",
            "site-b open only if at least 1 of site-a is open; --open site-b; --sites 1",
        ),
        ({"budget_usd": 4_999.0}, "--budget", "at least 5,000 USD to open, such as site-a"),
    ],
)
def test_options_that_leave_no_choice_are_named(
    ruled: Problem, asked: dict[str, Any], file: str, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        build_limits(ruled, **asked)
    (fault,) = caught.value.faults
    assert (fault.code, fault.file) == ("F322", file)
    assert said in fault.detail


@pytest.mark.parametrize(
    "asked",
    [
        {"opened": ("site-a",)},
        {"opened": ("site-b",)},
        {"closed": ("site-b",), "max_sites": 1, "budget_usd": 5_000.0},
    ],
)
def test_options_that_leave_a_choice_are_allowed(ruled: Problem, asked: dict[str, Any]) -> None:
    assert [rule.kind for rule in build_limits(ruled, **asked).rules] == ["at_least", "only_if"]
