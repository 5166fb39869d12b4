"""Polishing: neighbours are cheaper plans or none, and none that is cheaper is skipped."""

from __future__ import annotations

import numpy as np
import pytest

from fulfill.audit.plan import audit_plan
from fulfill.location.network.ascent import ascend, begin
from fulfill.location.network.first_prices import first_prices, first_reference
from fulfill.location.network.planning import exact_plan, from_sizes, priced_plan
from fulfill.location.network.polish import polished
from fulfill.location.network.relaxation import evaluate, local_lanes
from instances import random_instance


@pytest.mark.parametrize("seed", range(3))
def test_a_poor_plan_is_polished_to_one_without_cheaper_neighbours(seed: int) -> None:
    instance = random_instance(seed)
    lanes = local_lanes(instance)
    state = begin(instance, lanes, first_prices(instance), first_reference(instance))
    state = ascend(instance, lanes, state, 100, 1.2 * abs(state.bound))
    relaxed = evaluate(instance, lanes, state.best)
    size = np.full(len(instance.sites), -1)
    size[0] = 0
    _, poor = priced_plan(instance, from_sizes(instance, size), state.best)
    plans = polished(instance, poor, state.best, relaxed, lambda: False)
    assert plans
    costs = [poor.cost, *(siting.cost for _, siting in plans)]
    assert costs == sorted(costs, reverse=True)
    decisions, best = plans[-1]
    assert audit_plan(instance, decisions, best.cost).clean
    for site in range(len(size)):
        for other in range(-1, instance.fixed_usd.shape[1]):
            changed = best.size.copy()
            changed[site] = other
            neighbour = exact_plan(instance, from_sizes(instance, changed))
            # the neighbour is judged with everything stocked, the plan has chosen its assortment
            assert neighbour is None or neighbour[1].cost >= best.cost * (1 - 2e-3)
