"""The unit of money: plans and bounds do not depend on the price level."""

from __future__ import annotations

import numpy as np
import pytest

from fulfill.audit.bound import audit_bound
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.network.money import in_units, units_per_usd
from fulfill.location.solution import LocationParams
from instances import random_instance

PARAMS = LocationParams(gap=0.02, time_limit=600.0)


@pytest.mark.parametrize(
    "factor",
    [
        2.0**-12,
        pytest.param(2.0**-1, marks=pytest.mark.slow),
        pytest.param(2.0**9, marks=pytest.mark.slow),
    ],
)
def test_a_power_of_two_changes_nothing_but_the_unit(factor: float) -> None:
    instance = random_instance(0)
    usual, other = (solve_decomposed(one, PARAMS) for one in (instance, in_units(instance, factor)))
    assert usual.decisions is not None
    assert other.decisions is not None
    assert other.objective == usual.objective * factor
    assert other.bound == usual.bound * factor
    assert np.array_equal(other.decisions.orders, usual.decisions.orders)


def test_any_price_level_has_as_good_a_plan() -> None:
    instance = random_instance(1)
    for factor in (1e-4, 1e3):
        priced = in_units(instance, factor)
        found = solve_decomposed(priced, PARAMS)
        assert found.objective - found.bound <= PARAMS.gap * abs(found.objective)
        assert found.certificate is not None
        assert audit_bound(priced, found.certificate).bound >= found.bound


def test_the_unit_makes_the_saving_of_an_order_usual() -> None:
    instance = random_instance(2)
    factor = units_per_usd(instance)
    assert np.log2(factor) == round(np.log2(factor))
    assert units_per_usd(in_units(instance, 8.0)) == factor / 8.0
