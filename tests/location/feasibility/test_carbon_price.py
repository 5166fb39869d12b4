"""The price of emissions over all zones, against the linear program where it has them all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fulfill.location.feasibility.carbon_price import best_carbon_price
from fulfill.location.feasibility.clusters import clustered
from fulfill.location.feasibility.order_program import Needs, missed
from fulfill.location.feasibility.pairs import pairs_of
from instances import crowded_instance

SIZE = np.array([1, 1, 1])


def needs(per_order: float, per_kilo: float) -> Needs:
    """Return a target of half of the orders within a low cap."""
    return Needs(np.array([0.5]), 0.05, np.array([per_order]), per_kilo)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("per_order", "per_kilo"), [(1.0, np.inf), (np.inf, 5.0), (2.0, 3.0)])
def test_it_proves_what_the_program_finds(seed: int, per_order: float, per_kilo: float) -> None:
    pairs = pairs_of(crowded_instance(seed))
    asked = needs(per_order, per_kilo)
    assert clustered(pairs).demand.shape[0] == len(pairs.demand)  # every zone is one of its own
    found = missed(pairs, SIZE, asked, 10.0)
    assert found is not None
    assert found.cost > 0.0
    # a price that is far off is corrected
    off = replace(found.prices, co2=found.prices.co2 * 3.0)
    exact, searched = (best_carbon_price(pairs, SIZE, asked, p) for p in (found.prices, off))
    assert exact.cost == pytest.approx(found.cost, rel=1e-3)
    assert searched.cost <= found.cost * (1.0 + 1e-6)
    assert searched.cost >= 0.95 * found.cost


def test_prices_stay_below_what_giving_costs() -> None:
    pairs = pairs_of(crowded_instance(1))
    asked = needs(1.0, np.inf)
    found = missed(pairs, SIZE, asked, 10.0)
    assert found is not None
    dear = replace(found.prices, service=found.prices.service * 10.0, co2=found.prices.co2 * 10.0)
    priced = best_carbon_price(pairs, SIZE, asked, dear)
    assert (priced.prices.service <= asked.per_order + 1e-9).all()
    assert priced.cost <= found.cost * (1.0 + 1e-6)
