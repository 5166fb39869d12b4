"""Contracts by volume: every tier enumerated on small cases, and all methods beside it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from scipy.optimize import linprog

from fulfill.audit.bound import audit_bound
from fulfill.audit.plan import _recomputed_cost
from fulfill.location.fee_envelope import with_fee_envelope
from fulfill.location.pricing import handling_cost, price
from fulfill.location.solution import LocationParams
from fulfill.location.solve import solve_location
from fulfill.model.contracts import ContractFees
from fulfill.model.instance import LocationInstance
from fulfill.model.scenarios import Scenario, with_scenarios
from instances import tiny_instance

TIERS = np.array([0.0, 12.0, 20.0])
"""Orders a month from which the tiers of the cases hold."""
FEES = {"falling": (3.0, 2.0, 1.0), "rising": (1.0, 2.0, 3.0), "mixed": (2.0, 3.0, 0.5)}
CONVEX = ("rising",)
PARAMS = LocationParams(gap=1e-7, time_limit=30.0, seed=0)


def with_contracts(
    base: LocationInstance, fees: tuple[float, ...], minimum: float, *, all_units: bool = False
) -> LocationInstance:
    """Return an instance whose sites all have one contract, in a year of equal periods."""
    n, periods = len(base.sites), base.shape[2]
    contracts = ContractFees(
        np.arange(n), np.tile(TIERS, (n, 1)), np.tile(fees, (n, 1)), np.full(n, all_units),
        np.full(n, minimum), np.full(periods, 12.0 / periods),
    )  # fmt: skip
    labour = base.handling_usd - base.handling_usd[:, :, :1]
    return replace(
        base,
        contracts=contracts,
        handling_usd=fees[0] + labour,
        fixed_usd=base.fixed_usd + 12.0 * minimum,
    )


def small(seed: int) -> LocationInstance:
    """Return a case of three zones, two sites and one period, with mail as the other way."""
    rng = np.random.default_rng(seed)
    base = tiny_instance()
    return replace(
        base,
        products=base.products[:1], periods=base.periods[:1], sizes=base.sizes[:1],
        demand=rng.uniform(60.0, 140.0, (3, 1, 1)), unserved_usd=np.ones(1),
        volume_m3=np.full(1, 0.01), weight_kg=np.ones(1), inbound=None, stock=None,
        lane_usd=np.where(base.lane_site < 0, 0.0, rng.uniform(0.0, 3.0, len(base.lane_site))),
        option_cost=np.array([-4.0, -8.0])[:, None, None], constant_usd=4000.0,
        price_multiplier=np.ones((2, 1, 1)), units=np.ones((2, 1, 1)),
        fixed_usd=np.full((2, 1), 30.0), invest_usd=np.zeros((2, 1)),
        capacity=np.full((2, 1, 2, 1), 120.0), handling_usd=np.tile([1.0, 1.5], (2, 1, 1)),
        mail=replace(base.mail, capacity_kg=np.full((1, 1), 1e6), weight_kg=np.zeros((2, 1))),
        carriers=replace(base.carriers, orders=np.full((1, 1), 1e6)),
    )  # fmt: skip


def intercept(fees: tuple[float, ...], all_units: bool, tier: int) -> float:
    """Return what the line through a tier costs at no orders, USD a month."""
    if all_units:
        return 0.0
    below = sum(f * (b - a) for f, (a, b) in zip(fees, pairwise(TIERS[: tier + 1]), strict=False))
    return below - fees[tier] * TIERS[tier]


def least_cost(
    instance: LocationInstance, fees: tuple[float, ...], minimum: float, all_units: bool
) -> float:
    """Return the cost of the best plan: a linear program for each choice of tiers.

    The fee in a tier is the larger of two lines, a convex cost, so one variable stands for it.
    """
    site, zone = instance.lane_site, instance.lane_zone
    lanes, best = len(site), np.inf
    cost = instance.lane_cost()[:, 0, 0]
    labour = instance.handling_usd[0, 0] - instance.handling_usd[0, 0, 0]
    ends = [*TIERS[1:], 1e4]
    for tiers in product((-1, 0, 1, 2), repeat=2):
        # x by lane, then by site the orders of two bands, and the fee of the year
        usd = np.concatenate([cost + 0.0, np.tile([*labour, 1.0], 2)])
        rows, most, equal, exact = [], [], [], []
        high = np.full(len(usd), np.inf)
        for z in range(3):
            row = np.zeros(len(usd))
            row[:lanes][zone == z] = 1.0
            rows.append(row)
            most.append(instance.demand[z, 0, 0])
        fixed = 0.0
        for i, tier in enumerate(tiers):
            at = lanes + 3 * i
            high[at : at + 2] = instance.capacity[i, 0, :, 0] if tier >= 0 else 0.0
            row = np.zeros(len(usd))
            row[:lanes][site == i], row[at : at + 2] = 1.0, -1.0
            equal.append(row)
            exact.append(0.0)
            if tier < 0:
                continue
            fixed += 30.0
            # orders of the tier's months, and the fee above both lines
            for sign, end in ((-1.0, 12.0 * TIERS[tier]), (1.0, 12.0 * ends[tier])):
                row = np.zeros(len(usd))
                row[at : at + 2] = sign
                rows.append(row)
                most.append(sign * end)
            row = np.zeros(len(usd))
            row[at : at + 2], row[at + 2] = fees[tier], -1.0
            rows.append(row)
            most.append(-12.0 * intercept(fees, all_units, tier))
            row = np.zeros(len(usd))
            row[at + 2] = -1.0
            rows.append(row)
            most.append(-12.0 * minimum)
        # what is not allocated is unserved
        answer = linprog(
            usd - np.concatenate([np.ones(lanes), np.zeros(6)]),
            A_ub=np.array(rows), b_ub=most, A_eq=np.array(equal), b_eq=exact,
            bounds=np.column_stack([np.zeros(len(usd)), high]),
        )  # fmt: skip
        if answer.success:
            best = min(best, instance.constant_usd + instance.demand.sum() + fixed + answer.fun)
    return best


@pytest.mark.parametrize("all_units", [False, True], ids=["incremental", "all_units"])
@pytest.mark.parametrize("minimum", [0.0, 25.0])
@pytest.mark.parametrize("name", FEES)
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_methods_hold_the_least_cost_of_all_tiers(
    seed: int, name: str, minimum: float, all_units: bool
) -> None:
    fees = FEES[name]
    instance = with_contracts(small(seed), fees, minimum, all_units=all_units)
    least = least_cost(instance, fees, minimum, all_units)
    for method in ("monolith", "decomposition"):
        found = solve_location(instance, PARAMS, method)
        assert found.decisions is not None
        assert found.bound <= least + 1e-6
        assert found.objective >= least - 1e-6
        again = _recomputed_cost(instance, found.decisions, None)
        assert again == pytest.approx(found.objective, abs=1e-6)
        if name in CONVEX and not all_units:
            assert found.objective == pytest.approx(least, rel=1e-6)
        if method == "decomposition":
            audit = audit_bound(instance, found.certificate)
            assert audit.bound == pytest.approx(found.bound, abs=1e-6)
            assert not audit.faults


@pytest.mark.parametrize("seed", range(6))
def test_the_envelope_is_convex_and_below_the_contract(seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = tiny_instance()
    fees = tuple(rng.uniform(0.5, 3.0, 3))
    instance = with_contracts(base, fees, float(rng.choice([0.0, 30.0])), all_units=seed % 2 == 1)
    hull = with_fee_envelope(instance)
    opened = np.zeros_like(instance.fixed_usd)
    opened[:, 0] = 1.0
    assert (np.diff(hull.handling_usd[0, 0]) >= -1e-9).all()
    plain = replace(hull, contracts=None)
    whole = instance.capacity[0, 0, :, 0].sum()
    assert hull.capacity[0, 0, :, 0].sum() == pytest.approx(whole)
    for orders in np.linspace(0.0, whole, 40):
        leaving = np.zeros(instance.flow_shape)
        leaving[:, 0] = orders
        true = handling_cost(instance, opened, leaving)
        assert (handling_cost(plain, opened, leaving) <= true + 1e-9).all()
        assert handling_cost(hull, opened, leaving) == pytest.approx(true)


@pytest.mark.parametrize("method", ["monolith", "decomposition"])
def test_one_tier_without_a_minimum_is_the_price_of_the_bands(method: str) -> None:
    base = tiny_instance()
    contracts = ContractFees(
        np.arange(2), np.zeros((2, 1)), np.ones((2, 1)), np.zeros(2, bool), np.zeros(2),
        np.full(2, 6.0),
    )  # fmt: skip
    one = solve_location(replace(base, contracts=contracts), PARAMS, method)
    none = solve_location(base, PARAMS, method)
    assert one.objective == pytest.approx(none.objective, abs=0.005)
    assert one.bound == pytest.approx(none.bound, abs=0.005)


def test_a_site_that_lost_throughput_keeps_its_tiers() -> None:
    instance = with_contracts(tiny_instance(), FEES["rising"], 10.0)
    half = replace(instance, capacity=instance.capacity * np.array([1.0, 0.5]))
    hull = with_fee_envelope(half)
    assert hull.capacity.sum(axis=2) == pytest.approx(half.capacity.sum(axis=2))
    first = with_fee_envelope(instance).capacity[0, 0, 0]
    assert hull.capacity[0, 0, 0] == pytest.approx(first)


def test_one_scenario_is_the_instance_and_two_alike_cost_the_same() -> None:
    instance = with_contracts(tiny_instance(), FEES["falling"], 25.0)
    found = solve_location(instance, PARAMS, "monolith")
    alike = [Scenario("a", 0.25), Scenario("b", 0.75)]
    expected = with_scenarios(instance, alike)
    assert expected.contracts is not None
    assert expected.contracts.months == pytest.approx([1.5, 1.5, 4.5, 4.5])
    both = solve_location(expected, PARAMS, "monolith")
    assert found.decisions is not None
    assert price(instance, found.decisions) == pytest.approx(found.objective)
    assert both.bound <= found.objective + 1e-6
