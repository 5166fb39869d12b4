"""Why a stop has no vehicle, and what would serve it.

A stop is looked at alone, on a trip of its own, by every vehicle type. The reason is that of the
type which comes nearest to serving it; where some type could, the fleet is used up.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, isfinite

import numpy as np
from numpy.typing import NDArray

from fulfill.routing.clock import clock_text
from fulfill.routing.instance import RoutingInstance, VehicleType
from fulfill.routing.schedule import TOLERANCE, schedule_route
from fulfill.routing.solution import Route, Unserved, driven_km, route_cost

REASONS = {
    "capacity": "its load is more than a vehicle carries",
    "unreachable": "there is no way to it and back",
    "range": "the way to it and back is beyond the range",
    "shift": "it is too far: the way to it and back takes longer than the shift",
    "window": "no vehicle can be there in its window and back within the shift",
    "break": "the driver's break has no place on the way to it and back",
    "depot": "its depot has nothing left to send",
    "fleet": "a vehicle could serve it, but all are taken",
}
"""In the order of the checks: a type that fails at a later one is nearer to serving the stop."""


def unserviceable_stops(instance: RoutingInstance) -> tuple[Unserved, ...]:
    """Return the stops that no vehicle could serve even if it had nothing else to do.

    Returns
    -------
    tuple of Unserved
        Each with the reason; `fleet` is none of them.
    """
    found = (
        why_unserved(instance, stop, instance.depot_capacity) for stop in range(len(instance.stops))
    )
    return tuple(entry for entry in found if entry.reason != "fleet")


def unserved_stops(
    instance: RoutingInstance, routes: tuple[Route, ...], known: Iterable[Unserved]
) -> tuple[Unserved, ...]:
    """Return the stops that are on no route and not known as unserved.

    Parameters
    ----------
    known : iterable of Unserved
        Stops with a reason already.

    Returns
    -------
    tuple of Unserved
        Each with its reason, judged by what the depots can still send.
    """
    visited = {stop for route in routes for trip in route.trips for stop in trip} | {
        entry.stop for entry in known
    }
    left = instance.depot_capacity.copy()
    for route in routes:
        stops = [stop for trip in route.trips for stop in trip]
        left[instance.vehicles[route.vehicle].depot] -= instance.demand[stops].sum(axis=0)
    missing = [stop for stop in range(len(instance.stops)) if stop not in visited]
    return tuple(why_unserved(instance, stop, left) for stop in missing)


def why_unserved(instance: RoutingInstance, stop: int, depot_left: NDArray[np.float64]) -> Unserved:
    """Return the reason why a stop is not served, judged by the stop alone.

    Parameters
    ----------
    depot_left : (n_depots, n_dimensions)
        What each depot can still send.

    Returns
    -------
    Unserved
        With the reason of the vehicle type that comes nearest to serving the stop.
    """
    order = list(REASONS)
    found = [
        _obstacle(instance, stop, index, depot_left) for index in range(len(instance.vehicles))
    ]
    reason, text = max(found, key=lambda pair: order.index(pair[0]))
    return Unserved(stop, reason, f"{instance.stops[stop]}: {REASONS[reason]}; {text}")


def serves_alone(instance: RoutingInstance, stop: int, vehicle: int) -> bool:
    """Tell whether a vehicle of a type could serve a stop if it had nothing else to do."""
    return _obstacle(instance, stop, vehicle, instance.depot_capacity)[0] == "fleet"


def _obstacle(
    instance: RoutingInstance, stop: int, index: int, depot_left: NDArray[np.float64]
) -> tuple[str, str]:
    """Return the first reason why a vehicle of a type cannot serve a stop alone, and the remedy."""
    kind = instance.vehicles[index]
    place = instance.place_of(stop)
    units = instance.units or ("",) * len(kind.capacity)
    for load, room, unit in zip(instance.demand[stop].tolist(), kind.capacity, units, strict=True):
        if load > room:
            need = f"it needs {load:g} of {room:g} {unit}".rstrip()
            return "capacity", f"{need}: a larger vehicle or several deliveries"
    out, back = (
        float(instance.hours[kind.profile][leg])
        for leg in ((kind.depot, place), (place, kind.depot))
    )
    km = float(
        instance.km[kind.profile][kind.depot, place] + instance.km[kind.profile][place, kind.depot]
    )
    if not isfinite(out + back + km):
        return "unreachable", "a road that a vehicle of this kind may take"
    if km > kind.range_km:
        return "range", f"a range of {km:.1f} km instead of {kind.range_km:g}"
    late = _time_obstacle(instance, stop, kind, out, back) or _break_obstacle(instance, stop, index)
    if late is not None:
        return late
    if (instance.demand[stop] > depot_left[kind.depot]).any():
        return "depot", f"depot {instance.depots[kind.depot]} would have to send more"
    alone = schedule_route(instance, index, ((stop,),))
    cost = (
        f"{route_cost(instance, alone):.2f} USD and {driven_km(instance, alone):.1f} km"
        if alone
        else ""
    )
    return "fleet", f"one more {kind.name}, {cost} for this stop alone"


def _time_obstacle(
    instance: RoutingInstance, stop: int, kind: VehicleType, out: float, back: float
) -> tuple[str, str] | None:
    """Return why a vehicle of a type has no time for a stop, None if it has.

    First whether the way there and back fits the length of the shift at all, for only then clock
    times mean something.
    """
    ready, due, stay = (
        float(figures[stop]) for figures in (instance.ready, instance.due, instance.service)
    )
    hours, longest = out + stay + back, min(kind.closes - kind.opens, kind.max_hours)
    if hours > longest + TOLERANCE:
        there = f"{out:.1f} h there, {stay:.1f} h at the stop and {back:.1f} h back"
        return "shift", f"{there}, a shift of {hours:.1f} h instead of {longest:g}"
    arrival = kind.opens + out
    if arrival > due + TOLERANCE:
        opening = f"a window open until {_clock(arrival)} instead of {clock_text(due)}"
        return "window", f"{opening}, or a shift from {clock_text(due - out)}"
    finish = max(arrival, ready) + stay + back
    if finish > kind.closes + TOLERANCE:
        window = f"it opens at {clock_text(ready)}"
        return (
            "window",
            f"{window}, a shift until {_clock(finish)} instead of {_clock(kind.closes)}",
        )
    return None


def _break_obstacle(instance: RoutingInstance, stop: int, index: int) -> tuple[str, str] | None:
    """Return that the break of a type has no place in a trip to a stop, None if it has."""
    rest = instance.vehicles[index].rest
    if rest is None or schedule_route(instance, index, ((stop,),)) is not None:
        return None
    return "break", (
        f"a shift in which a break of {60.0 * rest.hours:.0f} minutes, begun between "
        f"{clock_text(rest.earliest)} and {clock_text(rest.latest)}, has its place"
    )


def _clock(hours: float) -> str:
    """Return a time on the clock, rounded up to the minute."""
    return clock_text(ceil(hours * 60.0 - TOLERANCE) / 60.0)
