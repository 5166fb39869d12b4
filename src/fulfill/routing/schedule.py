"""When a vehicle is where, given the order of its stops.

The earliest return is found forwards, then the latest departure that still gives it backwards: no
schedule of the same order is shorter (Savelsbergh 1992, doi 10.1287/ijoc.4.2.146). A break is tried
in every leg and outside the route.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from fulfill.inputs.faults import SolverError
from fulfill.routing.instance import RoutingInstance, VehicleType
from fulfill.routing.solution import Route, RoutePlan

TOLERANCE = 1e-6
"""Hours by which a window may be missed: the rounding of sums, not a lateness."""


@dataclass(frozen=True)
class _Call:
    """A place at which the vehicle calls: its depot or a stop.

    Attributes
    ----------
    ready, due : float
        Window of the beginning, hours.
    stay : float
        Hours there.
    leg : float
        Hours of driving to it.
    """

    ready: float
    due: float
    stay: float
    leg: float


def schedule_plan(instance: RoutingInstance, plan: RoutePlan) -> tuple[Route, ...]:
    """Return the routes of a plan with their times.

    Parameters
    ----------
    plan : RoutePlan
        Trips without stops are left out.

    Raises
    ------
    SolverError
        Where an order of stops has no schedule within windows and shift.
    """
    routes = []
    for vehicle, trips in plan:
        kept = tuple(tuple(trip) for trip in trips if trip)
        route = schedule_route(instance, vehicle, kept)
        if route is None:
            raise SolverError(
                f"no schedule for a route of type {instance.vehicles[vehicle].name}: stops {kept}"
            )
        routes.append(route)
    return tuple(routes)


def schedule_route(
    instance: RoutingInstance, vehicle: int, trips: tuple[tuple[int, ...], ...]
) -> Route | None:
    """Return the shortest of the schedules of a vehicle that return earliest.

    Parameters
    ----------
    vehicle : int
        Index of the type.
    trips : tuple
        Stops of each trip in order.

    Returns
    -------
    Route or None
        None where windows, shift or break cannot be kept.
    """
    kind = instance.vehicles[vehicle]
    calls = _calls(instance, kind, trips)
    found = [
        times for variant in _variants(kind, len(calls)) if (times := _times(kind, calls, *variant))
    ]
    if not found:
        return None
    begins, rest = min(found, key=lambda times: (times[0][-1] - times[0][0], times[0][-1]))
    if begins[-1] - begins[0] > kind.max_hours + TOLERANCE:
        return None
    return _route(vehicle, trips, calls, begins, rest)


def _calls(
    instance: RoutingInstance, kind: VehicleType, trips: tuple[tuple[int, ...], ...]
) -> list[_Call]:
    """Return the calls of a day: the depot, then the stops and the depot again of each trip."""
    hours = instance.hours[kind.profile]
    calls = [_Call(kind.opens, kind.closes, 0.0, 0.0)]
    for number, trip in enumerate(trips):
        place = kind.depot
        for stop in trip:
            window = float(instance.ready[stop]), float(instance.due[stop])
            target = instance.place_of(stop)
            calls.append(_Call(*window, float(instance.service[stop]), float(hours[place, target])))
            place = target
        reload = kind.reload_hours if number + 1 < len(trips) else 0.0
        calls.append(_Call(kind.opens, kind.closes, reload, float(hours[place, kind.depot])))
    return calls


def _variants(kind: VehicleType, n_calls: int) -> Iterator[tuple[int | None, float, float]]:
    """Yield where the break can lie.

    The leg (None: outside the route), then the earliest departure and the latest return.
    """
    if kind.rest is None:
        yield None, -inf, inf
        return
    yield None, -inf, kind.rest.latest
    yield None, kind.rest.earliest + kind.rest.hours, inf
    for leg in range(1, n_calls):
        yield leg, -inf, inf


def _times(
    kind: VehicleType, calls: list[_Call], rest_leg: int | None, leave: float, back: float
) -> tuple[list[float], float | None] | None:
    """Return the beginnings at all calls and that of the break, None where a window is missed."""
    begins = _forward(kind, calls, rest_leg, max(calls[0].ready, leave))
    if begins is None or begins[-1] > back + TOLERANCE:
        return None
    begins = _forward(
        kind, calls, rest_leg, max(begins[0], _latest_departure(kind, calls, rest_leg, begins[-1]))
    )
    if begins is None:
        return None
    if rest_leg is None or kind.rest is None:
        return begins, None
    return begins, max(begins[rest_leg - 1] + calls[rest_leg - 1].stay, kind.rest.earliest)


def _forward(
    kind: VehicleType, calls: list[_Call], rest_leg: int | None, departure: float
) -> list[float] | None:
    """Return the earliest beginnings after a departure, None where a window is missed."""
    begins = [departure]
    for index, call in enumerate(calls[1:], start=1):
        left = begins[-1] + calls[index - 1].stay
        arrival = left + call.leg
        if index == rest_leg and kind.rest is not None:
            if left > kind.rest.latest + TOLERANCE:
                return None
            arrival = max(arrival, kind.rest.earliest) + kind.rest.hours
        begin = max(arrival, call.ready)
        if begin > call.due + TOLERANCE or begin == inf:
            return None
        begins.append(begin)
    return begins


def _latest_departure(
    kind: VehicleType, calls: list[_Call], rest_leg: int | None, back: float
) -> float:
    """Return the latest departure that keeps the return and, before it, every window."""
    begin = back
    for index in range(len(calls) - 1, 0, -1):
        left = begin - calls[index].leg
        if index == rest_leg and kind.rest is not None:
            left = min(left - kind.rest.hours, kind.rest.latest)
        begin = min(left - calls[index - 1].stay, calls[index - 1].due)
    return begin


def _route(
    vehicle: int,
    trips: tuple[tuple[int, ...], ...],
    calls: list[_Call],
    begins: list[float],
    rest: float | None,
) -> Route:
    """Return the route of a schedule."""
    starts, departures, returns = [], [], []
    at = 0
    for trip in trips:
        departures.append(begins[at] + calls[at].stay)
        starts.append(tuple(begins[at + 1 : at + 1 + len(trip)]))
        at += len(trip) + 1
        returns.append(begins[at])
    return Route(vehicle, trips, tuple(starts), tuple(departures), tuple(returns), rest)
