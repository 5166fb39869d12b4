"""The order of day and month that a run was asked with holds wherever the run is read again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from conftest import Folders
from fulfill.cli.main import main
from fulfill.inputs.faults import InputError
from fulfill.inputs.network import read_network
from fulfill.study.open_run import open_run, read_options
from fulfill.study.study import load

pytestmark = pytest.mark.usefixtures("undrawn")

TARIFFS = "network/tariffs.csv"
RATES = {"dmy": 0.19, "mdy": 0.335}
"""Rate on 1 November 2026 if it changes on 10 November, or on 11 October."""


@pytest.fixture
def ambiguous(toy: Folders) -> Folders:
    """The toy with a rate that changes on 10/11/2026."""
    toy.set(TARIFFS, 2, "valid_to", "9/11/2026")
    toy.set(TARIFFS, 3, "valid_from", "10/11/2026")
    return toy


def rate(rows: pd.DataFrame) -> float:
    return float(rows.loc[rows["entry_kind"] == "courier", "rate"].iloc[0])


def test_without_an_order_both_columns_are_refused(ambiguous: Folders) -> None:
    assert [(fault.code, fault.row, fault.column) for fault in ambiguous.faults()] == [
        ("F215", 2, "valid_to"),
        ("F215", 3, "valid_from"),
    ]


@pytest.mark.parametrize("order", ["dmy", "mdy"])
def test_a_run_is_read_and_audited_in_its_own_order(
    ambiguous: Folders, tmp_path: Path, order: str
) -> None:
    run = ambiguous.study(date_order=order).optimize(gap=0.0)
    assert rate(run.study.problem.regime.rows) == RATES[order]
    run.save(tmp_path / "run")
    assert read_options(tmp_path / "run")["date_order"] == order
    kept = tmp_path / "run" / "inputs" / "network" / "tariffs.csv"
    assert kept.read_text(encoding="utf-8") == ambiguous.text(TARIFFS)
    again = open_run(tmp_path / "run")
    assert rate(again.study.problem.regime.rows) == RATES[order]
    assert (
        again.study.with_(as_of="2026-12-01")
        .problem.network["tariffs"]
        .equals(run.study.problem.network["tariffs"])
    )
    assert again.verify().faults == ()
    routed = CliRunner().invoke(main, ["route", str(tmp_path / "run"), "--date-order", order])
    assert routed.exit_code == 1
    assert "F309 --date-order" in routed.output


def test_an_order_that_was_not_needed_changes_nothing(toy: Folders) -> None:
    assert (
        toy.study(date_order="dmy")
        .problem.network["tariffs"]
        .equals(toy.study().problem.network["tariffs"])
    )


@pytest.mark.parametrize("order", ["ymd", "", "DMY"])
def test_another_order_is_refused(ambiguous: Folders, order: str) -> None:
    with pytest.raises(InputError, match="F309 --date-order"):
        load(str(ambiguous.network), str(ambiguous.demand), date_order=order)
    with pytest.raises(InputError, match="F309 --date-order"):
        read_network(ambiguous.network, date_order=order)


@pytest.mark.parametrize("order", ["dmy", "mdy"])
def test_commands_that_read_a_network_take_the_order(ambiguous: Folders, order: str) -> None:
    folders = ["--network", str(ambiguous.network), "--demand", str(ambiguous.demand)]
    refused = CliRunner().invoke(main, ["check", *folders])
    assert (refused.exit_code, refused.output.count("F215")) == (1, 2)
    found = CliRunner().invoke(main, ["check", *folders, "--date-order", order])
    assert found.exit_code == 0, found.output
    for command in ("optimize", "compare", "lane", "route"):
        assert "--date-order" in CliRunner().invoke(main, [command, "--help"]).output


def test_a_long_list_is_counted_on_the_terminal(toy: Folders) -> None:
    rows = "zone-1,shirt,normal,1\n" * 5000
    toy.write("demand/orders.csv", "zone_id,product_id,period_id,orders\n" + rows)
    folders = ["--network", str(toy.network), "--demand", str(toy.demand)]
    found = CliRunner().invoke(main, ["check", *folders])
    assert found.exit_code == 1
    lines = found.output.splitlines()
    assert len(lines) == 12
    assert lines[-2].strip().endswith("4,989 more, the last in row 5,001")
    assert lines[-1] == "4,999 faults in the input; nothing was written."
