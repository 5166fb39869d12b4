"""Buyers of the simulation behave like those of the model, whose formulas they do not share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfill.analysis.simulation.buyers import Patience, Transit
from fulfill.model.economics.cancellation import (
    CancellationHazard,
    cancelled_by,
    expected_cancelled,
    share_within,
)

DAYS = st.floats(0.2, 40.0)
RATES = st.floats(0.0, 0.1)


@given(DAYS, st.floats(0.8, 2.5), DAYS, RATES, RATES, RATES, st.floats(0.5, 2.0))
def test_cancellation_is_that_of_the_model(
    mean: float, skew: float, promise: float, p0: float, h0: float, late: float, gamma: float
) -> None:
    law = Transit.of(np.array(mean), np.array(mean * skew))
    found = law.delivered(np.zeros(()), np.array(promise), Patience(p0, h0, late, gamma))
    hazard = CancellationHazard(p0, h0, late, gamma)
    assert 1.0 - found == pytest.approx(
        expected_cancelled(mean, mean * skew, promise, hazard), abs=1e-12
    )
    sure = Patience(p0, h0, late, gamma).remaining(np.array(mean), np.array(promise))
    assert 1.0 - sure == pytest.approx(cancelled_by(mean, promise, hazard), abs=1e-12)


@given(DAYS, st.floats(1.01, 2.5), DAYS)
def test_the_share_in_time_is_that_of_the_model(mean: float, skew: float, promise: float) -> None:
    law = Transit.of(np.array(mean), np.array(mean * skew))
    found = law.within(np.zeros(()), np.array(promise))
    assert found == pytest.approx(share_within(mean, mean * skew, promise), abs=1e-9)


def test_a_sure_time_is_in_time_or_not() -> None:
    law = Transit.of(np.array(3.0), np.array(2.0))
    assert law.within(np.array([0.0, 1.0, 1.1]), np.array(4.0)).tolist() == [1.0, 1.0, 0.0]
    assert law.variance == 0.0


def test_who_waits_longer_cancels_more_often() -> None:
    law = Transit.of(np.array(3.0), np.array(4.5))
    shares = law.delivered(np.arange(6.0), np.array(4.0), Patience(0.01, 0.0005, 0.02, 1.0))
    assert (np.diff(shares) < 0).all()
    assert shares[0] < 0.99
