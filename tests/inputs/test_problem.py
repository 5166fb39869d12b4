"""Network and demand put together: what is refused, what is warned of, what is handed on."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from conftest import Folders
from fulfill.inputs.problem import Problem


def test_the_toy(toy_problem: Problem) -> None:
    assert toy_problem.products == ["shirt", "gadget"]
    assert toy_problem.periods == ["normal", "peak"]
    assert toy_problem.days.tolist() == [355, 10]
    assert toy_problem.regime.as_of == date(2026, 11, 1)
    assert toy_problem.orders.shape == (3, 2, 2)
    assert [fault.code for fault in toy_problem.warnings] == ["W301"]


def test_the_date_may_be_another(toy: Folders) -> None:
    assert toy.problem(as_of=date(2025, 1, 1)).regime.rows["rule_id"].tolist() == [
        "courier-2024",
        "formal-apparel",
        "formal-any",
    ]


def test_orders_are_never_negative_or_missing(embedded_problem: Problem) -> None:
    assert np.isfinite(embedded_problem.orders).all()
    assert (embedded_problem.orders >= 0).all()
    assert embedded_problem.orders.sum() == pytest.approx(
        embedded_problem.demand.parameters["orders_per_year"]
    )
    assert (embedded_problem.orders.sum(axis=(0, 1)) > 0).all()
    assert (embedded_problem.orders.sum(axis=(0, 2)) > 0).all()
