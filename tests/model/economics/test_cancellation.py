"""Lead times as distributions, and what buyers make of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfill.model.economics.cancellation import (
    MAX_P90_RATIO,
    Z90,
    CancellationHazard,
    ConversionLoss,
    LeadTimes,
    cancelled_by,
    conversion,
    expected_cancelled,
    lead_times,
    lognormal,
    share_within,
    survival,
)

PUBLISHED = CancellationHazard(p0=0.0, h0=0.0, lambda_=0.02, gamma=1.0)
HAZARD = st.builds(
    CancellationHazard, st.floats(0, 0.9), st.floats(0, 0.5), st.floats(0, 1), st.floats(0.1, 4)
)


def test_the_published_upper_end_comes_out() -> None:
    assert round(float(cancelled_by(30, 2, PUBLISHED)), 3) == 0.429


def test_nothing_is_cancelled_in_time_without_hazard() -> None:
    assert cancelled_by([0, 1, 2], 2, PUBLISHED) == pytest.approx(0)
    assert cancelled_by(0, 2, CancellationHazard(0.1, 0.05, 0.02, 1)) == pytest.approx(0.1)
    assert cancelled_by(2, 2, CancellationHazard(0, 0.05, 0.02, 1)) == pytest.approx(
        1 - np.exp(-0.1)
    )


@given(HAZARD, st.floats(0, 30))
def test_waiting_longer_never_cancels_less(hazard: CancellationHazard, promise: float) -> None:
    share = cancelled_by(np.linspace(0, 60, 121), promise, hazard)
    assert (np.diff(share) >= -1e-12).all()
    assert share[0] >= hazard.p0 - 1e-12
    assert share[-1] <= 1


@given(st.floats(0.5, 60), st.floats(1.0001, 2.2))
def test_the_law_keeps_its_mean_and_90th_percentile(mean: float, ratio: float) -> None:
    mu, sigma = lognormal(mean, ratio * mean)
    assert np.exp(mu + sigma**2 / 2) == pytest.approx(mean)
    assert share_within(mean, ratio * mean, ratio * mean) == pytest.approx(0.9, abs=1e-6)


def test_a_spread_next_to_nothing_is_not_lost_in_rounding() -> None:
    _, sigma = lognormal(1.0, 1.0 + 1e-12)
    assert sigma == pytest.approx(1e-12 / Z90, rel=1e-3)


def test_a_sure_time_and_a_tail_too_long_for_the_law() -> None:
    np.testing.assert_array_equal(share_within(3, 3, 2.99), 0)
    np.testing.assert_array_equal(share_within(3, 3, 3.0), 1)
    np.testing.assert_array_equal(lognormal(3, 2), lognormal(3, 3))
    assert pytest.approx(2.27, abs=0.01) == MAX_P90_RATIO
    np.testing.assert_allclose(lognormal(10, 100), lognormal(10, 10 * MAX_P90_RATIO))


def test_expectation_lies_above_the_value_at_the_mean_where_the_law_is_convex() -> None:
    # mean well before the promise: p is flat there and rises behind it (convex), so the tail adds
    # to it
    for mean, promise in ((4.0, 5.0), (8.0, 12.0), (5.0, 5.0)):
        assert expected_cancelled(mean, 1.7 * mean, promise, PUBLISHED) > cancelled_by(
            mean, promise, PUBLISHED
        )


def test_expectation_of_a_sure_time_is_the_law_itself() -> None:
    mean = np.array([1.0, 5.0, 20.0])
    np.testing.assert_allclose(
        expected_cancelled(mean, mean, 2.0, PUBLISHED), cancelled_by(mean, 2.0, PUBLISHED)
    )


def test_expectation_equals_a_large_sample() -> None:
    mu, sigma = lognormal(12.0, 20.0)
    sample = np.exp(mu + sigma * np.random.default_rng(1).standard_normal(400_000))
    assert expected_cancelled(12.0, 20.0, 10.0, PUBLISHED) == pytest.approx(
        cancelled_by(sample, 10.0, PUBLISHED).mean(), rel=0.02
    )


@given(st.floats(1, 40), st.floats(1, 2.2), st.floats(0.1, 20))
def test_a_later_lead_time_cancels_more_in_expectation(
    mean: float, ratio: float, later: float
) -> None:
    early = expected_cancelled(mean, ratio * mean, 7.0, PUBLISHED)
    assert expected_cancelled(mean + later, ratio * (mean + later), 7.0, PUBLISHED) >= early - 1e-12


def test_conversion_falls_with_the_promise() -> None:
    loss = ConversionLoss(reference_days=7, eta=0.01)
    assert conversion(7, loss) == 1
    assert conversion(17, loss) == pytest.approx(np.exp(-0.1))
    assert conversion(2, loss) > 1


def delivery_options() -> pd.DataFrame:
    """A mail service of 10 days and a local one of 2 days."""
    return pd.DataFrame(
        {"channel": ["direct_mail", "local"], "days_mean": [10.0, 2.0], "days_p90": [16.0, 3.0]}
    )


def test_a_period_delays_mail_and_last_mile_each_by_its_own_days() -> None:
    calendar = pd.DataFrame({"mail_delay_days": [0.0, 4.0], "last_mile_delay_days": [0.0, 1.0]})
    lead = lead_times(delivery_options(), calendar, np.array([3.0, 5.0]), delay_days=0.5)
    assert lead.mean.tolist() == [[10.5, 14.5], [2.5, 3.5]]
    assert lead.p90.tolist() == [[16.5, 20.5], [3.5, 4.5]]
    assert lead.dispatch.tolist() == [[3.5, 3.5], [2.5, 3.5]]  # never later than the delivery


def test_orders_are_lost_before_dispatch_and_before_delivery() -> None:
    lead = LeadTimes(np.array([[12.0]]), np.array([[12.0]]), np.array([[8.0]]))
    left = survival(lead, np.array([[5.0, 20.0]]), PUBLISHED, ConversionLoss(7, 0.01))
    placed = np.exp(-0.05)
    np.testing.assert_allclose(left.placed[0, :, 0], placed)
    np.testing.assert_allclose(left.units[0, :, 0], [placed * np.exp(-0.06), placed])
    np.testing.assert_allclose(left.delivered[0, :, 0], [placed * np.exp(-0.14), placed])


def test_who_has_cancelled_by_dispatch_has_not_received_the_order() -> None:
    # the lead time's quantiles lie on both sides of a dispatch on the day of the mean
    lead = LeadTimes(np.array([[5.0]]), np.array([[8.0]]), np.array([[5.0]]))
    steep = CancellationHazard(p0=0.0, h0=0.3, lambda_=0.0, gamma=1.0)
    left = survival(lead, np.array([[60.0]]), steep, ConversionLoss(5, 0.0))
    assert left.units[0, 0, 0] == left.delivered[0, 0, 0] < 1


def test_an_order_that_leaves_at_once_cannot_be_stopped() -> None:
    lead = LeadTimes(*(np.array([[days]]) for days in (4.0, 5.0, 0.0)))
    hazard = CancellationHazard(p0=0.1, h0=0.05, lambda_=0.0, gamma=1.0)
    left = survival(lead, np.array([[10.0]]), hazard, ConversionLoss(0.0, 0.0))
    # nobody has waited by dispatch: only those are lost who cancel at once
    assert left.units == pytest.approx(0.9)
    assert left.delivered < left.units
