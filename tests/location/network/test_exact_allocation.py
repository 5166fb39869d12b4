"""The exact allocation: as cheap as the MIP with the same sites, and its prices prove it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.exact_allocation import allocate_exactly
from fulfill.location.network.inbound_flows import with_inbound_flows
from fulfill.location.network.planning import exact_plan, from_sizes, plan_prices
from fulfill.location.network.relaxation import evaluate, local_lanes
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams
from fulfill.model.instance import LocationInstance
from fulfill.model.limits import BoundTarget
from instances import crowded_instance, random_instance, within, without_safety


def linear(seed: int) -> LocationInstance:
    """Return an instance of which the MIP states every cost exactly."""
    instance = replace(crowded_instance(seed))
    shape = len(instance.sites), instance.shape[1]
    assert instance.stock is not None
    return within(
        instance,
        "stock",
        safety=without_safety(*shape),
        secant_usd=np.zeros_like(instance.stock.secant_usd),
    )


@pytest.mark.parametrize("seed", range(4))
def test_it_costs_what_the_mip_with_these_sites_costs(seed: int) -> None:
    instance = linear(seed)
    exact = solve_exact(instance, LocationParams(gap=1e-7, time_limit=60))
    assert exact.decisions is not None
    opened = exact.decisions.opened > 0.5
    size = np.where(opened.any(axis=1), opened.argmax(axis=1), -1)
    stocked = np.asarray(exact.decisions.stocked > 0.5)[:, instance.site_country].T
    found = allocate_exactly(instance, size, stocked, np.zeros(stocked.shape))
    assert found is not None
    plan = with_inbound_flows(instance, found.draft)
    # service levels and carbon cap are kept a little more strictly than asked
    assert price(instance, plan) == pytest.approx(exact.objective, rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_its_prices_prove_a_bound_below_its_cost(seed: int) -> None:
    instance = random_instance(seed)
    plan = exact_plan(instance, from_sizes(instance, np.ones(len(instance.sites), np.int64)))
    assert plan is not None
    prices = plan_prices(instance, plan[1], plan[1].side)
    assert prices is not None
    relaxed = evaluate(instance, local_lanes(instance), prices)
    assert relaxed.proven <= plan[1].cost
    assert relaxed.proven >= 0.5 * plan[1].cost


def test_a_target_out_of_reach_has_no_allocation() -> None:
    instance = random_instance(0)
    everywhere = np.ones(len(instance.zones), bool)
    limits = replace(instance.limits, targets=(BoundTarget("", 3, 0.89, everywhere),))
    size = np.full(len(instance.sites), -1)
    size[0] = 0
    one_small_site = from_sizes(instance, size)
    assert exact_plan(replace(instance, limits=limits), one_small_site) is None
