"""Violations: they are what the bound can rise by, whatever multipliers it is measured at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.ascent import ascend, begin
from fulfill.location.network.first_prices import first_prices, first_reference
from fulfill.location.network.lane_limits import with_own_options
from fulfill.location.network.relaxation import evaluate, local_lanes
from fulfill.location.network.violations import per_order, row_sizes, violations
from fulfill.location.solution import LocationParams
from fulfill.model.instance import LocationInstance
from fulfill.model.multipliers import UNITS, Multipliers, with_prices
from instances import crowded_instance, with_flow_limits

SIDE = (
    "gateway", "origin", "share", "mail", "carrier", "storage", "service", "co2", "budget", "flow",
)  # fmt: skip


def moved(instance: LocationInstance, prices: Multipliers, rng: np.random.Generator) -> Multipliers:
    """Return multipliers at random around others."""
    changes = {
        name: getattr(prices, name) + rng.normal(0.0, 1.0, getattr(prices, name).shape)
        for name in ("cell", *SIDE)
    }
    changes["co2"] = np.abs(rng.normal(0.0, 0.1))
    assert instance.inbound is not None
    # a row without a limit has no price
    changes["origin"] = np.where(np.isfinite(instance.inbound.origin_m3), changes["origin"], 0.0)
    return with_prices(prices, **changes)


def closed(instance: LocationInstance) -> LocationInstance:
    """Return an instance whose limits leave no room for mail, gateways, emissions and sites."""
    assert instance.inbound is not None
    return replace(
        instance,
        mail=replace(instance.mail, capacity_kg=np.zeros_like(instance.mail.capacity_kg)),
        inbound=replace(instance.inbound, gateway_m3=np.zeros_like(instance.inbound.gateway_m3)),
        limits=replace(instance.limits, co2_kg=0.0, budget_usd=0.0),
    )


@pytest.mark.parametrize("change", [lambda same: same, closed])
@pytest.mark.parametrize("seed", range(6))
def test_they_are_a_supergradient_of_the_bound(
    seed: int, change: Callable[[LocationInstance], LocationInstance]
) -> None:
    instance = change(with_own_options(with_flow_limits(crowded_instance(seed), seed)))
    rng, lanes = np.random.default_rng(seed), local_lanes(instance)
    here = moved(instance, first_prices(instance), rng)
    relaxed = evaluate(instance, lanes, here)
    # what the kernel found: the prices of throughput are multipliers of their own
    here = with_prices(
        here,
        throughput=relaxed.price,
        cell=np.minimum(here.cell, relaxed.alternative.usd),
    )
    found, sizes, units = (
        violations(instance, here, relaxed),
        row_sizes(instance),
        per_order(instance),
    )
    for _ in range(5):
        there = moved(instance, here, rng)
        rise = 0.0
        for name, violation in found.items():
            if name not in sizes:
                continue
            step = getattr(there, name) - getattr(here, name)
            rise += float((sizes[name] / units.get(UNITS[name], 1.0) * violation * step).sum())
        share = there.share - here.share
        rise += float((_share_slope(instance, found) * share).sum())
        beyond = evaluate(instance, lanes, there).bound
        # the kernel looks for better prices of throughput only so far: its bound may be lower
        assert beyond <= relaxed.bound + rise + 0.02 * abs(relaxed.bound)


def _share_slope(instance: LocationInstance, found: dict[str, np.ndarray]) -> np.ndarray:
    """Return the violation of the rows of shares in m3, at most the goods of every order."""
    every = float(np.einsum("zkt,k->", instance.demand, instance.volume_m3))
    return np.maximum(found["share"], 0.0) * every


@pytest.mark.parametrize("seed", range(4))
def test_moving_relative_to_a_service_reaches_a_bound_as_high(seed: int) -> None:
    instance = crowded_instance(seed)
    lanes, prices = local_lanes(instance), first_prices(instance)
    cost = solve_exact(instance, LocationParams(gap=1e-4, time_limit=60)).objective
    plain, relative = (
        ascend(instance, lanes, begin(instance, lanes, prices, reference), 200, cost)
        for reference in (None, first_reference(instance))
    )
    assert relative.bound <= cost * (1 + 1e-9)
    assert relative.bound >= plain.bound - 0.01 * abs(cost)


def test_a_limit_of_nothing_has_a_violation_that_is_bounded() -> None:
    instance = closed(crowded_instance(0))
    relaxed = evaluate(instance, local_lanes(instance), first_prices(instance))
    found = violations(instance, first_prices(instance), relaxed)
    for name in ("mail", "gateway", "co2", "budget"):
        assert np.isfinite(found[name]).all()
        assert np.abs(found[name]).max() <= 1e5, name
