"""A town with windows in which vehicles are what matters."""

import numpy as np

from fulfill.routing.instance import RoutingInstance, VehicleType

N_STOPS = 30


def town(fewest: bool = True) -> RoutingInstance:
    """Return thirty stops with windows of twelve hours, and vehicles of eight."""
    rng = np.random.default_rng(5)
    places = rng.uniform(0.0, 10.0, (N_STOPS + 1, 2))
    km = np.linalg.norm(places[:, None] - places[None], axis=2)
    ready = rng.uniform(0.0, 20.0, N_STOPS)
    return RoutingInstance(
        name="town",
        depots=("depot",),
        stops=tuple(str(stop) for stop in range(N_STOPS)),
        demand=np.ones((N_STOPS, 1)),
        ready=ready,
        due=ready + 12.0,
        service=np.full(N_STOPS, 0.5),
        vehicles=(VehicleType("van", 0, (8.0,), cost_per_km=1.0, cost_per_day=0.0, closes=60.0),),
        km=(km,),
        hours=(km,),
        fewest_vehicles=fewest,
    )
