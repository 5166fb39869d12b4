"""Engine `pyvrp`: iterated local search of PyVRP.

Wouda, Lan and Kool 2024, doi 10.1287/ijoc.2023.0055. The only module that imports pyvrp.
"""

from __future__ import annotations

import time
import warnings
from dataclasses import replace

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.PenaltyManager import PenaltyParams
from pyvrp.search import NeighbourhoodParams
from pyvrp.solve import SolveParams, solve
from pyvrp.stop import MaxIterations, MaxRuntime, StoppingCriterion

from fulfill.routing.engines.integer_scaling import INFINITE, IntegerScaling, scale_to_integers
from fulfill.routing.engines.ruin.engine import solve_ruin
from fulfill.routing.instance import RoutingInstance, features
from fulfill.routing.solution import RoutePlan, RoutingParams

NEIGHBOURS, FEWER_NEIGHBOURS, MANY = 50, 20, 300
"""Size of the granular neighbourhood, and the smaller one from so many stops on."""
RUIN_SHARE, RUIN_SHARE_LONG = 0.6, 0.85
"""Share of the effort for the routes that PyVRP begins from, and the same where these are long."""
STEPS_PER_ITERATION = 100
"""Steps of `ruin` that count as one of PyVRP's iterations, which take so much longer."""
MAX_PENALTY = 1e7
"""Upper bound of the penalties; PyVRP's own suits whole distance units, ours are smaller."""


def solve_pyvrp(instance: RoutingInstance, params: RoutingParams) -> RoutePlan:
    """Return routes for an instance without breaks and depot capacities.

    PyVRP goes on from the routes of `fulfill.routing.engines.ruin.engine`, and with the number of
    its vehicles if that comes first: from nothing it does not get so far in the same time.

    Parameters
    ----------
    params : RoutingParams
        Limits; `iterations` counts those of PyVRP.

    Returns
    -------
    RoutePlan
        The routes of `ruin` where PyVRP finds none that are feasible, unless ranges or shift
        lengths, which `ruin` does not see, may forbid them: then none.
    """
    begun = time.perf_counter()
    steps = None if params.iterations is None else STEPS_PER_ITERATION * params.iterations
    first = solve_ruin(instance, replace(params, iterations=steps), RUIN_SHARE, RUIN_SHARE_LONG)
    spent = (
        RUIN_SHARE
        if params.iterations is not None
        else (time.perf_counter() - begun) / params.time_limit
    )
    if instance.fewest_vehicles:
        used = [vehicle for vehicle, _ in first]
        kinds = tuple(
            replace(kind, available=used.count(index))
            for index, kind in enumerate(instance.vehicles)
        )
        instance = replace(instance, vehicles=kinds)
    found = _search(instance, params, 1.0 - spent, first)
    return found or ([] if features(instance) - {"second trips"} else first)


def _search(
    instance: RoutingInstance, params: RoutingParams, share: float, first: RoutePlan
) -> RoutePlan:
    """Return PyVRP's routes after a share of the effort; none where it finds no feasible ones."""
    data = build_data(instance)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        settings, stop = _settings(instance), _stop(params, share)
        found = solve(
            data,
            stop,
            params.seed,
            collect_stats=False,
            params=settings,
            initial_solution=_solution(data, first),
        ).best
    if not found.is_feasible():
        return []
    return [
        (int(data.vehicle_type(route.vehicle_type()).name), _trips(route))
        for route in found.routes()
    ]


def _solution(data: pyvrp.ProblemData, plan: RoutePlan) -> pyvrp.Solution:
    """Return routes of one trip each as PyVRP's."""
    number = {int(kind.name): index for index, kind in enumerate(data.vehicle_types())}
    return pyvrp.Solution(
        data, [pyvrp.Route(data, trips[0], number[vehicle]) for vehicle, trips in plan]
    )


def build_data(instance: RoutingInstance) -> pyvrp.ProblemData:
    """Return an instance as PyVRP's data.

    Returns
    -------
    ProblemData
        In integer units. A type is named by its index; one without vehicles is left out.
    """
    scaling = scale_to_integers(instance)
    ranged = any(np.isfinite(kind.range_km) for kind in instance.vehicles)
    n_depots = len(instance.depots)
    depots = [pyvrp.Depot(index) for index in range(n_depots)]
    reloads = sorted(
        {
            (kind.depot, int(scaling.hours_up(kind.reload_hours)))
            for kind in instance.vehicles
            if kind.trips > 1
        }
    )
    depots += [pyvrp.Depot(depot, service_duration=hours) for depot, hours in reloads]
    kinds = []
    for index, kind in enumerate(instance.vehicles):
        if kind.available == 0:
            continue
        reload = (kind.depot, int(scaling.hours_up(kind.reload_hours)))
        at = [n_depots + reloads.index(reload)] if kind.trips > 1 else []
        kinds.append(_vehicle_type(instance, scaling, index, at))
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0)] * instance.n_places,
        clients=_clients(instance, scaling),
        depots=depots,
        vehicle_types=kinds,
        distance_matrices=[scaling.distances(km, ranged) for km in instance.km],
        duration_matrices=[scaling.hours_up(hours) for hours in instance.hours],
    )


def _vehicle_type(
    instance: RoutingInstance, scaling: IntegerScaling, index: int, reloads: list[int]
) -> pyvrp.VehicleType:
    """Return a type of vehicles that may reload at some of PyVRP's depots."""
    kind = instance.vehicles[index]
    available = (
        len(instance.stops) if kind.available is None else min(kind.available, len(instance.stops))
    )
    return pyvrp.VehicleType(
        num_available=available,
        capacity=scaling.capacity(kind.capacity),
        start_depot=kind.depot,
        end_depot=kind.depot,
        fixed_cost=scaling.per_day[index],
        tw_early=int(scaling.hours_up(kind.opens)),
        tw_late=int(scaling.hours_down(kind.closes)),
        shift_duration=int(scaling.hours_down(kind.max_hours)),
        max_distance=int(min(kind.range_km * scaling.km, INFINITE)),
        unit_distance_cost=scaling.per_km[index],
        unit_duration_cost=scaling.per_hour[index],
        profile=kind.profile,
        reload_depots=reloads,
        max_reloads=kind.trips - 1,
        name=str(index),
    )


def _clients(instance: RoutingInstance, scaling: IntegerScaling) -> list[pyvrp.Client]:
    """Return the stops.

    Where vehicles are limited they are optional, at a prize that no leg there and back outweighs.
    """
    columns = zip(
        scaling.demand(instance).tolist(),
        scaling.hours_up(instance.service).tolist(),
        scaling.hours_up(instance.ready).tolist(),
        scaling.hours_down(instance.due).tolist(),
        strict=True,
    )
    optional = _scarce(instance)
    prize = _prize(instance, scaling) if optional else 0
    return [
        pyvrp.Client(
            len(instance.depots) + stop,
            load,
            [],
            service,
            ready,
            due,
            prize=prize,
            required=not optional,
        )
        for stop, (load, service, ready, due) in enumerate(columns)
    ]


def _scarce(instance: RoutingInstance) -> bool:
    """Tell whether vehicles may be too few for all stops."""
    return (
        all(kind.available is not None for kind in instance.vehicles)
        and not instance.fewest_vehicles
    )


def _prize(instance: RoutingInstance, scaling: IntegerScaling) -> int:
    """Return more cost units than serving a stop can add.

    That is a vehicle, and twice the longest legs there and back.
    """
    worst = 0
    for index, kind in enumerate(instance.vehicles):
        km, hours = instance.km[kind.profile], instance.hours[kind.profile]
        legs = scaling.per_km[index] * scaling.km * km[np.isfinite(km)].max(initial=0.0)
        time = (
            scaling.per_hour[index]
            * scaling.hour
            * (hours[np.isfinite(hours)].max(initial=0.0) + instance.service.max())
        )
        worst = max(worst, scaling.per_day[index] + 4 * int(legs + time))
    return worst + 1


def _settings(instance: RoutingInstance) -> SolveParams:
    """Return PyVRP's settings for an instance."""
    neighbours = NEIGHBOURS if len(instance.stops) < MANY else FEWER_NEIGHBOURS
    # An excess of one unit of load must cost more than leaving its stop out.
    most = 2.0 * _prize(instance, scale_to_integers(instance)) if _scarce(instance) else MAX_PENALTY
    return SolveParams(
        penalty=PenaltyParams(max_penalty=max(most, MAX_PENALTY)),
        neighbourhood=NeighbourhoodParams(num_neighbours=neighbours),
    )


def _stop(params: RoutingParams, share: float) -> StoppingCriterion:
    """Return when PyVRP stops, after a share of the effort."""
    if params.iterations is not None:
        return MaxIterations(max(int(params.iterations * share), 1))
    return MaxRuntime(max(params.time_limit * share, 0.01))


def _trips(route: pyvrp.Route) -> list[list[int]]:
    """Return the stops of each trip of a PyVRP route."""
    trips: list[list[int]] = [[]]
    for visit in route:
        if visit.is_client():
            trips[-1].append(visit.idx)
        else:
            trips.append([])
    return [trip for trip in trips if trip]
