"""Why a stop has no vehicle, and what would serve it.

A stop is looked at alone, on a trip of its own, by every vehicle type. The reason is that of the
type which comes nearest to serving it; where some type could, the fleet is used up.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from fulfill.routing.instance import RoutingInstance, VehicleType
from fulfill.routing.schedule import schedule_route
from fulfill.routing.solution import Route, Unserved, driven_km, route_cost

REASONS = {
    "capacity": "its load is more than a vehicle carries",
    "unreachable": "there is no way to it and back",
    "range": "the way to it and back is beyond the range",
    "window": "no vehicle can be there before it closes",
    "shift": "the way to it and back does not fit the shift",
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


def _obstacle(
    instance: RoutingInstance, stop: int, index: int, depot_left: NDArray[np.float64]
) -> tuple[str, str]:
    """Return the first reason why a vehicle of a type cannot serve a stop alone, and the remedy."""
    kind = instance.vehicles[index]
    place = instance.place_of(stop)
    for load, room in zip(instance.demand[stop].tolist(), kind.capacity, strict=True):
        if load > room:
            return (
                "capacity",
                f"it needs {load:g} of {room:g}: a larger vehicle or several deliveries",
            )
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
    late = _time_obstacle(instance, stop, index, out, back)
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
    instance: RoutingInstance, stop: int, index: int, out: float, back: float
) -> tuple[str, str] | None:
    """Return the window or the shift that a vehicle of a type cannot keep, None if it can."""
    kind = instance.vehicles[index]
    ready, due, stay = (
        float(figures[stop]) for figures in (instance.ready, instance.due, instance.service)
    )
    arrival = max(kind.opens + out, ready)
    if arrival > due:
        opening = f"a window open until {_clock(arrival)} instead of {_clock(due)}"
        return "window", f"{opening}, or a shift from {_clock(due - out)}"
    if schedule_route(instance, index, ((stop,),)) is None:
        return "shift", _shift_remedy(kind, arrival + stay + back, out + stay + back)
    return None


def _shift_remedy(kind: VehicleType, earliest_return: float, hours: float) -> str:
    """Return what a shift would have to be."""
    needed = []
    if earliest_return > kind.closes:
        needed.append(f"a shift until {_clock(earliest_return)} instead of {_clock(kind.closes)}")
    if hours > kind.max_hours:
        needed.append(f"a shift of {hours:.2f} h instead of {kind.max_hours:g}")
    return " and ".join(needed) or "a shift in which the driver's break has its place"


def _clock(hours: float) -> str:
    """Return hours on the clock as HH:MM, rounded up to the minute."""
    minutes = -int(-hours * 60.0 // 1.0)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" if isfinite(hours) else "any time"
