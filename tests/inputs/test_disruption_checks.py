"""Rows of disruptions.csv that name nothing."""

from __future__ import annotations

import pytest

from conftest import Folders
from fulfill.inputs.faults import InputError

HEAD = "kind,id,period_id,capacity_factor,source,source_date,status,range\n"


def test_every_unknown_name_is_found_at_once(toy: Folders) -> None:
    rows = (
        "site,site-c,any,0", "gateway,mx-por,any,0", "carrier,MX Z,any,0", "mail,FR,any,0",
        "site,site-a,summer,0", "site,site-a,peak,0",
    )  # fmt: skip
    toy.write(
        "network/disruptions.csv", HEAD + "".join(f"{row},board,,in_force,\n" for row in rows)
    )
    found = [(fault.code, fault.row, fault.column, fault.value) for fault in toy.faults()]
    assert found == [
        ("F500", 2, "id", "site-c"),
        ("F500", 3, "id", "mx-por"),
        ("F500", 4, "id", "MX Z"),
        ("F500", 5, "id", "FR"),
        ("F500", 6, "period_id", "summer"),
    ]
    assert "similar: mx-port" in toy.faults()[1].detail


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("network/disruptions[plant,site-a].capacity_factor=0", "F206"),
        ("network/disruptions[site,site-c].capacity_factor=0", "F500"),
        ("network/disruptions[site,site-a].capacity_factor=-1", "F205"),
        ("network/disruptions[site,site-a].capacity_factor=none", "F202"),
        ("network/disruptions[site].capacity_factor=0", "F308"),
    ],
)
def test_an_override_of_a_new_row_is_checked(toy: Folders, cell: str, code: str) -> None:
    with pytest.raises(InputError, match=code):
        toy.study(overrides=[cell])


def test_other_tables_take_no_new_rows(toy: Folders) -> None:
    with pytest.raises(InputError, match="F308"):
        toy.study(overrides=["network/mail_capacity[US].kg_day=5"])
