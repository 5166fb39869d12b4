"""Rules on sites that contradict the tables or themselves are refused, all at once."""

from __future__ import annotations

import pytest

from conftest import Folders

GROUPS, LIMITS = "network/site_groups.csv", "network/group_limits.csv"
HEAD = "group_id,rule,needs_id,number,source,source_date,status,range\n"
BOTH = "group_id,site_id\nboth,site-a\nboth,site-b\n"


def written(toy: Folders, *rows: str, groups: str = BOTH) -> Folders:
    """Write rules, each without its source."""
    toy.write(GROUPS, groups)
    toy.write(LIMITS, HEAD + "".join(f"{row},board,,in_force,\n" for row in rows))
    return toy


def found(toy: Folders) -> list[tuple[str, str, int, str, str]]:
    return [(f.code, f.file, f.row, f.column, f.value) for f in toy.faults() if not f.warning]


@pytest.mark.parametrize(
    ("row", "code", "column", "value", "detail"),
    [
        ("bath,at_most,,1", "F208", "group_id", "bath", "similar: both"),
        ("both,only_if,site-x,1", "F208", "needs_id", "site-x", "similar: site-b, site-a"),
        ("both,at_least,,3", "F214", "number", "3", "the group has 2: site-a, site-b"),
        ("both,only_if,site-a,2", "F214", "number", "2", "the group has 1: site-a"),
        ("both,only_if,,1", "F214", "needs_id", "", "only_if needs the group"),
        ("both,at_most,site-a,1", "F214", "needs_id", "site-a", "leave the cell empty"),
        ("both,about,,1", "F206", "rule", "about", "one of at_least, at_most, only_if"),
        ("both,at_most,,-1", "F205", "number", "-1", "at least 0"),
        ("both,at_most,,1.5", "F202", "number", "1.5", ""),
        ("both,at_most,,", "F201", "number", "", ""),
    ],
)
def test_a_faulty_rule_is_named(
    toy: Folders, row: str, code: str, column: str, value: str, detail: str
) -> None:
    (fault,) = (f for f in written(toy, row).faults() if not f.warning)
    assert (fault.code, fault.file, fault.row) == (code, LIMITS, 2)
    assert (fault.column, fault.value) == (column, value)
    assert detail in fault.detail


def test_groups_have_known_sites_and_names_of_their_own(toy: Folders) -> None:
    groups = "group_id,site_id\nboth,site-a\nboth,site-c\nsite-b,site-a\n"
    assert found(written(toy, "both,at_most,,1", groups=groups)) == [
        ("F208", GROUPS, 3, "site_id", "site-c"),
        ("F214", GROUPS, 4, "group_id", "site-b"),
    ]


def test_a_group_of_which_more_must_be_open_than_may(toy: Folders) -> None:
    assert found(written(toy, "both,at_most,,1", "both,at_least,,2")) == [
        ("F214", LIMITS, 3, "number", "2")
    ]


def test_rules_of_which_no_choice_obeys_all_are_told_together(toy: Folders) -> None:
    rows = ("both,at_most,,1", "site-a,at_least,,1", "site-b,at_least,,1", "site-a,at_most,,1")
    (fault,) = (f for f in written(toy, *rows).faults() if not f.warning)
    assert (fault.code, fault.file, fault.row) == ("F322", LIMITS, 2)
    # the last rule has no part in it
    assert fault.detail == (
        "no choice obeys all of: at most 1 of both open; at least 1 of site-a open; "
        "at least 1 of site-b open"
    )


def test_the_same_rule_twice_is_refused(toy: Folders) -> None:
    assert found(written(toy, "both,at_most,,1", "both,at_most,,2")) == [
        ("F207", LIMITS, 3, "group_id + rule + needs_id", "both, at_most, ")
    ]


def test_sound_rules_have_no_fault(toy: Folders) -> None:
    rows = ("both,at_most,,1", "both,at_least,,0", "site-a,only_if,site-b,0")
    assert found(written(toy, *rows)) == []
