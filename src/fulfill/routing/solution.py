"""Parameters and result of a routing engine."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from fulfill.routing.instance import RoutingInstance

RoutePlan = list[tuple[int, list[list[int]]]]
"""What an engine decides: the type of each vehicle and the stops of its trips, in order."""


@dataclass(frozen=True)
class RoutingParams:
    """Stopping criteria and seed of a routing engine.

    Attributes
    ----------
    time_limit : float
        Seconds.
    iterations : int or None
        Stop after so many steps of the engine; then the same seed gives the same routes.
    seed : int
        Seed of every random number.
    """

    time_limit: float = 60.0
    iterations: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Route:
    """The day of one vehicle. Times are hours on the clock.

    Attributes
    ----------
    vehicle : int
        Index of the type.
    trips : tuple
        Stops of each trip in order; the vehicle is at its depot before and after each.
    starts : tuple
        When service begins, one figure a stop.
    departures, returns : tuple of float
        When the vehicle leaves its depot and is back, one figure a trip.
    rest : float or None
        When the driver's break begins, None where the type has none or it falls outside the route.
    """

    vehicle: int
    trips: tuple[tuple[int, ...], ...]
    starts: tuple[tuple[float, ...], ...]
    departures: tuple[float, ...]
    returns: tuple[float, ...]
    rest: float | None = None


@dataclass(frozen=True)
class Unserved:
    """A stop without a vehicle.

    Attributes
    ----------
    stop : int
        Index.
    reason : str
        One of `fulfill.routing.infeasibility.REASONS`.
    text : str
        What is missing and what would serve the stop.
    """

    stop: int
    reason: str
    text: str


@dataclass(frozen=True, repr=False)
class RoutingSolution:
    """Routes of an instance.

    Attributes
    ----------
    routes, unserved : tuple of Route
        Every stop is in one of them.
    objective : float
        Cost of the routes, USD (see `fulfill.routing.instance`).
    km : float
        Driven.
    engine : str
        Which one found them.
    seconds : float
        Time to build and solve.
    """

    routes: tuple[Route, ...]
    unserved: tuple[Unserved, ...]
    objective: float
    km: float
    engine: str
    seconds: float

    def __repr__(self) -> str:
        return (
            f"RoutingSolution({len(self.routes)} routes, {len(self.unserved)} unserved, "
            f"objective={self.objective:.2f}, km={self.km:.1f}, engine={self.engine!r}, "
            f"seconds={self.seconds:.1f})"
        )


def legs(
    instance: RoutingInstance, vehicle: int, trips: tuple[tuple[int, ...], ...]
) -> list[tuple[int, int]]:
    """Return the legs of a vehicle's day.

    Parameters
    ----------
    vehicle : int
        Index of the type.
    trips : tuple
        Stops of each trip in order.

    Returns
    -------
    list of tuple
        Pairs of places, in driving order.
    """
    depot = instance.vehicles[vehicle].depot
    found = []
    for trip in trips:
        places = [depot, *(instance.place_of(stop) for stop in trip), depot]
        found += list(pairwise(places))
    return found


def driven_km(instance: RoutingInstance, route: Route) -> float:
    """Return the distance of a route, km."""
    matrix = instance.km[instance.vehicles[route.vehicle].profile]
    return float(sum(matrix[leg] for leg in legs(instance, route.vehicle, route.trips)))


def route_cost(instance: RoutingInstance, route: Route) -> float:
    """Return the cost of a route, USD."""
    vehicle = instance.vehicles[route.vehicle]
    hours = route.returns[-1] - route.departures[0]
    paid = vehicle.cost_per_hour * hours if vehicle.cost_per_hour else 0.0
    return vehicle.cost_per_day + vehicle.cost_per_km * driven_km(instance, route) + paid
