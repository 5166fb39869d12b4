"""Route a large day: districts of near stops one after the other, with breaks for every engine.

A matrix over ten thousand stops is hundreds of millions of pairs, and no engine improves it in
minutes. Stops are halved along the longer side of where they lie until a district is small; a van
does not leave its district. Engines that know no break plan in a shift that is shorter by it, and
the break is put into the routes they find.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import SolverError
from fulfill.routing.audit import audit_routes
from fulfill.routing.infeasibility import serves_alone, unserved_stops
from fulfill.routing.instance import RoutingInstance, VehicleType
from fulfill.routing.schedule import schedule_route
from fulfill.routing.solution import Route, RoutingParams, RoutingSolution, driven_km, route_cost
from fulfill.routing.solve import solve_routing

MAX_STOPS = 800
"""Most stops of a district."""
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class District:
    """Some of the day's stops with their routes, audited.

    Attributes
    ----------
    stops : (n_stops,)
        Rows of the day's table.
    instance, solution : RoutingInstance, RoutingSolution
        Over these stops.
    abroad : tuple of str
        By stop, the country where it lies if no depot is in it, otherwise empty.
    """

    stops: Indices
    instance: RoutingInstance
    solution: RoutingSolution
    abroad: tuple[str, ...]


def split(stops: pd.DataFrame, size: int = MAX_STOPS) -> list[Indices]:
    """Split the stops of a day into districts.

    Parameters
    ----------
    stops : DataFrame
        Columns lat, lon.
    size : int
        Largest number of stops in a district.

    Returns
    -------
    list of array
        Rows of each district: halves along the longer side until they are small enough.
    """
    lat, lon = stops["lat"].to_numpy(float), stops["lon"].to_numpy(float)
    wide = np.cos(np.radians(lat.mean())) if len(lat) else 1.0

    def halved(rows: Indices) -> list[Indices]:
        if len(rows) <= size:
            return [rows]
        along = lat if np.ptp(lat[rows]) > wide * np.ptp(lon[rows]) else lon
        order = rows[np.argsort(along[rows], kind="stable")]
        return [*halved(order[: len(order) // 2]), *halved(order[len(order) // 2 :])]

    return halved(np.arange(len(stops))) if len(stops) else []


def apportion(available: int | None, shares: list[int]) -> list[int | None]:
    """Share out a limited number of vehicles among districts (largest remainders).

    Parameters
    ----------
    available : int or None
        Vehicles, None for no limit.
    shares : list of int
        Weight of each district.

    Returns
    -------
    list
        Vehicles of each district, which add up to those available; None for no limit.
    """
    if available is None:
        return [None] * len(shares)
    ideal = available * np.array(shares, float) / max(sum(shares), 1)
    given = np.floor(ideal).astype(int)
    given[np.argsort(given - ideal, kind="stable")[: available - int(given.sum())]] += 1
    return [int(number) for number in given]


def route_with_breaks(
    instance: RoutingInstance, params: RoutingParams, engine: str
) -> RoutingSolution:
    """Route an instance whose drivers have breaks; the result has passed the auditor.

    Parameters
    ----------
    params : RoutingParams
        Limits of each engine that is used.
    engine : str
        See `fulfill.routing.solve.solve_routing`.

    Raises
    ------
    SolverError
        As `solve_routing`, or where the auditor finds a fault once the breaks are in.
    """
    if all(kind.rest is None for kind in instance.vehicles) or engine == "ortools":
        return solve_routing(instance, params, engine)
    found = solve_routing(_without_breaks(instance), params, engine)
    # Breaks are put into the routes found; where one does not fit, the route is given up.
    timed = [schedule_route(instance, route.vehicle, route.trips) for route in found.routes]
    routes = _around_breaks(
        instance, tuple(route for route in timed if route is not None), params, engine
    )
    solution = RoutingSolution(
        routes,
        unserved_stops(instance, routes, ()),
        sum(route_cost(instance, route) for route in routes),
        sum(driven_km(instance, route) for route in routes),
        found.engine,
        found.seconds,
    )
    finding = audit_routes(instance, solution)
    if not finding.clean:
        raise SolverError(
            f"{found.engine}: the auditor finds faults in its routes: " + "; ".join(finding.faults)
        )
    return solution


def _without_breaks(instance: RoutingInstance) -> RoutingInstance:
    """Return the instance with shifts shorter by the break and without it.

    Windows close earlier by the longest break where they are wide enough, to allow for its delay.
    """
    longest = max(kind.rest.hours for kind in instance.vehicles if kind.rest is not None)
    kinds = tuple(
        kind
        if kind.rest is None
        else replace(
            kind,
            rest=None,
            closes=kind.closes - kind.rest.hours,
            max_hours=kind.max_hours - kind.rest.hours,
        )
        for kind in instance.vehicles
    )
    first = min(kind.rest.earliest for kind in instance.vehicles if kind.rest is not None)
    # What begins before any break is not delayed by it.
    closing = np.maximum(instance.due - longest, np.minimum(instance.due, first))
    return replace(
        instance, vehicles=kinds, due=np.where(closing >= instance.ready, closing, instance.due)
    )


def _around_breaks(
    instance: RoutingInstance, routes: tuple[Route, ...], params: RoutingParams, engine: str
) -> tuple[Route, ...]:
    """Return routes, and further ones for the stops that are on none, as far as vehicles go.

    A route that ends before the break, or begins after it, needs no place for it; a stop that such
    a route does not reach gets a vehicle of its own.
    """
    for cut in (_before_break, _after_break):
        left, stops = _vehicles_left(instance, routes), _to_be_served(instance, routes)
        if not len(stops) or all(kind.available == 0 for kind in left):
            return routes
        short = replace(instance, vehicles=tuple(cut(kind) for kind in left)).only(stops)
        found = solve_routing(short, _share(params, len(stops) / len(instance.stops)), engine)
        routes += tuple(
            replace(
                route, trips=tuple(tuple(int(stops[stop]) for stop in trip) for trip in route.trips)
            )
            for route in found.routes
        )
    for stop in _to_be_served(instance, routes).tolist():
        alone = [
            route
            for index, kind in enumerate(_vehicles_left(instance, routes))
            if kind.available != 0
            and serves_alone(instance, stop, index)
            and (route := schedule_route(instance, index, ((stop,),))) is not None
        ]
        routes += tuple(sorted(alone, key=lambda route: route_cost(instance, route))[:1])
    return routes


def _to_be_served(instance: RoutingInstance, routes: tuple[Route, ...]) -> Indices:
    """Return the stops on no route that some vehicle could serve alone."""
    missing = unserved_stops(instance, routes, ())
    return np.array([entry.stop for entry in missing if entry.reason == "fleet"], np.int64)


def _vehicles_left(instance: RoutingInstance, routes: tuple[Route, ...]) -> tuple[VehicleType, ...]:
    """Return the types with the vehicles that are on no route."""
    used = np.bincount([route.vehicle for route in routes], minlength=len(instance.vehicles))
    return tuple(
        kind if kind.available is None else replace(kind, available=kind.available - int(count))
        for kind, count in zip(instance.vehicles, used, strict=True)
    )


def _share(params: RoutingParams, part: float) -> RoutingParams:
    """Return the limits for a part of the stops."""
    steps = None if params.iterations is None else max(int(params.iterations * part), 1)
    return replace(params, time_limit=params.time_limit * part, iterations=steps)


def _before_break(kind: VehicleType) -> VehicleType:
    """Return a type whose shift ends when its break begins at the latest."""
    if kind.rest is None:
        return kind
    return replace(kind, rest=None, closes=min(kind.closes, kind.rest.latest))


def _after_break(kind: VehicleType) -> VehicleType:
    """Return a type whose shift begins when its break ends at the earliest."""
    if kind.rest is None:
        return kind
    return replace(kind, rest=None, opens=min(kind.rest.earliest + kind.rest.hours, kind.closes))
