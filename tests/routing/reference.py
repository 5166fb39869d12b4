"""The cheapest routes of a few stops by looking at all of them."""

from __future__ import annotations

from itertools import permutations
from math import inf

import numpy as np

from fulfill.routing.instance import RoutingInstance
from fulfill.routing.schedule import schedule_route
from fulfill.routing.solution import driven_km, route_cost


def cheapest_cost(instance: RoutingInstance) -> float:
    """Return the least cost of serving every stop with one vehicle type without limit.

    All orders, cut into trips, for each set of stops; then all partitions of the stops among
    vehicles.
    """
    n_stops = len(instance.stops)
    alone = [inf] * (1 << n_stops)
    for chosen in range(1, 1 << n_stops):
        stops = [stop for stop in range(n_stops) if chosen >> stop & 1]
        alone[chosen] = min(
            (_best_cut(instance, order) for order in permutations(stops)), default=inf
        )
    best = [0.0] + [inf] * ((1 << n_stops) - 1)
    for chosen in range(1, 1 << n_stops):
        part = chosen
        while part:
            best[chosen] = min(best[chosen], alone[part] + best[chosen ^ part])
            part = (part - 1) & chosen
    return best[-1]


def _best_cut(instance: RoutingInstance, order: tuple[int, ...]) -> float:
    kind = instance.vehicles[0]
    best = inf
    for cuts in range(1 << (len(order) - 1)):
        if cuts.bit_count() + 1 > kind.trips:
            continue
        ends = [index + 1 for index in range(len(order) - 1) if cuts >> index & 1]
        trips = tuple(order[a:b] for a, b in zip([0, *ends], [*ends, len(order)], strict=True))
        if any(
            (instance.demand[list(trip)].sum(axis=0) > np.array(kind.capacity)).any()
            for trip in trips
        ):
            continue
        route = schedule_route(instance, 0, trips)
        if route is not None and driven_km(instance, route) <= kind.range_km:
            best = min(best, route_cost(instance, route))
    return best
