"""Contracts that contradict themselves or the sites are refused, all at once."""

from __future__ import annotations

import pytest

from conftest import Folders

FILE = "network/contracts.csv"
HEAD = (
    "ownership,site_id,tier_from,kind,fee_usd_order,minimum_usd_month,minimum_term_months,"
    "notice_months,source,source_date,status,range\n"
)


def written(toy: Folders, *rows: str) -> Folders:
    """Write contracts, each row without its source."""
    toy.write(FILE, HEAD + "".join(f"{row},offer,,in_force,\n" for row in rows))
    return toy


def found(toy: Folders) -> list[tuple[str, int, str, str]]:
    return [(f.code, f.row, f.column, f.value) for f in toy.faults() if f.file == FILE]


@pytest.mark.parametrize(
    ("row", "code", "column", "value", "detail"),
    [
        ("own,site-x,0,incremental,1,0,0,0", "F208", "site_id", "site-x", "not in sites.csv"),
        ("shared,site-a,0,incremental,1,0,0,0", "F214", "ownership", "shared", "site-a is own"),
        ("own,site-a,50,incremental,1,0,0,0", "F527", "tier_from", "50", "own site-a"),
        ("own,site-a,0,incremental,,0,0,0", "F529", "fee_usd_order", "", "own site-a: no fee"),
        ("own,any,0,lease,0,0,12,3", "F529", "fee_usd_order", "0", "own any: a lease"),
        ("own,any,0,lease,,100,12,3", "F529", "minimum_usd_month", "100", "own any: a lease"),
        ("own,any,0,stepped,1,0,0,0", "F206", "kind", "stepped", "one of incremental"),
        ("own,any,0,incremental,-1,0,0,0", "F205", "fee_usd_order", "-1", "at least 0"),
        ("own,any,0,incremental,1,,0,0", "F201", "minimum_usd_month", "", ""),
        ("own,any,0,incremental,1,0,,0", "F201", "minimum_term_months", "", ""),
    ],
)
def test_a_faulty_contract_is_named(
    toy: Folders, row: str, code: str, column: str, value: str, detail: str
) -> None:
    (fault,) = (f for f in written(toy, row).faults() if not f.warning)
    assert (fault.code, fault.file, fault.row) == (code, FILE, 2)
    assert (fault.column, fault.value) == (column, value)
    assert detail in fault.detail


def test_all_rows_of_a_contract_have_the_same_terms(toy: Folders) -> None:
    written(
        toy,
        "own,site-a,0,incremental,2,100,12,3",
        "own,site-a,500,all_units,1,200,24,6",
        "own,site-b,0,incremental,2,100,12,3",
    )
    assert found(toy) == [
        ("F528", 3, "kind", "all_units"),
        ("F528", 3, "minimum_usd_month", "200"),
        ("F528", 3, "minimum_term_months", "24"),
        ("F528", 3, "notice_months", "6"),
    ]


def test_a_tier_twice(toy: Folders) -> None:
    rows = ("own,any,0,incremental,2,0,0,0", "own,any,0,incremental,1,0,0,0")
    assert [fault[0] for fault in found(written(toy, *rows))] == ["F207"]


def test_a_second_fee_and_a_second_fixed_cost_are_warned_of(toy: Folders) -> None:
    toy.set("network/sites.csv", 2, "pick_usd_order", "0.5")
    toy.set("network/site_sizes.csv", 2, "fixed_usd_month", "40")
    assert found(written(toy, "own,any,0,incremental,2,100,0,0")) == [
        ("W527", 2, "fee_usd_order", "2"),
        ("W528", 2, "minimum_usd_month", "100"),
    ]
