"""The family of made-up networks: seeded, varied, and planned right."""

from __future__ import annotations

import numpy as np
import pytest

from robust import measure
from robust_networks import drawn, generated

QUICK = (8, 13, 20)
"""Members that both methods solve in a moment."""


def test_a_seed_gives_the_same_network_again() -> None:
    one, other = generated(7), generated(7)
    for name in ("demand", "option_cost", "capacity", "fixed_usd", "lane_usd"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_the_family_has_every_kind() -> None:
    draws = [drawn(seed) for seed in range(60)]
    for part in ("gateway", "plant", "storage", "mail", "carrier"):
        assert 5 < sum(part in draw.scarce for draw in draws) < 55
    for part in ("mail", "routes", "stock", "express"):
        assert 2 < sum(part in draw.without for draw in draws) < 40
    assert {draw.products for draw in draws} >= {1, 12}
    assert {draw.periods for draw in draws} >= {1, 16}
    assert {draw.gateways for draw in draws} == {1, 2, 3, 4, 5, 6}
    assert max(draw.usd for draw in draws) / min(draw.usd for draw in draws) > 1e5


@pytest.mark.parametrize("seed", QUICK)
def test_plan_and_bound_are_near_the_optimum(seed: int) -> None:
    line = measure(seed, 120.0, 120.0)
    assert line["optimum"] is not None
    assert line["passed"], line


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(0, 60, 6))
def test_every_sixth_network_is_planned_right(seed: int) -> None:
    assert measure(seed, 300.0, 300.0)["passed"]
