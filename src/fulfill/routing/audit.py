"""A second reading of routes: every rule and the cost recomputed without any engine's code.

Nothing is taken from the engines or the schedules: loads, legs, waiting, windows, breaks, shift and
cost follow again from the routes and the instance, one family of rules at a time. Solutions with a
fault are not handed on silently.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.routing.instance import RoutingInstance, VehicleType
from fulfill.routing.solution import Route, RoutingSolution

TIME_TOLERANCE = 1e-6
"""Hours by which a rule may be missed before it is a fault."""
COST_TOLERANCE = 1e-9
"""Relative difference at which a recomputed cost or distance disagrees."""
LOAD_TOLERANCE = 1e-9
"""Relative excess of a load over a capacity."""


@dataclass(frozen=True)
class RoutingAudit:
    """The auditor's finding.

    Attributes
    ----------
    objective, km : float
        Recomputed cost, USD, and distance; NaN where a route cannot be read.
    faults : tuple of str
        What is wrong, in words; none if clean.
    """

    objective: float
    km: float
    faults: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def audit_routes(instance: RoutingInstance, solution: RoutingSolution) -> RoutingAudit:
    """Recompute distance, times, loads and cost of a solution and check every rule.

    Returns
    -------
    RoutingAudit
        With a fault for each stop visited twice, not at all or both visited and called unserved;
        for each load, window, shift, range, break, number of trips or vehicles that breaks a rule;
        for each figure that is not so.
    """
    faults = [*_visit_faults(instance, solution), *_fleet_faults(instance, solution)]
    if faults and any("no such" in fault for fault in faults):
        return RoutingAudit(float("nan"), float("nan"), tuple(faults))
    objective = driven = 0.0
    for number, route in enumerate(solution.routes):
        kind = instance.vehicles[route.vehicle]
        label = f"route {number} ({kind.name})"
        shape = list(_shape_faults(kind, route))
        faults += [f"{label}: {fault}" for fault in shape]
        if shape:
            continue
        km = _km(instance, kind, route)
        faults += [f"{label}: {fault}" for fault in _rule_faults(instance, kind, route, km)]
        paid = route.returns[-1] - route.departures[0]
        driven += km
        objective += (
            kind.cost_per_day + kind.cost_per_km * km + (kind.cost_per_hour * paid if paid else 0.0)
        )
    faults += list(_depot_faults(instance, solution))
    for name, claimed, found in (
        ("cost", solution.objective, objective),
        ("km", solution.km, driven),
    ):
        if not abs(claimed - found) <= COST_TOLERANCE * max(abs(claimed), abs(found), 1.0):
            faults.append(f"{name}: the solution claims {claimed:.6f}, its routes make {found:.6f}")
    return RoutingAudit(objective, driven, tuple(faults))


def audit_day(
    n_stops: int,
    districts: Iterable[tuple[NDArray[np.int64], RoutingInstance, RoutingSolution]],
    fleets: Mapping[tuple[str, str], float],
) -> tuple[str, ...]:
    """Check what no district sees alone.

    Parameters
    ----------
    n_stops : int
        Number of stops of the day.
    districts : sequence
        Rows of the day's stops, and the instance and solution that `audit_routes` has passed.
    fleets : mapping
        Number of vehicles by site and type, infinite or absent where there is no limit.

    Returns
    -------
    tuple of str
        A fault for each stop that is not in the day once, and for each site and type with more
        vehicles sent than there are.
    """
    seen = np.zeros(n_stops, np.int64)
    sent: Counter[tuple[str, str]] = Counter()
    for rows, instance, solution in districts:
        on_routes = [stop for route in solution.routes for trip in route.trips for stop in trip]
        np.add.at(seen, rows[[*on_routes, *(entry.stop for entry in solution.unserved)]], 1)
        kinds = [instance.vehicles[route.vehicle] for route in solution.routes]
        sent.update((instance.depots[kind.depot], kind.name) for kind in kinds)
    faults = [f"stop {stop}: {seen[stop]} times in the day" for stop in np.flatnonzero(seen != 1)]
    for key, number in sent.items():
        if number > fleets.get(key, np.inf):
            faults.append(
                f"{key[0]} sends {number} vehicles of type {key[1]} and has {fleets[key]:g}"
            )
    return tuple(faults)


def _visit_faults(instance: RoutingInstance, solution: RoutingSolution) -> Iterator[str]:
    """Yield stops that are not visited or listed once, or listed without a reason."""
    visited = [stop for route in solution.routes for trip in route.trips for stop in trip]
    missing = [entry.stop for entry in solution.unserved]
    n_stops = len(instance.stops)
    for stop in sorted({stop for stop in visited + missing if not 0 <= stop < n_stops}):
        yield f"there is no such stop: {stop}"
    if any(not 0 <= stop < n_stops for stop in visited + missing):
        return
    visits = np.bincount(np.array(visited, np.int64), minlength=n_stops)
    listed = np.bincount(np.array(missing, np.int64), minlength=n_stops)
    for stop in np.flatnonzero(visits > 1).tolist():
        yield f"stop {instance.stops[stop]} is visited {visits[stop]} times"
    for stop in np.flatnonzero((visits == 0) & (listed == 0)).tolist():
        yield f"stop {instance.stops[stop]} is neither visited nor listed as unserved"
    for stop in np.flatnonzero((visits > 0) & (listed > 0)).tolist():
        yield f"stop {instance.stops[stop]} is visited and listed as unserved"
    for entry in solution.unserved:
        if not entry.reason or not entry.text:
            yield f"stop {instance.stops[entry.stop]} is unserved without a reason"


def _fleet_faults(instance: RoutingInstance, solution: RoutingSolution) -> Iterator[str]:
    """Yield types with more vehicles on routes than there are, and types that there are not."""
    for index in sorted({route.vehicle for route in solution.routes}):
        if not 0 <= index < len(instance.vehicles):
            yield f"there is no such vehicle type: {index}"
            continue
        kind = instance.vehicles[index]
        used = sum(route.vehicle == index for route in solution.routes)
        if kind.available is not None and used > kind.available:
            yield f"{used} vehicles of type {kind.name} are used, there are {kind.available}"


def _shape_faults(kind: VehicleType, route: Route) -> Iterator[str]:
    """Yield what makes a route unreadable: times that do not fit its trips, empty trips."""
    sizes = {len(route.trips), len(route.starts), len(route.departures), len(route.returns)}
    if len(sizes) > 1 or [len(trip) for trip in route.trips] != [
        len(times) for times in route.starts
    ]:
        yield "there is not one time a stop, departure and return"
    if not route.trips or not all(route.trips):
        yield "a trip has no stop"
    if len(route.trips) > kind.trips:
        yield f"{len(route.trips)} trips, the type makes at most {kind.trips}"
    times = [*route.departures, *route.returns, *(start for trip in route.starts for start in trip)]
    if not np.isfinite(times).all():
        yield "a time is no number"


def _km(instance: RoutingInstance, kind: VehicleType, route: Route) -> float:
    """Return the distance of a route, km."""
    matrix, total = instance.km[kind.profile], 0.0
    for trip in route.trips:
        places = np.array([kind.depot, *(len(instance.depots) + stop for stop in trip), kind.depot])
        total += float(matrix[places[:-1], places[1:]].sum())
    return total


def _rule_faults(
    instance: RoutingInstance, kind: VehicleType, route: Route, km: float
) -> Iterator[str]:
    """Yield the rules that a route breaks."""
    for number, trip in enumerate(route.trips):
        load = instance.demand[list(trip)].sum(axis=0)
        if (load > np.array(kind.capacity) * (1.0 + LOAD_TOLERANCE)).any():
            yield f"trip {number} carries {load.tolist()}, capacity is {list(kind.capacity)}"
    if km > kind.range_km * (1.0 + COST_TOLERANCE):
        yield f"drives {km:.3f} km, its range is {kind.range_km:g} km"
    if route.departures[0] < kind.opens - TIME_TOLERANCE:
        yield f"leaves at {route.departures[0]:.4f}, its shift begins at {kind.opens:g}"
    if route.returns[-1] > kind.closes + TIME_TOLERANCE:
        yield f"is back at {route.returns[-1]:.4f}, its shift ends at {kind.closes:g}"
    if route.returns[-1] - route.departures[0] > kind.max_hours + TIME_TOLERANCE:
        out = route.returns[-1] - route.departures[0]
        yield f"is out for {out:.4f} h, its shift has {kind.max_hours:g} h"
    yield from _window_faults(instance, route)
    yield from _leg_faults(instance, kind, route)
    yield from _rest_faults(instance, kind, route)


def _window_faults(instance: RoutingInstance, route: Route) -> Iterator[str]:
    """Yield stops that are begun outside their window."""
    for trip, starts in zip(route.trips, route.starts, strict=True):
        for stop, start in zip(trip, starts, strict=True):
            if (
                not instance.ready[stop] - TIME_TOLERANCE
                <= start
                <= instance.due[stop] + TIME_TOLERANCE
            ):
                window = f"{instance.ready[stop]:g} to {instance.due[stop]:g}"
                yield f"stop {instance.stops[stop]} is begun at {start:.4f}, its window is {window}"


def _gaps(
    instance: RoutingInstance, kind: VehicleType, route: Route
) -> Iterator[tuple[float, float, float, str]]:
    """Yield the time between two services, with the leg that falls into it.

    When it begins and ends, hours of driving in it, and where the leg leads.
    """
    hours = instance.hours[kind.profile]
    back = None
    for number, trip in enumerate(route.trips):
        if back is not None:
            yield back, route.departures[number], kind.reload_hours, "the reload"
        place, free = kind.depot, route.departures[number]
        for stop, start in zip(trip, route.starts[number], strict=True):
            target = len(instance.depots) + stop
            yield free, start, float(hours[place, target]), f"stop {instance.stops[stop]}"
            place, free = target, start + float(instance.service[stop])
        yield free, route.returns[number], float(hours[place, kind.depot]), "the depot"
        back = route.returns[number]


def _leg_faults(instance: RoutingInstance, kind: VehicleType, route: Route) -> Iterator[str]:
    """Yield legs that take longer than the route allows."""
    for free, reached, driving, target in _gaps(instance, kind, route):
        resting = 0.0
        if (
            kind.rest is not None
            and route.rest is not None
            and free - TIME_TOLERANCE <= route.rest < reached
        ):
            resting = kind.rest.hours
        if not free + driving + resting <= reached + TIME_TOLERANCE:
            need = f"{driving:.4f} h on the way" + (
                f" and {resting:g} h of break" if resting else ""
            )
            yield f"reaches {target} at {reached:.4f} after leaving at {free:.4f} with {need}"


def _rest_faults(instance: RoutingInstance, kind: VehicleType, route: Route) -> Iterator[str]:
    """Yield a break that is missing, too early or late, or during service."""
    rest = kind.rest
    if rest is None:
        if route.rest is not None:
            yield "has a break that its type does not have"
        return
    if route.rest is None:
        before = rest.earliest + rest.hours <= route.departures[0] + TIME_TOLERANCE
        if not before and not route.returns[-1] <= rest.latest + TIME_TOLERANCE:
            out = f"{route.departures[0]:.4f} to {route.returns[-1]:.4f}"
            yield f"is out from {out} without a break"
        return
    if not rest.earliest - TIME_TOLERANCE <= route.rest <= rest.latest + TIME_TOLERANCE:
        between = f"{rest.earliest:g} and {rest.latest:g}"
        yield f"has its break at {route.rest:.4f}, it begins between {between}"
    fits = (
        free - TIME_TOLERANCE <= route.rest and route.rest + rest.hours <= reached + TIME_TOLERANCE
        for free, reached, _, target in _gaps(instance, kind, route)
        if target != "the reload"
    )
    if not any(fits):
        yield f"has its break at {route.rest:.4f} while the driver serves or loads"


def _depot_faults(instance: RoutingInstance, solution: RoutingSolution) -> Iterator[str]:
    """Yield depots that send more than their capacity."""
    sent = np.zeros_like(instance.depot_capacity)
    for route in solution.routes:
        sent[instance.vehicles[route.vehicle].depot] += instance.demand[
            [stop for trip in route.trips for stop in trip]
        ].sum(axis=0)
    for depot in np.flatnonzero(
        (sent > instance.depot_capacity * (1.0 + LOAD_TOLERANCE)).any(axis=1)
    ).tolist():
        capacity = instance.depot_capacity[depot].tolist()
        load = sent[depot].tolist()
        yield f"depot {instance.depots[depot]} sends {load}, its capacity is {capacity}"
