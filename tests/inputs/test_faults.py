"""Long lists of faults: each kind is listed up to a number and then counted."""

from __future__ import annotations

import pytest

from conftest import Folders
from fulfill.inputs.faults import SHOWN, Fault, InputError, abridged


def many(code: str, column: str, number: int) -> list[Fault]:
    return [Fault(code, "f.csv", row, column) for row in range(2, number + 2)]


@pytest.mark.parametrize("number", [0, 1, SHOWN])
def test_a_short_list_is_whole(number: int) -> None:
    assert abridged(many("F201", "a", number)) == (many("F201", "a", number), [])


@pytest.mark.parametrize("number", [SHOWN + 1, 1500, 100_000])
def test_a_long_list_is_counted(number: int) -> None:
    listed, counted = abridged(many("F201", "a", number))
    assert listed == many("F201", "a", SHOWN)
    assert counted == [
        f"F201 f.csv, column a: {number - SHOWN:,} more, the last in row {number + 1:,}"
    ]


def test_each_kind_is_counted_by_itself() -> None:
    mixed = [*many("F201", "a", 30), *many("F202", "a", 5), *many("F201", "b", 12)]
    listed, counted = abridged(mixed)
    assert len(listed) == SHOWN + 5 + SHOWN
    assert [line.split(":")[0] for line in counted] == [
        "F201 f.csv, column a",
        "F201 f.csv, column b",
    ]


def test_the_exception_holds_all_and_shows_some() -> None:
    error = InputError(many("F201", "a", 100_000))
    assert len(error.faults) == 100_000
    assert len(str(error).splitlines()) == SHOWN + 1


ORDERS = "zone_id,product_id,period_id,orders\n"


@pytest.mark.parametrize(
    ("rows", "code", "number"),
    [
        (["zone-1,shirt,normal,1"] * 20_000, "F207", 19_999),
        ([f"zone-1,shirt,normal,{-n}" for n in range(1, 3001)], "F205", 3000),
        ([f"nowhere-{n},shirt,normal,1" for n in range(20_000)], "F208", 20_000),
        ([f"z{n},shirt,normal,x" for n in range(20_000)], "F202", 20_000),
    ],
    ids=["duplicates", "out of range", "unknown", "no numbers"],
)
def test_a_mistake_in_every_row_gives_a_short_report(
    toy: Folders, rows: list[str], code: str, number: int
) -> None:
    toy.write("demand/orders.csv", ORDERS + "\n".join(rows) + "\n")
    with pytest.raises(InputError) as caught:
        toy.problem()
    assert sum(fault.code == code for fault in caught.value.faults) == number
    assert len(str(caught.value)) < 10_000
    assert f"{number - SHOWN:,} more" in str(caught.value)
