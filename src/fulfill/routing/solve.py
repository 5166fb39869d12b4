"""Which engine routes an instance, and the one entry to all of them.

`ruin` is this package's own, `ortools` and `pyvrp` call the packages of these names. An engine
refuses an instance with a feature it does not know; whatever an engine answers passes the auditor
before it is handed on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

import numpy as np

from fulfill.inputs.faults import SolverError
from fulfill.routing.audit import audit_routes
from fulfill.routing.infeasibility import unserved_stops, unserviceable_stops
from fulfill.routing.instance import RoutingInstance, features
from fulfill.routing.schedule import schedule_plan
from fulfill.routing.solution import (
    RoutePlan,
    RoutingParams,
    RoutingSolution,
    driven_km,
    route_cost,
)

log = logging.getLogger(__name__)

ENGINES = {
    "ruin": ("fulfill.routing.engines.ruin.engine", "solve_ruin", frozenset({"depot capacity"})),
    "pyvrp": (
        "fulfill.routing.engines.pyvrp_engine",
        "solve_pyvrp",
        frozenset({"second trips", "range", "shift length"}),
    ),
    "ortools": (
        "fulfill.routing.engines.ortools.engine",
        "solve_ortools",
        frozenset({"breaks", "second trips", "range", "shift length"}),
    ),
}
"""By name: module, function, and the features of an instance that it knows; imported when used."""

MAX_PYVRP_STOPS = 900
"""Stops up to which `ruin` and then PyVRP measured better than `ruin` alone (docs/routing.md)."""


def able_engines(instance: RoutingInstance) -> tuple[str, ...]:
    """Return the engines that know all features of an instance, those that measured best first.

    See docs/routing.md for the measurements.

    Raises
    ------
    SolverError
        Where no engine knows all features of the instance.
    """
    wanted = features(instance)
    small = len(instance.stops) <= MAX_PYVRP_STOPS
    order = ("pyvrp", "ruin", "ortools") if small else ("ruin", "pyvrp", "ortools")
    able = tuple(name for name in order if wanted <= ENGINES[name][2])
    if not able:
        raise SolverError(f"{instance.name}: no engine knows {', '.join(sorted(wanted))} together")
    return able


def solve_routing(
    instance: RoutingInstance, params: RoutingParams, engine: str = "auto"
) -> RoutingSolution:
    """Route an instance; the result has passed the auditor.

    Stops that no vehicle could serve are set aside first, each with its reason. `fewest_vehicles`
    and the number of stops served come before the cost.

    Parameters
    ----------
    params : RoutingParams
        Limits.
    engine : str
        Name, or `auto` for the first of `able_engines`, and the next where it breaks.

    Returns
    -------
    RoutingSolution
        With every stop on a route or listed as unserved.

    Raises
    ------
    SolverError
        Where the engine does not know a feature of the instance, breaks, or returns routes with a
        fault.
    """
    if engine != "auto":
        return _solve(instance, params, engine)
    *others, last = _attempts(instance)
    for name, posed in others:
        try:
            return _solve(posed, params, name)
        except SolverError as error:
            log.warning("%s; another engine takes over", error)
    return _solve(last[1], params, last[0])


def _attempts(instance: RoutingInstance) -> list[tuple[str, RoutingInstance]]:
    """Return the engines to try one after the other, each with the instance that it is given.

    Routes of one trip are routes of vehicles that may make several, so `ruin` can stand in.
    """
    found = [(name, instance) for name in able_engines(instance)]
    single = replace(instance, vehicles=tuple(replace(kind, trips=1) for kind in instance.vehicles))
    if "ruin" not in dict(found) and features(single) <= ENGINES["ruin"][2]:
        found.insert(1, ("ruin", single))
    return found


def _solve(instance: RoutingInstance, params: RoutingParams, name: str) -> RoutingSolution:
    """Route an instance by one engine; the result has passed the auditor."""
    begun = time.perf_counter()
    solver = _engine(name, instance)
    unserviceable = unserviceable_stops(instance)
    kept = np.setdiff1d(
        np.arange(len(instance.stops)), [entry.stop for entry in unserviceable]
    ).astype(np.int64)
    reduced = instance.only(kept) if unserviceable else instance
    left = replace(params, time_limit=max(params.time_limit - (time.perf_counter() - begun), 0.01))
    plan = solver(reduced, left) if len(kept) else []
    plan = [(vehicle, [kept[trip].tolist() for trip in trips]) for vehicle, trips in plan]
    routes = schedule_plan(instance, plan)
    solution = RoutingSolution(
        routes=routes,
        unserved=tuple(
            sorted(
                (*unserviceable, *unserved_stops(instance, routes, unserviceable)),
                key=lambda entry: entry.stop,
            )
        ),
        objective=sum(route_cost(instance, route) for route in routes),
        km=sum(driven_km(instance, route) for route in routes),
        engine=name,
        seconds=time.perf_counter() - begun,
    )
    audit = audit_routes(instance, solution)
    if not audit.clean:
        raise SolverError(
            f"{name}: the auditor finds faults in its routes: " + "; ".join(audit.faults)
        )
    return solution


def _engine(
    name: str, instance: RoutingInstance
) -> Callable[[RoutingInstance, RoutingParams], RoutePlan]:
    """Return an engine's function, or refuse an instance that it does not know."""
    if name not in ENGINES:
        raise SolverError(f"engine `{name}` is none of {', '.join(ENGINES)}")
    module, function, known = ENGINES[name]
    unknown = features(instance) - known
    if unknown:
        able = [other for other, entry in ENGINES.items() if features(instance) <= entry[2]]
        hint = f"; {' and '.join(able)} would" if able else ""
        raise SolverError(
            f"{instance.name}: engine `{name}` does not know {', '.join(sorted(unknown))}{hint}"
        )
    try:
        solver: Callable[[RoutingInstance, RoutingParams], RoutePlan] = getattr(
            import_module(module), function
        )
    except ImportError as error:
        raise SolverError(f"{instance.name}: engine `{name}` cannot be loaded: {error}") from None
    return solver
