"""What became of orders, read from exports: clocks, reasons and faults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fulfill.inputs.faults import InputError
from fulfill.inputs.importing.order_histories import OrderHistories, read_order_histories
from fulfill.inputs.importing.order_lines import Reading
from fulfill.inputs.importing.order_map import OrderMap

HEADER = "Order ID,Order date,Promised date,Shipped at,Delivered at,Cancelled at,Status,Channel"


def read(folder: Path, *lines: str, header: str = HEADER, **options: Any) -> OrderHistories:
    path = folder / "orders.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    mapped = options.pop("mapped", OrderMap())
    return read_order_histories([path], mapped, Reading(), **options)


def faults(folder: Path, *lines: str, **options: Any) -> list[tuple[str, int]]:
    with pytest.raises(InputError) as raised:
        read(folder, *lines, **options)
    return [(fault.code, fault.row) for fault in raised.value.faults]


def clocks(histories: OrderHistories) -> list[list[Any]]:
    frame = histories.frame
    return frame[["promise", "seen", "cancelled", "delivered"]].to_numpy(object).tolist()


def test_clocks_count_calendar_days_from_the_order(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "A,2025-01-01,2025-01-06,2025-01-02,2025-01-09,,delivered,mail",
        "B,2025-01-01,2025-01-06,,,2025-01-01,cancelled,mail",
        "C,2025-01-05,2025-01-06,2025-01-06,,,shipped,mail",  # on its way on the last day
        "D,2025-01-01,2025-01-06,2025-01-02,2025-01-05,2025-01-08,returned,mail",  # a return
        "E,2025-01-01,2025-01-06,2025-01-02,,2025-01-08,cancelled,mail",
    )
    assert clocks(found) == [
        [5, 8, False, True],
        [5, 0, True, False],
        [1, 4, False, False],
        [5, 4, False, True],
        [5, 7, True, False],
    ]
    assert (str(found.first), str(found.last)) == ("2025-01-01", "2025-01-09")
    assert found.refused == {}


def test_lines_of_an_order_count_once_and_an_order_in_part_arrived(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "A,2025-01-01,2025-01-06,2025-01-02,2025-01-04,,delivered,mail",
        "A,2025-01-01,2025-01-06,2025-01-02,2025-01-07,,delivered,mail",
        "B,2025-01-01,2025-01-06,,,2025-01-02,cancelled,mail",
        "B,2025-01-01,2025-01-06,2025-01-02,2025-01-05,,delivered,mail",
    )
    assert found.orders_in == 2
    assert clocks(found) == [[5, 6, False, True], [5, 4, False, True]]


def test_orders_refused_and_used_add_up(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "A,2025-03-01,2025-03-06,2025-03-02,2025-03-09,,delivered,mail",
        "B,2025-03-01,2025-03-06,,,,cancelled,mail",
        "C,2025-01-01,2025-01-06,2025-01-02,,,shipped,mail",
        "D,2025-03-01,,2025-03-02,2025-03-04,,delivered,mail",
        "E,2025-03-05,2025-03-06,2025-03-02,2025-03-09,,delivered,mail",
        "F,,2025-03-06,2025-03-02,2025-03-09,,delivered,mail",
        "G,2025-03-01,2025-03-06,,,,unpaid,mail",
        ",2025-03-01,2025-03-06,2025-03-02,2025-03-09,,delivered,mail",
        "H,2025-03-01,2025-03-06,2025-03-02,2025-03-09,,delivered,mail",
        "H,2025-03-02,2025-03-06,2025-03-02,2025-03-09,,delivered,mail",
    )
    assert found.refused == {
        "no_order_id": 1, "not_an_order": 1, "lines_disagree": 1, "no_date": 1,
        "dates_before_order": 1, "no_promise": 1, "no_cancel_date": 1, "no_end": 1,
    }  # fmt: skip
    assert found.orders_in == len(found.frame) + sum(found.refused.values()) == 9


def test_without_deliveries_orders_are_seen_until_dispatch(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "A,2025-01-01,2025-01-03,",
        "B,2025-01-01,,2025-01-02",
        header="Order ID,Order date,Shipped at,Cancelled at",
        promise_days=4,
    )
    assert found.until_dispatch
    assert clocks(found) == [[4, 2, False, False], [4, 1, True, False]]


def test_missing_dates_are_all_named(tmp_path: Path) -> None:
    found = faults(tmp_path, "A,2025-01-01", header="Order ID,Order date")
    assert found == [("F460", 1), ("F460", 1), ("F461", 1)]


def test_weights_are_above_zero_and_only_used_where_asked_for(tmp_path: Path) -> None:
    header = HEADER + ",Sampling weight"
    line = "{},2025-01-01,2025-01-06,2025-01-02,2025-01-09,,delivered,mail,{}"
    lines = [line.format(*one) for one in (("A", "2.5"), ("B", "0"), ("C", "-1"), ("D", ""))]
    assert not read(tmp_path, *lines, header=header).is_weighted
    asked = {"header": header, "weights": "Sampling weight"}
    assert faults(tmp_path, *lines, **asked) == [("F462", 3), ("F462", 4)]
    found = read(tmp_path, lines[0], lines[3], **asked)
    assert found.is_weighted
    assert found.frame["weight"].tolist() == [2.5]
    assert found.refused == {"no_weight": 1}
    assert faults(tmp_path, *lines, header=header, weights="none") == [("F404", 1)]


def test_unknown_statuses_and_files_without_a_usable_order_are_refused(tmp_path: Path) -> None:
    line = "A,2025-01-01,2025-01-06,,,,{},mail"
    assert faults(tmp_path, line.format("lost in space")) == [("F411", 2)]
    mapped = OrderMap(status={"lost in space": "cancelled"}, columns={"sku": "none"})
    assert faults(tmp_path, line.format("lost in space"), mapped=mapped) == [("F463", 0)]
