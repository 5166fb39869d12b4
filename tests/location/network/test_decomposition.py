"""The decomposition: its bound holds, its plans are feasible, its results are reproducible."""

from __future__ import annotations

import signal
import time
from dataclasses import replace

import numpy as np
import pytest

from fulfill.audit.bound import audit_bound
from fulfill.audit.plan import audit_plan
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network import decomposition, planning
from fulfill.location.network.coarse import coarsen
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.network.first_prices import first_prices
from fulfill.location.network.limits import impossible, in_time
from fulfill.location.network.relaxation import (
    evaluate,
    local_lanes,
    promising,
)
from fulfill.location.network.warmup import compile_kernels
from fulfill.location.solution import LocationParams, Progress
from fulfill.model.decisions import INFEASIBLE
from fulfill.model.instance import MAIL
from fulfill.model.kernel_cache import threads
from fulfill.model.limits import BoundTarget, Limits
from fulfill.model.multipliers import with_prices, zero_multipliers
from fulfill.study.resolve import with_sites_kept
from instances import random_instance, seeds

ZONES, PRODUCTS, PERIODS, SITES = 40, 2, 3, 6
"""Of `random_instance`."""


PARAMS = LocationParams(gap=0.0, time_limit=600.0)


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    """Compile the kernels outside any limit."""
    compile_kernels()


@pytest.mark.parametrize("seed", seeds(3))
def test_bound_is_below_what_the_exact_method_finds_and_the_plan_is_close(seed: int) -> None:
    instance = random_instance(seed)
    exact = solve_exact(instance, LocationParams(gap=1e-4, time_limit=60))
    found = solve_decomposed(instance, replace(PARAMS, gap=0.02))
    assert found.decisions is not None
    assert found.bound <= exact.objective * (1 + 1e-9)
    assert found.bound <= found.objective
    assert found.objective >= exact.bound * (1 - 1e-9)
    assert found.objective <= exact.objective * 1.05
    assert audit_plan(instance, found.decisions, found.objective).clean


@pytest.mark.parametrize("seed", seeds(3))
def test_the_auditor_finds_the_same_bound_from_the_certificate(seed: int) -> None:
    instance = random_instance(seed)
    found = solve_decomposed(instance, replace(PARAMS, gap=0.2))
    assert found.certificate is not None
    # one way a cell: the kernel sums no more loosely than the formula; both took off their rounding
    assert audit_bound(instance, found.certificate).bound == pytest.approx(found.bound, rel=1e-9)


@pytest.mark.parametrize("seed", seeds(3))
def test_any_multipliers_give_a_bound(seed: int) -> None:
    instance = random_instance(seed)
    exact = solve_exact(instance, LocationParams(gap=1e-4, time_limit=60))
    rng = np.random.default_rng(seed)
    start = first_prices(instance)
    for spread in (0.0, 1.0, 5.0):
        prices = with_prices(
            start,
            cell=start.cell + rng.normal(0, spread, instance.shape) if spread else start.cell,
            origin=rng.uniform(0, spread * 10, (2, PERIODS))
            * np.isfinite(instance.inbound.origin_m3),
            storage=rng.uniform(0, spread * 1e-3, (SITES, PERIODS)),
            stocking=rng.uniform(0, 0.01 * spread, (ZONES, PRODUCTS, 1)),
        )
        assert evaluate(instance, local_lanes(instance), prices).bound <= exact.objective * (
            1 + 1e-9
        )


@pytest.mark.parametrize("seed", seeds(4))
def test_a_bound_with_given_sites_is_raised_and_never_above_their_cost(seed: int) -> None:
    instance = random_instance(seed)
    sites = np.random.default_rng(seed).permutation(6)[:3]
    start = solve_decomposed(instance, replace(PARAMS, gap=0.02)).warm_start
    assert start is not None
    size = np.full(6, -1)
    size[sites] = 0
    kept = with_sites_kept(instance, size[:, None] == np.arange(2))
    begin = replace(start, size=size, assortment=np.ones_like(start.assortment))
    params = LocationParams(gap=0.0, warm_start=begin, keep_sites=True)
    exact = solve_exact(kept, LocationParams(gap=1e-6))
    few, many = (solve_decomposed(kept, replace(params, kept_rounds=rounds)) for rounds in (0, 100))
    assert few.bound < many.bound <= exact.objective * (1 + 1e-9)
    assert many.bound > 0.97 * exact.objective
    assert many.certificate is not None
    found = audit_bound(kept, many.certificate)
    assert not found.faults
    assert found.bound == pytest.approx(many.bound, rel=1e-9)
    assert many.decisions is not None
    assert (many.decisions.opened.argmax(axis=1)[sites] == 0).all()
    assert set(np.flatnonzero(many.decisions.opened.any(axis=1))) == set(sites)


def test_zero_multipliers_serve_nothing() -> None:
    instance = random_instance(0)
    relaxed = evaluate(
        instance,
        local_lanes(instance),
        with_prices(zero_multipliers(instance.axis_sizes), cell=np.full(instance.shape, -1e3)),
    )
    assert (relaxed.size == -1).all()
    assert relaxed.flows.served.sum() == 0


def test_same_seed_same_plan() -> None:
    instance = random_instance(1)
    first, second = (solve_decomposed(instance, replace(PARAMS, gap=0.03)) for _ in range(2))
    assert first.objective == second.objective
    assert first.bound == second.bound


def test_limits_are_kept() -> None:
    instance = random_instance(2)
    limits = Limits(opened=(0,), closed=(1,), max_sites=2, budget_usd=4000.0)
    found = solve_decomposed(replace(instance, limits=limits), replace(PARAMS, gap=0.05))
    assert found.decisions is not None
    is_open = found.decisions.opened.any(axis=1)
    assert is_open[0]
    assert not is_open[1]
    assert is_open.sum() <= 2
    assert audit_plan(replace(instance, limits=limits), found.decisions, found.objective).clean


def test_service_level_is_met_or_refused() -> None:
    instance = random_instance(0)
    everywhere = np.ones(ZONES, bool)
    reachable = replace(instance, limits=Limits(targets=(BoundTarget("", 3, 0.5, everywhere),)))
    found = solve_decomposed(reachable, replace(PARAMS, gap=0.1))
    assert found.decisions is not None
    assert in_time(reachable, found.decisions)[0] >= 0.5 - 1e-9
    assert audit_plan(reachable, found.decisions, found.objective).clean
    beyond = replace(instance, limits=Limits(targets=(BoundTarget("", 3, 0.95, everywhere),)))
    assert impossible(beyond) == "3d=0.95"
    assert solve_decomposed(beyond, PARAMS).status == INFEASIBLE


@pytest.mark.slow
def test_service_levels_are_kept_from_a_coarse_instance_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decomposition, "COARSE_ZONES", 8)
    monkeypatch.setattr(decomposition, "MIDDLE_ZONES", (16,))
    for module in (decomposition, planning):
        monkeypatch.setattr(module, "EXACT", 0)
    everywhere = np.ones(ZONES, bool)
    free = random_instance(0)
    plan = solve_decomposed(free, replace(PARAMS, gap=0.05))
    assert plan.decisions is not None
    target = BoundTarget("", 3, 0.0, everywhere)
    reached = in_time(replace(free, limits=Limits(targets=(target,))), plan.decisions)[0]
    wanted = replace(target, share=0.5 * (reached + 0.9))
    instance = replace(free, limits=Limits(targets=(wanted,)))
    found = solve_decomposed(instance, replace(PARAMS, gap=0.0, time_limit=5.0))
    assert found.decisions is not None
    assert found.bound <= found.objective
    assert audit_plan(instance, found.decisions, found.objective).clean
    again = replace(PARAMS, gap=0.0, time_limit=5.0, warm_start=plan.warm_start)
    warm = solve_decomposed(instance, again)
    assert warm.objective <= found.objective * 1.02
    assert audit_plan(instance, warm.decisions, warm.objective).clean


def test_a_coarse_instance_keeps_every_order() -> None:
    instance = random_instance(0)
    coarse = coarsen(instance, 12)
    assert len(coarse.zone) <= 12
    assert coarse.instance.demand.sum() == pytest.approx(instance.demand.sum())
    assert (coarse.member[coarse.zone] == np.arange(len(coarse.zone))).all()


def test_promising_lanes_hold_those_that_pay_for_being_in_time_only() -> None:
    target = BoundTarget("", 3, 0.8, np.ones(ZONES, bool))
    instance = replace(random_instance(0), limits=Limits(targets=(target,)))
    prices = with_prices(first_prices(instance), service=np.array([20.0]))
    lanes = local_lanes(instance)
    few = promising(instance, lanes, prices, 0.0)
    every, some = (evaluate(instance, part, prices).bound for part in (lanes, few))
    assert some == pytest.approx(every)


def test_promising_lanes_hold_all_that_pay() -> None:
    instance = random_instance(0)
    lanes, prices = local_lanes(instance), first_prices(instance)
    few = promising(instance, lanes, prices, 0.0)
    assert len(few.zone) <= len(lanes.zone)
    assert evaluate(instance, few, prices).bound == pytest.approx(
        evaluate(instance, lanes, prices).bound
    )


def test_an_interrupt_ends_the_search_with_a_plan_and_its_bound() -> None:
    instance = random_instance(0)
    reports: list[float] = []
    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a job in the background may ignore it

    def interrupt(progress: Progress) -> None:
        reports.append(progress.bound)
        if len(reports) == 1:
            signal.raise_signal(signal.SIGINT)

    found = solve_decomposed(instance, replace(PARAMS, progress=interrupt))
    assert found.decisions is not None
    assert found.interrupted
    assert np.isfinite(found.bound)
    assert len(reports) <= 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_where_two_ways_compete_the_bound_is_that_of_the_formula() -> None:
    """A fast option with more orders and a slow one with fewer: each is best at some price."""
    instance = random_instance(1)
    local = np.flatnonzero(instance.lane_site != MAIL)
    delivery_options = (instance.option_cost, instance.price_multiplier, instance.units)
    slow = (instance.option_cost[1:] + 3.5, instance.price_multiplier[1:], instance.units[1:] * 0.4)
    cost, rate, units = (
        np.concatenate([one, other]) for one, other in zip(delivery_options, slow, strict=True)
    )
    twice = np.concatenate([np.arange(len(instance.lane_zone)), local])
    instance = replace(
        instance,
        lane_zone=instance.lane_zone[twice],
        lane_site=instance.lane_site[twice],
        lane_option=np.concatenate([instance.lane_option, np.full(len(local), 2)]),
        lane_usd=instance.lane_usd[twice],
        lane_co2=instance.lane_co2[twice],
        option_cost=cost, price_multiplier=rate, units=units,
        option_within={3: np.zeros((3, PERIODS))},
        mail=replace(
            instance.mail,
            weight_kg=np.array([[1.0] * PRODUCTS, [0.0] * PRODUCTS, [0.0] * PRODUCTS]),
        ),
    )  # fmt: skip
    found = solve_decomposed(instance, replace(PARAMS, gap=0.05))
    assert found.certificate is not None
    assert found.decisions is not None
    assert {1, 2} <= set(instance.lane_option[found.decisions.lane])
    assert audit_bound(instance, found.certificate).bound == pytest.approx(found.bound, rel=1e-9)
    assert audit_plan(instance, found.decisions, found.objective).clean


def test_a_phase_is_a_size_without_capacity_before_it() -> None:
    """Sites open at once or, at lower cost, from the second period on: phases are sizes."""
    instance = random_instance(2)
    later = instance.capacity * np.array([0.0, 1.0, 1.0])
    capacity = np.concatenate([instance.capacity, later], axis=1)
    assert instance.stock is not None
    phased = replace(
        instance,
        sizes=("S", "M", "S later", "M later"),
        capacity=capacity,
        fixed_usd=np.concatenate([instance.fixed_usd, 0.5 * instance.fixed_usd], axis=1),
        handling_usd=np.tile(instance.handling_usd, (1, 2, 1)),
        invest_usd=np.tile(instance.invest_usd, (1, 2)),
        stock=replace(
            instance.stock,
            secant_usd=instance.stock.safety.secant(capacity.sum(axis=(2, 3))),
            storage_m3=np.tile(instance.stock.storage_m3, (1, 2)),
        ),
    )
    exact = solve_exact(phased, LocationParams(gap=1e-3, time_limit=30))
    found = solve_decomposed(phased, replace(PARAMS, gap=0.03))
    assert found.decisions is not None
    assert found.bound <= exact.objective * (1 + 1e-9)
    assert found.objective <= exact.objective * 1.05
    assert found.decisions.opened[:, 2:].any()
    assert audit_plan(phased, found.decisions, found.objective).clean
    assert found.objective <= solve_decomposed(instance, replace(PARAMS, gap=0.03)).objective * 1.02


def test_the_number_of_threads_changes_nothing() -> None:
    instance = random_instance(1)
    found = []
    for number in (1, 2):
        with threads(number):
            found.append(solve_decomposed(instance, replace(PARAMS, gap=0.01)))
    first, second = found
    assert first.decisions is not None
    assert second.decisions is not None
    assert first.certificate is not None
    assert second.certificate is not None
    assert (first.objective, first.bound) == (second.objective, second.bound)
    assert first.decisions.orders.tobytes() == second.decisions.orders.tobytes()
    for one, other in zip(first.certificate.leaves, second.certificate.leaves, strict=True):
        assert one.cell.tobytes() == other.cell.tobytes()


def test_a_search_that_ends_by_itself_was_not_cut_by_the_clock() -> None:
    instance = random_instance(0)
    assert not solve_decomposed(instance, replace(PARAMS, gap=0.02)).cut_by_clock
    assert solve_decomposed(instance, LocationParams(gap=0.0, time_limit=0.01)).cut_by_clock


def test_one_of_several_searches_does_not_count_what_others_use_of_the_cores() -> None:
    instance = random_instance(0)
    alone = LocationParams(threads=1)
    # time in which this process sleeps does not count
    waiting = replace(alone, time_limit=60.0, gap=0.02, progress=lambda _: time.sleep(0.05))
    begun, used = time.perf_counter(), alone.clock()
    found = solve_decomposed(instance, waiting)
    assert found.seconds <= alone.clock() - used
    assert found.seconds < time.perf_counter() - begun
