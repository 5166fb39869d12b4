"""Plans that just keep service levels and a carbon cap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fulfill.location.network.coarse import coarsen
from fulfill.location.network.limited_plan import ENOUGH, plan_in_balance, plan_of
from fulfill.location.network.limits import (
    FIRST_PRICE_USD,
    RAISE,
    emitted_kg,
    in_time,
    keeps_limits,
    limit_prices,
    limit_slack,
    raised,
    with_limit_prices,
)
from fulfill.location.network.planning import from_sizes, plan_prices, priced_plan
from fulfill.location.network.primal_heuristic import choose_sites
from fulfill.location.network.relaxation import evaluate, local_lanes
from fulfill.location.network.warmup import compile_kernels
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.model.limits import BoundTarget, Limits
from fulfill.model.multipliers import zero_multipliers
from instances import random_instance


@pytest.fixture(autouse=True)
def _compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large instances are allocated at prices only."""
    compile_kernels()
    monkeypatch.setattr("fulfill.location.network.planning.EXACT", 0)


def limited(share: float, co2_kg: float = np.inf) -> LocationInstance:
    """Return an instance in which a share of the orders is to arrive by the sites' lanes."""
    instance = random_instance(0)
    fast = np.array([instance.lane_option[instance.lane_site != MAIL][0]])
    within = np.zeros((len(instance.option_cost), len(instance.periods)))
    within[fast] = 0.9
    target = BoundTarget("", 3, share, np.ones(len(instance.zones), bool))
    return replace(
        instance, option_within={3: within}, limits=Limits(targets=(target,), co2_kg=co2_kg)
    )


SIZES = np.array([1, -1, 1, -1, 1, -1])


def test_a_plan_keeps_its_limit_with_little_to_spare() -> None:
    free = limited(0.0)
    nothing = zero_multipliers(free.axis_sizes)
    plan, _ = priced_plan(free, from_sizes(free, SIZES), nothing)
    before = float(in_time(free, plan)[0])
    share = min(before + 0.5 * (0.9 - before), 0.85)
    instance = limited(share)
    decisions, siting = plan_of(instance, from_sizes(instance, SIZES), nothing)
    assert decisions is not None
    assert keeps_limits(instance, decisions)
    assert 0.0 <= limit_slack(instance, decisions)[0] <= max(0.05, 10 * ENOUGH)
    assert siting.side is not None
    assert siting.side.service[0] > 0.0


def test_a_plan_starts_from_the_multipliers_of_the_plan_before() -> None:
    instance = limited(0.6)
    nothing = zero_multipliers(instance.axis_sizes)
    _, siting = plan_of(instance, from_sizes(instance, SIZES), nothing)
    again, second = plan_of(instance, siting, nothing, 1)
    assert again is not None
    assert second.cost <= siting.cost * 1.01


def test_a_limit_out_of_reach_has_no_plan() -> None:
    instance = limited(0.95)
    decisions, _ = plan_of(
        instance, from_sizes(instance, SIZES), zero_multipliers(instance.axis_sizes)
    )
    assert decisions is None


def test_slack_and_multipliers_are_in_one_order() -> None:
    instance = limited(0.5, co2_kg=1e9)
    nothing = zero_multipliers(instance.axis_sizes)
    decisions, _ = priced_plan(instance, from_sizes(instance, SIZES), nothing)
    slack = limit_slack(instance, decisions)
    assert slack[0] == pytest.approx(in_time(instance, decisions)[0] - 0.5)
    assert slack[1] == pytest.approx(1.0 - emitted_kg(instance, decisions) / 1e9)
    prices = with_limit_prices(nothing, np.array([2.0, 3.0]))
    assert (prices.service[0], float(prices.co2)) == (2.0, 3.0)
    assert limit_prices(prices).tolist() == [2.0, 3.0]


def test_multipliers_of_missed_limits_rise_and_others_stay() -> None:
    assert raised(np.array([0.0, 0.0]), np.array([-0.1, 0.2])).tolist() == [FIRST_PRICE_USD, 0.0]
    assert raised(np.array([2.0, 1.0]), np.array([0.1, -0.2])).tolist() == [2.0, RAISE]


def test_multipliers_of_a_coarse_instance_may_price_the_plan_of_the_full_one() -> None:
    instance = limited(0.6)
    coarse = zero_multipliers(coarsen(instance, 8).instance.axis_sizes)
    _, siting = plan_of(instance, from_sizes(instance, SIZES), coarse)
    assert siting.side is not None
    prices = plan_prices(instance, siting, siting.side)
    relaxed = evaluate(instance, local_lanes(instance), prices)
    assert np.isfinite(relaxed.bound)


def test_sites_that_were_searched_for_are_compared_by_plans_that_keep_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fulfill.location.network.primal_heuristic.POOR", -1.0)
    instance = limited(0.75)
    choice = choose_sites(instance, 0, lambda _: False)
    decisions, planned = plan_of(instance, choice.siting, choice.prices)
    assert decisions is not None
    assert keeps_limits(instance, decisions)
    assert planned.cost <= choice.siting.cost * 1.005


@pytest.mark.parametrize("giving", ["service", "co2"])
def test_a_plan_in_balance_keeps_one_limit_and_misses_the_other_by_little(giving: str) -> None:
    kilos = np.random.default_rng(0).uniform(0.1, 1.0, len(limited(0.0).lane_site))

    def asked(share: float, co2_kg: float) -> LocationInstance:
        instance = limited(share, co2_kg)
        return replace(instance, lane_co2=np.where(instance.lane_site == MAIL, 0.0, kilos))

    free = asked(0.0, np.inf)
    siting = from_sizes(free, SIZES)
    start = with_limit_prices(zero_multipliers(free.axis_sizes), np.array([3000.0, 3000.0]))
    plan, _ = priced_plan(free, siting, start, 1)
    share, emitted = float(in_time(free, plan)[0]), emitted_kg(free, plan)
    instance = asked(0.5 * (share + 0.9), 0.9 * emitted)
    gives = np.array([giving == "service", giving == "co2"])
    found = plan_in_balance(instance, siting, start, gives)
    assert found is not None
    assert (found.slack[~gives] >= 0.0).all()
    assert found.slack[gives][0] < 0.0
    assert plan_in_balance(instance, siting, start, np.zeros(2, bool)) is None
    for factor in (0.25, 4.0):  # at other multipliers, one limit is missed or the other by more
        prices = with_limit_prices(start, np.array([3000.0, found.limits[1] * factor]))
        slack = limit_slack(instance, priced_plan(instance, siting, prices, 1)[0])
        assert (slack[~gives] < 0.0).any() or slack[gives][0] <= found.slack[gives][0] + 1e-9
