"""Fixtures: small days of deliveries."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from fulfill.routing.instance import RoutingInstance, VehicleType
from routing.days import day


@pytest.fixture
def windows() -> RoutingInstance:
    """Six stops with windows of two hours that force waiting and an order."""
    rng = np.random.default_rng(3)
    ready = rng.uniform(8.0, 14.0, 6)
    return day(6, 3, ready=ready, due=ready + 2.0)


@pytest.fixture
def plain() -> RoutingInstance:
    """Six stops without times: capacity and distance only."""
    made = day(6, 1, ready=np.zeros(6), due=np.full(6, inf), service=np.zeros(6))
    van = VehicleType("van", 0, (10.0, 100.0))
    return replace(made, vehicles=(van,), hours=(np.zeros_like(made.km[0]),))
