"""What waits at a site on busy weekdays: by hand, by law, and as the auditor and a site see it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from conftest import Folders
from fulfill.analysis.simulation.profiles import Profile
from fulfill.analysis.simulation.year import Simulator
from fulfill.audit.backlog import steps_of_week
from fulfill.inputs.overrides import parse_override
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.solution import LocationParams
from fulfill.model.economics.backlog import days_late, delay_pieces
from fulfill.model.instance import MAIL
from fulfill.study.optimize import optimize
from fulfill.study.run import build_model
from fulfill.study.study import Study

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


WITHIN = {"promise_local_days": "30", "certification_usd_sku": "0"}
"""Local stock that is never late and costs nothing to begin with."""


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """Return the figures of three zones and three products whose mail may come late."""
    products = ("shirt", "gadget", "vase")
    return {
        "products": {
            one: {
                "price_usd": str(draw(st.floats(12.0, 40.0))),
                "weight_kg": str(draw(st.floats(0.3, 2.0))),
                "promise_mail_days": str(draw(st.integers(1, 20))),
            }
            for one in products
        },
        "orders": {
            (zone, one, period): draw(st.integers(1, most))
            for zone in ("zone-1", "zone-2", "zone-3")
            for one in products
            for period, most in (("normal", 1500), ("peak", 150))
        },
        "orders_day": draw(st.floats(1.0, 15.0)),
        "minutes_order": draw(st.floats(5.0, 60.0)),
        "mail_usd": draw(st.floats(0.0, 5.0)),
        "overtime": draw(st.floats(1.0, 6.0)),
        "weights": draw(st.none() | WEEKS),
        "gamma": draw(st.floats(0.5, 2.0)),
        "hazards": sorted(draw(st.lists(st.floats(0.0, 0.3), min_size=2, max_size=2))),
    }


def local_shares(toy: Folders, case: dict[str, Any]) -> list[float]:
    """Return the share of local stock in the best plan at each hazard of a case.

    Local stock comes within the promise, and neither sites nor stocking have a fixed cost.
    """
    text = "zone_id,product_id,period_id,orders\n"
    toy.write(
        "demand/orders.csv",
        text + "".join(f"{','.join(key)},{number}\n" for key, number in case["orders"].items()),
    )
    for row, figures in enumerate(case["products"].values(), 2):
        for column, value in {**figures, **WITHIN}.items():
            toy.set("network/products.csv", row, column, value)
    size = {name: str(case[name]) for name in ("orders_day", "minutes_order")}
    for column, value in {**size, "opening_usd": "0", "area_m2": "0"}.items():
        toy.set("network/site_sizes.csv", 2, column, value)
    toy.set("network/mail_services.csv", 2, "base_usd", str(case["mail_usd"]))
    toy.set("network/mail_services.csv", 2, "usd_kg", "1")
    toy.set("network/bands.csv", 3, "price_factor", str(case["overtime"]))
    for name in ("stock_service_factor", "importer_setup_usd"):
        toy.figure(name, "0")
    toy.figure("cancel_gamma", str(case["gamma"]))
    if case["weights"] is not None:
        toy.write(PROFILE, profile_of(mean_one(case["weights"])))
    elif (toy.root / PROFILE).exists():
        toy.delete(PROFILE)
    study = toy.study()
    return [local_share(study, hazard) for hazard in case["hazards"]]


def local_share(study: Study, hazard: float) -> float:
    """Return the share of orders that the best plan sends from local stock at a hazard."""
    late = parse_override(f"network/parameters[cancel_lambda].value={hazard!r}")
    changed = study.with_(overrides=(late,))
    instance = build_model(changed.planned_problem(), changed.options).instance
    decisions = solve_exact(instance, LocationParams(gap=0.0)).decisions
    assert decisions is not None
    local = instance.lane_site[decisions.lane] != MAIL
    return float(decisions.orders[local].sum() / instance.demand.sum())


@pytest.fixture
def three_products(toy: Folders) -> Folders:
    """Return the toy with a third product."""
    toy.add("network/products.csv", product_id="vase", name="Vases")
    toy.add("network/goods_costs.csv", product_id="vase")
    return toy


@pytest.mark.slow
@given(case=cases())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_more_hazard_never_lowers_the_share_of_local_stock_in_time(
    three_products: Folders, case: dict[str, Any]
) -> None:
    calm, hazardous = local_shares(three_products, case)
    assert calm <= hazardous + 1e-6


def test_more_hazard_moves_late_mail_to_local_stock(three_products: Folders) -> None:
    """Mail is cheaper, and late for two of three products; two days of three are full."""
    promises = {"shirt": "5", "gadget": "10", "vase": "20"}
    case = {
        "products": {one: {"promise_mail_days": days} for one, days in promises.items()},
        "orders": {("zone-1", one, "normal"): 500 for one in promises},
        "orders_day": 2.0,
        "minutes_order": 40.0,
        "mail_usd": 0.0,
        "overtime": 2.0,
        "weights": [2.0, 1.5, 1.0, 0.8, 0.7, 0.5, 0.5],
        "gamma": 1.0,
        "hazards": [0.0, 0.05, 0.2],
    }
    shares = local_shares(three_products, case)
    assert shares[0] < shares[1] < shares[2]
