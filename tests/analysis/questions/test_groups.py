"""Groups of figures that move together: from the tables, moved, written and read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import Folders
from fulfill.analysis.questions.groups import (
    Group,
    group_table,
    groups_of,
    read_groups,
    triangular,
)
from fulfill.inputs.faults import InputError
from fulfill.inputs.problem import Problem
from fulfill.study.csv_files import write_csv


@pytest.fixture
def problem(toy: Folders) -> Problem:
    """The toy with a range for the sea freight and one for the price of mail by weight."""
    for file, text in (("freight", "usd_m3=50..400"), ("mail_services", "usd_kg=1..30")):
        toy.set(f"network/{file}.csv", 2, "status", "assumption")
        toy.set(f"network/{file}.csv", 2, "range", text)
    return toy.problem()


def by_name(groups: list[Group]) -> dict[str, Group]:
    return {group.name: group for group in groups}


def test_figures_with_a_range_are_groups(problem: Problem) -> None:
    groups = by_name(groups_of(problem))
    assert list(groups) == ["freight[sea].usd_m3", "mail_services[parcel].usd_kg"]
    freight = groups["freight[sea].usd_m3"]
    assert (freight.rows, freight.tables) == (1, ("freight",))
    for place, value in ((0.0, 50.0), (1.0, 400.0)):
        assert freight.at(problem, place).network["freight"]["usd_m3"].iloc[0] == value
    assert problem.network["freight"]["usd_m3"].iloc[0] == 100.0


def test_the_quantiles_are_those_of_a_triangle() -> None:
    from scipy.stats import triang

    low, mode, high = (
        np.array([0.0, 1.0, 2.0]),
        np.array([1.0, 1.0, 9.0]),
        np.array([4.0, 3.0, 6.0]),
    )
    inside = np.clip(mode, low, high)
    for share in (0.0, 0.1, 0.5, 0.9, 1.0):
        expected = triang((inside - low) / (high - low), low, high - low).ppf(share)
        assert np.allclose(triangular(low, mode, high, share), expected)


def test_groups_are_read_as_they_were_written(problem: Problem, tmp_path: Path) -> None:
    groups, path = groups_of(problem), tmp_path / "groups.csv"
    write_csv(group_table(problem, groups), path)
    again = by_name(read_groups(path, problem))
    for group in groups:
        (part,), (same,) = group.parts, again[group.name].parts
        assert (part.table, part.column) == (same.table, same.column)
        assert np.array_equal(part.rows, same.rows)
        assert np.array_equal(part.low, same.low)
        assert np.array_equal(part.high, same.high)


def test_an_edited_group_moves_figures_of_several_tables(problem: Problem, tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    table = group_table(problem, groups_of(problem)).assign(group="transport")
    write_csv(table, path)
    (group,) = read_groups(path, problem)
    assert (group.name, group.rows, group.tables) == ("transport", 2, ("freight", "mail_services"))
    high = group.at(problem, 1.0).network
    assert high["freight"]["usd_m3"].iloc[0] == 400.0
    assert high["mail_services"]["usd_kg"].iloc[0] == 30.0


def test_every_fault_of_the_file_is_found_at_once(problem: Problem, tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text(
        "group,file,key,column,low,high\n"
        "a,fright,x,usd_m3,1,2\n"
        'b,freight,"sea,CN,US",usd_m3,1,2\n'
        'c,freight,"sea,CN,MX",mode,1,2\n'
        'd,freight,"sea,CN,MX",usd_m3,2,2\n'
    )
    with pytest.raises(InputError) as error:
        read_groups(path, problem)
    found = [(fault.code, fault.row, fault.column) for fault in error.value.faults]
    assert found == [("F503", 2, "file"), ("F503", 3, "key"), ("F503", 4, "column"),
                     ("F504", 5, "low")]  # fmt: skip
    with pytest.raises(InputError, match="F101"):
        read_groups(tmp_path / "nothing.csv", problem)
