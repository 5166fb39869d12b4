"""What waits at a site on busy weekdays: by hand, by law, and as the auditor and a site see it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from conftest import Folders
from fulfill.analysis.simulation.profiles import Profile
from fulfill.analysis.simulation.year import Simulator
from fulfill.audit.backlog import steps_of_week
from fulfill.model.economics.backlog import days_late, delay_pieces
from fulfill.study.optimize import optimize

from analysis.simulation.settings import CALM, one_site  # isort: skip

PROFILE = "network/daily_profile.csv"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
USUAL = np.array([1.12, 1.08, 1.03, 1.00, 0.97, 0.85, 0.95])
WEEKS = st.lists(st.floats(0.0, 10.0), min_size=7, max_size=7).filter(lambda one: sum(one) > 1.0)


def mean_one(weights: list[float]) -> NDArray[np.float64]:
    return np.array(weights) / np.mean(weights)


def profile_of(weights: NDArray[np.float64]) -> str:
    rows = [
        f"{day},{float(weight)!r},made up,,estimate,"
        for day, weight in zip(WEEKDAYS, weights, strict=True)
    ]
    return "\n".join(["weekday,weight,source,source_date,status,range", *rows, ""])


def fluid_backlog(weights: NDArray[np.float64], utilisation: float) -> NDArray[np.float64]:
    """Return the backlog at the end of each day of a year, over the capacity of a day."""
    waiting, found = 0.0, []
    for weight in weights:
        waiting = max(0.0, waiting + weight * utilisation - 1.0)
        found.append(waiting)
    return np.array(found)


def test_two_busy_days_by_hand() -> None:
    # 1.4 on Monday, 1.2 on Tuesday: from 1/1.4 on Monday is beyond a day, from 2/2.6 on Tuesday too
    weights = np.array([1.4, 1.2, 0.9, 0.9, 0.9, 0.8, 0.8])
    pieces = delay_pieces(weights, 0.0)
    assert np.cumsum(pieces.share)[:2] == pytest.approx([1.0 / 1.4, 2.0 / 2.6])
    assert pieces.delay_days[:3] == pytest.approx([0.0, 1.4 / 7.0, (1.4 + 2.6) / 7.0])
    # half of a night is part of the lead time
    assert delay_pieces(weights, 0.5).delay_days == pytest.approx(pieces.delay_days / 2.0)


@given(utilisation=st.floats(0.01, 1.0), allowed=st.floats(0.0, 2.0))
def test_without_variation_nobody_waits(utilisation: float, allowed: float) -> None:
    assert days_late(np.ones(7), allowed, utilisation) == pytest.approx(0.0, abs=1e-12)
    assert delay_pieces(np.ones(7), allowed).delay_days.tolist() == [0.0]


@given(weights=WEEKS, allowed=st.floats(0.0, 3.0), share=st.floats(0.01, 1.0))
def test_the_pieces_are_the_convex_total_wait(
    weights: list[float], allowed: float, share: float
) -> None:
    week = mean_one(weights)
    pieces = delay_pieces(week, allowed)
    assert pieces.share.sum() == pytest.approx(1.0)
    assert (np.diff(pieces.delay_days) > 0).all()
    before = np.cumsum(pieces.share) - pieces.share
    filled = np.clip(share - before, 0.0, pieces.share)
    total = share * days_late(week, allowed, share)
    assert filled @ pieces.delay_days == pytest.approx(total, rel=1e-9, abs=1e-9)


@given(weights=WEEKS, share=st.floats(0.05, 0.9), more=st.floats(1.0, 3.0))
def test_more_capacity_never_delays_more(weights: list[float], share: float, more: float) -> None:
    week = mean_one(weights)
    assert days_late(week, 0.5, share / more) <= days_late(week, 0.5, share) + 1e-12


@given(weights=WEEKS, volume=st.floats(0.01, 1.0), other=st.floats(0.01, 1.0))
def test_bands_apart_wait_at_least_as_long_as_together(
    weights: list[float], volume: float, other: float
) -> None:
    """Two bands of one capacity, each with its share of the orders, and the two as one queue."""
    week = mean_one(weights)
    apart = volume * days_late(week, 0.0, volume) + other * days_late(week, 0.0, other)
    both = (volume + other) / 2.0
    assert 2.0 * both * days_late(week, 0.0, both) <= apart + 1e-9


@given(weights=WEEKS, allowed=st.floats(0.0, 2.0))
def test_the_auditor_reads_the_same_pieces(weights: list[float], allowed: float) -> None:
    share, delay = steps_of_week(mean_one(weights), allowed)
    pieces = delay_pieces(mean_one(weights), allowed)
    for use in (0.5, 0.8, 0.9, 0.97, 1.0):
        one, two = (
            np.clip(use - (np.cumsum(part) - part), 0.0, part) @ late
            for part, late in ((share, delay), (pieces.share, pieces.delay_days))
        )
        assert one == pytest.approx(two, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("utilisation", [0.6, 0.8, 0.95, 1.0])
def test_a_site_without_chance_leaves_the_fluid_backlog(utilisation: float) -> None:
    """The simulator, which knows nothing of the model, works through the same weeks."""
    # days of a fluid: spread evenly over 24 hours, and no random number
    profile = replace(Profile.even(), weekday=USUAL)
    setting = one_site(1000.0 * utilisation, patience=CALM, dispatch=0.0)
    weights = USUAL[setting.weekday]
    setting = replace(setting, period=np.ones(365, np.int64))
    placed = np.array([[0.0, 1000.0 * utilisation * weights.sum()]])
    setting = replace(setting, streams=replace(setting.streams, placed=placed))
    year = Simulator(setting, profile).run(np.random.default_rng(0))
    fluid = 1000.0 * fluid_backlog(weights, utilisation)
    assert year.backlog[0] == pytest.approx(fluid, abs=1e-6)
    # whole weeks from the fifth day, a Monday, on
    nights = year.backlog[0, 4 + 7 : 4 + 7 * 51].mean() / (1000.0 * utilisation)
    assert nights == pytest.approx(days_late(USUAL, 0.0, utilisation), abs=1e-9)


def busy(toy: Folders) -> None:
    for name, value in (("cancel_lambda", "0.05"), ("cancel_h0", "0.01")):
        toy.figure(name, value)
    toy.set("network/site_sizes.csv", 2, "orders_day", "7")
    toy.write(PROFILE, profile_of(np.array([2.0, 1.5, 1.0, 0.8, 0.7, 0.5, 0.5])))


def test_a_plan_with_a_profile_passes_its_audit_and_counts_its_wait(toy: Folders) -> None:
    busy(toy)
    run = optimize(toy.study(gap=0.0, opened=("site-a",)))
    assert run.audit.clean
    parts = run.costs.groupby("part")["usd_year"].sum()
    assert parts["peak_delay"] > 0
    assert set(run.capacity["kind"]) <= {
        "throughput_base", "throughput_overtime", "storage", "gateway", "mail", "carrier",
    }  # fmt: skip
    toy.delete(PROFILE)
    calm = optimize(toy.study(gap=0.0, opened=("site-a",)))
    assert calm.costs.groupby("part")["usd_year"].sum()["peak_delay"] == 0
    assert run.kpis["lead_time_days_mean"] != calm.kpis["lead_time_days_mean"]
    # waiting can only cost
    assert run.outcome.objective >= calm.outcome.objective


def test_both_methods_find_the_same_optimum(toy: Folders) -> None:
    busy(toy)
    runs = [optimize(toy.study(gap=0.0, method=method)) for method in ("monolith", "decomposition")]
    one, two = (run.outcome for run in runs)
    assert one.bound <= two.objective + 1e-6
    assert two.bound <= one.objective + 1e-6


def test_more_hazard_never_lowers_the_share_of_local_stock_in_time(toy: Folders) -> None:
    """Local stock comes within the promise and has no fixed cost, mail comes late."""
    toy.write(PROFILE, profile_of(USUAL))
    for column, value in (("opening_usd", "0"), ("fixed_usd_month", "0"), ("area_m2", "0")):
        toy.set("network/site_sizes.csv", 2, column, value)
    for row in (2, 3):
        toy.set("network/products.csv", row, "promise_local_days", "30")
        toy.set("network/products.csv", row, "promise_mail_days", "5")
    shares = []
    for hazard in ("0", "0.02", "0.2"):
        toy.figure("cancel_lambda", hazard)
        run = optimize(toy.study(gap=0.0))
        shares.append(run.kpis["channel_share"]["local"])
    assert shares[0] <= shares[1] + 1e-9
    assert shares[1] <= shares[2] + 1e-9
