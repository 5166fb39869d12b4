"""What own delivery costs by the continuous approximation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fulfill.inputs.problem import Problem
from fulfill.routing.day.continuous_approximation import own_usd_per_order
from routing.day.figures import FIGURES


def test_own_delivery_is_dear_far_away_and_impossible_beyond_a_shift(
    embedded_problem: Problem,
) -> None:
    network = embedded_problem.network
    vans = network["vehicles"][
        (network["vehicles"]["country"] == "MX") & (network["vehicles"]["duty"] == "delivery")
    ]
    zones = pd.DataFrame(
        {
            "orders": 100.0,
            "stops": 98.0,
            "area_km2": 20.0,
            "near_stops": 98.0,
            "depot_km": [5, 80, 500],
        }
    )
    usd = own_usd_per_order(zones, vans, network["speeds"], FIGURES)
    assert usd[0] < usd[1] < usd[2] == np.inf
