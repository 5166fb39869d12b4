"""A routing instance as OR-Tools' model, and what its search makes of known routes.

Legs are looked up in native matrices, and costs are whole numbers
(`fulfill.routing.engines.integer_scaling`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp

from fulfill.inputs.faults import SolverError
from fulfill.routing.engines.integer_scaling import INFINITE, IntegerScaling, Ints
from fulfill.routing.instance import RoutingInstance, VehicleType
from fulfill.routing.solution import RoutePlan

SPARE = 0.1
"""Vehicles beyond those of the first routes, as a share of them, where there are so many."""


@dataclass(frozen=True)
class _Layout:
    """The nodes of OR-Tools' model: places first, then a reload for each further trip of a vehicle.

    Attributes
    ----------
    vehicle : tuple of int
        Type of each vehicle.
    reload : tuple of int
        Vehicle of each reload.
    place : (n_nodes,)
        Place of each node.
    """

    vehicle: tuple[int, ...]
    reload: tuple[int, ...]
    place: Ints


def improve(
    instance: RoutingInstance, scaling: IntegerScaling, known: RoutePlan, settings: Any
) -> tuple[RoutePlan, int]:
    """Return routes found from known ones.

    Parameters
    ----------
    known : RoutePlan
        Routes that the search starts from.
    settings : Any
        OR-Tools' search parameters, see `fulfill.routing.engines.ortools.settings`.

    Returns
    -------
    tuple
        Routes, and the cost they save in integer units. Where rounding makes the known ones
        infeasible, ruin and recreate returns them as they are, the other searches find others, and
        the saving is 0.

    Raises
    ------
    SolverError
        Where OR-Tools finds no routes at all.
    """
    layout = _layout(instance, known)
    depots = [instance.vehicles[kind].depot for kind in layout.vehicle]
    manager = pywrapcp.RoutingIndexManager(len(layout.place), len(layout.vehicle), depots, depots)
    model = pywrapcp.RoutingModel(manager)
    _add_costs(instance, scaling, layout, model)
    _add_loads(instance, scaling, layout, manager, model)
    _add_ranges(instance, scaling, layout, model)
    if instance.timed or any(scaling.per_hour):
        _add_times(instance, scaling, layout, manager, model)
    _allow_absence(instance, scaling, layout, manager, model)
    routes = _node_routes(instance, layout, manager, known)
    _prefer_known_legs(model, routes)
    model.CloseModelWithParameters(settings)
    # None where integer rounding makes the known routes infeasible
    first = model.ReadAssignmentFromRoutes(routes, True)
    if settings.use_iterated_local_search:
        found = model.SolveWithIteratedLocalSearch(settings) if first is not None else None
        if found is None:
            return known, 0
    elif first is not None:
        found = model.SolveFromAssignmentWithParameters(first, settings)
    else:
        found = model.SolveWithParameters(settings)
    if found is None:
        raise SolverError(f"OR-Tools found no routes for {instance.name} (status {model.status()})")
    saved = first.ObjectiveValue() - found.ObjectiveValue() if first is not None else 0
    return _plan(instance, layout, manager, model, found), saved


def _prefer_known_legs(model: Any, routes: list[list[int]]) -> None:
    """Make a search that builds its first routes build known ones.

    A leg of theirs costs nothing, any other 1.
    """
    follower: dict[int, int] = {}
    for number, route in enumerate(routes):
        follower.update(pairwise([model.Start(number), *route, model.End(number)]))
    model.SetFirstSolutionEvaluator(lambda index, other: int(follower.get(index) != other))


def _layout(instance: RoutingInstance, known: RoutePlan) -> _Layout:
    """Return the nodes for the vehicles of known routes and some more."""
    vehicles: list[int] = []
    for index, kind in enumerate(instance.vehicles):
        used = sum(vehicle == index for vehicle, _ in known)
        # spare vehicles let the search split routes; all that exist would slow it down
        wanted = used + max(2, int(SPARE * used))
        vehicles += [index] * min(
            wanted if kind.available is None else kind.available, len(instance.stops)
        )
    reload = [
        number
        for number, index in enumerate(vehicles)
        for _ in range(instance.vehicles[index].trips - 1)
    ]
    depots = [instance.vehicles[vehicles[number]].depot for number in reload]
    return _Layout(
        tuple(vehicles), tuple(reload), np.array([*range(instance.n_places), *depots], np.int64)
    )


def _spread(layout: _Layout, matrix: Ints) -> Ints:
    """Return a matrix over places as one over nodes."""
    return matrix if not layout.reload else matrix[np.ix_(layout.place, layout.place)]


def _add_costs(
    instance: RoutingInstance, scaling: IntegerScaling, layout: _Layout, model: Any
) -> None:
    """Set the cost of every leg and vehicle."""
    registered: dict[tuple[int, int], int] = {}
    fixed = _vehicle_penalty(instance, scaling) if instance.fewest_vehicles else 0
    for number, index in enumerate(layout.vehicle):
        key = (instance.vehicles[index].profile, scaling.per_km[index])
        if key not in registered:
            legs = _spread(layout, scaling.distances(instance.km[key[0]], False)) * key[1]
            registered[key] = model.RegisterTransitMatrix(legs.tolist())
        model.SetArcCostEvaluatorOfVehicle(registered[key], number)
        model.SetFixedCostOfVehicle(fixed or scaling.per_day[index], number)


def _vehicle_penalty(instance: RoutingInstance, scaling: IntegerScaling) -> int:
    """Return a cost of a vehicle that outweighs any distance saved by it."""
    longest = int(scaling.distances(instance.km[0], False).max(axis=1).sum())
    return 2 * longest * max(scaling.per_km)


def _add_loads(
    instance: RoutingInstance, scaling: IntegerScaling, layout: _Layout, manager: Any, model: Any
) -> None:
    """Keep capacities; a reload empties the vehicle."""
    demand = scaling.demand(instance)
    for dimension in range(demand.shape[1]):
        rooms = [
            scaling.capacity(instance.vehicles[index].capacity)[dimension]
            for index in layout.vehicle
        ]
        # a reload is a node with negative demand; slack there allows a vehicle to unload less
        unload = [-rooms[number] for number in layout.reload]
        loads = [0] * len(instance.depots) + demand[:, dimension].tolist() + unload
        name = f"load {dimension}"
        model.AddDimensionWithVehicleCapacity(
            model.RegisterUnaryTransitVector(loads), max(rooms) if unload else 0, rooms, True, name
        )
        if unload:
            load = model.GetDimensionOrDie(name)
            for place in range(len(instance.depots), instance.n_places):
                # only reloads may discard load, or capacity could be evaded
                load.SlackVar(manager.NodeToIndex(place)).SetValue(0)
    for node, number in enumerate(layout.reload, start=instance.n_places):
        index = manager.NodeToIndex(node)
        model.VehicleVar(index).SetValues([-1, number])
        # a reload may be skipped at no cost
        model.AddDisjunction([index], 0)


def _add_ranges(
    instance: RoutingInstance, scaling: IntegerScaling, layout: _Layout, model: Any
) -> None:
    """Keep ranges, where there are any."""
    kinds = [instance.vehicles[index] for index in layout.vehicle]
    if not any(np.isfinite(kind.range_km) for kind in kinds):
        return
    matrices = [_spread(layout, scaling.distances(km, True)).tolist() for km in instance.km]
    legs = [model.RegisterTransitMatrix(matrix) for matrix in matrices]
    ranges = [int(min(kind.range_km * scaling.km, INFINITE)) for kind in kinds]
    model.AddDimensionWithVehicleTransitAndCapacity(
        [legs[kind.profile] for kind in kinds], 0, ranges, True, "range"
    )


def _add_times(
    instance: RoutingInstance, scaling: IntegerScaling, layout: _Layout, manager: Any, model: Any
) -> None:
    """Keep windows, shifts and breaks, and pay the hours of a route."""
    kinds = [instance.vehicles[index] for index in layout.vehicle]
    stay = np.concatenate([np.zeros(len(instance.depots)), instance.service])
    stays = [
        *scaling.hours_up(stay).tolist(),
        *(int(scaling.hours_up(kinds[number].reload_hours)) for number in layout.reload),
    ]
    legs = [
        model.RegisterTransitMatrix(
            (_spread(layout, scaling.hours_up(hours)) + np.array(stays)[:, None]).tolist()
        )
        for hours in instance.hours
    ]
    longest = _horizon(instance, scaling)
    model.AddDimensionWithVehicleTransits(
        [legs[kind.profile] for kind in kinds], longest, longest, False, "time"
    )
    time = model.GetDimensionOrDie("time")
    for stop in range(len(instance.stops)):
        # round inwards, so that a route in integers keeps the true window
        ready, due = (
            int(scaling.hours_up(instance.ready[stop])),
            int(scaling.hours_down(instance.due[stop])),
        )
        time.CumulVar(manager.NodeToIndex(instance.place_of(stop))).SetRange(
            max(ready, 0), min(due, longest)
        )
    starts = {model.Start(number) for number in range(len(kinds))}
    visits = [
        0 if index in starts else stays[manager.IndexToNode(index)] for index in range(model.Size())
    ]
    for number, (index, kind) in enumerate(zip(layout.vehicle, kinds, strict=True)):
        _add_shift(kind, scaling, number, model, visits)
        if scaling.per_hour[index]:
            time.SetSpanCostCoefficientForVehicle(scaling.per_hour[index], number)


def _add_shift(
    kind: VehicleType, scaling: IntegerScaling, number: int, model: Any, visits: list[int]
) -> None:
    """Bound the day of a vehicle and give its driver the break."""
    time = model.GetDimensionOrDie("time")
    opens, closes = int(scaling.hours_up(kind.opens)), int(scaling.hours_down(kind.closes))
    time.CumulVar(model.Start(number)).SetRange(opens, closes)
    time.CumulVar(model.End(number)).SetRange(opens, closes)
    if np.isfinite(kind.max_hours):
        time.SetSpanUpperBoundForVehicle(int(scaling.hours_down(kind.max_hours)), number)
    if kind.rest is not None:
        first, last = (
            int(scaling.hours_up(kind.rest.earliest)),
            int(scaling.hours_down(kind.rest.latest)),
        )
        length = int(scaling.hours_up(kind.rest.hours))
        rest = model.solver().FixedDurationIntervalVar(first, last, length, False, f"rest {number}")
        time.SetBreakIntervalsOfVehicle([rest], number, visits)


def _horizon(instance: RoutingInstance, scaling: IntegerScaling) -> int:
    """Return a time, in integer units, after which nothing happens.

    The last closing, or that of all legs and services one after the other.
    """
    # a tight horizon keeps time variables small and propagation strong
    closes = max(float(kind.closes) for kind in instance.vehicles)
    if np.isfinite(closes):
        return int(scaling.hours_down(closes))
    start = max(float(instance.ready.max(initial=0.0)), *(kind.opens for kind in instance.vehicles))
    hours = max(
        np.where(np.isfinite(matrix), matrix, 0.0).max(axis=1).sum() for matrix in instance.hours
    )
    end = start + 2.0 * float(hours) + float(instance.service.sum()) + 24.0
    return min(int(scaling.hours_up(end)), INFINITE)


def _allow_absence(
    instance: RoutingInstance, scaling: IntegerScaling, layout: _Layout, manager: Any, model: Any
) -> None:
    """Let stops be absent where vehicles are limited.

    The penalty is more than a vehicle sent for one stop costs: a stop is served if it can be.
    """
    if instance.fewest_vehicles or any(kind.available is None for kind in instance.vehicles):
        return
    penalty = 0
    for index, kind in enumerate(instance.vehicles):
        km = scaling.distances(instance.km[kind.profile], False)
        driving = 4 * scaling.per_km[index] * int(np.minimum(km, INFINITE - 1).max())
        hours = 2 * scaling.per_hour[index] * _horizon(instance, scaling)
        penalty = max(penalty, scaling.per_day[index] + driving + hours)
    for stop in range(len(instance.stops)):
        model.AddDisjunction([manager.NodeToIndex(instance.place_of(stop))], penalty)


def _node_routes(
    instance: RoutingInstance, layout: _Layout, manager: Any, known: RoutePlan
) -> list[list[int]]:
    """Return known routes as OR-Tools' indices, by vehicle."""
    waiting: dict[int, list[list[int]]] = {}
    for vehicle, trips in known:
        waiting.setdefault(vehicle, []).append(
            [instance.place_of(stop) for trip in trips for stop in trip]
        )
    routes = []
    for index in layout.vehicle:
        places = waiting[index].pop() if waiting.get(index) else []
        routes.append([manager.NodeToIndex(place) for place in places])
    return routes


def _plan(
    instance: RoutingInstance, layout: _Layout, manager: Any, model: Any, found: Any
) -> RoutePlan:
    """Return OR-Tools' routes as ours."""
    plan: RoutePlan = []
    for number, kind in enumerate(layout.vehicle):
        trips: list[list[int]] = [[]]
        index = found.Value(model.NextVar(model.Start(number)))
        while not model.IsEnd(index):
            node = manager.IndexToNode(index)
            if node < instance.n_places:
                trips[-1].append(node - len(instance.depots))
            else:
                trips.append([])
            index = found.Value(model.NextVar(index))
        if any(trips):
            plan.append((kind, [trip for trip in trips if trip]))
    return plan
