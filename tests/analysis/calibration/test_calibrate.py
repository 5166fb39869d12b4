"""Parameters from histories of orders: which are supported, and the rows that are written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from fulfill.analysis.calibration.calibrate import calibrate, parameter_rows, phases_of
from fulfill.inputs.importing.order_histories import OrderHistories


def histories(
    promise: list[int], seen: list[int], cancelled: list[bool], copies: int = 1
) -> OrderHistories:
    frame = pd.DataFrame(
        {
            "lane": "",
            "promise": np.tile(promise, copies),
            "seen": np.tile(seen, copies),
            "cancelled": np.tile(cancelled, copies),
            "weight": 1.0,
        }
    )
    frame["delivered"] = ~frame["cancelled"]
    days = date(2025, 1, 1), date(2025, 6, 30)
    return OrderHistories(frame, len(frame), {}, *days, until_dispatch=False, is_weighted=False)


def test_days_fall_into_three_phases() -> None:
    phases = phases_of(histories([5, 5, 5, 5, 0], [0, 3, 5, 7, 2], [True, True, True, True, False]))
    assert (phases.order.orders, phases.order.events) == (5, 1)
    # 3, 5 and 5 days up to the promised one; the promised day itself is not late
    assert phases.before.at_risk.sum() == 13
    assert phases.before.events == 2
    assert phases.after.at_risk.sum() == 4
    assert phases.after.events == 1


def test_what_the_orders_do_not_support_is_not_written_and_says_why() -> None:
    found = calibrate(histories([5, 5, 5], [4, 3, 5], [False, True, False], 50))
    reasons = found.parameters.set_index("name")["reason"].to_dict()
    assert reasons == {
        "cancel_p0": "",
        "cancel_h0": "",
        "cancel_lambda": "no_late_orders",
        "cancel_gamma": "no_late_orders",
    }
    rows = parameter_rows(found)
    assert rows["parameter"].tolist() == ["cancel_p0", "cancel_h0"]
    assert set(rows["source_date"]) == {"2025-06-30"}
    # a hazard that does not rise is no slope either
    calm = calibrate(histories([5, 5, 5], [9, 3, 9], [False, True, False], 50))
    assert calm.parameters["reason"].tolist()[2:] == ["no_rise", "no_rise"]


def test_a_shape_that_is_fixed_is_an_assumption_of_the_slope() -> None:
    late = histories([2] * 9, [9] * 7 + [4, 6], [False] * 7 + [True] * 2, 10)
    found = calibrate(late)
    assert found.parameters["reason"].tolist()[2:] == ["", "few_late"]
    rows = parameter_rows(found).set_index("parameter")
    assert rows.loc["cancel_lambda", "status"] == "measured"
    assert rows.loc["cancel_gamma", ["value", "status"]].tolist() == ["1", "assumption"]
    given = calibrate(late, 1.5)
    assert given.gamma == 1.5
    assert parameter_rows(given).set_index("parameter").loc["cancel_gamma", "value"] == "1.5"
    many = replace(late, frame=pd.concat([late.frame] * 2, ignore_index=True))
    assert calibrate(many).parameters["supported"].all()


def test_days_on_which_every_order_is_cancelled_are_beyond_the_table() -> None:
    found = calibrate(histories([2], [0], [True], 20)).parameters.set_index("name")
    assert found.loc["cancel_p0", "reason"] == "out_of_limits"
    assert found.loc["cancel_h0", "reason"] == "no_days"


def test_a_lambda_is_that_of_the_model() -> None:
    # of 100 orders a day late 20 are cancelled on that day
    late = histories([2] * 5, [3] * 5, [True] + [False] * 4, 20)
    row = calibrate(late, 1.0).parameters.set_index("name").loc["cancel_lambda"]
    assert 1 - np.exp(-row["value"]) == pytest.approx(0.2)
