"""Overrides that are applied are logged; what they change is tested with the studies."""

from __future__ import annotations

import logging

import pytest

from conftest import Folders
from fulfill.inputs.faults import InputError
from fulfill.inputs.overrides import Override, override_tables, parameter, parse_override


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


@pytest.mark.parametrize(
    ("text", "usd"),
    [("=3", 3.0), ("*=0.5", 2.5), ("+=1.25", 6.25), (" += -1", 4.0), ("*=0", 0.0)],
)
def test_a_number_is_replaced_multiplied_or_added_to(toy: Folders, text: str, usd: float) -> None:
    problem = toy.problem()
    override = parse_override(f"sites[site-a].rent_usd_m2_month{text}")
    network, _ = override_tables(problem.network, problem.demand, [override])
    rents = network["sites"].set_index("site_id")["rent_usd_m2_month"]
    assert rents.to_dict() == {"site-a": usd, "site-b": 5.0}
    assert parse_override(str(override)) == override


def test_changes_of_a_cell_follow_one_another(toy: Folders) -> None:
    problem = toy.problem()
    cell = "network/sites[site-a].rent_usd_m2_month"
    both = [parse_override(f"{cell}=8"), parse_override(f"{cell}*=0.5")]
    network, _ = override_tables(problem.network, problem.demand, both)
    assert network["sites"].set_index("site_id").loc["site-a", "rent_usd_m2_month"] == 4.0


def test_the_side_may_be_left_out_where_one_side_has_the_table() -> None:
    assert parse_override("freight[sea,CN,MX].usd_m3*=2") == Override(
        "network", "freight", ("sea", "CN", "MX"), "usd_m3", "2", "*="
    )
    assert parse_override("zones[zone-1].population=5").side == "demand"
    with pytest.raises(InputError, match="write network/parameters or demand/parameters"):
        parse_override("parameters[us_share]=0.5")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("network/sites[site-a].name*=2", "F309"),
        ("network/sites[site-a].rent_usd_m2_month*=twice", "F202"),
        ("network/sites[site-a].rent_usd_m2_month+=-9", "F205"),
        ("network/sites[site-x].rent_usd_m2_month*=2", "F308"),
    ],
)
def test_what_cannot_be_computed_is_refused(toy: Folders, text: str, code: str) -> None:
    problem = toy.problem()
    with pytest.raises(InputError, match=f"{code} "):
        override_tables(problem.network, problem.demand, [parse_override(text)])


def test_a_column_may_be_named_by_its_first_words(toy: Folders) -> None:
    short, whole = "gateways[port-1].capacity*=0.5", "gateways[port-1].capacity_m3_month*=0.5"
    assert parse_override(short) == parse_override(whole)
    # a name that is a column means itself, also where others begin with it
    assert parse_override("sites[site-a].name=B").column == "name"
    for text, detail in (
        ("products[shirt].v=1", "no column 'v'"),  # no whole word
        ("products[shirt].price_us=1", "no column 'price_us'"),
    ):
        problem = toy.problem()
        with pytest.raises(InputError, match=detail):
            override_tables(problem.network, problem.demand, [parse_override(text)])


def test_a_short_name_of_several_columns_is_refused_with_all_of_them() -> None:
    with pytest.raises(
        InputError, match="'last_mile' may be last_mile_factor or last_mile_delay_days"
    ) as raised:
        parse_override("calendar[peak].last_mile=2")
    assert [fault.code for fault in raised.value.faults] == ["F308"]
