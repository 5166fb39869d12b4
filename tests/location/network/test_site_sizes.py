"""Sizes that fit: never dearer, the same flows, no empty site."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fulfill.audit.plan import audit_plan
from fulfill.location.network.planning import exact_plan, from_sizes
from fulfill.location.network.site_sizes import cheapest_sizes
from fulfill.location.pricing import price
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance, leaving_orders
from instances import random_instance


def everywhere(instance: LocationInstance) -> Decisions:
    """Return a plan in which every site is open at its largest size."""
    plan = exact_plan(instance, from_sizes(instance, np.ones(len(instance.sites), np.int64)))
    assert plan is not None
    opened = np.zeros_like(plan[0].opened)
    opened[:, -1] = 1.0
    return replace(plan[0], opened=opened)


@pytest.mark.parametrize("seed", range(4))
def test_sizes_that_fit_are_never_dearer_and_keep_the_flows(seed: int) -> None:
    instance = random_instance(seed)
    large = everywhere(instance)
    small = cheapest_sizes(instance, large)
    assert price(instance, small) <= price(instance, large)
    assert np.array_equal(small.orders, large.orders)
    assert audit_plan(instance, small, price(instance, small)).clean
    leaving = leaving_orders(instance, small).sum(axis=(1, 2))
    assert (leaving[small.opened.any(axis=1)] > 0).all()


def test_every_other_choice_of_sizes_that_holds_the_flows_costs_as_much() -> None:
    instance = random_instance(1)
    found = cheapest_sizes(instance, everywhere(instance))
    used = leaving_orders(instance, found).sum(axis=1)
    for site in np.flatnonzero(found.opened.any(axis=1)):
        for size in range(instance.fixed_usd.shape[1]):
            opened = found.opened.copy()
            opened[site] = 0.0
            opened[site, size] = 1.0
            if (used[site] <= instance.capacity[site, size].sum(axis=0)).all():
                other = price(instance, replace(found, opened=opened))
                assert other >= price(instance, found) - 1e-6


def test_an_empty_site_stays_only_where_it_is_locked_open() -> None:
    instance = random_instance(0)
    large = everywhere(instance)
    site = int(instance.lane_site[large.lane].max())
    kept = instance.lane_site[large.lane] != site
    idle = replace(
        large, lane=large.lane[kept], product=large.product[kept], period=large.period[kept],
        orders=large.orders[kept],
    )  # fmt: skip
    assert not cheapest_sizes(instance, idle).opened[site].any()
    locked = replace(instance, limits=replace(instance.limits, opened=(site,)))
    assert cheapest_sizes(locked, idle).opened[site].any()
