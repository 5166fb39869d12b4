"""Small days of deliveries that tests change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from fulfill.routing.instance import RoutingInstance, VehicleType


def day(n_stops: int = 6, seed: int = 0, **changes: Any) -> RoutingInstance:
    """Return stops scattered over 20 x 20 km.

    Vans of 10 parcels and 100 kg at 40 km/h have a shift from 8 to 18.
    """
    rng = np.random.default_rng(seed)
    points = rng.uniform(0.0, 20.0, (n_stops + 1, 2))
    km = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    van = VehicleType(
        "van", 0, (10.0, 100.0), cost_per_km=0.4, cost_per_hour=9.0, cost_per_day=20.0
    )
    built = RoutingInstance(
        name="day",
        depots=("depot",),
        stops=tuple(f"s{index}" for index in range(n_stops)),
        demand=np.column_stack(
            [rng.integers(1, 5, n_stops), rng.uniform(5.0, 40.0, n_stops)]
        ).astype(float),
        ready=np.full(n_stops, 8.0),
        due=np.full(n_stops, 18.0),
        service=np.full(n_stops, 0.1),
        vehicles=(replace(van, opens=8.0, closes=18.0),),
        km=(km,),
        hours=(km / 40.0,),
    )
    return replace(built, **changes)


def with_vehicle(instance: RoutingInstance, **changes: Any) -> RoutingInstance:
    """Return an instance whose first vehicle type is changed."""
    first, *others = instance.vehicles
    return replace(instance, vehicles=(replace(first, **changes), *others))
