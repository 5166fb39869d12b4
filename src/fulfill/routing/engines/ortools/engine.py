"""Engine `ortools`: OR-Tools routing from savings routes, one part of them after the other.

A step of OR-Tools' ruin and recreate takes time that grows with the whole model, however few stops
it moves. So it is given parts, a stop and the routes around it (POPMUSIC: Taillard and Voss 2002),
and anneals each from the routes it has. Small instances and
those with breaks, second trips, ranges or shift lengths are solved whole, by guided local search:
its first routes need not keep them, while ruin and recreate would take minutes over breaks and not
put a reload back. So are those where fewer vehicles come first: OR-Tools hardly ever empties a
route, so it goes on from the routes of `fulfill.routing.engines.ruin.engine`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from fulfill.routing.engines.integer_scaling import INFINITE, IntegerScaling, scale_to_integers
from fulfill.routing.engines.ortools.model import improve
from fulfill.routing.engines.ortools.settings import NO_TIME_LIMIT, annealing, guided
from fulfill.routing.engines.ruin.engine import first_plan, solve_ruin
from fulfill.routing.engines.ruin.search import Effort
from fulfill.routing.instance import Indices, RoutingInstance, features
from fulfill.routing.solution import RoutePlan, RoutingParams, legs

RUIN_SHARE = 0.85
"""Share of the effort for the routes of the fewest vehicles that OR-Tools begins from."""
STEPS_PER_SOLUTION = 100
"""Steps of `ruin` that count as one solution of OR-Tools, which takes so much longer."""
PART = 100
"""Stops of a part, more or less: it is of whole routes, and no more than half of the instance."""
SMALL = 50
"""Stops up to which an instance is solved whole."""
STEPS = 5
"""Steps that a part gets at a time, for each of its stops."""
VISITS_PER_REPEAT = 10
"""Visits of a stop after which a part around it gets as many steps again."""
SPARE = 2
"""Vehicles of a type in a part beyond those of its routes, where there are so many."""
MISSING = 10
"""Most stops without a route in a part."""
ABSENT = -1
"""Route number of a stop without a route."""


def solve_ortools(instance: RoutingInstance, params: RoutingParams) -> RoutePlan:
    """Return routes for an instance without depot capacities.

    Parameters
    ----------
    params : RoutingParams
        Limits; `iterations` counts steps of OR-Tools.

    Returns
    -------
    RoutePlan
        Routes that keep every rule in integer units; stops may be missing where vehicles are.

    Raises
    ------
    SolverError
        Where OR-Tools finds no routes at all.
    """
    scaling = scale_to_integers(instance)
    if instance.fewest_vehicles and not features(instance):
        return _improve_fewest(instance, scaling, params)
    effort = Effort(params)
    plan = first_plan(instance, params.seed)
    if features(instance) or instance.fewest_vehicles or len(instance.stops) <= SMALL:
        seconds, steps = _limits(params, effort)
        return improve(instance, scaling, plan, guided(seconds, steps))[0]
    return improve_by_parts(instance, scaling, plan, params, effort)


def _improve_fewest(
    instance: RoutingInstance, scaling: IntegerScaling, params: RoutingParams
) -> RoutePlan:
    """Return routes of the fewest vehicles: those of `ruin`, or cheaper ones of OR-Tools."""
    effort = Effort(params)
    steps = None if params.iterations is None else STEPS_PER_SOLUTION * params.iterations
    first = solve_ruin(instance, replace(params, iterations=steps), RUIN_SHARE, RUIN_SHARE)
    if params.iterations is not None:
        effort.count(round(RUIN_SHARE * params.iterations))
    found, gain = improve(instance, scaling, first, guided(*_limits(params, effort)))
    return found if gain > 0 else first


def improve_by_parts(
    instance: RoutingInstance,
    scaling: IntegerScaling,
    plan: RoutePlan,
    params: RoutingParams,
    effort: Effort,
) -> RoutePlan:
    """Return cheaper routes, or the same, by solving parts until the effort is spent.

    Parts are taken around the stops that were in fewest parts so far.

    Parameters
    ----------
    plan : RoutePlan
        First routes.
    effort : Effort
        What is spent is counted in it.

    Returns
    -------
    RoutePlan
        Routes of the same rules, never dearer in integer units.
    """
    random = np.random.default_rng(params.seed)
    visits = np.zeros(len(instance.stops), np.int64)
    leg = _mean_leg(instance, scaling, plan)
    while effort.spent() < 1.0:
        seed = int(random.choice(np.flatnonzero(visits == visits.min())))
        routes, stops = _part_around(instance, plan, seed)
        # OR-Tools' chance has no seed: in another order the same part is searched another way.
        random.shuffle(stops)
        seconds, steps = _limits(params, effort)
        steps = min(STEPS * len(stops) * (1 + int(visits[seed]) // VISITS_PER_REPEAT), steps)
        part, known = _part(instance, plan, routes, stops)
        better, gain = improve(part, scaling, known, annealing(leg, seconds, steps))
        effort.count(steps)
        visits[stops] += 1
        if gain > 0:
            plan = [route for number, route in enumerate(plan) if number not in routes]
            plan += [
                (vehicle, [stops[trip].tolist() for trip in trips]) for vehicle, trips in better
            ]
    return plan


def _limits(params: RoutingParams, effort: Effort) -> tuple[float, int]:
    """Return the seconds and steps left of the effort; what does not limit it is infinite."""
    left = 1.0 - effort.spent()
    if params.iterations is not None:
        return NO_TIME_LIMIT, max(round(params.iterations * left), 1)
    return params.time_limit * left, INFINITE


def _mean_leg(instance: RoutingInstance, scaling: IntegerScaling, plan: RoutePlan) -> float:
    """Return the mean cost of a leg of the routes, in integer units."""
    total, count = 0.0, 0
    for vehicle, trips in plan:
        leg = tuple(np.array(legs(instance, vehicle, tuple(map(tuple, trips)))).T)
        profile = instance.vehicles[vehicle].profile
        total += scaling.per_km[vehicle] * scaling.km * float(instance.km[profile][leg].sum())
        total += (
            scaling.per_hour[vehicle] * scaling.hour * float(instance.hours[profile][leg].sum())
        )
        count += len(leg[0])
    return total / max(count, 1)


def _part_around(
    instance: RoutingInstance, plan: RoutePlan, seed: int
) -> tuple[list[int], Indices]:
    """Return the routes (indices of the plan) and stops around a stop, with absent stops."""
    route = np.full(len(instance.stops), ABSENT)
    for number, (_, trips) in enumerate(plan):
        route[np.concatenate(trips)] = number
    sizes = np.bincount(route[route != ABSENT], minlength=len(plan))
    place, first = instance.place_of(seed), len(instance.depots)
    distance = instance.km[0][place, first:] + instance.km[0][first:, place]
    wanted = min(PART, len(instance.stops) // 2)
    routes: list[int] = []
    absent: list[int] = []
    for stop in np.argsort(distance, kind="stable").tolist():
        number = int(route[stop])
        if number == ABSENT:
            absent += [stop] if len(absent) < MISSING else []
        elif number not in routes:
            if len(routes) > 1 and len(absent) + sizes[[*routes, number]].sum() > wanted:
                break
            routes.append(number)
    return routes, np.concatenate([np.flatnonzero(np.isin(route, routes)), absent]).astype(np.int64)


def _part(
    instance: RoutingInstance, plan: RoutePlan, routes: list[int], stops: Indices
) -> tuple[RoutingInstance, RoutePlan]:
    """Return the instance of some routes' stops, with some spare vehicles, and the routes in it."""
    number = {stop: index for index, stop in enumerate(stops.tolist())}
    known = [
        (vehicle, [[number[stop] for stop in trip] for trip in trips])
        for vehicle, trips in (plan[r] for r in routes)
    ]
    used = Counter(vehicle for vehicle, _ in plan)
    taken = Counter(vehicle for vehicle, _ in known)
    vehicles = tuple(
        kind
        if kind.available is None
        else replace(kind, available=taken[index] + min(SPARE, kind.available - used[index]))
        for index, kind in enumerate(instance.vehicles)
    )
    return replace(instance.only(stops), vehicles=vehicles), known
